/* cli/bylaws_diff.c - `sheaf bylaws diff`, and what an amendment changes, in words. */
#include "cli/bylaws_words.h"

#include "bylaws/changes.h"
#include "bylaws/sentences.h"
#include "cli/bylaws_sources.h"
#include "cli/document.h"

#include <stdio.h>

enum { PATH_SIZE = 200 };

typedef struct {
    const sheaf_messages *messages;
    sheaf_buffer *out;
    sheaf_json_writer *w; /* NULL: for people */
    bool new;             /* which sentences are told as JSON */
} telling;

static sheaf_status tell_sentence(void *context, sheaf_slice sentence, bool new, sheaf_err *err)
{
    telling *t = context;
    (void)err;
    if (!t->w)
        sheaf_buffer_printf(
            t->out, "  %.*s: %.*s\n",
            SHEAF_PRINT(sheaf_message_word(t->messages, new ? "after" : "before")),
            SHEAF_PRINT(sentence));
    else if (new == t->new)
        sheaf_json_string(t->w, sentence);
    return SHEAF_OK;
}

/* The sentences of the statutes that only one version has: of JSON a list each. */
static sheaf_status tell_sentences(telling *t, const struct sheaf_bylaws *before,
                                   const struct sheaf_bylaws *after, sheaf_article article,
                                   const char *name, bool new, sheaf_err *err)
{
    t->new = new;
    if (t->w) {
        sheaf_json_key(t->w, name);
        sheaf_json_open_list(t->w);
    }
    SHEAF_TRY(
        sheaf_article_sentences(before, after, article, t->messages, tell_sentence, t, err));
    if (t->w)
        sheaf_json_close(t->w);
    return SHEAF_OK;
}

static sheaf_status tell_change(void *context, const sheaf_change *change, sheaf_err *err)
{
    telling *t = context;
    (void)err;
    if (t->w) {
        sheaf_json_open_object(t->w);
        sheaf_json_member_put_bool(t->w, "enforced", change->enforced);
        sheaf_json_member_put_string(t->w, "label", change->label);
        sheaf_json_member_put_string(t->w, "new", change->new);
        sheaf_json_member_put_string(t->w, "old", change->old);
        sheaf_json_member_put_string(t->w, "path", sheaf_str(change->path));
        sheaf_json_close(t->w);
        return SHEAF_OK;
    }
    sheaf_slice instead = sheaf_message_word(t->messages, "instead");
    sheaf_buffer_printf(t->out, "  %.*s: %.*s %.*s %.*s", SHEAF_PRINT(change->label),
                        SHEAF_PRINT(change->new), SHEAF_PRINT(instead),
                        SHEAF_PRINT(change->old));
    if (!change->enforced)
        sheaf_buffer_printf(t->out, " (%.*s)",
                            SHEAF_PRINT(sheaf_message_word(t->messages, "not_enforced")));
    sheaf_buffer_add_string(t->out, "\n");
    return SHEAF_OK;
}

static void tell_stale(void *context, sheaf_article article, sheaf_slice of, sheaf_slice source)
{
    telling *t = context;
    if (!t->w) {
        sheaf_buffer_printf(t->out, "  %.*s (%.*s): ",
                            SHEAF_PRINT(sheaf_message_word(t->messages, "source_stale")),
                            SHEAF_PRINT(of));
        sheaf_message_source(t->messages, source, t->out);
        sheaf_buffer_add_string(t->out, "\n");
        return;
    }
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s.%.*s", sheaf_article_describe(article)->key,
                   SHEAF_PRINT(of));
    sheaf_json_open_object(t->w);
    sheaf_json_member_put_string(t->w, "path", sheaf_str(path));
    sheaf_json_member_put_string(t->w, "source", source);
    sheaf_json_close(t->w);
}

