/* cli/share_show.c - `sheaf share show`: capital, who holds shares, what is repaid when. */
#include "coop/ending.h"
#include "coop/shares.h"
#include "store/clock.h"
#include "cli/matter.h"
#include "cli/source_text.h"

#include <inttypes.h>
#include <stdio.h>

static void print_money(const sheaf_state *state, int64_t cents)
{
    printf("%" PRId64 ".%02d %.3s", cents / 100, (int)(cents % 100),
           sheaf_bylaws_now(state)->currency);
}

static void print_article(const sheaf_state *state)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    if (!sheaf_article_on(state, SHEAF_ARTICLE_shares)) {
        puts("The bylaws have no shares.");
        return;
    }
    fputs("A share costs ", stdout);
    print_money(state, bylaws->share_price_cents);
    printf("; who holds any holds %" PRIu32 " to %" PRIu32 ".\n", bylaws->share_min,
           bylaws->share_max);
    printf("  transfer    %s\n", bylaws->share_transferable
                                     ? "members hand shares to others: `sheaf share transfer`"
                                     : "members do not hand shares to others");
}

static void print_capital(const sheaf_state *state)
{
    const struct sheaf_row_capital *capital = sheaf_capital_now(state);
    int64_t least = sheaf_bylaws_now(state)->share_capital_min_cents;
    fputs("  capital     ", stdout);
    print_money(state, capital ? capital->cents : 0);
    if (least) {
        fputs(", of which at least ", stdout);
        print_money(state, least);
        fputs(" stay", stdout);
    }
    puts("");
}

static void print_holdings(const sheaf_round_source *source)
{
    const sheaf_state *state = source->state;
    for (uint32_t i = 0; i < sheaf_holding_count(state); i++) {
        const struct sheaf_row_holding *row = sheaf_holding_at(state, i);
        char label[24];
        if (!row->shares && !row->leaving)
            continue;
        snprintf(label, sizeof label, "member %" PRIu32, row->id);
        printf("  %-11s", label);
        sheaf_source_print_name(source, row->id);
        printf(" %" PRIu32 " share%s", row->shares, row->shares == 1 ? "" : "s");
        if (row->leaving)
            printf(", and %" PRIu32 " to be repaid", row->leaving);
        fputs(": ", stdout);
        print_money(state, sheaf_holding_cents(state, row));
        puts("");
    }
}

static void print_repayments(const sheaf_round_source *source)
{
    const sheaf_state *state = source->state;
    for (uint32_t i = 0; i < sheaf_repayment_count(state); i++) {
        const struct sheaf_row_repayment *row = sheaf_repayment_at(state, i);
        if (row->state == SHEAF_repayment_state_repaid || !row->shares)
            continue;
        printf("  repayment   %" PRIu32 " of member %" PRIu32, row->id, row->member);
        sheaf_source_print_name(source, row->member);
        fputs(": ", stdout);
        print_money(state, row->shares * row->price_cents);
        bool waits = row->state == SHEAF_repayment_state_waits;
        puts(!waits                    ? ""
             : sheaf_ending_now(state) ? ", due, and waits for the final accounts"
             : sheaf_clock_ms() < row->until
                 ? ", due, and waits until the capital may fall by so much"
                 : ", due: its latest time is suspended until the capital may fall by so much");
        sheaf_matter_print_time("  from", row->due);
        sheaf_matter_print_time("  until", row->until);
    }
}

static void show(const sheaf_round_source *source)
{
    print_article(source->state);
    print_capital(source->state);
    print_holdings(source);
    print_repayments(source);
    if (sheaf_article_on(source->state, SHEAF_ARTICLE_shares))
        puts(
            "  then        `sheaf share pay` records what another has paid in; what is repaid\n"
            "              passes to the member's account, out of which `sheaf payment order` "
            "asks\n              for it");
}

static void put(const sheaf_state *state, sheaf_json_writer *w)
{
    sheaf_state_put_rows(state, w, "capital", SHEAF_TABLE_capital);
    sheaf_state_put_rows(state, w, "holdings", SHEAF_TABLE_holding);
    sheaf_state_put_rows(state, w, "repayments", SHEAF_TABLE_repayment);
}

static int run(const sheaf_arguments *a)
{
    return sheaf_state_show(&(sheaf_state_view){show, put}, a);
}

const sheaf_command sheaf_command_share_show = SHEAF_STATE_COMMAND(
    "share show", "the capital, who holds how many shares, and what is repaid when", run);
