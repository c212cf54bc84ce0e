/* cli/withheld.c - `sheaf withheld`: what is for members alone, by kind and reason. */
#include "coop/withheld.h"
#include "claims/verify.h"
#include "cli/round_source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { HOME, CA, PUBLIC }; /* in the order of the command's options */
enum { ANSWER_MAX = 1 << 20, TRIES_MAX = 5, PIECES_MAX = 100000 };

/* ---- by one's own replay ---- */

typedef struct {
    const sheaf_state *state;
    sheaf_withheld_register reg;
} counting;

static sheaf_status count_entry(void *context, uint64_t index, sheaf_slice entry,
                                sheaf_err *err)
{
    counting *c = context;
    (void)err, (void)index;
    sheaf_withheld_register_add(&c->reg, c->state, entry);
    return SHEAF_OK;
}

static sheaf_status count_all(const sheaf_round_source *source, counting *c, sheaf_err *err)
{
    sheaf_log_store *log;
    c->state = source->state;
    SHEAF_TRY(sheaf_round_source_log(source, &log, err));
    uint64_t size = sheaf_log_store_size(log);
    if (size > source->state->size)
        size = source->state->size;
    sheaf_status status = sheaf_log_store_range(log, 0, size, count_entry, c, err);
    sheaf_round_source_log_close(source, log);
    return status;
}

static void print_counts(const sheaf_withheld_register *reg)
{
    printf("%" PRIu64 " of %" PRIu64 " entries are for members alone.\n", reg->withheld,
           reg->entries);
    for (unsigned kind = 0; kind < SHEAF_KIND_COUNT; kind++)
        for (unsigned reason = 0; reason < SHEAF_withheld_reason_COUNT; reason++)
            if (reg->counts[kind][reason])
                printf("  %-24s %8" PRIu64 "  %s\n", sheaf_withheld_kind_name(kind),
                       reg->counts[kind][reason], sheaf_withheld_reason_words(reason));
}

static int run_replay(const sheaf_arguments *a)
{
    sheaf_round_source source;
    sheaf_err err;
    int code = SHEAF_EXIT_DONE;
    counting *c = calloc(1, sizeof *c);
    sheaf_status status =
        c ? sheaf_round_source_open(&source, a->argument_count ? a->argument[0] : NULL,
                                    a->value[HOME], a->value[CA], SHEAF_NONE, &err)
          : sheaf_fail(&err, SHEAF_NOMEM, "no memory to count entries");
    if (status == SHEAF_OK) {
        status = count_all(&source, c, &err);
        sheaf_round_source_close(&source);
    }
    if (status != SHEAF_OK) {
        code = sheaf_report(a, &err);
    } else if (a->json) {
        sheaf_buffer out;
        sheaf_json_writer w = sheaf_print_begin(&out);
        sheaf_withheld_register_write(&c->reg, c->reg.entries, &w);
        code = sheaf_print_end(&out, &w);
    } else {
        print_counts(&c->reg);
    }
    free(c);
    return code;
}

/* ---- of what everyone may see ---- */

typedef struct {
    sheaf_buffer answer;
    void *block; /* of the arena in which `json` stands */
    const sheaf_json *json;
    uint64_t entries, withheld; /* as the hub states them */
    sheaf_verified seen;        /* as the listing has them */
} stated;

/* The hub looks at some thousands of entries for each request. */
static sheaf_status get_register(const sheaf_transport *transport, stated *s, sheaf_err *err)
{
    for (int piece = 0; piece < PIECES_MAX; piece++) {
        sheaf_arena arena = sheaf_arena_over(s->block, ANSWER_MAX);
        sheaf_json *json;
        SHEAF_TRY(sheaf_hub_get(transport, "/api/v1/withheld", &s->answer, err));
        SHEAF_TRY(sheaf_json_parse(sheaf_buffer_slice(&s->answer), &arena, &json, err));
        uint64_t before = s->entries;
        s->json = json;
        s->entries = (uint64_t)sheaf_json_member_int(json, "entries", 0);
        s->withheld = (uint64_t)sheaf_json_member_int(json, "withheld", 0);
        if (s->entries >= (uint64_t)sheaf_json_member_int(json, "size", 0)
            || s->entries <= before)
            return SHEAF_OK;
    }
    return sheaf_fail(err, SHEAF_IO, "the hub's register never ends");
}

