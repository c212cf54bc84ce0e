#include "acts/submission.h"

#include "acts/acts_internal.h"

#include <assert.h>

bool sheaf_act_next_text(const sheaf_act *act, size_t *place, sheaf_commitment *out)
{
    const sheaf_shape *shape = sheaf_kind_shape(act->kind);
    while (*place < shape->count) {
        const sheaf_field *f = &shape->fields[(*place)++];
        const uint8_t *what = act->what;
        if (f->type != SHEAF_FIELD_TEXT || (!f->required && !*(const bool *)(what + f->has)))
            continue;
        *out = (sheaf_commitment){f->name, f, *(const sheaf_hash *)(what + f->at)};
        return true;
    }
    return false;
}

sheaf_status sheaf_text_form_check(const sheaf_field *field, sheaf_slice text, sheaf_err *err)
{
    if (text.len < (size_t)field->lo || text.len > (size_t)field->hi)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s: the text must have %lld to %lld bytes, not %zu", field->name,
                          (long long)field->lo, (long long)field->hi, text.len);
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

static bool commitment_find(const sheaf_act *act, sheaf_slice name, sheaf_commitment *out)
{
    size_t place = 0;
    while (sheaf_act_next_text(act, &place, out))
        if (sheaf_slice_is(name, out->name))
            return true;
    return false;
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
        if (!commitment_find(&out->act, m->name, &commitment))
            return sheaf_decoder_fail(d, "the act commits to no text of this name");
        assert(out->text_count < SHEAF_TEXTS_MAX); /* names are unique: one for each field */
        sheaf_text *text = &out->texts[out->text_count++];
        text->name = commitment.name;
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
