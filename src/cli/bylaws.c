/* cli/bylaws.c - `sheaf bylaws show` and `sheaf bylaws check`. */
#include "cli/cli.h"

#include "bylaws/statutes.h"
#include "cli/document.h"

#include <stdio.h>

typedef enum { AS_STATUTES, AS_HTML, AS_TOML, AS_JSON, AS_UNKNOWN } form;

static form form_of(const char *word)
{
    static const char *const names[] = {"statutes", "html", "toml", "json"};
    form f = AS_STATUTES;
    while (word && f < AS_UNKNOWN && strcmp(word, names[f]) != 0)
        f++;
    return f;
}

static sheaf_status write_statutes(const sheaf_document *d, form f, const char *code,
                                   const char *catalogue, sheaf_buffer *out, sheaf_err *err)
{
    sheaf_language language;
    sheaf_status status = sheaf_language_open(&language, code, catalogue, err);
    if (status == SHEAF_OK)
        status = sheaf_statutes_write(out, f == AS_HTML ? SHEAF_PAGE_HTML : SHEAF_PAGE_MARKDOWN,
                                      d->bylaws, &language.messages, sheaf_str(d->words), err);
    sheaf_language_free(&language);
    return status;
}

/* The document with its version, for programs. */
static void put_json(const sheaf_document *d, sheaf_buffer *out)
{
    static const char *const states[] = {
        [SHEAF_bylaws_state_waiting] = "waiting",
        [SHEAF_bylaws_state_in_force] = "in_force",
        [SHEAF_bylaws_state_former] = "former",
        [SHEAF_bylaws_state_withdrawn] = "withdrawn",
    };
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "bylaws");
    sheaf_json_raw(&w, sheaf_buffer_slice(&d->json));
    if (d->state != SHEAF_NO_VERSION)
        sheaf_json_member_put_string(&w, "state", sheaf_str(states[d->state]));
    if (d->version != SHEAF_NONE)
        sheaf_json_member_put_int(&w, "version", d->version);
    sheaf_json_close(&w);
}

static sheaf_status show(const sheaf_arguments *a, const sheaf_document *d, form f,
                         sheaf_buffer *out, sheaf_err *err)
{
    if (a->json)
        put_json(d, out);
    else if (f == AS_JSON)
        sheaf_buffer_add(out, sheaf_buffer_slice(&d->json));
    else if (f == AS_TOML)
        return sheaf_document_write_toml(d, out, err);
    else
        return write_statutes(d, f, a->value[1], a->value[2], out, err);
    return sheaf_buffer_check(out, "the bylaws", err);
}

static int run_show(const sheaf_arguments *a)
{
    sheaf_err err;
    sheaf_buffer out;
    sheaf_document d;
    long long version = SHEAF_NONE;
    const char *from = a->argument_count ? a->argument[0] : NULL;
    form f = form_of(a->value[0]);
    if (f == AS_UNKNOWN)
        return sheaf_usage(&sheaf_command_bylaws_show,
                           "--as is statutes, html, toml or json, not %.40s", a->value[0]);
    if (a->value[1] && a->value[2])
        return sheaf_usage(&sheaf_command_bylaws_show,
                           "--catalogue brings its own language; leave out --lang");
    if (a->value[3] && strcmp(a->value[3], "newest") == 0)
        version = SHEAF_DOCUMENT_NEWEST;
    else if (a->value[3] && !sheaf_number(a->value[3], 0, SHEAF_REF_MAX, &version))
        return sheaf_usage(&sheaf_command_bylaws_show,
                           "--version is the number of an entry, or newest");
    sheaf_status status =
        sheaf_document_open(&d, from, a->value[4], a->value[5], (uint32_t)version, &err);
    sheaf_buffer_init(&out, SHEAF_STATUTES_BYTES_MAX);
    if (status == SHEAF_OK)
        status = show(a, &d, f, &out, &err);
    int code = status == SHEAF_OK ? sheaf_print(&out) : sheaf_report(a, &err);
    sheaf_buffer_deinit(&out);
    sheaf_document_free(&d);
    return code;
}

const sheaf_command sheaf_command_bylaws_show = {
    .name = "bylaws show",
    .arguments = "[FILE|DIR|URL]",
    .summary = "show bylaws as statutes, as a page to print, as TOML or as JSON",
    .detail =
        "Of a file of JSON or TOML, or those in force at a hub: of its folder, its address,\n"
        "or the hub of your home where nothing is given. What the program does not enforce\n"
        "is marked in the statutes. An adopted amendment may await registration; then the\n"
        "newest version is what the next amendment begins with, and not yet in force.",
    .options = {{"as", "FORM", "statutes (Markdown, the default), html, toml or json"},
                {"lang", "CODE", "en or de"},
                {"catalogue", "FILE",
                 "messages of your own language; data/statutes/en.json is the pattern"},
                {"version", "ENTRY",
                 "another version, what a motion proposes, or newest, which may wait"},
                {"home", "DIR", "your home folder"},
                {"ca", "FILE", "certificates to trust, in PEM"}},
    .arguments_max = 1,
    .many = -1,
    .run = run_show,
};
