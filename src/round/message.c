#include "round/message.h"

#include "base/encode.h"
#include "crypto/label.h"

#include <assert.h>

/* What every complaint about the form of a message says. */
static sheaf_status malformed(const char *what, sheaf_err *err)
{
    return sheaf_fail(err, SHEAF_INVALID, "a round message is malformed: %s", what);
}

static bool take_point(sheaf_slice *in, sheaf_point *out)
{
    sheaf_slice bytes;
    if (!sheaf_take(in, SHEAF_POINT_BYTES, &bytes))
        return false;
    memcpy(out->bytes, bytes.data, SHEAF_POINT_BYTES);
    return true;
}

static uint32_t u32_at(const uint8_t *at)
{
    return (uint32_t)sheaf_big_endian_get(at, 4);
}

/* A count and so many entries, each beginning with a member, ascending. */
static bool take_entries(sheaf_slice *in, size_t entry_bytes, uint16_t *count, sheaf_slice *out)
{
    if (!sheaf_take_u16(in, count) || *count > SHEAF_ROUND_MEMBERS_MAX
        || !sheaf_take(in, *count * entry_bytes, out))
        return false;
    for (size_t i = 1; i < *count; i++)
        if (u32_at(out->data + (i - 1) * entry_bytes) >= u32_at(out->data + i * entry_bytes))
            return false;
    return true;
}

static sheaf_status share_decode(sheaf_slice *in, sheaf_round_share *out, sheaf_err *err)
{
    if (!sheaf_take_hash(in, &out->adverts) || !sheaf_take_u16(in, &out->threshold)
        || out->threshold == 0 || out->threshold > SHEAF_ROUND_MEMBERS_MAX
        || !sheaf_take(in, (size_t)out->threshold * SHEAF_POINT_BYTES, &out->self_commitments)
        || !sheaf_take(in, (size_t)out->threshold * SHEAF_POINT_BYTES, &out->mask_commitments))
        return malformed("its commitments are cut short", err);
    if (!sheaf_take_hash(in, &out->hash))
        return malformed("the hash of its encrypted shares is cut short", err);
    return SHEAF_OK;
}

static sheaf_status boxes_decode(sheaf_slice *in, sheaf_round_share *out, sheaf_err *err)
{
    out->behind = *in;
    if (!take_entries(in, SHEAF_ROUND_BOX_ENTRY_BYTES, &out->count, &out->boxes))
        return malformed("its encrypted shares are cut short or out of order", err);
    out->behind.len -= in->len;
    return SHEAF_OK;
}

static bool scalars_canonical(sheaf_slice shares, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sheaf_scalar share;
        sheaf_round_share_at(shares, i, &share);
        if (!sheaf_scalar_canonical(&share))
            return false;
    }
    return true;
}

static sheaf_status reveal_decode(sheaf_slice *in, sheaf_round_reveal *out, sheaf_err *err)
{
    if (!sheaf_take_hash(in, &out->list)
        || !take_entries(in, SHEAF_ROUND_SHARE_ENTRY_BYTES, &out->survivors, &out->self_shares)
        || !take_entries(in, SHEAF_ROUND_SHARE_ENTRY_BYTES, &out->dropouts, &out->mask_shares))
        return malformed("its revealed shares are cut short or out of order", err);
    if (!scalars_canonical(out->self_shares, out->survivors)
        || !scalars_canonical(out->mask_shares, out->dropouts))
        return malformed("a revealed share is not a reduced scalar", err);
    return SHEAF_OK;
}

