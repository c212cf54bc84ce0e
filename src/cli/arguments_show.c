#include "cli/arguments_show.h"

#include "cli/cli.h"
#include "cli/source_text.h"
#include "coop/electorate.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOME, CA }; /* in the order of the command's options */
enum { SHOWN_MAX = 100, INDENT = 4, STEP = 2, DEPTH_MAX = 6 };

/* An argument, and where it stands among the answers to others: places in the list, and the
 * list's count for the root and for none. */
typedef struct {
    const struct sheaf_row_argument *argument;
    uint32_t parent, first, next;
} place;

/* The newest on a matter, the oldest of them first. */
typedef struct {
    place *list; /* the last is the root */
    uint32_t count;
} thread;

/* Arguments are numbered in the order of their entries. */
static uint32_t place_of(const thread *t, uint32_t id)
{
    uint32_t low = 0, high = t->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (t->list[middle].argument->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->count && t->list[low].argument->id == id ? low : t->count;
}

/* At most so many; false where memory is spent. The caller frees the list. */
static bool gather(const sheaf_state *state, const struct sheaf_row_debate *debate,
                   uint32_t most, thread *out)
{
    uint32_t at = debate ? debate->last : 0, all = debate ? debate->arguments : 0;
    out->count = all < most ? all : most;
    out->list = calloc((size_t)out->count + 1, sizeof *out->list);
    if (!out->list)
        return false;
    for (uint32_t i = out->count; i-- > 0;) {
        out->list[i].argument = sheaf_argument_at(state, at - 1);
        at = out->list[i].argument->before;
    }
    for (uint32_t i = 0; i <= out->count; i++)
        out->list[i].first = out->list[i].next = out->list[i].parent = out->count;
    for (uint32_t i = out->count; i-- > 0;) {
        place *parent = &out->list[place_of(out, out->list[i].argument->answers)];
        out->list[i].parent = (uint32_t)(parent - out->list);
        out->list[i].next = parent->first;
        parent->first = i;
    }
    return true;
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
    uint32_t at = t->list[t->count].first, depth = 0;
    while (at != t->count) {
        const place *p = &t->list[at];
        print_argument(source, p->argument, depth);
        if (p->first != t->count) {
            at = p->first;
            depth++;
            continue;
        }
        while (p->next == t->count && p->parent != t->count) {
            p = &t->list[p->parent];
            depth--;
        }
        at = p->next;
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
    printf("  %-*s%" PRIu32, width, "arguments", debate->arguments);
    if (debate->arguments > SHOWN_MAX)
        printf(", here the newest %d; all: `sheaf argument show %" PRIu32 "`", SHOWN_MAX,
               matter);
    puts("");
    if (gather(source->state, debate, SHOWN_MAX, &t))
        print_thread(source, &t);
    free(t.list);
}

/* ---- as data ---- */

/* Into an object that is open. */
static void put_members(const sheaf_round_source *source,
                        const struct sheaf_row_argument *argument, sheaf_json_writer *w)
{
    static const char *const sides[] = {
        [SHEAF_stance_neither] = "neither",
        [SHEAF_stance_against] = "against",
        [SHEAF_stance_for] = "for",
    };
    sheaf_buffer text;
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
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
    sheaf_buffer_deinit(&text);
}

static void put_argument(const sheaf_round_source *source,
                         const struct sheaf_row_argument *argument, sheaf_json_writer *w)
{
    sheaf_json_open_object(w);
    put_members(source, argument, w);
    sheaf_json_close(w);
}

void sheaf_arguments_put(const sheaf_round_source *source, uint32_t matter,
                         sheaf_json_writer *w)
{
    const struct sheaf_row_debate *debate = sheaf_debate_find(source->state, matter);
    thread t;
    sheaf_json_member_put_int(w, "argument_count", debate ? debate->arguments : 0);
    sheaf_json_key(w, "arguments");
    sheaf_json_open_list(w);
    if (gather(source->state, debate, SHOWN_MAX, &t))
        for (uint32_t i = 0; i < t.count; i++)
            put_argument(source, t.list[i].argument, w);
    free(t.list);
    sheaf_json_close(w);
}

/* ---- all of them ---- */

static int put_all(const sheaf_round_source *source, const thread *t)
{
    int code = SHEAF_EXIT_DONE;
    for (uint32_t i = 0; i < t->count && code == SHEAF_EXIT_DONE; i++) {
        sheaf_buffer out;
        sheaf_json_writer w = sheaf_print_begin(&out);
        put_members(source, t->list[i].argument, &w);
        code = sheaf_print_end(&out, &w);
    }
    return code;
}

/* On what somebody has argued, or could have. */
static bool is_matter(const sheaf_state *state, uint32_t id)
{
    static const sheaf_table_id tables[] = {SHEAF_TABLE_motion, SHEAF_TABLE_petition,
                                            SHEAF_TABLE_election, SHEAF_TABLE_allocation,
                                            SHEAF_TABLE_proposal};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (sheaf_find_row(state, tables[i], id) != SHEAF_NONE)
            return true;
    return false;
}

static sheaf_status show(const sheaf_round_source *source, const sheaf_arguments *a,
                         uint32_t matter, int *code, sheaf_err *err)
{
    const struct sheaf_row_debate *debate = sheaf_debate_find(source->state, matter);
    thread t;
    if (!is_matter(source->state, matter))
        return sheaf_fail(err, SHEAF_INVALID,
                          "entry %" PRIu32 " opened nothing that members argue on; `sheaf log "
                          "show` lists what it was",
                          matter);
    if (!gather(source->state, debate, UINT32_MAX, &t))
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for arguments");
    if (a->json) {
        *code = put_all(source, &t);
    } else {
        printf("%" PRIu32 " argument%s on %" PRIu32 "\n", t.count, t.count == 1 ? "" : "s",
               matter);
        print_thread(source, &t);
    }
    free(t.list);
    return SHEAF_OK;
}

static int run(const sheaf_arguments *a)
{
    sheaf_round_source source;
    sheaf_err err;
    long long number;
    int code = SHEAF_EXIT_DONE;
    if (!sheaf_number(a->argument[0], 0, SHEAF_REF_MAX, &number))
        return sheaf_usage(&sheaf_command_argument_show,
                           "give the number of the entry that opened what is argued on, not "
                           "“%.40s”",
                           a->argument[0]);
    if (sheaf_round_source_open(&source, a->argument_count > 1 ? a->argument[1] : NULL,
                                a->value[HOME], a->value[CA], SHEAF_NONE, &err)
        != SHEAF_OK)
        return sheaf_report(a, &err);
    if (show(&source, a, (uint32_t)number, &code, &err) != SHEAF_OK)
        code = sheaf_report(a, &err);
    sheaf_round_source_close(&source);
    return code;
}

const sheaf_command sheaf_command_argument_show = {
    .name = "argument show",
    .arguments = "N [DIR|URL]",
    .summary = "all that members have argued on a motion, petition or whatever they decide",
    .detail =
        "N is the entry that opened what is argued on. DIR is a folder with log/, such as a\n"
        "hub's; URL a hub; without either it is the hub of your home. With --json each\n"
        "argument is an object on a line of its own.",
    .options = {{"home", "DIR", "your home folder"},
                {"ca", "FILE", "certificates to trust, in PEM"}},
    .arguments_min = 1,
    .arguments_max = 2,
    .many = -1,
    .run = run,
};
