/* cli/ending.c - `sheaf ending show`: how the co-op is wound up, and what is left to do. */
#include "coop/ending.h"
#include "cli/matter.h"
#include "cli/source_text.h"
#include "coop/apportion.h"
#include "coop/shares.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    const sheaf_state *state;
    const sheaf_round_source *source;   /* for names; NULL where none are told */
    const struct sheaf_row_ending *row; /* the newest; NULL where there never was one */
    sheaf_final_accounts accounts;      /* while it goes on */
    char currency[5];
} ending;

static void print_money(const ending *e, int64_t cents)
{
    printf("%" PRId64 ".%02d %s", cents / 100, (int)(cents % 100), e->currency);
}

static void print_liquidators(const ending *e)
{
    const char *before = "  liquidators ";
    for (uint32_t i = 0; i < sheaf_liquidator_count(e->state); i++) {
        const struct sheaf_row_liquidator *row = sheaf_liquidator_at(e->state, i);
        if (row->named != e->row->named)
            continue;
        bool signed_it =
            e->row->signatures
            && sheaf_approval_find(e->state, sheaf_pair(row->member, e->row->signing));
        printf("%smember %" PRIu32, before, row->member);
        sheaf_source_print_name(e->source, row->member);
        fputs(signed_it                                     ? ", who has signed"
              : !sheaf_member_active(e->state, row->member) ? ", who is one no longer"
                                                            : "",
              stdout);
        before = "\n              ";
    }
    puts("");
}

static void print_creditors(const ending *e)
{
    for (uint32_t i = 0; i < sheaf_creditor_count(e->state); i++) {
        const struct sheaf_row_creditor *row = sheaf_creditor_at(e->state, i);
        if (row->ending != e->row->id)
            continue;
        printf("  creditor    entry %" PRIu32 ": ", row->id);
        print_money(e, row->amount_cents);
        puts(row->state == SHEAF_creditor_state_open   ? ", to be paid"
             : row->state == SHEAF_creditor_state_paid ? ", paid"
                                                       : ", struck: nothing is owed");
    }
}

static void print_handovers(const ending *e)
{
    for (uint32_t i = 0; i < sheaf_handover_count(e->state); i++) {
        const struct sheaf_row_handover *row = sheaf_handover_at(e->state, i);
        sheaf_slice to = SHEAF_WORDS(row->to);
        if (row->ending == e->row->id)
            printf("  model       %" PRIu32 " was handed over to %.*s\n", row->model,
                   SHEAF_PRINT(to));
    }
}

static void print_splits(const ending *e)
{
    if (!e->accounts.split)
        return;
    fputs("  splits      ", stdout);
    print_money(e, e->accounts.split);
    fputs(" is owed to co-ops that members went to", stdout);
    if (e->accounts.split_paid) {
        fputs("; ", stdout);
        print_money(e, e->accounts.split_paid);
        fputs(" of it is paid\n              and recorded before the close: `sheaf split show`",
              stdout);
    } else {
        fputs(", and there is no money for it", stdout);
    }
    puts("");
}

typedef struct {
    uint64_t *weights; /* of the part at hand */
    uint32_t *ids;
    int64_t *lines, *part;
    uint32_t n;
    sheaf_arena arena;
} lines;

/* An amount that all members get a part of, by the weights. */
static bool add_part(lines *l, int64_t amount)
{
    size_t used = l->arena.used;
    if (amount && !sheaf_apportion(amount, l->weights, l->n, l->part, &l->arena))
        return false;
    l->arena.used = used;
    for (uint32_t i = 0; amount && i < l->n; i++)
        l->lines[i] += l->part[i];
    return true;
}

typedef uint64_t weight_of(const sheaf_state *state, uint32_t member);

static uint64_t weight_of_shares(const sheaf_state *state, uint32_t member)
{
    const struct sheaf_row_holding *row = sheaf_holding_find(state, member);
    return row ? (uint64_t)sheaf_holding_cents(state, row) : 0;
}

