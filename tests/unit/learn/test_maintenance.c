/* The machines of AI4I 2020 as tables of five sites: nothing lost, nothing twice. */
#include "test.h"

#include "learn/maintenance.h"
#include "learn/table.h"
#include "unpack.h"

static sheaf_buffer file;

static int file_open(void **unused)
{
    file = test_unpack("maintenance/ai4i2020.csv.gz");
    (void)unused;
    return 0;
}

static int file_close(void **unused)
{
    sheaf_buffer_deinit(&file);
    (void)unused;
    return 0;
}

static void test_sites(void **unused)
{
    static const sheaf_maintenance_counts want[SHEAF_MAINTENANCE_SITES] = {
        {1393, 596, 72}, {1365, 584, 75}, {1404, 601, 60}, {1426, 610, 71}, {1415, 606, 61}};
    uint32_t records = 0, failures = 0;
    for (uint32_t site = 0; site < SHEAF_MAINTENANCE_SITES; site++) {
        sheaf_err err;
        sheaf_buffer csv;
        sheaf_table table;
        sheaf_maintenance_counts counts;
        uint32_t positive[2] = {0}, rows[2] = {0};
        sheaf_buffer_init(&csv, 1 << 20);
        MUST(sheaf_maintenance_convert(sheaf_buffer_slice(&file), site, &csv, &counts, &err));
        MUST(sheaf_table_read(sheaf_buffer_slice(&csv), "site", sheaf_features_maintenance(),
                              SHEAF_TABLE_EXACT, &table, &err));
        assert_memory_equal(&counts, &want[site], sizeof counts);
        for (uint32_t i = 0; i < table.rows; i++) {
            positive[table.is_test[i]] += table.y[i];
            rows[table.is_test[i]]++;
        }
        assert_int_equal(rows[0], counts.train);
        assert_int_equal(rows[1], counts.test);
        assert_int_equal(positive[0] + positive[1], counts.failures);
        /* three of every ten are held out, of both classes */
        assert_in_range(positive[1] * 10, counts.failures * 3 - 20, counts.failures * 3);
        records += table.rows;
        failures += counts.failures;
        sheaf_table_close(&table);
        sheaf_buffer_deinit(&csv);
    }
    assert_int_equal(records, 10000);
    assert_int_equal(failures, 339);
    (void)unused;
}

/* The first row of its site as it stands in the file. */
static void test_row(void **unused)
{
    static const char head[] =
        "UID,Product ID,Type,Air temperature [K],Process temperature [K],Rotational speed "
        "[rpm],"
        "Torque [Nm],Tool wear [min],Machine failure,TWF,HDF,PWF,OSF,RNF\n"
        "1,M14860,M,298.1,308.6,1551,42.8,0,0,0,0,0,0,0\n";
    static const char want[] = "type,air,process,speed,torque,wear,failure,set\n"
                               "1,298.1,308.6,1551,42.8,0,0,train\n";
    uint32_t found = 0;
    for (uint32_t site = 0; site < SHEAF_MAINTENANCE_SITES; site++) {
        sheaf_err err;
        sheaf_buffer csv;
        sheaf_maintenance_counts counts;
        sheaf_buffer_init(&csv, 1 << 20);
        MUST(sheaf_maintenance_convert(sheaf_str(head), site, &csv, &counts, &err));
        found += counts.train;
        if (counts.train) {
            assert_int_equal(csv.len, sizeof want - 1);
            assert_memory_equal(csv.data, want, csv.len);
        }
        sheaf_buffer_deinit(&csv);
    }
    assert_int_equal(found, 1);
    (void)unused;
}

static void test_refuses(void **unused)
{
    static const struct {
        const char *row, *words;
    } rows[] = {
        {"1,M14860,M,298.1,308.6,1551,42.8,0,0,0,0,0,0", "line 2 has 13 values"},
        {"1,M14860,X,298.1,308.6,1551,42.8,0,0,0,0,0,0,0", "line 2: the type"},
        {"1,M14860,M,298.1,,1551,42.8,0,0,0,0,0,0,0", "line 2: value 5 is not a number"},
        {"1,M14860,M,298.1,308.6,1551,42.8,0,2,0,0,0,0,0", "line 2: a failure is 0 or 1"},
    };
    const char *head = (const char *)file.data;
    int first = (int)strcspn(head, "\n");
    sheaf_maintenance_counts counts;
    sheaf_buffer out;
    sheaf_err err;
    sheaf_buffer_init(&out, 1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[400];
        snprintf(text, sizeof text, "%.*s\n%s\n", first, head, rows[i].row);
        assert_int_equal(sheaf_maintenance_convert(sheaf_str(text), 0, &out, &counts, &err),
                         SHEAF_INVALID);
        assert_non_null(strstr(err.message, rows[i].words));
    }
    assert_int_equal(sheaf_maintenance_convert(sheaf_str("a,b\n1,2\n"), 0, &out, &counts, &err),
                     SHEAF_INVALID);
    sheaf_buffer_deinit(&out);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sites),
        cmocka_unit_test(test_row),
        cmocka_unit_test(test_refuses),
    };
    return cmocka_run_group_tests(tests, file_open, file_close);
}
