/* cli/bylaws_check.c - `sheaf bylaws check`, and the check before a document is used. */
#include "cli/cli.h"

#include "bylaws/bylaws.h"
#include "cli/document.h"
#include "coop/view.h"

#include <stdio.h>

/* The article, the path and who spoke. */
static void where_it_is(const struct sheaf_bylaws *bylaws, char *out, size_t size)
{
    sheaf_bylaws_finding finding;
    sheaf_buffer words;
    *out = 0;
    if (sheaf_bylaws_check(bylaws, &finding) == SHEAF_BYLAWS_SOUND)
        return;
    sheaf_buffer_init(&words, size - 1);
    sheaf_bylaws_fault_write(&finding, &words);
    snprintf(out, size, "%.*s", SHEAF_PRINT(sheaf_buffer_slice(&words)));
    sheaf_buffer_deinit(&words);
}

sheaf_status sheaf_document_check(const sheaf_document *document, const char *name,
                                  sheaf_err *err)
{
    char where[300];
    sheaf_refusal refusal = sheaf_bylaws_judge(document->bylaws);
    const sheaf_refusal_text *text = sheaf_refusal_describe((uint16_t)refusal);
    if (refusal == SHEAF_ACCEPTED)
        return SHEAF_OK;
    where_it_is(document->bylaws, where, sizeof where);
    return sheaf_fail(err, SHEAF_INVALID, "%.40s: %s (%s; code %d)", name, text->sentence,
                      where, (int)refusal);
}

static int print_fault(const sheaf_arguments *a, const sheaf_refusal_text *text,
                       const struct sheaf_bylaws *bylaws)
{
    char where[300];
    sheaf_buffer out;
    where_it_is(bylaws, where, sizeof where);
    if (!a->json) {
        printf("%s\n  %s (code %d)\n", where, text->sentence, (int)text->number);
        return SHEAF_EXIT_REFUSED;
    }
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_json_member_put_string(&w, "article", sheaf_str(text->article));
    sheaf_json_member_put_int(&w, "article_number", text->rests_on);
    sheaf_json_member_put_int(&w, "code", text->number);
    sheaf_json_member_put_string(&w, "refusal", sheaf_str(text->name));
    sheaf_json_member_put_string(&w, "sentence", sheaf_str(text->sentence));
    sheaf_json_member_put_string(&w, "where", sheaf_str(where));
    (void)sheaf_print_end(&out, &w);
    return SHEAF_EXIT_REFUSED;
}

static int run_check(const sheaf_arguments *a)
{
    sheaf_err err;
    sheaf_document d;
    sheaf_status status = sheaf_document_read(&d, a->argument[0], &err);
    int code = SHEAF_EXIT_DONE;
    if (status != SHEAF_OK) {
        code = sheaf_report(a, &err);
    } else {
        sheaf_refusal refusal = sheaf_bylaws_judge(d.bylaws);
        if (refusal != SHEAF_ACCEPTED)
            code = print_fault(a, sheaf_refusal_describe((uint16_t)refusal), d.bylaws);
        else
            puts(a->json ? "{\"sound\":true}"
                         : "nothing contradicts itself, and no floor is missed");
    }
    sheaf_document_free(&d);
    return code;
}

const sheaf_command sheaf_command_bylaws_check = {
    .name = "bylaws check",
    .arguments = "FILE",
    .summary = "would the rules take these bylaws: form, contradictions, legal floors",
    .detail = "FILE is TOML or JSON. Exit code 4 where the rules would refuse them, with the\n"
              "article and a sentence.",
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_check,
};
