#include "learn/households.h"

#include "learn/csv.h"

enum { COLUMNS = 3 };

/* Times in this notation sort as text. */
static bool is_test(sheaf_slice time)
{
    static const char from[] = "2013-07-01T00:00";
    return memcmp(time.data, from, sizeof from - 1) >= 0;
}

static sheaf_status row_check(sheaf_csv *csv, const sheaf_slice *values, size_t count,
                              sheaf_err *err)
{
    double ignored;
    if (count != COLUMNS)
        return sheaf_fail(err, SHEAF_INVALID, "%s line %u has %zu values instead of %d",
                          csv->name, csv->line, count, COLUMNS);
    if (values[1].len != sizeof "2013-07-01T00:00" - 1
        || !sheaf_csv_number(csv, values[2], &ignored))
        return sheaf_fail(err, SHEAF_INVALID, "%s line %u has no time and energy", csv->name,
                          csv->line);
    return SHEAF_OK;
}

sheaf_status sheaf_households_convert(sheaf_slice bytes, uint32_t place, sheaf_buffer *out,
                                      sheaf_households_counts *counts, sheaf_err *err)
{
    sheaf_csv csv;
    sheaf_slice line, values[COLUMNS], customer = {0};
    uint32_t at = 0;
    *counts = (sheaf_households_counts){0};
    SHEAF_TRY(sheaf_csv_open(&csv, bytes, "households.csv", err));
    if (!sheaf_csv_line(&csv, &line) || !sheaf_slice_is(line, "customer_id,t,kwh"))
        return sheaf_fail(err, SHEAF_INVALID, "%s does not have the columns of households",
                          csv.name);
    sheaf_buffer_add_string(out, "t,kwh,set\n");
    while (sheaf_csv_line(&csv, &line)) {
        size_t count;
        SHEAF_TRY(sheaf_csv_values(&csv, line, values, COLUMNS, &count, err));
        SHEAF_TRY(row_check(&csv, values, count, err));
        if (customer.len && !sheaf_slice_equal(customer, values[0]))
            at++;
        customer = values[0];
        if (at < place)
            continue;
        if (at > place)
            break;
        bool test = is_test(values[1]);
        sheaf_buffer_add(out, values[1]);
        sheaf_buffer_add_byte(out, ',');
        sheaf_buffer_add(out, values[2]);
        sheaf_buffer_add_string(out, test ? ",test\n" : ",train\n");
        counts->train += !test;
        counts->test += test;
    }
    if (at < place || !customer.len)
        return sheaf_fail(err, SHEAF_INVALID, "%s has no household %u", csv.name, place + 1);
    return sheaf_buffer_check(out, "the household's table", err);
}
