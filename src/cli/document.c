#include "cli/document.h"

#include "base/toml.h"
#include "bylaws/bylaws.h"
#include "cli/round_source.h"
#include "coop/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

extern const char sheaf_statutes_en[], sheaf_statutes_en_end[];
extern const char sheaf_statutes_de[], sheaf_statutes_de_end[];

enum { COMMENT_MAX = 1000, DAY_SIZE = 16 };

/* ---- files ---- */

static bool ends_in(const char *name, const char *ending)
{
    size_t len = strlen(name), end = strlen(ending);
    return len >= end && strcmp(name + len - end, ending) == 0;
}

static bool is_json(const char *path, sheaf_slice bytes)
{
    while (bytes.len && strchr(" \t\r\n", bytes.data[0]))
        bytes.data++, bytes.len--;
    return ends_in(path, ".json") || (bytes.len && bytes.data[0] == '{');
}

/* Is it a file to read, and not a folder or a hub's address? */
static bool is_file(const char *argument)
{
    struct stat st;
    return strcmp(argument, "-") == 0 || (stat(argument, &st) == 0 && !S_ISDIR(st.st_mode))
           || ends_in(argument, ".json") || ends_in(argument, ".toml");
}

sheaf_status sheaf_document_parse(sheaf_json **out, const char *path, sheaf_buffer *bytes,
                                  sheaf_arena *arena, sheaf_err *err)
{
    sheaf_err why = {0};
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    SHEAF_TRY(sheaf_file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, bytes, err));
    sheaf_slice in = sheaf_buffer_slice(bytes);
    bool json = is_json(path, in) && !ends_in(path, ".toml");
    sheaf_status status =
        json ? sheaf_json_parse(in, arena, out, &why) : sheaf_toml_parse(in, arena, out, &why);
    return status == SHEAF_OK
               ? SHEAF_OK
               : sheaf_fail(err, status, "%.100s is not %s: %s", name,
                            json ? "JSON" : "TOML as bylaws are written in", why.message);
}

const char *sheaf_document_name(const char *path)
{
    enum { LONG = 60 };
    const char *last = strrchr(path, '/');
    return strlen(path) > LONG && last ? last + 1 : path;
}

