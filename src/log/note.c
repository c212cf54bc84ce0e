#include "log/note.h"

#include "base/encode.h"
#include "base/text.h"
#include "crypto/hash.h"

#include <assert.h>

static const char line_start[] = "\xe2\x80\x94 "; /* U+2014 and a space */

/* The code points with the Unicode property White_Space. */
static bool is_space(uint32_t c)
{
    return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680
           || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f
           || c == 0x205f || c == 0x3000;
}

bool sheaf_note_name_valid(sheaf_slice name)
{
    if (name.len == 0 || name.len > SHEAF_NOTE_NAME_MAX)
        return false;
    while (name.len) {
        uint32_t c;
        if (!sheaf_utf8_take(&name, &c) || c == '+' || c < 0x20 || is_space(c))
            return false;
    }
    return true;
}

static uint32_t key_id(sheaf_slice name, uint8_t type, sheaf_slice public)
{
    const sheaf_slice parts[] = {name, sheaf_str("\n"), sheaf_bytes(&type, 1), public};
    sheaf_hash hash = sheaf_sha256_parts(parts, 4);
    return (uint32_t)sheaf_big_endian_get(hash.bytes, 4);
}

sheaf_status sheaf_vkey_make(sheaf_vkey *out, sheaf_vkey_type type, sheaf_slice name,
                             const uint8_t public[SHEAF_PUBLIC_BYTES], sheaf_err *err)
{
    if (type != SHEAF_VKEY_ED25519 && type != SHEAF_VKEY_COSIGNATURE)
        return sheaf_fail(err, SHEAF_INVALID, "a verification key of unknown type %u",
                          (unsigned)type);
    if (!sheaf_note_name_valid(name))
        return sheaf_fail(err, SHEAF_INVALID,
                          "a key name has 1 to %d bytes without white space and +",
                          SHEAF_NOTE_NAME_MAX);
    if (!sheaf_public_valid(public))
        return sheaf_fail(err, SHEAF_INVALID, "the public key of %.*s is no good Ed25519 key",
                          SHEAF_PRINT(name));
    *out = (sheaf_vkey){.type = type, .name_len = name.len};
    memcpy(out->name, name.data, name.len);
    memcpy(out->public, public, SHEAF_PUBLIC_BYTES);
    out->id = key_id(name, (uint8_t)type, sheaf_bytes(public, SHEAF_PUBLIC_BYTES));
    return SHEAF_OK;
}

/* Takes what stands before the next `byte`, and the byte itself. */
sheaf_status sheaf_vkey_parse(sheaf_slice text, sheaf_vkey *out, sheaf_err *err)
{
    sheaf_slice in = text, name, id_hex;
    uint8_t id[4], key[1 + SHEAF_PUBLIC_BYTES];
    if (!sheaf_take_until(&in, '+', &name) || !sheaf_take_until(&in, '+', &id_hex)
        || !sheaf_hex_get(id_hex, id, sizeof id) || !sheaf_base64_get(in, key, sizeof key))
        return sheaf_fail(err, SHEAF_INVALID,
                          "a verification key is written name+hex id+base64 key");
    sheaf_vkey made;
    SHEAF_TRY(sheaf_vkey_make(&made, (sheaf_vkey_type)key[0], name, key + 1, err));
    sheaf_slice id_in = sheaf_bytes(id, sizeof id);
    uint32_t given = 0;
    bool whole = sheaf_take_u32(&id_in, &given);
    assert(whole);
    if (given != made.id)
        return sheaf_fail(err, SHEAF_INVALID, "the id in the verification key of %.*s is wrong",
                          SHEAF_PRINT(name));
    *out = made;
    return SHEAF_OK;
}

void sheaf_vkey_put(sheaf_buffer *out, const sheaf_vkey *key)
{
    uint8_t typed[1 + SHEAF_PUBLIC_BYTES];
    typed[0] = (uint8_t)key->type;
    memcpy(typed + 1, key->public, SHEAF_PUBLIC_BYTES);
    sheaf_buffer_add(out, sheaf_vkey_name(key));
    sheaf_buffer_printf(out, "+%08x+", key->id);
    sheaf_base64_put(out, sheaf_bytes(typed, sizeof typed));
}

/* id and signature of one line; false unless its base64 is well-formed. */
static bool decode_line(sheaf_slice base64, uint32_t *id,
                        uint8_t decoded[SHEAF_NOTE_SIGNATURE_MAX], sheaf_slice *signature)
{
    size_t len = sheaf_base64_len(base64);
    if (len < 5 || len > SHEAF_NOTE_SIGNATURE_MAX || !sheaf_base64_get(base64, decoded, len))
        return false;
    *signature = sheaf_bytes(decoded, len);
    return sheaf_take_u32(signature, id);
}

static sheaf_status parse_line(sheaf_slice line, sheaf_note *out, sheaf_err *err)
{
    uint8_t decoded[SHEAF_NOTE_SIGNATURE_MAX];
    sheaf_slice signature;
    sheaf_note_line found;
    size_t number = out->line_count + 1;
    if (out->line_count == SHEAF_NOTE_LINES_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the note has more than %d signature lines",
                          SHEAF_NOTE_LINES_MAX);
    if (!sheaf_take_text(&line, line_start) || !sheaf_take_until(&line, ' ', &found.name)
        || !sheaf_note_name_valid(found.name)
        || !decode_line(line, &found.id, decoded, &signature))
        return sheaf_fail(err, SHEAF_INVALID, "signature line %zu of the note is malformed",
                          number);
    found.base64 = line;
    for (size_t i = 0; i < out->line_count; i++)
        if (out->lines[i].id == found.id && sheaf_slice_equal(out->lines[i].name, found.name))
            return sheaf_fail(err, SHEAF_INVALID,
                              "signature line %zu of the note is by the same key as line %zu",
                              number, i + 1);
    out->lines[out->line_count++] = found;
    return SHEAF_OK;
}

