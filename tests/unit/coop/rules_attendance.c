/* Attendance that tellers record, and members who say that they are not there. */
#include "test.h"

static const struct sheaf_row_assembly *assembly(kit *k)
{
    return sheaf_assembly_get(&k->state, kit_index(k, "a"));
}

static const struct sheaf_row_motion *motion(kit *k, const char *label)
{
    return sheaf_motion_get(&k->state, kit_index(k, label));
}

/* Ann and bob are tellers; three of four members make an assembly, which is in 20 seconds and
 * lasts so long. The motion `m` is put to it. */
static void convene(kit *k, int lasts_s, const char *second)
{
    char article[160];
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.classes = "{'name':'member','votes':1},{'name':'worker','votes':1}";
    rules.article[SHEAF_ARTICLE_organs] =
        "{'list':[{'electorate':1,'kind':'board','name':'Board','nominate_s':0,'open_s':100,"
        "'quorum_bp':5000,'seats':1,'term_s':1000}],'protected':false}";
    snprintf(article, sizeof article,
             "{'notice_s':10,'open_s':600,'protected':false,'quorum_bp':7500%s}", second);
    rules.article[SHEAF_ARTICLE_assemblies] = article;
    kit_found_four(k, &rules);
    kit_motion(k, "t",
               "{'kind':'tellers.appoint','what':{'duration_s':3600,'members':[{'member':#ann},"
               "{'member':#bob}]}}",
               4);
    k->step_ms = 0;
    long long starts = (long long)k->now + 20000;
    kit_do(k, "ann", "assembly.convene", "a",
           "{'agenda':^,'ends':%lld,'place':^,'starts':%lld}", starts + lasts_s * 1000, starts);
    kit_do(k, "ann", "motion.open", "m", "{'assembly':#a,'title':^}");
}

#define ROLL(list) "{'assembly':#a,'members':[" list "]}"
#define ONE(who)   "{'member':#" who "}"
#define CONTEST    "{'assembly':#a}"
#define COUNT(who)                                                                             \
    "{'channel':'hands','evidence':~e,'list':[{'choice':'yes','member':#" who "}],'matter':#"  \
    "m}"

static void begin(kit *k)
{
    k->now = assembly(k)->starts;
    kit_do(k, "hub", "clock.tick", NULL, KIT_TICK("assembly_begins", "a"));
}

static void end(kit *k)
{
    k->now = assembly(k)->ends;
    kit_do(k, "hub", "clock.tick", NULL, KIT_TICK("assembly_ends", "a"));
}

static void decide(kit *k, const char *label)
{
    k->now = motion(k, label)->closes;
    kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#%s,'unwitnessed':false}",
           label);
}

/* Who was not there counts neither for the quorum nor with what tellers counted there, unless
 * it comes after all; and nobody was away who has voted. */
