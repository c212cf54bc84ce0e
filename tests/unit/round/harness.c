#include "harness.h"

#include "crypto/stream.h"

uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void seed_from(uint8_t out[32], uint64_t seed, uint64_t use)
{
    uint64_t state = seed * 100000 + use;
    for (int i = 0; i < 4; i++) {
        uint64_t word = next_random(&state);
        memcpy(out + 8 * i, &word, 8);
    }
}

void rig_open(rig *r, int count, uint32_t words, uint64_t seed)
{
    rig_open_bits(r, count, words, 64, seed);
}

static void rig_fill(rig *r, const sheaf_round_config *terms, uint64_t seed)
{
    int count = terms->count;
    uint32_t words = terms->words;
    assert_true(sheaf_crypto_start());
    *r = (rig){.pair = calloc((size_t)count, sizeof *r->pair),
               .p = calloc((size_t)count, sizeof *r->p),
               .seed = calloc((size_t)count, sizeof *r->seed),
               .input = calloc((size_t)count, sizeof *r->input)};
    assert_true(r->pair && r->p && r->seed && r->input);
    sheaf_round_config *config = &r->config;
    *config = *terms;
    seed_from(config->manifest.bytes, seed, 1);
    uint8_t bytes[32];
    for (int i = 0; i < count; i++) {
        config->members[i].member = (uint32_t)(3 * i + 3);
        seed_from(bytes, seed, (uint64_t)(10000 + i));
        sheaf_keypair_from_seed(&r->pair[i], bytes);
        memcpy(config->members[i].public, r->pair[i].public, 32);
    }
    if (sheaf_coordinator_init(&r->c, config, 0, &r->err) != SHEAF_OK)
        fail_msg("%s", r->err.message);
    for (int i = 0; i < count; i++) {
        seed_from(r->seed[i], seed, (uint64_t)(20000 + i));
        assert_int_equal(sheaf_participant_init(&r->p[i], config, config->members[i].member,
                                                &r->pair[i], r->seed[i], &r->err),
                         SHEAF_OK);
        r->input[i] = malloc(words * 8);
        assert_non_null(r->input[i]);
        seed_from(bytes, seed, (uint64_t)(30000 + i));
        sheaf_stream_bytes(bytes, (uint8_t *)r->input[i], words * 8);
        assert_int_equal(sheaf_participant_input(&r->p[i], r->input[i], words, &r->err),
                         SHEAF_OK);
    }
}

void rig_again(rig *r)
{
    sheaf_coordinator_deinit(&r->c);
    assert_int_equal(sheaf_coordinator_init(&r->c, &r->config, 0, &r->err), SHEAF_OK);
    for (int i = 0; i < r->config.count; i++) {
        sheaf_participant_deinit(&r->p[i]);
        assert_int_equal(sheaf_participant_init(&r->p[i], &r->config,
                                                r->config.members[i].member, &r->pair[i],
                                                r->seed[i], &r->err),
                         SHEAF_OK);
        assert_int_equal(
            sheaf_participant_input(&r->p[i], r->input[i], r->config.words, &r->err), SHEAF_OK);
    }
}

static sheaf_round_config terms_of(int count, uint32_t words, unsigned bits, uint64_t seed)
{
    uint16_t threshold = sheaf_round_threshold((uint16_t)count);
    return (sheaf_round_config){.origin = "sheaf/abcdefghijklmnopqrstuvwxyz",
                                .round = (uint32_t)(seed % 1000),
                                .words = words,
                                .bits = (uint16_t)bits,
                                .count = (uint16_t)count,
                                .degree = (uint16_t)(count - 1),
                                .threshold = threshold,
                                .min_survivors = threshold,
                                .stage_ms = {1000, 1000, 1000, 1000, 1000, 1000}};
}

void rig_open_bits(rig *r, int count, uint32_t words, unsigned bits, uint64_t seed)
{
    sheaf_round_config terms = terms_of(count, words, bits, seed);
    rig_fill(r, &terms, seed);
}

