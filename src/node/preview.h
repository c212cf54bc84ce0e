/* node/preview.h - what would leave in a round, and at which cost in privacy, before it does.
 *
 * For every mandate that names one of the member's data sets: the round that is open, or the
 * one that comes next. All of it follows from the member's own replay; nothing is sent.
 */
#ifndef SHEAF_NODE_PREVIEW_H
#define SHEAF_NODE_PREVIEW_H

#include "node/round_check.h"
#include "learn/round_graph.h"
#include "round/config.h"

typedef struct {
    uint32_t mandate, motion, model, dataset;
    uint32_t round;      /* that is open, or SHEAF_NONE: the next one */
    uint32_t number, of; /* the mandate's which round, of how many at most */
    uint8_t task, purpose;
    bool noised, local; /* local: the noise of each member is the whole */
    uint32_t steps;     /* of training in a round */
    uint8_t unit;       /* of noise */
    uint32_t words;
    uint16_t bits;          /* of a word; 0 until it is known who takes part */
    double spent, after;    /* epsilon of the data set before and after the round */
    double delta;           /* at which they are stated */
    double mandate_epsilon; /* of all rounds of the mandate together */
    bool has_budget;        /* the consent allows */
    double budget_epsilon;  /* no more than this in all */
    uint16_t others;        /* who else takes part, or may in the next round */
    uint32_t other[SHEAF_ROUND_MEMBERS_MAX]; /* members */
    bool has_graph;                          /* else `graph_why` says why there is none */
    sheaf_round_graph graph;                 /* of them all, as many as a round can have */
    char graph_why[SHEAF_MESSAGE_MAX];
    bool would; /* take part; else `why` says why not */
    char why[SHEAF_MESSAGE_MAX];
} sheaf_preview;

/* Whose view: the node's key, which may be SHEAF_NONE, and what the member has revoked. */
typedef struct {
    const sheaf_state *state;
    uint32_t key;
    const sheaf_revoked *revoked;
    int64_t now_ms;
} sheaf_preview_view;

/* Fills *out for the data set, which is the member's own; false where the mandate does not name
 * it, or is over. */
bool sheaf_preview_get(const sheaf_preview_view *view, uint32_t mandate, uint32_t dataset,
                       sheaf_preview *out);

/* One sentence about what leaves, where to, and at which cost. */
enum { SHEAF_PREVIEW_MAX = 480 };
void sheaf_preview_describe(const sheaf_preview *preview, char out[SHEAF_PREVIEW_MAX]);

#endif
