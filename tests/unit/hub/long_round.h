/* A round of vectors of several chunks at a hub that is served, with members whose vectors go
 * through files as a node's do. No task makes such vectors, so the rows that the hub's state
 * would have of the round are put there by hand. */
#ifndef SHEAF_TEST_HUB_LONG_ROUND_H
#define SHEAF_TEST_HUB_LONG_ROUND_H

#include "world.h"

#include "hub/hub_internal.h"
#include "hub/rounds_internal.h"
#include "node/round_keep.h"

enum { LONG_COUNT = 4, LONG_WORDS = 300000 }; /* three chunks, the last one short */

typedef struct {
    world *t;
    sheaf_rounds *rounds;
    uint32_t round, mandate;
    sheaf_round_config config;
    uint32_t keys[LONG_COUNT];
    sheaf_keypair pair[LONG_COUNT];
    struct {
        char home[SHEAF_PATH_MAX];
        sheaf_round_keep keep;
        sheaf_round_own own;
        sheaf_participant *p;
        uint64_t *words;
        sheaf_slice head; /* of its input */
        char file[SHEAF_PATH_MAX];
    } member[LONG_COUNT];
    sheaf_http_transport http;
} long_round;

/* Rows in the state, a slot at the hub, four members that have not begun. */
void long_open(long_round *l, world *t, uint32_t stage_ms);
void long_close(long_round *l);

/* The hub forgets the round as a crash would make it, and takes it up from its folder. */
void long_hub_crash(long_round *l);
/* The same of a member. */
void long_member_crash(long_round *l, int i);

/* The member answers the bundle of the stage; the answer is durable and not sent. */
sheaf_slice long_answer(long_round *l, int i, sheaf_round_stage stage);

/* All answer and send; up to and without the stage. */
void long_play(long_round *l, sheaf_round_stage from, sheaf_round_stage until);

/* Sends the vector over HTTP, with another head where there is one; the status. */
unsigned long_send(long_round *l, int i, const uint8_t *head, const char *file, uint64_t from);

sheaf_round_stage long_stage(long_round *l);

/* Waits until a round that is not aborted is over. */
void long_wait_over(long_round *l);

/* A file in the hub's folder of the round, and its bytes: -1 if it is not there. */
void long_path(const long_round *l, const char *name, char out[SHEAF_PATH_MAX]);
long long long_size(const long_round *l, const char *name);

const struct sheaf_row_round *long_row(const long_round *l);
uint8_t long_state(const long_round *l); /* while the hub may change it */

/* What the hub serves of the closed round adds up to the members' words. */
void long_check_served(long_round *l);

enum { TRIES = 200, TRY_US = 50000 };

/* GET with the founder's signature; the answer is in t->reply. */
unsigned long_get(long_round *l, const char *path);
unsigned long_get_as(long_round *l, uint32_t key, const sheaf_keypair *pair, const char *path);

#endif
