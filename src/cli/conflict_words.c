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

static void print_finders(const sheaf_round_source *source,
                          const struct sheaf_row_conflict *row)
{
    const sheaf_state *state = source->state;
    const char *before = ": found by ";
    for (uint32_t i = 0; i < sheaf_approval_count(state); i++) {
        const struct sheaf_row_approval *voice = sheaf_approval_at(state, i);
        if (voice->of != row->id)
            continue;
        fputs(before, stdout);
        print_member(source, voice->by);
        before = " and ";
    }
    if (row->over)
        fputs(", which counts no longer: all members decide now", stdout);
}

static void print_reason(const sheaf_round_source *source, const sheaf_hash *reason, int width)
{
    sheaf_buffer text;
    if (sheaf_hash_is_zero(reason))
        return;
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    printf("  %-*s", width, "");
    if (sheaf_source_text(source, reason, &text))
        sheaf_print_plain(sheaf_buffer_slice(&text));
    else
        fputs("its reason is not at hand: it is for members, withheld or erased", stdout);
    puts("");
    sheaf_buffer_deinit(&text);
}

void sheaf_conflicts_print(const sheaf_round_source *source, uint32_t matter, int width)
{
    static const sheaf_hash none;
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
            fputs(sheaf_hash_equal(&row->reason, &none)
                      ? ": it is about them, or they declared it"
                      : ": they declared it",
                  stdout);
        puts("");
        print_reason(source, &row->reason, width);
        label = "";
    }
}
