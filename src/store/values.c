#include "store/values.h"

#include <stdio.h>

sheaf_status sheaf_values_look(sheaf_values *out, const char *dir, sheaf_err *err)
{
    *out = (sheaf_values){0};
    SHEAF_TRY(sheaf_texts_look(&out->texts, dir, err));
    return sheaf_private_exists(dir)
               ? sheaf_private_open(&out->private, dir, SHEAF_PRIVATE_EXISTING, err)
               : SHEAF_OK;
}

void sheaf_values_close(sheaf_values *values)
{
    sheaf_private_close(values->private);
    values->private = NULL;
}

uint32_t sheaf_person_of(const sheaf_act *act, uint32_t entry)
{
    return act->kind == SHEAF_KIND_person_update ? act->by : entry;
}

static bool commitment_of(const sheaf_act *act, const char *name, sheaf_commitment *out)
{
    return sheaf_act_text_find(act, sheaf_str(name), out);
}

bool sheaf_submission_personal(const sheaf_submission *post)
{
    sheaf_commitment commitment;
    for (size_t i = 0; i < post->text_count; i++)
        if (commitment_of(&post->act, post->texts[i].name, &commitment)
            && commitment.field->personal)
            return true;
    return false;
}

sheaf_status sheaf_values_keep_personal(const sheaf_values *values,
                                        const sheaf_submission *post, uint32_t entry,
                                        sheaf_err *err)
{
    for (size_t i = 0; i < post->text_count; i++) {
        const sheaf_text *text = &post->texts[i];
        sheaf_commitment commitment;
        if (!commitment_of(&post->act, text->name, &commitment) || !commitment.field->personal)
            continue;
        sheaf_detail detail = {.entry = entry,
                               .person = sheaf_person_of(&post->act, entry),
                               .commitment = commitment.commitment,
                               .text = text->text};
        snprintf(detail.field, sizeof detail.field, "%s", commitment.name);
        memcpy(detail.salt, text->salt, sizeof detail.salt);
        SHEAF_TRY(sheaf_private_put(values->private, &detail, err));
    }
    return SHEAF_OK;
}

sheaf_status sheaf_values_keep_texts(const sheaf_values *values, const sheaf_act *act,
                                     const sheaf_text *texts, size_t count, sheaf_err *err)
{
    sheaf_area area = sheaf_kind_shape(act->kind)->area;
    for (size_t i = 0; i < count; i++) {
        sheaf_commitment commitment;
        if (commitment_of(act, texts[i].name, &commitment)
            && !(values->private && commitment.field->personal))
            SHEAF_TRY(sheaf_text_put(&values->texts, area, &commitment.commitment,
                                     texts[i].salt, texts[i].text, err));
    }
    return SHEAF_OK;
}

sheaf_status sheaf_value_get(const sheaf_values *values, const sheaf_commitment *commitment,
                             sheaf_value *value, sheaf_buffer *text, sheaf_err *err)
{
    uint8_t salt[SHEAF_SALT_BYTES];
    sheaf_detail detail;
    *value = SHEAF_VALUE_GONE;
    sheaf_buffer_reset(text);
    if (commitment->field->personal && values->private) {
        SHEAF_TRY(sheaf_private_find(values->private, &commitment->commitment, value, &detail,
                                     text, err));
        if (*value != SHEAF_VALUE_GONE)
            return SHEAF_OK;
    }
    if (!sheaf_text_find(&values->texts, &commitment->commitment, NULL))
        return SHEAF_OK;
    *value = SHEAF_VALUE_HELD;
    return sheaf_text_get(&values->texts, &commitment->commitment, salt, text, err);
}

sheaf_status sheaf_values_check(const sheaf_values *values, const sheaf_act *act,
                                sheaf_values_count *count, sheaf_err *err)
{
    size_t place = 0;
    sheaf_commitment commitment;
    sheaf_buffer text;
    sheaf_status status = SHEAF_OK;
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    while (status == SHEAF_OK && sheaf_act_next_text(act, &place, &commitment)) {
        sheaf_value value;
        status = sheaf_value_get(values, &commitment, &value, &text, err);
        count->held += status == SHEAF_OK && value == SHEAF_VALUE_HELD;
        count->gone += status == SHEAF_OK && value != SHEAF_VALUE_HELD;
    }
    sheaf_buffer_deinit(&text);
    return status;
}