/* What `json` holds in canonical form becomes what `bylaws` points to. */
static sheaf_status decode(sheaf_document *d, const char *name, sheaf_err *err)
{
    sheaf_err why = {0};
    d->block = malloc(SHEAF_ACT_ARENA_BYTES);
    if (!d->block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the bylaws");
    sheaf_arena arena = sheaf_arena_over(d->block, SHEAF_ACT_ARENA_BYTES);
    sheaf_status status = sheaf_bylaws_decode(sheaf_buffer_slice(&d->json), SHEAF_REVISION,
                                              &arena, &d->bylaws, &why);
    if (status == SHEAF_OK)
        return SHEAF_OK;
    /* A message on the form begins with the path of the field. */
    sheaf_article article =
        sheaf_article_named(sheaf_bytes(why.message, strcspn(why.message, ".[:")));
    if (!article)
        return sheaf_fail(err, status, "%.60s: %s", sheaf_document_name(name), why.message);
    return sheaf_fail(err, status, "%.60s: article %d (%s), %s", sheaf_document_name(name),
                      (int)article, sheaf_article_describe(article)->title, why.message);
}

sheaf_status sheaf_document_take(sheaf_document *out, const sheaf_json *tree, const char *name,
                                 sheaf_err *err)
{
    *out = (sheaf_document){.version = SHEAF_NONE, .state = SHEAF_NO_VERSION};
    sheaf_buffer_init(&out->json, SHEAF_DOCUMENT_BYTES_MAX);
    sheaf_json_write(&out->json, tree);
    SHEAF_TRY(sheaf_buffer_check(&out->json, "the bylaws", err));
    return decode(out, name, err);
}

sheaf_status sheaf_document_read(sheaf_document *out, const char *path, sheaf_err *err)
{
    sheaf_buffer bytes;
    sheaf_json *tree;
    void *block = malloc(SHEAF_ACT_ARENA_BYTES);
    *out = (sheaf_document){.version = SHEAF_NONE, .state = SHEAF_NO_VERSION};
    if (!block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the bylaws");
    sheaf_arena arena = sheaf_arena_over(block, SHEAF_ACT_ARENA_BYTES);
    sheaf_buffer_init(&bytes, SHEAF_DOCUMENT_BYTES_MAX);
    sheaf_status status = sheaf_document_parse(&tree, path, &bytes, &arena, err);
    if (status == SHEAF_OK)
        status = sheaf_document_take(out, tree, path, err);
    sheaf_buffer_deinit(&bytes);
    free(block);
    return status;
}

void sheaf_document_free(sheaf_document *document)
{
    sheaf_buffer_deinit(&document->json);
    free(document->block);
}

/* ---- a log ---- */

static void say_day(char out[DAY_SIZE], int64_t seconds)
{
    time_t when = (time_t)seconds;
    struct tm utc;
    if (!gmtime_r(&when, &utc) || !strftime(out, DAY_SIZE, "%Y-%m-%d", &utc))
        snprintf(out, DAY_SIZE, "that day");
}

/* Which version it is, and what has become of it. */
static void say_version(sheaf_document *d, const sheaf_state *state)
{
    const struct sheaf_row_coop *coop = sheaf_coop(state);
    const struct sheaf_row_bylaws *row = sheaf_bylaws_find(state, d->version);
    const struct sheaf_row_registration *entered = sheaf_registration_find(state, d->version);
    char registered[200] = "", day[DAY_SIZE];
    d->state = row ? row->state : SHEAF_NO_VERSION;
    if (entered) {
        say_day(day, entered->date);
        snprintf(registered, sizeof registered, ", registered as %.*s on %s",
                 SHEAF_PRINT(SHEAF_WORDS(entered->number)), day);
    }
    if (!row)
        snprintf(d->words, sizeof d->words,
                 "What entry %u proposes or proposed; in force is the version of entry %u.",
                 d->version, coop->bylaws);
    else if (row->state == SHEAF_bylaws_state_waiting)
        snprintf(d->words, sizeof d->words,
                 "Adopted by entry %u of the log, awaiting registration; in force is the "
                 "version of entry %u.",
                 d->version, coop->bylaws);
    else if (row->state == SHEAF_bylaws_state_withdrawn)
        snprintf(d->words, sizeof d->words,
                 "Adopted by entry %u of the log and withdrawn before its registration; in "
                 "force is the version of entry %u.",
                 d->version, coop->bylaws);
    else if (row->state == SHEAF_bylaws_state_former)
        snprintf(d->words, sizeof d->words,
                 "The version of entry %u of the log%s; in force is that of entry %u.",
                 d->version, registered, coop->bylaws);
    else if (coop->bylaws_newest == d->version)
        snprintf(d->words, sizeof d->words, "The version in force, by entry %u of the log%s.",
                 d->version, registered);
    else
        snprintf(d->words, sizeof d->words,
                 "The version in force, by entry %u of the log%s. Adopted, awaiting "
                 "registration: that of entry %u.",
                 d->version, registered, coop->bylaws_newest);
}

static sheaf_status find_in(sheaf_document *d, const sheaf_round_source *source,
                            uint32_t version, sheaf_err *err)
{
    const struct sheaf_bylaws *found;
    sheaf_log_store *log;
    sheaf_buffer entry;
    void *block = malloc(SHEAF_ACT_ARENA_BYTES);
    if (!block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the bylaws");
    sheaf_arena arena = sheaf_arena_over(block, SHEAF_ACT_ARENA_BYTES);
    d->version = version == SHEAF_NONE              ? sheaf_coop(source->state)->bylaws
                 : version == SHEAF_DOCUMENT_NEWEST ? sheaf_coop(source->state)->bylaws_newest
                                                    : version;
    sheaf_buffer_init(&entry, SHEAF_ENTRY_MAX);
    sheaf_status status = sheaf_round_source_log(source, &log, err);
    if (status == SHEAF_OK) {
        status = sheaf_log_bylaws(log, d->version, &arena, &entry, &found, err);
        sheaf_round_source_log_close(source, log);
    }
    if (status == SHEAF_OK) {
        sheaf_record_encode(&d->json, sheaf_record_shape("bylaws"), found);
        status = decode(d, source->where, err);
    }
    say_version(d, source->state);
    sheaf_buffer_deinit(&entry);
    free(block);
    return status;
}

sheaf_status sheaf_document_find(sheaf_document *out, const char *from, const char *home,
                                 const char *ca_file, uint32_t version, sheaf_err *err)
{
    sheaf_round_source source;
    *out = (sheaf_document){.version = SHEAF_NONE, .state = SHEAF_NO_VERSION};
    sheaf_buffer_init(&out->json, SHEAF_DOCUMENT_BYTES_MAX);
    SHEAF_TRY(sheaf_round_source_open(&source, from, home, ca_file, SHEAF_NONE, err));
    sheaf_status status = find_in(out, &source, version, err);
    sheaf_round_source_close(&source);
    return status;
}

sheaf_status sheaf_document_open(sheaf_document *out, const char *from, const char *home,
                                 const char *ca_file, uint32_t version, sheaf_err *err)
{
    struct stat st;
    *out = (sheaf_document){.version = SHEAF_NONE, .state = SHEAF_NO_VERSION};
    if (from && is_file(from))
        return sheaf_document_read(out, from, err);
    if (from && !strstr(from, "://") && stat(from, &st) != 0)
        return sheaf_fail(err, SHEAF_IO, "there is no file and no folder %.100s", from);
    return sheaf_document_find(out, from, home, ca_file, version, err);
}

/* ---- words ---- */

/* The documentation of the field at the path, with its choices, in the buffer. */
static const char *field_doc(void *context, const sheaf_slice *path, size_t depth)
{
    const sheaf_shape *shape = sheaf_record_shape("bylaws");
    const sheaf_field *field = NULL;
    sheaf_buffer *words = context;
    for (size_t i = 0; i < depth && shape; i++) {
        field = sheaf_shape_field(shape, path[i]);
        shape = field ? field->shape : NULL;
    }
    if (!field || !field->choices)
        return field ? field->doc : NULL;
    sheaf_buffer_reset(words);
    sheaf_buffer_printf(words, "%s:", field->doc);
    for (size_t i = 0; field->choices[i]; i++)
        sheaf_buffer_printf(words, "%s %s", i ? "," : "", field->choices[i]);
    sheaf_buffer_add_byte(words, 0);
    return words->failed ? field->doc : (const char *)words->data;
}

/* Articles in the order of their numbers: people read from the first. */
static void order_articles(sheaf_json *document)
{
    sheaf_json *rest = document->first, *sorted = NULL, **end = &sorted;
    for (sheaf_article i = 1; i < SHEAF_ARTICLE_COUNT; i++)
        for (sheaf_json **at = &rest; *at; at = &(*at)->next)
            if (sheaf_slice_is((*at)->name, sheaf_article_describe(i)->key)) {
                sheaf_json *article = *at;
                *at = article->next;
                article->next = NULL;
                *end = article;
                end = &article->next;
                break;
            }
    *end = rest;
    document->first = sorted;
}

sheaf_status sheaf_document_write_toml(const sheaf_document *document, sheaf_buffer *out,
                                       sheaf_err *err)
{
    sheaf_buffer words;
    const sheaf_toml_comments comments = {field_doc, &words};
    sheaf_json *tree;
    void *block = malloc(SHEAF_ACT_ARENA_BYTES);
    if (!block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the bylaws");
    sheaf_arena arena = sheaf_arena_over(block, SHEAF_ACT_ARENA_BYTES);
    sheaf_buffer_init(&words, COMMENT_MAX);
    sheaf_status status =
        sheaf_json_parse(sheaf_buffer_slice(&document->json), &arena, &tree, err);
    if (status == SHEAF_OK) {
        order_articles(tree);
        status = sheaf_toml_write(out, tree, &comments, err);
    }
    sheaf_buffer_deinit(&words);
    free(block);
    return status == SHEAF_OK ? sheaf_buffer_check(out, "the bylaws", err) : status;
}

static sheaf_slice english(void)
{
    return sheaf_bytes(sheaf_statutes_en, (size_t)(sheaf_statutes_en_end - sheaf_statutes_en));
}

sheaf_status sheaf_language_open(sheaf_language *out, const char *code,
                                 const char *catalogue_file, sheaf_err *err)
{
    *out = (sheaf_language){.block = malloc(SHEAF_MESSAGES_ARENA_BYTES)};
    sheaf_slice own = english();
    sheaf_buffer_init(&out->own, SHEAF_MESSAGES_BYTES_MAX);
    if (!out->block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the messages");
    sheaf_arena arena = sheaf_arena_over(out->block, SHEAF_MESSAGES_ARENA_BYTES);
    if (catalogue_file) {
        SHEAF_TRY(sheaf_file_read(catalogue_file, &out->own, err));
        own = sheaf_buffer_slice(&out->own);
    } else if (code && strcmp(code, "de") == 0) {
        own =
            sheaf_bytes(sheaf_statutes_de, (size_t)(sheaf_statutes_de_end - sheaf_statutes_de));
    } else if (code && strcmp(code, "en") != 0) {
        return sheaf_fail(err, SHEAF_INVALID,
                          "the program speaks en and de; another language comes from a "
                          "catalogue of yours: --catalogue FILE");
    }
    return sheaf_messages_open(&out->messages, own, english(), &arena, err);
}

void sheaf_language_free(sheaf_language *language)
{
    sheaf_buffer_deinit(&language->own);
    free(language->block);
}
