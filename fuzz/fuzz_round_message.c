/* fuzz/fuzz_round_message.c - any bytes: no crash; what decodes is exactly what was given; and
 * neither a participant nor a coordinator accepts a message that nobody signed.
 *
 * The first byte says who gets the rest: the decoders, a participant or a coordinator in one of
 * their stages, and how wide the words are. The round is the one whose messages are in the
 * corpus.
 */
#include "round/transcript.h"

#include "played.h"

#include <stdlib.h>

enum { MEMBERS = 2 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void start(played *r, uint8_t choice)
{
    round_make(MEMBERS, PLAYED_WORDS, 16u << choice / 6 % 3, &r->config, r->pair);
    played_start(r);
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
    played *whole = calloc(1, sizeof *whole);
    must(whole != NULL);
    start(whole, choice);
    played_play(whole, SHEAF_ROUND_REVEAL);
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
    if (choice < 128) {
        decode(in);
        return 0;
    }
    played *r = calloc(1, sizeof *r);
    must(r != NULL);
    start(r, choice);
    played_play(r, SHEAF_ROUND_COMMIT + choice % 6);
    if (choice < 160) {
        if (sheaf_coordinator_receive(&r->c, in, 0, NULL) != SHEAF_ROUND_REFUSED)
            must(was_sent(in, choice));
    } else if (choice < 224) {
        (void)(sheaf_participant_receive(&r->p[0], in, &message, NULL) == SHEAF_OK);
    } else {
        (void)(sheaf_transcript_sum(in, &r->config, sum, NULL, NULL) == SHEAF_OK);
    }
    played_stop(r);
    free(r);
    return 0;
}
