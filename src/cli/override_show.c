/* cli/override_show.c - `sheaf override show` and `sheaf override list`. */
#include "cli/matter.h"

#include "cli/source_text.h"
#include "coop/override.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>

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
               sheaf_override_needed(state, row->of));
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
        printf("lapsed with entry %" PRIu32 ": too few signed in time", row->ended);
        break;
    default:
        printf("ended by a motion, or not ratified, with entry %" PRIu32, row->ended);
    }
}

/* The motion that decided on it; NULL where it cannot be told any more. */
static const struct sheaf_row_motion *motion_of(const sheaf_state *state,
                                                const struct sheaf_row_override *row)
{
    const struct sheaf_row_mandate *mandate = sheaf_mandate_find(state, row->of);
    const struct sheaf_row_model *model = sheaf_model_find(state, row->of);
    uint32_t entry = model ? model->released : row->of;
    const struct sheaf_row_motion *motion =
        sheaf_motion_find(state, mandate ? mandate->motion : row->of);
    for (uint32_t i = 0; !motion && i < sheaf_motion_count(state); i++)
        if (sheaf_motion_at(state, i)->acted == entry)
            motion = sheaf_motion_at(state, i);
    return motion;
}

/* " “To learn”", where the words are at hand. */
static void print_title(const sheaf_round_source *source, const struct sheaf_row_motion *motion)
{
    sheaf_buffer title;
    sheaf_buffer_init(&title, SHEAF_TEXT_BYTES_MAX);
    if (sheaf_source_text(source, &motion->title, &title)) {
        fputs(" “", stdout);
        sheaf_print_plain(sheaf_buffer_slice(&title));
        fputs("”", stdout);
    }
    sheaf_buffer_deinit(&title);
}

/* What is suspended, and the rule that it overrides: "mandate 12 (mandate.grant, under article
 * 21, Data and consent; by motion 9 “To learn”)". */
static void print_line(const sheaf_round_source *source, const struct sheaf_row_override *row)
{
    const sheaf_state *state = source->state;
    const struct sheaf_row_motion *motion = motion_of(state, row);
    sheaf_article article = sheaf_effect_article((sheaf_kind)row->overrode);
    printf("Suspension %" PRIu32 " of %s %" PRIu32, row->id, noun(row, state), row->of);
    if (motion && motion->id == row->of)
        print_title(source, motion);
    printf(" (%s, under article %d, %s", sheaf_kind_shape(row->overrode)->name, (int)article,
           sheaf_article_describe(article)->title);
    if (motion && motion->id != row->of) {
        printf("; by motion %" PRIu32, motion->id);
        print_title(source, motion);
    }
    fputs("): ", stdout);
    print_standing(state, row);
    puts(".");
}

/* The signature from row `from` of what members spoke on; NULL where there is none left. */
static const struct sheaf_row_approval *next_signature(const sheaf_matter *matter,
                                                       uint32_t *from)
{
    while (*from < sheaf_approval_count(matter->state)) {
        const struct sheaf_row_approval *row = sheaf_approval_at(matter->state, (*from)++);
        if (row->of == matter->id)
            return row;
    }
    return NULL;
}

static void print_signers(const sheaf_matter *matter)
{
    const struct sheaf_row_approval *row;
    const char *label = "signed by";
    for (uint32_t from = 0; (row = next_signature(matter, &from)) != NULL; label = "")
        sheaf_matter_print_who(matter, label, row->by);
}

/* What follows where nobody has decided. */
static const char *kept_back(const sheaf_matter *matter)
{
    const struct sheaf_row_override *row = matter->row;
    return sheaf_motion_find(matter->source.state, row->of)
               ? "the effect is held anew, for others to suspend"
               : "what it kept back goes on";
}

