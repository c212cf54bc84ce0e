#include "learn/csv.h"

#include "base/text.h"
#include "learn/decimal.h"
#include "learn/table.h"
#include "learn/times.h"

#include <strings.h>

enum { BYTE_ORDER_MARK = 0xfeff, BLOCK = 64 };

/* ---- the file ---- */

/* Files that a spreadsheet or a tool saves besides CSV, by how they begin. */
static sheaf_status form_check(sheaf_slice bytes, const char *name, sheaf_err *err)
{
    static const struct {
        const char *begin;
        size_t len;
        const char *says;
    } forms[] = {
        {"\xff\xfe", 2, "is UTF-16; save it as UTF-8, in a spreadsheet as \"CSV UTF-8\""},
        {"\xfe\xff", 2, "is UTF-16; save it as UTF-8, in a spreadsheet as \"CSV UTF-8\""},
        {"PK\x03\x04", 4, "is a spreadsheet's own file or an archive; save the table as CSV"},
        {"\xd0\xcf\x11\xe0", 4, "is a spreadsheet's own file; save the table as CSV"},
        {"\x1f\x8b", 2, "is compressed; unpack it first"},
        {"PAR1", 4, "is a Parquet file; save the table as CSV"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (bytes.len >= forms[i].len && memcmp(bytes.data, forms[i].begin, forms[i].len) == 0)
            return sheaf_fail(err, SHEAF_INVALID, "%s %s", name, forms[i].says);
    if (bytes.len >= 2 && (bytes.data[0] == 0) != (bytes.data[1] == 0))
        return sheaf_fail(err, SHEAF_INVALID, "%s looks like UTF-16; save it as UTF-8", name);
    return SHEAF_OK;
}

static char separator_find(sheaf_slice line)
{
    static const char marks[] = ",;\t";
    size_t count[3] = {0};
    bool quoted = false;
    for (size_t i = 0; i < line.len; i++) {
        const char *mark = line.data[i] ? strchr(marks, line.data[i]) : NULL;
        quoted ^= line.data[i] == '"';
        if (mark && !quoted)
            count[mark - marks]++;
    }
    int best = count[1] > count[0];
    return marks[count[2] > count[best] ? 2 : best];
}

sheaf_status sheaf_csv_open(sheaf_csv *csv, sheaf_slice bytes, const char *name, sheaf_err *err)
{
    if (bytes.len > SHEAF_CSV_BYTES_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "%s has %zu bytes; a table may have %d", name,
                          bytes.len, SHEAF_CSV_BYTES_MAX);
    SHEAF_TRY(form_check(bytes, name, err));
    if (bytes.len >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0)
        bytes = sheaf_bytes(bytes.data + 3, bytes.len - 3);
    if (bytes.len == 0)
        return sheaf_fail(err, SHEAF_INVALID, "%s is empty; it needs a header line and rows",
                          name);
    sheaf_slice first;
    *csv = (sheaf_csv){.name = name, .rest = bytes, .begin = bytes.data};
    sheaf_csv ahead = *csv;
    (void)sheaf_csv_line(&ahead, &first);
    csv->separator = separator_find(first);
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

size_t sheaf_csv_count(const sheaf_csv *csv)
{
    sheaf_csv ahead = *csv;
    sheaf_slice line;
    size_t count = 0;
    while (sheaf_csv_line(&ahead, &line))
        count++;
    return count;
}

/* ---- plain lines: printable ASCII without quotation marks, 64 bytes at once ---- */

/* A bit for each of 64 bytes: where it separates; where it is outside ASCII, or a control
 * character, or a quotation mark, and does not separate. */
typedef struct {
    uint64_t marks, odd;
} block_bits;

#ifdef __SSE2__
#include <emmintrin.h>

static block_bits block_look(const uint8_t *block, char separator)
{
    const __m128i wanted = _mm_set1_epi8(separator), quote = _mm_set1_epi8('"');
    const __m128i space = _mm_set1_epi8(' ' - 1), delete = _mm_set1_epi8(0x7f);
    block_bits out = {0, 0};
    for (int i = 0; i < BLOCK / 16; i++) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)block + i);
        const __m128i same = _mm_cmpeq_epi8(bytes, wanted);
        /* Bytes outside ASCII are below zero here. */
        const __m128i text = _mm_andnot_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, delete)),
            _mm_cmpgt_epi8(bytes, space));
        out.marks |= (uint64_t)(uint32_t)_mm_movemask_epi8(same) << 16 * i;
        out.odd |= (uint64_t)(uint32_t)(~_mm_movemask_epi8(_mm_or_si128(text, same)) & 0xffff)
                   << 16 * i;
    }
    return out;
}

