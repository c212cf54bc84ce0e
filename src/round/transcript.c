#include "round/transcript.h"

#include "round/round_internal.h"

#include <stdlib.h>

/* A transcript taken apart and checked; large, so it lives on the heap. */
typedef struct {
    sheaf_neighbours neighbours;
    sheaf_round_set commits, adverts, shares, inputs, signatures;
    sheaf_round_commits committed;
    sheaf_round_adverts points;
    bool shared[SHEAF_ROUND_MEMBERS_MAX];
    sheaf_hash share_body[SHEAF_ROUND_MEMBERS_MAX];
    sheaf_survivors list;
    sheaf_scalar self_secret[SHEAF_ROUND_MEMBERS_MAX];
    sheaf_scalar mask_secret[SHEAF_ROUND_MEMBERS_MAX];
    sheaf_point self_point[SHEAF_ROUND_MEMBERS_MAX]; /* commitments to self secrets */
    /* Of survivors: their chunks' hashes; of short vectors the one hash and the words. */
    const sheaf_hash *chunks[SHEAF_ROUND_MEMBERS_MAX];
    sheaf_hash only[SHEAF_ROUND_MEMBERS_MAX];
    const uint8_t *words[SHEAF_ROUND_MEMBERS_MAX];
} reading;

static sheaf_status take_head(sheaf_slice *in, const sheaf_round_config *config, sheaf_err *err)
{
    uint16_t version, type;
    uint32_t round;
    sheaf_slice manifest;
    if (!sheaf_take_u16(in, &version) || !sheaf_take_u16(in, &type)
        || !sheaf_take_u32(in, &round) || !sheaf_take(in, SHEAF_HASH_BYTES, &manifest)
        || version != SHEAF_ROUND_VERSION || type != SHEAF_TRANSCRIPT_TYPE)
        return sheaf_fail(err, SHEAF_INVALID, "these bytes are no transcript of a round");
    if (round != config->round)
        return sheaf_fail(err, SHEAF_INVALID, "the transcript is of round %u, not %u", round,
                          config->round);
    if (memcmp(manifest.data, config->manifest.bytes, SHEAF_HASH_BYTES) != 0)
        return sheaf_fail(err, SHEAF_INVALID, "the transcript is of another manifest");
    return SHEAF_OK;
}

static sheaf_status take_set(sheaf_slice *in, const sheaf_round_config *config,
                             sheaf_round_stage type, sheaf_round_set *out, sheaf_err *err)
{
    sheaf_round_items items;
    SHEAF_TRY(sheaf_round_items_take(in, &items, err));
    return sheaf_round_set_read(config, &items, type, true, out, err);
}

static sheaf_status shares_check(const sheaf_round_config *config, reading *r, sheaf_err *err)
{
    SHEAF_TRY(sheaf_round_enough(r->adverts.count, config->min_survivors, "adverts", err));
    SHEAF_TRY(sheaf_round_enough(r->shares.count, config->min_survivors, "sharers", err));
    for (int i = 0; i < r->shares.count; i++) {
        int index = r->shares.index[i];
        SHEAF_TRY(sheaf_round_share_check(&r->points, &r->shares.message[i], index, err));
        r->self_point[index] =
            sheaf_round_commitment_at(r->shares.message[i].share.self_commitments, 0);
        r->shared[index] = true;
        r->share_body[index] = sheaf_sha256(r->shares.message[i].body);
    }
    return SHEAF_OK;
}

/* Secrets of exactly these members, each the one behind its owner's commitment. */
static sheaf_status take_secrets(sheaf_slice *in, const sheaf_round_config *config,
                                 const uint32_t *members, size_t count,
                                 const sheaf_point *points, const char *what, sheaf_scalar *out,
                                 sheaf_err *err)
{
    uint16_t n;
    if (!sheaf_take_u16(in, &n) || n != count)
        return sheaf_fail(err, SHEAF_FAULT, "the transcript does not have %zu %s secrets",
                          count, what);
    for (size_t i = 0; i < count; i++) {
        uint32_t member;
        sheaf_slice bytes;
        if (!sheaf_take_u32(in, &member) || !sheaf_take(in, SHEAF_SCALAR_BYTES, &bytes)
            || member != members[i])
            return sheaf_fail(err, SHEAF_FAULT,
                              "the transcript lacks the %s secret of member %u", what,
                              members[i]);
        int index = sheaf_round_index(config, member);
        memcpy(out[index].bytes, bytes.data, SHEAF_SCALAR_BYTES);
        if (!sheaf_shamir_opens(&points[index], &out[index]))
            return sheaf_fail(err, SHEAF_FAULT,
                              "the %s secret of member %u is not the one it committed to", what,
                              member);
    }
    return SHEAF_OK;
}

