/* fuzz/fuzz_round_ring.c - any bytes to those on a ring of four: no crash, and nobody accepts
 * what no participant of the round made.
 *
 * The first byte says how many stages were played before and who gets the rest: the
 * coordinator, a participant, or the reader of a transcript. The round is the one whose
 * messages, bundles and transcript are in the corpus.
 */
#include "round/coordinator.h"
#include "round/participant.h"
#include "round/transcript.h"

#include "round.h"

#include <stdlib.h>

enum { MEMBERS = 4, WORDS = 2, STAGES = SHEAF_ROUND_REVEAL };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

typedef struct {
    sheaf_round_config config;
    sheaf_coordinator c;
    sheaf_participant p[MEMBERS];
} ring;

static ring *start(void)
{
    static const uint64_t words[WORDS] = {1, 2};
    sheaf_keypair pair[MEMBERS];
    ring *r = calloc(1, sizeof *r);
    must(r != NULL);
    round_make(MEMBERS, WORDS, 32, &r->config, pair);
    r->config.degree = 2;
    r->config.signers = 3;
    r->config.withheld_max = 1;
    r->config.min_survivors = 3;
    must(sheaf_coordinator_init(&r->c, &r->config, 0, NULL) == SHEAF_OK);
    for (int i = 0; i < MEMBERS; i++) {
        uint8_t seed[32] = {(uint8_t)(i + 101)};
        must(sheaf_participant_init(&r->p[i], &r->config, (uint32_t)i + 1, &pair[i], seed, NULL)
                 == SHEAF_OK
             && sheaf_participant_input(&r->p[i], words, WORDS, NULL) == SHEAF_OK);
    }
    return r;
}

static void play(ring *r, int stages)
{
    for (int stage = SHEAF_ROUND_COMMIT; stage <= stages; stage++)
        for (int i = 0; i < MEMBERS; i++) {
            sheaf_slice message;
            sheaf_slice bundle =
                sheaf_coordinator_bundle(&r->c, (sheaf_round_stage)stage, (uint32_t)i + 1);
            must(sheaf_participant_receive(&r->p[i], bundle, &message, NULL) == SHEAF_OK);
            must(sheaf_coordinator_receive(&r->c, message, 0, NULL) == SHEAF_ROUND_ACCEPTED);
        }
}

static void stop(ring *r)
{
    sheaf_coordinator_deinit(&r->c);
    for (int i = 0; i < MEMBERS; i++)
        sheaf_participant_deinit(&r->p[i]);
    free(r);
}

static bool was_sent(sheaf_slice bytes)
{
    bool sent = false;
    ring *whole = start();
    play(whole, STAGES);
    for (int i = 0; i < MEMBERS; i++)
        for (int stage = SHEAF_ROUND_COMMIT; stage <= STAGES; stage++)
            sent = sent
                   || sheaf_slice_equal(
                       bytes, sheaf_participant_sent(&whole->p[i], (sheaf_round_stage)stage));
    stop(whole);
    return sent;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_slice in = {data, len}, message;
    uint8_t choice;
    uint64_t sum[WORDS];
    if (!sheaf_take_u8(&in, &choice))
        return 0;
    ring *r = start();
    play(r, choice % STAGES); /* at most all but the last */
    if (choice < 100) {
        if (sheaf_coordinator_receive(&r->c, in, 0, NULL) != SHEAF_ROUND_REFUSED)
            must(was_sent(in));
    } else if (choice < 200) {
        (void)(sheaf_participant_receive(&r->p[0], in, &message, NULL) == SHEAF_OK);
    } else {
        (void)(sheaf_transcript_sum(in, &r->config, sum, NULL, NULL) == SHEAF_OK);
    }
    stop(r);
    return 0;
}
