/* cli/effects_help.c - `sheaf help effects`: what a motion can bring about, by the article of
 * the bylaws that each rests on, with the decision that it needs at least. Declared in cli.h.
 */
#include "cli/cli.h"

#include "coop/motion.h"
#include "coop/override.h"

#include <stdio.h>

static void put_one(sheaf_buffer *out, sheaf_kind kind, sheaf_article article, bool json)
{
    const sheaf_shape *shape = sheaf_kind_shape(kind);
    bool held = sheaf_effect_held(kind);
    uint32_t voices = sheaf_effect_voices(kind);
    if (!json) {
        sheaf_buffer_printf(out, "  %-20s %s%s", shape->name, sheaf_needs_name(shape->needs),
                            held ? ", held first where article 15 has a hold" : "");
        if (voices)
            sheaf_buffer_printf(out, ", with %u votes for it at least", voices);
        sheaf_buffer_printf(out, "\n%23s%s\n", "", shape->doc);
        return;
    }
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_string(&w, "article",
                                 sheaf_str(sheaf_article_describe(article)->key));
    sheaf_json_member_put_int(&w, "article_number", article);
    sheaf_json_member_put_string(&w, "effect", sheaf_str(shape->name));
    sheaf_json_member_put_bool(&w, "held", held);
    sheaf_json_member_put_string(&w, "least", sheaf_str(sheaf_needs_name(shape->needs)));
    sheaf_json_member_put_string(&w, "summary", sheaf_str(shape->doc));
    sheaf_json_member_put_int(&w, "voices", voices);
    sheaf_json_close(&w);
    sheaf_buffer_add_byte(out, '\n');
}

int sheaf_help_effects(bool json)
{
    sheaf_buffer out;
    sheaf_buffer_init(&out, 1 << 20);
    if (!json)
        sheaf_buffer_add_string(
            &out,
            "What a motion can bring about, by the article that it rests on, with the "
            "decision that it needs at\nleast; bylaws can ask for more. sheaf help KIND has "
            "the fields of each, and the command that prints\nit for sheaf motion open "
            "--effect. A motion without an effect says what the members think.\n");
    for (sheaf_article article = 1; article < SHEAF_ARTICLE_COUNT; article++) {
        bool any = false;
        for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
            if (sheaf_effect_article(kind) != article)
                continue;
            if (!any && !json)
                sheaf_buffer_printf(&out, "\nArticle %d. %s\n", (int)article,
                                    sheaf_article_describe(article)->title);
            any = true;
            put_one(&out, kind, article, json);
        }
    }
    int code = sheaf_print(&out);
    sheaf_buffer_deinit(&out);
    return code;
}
