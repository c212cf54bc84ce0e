/* cli/bylaws_check.c - `sheaf bylaws check`, and the check before a document is used. */
#include "cli/cli.h"

#include "bylaws/bylaws.h"
#include "cli/bylaws_sources.h"
#include "cli/document.h"
#include "coop/view.h"

#include <stdio.h>

enum { WHERE_SIZE = 400 };

/* The article, the path and who spoke. */
static void put_where(const sheaf_bylaws_finding *finding, char out[WHERE_SIZE])
{
    sheaf_buffer words;
    sheaf_buffer_init(&words, WHERE_SIZE - 1);
    sheaf_bylaws_fault_write(finding, &words);
    snprintf(out, WHERE_SIZE, "%.*s", SHEAF_PRINT(sheaf_buffer_slice(&words)));
    sheaf_buffer_deinit(&words);
}

sheaf_status sheaf_document_check(const sheaf_document *document, const char *name,
                                  sheaf_err *err)
{
    char where[WHERE_SIZE];
    sheaf_bylaws_finding finding;
    if (sheaf_bylaws_check(document->bylaws, &finding) == SHEAF_BYLAWS_SOUND)
        return SHEAF_OK;
    sheaf_refusal refusal = sheaf_bylaws_refusal(finding.fault);
    put_where(&finding, where);
    return sheaf_fail(err, SHEAF_INVALID, "%.60s: %s (%s; code %d)", sheaf_document_name(name),
                      sheaf_refusal_describe((uint16_t)refusal)->sentence, where, (int)refusal);
}

enum { FINDINGS_MAX = 100 };

/* One finding: a line for people and its sentence, or an object. */
static int print_finding(const sheaf_arguments *a, const sheaf_bylaws_finding *finding)
{
    char where[WHERE_SIZE];
    sheaf_buffer out;
    const sheaf_refusal_text *text =
        sheaf_refusal_describe((uint16_t)sheaf_bylaws_refusal(finding->fault));
    put_where(finding, where);
    if (!a->json) {
        printf("%s\n  %s (code %d)\n", where, text->sentence, (int)text->number);
        return SHEAF_EXIT_DONE;
    }
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_article article = sheaf_bylaws_finding_article(finding);
    sheaf_json_member_put_string(&w, "article",
                                 sheaf_str(sheaf_article_describe(article)->key));
    sheaf_json_member_put_int(&w, "article_number", article);
    sheaf_json_member_put_int(&w, "code", text->number);
    sheaf_json_member_put_string(&w, "path", sheaf_str(finding->path));
    sheaf_json_member_put_string(&w, "refusal", sheaf_str(text->name));
    sheaf_json_member_put_string(&w, "sentence", sheaf_str(text->sentence));
    sheaf_json_member_put_string(&w, "where", sheaf_str(where));
    return sheaf_print_end(&out, &w);
}

/* ---- notes: what the rules take and members should know ---- */

typedef struct {
    const sheaf_arguments *arguments;
    int code;
} noting;

/* A line and its sentence, or an object; `path` is one in the article. */
static void print_note(noting *n, sheaf_article article, sheaf_slice path, const char *name,
                       const char *sentence, sheaf_slice more)
{
    const sheaf_article_text *text = sheaf_article_describe(article);
    sheaf_buffer out;
    char where[WHERE_SIZE], words[WHERE_SIZE];
    snprintf(where, sizeof where, "%s.%.*s", text->key, SHEAF_PRINT(path));
    snprintf(words, sizeof words, "%s%.*s", sentence, SHEAF_PRINT(more));
    if (!n->arguments->json) {
        printf("note: article %d (%s), %s\n  %s\n", (int)article, text->title, where, words);
        return;
    }
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_json_member_put_string(&w, "article", sheaf_str(text->key));
    sheaf_json_member_put_int(&w, "article_number", article);
    sheaf_json_member_put_string(&w, "note", sheaf_str(name));
    sheaf_json_member_put_string(&w, "path", sheaf_str(where));
    sheaf_json_member_put_string(&w, "sentence", sheaf_str(words));
    n->code = sheaf_print_end(&out, &w);
}

static void note_source(void *context, sheaf_article article, sheaf_slice of,
                        sheaf_slice source)
{
    print_note(context, article, of, "source_stale",
               "what stands there is not what its source speaks of: ", source);
}

