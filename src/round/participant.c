#include "round/participant.h"

#include "crypto/stream.h"
#include "round/round_internal.h"
#include "round/words.h"

#include <assert.h>
#include <stdlib.h>

uint32_t sheaf_participant_me(const sheaf_participant *p)
{
    return p->config.members[p->me].member;
}

/* All secrets come from one ChaCha20 stream, whose key is bound to the session and the member,
 * so that even a seed used twice gives other secrets in another round. */
static sheaf_status secrets_derive(sheaf_participant *p, const uint8_t seed[SHEAF_SEED_BYTES],
                                   sheaf_err *err)
{
    size_t scalars = 1 + 2 * (size_t)p->config.threshold;
    size_t len = 64 * scalars + sizeof p->secrets->nonces + sizeof p->secrets->contribution;
    uint8_t *stream = malloc(len);
    if (!stream)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the secrets of a round");
    uint32_t me = sheaf_participant_me(p);
    uint8_t member[4] = {(uint8_t)(me >> 24), (uint8_t)(me >> 16), (uint8_t)(me >> 8),
                         (uint8_t)me};
    const sheaf_slice parts[] = {sheaf_str("sheaf-round-secrets/v1\n"),
                                 {p->neighbours.session.bytes, SHEAF_HASH_BYTES},
                                 {member, sizeof member},
                                 {seed, SHEAF_SEED_BYTES}};
    sheaf_hash key = sheaf_sha256_parts(parts, sizeof parts / sizeof *parts);
    sheaf_stream_bytes(key.bytes, stream, len);
    const uint8_t *at = stream;
    p->secrets->seal = sheaf_scalar_from_uniform(at);
    at += 64;
    for (int k = 0; k < p->config.threshold; k++, at += 64)
        p->secrets->self_poly[k] = sheaf_scalar_from_uniform(at);
    for (int k = 0; k < p->config.threshold; k++, at += 64)
        p->secrets->mask_poly[k] = sheaf_scalar_from_uniform(at);
    memcpy(p->secrets->nonces, at, sizeof p->secrets->nonces);
    at += sizeof p->secrets->nonces;
    memcpy(p->secrets->contribution, at, sizeof p->secrets->contribution);
    sheaf_wipe(&key, sizeof key);
    sheaf_wipe(stream, len);
    free(stream);
    return SHEAF_OK;
}

sheaf_status sheaf_participant_init(sheaf_participant *p, const sheaf_round_config *config,
                                    uint32_t me, const sheaf_keypair *pair,
                                    const uint8_t seed[SHEAF_SEED_BYTES], sheaf_err *err)
{
    *p = (sheaf_participant){0};
    SHEAF_TRY(sheaf_round_config_check(config, err));
    int index = sheaf_round_index(config, me);
    if (index < 0)
        return sheaf_fail(err, SHEAF_INVALID, "member %u is not on the roster of round %u", me,
                          config->round);
    if (memcmp(config->members[index].public, pair->public, SHEAF_PUBLIC_BYTES) != 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the roster of round %u has another train key for member %u",
                          config->round, me);
    p->config = *config;
    sheaf_neighbours_init(&p->neighbours, config);
    p->me = index;
    p->answered = sheaf_round_first(config) - 1;
    for (int stage = SHEAF_ROUND_COMMIT; stage <= SHEAF_ROUND_REVEAL; stage++)
        sheaf_buffer_init(&p->sent[stage],
                          sheaf_round_message_max(config, (sheaf_round_stage)stage));
    p->secrets = calloc(1, sizeof *p->secrets);
    if (!p->secrets)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the secrets of a round");
    p->secrets->pair = *pair;
    sheaf_status status = secrets_derive(p, seed, err);
    if (status != SHEAF_OK)
        sheaf_participant_deinit(p);
    return status;
}

void sheaf_participant_forget(sheaf_participant *p)
{
    if (p->secrets)
        sheaf_wipe(p->secrets, sizeof *p->secrets);
    free(p->secrets);
    p->secrets = NULL;
}

void sheaf_participant_deinit(sheaf_participant *p)
{
    sheaf_participant_forget(p);
    sheaf_neighbours_deinit(&p->neighbours);
    for (int stage = 0; stage <= SHEAF_ROUND_REVEAL; stage++) {
        sheaf_buffer *sent = &p->sent[stage];
        if (sent->data) /* an input that was never masked is as secret as a key */
            sheaf_wipe(sent->data, sent->len);
        sheaf_buffer_deinit(sent);
    }
}

static sheaf_status input_may_come(const sheaf_participant *p, sheaf_err *err)
{
    if (p->have_input)
        return sheaf_fail(err, SHEAF_INVALID, "the input of round %u was given before",
                          p->config.round);
    if (!p->secrets || p->answered >= SHEAF_ROUND_INPUT)
        return sheaf_fail(err, SHEAF_INVALID, "round %u takes no input any more",
                          p->config.round);
    return SHEAF_OK;
}

