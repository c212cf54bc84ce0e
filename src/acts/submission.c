#include "acts/submission.h"

#include "acts/acts_internal.h"
#include "base/text.h"

#include <assert.h>
#include <stdio.h>

/* ---- where texts stand ---- */

/* Looks for the text number `left`, from 0, field by field. */
typedef struct {
    size_t left;
    sheaf_commitment *out;
} search;

static bool is_there(const sheaf_field *f, const uint8_t *what)
{
    return f->required || *(const bool *)(what + f->has);
}

static bool take(search *s, const sheaf_field *f, const uint8_t *what)
{
    if (s->left-- > 0)
        return false;
    s->out->name = f->name;
    s->out->field = f;
    s->out->commitment = *(const sheaf_hash *)(what + f->at);
    return true;
}

static bool search_texts(search *s, const sheaf_shape *shape, const uint8_t *what)
{
    for (uint16_t i = 0; i < shape->count; i++) {
        const sheaf_field *f = &shape->fields[i];
        if (f->type == SHEAF_FIELD_TEXT && is_there(f, what) && take(s, f, what))
            return true;
    }
    return false;
}

static bool has_texts(const sheaf_shape *shape)
{
    for (uint16_t i = 0; i < shape->count; i++)
        if (shape->fields[i].type == SHEAF_FIELD_TEXT)
            return true;
    return false;
}

static bool search_list(search *s, const sheaf_field *f, const uint8_t *what)
{
    const sheaf_list *list = (const sheaf_list *)(what + f->at);
    if (!has_texts(f->shape))
        return false;
    s->out->list = f->name;
    for (s->out->item = 0; s->out->item < list->count; s->out->item++) {
        const uint8_t *item = (const uint8_t *)list->at + (size_t)s->out->item * f->shape->size;
        if (search_texts(s, f->shape, item))
            return true;
    }
    s->out->list = NULL;
    s->out->item = 0;
    return false;
}

static bool search_what(search *s, const sheaf_shape *shape, const uint8_t *what)
{
    if (search_texts(s, shape, what))
        return true;
    for (uint16_t i = 0; i < shape->count; i++) {
        const sheaf_field *f = &shape->fields[i];
        if (f->type == SHEAF_FIELD_LIST && is_there(f, what) && search_list(s, f, what))
            return true;
    }
    return false;
}

/* Effects contain no effects. */
static bool search_effects(search *s, const sheaf_shape *shape, const uint8_t *what)
{
    for (uint16_t i = 0; i < shape->count; i++) {
        const sheaf_field *f = &shape->fields[i];
        if (f->type != SHEAF_FIELD_EFFECT || !is_there(f, what))
            continue;
        const sheaf_effect *effect = *(const sheaf_effect *const *)(what + f->at);
        s->out->effect = f->name;
        if (search_what(s, sheaf_kind_shape(effect->kind), effect->what))
            return true;
        s->out->effect = NULL;
    }
    return false;
}

bool sheaf_act_next_text(const sheaf_act *act, size_t *place, sheaf_commitment *out)
{
    const sheaf_shape *shape = sheaf_kind_shape(act->kind);
    *out = (sheaf_commitment){0};
    search s = {*place, out};
    if (!search_what(&s, shape, act->what) && !search_effects(&s, shape, act->what))
        return false;
    ++*place;
    return true;
}

/* By what name a submission has the text. */
static const char *path_of(const sheaf_commitment *c, char out[SHEAF_TEXT_PATH_MAX])
{
    int at = 0;
    if (c->effect)
        at += snprintf(out, SHEAF_TEXT_PATH_MAX, "%s.", c->effect);
    if (c->list)
        at += snprintf(out + at, SHEAF_TEXT_PATH_MAX - (size_t)at, "%s.%u.", c->list, c->item);
    snprintf(out + at, SHEAF_TEXT_PATH_MAX - (size_t)at, "%s", c->name);
    return out;
}

bool sheaf_act_text_find(const sheaf_act *act, sheaf_slice path, sheaf_commitment *out)
{
    char its[SHEAF_TEXT_PATH_MAX];
    size_t place = 0;
    while (sheaf_act_next_text(act, &place, out))
        if (sheaf_slice_is(path, path_of(out, its)))
            return true;
    return false;
}

/* Nothing to read: blanks of whatever width, and characters without any. */
static bool is_blank(sheaf_slice text)
{
    static const struct {
        uint32_t from, to;
    } blanks[] = {{'\t', '\n'},     {' ', ' '},       {0xA0, 0xA0},     {0xAD, 0xAD},
                  {0x1680, 0x1680}, {0x2000, 0x200F}, {0x2028, 0x202F}, {0x205F, 0x2064},
                  {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164}, {0xFEFF, 0xFEFF}};
    uint32_t point;
    while (sheaf_utf8_take(&text, &point)) {
        bool blank = false;
        for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
            blank = blank || (point >= blanks[i].from && point <= blanks[i].to);
        if (!blank)
            return false;
    }
    return text.len == 0;
}

/* Limits are in bytes: said where letters take more than one. */
static const char *beside_bytes(sheaf_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] >= 0x80)
            return ", of which letters such as é take two and more";
    return "";
}

sheaf_status sheaf_text_form_check(const sheaf_field *field, sheaf_slice text, sheaf_err *err)
{
    if (text.len < (size_t)field->lo || text.len > (size_t)field->hi)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s: the text must have %lld to %lld bytes, not %zu%s", field->name,
                          (long long)field->lo, (long long)field->hi, text.len,
                          beside_bytes(text));
    if (field->lo > 0 && is_blank(text))
        return sheaf_fail(err, SHEAF_INVALID, "%s: the text has nothing but blanks",
                          field->name);
    if (sheaf_words_have_control(text, "\t\n"))
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s: the text must be UTF-8 without control characters other than "
                          "tab and line feed",
                          field->name);
    return SHEAF_OK;
}

