/* cli/override_show.c - `sheaf override show` and `sheaf override list`. */
#include "cli/matter.h"

#include "coop/override.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>

enum { HOME, CA }; /* in the order of the commands' options */

/* What is suspended, by the effect that began it. */
static const char *noun(const struct sheaf_row_override *row, const sheaf_state *state)
{
    if (sheaf_motion_find(state, row->of))
        return "the effect of motion";
    if (row->overrode == SHEAF_KIND_data_license)
        return "licence";
    return row->overrode == SHEAF_KIND_mandate_grant ? "mandate" : "model";
}

static void print_standing(const sheaf_state *state, const struct sheaf_row_override *row)
{
    switch (row->state) {
    case SHEAF_override_state_asked:
        printf("waits for signatures: it has %" PRIu32 " of %" PRIu32, row->signatures,
               sheaf_override_needed(state));
        break;
    case SHEAF_override_state_suspended:
        if (row->signatures)
            printf("in force since entry %" PRIu32 ", signed by %" PRIu32, row->suspended,
                   row->signatures);
        else
            printf("in force since entry %" PRIu32 ", by an urgent act of an organ",
                   row->suspended);
        break;
    case SHEAF_override_state_confirmed:
        printf("confirmed by a motion%s", row->ended == SHEAF_NONE ? "" : ", for good");
        break;
    case SHEAF_override_state_lapsed:
        printf("lapsed with entry %" PRIu32 ": no motion confirmed it", row->ended);
        break;
    case SHEAF_override_state_unsupported:
        printf("lapsed with entry %" PRIu32 ": too few signed", row->ended);
        break;
    default:
        printf("ended by a motion, or not ratified, with entry %" PRIu32, row->ended);
    }
}

static void print_line(const sheaf_state *state, const struct sheaf_row_override *row)
{
    printf("Suspension %" PRIu32 " of %s %" PRIu32 " (%s): ", row->id, noun(row, state),
           row->of, sheaf_kind_shape(row->overrode)->name);
    print_standing(state, row);
    puts(".");
}

static void print(const sheaf_matter *matter)
{
    const struct sheaf_row_override *row = matter->row;
    print_line(matter->state, row);
    sheaf_matter_print_text(matter, "reason", &row->reason);
    if (row->state == SHEAF_override_state_asked) {
        sheaf_matter_print_time("until", row->lapses, SHEAF_NONE);
        puts("  then        it lapses, unless enough have signed; `sheaf override suspend` "
             "signs");
    }
    if (row->state == SHEAF_override_state_suspended && !row->signatures) {
        sheaf_matter_print_time("until", row->lapses, SHEAF_NONE);
        puts("  then        what it kept back goes on, unless the members have ratified it; "
             "`sheaf organ show`\n              names the motion");
    }
    if (row->state == SHEAF_override_state_suspended && row->signatures) {
        sheaf_matter_print_time("until", row->lapses, SHEAF_NONE);
        puts("  then        it lapses and what it kept back goes on, unless a motion with the "
             "effect\n              override.confirm is adopted before");
    }
}

static void put(const sheaf_matter *matter, sheaf_json_writer *w)
{
    const struct sheaf_row_override *row = matter->row;
    sheaf_matter_put_text(matter, w, "reason", &row->reason);
}

static int run_show(const sheaf_arguments *a)
{
    return sheaf_matter_show(
        &(sheaf_matter_view){&sheaf_command_override_show, SHEAF_TABLE_override, print, put},
        a);
}

const sheaf_command sheaf_command_override_show = SHEAF_MATTER_COMMAND(
    "override", "what members have suspended, by whose signatures, and what follows", run_show);

static int list_json(const sheaf_state *state)
{
    const sheaf_table_shape *shape = sheaf_table_describe(SHEAF_TABLE_override);
    sheaf_buffer out;
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_json_key(&w, "overrides");
    sheaf_json_open_list(&w);
    for (uint32_t i = 0; i < sheaf_override_count(state); i++) {
        sheaf_json_open_object(&w);
        sheaf_row_write(shape, sheaf_override_at(state, i), SHEAF_NONE, &w);
        sheaf_json_close(&w);
    }
    sheaf_json_close(&w);
    return sheaf_print_end(&out, &w);
}

static int run_list(const sheaf_arguments *a)
{
    sheaf_round_source source;
    sheaf_err err;
    int code = SHEAF_EXIT_DONE;
    if (sheaf_round_source_open(&source, a->argument_count ? a->argument[0] : NULL,
                                a->value[HOME], a->value[CA], SHEAF_NONE, &err)
        != SHEAF_OK)
        return sheaf_report(a, &err);
    if (a->json) {
        code = list_json(source.state);
    } else {
        for (uint32_t i = 0; i < sheaf_override_count(source.state); i++)
            print_line(source.state, sheaf_override_at(source.state, i));
        if (!sheaf_override_count(source.state))
            puts("Members have suspended nothing so far.");
    }
    sheaf_round_source_close(&source);
    return code;
}

const sheaf_command sheaf_command_override_list = {
    .name = "override list",
    .arguments = "[DIR|URL]",
    .summary = "list all that members ever suspended, with the rule that it overrode",
    .detail =
        "DIR is a folder with log/, such as a hub's; URL a hub; without either it is the\n"
        "hub of your home.",
    .options = {{"home", "DIR", "your home folder"},
                {"ca", "FILE", "certificates to trust, in PEM"}},
    .arguments_max = 1,
    .many = -1,
    .run = run_list,
};