void test_attendance_contested(void **unused)
{
    (void)unused;
    for (int comes = 0; comes < 2; comes++) {
        kit k;
        convene(&k, 60, "");
        static const kit_row before[] = {
            {"ann", "assembly.admit", ROLL(ONE("cat") "," ONE("dan")), .label = "roll"},
            {"dan", "assembly.contest", "{'assembly':4000}", R(no_such_assembly)},
            {"dan", "assembly.contest", CONTEST, R(presence_not_recorded)},
            {"bob", "assembly.confirm", "{'roll':#roll}"},
            {"bob", "assembly.attend", CONTEST},
            {"bob", "assembly.contest", CONTEST, R(presence_not_recorded)},
        };
        KIT_ROWS(&k, before);
        begin(&k);
        assert_int_equal(assembly(&k)->state, SHEAF_assembly_state_under_way);
        assert_int_equal(assembly(&k)->present, 3);
        static const kit_row rows[] = {
            {"cat", "ballot.cast", "{'choice':'yes','motion':#m}"},
            {"ann", "ballots.record", COUNT("dan"), .label = "sheet"},
            {"bob", "ballots.confirm", "{'sheet':#sheet}"},
            {"cat", "assembly.contest", CONTEST, R(presence_shown)},
            {"dan", "assembly.contest", CONTEST},
            {"dan", "assembly.contest", CONTEST, R(presence_not_recorded)},
            {"dan", "ballot.contest", "{'matter':#m}", R(ballot_not_counted)},
            {"dan", "ballot.cast", "{'choice':'no','motion':#m}", R(not_attending)},
            {"ann", "assembly.admit", ROLL(ONE("dan")), R(presence_contested)},
        };
        KIT_ROWS(&k, rows);
        assert_int_equal(assembly(&k)->present, 2);
        assert_int_equal(motion(&k, "m")->yes, 1);
        assert_int_equal(sheaf_sheet_get(&k.state, kit_index(&k, "sheet"))->counted, 0);
        if (comes) {
            kit_do(&k, "dan", "assembly.attend", NULL, CONTEST);
            kit_want(&k, R(attended_already), "dan", "assembly.attend", CONTEST, NULL);
            kit_want(&k, R(presence_not_recorded), "dan", "assembly.contest", CONTEST, NULL);
            kit_do(&k, "dan", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
            assert_int_equal(assembly(&k)->present, 3);
        }
        end(&k);
        decide(&k, "m");
        assert_int_equal(motion(&k, "m")->state,
                         comes ? SHEAF_motion_state_adopted : SHEAF_motion_state_no_quorum);
        kit_want(&k, comes ? ACCEPTED : R(not_present), "dan", "minutes.record",
                 "{'assembly':#a,'text':^}", NULL);
        kit_close(&k);
    }
}

/* Who put a motion on the spot was there, but not who put one before. */
void test_attendance_shown(void **unused)
{
    (void)unused;
    kit k;
    convene(&k, 60, "");
    static const kit_row before[] = {
        {"dan", "motion.open", "{'assembly':#a,'title':^}", .label = "n"},
        {"ann", "assembly.admit", ROLL(ONE("bob") "," ONE("cat") "," ONE("dan")),
         .label = "roll"},
        {"bob", "assembly.confirm", "{'roll':#roll}"},
    };
    KIT_ROWS(&k, before);
    begin(&k);
    k.now++;
    static const kit_row rows[] = {
        {"cat", "motion.open", "{'assembly':#a,'title':^}", .label = "o"},
        {"cat", "assembly.contest", CONTEST, R(presence_shown)},
        {"dan", "assembly.contest", CONTEST},
    };
    KIT_ROWS(&k, rows);
    kit_close(&k);
}

/* At least as much time as for a ballot that tellers counted: what is put to the assembly stays
 * open for it, whether they confirm before it begins or in its last moment. */
void test_attendance_leaves_time(void **unused)
{
    (void)unused;
    for (int late = 0; late < 2; late++) {
        kit k;
        convene(&k, 20, "");
        static const kit_row before[] = {
            {"ann", "assembly.admit", ROLL(ONE("cat") "," ONE("dan")), .label = "roll"},
            {"ann", "assembly.attend", CONTEST},
            {"bob", "assembly.attend", CONTEST},
            {"cat", "assembly.attend", CONTEST},
        };
        KIT_ROWS(&k, before);
        if (late)
            begin(&k);
        k.now = late ? assembly(&k)->ends - 1 : assembly(&k)->starts - 1;
        int64_t until = k.now + 60000; /* half of the longest time in which members vote */
        kit_do(&k, "bob", "assembly.confirm", NULL, "{'roll':#roll}");
        if (!late)
            begin(&k);
        assert_int_equal(assembly(&k)->contest, until);
        assert_int_equal(motion(&k, "m")->closes, until);
        kit_do(&k, "ann", "motion.open", "n", "{'assembly':#a,'title':^}");
        assert_int_equal(motion(&k, "n")->closes, until);
        end(&k);
        k.now = assembly(&k)->minutes_from;
        kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("minutes", "a"));
        k.now = until - 1;
        kit_want(&k, R(assembly_votes), "ann", "ballot.cast", "{'choice':'yes','motion':#m}",
                 NULL);
        kit_do(&k, "dan", "assembly.contest", NULL, CONTEST);
        assert_int_equal(assembly(&k)->present, 3);
        decide(&k, "m");
        decide(&k, "n");
        kit_close(&k);
    }
}

/* Over is over: when that time is, or the assembly was not held, or called off. */
void test_attendance_contested_too_late(void **unused)
{
    (void)unused;
    for (int how = 0; how < 3; how++) {
        kit k;
        convene(&k, 60, "");
        kit_do(&k, "ann", "assembly.admit", "roll",
               how == 0 ? ROLL(ONE("cat") "," ONE("dan")) : ROLL(ONE("dan")));
        kit_do(&k, "bob", "assembly.confirm", NULL, "{'roll':#roll}");
        kit_do(&k, "bob", "assembly.attend", NULL, CONTEST);
        if (how == 2) {
            kit_do(&k, "ann", "assembly.cancel", NULL, CONTEST);
        } else {
            begin(&k);
            assert_int_equal(assembly(&k)->state, how ? SHEAF_assembly_state_no_quorum
                                                      : SHEAF_assembly_state_under_way);
        }
        if (how == 0) {
            end(&k);
            decide(&k, "m");
        } else {
            kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("motion", "m"));
        }
        kit_want(&k, R(presence_late), "dan", "assembly.contest", CONTEST, NULL);
        kit_close(&k);
    }
}

/* Contested on the first call, it does not count on the second; who was recorded does. */
void test_attendance_on_second_call(void **unused)
{
    (void)unused;
    kit k;
    convene(&k, 60, ",'second':{'open_s':100,'quorum_bp':5000}");
    kit_do(&k, "ann", "assembly.admit", "roll", ROLL(ONE("cat") "," ONE("dan")));
    kit_do(&k, "bob", "assembly.confirm", NULL, "{'roll':#roll}");
    begin(&k);
    assert_int_equal(assembly(&k)->present, 2);
    assert_int_equal(assembly(&k)->state, SHEAF_assembly_state_second_call);
    kit_do(&k, "dan", "assembly.contest", NULL, CONTEST);
    kit_do(&k, "bob", "assembly.attend", NULL, CONTEST);
    begin(&k);
    assert_int_equal(assembly(&k)->present, 2); /* bob and cat */
    kit_do(&k, "cat", "assembly.contest", NULL, CONTEST);
    assert_int_equal(assembly(&k)->present, 1);
    kit_do(&k, "dan", "assembly.attend", NULL, CONTEST); /* after it began */
    assert_int_equal(assembly(&k)->present, 1);
    kit_close(&k);
}

