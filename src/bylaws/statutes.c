#include "bylaws/statutes.h"

#include "bylaws/article.h"
#include "bylaws/wording.h"

#include <stdio.h>

enum { NOTES_MAX = 1024, TEXT_MAX = 1 << 16, SAID_MAX = 1 << 16, NUMBER_MAX = 24 };

/* A footnote stands for one source of an article and those of the same number. */
typedef struct {
    sheaf_article article;
    uint32_t source;
} note;

typedef struct {
    sheaf_wording wording;
    sheaf_page page;
    sheaf_buffer text; /* of the paragraph that is made */
    sheaf_buffer said; /* paths that paragraphs of the article came by, each in a line */
    note notes[NOTES_MAX];
    unsigned note_count;
    sheaf_article article;
    unsigned paragraph;
    bool all_stated;      /* the program enforces nothing of the article */
    bool stated, clauses; /* marks that need their explanation at the end */
} statutes;

/* A list that every article has, by its name; empty where the article is off. */
static sheaf_list list_of(const statutes *s, sheaf_article article, const char *name)
{
    const uint8_t *record = sheaf_article_in(s->wording.bylaws, article);
    const sheaf_field *field = sheaf_article_field(article);
    if (!record)
        return (sheaf_list){NULL, 0};
    return *(
        const sheaf_list
            *)(const void *)(record + sheaf_shape_field(field->shape, sheaf_str(name))->at);
}

static const struct sheaf_source_note *source_at(const statutes *s, sheaf_article article,
                                                 uint32_t i)
{
    sheaf_list list = list_of(s, article, "sources");
    return i < list.count ? (const struct sheaf_source_note *)list.at + i : NULL;
}

static unsigned note_number(statutes *s, sheaf_article article, uint32_t source)
{
    for (unsigned i = 0; i < s->note_count; i++)
        if (s->notes[i].article == article && s->notes[i].source == source)
            return i + 1;
    if (s->note_count == NOTES_MAX)
        return 0;
    s->notes[s->note_count++] = (note){article, source};
    return s->note_count;
}

/* Of the first source for the path; 0 where there is none. */
static unsigned meet(void *context, const char *path)
{
    statutes *s = context;
    sheaf_slice inside = sheaf_str(path), key;
    const struct sheaf_source_note *source;
    sheaf_buffer_printf(&s->said, "\n%s\n", path);
    if (!sheaf_take_until(&inside, '.', &key))
        return 0;
    sheaf_article article = sheaf_article_named(key);
    for (uint32_t i = 0; article && (source = source_at(s, article, i)); i++)
        if (sheaf_slice_equal(source->of, inside))
            return note_number(s, article, i);
    return 0;
}

static bool was_said(const statutes *s, const char *path)
{
    char line[SHEAF_WORDING_PATH_MAX + 2];
    int len = snprintf(line, sizeof line, "\n%s\n", path);
    return s->said.len && memmem(s->said.data, s->said.len, line, (size_t)len) != NULL;
}

/* ---- paragraphs ---- */

static bool blank(const sheaf_buffer *text)
{
    for (size_t i = 0; i < text->len; i++)
        if (text->data[i] != ' ' && text->data[i] != SHEAF_MARK_STATED)
            return false;
    return true;
}

/* In a paragraph of which nothing is enforced one mark at its end says so. */
static void settle_marks(statutes *s)
{
    size_t kept = 0;
    if (!s->wording.stated)
        return;
    s->stated = true;
    if (s->wording.enforced)
        return;
    for (size_t i = 0; i < s->text.len; i++)
        if (s->text.data[i] != SHEAF_MARK_STATED)
            s->text.data[kept++] = s->text.data[i];
    s->text.len = kept;
    sheaf_buffer_add_byte(&s->text, SHEAF_MARK_STATED);
}

/* Does the program enforce anything of the record? Recursion as in the tables. */
static bool any_enforced(const sheaf_scope *scope)
{
    for (uint16_t i = 0; i < scope->shape->count; i++) {
        const sheaf_field *field = &scope->shape->fields[i];
        sheaf_scope in = sheaf_scope_enter(scope, field, NULL);
        if (sheaf_bylaws_enforced(sheaf_str(in.path)) || (in.shape && any_enforced(&in)))
            return true;
    }
    return false;
}

