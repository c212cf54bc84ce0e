/* cli/refusals.c - `sheaf help refusals`: every refusal with its number, by the article of the
 * bylaws that it rests on; and how a refusal is told. Declared in cli.h. */
#include "cli/cli.h"

#include "coop/refusal.h"

#include <stdio.h>

enum { NUMBER_MAX = 1000 };

static void put_one(sheaf_buffer *out, const sheaf_refusal_text *text, bool json)
{
    const sheaf_article_text *article = sheaf_article_describe(text->rests_on);
    if (!json) {
        sheaf_buffer_printf(out, "  %3d  %s\n", (int)text->number, text->sentence);
        return;
    }
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_string(&w, "article", sheaf_str(article->key));
    sheaf_json_member_put_int(&w, "article_number", article->number);
    sheaf_json_member_put_int(&w, "code", text->number);
    sheaf_json_member_put_string(&w, "refusal", sheaf_str(text->name));
    sheaf_json_member_put_string(&w, "sentence", sheaf_str(text->sentence));
    sheaf_json_close(&w);
    sheaf_buffer_add_byte(out, '\n');
}

static void put_article(sheaf_buffer *out, sheaf_article article, bool json)
{
    bool any = false;
    for (unsigned number = 1; number < NUMBER_MAX; number++) {
        const sheaf_refusal_text *text = sheaf_refusal_describe((sheaf_refusal)number);
        if (!text || text->rests_on != article)
            continue;
        if (!any && !json)
            sheaf_buffer_printf(out, "\nArticle %d. %s\n", (int)article,
                                sheaf_article_describe(article)->title);
        any = true;
        put_one(out, text, json);
    }
}

int sheaf_help_refusals(bool json)
{
    sheaf_buffer out;
    sheaf_buffer_init(&out, 1 << 20);
    if (!json)
        sheaf_buffer_add_string(
            &out, "What the rules refuse, by the article of the bylaws that each rests on "
                  "(sheaf bylaws show). A refused\nact has no effect; the program ends with "
                  "exit code 4. Numbers are never used again for something else.\n");
    for (sheaf_article i = 1; i < SHEAF_ARTICLE_COUNT; i++)
        put_article(&out, i, json);
    int code = sheaf_print(&out);
    sheaf_buffer_deinit(&out);
    return code;
}

void sheaf_article_words(const char *key, char *out, size_t size)
{
    sheaf_article article = sheaf_article_named(sheaf_str(key));
    if (article)
        snprintf(out, size, "article %d, %s", (int)article,
                 sheaf_article_describe(article)->title);
    else
        snprintf(out, size, "article %.40s", key);
}
