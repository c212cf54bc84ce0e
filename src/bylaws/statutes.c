#include "bylaws/statutes.h"

#include "bylaws/bylaws.h"
#include "bylaws/fixed.h"
#include "bylaws/wording.h"

#include <stdio.h>

enum {
    NOTES_MAX = 256,
    TEXT_MAX = 1 << 16,
    SAID_MAX = 1 << 16,
    ASKED_MAX = 16,
    NUMBER_MAX = 24
};

/* A footnote: of the first path it is about, "shares.price_cents"; others whose footnotes would
 * say the same share it. */
typedef struct {
    char path[SHEAF_WORDING_PATH_MAX];
    sheaf_hash said;
} note;

typedef struct {
    sheaf_wording wording;
    sheaf_page page;
    sheaf_buffer text;                      /* of the paragraph that is made */
    sheaf_buffer note;                      /* of a footnote */
    unsigned asked[ASKED_MAX], asked_count; /* footnotes of what the paragraph depends on */
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

/* The next source that the document names for the path, from *at = 0; NULL after the last. */
static const struct sheaf_source_note *next_source(const statutes *s, const char *path,
                                                   uint32_t *at)
{
    sheaf_slice inside = sheaf_str(path), key;
    if (!sheaf_take_until(&inside, '.', &key))
        return NULL;
    sheaf_article article = sheaf_article_named(key);
    sheaf_list list = article ? list_of(s, article, "sources") : (sheaf_list){NULL, 0};
    while (*at < list.count) {
        const struct sheaf_source_note *source = list.at;
        source += (*at)++;
        if (sheaf_slice_equal(source->of, inside))
            return source;
    }
    return NULL;
}

/* The next floor that the legal form sets at the path, in the same way. */
static const sheaf_floor *next_floor(const statutes *s, const char *path, size_t *at)
{
    const sheaf_floor *floor;
    while ((floor = sheaf_floor_next(s->wording.bylaws->purpose.form, at)))
        if (strcmp(floor->path, path) == 0)
            return floor;
    return NULL;
}

/* "Floor: at least 15% (Council Regulation …)" */
static void put_floor(statutes *s, const sheaf_floor *floor)
{
    static const char *const words[] = {
        [SHEAF_FLOOR_MIN] = "floor_min",
        [SHEAF_FLOOR_MAX] = "floor_max",
        [SHEAF_FLOOR_REQUIRED] = "floor_required",
        [SHEAF_FLOOR_FORBIDDEN] = "floor_forbidden",
    };
    sheaf_wording number = s->wording;
    const char *dot = strrchr(floor->path, '.'), *name = dot ? dot + 1 : floor->path;
    number.out = &s->note;
    sheaf_buffer_add(&s->note, sheaf_message_word(s->wording.messages, words[floor->demand]));
    if (floor->demand == SHEAF_FLOOR_MIN || floor->demand == SHEAF_FLOOR_MAX) {
        sheaf_buffer_add_string(&s->note, " ");
        sheaf_wording_number(&number, strcmp(name, "majority") == 0 ? "share_bp" : name,
                             floor->value);
    }
    sheaf_buffer_add_string(&s->note, " (");
    sheaf_message_source(s->wording.messages, sheaf_str(floor->source), &s->note);
    sheaf_buffer_add_string(&s->note, ")");
}

/* What a footnote about the path says; nothing where there are no sources and no floors. */
static void make_note(statutes *s, const char *path)
{
    const struct sheaf_source_note *source;
    const sheaf_floor *floor;
    uint32_t source_at = 0;
    size_t floor_at = 0;
    sheaf_buffer_reset(&s->note);
    while ((source = next_source(s, path, &source_at))) {
        sheaf_buffer_add_string(&s->note, s->note.len ? "; " : "");
        sheaf_message_source(s->wording.messages, source->source, &s->note);
    }
    while ((floor = next_floor(s, path, &floor_at))) {
        sheaf_buffer_add_string(&s->note, s->note.len ? "; " : "");
        put_floor(s, floor);
    }
}

/* Of the footnote about the path; 0 where there is nothing to say. */
static unsigned note_number(statutes *s, const char *path)
{
    make_note(s, path);
    if (!s->note.len)
        return 0;
    sheaf_hash said = sheaf_sha256(sheaf_buffer_slice(&s->note));
    for (unsigned i = 0; i < s->note_count; i++)
        if (sheaf_hash_equal(&s->notes[i].said, &said))
            return i + 1;
    if (s->note_count == NOTES_MAX)
        return 0;
    note *new = &s->notes[s->note_count++];
    snprintf(new->path, sizeof new->path, "%s", path);
    new->said = said;
    return s->note_count;
}

/* What is asked of another article has its footnotes there. */
static bool of_article(const statutes *s, const char *path)
{
    const char *key = sheaf_article_describe(s->article)->key;
    size_t len = strlen(key);
    return strncmp(path, key, len) == 0 && path[len] == '.';
}

static unsigned meet(void *context, const char *path, sheaf_met met)
{
    statutes *s = context;
    if (met == SHEAF_MET_ASKED && !of_article(s, path))
        return 0;
    sheaf_buffer_printf(&s->said, "\n%s\n", path);
    unsigned number = met == SHEAF_MET_ABSENT ? 0 : note_number(s, path);
    if (number && met == SHEAF_MET_ASKED && s->asked_count < ASKED_MAX)
        s->asked[s->asked_count++] = number;
    return number;
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

/* Does a sentence end at that byte, and another begin? */
static bool ends_sentence(sheaf_slice text, size_t i)
{
    return text.data[i] == '.' && i + 2 < text.len && text.data[i + 1] == ' '
           && ((text.data[i + 2] >= 'A' && text.data[i + 2] <= 'Z')
               || text.data[i + 2] >= 0x80);
}

/* In a paragraph of which nothing is enforced a mark at the end of each sentence says so. */
static void settle_marks(statutes *s)
{
    sheaf_buffer marked;
    if (!s->wording.stated)
        return;
    s->stated = true;
    if (s->wording.enforced)
        return;
    sheaf_buffer_init(&marked, TEXT_MAX);
    for (size_t i = 0; i < s->text.len; i++) {
        if (s->text.data[i] != SHEAF_MARK_STATED)
            sheaf_buffer_add_byte(&marked, s->text.data[i]);
        if (ends_sentence(sheaf_buffer_slice(&s->text), i))
            sheaf_buffer_add_byte(&marked, SHEAF_MARK_STATED);
    }
    sheaf_buffer_add_byte(&marked, SHEAF_MARK_STATED);
    sheaf_buffer_reset(&s->text);
    sheaf_buffer_add(&s->text, sheaf_buffer_slice(&marked));
    s->text.failed = s->text.failed || marked.failed;
    sheaf_buffer_deinit(&marked);
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
    s->asked_count = 0;
}

static void put_mark(sheaf_buffer *text, unsigned number)
{
    sheaf_buffer_printf(text, "%c%u%c", SHEAF_MARK_NOTE, number, SHEAF_MARK_END);
}

/* Footnotes of what a paragraph depends on without telling it stand at its end. */
static void settle_asked(statutes *s)
{
    for (unsigned i = 0; i < s->asked_count; i++) {
        char mark[NUMBER_MAX];
        int len =
            snprintf(mark, sizeof mark, "%c%u%c", SHEAF_MARK_NOTE, s->asked[i], SHEAF_MARK_END);
        if (!memmem(s->text.data, s->text.len, mark, (size_t)len))
            put_mark(&s->text, s->asked[i]);
    }
}

static bool in_word(uint8_t c)
{
    return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A mark right behind a number would read as its power: it goes behind the next word. */
static void settle_numbers(statutes *s)
{
    uint8_t *text = s->text.data;
    for (size_t i = 1; i + 1 < s->text.len; i++) {
        size_t end = i;
        if (text[i] != SHEAF_MARK_NOTE || text[i - 1] < '0' || text[i - 1] > '9')
            continue;
        while (end < s->text.len && text[end] != SHEAF_MARK_END)
            end++;
        size_t mark = end + 1 - i, word = end + 1, stop = word + 1;
        if (stop >= s->text.len || text[word] != ' ' || !in_word(text[stop]))
            continue;
        while (stop < s->text.len && in_word(text[stop]))
            stop++;
        uint8_t kept[NUMBER_MAX];
        if (mark > sizeof kept)
            continue;
        memcpy(kept, text + i, mark);
        memmove(text + i, text + word, stop - word);
        memcpy(text + i + (stop - word), kept, mark);
        i = stop - 1;
    }
}

static void settle(statutes *s)
{
    settle_marks(s);
    settle_asked(s);
    settle_numbers(s);
}

/* Nothing is put where the message told nothing. */
static void paragraph_end(statutes *s)
{
    char number[NUMBER_MAX];
    if (blank(&s->text))
        return;
    settle(s);
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

/* Of a record of a list. */
static sheaf_status put_item(void *context, const sheaf_scope *record, sheaf_slice message)
{
    statutes *s = context;
    paragraph_begin(s);
    SHEAF_TRY(sheaf_wording_message(&s->wording, record, message));
    if (blank(&s->text))
        return SHEAF_OK;
    settle(s);
    sheaf_page_item(&s->page, sheaf_buffer_slice(&s->text));
    return SHEAF_OK;
}

static sheaf_status put_paragraphs(statutes *s, const sheaf_scope *scope)
{
    const char *key = sheaf_article_describe(s->article)->key;
    const sheaf_json *text = sheaf_message_article(s->wording.messages, key, "text");
    for (const sheaf_json *item = text ? text->first : NULL; item; item = item->next)
        SHEAF_TRY(item->type == SHEAF_JSON_STRING
                      ? put_message(s, scope, item->string)
                      : sheaf_wording_each(&s->wording, scope, item, put_item, s));
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
    char path[SHEAF_WORDING_PATH_MAX];
    snprintf(path, sizeof path, "%s.clauses", sheaf_article_describe(s->article)->key);
    unsigned number = list.count ? note_number(s, path) : 0;
    for (uint32_t i = 0; i < list.count; i++) {
        paragraph_begin(s);
        sheaf_buffer_add(&s->text, ((const struct sheaf_clause *)list.at)[i].text);
        sheaf_buffer_add_byte(&s->text, SHEAF_MARK_CLAUSE);
        if (number)
            put_mark(&s->text, number);
        paragraph_end(s);
        s->clauses = true;
    }
}

/* What the rules fix whatever the document says, with its source. */
static void put_fixed(statutes *s)
{
    const sheaf_fixed *fixed;
    size_t at = 0;
    paragraph_begin(s);
    while ((fixed = sheaf_fixed_next(s->article, &at))) {
        char key[SHEAF_WORDING_PATH_MAX];
        if (!s->text.len) {
            sheaf_buffer_add(&s->text, sheaf_message_word(s->wording.messages, "fixed"));
            paragraph_end(s);
        }
        sheaf_buffer_reset(&s->text);
        snprintf(key, sizeof key, "fixed.%s", fixed->name);
        sheaf_buffer_add(&s->text,
                         sheaf_message(s->wording.messages, "labels", sheaf_str(key)));
        sheaf_buffer_add_string(&s->text, ": ");
        sheaf_wording_number(&s->wording, fixed->name, fixed->value);
        sheaf_buffer_add_string(&s->text, " (");
        sheaf_message_source(s->wording.messages, sheaf_str(fixed->source), &s->text);
        sheaf_buffer_add_string(&s->text, ")");
        sheaf_page_item(&s->page, sheaf_buffer_slice(&s->text));
    }
}

/* Sources for what no paragraph has told. */
static void put_other_sources(statutes *s)
{
    sheaf_list list = list_of(s, s->article, "sources");
    for (uint32_t i = 0; i < list.count; i++) {
        const struct sheaf_source_note *source = (const struct sheaf_source_note *)list.at + i;
        char path[2 * SHEAF_WORDING_PATH_MAX];
        (void)snprintf(path, sizeof path, "%s.%.*s", sheaf_article_describe(s->article)->key,
                       SHEAF_PRINT(source->of));
        if (was_said(s, path) || sheaf_slice_is(source->of, "clauses"))
            continue;
        paragraph_begin(s);
        sheaf_buffer_add(&s->text, sheaf_message_word(s->wording.messages, "source"));
        sheaf_buffer_printf(&s->text, " (%.*s): ", SHEAF_PRINT(source->of));
        sheaf_message_source(s->wording.messages, source->source, &s->text);
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
    if (!record) {
        sheaf_page_paragraph(&s->page, NULL, sheaf_message_word(s->wording.messages, "off"));
        return SHEAF_OK;
    }
    sheaf_scope scope = sheaf_scope_enter(&whole, field, record);
    s->all_stated = !sheaf_article_always(s->article) && !any_enforced(&scope);
    SHEAF_TRY(put_paragraphs(s, &scope));
    SHEAF_TRY(put_unsaid(s, &scope));
    put_fixed(s);
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
        make_note(s, s->notes[n].path);
        sheaf_page_footnote(&s->page, n + 1, sheaf_buffer_slice(&s->note));
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
    SHEAF_TRY(sheaf_buffer_check(&s->note, "a footnote of the statutes", s->wording.err));
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
    sheaf_buffer_init(&s.note, TEXT_MAX);
    sheaf_buffer_init(&s.said, SAID_MAX);
    sheaf_status status = put_all(&s, format, out, version);
    sheaf_buffer_deinit(&s.text);
    sheaf_buffer_deinit(&s.note);
    sheaf_buffer_deinit(&s.said);
    return status;
}
