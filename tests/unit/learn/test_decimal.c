#include "test.h"

#include "learn/decimal.h"
#include "learn/decimal_powers.h"

#include <math.h>
#include <stdio.h>

static void check(const char *text)
{
    double want = strtod(text, NULL), got; /* of the C locale */
    char mark;
    assert_true(sheaf_decimal_double(sheaf_str(text), false, &got, &mark));
    if (memcmp(&want, &got, sizeof got) != 0)
        fail_msg("%s is read as %a instead of %a", text, got, want);
    /* eight or sixteen at once: the same, or no answer; what stands before does not matter */
    char longer[80];
    const int len = snprintf(longer, sizeof longer, "-7,+.9e12345678,%s", text);
    sheaf_slice again = sheaf_bytes(longer + len - strlen(text), strlen(text));
    if (sheaf_decimal_short(again, '.', &got, &mark) && memcmp(&want, &got, sizeof got) != 0)
        fail_msg("%s is read as %a instead of %a", text, got, want);
}

static void test_spellings(void **unused)
{
    static const struct {
        const char *text;
        bool point, comma; /* is it a number where the mark is that */
        char mark;
    } rows[] = {
        {"1", true, true, 0},
        {"-1.50", true, true, '.'},
        {".7", true, true, '.'},
        {"3.", true, true, '.'},
        {"1e-3", true, true, 0},
        {"+4E+2", true, true, 0},
        {"1,5", false, true, ','},
        {",5", false, true, ','},
        {"1,", false, true, ','},
        {"1.5,2", false, false, 0},
        {"1,5.2", false, false, 0},
        {"", false, false, 0},
        {".", false, false, 0},
        {",", false, false, 0},
        {"-", false, false, 0},
        {"1e", false, false, 0},
        {"1e+", false, false, 0},
        {"e5", false, false, 0},
        {"inf", false, false, 0},
        {"nan", false, false, 0},
        {"1 ", false, false, 0},
        {" 1", false, false, 0},
        {"--1", false, false, 0},
        {"1.2.3", false, false, 0},
        {"0x10", false, false, 0},
        {"1_000", false, false, 0},
        {"1e5.0", false, false, 0},
        {"12345678x", false, false, 0},
        {"00000000000000000000000000000000000000001", false, false, 0}, /* 41 characters */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double value;
        char mark = 0;
        sheaf_slice text = sheaf_str(rows[i].text);
        char longer[80];
        const int len = snprintf(longer, sizeof longer, "0123456789abcdef%s", rows[i].text);
        sheaf_slice again = sheaf_bytes(longer + len - text.len, text.len);
        for (int k = 0; k < 2; k++) { /* never more than the whole */
            bool plain = !strpbrk(rows[i].text, "eE") && text.len <= 16;
            bool good =
                k ? rows[i].comma && rows[i].mark != '.' : rows[i].point && rows[i].mark != ',';
            assert_int_equal(sheaf_decimal_short(again, ".,"[k], &value, &mark), good && plain);
        }
        assert_int_equal(sheaf_decimal_double(text, false, &value, &mark), rows[i].point);
        assert_int_equal(sheaf_decimal_double(text, true, &value, &mark), rows[i].comma);
        if (rows[i].comma)
            assert_int_equal(mark, rows[i].mark);
    }
    (void)unused;
}

