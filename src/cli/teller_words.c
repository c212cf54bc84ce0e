#include "cli/teller_words.h"

#include "cli/date.h"
#include "coop/refusal.h"

#include <inttypes.h>
#include <stdio.h>

static uint32_t contested(const sheaf_state *state, const struct sheaf_row_sheet *sheet)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sheet->count; i++)
        count += sheaf_sheet_line_at(state, sheet->first + i)->refusal
                 == SHEAF_REFUSED_ballot_contested;
    return count;
}

void sheaf_tellers_print(const sheaf_state *state, uint32_t matter, int64_t closes,
                         const char *first, const char *next)
{
    const struct sheaf_row_hand_count *hand = sheaf_hand_count_find(state, matter);
    const char *label = first;
    for (uint32_t i = 0; i < sheaf_sheet_count(state); i++) {
        const struct sheaf_row_sheet *sheet = sheaf_sheet_at(state, i);
        if (sheet->matter != matter || sheet->confirmed == SHEAF_NONE)
            continue;
        uint32_t not_theirs = contested(state, sheet);
        printf("%s%u of them counted by tellers", label, sheet->counted);
        if (not_theirs)
            printf(", %" PRIu32 " contested by their members", not_theirs);
        printf(": `sheaf ballots show %" PRIu32 "`\n", sheet->id);
        label = next;
    }
    if (!hand || !closes || !hand->keyed)
        return;
    printf("%swhoever's it is not says so until it closes: `sheaf ballot contest`\n", next);
    if (hand->closes == closes)
        printf("%sfor that it is put off; it would have closed %s\n", next,
               sheaf_moment_of(hand->before).words);
}

void sheaf_sheets_put(const sheaf_state *state, uint32_t matter, sheaf_json_writer *w)
{
    const sheaf_table_shape *shape = sheaf_table_describe(SHEAF_TABLE_sheet);
    sheaf_json_key(w, "sheets");
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < sheaf_sheet_count(state); i++) {
        const struct sheaf_row_sheet *sheet = sheaf_sheet_at(state, i);
        if (sheet->matter != matter)
            continue;
        sheaf_json_open_object(w);
        sheaf_row_write(shape, sheet, SHEAF_NONE, w);
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
}