sheaf_status sheaf_note_parse(sheaf_slice in, sheaf_note *out, sheaf_err *err)
{
    if (in.len > SHEAF_NOTE_BYTES_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the note is larger than %d bytes",
                          SHEAF_NOTE_BYTES_MAX);
    if (!sheaf_utf8_valid(in))
        return sheaf_fail(err, SHEAF_INVALID, "the note is not valid UTF-8");
    for (size_t i = 0; i < in.len; i++)
        if (in.data[i] < 0x20 && in.data[i] != '\n')
            return sheaf_fail(err, SHEAF_INVALID, "byte %zu of the note is a control character",
                              i);
    size_t text_len = 0; /* up to the last empty line */
    for (size_t i = 1; i < in.len; i++)
        if (in.data[i] == '\n' && in.data[i - 1] == '\n')
            text_len = i;
    if (text_len == 0 || in.data[in.len - 1] != '\n' || text_len + 1 == in.len)
        return sheaf_fail(err, SHEAF_INVALID,
                          "a note is text, an empty line and signature lines");
    out->line_count = 0;
    out->text = sheaf_bytes(in.data, text_len);
    sheaf_slice lines = sheaf_bytes(in.data + text_len + 1, in.len - text_len - 1), line;
    while (sheaf_take_until(&lines, '\n', &line))
        SHEAF_TRY(parse_line(line, out, err));
    return SHEAF_OK;
}

/* What a witness signs: not the text alone, but the text under a label and a time. */
static void cosigned_message(sheaf_buffer *out, uint64_t time, sheaf_slice text)
{
    sheaf_buffer_init(out, SHEAF_NOTE_BYTES_MAX + 64);
    sheaf_buffer_printf(out, "cosignature/v1\ntime %llu\n", (unsigned long long)time);
    sheaf_buffer_add(out, text);
}

bool sheaf_cosignature_holds(const uint8_t public[SHEAF_PUBLIC_BYTES], sheaf_slice text,
                             uint64_t time, const uint8_t signature[SHEAF_SIGNATURE_BYTES])
{
    sheaf_buffer message;
    cosigned_message(&message, time, text);
    bool holds = time <= INT64_MAX && !message.failed
                 && sheaf_verify(public, sheaf_buffer_slice(&message), signature);
    sheaf_buffer_deinit(&message);
    return holds;
}

static bool line_holds(const sheaf_note_line *line, const sheaf_vkey *key, sheaf_slice text,
                       uint64_t *time)
{
    uint8_t decoded[SHEAF_NOTE_SIGNATURE_MAX];
    sheaf_slice signature;
    uint32_t id;
    bool whole = decode_line(line->base64, &id, decoded, &signature);
    assert(whole && id == key->id);
    *time = 0;
    if (key->type == SHEAF_VKEY_COSIGNATURE)
        return sheaf_take_u64(&signature, time) && signature.len == SHEAF_SIGNATURE_BYTES
               && sheaf_cosignature_holds(key->public, text, *time, signature.data);
    return signature.len == SHEAF_SIGNATURE_BYTES
           && sheaf_verify(key->public, text, signature.data);
}

sheaf_status sheaf_note_verify(const sheaf_note *note, const sheaf_vkey *keys, size_t key_count,
                               sheaf_note_seal *seals, sheaf_err *err)
{
    size_t good = 0;
    for (size_t k = 0; k < key_count; k++) {
        sheaf_note_seal seal = {0};
        for (size_t i = 0; i < note->line_count; i++) {
            const sheaf_note_line *line = &note->lines[i];
            if (line->id != keys[k].id
                || !sheaf_slice_equal(line->name, sheaf_vkey_name(&keys[k])))
                continue;
            if (!line_holds(line, &keys[k], note->text, &seal.time))
                return sheaf_fail(err, SHEAF_FAULT,
                                  "the signature of %.*s on the note is false",
                                  SHEAF_PRINT(line->name));
            seal.is_signed = true;
            good++;
        }
        if (seals)
            seals[k] = seal;
    }
    if (good == 0)
        return sheaf_fail(err, SHEAF_FAULT, "no known key has signed the note");
    return SHEAF_OK;
}

void sheaf_note_add_line(sheaf_buffer *out, const sheaf_vkey *key, sheaf_slice text,
                         uint64_t time, const sheaf_keypair *pair)
{
    assert(memcmp(key->public, pair->public, SHEAF_PUBLIC_BYTES) == 0);
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    sheaf_buffer payload;
    sheaf_buffer_init(&payload, 4 + 8 + sizeof signature);
    sheaf_buffer_add_u32(&payload, key->id);
    if (key->type == SHEAF_VKEY_COSIGNATURE) {
        assert(time <= INT64_MAX);
        sheaf_buffer message;
        cosigned_message(&message, time, text);
        out->failed |= message.failed;
        sheaf_sign(pair, sheaf_buffer_slice(&message), signature);
        sheaf_buffer_deinit(&message);
        sheaf_buffer_add_u64(&payload, time);
    } else {
        sheaf_sign(pair, text, signature);
    }
    sheaf_buffer_add(&payload, sheaf_bytes(signature, sizeof signature));
    out->failed |= payload.failed;
    sheaf_buffer_add_string(out, line_start);
    sheaf_buffer_add(out, sheaf_vkey_name(key));
    sheaf_buffer_add_byte(out, ' ');
    sheaf_base64_put(out, sheaf_buffer_slice(&payload));
    sheaf_buffer_add_byte(out, '\n');
    sheaf_buffer_deinit(&payload);
}
