#include "round/kept.h"

#include "round/arrival.h"

enum { KIND_MESSAGE = 1, KIND_STAGE, KIND_ABORT, KIND_INPUT };
enum { MARK_BYTES = 8, HEAD_BYTES = 4 + 1 + MARK_BYTES, STAGE_BYTES = 1 + SHEAF_HASH_BYTES };

static const char label[] = "sheaf-round-kept/v1\n";

static sheaf_hash hash_of(const sheaf_hash *link, sheaf_slice what, uint8_t kind,
                          sheaf_slice bytes)
{
    const sheaf_slice parts[] = {sheaf_bytes(label, sizeof label - 1),
                                 what,
                                 {link->bytes, SHEAF_HASH_BYTES},
                                 {&kind, 1},
                                 bytes};
    return sheaf_sha256_parts(parts, sizeof parts / sizeof *parts);
}

static sheaf_hash head_hash(const sheaf_hash *link, uint8_t kind, uint32_t len)
{
    const uint8_t bytes[4] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8),
                              (uint8_t)len};
    return hash_of(link, sheaf_str("head\n"), kind, sheaf_bytes(bytes, sizeof bytes));
}

static sheaf_hash body_hash(const sheaf_hash *link, uint8_t kind, sheaf_slice bytes)
{
    return hash_of(link, sheaf_str("body\n"), kind, bytes);
}

/* ---- writing ---- */

void sheaf_round_kept_begin(sheaf_round_kept *kept, const sheaf_coordinator *c)
{
    *kept = (sheaf_round_kept){.link = sheaf_round_session(&c->config),
                               .stage = sheaf_coordinator_stage(c)};
}

static void record_put(sheaf_round_kept *kept, uint8_t kind, sheaf_slice bytes,
                       sheaf_buffer *out)
{
    sheaf_hash head = head_hash(&kept->link, kind, (uint32_t)bytes.len);
    sheaf_hash body = body_hash(&kept->link, kind, bytes);
    sheaf_buffer_add_u32(out, (uint32_t)bytes.len);
    sheaf_buffer_add_byte(out, kind);
    sheaf_buffer_add(out, sheaf_bytes(head.bytes, MARK_BYTES));
    sheaf_buffer_add(out, bytes);
    sheaf_buffer_add(out, sheaf_bytes(body.bytes, sizeof body.bytes));
    kept->link = body;
}

static void stages_put(sheaf_round_kept *kept, const sheaf_coordinator *c, sheaf_buffer *out)
{
    sheaf_round_stage now = sheaf_coordinator_stage(c);
    sheaf_round_stage last = c->store.put ? SHEAF_ROUND_REVEAL : SHEAF_ROUND_DONE;
    while (now != SHEAF_ROUND_ABORTED && kept->stage < now && kept->stage < last) {
        uint8_t bytes[STAGE_BYTES] = {(uint8_t)++kept->stage};
        sheaf_hash hash = sheaf_coordinator_shown(c, kept->stage);
        memcpy(bytes + 1, hash.bytes, sizeof hash.bytes);
        record_put(kept, KIND_STAGE, sheaf_bytes(bytes, sizeof bytes), out);
    }
    if (now == SHEAF_ROUND_ABORTED && kept->stage != now)
        record_put(kept, KIND_ABORT, sheaf_str(sheaf_coordinator_reason(c)), out);
    kept->stage = now;
}

void sheaf_round_kept_add(sheaf_round_kept *kept, const sheaf_coordinator *c,
                          sheaf_slice message, sheaf_buffer *out)
{
    if (message.len)
        record_put(kept, KIND_MESSAGE, message, out);
    stages_put(kept, c, out);
}

void sheaf_round_kept_add_input(sheaf_round_kept *kept, const sheaf_coordinator *c,
                                sheaf_slice record, sheaf_buffer *out)
{
    record_put(kept, KIND_INPUT, record, out);
    stages_put(kept, c, out);
}

size_t sheaf_round_kept_max(const sheaf_round_config *config)
{
    size_t each = 0, frame = HEAD_BYTES + SHEAF_HASH_BYTES;
    for (int stage = SHEAF_ROUND_COMMIT; stage <= SHEAF_ROUND_REVEAL; stage++)
        each += frame + sheaf_round_message_max(config, (sheaf_round_stage)stage);
    return config->count * each + SHEAF_ROUND_DONE * (frame + STAGE_BYTES) + frame
           + SHEAF_MESSAGE_MAX;
}

/* ---- reading ---- */

static bool all_zero(sheaf_slice bytes)
{
    uint8_t any = 0;
    for (size_t i = 0; i < bytes.len; i++)
        any |= bytes.data[i];
    return any == 0;
}

