#include "acts/flags.h"

#include "acts/acts_internal.h"
#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHORT_GROUPS_MAX = 16 };

/* flags[i] was given with values[i], or not at all where that is NULL. */
typedef struct {
    sheaf_flag flags[SHEAF_FLAGS_MAX];
    const char *values[SHEAF_FLAGS_MAX];
    size_t count;
    sheaf_kind kind;
    uint16_t revision;
    const sheaf_flags_source *source;
    sheaf_arena *arena;
    sheaf_flags_result *result;
    sheaf_json_writer writer;
    sheaf_err *err;
} parser;

static sheaf_status unknown_flag(parser *p, const char *name)
{
    const sheaf_flag *nearest = sheaf_flag_nearest(p->flags, p->count, name);
    const char *wire = sheaf_kind_shape(p->kind)->name;
    if (nearest)
        return sheaf_fail(p->err, SHEAF_INVALID,
                          "there is no flag --%.64s for %s; did you mean --%s?", name, wire,
                          nearest->name);
    return sheaf_fail(p->err, SHEAF_INVALID,
                      "there is no flag --%.64s for %s; `sheaf help %s` lists them", name, wire,
                      wire);
}

/* The place of a flag as it was typed, up to `=`; p->count if there is none. */
static size_t flag_find(const parser *p, const char *typed, size_t len,
                        char name[SHEAF_FLAG_NAME_MAX])
{
    if (len >= SHEAF_FLAG_NAME_MAX)
        len = SHEAF_FLAG_NAME_MAX - 1;
    for (size_t i = 0; i < len; i++)
        name[i] = (char)(typed[i] == '_' ? '-' : typed[i]);
    name[len] = 0;
    size_t i = 0;
    while (i < p->count && strcmp(p->flags[i].name, name) != 0)
        i++;
    return i;
}

static bool is_yes_or_no(const char *word)
{
    return strcmp(word, "yes") == 0 || strcmp(word, "no") == 0;
}

/* The value of flag i: after `=`, or the next argument. */
static sheaf_status take_value(parser *p, size_t i, const char *equals, const char *next,
                               bool *next_taken)
{
    const sheaf_flag *flag = &p->flags[i];
    if (p->values[i])
        return sheaf_fail(p->err, SHEAF_INVALID, "--%s is given twice", flag->name);
    *next_taken = false;
    if (equals) {
        p->values[i] = equals + 1;
    } else if (flag->field->type == SHEAF_FIELD_BOOL) {
        *next_taken = next && is_yes_or_no(next);
        p->values[i] = *next_taken ? next : "yes";
    } else if (next && strncmp(next, "--", 2) != 0) {
        *next_taken = true;
        p->values[i] = next;
    } else {
        return sheaf_fail(p->err, SHEAF_INVALID,
                          "--%s needs a value (%s); one that begins with -- is written "
                          "--%s=VALUE",
                          flag->name, flag->field->doc, flag->name);
    }
    return SHEAF_OK;
}

static sheaf_status read_arguments(parser *p, int argc, const char *const *argv)
{
    for (int a = 0; a < argc; a++) {
        const char *word = argv[a];
        if (strcmp(word, "--") == 0 && a + 1 == argc)
            break;
        if (strncmp(word, "--", 2) != 0 || !word[2])
            return sheaf_fail(
                p->err, SHEAF_INVALID, "'%.64s' is no flag; `sheaf help %s` lists the flags",
                strcmp(word, "--") == 0 ? argv[a + 1] : word, sheaf_kind_shape(p->kind)->name);
        const char *equals = strchr(word, '=');
        char name[SHEAF_FLAG_NAME_MAX];
        size_t len = equals ? (size_t)(equals - word - 2) : strlen(word + 2);
        size_t i = flag_find(p, word + 2, len, name);
        if (i == p->count)
            return unknown_flag(p, name);
        bool next_taken;
        SHEAF_TRY(take_value(p, i, equals, a + 1 < argc ? argv[a + 1] : NULL, &next_taken));
        a += next_taken;
    }
    return SHEAF_OK;
}

