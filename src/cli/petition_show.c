/* cli/petition_show.c - `sheaf petition show`. */
#include "cli/matter.h"

#include "coop/pending.h"

#include <inttypes.h>
#include <stdio.h>

static void print(const sheaf_matter *matter)
{
    const struct sheaf_row_petition *row = matter->row;
    printf("Petition %" PRIu32 " for a general assembly ", row->id);
    switch (row->state) {
    case SHEAF_petition_state_open:
        printf("is open: it has %" PRIu32 " of %" PRIu32 " signatures.\n", row->signatures,
               sheaf_petition_needed(matter->state, row));
        break;
    case SHEAF_petition_state_reached:
        printf("was signed by enough members with entry %" PRIu32
               "; its assembly is to be convened.\n",
               row->reached);
        break;
    case SHEAF_petition_state_dated:
        printf("led to assembly %" PRIu32 ".\n", row->assembly);
        break;
    default:
        printf("has lapsed with too few signatures: %" PRIu32 ".\n", row->signatures);
    }
    sheaf_matter_print_text(matter, "title", &row->title);
    sheaf_matter_print_text(matter, "text", &row->text);
    sheaf_matter_print_act(matter, "opened", row->opened, row->by);
    sheaf_matter_print_arguments(matter, row->state == SHEAF_petition_state_open);
    sheaf_matter_print_time(row->reached == SHEAF_NONE ? "until" : "held by", row->closes);
    if (row->state == SHEAF_petition_state_open)
        puts("  then        it lapses, unless enough have signed; `sheaf petition sign` signs");
    if (row->state == SHEAF_petition_state_reached)
        puts("  then        the clock dates the assembly itself, with its notice, unless who "
             "opened\n"
             "              the petition, or an officer who convenes assemblies, convenes it "
             "before,\n"
             "              or once half the time is over who signed it: `sheaf assembly "
             "convene`");
}

static void put(const sheaf_matter *matter, sheaf_json_writer *w)
{
    const struct sheaf_row_petition *row = matter->row;
    sheaf_matter_put_rows(matter, w, "signatures", SHEAF_TABLE_signature);
    sheaf_matter_put_text(matter, w, "text", &row->text);
    sheaf_matter_put_text(matter, w, "title", &row->title);
}

static int run(const sheaf_arguments *a)
{
    return sheaf_matter_show(
        &(sheaf_matter_view){&sheaf_command_petition_show, SHEAF_TABLE_petition, print, put},
        a);
}

const sheaf_command sheaf_command_petition_show = SHEAF_MATTER_COMMAND(
    "petition", "what a petition asks for, how many have signed, and what follows", run);
