/* Tellers: attendance and ballots without a device. */
#include "test.h"

static const struct sheaf_row_motion *motion(const kit *k, const char *label)
{
    return sheaf_motion_find(&k->state, kit_index((kit *)k, label));
}

static void found_with(kit *k, bool early)
{
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_assemblies] =
        "{'notice_s':10,'open_s':60,'protected':false,'quorum_bp':7500}";
    rules.early = early;
    rules.web = "{'admin':false,'data':true,'money':false,'train':false,'vote':false}";
    kit_found_four(k, &rules);
}

static void found(kit *k)
{
    found_with(k, false);
}

#define APPOINT(list)                                                                          \
    "{'kind':'tellers.appoint','what':{'duration_s':3600,'members':[" list "]}}"

void test_tellers(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    static const kit_row before[] = {
        {"ann", "motion.open",
         "{'effect':" APPOINT("{'member':#ann},{'member':4000}") ",'title':^}",
         R(teller_not_a_member)},
        {"ann", "motion.open",
         "{'effect':" APPOINT("{'member':#bob},{'member':#ann}") ",'title':^}",
         R(members_order)},
        {"cat", "motion.open", "{'title':^}", .label = "m"},
        {"ann", "ballots.record",
         "{'channel':'paper','evidence':~e,'list':[{'choice':'yes','member':#dan}],"
         "'matter':#m}",
         R(not_a_teller)},
        {"ann", "ballots.confirm", "{'sheet':4000}", R(not_a_teller)},
        {"cat", "motion.withdraw", "{'motion':#m}"},
    };
    KIT_ROWS(&k, before);
    kit_motion(&k, "t", APPOINT("{'member':#ann},{'member':#bob}"), 4);
    kit_do(&k, "cat", "motion.open", "n", "{'title':^}");
    static const kit_row rows[] = {
        {"dan", "ballot.cast", "{'choice':'no','motion':#n}"},
        {"ann", "ballots.record",
         "{'channel':'paper','evidence':~e,'list':[{'choice':'yes','member':#dan}],"
         "'matter':4000}",
         R(no_such_matter)},
        {"ann", "ballots.record",
         "{'channel':'paper','evidence':~e,'list':[{'choice':'yes','member':#dan},"
         "{'choice':'yes','member':#cat}],'matter':#n}",
         R(members_order)},
        {"ann", "ballots.record",
         "{'channel':'paper','evidence':~e,'list':[{'choice':'yes','member':4000}],"
         "'matter':#n}",
         R(not_a_member)},
        {"ann", "ballots.record",
         "{'channel':'hands','evidence':~e,'list':[{'choice':'yes','member':#cat},"
         "{'choice':'yes','member':#dan}],'matter':#n}",
         .label = "sheet"},
        {"bob", "ballots.record",
         "{'channel':'postal','evidence':~e,'list':[{'choice':'no','member':#dan}],"
         "'matter':#n}",
         .label = "other"},
        {"ann", "ballots.confirm", "{'sheet':#sheet}", R(sheet_own)},
        {"cat", "ballots.confirm", "{'sheet':#sheet}", R(not_a_teller)},
        {"bob", "ballots.confirm", "{'sheet':4000}", R(no_such_sheet)},
        {"bob", "ballots.confirm", "{'sheet':#sheet}"},
        {"bob", "ballots.confirm", "{'sheet':#sheet}", R(sheet_confirmed)},
        {"ann", "ballots.confirm", "{'sheet':#other}", R(counted_by_tellers)},
        {"dan", "ballot.cast", "{'choice':'no','motion':#n}", R(counted_by_tellers)},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#n}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(motion(&k, "n")->yes, 3);
    assert_int_equal(motion(&k, "n")->no, 0); /* dan's went with the tellers' */
    /* Others are appointed in their place. */
    k.now = motion(&k, "n")->closes;
    kit_do(&k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#n,'unwitnessed':false}");
    assert_int_equal(motion(&k, "n")->state, SHEAF_motion_state_adopted);
    kit_motion(&k, "u", APPOINT("{'member':#cat},{'member':#dan}"), 4);
    kit_want(&k, R(not_a_teller), "ann", "ballots.confirm", "{'sheet':#other}", NULL);
    k.now += 3700000;
    kit_want(&k, R(not_a_teller), "cat", "ballots.confirm", "{'sheet':#other}", NULL);
    kit_close(&k);
}

static const struct sheaf_row_sheet_line *line(const kit *k, uint32_t of)
{
    uint32_t sheet = kit_index((kit *)k, "sheet");
    return sheaf_sheet_line_at(&k->state, sheaf_sheet_get(&k->state, sheet)->first + of);
}

/* Whoever left, has a conflict, or was counted meanwhile is left out; the others count. */
void test_tellers_leave_out(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    kit_do(&k, "eve", "member.apply", "eve", KIT_PERSON("eve"));
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#eve}");
    kit_motion(&k, "t", APPOINT("{'member':#ann},{'member':#bob}"), 4);
    static const kit_row rows[] = {
        {"ann", "motion.open", "{'title':^}", .label = "n"},
        {"ann", "ballots.record",
         "{'channel':'paper','evidence':~e,'list':[{'choice':'yes','member':#bob},"
         "{'choice':'yes','member':#cat},{'choice':'yes','member':#dan},"
         "{'choice':'no','member':#eve}],'matter':#n}",
         .label = "sheet"},
        {"bob", "ballots.record",
         "{'channel':'paper','evidence':~e,'list':[{'choice':'no','member':#bob}],"
         "'matter':#n}",
         .label = "other"},
        {"ann", "ballots.confirm", "{'sheet':#other}"},
        {"cat", "ballot.cast", "{'choice':'no','motion':#n}"},
        {"cat", "member.leave", "{}"},
        {"dan", "conflict.declare", "{'matter':#n}"},
        {"bob", "ballots.confirm", "{'sheet':#sheet}", .label = "confirmed"},
        {"bob", "ballots.confirm", "{'sheet':#sheet}", R(sheet_confirmed)},
    };
    KIT_ROWS(&k, rows);
    static const sheaf_refusal why[] = {R(counted_by_tellers), R(not_a_member), R(conflicted),
                                        ACCEPTED};
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(line(&k, i)->refusal, why[i]);
    const struct sheaf_row_sheet *sheet = sheaf_sheet_get(&k.state, kit_index(&k, "sheet"));
    assert_int_equal(sheet->counted, 1);
    assert_int_equal(sheet->confirmed, kit_index(&k, "confirmed"));
    assert_int_equal(motion(&k, "n")->yes, 0);
    assert_int_equal(motion(&k, "n")->no, 3); /* bob's, cat's own, and eve's */
    kit_close(&k);
}

/* A sheet of a motion that is closed stays unconfirmed. */
void test_tellers_late(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    kit_motion(&k, "t", APPOINT("{'member':#ann},{'member':#bob}"), 4);
    static const kit_row rows[] = {
        {"ann", "motion.open", "{'title':^}", .label = "n"},
        {"ann", "ballots.record",
         "{'channel':'paper','evidence':~e,'list':[{'choice':'yes','member':#dan}],"
         "'matter':#n}",
         .label = "sheet"},
        {"ann", "motion.withdraw", "{'motion':#n}"},
        {"bob", "ballots.confirm", "{'sheet':#sheet}", R(motion_closed)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_sheet_get(&k.state, kit_index(&k, "sheet"))->confirmed, SHEAF_NONE);
    kit_close(&k);
}

void test_tellers_admit(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    kit_motion(&k, "t", APPOINT("{'member':#ann},{'member':#bob}"), 4);
    long long starts = (long long)k.now + 20000;
    kit_do(&k, "ann", "assembly.convene", "a",
           "{'agenda':^,'ends':%lld,'place':^,'starts':%lld}", starts + 60000, starts);
    static const kit_row rows[] = {
        {"cat", "assembly.admit", "{'assembly':#a,'members':[{'member':#dan}]}",
         R(not_a_teller)},
        {"ann", "assembly.admit", "{'assembly':4000,'members':[{'member':#dan}]}",
         R(no_such_assembly)},
        {"ann", "assembly.admit", "{'assembly':#a,'members':[{'member':#dan},{'member':#cat}]}",
         R(members_order)},
        {"ann", "assembly.admit", "{'assembly':#a,'members':[{'member':4000}]}",
         R(not_a_member)},
        {"cat", "assembly.confirm", "{'roll':4000}", R(not_a_teller)},
        {"ann", "assembly.admit",
         "{'assembly':#a,'members':[{'member':#bob},{'member':#cat},{'member':#dan}]}",
         .label = "roll"},
        {"bob", "assembly.admit", "{'assembly':#a,'members':[{'member':#cat}]}",
         .label = "other"},
        {"bob", "assembly.confirm", "{'roll':4000}", R(no_such_roll)},
        {"ann", "assembly.confirm", "{'roll':#roll}", R(roll_own)},
        {"bob", "assembly.attend", "{'assembly':#a}"},
        {"dan", "member.leave", "{}"},
        {"bob", "assembly.confirm", "{'roll':#roll}", .label = "confirmed"},
        {"bob", "assembly.confirm", "{'roll':#roll}", R(roll_confirmed)},
        {"ann", "assembly.confirm", "{'roll':#other}", R(attended_already)},
        {"cat", "assembly.attend", "{'assembly':#a}", R(attended_already)},
    };
    KIT_ROWS(&k, rows);
    static const sheaf_refusal why[] = {R(attended_already), ACCEPTED, R(not_a_member)};
    const struct sheaf_row_roll *roll = sheaf_roll_get(&k.state, kit_index(&k, "roll"));
    assert_int_equal(roll->admitted, 1);
    assert_int_equal(roll->confirmed, kit_index(&k, "confirmed"));
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(sheaf_roll_line_at(&k.state, roll->first + i)->refusal, why[i]);
    const struct sheaf_row_attendance *cat =
        sheaf_attendance_find(&k.state, sheaf_pair(kit_index(&k, "a"), kit_index(&k, "cat")));
    assert_int_equal(cat->teller, kit_index(&k, "ann"));
    kit_close(&k);
}

/* What one teller alone has recorded makes no quorum, nor does it once the assembly is over. */
void test_tellers_admit_in_time(void **unused)
{
    (void)unused;
    for (int confirmed = 0; confirmed < 2; confirmed++) {
        kit k;
        found(&k);
        kit_motion(&k, "t", APPOINT("{'member':#ann},{'member':#bob}"), 4);
        long long starts = (long long)k.now + 20000;
        kit_do(&k, "ann", "assembly.convene", "a",
               "{'agenda':^,'ends':%lld,'place':^,'starts':%lld}", starts + 60000, starts);
        kit_do(&k, "ann", "assembly.admit", "roll",
               "{'assembly':#a,'members':[{'member':#bob},{'member':#cat},{'member':#dan}]}");
        if (confirmed)
            kit_do(&k, "bob", "assembly.confirm", NULL, "{'roll':#roll}");
        k.now = starts;
        kit_do(&k, "hub", "clock.tick", NULL,
               "{'deadline':'assembly_begins','of':#a,'unwitnessed':false}");
        const struct sheaf_row_assembly *assembly =
            sheaf_assembly_get(&k.state, kit_index(&k, "a"));
        assert_int_equal(assembly->present, confirmed ? 3 : 0);
        assert_int_equal(assembly->state, confirmed ? SHEAF_assembly_state_under_way
                                                    : SHEAF_assembly_state_no_quorum);
        if (!confirmed)
            kit_want(&k, R(not_attending_now), "bob", "assembly.confirm", "{'roll':#roll}",
                     NULL);
        kit_close(&k);
    }
}

/* Two members for whom one human signs are one teller, with whichever of their keys. */
void test_tellers_are_two_humans(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
#define HELD(name, digits) KIT_HELD(name, digits, "false", "false", "true", "")
#define SHEET(who)                                                                             \
    "{'channel':'paper','evidence':~e,'list':[{'choice':'yes','member':#" who "}],"            \
    "'matter':#n}"
    kit_motion(&k, "t", APPOINT("{'member':#ann},{'member':#bob},{'member':#cat}"), 4);
    static const kit_row rows[] = {
        {"ann", "key.admit", HELD("a1", "~a"), .label = "a1"},
        {"ann", "holder.allow", "{'holder':~a,'member':#bob}"},
        {"bob", "key.admit", HELD("b1", "~a"), .label = "b1"},
        {"cat", "key.admit", HELD("c1", "~c"), .label = "c1"},
        {"dan", "motion.open", "{'title':^}", .label = "n"},
        {"a1", "ballots.record", SHEET("dan"), .label = "sheet"},
        {"b1", "ballots.confirm", "{'sheet':#sheet}", R(sheet_own)},
        {"bob", "ballots.confirm", "{'sheet':#sheet}", R(sheet_own)},
        {"c1", "ballots.confirm", "{'sheet':#sheet}"},
        {"bob", "ballots.record", SHEET("cat"), .label = "his"},
        {"a1", "ballots.confirm", "{'sheet':#his}", R(sheet_own)},
        {"ann", "ballots.confirm", "{'sheet':#his}", R(sheet_own)}, /* both may be that one's */
        {"ann", "key.admit", HELD("a2", "~d"), .label = "a2"},
        {"a2", "ballots.confirm", "{'sheet':#his}"},
        {"a1", "ballots.record", SHEET("bob"), .label = "last"},
        {"cat", "ballots.confirm", "{'sheet':#last}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(motion(&k, "n")->yes, 3);
    kit_close(&k);
}

/* A person's own key names nobody. Whom that person lets act for the membership as well is no
 * other teller beside it, for as long as that goes on. */
void test_tellers_let_into_a_membership(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    static const char *const people[] = {"eve", "fay"};
    for (int i = 0; i < 2; i++) {
        kit_do(&k, people[i], "member.apply", people[i],
               "{'class':0,'kind':'person','name':^,'public_key':@%s,'web':false}", people[i]);
        kit_do(&k, "ann", "member.admit", NULL, "{'member':#%s}", people[i]);
    }
    kit_motion(&k, "t", APPOINT("{'member':#eve},{'member':#fay}"), 4);
    static const kit_row rows[] = {
        {"fay", "key.admit", HELD("f1", "~f"), .label = "f1"},
        {"fay", "holder.allow", "{'holder':~f,'member':#eve}"},
        {"eve", "key.admit", HELD("e1", "~f"), .label = "e1"},
        {"dan", "motion.open", "{'title':^}", .label = "n"},
        {"f1", "ballots.record", SHEET("dan"), .label = "hers"},
        {"eve", "ballots.confirm", "{'sheet':#hers}", R(sheet_own)},
        {"eve", "ballots.record", SHEET("cat"), .label = "other"},
        {"f1", "ballots.confirm", "{'sheet':#other}", R(sheet_own)},
        {"eve", "key.revoke", "{'key':#e1}"},
        {"eve", "ballots.confirm", "{'sheet':#hers}"},
        {"f1", "ballots.confirm", "{'sheet':#other}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(motion(&k, "n")->yes, 2);
    kit_close(&k);
}

/* Who is conflicted counts for nobody, and whoever has come to be does not either. */
void test_tellers_in_conflict(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    kit_motion(&k, "t", APPOINT("{'member':#ann},{'member':#bob},{'member':#cat}"), 4);
#define PAPER(motion)                                                                          \
    "{'channel':'paper','evidence':~e,'list':[{'choice':'yes','member':#dan}],'matter'"        \
    ":" motion "}"
    static const kit_row rows[] = {
        {"dan", "motion.open", "{'title':^}", .label = "m"},
        {"ann", "ballots.record", PAPER("#m"), .label = "s"},
        {"bob", "conflict.declare", "{'matter':#m}"},
        {"bob", "ballots.record", PAPER("#m"), R(conflicted)},
        {"bob", "ballots.confirm", "{'sheet':#s}", R(conflicted)},
        {"cat", "ballots.record", PAPER("#m"), .label = "other"},
        {"cat", "ballots.confirm", "{'sheet':#s}"},
        {"dan", "motion.open", "{'title':^}", .label = "n"},
        {"ann", "ballots.record", PAPER("#n"), .label = "late"},
        {"ann", "conflict.declare", "{'matter':#n}"},
        {"cat", "ballots.confirm", "{'sheet':#late}", R(conflicted)},
        {"cat", "ballots.record", PAPER("#n"), .label = "again"},
        {"bob", "ballots.confirm", "{'sheet':#again}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(motion(&k, "m")->yes, 1);
    assert_int_equal(motion(&k, "n")->yes, 1);
    kit_close(&k);
}

#define TELLERS_ANN_BOB APPOINT("{'member':#ann},{'member':#bob}")
#define COUNT(choice, who, motion)                                                             \
    "{'channel':'paper','evidence':~e,'list':[{'choice':'" choice "','member':#" who "}],"     \
    "'matter':#" motion "}"

/* Two people speak for whoever does not contradict: whoever does has the vote that it cast, or
 * casts one, and is counted by no teller again. */
void test_tellers_contested(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    kit_motion(&k, "t", TELLERS_ANN_BOB, 4);
    static const kit_row rows[] = {
        {"ann", "motion.open", "{'title':^}", .label = "n"},
        {"dan", "ballot.cast", "{'choice':'no','motion':#n}"},
        {"ann", "ballots.record",
         "{'channel':'paper','evidence':~e,'list':[{'choice':'yes','member':#ann},"
         "{'choice':'yes','member':#cat},{'choice':'yes','member':#dan}],'matter':#n}",
         .label = "sheet"},
        {"dan", "ballot.contest", "{'matter':#n}", R(ballot_not_counted)}, /* not confirmed */
        {"bob", "ballots.confirm", "{'sheet':#sheet}"},
        {"dan", "ballot.contest", "{'matter':4000}", R(no_such_matter)},
        {"bob", "ballot.contest", "{'matter':#n}", R(ballot_not_counted)},
        {"dan", "ballot.cast", "{'choice':'no','motion':#n}", R(counted_by_tellers)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(motion(&k, "n")->yes, 3);
    kit_do(&k, "dan", "ballot.contest", NULL, "{'matter':#n}");
    assert_int_equal(motion(&k, "n")->yes, 2);
    assert_int_equal(motion(&k, "n")->no, 1); /* as dan had voted */
    kit_do(&k, "cat", "ballot.contest", NULL, "{'matter':#n}");
    assert_int_equal(motion(&k, "n")->yes, 1);
    assert_int_equal(motion(&k, "n")->no, 1); /* cat had not */
    static const sheaf_refusal why[] = {ACCEPTED, R(ballot_contested), R(ballot_contested)};
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(line(&k, i)->refusal, why[i]);
    assert_int_equal(sheaf_sheet_get(&k.state, kit_index(&k, "sheet"))->counted, 1);
    static const kit_row after[] = {
        {"dan", "ballot.contest", "{'matter':#n}", R(ballot_not_counted)},
        {"bob", "ballots.record", COUNT("yes", "dan", "n"), R(ballot_contested)},
        {"cat", "ballot.cast", "{'choice':'abstain','motion':#n}"},
        {"dan", "ballot.cast", "{'choice':'yes','motion':#n}"},
        {"ann", "conflict.declare", "{'matter':#n}"},
        {"ann", "ballot.contest", "{'matter':#n}", R(conflicted)},
    };
    KIT_ROWS(&k, after);
    assert_int_equal(motion(&k, "n")->yes, 1);
    assert_int_equal(motion(&k, "n")->no, 0);
    assert_int_equal(motion(&k, "n")->abstain, 1);
    k.now = motion(&k, "n")->closes;
    kit_do(&k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#n,'unwitnessed':false}");
    kit_want(&k, R(motion_closed), "cat", "ballot.contest", "{'matter':#n}", NULL);
    kit_close(&k);
}

/* A motion does not close early by what its members can contest, and by what others cannot. */
void test_tellers_close_nothing_early(void **unused)
{
    (void)unused;
    for (int keyed = 0; keyed < 2; keyed++) {
        kit k;
        found_with(&k, true); /* by its bylaws keys of pages do not vote */
        kit_do(&k, "eve", "member.apply", "eve",
               "{'class':0,'kind':'person','name':^,'public_key':@eve,'web':%s}",
               keyed ? "false" : "true");
        kit_do(&k, "ann", "member.admit", NULL, "{'member':#eve}");
        kit_motion(&k, "t", TELLERS_ANN_BOB, 4);
        static const kit_row rows[] = {
            {"ann", "motion.open", "{'title':^}", .label = "n"},
            {"ann", "ballot.cast", "{'choice':'yes','motion':#n}"},
            {"bob", "ballot.cast", "{'choice':'yes','motion':#n}"},
            {"cat", "ballot.cast", "{'choice':'no','motion':#n}"},
            {"dan", "ballot.cast", "{'choice':'no','motion':#n}"},
            {"ann", "ballots.record", COUNT("yes", "eve", "n"), .label = "sheet"},
            {"bob", "ballots.confirm", "{'sheet':#sheet}"},
        };
        KIT_ROWS(&k, rows);
        assert_int_equal(motion(&k, "n")->closes > k.now, keyed);
        if (keyed) {
            kit_do(&k, "eve", "ballot.contest", NULL, "{'matter':#n}");
            assert_true(motion(&k, "n")->closes > k.now);
            kit_do(&k, "eve", "ballot.cast", NULL, "{'choice':'no','motion':#n}");
        }
        assert_true(motion(&k, "n")->closes <= k.now);
        kit_close(&k);
    }
}

/* There is time to contest it: three days, or half of the days of voting. A motion is put off
 * for that, once. */
void test_tellers_leave_time(void **unused)
{
    (void)unused;
    static const struct {
        int64_t left_ms, off_ms;
    } rows[] = {{30000, 0}, {29999, 30000}, {1, 30000}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        found(&k);
        kit_motion(&k, "t", TELLERS_ANN_BOB, 4);
        kit_do(&k, "ann", "motion.open", "n", "{'title':^}");
        kit_do(&k, "ann", "ballots.record", "sheet", COUNT("yes", "dan", "n"));
        kit_do(&k, "ann", "ballots.record", "late", COUNT("yes", "cat", "n"));
        k.step_ms = 0;
        int64_t closes = motion(&k, "n")->closes;
        k.now = closes - rows[i].left_ms;
        kit_do(&k, "bob", "ballots.confirm", NULL, "{'sheet':#sheet}");
        assert_int_equal(motion(&k, "n")->closes, closes + rows[i].off_ms);
        k.now = closes - 1;
        kit_want(&k, ACCEPTED, "bob", "ballots.record", COUNT("no", "bob", "n"), NULL);
        if (rows[i].off_ms) {
            k.now = closes;
            kit_want(&k, ACCEPTED, "ann", "ballots.record", COUNT("no", "ann", "n"), NULL);
            k.now = closes + 1;
            kit_want(&k, R(tellers_late), "bob", "ballots.confirm", "{'sheet':#late}", NULL);
            kit_want(&k, R(tellers_late), "ann", "ballots.record", COUNT("no", "ann", "n"),
                     NULL);
            k.now = closes + rows[i].off_ms - 1;
            kit_do(&k, "dan", "ballot.contest", NULL, "{'matter':#n}");
        }
        kit_close(&k);
    }
}

/* What is urgent has a time of its own, and is not put off; and no teller counts who is one. */
void test_tellers_urgent(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.early = false;
    kit_with_data(&k, &rules);
    kit_motion(&k, "t", TELLERS_ANN_BOB, 4);
    kit_motion(&k, "g", KIT_MANDATE, 4);
    kit_do(&k, "ann", "motion.open", "n",
           "{'effect':{'kind':'automation.suspend','what':{'of':#g.tick}},'title':^}");
    kit_do(&k, "ann", "motion.open", "u", "{'effect':" TELLERS_ANN_BOB ",'title':^}");
    kit_want(&k, R(tellers_on_tellers), "ann", "ballots.record", COUNT("no", "dan", "u"), NULL);
    k.step_ms = 0;
    k.now = motion(&k, "n")->closes - 30000;
    kit_want(&k, ACCEPTED, "ann", "ballots.record", COUNT("yes", "dan", "n"), NULL);
    k.now++;
    kit_want(&k, R(tellers_late), "ann", "ballots.record", COUNT("yes", "cat", "n"), NULL);
    kit_close(&k);
}