void rig_open_ring(rig *r, int count, int degree, int threshold, int withheld_max,
                   uint64_t seed)
{
    sheaf_round_config terms = terms_of(count, 5, 32, seed);
    terms.degree = (uint16_t)degree;
    terms.threshold = (uint16_t)threshold;
    terms.withheld_max = (uint16_t)withheld_max;
    terms.min_survivors = (uint16_t)(count - count / 10);
    terms.signers = sheaf_round_threshold((uint16_t)count);
    rig_fill(r, &terms, seed);
}

void rig_close(rig *r)
{
    for (int i = 0; i < r->config.count; i++) {
        sheaf_participant_deinit(&r->p[i]);
        free(r->input[i]);
    }
    sheaf_coordinator_deinit(&r->c);
    free(r->pair);
    free(r->p);
    free(r->seed);
    free(r->input);
}

sheaf_slice rig_answer(rig *r, int i, sheaf_round_stage stage)
{
    sheaf_slice message;
    sheaf_slice bundle = sheaf_coordinator_bundle(&r->c, stage, r->config.members[i].member);
    assert_non_null(bundle.data);
    if (sheaf_participant_receive(&r->p[i], bundle, &message, &r->err) != SHEAF_OK)
        fail_msg("participant %d refused stage %d: %s", i, (int)stage, r->err.message);
    return message;
}

void rig_stage(rig *r, sheaf_round_stage stage, const int *leave)
{
    for (int i = 0; i < r->config.count; i++) {
        if (leave && leave[i] <= (int)stage)
            continue;
        if (r->c.stage > SHEAF_ROUND_REVEAL || sheaf_coordinator_joined(&r->c))
            return;
        if (stage == SHEAF_ROUND_REVEAL
            && !sheaf_coordinator_awaits(&r->c, r->config.members[i].member))
            continue; /* too few of its neighbours have signed */
        sheaf_slice message = rig_answer(r, i, stage);
        if (sheaf_coordinator_receive(&r->c, message, r->now_ms, &r->err)
            == SHEAF_ROUND_REFUSED)
            fail_msg("refused: %s", r->err.message);
    }
    if (sheaf_coordinator_stage(&r->c) == stage) {
        r->now_ms = sheaf_coordinator_deadline(&r->c);
        sheaf_coordinator_tick(&r->c, r->now_ms);
    }
}

void rig_run(rig *r, const int *leave)
{
    for (int stage = SHEAF_ROUND_COMMIT; stage <= SHEAF_ROUND_REVEAL; stage++)
        if ((int)sheaf_coordinator_stage(&r->c) == stage)
            rig_stage(r, (sheaf_round_stage)stage, leave);
}

void rig_sign_again(const rig *r, int sender, sheaf_buffer *message)
{
    enum { HASH_AT = SHEAF_SIGNATURE_BYTES + SHEAF_HASH_BYTES };
    sheaf_round_message decoded;
    sheaf_buffer body;
    sheaf_err err;
    if (sheaf_round_message_decode(sheaf_buffer_slice(message), &decoded, &err) != SHEAF_OK)
        fail_msg("no message to sign again: %s", err.message);
    size_t signed_len = decoded.body.len + SHEAF_SIGNATURE_BYTES;
    if (decoded.type == SHEAF_ROUND_SHARE) {
        sheaf_hash hash = sheaf_sha256(decoded.share.behind);
        memcpy(message->data + signed_len - HASH_AT, hash.bytes, sizeof hash.bytes);
    }
    sheaf_buffer_init(&body, signed_len);
    sheaf_buffer_add(&body, decoded.body);
    sheaf_round_sign(&body, &r->config, &r->pair[sender]);
    assert_false(body.failed);
    memcpy(message->data, body.data, signed_len);
    sheaf_buffer_deinit(&body);
}

static void check_words(const rig *r, const uint64_t *sum, const sheaf_survivors *list)
{
    for (uint32_t k = 0; k < r->config.words; k++) {
        uint64_t want = 0;
        for (int s = 0; s < list->survivors; s++)
            want += r->input[sheaf_round_index(&r->config, list->survivor[s])][k];
        uint64_t sign = (uint64_t)1 << (r->config.bits - 1); /* carried to 64 bits */
        want &= sign - 1 + sign;
        if (sum[k] != (want ^ sign) - sign)
            fail_msg("word %u of the sum is wrong", k);
    }
}