static void paragraph_begin(statutes *s)
{
    sheaf_buffer_reset(&s->text);
    s->wording.enforced = s->wording.stated = false;
}

/* Nothing is put where the message told nothing. */
static void paragraph_end(statutes *s)
{
    char number[NUMBER_MAX];
    if (blank(&s->text))
        return;
    settle_marks(s);
    snprintf(number, sizeof number, "%d.%u", (int)s->article, ++s->paragraph);
    sheaf_page_paragraph(&s->page, number, sheaf_buffer_slice(&s->text));
}

static sheaf_status put_message(statutes *s, const sheaf_scope *scope, sheaf_slice message)
{
    paragraph_begin(s);
    s->wording.stated = s->all_stated;
    SHEAF_TRY(sheaf_wording_message(&s->wording, scope, message));
    paragraph_end(s);
    return SHEAF_OK;
}

/* {"each": path, "text": message}: an item for each record of a list. */
static sheaf_status put_items(statutes *s, const sheaf_scope *scope, const sheaf_json *item)
{
    sheaf_slice path = sheaf_json_member_string(item, "each");
    const sheaf_field *field = sheaf_shape_field(scope->shape, path);
    if (!field || field->type != SHEAF_FIELD_LIST)
        return sheaf_fail(
            s->wording.err, SHEAF_INVALID,
            "the catalogue tells each “%.*s” of article %d, which is no list in it",
            path.len < 60 ? (int)path.len : 60, (const char *)path.data, (int)s->article);
    if (!sheaf_field_holds(scope, field))
        return SHEAF_OK;
    const sheaf_list *list = (const sheaf_list *)(const void *)(scope->record + field->at);
    for (uint32_t i = 0; i < list->count; i++) {
        sheaf_scope in = sheaf_scope_enter(
            scope, field, (const uint8_t *)list->at + (size_t)i * field->shape->size);
        paragraph_begin(s);
        SHEAF_TRY(
            sheaf_wording_message(&s->wording, &in, sheaf_json_member_string(item, "text")));
        if (blank(&s->text))
            continue;
        settle_marks(s);
        sheaf_page_item(&s->page, sheaf_buffer_slice(&s->text));
    }
    return SHEAF_OK;
}

static sheaf_status put_paragraphs(statutes *s, const sheaf_scope *scope)
{
    const char *key = sheaf_article_describe(s->article)->key;
    const sheaf_json *text = sheaf_message_article(s->wording.messages, key, "text");
    for (const sheaf_json *item = text ? text->first : NULL; item; item = item->next)
        SHEAF_TRY(item->type == SHEAF_JSON_STRING ? put_message(s, scope, item->string)
                                                  : put_items(s, scope, item));
    return SHEAF_OK;
}

static sheaf_status put_unsaid(statutes *s, const sheaf_scope *scope);

static sheaf_status put_unsaid_field(statutes *s, const sheaf_scope *scope,
                                     const sheaf_field *field)
{
    sheaf_scope in = sheaf_scope_enter(scope, field, scope->record + field->at);
    if (!*(const bool *)(scope->record + field->has))
        return SHEAF_OK;
    if (field->type == SHEAF_FIELD_REC)
        return put_unsaid(s, &in);
    if (field->type == SHEAF_FIELD_LIST) {
        const sheaf_list *list = (const sheaf_list *)(const void *)(scope->record + field->at);
        for (uint32_t i = 0; i < list->count; i++) {
            in.record = (const uint8_t *)list->at + (size_t)i * field->shape->size;
            SHEAF_TRY(put_unsaid(s, &in));
        }
        return SHEAF_OK;
    }
    if (was_said(s, in.path))
        return SHEAF_OK;
    paragraph_begin(s);
    sheaf_buffer_add(&s->text, sheaf_wording_label(&s->wording, scope->shape, field));
    sheaf_buffer_add_string(&s->text, ": ");
    SHEAF_TRY(sheaf_wording_value(&s->wording, scope, field, (sheaf_slice){NULL, 0}));
    sheaf_buffer_add_string(&s->text, ".");
    paragraph_end(s);
    return SHEAF_OK;
}

