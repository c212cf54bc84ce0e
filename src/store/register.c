#include "store/register.h"

#include "base/encode.h"
#include "base/json.h"
#include "crypto/aead.h"
#include "crypto/ed25519.h"
#include "round/shamir.h"
#include "store/random.h"

#include <stdio.h>
#include <stdlib.h>

enum { HEAD_MAX = 16384 };

void sheaf_register_deinit(sheaf_register *reg)
{
    sheaf_buffer_deinit(&reg->head);
    sheaf_buffer_deinit(&reg->sealed);
}

/* ---- the key ---- */

static sheaf_status make_key(const sheaf_register *reg, const sheaf_scalar *secret,
                             uint8_t key[32], sheaf_err *err)
{
    sheaf_buffer label;
    sheaf_buffer_init(&label, 128);
    sheaf_buffer_printf(&label, "sheaf-register/v1\n%s", reg->origin);
    sheaf_status status = sheaf_buffer_check(&label, "a label", err);
    if (status == SHEAF_OK) {
        sheaf_hash made = sheaf_hmac_sha256(secret->bytes, sheaf_buffer_slice(&label));
        memcpy(key, made.bytes, 32);
        sheaf_wipe(&made, sizeof made);
    }
    sheaf_buffer_deinit(&label);
    return status;
}

/* A fresh polynomial, its commitments, and each officer's share in a box. */
static sheaf_status share_out(sheaf_register *reg, sheaf_scalar *poly, sheaf_err *err)
{
    uint8_t uniform[64], seed[SHEAF_BOX_SEED_BYTES];
    sheaf_status status = SHEAF_OK;
    for (int k = 0; k < reg->threshold; k++) {
        sheaf_random(uniform, sizeof uniform);
        poly[k] = sheaf_scalar_from_uniform(uniform);
    }
    if (!sheaf_shamir_commit(poly, (size_t)reg->threshold, reg->points))
        status = sheaf_fail(err, SHEAF_IO, "the random source gives zeros");
    for (int i = 0; status == SHEAF_OK && i < reg->officer_count; i++) {
        sheaf_scalar share = sheaf_shamir_share(poly, (size_t)reg->threshold, i);
        sheaf_random(seed, sizeof seed);
        if (!sheaf_sealed_box_put(reg->officers[i].share, reg->officers[i].public, seed,
                                  sheaf_bytes(share.bytes, sizeof share.bytes)))
            status = sheaf_fail(err, SHEAF_INVALID, "the key of officer %d is no key", i + 1);
        sheaf_wipe(&share, sizeof share);
    }
    sheaf_wipe(uniform, sizeof uniform);
    sheaf_wipe(seed, sizeof seed);
    return status;
}

/* ---- writing ---- */

static void put_head(sheaf_json_writer *w, const sheaf_register *reg)
{
    sheaf_json_open_object(w);
    sheaf_json_member_put_int(w, "created", reg->created);
    sheaf_json_member_put_int(w, "entries", (int64_t)reg->entries);
    sheaf_json_key(w, "officers");
    sheaf_json_open_list(w);
    for (int i = 0; i < reg->officer_count; i++) {
        sheaf_json_open_object(w);
        sheaf_json_key(w, "public");
        sheaf_json_base64url(w, sheaf_bytes(reg->officers[i].public, SHEAF_BOX_PUBLIC_BYTES));
        sheaf_json_key(w, "share");
        sheaf_json_base64url(w, sheaf_bytes(reg->officers[i].share, SHEAF_SHARE_BYTES));
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
    sheaf_json_member_put_string(w, "origin", sheaf_str(reg->origin));
    sheaf_json_key(w, "points");
    sheaf_json_open_list(w);
    for (int i = 0; i < reg->threshold; i++)
        sheaf_json_base64url(w, sheaf_bytes(reg->points[i].bytes, SHEAF_POINT_BYTES));
    sheaf_json_close(w);
    sheaf_json_member_put_int(w, "threshold", reg->threshold);
    sheaf_json_member_put_int(w, "version", 1);
    sheaf_json_close(w);
}

static sheaf_status seal(sheaf_register *reg, const sheaf_scalar *secret, sheaf_slice plain,
                         sheaf_err *err)
{
    uint8_t key[32], nonce[SHEAF_NONCE_BYTES];
    sheaf_random(nonce, sizeof nonce);
    uint8_t *box = sheaf_buffer_extend(&reg->sealed, plain.len + SHEAF_SEAL_OVERHEAD);
    SHEAF_TRY(sheaf_buffer_check(&reg->sealed, "the register", err));
    SHEAF_TRY(make_key(reg, secret, key, err));
    sheaf_seal(box, key, nonce, plain, sheaf_buffer_slice(&reg->head));
    sheaf_wipe(key, sizeof key);
    return SHEAF_OK;
}

static void begin(sheaf_register *reg)
{
    sheaf_buffer_init(&reg->head, HEAD_MAX);
    sheaf_buffer_init(&reg->sealed, SHEAF_REGISTER_PLAIN_MAX + SHEAF_SEAL_OVERHEAD);
}

static void put_file(const sheaf_register *reg, sheaf_buffer *out)
{
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "head");
    sheaf_json_raw(&w, sheaf_buffer_slice(&reg->head));
    sheaf_json_key(&w, "sealed");
    sheaf_json_base64url(&w, sheaf_buffer_slice(&reg->sealed));
    sheaf_json_close(&w);
}