#else

static block_bits block_look(const uint8_t *block, char separator)
{
    block_bits out = {0, 0};
    for (int i = 0; i < BLOCK; i++) {
        const uint8_t c = block[i];
        const bool mark = c == (uint8_t)separator;
        out.marks |= (uint64_t)mark << i;
        out.odd |= (uint64_t)(!mark && (c < 0x20 || c >= 0x7f || c == '"')) << i;
    }
    return out;
}
#endif

/* Of a line's last bytes, fewer than a block. */
static block_bits rest_look(const uint8_t *rest, size_t len, char separator)
{
    uint8_t block[BLOCK];
    memset(block, ' ', sizeof block);
    memcpy(block, rest, len);
    return block_look(block, separator);
}

/* False where the line is not plain. */
static bool plain_split(sheaf_slice line, char separator, sheaf_slice *values, size_t max,
                        size_t *count)
{
    size_t found = 0, start = 0;
    for (size_t at = 0; at < line.len; at += BLOCK) {
        block_bits bits = line.len - at >= BLOCK
                              ? block_look(line.data + at, separator)
                              : rest_look(line.data + at, line.len - at, separator);
        if (bits.odd)
            return false;
        for (; bits.marks; bits.marks &= bits.marks - 1) {
            size_t end = at + (size_t)__builtin_ctzll(bits.marks);
            if (found < max)
                values[found] = sheaf_bytes(line.data + start, end - start);
            found++;
            start = end + 1;
        }
    }
    if (found < max)
        values[found] = sheaf_bytes(line.data + start, line.len - start);
    *count = found + 1;
    return true;
}

/* ---- all others, byte by byte ---- */

static sheaf_status bytes_check(sheaf_csv *csv, sheaf_slice value, sheaf_err *err)
{
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.data[i];
        if (c == '\r')
            return sheaf_fail(err, SHEAF_INVALID,
                              "%s line %u, value %u: the control character 0x0d; end lines in "
                              "LF or CRLF, not in CR alone",
                              csv->name, csv->line, csv->place);
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return sheaf_fail(err, SHEAF_INVALID,
                              "%s line %u, value %u: the control character 0x%02x; is this a "
                              "CSV file",
                              csv->name, csv->line, csv->place, c);
    }
    sheaf_slice left = value;
    uint32_t point = 0;
    while (left.len && sheaf_utf8_take(&left, &point))
        if (point == BYTE_ORDER_MARK)
            return sheaf_fail(
                err, SHEAF_INVALID,
                "%s line %u, value %u: a byte order mark inside the file; were two "
                "files joined",
                csv->name, csv->line, csv->place);
    if (left.len == 0)
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_INVALID,
                      "%s line %u, value %u: the byte 0x%02x is not UTF-8 (a letter with an "
                      "accent, where a file is Latin-1); save the file as UTF-8",
                      csv->name, csv->line, csv->place, left.data[0]);
}