/* The survivors' words or the hashes of their chunks, as they were signed. */
static sheaf_status take_vectors(sheaf_slice *in, const sheaf_round_config *config, reading *r,
                                 sheaf_err *err)
{
    size_t count = sheaf_chunk_count(config);
    size_t len = count == 1 ? sheaf_round_vector_bytes(config) : count * SHEAF_HASH_BYTES;
    for (int i = 0; i < r->inputs.count; i++) {
        const sheaf_round_message *message = &r->inputs.message[i];
        int index = r->inputs.index[i];
        sheaf_slice bytes;
        if (!sheaf_take(in, len, &bytes))
            return sheaf_fail(err, SHEAF_FAULT, "the transcript lacks the vector of member %u",
                              message->member);
        r->words[index] = bytes.data;
        if (count == 1)
            r->only[index] = sheaf_sha256(bytes);
        r->chunks[index] =
            count == 1 ? &r->only[index] : (const sheaf_hash *)(const void *)bytes.data;
        sheaf_hash hash = sheaf_chunks_hash(r->chunks[index], count);
        if (!sheaf_hash_equal(&hash, &message->input.hash))
            return sheaf_fail(err, SHEAF_FAULT,
                              "the vector of member %u in the transcript is not the one that "
                              "it signed",
                              message->member);
    }
    return SHEAF_OK;
}

/* Each survivor masked its vector over the shares that stand here for its neighbourhood. */
static sheaf_status inputs_check(const reading *r, sheaf_err *err)
{
    for (int i = 0; i < r->inputs.count; i++) {
        sheaf_hash digest = sheaf_neighbours_digest(&r->neighbours, r->inputs.index[i],
                                                    r->shared, r->share_body);
        SHEAF_TRY(sheaf_round_shares_check(&r->inputs.message[i], &digest, err));
    }
    return SHEAF_OK;
}

static sheaf_status signatures_check(const reading *r, const sheaf_round_config *config,
                                     sheaf_err *err)
{
    sheaf_survivors_text text;
    SHEAF_TRY(sheaf_survivors_text_make(config, &r->list, &text, err));
    sheaf_status status = SHEAF_OK;
    for (int i = 0; status == SHEAF_OK && i < r->signatures.count; i++)
        status =
            sheaf_survivors_verify(config, &r->list, &text, &r->signatures.message[i], err);
    sheaf_survivors_text_deinit(&text);
    SHEAF_TRY(status);
    return sheaf_round_enough(r->signatures.count, sheaf_round_signers(config),
                              "signatures of the survivor list", err);
}

static sheaf_status read_all(sheaf_slice in, const sheaf_round_config *config, reading *r,
                             sheaf_err *err)
{
    SHEAF_TRY(take_head(&in, config, err));
    SHEAF_TRY(take_set(&in, config, SHEAF_ROUND_COMMIT, &r->commits, err));
    sheaf_round_commits_from(&r->commits, &r->committed);
    SHEAF_TRY(take_set(&in, config, SHEAF_ROUND_ADVERTISE, &r->adverts, err));
    SHEAF_TRY(sheaf_round_adverts_from(config, &r->committed, &r->adverts, &r->neighbours,
                                       &r->points, err));
    SHEAF_TRY(take_set(&in, config, SHEAF_ROUND_SHARE, &r->shares, err));
    SHEAF_TRY(shares_check(config, r, err));
    SHEAF_TRY(take_set(&in, config, SHEAF_ROUND_INPUT, &r->inputs, err));
    SHEAF_TRY(sheaf_round_list_make(config, &r->points, r->shared, &r->inputs, &r->list, err));
    SHEAF_TRY(inputs_check(r, err));
    SHEAF_TRY(take_set(&in, config, SHEAF_ROUND_SURVIVORS, &r->signatures, err));
    SHEAF_TRY(signatures_check(r, config, err));
    SHEAF_TRY(take_secrets(&in, config, r->list.survivor, r->list.survivors, r->self_point,
                           "self", r->self_secret, err));
    SHEAF_TRY(take_secrets(&in, config, r->list.dropout, r->list.dropouts, r->points.mask,
                           "mask", r->mask_secret, err));
    SHEAF_TRY(take_vectors(&in, config, r, err));
    if (in.len)
        return sheaf_fail(err, SHEAF_INVALID, "bytes are left over behind the transcript");
    return SHEAF_OK;
}

