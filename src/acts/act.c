#include "acts/act.h"

#include "acts/acts_internal.h"
#include "crypto/label.h"

#include <assert.h>

static const char *const members_member[] = {"at",  "by",    "key",  "kind", "seen",
                                             "seq", "until", "what", NULL};
static const char *const members_hub[] = {"at",  "key",   "kind", "seen",
                                          "seq", "until", "what", NULL};
static const char *const members_new[] = {"at", "kind", "seen", "seq", "until", "what", NULL};

static sheaf_status decode_number(sheaf_decoder *d, const sheaf_json *tree, const char *name,
                                  int64_t lo, int64_t hi, int64_t *out)
{
    size_t mark = sheaf_path_enter(d, name);
    SHEAF_TRY(sheaf_decode_int(d, sheaf_json_member(tree, name), lo, hi, out));
    sheaf_path_leave(d, mark);
    return SHEAF_OK;
}

sheaf_status sheaf_act_decode_tree(sheaf_decoder *d, const sheaf_json *tree, sheaf_act *out)
{
    sheaf_act act = {0};
    SHEAF_TRY(sheaf_kind_decode(d, tree, &act.kind));
    const sheaf_shape *shape = sheaf_kind_shape(act.kind);
    if (shape->actor == SHEAF_ACTOR_COOP) {
        sheaf_path_enter(d, "kind");
        return sheaf_decoder_fail(
            d, "only a decision can do %s: open a motion with it as the effect", shape->name);
    }
    act.has_by = shape->actor == SHEAF_ACTOR_MEMBER;
    act.has_key = act.has_by || shape->actor == SHEAF_ACTOR_HUB;
    SHEAF_TRY(sheaf_object_check(d, tree,
                                 act.has_by    ? members_member
                                 : act.has_key ? members_hub
                                               : members_new));
    int64_t by = 0, key = 0, seen, seq;
    if (act.has_by)
        SHEAF_TRY(decode_number(d, tree, "by", 0, SHEAF_REF_MAX, &by));
    if (act.has_key)
        SHEAF_TRY(decode_number(d, tree, "key", 0, SHEAF_REF_MAX, &key));
    SHEAF_TRY(decode_number(d, tree, "at", 0, SHEAF_JSON_INT_MAX, &act.at));
    SHEAF_TRY(decode_number(d, tree, "seen", 0, (int64_t)SHEAF_REF_MAX + 1, &seen));
    SHEAF_TRY(decode_number(d, tree, "seq", 1, SHEAF_JSON_INT_MAX, &seq));
    SHEAF_TRY(decode_number(d, tree, "until", 0, SHEAF_JSON_INT_MAX, &act.until));
    act.by = (uint32_t)by;
    act.key = (uint32_t)key;
    act.seen = (uint64_t)seen;
    act.seq = (uint64_t)seq;
    SHEAF_TRY(sheaf_what_decode(d, act.kind, sheaf_json_member(tree, "what"), &act.what));
    *out = act;
    return SHEAF_OK;
}

static sheaf_status parse(sheaf_slice bytes, const char *name, size_t max, sheaf_arena *arena,
                          sheaf_json **tree, sheaf_err *err)
{
    if (bytes.len > max)
        return sheaf_fail(err, SHEAF_INVALID, "the %s has %zu bytes; at most %zu are allowed",
                          name, bytes.len, max);
    return sheaf_json_parse_canonical(bytes, arena, tree, err);
}

sheaf_status sheaf_act_decode(sheaf_slice bytes, uint16_t revision, sheaf_arena *arena,
                              sheaf_act *out, sheaf_err *err)
{
    sheaf_json *tree;
    SHEAF_TRY(parse(bytes, "act", SHEAF_ACT_BYTES_MAX, arena, &tree, err));
    sheaf_decoder d = sheaf_decoder_begin(arena, revision, err);
    return sheaf_act_decode_tree(&d, tree, out);
}

sheaf_status sheaf_record_decode(sheaf_slice bytes, const sheaf_shape *shape, uint16_t revision,
                                 sheaf_arena *arena, const void **out, sheaf_err *err)
{
    sheaf_json *tree;
    sheaf_decoder d = sheaf_decoder_begin(arena, revision, err);
    SHEAF_TRY(sheaf_json_parse_canonical(bytes, arena, &tree, err));
    void *record = sheaf_arena_take(arena, 1, shape->size, _Alignof(max_align_t));
    if (!record)
        return sheaf_fail(err, SHEAF_NOMEM, "no room left in the work memory");
    SHEAF_TRY(sheaf_shape_decode(&d, shape, tree, record));
    *out = record;
    return SHEAF_OK;
}

sheaf_status sheaf_effect_decode(sheaf_slice bytes, uint16_t revision, sheaf_arena *arena,
                                 sheaf_effect *out, sheaf_err *err)
{
    sheaf_json *tree;
    SHEAF_TRY(parse(bytes, "effect", SHEAF_ACT_BYTES_MAX, arena, &tree, err));
    sheaf_decoder d = sheaf_decoder_begin(arena, revision, err);
    return sheaf_effect_decode_tree(&d, tree, out);
}