/* Candidates stand while ballots are taken, and who has voted cannot choose them any more. */
static void note_organs(noting *n, const struct sheaf_bylaws *bylaws)
{
    const struct sheaf_organ *organ = bylaws->organs.list.at;
    uint32_t count = bylaws->has_organs ? bylaws->organs.list.count : 0;
    if (bylaws->decisions.ballots_changeable)
        return;
    for (uint32_t i = 0; i < count; i++) {
        char path[WHERE_SIZE];
        snprintf(path, sizeof path, "list[%u].nominate_s", (unsigned)i);
        if (!organ[i].nominate_s)
            print_note(n, SHEAF_ARTICLE_organs, sheaf_str(path), "votes_before_candidates",
                       "candidates stand while votes are taken, and a vote cannot be changed: "
                       "who votes early cannot choose who stands late for: ",
                       organ[i].name);
    }
}

static sheaf_status print_notes(noting *n, const struct sheaf_bylaws *bylaws, sheaf_err *err)
{
    static const sheaf_slice none;
    const struct sheaf_admission_rules *admission = &bylaws->members.admission;
    if (admission->approvals <= 2 && !admission->has_object_s)
        print_note(n, SHEAF_ARTICLE_members, sheaf_str("admission.object_s"), "admits_at_once",
                   admission->approvals == 1
                       ? "one member alone admits whom it likes, at once: no time is set in "
                         "which others could decline"
                       : "two members alone admit whom they like, at once: no time is set in "
                         "which others could decline",
                   none);
    note_organs(n, bylaws);
    if (!bylaws->override.hold_s)
        print_note(n, SHEAF_ARTICLE_override, sheaf_str("hold_s"), "nothing_held",
                   "no automatic effect is held: it acts at once, and members suspend what has "
                   "begun",
                   none);
    if (!bylaws->privacy.has_epsilon_max_millionths)
        print_note(n, SHEAF_ARTICLE_privacy, sheaf_str("epsilon_max_millionths"),
                   "epsilon_unlimited",
                   "a mandate may spend any epsilon: a decision grants what it states, and no "
                   "cap stands above it",
                   none);
    return sheaf_sources_of_models(bylaws, note_source, n, err);
}

/* ---- the command ---- */

static int check(const sheaf_arguments *a, const struct sheaf_bylaws *bylaws)
{
    sheaf_err err;
    noting n = {a, SHEAF_EXIT_DONE};
    sheaf_bylaws_finding findings[FINDINGS_MAX];
    size_t count = sheaf_bylaws_check_all(bylaws, findings, FINDINGS_MAX);
    for (size_t i = 0; n.code == SHEAF_EXIT_DONE && i < count; i++)
        n.code = print_finding(a, &findings[i]);
    if (!count)
        puts(a->json ? "{\"sound\":true}"
                     : "nothing contradicts itself, and no floor is missed");
    if (n.code == SHEAF_EXIT_DONE && print_notes(&n, bylaws, &err) != SHEAF_OK)
        return sheaf_report(a, &err);
    return n.code == SHEAF_EXIT_DONE && count ? SHEAF_EXIT_REFUSED : n.code;
}

static int run_check(const sheaf_arguments *a)
{
    sheaf_err err;
    sheaf_document d;
    const char *from = a->argument_count ? a->argument[0] : NULL;
    sheaf_status status =
        sheaf_document_open(&d, from, a->value[0], a->value[1], SHEAF_NONE, &err);
    int code = status == SHEAF_OK ? check(a, d.bylaws) : sheaf_report(a, &err);
    sheaf_document_free(&d);
    return code;
}

const sheaf_command sheaf_command_bylaws_check = {
    .name = "bylaws check",
    .arguments = "[FILE|DIR|URL]",
    .summary = "would the rules take these bylaws: form, contradictions, legal floors",
    .detail =
        "Of a file of TOML or JSON, or those in force at a hub: of its folder, its address,\n"
        "or the hub of your home where nothing is given. Exit code 4 where the rules would\n"
        "refuse them: all that is wrong is told, each with its article, its place, a "
        "sentence,\n"
        "and who spoke: the bylaws themselves, or a floor of the legal form. Notes are what "
        "the\n"
        "rules take and members should know: a number that is not the one its source speaks\n"
        "of, effects that nothing holds back, members whom one or two admit at once, votes "
        "that\n"
        "are taken before candidates are known, a privacy budget without a cap. With --json "
        "an\n"
        "object each.",
    .options = {{"home", "DIR", "your home folder"},
                {"ca", "FILE", "certificates to trust, in PEM"}},
    .arguments_max = 1,
    .many = -1,
    .run = run_check,
};