/* The nearest double, where that is hardest to tell, and at the ends of what doubles are. */
static void test_hard_ones(void **unused)
{
    static const char *const rows[] = {
        "0",
        "-0",
        "0.0e99999999999999999999",
        "9007199254740992",
        "9007199254740993",
        "9007199254740994.0000000001",
        "9007199254740993.00000000000000000000001",
        "1e22",
        "1e23",
        "8.41e21",
        "9.5e-22",
        "1e-64",
        "18446744073709551615e40",
        "18446744073709551616",
        "1000000000000000000000000000000000000001",
        "2.2250738585072014e-308",
        "2.2250738585072011e-308",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1e-400",
        "1.7976931348623157e308",
        "1.7976931348623159e308",
        "1e400",
        "123456789012345678901234567890e-350",
        "5e-324",
        "6631236871469758276785396630275967e-50",
        "0.30000000000000004",
        "0000000000000000000000000000000000000.1",
        "1.0000000000000000000000000000000000001",
        "7.2057594037927933e16",
        "3.4028234664e38",
        "1448997445238699",
        "5708990770823839524233143",
        "1090544144181609348835077142190",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(rows[i]);
    (void)unused;
}

/* As the C library reads it, for numbers of every length and size, also those that lie half way
 * between two doubles. */
static void test_as_the_library(void **unused)
{
    uint64_t state = 20261121;
    print_message("seed %llu\n", (unsigned long long)state);
    for (int i = 0; i < 60000; i++) {
        char text[64];
        uint64_t a = test_random(&state), b = test_random(&state);
        double any;
        int len;
        memcpy(&any, &a, sizeof any);
        switch (i % 6) {
        case 0:
            len = snprintf(text, sizeof text, "%.17g", isfinite(any) ? any : 0.1);
            break;
        case 1:
            len = snprintf(text, sizeof text, "%.*f", (int)(b % 18),
                           ldexp((double)(a >> 11), -53));
            break;
        case 2:
            len = snprintf(text, sizeof text, "%llu.%llue%d", (unsigned long long)(a % 1000),
                           (unsigned long long)(b >> (a % 60)), (int)(b % 60) - 30);
            break;
        case 3:
            len =
                snprintf(text, sizeof text, "%llu%llue%d", (unsigned long long)(a >> (b % 63)),
                         (unsigned long long)(b >> 1), (int)(a % 700) - 360);
            break;
        case 4:
            len = snprintf(
                text, sizeof text, "%llu",
                (unsigned long long)((((uint64_t)1 << 53 | a >> 11) * 2 + 1) << b % 9));
            break;
        default:
            len = snprintf(text, sizeof text, "%llue%d", (unsigned long long)(a >> (b % 63)),
                           (int)(b % 120) - 70);
        }
        if (len <= SHEAF_DECIMAL_MAX)
            check(text);
    }
    (void)unused;
}

/* Every row of the table, computed again by shifting and subtracting: it
 * is rounded up for q from -27 to -1, and down for all others. Numbers are five limbs of 32
 * bits and more, the least first. */
enum { LIMBS = 12 };

static int compare(const uint32_t *a, const uint32_t *b)
{
    for (int i = LIMBS - 1; i >= 0; i--)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

static void times(uint32_t *a, uint32_t factor)
{
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)a[i] * factor;
        a[i] = (uint32_t)carry;
        carry >>= 32;
    }
    assert_int_equal(carry, 0);
}

static void subtract(uint32_t *a, const uint32_t *b)
{
    int64_t left = 0;
    for (int i = 0; i < LIMBS; i++) {
        left += (int64_t)a[i] - b[i];
        a[i] = (uint32_t)left;
        left >>= 32;
    }
}

static void test_powers(void **unused)
{
    for (int q = SHEAF_POWER_MIN; q <= SHEAF_POWER_MAX; q++) {
        uint32_t number[LIMBS] = {1}, divisor[LIMBS] = {1}; /* 5^q */
        for (int i = 0; i < abs(q); i++)
            times(q < 0 ? divisor : number, 5);
        while (compare(number, divisor) < 0)
            times(number, 2);
        for (times(divisor, 2); compare(number, divisor) >= 0;)
            times(divisor, 2);
        unsigned __int128 bits = 0; /* now divisor / 2 <= number < divisor */
        for (int i = 0; i < 128; i++) {
            times(number, 2);
            bits <<= 1;
            if (compare(number, divisor) >= 0) {
                subtract(number, divisor);
                bits |= 1;
            }
        }
        const uint32_t zero[LIMBS] = {0};
        bits += q < 0 && q >= -27 && compare(number, zero) != 0;
        const sheaf_power *row = &sheaf_powers[q - SHEAF_POWER_MIN];
        assert_int_equal(row->high, (uint64_t)(bits >> 64));
        assert_int_equal(row->low, (uint64_t)bits);
    }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_hard_ones),
        cmocka_unit_test(test_as_the_library),
        cmocka_unit_test(test_powers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