static sheaf_status fields_decode(sheaf_slice *in, sheaf_round_message *out, sheaf_err *err)
{
    switch (out->type) {
    case SHEAF_ROUND_COMMIT:
        if (!sheaf_take_hash(in, &out->commitment))
            return malformed("its commitment is cut short", err);
        return SHEAF_OK;
    case SHEAF_ROUND_ADVERTISE:
        if (!take_point(in, &out->advertise.mask) || !take_point(in, &out->advertise.seal)
            || !sheaf_take_hash(in, &out->advertise.contribution))
            return malformed("its public points are cut short", err);
        return SHEAF_OK;
    case SHEAF_ROUND_SHARE:
        return share_decode(in, &out->share, err);
    case SHEAF_ROUND_INPUT:
        if (!sheaf_take_hash(in, &out->input.adverts)
            || !sheaf_take_hash(in, &out->input.shares)
            || !sheaf_take_u32(in, &out->input.count) || !sheaf_take_hash(in, &out->input.hash))
            return malformed("the head of its vector is cut short", err);
        return SHEAF_OK;
    case SHEAF_ROUND_SURVIVORS:
        if (!sheaf_take_hash(in, &out->survivors))
            return malformed("the hash of its survivor list is cut short", err);
        return SHEAF_OK;
    case SHEAF_ROUND_REVEAL:
        return reveal_decode(in, &out->reveal, err);
    default:
        return malformed("its type is unknown", err);
    }
}

static sheaf_status decode(sheaf_slice bytes, bool head_only, sheaf_round_message *out,
                           sheaf_err *err)
{
    sheaf_slice in = bytes, signature;
    uint16_t version, type;
    *out = (sheaf_round_message){.bytes = bytes};
    if (!sheaf_take_u16(&in, &version) || !sheaf_take_u16(&in, &type)
        || !sheaf_take_u32(&in, &out->round) || !sheaf_take_hash(&in, &out->manifest)
        || !sheaf_take_u32(&in, &out->member))
        return malformed("its head is cut short", err);
    if (version != SHEAF_ROUND_VERSION)
        return malformed("its version is unknown", err);
    if (type < SHEAF_ROUND_COMMIT || type > SHEAF_ROUND_REVEAL)
        return malformed("its type is unknown", err);
    out->type = (sheaf_round_stage)type;
    SHEAF_TRY(fields_decode(&in, out, err));
    out->body = sheaf_bytes(bytes.data, bytes.len - in.len);
    if (!sheaf_take(&in, SHEAF_SIGNATURE_BYTES, &signature))
        return malformed("its signature is cut short", err);
    out->signature = signature.data;
    if (type == SHEAF_ROUND_SHARE && !head_only)
        SHEAF_TRY(boxes_decode(&in, &out->share, err));
    if (type == SHEAF_ROUND_INPUT && !head_only) /* the config knows how long it must be */
        (void)sheaf_take(&in, in.len, &out->input.words);
    if (in.len)
        return malformed("bytes are left over behind its end", err);
    return SHEAF_OK;
}

sheaf_status sheaf_round_message_decode(sheaf_slice bytes, sheaf_round_message *out,
                                        sheaf_err *err)
{
    return decode(bytes, false, out, err);
}

sheaf_status sheaf_round_head_decode(sheaf_slice bytes, sheaf_round_message *out,
                                     sheaf_err *err)
{
    return decode(bytes, true, out, err);
}

sheaf_status sheaf_round_input_head_decode(sheaf_slice bytes, sheaf_round_message *out,
                                           sheaf_err *err)
{
    SHEAF_TRY(decode(bytes, true, out, err));
    if (out->type != SHEAF_ROUND_INPUT)
        return malformed("it is no head of an input", err);
    return SHEAF_OK;
}

uint32_t sheaf_round_box_at(const sheaf_round_share *share, size_t i, sheaf_slice *box)
{
    assert(i < share->count);
    const uint8_t *at = share->boxes.data + i * SHEAF_ROUND_BOX_ENTRY_BYTES;
    *box = sheaf_bytes(at + 4, SHEAF_ROUND_BOX_BYTES);
    return u32_at(at);
}

uint32_t sheaf_round_share_at(sheaf_slice shares, size_t i, sheaf_scalar *out)
{
    assert((i + 1) * SHEAF_ROUND_SHARE_ENTRY_BYTES <= shares.len);
    const uint8_t *at = shares.data + i * SHEAF_ROUND_SHARE_ENTRY_BYTES;
    memcpy(out->bytes, at + 4, SHEAF_SCALAR_BYTES);
    return u32_at(at);
}

sheaf_point sheaf_round_commitment_at(sheaf_slice commitments, size_t i)
{
    sheaf_point out;
    assert((i + 1) * SHEAF_POINT_BYTES <= commitments.len);
    memcpy(out.bytes, commitments.data + i * SHEAF_POINT_BYTES, SHEAF_POINT_BYTES);
    return out;
}

