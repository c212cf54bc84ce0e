#include "node/round_driver.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "learn/round_job.h"
#include "node/local.h"

enum { ANSWER_BYTES_MAX = 64 << 10, PATH_BYTES = 96 };

sheaf_status sheaf_worker_manifest(const sheaf_worker *worker, uint32_t round, sheaf_hash *out,
                                   sheaf_err *err)
{
    const sheaf_member *m = worker->member;
    if (!m->follower.store || round >= sheaf_log_store_size(m->follower.store))
        return sheaf_fail(err, SHEAF_INVALID, "round %u is not in the copy of the log in %s",
                          round, m->dir);
    *out = sheaf_log_store_root_at(m->follower.store, (uint64_t)round + 1);
    return SHEAF_OK;
}

sheaf_status sheaf_worker_blob(const sheaf_worker *worker, const sheaf_hash *hash,
                               sheaf_buffer *out, sheaf_err *err)
{
    char hex[SHEAF_HEX_LEN_32 + 1], path[PATH_BYTES];
    if (sheaf_blob_exists(&worker->blobs, hash))
        return sheaf_blob_read(&worker->blobs, hash, out, err);
    sheaf_hex_32(hash->bytes, hex);
    snprintf(path, sizeof path, "/api/v1/blobs/%s", hex);
    SHEAF_TRY(sheaf_hub_get(&worker->member->ports.transport, path, out, err));
    sheaf_hash found = sheaf_sha256(sheaf_buffer_slice(out));
    if (!sheaf_hash_equal(&found, hash))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the hub gave other bytes than those of the hash %.16s…", hex);
    return sheaf_blob_put(&worker->blobs, sheaf_buffer_slice(out), &found, err);
}

/* ---- opening ---- */

/* The words are as secret as the data. */
static void words_wipe(sheaf_round_driver *d)
{
    if (d->words)
        sheaf_wipe(d->words, d->word_count * sizeof *d->words);
    free(d->words);
    d->words = NULL;
}

/* The words that the member's data makes, for a vector that never left this node. */
static sheaf_status compute(sheaf_round_driver *d, const struct sheaf_row_round *round,
                            const struct sheaf_row_seat *seat, const char *file, bool *private,
                            sheaf_err *err)
{
    sheaf_worker *worker = d->worker;
    sheaf_node_ports *ports = &worker->member->ports;
    sheaf_noised_seeds seeds;
    sheaf_buffer base;
    sheaf_status status = SHEAF_OK;
    d->words = calloc(round->words, sizeof *d->words);
    d->word_count = round->words;
    if (!d->words)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for %u words", round->words);
    sheaf_buffer_init(&base, SHEAF_MODEL_BYTES_MAX);
    if (!sheaf_hash_is_zero(&round->base))
        status = sheaf_worker_blob(worker, &round->base, &base, err);
    if (status == SHEAF_OK) {
        ports->random(ports->context, seeds.sample, sizeof seeds.sample);
        ports->random(ports->context, seeds.noise, sizeof seeds.noise);
        ports->random(ports->context, seeds.rounding, sizeof seeds.rounding);
        status = sheaf_local_words(sheaf_member_state(worker->member), round, seat,
                                   worker->member->dir, file, sheaf_buffer_slice(&base), &seeds,
                                   &worker->own, d->words, err);
        sheaf_wipe(&seeds, sizeof seeds);
        *private = status != SHEAF_OK && !worker->own.refused;
    }
    d->own = (sheaf_round_own){.keep = &d->keep, .words = d->words};
    if (status == SHEAF_OK)
        status = sheaf_round_keep_mask(&d->own, d->participant, err);
    sheaf_buffer_deinit(&base);
    return status;
}

/* Begins the round, or goes on where an earlier process was. */
static sheaf_status join(sheaf_round_driver *d, const struct sheaf_row_round *round,
                         const struct sheaf_row_seat *seat, const char *file,
                         const sheaf_round_config *config, bool *private, sheaf_err *err)
{
    sheaf_worker *worker = d->worker;
    uint8_t seed[SHEAF_SEED_BYTES];
    sheaf_hash session = sheaf_round_session(config);
    bool found = false;
    SHEAF_TRY(sheaf_round_keep_open(&d->keep, &worker->member->ports, &session, seed, &d->again,
                                    err));
    sheaf_status status =
        sheaf_participant_init(d->participant, config, d->member, &worker->train, seed, err);
    sheaf_wipe(seed, sizeof seed);
    SHEAF_TRY(status);
    d->open = true;
    SHEAF_TRY(sheaf_round_keep_input(&d->keep, d->participant, &found, err));
    if (!found)
        SHEAF_TRY(compute(d, round, seat, file, private, err));
    SHEAF_TRY(sheaf_round_keep_replay(&d->keep, d->participant, err));
    /* The hub may not have got the last answer. */
    d->pending_stage = sheaf_participant_stage(d->participant) - 1;
    d->pending = sheaf_participant_sent(d->participant, d->pending_stage);
    d->kept = true;
    return SHEAF_OK;
}

