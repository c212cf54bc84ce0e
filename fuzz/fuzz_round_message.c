/* fuzz/fuzz_round_message.c - any bytes: no crash; what decodes is exactly what was given; and
 * neither a participant nor a coordinator accepts a message that nobody signed.
 *
 * The first byte says who gets the rest: the decoders, a participant or a coordinator in one of
 * their stages, and how wide the words are. The round is the one whose messages are in the
 * corpus.
 */
#include "round/coordinator.h"
#include "round/participant.h"
#include "round/transcript.h"

#include "round.h"

#include <stdlib.h>

enum { MEMBERS = 2, WORDS = 2 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

typedef struct {
    sheaf_round_config config;
    sheaf_keypair pair[MEMBERS];
    sheaf_coordinator c;
    sheaf_participant p[MEMBERS];
} round_state;

static void start(round_state *s, uint8_t choice)
{
    static const uint64_t words[WORDS] = {1, 2};
    round_make(MEMBERS, WORDS, 16u << choice / 6 % 3, &s->config, s->pair);
    must(sheaf_coordinator_init(&s->c, &s->config, 0, NULL) == SHEAF_OK);
    for (int i = 0; i < MEMBERS; i++) {
        uint8_t seed[32] = {(uint8_t)(i + 101)};
        must(sheaf_participant_init(&s->p[i], &s->config, (uint32_t)i + 1, &s->pair[i], seed,
                                    NULL)
             == SHEAF_OK);
        must(sheaf_participant_input(&s->p[i], words, WORDS, NULL) == SHEAF_OK);
    }
}

static void play(round_state *s, int stages)
{
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= stages; stage++)
        for (int i = 0; i < MEMBERS; i++) {
            sheaf_slice message;
            sheaf_slice bundle =
                sheaf_coordinator_bundle(&s->c, (sheaf_round_stage)stage, (uint32_t)i + 1);
            must(sheaf_participant_receive(&s->p[i], bundle, &message, NULL) == SHEAF_OK);
            must(sheaf_coordinator_receive(&s->c, message, 0, NULL) == SHEAF_ROUND_ACCEPTED);
        }
}

static void stop(round_state *s)
{
    sheaf_coordinator_deinit(&s->c);
    for (int i = 0; i < MEMBERS; i++)
        sheaf_participant_deinit(&s->p[i]);
}

static void decode(sheaf_slice in)
{
    sheaf_round_message message;
    static sheaf_round_bundle bundle;
    if (sheaf_round_message_decode(in, &message, NULL) == SHEAF_OK)
        must(message.body.len + SHEAF_SIGNATURE_BYTES
                 + (message.type == SHEAF_ROUND_INPUT ? message.input.words.len : 0)
                 + (message.type == SHEAF_ROUND_SHARE ? message.share.behind.len : 0)
             == in.len);
    if (sheaf_round_head_decode(in, &message, NULL) == SHEAF_OK)
        must(message.body.len + SHEAF_SIGNATURE_BYTES == in.len);
    (void)(sheaf_round_input_head_decode(in, &message, NULL) == SHEAF_OK);
    if (sheaf_round_bundle_decode(in, &bundle, NULL) == SHEAF_OK)
        for (int i = 0; i < bundle.items.count; i++)
            (void)(sheaf_round_message_decode(bundle.items.item[i], &message, NULL)
                   == SHEAF_OK);
}

/* Only bytes that a participant of this very round sends can be accepted. */
static bool was_sent(sheaf_slice bytes, uint8_t choice)
{
    bool sent = false;
    round_state *whole = calloc(1, sizeof *whole);
    must(whole != NULL);
    start(whole, choice);
    play(whole, SHEAF_ROUND_REVEAL);
    for (int i = 0; i < MEMBERS; i++)
        for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_REVEAL; stage++)
            sent = sent
                   || sheaf_slice_equal(
                       bytes, sheaf_participant_sent(&whole->p[i], (sheaf_round_stage)stage));
    stop(whole);
    free(whole);
    return sent;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_slice in = {data, len}, message;
    uint8_t choice;
    uint64_t sum[WORDS];
    if (!sheaf_take_u8(&in, &choice))
        return 0;
    if (choice < 128) {
        decode(in);
        return 0;
    }
    round_state *s = calloc(1, sizeof *s);
    must(s != NULL);
    start(s, choice);
    play(s, SHEAF_ROUND_COMMIT + choice % 6);
    if (choice < 160) {
        if (sheaf_coordinator_receive(&s->c, in, 0, NULL) != SHEAF_ROUND_REFUSED)
            must(was_sent(in, choice));
    } else if (choice < 224) {
        (void)(sheaf_participant_receive(&s->p[0], in, &message, NULL) == SHEAF_OK);
    } else {
        (void)(sheaf_transcript_sum(in, &s->config, sum, NULL, NULL) == SHEAF_OK);
    }
    stop(s);
    free(s);
    return 0;
}