static sheaf_status write_number(parser *p, const sheaf_flag *flag, const char *value)
{
    /* Room for the one node that a number needs. */
    uint8_t block[256];
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_json *number;
    size_t len = strlen(flag->name);
    bool cents = len > 6 && strcmp(flag->name + len - 6, "-cents") == 0;
    int64_t moment;
    if (sheaf_time_read(flag->field, value, &moment)) {
        sheaf_json_int(&p->writer, moment);
        return SHEAF_OK;
    }
    if (sheaf_json_parse(sheaf_str(value), &arena, &number, NULL) != SHEAF_OK
        || number->type != SHEAF_JSON_INT)
        return sheaf_fail(p->err, SHEAF_INVALID, "--%s must be a whole number%s, not %.40s%s",
                          flag->name,
                          *value && strspn(value, "0123456789") == strlen(value)
                              ? " without zeros in front, at most 9007199254740991"
                              : "",
                          value,
                          cents ? " (amounts are in hundredths: 12.50 is written 1250)"
                          : sheaf_field_is_time(flag->field)
                              ? ", or a day such as 2027-01-31, or 2027-01-31T18:30, in UTC"
                              : "");
    sheaf_json_int(&p->writer, number->integer);
    return SHEAF_OK;
}

/* An effect that is printed keeps its words, for the motion that brings it. */
static bool keeps_words(const parser *p)
{
    return sheaf_kind_shape(p->kind)->actor == SHEAF_ACTOR_COOP;
}

static sheaf_status write_text(parser *p, const sheaf_flag *flag, const char *value)
{
    assert(flag->depth == 0); /* no record but those of lists has texts */
    assert(p->result->text_count < SHEAF_TEXTS_MAX);
    sheaf_err why;
    if (sheaf_text_form_check(flag->field, sheaf_str(value), &why) != SHEAF_OK)
        return sheaf_fail(p->err, SHEAF_INVALID, "--%s", why.message);
    if (keeps_words(p)) {
        sheaf_json_string(&p->writer, sheaf_str(value));
        return SHEAF_OK;
    }
    sheaf_text *text = &p->result->texts[p->result->text_count++];
    *text = (sheaf_text){.name = flag->field->name, .text = sheaf_str(value)};
    p->source->salt(p->source->context, text->salt);
    sheaf_hash hash = sheaf_commit(text->salt, text->text);
    sheaf_json_base64url(&p->writer, sheaf_bytes(hash.bytes, sizeof hash.bytes));
    return SHEAF_OK;
}

/* Groups of records as people write them: sex=0,sex=1, in whichever order. */
typedef struct {
    sheaf_slice column;
    int64_t level;
} short_group;

static int compare_groups(const void *a, const void *b)
{
    const short_group *x = a, *y = b;
    size_t least = x->column.len < y->column.len ? x->column.len : y->column.len;
    int order = memcmp(x->column.data, y->column.data, least);
    if (order == 0)
        order = (x->column.len > y->column.len) - (x->column.len < y->column.len);
    return order ? order : (x->level > y->level) - (x->level < y->level);
}

static bool short_group_read(sheaf_slice item, short_group *out)
{
    const uint8_t *equals = item.len ? memchr(item.data, '=', item.len) : NULL;
    if (!equals || !sheaf_take(&item, (size_t)(equals - item.data), &out->column))
        return false;
    bool negative = item.len > 1 && item.data[1] == '-';
    size_t at = 1 + negative;
    if (out->column.len == 0 || at == item.len || item.len - at > 9)
        return false;
    for (out->level = 0; at < item.len; at++) {
        if (item.data[at] < '0' || item.data[at] > '9')
            return false;
        out->level = 10 * out->level + (item.data[at] - '0');
    }
    out->level = negative ? -out->level : out->level;
    return true;
}

