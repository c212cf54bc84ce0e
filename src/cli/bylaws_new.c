/* cli/bylaws_new.c - `sheaf bylaws new`: asks the founders, and writes the document. */
#include "cli/cli.h"

#include "base/toml.h"
#include "bylaws/model.h"
#include "cli/bylaws_questions.h"
#include "cli/bylaws_sources.h"
#include "cli/bylaws_words.h"
#include "cli/document.h"
#include "store/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern const char sheaf_bylaws_parts[], sheaf_bylaws_parts_end[];

enum { ANSWER_MAX = 2001, TRIES_MAX = 5 };

typedef struct {
    const sheaf_arguments *arguments;
    sheaf_draft tree;
    sheaf_json *answers, *parts; /* answers: NULL without a file */
    bool interactive;
    sheaf_err *err;
} founding;

/* ---- asking ---- */

/* Line feeds and blanks at the ends are no part of an answer. */
static void trim(char *line)
{
    size_t len = strlen(line), from = strspn(line, " \t");
    while (len > from && strchr(" \t\r\n", line[len - 1]))
        len--;
    memmove(line, line + from, len - from);
    line[len - from] = 0;
}

/* The answer of a person, or the default where the line is empty. */
static sheaf_status ask(founding *f, const char *words, const char *otherwise, char *out)
{
    fprintf(stderr, "%s%s%s%s ", words, *otherwise ? " [" : "", otherwise,
            *otherwise ? "]" : "");
    if (!fgets(out, ANSWER_MAX, stdin))
        return sheaf_fail(f->err, SHEAF_INVALID, "the answers ended at: %.100s", words);
    trim(out);
    if (!*out)
        snprintf(out, ANSWER_MAX, "%s", otherwise);
    return SHEAF_OK;
}

/* As a person would type it: a number in a file is one too, and a list has commas. */
static sheaf_status from_file(founding *f, const char *key, const sheaf_json *value, char *out)
{
    size_t used = 0;
    *out = 0;
    if (value->type == SHEAF_JSON_STRING && value->string.len < ANSWER_MAX) {
        snprintf(out, ANSWER_MAX, "%.*s", SHEAF_PRINT(value->string));
        return SHEAF_OK;
    }
    if (value->type == SHEAF_JSON_INT) {
        snprintf(out, ANSWER_MAX, "%lld", (long long)value->integer);
        return SHEAF_OK;
    }
    for (const sheaf_json *m = value->type == SHEAF_JSON_LIST ? value->first : NULL; m;
         m = m->next) {
        if (m->type != SHEAF_JSON_STRING || m->string.len > ANSWER_MAX / 2 - used)
            break;
        used += (size_t)snprintf(out + used, ANSWER_MAX - used, "%s%.*s", used ? ", " : "",
                                 SHEAF_PRINT(m->string));
        if (!m->next)
            return SHEAF_OK;
    }
    if (value->type == SHEAF_JSON_LIST && !value->first)
        return snprintf(out, ANSWER_MAX, "none"), SHEAF_OK;
    return sheaf_fail(f->err, SHEAF_INVALID,
                      "the answer “%s” is text in quotes, a whole number or a list of texts",
                      key);
}

static sheaf_status answer_one(founding *f, const sheaf_question *q, const char *answer)
{
    sheaf_err why = {0};
    sheaf_status status = sheaf_question_answer(q, answer, f->parts, &f->tree, &why);
    return status == SHEAF_OK ? SHEAF_OK
                              : sheaf_fail(f->err, status, "%s: %s", q->key, why.message);
}

/* Told at once; whether the name has it as a word of its own the floors of the form say. */
static bool lacks_sce(const founding *f, const sheaf_question *q, const char *answer)
{
    const sheaf_json *form = sheaf_draft_at(&f->tree, "purpose.form");
    return strcmp(q->path, "purpose.name") == 0 && form && sheaf_slice_is(form->string, "sce")
           && !strstr(answer, "SCE");
}

