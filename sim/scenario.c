/* What can go wrong, by name, and what must come of it.
 *
 * In each of them the rounds before are sound, and those after it as well: at the end one must
 * have been closed and attested. Who must refuse, and with which sentence, stands in the table;
 * that no vector can be computed from what was sent, and all the rest that holds always, is
 * checked for every seed. */
#include "sim.h"

#include "coop/view.h"

enum { ALL = 15, ANN = 1, BOB = 2, CAT = 4, DAN = 8, THE_HUB = 16 };

static const scenario scenarios[] = {
    {.name = "both-secrets",
     .must = "a survivor who is called a drop-out too is unmasked by nobody",
     .seed = 101,
     .lie = LIE_BOTH_SECRETS,
     .noised = true,
     .complaints = {{ALL, "a survivor and a drop-out at once, which would unmask its vector"}}},
    {.name = "two-lists",
     .must = "with two survivor lists and an accomplice who signs both, one list is revealed",
     .seed = 102,
     .lie = LIE_TWO_LISTS,
     .noised = true,
     .complaints = {{CAT, "2 signatures of the survivor list are too few"},
                    {ALL, "second, different bundle for stage survivors"}}},
    {.name = "swapped-keys",
     .must = "whoever is shown keys of the hub's own shares nothing",
     .seed = 103,
     .lie = LIE_KEYS,
     .complaints = {{0, "the message of stage advertise is not signed by member"}}},
    {.name = "replayed-round",
     .must = "messages and bundles of an earlier round are answered by nobody",
     .seed = 204,
     .lie = LIE_REPLAY,
     .noised = true,
     .complaints = {{ANN | CAT, "a message of stage advertise is for round"},
                    {BOB | DAN, "a bundle is for round"}}},
    {.name = "doubled",
     .must = "a participant who stands twice in a stage stops it",
     .seed = 105,
     .lie = LIE_DOUBLED,
     .complaints = {{ALL, "stands twice in stage advertise"}}},
    {.name = "added",
     .must = "nor does anybody share with one who is not on the roster",
     .seed = 120,
     .lie = LIE_ADDED,
     .noised = true,
     .complaints = {{ALL, "is not on the roster of round"}}},
    {.name = "broken-off",
     .must = "rounds that the hub breaks off are spent: after the mandate's last none opens",
     .seed = 121,
     .lie = LIE_BREAK_OFF,
     .noised = true,
     .ends = true,
     .rounds = 4,
     .complaints = {{THE_HUB, "the mandate's rounds are used up"}}},
    {.name = "false-model",
     .must = "a model that is not the sum is attested by nobody and built on by nothing",
     .seed = 106,
     .lie = LIE_RESULT,
     .tables = true,
     .length_ms = 12000,
     .complaints = {{ALL, "does not follow from its sum"}}},
    {.name = "false-list",
     .must = "nor is a round whose entry leaves out one who was summed",
     .seed = 124,
     .lie = LIE_LIST,
     .noised = true,
     .tables = true,
     .length_ms = 12000,
     .complaints = {{ALL & ~ANN, "the log and the transcript of round"}}},
    {.name = "other-transcript",
     .must = "nor one whose transcript is not the one on the log",
     .seed = 125,
     .lie = LIE_TRANSCRIPT,
     .noised = true,
     .tables = true,
     .length_ms = 12000,
     .complaints = {{ALL, "is not the one whose hash is on the log"}}},
    {.name = "late",
     .must = "a masked vector that comes late is neither summed nor unmasked",
     .seed = 122,
     .flaw = FLAW_LATE,
     .noised = true,
     .complaints = {{THE_HUB, "the message of stage input came too late"}}},
    {.name = "killed",
     .must =
         "a node that dies before its vector leaves, then the hub, go on with the same bytes",
     .seed = 123,
     .noised = true,
     .tables = true,
     .killed = true},
    {.name = "wrong-length",
     .must = "a masked vector of the wrong length is refused, the others' sum is right",
     .seed = 107,
     .flaw = FLAW_LENGTH,
     .noised = true,
     .complaints = {{THE_HUB, "has fewer than"}, {THE_HUB, "has more than"}}},
    {.name = "nan",
     .must = "a file with a value that is no number is not computed with, nor quoted",
     .seed = 108,
     .flaw = FLAW_NAN,
     .tables = true,
     .complaints = {{CAT, "line 9, column age: the value "}}},
    {.name = "infinite",
     .must = "nor is one with a number without end",
     .seed = 109,
     .flaw = FLAW_INFINITE,
     .tables = true,
     .complaints = {{CAT, "line 9, column age: the value "}}},
    {.name = "out-of-range",
     .must = "nor one with a number that is too large",
     .seed = 110,
     .flaw = FLAW_RANGE,
     .tables = true,
     .complaints = {{CAT, "line 9, column age: the value "}}},
    {.name = "wrong-shape",
     .must = "nor one with a value too many or without a column",
     .seed = 111,
     .flaw = FLAW_SHAPE,
     .tables = true,
     .complaints = {{CAT, "has no column cp"}, {CAT, "line 9"}}},
    {.name = "broken-row",
     .must = "under noise such a row counts as no row, and its member answers as ever",
     .seed = 116,
     .flaw = FLAW_NAN,
     .noised = true,
     .tables = true},
    {.name = "missing-column",
     .must = "but a file without the column is refused there as well",
     .seed = 117,
     .flaw = FLAW_SHAPE,
     .noised = true,
     .tables = true,
     .complaints = {{CAT, "has no column cp"}}},
    {.name = "changed-file",
     .must = "a file that changes between exact sums is no longer computed with",
     .seed = 119,
     .flaw = FLAW_CHANGED,
     .tables = true,
     .complaints = {{CAT, "is not the file that"}}},
    {.name = "wild-update",
     .must = "an update that grows out of bounds does not leave its node, nor hold up its file",
     .seed = 112,
     .flaw = FLAW_UPDATE,
     .tables = true,
     .complaints = {{CAT, "training diverged"}}},
    {.name = "impossible-sum",
     .must = "a sum that no data makes becomes no model",
     .seed = 113,
     .flaw = FLAW_SUM,
     .tables = true,
     .complaints = {{THE_HUB, "the members' sum"}}},
    {.name = "clocks",
     .must = "clocks hours ahead or behind stop their owners alone, and settle nothing early",
     .seed = 118,
     .flaw = FLAW_CLOCKS,
     .noised = true,
     .witnessed = true,
     .length_ms = 12000,
     .complaints = {{THE_HUB, "more than two minutes ahead of the log's clock"},
                    {THE_HUB, "the act's until has passed"},
                    {BOB, "stamped ahead of my clock"},
                    {THE_HUB, "timed at or after the deadline"}}},
    {.name = "one-record",
     .must = "a member with one record is summed like any other, exactly",
     .seed = 114,
     .tables = true,
     .one_record = true},
    {.name = "one-record-noised",
     .must = "and under noise",
     .seed = 115,
     .noised = true,
     .tables = true,
     .one_record = true},
};

