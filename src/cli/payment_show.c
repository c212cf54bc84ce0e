/* cli/payment_show.c - `sheaf payment show`. */
#include "cli/conflict_words.h"
#include "cli/matter.h"

#include "coop/deadline.h"
#include "coop/treasury.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>

static void print_standing(const struct sheaf_row_payment *row)
{
    switch (row->state) {
    case SHEAF_payment_state_ordered:
        fputs("has not left", stdout);
        break;
    case SHEAF_payment_state_released:
        printf("left with entry %" PRIu32, row->ended);
        break;
    case SHEAF_payment_state_settled:
        printf("left with entry %" PRIu32 " and was carried out", row->ended);
        break;
    case SHEAF_payment_state_cancelled:
        printf("was taken back with entry %" PRIu32, row->ended);
        break;
    default:
        printf("lapsed with entry %" PRIu32, row->ended);
    }
}

static void print_signatures(const sheaf_matter *matter, const struct sheaf_row_payment *row)
{
    const sheaf_state *state = matter->state;
    printf("  signatures  %" PRIu32 " of %u", sheaf_payment_signatures(state, row),
           sheaf_bylaws_now(state)->treasury_signatures);
    const char *before = ": by ";
    for (uint32_t next = row->signature_last; next;) {
        const struct sheaf_row_payment_signature *signature =
            sheaf_payment_signature_at(state, next - 1);
        fputs(before, stdout);
        sheaf_matter_print_member(matter, signature->member);
        if (signature->withdrawn)
            fputs(" (taken back)", stdout);
        else if (!sheaf_payment_signature_counts(state, signature))
            fputs(" (which does not count now)", stdout);
        before = ", ";
        next = signature->before;
    }
    puts("");
}

/* The motions on it that are open, or adopted and held. True where one is held. */
static bool print_motions(const sheaf_state *state, const struct sheaf_row_payment *row)
{
    bool held = false;
    for (uint32_t at = row->vote_last; at;) {
        const struct sheaf_row_payment_vote *vote = sheaf_payment_vote_at(state, at - 1);
        const struct sheaf_row_motion *motion = sheaf_motion_find(state, vote->id);
        const struct sheaf_row_deadline *ends =
            sheaf_deadline_find(state, sheaf_pair(vote->id, SHEAF_deadline_kind_hold));
        at = vote->before;
        bool waits = motion && motion->state == SHEAF_motion_state_held;
        if (!waits && !(motion && motion->state == SHEAF_motion_state_open))
            continue;
        printf("  motion      %" PRIu32 " decides on it, and is %s: `sheaf motion show %" PRIu32
               "`\n",
               vote->id, waits ? "adopted and held" : "open", vote->id);
        if (waits && ends && ends->place)
            sheaf_matter_print_time("held until", ends->at);
        held = held || waits;
    }
    return held;
}

static void print_then(const sheaf_state *state, const struct sheaf_row_payment *row)
{
    uint8_t place;
    bool any, held = print_motions(state, row), unable = sheaf_payment_unable(state, row, &any);
    fputs("  then        ", stdout);
    if (!sheaf_article_on(state, SHEAF_ARTICLE_treasury))
        puts("it lapses: the bylaws have no treasury any more");
    else if (!sheaf_treasury_organ(state, &place))
        puts("it lapses: the bylaws have no organ of treasurers any more");
    else if (held && (unable || sheaf_payment_undecided(state, row)))
        puts(unable ? "it leaves once the motion takes effect, or lapses"
                    : "once the motion takes effect treasurers sign it, or it lapses");
    else if (unable)
        puts("it lapses, unless the members decide on it, with whose decision it leaves, for\n"
             "              conflicts of interest leave too few treasurers to sign: a motion "
             "with\n"
             "              the effect payment.approve");
    else if (sheaf_payment_undecided(state, row))
        puts("it lapses, unless the members decide on it, for it is above the limit: a motion\n"
             "              with the effect payment.approve");
    else if (sheaf_payment_waits_until(state, row))
        puts("with what has left without a decision, it is above the limit: it waits until\n"
             "              that is long enough ago, or for a motion with the effect\n"
             "              payment.approve, or lapses");
    else
        puts("it leaves with the last signature, one by another than who asked for it, or\n"
             "              lapses; `sheaf payment sign` signs, `sheaf payment unsign` undoes "
             "that");
}

static void print(const sheaf_matter *matter)
{
    const struct sheaf_row_payment *row = matter->row;
    printf("Payment %" PRIu32 " of ", row->id);
    sheaf_matter_print_cents(matter, row->amount_cents);
    if (row->account != SHEAF_NONE) {
        fputs(" out of the account of ", stdout);
        sheaf_matter_print_member(matter, row->account);
    }
    putchar(' ');
    print_standing(row);
    puts(".");
    sheaf_matter_print_text(matter, "payee", &row->payee);
    sheaf_matter_print_text(matter, "purpose", &row->purpose);
    sheaf_matter_print_act(matter, "asked for", row->opened, row->by);
    if (row->budget_line) {
        const struct sheaf_row_budget_line *line =
            sheaf_budget_line_at(matter->state, row->budget_line - 1);
        printf("  budget      %" PRIu32 ", line %" PRIu32 "\n", line->budget,
               row->budget_line - 1
                   - sheaf_budget_get(matter->state, line->budget)->line_first);
    }
    if (row->advice != SHEAF_NONE)
        printf("  decided     after advice: `sheaf advice show %" PRIu32 "`\n", row->advice);
    if (row->approved != SHEAF_NONE)
        printf("  decided     by the members, with entry %" PRIu32 "\n", row->approved);
    if (row->state == SHEAF_payment_state_ordered) {
        print_signatures(matter, row);
        sheaf_conflicts_print(&matter->source, row->id, 12);
        sheaf_matter_print_time("until", row->closes);
        int64_t waits = sheaf_payment_waits_until(matter->state, row);
        if (waits && !sheaf_payment_undecided(matter->state, row))
            sheaf_matter_print_time("not before", waits);
        print_then(matter->state, row);
    }
    if (row->state == SHEAF_payment_state_released)
        puts("  then        a treasurer records the bank's statement: `sheaf payment settle`");
}

static void put(const sheaf_matter *matter, sheaf_json_writer *w)
{
    const struct sheaf_row_payment *row = matter->row;
    sheaf_matter_put_text(matter, w, "purpose", &row->purpose);
    sheaf_json_member_put_int(w, "signature_count",
                              sheaf_payment_signatures(matter->state, row));
    sheaf_matter_put_rows(matter, w, "signatures", SHEAF_TABLE_payment_signature);
    sheaf_json_member_put_bool(w, "undecided", sheaf_payment_undecided(matter->state, row));
    sheaf_json_member_put_int(w, "waits_until", sheaf_payment_waits_until(matter->state, row));
}

static int run(const sheaf_arguments *a)
{
    return sheaf_matter_show(
        &(sheaf_matter_view){&sheaf_command_payment_show, SHEAF_TABLE_payment, print, put}, a);
}

const sheaf_command sheaf_command_payment_show = SHEAF_MATTER_COMMAND(
    "payment", "what a payment is for, who has signed it, and what follows", run);
