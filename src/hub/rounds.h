/* hub/rounds.h - coordinates the rounds of all mandates in force.
 *
 * One thread looks at the mandates: when a mandate allows its next round and enough nodes have
 * said that they are ready, it opens the round on the log, runs the coordinator over the
 * participants' messages, closes the round with what the sum makes, and goes on once the result
 * is attested. First statistics, then training, and the last round evaluates. What went wrong
 * is aborted on the log with its reason. A round that is under way is written down in
 * DIR/rounds/N/ as it goes, and goes on where it was when the hub is started again.
 */
#ifndef SHEAF_HUB_ROUNDS_H
#define SHEAF_HUB_ROUNDS_H

#include "hub/hub_internal.h"
#include "learn/round_graph.h"

enum {
    SHEAF_ROUNDS_MAX = 8,         /* kept at once, those just ended included */
    SHEAF_NODES_MAX = 4096,       /* that have said they are ready */
    SHEAF_NODE_DATASETS_MAX = 16, /* each of them */
    SHEAF_POLLS_MAX = 2048,       /* requests that wait for a bundle */
    SHEAF_POLL_MS = 5000,         /* how long */
    SHEAF_NODE_READY_MS = 6000,   /* how long the word of a node holds, if it is alone */
    SHEAF_NODE_SHARE_MS = 5,      /* of the hub's time between two words, by other nodes */
    SHEAF_REFUSALS_MAX = 2048,    /* kept of nodes, the latest */
    SHEAF_REASON_MAX = 400,       /* bytes of one */
};

SHEAF_MUST_USE sheaf_status sheaf_rounds_open(sheaf_rounds **out, sheaf_hub *hub,
                                              sheaf_err *err);
void sheaf_rounds_stop(sheaf_rounds *rounds);
void sheaf_rounds_close(sheaf_rounds *rounds);

/* ---- for the HTTP interface ---- */

typedef struct {
    uint32_t round;    /* in which the node has a seat now, or SHEAF_NONE */
    uint32_t again_ms; /* when it should come back at the earliest: the more nodes, the later,
                          so that all together come 200 times a second at most */
} sheaf_ready_answer;

/* The node with this key is ready to compute on these data sets. */
SHEAF_MUST_USE sheaf_status sheaf_rounds_ready(sheaf_rounds *rounds, uint32_t key,
                                               const uint32_t *datasets, size_t count,
                                               sheaf_ready_answer *out, sheaf_err *err);

/* The longest message that the round takes, but for vectors; 0 if it is not under way here. */
size_t sheaf_rounds_message_max(sheaf_rounds *rounds, uint32_t round);

/* A vector is about to come, with this head: where it goes. False, and *refusal, if it is not
 * taken; that is 204 where it is there already. */
bool sheaf_rounds_vector_route(sheaf_rounds *rounds, uint32_t round, sheaf_slice head,
                               sheaf_http_route *route, sheaf_http_response *refusal);
/* It has come to its end. */
typedef struct sheaf_upload sheaf_upload;
sheaf_http_response sheaf_rounds_vector_end(sheaf_upload *upload);

/* A participant's message, but for vectors. */
sheaf_http_response sheaf_rounds_message(sheaf_rounds *rounds, uint32_t round,
                                         sheaf_slice message);

/* The bundle of a stage for the participant with this key; waits for it. */
sheaf_http_verdict sheaf_rounds_bundle(sheaf_rounds *rounds, uint32_t round, uint32_t key,
                                       uint32_t stage, const sheaf_http_request *request,
                                       sheaf_http_response *response);

typedef struct {
    const char *stage; /* its text; "ending" from the decision until the end is on the log */
    uint16_t answers, of;
    int64_t left_ms;       /* until the stage ends at the latest; 0 once the round is over */
    size_t summed, chunks; /* of the sum, while it is being made; else 0 */
    char graph[SHEAF_ROUND_GRAPH_TEXT]; /* who knows whom; empty where that is not known */
} sheaf_round_progress;

/* False if the round is not under way here. */
bool sheaf_rounds_progress(sheaf_rounds *rounds, uint32_t round, sheaf_round_progress *out);

/* A node says why it does not take part. */
void sheaf_rounds_refuse(sheaf_rounds *rounds, uint32_t round, uint32_t key,
                         sheaf_slice reason);
/* Writes the list {"key","reason"}. */
void sheaf_rounds_refusals_put(sheaf_rounds *rounds, uint32_t round, sheaf_json_writer *w);

#endif
