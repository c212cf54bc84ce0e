/* cli/assembly_show.c - `sheaf assembly show`. */
#include "cli/matter.h"

#include "coop/motion.h"
#include "store/clock.h"

#include <inttypes.h>
#include <stdio.h>

static void print_state(const struct sheaf_row_assembly *row)
{
    static const char *const texts[] = {
        [SHEAF_assembly_state_convened] = "is convened",
        [SHEAF_assembly_state_second_call] = "waits for its second call: too few were there",
        [SHEAF_assembly_state_under_way] = "is under way",
        [SHEAF_assembly_state_ended] = "was held",
        [SHEAF_assembly_state_no_quorum] = "was not held: too few were there",
        [SHEAF_assembly_state_cancelled] = "was called off by who had convened it",
    };
    printf("General assembly %" PRIu32 " %s.\n", row->id, texts[row->state]);
}

/* How what was put to it ended; empty of what is open. */
static const char *outcome(const struct sheaf_row_motion *motion)
{
    static const char *const words[SHEAF_motion_state_COUNT] = {
        [SHEAF_motion_state_open] = "",
        [SHEAF_motion_state_adopted] = "adopted",
        [SHEAF_motion_state_rejected] = "rejected",
        [SHEAF_motion_state_no_quorum] = "failed: the quorum was not reached",
        [SHEAF_motion_state_withdrawn] = "withdrawn by who opened it",
        [SHEAF_motion_state_void] = "adopted, and its effect is void",
        [SHEAF_motion_state_held] = "adopted; its effect is held",
        [SHEAF_motion_state_overridden] = "adopted, but members have overridden its effect",
        [SHEAF_motion_state_undone] = "not ratified, and undone",
        [SHEAF_motion_state_called_off] = "called off",
    };
    return words[motion->state];
}

/* What is put to it, the newest last, and what came of it. */
static void print_motions(const sheaf_matter *matter)
{
    char label[24];
    for (uint32_t i = 0; i < sheaf_motion_count(matter->state); i++) {
        const struct sheaf_row_motion *motion = sheaf_motion_at(matter->state, i);
        if (motion->assembly != matter->id)
            continue;
        snprintf(label, sizeof label, "motion %" PRIu32, motion->id);
        sheaf_matter_print_text(matter, label, &motion->title);
        if (motion->state != SHEAF_motion_state_open)
            printf("              %s: %" PRIu32 " for, %" PRIu32 " against, %" PRIu32
                   " blank\n",
                   outcome(motion), motion->yes, motion->no, motion->abstain);
    }
}

/* Who is there without a device, as far as two tellers have not said so. */
static void print_rolls(const sheaf_matter *matter)
{
    for (uint32_t i = 0; i < sheaf_roll_count(matter->state); i++) {
        const struct sheaf_row_roll *roll = sheaf_roll_at(matter->state, i);
        if (roll->assembly != matter->id || roll->confirmed != SHEAF_NONE)
            continue;
        sheaf_matter_print_who(matter, "recorded by", roll->by);
        printf("  to confirm  %u people, by another teller: `sheaf assembly confirm --roll "
               "%" PRIu32 "`\n",
               roll->count, roll->id);
    }
}

/* Who is there; of them, whom tellers recorded; and who says that it is not so. */
static void print_attendance(const sheaf_matter *matter, const struct sheaf_row_assembly *row)
{
    uint32_t attended = 0, recorded = 0;
    bool over =
        row->state == SHEAF_assembly_state_no_quorum
        || row->state == SHEAF_assembly_state_cancelled
        || (row->state == SHEAF_assembly_state_ended && sheaf_clock_ms() >= row->contest);
    for (uint32_t at = row->attendance_last; at;) {
        const struct sheaf_row_attendance *one = sheaf_attendance_at(matter->state, at - 1);
        attended += !one->contested;
        recorded += !one->contested && one->teller != SHEAF_NONE;
        at = one->before;
    }
    printf("  attendance  %" PRIu32 "%s", attended, over ? "" : " so far");
    if (recorded)
        printf(", %" PRIu32 " of them recorded by tellers", recorded);
    puts("");
    if (recorded && !over)
        puts("              whom they recorded and who is not there says so: `sheaf assembly "
             "contest`");
    if (recorded && !over && row->contest > row->ends)
        sheaf_matter_print_time("until", row->contest);
    for (uint32_t at = row->attendance_last; at;) {
        const struct sheaf_row_attendance *one = sheaf_attendance_at(matter->state, at - 1);
        at = one->before;
        if (!one->contested)
            continue;
        fputs("  set aside   ", stdout);
        sheaf_matter_print_member(matter, one->member);
        puts(", whom tellers recorded, says that this is not so");
    }
}

