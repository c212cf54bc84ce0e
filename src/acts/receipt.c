#include "acts/receipt.h"

#include "base/encode.h"
#include "base/json.h"
#include "crypto/label.h"

/* The origin of a witness's own log. */
static void put_origin(sheaf_buffer *out, const sheaf_vkey *key)
{
    sheaf_buffer_add(out, sheaf_vkey_name(key));
    sheaf_buffer_add_string(out, "/relay");
}

sheaf_status sheaf_relay_bind(sheaf_buffer *out, const sheaf_vkey *key,
                              const sheaf_keypair *pair,
                              const uint8_t relay_key[SHEAF_PUBLIC_BYTES], uint64_t time_s,
                              sheaf_err *err)
{
    sheaf_buffer origin, text;
    sheaf_hash root = sheaf_tree_leaf(sheaf_bytes(relay_key, SHEAF_PUBLIC_BYTES));
    sheaf_buffer_init(&origin, 2 * SHEAF_NOTE_NAME_MAX);
    sheaf_buffer_init(&text, SHEAF_RECEIPT_MAX);
    put_origin(&origin, key);
    sheaf_checkpoint_put(&text, sheaf_buffer_slice(&origin), 1, &root);
    sheaf_buffer_add(out, sheaf_buffer_slice(&text));
    sheaf_buffer_add_byte(out, '\n');
    sheaf_note_add_line(out, key, sheaf_buffer_slice(&text), time_s, pair);
    out->failed |= origin.failed || text.failed;
    sheaf_buffer_deinit(&origin);
    sheaf_buffer_deinit(&text);
    return sheaf_buffer_check(out, "the binding of a relay key", err);
}

static void put_signed(sheaf_buffer *out, const sheaf_receipt *receipt)
{
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_hex(&w, "act", sheaf_bytes(receipt->act.bytes, SHEAF_HASH_BYTES));
    sheaf_json_member_put_int(&w, "at", receipt->at);
    sheaf_json_close(&w);
}

static sheaf_status put_message(sheaf_buffer *out, const sheaf_receipt *receipt,
                                sheaf_slice origin, sheaf_err *err)
{
    sheaf_buffer body;
    sheaf_buffer_init(&body, 256);
    put_signed(&body, receipt);
    sheaf_label_message(out, SHEAF_LABEL_RECEIPT, origin, sheaf_buffer_slice(&body));
    out->failed |= body.failed;
    sheaf_buffer_deinit(&body);
    return sheaf_buffer_check(out, "a receipt", err);
}

sheaf_status sheaf_receipt_sign(sheaf_receipt *receipt, sheaf_slice origin,
                                const sheaf_keypair *relay, sheaf_err *err)
{
    sheaf_buffer message;
    sheaf_buffer_init(&message, 1024);
    sheaf_status status = put_message(&message, receipt, origin, err);
    if (status == SHEAF_OK) {
        memcpy(receipt->relay_key, relay->public, sizeof receipt->relay_key);
        sheaf_sign(relay, sheaf_buffer_slice(&message), receipt->signature);
    }
    sheaf_buffer_deinit(&message);
    return status;
}

void sheaf_receipt_put(sheaf_buffer *out, const sheaf_receipt *receipt)
{
    sheaf_buffer body;
    sheaf_buffer_init(&body, 256);
    put_signed(&body, receipt);
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_string(&w, "binding", receipt->binding);
    sheaf_json_key(&w, "receipt");
    sheaf_json_raw(&w, sheaf_buffer_slice(&body));
    sheaf_json_key(&w, "relay_key");
    sheaf_json_base64url(&w, sheaf_bytes(receipt->relay_key, sizeof receipt->relay_key));
    sheaf_json_key(&w, "sig");
    sheaf_json_base64url(&w, sheaf_bytes(receipt->signature, sizeof receipt->signature));
    sheaf_json_close(&w);
    out->failed |= body.failed;
    sheaf_buffer_deinit(&body);
}

static sheaf_status read_receipt(const sheaf_json *json, sheaf_receipt *out, sheaf_err *err)
{
    const sheaf_json *receipt = sheaf_json_member(json, "receipt");
    const sheaf_json *binding = sheaf_json_member(json, "binding");
    const sheaf_json *at = sheaf_json_member(receipt, "at");
    if (!json || json->type != SHEAF_JSON_OBJECT || json->count != 4 || !receipt
        || receipt->type != SHEAF_JSON_OBJECT || receipt->count != 2 || !binding
        || binding->type != SHEAF_JSON_STRING || !at || at->type != SHEAF_JSON_INT
        || at->integer < 0
        || !sheaf_hex_get(sheaf_json_member_string(receipt, "act"), out->act.bytes,
                          SHEAF_HASH_BYTES)
        || !sheaf_base64url_get(sheaf_json_member_string(json, "relay_key"), out->relay_key,
                                sizeof out->relay_key)
        || !sheaf_base64url_get(sheaf_json_member_string(json, "sig"), out->signature,
                                sizeof out->signature))
        return sheaf_fail(err, SHEAF_INVALID, "this is no receipt of a witness");
    out->binding = binding->string;
    out->at = at->integer;
    return SHEAF_OK;
}