/* Sources that stayed while their numbers changed: of JSON a list. */
static sheaf_status tell_sources(telling *t, const struct sheaf_bylaws *before,
                                 const struct sheaf_bylaws *after, sheaf_article article,
                                 sheaf_err *err)
{
    if (t->w) {
        sheaf_json_key(t->w, "stale_sources");
        sheaf_json_open_list(t->w);
    }
    SHEAF_TRY(sheaf_sources_stale(before, after, article, tell_stale, t, err));
    if (t->w)
        sheaf_json_close(t->w);
    return SHEAF_OK;
}

static sheaf_slice title_of(const sheaf_messages *messages, sheaf_article article)
{
    const sheaf_article_text *text = sheaf_article_describe(article);
    const sheaf_json *title = sheaf_message_article(messages, text->key, "title");
    return title ? title->string : sheaf_str(text->title);
}

/* What is said of the article as a whole; NULL where nothing is. */
static const char *said_of(sheaf_amended amended, const struct sheaf_bylaws *after,
                           sheaf_article article)
{
    if (amended == SHEAF_AMENDED_SWITCHED)
        return sheaf_article_in(after, article) ? "switched_on" : "switched_off";
    if (amended == SHEAF_AMENDED_PROTECTED)
        return sheaf_article_protected(after, article) ? "became_protected" : "lost_protection";
    return NULL;
}

static sheaf_status tell_article(telling *t, const struct sheaf_bylaws *before,
                                 const struct sheaf_bylaws *after, sheaf_article article,
                                 sheaf_amended amended, sheaf_err *err)
{
    bool protected = sheaf_amendment_protected(before, after, article);
    const char *said = said_of(amended, after, article);
    sheaf_slice title = title_of(t->messages, article);
    if (t->w) {
        sheaf_json_open_object(t->w);
        sheaf_json_member_put_string(t->w, "article",
                                     sheaf_str(sheaf_article_describe(article)->key));
        sheaf_json_key(t->w, "changes");
        sheaf_json_open_list(t->w);
    } else {
        sheaf_slice mark = {NULL, 0};
        if (protected)
            mark = sheaf_message_word(t->messages, "protected");
        sheaf_buffer_printf(t->out, "%.*s %d. %.*s%s%.*s%s\n",
                            SHEAF_PRINT(sheaf_message_word(t->messages, "article")),
                            (int)article, SHEAF_PRINT(title), protected ? " (" : "",
                            SHEAF_PRINT(mark), protected ? ")" : "");
        if (said)
            sheaf_buffer_printf(t->out, "  %.*s\n",
                                SHEAF_PRINT(sheaf_message_word(t->messages, said)));
    }
    SHEAF_TRY(sheaf_article_changes(before, after, article, t->messages, tell_change, t, err));
    if (!t->w) {
        SHEAF_TRY(tell_sentences(t, before, after, article, NULL, true, err));
        return tell_sources(t, before, after, article, err);
    }
    sheaf_json_close(t->w);
    SHEAF_TRY(tell_sentences(t, before, after, article, "new_sentences", true, err));
    sheaf_json_member_put_int(t->w, "number", article);
    SHEAF_TRY(tell_sentences(t, before, after, article, "old_sentences", false, err));
    sheaf_json_member_put_bool(t->w, "protected", protected);
    if (said)
        sheaf_json_member_put_string(t->w, "said", sheaf_str(said));
    SHEAF_TRY(tell_sources(t, before, after, article, err));
    sheaf_json_close(t->w);
    return SHEAF_OK;
}

sheaf_status sheaf_bylaws_put_changes(sheaf_buffer *out, sheaf_json_writer *w,
                                      const struct sheaf_bylaws *before,
                                      const struct sheaf_bylaws *after,
                                      const sheaf_messages *messages, sheaf_amendment *sort,
                                      sheaf_err *err)
{
    telling t = {.messages = messages, .out = out, .w = w};
    *sort = SHEAF_AMENDMENT_NONE;
    for (sheaf_article i = 1; i < SHEAF_ARTICLE_COUNT; i++) {
        sheaf_amended amended = sheaf_article_amended(before, after, i);
        if (amended == SHEAF_AMENDED_NOT)
            continue;
        if (sheaf_amendment_protected(before, after, i))
            *sort = SHEAF_AMENDMENT_PROTECTED;
        else if (*sort == SHEAF_AMENDMENT_NONE)
            *sort = SHEAF_AMENDMENT_QUALIFIED;
        SHEAF_TRY(tell_article(&t, before, after, i, amended, err));
    }
    return sheaf_buffer_check(out, "the changes", err);
}

