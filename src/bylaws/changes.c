#include "bylaws/changes.h"

#include "bylaws/wording.h"

#include <assert.h>
#include <stdio.h>

enum { WORDS_MAX = 1 << 14, LABEL_MAX = 300, NO_ITEM = 0xffff };

/* Both in canonical form, byte for byte. */
static bool same_record(const sheaf_shape *shape, const void *a, const void *b)
{
    sheaf_buffer first, second;
    sheaf_buffer_init(&first, SHEAF_ENTRY_MAX);
    sheaf_buffer_init(&second, SHEAF_ENTRY_MAX);
    sheaf_record_encode(&first, shape, a);
    sheaf_record_encode(&second, shape, b);
    bool same = !first.failed && !second.failed
                && sheaf_slice_equal(sheaf_buffer_slice(&first), sheaf_buffer_slice(&second));
    sheaf_buffer_deinit(&first);
    sheaf_buffer_deinit(&second);
    return same;
}

sheaf_amended sheaf_article_amended(const struct sheaf_bylaws *before,
                                    const struct sheaf_bylaws *after, sheaf_article article)
{
    const void *old = sheaf_article_in(before, article);
    const void *new = sheaf_article_in(after, article);
    if (!old && !new)
        return SHEAF_AMENDED_NOT;
    if (!old || !new)
        return SHEAF_AMENDED_SWITCHED;
    if (sheaf_article_protected(before, article) != sheaf_article_protected(after, article))
        return SHEAF_AMENDED_PROTECTED;
    return same_record(sheaf_article_field(article)->shape, old, new) ? SHEAF_AMENDED_NOT
                                                                      : SHEAF_AMENDED;
}

bool sheaf_amendment_protected(const struct sheaf_bylaws *before,
                               const struct sheaf_bylaws *after, sheaf_article article)
{
    return sheaf_article_protected(before, article) || sheaf_article_protected(after, article);
}

/* Where the walk stands: labels and path lead to the field, names of items among them. */
typedef struct {
    const struct sheaf_bylaws *before, *after;
    const sheaf_messages *messages;
    sheaf_change_visit *visit;
    void *context;
    sheaf_err *err;
    sheaf_buffer old, new;
    char label[LABEL_MAX], path[SHEAF_WORDING_PATH_MAX];
} walk;

/* The same record in both versions; `record` is NULL where one does not have it. */
typedef struct {
    sheaf_scope old, new;
} pair;

static bool there(const sheaf_scope *scope, const sheaf_field *field)
{
    return scope->record && *(const bool *)(scope->record + field->has);
}

/* Places in lists are told by the names that stand there, as in the statutes. */
static sheaf_slice form_of(const sheaf_field *field)
{
    static const char *const forms[][2] = {{"effect", "effect"},
                                           {"electorate", "class"},
                                           {"organ", "organ"},
                                           {"ratio_percent", "ratio"}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strcmp(field->name, forms[i][0]) == 0)
            return sheaf_str(forms[i][1]);
    return (sheaf_slice){NULL, 0};
}

static sheaf_status put_value(const walk *w, sheaf_buffer *out,
                              const struct sheaf_bylaws *bylaws, const sheaf_scope *scope,
                              const sheaf_field *field)
{
    sheaf_wording wording = {
        .messages = w->messages, .bylaws = bylaws, .out = out, .err = w->err};
    sheaf_buffer_reset(out);
    if (!there(scope, field)) {
        sheaf_buffer_add(out, sheaf_message_word(w->messages, "none"));
        return SHEAF_OK;
    }
    SHEAF_TRY(sheaf_wording_value(&wording, scope, field, form_of(field)));
    return sheaf_buffer_check(out, "a value of the bylaws", w->err);
}

/* Protection is enforced by the row of the article, which no path names. */
static sheaf_status tell_field(walk *w, const pair *p, const sheaf_field *field)
{
    sheaf_scope in = sheaf_scope_enter(&p->new, field, NULL);
    SHEAF_TRY(put_value(w, &w->old, w->before, &p->old, field));
    SHEAF_TRY(put_value(w, &w->new, w->after, &p->new, field));
    if (sheaf_slice_equal(sheaf_buffer_slice(&w->old), sheaf_buffer_slice(&w->new)))
        return SHEAF_OK;
    sheaf_change change = {.path = w->path,
                           .label = sheaf_str(w->label),
                           .old = sheaf_buffer_slice(&w->old),
                           .new = sheaf_buffer_slice(&w->new),
                           .enforced = strcmp(field->name, "protected") == 0
                                       || sheaf_bylaws_enforced(sheaf_str(in.path))};
    return w->visit(w->context, &change, w->err);
}

/* Adds to label and path; leave() takes it off again. */
typedef struct {
    size_t label, path;
} walk_mark;