static sheaf_status write_short_groups(parser *p, const sheaf_flag *flag, sheaf_slice value)
{
    short_group groups[SHORT_GROUPS_MAX];
    size_t count = 0;
    for (bool more = true; more;) {
        const uint8_t *comma = value.len ? memchr(value.data, ',', value.len) : NULL;
        sheaf_slice item = value;
        more = comma != NULL;
        if (more) {
            (void)sheaf_take(&value, (size_t)(comma - value.data), &item);
            value = (sheaf_slice){value.data + 1, value.len - 1};
        }
        if (count == SHORT_GROUPS_MAX || !sheaf_utf8_valid(item)
            || !short_group_read(item, &groups[count++]))
            return sheaf_fail(p->err, SHEAF_INVALID,
                              "--%s is COLUMN=LEVEL, up to %d of them with commas between, "
                              "such as sex=0,sex=1",
                              flag->name, SHORT_GROUPS_MAX);
    }
    qsort(groups, count, sizeof *groups, compare_groups);
    sheaf_json_open_list(&p->writer);
    for (size_t i = 0; i < count; i++) {
        sheaf_json_open_object(&p->writer);
        sheaf_json_member_put_string(&p->writer, "column", groups[i].column);
        sheaf_json_member_put_int(&p->writer, "level", groups[i].level);
        sheaf_json_close(&p->writer);
    }
    sheaf_json_close(&p->writer);
    return SHEAF_OK;
}

static sheaf_text_writer text_writer(const parser *p, sheaf_flags_result *result,
                                     sheaf_err *err)
{
    return (sheaf_text_writer){p->source, p->arena, result, err};
}

/* A message begins with the field's name, whose flag is spelled with hyphens; what stands in a
 * list or an effect is not. */
static void spell_as_flag(char *message)
{
    if (strncmp(message, "effect.", 7) == 0)
        return;
    for (char *c = message; *c && !strchr(":[ ", *c); c++)
        if (*c == '_')
            *c = '-';
}

/* What a decoder says, which begins with the place. */
static sheaf_status wrong_place(parser *p, sheaf_status status, sheaf_err *why)
{
    if (status != SHEAF_INVALID)
        return sheaf_fail(p->err, status, "%s", why->message);
    spell_as_flag(why->message);
    return sheaf_fail(p->err, status, "--%s", why->message);
}

/* JSON in place or from a file; it is put into canonical form on the way. */
static sheaf_status write_document(parser *p, const sheaf_flag *flag, const char *value)
{
    sheaf_slice document = sheaf_str(value);
    bool inside = *value == '{' || *value == '[';
    bool groups =
        flag->field->type == SHEAF_FIELD_LIST && strcmp(flag->field->sub, "group") == 0;
    if (groups && *value != '[' && strchr(value, '='))
        return write_short_groups(p, flag, document);
    if (!inside)
        SHEAF_TRY(p->source->read(p->source->context, value, &document, p->err));
    sheaf_json *tree;
    sheaf_err why;
    sheaf_status status = sheaf_json_parse(document, p->arena, &tree, &why);
    if (status != SHEAF_OK && !inside)
        return sheaf_fail(p->err, status, "--%s: %.60s is not JSON: %s", flag->name,
                          strcmp(value, "-") == 0 ? "standard input" : value, why.message);
    if (status != SHEAF_OK)
        return sheaf_fail(p->err, status, "--%s: %s", flag->name, why.message);
    if (!keeps_words(p)) {
        sheaf_text_writer writer = text_writer(p, p->result, &why);
        status = sheaf_texts_commit(&writer, flag->field, tree);
        if (status != SHEAF_OK)
            return wrong_place(p, status, &why);
    }
    sheaf_json_value(&p->writer, tree);
    return SHEAF_OK;
}