/* Who is counted and then says that it was not there does not keep the others from a second
 * call, during the assembly or after it. */
void test_attendance_keeps_nobody_from_a_second_call(void **unused)
{
    (void)unused;
    for (int after = 0; after < 2; after++) {
        kit k;
        convene(&k, 20, ",'second':{'open_s':100,'quorum_bp':5000}");
        kit_do(&k, "ann", "assembly.admit", "roll", ROLL(ONE("dan")));
        kit_do(&k, "bob", "assembly.confirm", NULL, "{'roll':#roll}");
        kit_do(&k, "bob", "assembly.attend", NULL, CONTEST);
        kit_do(&k, "cat", "assembly.attend", NULL, CONTEST);
        int64_t until = assembly(&k)->contest;
        begin(&k);
        kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
        if (after) {
            end(&k);
            assert_int_equal(assembly(&k)->state, SHEAF_assembly_state_ended);
            assert_int_equal(motion(&k, "m")->closes, until);
        }
        kit_do(&k, "dan", "assembly.contest", NULL, CONTEST);
        assert_int_equal(assembly(&k)->state, SHEAF_assembly_state_second_call);
        assert_int_equal(assembly(&k)->starts, k.now + 100000);
        assert_int_equal(assembly(&k)->ends, k.now + 120000);
        assert_int_equal(motion(&k, "m")->closes, assembly(&k)->ends);
        begin(&k);
        assert_int_equal(assembly(&k)->state, SHEAF_assembly_state_under_way);
        kit_do(&k, "cat", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
        end(&k);
        decide(&k, "m");
        assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_adopted);
        kit_want(&k, ACCEPTED, "ann", "assembly.convene",
                 "{'agenda':^,'ends':1790009000000,'place':^,'starts':1790008900000}", NULL);
        kit_close(&k);
    }
}

/* Until nobody contests any more it is not over for who convened it. */
void test_attendance_is_waited_for(void **unused)
{
    (void)unused;
    kit k;
    convene(&k, 20, ",'second':{'open_s':100,'quorum_bp':5000}");
    kit_do(&k, "ann", "assembly.admit", "roll", ROLL(ONE("bob") "," ONE("cat") "," ONE("dan")));
    kit_do(&k, "bob", "assembly.confirm", NULL, "{'roll':#roll}");
    int64_t until = assembly(&k)->contest;
    begin(&k);
    end(&k);
    static const char again[] =
        "{'agenda':^,'ends':1790009000000,'place':^,'starts':1790008900000}";
    kit_want(&k, R(assembly_own_open), "ann", "assembly.convene", again, NULL);
    k.now = assembly(&k)->minutes_from;
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("minutes", "a"));
    k.now = until;
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("assembly_ends", "a"));
    decide(&k, "m");
    assert_int_equal(assembly(&k)->state, SHEAF_assembly_state_ended);
    kit_want(&k, ACCEPTED, "ann", "assembly.convene", again, NULL);
    kit_close(&k);
}

/* Where one class decides, so many of its members are there. */
void test_attendance_of_a_class(void **unused)
{
    (void)unused;
    for (int contested = 0; contested < 2; contested++) {
        static const char *const names[] = {"ann", "bob", "cat", "dan"};
        kit k;
        convene(&k, 300, "");
        for (int i = 0; i < 2; i++) {
            const char *name = i ? "xia" : "wim";
            kit_do(&k, name, "member.apply", name,
                   "{'class':1,'kind':'person','name':^,'public_key':@%s,'web':false}", name);
            kit_do(&k, "ann", "member.admit", NULL, "{'member':#%s}", name);
        }
        kit_do(&k, "ann", "motion.open", "e",
               "{'assembly':#a,'effect':{'kind':'office.elect','what':{'member':#xia,'organ':0}"
               "},'title':^}");
        kit_do(&k, "ann", "assembly.admit", "roll", ROLL(ONE("wim")));
        kit_do(&k, "bob", "assembly.confirm", NULL, "{'roll':#roll}");
        kit_do(&k, "xia", "assembly.attend", NULL, CONTEST);
        for (int i = 0; i < 4; i++)
            kit_do(&k, names[i], "assembly.attend", NULL, CONTEST);
        begin(&k);
        kit_do(&k, "xia", "ballot.cast", NULL, "{'choice':'yes','motion':#e}");
        if (contested)
            kit_do(&k, "wim", "assembly.contest", NULL, CONTEST);
        assert_int_equal(assembly(&k)->present, 6 - contested); /* enough of all */
        end(&k);
        decide(&k, "m");
        decide(&k, "e");
        assert_int_equal(motion(&k, "e")->state,
                         contested ? SHEAF_motion_state_no_quorum : SHEAF_motion_state_adopted);
        kit_close(&k);
    }
}
