#include "cli/waiting.h"

#include "acts/flags.h"
#include "coop/member.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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

static sheaf_kind kind_of(const sheaf_waiting *what)
{
    char noun[SHEAF_WAITING_COMMAND], verb[SHEAF_WAITING_COMMAND];
    if (sscanf(what->command, "%119s %119s", noun, verb) != 2)
        return SHEAF_KIND_none;
    return sheaf_kind_from_words(noun, verb);
}

static bool is_leaving(sheaf_kind kind)
{
    return kind == SHEAF_KIND_member_leave || kind == SHEAF_KIND_member_stay;
}

/* The scope that a key needs for what the command does, where the member has a key with it; 0
 * for none. */
static uint8_t scope_of(const sheaf_waiting *what)
{
    sheaf_kind kind = kind_of(what);
    if (is_leaving(kind))
        return SHEAF_SCOPE_ADMIN;
    return kind ? sheaf_scope_needed(kind) : 0;
}

static bool has_key(const sheaf_waits *waits, uint8_t scope)
{
    const struct sheaf_row_key *key;
    for (uint32_t at = sheaf_member_get(waits->state, waits->member)->key_last; at;
         at = key->before) {
        key = sheaf_key_at(waits->state, at - 1);
        if (sheaf_key_live(waits->state, key->id, scope, waits->now))
            return true;
    }
    return false;
}

/* While a panel judges a recovery of the member's keys they sign nothing with money and keys.
 */
static bool is_frozen(const sheaf_waits *waits, const sheaf_waiting *what)
{
    const sheaf_state *state = waits->state;
    sheaf_kind kind = kind_of(what);
    return (kind && sheaf_kind_frozen(state, waits->member, kind) != SHEAF_ACCEPTED)
           || (is_leaving(kind)
               && sheaf_keys_frozen(state, waits->member, SHEAF_SCOPE_ADMIN) != SHEAF_ACCEPTED);
}

static void leave_out_frozen(sheaf_waits *waits)
{
    size_t kept = 0;
    for (size_t i = 0; i < waits->count; i++) {
        sheaf_waiting *what = &waits->at[i];
        what->scope = scope_of(what);
        if (is_frozen(waits, what))
            continue;
        if (what->scope == SHEAF_SCOPE_ADMIN && !has_key(waits, SHEAF_SCOPE_ADMIN))
            what->scope = sheaf_scope_needed(kind_of(what)); /* of leaving: none */
        waits->at[kept++] = *what;
    }
    waits->count = kept;
}

void sheaf_waits_find(sheaf_waits *waits, const sheaf_state *state, uint32_t member,
                      int64_t now)
{
    const struct sheaf_row_coop *coop = sheaf_coop(state);
    *waits = (sheaf_waits){.state = state, .member = member, .key = SHEAF_NONE, .now = now};
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
    leave_out_frozen(waits);
    if (waits->count)
        qsort(waits->at, waits->count, sizeof *waits->at, compare);
}

void sheaf_waits_free(sheaf_waits *waits)
{
    free(waits->at);
}

/* ---- what is open ---- */

/* What can be open; in byte order of the names. */
static const struct {
    const char *name, *one, *many;
} sorts[] = {
    {"accountability", "process of accountability", "processes of accountability"},
    {"advice", "process of advice", "processes of advice"},
    {"allocation", "vote that divides an amount", "votes that divide an amount"},
    {"assembly", "assembly", "assemblies"},
    {"dispute", "case of conflict resolution", "cases of conflict resolution"},
    {"election", "election", "elections"},
    {"held", "adopted motion whose effect is held", "adopted motions whose effects are held"},
    {"override", "suspension", "suspensions"},
    {"payment", "payment", "payments"},
    {"petition", "petition", "petitions"},
    {"proposal", "proposal to a circle", "proposals to circles"},
    {"recovery", "recovery of keys", "recoveries of keys"},
};
enum { SORTS = sizeof sorts / sizeof *sorts, SUSPENSIONS = 7, OPEN_NAMED = 4 };

/* 1 + the place above, of deadlines that such things have. */
static const uint8_t sort_of[SHEAF_deadline_kind_COUNT] = {
    [SHEAF_deadline_kind_accountability_step] = 1,
    [SHEAF_deadline_kind_advice_lapses] = 2,
    [SHEAF_deadline_kind_allocation] = 3,
    [SHEAF_deadline_kind_assembly_begins] = 4,
    [SHEAF_deadline_kind_assembly_ends] = 4,
    [SHEAF_deadline_kind_dispute_step] = 5,
    [SHEAF_deadline_kind_election] = 6,
    [SHEAF_deadline_kind_hold] = 7,
    [SHEAF_deadline_kind_payment] = 9,
    [SHEAF_deadline_kind_petition_dates] = 10,
    [SHEAF_deadline_kind_petition_lapses] = 10,
    [SHEAF_deadline_kind_proposal] = 11,
    [SHEAF_deadline_kind_recovery_lapses] = 12,
    [SHEAF_deadline_kind_recovery_panel] = 12,
    [SHEAF_deadline_kind_recovery_waits] = 12,
};

/* How many of a sort are open, and the first of them by their entries, in that order. */
typedef struct {
    uint32_t count;
    uint32_t first[OPEN_NAMED];
} open_things;

static void note_open(open_things *things, uint32_t id)
{
    uint32_t named = things->count < OPEN_NAMED ? things->count : OPEN_NAMED;
    things->count++;
    for (uint32_t i = 0; i < named; i++)
        if (id < things->first[i]) {
            uint32_t later = things->first[i];
            things->first[i] = id;
            id = later;
        }
    if (named < OPEN_NAMED)
        things->first[named] = id;
}

static void find_open(const sheaf_state *state, open_things open[SORTS])
{
    memset(open, 0, SORTS * sizeof *open);
    for (uint32_t i = 0; i < sheaf_coop(state)->deadlines; i++) {
        uint32_t row_1 = sheaf_deadline_heap_at(state, i)->deadline_1;
        const struct sheaf_row_deadline *due = sheaf_deadline_at(state, row_1 - 1);
        if (sort_of[due->kind])
            note_open(&open[sort_of[due->kind] - 1], due->of);
    }
    for (uint32_t i = 0; i < sheaf_override_count(state); i++) { /* not all have a deadline */
        const struct sheaf_row_override *row = sheaf_override_at(state, i);
        if (row->state == SHEAF_override_state_asked
            || row->state == SHEAF_override_state_suspended)
            note_open(&open[SUSPENSIONS], row->id);
    }
}

void sheaf_open_print(const sheaf_state *state)
{
    open_things open[SORTS];
    const char *before = "  open       ";
    find_open(state, open);
    for (size_t i = 0; i < SORTS; i++) {
        if (!open[i].count)
            continue;
        printf("%s%" PRIu32 " %s", before, open[i].count,
               open[i].count == 1 ? sorts[i].one : sorts[i].many);
        for (uint32_t n = 0; n < open[i].count && n < OPEN_NAMED; n++)
            printf("%s%" PRIu32, n ? " " : " (", open[i].first[n]);
        fputs(open[i].count > OPEN_NAMED ? " …)" : ")", stdout);
        before = ", ";
    }
    if (*before == ',')
        puts("");
}

void sheaf_open_put(const sheaf_state *state, sheaf_json_writer *w)
{
    open_things open[SORTS];
    find_open(state, open);
    sheaf_json_key(w, "open");
    sheaf_json_open_object(w);
    for (size_t i = 0; i < SORTS; i++)
        sheaf_json_member_put_int(w, sorts[i].name, open[i].count);
    sheaf_json_close(w);
}
