#include "acts/flags.h"

#include "acts/acts_internal.h"

#include <assert.h>
#include <stdio.h>

typedef struct {
    sheaf_flag *out;
    size_t count;
} flag_list;

/* A document, of which every part is a record, is given whole: nobody types it flag by flag. */
static bool is_document(const sheaf_shape *shape)
{
    for (size_t i = 0; i < shape->count; i++)
        if (shape->fields[i].type != SHEAF_FIELD_REC)
            return false;
    return true;
}

static void list_shape(flag_list *list, const sheaf_shape *shape, const char *prefix,
                       bool required, int depth)
{
    for (size_t i = 0; i < shape->count; i++) {
        const sheaf_field *f = &shape->fields[i];
        assert(list->count < SHEAF_FLAGS_MAX);
        sheaf_flag *flag = &list->out[list->count++];
        *flag = (sheaf_flag){.field = f, .depth = depth, .required = required && f->required};
        int len = snprintf(flag->name, sizeof flag->name, "%s%s%s", prefix, *prefix ? "." : "",
                           f->name);
        assert(len > 0 && (size_t)len < sizeof flag->name);
        for (char *c = flag->name; *c; c++)
            if (*c == '_')
                *c = '-';
        if (f->type == SHEAF_FIELD_REC && !is_document(f->shape))
            list_shape(list, f->shape, flag->name, flag->required, depth + 1);
    }
}

size_t sheaf_flags_list(sheaf_kind kind, sheaf_flag out[SHEAF_FLAGS_MAX])
{
    flag_list list = {out, 0};
    list_shape(&list, sheaf_kind_shape(kind), "", true, 0);
    return list.count;
}

void sheaf_flag_value(sheaf_buffer *out, const sheaf_flag *flag)
{
    static const char *const words[] = {
        [SHEAF_FIELD_INT] = "N",         [SHEAF_FIELD_REF] = "ENTRY",
        [SHEAF_FIELD_TEXT] = "TEXT",     [SHEAF_FIELD_NAME] = "WORDS",
        [SHEAF_FIELD_HASH] = "HASH",     [SHEAF_FIELD_KEY] = "KEY",
        [SHEAF_FIELD_BOOL] = "yes|no",   [SHEAF_FIELD_REC] = "FILE",
        [SHEAF_FIELD_LIST] = "FILE",     [SHEAF_FIELD_EFFECT] = "FILE",
        [SHEAF_FIELD_SIG] = "SIGNATURE",
    };
    const sheaf_field *f = flag->field;
    if (sheaf_field_is_time(f)) {
        sheaf_buffer_add_string(out, "TIME");
        return;
    }
    if (f->type == SHEAF_FIELD_LIST && strcmp(f->sub, "group") == 0) {
        sheaf_buffer_add_string(out, "COLUMN=LEVEL,...");
        return;
    }
    if (f->type != SHEAF_FIELD_ENUM) {
        sheaf_buffer_add_string(out, words[f->type]);
        return;
    }
    for (size_t i = 0; f->choices[i]; i++)
        sheaf_buffer_printf(out, "%s%s", i ? "|" : "", f->choices[i]);
}

void sheaf_kind_words(sheaf_kind kind, char out[SHEAF_WORDS_MAX])
{
    int len = snprintf(out, SHEAF_WORDS_MAX, "%s", sheaf_kind_shape(kind)->name);
    assert(len > 0 && len < SHEAF_WORDS_MAX);
    for (char *c = out; *c; c++)
        *c = (char)(*c == '.' ? ' ' : *c == '_' ? '-' : *c);
}

sheaf_kind sheaf_kind_from_words(const char *noun, const char *verb)
{
    char wire[SHEAF_WORDS_MAX];
    int len = snprintf(wire, sizeof wire, "%s.%s", noun, verb);
    if (len < 0 || (size_t)len >= sizeof wire)
        return SHEAF_KIND_none;
    for (char *c = wire; *c; c++) /* as flags: no wire name has a hyphen */
        if (*c == '-')
            *c = '_';
    return sheaf_kind_find(sheaf_str(wire));
}

/* How many letters must be put in, taken out or replaced to make one name of the other. */
static size_t distance(const char *a, const char *b)
{
    size_t row[SHEAF_FLAG_NAME_MAX + 1], len = strlen(b);
    assert(len < SHEAF_FLAG_NAME_MAX);
    for (size_t j = 0; j <= len; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < len; j++) {
            size_t above = row[j + 1], least = above < row[j] ? above : row[j];
            size_t replaced = diagonal + (a[i] != b[j]);
            row[j + 1] = least + 1 < replaced ? least + 1 : replaced;
            diagonal = above;
        }
    }
    return row[len];
}

const sheaf_flag *sheaf_flag_nearest(const sheaf_flag *flags, size_t count, const char *name)
{
    const sheaf_flag *nearest = NULL;
    size_t least = SIZE_MAX, len = strlen(name);
    if (len >= SHEAF_FLAG_NAME_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        /* The last part alone is what people remember of a long name. */
        const char *dot = strrchr(flags[i].name, '.');
        size_t d = dot && strcmp(dot + 1, name) == 0 ? 1 : distance(name, flags[i].name);
        if (d < least)
            least = d, nearest = &flags[i];
    }
    return least <= 2 || least <= len / 3 ? nearest : NULL;
}
