#include "bylaws/sentences.h"

#include "bylaws/wording.h"

enum { PARAGRAPH_MAX = 1 << 16 };

/* One paragraph of both versions. */
typedef struct {
    sheaf_buffer old, new; /* its sentences, each ended by a line feed */
    sheaf_buffer text;     /* what is being made */
} paragraph;

/* A full stop behind a single letter or before a number ends no sentence: "z. B.", "Nr. 7". */
static bool ends(sheaf_slice text, size_t i)
{
    if (i + 1 == text.len)
        return true;
    bool stop = text.data[i] == '.' && text.data[i + 1] == ' ';
    bool number = i + 2 < text.len && text.data[i + 2] >= '0' && text.data[i + 2] <= '9';
    bool letter = i < 2 || text.data[i - 2] == ' ';
    return stop && !number && !letter;
}

static void split(sheaf_slice text, sheaf_buffer *out)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!ends(text, i))
            continue;
        while (from <= i && text.data[from] == ' ')
            from++;
        if (from <= i) {
            sheaf_buffer_add(out, (sheaf_slice){text.data + from, i + 1 - from});
            sheaf_buffer_add_byte(out, '\n');
        }
        from = i + 1;
    }
}

typedef struct {
    sheaf_wording *wording;
    sheaf_buffer *out;
} telling;

static sheaf_status say(void *context, const sheaf_scope *scope, sheaf_slice message)
{
    telling *t = context;
    sheaf_buffer_reset(t->wording->out);
    SHEAF_TRY(sheaf_wording_message(t->wording, scope, message));
    SHEAF_TRY(
        sheaf_buffer_check(t->wording->out, "a paragraph of the statutes", t->wording->err));
    split(sheaf_buffer_slice(t->wording->out), t->out);
    return SHEAF_OK;
}

/* A message, or one for each record of a list, as the statutes tell them. */
static sheaf_status say_item(sheaf_wording *w, const sheaf_scope *scope, const sheaf_json *item,
                             sheaf_buffer *out)
{
    telling t = {w, out};
    sheaf_buffer_reset(out);
    if (!scope->record)
        return SHEAF_OK;
    return item->type == SHEAF_JSON_STRING ? say(&t, scope, item->string)
                                           : sheaf_wording_each(w, scope, item, say, &t);
}

static bool has_line(sheaf_slice lines, sheaf_slice wanted)
{
    sheaf_slice line;
    while (sheaf_take_until(&lines, '\n', &line))
        if (sheaf_slice_equal(line, wanted))
            return true;
    return false;
}

/* The words that lead a paragraph in, such as "Ordinary decisions.", if there are such. */
static sheaf_slice lead_in(sheaf_slice lines)
{
    sheaf_slice first;
    bool two = sheaf_take_until(&lines, '\n', &first) && lines.len;
    const uint8_t *space = two ? memchr(first.data, ' ', first.len) : NULL;
    bool more = space && memchr(space + 1, ' ', (size_t)(first.data + first.len - space - 1));
    return two && !more ? first : (sheaf_slice){NULL, 0};
}

static sheaf_status tell_lines(paragraph *p, bool new, sheaf_sentence_visit *visit,
                               void *context, sheaf_err *err)
{
    sheaf_slice lines = sheaf_buffer_slice(new ? &p->new : &p->old);
    sheaf_slice others = sheaf_buffer_slice(new ? &p->old : &p->new), line;
    sheaf_slice lead = lead_in(lines);
    if (lead.len && !has_line(others, lead))
        lead.len = 0;
    while (sheaf_take_until(&lines, '\n', &line)) {
        if (has_line(others, line))
            continue;
        sheaf_buffer_reset(&p->text);
        sheaf_buffer_printf(&p->text, "%.*s%s", SHEAF_PRINT(lead), lead.len ? " " : "");
        sheaf_buffer_add(&p->text, line);
        SHEAF_TRY(sheaf_buffer_check(&p->text, "a sentence of the statutes", err));
        SHEAF_TRY(visit(context, sheaf_buffer_slice(&p->text), new, err));
    }
    return SHEAF_OK;
}

static sheaf_status tell(paragraph *p, sheaf_sentence_visit *visit, void *context,
                         sheaf_err *err)
{
    SHEAF_TRY(sheaf_buffer_check(&p->old, "a paragraph of the statutes", err));
    SHEAF_TRY(sheaf_buffer_check(&p->new, "a paragraph of the statutes", err));
    SHEAF_TRY(tell_lines(p, false, visit, context, err));
    return tell_lines(p, true, visit, context, err);
}

sheaf_status sheaf_article_sentences(const struct sheaf_bylaws *before,
                                     const struct sheaf_bylaws *after, sheaf_article article,
                                     const sheaf_messages *messages,
                                     sheaf_sentence_visit *visit, void *context, sheaf_err *err)
{
    const sheaf_field *field = sheaf_article_field(article);
    sheaf_scope whole_old = sheaf_scope_whole(before), whole_new = sheaf_scope_whole(after);
    sheaf_scope old = sheaf_scope_enter(&whole_old, field, sheaf_article_in(before, article));
    sheaf_scope new = sheaf_scope_enter(&whole_new, field, sheaf_article_in(after, article));
    const sheaf_json *text =
        sheaf_message_article(messages, sheaf_article_describe(article)->key, "text");
    paragraph p;
    sheaf_buffer_init(&p.old, PARAGRAPH_MAX);
    sheaf_buffer_init(&p.new, PARAGRAPH_MAX);
    sheaf_buffer_init(&p.text, PARAGRAPH_MAX);
    sheaf_wording of_old = {.messages = messages, .bylaws = before, .out = &p.text, .err = err};
    sheaf_wording of_new = {.messages = messages, .bylaws = after, .out = &p.text, .err = err};
    sheaf_status status = SHEAF_OK;
    for (const sheaf_json *item = text ? text->first : NULL; item && status == SHEAF_OK;
         item = item->next) {
        status = say_item(&of_old, &old, item, &p.old);
        if (status == SHEAF_OK)
            status = say_item(&of_new, &new, item, &p.new);
        if (status == SHEAF_OK)
            status = tell(&p, visit, context, err);
    }
    sheaf_buffer_deinit(&p.old);
    sheaf_buffer_deinit(&p.new);
    sheaf_buffer_deinit(&p.text);
    return status;
}
