#include "node/appointment.h"

#include <stdio.h>

#include "acts/submission.h"
#include "coop/key_numbers.h"
#include "coop/view.h"
#include "node/member.h"
#include "node/witnessed.h"

static const int64_t good_for_ms = INT64_C(30) * 24 * 3600 * 1000;

static sheaf_status replay_one(void *context, uint64_t index, sheaf_slice entry, sheaf_err *err)
{
    sheaf_replayed result;
    (void)index;
    return sheaf_replay_entry(context, entry, &result, err);
}

static sheaf_status check_witnessed(const sheaf_appointment *a, const sheaf_state *state,
                                    const sheaf_log_store *store, sheaf_slice witnessed,
                                    uint64_t witnessed_size, sheaf_err *err)
{
    unsigned quorum = sheaf_bylaws_now(state)->witness_quorum, count = 0;
    if (witnessed_size == state->size)
        count = sheaf_witnessed_count(state, witnessed);
    else if (sheaf_log_store_published(store) == state->size)
        count = sheaf_witnessed_count(state, sheaf_log_store_checkpoint(store));
    if (count >= quorum || a->unwitnessed)
        return SHEAF_OK;
    char last[64] = "";
    if (witnessed_size)
        snprintf(last, sizeof last, "; the last one that has them is of %llu entries",
                 (unsigned long long)witnessed_size);
    return sheaf_fail(
        err, SHEAF_INVALID,
        "%s keeps no checkpoint of %llu entries with %u cosignatures, as the bylaws "
        "require%s. Leave out --size, or say --unwitnessed if no witness can be "
        "reached",
        a->home, (unsigned long long)state->size, quorum, last);
}

static sheaf_status encode(const sheaf_appointment *a, const sheaf_state *state,
                           const sheaf_hash *root, const sheaf_keypair *pair, sheaf_buffer *out,
                           sheaf_err *err)
{
    const struct sheaf_row_key *key = sheaf_key_by_public(state, pair->public);
    struct sheaf_hub_appoint what = {.root = *root,
                                     .size = (int64_t)state->size,
                                     .url = sheaf_str(a->url),
                                     .has_hub_key = true,
                                     .has_log_key = true,
                                     .has_root = true,
                                     .has_size = true,
                                     .has_url = true};
    if (!key)
        return sheaf_fail(err, SHEAF_INVALID, "the key of %s is not on the log", a->home);
    memcpy(what.hub_key.bytes, a->hub_key, sizeof a->hub_key);
    memcpy(what.log_key.bytes, a->log_key, sizeof a->log_key);
    sheaf_act act = {.kind = SHEAF_KIND_hub_appoint,
                     .has_by = true,
                     .has_key = true,
                     .by = key->member,
                     .key = key->id,
                     .at = a->now_ms,
                     .until = a->now_ms + good_for_ms,
                     .seen = state->size,
                     .seq = sheaf_key_number_of(state, key->id) + UINT64_C(1),
                     .what = &what};
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    sheaf_buffer bytes, message;
    sheaf_buffer_init(&bytes, SHEAF_ACT_BYTES_MAX);
    sheaf_buffer_init(&message, SHEAF_ENTRY_MAX + 256);
    sheaf_act_encode(&bytes, &act);
    sheaf_act_message(&message, SHEAF_WORDS(sheaf_coop(state)->origin),
                      sheaf_buffer_slice(&bytes));
    sheaf_status status = sheaf_buffer_check(&message, "the appointment", err);
    if (status == SHEAF_OK) {
        sheaf_sign(pair, sheaf_buffer_slice(&message), signature);
        sheaf_submission_encode(out, sheaf_buffer_slice(&bytes), signature, NULL, 0);
        status = sheaf_buffer_check(out, "the appointment", err);
    }
    sheaf_buffer_deinit(&message);
    sheaf_buffer_deinit(&bytes);
    return status;
}

/* Over the first `size` entries of the copy. */
static sheaf_status sign(const sheaf_appointment *a, const sheaf_log_store *store,
                         sheaf_slice witnessed, uint64_t witnessed_size, sheaf_replay *replay,
                         sheaf_buffer *out, sheaf_err *err)
{
    sheaf_keypair pair;
    SHEAF_TRY(sheaf_log_store_range(store, 0, a->size, replay_one, replay, err));
    if (sheaf_replay_stopped(replay) || !sheaf_coop(&replay->state))
        return sheaf_fail(err, SHEAF_INVALID, "%s holds no log that this program can follow",
                          a->home);
    SHEAF_TRY(check_witnessed(a, &replay->state, store, witnessed, witnessed_size, err));
    sheaf_hash root = sheaf_tree_root(&replay->tree);
    SHEAF_TRY(sheaf_home_keypair(a->home, SHEAF_KEY_MEMBER, false, &pair, err));
    sheaf_status status = encode(a, &replay->state, &root, &pair, out, err);
    sheaf_wipe(&pair, sizeof pair);
    return status;
}

sheaf_status sheaf_appointment_sign(const sheaf_appointment *appointment, sheaf_buffer *out,
                                    uint64_t *size, sheaf_hash *root, sheaf_err *err)
{
    sheaf_appointment a = *appointment;
    sheaf_log_store *store;
    sheaf_replay replay;
    sheaf_buffer witnessed;
    uint64_t witnessed_size = 0;
    SHEAF_TRY(sheaf_log_store_open(&store, a.home, true, err));
    sheaf_buffer_init(&witnessed, SHEAF_NOTE_BYTES_MAX);
    uint64_t have = sheaf_log_store_published(store);
    sheaf_status status = sheaf_witnessed_read(a.home, &witnessed, &witnessed_size, err);
    if (!a.size)
        a.size = witnessed_size ? witnessed_size : have;
    if (status == SHEAF_OK && (!a.size || a.size > have))
        status = sheaf_fail(err, SHEAF_INVALID, "the copy in %s has %llu entries, not %llu",
                            a.home, (unsigned long long)have, (unsigned long long)a.size);
    if (status == SHEAF_OK)
        status = sheaf_replay_init(&replay, SHEAF_REVISION, err);
    if (status == SHEAF_OK) {
        status =
            sign(&a, store, sheaf_buffer_slice(&witnessed), witnessed_size, &replay, out, err);
        *size = a.size;
        *root = sheaf_tree_root(&replay.tree);
        sheaf_replay_deinit(&replay);
    }
    sheaf_buffer_deinit(&witnessed);
    sheaf_log_store_close(store);
    return status;
}