/* *whole: a record was taken. Else the rest is what a crash has left, or the end. */
static sheaf_status record_take(sheaf_round_kept *kept, sheaf_slice *in, uint8_t *kind,
                                sheaf_slice *bytes, bool *whole, sheaf_err *err)
{
    sheaf_slice at = *in, mark, hash;
    uint32_t len;
    *whole = false;
    if (all_zero(at) || !sheaf_take_u32(&at, &len) || !sheaf_take_u8(&at, kind)
        || !sheaf_take(&at, MARK_BYTES, &mark))
        return SHEAF_OK;
    sheaf_hash head = head_hash(&kept->link, *kind, len);
    if (memcmp(head.bytes, mark.data, MARK_BYTES) != 0)
        return sheaf_fail(err, SHEAF_FAULT, "what was kept of the round is spoiled");
    if (!sheaf_take(&at, len, bytes) || !sheaf_take(&at, SHEAF_HASH_BYTES, &hash))
        return SHEAF_OK;
    sheaf_hash body = body_hash(&kept->link, *kind, *bytes);
    bool sound = memcmp(body.bytes, hash.data, SHEAF_HASH_BYTES) == 0;
    if (!sound && at.len)
        return sheaf_fail(err, SHEAF_FAULT, "what was kept of the round is spoiled");
    *whole = sound;
    if (sound) {
        kept->link = body;
        *in = at;
    }
    return SHEAF_OK;
}

/* The stage that was open then, with the bundle that was shown. */
static sheaf_status stage_restore(sheaf_coordinator *c, sheaf_slice bytes, sheaf_err *err)
{
    sheaf_round_stage stage = bytes.len == STAGE_BYTES ? (sheaf_round_stage)bytes.data[0] : 0;
    if (stage == sheaf_coordinator_stage(c) + 1) /* its time was over, not all had answered */
        sheaf_coordinator_tick(c, sheaf_coordinator_deadline(c));
    if (stage == 0 || stage > SHEAF_ROUND_DONE || sheaf_coordinator_stage(c) != stage)
        return sheaf_fail(err, SHEAF_FAULT,
                          "the kept messages of the round do not lead to its stage");
    sheaf_hash hash = sheaf_coordinator_shown(c, stage);
    if (memcmp(hash.bytes, bytes.data + 1, SHEAF_HASH_BYTES) != 0)
        return sheaf_fail(err, SHEAF_FAULT,
                          "the kept messages of the round make another bundle of stage %s than "
                          "the one that was shown",
                          sheaf_round_stage_text(stage));
    return SHEAF_OK;
}

static sheaf_status record_restore(sheaf_round_kept *kept, sheaf_coordinator *c, uint8_t kind,
                                   sheaf_slice bytes, sheaf_err *err)
{
    char reason[SHEAF_MESSAGE_MAX];
    switch (kind) {
    case KIND_MESSAGE:
        if (sheaf_coordinator_receive(c, bytes, c->stage_since_ms, err) != SHEAF_ROUND_ACCEPTED)
            return sheaf_fail(err, SHEAF_FAULT,
                              "a kept message of the round is not accepted again");
        return SHEAF_OK;
    case KIND_INPUT:
        if (!c->store.put
            || sheaf_arrival_again(c, bytes, c->stage_since_ms, err) != SHEAF_ROUND_ACCEPTED)
            return sheaf_fail(err, SHEAF_FAULT,
                              "a kept input of the round is not accepted again");
        return SHEAF_OK;
    case KIND_STAGE:
        SHEAF_TRY(stage_restore(c, bytes, err));
        kept->stage = sheaf_coordinator_stage(c);
        return SHEAF_OK;
    case KIND_ABORT:
        if (bytes.len >= sizeof reason || sheaf_coordinator_stage(c) >= SHEAF_ROUND_DONE)
            break;
        memcpy(reason, bytes.data, bytes.len);
        reason[bytes.len] = 0;
        sheaf_coordinator_abort(c, reason);
        kept->stage = SHEAF_ROUND_ABORTED;
        return SHEAF_OK;
    default:
        break;
    }
    return sheaf_fail(err, SHEAF_FAULT, "a kept record of the round has no meaning");
}

sheaf_status sheaf_round_kept_restore(sheaf_round_kept *kept, sheaf_coordinator *c,
                                      sheaf_slice bytes, int64_t now_ms, size_t *sound,
                                      sheaf_err *err)
{
    sheaf_slice rest = bytes, record;
    uint8_t kind;
    bool whole;
    SHEAF_TRY(record_take(kept, &rest, &kind, &record, &whole, err));
    while (whole) {
        SHEAF_TRY(record_restore(kept, c, kind, record, err));
        SHEAF_TRY(record_take(kept, &rest, &kind, &record, &whole, err));
    }
    *sound = bytes.len - rest.len;
    c->stage_since_ms = now_ms;
    return SHEAF_OK;
}
