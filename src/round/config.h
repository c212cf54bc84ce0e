/* round/config.h - what one round of federated learning is: who takes part, with which keys,
 * how long the vectors are and how many must stay to the end.
 *
 * Every party makes its own sheaf_round_config from the log and checks it; nothing in it comes
 * from the coordinator. Two parties whose configs differ in anything but the deadlines can not
 * talk to each other: all keys and seeds are derived from sheaf_round_session().
 *
 * A round has five stages, on a ring six. In each of them every participant that is still there
 * sends one message; then the coordinator shows what it got, in a bundle, which opens the next
 * stage.
 *
 *     stage       participant sends                       then the coordinator shows
 *     COMMIT      on a ring alone: a commitment to bytes  all commitments
 *                 that the ring's order will rest on
 *     ADVERTISE   two public points; on a ring the bytes  all adverts
 *     SHARE       commitments and encrypted shares        those of one's neighbours
 *     INPUT       the masked vector                       who survived, with their signed heads
 *     SURVIVORS   a signature over the survivor list      all signatures
 *     REVEAL      shares that unmask the sum, no more     the sum
 *
 * Up to SHEAF_ROUND_COMPLETE_MAX participants are all each other's neighbours: the complete
 * graph. More are on a ring in random order, each with the degree/2 next ones on either side;
 * graph.h says how it is made and what it gives. There sheaf_round_threshold_against() of all
 * participants sign one survivor list, so that there is only one that anybody reveals upon.
 */
#ifndef SHEAF_ROUND_CONFIG_H
#define SHEAF_ROUND_CONFIG_H

#include "base/status.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"

enum {
    SHEAF_ROUND_MEMBERS_MIN = 2,
    SHEAF_ROUND_MEMBERS_MAX = 1000,
    SHEAF_ROUND_COMPLETE_MAX = 100, /* everybody is everybody's neighbour; more are on a ring */
    SHEAF_ROUND_WORDS_MAX = 1000000000, /* up to 8 GB of masked words from each participant */
    SHEAF_ROUND_ORIGIN_MAX = 64,
};

/* Also the number of the message that a participant sends in the stage. */
typedef enum {
    SHEAF_ROUND_COMMIT = 1,
    SHEAF_ROUND_ADVERTISE,
    SHEAF_ROUND_SHARE,
    SHEAF_ROUND_INPUT,
    SHEAF_ROUND_SURVIVORS,
    SHEAF_ROUND_REVEAL,
    SHEAF_ROUND_DONE,
    SHEAF_ROUND_ABORTED,
} sheaf_round_stage;

enum { SHEAF_ROUND_MESSAGE_STAGES = SHEAF_ROUND_REVEAL };

typedef struct {
    uint32_t member;                    /* entry that made the member */
    uint8_t public[SHEAF_PUBLIC_BYTES]; /* its train key on the log */
} sheaf_round_member;

typedef struct {
    char origin[SHEAF_ROUND_ORIGIN_MAX + 1];
    uint32_t round;      /* index of the log entry that opened the round */
    sheaf_hash manifest; /* root of the log up to that entry: binds roster, model and terms, so
                            that members who were shown two histories share no keys */
    uint32_t words;      /* length of each vector */
    uint16_t bits;       /* of a word, 16, 32 or 64: all sums are modulo 2^bits */
    uint16_t count;      /* participants in members[] */
    uint16_t degree;     /* neighbours of each: count - 1, or on a ring an even number */
    uint16_t threshold;  /* so many neighbours agree and reveal; on the complete graph one
                            counts oneself, and it is sheaf_round_threshold(count) or more */
    uint16_t signers;    /* so many in all agree, on a ring; 0 off it */
    uint16_t withheld_max;  /* of those who committed so many may show nothing; 0 off a ring */
    uint16_t min_survivors; /* sheaf_round_threshold(count), or the larger threshold of the
                               complete graph, to count: below it nothing is summed */
    uint32_t stage_ms[SHEAF_ROUND_MESSAGE_STAGES]; /* how long each stage may last, from 1 */
    sheaf_round_member members[SHEAF_ROUND_MEMBERS_MAX]; /* ascending by member */
} sheaf_round_config;

/* floor(2n/3) + 1: with fewer, two survivor lists could each gather enough signatures if a
 * third of the members signed both. All of them for n = 2 and 3, so no drop-out is survivable
 * there; 3 of 4. */
uint16_t sheaf_round_threshold(uint16_t count);

/* The same where `colluders` members, fewer than `count`, may sign both: more than half of
 * count and colluders together, so that one of those who signed both lists is honest, and
 * nobody honest does. */
uint16_t sheaf_round_threshold_against(uint16_t count, uint16_t colluders);

/* Says what is wrong with the config and with whom. Everything else here takes only a config
 * that has passed. */
SHEAF_MUST_USE sheaf_status sheaf_round_config_check(const sheaf_round_config *config,
                                                     sheaf_err *err);

_Static_assert(sizeof(size_t) >= 8, "a vector may have 8 GB");

static inline bool sheaf_round_on_ring(const sheaf_round_config *config)
{
    return config->degree + 1 != config->count;
}

/* How many must sign one survivor list before anybody reveals anything. On a ring `threshold`
 * neighbours alone could be led to one list here and to another one there. */
static inline uint16_t sheaf_round_signers(const sheaf_round_config *config)
{
    return sheaf_round_on_ring(config) ? config->signers : config->threshold;
}

/* The stage that a round begins with. */
static inline sheaf_round_stage sheaf_round_first(const sheaf_round_config *config)
{
    return sheaf_round_on_ring(config) ? SHEAF_ROUND_COMMIT : SHEAF_ROUND_ADVERTISE;
}

/* What a vector of the round takes on the wire, see round/words.h. */
static inline size_t sheaf_round_vector_bytes(const sheaf_round_config *config)
{
    return (size_t)config->words * (config->bits / 8);
}

/* Position of the member in members[], or -1. */
int sheaf_round_index(const sheaf_round_config *config, uint32_t member);

/* A hash of everything in the config but the deadlines. */
sheaf_hash sheaf_round_session(const sheaf_round_config *config);

/* "advertise", "share" … for messages to people. */
const char *sheaf_round_stage_text(sheaf_round_stage stage);

#endif