sheaf_slice sheaf_member_bytes(sheaf_slice all, const sheaf_json *value)
{
    /* In canonical form `,"NAME":` stands between a value and the next one. */
    assert(value->next);
    size_t end = value->next->at - value->next->name.len - 4;
    assert(value->at < end && end <= all.len);
    return (sheaf_slice){all.data + value->at, end - value->at};
}

sheaf_status sheaf_entry_decode_tree(sheaf_slice bytes, uint16_t revision, sheaf_arena *arena,
                                     sheaf_entry *out, sheaf_err *err)
{
    sheaf_json *tree;
    SHEAF_TRY(parse(bytes, "entry", SHEAF_ENTRY_MAX, arena, &tree, err));
    sheaf_decoder d = sheaf_decoder_begin(arena, revision, err);
    SHEAF_TRY(sheaf_object_check(&d, tree, (const char *const[]){"act", "sig", "stamp", NULL}));
    sheaf_entry entry = {0};
    size_t mark = sheaf_path_enter(&d, "sig");
    SHEAF_TRY(sheaf_decode_base64url(&d, sheaf_json_member(tree, "sig"), entry.signature,
                                     SHEAF_SIGNATURE_BYTES));
    sheaf_path_leave(&d, mark);
    SHEAF_TRY(decode_number(&d, tree, "stamp", 0, SHEAF_JSON_INT_MAX, &entry.stamp));
    sheaf_act *act = SHEAF_ARENA_NEW(arena, sheaf_act, 1);
    if (!act)
        return sheaf_fail(err, SHEAF_NOMEM, "no room left in the work memory");
    const sheaf_json *value = sheaf_json_member(tree, "act");
    SHEAF_TRY(sheaf_act_decode_tree(&d, value, act));
    entry.act = act;
    entry.act_bytes = sheaf_member_bytes(bytes, value);
    *out = entry;
    return SHEAF_OK;
}

sheaf_status sheaf_entry_decode(sheaf_slice bytes, uint16_t revision, sheaf_arena *arena,
                                sheaf_entry *out, sheaf_err *err)
{
    size_t used = arena->used;
    if (sheaf_entry_quick(bytes, revision, arena, out))
        return SHEAF_OK;
    arena->used = used;
    return sheaf_entry_decode_tree(bytes, revision, arena, out, err);
}

static void encode_effect(sheaf_json_writer *w, const sheaf_effect *effect)
{
    const sheaf_shape *shape = sheaf_kind_shape(effect->kind);
    sheaf_json_open_object(w);
    sheaf_json_member_put_string(w, "kind", sheaf_str(shape->name));
    sheaf_json_key(w, "what");
    sheaf_shape_encode(w, shape, effect->what);
    sheaf_json_close(w);
}

static void encode_list(sheaf_json_writer *w, const sheaf_shape *shape, const sheaf_list *list)
{
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < list->count; i++)
        sheaf_shape_encode(w, shape, (const uint8_t *)list->at + (size_t)i * shape->size);
    sheaf_json_close(w);
}

static size_t choice_count(const sheaf_field *f)
{
    size_t count = 0;
    while (f->choices[count])
        count++;
    return count;
}

static void encode_field(sheaf_json_writer *w, const sheaf_field *f, const void *at)
{
    switch (f->type) {
    case SHEAF_FIELD_INT:
        sheaf_json_int(w, *(const int64_t *)at);
        break;
    case SHEAF_FIELD_REF:
        sheaf_json_int(w, *(const uint32_t *)at);
        break;
    case SHEAF_FIELD_TEXT:
    case SHEAF_FIELD_KEY:
        sheaf_json_base64url(w, sheaf_bytes(at, 32));
        break;
    case SHEAF_FIELD_SIG:
        sheaf_json_base64url(w, sheaf_bytes(at, 64));
        break;
    case SHEAF_FIELD_NAME:
        sheaf_json_string(w, *(const sheaf_slice *)at);
        break;
    case SHEAF_FIELD_HASH:
        sheaf_json_hex(w, sheaf_bytes(at, 32));
        break;
    case SHEAF_FIELD_BOOL:
        sheaf_json_bool(w, *(const bool *)at);
        break;
    case SHEAF_FIELD_ENUM:
        assert(*(const uint8_t *)at < choice_count(f));
        sheaf_json_string(w, sheaf_str(f->choices[*(const uint8_t *)at]));
        break;
    case SHEAF_FIELD_REC:
        sheaf_shape_encode(w, f->shape, at);
        break;
    case SHEAF_FIELD_LIST:
        encode_list(w, f->shape, at);
        break;
    case SHEAF_FIELD_EFFECT:
        encode_effect(w, *(const sheaf_effect *const *)at);
        break;
    }
}