/* Takes the value that begins at *at, up to the separator or the end. */
static sheaf_status value_take(sheaf_csv *csv, sheaf_slice line, size_t *at, sheaf_slice *out,
                               sheaf_err *err)
{
    size_t from = *at, end;
    bool quoted = from < line.len && line.data[from] == '"', closed = false;
    for (end = from + quoted; end < line.len && !closed; end++) {
        if (quoted && line.data[end] == '"') {
            closed = end + 1 == line.len || line.data[end + 1] != '"';
            end += !closed;
        } else if (!quoted && line.data[end] == (uint8_t)csv->separator) {
            break;
        } else if (!quoted && line.data[end] == '"') {
            return sheaf_fail(
                err, SHEAF_INVALID,
                "%s line %u, value %u: a quotation mark inside the value; put all "
                "of it in quotation marks and write \"\" for one",
                csv->name, csv->line, csv->place);
        }
    }
    if (quoted && !closed)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s line %u, value %u: the quotation mark is not closed on its line; "
                          "a value may not span lines",
                          csv->name, csv->line, csv->place);
    if (quoted && end < line.len && line.data[end] != (uint8_t)csv->separator)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s line %u, value %u: something follows after the closing quotation "
                          "mark",
                          csv->name, csv->line, csv->place);
    *out = sheaf_bytes(line.data + from + quoted, end - from - 2 * (size_t)quoted);
    *at = end;
    return SHEAF_OK;
}

sheaf_status sheaf_csv_values(sheaf_csv *csv, sheaf_slice line, sheaf_slice *values, size_t max,
                              size_t *count, sheaf_err *err)
{
    size_t at = 0;
    csv->place = 0;
    if (plain_split(line, csv->separator, values, max, count))
        return SHEAF_OK;
    for (*count = 0; at <= line.len; at++) {
        sheaf_slice value;
        csv->place++;
        SHEAF_TRY(value_take(csv, line, &at, &value, err));
        SHEAF_TRY(bytes_check(csv, value, err));
        if (*count < max)
            values[*count] = value;
        ++*count;
    }
    csv->place = 0;
    return SHEAF_OK;
}

/* ---- numbers ---- */

bool sheaf_csv_number(sheaf_csv *csv, sheaf_slice value, double *out)
{
    char mark, usual = csv->comma_line ? ',' : '.';
    bool inside = value.data + value.len >= csv->begin + 16; /* sixteen bytes before its end */
    if (!(inside && sheaf_decimal_short(value, usual, out, &mark))
        && !sheaf_decimal_double(value, csv->separator != ',', out, &mark))
        return false;
    if (mark == '.' && csv->point_line == 0)
        csv->point_line = csv->line;
    if (mark == ',' && csv->comma_line == 0)
        csv->comma_line = csv->line;
    return true;
}

sheaf_status sheaf_csv_one_mark(const sheaf_csv *csv, sheaf_err *err)
{
    if (csv->point_line == 0 || csv->comma_line == 0)
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_INVALID,
                      "%s writes numbers with a decimal point (first in line %u) and with a "
                      "decimal comma (first in line %u); write all of them one way",
                      csv->name, csv->point_line, csv->comma_line);
}

const char *sheaf_csv_number_advice(const sheaf_csv *csv, sheaf_slice value)
{
    static const char *const nothing[] = {"na", "n/a", "nan", "null", "none",   "nil",
                                          "-",  "--",  ".",   "#n/a", "missing"};
    int64_t seconds;
    char text[SHEAF_DECIMAL_MAX + 1];
    size_t len = value.len < SHEAF_DECIMAL_MAX ? value.len : SHEAF_DECIMAL_MAX;
    memcpy(text, value.data, len);
    text[len] = 0;
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        if (strcasecmp(text, nothing[i]) == 0)
            return "leave missing values empty, or write ?";
    if (sheaf_time_parse(value, &seconds))
        return "it is a date, which only a column of times may hold";
    if (len > 0 && (text[0] == ' ' || text[len - 1] == ' '))
        return "remove the spaces around it";
    if (strspn(text, "+-0123456789.,' ") == len && strpbrk(text, "0123456789")) {
        if (csv->separator == ',' && strchr(text, ',') && !strchr(text, '.'))
            return "decimal commas need semicolons or tabs between the values";
        return "write thousands without separators, and one decimal mark";
    }
    return text[0] >= '0' && text[0] <= '9'
               ? "write numbers alone, such as 12.5, without a unit"
               : "write numbers such as 12.5 and leave missing values empty";
}
