#include "../vectors.h"

#include "log/policy.h"

/* Keys of the sample log: L is the log's, A B C are witnesses. */
static char log_key[200], witness_key[3][200];
static sheaf_policy policy;

static int start(void **unused)
{
    size_t count = 0;
    (void)unused;
    vector_table table = open_table("keys.tsv");
    while (next_row(&table)) {
        bool log = sheaf_slice_is(table.column[0], "log");
        snprintf(log ? log_key : witness_key[count++], 200, "%.*s",
                 SHEAF_PRINT(table.column[5]));
    }
    return sheaf_crypto_start() && count == 3 ? 0 : -1;
}

/* $L, $A, $B and $C stand for the keys. */
static sheaf_status parse(const char *pattern, sheaf_err *err)
{
    static sheaf_buffer text;
    sheaf_buffer_deinit(&text);
    sheaf_buffer_init(&text, SHEAF_POLICY_BYTES_MAX + 1);
    for (; *pattern; pattern++) {
        if (*pattern != '$')
            sheaf_buffer_add_byte(&text, (uint8_t)*pattern);
        else if (*++pattern == 'L')
            sheaf_buffer_add_string(&text, log_key);
        else
            sheaf_buffer_add_string(&text, witness_key[*pattern - 'A']);
    }
    return sheaf_policy_parse(sheaf_buffer_slice(&text), &policy, err);
}

#define LOG       "log $L\n"
#define WITNESSES "witness a $A https://a.example/w\nwitness b $B\nwitness c $C\n"

static void test_met(void **unused)
{
    static const struct {
        const char *text;
        uint8_t met; /* a bit for each set of witnesses, from none to all three */
    } rows[] = {
        {LOG "quorum none\n", 0xff},
        {LOG WITNESSES "quorum a", 0xaa},
        {LOG WITNESSES "group g any a b c\nquorum g\n", 0xfe},
        {LOG WITNESSES "group g all a b c\nquorum g\n", 0x80},
        {LOG WITNESSES "group g 2 a b c # two\n\n# that is all\nquorum g\n", 0xe8},
        {LOG WITNESSES "group g 1 a b\ngroup\th  2 g c\nquorum h\n", 0xe0},
        {LOG WITNESSES "group g 3 a b c\ngroup h any g a\nquorum h\n", 0xaa},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_err err = {0};
        if (parse(rows[i].text, &err) != SHEAF_OK)
            fail_msg("row %zu: %s", i, err.message);
        for (unsigned set = 0; set < 8; set++) {
            bool cosigned[SHEAF_POLICY_NODES_MAX] = {set & 1, set & 2, set & 4};
            assert_int_equal(sheaf_policy_met(&policy, cosigned), rows[i].met >> set & 1);
        }
    }
}

static void test_refused(void **unused)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", "a log and a quorum"},
        {LOG, "a log and a quorum"},
        {"quorum none\n", "a log and a quorum"},
        {LOG "quorum none\nquorum none\n", "line 3 of the policy: there is one quorum"},
        {LOG LOG "quorum none\n", "stands here before"},
        {LOG WITNESSES "witness d $A\nquorum a\n", "stands here before"},
        {LOG WITNESSES "group a all b c\nquorum a\n", "this name"},
        {LOG "witness none $A\nquorum none\n", "none is not one"},
        {LOG "group g any h\ngroup h any g\nquorum g\n", "lines before it"},
        {LOG "group g any g\nquorum g\n", "lines before it"},
        {LOG WITNESSES "group g 3 a b\nquorum g\n", "between one and all"},
        {LOG WITNESSES "group g 0 a b\nquorum g\n", "between one and all"},
        {LOG WITNESSES "group g any\nquorum g\n", "between one and all"},
        {LOG WITNESSES "group g two a b\nquorum g\n", "a number, all or any"},
        {LOG WITNESSES "group g 2 a a\nquorum g\n", "twice"},
        {LOG WITNESSES "quorum d\n", "in a line before it"},
        {"quorum a\n" LOG WITNESSES, "in a line before it"},
        {"log $A\nquorum none\n", "is a witness's"},
        {LOG "witness a $L\nquorum a\n", "is a log's"},
        {"log nonsense\nquorum none\n", "is written name"},
        {"log\nquorum none\n", "missing"},
        {"log $L http://x more\nquorum none\n", "a word too many"},
        {LOG "trust me\nquorum none\n", "begins with"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_err err = {0};
        assert_int_equal(parse(rows[i].text, &err), SHEAF_INVALID);
        if (!strstr(err.message, rows[i].says))
            fail_msg("row %zu: %s", i, err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_met),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
