#include "cli/effect_words.h"

#include "coop/organs.h"
#include "coop/view.h"
#include "store/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LIST_MAX = 40, LINE_MAX = 4 };

static const int64_t year_10000_ms = INT64_C(253402300800000);

/* "amount" of amount_cents: the unit stands with the number. */
static bool takes(const char *name, const char *unit, size_t *len)
{
    size_t n = strlen(name), u = strlen(unit);
    if (n <= u || strcmp(name + n - u, unit) != 0)
        return false;
    *len = n - u;
    return true;
}

static void print_label(const char *name)
{
    size_t len = strlen(name);
    (void)(takes(name, "_cents", &len) || takes(name, "_s", &len));
    for (size_t i = 0; i < len; i++)
        putchar(name[i] == '_' ? ' ' : name[i]);
    fputs(": ", stdout);
}

static void print_seconds(int64_t seconds)
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    size_t i = 0;
    while (seconds % units[i].seconds)
        i++;
    int64_t count = seconds / units[i].seconds;
    printf("%" PRId64 " %s%s", count, units[i].name, count == 1 ? "" : "s");
}

static void print_int(const sheaf_state *state, const sheaf_field *field, int64_t value)
{
    char moment[SHEAF_CLOCK_TEXT_LEN + 1];
    size_t len;
    if (takes(field->name, "_cents", &len)) {
        sheaf_effect_print_cents(state, value);
    } else if (takes(field->name, "_s", &len)) {
        print_seconds(value);
    } else if (strcmp(field->name, "from") == 0 || strcmp(field->name, "until") == 0) {
        if (value < year_10000_ms)
            sheaf_clock_text(value, moment);
        fputs(value < year_10000_ms ? moment : "for ever", stdout);
    } else {
        printf("%" PRId64, value);
        if (strcmp(field->name, "organ") == 0 && sheaf_organ_now(state, (uint8_t)value))
            printf(" (%.*s)",
                   SHEAF_PRINT(SHEAF_WORDS(sheaf_organ_now(state, (uint8_t)value)->name)));
    }
}

/* Of the records in lists all are told that effects have: references, amounts, words. */
static void print_item(const sheaf_round_source *source, const sheaf_shape *shape,
                       const uint8_t *item)
{
    const char *before = "";
    for (size_t i = 0; i < shape->count; i++) {
        const sheaf_field *field = &shape->fields[i];
        const uint8_t *at = item + field->at;
        fputs(field->type == SHEAF_FIELD_TEXT ? "" : before, stdout);
        if (field->type == SHEAF_FIELD_REF)
            sheaf_effect_print_ref(source, field->sub, *(const uint32_t *)(const void *)at);
        else if (field->type == SHEAF_FIELD_INT)
            print_int(source->state, field, *(const int64_t *)(const void *)at);
        else if (field->type == SHEAF_FIELD_TEXT)
            sheaf_effect_print_words(source, " for ", (const sheaf_hash *)(const void *)at);
        before = " ";
    }
}

/* The first `max`: members one after the other, what has more than one field line by line. */
static void print_list(const sheaf_round_source *source, const sheaf_field *field,
                       const sheaf_list *list, uint32_t max)
{
    bool apart = max == LIST_MAX && field->shape->count > 1;
    for (uint32_t i = 0; i < list->count && i < max; i++) {
        fputs(apart ? "\n               " : i ? ", " : "", stdout);
        print_item(source, field->shape,
                   (const uint8_t *)list->at + (size_t)i * field->shape->size);
    }
    if (list->count > max)
        printf(" and %" PRIu32 " more", list->count - max);
}

static void print_value(const sheaf_round_source *source, const sheaf_field *field,
                        const void *at, uint32_t max)
{
    switch (field->type) {
    case SHEAF_FIELD_INT:
        print_int(source->state, field, *(const int64_t *)at);
        break;
    case SHEAF_FIELD_REF:
        sheaf_effect_print_ref(source, field->sub, *(const uint32_t *)at);
        break;
    case SHEAF_FIELD_NAME:
        printf("%.*s", SHEAF_PRINT(*(const sheaf_slice *)at));
        break;
    case SHEAF_FIELD_BOOL:
        fputs(*(const bool *)at ? "yes" : "no", stdout);
        break;
    case SHEAF_FIELD_ENUM:
        fputs(field->choice_docs[*(const uint8_t *)at], stdout);
        break;
    case SHEAF_FIELD_TEXT:
        sheaf_effect_print_words(source, "", at);
        break;
    case SHEAF_FIELD_LIST:
        print_list(source, field, at, max);
        break;
    default:
        break;
    }
}

static bool stands(const sheaf_field *field, const uint8_t *what)
{
    return (field->required || *(const bool *)(what + field->has))
           && field->type != SHEAF_FIELD_HASH && field->type != SHEAF_FIELD_REC;
}

/* What an effect is about, rather than how it is done. */
static bool is_subject(const sheaf_field *field)
{
    size_t len;
    return field->type == SHEAF_FIELD_REF || field->type == SHEAF_FIELD_LIST
           || field->type == SHEAF_FIELD_NAME || field->type == SHEAF_FIELD_TEXT
           || (field->type == SHEAF_FIELD_INT
               && (takes(field->name, "_cents", &len) || strcmp(field->name, "organ") == 0
                   || strcmp(field->name, "shares") == 0
                   || strcmp(field->name, "revision") == 0));
}

void sheaf_effect_print(const sheaf_round_source *source, const sheaf_effect *effect)
{
    const sheaf_shape *shape = sheaf_kind_shape(effect->kind);
    if (effect->kind == SHEAF_KIND_bylaws_amend)
        return;
    for (size_t i = 0; i < shape->count; i++) {
        const sheaf_field *field = &shape->fields[i];
        const uint8_t *what = effect->what;
        if (!stands(field, what))
            continue;
        fputs("             ", stdout);
        print_label(field->name);
        print_value(source, field, what + field->at, LIST_MAX);
        puts("");
    }
}

void sheaf_effect_print_line(const sheaf_round_source *source, const sheaf_effect *effect)
{
    const sheaf_shape *shape = sheaf_kind_shape(effect->kind);
    const char *before = ": ";
    fputs(shape->name, stdout);
    if (effect->kind == SHEAF_KIND_bylaws_amend)
        return;
    for (size_t i = 0; i < shape->count; i++) {
        const sheaf_field *field = &shape->fields[i];
        const uint8_t *what = effect->what;
        if (!stands(field, what) || !is_subject(field))
            continue;
        fputs(before, stdout);
        print_label(field->name);
        print_value(source, field, what + field->at, LINE_MAX);
        before = "; ";
    }
}