/* What every article has is told in its own way. */
static bool of_every_article(const sheaf_field *field)
{
    return strcmp(field->name, "clauses") == 0 || strcmp(field->name, "protected") == 0
           || strcmp(field->name, "sources") == 0;
}

/* What no message told, by label and value. Recursion is as deep as records stand in records in
 * the tables. */
static sheaf_status put_unsaid(statutes *s, const sheaf_scope *scope)
{
    for (uint16_t i = 0; i < scope->shape->count; i++)
        if (!of_every_article(&scope->shape->fields[i]))
            SHEAF_TRY(put_unsaid_field(s, scope, &scope->shape->fields[i]));
    return SHEAF_OK;
}

static void put_clauses(statutes *s)
{
    sheaf_list list = list_of(s, s->article, "clauses");
    for (uint32_t i = 0; i < list.count; i++) {
        paragraph_begin(s);
        sheaf_buffer_add(&s->text, ((const struct sheaf_clause *)list.at)[i].text);
        sheaf_buffer_add_byte(&s->text, SHEAF_MARK_CLAUSE);
        paragraph_end(s);
        s->clauses = true;
    }
}

/* Sources for something else than a number that was told. */
static void put_other_sources(statutes *s)
{
    const struct sheaf_source_note *source;
    for (uint32_t i = 0; (source = source_at(s, s->article, i)); i++) {
        bool told = false;
        for (uint32_t k = 0; k <= i && !told; k++)
            for (unsigned n = 0; n < s->note_count && !told; n++)
                told = s->notes[n].article == s->article && s->notes[n].source == k
                       && sheaf_slice_equal(source_at(s, s->article, k)->of, source->of);
        if (told)
            continue;
        paragraph_begin(s);
        sheaf_buffer_add(&s->text, sheaf_message_word(s->wording.messages, "source"));
        sheaf_buffer_printf(&s->text, " (%.*s): ", SHEAF_PRINT(source->of));
        sheaf_buffer_add(&s->text, source->source);
        sheaf_page_paragraph(&s->page, NULL, sheaf_buffer_slice(&s->text));
    }
}

/* ---- articles ---- */

static void put_heading(statutes *s, bool protected)
{
    const sheaf_article_text *text = sheaf_article_describe(s->article);
    const sheaf_json *title = sheaf_message_article(s->wording.messages, text->key, "title");
    sheaf_buffer_reset(&s->text);
    sheaf_buffer_add(&s->text, sheaf_message_word(s->wording.messages, "article"));
    sheaf_buffer_printf(&s->text, " %d. ", (int)s->article);
    sheaf_buffer_add(&s->text, title ? title->string : sheaf_str(text->title));
    if (protected) {
        sheaf_buffer_add_string(&s->text, " (");
        sheaf_buffer_add(&s->text, sheaf_message_word(s->wording.messages, "protected"));
        sheaf_buffer_add_string(&s->text, ")");
    }
    sheaf_page_heading(&s->page, 2, text->key, sheaf_buffer_slice(&s->text));
}

static sheaf_status put_article(statutes *s)
{
    const struct sheaf_bylaws *bylaws = s->wording.bylaws;
    const sheaf_field *field = sheaf_article_field(s->article);
    const void *record = sheaf_article_in(bylaws, s->article);
    sheaf_scope whole = sheaf_scope_whole(bylaws);
    s->paragraph = 0;
    s->all_stated = false;
    sheaf_buffer_reset(&s->said);
    put_heading(s, sheaf_article_protected(bylaws, s->article));
    if (field && !record) {
        sheaf_page_paragraph(&s->page, NULL, sheaf_message_word(s->wording.messages, "off"));
        return SHEAF_OK;
    }
    if (!field)
        return put_paragraphs(s, &whole);
    sheaf_scope scope = sheaf_scope_enter(&whole, field, record);
    s->all_stated = !any_enforced(&scope);
    SHEAF_TRY(put_paragraphs(s, &scope));
    SHEAF_TRY(put_unsaid(s, &scope));
    put_clauses(s);
    put_other_sources(s);
    return SHEAF_OK;
}