static bool points_valid(sheaf_slice points, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sheaf_point point = sheaf_round_commitment_at(points, i);
        if (!sheaf_point_valid(&point))
            return false;
    }
    return true;
}

sheaf_status sheaf_round_commitments_check(const sheaf_round_message *message, sheaf_err *err)
{
    const sheaf_round_share *share = &message->share;
    if (!points_valid(share->self_commitments, share->threshold)
        || !points_valid(share->mask_commitments, share->threshold))
        return sheaf_fail(err, SHEAF_FAULT, "member %u committed to an invalid point",
                          message->member);
    return SHEAF_OK;
}

static sheaf_status share_contents_check(const sheaf_round_config *config,
                                         const sheaf_round_message *message, sheaf_err *err)
{
    const sheaf_round_share *share = &message->share;
    uint32_t member = message->member;
    if (share->threshold != config->threshold)
        return sheaf_fail(err, SHEAF_FAULT, "member %u shared with threshold %u, not %u",
                          member, share->threshold, config->threshold);
    if (!share->behind.data) /* a head */
        return SHEAF_OK;
    sheaf_hash hash = sheaf_sha256(share->behind);
    if (!sheaf_hash_equal(&hash, &share->hash)) /* whoever changed them, not the member */
        return sheaf_fail(err, SHEAF_FAULT,
                          "the encrypted shares of member %u are not those that it signed",
                          member);
    return SHEAF_OK;
}

/* What belongs to a ring is not said off it, so that every message has one form. */
static sheaf_status ring_check(const sheaf_round_config *config,
                               const sheaf_round_message *message, sheaf_err *err)
{
    static const sheaf_hash zeros;
    if (sheaf_round_on_ring(config))
        return SHEAF_OK;
    if (message->type == SHEAF_ROUND_COMMIT
        || (message->type == SHEAF_ROUND_ADVERTISE
            && !sheaf_hash_equal(&message->advertise.contribution, &zeros)))
        return sheaf_fail(err, SHEAF_FAULT,
                          "member %u commits to the order of a ring, but round %u has none",
                          message->member, config->round);
    return SHEAF_OK;
}

static sheaf_status contents_check(const sheaf_round_config *config,
                                   const sheaf_round_message *message, sheaf_err *err)
{
    uint32_t member = message->member;
    SHEAF_TRY(ring_check(config, message, err));
    if (message->type == SHEAF_ROUND_ADVERTISE
        && (!sheaf_point_valid(&message->advertise.mask)
            || !sheaf_point_valid(&message->advertise.seal)))
        return sheaf_fail(err, SHEAF_FAULT, "member %u advertised an invalid point", member);
    if (message->type == SHEAF_ROUND_SHARE)
        return share_contents_check(config, message, err);
    if (message->type == SHEAF_ROUND_INPUT && message->input.count != config->words)
        return sheaf_fail(err, SHEAF_FAULT, "member %u sent %u words, not %u", member,
                          message->input.count, config->words);
    return SHEAF_OK;
}

static bool signature_holds(const sheaf_round_config *config, int index,
                            const sheaf_round_message *message)
{
    sheaf_buffer labelled;
    sheaf_buffer_init(&labelled, message->body.len + 256);
    sheaf_label_message(&labelled, SHEAF_LABEL_ROUND, sheaf_str(config->origin), message->body);
    bool holds = !labelled.failed
                 && sheaf_verify(config->members[index].public, sheaf_buffer_slice(&labelled),
                                 message->signature);
    sheaf_buffer_deinit(&labelled);
    return holds;
}

