/* log/note.h - signed notes (C2SP signed-note v1.0.0, tlog-cosignature v1.0.0).
 *
 * A note is UTF-8 text that ends in a line feed, an empty line, and signature lines
 *     EM-DASH SPACE key-name SPACE base64(key id(4) || signature) LF
 * Two types of key are known: Ed25519 over the text (what a log signs with) and the timestamped
 * Ed25519 cosignature (what a witness signs with). Lines by unknown keys are ignored; a line by
 * a known key must hold. Bounds: 64 KiB, 64 lines, no (name, id) twice.
 */
#ifndef SHEAF_LOG_NOTE_H
#define SHEAF_LOG_NOTE_H

#include "base/buffer.h"
#include "crypto/ed25519.h"

enum {
    SHEAF_NOTE_BYTES_MAX = 65536,
    SHEAF_NOTE_LINES_MAX = 64,
    SHEAF_NOTE_NAME_MAX = 255,
    SHEAF_NOTE_SIGNATURE_MAX = 4096, /* bytes behind one line's base64 */
    SHEAF_VKEY_TEXT_MAX = SHEAF_NOTE_NAME_MAX + 1 + 8 + 1 + 44,
};

typedef enum {
    SHEAF_VKEY_ED25519 = 1,
    SHEAF_VKEY_COSIGNATURE = 4,
} sheaf_vkey_type;

/* A verification key with its name; the public key has passed sheaf_public_valid(). */
typedef struct {
    sheaf_vkey_type type;
    uint32_t id;
    size_t name_len;
    uint8_t name[SHEAF_NOTE_NAME_MAX];
    uint8_t public[SHEAF_PUBLIC_BYTES];
} sheaf_vkey;

static inline sheaf_slice sheaf_vkey_name(const sheaf_vkey *key)
{
    return sheaf_bytes(key->name, key->name_len);
}

static inline bool sheaf_vkey_equal(const sheaf_vkey *a, const sheaf_vkey *b)
{
    return a->type == b->type && a->id == b->id
           && sheaf_slice_equal(sheaf_vkey_name(a), sheaf_vkey_name(b))
           && memcmp(a->public, b->public, sizeof a->public) == 0;
}

/* May a key be named so? */
bool sheaf_note_name_valid(sheaf_slice name);

SHEAF_MUST_USE sheaf_status sheaf_vkey_make(sheaf_vkey *out, sheaf_vkey_type type,
                                            sheaf_slice name,
                                            const uint8_t public[SHEAF_PUBLIC_BYTES],
                                            sheaf_err *err);

/* "name+hex8(id)+base64(type || public)" */
SHEAF_MUST_USE sheaf_status sheaf_vkey_parse(sheaf_slice text, sheaf_vkey *out, sheaf_err *err);
void sheaf_vkey_put(sheaf_buffer *out, const sheaf_vkey *key);

typedef struct {
    sheaf_slice name;
    uint32_t id;
    sheaf_slice base64; /* of id and signature, well-formed */
} sheaf_note_line;

/* Borrows the bytes it was parsed from. */
typedef struct {
    sheaf_slice text; /* what is signed: ends in a line feed */
    size_t line_count;
    sheaf_note_line lines[SHEAF_NOTE_LINES_MAX];
} sheaf_note;

SHEAF_MUST_USE sheaf_status sheaf_note_parse(sheaf_slice in, sheaf_note *out, sheaf_err *err);

/* What one of the known keys said about a note. */
typedef struct {
    bool is_signed;
    uint64_t time; /* of a cosignature: POSIX seconds */
} sheaf_note_seal;

/* SHEAF_FAULT if a known key's line does not hold or no known key has signed. `seals`, one per
 * key, may be NULL. */
SHEAF_MUST_USE sheaf_status sheaf_note_verify(const sheaf_note *note, const sheaf_vkey *keys,
                                              size_t key_count, sheaf_note_seal *seals,
                                              sheaf_err *err);

/* Does a cosignature/v1 at that time over a checkpoint's text hold? For one that came without
 * its line. */
bool sheaf_cosignature_holds(const uint8_t public[SHEAF_PUBLIC_BYTES], sheaf_slice text,
                             uint64_t time, const uint8_t signature[SHEAF_SIGNATURE_BYTES]);

/* Appends one signature line over `text` by a key of that type; `time` counts for a
 * cosignature only. A whole note is: the text, a line feed, lines. */
void sheaf_note_add_line(sheaf_buffer *out, const sheaf_vkey *key, sheaf_slice text,
                         uint64_t time, const sheaf_keypair *pair);

#endif