void rig_check_sum(rig *r)
{
    assert_int_equal(sheaf_coordinator_stage(&r->c), SHEAF_ROUND_DONE);
    check_words(r, sheaf_coordinator_sum(&r->c), sheaf_coordinator_list(&r->c));
    sheaf_buffer transcript;
    sheaf_buffer_init(&transcript, sheaf_transcript_max(&r->config));
    assert_int_equal(sheaf_coordinator_transcript(&r->c, &transcript, &r->err), SHEAF_OK);
    sheaf_hash hash = sheaf_sha256(sheaf_buffer_slice(&transcript));
    assert_true(sheaf_hash_equal(&hash, sheaf_coordinator_transcript_hash(&r->c)));
    uint64_t *sum = calloc(r->config.words, sizeof *sum);
    sheaf_survivors list;
    if (sheaf_transcript_sum(sheaf_buffer_slice(&transcript), &r->config, sum, &list, &r->err)
        != SHEAF_OK)
        fail_msg("the transcript is refused: %s", r->err.message);
    check_words(r, sum, &list);
    sheaf_round_bundle done;
    assert_int_equal(sheaf_round_bundle_decode(
                         sheaf_coordinator_bundle(&r->c, SHEAF_ROUND_DONE, 3), &done, &r->err),
                     SHEAF_OK);
    assert_true(sheaf_hash_equal(&done.transcript, &hash));
    free(sum);
    sheaf_buffer_deinit(&transcript);
}

bool rig_should_finish(const rig *r, const int *leave)
{
    int still[SHEAF_ROUND_REVEAL + 1] = {0};
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_REVEAL; stage++)
        for (int i = 0; i < r->config.count; i++)
            still[stage] += leave[i] > stage;
    return still[SHEAF_ROUND_INPUT] >= r->config.min_survivors
           && still[SHEAF_ROUND_REVEAL] >= r->config.threshold;
}

/* ---- what a coordinator shows that lies ---- */

void rig_play_to(rig *r, sheaf_round_stage stage)
{
    for (int s = SHEAF_ROUND_ADVERTISE; s < (int)stage; s++)
        rig_stage(r, (sheaf_round_stage)s, NULL);
    assert_int_equal(sheaf_coordinator_stage(&r->c), stage);
}

void rig_refuse(rig *r, int i, sheaf_slice bundle, const char *reason)
{
    sheaf_slice message = {0};
    sheaf_err err = {0};
    if (sheaf_participant_receive(&r->p[i], bundle, &message, &err) == SHEAF_OK)
        fail_msg("participant %d accepted what should be refused: %s", i, reason);
    if (!strstr(err.message, reason))
        fail_msg("refused with \"%s\" instead of \"%s\"", err.message, reason);
    assert_null(message.data);
}

/* A bundle of the stage with other messages in it. */
void rig_forge(rig *r, sheaf_round_stage stage, const sheaf_round_items *items,
               const uint32_t *dropouts, uint16_t count, sheaf_buffer *out)
{
    sheaf_buffer_init(out, 1 << 20);
    sheaf_round_bundle_head_put(out, &r->config, stage);
    sheaf_round_items_put(out, items);
    if (stage == SHEAF_ROUND_SURVIVORS) {
        sheaf_buffer_add_u16(out, count);
        for (int i = 0; i < count; i++)
            sheaf_buffer_add_u32(out, dropouts[i]);
    }
    assert_false(out->failed);
}

sheaf_round_bundle rig_shown(rig *r, sheaf_round_stage stage)
{
    sheaf_round_bundle bundle;
    assert_int_equal(
        sheaf_round_bundle_decode(sheaf_coordinator_bundle(&r->c, stage, 3), &bundle, &r->err),
        SHEAF_OK);
    return bundle;
}

void rig_without(sheaf_round_items *items, int gone)
{
    for (int i = gone; i + 1 < items->count; i++)
        items->item[i] = items->item[i + 1];
    items->count--;
}

void rig_refuse_items(rig *r, int i, sheaf_round_stage stage, const sheaf_round_items *items,
                      const char *reason)
{
    sheaf_buffer bundle;
    rig_forge(r, stage, items, NULL, 0, &bundle);
    rig_refuse(r, i, sheaf_buffer_slice(&bundle), reason);
    sheaf_buffer_deinit(&bundle);
}
