/* cli/licence_show.c - `sheaf licence show`. */
#include "cli/matter.h"

#include "coop/licence.h"
#include "coop/override.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>

/* By the time of the newest entry. */
static void print_standing(const sheaf_state *state, const struct sheaf_row_licence *row)
{
    if (row->ended != SHEAF_NONE)
        printf("was ended with entry %" PRIu32, row->ended);
    else if (sheaf_coop(state)->stamp >= row->until)
        fputs("is over", stdout);
    else if (sheaf_suspended(state, row->id))
        fputs("is suspended by members", stdout);
    else
        fputs("is in force", stdout);
}

static void print_dataset(const sheaf_matter *matter, const struct sheaf_row_licensed *row)
{
    const sheaf_state *state = matter->state;
    const struct sheaf_row_dataset *dataset = sheaf_dataset_get(state, row->dataset);
    printf("  data set    %" PRIu32 " of ", row->dataset);
    sheaf_matter_print_member(matter, dataset->member);
    fputs(": ", stdout);
    if (row->consented == SHEAF_NONE)
        puts("may not be used, its owner has not consented");
    else if (sheaf_licensed_lives(state, row, sheaf_coop(state)->stamp))
        printf("may be used, its owner consented with entry %" PRIu32 "\n", row->consented);
    else
        puts("may not be used any more");
}

static void print(const sheaf_matter *matter)
{
    const sheaf_state *state = matter->state;
    const struct sheaf_row_licence *row = matter->row;
    printf("Licence %" PRIu32 " ", row->id);
    print_standing(state, row);
    puts(".");
    sheaf_matter_print_text(matter, "licensee", &row->licensee);
    sheaf_matter_print_text(matter, "terms", &row->terms);
    fputs("  price       ", stdout);
    sheaf_matter_print_cents(matter, row->price_cents);
    if (row->price_cents) {
        fputs(", paid ", stdout);
        sheaf_matter_print_cents(matter, row->paid_cents);
    }
    puts("");
    sheaf_matter_print_time("until", row->until);
    for (uint8_t i = 0; i < row->datasets; i++)
        print_dataset(matter, sheaf_licensed_at(state, row->dataset_first + i));
    if (sheaf_licence_lives(state, row, sheaf_coop(state)->stamp))
        puts(
            "  then        owners consent by `sheaf licence consent` and take it back by\n"
            "              `sheaf licence withdraw`; a motion with the effect licence.end ends "
            "it");
}

static void put(const sheaf_matter *matter, sheaf_json_writer *w)
{
    const struct sheaf_row_licence *row = matter->row;
    sheaf_matter_put_text(matter, w, "licensee", &row->licensee);
    sheaf_matter_put_text(matter, w, "terms", &row->terms);
}

static int run(const sheaf_arguments *a)
{
    return sheaf_matter_show(
        &(sheaf_matter_view){&sheaf_command_licence_show, SHEAF_TABLE_licence, print, put}, a);
}

const sheaf_command sheaf_command_licence_show = SHEAF_MATTER_COMMAND(
    "licence", "to whom data is licensed, and which owners have consented", run);
