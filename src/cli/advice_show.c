/* cli/advice_show.c - `sheaf advice show`. */
#include "cli/matter.h"

#include "coop/organs.h"
#include "coop/pending.h"

#include <inttypes.h>
#include <stdio.h>

static void print_asked(const sheaf_matter *matter)
{
    for (uint32_t i = 0; i < sheaf_asked_count(matter->state); i++) {
        const struct sheaf_row_asked *asked = sheaf_asked_at(matter->state, i);
        if (asked->advice != matter->id)
            continue;
        sheaf_matter_print_who(matter, asked->wanted ? "asked" : "not asked", asked->member);
        if (asked->given == SHEAF_NONE)
            puts("  advice      none yet");
        sheaf_matter_print_text(matter, "advice", &asked->text);
        if (asked->wanted && asked->given != SHEAF_NONE && asked->replied == SHEAF_NONE)
            puts("  answer      none yet");
        sheaf_matter_print_text(matter, "answer", &asked->reply);
    }
}

static void print_body(const sheaf_matter *matter, const struct sheaf_row_advice_body *row)
{
    if (row->body == SHEAF_body_circle) {
        sheaf_matter_print_text(matter, "asked",
                                &sheaf_circle_get(matter->state, row->of)->name);
        printf("              circle %" PRIu32, row->of);
    } else {
        const struct sheaf_row_organ *organ = sheaf_organ_now(matter->state, row->of);
        if (organ)
            printf("  asked       %.*s, ", SHEAF_PRINT(SHEAF_WORDS(organ->name)));
        else
            printf("  asked       "); /* organs are switched off since */
        printf("organ %" PRIu32, row->of);
    }
    printf(": %u of %u in it have given advice\n", row->given, row->members);
}

static void print_open(const sheaf_matter *matter, const struct sheaf_row_advice *row)
{
    if (row->bodies)
        printf("is open: %u who were asked have given advice, %u of it answered%s.\n",
               row->answered, row->replied,
               sheaf_advice_awaited(matter->state, row) ? "" : "; nobody is waited for");
    else
        printf("is open: %u of %u have given advice, %u of it answered.\n", row->answered,
               row->asked, row->replied);
}

static void print(const sheaf_matter *matter)
{
    const struct sheaf_row_advice *row = matter->row;
    printf("Advice process %" PRIu32 " ", row->id);
    switch (row->state) {
    case SHEAF_advice_state_open:
        print_open(matter, row);
        break;
    case SHEAF_advice_state_decided:
        printf("was decided with entry %" PRIu32 ".\n", row->ended);
        break;
    case SHEAF_advice_state_lapsed:
        puts("has lapsed: it was not decided in time.");
        break;
    default:
        puts("was given up.");
    }
    sheaf_matter_print_text(matter, "title", &row->title);
    sheaf_matter_print_text(matter, "text", &row->text);
    sheaf_matter_print_act(matter, "opened", row->opened, row->by);
    for (uint8_t i = 0; i < row->bodies; i++)
        print_body(matter, sheaf_advice_body_get(matter->state, sheaf_pair(row->id, i)));
    print_asked(matter);
    sheaf_matter_print_text(matter, "decision", &row->outcome);
    if (row->payment != SHEAF_NONE)
        printf("  payment     %" PRIu32 ": `sheaf payment show %" PRIu32 "`\n", row->payment,
               row->payment);
    if (row->state == SHEAF_advice_state_open) {
        sheaf_matter_print_time("advice by", row->closes);
        sheaf_matter_print_act(matter, "decided by", row->closes + (row->closes - row->opened),
                               row->by);
    }
}

static void put(const sheaf_matter *matter, sheaf_json_writer *w)
{
    const struct sheaf_row_advice *row = matter->row;
    sheaf_matter_put_rows(matter, w, "asked", SHEAF_TABLE_asked);
    sheaf_matter_put_rows(matter, w, "bodies", SHEAF_TABLE_advice_body);
    sheaf_matter_put_text(matter, w, "outcome", &row->outcome);
    sheaf_matter_put_text(matter, w, "text", &row->text);
    sheaf_matter_put_text(matter, w, "title", &row->title);
}

static int run(const sheaf_arguments *a)
{
    return sheaf_matter_show(
        &(sheaf_matter_view){&sheaf_command_advice_show, SHEAF_TABLE_advice, print, put}, a);
}

const sheaf_command sheaf_command_advice_show = SHEAF_MATTER_COMMAND(
    "advice", "what is asked, who has given which advice, its answers and the decision", run);