sheaf_status sheaf_receipt_parse(sheaf_slice bytes, sheaf_arena *arena, sheaf_receipt *out,
                                 sheaf_err *err)
{
    sheaf_json *json;
    SHEAF_TRY(sheaf_json_parse_canonical(bytes, arena, &json, err));
    return read_receipt(json, out, err);
}

static sheaf_status check_binding(const sheaf_receipt *receipt, const sheaf_vkey *witness,
                                  sheaf_err *err)
{
    sheaf_note note;
    sheaf_checkpoint head;
    sheaf_buffer origin;
    SHEAF_TRY(sheaf_note_parse(receipt->binding, &note, err));
    SHEAF_TRY(sheaf_note_verify(&note, witness, 1, NULL, err));
    SHEAF_TRY(sheaf_checkpoint_parse(note.text, &head, err));
    sheaf_hash root = sheaf_tree_leaf(sheaf_bytes(receipt->relay_key, SHEAF_PUBLIC_BYTES));
    sheaf_buffer_init(&origin, 2 * SHEAF_NOTE_NAME_MAX);
    put_origin(&origin, witness);
    bool fits = !origin.failed && sheaf_slice_equal(head.origin, sheaf_buffer_slice(&origin))
                && head.size == 1 && sheaf_hash_equal(&head.root, &root);
    sheaf_buffer_deinit(&origin);
    return fits ? SHEAF_OK
                : sheaf_fail(err, SHEAF_FAULT,
                             "the receipt's key is not bound to the witness %.*s",
                             SHEAF_PRINT(sheaf_vkey_name(witness)));
}

sheaf_status sheaf_receipt_verify(const sheaf_receipt *receipt, sheaf_slice origin,
                                  const sheaf_vkey *witness, sheaf_err *err)
{
    sheaf_buffer message;
    SHEAF_TRY(check_binding(receipt, witness, err));
    if (!sheaf_public_valid(receipt->relay_key))
        return sheaf_fail(err, SHEAF_FAULT, "the receipt's key is no good Ed25519 key");
    sheaf_buffer_init(&message, 1024);
    sheaf_status status = put_message(&message, receipt, origin, err);
    if (status == SHEAF_OK
        && !sheaf_verify(receipt->relay_key, sheaf_buffer_slice(&message), receipt->signature))
        status = sheaf_fail(err, SHEAF_FAULT, "the receipt's signature is false");
    sheaf_buffer_deinit(&message);
    return status;
}

void sheaf_relayed_put(sheaf_buffer *out, sheaf_slice act_bytes,
                       const uint8_t signature[SHEAF_SIGNATURE_BYTES], sheaf_slice receipt)
{
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "act");
    sheaf_json_raw(&w, act_bytes);
    sheaf_json_key(&w, "receipt");
    sheaf_json_raw(&w, receipt);
    sheaf_json_key(&w, "sig");
    sheaf_json_base64url(&w, sheaf_bytes(signature, SHEAF_SIGNATURE_BYTES));
    sheaf_json_close(&w);
}

/* The act's own bytes: it stands canonical within what is canonical. */
static sheaf_slice bytes_of(sheaf_slice bytes, const sheaf_json *act, const sheaf_json *next)
{
    /* ,"receipt": stands between the end of the act and the next value. */
    return sheaf_bytes(bytes.data + act->at, next->at - strlen(",\"receipt\":") - act->at);
}

sheaf_status sheaf_relayed_parse(sheaf_slice bytes, uint16_t revision, sheaf_arena *arena,
                                 sheaf_relayed *out, sheaf_err *err)
{
    sheaf_json *json;
    SHEAF_TRY(sheaf_json_parse_canonical(bytes, arena, &json, err));
    const sheaf_json *act = sheaf_json_member(json, "act");
    const sheaf_json *receipt = sheaf_json_member(json, "receipt");
    if (!act || !receipt || json->count != 3
        || !sheaf_base64url_get(sheaf_json_member_string(json, "sig"), out->signature,
                                sizeof out->signature))
        return sheaf_fail(err, SHEAF_INVALID,
                          "this is no relayed act: it needs act, receipt and sig");
    SHEAF_TRY(read_receipt(receipt, &out->receipt, err));
    out->act_bytes = bytes_of(bytes, act, receipt);
    void *rest = sheaf_arena_take(arena, 1, SHEAF_ACT_ARENA_BYTES, 16);
    if (!rest)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read a relayed act");
    sheaf_arena inner = sheaf_arena_over(rest, SHEAF_ACT_ARENA_BYTES);
    SHEAF_TRY(sheaf_act_decode(out->act_bytes, revision, &inner, &out->act, err));
    sheaf_hash hash = sheaf_sha256(out->act_bytes);
    if (!sheaf_hash_equal(&hash, &out->receipt.act))
        return sheaf_fail(err, SHEAF_FAULT, "the receipt is for another act");
    return SHEAF_OK;
}