static uint64_t weight_of_credit(const sheaf_state *state, uint32_t member)
{
    const struct sheaf_row_account *row =
        sheaf_account_find(state, sheaf_pair(SHEAF_account_kind_member, member));
    return row && row->balance_cents < 0 ? (uint64_t)-row->balance_cents : 0;
}

static uint64_t weight_alike(const sheaf_state *state, uint32_t member)
{
    return sheaf_member_active(state, member);
}

static bool add_by(const ending *e, lines *l, int64_t amount, weight_of *weight)
{
    for (uint32_t i = 0; i < l->n; i++)
        l->weights[i] = weight(e->state, l->ids[i]);
    return add_part(l, amount);
}

/* What is credited, then shares at their price, then what is left where it is the members':
 * each by the same arithmetic for all, also where the money does not suffice. */
static bool work_out(const ending *e, lines *l)
{
    const sheaf_final_accounts *sums = &e->accounts;
    return add_by(e, l, sums->credited_paid, weight_of_credit)
           && add_by(e, l, sums->shares_paid, weight_of_shares)
           && add_by(e, l, sums->paid - sums->credited_paid - sums->shares_paid, weight_alike);
}

static void print_lines(const ending *e)
{
    uint32_t count = sheaf_member_count(e->state);
    size_t size = count * 128u + 65536;
    void *block = malloc(size);
    if (!block) /* the sums above say it without the members */
        return;
    lines l = {.n = count, .arena = sheaf_arena_over(block, size)};
    l.weights = SHEAF_ARENA_NEW(&l.arena, uint64_t, count);
    l.ids = SHEAF_ARENA_NEW(&l.arena, uint32_t, count);
    l.lines = SHEAF_ARENA_NEW(&l.arena, int64_t, count);
    l.part = SHEAF_ARENA_NEW(&l.arena, int64_t, count);
    for (uint32_t i = 0; i < count; i++)
        l.ids[i] = sheaf_member_at(e->state, i)->id;
    if (work_out(e, &l))
        for (uint32_t i = 0; i < count; i++)
            if (l.lines[i]) {
                printf("    member %-6" PRIu32 " ", l.ids[i]);
                print_money(e, l.lines[i]);
                sheaf_source_print_name(e->source, l.ids[i]);
                puts("");
            }
    free(block);
}

static void print_rest(const ending *e)
{
    static const char *const places[] = {
        [SHEAF_reserve_destination_another_cooperative] = "another cooperative or a federation",
        [SHEAF_reserve_destination_members] = "the members",
        [SHEAF_reserve_destination_public_benefit] = "a public or charitable body",
    };
    sheaf_slice successor = SHEAF_WORDS(e->row->successor);
    if (successor.len)
        printf(" to the co-op %.*s\n", SHEAF_PRINT(successor));
    else
        printf(" to %s\n", places[sheaf_bylaws_now(e->state)->reserve_destination]);
}

static void print_under_way(const ending *e)
{
    sheaf_matter_print_time("call ends", e->row->call_until);
    puts("              until then creditors are called, and the co-op is not closed");
    print_creditors(e);
    print_handovers(e);
    print_splits(e);
    fputs("  members     get ", stdout);
    print_money(e, e->accounts.paid);
    if (e->accounts.credited) {
        fputs(", of it ", stdout);
        print_money(e, e->accounts.credited_paid);
        fputs(" that was credited to them", stdout);
    }
    if (e->accounts.shares) {
        fputs(e->accounts.credited ? ", and then " : ", of it ", stdout);
        print_money(e, e->accounts.shares_paid);
        fputs(" for their shares", stdout);
    }
    puts(e->accounts.paid < e->accounts.shares + e->accounts.credited
             ? ", in proportion: the money does not suffice"
             : "");
    print_lines(e);
    fputs("  the rest    ", stdout);
    print_money(e, e->accounts.rest);
    print_rest(e);
    puts("  then        once all of it is paid out, each liquidator signs:");
    printf("              sheaf coop close --paid-cents %" PRId64 " --rest-cents %" PRId64 "\n",
           e->accounts.paid, e->accounts.rest);
    puts("              and with the last signature the log is sealed. A motion with the "
         "effect\n              coop.continue, adopted before, ends the winding up instead.");
}

