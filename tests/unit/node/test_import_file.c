/* The register as a table: what is sound is read as it stands, what is not is told line by
 * line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "kit.h"
#include "node/import_file.h"

#define HEAD "number,name,class,kind,joined,term,cancelled_to\n"

static void read_file(kit *k, const char *text, sheaf_import_file *out)
{
    sheaf_err err;
    if (sheaf_import_file_read(sheaf_str(text), "register.csv", &k->state, SHEAF_NONE, k->now,
                               out, &err)
        != SHEAF_OK)
        fail_msg("%s", err.message);
}

static void founded(kit *k)
{
    kit_rules rules = kit_rules_usual();
    kit_open(k);
    kit_found_four(k, &rules);
}

static void test_sound(void **unused)
{
    (void)unused;
    kit k;
    sheaf_import_file f;
    founded(&k);
    read_file(&k,
              HEAD "3,\"Meyer, \"\"Eva\"\"\",member,person,1965-05-01,,\n"
                   "1,Hof,supporter,organisation,2001-01-31,2031-12-31,2030-06-30\n"
                   "7,Hof,member,person,2001-01-31,2002-01-01,\n",
              &f);
    assert_int_equal(f.fault_count, 0);
    assert_int_equal(f.count, 3);
    assert_int_equal(f.rows[0].number, 3);
    assert_true(sheaf_slice_equal(f.rows[0].name, sheaf_str("Meyer, \"Eva\"")));
    assert_int_equal(f.rows[0].joined, -147398400);
    assert_int_equal(f.rows[1].kind, SHEAF_member_kind_organisation);
    assert_int_equal(f.rows[1].class, 1);
    assert_int_equal(f.rows[1].cancelled_to, 1909008000);
    assert_int_equal(f.by_class[0], 2);
    assert_int_equal(f.missing, 4);
    assert_int_equal(f.alike, 1);
    assert_int_equal(f.limited, 2);
    assert_int_equal(f.cancelled, 1);
    assert_int_equal(f.ended, 1);
    sheaf_import_file_close(&f);
    kit_close(&k);
}

static void test_faults(void **unused)
{
    (void)unused;
    static const struct {
        const char *line, *says;
    } rows[] = {
        {"0,A,member,person,2010-01-01,,", "number is a whole number"},
        {"4294967295,A,member,person,2010-01-01,,", "number is a whole number"},
        {"1x,A,member,person,2010-01-01,,", "number is a whole number"},
        {"5,A,member,person,2010-01-01,,", "number 5 stands in the register already"},
        {"1,,member,person,2010-01-01,,", "name has 0 bytes"},
        {"1,A,members,person,2010-01-01,,", "no class “members”"},
        {"1,A,member,cat,2010-01-01,,", "kind is person or organisation"},
        {"1,A,member,person,2010-02-30,,", "joined is a day"},
        {"1,A,member,person,2010-01-01 10:00,,", "joined is a day"},
        {"1,A,member,person,2910-01-01,,", "in the future"},
        {"1,A,member,person,2010-01-01,2009-01-01,", "ends before it began"},
        {"1,A,member,person,1950-01-01,,1960-01-01", "before 1970"},
        {"1,A,member,person,2010-01-01,", "has 6 values where the first line has 7"},
        {"1,\"A,member,person,2010-01-01,,", "cannot be read"},
        {"1,M\xfcller,member,person,2010-01-01,,", "is not UTF-8"},
        {"2,A,member,person,2010-01-01,,\n2,B,member,person,2010-01-01,,",
         "number 2 is that of line 2 as well"},
        {"", "no member stands below the names"},
    };
    kit k;
    founded(&k);
    kit_do(&k, "ann", "import.open", "i", "{'count':1}");
    kit_do(&k, "ann", "member.import", NULL,
           "{'class':0,'import':#i,'joined':1500000000,'kind':'person','name':^,'number':5}");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[400];
        sheaf_import_file f;
        snprintf(text, sizeof text, HEAD "%s\n", rows[i].line);
        read_file(&k, text, &f);
        assert_int_equal(f.fault_count, 1);
        if (!strstr(f.faults[0].message, rows[i].says))
            fail_msg("%s: %s", rows[i].line, f.faults[0].message);
        sheaf_import_file_close(&f);
    }
    kit_close(&k);
}

static void test_no_register(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "",
        "number,name,class\n1,A,member\n",
        "number,name,class,joined,colour\n",
        "number,name,class,joined,joined\n",
        "a\n1\n",
    };
    kit k;
    founded(&k);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        sheaf_import_file f;
        sheaf_err err;
        assert_int_equal(sheaf_import_file_read(sheaf_str(texts[i]), "register.csv", &k.state,
                                                SHEAF_NONE, k.now, &f, &err),
                         SHEAF_INVALID);
    }
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sound),
                                       cmocka_unit_test(test_faults),
                                       cmocka_unit_test(test_no_register)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
