/* Entries in form, read straight into their structs.
 *
 * Canonical JSON puts every member at one place, so an entry can be compared with what its
 * descriptors say comes next, without a tree of it. This reads what most entries are made of:
 * numbers, references, choices, commitments, plain words and records of them. It never refuses:
 * where anything else stands, or anything wrong, it gives up, and the decoder proper, which
 * also says what is wrong, decides. What it does read, that decoder reads alike.
 */
#include "acts/acts_internal.h"
#include "base/encode.h"

#include <endian.h>

/* As sheaf_take_text(), of a string that stands in the source: compared without a call. */
#define TAKE(in, text) take_literal(in, text, sizeof(text) - 1)
__attribute__((always_inline)) static inline bool take_literal(sheaf_slice *in,
                                                               const char *text, size_t len)
{
    if (in->len < len || memcmp(in->data, text, len) != 0)
        return false;
    in->data += len;
    in->len -= len;
    return true;
}

/* Of eight bytes the digits at the front: how many they are, and the number that they make, all
 * bytes of a word at once. */
__attribute__((always_inline)) static inline unsigned count_digits(uint64_t word)
{
    word ^= UINT64_C(0x3030303030303030);
    /* The highest bit of a byte that is no digit; what is carried only reaches those behind. */
    uint64_t other =
        (word | (word + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080);
    return other ? (unsigned)__builtin_ctzll(other) / 8 : 8;
}

__attribute__((always_inline)) static inline uint64_t number_of(uint64_t word, unsigned count)
{
    word = (word & UINT64_C(0x0f0f0f0f0f0f0f0f)) << (64 - 8 * count); /* zeros in front */
    word = (word * 10 + (word >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
    word = (word * 100 + (word >> 16)) & UINT64_C(0x0000ffff0000ffff);
    return (word * 10000 + (word >> 32)) & UINT64_C(0xffffffff);
}

/* The eight bytes at that place, of which so many are there, zeros for others; eight before it
 * are there. */
__attribute__((always_inline)) static inline uint64_t word_at(const uint8_t *at, size_t left)
{
    uint64_t word;
    memcpy(&word, left < 8 ? at + left - 8 : at, sizeof word);
    word = le64toh(word);
    return left >= 8 ? word : left ? word >> (64 - 8 * left) : 0;
}

/* The digits at the front, sixteen at most; how many they are. */
__attribute__((always_inline)) static inline unsigned take_digits(const uint8_t *at,
                                                                  size_t left, uint64_t *value)
{
    static const uint32_t powers[] = {1,      10,      100,      1000,     10000,
                                      100000, 1000000, 10000000, 100000000};
    unsigned count = 0, more;
    *value = 0;
    if (left < 8) {
        for (; count < left && (uint8_t)(at[count] - '0') <= 9; count++)
            *value = *value * 10 + (uint64_t)(at[count] - '0');
        return count;
    }
    uint64_t word = word_at(at, 8);
    count = count_digits(word);
    if (count == 0)
        return 0;
    *value = number_of(word, count);
    if (count < 8)
        return count;
    word = word_at(at + 8, left - 8);
    more = count_digits(word);
    if (more > 0)
        *value = *value * powers[more] + number_of(word, more);
    return count + more;
}

static bool take_int(sheaf_slice *in, int64_t lo, int64_t hi, int64_t *out)
{
    bool negative = in->len > 0 && *in->data == '-';
    const uint8_t *digits = in->data + negative;
    size_t left = in->len - negative;
    uint64_t value;
    size_t count = take_digits(digits, left, &value);
    if (count == 0 || (digits[0] == '0' && (count > 1 || negative))
        || (count == 16 && left > 16 && (uint8_t)(digits[16] - '0') <= 9)
        || value > (uint64_t)SHEAF_JSON_INT_MAX)
        return false;
    *out = negative ? -(int64_t)value : (int64_t)value;
    in->data = digits + count;
    in->len = left - count;
    return *out >= lo && *out <= hi;
}

static bool take_ref(sheaf_slice *in, uint32_t *out)
{
    int64_t number;
    if (!take_int(in, 0, SHEAF_REF_MAX, &number))
        return false;
    *out = (uint32_t)number;
    return true;
}

static bool take_base64url(sheaf_slice *in, uint8_t *out, size_t len)
{
    sheaf_slice text;
    return TAKE(in, "\"") && sheaf_take(in, (len * 8 + 5) / 6, &text)
           && sheaf_base64url_get(text, out, len) && TAKE(in, "\"");
}

static bool take_hash(sheaf_slice *in, sheaf_hash *out)
{
    sheaf_slice text;
    return TAKE(in, "\"") && sheaf_take(in, 2 * sizeof out->bytes, &text)
           && sheaf_hex_get(text, out->bytes, sizeof out->bytes) && TAKE(in, "\"");
}

/* A string of printable ASCII without escapes. */
static bool take_plain(sheaf_slice *in, sheaf_slice *out)
{
    if (!TAKE(in, "\"") || !sheaf_take_until(in, '"', out))
        return false;
    for (size_t i = 0; i < out->len; i++)
        if (out->data[i] < 0x20 || out->data[i] > 0x7e || out->data[i] == '\\')
            return false;
    return true;
}

static bool take_words(sheaf_slice *in, const sheaf_field *f, sheaf_slice *out)
{
    return take_plain(in, out) && out->len > 0 && out->len >= (size_t)f->lo
           && out->len <= (size_t)f->hi && out->data[0] != ' '
           && out->data[out->len - 1] != ' ';
}

static bool take_bool(sheaf_slice *in, bool *out)
{
    *out = TAKE(in, "true");
    return *out || TAKE(in, "false");
}

static bool take_choice(sheaf_slice *in, const sheaf_field *f, uint8_t *out)
{
    sheaf_slice word;
    if (!take_plain(in, &word))
        return false;
    for (*out = 0; f->choices[*out]; ++*out) {
        const char *choice = f->choices[*out];
        size_t same = 0; /* a plain word has no zero in it */
        while (same < word.len && (uint8_t)choice[same] == word.data[same])
            same++;
        if (same == word.len && !choice[same])
            return true;
    }
    return false;
}

static bool take_record(sheaf_slice *in, uint16_t revision, const sheaf_shape *shape,
                        void *out);

static bool take_field(sheaf_slice *in, uint16_t revision, const sheaf_field *f, void *at)
{
    switch (f->type) {
    case SHEAF_FIELD_INT:
        return take_int(in, f->lo, f->hi, at);
    case SHEAF_FIELD_REF:
        return take_ref(in, at);
    case SHEAF_FIELD_TEXT:
    case SHEAF_FIELD_KEY:
        return take_base64url(in, at, 32);
    case SHEAF_FIELD_SIG:
        return take_base64url(in, at, 64);
    case SHEAF_FIELD_NAME:
        return take_words(in, f, at);
    case SHEAF_FIELD_HASH:
        return take_hash(in, at);
    case SHEAF_FIELD_BOOL:
        return take_bool(in, at);
    case SHEAF_FIELD_ENUM:
        return take_choice(in, f, at);
    case SHEAF_FIELD_REC:
        return take_record(in, revision, f->shape, at);
    case SHEAF_FIELD_LIST:
    case SHEAF_FIELD_EFFECT:
        break;
    }
    return false;
}

/* `"name":`, behind a comma but for the first member. */
static bool take_name(sheaf_slice *in, const sheaf_field *f, bool first)
{
    const uint8_t *at = in->data;
    size_t len = f->name_len, comma = first ? 0 : 1;
    if (in->len < comma + len + 3 || (!first && at[0] != ','))
        return false;
    at += comma;
    if (at[0] != '"' || at[len + 1] != '"' || at[len + 2] != ':'
        || memcmp(at + 1, f->name, len) != 0)
        return false;
    in->data += comma + len + 3;
    in->len -= comma + len + 3;
    return true;
}

static bool take_record(sheaf_slice *in, uint16_t revision, const sheaf_shape *shape, void *out)
{
    bool first = true;
    if (!TAKE(in, "{"))
        return false;
    for (size_t i = 0; i < shape->count; i++) {
        const sheaf_field *f = &shape->fields[i];
        if (f->since > revision)
            continue; /* where it stands nevertheless, the end is not what comes next */
        if (!take_name(in, f, first)) {
            if (f->required)
                return false;
            continue;
        }
        if (!take_field(in, revision, f, (uint8_t *)out + f->at))
            return false;
        *(bool *)((uint8_t *)out + f->has) = true;
        first = false;
    }
    return TAKE(in, "}");
}

static bool take_act(sheaf_slice *in, uint16_t revision, sheaf_arena *arena, sheaf_act *out)
{
    sheaf_slice kind;
    int64_t seen, seq;
    if (!TAKE(in, "{\"at\":") || !take_int(in, 0, SHEAF_JSON_INT_MAX, &out->at))
        return false;
    out->has_by = TAKE(in, ",\"by\":");
    if (out->has_by && !take_ref(in, &out->by))
        return false;
    out->has_key = TAKE(in, ",\"key\":");
    if (out->has_key && !take_ref(in, &out->key))
        return false;
    if (!TAKE(in, ",\"kind\":") || !take_plain(in, &kind))
        return false;
    out->kind = sheaf_kind_find(kind);
    if (out->kind == SHEAF_KIND_none)
        return false;
    const sheaf_shape *shape = sheaf_kind_shape(out->kind);
    bool member = shape->actor == SHEAF_ACTOR_MEMBER;
    if (shape->since > revision || shape->actor == SHEAF_ACTOR_COOP || out->has_by != member
        || out->has_key != (member || shape->actor == SHEAF_ACTOR_HUB))
        return false;
    if (!TAKE(in, ",\"seen\":") || !take_int(in, 0, (int64_t)SHEAF_REF_MAX + 1, &seen)
        || !TAKE(in, ",\"seq\":") || !take_int(in, 1, SHEAF_JSON_INT_MAX, &seq)
        || !TAKE(in, ",\"until\":") || !take_int(in, 0, SHEAF_JSON_INT_MAX, &out->until)
        || !TAKE(in, ",\"what\":"))
        return false;
    out->seen = (uint64_t)seen;
    out->seq = (uint64_t)seq;
    void *what = sheaf_arena_take(arena, 1, shape->size, _Alignof(max_align_t));
    out->what = what;
    return what && take_record(in, revision, shape, what) && TAKE(in, "}");
}

bool sheaf_entry_quick(sheaf_slice bytes, uint16_t revision, sheaf_arena *arena,
                       sheaf_entry *out)
{
    sheaf_slice in = bytes;
    sheaf_entry entry = {0};
    sheaf_act *act = SHEAF_ARENA_NEW(arena, sheaf_act, 1);
    if (bytes.len > SHEAF_ENTRY_MAX || !act || !TAKE(&in, "{\"act\":"))
        return false;
    entry.act_bytes.data = in.data;
    if (!take_act(&in, revision, arena, act))
        return false;
    entry.act = act;
    entry.act_bytes.len = (size_t)(in.data - entry.act_bytes.data);
    if (!TAKE(&in, ",\"sig\":") || !take_base64url(&in, entry.signature, SHEAF_SIGNATURE_BYTES)
        || !TAKE(&in, ",\"stamp\":") || !take_int(&in, 0, SHEAF_JSON_INT_MAX, &entry.stamp)
        || !sheaf_slice_is(in, "}"))
        return false;
    *out = entry;
    return true;
}
