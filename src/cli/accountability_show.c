/* cli/accountability_show.c - `sheaf accountability show` and `sheaf dispute show`. */
#include "cli/matter.h"

#include "coop/organs.h"

#include <inttypes.h>
#include <stdio.h>

static void print_subject(const sheaf_matter *matter,
                          const struct sheaf_row_accountability *row)
{
    const sheaf_state *state = matter->state;
    if (!row->organ) {
        sheaf_matter_print_who(matter, "subject", row->subject);
        return;
    }
    const struct sheaf_row_organ *organ = sheaf_organ_of(state, row->bylaws, row->organ - 1);
    printf("  subject     %.*s, whose officers were then",
           SHEAF_PRINT(SHEAF_WORDS(organ->name)));
    const char *before = "\n              ";
    for (uint32_t at = row->called_last; at;) {
        const struct sheaf_row_called *called = sheaf_called_at(state, at - 1);
        fputs(before, stdout);
        sheaf_matter_print_member(matter, called->member);
        before = ", ";
        at = called->before;
    }
    puts("");
}

static void print_hearing(const sheaf_matter *matter, uint32_t process)
{
    for (uint32_t i = 0; i < sheaf_hearing_count(matter->state); i++) {
        const struct sheaf_row_hearing *row = sheaf_hearing_at(matter->state, i);
        if (row->process != process)
            continue;
        sheaf_matter_print_who(matter, "heard by", row->member);
        sheaf_matter_print_text(matter, "", &row->text);
    }
}

static void print(const sheaf_matter *matter)
{
    static const char *const texts[] = {
        [SHEAF_accountability_state_answer] = "waits for the answer of its subject",
        [SHEAF_accountability_state_hearing] = "is at its hearing",
        [SHEAF_accountability_state_outcome] = "waits for a motion on what follows",
        [SHEAF_accountability_state_concluded] = "was concluded",
        [SHEAF_accountability_state_unresolved] = "is unresolved: nothing followed in time",
        [SHEAF_accountability_state_withdrawn] = "was given up by who opened it",
    };
    const struct sheaf_row_accountability *row = matter->row;
    bool voting = row->motions && row->ended == SHEAF_NONE;
    printf("Accountability process %" PRIu32 " %s.\n", row->id,
           voting ? "waits for the members' decision on what follows" : texts[row->state]);
    sheaf_matter_print_text(matter, "title", &row->title);
    sheaf_matter_print_text(matter, "text", &row->text);
    print_subject(matter, row);
    sheaf_matter_print_act(matter, "opened", row->opened, row->by);
    if (row->state != SHEAF_accountability_state_answer && row->answered == SHEAF_NONE)
        puts("  answer      none in time");
    sheaf_matter_print_text(matter, "answer", &row->answer);
    print_hearing(matter, row->id);
    if (row->motion != SHEAF_NONE)
        printf("  %s motion %" PRIu32 "%s\n",
               row->state == SHEAF_accountability_state_concluded ? "outcome    "
                                                                  : "put        ",
               row->motion, voting && row->motions > 1 ? ", and others" : "");
    if (voting) {
        sheaf_matter_print_time("more until", row->closes);
        puts("  then        the first motion on it that is adopted concludes it; who is called "
             "does not vote");
    } else if (row->ended == SHEAF_NONE) {
        sheaf_matter_print_time("step until", row->closes);
        puts(row->state == SHEAF_accountability_state_answer
                 ? "  then        the hearing begins without an answer"
                 : "  then        it stays listed as unresolved");
        if (row->state == SHEAF_accountability_state_outcome)
            puts("              others add to the hearing: `sheaf accountability hear`");
    }
}

static void put(const sheaf_matter *matter, sheaf_json_writer *w)
{
    const struct sheaf_row_accountability *row = matter->row;
    sheaf_matter_put_text(matter, w, "answer", &row->answer);
    sheaf_matter_put_text(matter, w, "hearing", &row->hearing);
    sheaf_matter_put_rows(matter, w, "hearings", SHEAF_TABLE_hearing);
    sheaf_matter_put_text(matter, w, "text", &row->text);
    sheaf_matter_put_text(matter, w, "title", &row->title);
}

/* Whom the parties have named, while that can be changed or is waited for. */
static void print_named(const sheaf_matter *matter, const struct sheaf_row_dispute *row)
{
    const uint32_t party[] = {row->by, row->with}, named[] = {row->named_by, row->named_with};
    if (row->state != SHEAF_dispute_state_naming && row->state != SHEAF_dispute_state_offered
        && row->state != SHEAF_dispute_state_panel)
        return;
    for (int i = 0; i < 2; i++) {
        fputs("  named       ", stdout);
        if (named[i] == SHEAF_NONE)
            fputs("nobody yet", stdout);
        else
            sheaf_matter_print_member(matter, named[i]);
        fputs(" by ", stdout);
        sheaf_matter_print_member(matter, party[i]);
        puts("");
    }
}

