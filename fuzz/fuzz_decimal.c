/* fuzz/fuzz_decimal.c - any bytes as a number: no crash, and what is accepted is the double
 * that the C library's strtod() gives. */
#include "learn/decimal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Not the values: -0 is not 0. */
static uint64_t bits_of(double value)
{
    uint64_t out;
    memcpy(&out, &value, sizeof out);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char text[SHEAF_DECIMAL_MAX + 1], mark = 'x', *end;
    double got, want, soon;
    sheaf_slice last = {data + 16, len < 16 ? 0 : len - 16};
    if (len > 16 && sheaf_decimal_short(last, '.', &soon, &mark)
        && (!sheaf_decimal_double(last, false, &got, &mark) || bits_of(soon) != bits_of(got)))
        __builtin_trap();
    mark = 'x';
    if (!sheaf_decimal_double(sheaf_bytes(data, len), true, &got, &mark))
        return 0;
    if (len > SHEAF_DECIMAL_MAX || (mark && mark != '.' && mark != ','))
        __builtin_trap();
    for (size_t i = 0; i < len; i++)
        text[i] = data[i] == ',' ? '.' : (char)data[i];
    text[len] = 0;
    want = strtod(text, &end);
    if (end != text + len || bits_of(want) != bits_of(got))
        __builtin_trap();
    return 0;
}