/* Both of the same log: what the hub states, and what its listing withholds. */
static sheaf_status get_both(const char *url, const char *ca_file, stated *s, sheaf_err *err)
{
    sheaf_http_transport http;
    const sheaf_verify_options options = {.ca_file = ca_file};
    SHEAF_TRY(sheaf_http_transport_open(&http, url, ca_file, NULL, err));
    sheaf_transport transport = sheaf_http_transport_as(&http);
    sheaf_status status = SHEAF_OK;
    for (int i = 0; i < TRIES_MAX && status == SHEAF_OK; i++) {
        status = sheaf_verify_public(url, &options, &s->seen, err);
        if (status == SHEAF_OK)
            status = get_register(&transport, s, err);
        if (status != SHEAF_OK || s->seen.entries == s->entries)
            break;
    }
    sheaf_http_transport_close(&http);
    if (status != SHEAF_OK)
        return status;
    if (s->seen.entries != s->entries)
        return sheaf_fail(err, SHEAF_IO, "the log grew while it was looked at; try again");
    uint64_t withheld = s->seen.entries - s->seen.readable;
    return withheld == s->withheld
               ? SHEAF_OK
               : sheaf_fail(err, SHEAF_FAULT,
                            "the hub's register says that %" PRIu64
                            " entries are withheld, and its listing withholds %" PRIu64,
                            s->withheld, withheld);
}

/* Words of the hub: nothing but plain characters reaches the terminal. */
static void print_plain(int width, sheaf_slice words)
{
    char out[64];
    size_t len = words.len < sizeof out ? words.len : sizeof out - 1;
    for (size_t i = 0; i < len; i++)
        out[i] = words.data[i] >= 0x20 && words.data[i] < 0x7f ? (char)words.data[i] : '?';
    out[len] = 0;
    printf("  %-*s", width, out);
}

static void print_stated(const stated *s)
{
    const sheaf_json *kinds = sheaf_json_member(s->json, "kinds");
    printf("%" PRIu64 " of %" PRIu64 " entries are for members alone: counted in the listing.\n"
           "Of which kinds, as the hub states:\n",
           s->withheld, s->entries);
    for (const sheaf_json *at = kinds ? kinds->first : NULL; at; at = at->next) {
        print_plain(24, sheaf_json_member_string(at, "kind"));
        printf(" %8lld", (long long)sheaf_json_member_int(at, "count", 0));
        print_plain(0, sheaf_json_member_string(at, "reason"));
        puts("");
    }
}

static int run_public(const sheaf_arguments *a)
{
    stated *s = calloc(1, sizeof *s);
    sheaf_err err;
    int code = SHEAF_EXIT_DONE;
    if (s)
        s->block = malloc(ANSWER_MAX);
    if (!s || !s->block) {
        free(s);
        (void)sheaf_fail(&err, SHEAF_NOMEM, "no memory to look at %.100s", a->argument[0]);
        return sheaf_report(a, &err);
    }
    sheaf_buffer_init(&s->answer, ANSWER_MAX);
    if (get_both(a->argument[0], a->value[CA], s, &err) != SHEAF_OK)
        code = sheaf_report(a, &err);
    else if (a->json)
        printf("%.*s\n", SHEAF_PRINT(sheaf_buffer_slice(&s->answer)));
    else
        print_stated(s);
    sheaf_buffer_deinit(&s->answer);
    free(s->block);
    free(s);
    return code;
}

static int run(const sheaf_arguments *a)
{
    if (!a->value[PUBLIC])
        return run_replay(a);
    return a->argument_count
               ? run_public(a)
               : sheaf_usage(&sheaf_command_withheld, "--public needs the URL of a hub");
}

const sheaf_command sheaf_command_withheld = {
    .name = "withheld",
    .arguments = "[DIR|URL]",
    .summary = "how many entries are for members alone, of which kinds and why",
    .detail =
        "DIR is a folder with log/, such as a hub's; URL a hub; without either it is the\n"
        "hub of your home. All is counted in one's own replay. With --public nothing but\n"
        "what a hub shows to everyone is looked at: the hub says of which kinds, and how\n"
        "many there are is counted in its listing.",
    .options = {{"home", "DIR", "your home folder"},
                {"ca", "FILE", "certificates to trust, in PEM"},
                {"public", NULL, "without being a member"}},
    .arguments_max = 1,
    .many = -1,
    .run = run,
};
