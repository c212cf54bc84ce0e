#include "round/bundle.h"

enum { BUNDLE_TYPE = 256 };

static sheaf_status malformed(const char *what, sheaf_err *err)
{
    return sheaf_fail(err, SHEAF_INVALID, "a round bundle is malformed: %s", what);
}

sheaf_status sheaf_round_items_take(sheaf_slice *in, sheaf_round_items *out, sheaf_err *err)
{
    if (!sheaf_take_u16(in, &out->count) || out->count > SHEAF_ROUND_MEMBERS_MAX)
        return malformed("the number of its messages is missing or too large", err);
    for (int i = 0; i < out->count; i++) {
        uint32_t len;
        if (!sheaf_take_u32(in, &len) || !sheaf_take(in, len, &out->item[i]))
            return malformed("its messages are cut short", err);
    }
    return SHEAF_OK;
}

void sheaf_round_items_put(sheaf_buffer *out, const sheaf_round_items *items)
{
    sheaf_buffer_add_u16(out, items->count);
    for (int i = 0; i < items->count; i++) {
        sheaf_buffer_add_u32(out, (uint32_t)items->item[i].len);
        sheaf_buffer_add(out, items->item[i]);
    }
}

static sheaf_status dropouts_take(sheaf_slice *in, sheaf_round_bundle *out, sheaf_err *err)
{
    if (!sheaf_take_u16(in, &out->dropouts) || out->dropouts > SHEAF_ROUND_MEMBERS_MAX)
        return malformed("the number of drop-outs is missing or too large", err);
    for (int i = 0; i < out->dropouts; i++) {
        if (!sheaf_take_u32(in, &out->dropout[i]))
            return malformed("its drop-outs are cut short", err);
        if (i > 0 && out->dropout[i - 1] >= out->dropout[i])
            return malformed("its drop-outs are out of order", err);
    }
    return SHEAF_OK;
}

static sheaf_status done_take(sheaf_slice *in, sheaf_round_bundle *out, sheaf_err *err)
{
    if (!sheaf_take_hash(in, &out->list) || !sheaf_take_hash(in, &out->transcript))
        return malformed("its hashes are cut short", err);
    return SHEAF_OK;
}

static sheaf_status reason_take(sheaf_slice *in, sheaf_round_bundle *out, sheaf_err *err)
{
    if (in->len > SHEAF_MESSAGE_MAX)
        return malformed("its reason is too long", err);
    (void)sheaf_take(in, in->len, &out->reason);
    for (size_t i = 0; i < out->reason.len; i++) /* it is shown to people */
        if (out->reason.data[i] < ' ' || out->reason.data[i] > '~')
            return malformed("its reason is no plain text", err);
    return SHEAF_OK;
}

sheaf_status sheaf_round_bundle_decode(sheaf_slice bytes, sheaf_round_bundle *out,
                                       sheaf_err *err)
{
    sheaf_slice in = bytes;
    uint16_t version, type;
    *out = (sheaf_round_bundle){0};
    if (!sheaf_take_u16(&in, &version) || !sheaf_take_u16(&in, &type)
        || !sheaf_take_u32(&in, &out->round) || !sheaf_take_hash(&in, &out->manifest))
        return malformed("its head is cut short", err);
    if (version != SHEAF_ROUND_VERSION)
        return malformed("its version is unknown", err);
    if (type < BUNDLE_TYPE + SHEAF_ROUND_COMMIT || type > BUNDLE_TYPE + SHEAF_ROUND_ABORTED)
        return malformed("its type is unknown", err);
    out->stage = (sheaf_round_stage)(type - BUNDLE_TYPE);
    if (out->stage >= SHEAF_ROUND_ADVERTISE && out->stage <= SHEAF_ROUND_REVEAL)
        SHEAF_TRY(sheaf_round_items_take(&in, &out->items, err));
    if (out->stage == SHEAF_ROUND_SURVIVORS)
        SHEAF_TRY(dropouts_take(&in, out, err));
    if (out->stage == SHEAF_ROUND_DONE)
        SHEAF_TRY(done_take(&in, out, err));
    if (out->stage == SHEAF_ROUND_ABORTED)
        SHEAF_TRY(reason_take(&in, out, err));
    if (in.len)
        return malformed("bytes are left over behind its end", err);
    return SHEAF_OK;
}

void sheaf_round_bundle_head_put(sheaf_buffer *out, const sheaf_round_config *config,
                                 sheaf_round_stage stage)
{
    sheaf_buffer_add_u16(out, SHEAF_ROUND_VERSION);
    sheaf_buffer_add_u16(out, (uint16_t)(BUNDLE_TYPE + stage));
    sheaf_buffer_add_u32(out, config->round);
    sheaf_buffer_add(out, sheaf_bytes(config->manifest.bytes, SHEAF_HASH_BYTES));
}

size_t sheaf_round_bundle_max(const sheaf_round_config *config)
{
    size_t most = SHEAF_ROUND_INPUT_HEAD_BYTES; /* of the messages that all are shown */
    for (int stage = SHEAF_ROUND_COMMIT; stage <= SHEAF_ROUND_SURVIVORS; stage++) {
        size_t max = sheaf_round_message_max(config, (sheaf_round_stage)stage);
        if (stage != SHEAF_ROUND_SHARE && stage != SHEAF_ROUND_INPUT && max > most)
            most = max;
    }
    size_t all = (size_t)config->count * (8 + most);
    size_t near =
        ((size_t)config->degree + 1) * (8 + sheaf_round_message_max(config, SHEAF_ROUND_SHARE));
    return 1024 + (all > near ? all : near);
}