/* A person may try again. */
static sheaf_status ask_until_right(founding *f, const sheaf_question *q, const char *otherwise)
{
    char answer[ANSWER_MAX];
    sheaf_err why = {0};
    for (const sheaf_json *part = q->sort == SHEAF_ANSWER_PARTS ? f->parts->first : NULL; part;
         part = part->next)
        fprintf(stderr, "%s%.*s%s", part == f->parts->first ? "Optional articles: " : "",
                SHEAF_PRINT(part->name), part->next ? ", " : "\n");
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        SHEAF_TRY(ask(f, q->words, otherwise, answer));
        bool needed = sheaf_question_needed(q, &f->tree);
        if (!*answer && !needed)
            return SHEAF_OK;
        if (!*answer)
            snprintf(why.message, sizeof why.message, "this one is needed");
        else if (lacks_sce(f, q, answer))
            snprintf(why.message, sizeof why.message,
                     "the name of a European Cooperative Society has the word SCE");
        else if (sheaf_question_answer(q, answer, f->parts, &f->tree, &why) == SHEAF_OK)
            return SHEAF_OK;
        fprintf(stderr, "  %s\n", why.message);
    }
    return sheaf_fail(f->err, SHEAF_INVALID, "%s: %s", q->key, why.message);
}

static sheaf_status does_not_apply(founding *f, const sheaf_question *q)
{
    int article = (int)strcspn(q->path, ".");
    if (sheaf_draft_at(&f->tree, q->path))
        return sheaf_fail(f->err, SHEAF_INVALID,
                          "%s: this model counts in seconds; answer with [%.*s] and %s = 60",
                          q->key, (int)(strrchr(q->path, '.') - q->path), q->path,
                          strrchr(q->path, '.') + 1);
    return sheaf_fail(f->err, SHEAF_INVALID, "%s: these bylaws have no %.*s; add it to parts",
                      q->key, article, q->path);
}

static sheaf_status answer_all(founding *f)
{
    char answer[ANSWER_MAX], otherwise[ANSWER_MAX];
    for (size_t i = 0; i < sheaf_question_count; i++) {
        const sheaf_question *q = &sheaf_questions[i];
        const sheaf_json *given = f->answers ? sheaf_json_member(f->answers, q->key) : NULL;
        if (!given && !sheaf_question_applies(q, &f->tree))
            continue;
        sheaf_question_default(q, &f->tree, otherwise, sizeof otherwise);
        if (given && !sheaf_question_applies(q, &f->tree))
            return does_not_apply(f, q);
        if (given) {
            SHEAF_TRY(from_file(f, q->key, given, answer));
            SHEAF_TRY(answer_one(f, q, answer));
        } else if (f->interactive) {
            SHEAF_TRY(ask_until_right(f, q, otherwise));
        } else if (sheaf_question_needed(q, &f->tree)) {
            return sheaf_fail(
                f->err, SHEAF_INVALID,
                "nobody said its %s; give --answers FILE, where %s = \"…\" stands", q->key,
                q->key);
        }
    }
    return SHEAF_OK;
}

/* ---- the answers' file ---- */

/* Tables of the answers are laid over the document; all else must be a question's. */
static sheaf_status lay_tables(founding *f)
{
    for (sheaf_json *m = f->answers ? f->answers->first : NULL; m; m = m->next) {
        bool known = sheaf_slice_is(m->name, "model");
        for (size_t i = 0; i < sheaf_question_count && !known; i++)
            known = sheaf_slice_is(m->name, sheaf_questions[i].key);
        if (!known && m->type != SHEAF_JSON_OBJECT)
            return sheaf_fail(f->err, SHEAF_INVALID,
                              "the answers have “%.*s”, which is no question and no article; "
                              "see: sheaf help bylaws new",
                              m->name.len < 60 ? (int)m->name.len : 60,
                              (const char *)m->name.data);
        if (known || m->type != SHEAF_JSON_OBJECT)
            continue;
        sheaf_json only = *m, over = {.type = SHEAF_JSON_OBJECT, .first = &only, .count = 1};
        only.next = NULL;
        SHEAF_TRY(sheaf_draft_lay(&f->tree, &over, f->err));
    }
    return SHEAF_OK;
}