void sheaf_shape_encode(sheaf_json_writer *w, const sheaf_shape *shape, const void *in)
{
    sheaf_json_open_object(w);
    for (size_t i = 0; i < shape->count; i++) {
        const sheaf_field *f = &shape->fields[i];
        if (!f->required && !*(const bool *)((const uint8_t *)in + f->has))
            continue;
        sheaf_json_key(w, f->name);
        encode_field(w, f, (const uint8_t *)in + f->at);
    }
    sheaf_json_close(w);
}

void sheaf_act_encode(sheaf_buffer *out, const sheaf_act *act)
{
    const sheaf_shape *shape = sheaf_kind_shape(act->kind);
    assert(shape->actor != SHEAF_ACTOR_COOP);
    bool by = shape->actor == SHEAF_ACTOR_MEMBER, key = by || shape->actor == SHEAF_ACTOR_HUB;
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_int(&w, "at", act->at);
    if (by)
        sheaf_json_member_put_int(&w, "by", act->by);
    if (key)
        sheaf_json_member_put_int(&w, "key", act->key);
    sheaf_json_member_put_string(&w, "kind", sheaf_str(shape->name));
    sheaf_json_member_put_int(&w, "seen", (int64_t)act->seen);
    sheaf_json_member_put_int(&w, "seq", (int64_t)act->seq);
    sheaf_json_member_put_int(&w, "until", act->until);
    sheaf_json_key(&w, "what");
    sheaf_shape_encode(&w, shape, act->what);
    sheaf_json_close(&w);
}

void sheaf_effect_encode(sheaf_buffer *out, const sheaf_effect *effect)
{
    assert(sheaf_kind_shape(effect->kind)->actor == SHEAF_ACTOR_COOP);
    sheaf_json_writer w = sheaf_json_begin(out);
    encode_effect(&w, effect);
}

void sheaf_record_encode(sheaf_buffer *out, const sheaf_shape *shape, const void *record)
{
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_shape_encode(&w, shape, record);
}

void sheaf_entry_encode(sheaf_buffer *out, sheaf_slice act_bytes,
                        const uint8_t signature[SHEAF_SIGNATURE_BYTES], int64_t stamp)
{
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "act");
    sheaf_json_raw(&w, act_bytes);
    sheaf_json_key(&w, "sig");
    sheaf_json_base64url(&w, sheaf_bytes(signature, SHEAF_SIGNATURE_BYTES));
    sheaf_json_member_put_int(&w, "stamp", stamp);
    sheaf_json_close(&w);
}

/* 1 + where the key stands in the struct of the kind. */
#define BRINGS(name) [SHEAF_KIND_##name] = 1 + offsetof(struct sheaf_##name, public_key)
static const uint16_t brought_at[SHEAF_KIND_COUNT] = {
    BRINGS(coop_found), BRINGS(member_apply), BRINGS(member_claim),
    BRINGS(key_admit),  BRINGS(key_rotate),   BRINGS(recovery_open),
};
#undef BRINGS

bool sheaf_kind_brings_key(sheaf_kind kind)
{
    return brought_at[kind] != 0;
}

const sheaf_public_key *sheaf_act_public_key(const sheaf_act *act)
{
    return brought_at[act->kind]
               ? (const void *)((const uint8_t *)act->what + brought_at[act->kind] - 1)
               : NULL;
}

void sheaf_act_message(sheaf_buffer *out, sheaf_slice origin, sheaf_slice act_bytes)
{
    sheaf_label_message(out, SHEAF_LABEL_ACT, origin, act_bytes);
}

bool sheaf_origin_valid(sheaf_slice origin)
{
    if (origin.len != SHEAF_ORIGIN_LEN || memcmp(origin.data, "sheaf/", 6) != 0)
        return false;
    for (size_t i = 6; i < origin.len; i++)
        if (!((origin.data[i] >= 'a' && origin.data[i] <= 'z')
              || (origin.data[i] >= '2' && origin.data[i] <= '7')))
            return false;
    return true;
}

static bool eat(sheaf_slice *in, const char *text)
{
    sheaf_slice taken, rest = *in;
    if (!sheaf_take(&rest, strlen(text), &taken) || !sheaf_slice_is(taken, text))
        return false;
    *in = rest;
    return true;
}

static void eat_number(sheaf_slice *in)
{
    while (in->len && (in->data[0] == '-' || (in->data[0] >= '0' && in->data[0] <= '9')))
        in->data++, in->len--;
}

sheaf_kind sheaf_entry_kind(sheaf_slice bytes)
{
    static const char *const before[] = {",\"by\":", ",\"key\":"};
    sheaf_slice name;
    if (!eat(&bytes, "{\"act\":{\"at\":"))
        return SHEAF_KIND_none;
    eat_number(&bytes);
    for (size_t i = 0; i < 2; i++)
        if (eat(&bytes, before[i]))
            eat_number(&bytes);
    if (!eat(&bytes, ",\"kind\":\""))
        return SHEAF_KIND_none;
    const uint8_t *end = bytes.len ? memchr(bytes.data, '"', bytes.len) : NULL;
    if (!end || !sheaf_take(&bytes, (size_t)(end - bytes.data), &name))
        return SHEAF_KIND_none;
    return sheaf_kind_find(name);
}
