#include "cli/waiting.h"

#include "cli/source_text.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* ---- finding ---- */

void sheaf_waits_add(sheaf_waits *waits, const sheaf_waiting *what, const char *command, ...)
{
    if (waits->count == waits->capacity) {
        size_t capacity = waits->capacity ? 2 * waits->capacity : 16;
        sheaf_waiting *more = realloc(waits->at, capacity * sizeof *more);
        if (!more) {
            waits->failed = true;
            return;
        }
        waits->at = more;
        waits->capacity = capacity;
    }
    sheaf_waiting *fresh = &waits->at[waits->count++];
    va_list values;
    *fresh = *what;
    va_start(values, command);
    vsnprintf(fresh->command, sizeof fresh->command, command, values);
    va_end(values);
}

bool sheaf_waits_votes(const sheaf_waits *waits)
{
    return sheaf_member_get(waits->state, waits->member)->votes > 0;
}

/* What is due first; what presses least last, by its entry. */
static int compare(const void *left, const void *right)
{
    const sheaf_waiting *a = left, *b = right;
    int64_t at = a->until ? a->until : INT64_MAX, bt = b->until ? b->until : INT64_MAX;
    if (at != bt)
        return at < bt ? -1 : 1;
    return a->of < b->of ? -1 : a->of > b->of;
}

void sheaf_waits_find(sheaf_waits *waits, const sheaf_state *state, uint32_t member,
                      int64_t now)
{
    const struct sheaf_row_coop *coop = sheaf_coop(state);
    *waits = (sheaf_waits){.state = state, .member = member, .now = now};
    if (!sheaf_member_active(state, member))
        return;
    for (uint32_t i = 0; i < coop->deadlines; i++) {
        uint32_t row_1 = sheaf_deadline_heap_at(state, i)->deadline_1;
        const struct sheaf_row_deadline *due = sheaf_deadline_at(state, row_1 - 1);
        if (due->at <= now)
            continue; /* too late: it is settled with the next entry */
        sheaf_waits_matter(waits, due->kind, due->of, due->at);
        sheaf_waits_membership(waits, due->kind, due->of, due->at);
    }
    sheaf_waits_matters(waits);
    sheaf_waits_memberships(waits);
    if (waits->count)
        qsort(waits->at, waits->count, sizeof *waits->at, compare);
}

void sheaf_waits_free(sheaf_waits *waits)
{
    free(waits->at);
}

/* ---- what is open ---- */

/* Things that have a deadline while they are open; in byte order of the names. */
static const struct {
    const char *name, *one, *many;
} sorts[] = {
    {"accountability", "process of accountability", "processes of accountability"},
    {"advice", "process of advice", "processes of advice"},
    {"allocation", "vote that divides an amount", "votes that divide an amount"},
    {"assembly", "assembly", "assemblies"},
    {"dispute", "case of conflict resolution", "cases of conflict resolution"},
    {"election", "election", "elections"},
    {"payment", "payment", "payments"},
    {"petition", "petition", "petitions"},
    {"proposal", "proposal to a circle", "proposals to circles"},
    {"recovery", "recovery of keys", "recoveries of keys"},
};
enum { SORTS = sizeof sorts / sizeof *sorts };

/* 1 + the place above, of deadlines that such things have. */
static const uint8_t sort_of[SHEAF_deadline_kind_COUNT] = {
    [SHEAF_deadline_kind_accountability_step] = 1,
    [SHEAF_deadline_kind_advice_lapses] = 2,
    [SHEAF_deadline_kind_allocation] = 3,
    [SHEAF_deadline_kind_assembly_begins] = 4,
    [SHEAF_deadline_kind_assembly_ends] = 4,
    [SHEAF_deadline_kind_dispute_step] = 5,
    [SHEAF_deadline_kind_election] = 6,
    [SHEAF_deadline_kind_payment] = 7,
    [SHEAF_deadline_kind_petition_dates] = 8,
    [SHEAF_deadline_kind_petition_lapses] = 8,
    [SHEAF_deadline_kind_proposal] = 9,
    [SHEAF_deadline_kind_recovery_lapses] = 10,
    [SHEAF_deadline_kind_recovery_panel] = 10,
    [SHEAF_deadline_kind_recovery_waits] = 10,
};

static void count_open(const sheaf_state *state, uint32_t counts[SORTS])
{
    memset(counts, 0, SORTS * sizeof *counts);
    for (uint32_t i = 0; i < sheaf_coop(state)->deadlines; i++) {
        uint32_t row_1 = sheaf_deadline_heap_at(state, i)->deadline_1;
        uint8_t sort = sort_of[sheaf_deadline_at(state, row_1 - 1)->kind];
        if (sort)
            counts[sort - 1]++;
    }
}

void sheaf_open_print(const sheaf_state *state)
{
    uint32_t counts[SORTS];
    const char *before = "  open       ";
    count_open(state, counts);
    for (size_t i = 0; i < SORTS; i++) {
        if (!counts[i])
            continue;
        printf("%s%" PRIu32 " %s", before, counts[i],
               counts[i] == 1 ? sorts[i].one : sorts[i].many);
        before = ", ";
    }
    if (*before == ',')
        puts("");
}