/* ---- the model ---- */

static void list_models(char *out, size_t size)
{
    size_t used = 0;
    const sheaf_bylaws_model *model;
    for (size_t i = 0; (model = sheaf_bylaws_model_at(i)) && used < size; i++)
        used +=
            (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "", model->name);
}

static const sheaf_bylaws_model *model_named(const char *name)
{
    const sheaf_bylaws_model *model;
    for (size_t i = 0; (model = sheaf_bylaws_model_at(i)); i++)
        if (strcmp(name, model->name) == 0)
            break;
    return model;
}

/* A person may try again here too. */
static sheaf_status ask_for_model(founding *f, char *answer)
{
    const sheaf_bylaws_model *model;
    fprintf(stderr, "Which model do you start from?\n");
    for (size_t i = 0; (model = sheaf_bylaws_model_at(i)); i++)
        fprintf(stderr, "  %-14s %s\n", model->name, model->words);
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        SHEAF_TRY(ask(f, "Model", "association", answer));
        if (model_named(answer))
            break;
        fprintf(stderr, "  it is one of the names above\n");
    }
    return SHEAF_OK;
}

static sheaf_status choose_model(founding *f, const char **text)
{
    char answer[ANSWER_MAX] = "association", known[160];
    const sheaf_json *given = f->answers ? sheaf_json_member(f->answers, "model") : NULL;
    list_models(known, sizeof known);
    if (f->arguments->value[0]) {
        snprintf(answer, sizeof answer, "%s", f->arguments->value[0]);
    } else if (given) {
        SHEAF_TRY(from_file(f, "model", given, answer));
    } else if (f->interactive) {
        SHEAF_TRY(ask_for_model(f, answer));
    } else if (!f->answers && !f->arguments->value[2]) {
        return sheaf_fail(f->err, SHEAF_INVALID,
                          "nobody is there to ask: give --answers FILE, or --yes for the "
                          "defaults (models: %s)",
                          known);
    }
    const sheaf_bylaws_model *model = model_named(answer);
    if (model) {
        *text = model->text;
        return SHEAF_OK;
    }
    return sheaf_fail(f->err, SHEAF_INVALID, "there is no model “%.40s”; models are %s", answer,
                      known);
}

/* ---- the command ---- */

static sheaf_status write_out(const sheaf_arguments *a, const sheaf_document *d, sheaf_err *err)
{
    const char *path = a->value[3];
    size_t len = path ? strlen(path) : 0;
    bool json = a->json || (len > 5 && strcmp(path + len - 5, ".json") == 0);
    sheaf_buffer out;
    sheaf_buffer_init(&out, 4 * SHEAF_DOCUMENT_BYTES_MAX);
    sheaf_status status = SHEAF_OK;
    if (json)
        sheaf_buffer_add(&out, sheaf_buffer_slice(&d->json));
    else
        status = sheaf_document_write_toml(d, &out, err);
    if (status == SHEAF_OK)
        status = sheaf_buffer_check(&out, "the bylaws", err);
    if (status == SHEAF_OK && path) {
        status = sheaf_file_exists(path)
                     ? sheaf_fail(err, SHEAF_INVALID, "%.150s exists already", path)
                     : sheaf_file_write(path, 0644, sheaf_buffer_slice(&out), err);
        if (status == SHEAF_OK)
            fprintf(stderr, "Written to %s. Read it with: sheaf bylaws show %s\n", path, path);
    } else if (status == SHEAF_OK) {
        (void)sheaf_print(&out);
    }
    sheaf_buffer_deinit(&out);
    return status;
}