const scenario *scenario_all(size_t *count)
{
    *count = sizeof scenarios / sizeof *scenarios;
    return scenarios;
}

static bool is_in(const sim *s, const struct sheaf_row_round *round, int i)
{
    uint32_t key = kit_named((kit *)&s->pen, s->member[i].node)->key;
    const struct sheaf_row_seat *seat =
        sheaf_seat_find(&s->hub.replay.state, sheaf_pair(round->id, key));
    return seat && seat->survived;
}

/* After what went wrong a round was closed, with the one that was wrong in its sum, and
 * attested by as many as must. */
static bool went_on(const sim *s)
{
    const sheaf_state *state = &s->hub.replay.state;
    for (uint32_t r = 0; r < sheaf_round_count(state); r++) {
        const struct sheaf_row_round *round = sheaf_round_at(state, r);
        if (round->state == SHEAF_round_state_closed && round->attested >= 2
            && is_in(s, round, FLAWED)
            && (s->lied_round ? round->id > s->lied_round
                              : s->sound_from && round->id >= s->sound_from))
            return true;
    }
    return false;
}

void scenario_judge(const sim *s)
{
    if (s->lie != HONEST && !s->lied_round)
        sim_fail(s, "the hub had no occasion to lie");
    for (int i = 0; i < COMPLAINTS_MAX; i++) {
        const complaint *c = &s->scenario->complaints[i];
        unsigned who = s->complained[i];
        if (c->says && (who == 0 || (who & c->who) != c->who))
            sim_fail(s,
                     "\"%s\" must be said by %x, and was by %x; last said: %s; %s; %s; %s; %s",
                     c->says, c->who, who, s->last_complaint[0], s->last_complaint[1],
                     s->last_complaint[2], s->last_complaint[3], s->last_complaint[HUB]);
    }
    if (s->scenario->killed && s->rounds_resumed < 2 * s->rounds_summed)
        sim_fail(s, "a round was not resumed");
    if (s->scenario->rounds && sheaf_round_count(&s->hub.replay.state) != s->scenario->rounds)
        sim_fail(s, "%u rounds were opened, not %u", sheaf_round_count(&s->hub.replay.state),
                 s->scenario->rounds);
    if (!s->scenario->ends && !went_on(s))
        sim_fail(s, "no round with the third member was closed and attested afterwards");
}
