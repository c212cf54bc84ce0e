/* cli/bylaws_check.c - `sheaf bylaws check`, and the check before a document is used. */
#include "cli/cli.h"

#include "cli/document.h"
#include "coop/view.h"

#include <stdio.h>

sheaf_status sheaf_document_check(const sheaf_document *document, const char *name,
                                  sheaf_err *err)
{
    char article[100];
    sheaf_refusal refusal = sheaf_bylaws_judge(document->bylaws);
    const sheaf_refusal_text *text = sheaf_refusal_describe((uint16_t)refusal);
    if (refusal == SHEAF_ACCEPTED)
        return SHEAF_OK;
    sheaf_article_words(text->article, article, sizeof article);
    return sheaf_fail(err, SHEAF_INVALID, "%.40s: %s (%s; code %d)", name, text->sentence,
                      article, (int)refusal);
}

static int print_fault(const sheaf_arguments *a, const sheaf_refusal_text *text)
{
    char article[100];
    sheaf_buffer out;
    sheaf_article_words(text->article, article, sizeof article);
    if (!a->json) {
        printf("%s: %s (code %d)\n", article, text->sentence, (int)text->number);
        return SHEAF_EXIT_REFUSED;
    }
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_json_member_put_string(&w, "article", sheaf_str(text->article));
    sheaf_json_member_put_int(&w, "article_number", text->rests_on);
    sheaf_json_member_put_int(&w, "code", text->number);
    sheaf_json_member_put_string(&w, "refusal", sheaf_str(text->name));
    sheaf_json_member_put_string(&w, "sentence", sheaf_str(text->sentence));
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
            code = print_fault(a, sheaf_refusal_describe((uint16_t)refusal));
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