/* ---- the whole ---- */

static sheaf_status put_opening(statutes *s, sheaf_page_format format, sheaf_buffer *out,
                                sheaf_slice version)
{
    const sheaf_messages *messages = s->wording.messages;
    sheaf_scope whole = sheaf_scope_whole(s->wording.bylaws);
    sheaf_slice draft = sheaf_json_member_string(messages->own, "draft");
    paragraph_begin(s);
    SHEAF_TRY(
        sheaf_wording_message(&s->wording, &whole, sheaf_message_word(messages, "title")));
    s->page = sheaf_page_begin(format, out, sheaf_buffer_slice(&s->text),
                               sheaf_messages_language(messages));
    if (draft.len)
        sheaf_page_notice(&s->page, draft);
    if (version.len)
        sheaf_page_paragraph(&s->page, NULL, version);
    if (s->wording.bylaws->purpose.form == SHEAF_legal_form_demonstration)
        sheaf_page_notice(&s->page, sheaf_message_word(messages, "demonstration"));
    return SHEAF_OK;
}

static void put_notes(statutes *s)
{
    const sheaf_messages *messages = s->wording.messages;
    if (s->stated || s->clauses || s->note_count)
        sheaf_page_heading(&s->page, 2, NULL, sheaf_message_word(messages, "notes"));
    if (s->stated)
        sheaf_page_paragraph(&s->page, "†", sheaf_message_word(messages, "stated"));
    if (s->clauses)
        sheaf_page_paragraph(&s->page, "‡", sheaf_message_word(messages, "clause"));
    for (unsigned n = 0; n < s->note_count; n++) {
        const struct sheaf_source_note *of =
            source_at(s, s->notes[n].article, s->notes[n].source);
        const struct sheaf_source_note *source;
        sheaf_buffer_reset(&s->text);
        for (uint32_t i = 0; (source = source_at(s, s->notes[n].article, i)); i++) {
            if (!sheaf_slice_equal(source->of, of->of))
                continue;
            sheaf_buffer_add_string(&s->text, s->text.len ? "; " : "");
            sheaf_buffer_add(&s->text, source->source);
        }
        sheaf_page_footnote(&s->page, n + 1, sheaf_buffer_slice(&s->text));
    }
}

static sheaf_status put_all(statutes *s, sheaf_page_format format, sheaf_buffer *out,
                            sheaf_slice version)
{
    SHEAF_TRY(put_opening(s, format, out, version));
    for (s->article = 1; s->article < SHEAF_ARTICLE_COUNT; s->article++)
        SHEAF_TRY(put_article(s));
    put_notes(s);
    sheaf_page_end(&s->page);
    SHEAF_TRY(sheaf_buffer_check(&s->text, "a paragraph of the statutes", s->wording.err));
    SHEAF_TRY(sheaf_buffer_check(&s->said, "an article of the statutes", s->wording.err));
    return sheaf_buffer_check(out, "the statutes", s->wording.err);
}

sheaf_status sheaf_statutes_write(sheaf_buffer *out, sheaf_page_format format,
                                  const struct sheaf_bylaws *bylaws,
                                  const sheaf_messages *messages, sheaf_slice version,
                                  sheaf_err *err)
{
    statutes s = {
        .wording = {.messages = messages, .bylaws = bylaws, .err = err, .meet = meet}};
    s.wording.out = &s.text;
    s.wording.context = &s;
    sheaf_buffer_init(&s.text, TEXT_MAX);
    sheaf_buffer_init(&s.said, SAID_MAX);
    sheaf_status status = put_all(&s, format, out, version);
    sheaf_buffer_deinit(&s.text);
    sheaf_buffer_deinit(&s.said);
    return status;
}
