/* cli/circle_show.c - `sheaf circle show` and `sheaf circle list`. */
#include "cli/matter.h"

#include "cli/source_text.h"
#include "coop/view.h"
#include "store/clock.h"

#include <inttypes.h>
#include <stdio.h>

static bool is_in(const struct sheaf_row_circle_member *row, uint32_t circle)
{
    return row->circle == circle && row->joined != SHEAF_NONE && row->left == SHEAF_NONE;
}

/* ---- people ---- */

static void print_people(const sheaf_matter *matter)
{
    const sheaf_state *state = matter->state;
    for (uint32_t i = 0; i < sheaf_circle_member_count(state); i++) {
        const struct sheaf_row_circle_member *row = sheaf_circle_member_at(state, i);
        char label[24];
        if (!is_in(row, matter->id))
            continue;
        snprintf(label, sizeof label, "member %" PRIu32, row->member);
        printf("  %-11s", label);
        sheaf_source_print_name(&matter->source, row->member);
        printf(" is in it since entry %" PRIu32 "%s\n", row->joined,
               sheaf_member_get(state, row->member)->votes ? "" : ", without a vote");
        if (!sheaf_hash_is_zero(&row->role)) {
            sheaf_matter_print_text(matter, "  role", &row->role);
            printf("              by proposal %" PRIu32 "\n", row->role_by);
        }
    }
    for (uint32_t i = 0; i < sheaf_circle_member_count(state); i++) {
        const struct sheaf_row_circle_member *row = sheaf_circle_member_at(state, i);
        if (row->circle != matter->id || row->joined != SHEAF_NONE || row->left != SHEAF_NONE)
            continue;
        fputs("  asks        ", stdout);
        sheaf_matter_print_member(matter, row->member);
        puts(" asks to be in it; `sheaf circle admit` admits");
    }
}

/* Two halves in the order of the list: a start for who divides it, no more. */
static void print_half(const sheaf_matter *matter, unsigned from, unsigned to)
{
    unsigned place = 0;
    const char *between = "";
    for (uint32_t i = 0; i < sheaf_circle_member_count(matter->state); i++) {
        const struct sheaf_row_circle_member *row = sheaf_circle_member_at(matter->state, i);
        if (!is_in(row, matter->id) || place++ < from || place > to)
            continue;
        printf("%s%" PRIu32, between, row->member);
        between = ", ";
    }
}

static void print_split(const sheaf_matter *matter, const struct sheaf_row_circle *circle)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(matter->state);
    if (!bylaws->circle_size_warning || circle->members <= bylaws->circle_size_warning)
        return;
    printf("  warning     more than the %u people up to which the bylaws advise it to stay\n"
           "              one; it could divide into the members ",
           bylaws->circle_size_warning);
    print_half(matter, 0, (circle->members + 1u) / 2);
    printf("\n              and the members ");
    print_half(matter, (circle->members + 1u) / 2, circle->members);
    puts("");
}

/* ---- proposals and decisions ---- */

static void print_proposals(const sheaf_matter *matter)
{
    static const char *const texts[SHEAF_proposal_state_COUNT] = {
        [SHEAF_proposal_state_open] = "is being answered until",
        [SHEAF_proposal_state_adopted] = "is adopted, and looked at again on",
        [SHEAF_proposal_state_review] = "is adopted, and to be looked at again since",
    };
    for (uint32_t i = 0; i < sheaf_proposal_count(matter->state); i++) {
        const struct sheaf_row_proposal *row = sheaf_proposal_at(matter->state, i);
        char when[SHEAF_CLOCK_TEXT_LEN + 1];
        if (row->circle != matter->id || !texts[row->state])
            continue;
        sheaf_clock_text(row->closes, when);
        printf("  proposal    %" PRIu32 " %s %s\n", row->id, texts[row->state], when);
        sheaf_matter_print_text(matter, "", &row->title);
    }
}

static void print(const sheaf_matter *matter)
{
    const struct sheaf_row_circle *row = matter->row;
    printf("Circle %" PRIu32 " ", row->id);
    if (row->ended != SHEAF_NONE)
        printf("ended with entry %" PRIu32 ": its last member left.\n", row->ended);
    else
        printf("has %u member%s, of whom %u answer%s proposals.\n", row->members,
               row->members == 1 ? "" : "s", row->voters, row->voters == 1 ? "s" : "");
    sheaf_matter_print_text(matter, "name", &row->name);
    sheaf_matter_print_text(matter, "purpose", &row->purpose);
    sheaf_matter_print_act(matter, "founded", row->founded, row->by);
    if (row->parent == SHEAF_NONE)
        puts("  wider       all members");
    else
        printf("  wider       circle %" PRIu32 "\n", row->parent);
    print_people(matter);
    print_split(matter, row);
    print_proposals(matter);
    if (row->ended == SHEAF_NONE && row->voters < 3)
        puts("  then        it can decide once three in it have a vote");
}

static void put(const sheaf_matter *matter, sheaf_json_writer *w)
{
    const struct sheaf_row_circle *row = matter->row;
    sheaf_matter_put_rows(matter, w, "members", SHEAF_TABLE_circle_member);
    sheaf_matter_put_text(matter, w, "name", &row->name);
    sheaf_matter_put_text(matter, w, "purpose", &row->purpose);
}

static int run_show(const sheaf_arguments *a)
{
    return sheaf_matter_show(
        &(sheaf_matter_view){&sheaf_command_circle_show, SHEAF_TABLE_circle, print, put}, a);
}

const sheaf_command sheaf_command_circle_show = SHEAF_MATTER_COMMAND(
    "circle", "who is in a circle, in which roles, and what it proposes and has decided",
    run_show);

/* ---- the list ---- */

static void list_json(const sheaf_state *state, sheaf_json_writer *w)
{
    sheaf_state_put_rows(state, w, "circles", SHEAF_TABLE_circle);
}

static void list_plain(const sheaf_round_source *source)
{
    const sheaf_state *state = source->state;
    unsigned warned = sheaf_bylaws_now(state)->circle_size_warning;
    uint32_t shown = 0;
    for (uint32_t i = 0; i < sheaf_circle_count(state); i++) {
        const struct sheaf_row_circle *row = sheaf_circle_at(state, i);
        const sheaf_matter matter = {.source = *source, .state = state, .id = row->id};
        if (row->ended != SHEAF_NONE)
            continue;
        shown++;
        printf("Circle %" PRIu32 ": %u member%s%s", row->id, row->members,
               row->members == 1 ? "" : "s",
               warned && row->members > warned ? ", which is advised to divide" : "");
        if (row->parent != SHEAF_NONE)
            printf("; wider is circle %" PRIu32, row->parent);
        puts("");
        sheaf_matter_print_text(&matter, "name", &row->name);
    }
    if (!shown)
        puts(sheaf_article_on(state, SHEAF_ARTICLE_circles)
                 ? "There are no circles; `sheaf circle found` founds one."
                 : "The bylaws have no circles.");
}

static int run_list(const sheaf_arguments *a)
{
    return sheaf_state_show(&(sheaf_state_view){list_plain, list_json}, a);
}

const sheaf_command sheaf_command_circle_list = SHEAF_STATE_COMMAND(
    "circle list", "list the circles that there are, and which of them are advised to divide",
    run_list);
