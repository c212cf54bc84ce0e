/* What the relay asks of a hub, and how it checks the answers; declared in relay_internal.h. */
#include "witness/relay_internal.h"

#include "base/encode.h"
#include "base/json.h"
#include "coop/fold.h"
#include "crypto/label.h"

#include <stdio.h>

bool sheaf_relay_hub(const sheaf_witness_log *log, sheaf_url *out)
{
    if (!log->url[0] || sheaf_url_parse(sheaf_str(log->url), out, NULL) != SHEAF_OK)
        return false;
    size_t len = strlen(out->prefix);
    if (len < 4 || strcmp(out->prefix + len - 4, "/log") != 0)
        return false;
    out->prefix[len - 4] = 0;
    return true;
}

/* One call; the reply is initialised by the caller. */
static sheaf_status call(sheaf_relay_line *line, const char *path, sheaf_slice body,
                         sheaf_http_reply *reply, sheaf_err *err)
{
    sheaf_buffer url;
    sheaf_status status = sheaf_url_join(&line->hub, path, &url, err);
    if (status == SHEAF_OK)
        status = body.len ? sheaf_http_post(line->client, (const char *)url.data,
                                            "application/json", body, reply, err)
                          : sheaf_http_get(line->client, (const char *)url.data, reply, err);
    sheaf_buffer_deinit(&url);
    return status;
}

/* The JSON of a reply with status 200, in the line's block; NULL else. */
static const sheaf_json *get_json(sheaf_relay_line *line, const char *path,
                                  sheaf_http_reply *reply)
{
    sheaf_json *json = NULL;
    sheaf_err err;
    sheaf_arena arena = sheaf_arena_over(line->block, SHEAF_SUBMISSION_ARENA_BYTES);
    if (call(line, path, sheaf_str(""), reply, &err) != SHEAF_OK || reply->status != 200
        || sheaf_json_parse(sheaf_buffer_slice(&reply->body), &arena, &json, NULL) != SHEAF_OK)
        return NULL;
    return json;
}

/* ---- proofs ---- */

static bool read_proof(const sheaf_json *json, sheaf_proof *out)
{
    const sheaf_json *list = sheaf_json_member(json, "hashes");
    out->count = 0;
    if (!list || list->type != SHEAF_JSON_LIST || list->count > SHEAF_PROOF_MAX)
        return false;
    for (const sheaf_json *at = list->first; at; at = at->next)
        if (at->type != SHEAF_JSON_STRING
            || !sheaf_hex_get(at->string, out->hashes[out->count++].bytes, SHEAF_HASH_BYTES))
            return false;
    return true;
}

bool sheaf_relay_stands(sheaf_relay_line *line, uint64_t index, const sheaf_hash *leaf,
                        uint64_t size, const sheaf_hash *root)
{
    char path[120];
    sheaf_proof proof;
    sheaf_http_reply reply;
    sheaf_http_reply_init(&reply);
    snprintf(path, sizeof path, "/api/v1/log/proof?index=%llu&size=%llu",
             (unsigned long long)index, (unsigned long long)size);
    bool stands = index < size && read_proof(get_json(line, path, &reply), &proof)
                  && sheaf_inclusion_verify(&proof, index, size, leaf, root);
    sheaf_http_reply_deinit(&reply);
    return stands;
}

/* ---- the hub's key ---- */

/* Which entry appointed the hub that answers, as it says. */
static bool appointed_by(sheaf_relay_line *line, uint64_t *index)
{
    sheaf_http_reply reply;
    sheaf_http_reply_init(&reply);
    const sheaf_json *coop = sheaf_json_member(get_json(line, "/api/v1/coop", &reply), "coop");
    int64_t hub = sheaf_json_member_int(coop, "hub", coop ? 0 : -1);
    sheaf_http_reply_deinit(&reply);
    *index = (uint64_t)hub;
    return hub >= 0;
}

/* The act key in an entry that founds a co-op or appoints a hub; and the entry's leaf. */
static bool key_of_entry(sheaf_relay_line *line, uint64_t index, uint8_t *key, sheaf_hash *leaf)
{
    char path[120];
    sheaf_buffer bytes;
    sheaf_http_reply reply;
    sheaf_http_reply_init(&reply);
    sheaf_buffer_init(&bytes, SHEAF_ENTRY_MAX);
    snprintf(path, sizeof path, "/api/v1/log/entries?from=%llu&count=1",
             (unsigned long long)index);
    const sheaf_json *list = sheaf_json_member(get_json(line, path, &reply), "entries");
    const sheaf_json *entry = list ? sheaf_json_member(list->first, "entry") : NULL;
    const sheaf_json *act = sheaf_json_member(entry, "act");
    sheaf_slice kind = sheaf_json_member_string(act, "kind");
    sheaf_slice text = sheaf_json_member_string(sheaf_json_member(act, "what"), "hub_key");
    bool found = (sheaf_slice_is(kind, "coop.found") || sheaf_slice_is(kind, "hub.appoint"))
                 && sheaf_base64url_get(text, key, SHEAF_PUBLIC_BYTES)
                 && sheaf_public_valid(key);
    if (found) {
        sheaf_json_write(&bytes, entry); /* an entry is canonical, so these are its bytes */
        *leaf = sheaf_tree_leaf(sheaf_buffer_slice(&bytes));
    }
    found = found && !bytes.failed;
    sheaf_buffer_deinit(&bytes);
    sheaf_http_reply_deinit(&reply);
    return found;
}

