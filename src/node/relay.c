#include "node/relay.h"

#include "base/encode.h"
#include "coop/view.h"

#include <stdio.h>
#include <stdlib.h>

enum { RECEIPT_SKEW_MS = 120000, ASK_MS = 100, ASKS_MAX = 30 };

sheaf_status sheaf_receipt_witness(const sheaf_state *state, const sheaf_receipt *receipt,
                                   unsigned *place, sheaf_err *err)
{
    if (!sheaf_coop(state))
        return sheaf_fail(err, SHEAF_INVALID,
                          "without the log it cannot be told whose the receipt is");
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    sheaf_slice origin = SHEAF_WORDS(sheaf_coop(state)->origin);
    for (unsigned i = 0; i < bylaws->witnesses; i++) {
        const struct sheaf_row_witness *row =
            sheaf_witness_at(state, bylaws->witness_first + i);
        sheaf_vkey key;
        if (sheaf_witness_vkey(row, &key, NULL) == SHEAF_OK
            && sheaf_receipt_verify(receipt, origin, &key, NULL) == SHEAF_OK) {
            *place = i;
            return SHEAF_OK;
        }
    }
    return sheaf_fail(
        err, SHEAF_FAULT,
        "the receipt is by no witness that the bylaws name, so it proves nothing to "
        "the other members");
}

static sheaf_status check_receipt(const sheaf_member *m, sheaf_slice act, sheaf_slice bytes,
                                  sheaf_err *err)
{
    sheaf_receipt receipt;
    unsigned place;
    sheaf_hash hash = sheaf_sha256(act);
    int64_t now = m->ports.now_ms(m->ports.context);
    uint8_t *block = malloc(SHEAF_RELAYED_ARENA_BYTES);
    if (!block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read a receipt");
    sheaf_arena arena = sheaf_arena_over(block, SHEAF_RELAYED_ARENA_BYTES);
    sheaf_status status = sheaf_receipt_parse(bytes, &arena, &receipt, err);
    if (status == SHEAF_OK)
        status = sheaf_receipt_witness(sheaf_member_state(m), &receipt, &place, err);
    if (status == SHEAF_OK && !sheaf_hash_equal(&hash, &receipt.act))
        status = sheaf_fail(err, SHEAF_FAULT, "the witness gave a receipt for another act");
    if (status == SHEAF_OK
        && (receipt.at > now + RECEIPT_SKEW_MS || receipt.at < now - RECEIPT_SKEW_MS))
        status = sheaf_fail(err, SHEAF_FAULT,
                            "the witness's clock and this machine's are minutes apart");
    free(block);
    return status;
}

static sheaf_status keep(const sheaf_member *m, sheaf_slice act, const uint8_t *signature,
                         sheaf_slice receipt, const char *hex, char kept[SHEAF_PATH_MAX],
                         sheaf_err *err)
{
    char folder[SHEAF_PATH_MAX];
    sheaf_buffer file;
    SHEAF_TRY(sheaf_path(folder, err, "%s/relayed", m->dir));
    SHEAF_TRY(sheaf_path(kept, err, "%s/relayed/%s.json", m->dir, hex));
    SHEAF_TRY(sheaf_folder_make(folder, 0700, err));
    SHEAF_TRY(sheaf_path_sync(m->dir, err));
    sheaf_buffer_init(&file, SHEAF_RELAYED_MAX + 1024);
    sheaf_relayed_put(&file, act, signature, receipt);
    sheaf_status status = sheaf_buffer_check(&file, "the receipt of an act", err);
    if (status == SHEAF_OK)
        status = sheaf_file_write(kept, 0600, sheaf_buffer_slice(&file), err);
    sheaf_buffer_deinit(&file);
    return status;
}

/* Asks the witness until the hub has answered, for a while. */
static sheaf_status await(const sheaf_member *m, const char *path, unsigned *status,
                          sheaf_buffer *answer, sheaf_err *err)
{
    const sheaf_transport *relay = &m->ports.relay;
    *status = 202;
    for (int i = 0; i < ASKS_MAX && *status == 202; i++) {
        m->ports.wait(m->ports.context, ASK_MS);
        SHEAF_TRY(relay->call(relay->context, &(sheaf_hub_call){.method = "GET", .path = path},
                              status, answer, err));
    }
    return SHEAF_OK;
}

sheaf_status sheaf_member_relay(const sheaf_member *m, sheaf_slice act,
                                const uint8_t signature[SHEAF_SIGNATURE_BYTES],
                                sheaf_slice submission, unsigned *status, sheaf_buffer *answer,
                                char kept[SHEAF_PATH_MAX], sheaf_err *err)
{
    char path[256], log[SHEAF_HEX_LEN_32 + 1], hex[SHEAF_HEX_LEN_32 + 1];
    const sheaf_transport *relay = &m->ports.relay;
    sheaf_hash origin = sheaf_sha256(sheaf_str(m->follower.origin)), hash = sheaf_sha256(act);
    sheaf_hex_32(origin.bytes, log);
    sheaf_hex_32(hash.bytes, hex);
    snprintf(path, sizeof path, "/relay/%s", log);
    SHEAF_TRY(relay->call(relay->context,
                          &(sheaf_hub_call){.method = "POST",
                                            .path = path,
                                            .content_type = "application/json",
                                            .body = submission},
                          status, answer, err));
    if (*status != 200)
        return sheaf_fail(err, SHEAF_IO, "the witness does not relay the act (%u): %.*s",
                          *status, (int)(answer->len < 200 ? answer->len : 200),
                          (const char *)answer->data);
    SHEAF_TRY(check_receipt(m, act, sheaf_buffer_slice(answer), err));
    SHEAF_TRY(keep(m, act, signature, sheaf_buffer_slice(answer), hex, kept, err));
    snprintf(path, sizeof path, "/relay/%s/%s", log, hex);
    return await(m, path, status, answer, err);
}