static void print(const ending *e)
{
    if (!e->row) {
        puts("The co-op goes on: nobody has dissolved it.");
        return;
    }
    const char *const states[] = {
        [SHEAF_ending_state_winding_up] = "The co-op is being wound up",
        [SHEAF_ending_state_sealed] = "The co-op is dissolved, and its log is sealed",
        [SHEAF_ending_state_continued] = "The co-op was to be wound up, and goes on",
    };
    printf("%s, by motion %" PRIu32 ".\n", states[e->row->state], e->row->motion);
    sheaf_matter_print_time("dissolved", e->row->began);
    print_liquidators(e);
    if (e->row->state == SHEAF_ending_state_winding_up) {
        print_under_way(e);
        return;
    }
    print_creditors(e);
    print_handovers(e);
    if (e->row->state == SHEAF_ending_state_sealed) {
        fputs("  members     got ", stdout);
        print_money(e, e->row->paid_cents);
        fputs("\n  the rest    ", stdout);
        print_money(e, e->row->rest_cents);
        print_rest(e);
    }
    printf("  ended       with entry %" PRIu32 "\n", e->row->ended);
}

static ending ending_of(const sheaf_state *state, const sheaf_round_source *source)
{
    ending e = {.state = state, .source = source};
    uint32_t count = sheaf_ending_count(state);
    e.row = count ? sheaf_ending_at(state, count - 1) : NULL;
    if (e.row && e.row->state == SHEAF_ending_state_winding_up)
        e.accounts = sheaf_ending_accounts(state);
    memcpy(e.currency, sheaf_bylaws_now(state)->currency,
           sizeof sheaf_bylaws_now(state)->currency);
    return e;
}

static void put(const sheaf_state *state, sheaf_json_writer *w)
{
    const ending e = ending_of(state, NULL);
    if (e.row && e.row->state == SHEAF_ending_state_winding_up) {
        sheaf_json_key(w, "accounts");
        sheaf_json_open_object(w);
        sheaf_json_member_put_int(w, "bank_cents", e.accounts.bank);
        sheaf_json_member_put_int(w, "credited_cents", e.accounts.credited);
        sheaf_json_member_put_int(w, "credited_paid_cents", e.accounts.credited_paid);
        sheaf_json_member_put_int(w, "paid_cents", e.accounts.paid);
        sheaf_json_member_put_int(w, "rest_cents", e.accounts.rest);
        sheaf_json_member_put_int(w, "shares_cents", e.accounts.shares);
        sheaf_json_member_put_int(w, "shares_paid_cents", e.accounts.shares_paid);
        sheaf_json_close(w);
    }
    sheaf_state_put_rows(state, w, "creditors", SHEAF_TABLE_creditor);
    sheaf_state_put_rows(state, w, "endings", SHEAF_TABLE_ending);
    sheaf_state_put_rows(state, w, "handovers", SHEAF_TABLE_handover);
    sheaf_state_put_rows(state, w, "liquidators", SHEAF_TABLE_liquidator);
}

static void show(const sheaf_round_source *source)
{
    const ending e = ending_of(source->state, source);
    print(&e);
}

static int run(const sheaf_arguments *a)
{
    return sheaf_state_show(&(sheaf_state_view){show, put}, a);
}

const sheaf_command sheaf_command_ending_show = SHEAF_STATE_COMMAND(
    "ending show", "how the co-op is wound up: creditors, final accounts, who has signed", run);