static sheaf_status write_value(parser *p, const sheaf_flag *flag, const char *value)
{
    switch (flag->field->type) {
    case SHEAF_FIELD_INT:
    case SHEAF_FIELD_REF:
        return write_number(p, flag, value);
    case SHEAF_FIELD_TEXT:
        return write_text(p, flag, value);
    case SHEAF_FIELD_NAME:
    case SHEAF_FIELD_HASH:
    case SHEAF_FIELD_KEY:
    case SHEAF_FIELD_SIG:
    case SHEAF_FIELD_ENUM:
        if (!sheaf_utf8_valid(sheaf_str(value)))
            return sheaf_fail(p->err, SHEAF_INVALID, "--%s must be UTF-8", flag->name);
        sheaf_json_string(&p->writer, sheaf_str(value));
        return SHEAF_OK;
    case SHEAF_FIELD_BOOL:
        if (!is_yes_or_no(value))
            return sheaf_fail(p->err, SHEAF_INVALID, "--%s must be yes or no, not %.40s",
                              flag->name, value);
        sheaf_json_bool(&p->writer, *value == 'y');
        return SHEAF_OK;
    case SHEAF_FIELD_REC:
    case SHEAF_FIELD_LIST:
    case SHEAF_FIELD_EFFECT:
        return write_document(p, flag, value);
    }
    assert(!"every type of field has a flag");
    return SHEAF_INVALID;
}

static size_t after_record(const parser *p, size_t record)
{
    size_t i = record + 1;
    while (i < p->count && p->flags[i].depth > p->flags[record].depth)
        i++;
    return i;
}

static bool only_bools(const sheaf_shape *shape)
{
    for (size_t i = 0; i < shape->count; i++)
        if (shape->fields[i].type != SHEAF_FIELD_BOOL)
            return false;
    return true;
}

static sheaf_status missing(parser *p, const sheaf_flag *flag)
{
    return sheaf_fail(p->err, SHEAF_INVALID, "--%s is missing: %s", flag->name,
                      flag->field->doc);
}

static bool filled_in(const parser *p, const sheaf_field *field)
{
    return p->source->fill && field->type == SHEAF_FIELD_LIST
           && strcmp(field->sub, "order_cost") == 0;
}

static sheaf_status write_fields(parser *p, size_t first, size_t end);

/* A record is given whole or by the flags of its fields. */
static sheaf_status write_record(parser *p, size_t record, size_t end)
{
    const sheaf_flag *flag = &p->flags[record];
    size_t given = record + 1;
    while (given < end && !p->values[given])
        given++;
    if (p->values[record] && given < end)
        return sheaf_fail(p->err, SHEAF_INVALID, "give either --%s or --%s, not both",
                          flag->name, p->flags[given].name);
    if (p->values[record]) {
        sheaf_json_key(&p->writer, flag->field->name);
        return write_document(p, flag, p->values[record]);
    }
    if (given == end && !flag->field->required)
        return SHEAF_OK;
    if (given == end && !only_bools(flag->field->shape))
        return missing(p, flag);
    sheaf_json_key(&p->writer, flag->field->name);
    sheaf_json_open_object(&p->writer);
    SHEAF_TRY(write_fields(p, record + 1, end));
    sheaf_json_close(&p->writer);
    return SHEAF_OK;
}

/* Recursion is as deep as records stand in records in the tables. */
static sheaf_status write_fields(parser *p, size_t first, size_t end)
{
    for (size_t i = first, next; i < end; i = next) {
        const sheaf_flag *flag = &p->flags[i];
        const sheaf_field *f = flag->field;
        next = after_record(p, i);
        if (f->since > p->revision && !p->values[i] && next == i + 1)
            continue;
        if (f->type == SHEAF_FIELD_REC) {
            SHEAF_TRY(write_record(p, i, next));
            continue;
        }
        const char *value = p->values[i];
        if (!value && f->required && f->type == SHEAF_FIELD_BOOL)
            value = "no";
        if (!value && f->required && !filled_in(p, f))
            return missing(p, flag);
        if (!value)
            continue;
        sheaf_json_key(&p->writer, f->name);
        SHEAF_TRY(write_value(p, flag, value));
    }
    return SHEAF_OK;
}

