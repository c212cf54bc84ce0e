/* Groups on data sheets, and figures by group. */
#include "test.h"

#include "coop/groups.h"

#define GROUP(column, level) "{'column':'" column "','level':" level "}"
#define DATASET(groups)                                                                        \
    "{'commitment':~9,'groups':[" groups                                                       \
    "],'licence':'x','records':9,'schema':'s','subjects':"                                     \
    "'none','title':^}"
#define CLASS                                                                                  \
    "'figures':{'accuracy_millionths':790000,'auc_millionths':860000,"                         \
    "'log_loss_millionths':450000,'records':230}"
#define FIGURES(groups) "{" CLASS ",'groups':[" groups "],'round':#e}"

/* In the order of the sheets, whichever they have beside; dan's second is another level. */
static const char *const sheets[] = {
    "'groups':[" GROUP("cp", "1") "," GROUP("sex", "0") "," GROUP("sex", "1") "],",
    "'groups':[" GROUP("age", "70") "," GROUP("sex", "0") "," GROUP("sex", "1") "],",
    "'groups':[" GROUP("sex", "0") "," GROUP("sex", "1") "," GROUP("site", "4") "],",
    "'groups':[" GROUP("cp", "2") "," GROUP("sex", "0") "," GROUP("sex", "1") "],",
};

void test_sheets_with_groups(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_with_groups(&k, &rules, sheets);
    static const kit_row rows[] = {
        {"ann", "dataset.register", DATASET(GROUP("sex", "1") "," GROUP("sex", "0")),
         R(group_order)},
        {"ann", "dataset.register", DATASET(GROUP("sex", "1") "," GROUP("sex", "1")),
         R(group_order)},
        {"ann", "dataset.register", DATASET(GROUP("sex", "1") "," GROUP("cp", "2")),
         R(group_order)},
        {"ann", "dataset.register", DATASET(GROUP("cps", "1") "," GROUP("cp", "2")),
         R(group_order)},
        {"ann", "dataset.register",
         DATASET(GROUP("cp", "-5") "," GROUP("cp", "2") "," GROUP("cps", "-9")), .label = "d"},
    };
    KIT_ROWS(&k, rows);
    sheaf_common_groups groups;
    sheaf_groups_of_dataset(&k.state, kit_index(&k, "d"), &groups);
    assert_int_equal(groups.count, 3);
    assert_int_equal(sheaf_dataset_group_at(&k.state, groups.row[0])->level, -5);
    assert_string_equal(sheaf_dataset_group_at(&k.state, groups.row[2])->column, "cps");
    sheaf_groups_of_dataset(&k.state, kit_index(&k, "dan.data"), &groups);
    assert_int_equal(groups.count, 3);
    assert_int_equal(sheaf_dataset_group_at(&k.state, groups.row[0])->level, 2);
    kit_close(&k);
}

static void whole_round(kit *k, const char *label, const char *task, char base, char result,
                        int words)
{
    assert_int_equal(kit_round_open_words(k, label, task, base, "m.tick", words),
                     SHEAF_ACCEPTED);
    assert_int_equal(kit_round_close(k, label, task, result), SHEAF_ACCEPTED);
    assert_int_equal(kit_attest(k, "ann.node", label, result), SHEAF_ACCEPTED);
    assert_int_equal(kit_attest(k, "bob.node", label, result), SHEAF_ACCEPTED);
}