static void print_notice(const sheaf_matter *matter, const struct sheaf_row_assembly *row)
{
    bool waits = row->state == SHEAF_assembly_state_convened
                 || row->state == SHEAF_assembly_state_second_call;
    if (row->delivered)
        printf("  notice      %" PRIu32 " delivered otherwise than by the log, under seal%s\n",
               row->delivered, row->notified < row->call ? ", before the first call" : "");
    else if (row->state != SHEAF_assembly_state_cancelled)
        printf("  notice      this entry of the log; no delivery %s recorded\n",
               waits ? "is" : "was");
    if (sheaf_assembly_unproven(matter->state, row))
        puts(waits ? "              until it is, with `sheaf assembly notice`, before the "
                     "assembly begins,\n"
                     "              nothing that takes effect can be decided there, and no "
                     "process of\n"
                     "              accountability ends"
                   : "              so it decides on nothing that takes effect, and ends no "
                     "process\n"
                     "              of accountability");
}

/* What was asked for is on the agenda, whatever else whoever convened it has put there. */
static void print_petition(const sheaf_matter *matter, const struct sheaf_row_assembly *row)
{
    if (row->petition == SHEAF_NONE)
        return;
    const struct sheaf_row_petition *petition =
        sheaf_petition_get(matter->state, row->petition);
    bool dated_itself = row->by == SHEAF_NONE;
    printf("  asked for   by petition %" PRIu32 "%s\n", row->petition,
           dated_itself ? "" : ", which is on the agenda:");
    sheaf_matter_print_text(matter, "", &petition->title);
    if (!dated_itself)
        sheaf_matter_print_text(matter, "", &petition->text);
}

/* Those that lead, and from when they are final. */
static void print_leading(const sheaf_matter *matter, const struct sheaf_row_assembly *row)
{
    if (row->minutes != SHEAF_NONE || row->leading == SHEAF_NONE)
        return;
    const struct sheaf_row_minutes *minutes = sheaf_minutes_get(matter->state, row->leading);
    printf("  minutes     entry %" PRIu32 " leads, with approvals: %u; final with %d, where "
           "so many\n"
           "              can, unless more approve others: `sheaf minutes record`\n",
           row->leading, minutes->approvals, SHEAF_FIXED_minutes_approvals);
    sheaf_matter_print_time("not before", row->minutes_from);
    sheaf_matter_print_text(matter, "", &minutes->text);
}

static void print(const sheaf_matter *matter)
{
    const struct sheaf_row_assembly *row = matter->row;
    print_state(row);
    sheaf_matter_print_text(matter, "agenda", &row->agenda);
    print_petition(matter, row);
    if (sheaf_hash_is_zero(&row->place))
        puts("  place       still to be told by who opened the petition, then by who signed "
             "it:\n"
             "              `sheaf assembly place`");
    sheaf_matter_print_text(matter, "place", &row->place);
    if (row->by != SHEAF_NONE)
        sheaf_matter_print_who(matter, "convened by", row->by);
    sheaf_matter_print_time("begins", row->starts);
    sheaf_matter_print_time("ends", row->ends);
    print_notice(matter, row);
    print_attendance(matter, row);
    print_rolls(matter);
    if (row->electorate)
        printf("  quorum      %" PRIu32 " of %" PRIu32
               " members with a vote were there on the last call\n",
               row->present, row->electorate);
    print_motions(matter);
    if (row->minutes != SHEAF_NONE) {
        printf("  minutes     entry %" PRIu32 "\n", row->minutes);
        sheaf_matter_print_text(matter, "",
                                &sheaf_minutes_get(matter->state, row->minutes)->text);
    }
    print_leading(matter, row);
}

static void put_rolls(const sheaf_matter *matter, sheaf_json_writer *w)
{
    const sheaf_table_shape *shape = sheaf_table_describe(SHEAF_TABLE_roll);
    sheaf_json_key(w, "rolls");
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < sheaf_roll_count(matter->state); i++) {
        const struct sheaf_row_roll *roll = sheaf_roll_at(matter->state, i);
        if (roll->assembly != matter->id)
            continue;
        sheaf_json_open_object(w);
        sheaf_row_write(shape, roll, SHEAF_NONE, w);
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
}

static void put(const sheaf_matter *matter, sheaf_json_writer *w)
{
    const struct sheaf_row_assembly *row = matter->row;
    sheaf_matter_put_rows(matter, w, "attendance", SHEAF_TABLE_attendance);
    if (row->minutes != SHEAF_NONE)
        sheaf_matter_put_text(matter, w, "minutes",
                              &sheaf_minutes_get(matter->state, row->minutes)->text);
    sheaf_json_key(w, "motions");
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < sheaf_motion_count(matter->state); i++)
        if (sheaf_motion_at(matter->state, i)->assembly == matter->id)
            sheaf_json_int(w, sheaf_motion_at(matter->state, i)->id);
    sheaf_json_close(w);
    sheaf_matter_put_text(matter, w, "place", &row->place);
    put_rolls(matter, w);
    sheaf_matter_put_text(matter, w, "text", &row->agenda);
}

static int run(const sheaf_arguments *a)
{
    return sheaf_matter_show(
        &(sheaf_matter_view){&sheaf_command_assembly_show, SHEAF_TABLE_assembly, print, put},
        a);
}

const sheaf_command sheaf_command_assembly_show = SHEAF_MATTER_COMMAND(
    "assembly", "agenda, place and time of an assembly, who came, quorum and minutes", run);