static sheaf_status keep(parser *p, sheaf_buffer *buffer)
{
    SHEAF_TRY(sheaf_buffer_check(buffer, "the act", p->err));
    p->result->what = sheaf_arena_copy(p->arena, sheaf_buffer_slice(buffer));
    return p->result->what.data
               ? SHEAF_OK
               : sheaf_fail(p->err, SHEAF_NOMEM, "no room left in the work memory");
}

/* Writes `what` once more, with what the caller has filled in. */
static sheaf_status fill(parser *p, sheaf_buffer *buffer)
{
    sheaf_json *tree;
    if (!p->source->fill)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_json_parse_canonical(p->result->what, p->arena, &tree, p->err));
    SHEAF_TRY(p->source->fill(p->kind, tree, p->arena, p->err));
    sheaf_buffer_reset(buffer);
    p->writer = sheaf_json_begin(buffer);
    sheaf_json_value(&p->writer, tree);
    return keep(p, buffer);
}

/* The decoder has the last word on what the flags made. */
static sheaf_status check(parser *p)
{
    sheaf_json *tree;
    sheaf_err why = {0};
    SHEAF_TRY(sheaf_json_parse_canonical(p->result->what, p->arena, &tree, p->err));
    sheaf_decoder d = sheaf_decoder_begin(p->arena, p->revision, &why);
    const sheaf_shape *shape = sheaf_kind_shape(p->kind);
    if (shape->since > p->revision)
        return sheaf_fail(p->err, SHEAF_INVALID,
                          "%s needs rules revision %u; this log is at revision %u", shape->name,
                          shape->since, p->revision);
    if (keeps_words(p)) {
        sheaf_text_writer writer = text_writer(p, NULL, &why);
        sheaf_status status = sheaf_texts_commit_what(&writer, shape, tree, "");
        if (status != SHEAF_OK)
            return wrong_place(p, status, &why);
    }
    void *decoded = sheaf_arena_take(p->arena, 1, shape->size, _Alignof(max_align_t));
    if (!decoded)
        return sheaf_fail(p->err, SHEAF_NOMEM, "no room left in the work memory");
    sheaf_status status = sheaf_shape_decode(&d, shape, tree, decoded);
    if (status != SHEAF_OK)
        return wrong_place(p, status, &why);
    p->result->decoded = decoded;
    return SHEAF_OK;
}

sheaf_status sheaf_flags_parse(sheaf_kind kind, int argc, const char *const *argv,
                               uint16_t revision, const sheaf_flags_source *source,
                               sheaf_arena *arena, sheaf_flags_result *out, sheaf_err *err)
{
    sheaf_buffer buffer;
    parser p = {.kind = kind,
                .revision = revision,
                .source = source,
                .arena = arena,
                .result = out,
                .err = err};
    p.count = sheaf_flags_list(kind, p.flags);
    *out = (sheaf_flags_result){0};
    SHEAF_TRY(read_arguments(&p, argc, argv));

    sheaf_buffer_init(&buffer, SHEAF_ACT_BYTES_MAX);
    p.writer = sheaf_json_begin(&buffer);
    sheaf_json_open_object(&p.writer);
    sheaf_status status = write_fields(&p, 0, p.count);
    if (status == SHEAF_OK) {
        sheaf_json_close(&p.writer);
        status = keep(&p, &buffer);
    }
    if (status == SHEAF_OK)
        status = fill(&p, &buffer);
    sheaf_texts_sort(out);
    sheaf_buffer_deinit(&buffer);
    return status == SHEAF_OK ? check(&p) : status;
}