/* Short vectors stand in the transcript; the type is that of every chunk source. */
/* NOLINTNEXTLINE(readability-non-const-parameter) */
static sheaf_status words_get(void *context, const sheaf_chunk_name *name, uint8_t *scratch,
                              const uint8_t **out, sheaf_err *err)
{
    const reading *r = context;
    (void)scratch;
    (void)err;
    *out = r->words[name->index];
    return SHEAF_OK;
}

/* Which chunks are wanted. */
typedef struct {
    const size_t *chosen; /* NULL: all from `first` */
    size_t first, count;
} wanted;

static sheaf_status add_up(sheaf_slice transcript, const sheaf_round_config *config,
                           const sheaf_chunk_source *source, const wanted *which,
                           const sheaf_sum_sink *sink, sheaf_survivors *list, sheaf_err *err)
{
    bool brief = sheaf_chunk_count(config) == 1;
    if (!brief && !source)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the vectors of round %u are long and not in its transcript",
                          config->round);
    reading *r = calloc(1, sizeof *r);
    if (!r)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for reading a transcript");
    sheaf_neighbours_init(&r->neighbours, config);
    sheaf_status status = read_all(transcript, config, r, err);
    if (status == SHEAF_OK) {
        const sheaf_unmask work = {.config = config,
                                   .neighbours = &r->neighbours,
                                   .list = &r->list,
                                   .mask_point = r->points.mask,
                                   .self_secret = r->self_secret,
                                   .mask_secret = r->mask_secret,
                                   .chunks = r->chunks,
                                   .source =
                                       brief ? (sheaf_chunk_source){r, words_get} : *source,
                                   .chosen = which->chosen,
                                   .untrusted = !brief};
        status = sheaf_unmask_chunks(&work, which->first, which->count, sink, err);
    }
    if (status == SHEAF_OK && list)
        *list = r->list;
    sheaf_neighbours_deinit(&r->neighbours);
    free(r);
    return status;
}

sheaf_status sheaf_transcript_chunks(sheaf_slice transcript, const sheaf_round_config *config,
                                     const sheaf_chunk_source *source, size_t first,
                                     size_t count, const sheaf_sum_sink *sink,
                                     sheaf_survivors *list, sheaf_err *err)
{
    const wanted which = {.first = first, .count = count};
    return add_up(transcript, config, source, &which, sink, list, err);
}

sheaf_status sheaf_transcript_chosen(sheaf_slice transcript, const sheaf_round_config *config,
                                     const sheaf_chunk_source *source, const size_t *chosen,
                                     size_t count, const sheaf_sum_sink *sink,
                                     sheaf_survivors *list, sheaf_err *err)
{
    const wanted which = {.chosen = chosen, .count = count};
    return add_up(transcript, config, source, &which, sink, list, err);
}

sheaf_status sheaf_transcript_sum(sheaf_slice transcript, const sheaf_round_config *config,
                                  uint64_t *out, sheaf_survivors *list, sheaf_err *err)
{
    sheaf_sum_sink sink = sheaf_sum_to(out);
    return sheaf_transcript_chunks(transcript, config, NULL, 0, sheaf_chunk_count(config),
                                   &sink, list, err);
}

size_t sheaf_transcript_max(const sheaf_round_config *config)
{
    size_t chunks = sheaf_chunk_count(config);
    size_t each = 6 * 4 + 2 * SHEAF_ROUND_SHARE_ENTRY_BYTES + SHEAF_ROUND_INPUT_HEAD_BYTES;
    each += sheaf_round_message_max(config, SHEAF_ROUND_COMMIT);
    each += sheaf_round_message_max(config, SHEAF_ROUND_ADVERTISE);
    each += sheaf_round_share_head_bytes(config);
    each += sheaf_round_message_max(config, SHEAF_ROUND_SURVIVORS);
    each += chunks == 1 ? sheaf_round_vector_bytes(config) : chunks * SHEAF_HASH_BYTES;
    return 256 + config->count * each;
}