/* A round of evaluation has the words of all and of the two groups that every sheet names. */
void test_figures_by_group(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_with_groups(&k, &rules, sheets);
    kit_motion(&k, "m", KIT_MANDATE, 4);
    whole_round(&k, "r1", "statistics", 0, 'a', 7);
    assert_int_equal(kit_round_open_words(&k, "r2", "train", 'a', "m.tick", 18),
                     R(wrong_words));
    whole_round(&k, "r2", "train", 'a', 'b', 6);
    assert_int_equal(kit_round_open_words(&k, "e", "evaluate", 'b', "m.tick", 129),
                     R(wrong_words));
    assert_int_equal(kit_round_open_words(&k, "e", "evaluate", 'b', "m.tick", 4 * 129),
                     R(wrong_words));
    whole_round(&k, "e", "evaluate", 'b', 'e', 3 * 129);
    const struct sheaf_row_round *round = sheaf_round_find(&k.state, kit_index(&k, "e"));
    assert_int_equal(round->groups, 2);
#define WOMEN "{'column':'sex'," CLASS ",'level':0}"
#define MEN   "{'column':'sex'," CLASS ",'level':1}"
    static const kit_row rows[] = {
        {"hub", "model.evaluate", "{" CLASS ",'round':#e}", R(groups_form)},
        {"hub", "model.evaluate", FIGURES(WOMEN), R(groups_form)},
        {"hub", "model.evaluate", FIGURES(MEN "," WOMEN), R(groups_form)},
        {"hub", "model.evaluate", FIGURES(WOMEN "," WOMEN), R(groups_form)},
        {"hub", "model.evaluate", FIGURES(WOMEN "," MEN "," MEN), R(groups_form)},
        {"hub", "model.evaluate", FIGURES(WOMEN ",{'column':'sex','level':2}"), R(groups_form)},
        {"hub", "model.evaluate", FIGURES(WOMEN ",{'column':'se','level':1}"), R(groups_form)},
        {"hub", "model.evaluate",
         FIGURES(WOMEN ",{'column':'sex','figures':{'accuracy_millionths':1,'records':7},"
                       "'level':1}"),
         R(groups_form)},
        {"hub", "model.evaluate", FIGURES(WOMEN ",{'column':'sex','level':1}"), .label = "f"},
    };
    KIT_ROWS(&k, rows);
    const struct sheaf_row_evaluation *all =
        sheaf_evaluation_find(&k.state, kit_index(&k, "f"));
    assert_int_equal(all->groups, 2);
    const struct sheaf_row_evaluation_group *women =
        sheaf_evaluation_group_at(&k.state, all->group_first);
    const struct sheaf_row_evaluation_group *men = women + 1;
    assert_int_equal(women->records, 230);
    assert_int_equal(women->auc_millionths, 860000);
    assert_true(women->has_auc);
    assert_int_equal(men->level, 1);
    assert_int_equal(men->records, 0);
    assert_false(men->has_auc);
    const sheaf_claim *claim = &k.outcome.claims[k.outcome.claim_count - 1];
    assert_int_equal(claim->kind, SHEAF_CLAIM_EVALUATION);
    assert_int_equal(claim->group_count, 2);
    kit_close(&k);
}

/* Under noise the groups have cells like all, and figures whatever these are; who drops out has
 * a say in which groups there are. */
void test_noised_figures_by_group(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_with_groups(&k, &rules, sheets);
    kit_ranged(&k);
    kit_terms terms = kit_terms_usual();
    kit_motion(&k, "m", kit_noised(&terms), 4);
    assert_int_equal(kit_noised_open(&k, "r1", "train", 0, "m.tick"), SHEAF_ACCEPTED);
    assert_int_equal(kit_round_close(&k, "r1", "evaluate", 'a'), SHEAF_ACCEPTED);
    assert_int_equal(kit_attest(&k, "ann.node", "r1", 'a'), SHEAF_ACCEPTED);
    assert_int_equal(kit_attest(&k, "bob.node", "r1", 'a'), SHEAF_ACCEPTED);
    assert_int_equal(kit_noised_open(&k, "e", "evaluate", 'a', "m.tick"), R(wrong_words));
    whole_round(&k, "e", "evaluate", 'a', 'e', 3 * 4);
#define NOISED "'figures':{'accuracy_millionths':790000,'records':230}"
    static const kit_row rows[] = {
        {"hub", "model.evaluate",
         "{" NOISED ",'groups':[{'column':'sex'," NOISED ",'level':0},{'column':'sex',"
         "'level':1}],'round':#e}",
         R(groups_form)},
        {"hub", "model.evaluate",
         "{" NOISED ",'groups':[{'column':'sex'," NOISED ",'level':0},{'column':'sex'," NOISED
         ",'level':1}],'round':#e}"},
    };
    KIT_ROWS(&k, rows);
    kit_close(&k);
}