sheaf_status sheaf_register_seal(sheaf_register *reg, sheaf_slice plain, sheaf_buffer *out,
                                 sheaf_err *err)
{
    sheaf_scalar poly[SHEAF_OFFICERS_MAX];
    begin(reg);
    sheaf_status status = share_out(reg, poly, err);
    if (status == SHEAF_OK) {
        sheaf_json_writer w = sheaf_json_begin(&reg->head);
        put_head(&w, reg);
        status = sheaf_buffer_check(&reg->head, "the register", err);
    }
    if (status == SHEAF_OK)
        status = seal(reg, &poly[0], plain, err);
    if (status == SHEAF_OK) {
        put_file(reg, out);
        status = sheaf_buffer_check(out, "the register", err);
    }
    sheaf_wipe(poly, sizeof poly);
    return status;
}

/* ---- reading ---- */

static bool take_bytes(const sheaf_json *value, uint8_t *out, size_t len)
{
    return value && value->type == SHEAF_JSON_STRING
           && sheaf_base64url_get(value->string, out, len);
}

static bool take_officers(const sheaf_json *list, sheaf_register *out)
{
    if (!list || list->type != SHEAF_JSON_LIST || list->count < 1
        || list->count > SHEAF_OFFICERS_MAX)
        return false;
    for (const sheaf_json *item = list->first; item; item = item->next) {
        sheaf_register_officer *officer = &out->officers[out->officer_count++];
        if (!take_bytes(sheaf_json_member(item, "public"), officer->public,
                        SHEAF_BOX_PUBLIC_BYTES)
            || !take_bytes(sheaf_json_member(item, "share"), officer->share, SHEAF_SHARE_BYTES))
            return false;
    }
    return true;
}

static bool take_points(const sheaf_json *list, sheaf_register *out)
{
    int count = 0;
    if (!list || list->type != SHEAF_JSON_LIST || list->count != (uint32_t)out->threshold)
        return false;
    for (const sheaf_json *item = list->first; item; item = item->next, count++)
        if (!take_bytes(item, out->points[count].bytes, SHEAF_POINT_BYTES)
            || !sheaf_point_valid(&out->points[count]))
            return false;
    return true;
}

static sheaf_status take_head(const sheaf_json *head, sheaf_register *out, sheaf_err *err)
{
    int64_t version = sheaf_json_member_int(head, "version", 0);
    int64_t threshold = sheaf_json_member_int(head, "threshold", 0);
    sheaf_slice origin = sheaf_json_member_string(head, "origin");
    if (version > 1)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the backup of the register was written by a newer program (version "
                          "%lld): install that one",
                          (long long)version);
    out->created = sheaf_json_member_int(head, "created", -1);
    out->entries = (uint64_t)sheaf_json_member_int(head, "entries", 0);
    if (version != 1 || out->created < 0 || out->entries > UINT32_MAX || !origin.len
        || origin.len >= sizeof out->origin
        || !take_officers(sheaf_json_member(head, "officers"), out) || threshold < 1
        || threshold > out->officer_count)
        return sheaf_fail(err, SHEAF_INVALID, "this is no backup of a register");
    memcpy(out->origin, origin.data, origin.len);
    out->threshold = (int)threshold;
    if (!take_points(sheaf_json_member(head, "points"), out))
        return sheaf_fail(err, SHEAF_INVALID, "this is no backup of a register");
    sheaf_json_write(&out->head, head);
    return sheaf_buffer_check(&out->head, "the backup's head", err);
}

static sheaf_status take_sealed(const sheaf_json *json, sheaf_register *out, sheaf_err *err)
{
    sheaf_slice text = sheaf_json_member_string(json, "sealed");
    size_t len = text.len / 4 * 3 + (text.len % 4 ? text.len % 4 - 1 : 0);
    uint8_t *bytes = sheaf_buffer_extend(&out->sealed, len);
    SHEAF_TRY(sheaf_buffer_check(&out->sealed, "the backup", err));
    if (len < SHEAF_SEAL_OVERHEAD || !sheaf_base64url_get(text, bytes, len))
        return sheaf_fail(err, SHEAF_INVALID, "this is no backup of a register");
    return SHEAF_OK;
}