static walk_mark enter(walk *w, sheaf_slice label, const char *dot, const char *name)
{
    walk_mark at = {strlen(w->label), strlen(w->path)};
    if (label.len)
        (void)snprintf(w->label + at.label, sizeof w->label - at.label, "%s%.*s",
                       at.label ? ", " : "", SHEAF_PRINT(label));
    (void)snprintf(w->path + at.path, sizeof w->path - at.path, "%s%s", dot, name);
    return at;
}

static void leave(walk *w, walk_mark at)
{
    w->label[at.label] = 0;
    w->path[at.path] = 0;
}

static sheaf_list list_in(const sheaf_scope *scope, const sheaf_field *field)
{
    return there(scope, field) ? *(const sheaf_list *)(const void *)(scope->record + field->at)
                               : (sheaf_list){NULL, 0};
}

static sheaf_status tell_record(walk *w, const pair *p);

/* The scope of item i; its record is NULL where the list is shorter. */
static sheaf_scope item_scope(const sheaf_scope *scope, const sheaf_field *field, uint32_t i)
{
    sheaf_list list = list_in(scope, field);
    const uint8_t *at = list.at;
    return sheaf_scope_enter(scope, field,
                             i < list.count ? at + (size_t)i * field->shape->size : NULL);
}

static sheaf_slice name_in(const sheaf_scope *item, const sheaf_field *name)
{
    return item->record ? *(const sheaf_slice *)(const void *)(item->record + name->at)
                        : (sheaf_slice){NULL, 0};
}

/* The item of `there` that item i of `here` belongs to, or NO_ITEM: the first of the name
 * with the first, the second with the second. */
static uint32_t find_same(const sheaf_scope *here, uint32_t i, const sheaf_scope *there,
                          const sheaf_field *field, const sheaf_field *name)
{
    sheaf_scope item = item_scope(here, field, i);
    sheaf_slice wanted = name_in(&item, name);
    uint32_t earlier = 0;
    for (uint32_t k = 0; k < i; k++) {
        item = item_scope(here, field, k);
        earlier += sheaf_slice_equal(name_in(&item, name), wanted);
    }
    for (uint32_t k = 0; k < list_in(there, field).count; k++) {
        item = item_scope(there, field, k);
        if (sheaf_slice_equal(name_in(&item, name), wanted) && earlier-- == 0)
            return k;
    }
    return NO_ITEM;
}

/* Of a note the field it speaks of is in the label. */
static sheaf_status tell_note(walk *w, const pair *p, const sheaf_field *field,
                              const sheaf_field *of, uint32_t old, uint32_t new)
{
    pair notes = {item_scope(&p->old, field, old), item_scope(&p->new, field, new)};
    char place[16];
    snprintf(place, sizeof place, "[%u]", new != NO_ITEM ? new : old);
    walk_mark at = enter(w, name_in(notes.new.record ? &notes.new : &notes.old, of), "", place);
    const sheaf_field *source = sheaf_shape_field(field->shape, sheaf_str("source"));
    walk_mark in = enter(w, (sheaf_slice){NULL, 0}, ".", source->name);
    sheaf_status status = tell_field(w, &notes, source);
    leave(w, in);
    leave(w, at);
    return status;
}

/* Notes of sources belong together by the number that they speak of, so that one that is added
 * in the middle changes no other. */
static sheaf_status tell_sources(walk *w, const pair *p, const sheaf_field *field,
                                 const sheaf_field *of)
{
    for (uint32_t i = 0; i < list_in(&p->new, field).count; i++) {
        uint32_t old = find_same(&p->new, i, &p->old, field, of);
        SHEAF_TRY(tell_note(w, p, field, of, old, i));
    }
    for (uint32_t i = 0; i < list_in(&p->old, field).count; i++) {
        if (find_same(&p->old, i, &p->new, field, of) == NO_ITEM)
            SHEAF_TRY(tell_note(w, p, field, of, i, NO_ITEM));
    }
    return SHEAF_OK;
}

/* A clause by its number in the version that has it. */
static sheaf_status tell_clause(walk *w, const pair *p, const sheaf_field *field,
                                const sheaf_field *text, uint32_t old, uint32_t new)
{
    pair items = {item_scope(&p->old, field, old), item_scope(&p->new, field, new)};
    uint32_t place = new != NO_ITEM ? new : old;
    char number[16], at_path[16];
    snprintf(number, sizeof number, "%u", place + 1);
    snprintf(at_path, sizeof at_path, "[%u]", place);
    walk_mark at = enter(w, sheaf_str(number), "", at_path);
    walk_mark in = enter(w, (sheaf_slice){NULL, 0}, ".", text->name);
    sheaf_status status = tell_field(w, &items, text);
    leave(w, in);
    leave(w, at);
    return status;
}

/* Is there such an item whose name no item of the other version has? */
static bool is_lone(const sheaf_scope *here, uint32_t i, const sheaf_scope *other,
                    const sheaf_field *field, const sheaf_field *name)
{
    return i < list_in(here, field).count && find_same(here, i, other, field, name) == NO_ITEM;
}