/* The key with which the hub signs refusals, by an entry of the line's tree. */
static bool hub_key(sheaf_relay_line *line, uint8_t key[SHEAF_PUBLIC_BYTES])
{
    uint64_t index;
    sheaf_hash leaf;
    return appointed_by(line, &index) && key_of_entry(line, index, key, &leaf)
           && sheaf_relay_stands(line, index, &leaf, line->size, &line->root);
}

/* ---- posting ---- */

static bool refusal_holds(const sheaf_relay_line *line, const sheaf_json *json,
                          const sheaf_relay_item *item, const uint8_t *key)
{
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    sheaf_hash act;
    const sheaf_json *refusal = sheaf_json_member(json, "refusal");
    sheaf_buffer body, message;
    if (!refusal
        || !sheaf_hex_get(sheaf_json_member_string(refusal, "act"), act.bytes, SHEAF_HASH_BYTES)
        || !sheaf_hash_equal(&act, &item->act)
        || !sheaf_base64url_get(sheaf_json_member_string(json, "sig"), signature,
                                sizeof signature))
        return false;
    sheaf_buffer_init(&body, 65536);
    sheaf_buffer_init(&message, 65536 + 256);
    sheaf_json_write(&body, refusal);
    sheaf_label_message(&message, SHEAF_LABEL_REFUSAL, sheaf_witness_log_origin(line->log),
                        sheaf_buffer_slice(&body));
    bool holds = !body.failed && !message.failed
                 && sheaf_verify(key, sheaf_buffer_slice(&message), signature);
    sheaf_buffer_deinit(&message);
    sheaf_buffer_deinit(&body);
    return holds;
}

/* The leaf that the act has as an entry with this stamp. */
static bool leaf_of(sheaf_relay_line *line, sheaf_slice submission, int64_t stamp,
                    sheaf_hash *out)
{
    sheaf_arena arena = sheaf_arena_over(line->block, SHEAF_SUBMISSION_ARENA_BYTES);
    sheaf_submission read;
    sheaf_buffer entry;
    if (sheaf_submission_decode(submission, SHEAF_REVISION, &arena, &read, NULL) != SHEAF_OK)
        return false;
    sheaf_buffer_init(&entry, SHEAF_ENTRY_MAX);
    sheaf_entry_encode(&entry, read.act_bytes, read.signature, stamp);
    bool whole = !entry.failed;
    if (whole)
        *out = sheaf_tree_leaf(sheaf_buffer_slice(&entry));
    sheaf_buffer_deinit(&entry);
    return whole;
}

static void read_answer(sheaf_relay_line *line, sheaf_relay_item *item, sheaf_slice submission,
                        const sheaf_http_reply *reply, sheaf_err *err)
{
    uint8_t key[SHEAF_PUBLIC_BYTES];
    sheaf_json *json = NULL;
    sheaf_slice body = sheaf_buffer_slice(&reply->body);
    sheaf_arena arena = sheaf_arena_over(line->block, SHEAF_SUBMISSION_ARENA_BYTES);
    if (sheaf_json_parse(body, &arena, &json, NULL) != SHEAF_OK) {
        (void)sheaf_fail(err, SHEAF_IO, "the hub answers %u", reply->status);
        return;
    }
    int64_t index = sheaf_json_member_int(json, "index", -1);
    int64_t stamp = sheaf_json_member_int(json, "stamp", -1);
    if (reply->status == 200 && index >= 0 && stamp >= 0) {
        item->entered = leaf_of(line, submission, stamp, &item->leaf);
        item->index = (uint64_t)index;
    } else if (reply->status == 422 && hub_key(line, key)) {
        /* Asking for the key has used the block. */
        sheaf_arena_reset(&arena);
        item->settled = sheaf_json_parse(body, &arena, &json, NULL) == SHEAF_OK
                        && refusal_holds(line, json, item, key);
    }
    if (!item->entered && !item->settled)
        (void)sheaf_fail(err, SHEAF_IO,
                         "the hub answers %u without an entry or a signed refusal",
                         reply->status);
}

void sheaf_relay_post(sheaf_relay_line *line, sheaf_relay_item *item, sheaf_slice submission,
                      sheaf_err *err)
{
    sheaf_http_reply reply;
    sheaf_http_reply_init(&reply);
    if (call(line, "/api/v1/acts", submission, &reply, err) == SHEAF_OK)
        read_answer(line, item, submission, &reply, err);
    if (item->entered || item->settled) {
        item->status = reply.status;
        sheaf_buffer_reset(&item->answer);
        sheaf_buffer_add(&item->answer, sheaf_buffer_slice(&reply.body));
    }
    sheaf_http_reply_deinit(&reply);
}