static void print(const sheaf_matter *matter)
{
    const struct sheaf_row_override *row = matter->row;
    print_line(&matter->source, row);
    sheaf_matter_print_text(matter, "reason", &row->reason);
    print_signers(matter);
    if (row->state == SHEAF_override_state_asked) {
        int64_t until = sheaf_override_signed_until(matter->state, row);
        sheaf_matter_print_time("until", until);
        printf("  then        %s, unless enough have signed; `sheaf override suspend` "
               "signs\n",
               until < row->lapses ? "the effect takes place" : "it lapses");
    }
    if (row->state == SHEAF_override_state_lapsed
        && sheaf_may_suspend(matter->source.state, row->of, SHEAF_NONE))
        puts("  now         members with a vote can sign another: `sheaf override suspend`;\n"
             "              none who signed one that lapsed, or has a conflict of interest on "
             "this");
    if (row->state == SHEAF_override_state_suspended && !row->signatures) {
        sheaf_matter_print_time("until", row->lapses);
        printf("  then        %s, unless the members have ratified it;\n"
               "              `sheaf organ show` names the motion\n",
               kept_back(matter));
    }
    if (row->state == SHEAF_override_state_suspended && row->signatures) {
        sheaf_matter_print_time("until", row->lapses);
        printf("  then        it lapses and %s, unless a motion with the\n"
               "              effect override.confirm is adopted before\n",
               kept_back(matter));
    }
}

/* The rule that is overridden, and the motion that decided on it, where it is known. */
static void put_rule(const sheaf_state *state, const struct sheaf_row_override *row,
                     sheaf_json_writer *w)
{
    const struct sheaf_row_motion *motion = motion_of(state, row);
    sheaf_article article = sheaf_effect_article((sheaf_kind)row->overrode);
    sheaf_json_open_object(w);
    sheaf_json_member_put_string(w, "article", sheaf_str(sheaf_article_describe(article)->key));
    sheaf_json_member_put_int(w, "article_number", article);
    if (motion)
        sheaf_json_member_put_int(w, "motion", motion->id);
    sheaf_json_member_put_int(w, "override", row->id);
    sheaf_json_close(w);
}

static void put(const sheaf_matter *matter, sheaf_json_writer *w)
{
    const struct sheaf_row_override *row = matter->row;
    const struct sheaf_row_approval *signature;
    sheaf_matter_put_text(matter, w, "reason", &row->reason);
    sheaf_json_key(w, "rests_on");
    put_rule(matter->state, row, w);
    sheaf_json_key(w, "signed");
    sheaf_json_open_list(w);
    for (uint32_t from = 0; (signature = next_signature(matter, &from)) != NULL;)
        sheaf_json_int(w, signature->by);
    sheaf_json_close(w);
}

static int run_show(const sheaf_arguments *a)
{
    return sheaf_matter_show(
        &(sheaf_matter_view){&sheaf_command_override_show, SHEAF_TABLE_override, print, put},
        a);
}

const sheaf_command sheaf_command_override_show = SHEAF_MATTER_COMMAND(
    "override", "what members have suspended, by whose signatures, and what follows", run_show);

static void list_json(const sheaf_state *state, sheaf_json_writer *w)
{
    sheaf_state_put_rows(state, w, "overrides", SHEAF_TABLE_override);
    sheaf_json_key(w, "rests_on");
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < sheaf_override_count(state); i++)
        put_rule(state, sheaf_override_at(state, i), w);
    sheaf_json_close(w);
}

static void list_plain(const sheaf_round_source *source)
{
    for (uint32_t i = 0; i < sheaf_override_count(source->state); i++)
        print_line(source, sheaf_override_at(source->state, i));
    if (!sheaf_override_count(source->state))
        puts("Members have suspended nothing so far.");
}

static int run_list(const sheaf_arguments *a)
{
    return sheaf_state_show(&(sheaf_state_view){list_plain, list_json}, a);
}

const sheaf_command sheaf_command_override_list = SHEAF_STATE_COMMAND(
    "override list", "list all that members ever suspended, with the rule that it overrode",
    run_list);