static sheaf_status open_round(sheaf_round_driver *d, const char *file, bool *private,
                               sheaf_err *err)
{
    sheaf_worker *worker = d->worker;
    sheaf_member *m = worker->member;
    const sheaf_state *state = sheaf_member_state(m);
    if (m->follower.replay.falsehoods)
        return sheaf_fail(err, SHEAF_INVALID, "the log states what its blobs contradict");
    SHEAF_TRY(sheaf_round_check(state, d->round, worker->key, &worker->revoked,
                                m->ports.now_ms(m->ports.context), err));
    const struct sheaf_row_round *round = sheaf_round_find(state, d->round);
    const struct sheaf_row_seat *seat = sheaf_round_seat(state, d->round, worker->key);
    d->member = seat->member;
    sheaf_round_config *config = calloc(1, sizeof *config);
    if (!config)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to take part in a round");
    sheaf_hash manifest;
    sheaf_status status = sheaf_worker_manifest(worker, d->round, &manifest, err);
    if (status == SHEAF_OK)
        status = sheaf_round_job_config(state, round, &manifest, config, err);
    if (status == SHEAF_OK) {
        d->bundle.max = sheaf_round_bundle_max(config) + ANSWER_BYTES_MAX;
        status = join(d, round, seat, file, config, private, err);
    }
    free(config);
    return status;
}

/* Nothing more is sent in this round, after a restart neither. */
static void leave(const sheaf_round_driver *d)
{
    /* A disk that fails leaves more: the sweep removes it later. */
    (void)(sheaf_round_keep_leave(&d->keep, NULL) == SHEAF_OK);
}

sheaf_status sheaf_round_driver_open(sheaf_round_driver *d, sheaf_worker *worker,
                                     uint32_t round, const char *file, bool *private,
                                     sheaf_err *err)
{
    *d = (sheaf_round_driver){.worker = worker, .round = round};
    *private = false;
    sheaf_buffer_init(&d->bundle, ANSWER_BYTES_MAX);
    d->participant = calloc(1, sizeof *d->participant);
    if (!d->participant)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to take part in a round");
    sheaf_status status = sheaf_round_keep_init(&d->keep, worker->member->dir, round, err);
    if (status == SHEAF_OK)
        status = open_round(d, file, private, err);
    if (status != SHEAF_OK) {
        if (status != SHEAF_IO || *private)
            leave(d);
        sheaf_round_driver_close(d);
    }
    return status;
}

void sheaf_round_driver_close(sheaf_round_driver *d)
{
    if (d->open)
        sheaf_participant_deinit(d->participant);
    free(d->participant);
    words_wipe(d);
    sheaf_buffer_deinit(&d->bundle);
    *d = (sheaf_round_driver){0};
}

/* ---- stepping ---- */

/* A message as it is; of a vector the head in a header and the words out of their file. */
static sheaf_status call_pending(sheaf_round_driver *d, const char *path, unsigned *status,
                                 sheaf_err *err)
{
    const sheaf_transport *transport = &d->worker->member->ports.transport;
    char file[SHEAF_PATH_MAX];
    sheaf_hub_call call = {.method = "POST",
                           .path = path,
                           .content_type = "application/octet-stream",
                           .body = d->pending};
    if (d->pending_stage != SHEAF_ROUND_INPUT)
        return transport->call(transport->context, &call, status, &d->bundle, err);
    sheaf_buffer head;
    sheaf_buffer_init(&head, ANSWER_BYTES_MAX);
    sheaf_base64url_put(&head, d->pending);
    sheaf_buffer_add_byte(&head, 0);
    sheaf_status done = sheaf_buffer_check(&head, "the head of an input", err);
    if (done == SHEAF_OK)
        done = sheaf_round_keep_input_path(&d->keep, file, err);
    call.method = "PUT";
    call.body = (sheaf_slice){0};
    call.input = (const char *)head.data;
    call.body_file = file;
    call.body_from = SHEAF_ROUND_KEEP_WORDS_AT;
    if (done == SHEAF_OK)
        done = transport->call(transport->context, &call, status, &d->bundle, err);
    sheaf_buffer_deinit(&head);
    return done;
}

