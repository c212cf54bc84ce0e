/* fuzz/fuzz_round_ring.c - any bytes to those on a ring of four: no crash, and nobody accepts
 * what no participant of the round made.
 *
 * The first byte says how many stages were played before and who gets the rest: the
 * coordinator, a participant, or the reader of a transcript. The round is the one whose
 * messages, bundles and transcript are in the corpus.
 */
#include "round/transcript.h"

#include "played.h"

#include <stdlib.h>

enum { MEMBERS = 4, STAGES = SHEAF_ROUND_REVEAL };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static played *start(void)
{
    played *r = calloc(1, sizeof *r);
    must(r != NULL);
    round_make(MEMBERS, PLAYED_WORDS, 32, &r->config, r->pair);
    r->config.degree = 2;
    r->config.signers = 3;
    r->config.withheld_max = 1;
    r->config.min_survivors = 3;
    played_start(r);
    return r;
}

static bool was_sent(sheaf_slice bytes)
{
    played *whole = start();
    played_play(whole, STAGES);
    bool sent = played_sent(whole, bytes);
    played_stop(whole);
    free(whole);
    return sent;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_slice in = {data, len}, message;
    uint8_t choice;
    uint64_t sum[PLAYED_WORDS];
    if (!sheaf_take_u8(&in, &choice))
        return 0;
    played *r = start();
    played_play(r, choice % STAGES); /* at most all but the last */
    if (choice < 100) {
        if (sheaf_coordinator_receive(&r->c, in, 0, NULL) != SHEAF_ROUND_REFUSED)
            must(was_sent(in));
    } else if (choice < 200) {
        (void)(sheaf_participant_receive(&r->p[0], in, &message, NULL) == SHEAF_OK);
    } else {
        (void)(sheaf_transcript_sum(in, &r->config, sum, NULL, NULL) == SHEAF_OK);
    }
    played_stop(r);
    free(r);
    return 0;
}