sheaf_status sheaf_register_read(sheaf_slice file, sheaf_register *out, sheaf_err *err)
{
    sheaf_json *json;
    sheaf_err why = {0};
    *out = (sheaf_register){0};
    begin(out);
    if (file.len > SHEAF_REGISTER_BYTES_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the backup of the register is too large");
    void *block = malloc(1 << 20); /* the one long string stays where it is */
    if (!block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read the backup");
    sheaf_arena arena = sheaf_arena_over(block, 1 << 20);
    sheaf_status status = sheaf_json_parse(file, &arena, &json, &why);
    if (status != SHEAF_OK)
        (void)sheaf_fail(err, status, "this is no backup of a register: %.200s", why.message);
    else
        status = take_head(sheaf_json_member(json, "head"), out, err);
    if (status == SHEAF_OK)
        status = take_sealed(json, out, err);
    free(block);
    return status;
}

/* ---- opening ---- */

static int officer_of(const sheaf_register *reg, const sheaf_box_pair *pair)
{
    for (int i = 0; i < reg->officer_count; i++)
        if (memcmp(reg->officers[i].public, pair->public, SHEAF_BOX_PUBLIC_BYTES) == 0)
            return i;
    return -1;
}

/* The shares that the keys open, each checked; *found of them, no officer twice. */
static sheaf_status take_shares(const sheaf_register *reg, const sheaf_box_pair *pairs,
                                int count, int *place, sheaf_scalar *shares, int *found,
                                sheaf_err *err)
{
    uint8_t points[SHEAF_OFFICERS_MAX * SHEAF_POINT_BYTES];
    bool taken[SHEAF_OFFICERS_MAX] = {false};
    for (int i = 0; i < reg->threshold; i++)
        memcpy(points + (size_t)i * SHEAF_POINT_BYTES, reg->points[i].bytes, SHEAF_POINT_BYTES);
    sheaf_slice commitments = sheaf_bytes(points, (size_t)reg->threshold * SHEAF_POINT_BYTES);
    *found = 0;
    for (int i = 0; i < count; i++) {
        int officer = officer_of(reg, &pairs[i]);
        if (officer < 0)
            return sheaf_fail(err, SHEAF_INVALID, "key %d is no officer's of this backup",
                              i + 1);
        if (taken[officer])
            continue;
        taken[officer] = true;
        sheaf_scalar *share = &shares[*found];
        if (!sheaf_sealed_box_open(share->bytes, &pairs[i],
                                   sheaf_bytes(reg->officers[officer].share, SHEAF_SHARE_BYTES))
            || !sheaf_scalar_canonical(share)
            || !sheaf_shamir_verify(commitments, (size_t)reg->threshold, officer, share))
            return sheaf_fail(err, SHEAF_FAULT, "the share of officer %d is false",
                              officer + 1);
        place[(*found)++] = officer;
    }
    if (*found < reg->threshold)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the backup opens with the keys of %d officers; %d are here",
                          reg->threshold, *found);
    return SHEAF_OK;
}

static sheaf_status unseal(const sheaf_register *reg, const sheaf_scalar *secret,
                           sheaf_buffer *plain, sheaf_err *err)
{
    uint8_t key[32];
    SHEAF_TRY(make_key(reg, secret, key, err));
    uint8_t *out = sheaf_buffer_extend(plain, reg->sealed.len - SHEAF_SEAL_OVERHEAD);
    sheaf_status status = sheaf_buffer_check(plain, "the register", err);
    if (status == SHEAF_OK
        && !sheaf_unseal(out, key, sheaf_buffer_slice(&reg->sealed),
                         sheaf_buffer_slice(&reg->head)))
        status = sheaf_fail(err, SHEAF_FAULT, "the backup of the register was changed");
    sheaf_wipe(key, sizeof key);
    return status;
}

sheaf_status sheaf_register_open(const sheaf_register *reg, const sheaf_box_pair *pairs,
                                 int count, sheaf_buffer *plain, sheaf_err *err)
{
    int place[SHEAF_OFFICERS_MAX], found;
    sheaf_scalar shares[SHEAF_OFFICERS_MAX], lagrange[SHEAF_OFFICERS_MAX];
    sheaf_buffer_reset(plain);
    sheaf_status status = take_shares(reg, pairs, count, place, shares, &found, err);
    if (status == SHEAF_OK) {
        size_t used = (size_t)reg->threshold;
        sheaf_shamir_lagrange(place, used, lagrange);
        sheaf_scalar secret = sheaf_shamir_join(lagrange, shares, used);
        status = sheaf_shamir_opens(&reg->points[0], &secret)
                     ? unseal(reg, &secret, plain, err)
                     : sheaf_fail(err, SHEAF_FAULT, "the shares do not fit together");
        sheaf_wipe(&secret, sizeof secret);
    }
    sheaf_wipe(shares, sizeof shares);
    return status;
}