static const char *const sorts[] = {"none", "qualified", "protected"};

void sheaf_amendment_put(sheaf_buffer *out, const sheaf_messages *messages,
                         sheaf_amendment sort)
{
    char key[40];
    snprintf(key, sizeof key, "decision_%s", sorts[sort]);
    sheaf_buffer_add(out, sheaf_message_word(messages, key));
    sheaf_buffer_add_byte(out, '\n');
}

static sheaf_status diff(const sheaf_arguments *a, const sheaf_document *before,
                         const sheaf_document *after, sheaf_buffer *out, sheaf_err *err)
{
    sheaf_language language;
    sheaf_amendment sort = SHEAF_AMENDMENT_NONE;
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_status status = sheaf_language_open(&language, a->value[0], a->value[1], err);
    if (status == SHEAF_OK && a->json) {
        sheaf_json_open_object(&w);
        sheaf_json_key(&w, "articles");
        sheaf_json_open_list(&w);
    }
    if (status == SHEAF_OK)
        status = sheaf_bylaws_put_changes(out, a->json ? &w : NULL, before->bylaws,
                                          after->bylaws, &language.messages, &sort, err);
    if (status == SHEAF_OK && a->json) {
        sheaf_json_close(&w);
        sheaf_json_member_put_string(&w, "decision", sheaf_str(sorts[sort]));
        sheaf_json_close(&w);
    } else if (status == SHEAF_OK) {
        sheaf_buffer_add_string(out, out->len ? "\n" : "");
        sheaf_amendment_put(out, &language.messages, sort);
    }
    sheaf_language_free(&language);
    return status;
}

static sheaf_status open_one(sheaf_document *d, const char *from, const sheaf_arguments *a,
                             sheaf_err *err)
{
    return sheaf_document_open(d, from, a->value[2], a->value[3], SHEAF_NONE, err);
}

static int run_diff(const sheaf_arguments *a)
{
    sheaf_err err;
    sheaf_buffer out;
    sheaf_document before, after = {.version = SHEAF_NONE};
    bool two = a->argument_count == 2;
    sheaf_buffer_init(&out, SHEAF_MESSAGES_BYTES_MAX);
    sheaf_status status = open_one(&before, two ? a->argument[0] : NULL, a, &err);
    if (status == SHEAF_OK)
        status = open_one(&after, a->argument[two], a, &err);
    if (status == SHEAF_OK)
        status = diff(a, &before, &after, &out, &err);
    int code = status == SHEAF_OK ? sheaf_print(&out) : sheaf_report(a, &err);
    sheaf_buffer_deinit(&out);
    sheaf_document_free(&before);
    sheaf_document_free(&after);
    return code;
}

const sheaf_command sheaf_command_bylaws_diff = {
    .name = "bylaws diff",
    .arguments = "[FILE|DIR|URL] FILE|DIR|URL",
    .summary = "what one version of bylaws changes against another, article by article",
    .detail =
        "Each is a file of TOML or JSON, or those in force at a hub: of its folder or its\n"
        "address. The first is the older one; without it, those of the hub of your home. Each "
        "number\n"
        "that changes is told, marked where the program does not enforce it, and each "
        "sentence\n"
        "of the statutes that only one of the two has; a source that stayed while its number\n"
        "changed is named. With --json one object.",
    .options = {{"lang", "CODE", "en or de"},
                {"catalogue", "FILE", "messages of your own language"},
                {"home", "DIR", "your home folder"},
                {"ca", "FILE", "certificates to trust, in PEM"}},
    .arguments_min = 1,
    .arguments_max = 2,
    .many = -1,
    .run = run_diff,
};
