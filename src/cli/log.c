/* cli/log.c - `sheaf log show`, `sheaf log entry`, `sheaf log vkey`: reading a log. */
#include "cli/cli.h"
#include "cli/log_source.h"
#include "cli/source_text.h"

#include "base/text.h"
#include "claims/replay.h"
#include "coop/view.h"
#include "log/note.h"
#include "log/proof.h"
#include "store/log_store.h"
#include "store/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
    sheaf_log_store *store;
    sheaf_replay replay;
} reader;

static sheaf_status reader_open(reader *r, const char *dir, sheaf_err *err)
{
    SHEAF_TRY(sheaf_log_store_open(&r->store, dir, true, err));
    if (!sheaf_log_store_size(r->store)) {
        sheaf_log_store_close(r->store);
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s holds no log; found a co-op with: sheaf found %s", dir, dir);
    }
    sheaf_status status = sheaf_replay_init(&r->replay, SHEAF_REVISION, err);
    if (status != SHEAF_OK)
        sheaf_log_store_close(r->store);
    return status;
}

static void reader_close(reader *r)
{
    sheaf_replay_deinit(&r->replay);
    sheaf_log_store_close(r->store);
}

/* ---- show ---- */

enum { SIGNER_MAX = 64, NAMES_MAX = 256 };

typedef struct {
    reader *r;
    bool json;
    uint64_t from;
    sheaf_round_source source; /* of the members' names; of a folder its values alone */
    struct {
        uint32_t member;
        char words[SIGNER_MAX];
    } names[NAMES_MAX]; /* as they were asked for; a hub is asked for no more */
    uint32_t name_count;
    sheaf_arena arena;
} show;

/* A name as its member wrote it: cut between characters, and no control character (C0, DEL, C1)
 * reaches the terminal. */
static void put_name(sheaf_slice name, char out[SIGNER_MAX], size_t used)
{
    uint32_t point;
    while (used + 5 < SIGNER_MAX && sheaf_utf8_take(&name, &point)) {
        bool control = point < 0x20 || (point >= 0x7f && point < 0xa0);
        used += sheaf_utf8_put(control ? '?' : point, (uint8_t *)out + used);
    }
    out[used] = 0;
}

/* "member 3, Ada", without the name where it is not at hand. */
static void put_member(show *s, uint32_t member, char out[SIGNER_MAX])
{
    const struct sheaf_row_member *row = sheaf_member_find(&s->r->replay.state, member);
    for (uint32_t i = 0; i < s->name_count; i++)
        if (s->names[i].member == member) {
            memcpy(out, s->names[i].words, SIGNER_MAX);
            return;
        }
    snprintf(out, SIGNER_MAX, "member %u", member);
    if (!row || s->name_count == NAMES_MAX)
        return;
    sheaf_buffer name;
    sheaf_buffer_init(&name, SHEAF_TEXT_BYTES_MAX);
    if (sheaf_source_text(&s->source, &row->name, &name)) {
        size_t used = (size_t)snprintf(out, SIGNER_MAX, "member %u, ", member);
        put_name(sheaf_buffer_slice(&name), out, used);
    }
    sheaf_buffer_deinit(&name);
    if (s->source.local)
        return;
    s->names[s->name_count].member = member;
    memcpy(s->names[s->name_count++].words, out, SIGNER_MAX);
}

/* Who signed, from the entry's own bytes. */
static void put_signer(show *s, sheaf_slice bytes, char out[SIGNER_MAX])
{
    sheaf_entry entry;
    s->arena.used = 0;
    snprintf(out, SIGNER_MAX, "–");
    if (sheaf_entry_decode(bytes, SHEAF_REVISION, &s->arena, &entry, NULL) != SHEAF_OK)
        return;
    if (entry.act->has_by)
        put_member(s, entry.act->by, out);
    else
        snprintf(out, SIGNER_MAX, "%s",
                 entry.act->has_key                         ? "the hub"
                 : entry.act->kind == SHEAF_KIND_coop_found ? "the founder"
                                                            : "the applicant");
}

