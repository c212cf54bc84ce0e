/* fuzz/fuzz_round_chunks.c - the transcript of a round of several chunks, changed in any way,
 * with chunks from a source that may lie: only the true transcript and true chunks give a sum,
 * and that is the true one.
 *
 * The first byte chooses: below 64 the rest stands for the transcript itself; else the true one
 * is changed. Then come the chunks to add up, what is wrong with the source, and the changes:
 * two bytes for where, one for what; a zero cuts there.
 */
#include "round/coordinator.h"
#include "round/participant.h"
#include "round/transcript.h"

#include "round.h"

#include <stdlib.h>

enum { MEMBERS = 2, CHUNKS = 3, WORDS = 2 * SHEAF_ROUND_CHUNK_BYTES / 8 + 9, CHANGES_MAX = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static sheaf_round_config config;
static sheaf_buffer transcript, vector[MEMBERS];
static uint64_t sum[WORDS];

/* A source whose one chunk is wrong in one byte, by `change`. */
typedef struct {
    int index;
    size_t chunk, at;
    uint8_t change;
    bool asked; /* for that chunk */
} liar;

static void prepare(void)
{
    static sheaf_coordinator c;
    static sheaf_participant p[MEMBERS];
    static uint64_t words[WORDS];
    sheaf_keypair pair[MEMBERS];
    round_make(MEMBERS, WORDS, 64, &config, pair);
    must(sheaf_coordinator_init(&c, &config, 0, NULL) == SHEAF_OK);
    for (int i = 0; i < MEMBERS; i++) {
        uint8_t seed[32] = {(uint8_t)(i + 101)};
        for (uint32_t w = 0; w < WORDS; w++)
            words[w] = (w + 1) * (uint64_t)(i + 3);
        must(sheaf_participant_init(&p[i], &config, (uint32_t)i + 1, &pair[i], seed, NULL)
             == SHEAF_OK);
        must(sheaf_participant_input(&p[i], words, WORDS, NULL) == SHEAF_OK);
    }
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_REVEAL; stage++)
        for (int i = 0; i < MEMBERS; i++) {
            sheaf_slice message;
            must(sheaf_participant_receive(
                     &p[i],
                     sheaf_coordinator_bundle(&c, (sheaf_round_stage)stage, (uint32_t)i + 1),
                     &message, NULL)
                 == SHEAF_OK);
            must(sheaf_coordinator_receive(&c, message, 0, NULL) == SHEAF_ROUND_ACCEPTED);
            if (stage != SHEAF_ROUND_INPUT)
                continue;
            sheaf_buffer_init(&vector[i], message.len);
            sheaf_buffer_add(&vector[i],
                             sheaf_bytes(message.data + SHEAF_ROUND_INPUT_HEAD_BYTES,
                                         message.len - SHEAF_ROUND_INPUT_HEAD_BYTES));
        }
    for (uint32_t w = 0; w < WORDS; w++)
        sum[w] = (w + 1) * (uint64_t)(3 + 4);
    sheaf_buffer_init(&transcript, 1 << 16);
    must(sheaf_coordinator_transcript(&c, &transcript, NULL) == SHEAF_OK);
    for (int i = 0; i < MEMBERS; i++)
        sheaf_participant_deinit(&p[i]);
    sheaf_coordinator_deinit(&c);
}

static sheaf_status chunk_get(void *context, const sheaf_chunk_name *name, uint8_t *scratch,
                              const uint8_t **out, sheaf_err *err)
{
    liar *l = context;
    (void)err;
    must(name->index >= 0 && name->index < MEMBERS && name->chunk < CHUNKS);
    must(name->len == sheaf_chunk_bytes(&config, name->chunk));
    memcpy(scratch, vector[name->index].data + name->chunk * SHEAF_ROUND_CHUNK_BYTES,
           name->len);
    if (l->index == name->index && l->chunk == name->chunk) {
        scratch[l->at % name->len] ^= l->change;
        l->asked = true;
    }
    *out = scratch;
    return SHEAF_OK;
}

static sheaf_status words_put(void *context, uint64_t first, const uint64_t *words,
                              size_t count, sheaf_err *err)
{
    uint64_t *put = context;
    (void)err;
    must(first + count <= WORDS);
    must(memcmp(words, sum + first, count * sizeof *words) == 0);
    *put += count;
    return SHEAF_OK;
}

static void change(sheaf_slice in, sheaf_buffer *out)
{
    uint16_t at;
    uint8_t what;
    for (int n = 0; n < CHANGES_MAX && sheaf_take_u16(&in, &at) && sheaf_take_u8(&in, &what);
         n++) {
        if (out->len == 0)
            return;
        if (what == 0)
            out->len = at % out->len;
        else
            out->data[at % out->len] ^= what;
    }
    sheaf_buffer_add(out, in); /* and what is left over stands behind */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_slice in = {data, len};
    uint8_t choice, range, whose;
    uint16_t at;
    liar l = {.index = -1};
    if (!transcript.data)
        prepare();
    if (!sheaf_take_u8(&in, &choice) || !sheaf_take_u8(&in, &range)
        || !sheaf_take_u8(&in, &whose) || !sheaf_take_u16(&in, &at)
        || !sheaf_take_u8(&in, &l.change))
        return 0;
    size_t first = range % (CHUNKS + 1u), count = (size_t)(range >> 4) % (CHUNKS + 1 - first);
    if (whose & 1) {
        l.index = whose >> 1 & 1;
        l.chunk = (size_t)(whose >> 2) % CHUNKS;
        l.at = (size_t)at << 4;
    }
    sheaf_buffer given;
    sheaf_buffer_init(&given, 1 << 20);
    if (choice >= 64)
        sheaf_buffer_add(&given, sheaf_buffer_slice(&transcript));
    if (choice >= 64)
        change(in, &given);
    else
        sheaf_buffer_add(&given, in);
    bool same = sheaf_slice_equal(sheaf_buffer_slice(&given), sheaf_buffer_slice(&transcript));
    const sheaf_chunk_source source = {&l, chunk_get};
    uint64_t put = 0, want = 0;
    const sheaf_sum_sink sink = {&put, words_put};
    for (size_t i = first; i < first + count; i++)
        want += sheaf_chunk_bytes(&config, i) / 8;
    bool good = sheaf_transcript_chunks(sheaf_buffer_slice(&given), &config, &source, first,
                                        count, &sink, NULL, NULL)
                == SHEAF_OK;
    must(good == (same && !(l.asked && l.change)));
    must(!good || put == want);
    sheaf_buffer_deinit(&given);
    return 0;
}