sheaf_status sheaf_round_message_check(const sheaf_round_config *config,
                                       const sheaf_round_message *message, int *index,
                                       sheaf_err *err)
{
    const char *type = sheaf_round_stage_text(message->type);
    if (message->round != config->round)
        return sheaf_fail(err, SHEAF_INVALID, "a message of stage %s is for round %u, not %u",
                          type, message->round, config->round);
    if (!sheaf_hash_equal(&message->manifest, &config->manifest))
        return sheaf_fail(err, SHEAF_INVALID, "a message of stage %s is for another manifest",
                          type);
    *index = sheaf_round_index(config, message->member);
    if (*index < 0)
        return sheaf_fail(err, SHEAF_FAULT, "member %u is not on the roster of round %u",
                          message->member, config->round);
    if (message->type != SHEAF_ROUND_SURVIVORS && !signature_holds(config, *index, message))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the message of stage %s is not signed by member %u", type,
                          message->member);
    return contents_check(config, message, err);
}

sheaf_hash sheaf_round_digest_begin(const sheaf_hash *session)
{
    const sheaf_slice parts[] = {sheaf_str("sheaf-round-digest/v2\n"),
                                 {session->bytes, SHEAF_HASH_BYTES}};
    return sheaf_sha256_parts(parts, sizeof parts / sizeof *parts);
}

sheaf_hash sheaf_round_digest_add(const sheaf_hash *so_far, const sheaf_hash *body)
{
    const sheaf_slice parts[] = {{so_far->bytes, SHEAF_HASH_BYTES},
                                 {body->bytes, SHEAF_HASH_BYTES}};
    return sheaf_sha256_parts(parts, sizeof parts / sizeof *parts);
}

sheaf_hash sheaf_round_digest(const sheaf_hash *session, const sheaf_round_message *messages,
                              size_t count)
{
    sheaf_hash digest = sheaf_round_digest_begin(session);
    for (size_t i = 0; i < count; i++) { /* the body names its type and sender */
        sheaf_hash body = sheaf_sha256(messages[i].body);
        digest = sheaf_round_digest_add(&digest, &body);
    }
    return digest;
}

size_t sheaf_round_message_max(const sheaf_round_config *config, sheaf_round_stage type)
{
    size_t frame = SHEAF_ROUND_HEAD_BYTES + SHEAF_SIGNATURE_BYTES;
    switch (type) {
    case SHEAF_ROUND_COMMIT:
        return frame + SHEAF_HASH_BYTES;
    case SHEAF_ROUND_ADVERTISE:
        return frame + 2 * SHEAF_POINT_BYTES + SHEAF_HASH_BYTES;
    case SHEAF_ROUND_SHARE:
        return sheaf_round_share_head_bytes(config) + 2
               + (size_t)config->degree * SHEAF_ROUND_BOX_ENTRY_BYTES;
    case SHEAF_ROUND_INPUT:
        return SHEAF_ROUND_INPUT_HEAD_BYTES + sheaf_round_vector_bytes(config);
    case SHEAF_ROUND_SURVIVORS:
        return frame + SHEAF_HASH_BYTES;
    case SHEAF_ROUND_REVEAL:
        return frame + SHEAF_HASH_BYTES + 4
               + ((size_t)config->degree + 1) * SHEAF_ROUND_SHARE_ENTRY_BYTES;
    default:
        return 0;
    }
}

void sheaf_round_head_put(sheaf_buffer *out, const sheaf_round_config *config,
                          sheaf_round_stage type, uint32_t member)
{
    sheaf_buffer_add_u16(out, SHEAF_ROUND_VERSION);
    sheaf_buffer_add_u16(out, (uint16_t)type);
    sheaf_buffer_add_u32(out, config->round);
    sheaf_buffer_add(out, sheaf_bytes(config->manifest.bytes, SHEAF_HASH_BYTES));
    sheaf_buffer_add_u32(out, member);
}

void sheaf_round_sign(sheaf_buffer *out, const sheaf_round_config *config,
                      const sheaf_keypair *pair)
{
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    sheaf_buffer labelled;
    sheaf_buffer_init(&labelled, out->len + 256);
    sheaf_label_message(&labelled, SHEAF_LABEL_ROUND, sheaf_str(config->origin),
                        sheaf_buffer_slice(out));
    sheaf_sign(pair, sheaf_buffer_slice(&labelled), signature);
    if (labelled.failed) /* no signature over half a message */
        out->failed = true;
    sheaf_buffer_add(out, sheaf_bytes(signature, sizeof signature));
    sheaf_buffer_deinit(&labelled);
}
