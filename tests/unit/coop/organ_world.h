/* A co-op with a board, which decides and acts urgently: for the tests of both. */
#ifndef SHEAF_TEST_COOP_ORGAN_WORLD_H
#define SHEAF_TEST_COOP_ORGAN_WORLD_H

#include "test.h"

#include "coop/deadline.h"
#include "coop/electorate.h"
#include "coop/override.h"

/* A board of three, two of whom take part; stewards; one officer for care. */
#define ORGAN(kind, name, seats)                                                               \
    "{'kind':'" kind "','name':'" name "','nominate_s':0,'open_s':100,'quorum_bp':5000,"       \
    "'seats':" seats ",'term_s':100000}"
#define ORGANS                                                                                 \
    "{'list':[" ORGAN("board", "Board", "3") "," ORGAN("stewards", "Stewards", "2") "," ORGAN( \
        "care", "Care", "1") "],'protected':false}"
#define HOLD(seconds)                                                                          \
    "{'confirm_s':600,'hold_s':" seconds ",'members':2,'members_bp':10000,'protected':true}"
#define STOP(of)       "{'kind':'automation.suspend','what':{'of':#" of "}}"
#define REVOKE(of)     "{'kind':'mandate.revoke','what':{'mandate':#" of "}}"
#define RESUME(of)     "{'kind':'automation.resume','what':{'override':#" of "}}"
#define BOARD(effect)  "{'effect':" effect ",'organ':0,'title':^}"
#define URGENT(effect) "{'effect':" effect ",'organ':0,'title':^,'urgent':true}"
#define RESOLUTION     "{'organ':0,'title':^}"

static inline const struct sheaf_row_motion *motion(const kit *k, const char *label)
{
    return sheaf_motion_get(&k->state, kit_index((kit *)k, label));
}

static inline bool suspended(const kit *k, const char *label)
{
    return sheaf_suspended(&k->state, kit_index((kit *)k, label));
}

static inline const struct sheaf_row_override *override_by(const kit *k, const char *label)
{
    return sheaf_override_get(&k->state, kit_index((kit *)k, label));
}

static inline void vote(kit *k, const char *who, const char *choice, const char *label)
{
    kit_do(k, who, "ballot.cast", NULL, "{'choice':'%s','motion':#%s}", choice, label);
}

/* When it closes, at the latest, after what is due before; the tick is labelled LABEL.N. */
static inline void settle(kit *k, const char *label, int n)
{
    char tick[KIT_NAME_MAX];
    snprintf(tick, sizeof tick, "%s.%d", label, n);
    if (k->now < motion(k, label)->closes)
        k->now = motion(k, label)->closes;
    for (sheaf_deadline due;
         sheaf_deadline_first(&k->state, &due) && due.of != kit_index(k, label);)
        kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'%s','of':%u,'unwitnessed':false}",
               sheaf_deadline_name(due.kind), due.of);
    kit_do(k, "hub", "clock.tick", tick, "{'deadline':'motion','of':#%s,'unwitnessed':false}",
           label);
}

static inline void elect(kit *k, const char *who, int organ)
{
    char label[KIT_NAME_MAX], effect[128];
    snprintf(label, sizeof label, "%s.%d", who, organ);
    snprintf(effect, sizeof effect, "{'kind':'office.elect','what':{'member':#%s,'organ':%d}}",
             who, organ);
    kit_motion(k, label, effect, 4);
    assert_int_equal(motion(k, label)->state, SHEAF_motion_state_adopted);
}

static inline kit_rules rules_with_board(const char *hold, const char *urgent)
{
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_organs] = ORGANS;
    rules.article[SHEAF_ARTICLE_override] = hold;
    rules.urgent = urgent;
    return rules;
}

/* Ann, bob and cat are the board, dan cares; a mandate is in force. */
static inline void begin_with(kit *k, const kit_rules *rules)
{
    kit_open(k);
    kit_with_data(k, rules);
    elect(k, "ann", 0);
    elect(k, "bob", 0);
    elect(k, "cat", 0);
    elect(k, "dan", 2);
}

static inline void begin(kit *k, const char *urgent)
{
    kit_rules rules = rules_with_board(HOLD("0"), urgent);
    begin_with(k, &rules);
    kit_motion(k, "g", KIT_MANDATE, 4);
    assert_int_equal(motion(k, "g")->state, SHEAF_motion_state_adopted);
}

#endif
