#include "cli/conflict_words.h"

#include "cli/cli.h"
#include "cli/source_text.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>

static void print_member(const sheaf_round_source *source, uint32_t member)
{
    printf("member %" PRIu32, member);
    sheaf_source_print_name(source, member);
}

/* The next officer who found it, from row *at on, or NULL. */
static const struct sheaf_row_finding *
next_finding(const sheaf_state *state, const struct sheaf_row_conflict *row, uint32_t *at)
{
    while (*at < sheaf_finding_count(state)) {
        const struct sheaf_row_finding *finding = sheaf_finding_at(state, (*at)++);
        if (finding->conflict == row->id)
            return finding;
    }
    return NULL;
}

static void print_finders(const sheaf_round_source *source,
                          const struct sheaf_row_conflict *row)
{
    const char *before = ": found by ";
    const struct sheaf_row_finding *finding;
    for (uint32_t at = 0; (finding = next_finding(source->state, row, &at));) {
        fputs(before, stdout);
        print_member(source, finding->by);
        before = " and ";
    }
    if (row->over)
        fputs(", which counts no longer: all members decide now", stdout);
}

/* A line of its own; `by` is SHEAF_NONE where the line before tells whose it is. */
static void print_reason(const sheaf_round_source *source, uint32_t by,
                         const sheaf_hash *reason, int width)
{
    sheaf_buffer text;
    if (sheaf_hash_is_zero(reason))
        return;
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    printf("  %-*s", width, "");
    if (by != SHEAF_NONE) {
        print_member(source, by);
        fputs(": ", stdout);
    }
    if (sheaf_source_text(source, reason, &text))
        sheaf_print_plain(sheaf_buffer_slice(&text));
    else
        fputs("its reason is not at hand: it is for members, withheld or erased", stdout);
    puts("");
    sheaf_buffer_deinit(&text);
}

/* What each of them wrote. */
static void print_findings(const sheaf_round_source *source,
                           const struct sheaf_row_conflict *row, int width)
{
    const struct sheaf_row_finding *finding;
    for (uint32_t at = 0; (finding = next_finding(source->state, row, &at));)
        print_reason(source, finding->by, &finding->reason, width);
}

/* Is the motion on something of which conflicts are carried over to it? */
static bool carries_over(const struct sheaf_row_motion *motion)
{
    switch (motion->effect) {
    case SHEAF_KIND_automation_resume:
    case SHEAF_KIND_automation_suspend:
    case SHEAF_KIND_override_confirm:
    case SHEAF_KIND_payment_approve:
        return true;
    default:
        return motion->carries != SHEAF_NONE;
    }
}

/* How it came about. With the entry that opened the motion, or that passed it to the members,
 * it took hold of whom that is about, or was carried over; but what passes it to the members
 * may be the very act that declares it. */
static const char *origin(const sheaf_state *state, const struct sheaf_row_conflict *row)
{
    const struct sheaf_row_motion *motion = sheaf_motion_find(state, row->matter);
    bool opened = row->since == row->matter, over = motion && carries_over(motion);
    bool about = sheaf_hash_is_zero(&row->reason);
    if (opened && !over)
        return ": it is about them";
    if (opened)
        return about ? ": it is about them, or they declared it on what this is about"
                     : ": they declared it on what this is about";
    if (!motion || row->since != motion->since || (!over && !about))
        return ": they declared it";
    if (!over)
        return ": it is about them, or they declared it";
    return about ? ": it is about them, or they declared it here or on what this is about"
                 : ": they declared it here or on what this is about";
}

void sheaf_conflicts_print(const sheaf_round_source *source, uint32_t matter, int width)
{
    const sheaf_state *state = source->state;
    const struct sheaf_row_matter *counted = sheaf_matter_find(state, matter);
    const char *label = "conflict";
    for (uint32_t at = counted ? counted->last : 0; at;) {
        const struct sheaf_row_conflict *row = sheaf_conflict_at(state, at - 1);
        at = row->before;
        printf("  %-*s", width, label);
        print_member(source, row->member);
        if (row->found)
            print_finders(source, row);
        else
            fputs(origin(state, row), stdout);
        puts("");
        if (row->found)
            print_findings(source, row, width);
        else
            print_reason(source, SHEAF_NONE, &row->reason, width);
        label = "";
    }
}