sheaf_status sheaf_participant_input(sheaf_participant *p, const uint64_t *words, size_t count,
                                     sheaf_err *err)
{
    SHEAF_TRY(input_may_come(p, err));
    if (count != p->config.words)
        return sheaf_fail(err, SHEAF_INVALID, "the input has %zu words, round %u sums %u",
                          count, p->config.round, p->config.words);
    /* The words wait where they will leave from, so that no second copy is needed. */
    sheaf_buffer *sent = &p->sent[SHEAF_ROUND_INPUT];
    uint8_t *out = sheaf_buffer_extend(sent, SHEAF_ROUND_INPUT_HEAD_BYTES
                                                 + sheaf_round_vector_bytes(&p->config));
    if (!out) {
        sheaf_buffer_reset(sent);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for an input of %zu words", count);
    }
    sheaf_words_pack(p->config.bits, words, count, out + SHEAF_ROUND_INPUT_HEAD_BYTES);
    p->have_input = true;
    return SHEAF_OK;
}

sheaf_status sheaf_participant_stream(sheaf_participant *p, sheaf_vector_stream stream,
                                      sheaf_err *err)
{
    SHEAF_TRY(input_may_come(p, err));
    sheaf_buffer *sent = &p->sent[SHEAF_ROUND_INPUT];
    if (!sheaf_buffer_extend(sent, SHEAF_ROUND_INPUT_HEAD_BYTES)) {
        sheaf_buffer_reset(sent);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the head of an input");
    }
    p->stream = stream;
    p->have_input = true;
    return SHEAF_OK;
}

static void stage_finish(sheaf_participant *p, sheaf_round_stage stage)
{
    p->answered = stage;
    if (stage >= SHEAF_ROUND_REVEAL) /* nothing more is computed from them */
        sheaf_participant_forget(p);
}

static sheaf_status bundle_check(const sheaf_participant *p, const sheaf_round_bundle *bundle,
                                 const sheaf_hash *hash, sheaf_err *err)
{
    const char *stage = sheaf_round_stage_text(bundle->stage);
    if (bundle->round != p->config.round)
        return sheaf_fail(err, SHEAF_INVALID, "a bundle is for round %u, not %u", bundle->round,
                          p->config.round);
    if (!sheaf_hash_equal(&bundle->manifest, &p->config.manifest))
        return sheaf_fail(err, SHEAF_INVALID, "a bundle of round %u is for another manifest",
                          p->config.round);
    if (bundle->stage <= p->answered && p->sealed[bundle->stage]) {
        if (!sheaf_hash_equal(hash, &p->seen[bundle->stage]))
            return sheaf_fail(
                err, SHEAF_FAULT,
                "the coordinator shows a second, different bundle for stage %s of "
                "round %u: the first one stands",
                stage, p->config.round);
        return SHEAF_OK;
    }
    if (p->answered >= SHEAF_ROUND_DONE)
        return sheaf_fail(err, SHEAF_INVALID, "round %u is over: it is %s", p->config.round,
                          sheaf_round_stage_text(p->answered));
    if (bundle->stage != SHEAF_ROUND_ABORTED && bundle->stage != p->answered + 1)
        return sheaf_fail(err, SHEAF_INVALID,
                          "a bundle for stage %s came out of turn: stage %s is next", stage,
                          sheaf_round_stage_text(p->answered + 1));
    return SHEAF_OK;
}

static sheaf_status bundle_take(sheaf_participant *p, const sheaf_round_bundle *bundle,
                                sheaf_slice bytes, sheaf_err *err)
{
    sheaf_hash hash = sheaf_sha256(bytes);
    SHEAF_TRY(bundle_check(p, bundle, &hash, err));
    if (p->sealed[bundle->stage])
        return SHEAF_OK;
    if (!p->secrets && bundle->stage < SHEAF_ROUND_DONE)
        return sheaf_fail(err, SHEAF_INVALID, "this participant has left round %u",
                          p->config.round);
    SHEAF_TRY(sheaf_participant_answer(p, bundle, err));
    p->seen[bundle->stage] = hash;
    p->sealed[bundle->stage] = true;
    stage_finish(p, bundle->stage);
    return SHEAF_OK;
}

sheaf_status sheaf_participant_receive(sheaf_participant *p, sheaf_slice bytes,
                                       sheaf_slice *message, sheaf_err *err)
{
    sheaf_round_bundle *bundle = malloc(sizeof *bundle);
    *message = (sheaf_slice){0};
    if (!bundle)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a bundle of a round");
    sheaf_status status = sheaf_round_bundle_decode(bytes, bundle, err);
    if (status == SHEAF_OK)
        status = bundle_take(p, bundle, bytes, err);
    if (status == SHEAF_OK)
        *message = sheaf_participant_sent(p, bundle->stage);
    free(bundle);
    return status;
}

sheaf_round_stage sheaf_participant_stage(const sheaf_participant *p)
{
    return p->answered < SHEAF_ROUND_DONE ? p->answered + 1 : p->answered;
}

bool sheaf_participant_over(const sheaf_participant *p)
{
    return p->answered >= SHEAF_ROUND_DONE;
}

sheaf_slice sheaf_participant_sent(const sheaf_participant *p, sheaf_round_stage stage)
{
    if (stage > SHEAF_ROUND_REVEAL || !p->sealed[stage])
        return (sheaf_slice){0};
    return sheaf_buffer_slice(&p->sent[stage]);
}

const sheaf_survivors *sheaf_participant_list(const sheaf_participant *p)
{
    return p->sealed[SHEAF_ROUND_SURVIVORS] ? &p->list : NULL;
}

const sheaf_hash *sheaf_participant_transcript(const sheaf_participant *p)
{
    return p->sealed[SHEAF_ROUND_DONE] ? &p->transcript : NULL;
}