/* Of what is not in form the bytes are no JSON. */
static sheaf_status print_object(uint64_t index, sheaf_slice entry,
                                 const sheaf_replayed *result, sheaf_err *err)
{
    const sheaf_refusal_text *refusal = sheaf_refusal_describe((uint16_t)result->refusal);
    const sheaf_refusal_text *effect = sheaf_refusal_describe((uint16_t)result->effect);
    char why[SHEAF_REPLAYED_WHY_MAX];
    sheaf_buffer out;
    sheaf_json_writer w = sheaf_print_begin(&out);
    bool in_form = result->refusal != SHEAF_REFUSED_malformed;
    if (!in_form) {
        sheaf_json_key(&w, "bytes");
        sheaf_json_base64url(&w, entry);
    }
    if (effect)
        sheaf_json_member_put_string(&w, "effect_void", sheaf_str(effect->name));
    if (in_form) {
        sheaf_json_key(&w, "entry");
        sheaf_json_raw(&w, entry);
    }
    sheaf_json_member_put_int(&w, "index", (int64_t)index);
    if (refusal) {
        sheaf_replayed_why(result, why);
        sheaf_plain(why, why);
        sheaf_json_member_put_string(&w, "void", sheaf_str(refusal->name));
        sheaf_json_member_put_string(&w, "why", sheaf_str(why));
    }
    sheaf_json_close(&w);
    sheaf_status status = sheaf_buffer_check(&out, "the line", err);
    if (status == SHEAF_OK) {
        fwrite(out.data, 1, out.len, stdout); /* of a log, too many lines to flush each */
        putchar('\n');
    }
    sheaf_buffer_deinit(&out);
    return status;
}

static sheaf_status show_entry(void *context, uint64_t index, sheaf_slice entry, sheaf_err *err)
{
    show *s = context;
    sheaf_replayed result;
    SHEAF_TRY(sheaf_replay_entry(&s->r->replay, entry, &result, err));
    if (index < s->from)
        return SHEAF_OK;
    if (s->json)
        return print_object(index, entry, &result, err);
    const sheaf_refusal_text *effect = sheaf_refusal_describe((uint16_t)result.effect);
    char why[SHEAF_REPLAYED_WHY_MAX] = "";
    if (result.refusal != SHEAF_ACCEPTED)
        sheaf_replayed_why(&result, why);
    sheaf_plain(why, why);
    const char *kind =
        result.kind == SHEAF_KIND_none ? "(not in form)" : sheaf_kind_shape(result.kind)->name;
    char time[32], signer[SIGNER_MAX];
    const struct sheaf_row_coop *coop = sheaf_coop(&s->r->replay.state);
    time_t seconds = coop ? (time_t)(coop->stamp / 1000) : 0;
    struct tm utc;
    gmtime_r(&seconds, &utc);
    strftime(time, sizeof time, "%Y-%m-%d %H:%M:%S", &utc);
    put_signer(s, entry, signer);
    printf("%6llu  %s  %-17s  %s%s%s", (unsigned long long)index, time, kind, signer,
           *why ? "; void: " : "", why);
    if (effect)
        printf("; what it settled has no effect: %s (code %d)", effect->sentence,
               (int)effect->number);
    puts("");
    return SHEAF_OK;
}

enum { FROM, HOME, CA }; /* in the order of the command's options */

/* The folder itself, or the copy that is made of what a hub has, followed from its first entry.
 */
static sheaf_status open_show(show *s, const sheaf_arguments *a, const char **dir,
                              sheaf_err *err)
{
    const char *where = a->argument_count ? a->argument[0] : NULL;
    if (!where || strstr(where, "://")) {
        SHEAF_TRY(sheaf_round_source_open(&s->source, where, a->value[HOME], a->value[CA],
                                          SHEAF_NONE, err));
        *dir = s->source.visit.home;
        return SHEAF_OK;
    }
    s->source.local = true;
    *dir = where;
    /* Without the names it is shown all the same. */
    if (sheaf_values_look(&s->source.values, where, NULL) != SHEAF_OK)
        sheaf_values_close(&s->source.values);
    return SHEAF_OK;
}

static void close_show(show *s)
{
    if (s->source.local)
        sheaf_values_close(&s->source.values);
    else
        sheaf_round_source_close(&s->source);
}

static sheaf_status print_all(show *s, const char *dir, sheaf_err *err)
{
    reader r;
    SHEAF_TRY(reader_open(&r, dir, err));
    s->r = &r;
    sheaf_status status =
        sheaf_log_store_range(r.store, 0, sheaf_log_store_size(r.store), show_entry, s, err);
    reader_close(&r);
    return status;
}

static int run_show(const sheaf_arguments *arguments)
{
    sheaf_err err;
    const char *dir;
    long long from = 0;
    if (arguments->value[FROM] && !sheaf_number(arguments->value[FROM], 0, UINT32_MAX, &from))
        return sheaf_usage(&sheaf_command_log_show, "--from takes the index of an entry");
    void *block = malloc(SHEAF_ACT_ARENA_BYTES);
    show *s = calloc(1, sizeof *s);
    sheaf_status status =
        block && s ? SHEAF_OK : sheaf_fail(&err, SHEAF_NOMEM, "no memory to read entries");
    if (status == SHEAF_OK) {
        s->json = arguments->json;
        s->from = (uint64_t)from;
        s->arena = sheaf_arena_over(block, SHEAF_ACT_ARENA_BYTES);
        status = open_show(s, arguments, &dir, &err);
    }
    if (status == SHEAF_OK) {
        status = print_all(s, dir, &err);
        close_show(s);
    }
    free(s);
    free(block);
    return status == SHEAF_OK ? SHEAF_EXIT_DONE : sheaf_report(arguments, &err);
}

