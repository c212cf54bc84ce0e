#include "cli/arguments_show.h"

#include "cli/cli.h"
#include "cli/source_text.h"
#include "coop/electorate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 100, INDENT = 4, STEP = 2, DEPTH_MAX = 6, NOBODY = SHOWN_MAX + 1 };

/* The newest on a matter, the oldest of them first, as a tree of answers: places in `list`, its
 * root the place behind the last. */
typedef struct {
    const struct sheaf_row_argument *list[SHOWN_MAX];
    uint32_t count;
    uint32_t parent[SHOWN_MAX];
    uint32_t first[SHOWN_MAX + 1], next[SHOWN_MAX]; /* NOBODY after the last */
} thread;

static uint32_t place_of(const thread *t, uint32_t id)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (t->list[i]->id == id)
            return i;
    return t->count;
}

static void gather(const sheaf_state *state, const struct sheaf_row_debate *debate, thread *out)
{
    uint32_t at = debate->last;
    out->count = debate->arguments < SHOWN_MAX ? debate->arguments : SHOWN_MAX;
    for (uint32_t i = out->count; i-- > 0;) {
        out->list[i] = sheaf_argument_at(state, at - 1);
        at = out->list[i]->before;
    }
    for (uint32_t i = 0; i <= out->count; i++)
        out->first[i] = NOBODY;
    for (uint32_t i = out->count; i-- > 0;) {
        uint32_t parent = place_of(out, out->list[i]->answers);
        out->parent[i] = parent;
        out->next[i] = out->first[parent];
        out->first[parent] = i;
    }
}

/* ---- for people ---- */

/* Each line behind a bar, so that no text looks like what others have said. */
static void print_words(const sheaf_round_source *source, const sheaf_hash *commitment,
                        int indent)
{
    sheaf_buffer text;
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    if (!sheaf_source_text(source, commitment, &text)) {
        sheaf_buffer_reset(&text);
        printf("%*sits words are not at hand: withheld, erased or not for you\n", indent, "");
    }
    for (sheaf_slice rest = sheaf_buffer_slice(&text); rest.len;) {
        const uint8_t *end = memchr(rest.data, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.data) : rest.len;
        printf("%*s| ", indent, "");
        sheaf_print_plain(sheaf_bytes(rest.data, len));
        puts("");
        len += end != NULL;
        rest = sheaf_bytes(rest.data + len, rest.len - len);
    }
    sheaf_buffer_deinit(&text);
}

static void print_argument(const sheaf_round_source *source,
                           const struct sheaf_row_argument *argument, uint32_t depth)
{
    static const char *const sides[] = {
        [SHEAF_stance_neither] = "",
        [SHEAF_stance_against] = "against, ",
        [SHEAF_stance_for] = "for, ",
    };
    int indent = INDENT + STEP * (int)(depth < DEPTH_MAX ? depth : DEPTH_MAX);
    printf("%*s%" PRIu32 " %sby member %" PRIu32, indent, "", argument->id,
           sides[argument->stance], argument->member);
    sheaf_source_print_name(source, argument->member);
    if (argument->answers != SHEAF_NONE)
        printf(", answers %" PRIu32, argument->answers);
    if (sheaf_conflicted(source->state, argument->matter, argument->member))
        fputs("; has a conflict of interest", stdout);
    puts("");
    print_words(source, &argument->text, indent + STEP);
}

/* Each before its answers, and these before what was said after it. */
static void print_thread(const sheaf_round_source *source, const thread *t)
{
    uint32_t at = t->first[t->count], depth = 0;
    while (at != NOBODY) {
        print_argument(source, t->list[at], depth);
        if (t->first[at] != NOBODY) {
            at = t->first[at];
            depth++;
            continue;
        }
        while (t->next[at] == NOBODY && t->parent[at] != t->count) {
            at = t->parent[at];
            depth--;
        }
        at = t->next[at];
    }
}

void sheaf_arguments_print(const sheaf_round_source *source, uint32_t matter, bool open,
                           int width)
{
    const struct sheaf_row_debate *debate = sheaf_debate_find(source->state, matter);
    thread t;
    if (!debate) {
        if (open)
            printf("  %-*snone yet; `sheaf argument give` gives one\n", width, "arguments");
        return;
    }
    gather(source->state, debate, &t);
    printf("  %-*s%" PRIu32, width, "arguments", debate->arguments);
    if (t.count < debate->arguments)
        printf(", of which the newest %" PRIu32 " stand here", t.count);
    puts("");
    print_thread(source, &t);
}

/* ---- as data ---- */

static void put_argument(const sheaf_round_source *source,
                         const struct sheaf_row_argument *argument, sheaf_json_writer *w)
{
    static const char *const sides[] = {
        [SHEAF_stance_neither] = "neither",
        [SHEAF_stance_against] = "against",
        [SHEAF_stance_for] = "for",
    };
    sheaf_buffer text;
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    sheaf_json_open_object(w);
    if (argument->answers == SHEAF_NONE) {
        sheaf_json_key(w, "answers");
        sheaf_json_null(w);
    } else {
        sheaf_json_member_put_int(w, "answers", argument->answers);
    }
    sheaf_json_member_put_int(w, "id", argument->id);
    sheaf_json_member_put_int(w, "member", argument->member);
    sheaf_json_member_put_string(w, "stance", sheaf_str(sides[argument->stance]));
    if (sheaf_source_text(source, &argument->text, &text))
        sheaf_json_member_put_string(w, "text", sheaf_buffer_slice(&text));
    sheaf_json_close(w);
    sheaf_buffer_deinit(&text);
}

void sheaf_arguments_put(const sheaf_round_source *source, uint32_t matter,
                         sheaf_json_writer *w)
{
    const struct sheaf_row_debate *debate = sheaf_debate_find(source->state, matter);
    thread t = {0};
    if (debate)
        gather(source->state, debate, &t);
    sheaf_json_member_put_int(w, "argument_count", debate ? debate->arguments : 0);
    sheaf_json_key(w, "arguments");
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < t.count; i++)
        put_argument(source, t.list[i], w);
    sheaf_json_close(w);
}