/* What the answers make, as far as it is sound. */
static sheaf_status take(founding *f, sheaf_document *out)
{
    sheaf_status status = sheaf_document_take(out, f->tree.root, "the new bylaws", f->err);
    if (status == SHEAF_OK)
        status = sheaf_document_check(out, "the new bylaws", f->err);
    if (status != SHEAF_OK)
        sheaf_document_free(out);
    return status;
}

/* Where the answers make no sound document a person is asked again, and what was said before is
 * what an empty line keeps. */
static sheaf_status answer_and_check(founding *f, const char *text, sheaf_document *out)
{
    for (int tries = 1;; tries++) {
        SHEAF_TRY(answer_all(f));
        SHEAF_TRY(lay_tables(f));
        sheaf_status status = take(f, out);
        if (status == SHEAF_OK)
            break;
        if (status != SHEAF_INVALID || !f->interactive || tries == TRIES_MAX)
            return status;
        fprintf(stderr, "  %s\nOnce more; an empty line keeps what stands in brackets.\n",
                f->err->message);
    }
    sheaf_document_free(out);
    SHEAF_TRY(sheaf_draft_settle_sources(&f->tree, text, f->err));
    return take(f, out);
}

static sheaf_status make(founding *f, sheaf_arena *arena, sheaf_buffer *file, sheaf_err *err)
{
    const char *text = "";
    sheaf_document d;
    if (f->arguments->value[1])
        SHEAF_TRY(sheaf_document_parse(&f->answers, f->arguments->value[1], file, arena, err));
    SHEAF_TRY(sheaf_json_parse(
        sheaf_bytes(sheaf_bylaws_parts, (size_t)(sheaf_bylaws_parts_end - sheaf_bylaws_parts)),
        arena, &f->parts, err));
    SHEAF_TRY(choose_model(f, &text));
    f->tree.arena = arena;
    SHEAF_TRY(sheaf_json_parse(sheaf_str(text), arena, &f->tree.root, err));
    SHEAF_TRY(answer_and_check(f, text, &d));
    sheaf_status status = write_out(f->arguments, &d, err);
    sheaf_document_free(&d);
    return status;
}

static int run_new(const sheaf_arguments *a)
{
    sheaf_err err;
    sheaf_buffer file;
    founding f = {.arguments = a, .err = &err};
    f.interactive = !a->value[1] && !a->value[2] && isatty(STDIN_FILENO);
    void *block = malloc(SHEAF_ACT_ARENA_BYTES);
    sheaf_buffer_init(&file, SHEAF_DOCUMENT_BYTES_MAX);
    sheaf_arena arena = sheaf_arena_over(block, block ? SHEAF_ACT_ARENA_BYTES : 0);
    sheaf_status status = make(&f, &arena, &file, &err);
    sheaf_buffer_deinit(&file);
    free(block);
    return status == SHEAF_OK ? SHEAF_EXIT_DONE : sheaf_report(a, &err);
}

const sheaf_command sheaf_command_bylaws_new = {
    .name = "bylaws new",
    .arguments = "",
    .summary = "make bylaws from a model and at most twelve answers",
    .detail =
        "Everything that is not asked has a default and can be changed later. The answers can\n"
        "come from a file of TOML: model, name, purpose, place, currency, approvals,\n"
        "share_price, voting_days, reserve_percent, data_percent, readers, parts. Its tables\n"
        "are laid over the document: [decisions.ordinary] with open_s = 1209600. Where a "
        "number\n"
        "is another than the model's, its source is the founders' choice unless you name one.\n"
        "Prints TOML, or JSON with --json.",
    .options = {{"model", "NAME",
                 "association, coop3, sce, worker, data-coop, consortium or demonstration"},
                {"answers", "FILE", "the answers, as TOML or JSON"},
                {"yes", NULL, "the default for whatever has no answer"},
                {"out", "FILE", "write there: JSON where the name ends in .json, else TOML"}},
    .many = -1,
    .run = run_new,
};