void sheaf_open_put(const sheaf_state *state, sheaf_json_writer *w)
{
    uint32_t counts[SORTS];
    count_open(state, counts);
    sheaf_json_key(w, "open");
    sheaf_json_open_object(w);
    for (size_t i = 0; i < SORTS; i++)
        sheaf_json_member_put_int(w, sorts[i].name, counts[i]);
    sheaf_json_close(w);
}

/* ---- telling ---- */

void sheaf_moment_words(int64_t at, int64_t now, char out[SHEAF_MOMENT_SIZE])
{
    static const struct {
        int64_t seconds;
        const char *one, *many;
    } units[] = {{86400, "day", "days"},
                 {3600, "hour", "hours"},
                 {60, "minute", "minutes"},
                 {1, "second", "seconds"}};
    char when[32];
    struct tm utc;
    time_t seconds = (time_t)(at / 1000);
    int64_t left = (at - now) / 1000;
    if (!gmtime_r(&seconds, &utc) || !strftime(when, sizeof when, "%Y-%m-%d %H:%M UTC", &utc))
        snprintf(when, sizeof when, "later");
    size_t unit = 0;
    while (unit < 3 && left < units[unit].seconds)
        unit++;
    int64_t count = left > 0 ? left / units[unit].seconds : 0;
    snprintf(out, SHEAF_MOMENT_SIZE, "%s, in %" PRId64 " %s", when, count,
             count == 1 ? units[unit].one : units[unit].many);
}

void sheaf_title_get(const sheaf_round_source *source, const sheaf_hash *title,
                     sheaf_buffer *out)
{
    sheaf_buffer_init(out, SHEAF_TEXT_BYTES_MAX);
    if (sheaf_hash_is_zero(title) || !sheaf_source_text(source, title, out))
        sheaf_buffer_reset(out);
    uint8_t *end = out->len ? memchr(out->data, '\n', out->len) : NULL;
    if (end)
        out->len = (size_t)(end - out->data);
}

static void print_one(const sheaf_waits *waits, const sheaf_round_source *source,
                      const sheaf_waiting *what, const char *home)
{
    sheaf_buffer title;
    char when[SHEAF_MOMENT_SIZE];
    sheaf_title_get(source, &what->title, &title);
    printf("  %s %" PRIu32, what->noun, what->of);
    if (title.len) {
        fputs(" “", stdout);
        sheaf_print_plain(sheaf_buffer_slice(&title));
        fputs("”", stdout);
    }
    printf(": %s", what->words);
    if (what->until) {
        sheaf_moment_words(what->until, waits->now, when);
        printf("; until %s", when);
    }
    puts("");
    if (*what->command)
        printf("      sheaf %s%s%s\n", what->command, home ? " --home " : "", home ? home : "");
    sheaf_buffer_deinit(&title);
}

void sheaf_waits_print(const sheaf_waits *waits, const sheaf_round_source *source,
                       const char *home)
{
    const struct sheaf_row_member *member = sheaf_member_find(waits->state, waits->member);
    printf("member %" PRIu32, waits->member);
    sheaf_source_print_name(source, waits->member);
    fputs(", ", stdout);
    if (!member) {
        puts("whom the log does not know");
    } else if (member->state == SHEAF_member_state_applied) {
        puts("who waits to be admitted by members");
    } else if (!sheaf_member_active(waits->state, waits->member)) {
        puts("who is no member any more");
    } else if (!waits->count) {
        puts("for whom nothing waits");
    } else {
        puts("for whom this waits:");
        for (size_t i = 0; i < waits->count; i++)
            print_one(waits, source, &waits->at[i], home);
    }
    if (waits->failed)
        puts("  and more, for which there is no memory");
}

void sheaf_waits_put(const sheaf_waits *waits, const sheaf_round_source *source,
                     sheaf_json_writer *w)
{
    sheaf_json_key(w, "waiting");
    sheaf_json_open_list(w);
    for (size_t i = 0; i < waits->count; i++) {
        const sheaf_waiting *what = &waits->at[i];
        sheaf_buffer title;
        sheaf_title_get(source, &what->title, &title);
        sheaf_json_open_object(w);
        sheaf_json_member_put_string(w, "command", sheaf_str(what->command));
        sheaf_json_member_put_int(w, "of", what->of);
        if (title.len)
            sheaf_json_member_put_string(w, "title", sheaf_buffer_slice(&title));
        if (what->until)
            sheaf_json_member_put_int(w, "until", what->until);
        sheaf_json_member_put_string(w, "what", sheaf_str(what->noun));
        sheaf_json_member_put_string(w, "words", sheaf_str(what->words));
        sheaf_json_close(w);
        sheaf_buffer_deinit(&title);
    }
    sheaf_json_close(w);
}
