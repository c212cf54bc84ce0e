#include "cli/effect_words.h"

#include "cli/source_text.h"
#include "coop/organs.h"
#include "coop/view.h"
#include "store/clock.h"

#include <inttypes.h>
#include <stdio.h>

enum { LIST_MAX = 12 };

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

static void print_label(const char *name, size_t len)
{
    fputs("             ", stdout);
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
    size_t len = strlen(field->name);
    if (takes(field->name, "_cents", &len)) {
        print_label(field->name, len);
        printf("%" PRId64 ".%02" PRId64 " %.3s", value / 100, value % 100,
               sheaf_bylaws_now(state)->currency);
    } else if (takes(field->name, "_s", &len)) {
        print_label(field->name, len);
        print_seconds(value);
    } else if (strcmp(field->name, "from") == 0 || strcmp(field->name, "until") == 0) {
        print_label(field->name, len);
        if (value < year_10000_ms)
            sheaf_clock_text(value, moment);
        fputs(value < year_10000_ms ? moment : "for ever", stdout);
    } else {
        print_label(field->name, len);
        printf("%" PRId64, value);
        if (strcmp(field->name, "organ") == 0 && sheaf_organ_now(state, (uint8_t)value))
            printf(" (%.*s)",
                   SHEAF_PRINT(SHEAF_WORDS(sheaf_organ_now(state, (uint8_t)value)->name)));
    }
    puts("");
}

/* The number of an entry; of a member with the name. */
static void print_ref(const sheaf_round_source *source, const sheaf_field *field,
                      const char *before, uint32_t number)
{
    printf("%s%" PRIu32, before, number);
    if (strcmp(field->name, "member") == 0)
        sheaf_source_print_name(source, number);
}

/* What a list of references names; of other lists how many there are. */
static void print_list(const sheaf_round_source *source, const sheaf_field *field,
                       const sheaf_list *list)
{
    const sheaf_shape *shape = field->shape;
    print_label(field->name, strlen(field->name));
    if (shape->count != 1 || shape->fields[0].type != SHEAF_FIELD_REF) {
        printf("%" PRIu32 "\n", list->count);
        return;
    }
    for (uint32_t i = 0; i < list->count && i < LIST_MAX; i++) {
        const uint8_t *at = (const uint8_t *)list->at + (size_t)i * shape->size;
        print_ref(source, &shape->fields[0], i ? ", " : "",
                  *(const uint32_t *)(at + shape->fields[0].at));
    }
    if (list->count > LIST_MAX)
        printf(" and %" PRIu32 " more", list->count - LIST_MAX);
    puts("");
}

static void print_field(const sheaf_round_source *source, const sheaf_field *field,
                        const void *at)
{
    size_t len = strlen(field->name);
    switch (field->type) {
    case SHEAF_FIELD_INT:
        print_int(source->state, field, *(const int64_t *)at);
        break;
    case SHEAF_FIELD_REF:
        print_label(field->name, len);
        print_ref(source, field, "", *(const uint32_t *)at);
        puts("");
        break;
    case SHEAF_FIELD_NAME:
        print_label(field->name, len);
        printf("%.*s\n", SHEAF_PRINT(*(const sheaf_slice *)at));
        break;
    case SHEAF_FIELD_BOOL:
        print_label(field->name, len);
        puts(*(const bool *)at ? "yes" : "no");
        break;
    case SHEAF_FIELD_ENUM:
        print_label(field->name, len);
        puts(field->choice_docs[*(const uint8_t *)at]);
        break;
    case SHEAF_FIELD_LIST:
        print_list(source, field, at);
        break;
    default:
        break;
    }
}

void sheaf_effect_print(const sheaf_round_source *source, const sheaf_effect *effect)
{
    const sheaf_shape *shape = sheaf_kind_shape(effect->kind);
    if (effect->kind == SHEAF_KIND_bylaws_amend)
        return;
    for (size_t i = 0; i < shape->count; i++) {
        const sheaf_field *field = &shape->fields[i];
        const uint8_t *what = effect->what;
        if (field->required || *(const bool *)(what + field->has))
            print_field(source, field, what + field->at);
    }
}