sheaf_status sheaf_text_check(const sheaf_commitment *commitment, const sheaf_text *text,
                              sheaf_err *err)
{
    SHEAF_TRY(sheaf_text_form_check(commitment->field, text->text, err));
    sheaf_hash hash = sheaf_commit(text->salt, text->text);
    if (!sheaf_hash_equal(&hash, &commitment->commitment))
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s: the text does not match its commitment in the act",
                          commitment->name);
    return SHEAF_OK;
}

static sheaf_status decode_text(sheaf_decoder *d, const sheaf_json *value, sheaf_text *out)
{
    SHEAF_TRY(sheaf_object_check(d, value, (const char *const[]){"salt", "text", NULL}));
    size_t mark = sheaf_path_enter(d, "salt");
    SHEAF_TRY(sheaf_decode_base64url(d, sheaf_json_member(value, "salt"), out->salt,
                                     SHEAF_SALT_BYTES));
    sheaf_path_leave(d, mark);
    const sheaf_json *text = sheaf_json_member(value, "text");
    if (text->type != SHEAF_JSON_STRING) {
        sheaf_path_enter(d, "text");
        return sheaf_decoder_fail(d, "must be a string");
    }
    out->text = text->string;
    return SHEAF_OK;
}

static sheaf_status decode_texts(sheaf_decoder *d, const sheaf_json *texts,
                                 sheaf_submission *out)
{
    size_t mark = sheaf_path_enter(d, "texts");
    if (texts->type != SHEAF_JSON_OBJECT)
        return sheaf_decoder_fail(d, "must be an object");
    for (const sheaf_json *m = texts->first; m; m = m->next) {
        char shown[48];
        sheaf_printable(m->name, shown);
        size_t member = sheaf_path_enter(d, shown);
        sheaf_commitment commitment;
        if (!sheaf_act_text_find(&out->act, m->name, &commitment))
            return sheaf_decoder_fail(d, "the act commits to no text of this name");
        assert(out->text_count < SHEAF_TEXTS_MAX); /* names are unique: one for each field */
        sheaf_text *text = &out->texts[out->text_count++];
        text->name = sheaf_arena_string(d->arena, m->name);
        if (!text->name)
            return sheaf_fail(d->err, SHEAF_NOMEM, "no room left in the work memory");
        SHEAF_TRY(decode_text(d, m, text));
        sheaf_path_leave(d, member);
        sheaf_err why;
        if (sheaf_text_check(&commitment, text, &why) != SHEAF_OK)
            return sheaf_decoder_fail(d, "%s", why.message);
    }
    sheaf_path_leave(d, mark);
    return SHEAF_OK;
}

sheaf_status sheaf_submission_decode(sheaf_slice bytes, uint16_t revision, sheaf_arena *arena,
                                     sheaf_submission *out, sheaf_err *err)
{
    if (bytes.len > SHEAF_SUBMISSION_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the submission has %zu bytes; at most %d are allowed", bytes.len,
                          SHEAF_SUBMISSION_MAX);
    sheaf_json *tree;
    SHEAF_TRY(sheaf_json_parse_canonical(bytes, arena, &tree, err));
    sheaf_decoder d = sheaf_decoder_begin(arena, revision, err);
    SHEAF_TRY(sheaf_object_check(&d, tree, (const char *const[]){"act", "sig", "texts", NULL}));
    *out = (sheaf_submission){0};
    const sheaf_json *act = sheaf_json_member(tree, "act");
    out->act_bytes = sheaf_member_bytes(bytes, act);
    /* The entry adds the signature and the stamp to the act. */
    if (out->act_bytes.len > SHEAF_ACT_BYTES_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the act has %zu bytes; at most %d are allowed",
                          out->act_bytes.len, SHEAF_ACT_BYTES_MAX);
    SHEAF_TRY(sheaf_act_decode_tree(&d, act, &out->act));
    size_t mark = sheaf_path_enter(&d, "sig");
    SHEAF_TRY(sheaf_decode_base64url(&d, sheaf_json_member(tree, "sig"), out->signature,
                                     SHEAF_SIGNATURE_BYTES));
    sheaf_path_leave(&d, mark);
    return decode_texts(&d, sheaf_json_member(tree, "texts"), out);
}

void sheaf_submission_encode(sheaf_buffer *out, sheaf_slice act_bytes,
                             const uint8_t signature[SHEAF_SIGNATURE_BYTES],
                             const sheaf_text *texts, size_t count)
{
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "act");
    sheaf_json_raw(&w, act_bytes);
    sheaf_json_key(&w, "sig");
    sheaf_json_base64url(&w, sheaf_bytes(signature, SHEAF_SIGNATURE_BYTES));
    sheaf_json_key(&w, "texts");
    sheaf_json_open_object(&w);
    for (size_t i = 0; i < count; i++) {
        sheaf_json_key(&w, texts[i].name);
        sheaf_json_open_object(&w);
        sheaf_json_key(&w, "salt");
        sheaf_json_base64url(&w, sheaf_bytes(texts[i].salt, SHEAF_SALT_BYTES));
        sheaf_json_member_put_string(&w, "text", texts[i].text);
        sheaf_json_close(&w);
    }
    sheaf_json_close(&w);
    sheaf_json_close(&w);
}