static sheaf_status send_pending(sheaf_round_driver *d, sheaf_err *err)
{
    char path[PATH_BYTES];
    unsigned status = 0;
    if (!d->kept)
        SHEAF_TRY(sheaf_round_keep_answer(&d->keep, d->pending_stage,
                                          sheaf_buffer_slice(&d->bundle), d->pending, err));
    d->kept = true; /* the bundle's place takes the hub's answer */
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/%s", d->round,
             d->pending_stage == SHEAF_ROUND_INPUT ? "vector" : "messages");
    SHEAF_TRY(call_pending(d, path, &status, err));
    if (status >= 500)
        return sheaf_hub_failed(path, status, sheaf_buffer_slice(&d->bundle), err);
    if (status >= 200 && status <= 299) {
        d->pending = (sheaf_slice){0};
        return SHEAF_OK;
    }
    /* The hub does without it. A sum needs no more than some of the reveals. */
    d->over = true;
    if (d->pending_stage >= SHEAF_ROUND_REVEAL)
        return SHEAF_OK;
    (void)sheaf_hub_failed(path, status, sheaf_buffer_slice(&d->bundle), err);
    return SHEAF_INVALID;
}

/* *more: a bundle was there and answered. */
static sheaf_status take_bundle(sheaf_round_driver *d, bool *more, sheaf_err *err)
{
    sheaf_member *m = d->worker->member;
    const sheaf_transport *transport = &m->ports.transport;
    char path[PATH_BYTES], header[SHEAF_REQUEST_MAX];
    unsigned status = 0;
    sheaf_round_stage stage = sheaf_participant_stage(d->participant);
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/bundle?key=%" PRIu32 "&stage=%s",
             d->round, d->worker->key, sheaf_round_stage_text(stage));
    sheaf_hub_call call = {.method = "GET", .path = path};
    SHEAF_TRY(sheaf_request_sign(header, sheaf_str(m->follower.origin), d->worker->key,
                                 &d->worker->train, &call, m->ports.now_ms(m->ports.context),
                                 err));
    call.signed_request = header;
    SHEAF_TRY(transport->call(transport->context, &call, &status, &d->bundle, err));
    if (status == 204)
        return SHEAF_OK;
    if (status != 200)
        return sheaf_hub_failed(path, status, sheaf_buffer_slice(&d->bundle), err);
    sheaf_err why = {0};
    sheaf_status done = sheaf_participant_receive(
        d->participant, sheaf_buffer_slice(&d->bundle), &d->pending, &why);
    if (done != SHEAF_OK) /* what was half masked is not masked again: no trying later */
        return sheaf_fail(err, done == SHEAF_IO ? SHEAF_INVALID : done, "%s", why.message);
    if (stage == SHEAF_ROUND_INPUT)
        words_wipe(d);
    d->pending_stage = stage;
    d->kept = false;
    d->over = sheaf_participant_over(d->participant);
    *more = !d->over;
    return SHEAF_OK;
}

static sheaf_status steps(sheaf_round_driver *d, sheaf_err *err)
{
    sheaf_worker *worker = d->worker;
    sheaf_member *m = worker->member;
    const sheaf_state *state = sheaf_member_state(m);
    bool more = true;
    while (more && !d->over) {
        const struct sheaf_row_round *round = sheaf_round_find(state, d->round);
        if (!round || round->state != SHEAF_round_state_open) {
            d->over = true; /* closed, or aborted: the log has said so */
            return SHEAF_OK;
        }
        /* What ended meanwhile ends this too. */
        sheaf_revoked_read(&worker->revoked, m->dir);
        SHEAF_TRY(sheaf_round_check(state, d->round, worker->key, &worker->revoked,
                                    m->ports.now_ms(m->ports.context), err));
        if (d->pending.len)
            SHEAF_TRY(send_pending(d, err));
        more = false;
        if (!d->over)
            SHEAF_TRY(take_bundle(d, &more, err));
    }
    return SHEAF_OK;
}

sheaf_status sheaf_round_driver_step(sheaf_round_driver *d, sheaf_err *err)
{
    sheaf_status status = steps(d, err);
    if (d->over || (status != SHEAF_OK && status != SHEAF_IO))
        leave(d);
    return status;
}
