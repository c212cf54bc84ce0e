/* A hub in memory that answers a node's calls, and lies where a test wants it to. Its log is
 * the kit's, served out of a folder; its rounds run on the real coordinator. */
#ifndef SHEAF_TEST_NODE_FAKE_HUB_H
#define SHEAF_TEST_NODE_FAKE_HUB_H

#include "kit_store.h"
#include "learn/round_job.h"
#include "node/node.h"
#include "round/coordinator.h"

typedef struct {
    kit k;
    char dir[64]; /* the hub's folder; homes lie in it too */
    sheaf_log_store *store;
    sheaf_blobs blobs;
    size_t offered;      /* bytes of the kit's log that are in the store */
    const char *mandate; /* what rounds are of: "mandate", "noised" or "patient" */
    bool noised;
    bool has_round;
    uint32_t round;
    sheaf_round_config config;
    sheaf_coordinator coordinator;
    sheaf_buffer transcript;
    /* What was asked of it. */
    unsigned heartbeats, messages, refusals, acts;
    char refusal[512];   /* the body of the last one */
    const char *log_key; /* whose key signs checkpoints */
    /* Lies. */
    sheaf_slice checkpoint; /* instead of the true one */
    bool garble_entries;    /* flips a byte of every bundle */
    bool garble_blobs;
    bool members_only; /* bundles for signed requests, listings with the founding alone */
    uint32_t dead_key; /* whose signed requests for bundles are not taken; 0: none */
    bool hides_founding;
    bool drops_acts;     /* acknowledges them, enters nothing */
    int64_t stamp_error; /* added to the stamps it tells */
    bool wrong_result;   /* closes rounds with another result */
    bool wrong_loss;     /* says that models are better on validation records than they are */
    bool down;
    sheaf_round_stage stop_behind; /* shows no bundle of a later stage; 0: all */
    sheaf_round_stage lose;        /* messages of this stage do not arrive: the call fails */
    sheaf_hash sent[SHEAF_ROUND_REVEAL + 1][4]; /* the first message by stage and seat */
    unsigned changed;                           /* later ones that were other bytes */
    int64_t clock_skew_ms;                      /* of the nodes' clock */
} fake_hub;

void fake_hub_open(fake_hub *hub);
void fake_hub_close(fake_hub *hub);

/* Founded, data sets and consents, an adopted mandate named "mandate.tick"; files with as many
 * records as the sheets say. */
void fake_hub_world(fake_hub *hub);

/* From now on rounds are of a mandate with noise for this unit. */
void fake_hub_noised(fake_hub *hub, const char *unit);
/* The same of a mandate with patience. */
void fake_hub_patient(fake_hub *hub);

/* Puts what the kit has written into the log's files, under a signed checkpoint. */
void fake_hub_publish(fake_hub *hub);

sheaf_node_ports fake_hub_ports(fake_hub *hub);

/* HOME of a person, with the keys that the kit gives. */
void fake_hub_home(fake_hub *hub, const char *name, char home[SHEAF_PATH_MAX]);
void fake_hub_file(fake_hub *hub, const char *name, char file[SHEAF_PATH_MAX]);

/* A round of the mandate over all four, and its coordinator. `base` may be NULL. */
void fake_hub_round_open(fake_hub *hub, const char *task, const sheaf_hash *base);

/* Closes the round, if its sum is there: the result's hash. */
bool fake_hub_round_close(fake_hub *hub, sheaf_hash *result);

#endif
