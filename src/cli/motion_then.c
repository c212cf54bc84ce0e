/* What becomes of an open motion, in words; declared in motion.h. */
#include "cli/motion.h"

#include "cli/date.h"
#include "cli/settled_words.h"
#include "coop/refusal_detail.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SPAN_SIZE = 40 };

/* In the largest unit that says it exactly. */
static const char *span(int64_t seconds, char out[SPAN_SIZE])
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    size_t unit = 0;
    while (seconds % units[unit].seconds)
        unit++;
    int64_t count = seconds / units[unit].seconds;
    snprintf(out, SPAN_SIZE, "%" PRId64 " %s%s", count, units[unit].name,
             count == 1 ? "" : "s");
    return out;
}

/* Of a motion that is put to an assembly which takes no ballots; true if it is. */
static bool print_waiting(const sheaf_motion_report *r)
{
    const struct sheaf_row_assembly *assembly =
        sheaf_assembly_find(r->state, r->motion->assembly);
    if (!assembly || assembly->state == SHEAF_assembly_state_under_way
        || assembly->state == SHEAF_assembly_state_ended)
        return false; /* it ended: so that members can contest what tellers counted */
    if (assembly->state == SHEAF_assembly_state_cancelled) {
        puts("  then       it ends with the assembly, which was called off");
        return true;
    }
    bool comes = assembly->state == SHEAF_assembly_state_convened
                 || assembly->state == SHEAF_assembly_state_second_call;
    puts(comes ? "  then       it is decided when the assembly ends; if that is not held, it "
                 "fails,\n"
                 "             and if it is called off, it ends"
               : "  then       it fails: the assembly was not held");
    return true;
}

static void print_second_call(const struct sheaf_row_decision *rule)
{
    char text[SPAN_SIZE];
    printf("there is a second call of %s,", span(rule->second_open_s, text));
    if (rule->second_quorum_bp)
        printf(" on which %u.%02u %% suffice\n", rule->second_quorum_bp / 100u,
               rule->second_quorum_bp % 100u);
    else
        puts(" which needs no quorum");
}

/* Would it be adopted by the rule of its opening, and not by the one in force? */
static bool stopped_by_raised(const sheaf_motion_report *r)
{
    return r->raised && r->standing.quorate && r->standing.carried;
}

static void print_rejected(const sheaf_motion_report *r)
{
    if (sheaf_settled_stops(r))
        puts(
            "it is rejected:\n             of all votes enough are for it, of those of settled "
            "members not");
    else if (r->standing.majority && r->motion->yes < r->standing.voices)
        printf("it is rejected:\n             fewer than %" PRIu32 " are for it\n",
               r->standing.voices);
    else if (stopped_by_raised(r))
        puts("it is rejected:\n             fewer are for it than the bylaws now in force ask "
             "for");
    else
        puts("it is rejected");
}

static void print_no_quorum(const sheaf_motion_report *r)
{
    puts(stopped_by_raised(r) ? "it fails:\n             fewer have voted than the bylaws now "
                                "in force ask for"
                              : "it fails: too few have voted");
}

void sheaf_motion_print_void(const sheaf_motion_report *r,
                             const struct sheaf_row_motion *motion)
{
    sheaf_refusal_detail why;
    sheaf_refusal_of_effect((sheaf_refusal)motion->refusal, r->effect, &why);
    printf("             %s%s%s\n             (article %d, %s; code %d)\n",
           sheaf_refusal_describe(motion->refusal)->sentence, why.words[0] ? ": " : "",
           why.words, (int)why.article, sheaf_article_describe(why.article)->title,
           (int)motion->refusal);
}

/* True where the vote goes on, or another begins. */
static bool print_goes_on(const sheaf_motion_report *r)
{
    const char *then = r->closing.then;
    if (strcmp(then, "second_call") == 0)
        print_second_call(r->rule);
    else if (strcmp(then, "longer") == 0)
        printf("it stays open until\n             %s: enough are for it by the rule of its "
               "opening,\n             and its effect has come to need more time\n",
               sheaf_moment_of(r->closing.after.closes).words);
    else if (strcmp(then, "referred") == 0)
        puts("it passes to the members:\n"
             "             too few officers are left who may vote, or it is not theirs to "
             "decide");
    else if (strcmp(then, "urgent") == 0)
        puts("its effect takes place at once,\n             and the members ratify or undo it");
    else
        return false;
    return true;
}

static void print_adopted(const sheaf_motion_report *r)
{
    const struct sheaf_row_motion *after = &r->closing.after;
    if (r->motion->ratify)
        puts("it is ratified, and stays");
    else if (after->state == SHEAF_motion_state_held)
        printf("it is adopted, and its effect\n             is held until %s\n",
               sheaf_moment_of(after->held).words);
    else
        puts(r->effect ? "it is adopted, and its effect follows by itself" : "it is adopted");
}

/* Its effect has come to need more time than it has. */
static void print_longer(const sheaf_motion_report *r)
{
    if (!r->closing.longer || r->motion->body == SHEAF_body_organ
        || strcmp(r->closing.then, "longer") == 0)
        return;
    if (r->motion->assembly == SHEAF_NONE)
        printf("             or, if enough are for it then, %s: the notice and the\n"
               "             voting days are over then that it needs by now\n",
               sheaf_moment_of(r->closing.longer).words);
    else
        puts("             and is void if it is adopted: it had less notice, or fewer voting\n"
             "             days, than it needs by now");
}

void sheaf_motion_print_then(const sheaf_motion_report *r)
{
    const struct sheaf_row_motion *after = &r->closing.after;
    print_longer(r);
    if (print_waiting(r))
        return;
    fputs("  then       it is settled by itself; with these votes ", stdout);
    if (print_goes_on(r))
        return;
    switch (after->state) {
    case SHEAF_motion_state_undone:
        puts("it is not ratified, and is undone");
        break;
    case SHEAF_motion_state_no_quorum:
        print_no_quorum(r);
        break;
    case SHEAF_motion_state_rejected:
        print_rejected(r);
        break;
    case SHEAF_motion_state_void:
        printf("it is %s and void:\n", r->motion->ratify ? "ratified" : "adopted");
        sheaf_motion_print_void(r, after);
        break;
    default:
        print_adopted(r);
    }
}
