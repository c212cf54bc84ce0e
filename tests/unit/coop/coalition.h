/* A coalition that plays any acts of the catalogue against an opposition that is awake.
 *
 * The co-op has one of the models as its bylaws. The coalition is too small for a protected
 * decision; its members act as one, with whatever else they have brought in. Where the bylaws
 * count the settled members apart, a majority brings in strangers and excludes opponents. The
 * opposition has a turn an hour after the coalition's at the latest, and before anything falls
 * due: it votes no, declines, objects, denies, attends and answers wherever it can.
 */
#ifndef SHEAF_TEST_COOP_COALITION_H
#define SHEAF_TEST_COOP_COALITION_H

#include "kit.h"

#include <stdio.h>

enum {
    COALITION_SIDE_MAX = 10,
    COALITION_PUPPETS_MAX = 40,
    COALITION_TEXT_MAX = 160,
    COALITION_STORY = 6000, /* lines */
    COALITION_WAITS = 64,
};

typedef struct {
    const char *model;
    int ours, theirs;
} coalition_side;

/* When the waiting time of a recovery began to run. */
typedef struct {
    uint32_t recovery;
    int64_t began;
} coalition_wait_row;

typedef struct {
    kit k;
    uint64_t seed;
    coalition_side side;
    int puppets;      /* names with a key that the coalition holds beside its members */
    uint32_t victim;  /* whom the act that is being written is about, or SHEAF_NONE */
    int64_t ends;     /* of the assembly that is written */
    const char *seal; /* name of the key that it brings */
    sheaf_buffer base, what;
    int64_t turn;          /* by when the opposition has its turn, or INT64_MAX */
    uint32_t motions_seen; /* rows of motions before which all are decided and were looked at */
    uint32_t bylaws;       /* the newest version that was looked at */
    int lawful;            /* votes of the coalition that it has as the bylaws say */
    int gone;              /* of the opposition, excluded by the majority that it needs */
    bool settles;          /* protected decisions are counted among settled members as well */
    int64_t last;          /* of the sequence: before any newcomer is settled */
    bool admitted[COALITION_PUPPETS_MAX];
    coalition_wait_row waits[COALITION_WAITS];
    int wait_count;
    int64_t wait_ms;    /* of recoveries, by the bylaws of the founding */
    const char *broken; /* what was passed that may not be, or NULL */
    const char *over;   /* why the sequence ended otherwise, or NULL */
    char (*story)[COALITION_TEXT_MAX];
    size_t lines;
} coalition;

static inline uint32_t coalition_draw(coalition *c, uint32_t below)
{
    return (uint32_t)(kit_random(&c->seed) % below);
}

/* The name of one of them: "c0" of the coalition's members, "p0" of its puppets, "o0" of the
 * opposition. */
static inline const char *coalition_name(char out[KIT_NAME_MAX], char side, int place)
{
    snprintf(out, KIT_NAME_MAX, "%c%d", side, place);
    return out;
}

/* `what` of an act of that kind into c->what: plausible, and in form most of the time. */
void coalition_say(coalition *c, sheaf_kind kind);
/* The bylaws in kit text: the model's, or with some numbers of one article changed. */
void coalition_put_bylaws(coalition *c, sheaf_buffer *out, bool changed);

/* Somebody tries an act; what is accepted is noted in the story and looked at. */
sheaf_refusal coalition_try(coalition *c, const char *who, const char *kind, const char *what,
                            const char *label);

/* The turn of the opposition. */
void coalition_oppose(coalition *c);
/* The clock goes on to that moment; whatever falls due until then is settled. */
void coalition_wait(coalition *c, int64_t until);
/* Looks at what has come of the last entry. */
void coalition_look(coalition *c);

#endif