/* Clauses of prose belong together by their words, so that one that is added in the middle
 * changes no other; two of one place that differ are one that was changed. Where only their
 * order is another, each place is told. */
static sheaf_status tell_clauses(walk *w, const pair *p, const sheaf_field *field,
                                 const sheaf_field *text)
{
    uint32_t old_count = list_in(&p->old, field).count;
    uint32_t new_count = list_in(&p->new, field).count;
    bool moved = true;
    for (uint32_t i = 0; i < old_count || i < new_count; i++) {
        bool old = is_lone(&p->old, i, &p->new, field, text);
        bool new = is_lone(&p->new, i, &p->old, field, text);
        moved = moved && !old && !new;
        if (old || new)
            SHEAF_TRY(tell_clause(w, p, field, text, old ? i : NO_ITEM, new ? i : NO_ITEM));
    }
    for (uint32_t i = 0; moved && i < new_count; i++)
        SHEAF_TRY(tell_clause(w, p, field, text, i, i));
    return SHEAF_OK;
}

static sheaf_status tell_list(walk *w, const pair *p, const sheaf_field *field)
{
    if (strcmp(field->shape->name, "clause") == 0)
        return tell_clauses(w, p, field, sheaf_shape_field(field->shape, sheaf_str("text")));
    const sheaf_field *name = sheaf_shape_field(field->shape, sheaf_str("name"));
    const sheaf_field *of = sheaf_shape_field(field->shape, sheaf_str("of"));
    if (of && of->type == SHEAF_FIELD_NAME)
        return tell_sources(w, p, field, of);
    uint32_t old_count = list_in(&p->old, field).count;
    uint32_t new_count = list_in(&p->new, field).count;
    for (uint32_t i = 0; i < old_count || i < new_count; i++) {
        pair items = {item_scope(&p->old, field, i), item_scope(&p->new, field, i)};
        const uint8_t *record = items.old.record ? items.old.record : items.new.record;
        char place[16];
        snprintf(place, sizeof place, "[%u]", i);
        sheaf_slice label = name && name->type == SHEAF_FIELD_NAME
                                ? *(const sheaf_slice *)(const void *)(record + name->at)
                                : sheaf_str(place);
        walk_mark at = enter(w, label, "", place);
        SHEAF_TRY(tell_record(w, &items));
        leave(w, at);
    }
    return SHEAF_OK;
}

/* Recursion is as deep as records stand in records in the tables. */
static sheaf_status tell_record(walk *w, const pair *p)
{
    sheaf_wording words = {.messages = w->messages};
    const sheaf_shape *shape = p->new.shape;
    for (uint16_t i = 0; i < shape->count; i++) {
        const sheaf_field *field = &shape->fields[i];
        if (!there(&p->old, field) && !there(&p->new, field))
            continue;
        walk_mark at = enter(w, sheaf_wording_label(&words, shape, field), *w->path ? "." : "",
                             field->name);
        if (field->type == SHEAF_FIELD_REC) {
            const uint8_t *old = there(&p->old, field) ? p->old.record + field->at : NULL;
            const uint8_t *new = there(&p->new, field) ? p->new.record + field->at : NULL;
            pair in = {sheaf_scope_enter(&p->old, field, old),
                       sheaf_scope_enter(&p->new, field, new)};
            SHEAF_TRY(tell_record(w, &in));
        } else if (field->type == SHEAF_FIELD_LIST) {
            SHEAF_TRY(tell_list(w, p, field));
        } else {
            SHEAF_TRY(tell_field(w, p, field));
        }
        leave(w, at);
    }
    return SHEAF_OK;
}

sheaf_status sheaf_article_changes(const struct sheaf_bylaws *before,
                                   const struct sheaf_bylaws *after, sheaf_article article,
                                   const sheaf_messages *messages, sheaf_change_visit *visit,
                                   void *context, sheaf_err *err)
{
    const sheaf_field *field = sheaf_article_field(article);
    sheaf_scope old = sheaf_scope_whole(before), new = sheaf_scope_whole(after);
    pair records = {sheaf_scope_enter(&old, field, sheaf_article_in(before, article)),
                    sheaf_scope_enter(&new, field, sheaf_article_in(after, article))};
    walk w = {.before = before,
              .after = after,
              .messages = messages,
              .visit = visit,
              .context = context,
              .err = err};
    snprintf(w.path, sizeof w.path, "%s", field->name);
    sheaf_buffer_init(&w.old, WORDS_MAX);
    sheaf_buffer_init(&w.new, WORDS_MAX);
    sheaf_status status = tell_record(&w, &records);
    sheaf_buffer_deinit(&w.old);
    sheaf_buffer_deinit(&w.new);
    return status;
}
