/* Conflicts of interest. */
#include "test.h"

#include "coop/electorate.h"

static const struct sheaf_row_motion *motion(const kit *k, const char *label)
{
    return sheaf_motion_find(&k->state, kit_index((kit *)k, label));
}

void test_conflicts(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.early = true;
    kit_found_four(&k, &rules);
    kit_do(&k, "eve", "member.apply", "eve",
           "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':false}");
    for (int i = 0; i < rules.approvals; i++)
        kit_do(&k, i ? "bob" : "ann", "member.admit", NULL, "{'member':#eve}");
    kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
    static const kit_row rows[] = {
        {"ann", "conflict.declare", "{'matter':4000}", R(no_such_matter)},
        {"ann", "conflict.declare", "{'matter':#ann}", R(no_such_matter)},
        {"eve", "conflict.declare", "{'matter':#m}", R(no_vote)},
        {"bob", "ballot.cast", "{'choice':'no','motion':#m}"},
        {"bob", "conflict.declare", "{'matter':#m,'reason':^}"},
        {"bob", "conflict.declare", "{'matter':#m}", R(conflicted_already)},
        {"bob", "ballot.cast", "{'choice':'yes','motion':#m}", R(conflicted)},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"cat", "ballot.cast", "{'choice':'no','motion':#m}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(motion(&k, "m")->yes, 1);
    assert_int_equal(motion(&k, "m")->no, 1);
    assert_int_equal(motion(&k, "m")->electorate, 4);
    assert_true(motion(&k, "m")->closes > k.now);
    /* The last who had not voted will not: there is nobody left to wait for. */
    kit_do(&k, "dan", "conflict.declare", NULL, "{'matter':#m}");
    assert_int_equal(sheaf_conflicts(&k.state, kit_index(&k, "m")), 2);
    assert_true(sheaf_conflicted(&k.state, kit_index(&k, "m"), kit_index(&k, "dan")));
    kit_do(&k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#m,'unwitnessed':false}");
    assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_rejected);
    kit_want(&k, R(motion_closed), "cat", "conflict.declare", "{'matter':#m}", NULL);
    kit_close(&k);
}

/* A board of four; a panel of three, of whom ann is on it too; sue has no vote. */
static void found_officers(kit *k)
{
    static const char *const seats[] = {"dan", "wim", "xia", "ann", "ann", "bob", "cat"};
    static const char *const joins[] = {"wim", "xia", "sue"};
    kit_open(k);
    kit_rules rules = kit_rules_usual();
#define ORGAN(kind, seats)                                                                     \
    "{'kind':'" kind "','name':'" kind "','nominate_s':10,'open_s':10,'quorum_bp':7500,"       \
    "'seats':" seats ",'term_s':100000}"
    rules.article[SHEAF_ARTICLE_organs] =
        "{'list':[" ORGAN("board", "4") "," ORGAN("panel", "3") "],'protected':false}";
#undef ORGAN
    rules.article[SHEAF_ARTICLE_circles] =
        "{'answer_s':600,'open_max':5,'protected':false,'review_max_s':1000,"
        "'size_warning':20}";
    kit_found_four(k, &rules);
    for (int i = 0; i < 3; i++) {
        kit_do(k, joins[i], "member.apply", joins[i],
               "{'class':%d,'kind':'person','name':^,'public_key':@%s,'web':false}", i == 2,
               joins[i]);
        kit_do(k, "ann", "member.admit", NULL, "{'member':#%s}", joins[i]);
    }
    for (int i = 0; i < 7; i++) {
        char effect[120], label[KIT_NAME_MAX];
        snprintf(label, sizeof label, "seat%d", i);
        snprintf(effect, sizeof effect,
                 "{'kind':'office.elect','what':{'member':#%s,'organ':%d}}", seats[i], i > 3);
        kit_motion(k, label, effect, 4);
    }
}

#define FIND(who, matter) "{'matter':#" matter ",'member':#" who ",'reason':^}"
/* With a commitment of so many of that letter. */
#define WHY(letter)                                                                            \
    "{'matter':#m,'member':#wim,'reason':'" letter letter letter letter letter letter letter   \
    "A'}"

/* More than half of the panels' officers find it, two at least, and none who decides. */
void test_conflicts_found(void **unused)
{
    (void)unused;
    kit k;
    found_officers(&k);
    static const kit_row rows[] = {
        {"dan", "motion.open", "{'organ':0,'title':^}", .label = "m"},
        {"wim", "ballot.cast", "{'choice':'no','motion':#m}"},
        {"xia", "conflict.allege", FIND("wim", "m"), R(not_an_officer)},
        {"bob", "conflict.allege", FIND("bob", "m"), R(not_an_officer)},
        {"bob", "conflict.allege", "{'matter':4000,'member':#wim,'reason':^}",
         R(no_such_matter)},
        {"bob", "conflict.allege", FIND("sue", "m"), R(not_an_officer)},
        {"ann", "conflict.allege", FIND("wim", "m"), R(finder_decides)},
        {"bob", "conflict.allege", WHY("BBBBBB")},
        {"bob", "conflict.allege", FIND("wim", "m"), R(approved_twice)},
        {"wim", "ballot.cast", "{'choice':'no','motion':#m}"}, /* one voice is none */
        {"cat", "conflict.allege", WHY("CCCCCC")},
        {"cat", "conflict.allege", FIND("wim", "m"), R(conflicted_already)},
        {"wim", "ballot.cast", "{'choice':'no','motion':#m}", R(conflicted)},
        {"wim", "conflict.declare", "{'matter':#m}", R(conflicted_already)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(motion(&k, "m")->no, 0);
    assert_int_equal(sheaf_conflicts(&k.state, kit_index(&k, "m")), 1);
    /* Each finder's own reason is kept. */
    const struct sheaf_row_conflict *row =
        sheaf_conflict_find(&k.state, sheaf_pair(kit_index(&k, "m"), kit_index(&k, "wim")));
    assert_int_equal(sheaf_finding_count(&k.state), 2);
    for (uint32_t i = 0; i < 2; i++) {
        const struct sheaf_row_finding *finding =
            sheaf_finding_find(&k.state, sheaf_pair(kit_index(&k, i ? "cat" : "bob"), row->id));
        assert_non_null(finding);
        assert_int_equal(sheaf_hash_equal(&finding->reason, &row->reason), i == 0);
    }
    kit_close(&k);
}

/* Nobody's vote or objection is taken away by others in what members or a circle decide. */
void test_conflicts_not_found(void **unused)
{
    (void)unused;
    kit k;
    found_officers(&k);
    static const kit_row rows[] = {
        {"dan", "motion.open", "{'title':^}", .label = "m"},
        {"bob", "conflict.allege", FIND("wim", "m"), R(found_by_members)},
        {"dan", "allocation.open",
         "{'amount':10,'options':[{'name':^},{'name':^}],'points':2,'title':^}", .label = "a"},
        {"bob", "conflict.allege", FIND("wim", "a"), R(found_by_members)},
        {"wim", "circle.found", "{'name':^,'purpose':^}", .label = "c"},
        {"dan", "circle.join", "{'circle':#c}"},
        {"xia", "circle.join", "{'circle':#c}"},
        {"wim", "circle.admit", "{'circle':#c,'member':#dan}"},
        {"wim", "circle.admit", "{'circle':#c,'member':#xia}"},
        {"dan", "proposal.open", "{'circle':#c,'review_s':1000,'text':^,'title':^}",
         .label = "p"},
        {"wim", "proposal.object", "{'class':'paramount','proposal':#p,'reason':^}"},
        {"bob", "conflict.allege", FIND("wim", "p"), R(found_by_members)},
        {"xia", "office.resign", "{'organ':0}"},
    };
    KIT_ROWS(&k, rows);
    kit_do(&k, "hub", "clock.tick", "v",
           "{'deadline':'vacancy','of':#seat2.tick,'unwitnessed':false}");
    kit_want(&k, R(found_by_members), "bob", "conflict.allege", FIND("wim", "v"), NULL);
    kit_close(&k);
}

/* What officers found holds among officers: where too few are left who decide, all members do,
 * and nobody has less of a vote there than they; a conflict that they declare themselves holds.
 */
void test_conflicts_found_are_over(void **unused)
{
    (void)unused;
    kit k;
    found_officers(&k);
    static const kit_row rows[] = {
        {"dan", "motion.open", "{'organ':0,'title':^}", .label = "m"},
        {"bob", "conflict.allege", FIND("wim", "m")},
        {"cat", "conflict.allege", FIND("wim", "m")},
        {"bob", "conflict.allege", FIND("xia", "m")},
        {"dan", "conflict.declare", "{'matter':#m}"},
    };
    KIT_ROWS(&k, rows);
    kit_do(&k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#m,'unwitnessed':false}");
    assert_int_equal(motion(&k, "m")->body, SHEAF_body_assembly);
    assert_int_equal(sheaf_conflicts(&k.state, kit_index(&k, "m")), 1);
    static const kit_row after[] = {
        {"dan", "ballot.cast", "{'choice':'no','motion':#m}", R(conflicted)},
        {"cat", "conflict.allege", FIND("xia", "m"), R(found_by_members)},
        {"wim", "ballot.cast", "{'choice':'no','motion':#m}"},
        {"wim", "conflict.declare", "{'matter':#m}"},
        {"wim", "ballot.cast", "{'choice':'no','motion':#m}", R(conflicted)},
        {"wim", "conflict.declare", "{'matter':#m}", R(conflicted_already)},
    };
    KIT_ROWS(&k, after);
    assert_int_equal(sheaf_conflicts(&k.state, kit_index(&k, "m")), 2);
    assert_int_equal(motion(&k, "m")->no, 0);
    kit_close(&k);
}