const sheaf_command sheaf_command_log_show = {
    .name = "log show",
    .arguments = "[DIR|URL]",
    .summary = "list the entries of a log: when, what, who signed, and what is void",
    .detail =
        "DIR is a folder with log/, such as a hub's; URL a hub, whose log is followed from\n"
        "its first entry; without either it is the hub of your home.",
    .options = {{"from", "N", "begin with entry N"},
                {"home", "DIR", "your home folder"},
                {"ca", "FILE", "certificates to trust, in PEM"}},
    .arguments_max = 1,
    .many = -1,
    .run = run_show,
};

/* ---- entry ---- */

static sheaf_status folder_entry(const char *dir, uint64_t index, sheaf_buffer *out,
                                 sheaf_err *err)
{
    sheaf_log_store *store;
    SHEAF_TRY(sheaf_log_store_open(&store, dir, true, err));
    sheaf_status status = sheaf_log_store_entry(store, index, out, err);
    sheaf_log_store_close(store);
    return status;
}

/* Under the checkpoint that is there, whose signatures `sheaf verify` looks at. */
static sheaf_status remote_entry(const sheaf_arguments *arguments, uint64_t index,
                                 sheaf_buffer *out, sheaf_err *err)
{
    sheaf_log_source *log;
    sheaf_hash leaf;
    sheaf_proof proof;
    sheaf_slice entry;
    SHEAF_TRY(sheaf_log_source_open(&log, arguments->argument[0], arguments->value[0],
                                    arguments->value[1], err));
    sheaf_status status = sheaf_log_source_prove(log, index, &leaf, &proof, err);
    if (status == SHEAF_OK)
        status = sheaf_log_source_entry(log, index, &leaf, &entry, err);
    if (status == SHEAF_OK)
        sheaf_buffer_add(out, entry);
    sheaf_log_source_close(log);
    return status == SHEAF_OK ? sheaf_buffer_check(out, "the entry", err) : status;
}

static int run_entry(const sheaf_arguments *arguments)
{
    sheaf_err err;
    const char *where = arguments->argument[0];
    long long index;
    if (!sheaf_number(arguments->argument[1], 0, UINT32_MAX, &index))
        return sheaf_usage(&sheaf_command_log_entry, "“%s” is not the index of an entry",
                           arguments->argument[1]);
    sheaf_buffer entry;
    sheaf_buffer_init(&entry, SHEAF_ENTRY_MAX);
    sheaf_status status = strstr(where, "://")
                              ? remote_entry(arguments, (uint64_t)index, &entry, &err)
                              : folder_entry(where, (uint64_t)index, &entry, &err);
    int code = status == SHEAF_OK ? sheaf_print(&entry) : sheaf_report(arguments, &err);
    sheaf_buffer_deinit(&entry);
    return code;
}

const sheaf_command sheaf_command_log_entry = {
    .name = "log entry",
    .arguments = "DIR|URL INDEX",
    .summary = "print one entry's bytes",
    .options = {{"ca", "FILE", "certificates to trust, in PEM"},
                {"home", "DIR", "a member's home, for an entry that is for members"}},
    .arguments_min = 2,
    .arguments_max = 2,
    .many = -1,
    .run = run_entry,
};

/* ---- vkey ---- */

static int run_vkey(const sheaf_arguments *arguments)
{
    sheaf_err err;
    sheaf_vkey key;
    sheaf_buffer text;
    if (sheaf_log_folder_key(arguments->argument[0], &key, &err) != SHEAF_OK)
        return sheaf_report(arguments, &err);
    sheaf_buffer_init(&text, SHEAF_VKEY_TEXT_MAX + 1);
    sheaf_vkey_put(&text, &key);
    if (arguments->json) {
        sheaf_buffer vkey = text;
        sheaf_buffer_init(&text, 2 * SHEAF_VKEY_TEXT_MAX);
        sheaf_json_writer w = sheaf_json_begin(&text);
        sheaf_json_open_object(&w);
        sheaf_json_member_put_string(&w, "vkey", sheaf_buffer_slice(&vkey));
        sheaf_json_close(&w);
        sheaf_buffer_deinit(&vkey);
    }
    int code = sheaf_print(&text);
    sheaf_buffer_deinit(&text);
    return code;
}

const sheaf_command sheaf_command_log_vkey = {
    .name = "log vkey",
    .arguments = "DIR",
    .summary = "print the key that signs the log's checkpoints, for witnesses and others",
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_vkey,
};
