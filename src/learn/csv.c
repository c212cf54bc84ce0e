#include "learn/csv.h"

#include "base/text.h"
#include "learn/table.h"

#include <stdlib.h>

enum { NUMBER_MAX = 40 }; /* characters of a number: more than any double needs */

sheaf_status sheaf_csv_open(sheaf_csv *csv, sheaf_slice bytes, const char *name, sheaf_err *err)
{
    if (bytes.len > SHEAF_CSV_BYTES_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "%s has %zu bytes; a table may have %d", name,
                          bytes.len, SHEAF_CSV_BYTES_MAX);
    if (bytes.len >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0)
        bytes = sheaf_bytes(bytes.data + 3, bytes.len - 3);
    if (bytes.len == 0)
        return sheaf_fail(err, SHEAF_INVALID, "%s is empty; it needs a header line and rows",
                          name);
    *csv = (sheaf_csv){name, bytes, 0};
    return SHEAF_OK;
}

bool sheaf_csv_line(sheaf_csv *csv, sheaf_slice *line)
{
    if (csv->rest.len == 0)
        return false;
    const uint8_t *end = memchr(csv->rest.data, '\n', csv->rest.len);
    size_t len = end ? (size_t)(end - csv->rest.data) : csv->rest.len;
    *line = sheaf_bytes(csv->rest.data, len);
    size_t taken = len + (end ? 1 : 0);
    csv->rest = sheaf_bytes(csv->rest.data + taken, csv->rest.len - taken);
    if (line->len > 0 && line->data[line->len - 1] == '\r')
        line->len--;
    csv->line++;
    return true;
}

sheaf_status sheaf_csv_check(const sheaf_csv *csv, sheaf_slice line, sheaf_err *err)
{
    for (size_t i = 0; i < line.len; i++) {
        uint8_t c = line.data[i];
        if (c == '"')
            return sheaf_fail(err, SHEAF_INVALID,
                              "%s line %u has a quotation mark; save the table without quotes",
                              csv->name, csv->line);
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return sheaf_fail(err, SHEAF_INVALID,
                              "%s line %u has the control character 0x%02x; is this a CSV file",
                              csv->name, csv->line, c);
    }
    if (!sheaf_utf8_valid(line))
        return sheaf_fail(err, SHEAF_INVALID, "%s line %u is not UTF-8; save it as UTF-8",
                          csv->name, csv->line);
    return SHEAF_OK;
}

size_t sheaf_csv_split(sheaf_slice line, sheaf_slice *values, size_t max)
{
    size_t count = 0, start = 0;
    for (size_t i = 0; i <= line.len; i++) {
        if (i < line.len && line.data[i] != ',')
            continue;
        if (count < max)
            values[count] = sheaf_bytes(line.data + start, i - start);
        count++;
        start = i + 1;
    }
    return count;
}

bool sheaf_csv_missing(sheaf_slice value)
{
    return value.len == 0 || sheaf_slice_is(value, "?");
}

static size_t digits(const char *text, size_t *at)
{
    size_t from = *at;
    while (text[*at] >= '0' && text[*at] <= '9')
        (*at)++;
    return *at - from;
}

bool sheaf_csv_number(sheaf_slice value, double *out)
{
    char text[NUMBER_MAX + 1];
    size_t at = 0;
    if (value.len == 0 || value.len > NUMBER_MAX)
        return false;
    memcpy(text, value.data, value.len);
    text[value.len] = 0;

    at += text[at] == '+' || text[at] == '-';
    size_t mantissa = digits(text, &at);
    if (text[at] == '.') {
        at++;
        mantissa += digits(text, &at);
    }
    if (mantissa == 0)
        return false;
    if (text[at] == 'e' || text[at] == 'E') {
        at++;
        at += text[at] == '+' || text[at] == '-';
        if (digits(text, &at) == 0)
            return false;
    }
    if (at != value.len)
        return false;
    *out = strtod(text, NULL); /* the program never leaves the C locale */
    return true;
}

size_t sheaf_csv_count(const sheaf_csv *csv)
{
    sheaf_csv ahead = *csv;
    sheaf_slice line;
    size_t count = 0;
    while (sheaf_csv_line(&ahead, &line))
        count++;
    return count;
}