static int run(const sheaf_arguments *a)
{
    return sheaf_matter_show(&(sheaf_matter_view){&sheaf_command_accountability_show,
                                                  SHEAF_TABLE_accountability, print, put},
                             a);
}

const sheaf_command sheaf_command_accountability_show = SHEAF_MATTER_COMMAND(
    "accountability", "who is called to account for what, the answer and the next step", run);

/* Bits of `said` (coop/tbl/state_matters.def); the first party's, whose other has the next. */
enum { SETTLED = 1, ADVANCE = 4, DECIDED = 16 | 32, ALONE = 64 };

/* What one party has said at this step, which takes both. */
static void print_said(const sheaf_matter *matter, const struct sheaf_row_dispute *row)
{
    static const struct {
        uint8_t bit;
        const char *label, *words;
    } sayings[] = {{ADVANCE, "advance", "has asked for the next step"},
                   {SETTLED, "settle", "has said that it is resolved"}};
    for (size_t i = 0; row->ended == SHEAF_NONE && i < sizeof sayings / sizeof *sayings; i++) {
        unsigned said = row->said / sayings[i].bit & 3;
        if (!said)
            continue;
        printf("  %-11s ", sayings[i].label);
        sheaf_matter_print_member(matter, said & 1 ? row->by : row->with);
        printf(" %s\n", sayings[i].words);
    }
}

/* What follows when the time of the step is over, and what ends it sooner. */
static void print_next(const struct sheaf_row_dispute *row)
{
    static const char *const texts[SHEAF_dispute_state_COUNT] = {
        [SHEAF_dispute_state_talk] =
            "a mediator is looked for; sooner once both parties say `dispute advance`,\n"
            "              and it is over once both say `dispute settle`",
        [SHEAF_dispute_state_naming] =
            "whom either party has named may mediate; sooner whom both have named:\n"
            "              `dispute name`, and `dispute accept` by that colleague",
        [SHEAF_dispute_state_offered] =
            "it is unresolved, unless one whom a party has named accepts to mediate",
        [SHEAF_dispute_state_mediation] =
            "it is before a panel; sooner once both parties say `dispute advance`,\n"
            "              and it is over once both say `dispute settle`",
        [SHEAF_dispute_state_panel] =
            "it is unresolved, unless the two whom the parties name have decided; where\n"
            "              one was not named, or has not decided, there is as much time again",
    };
    if (row->state == SHEAF_dispute_state_panel && (row->said & ALONE))
        puts(
            row->said & DECIDED
                ? "  then        the decision of one of the panel is the panel's, unless the "
                  "party whose colleague\n"
                  "              has not decided names another, who decides too"
                : "  then        it is unresolved, unless whom one party has named has decided "
                  "alone: the\n"
                  "              other has named nobody in time");
    else if (texts[row->state])
        printf("  then        %s\n", texts[row->state]);
}

static void print_dispute(const sheaf_matter *matter)
{
    static const char *const texts[] = {
        [SHEAF_dispute_state_talk] = "is at private talk",
        [SHEAF_dispute_state_naming] = "waits for a mediator whom both parties name",
        [SHEAF_dispute_state_offered] = "waits for a mediator whom either party names",
        [SHEAF_dispute_state_mediation] = "is being mediated",
        [SHEAF_dispute_state_panel] = "is before a panel",
        [SHEAF_dispute_state_settled] = "was resolved by the parties",
        [SHEAF_dispute_state_decided] = "was decided by the panel",
        [SHEAF_dispute_state_unresolved] = "is unresolved: the panel did not decide in time",
        [SHEAF_dispute_state_unmediated] = "is unresolved: nobody was found to mediate",
    };
    const struct sheaf_row_dispute *row = matter->row;
    printf("Case %" PRIu32 " of conflict resolution %s.\n", row->id, texts[row->state]);
    sheaf_matter_print_who(matter, "parties", row->by);
    sheaf_matter_print_who(matter, "", row->with);
    sheaf_matter_print_time("opened", row->opened);
    if (row->mediator != SHEAF_NONE)
        sheaf_matter_print_who(matter, "mediator", row->mediator);
    print_named(matter, row);
    print_said(matter, row);
    if (row->ended == SHEAF_NONE)
        sheaf_matter_print_time("step until", row->closes);
    print_next(row);
    puts("  contents    stay between those concerned; the log has steps and dates alone");
}

static int run_dispute(const sheaf_arguments *a)
{
    return sheaf_matter_show(&(sheaf_matter_view){&sheaf_command_dispute_show,
                                                  SHEAF_TABLE_dispute, print_dispute, NULL},
                             a);
}

const sheaf_command sheaf_command_dispute_show =
    SHEAF_MATTER_COMMAND("dispute", "at which step a conflict is, and until when", run_dispute);
