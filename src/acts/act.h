/* acts/act.h - acts, effects and entries as bytes and as structs.
 *
 * An act is {"at","by","key","kind","seen","seq","until","what"} in canonical JSON; `what` is
 * the object that the catalogue describes for its kind. `by` and `key` stand exactly where the
 * kind's actor has them: a member's act has both, the hub's has `key`, a founder's and an
 * applicant's have neither. An entry is {"act":…,"sig":…,"stamp":…}. Decoding accepts one
 * spelling only and refuses what the table does not allow: unknown and missing fields, wrong
 * types, values outside their range, kinds and fields of a later rules revision, effects as
 * acts and acts as effects. Its errors begin with the path of the value:
 * `what.effect.what.text.members.classes[1].votes: …`. So whatever was decoded encodes to the
 * same bytes again, and rules need not check form.
 *
 * Decoded structs live in the caller's arena and point into the bytes that were decoded; both
 * must outlive them. Whether bytes decode must not depend on who decodes them: give every
 * decoder here an empty arena of SHEAF_ACT_ARENA_BYTES (a submission:
 * SHEAF_SUBMISSION_ARENA_BYTES), which no input can spend.
 */
#ifndef SHEAF_ACTS_ACT_H
#define SHEAF_ACTS_ACT_H

#include "acts/catalogue.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"
#include "crypto/ed25519.h"

enum { SHEAF_ENTRY_MAX = 65535, SHEAF_ORIGIN_LEN = 32 };
/* So long that its entry fits: {"act":…,"sig":"86 characters","stamp":16 digits}. */
enum { SHEAF_ACT_BYTES_MAX = SHEAF_ENTRY_MAX - 128 };
enum { SHEAF_ACT_ARENA_BYTES = 4 << 20 };

/* The highest index of an entry: a log holds fewer than 2^32 of them. */
#define SHEAF_REF_MAX ((uint32_t)0xfffffffe)

typedef struct {
    sheaf_kind kind;
    bool has_by, has_key; /* set by the kind's actor */
    uint32_t by, key;     /* the signing member and key */
    int64_t at,
        until;        /* milliseconds since 1970: when it was signed, last moment to enter it */
    uint64_t seen;    /* tree size that the signer had verified */
    uint64_t seq;     /* counts per key, from 1 */
    const void *what; /* struct of the kind, in the arena */
} sheaf_act;

typedef struct {
    const sheaf_act *act;
    sheaf_slice act_bytes; /* the canonical act, inside the entry's bytes */
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    int64_t stamp; /* the hub's time in milliseconds since 1970 */
} sheaf_entry;

SHEAF_MUST_USE sheaf_status sheaf_act_decode(sheaf_slice bytes, uint16_t revision,
                                             sheaf_arena *arena, sheaf_act *out,
                                             sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_entry_decode(sheaf_slice bytes, uint16_t revision,
                                               sheaf_arena *arena, sheaf_entry *out,
                                               sheaf_err *err);

/* The kind of an entry, read off its front without decoding the rest; SHEAF_KIND_none where it
 * does not begin as every entry in form does. */
sheaf_kind sheaf_entry_kind(sheaf_slice bytes);

/* {"kind":…,"what":…} of a kind that the co-op enacts. */
SHEAF_MUST_USE sheaf_status sheaf_effect_decode(sheaf_slice bytes, uint16_t revision,
                                                sheaf_arena *arena, sheaf_effect *out,
                                                sheaf_err *err);

/* A record alone, in canonical form: the bylaws as a document. */
SHEAF_MUST_USE sheaf_status sheaf_record_decode(sheaf_slice bytes, const sheaf_shape *shape,
                                                uint16_t revision, sheaf_arena *arena,
                                                const void **out, sheaf_err *err);

/* The encoders write whatever the struct says: decode the outcome where a person filled it in.
 */
void sheaf_act_encode(sheaf_buffer *out, const sheaf_act *act);
void sheaf_effect_encode(sheaf_buffer *out, const sheaf_effect *effect);
void sheaf_record_encode(sheaf_buffer *out, const sheaf_shape *shape, const void *record);
void sheaf_entry_encode(sheaf_buffer *out, sheaf_slice act_bytes,
                        const uint8_t signature[SHEAF_SIGNATURE_BYTES], int64_t stamp);

/* The key that an act brings for a member: founding, applying, claiming, recovering, admitting
 * and rotating do; NULL where the kind brings none. */
const sheaf_public_key *sheaf_act_public_key(const sheaf_act *act);
bool sheaf_kind_brings_key(sheaf_kind kind);

/* Appends the bytes that the signature of an act is over. */
void sheaf_act_message(sheaf_buffer *out, sheaf_slice origin, sheaf_slice act_bytes);

/* "sheaf/" and 26 characters of a-z and 2-7. */
bool sheaf_origin_valid(sheaf_slice origin);

#endif
