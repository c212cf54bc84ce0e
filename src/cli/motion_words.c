/* A motion in words; declared in motion.h. */
#include "cli/motion.h"

#include "cli/arguments_show.h"
#include "cli/ceiling_words.h"
#include "cli/conflict_words.h"
#include "cli/effect_words.h"
#include "cli/privacy_words.h"
#include "cli/settled_words.h"
#include "cli/source_text.h"
#include "cli/teller_words.h"
#include "coop/organs.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { WORDS_MAX = 4096, MOMENT_SIZE = 32, LABEL = 11 };

static const char *moment(int64_t ms, char out[MOMENT_SIZE])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm utc;
    if (!gmtime_r(&seconds, &utc) || !strftime(out, MOMENT_SIZE, "%Y-%m-%d %H:%M UTC", &utc))
        snprintf(out, MOMENT_SIZE, "later");
    return out;
}

bool sheaf_motion_articles(const sheaf_motion_report *r, sheaf_article out[SHEAF_ARTICLE_COUNT],
                           size_t *count)
{
    sheaf_hash hashes[SHEAF_ARTICLE_COUNT];
    *count = 0;
    if (!r->effect || r->effect->kind != SHEAF_KIND_bylaws_amend)
        return true;
    const struct sheaf_bylaws_amend *what = r->effect->what;
    if (!sheaf_articles_hash(&what->text, hashes))
        return false;
    for (sheaf_article number = 1; number < SHEAF_ARTICLE_COUNT; number++) {
        const struct sheaf_row_article *was =
            sheaf_article_find(r->state, sheaf_pair(what->base, number));
        static const sheaf_hash off;
        if (!sheaf_hash_equal(&hashes[number], was ? &was->sha256 : &off))
            out[(*count)++] = number;
    }
    return true;
}

/* ---- lines ---- */

static void print_text(const char *label, const sheaf_buffer *text, bool any)
{
    printf("  %-10s ", label);
    for (sheaf_slice rest = sheaf_buffer_slice(text); rest.len;) {
        const uint8_t *end = memchr(rest.data, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.data) : rest.len;
        sheaf_print_plain(sheaf_bytes(rest.data, len));
        len += end != NULL;
        if (end && len < rest.len)
            fputs("\n             ", stdout);
        rest = sheaf_bytes(rest.data + len, rest.len - len);
    }
    if (!text->len)
        fputs(any ? "not at hand: it is for members, withheld or erased" : "none", stdout);
    puts("");
}

/* The articles, each with what becomes of it: of the lines of `bylaws diff` those of an article
 * stand under its heading. */
static void print_changes(const sheaf_motion_report *r)
{
    sheaf_article articles[SHEAF_ARTICLE_COUNT];
    sheaf_slice rest = sheaf_buffer_slice(&r->changes), line;
    size_t count;
    if (!sheaf_motion_articles(r, articles, &count))
        return;
    bool more = sheaf_take_until(&rest, '\n', &line);
    for (size_t i = 0; i < count; i++) {
        printf("             changes article %d, %s\n", (int)articles[i],
               sheaf_article_describe(articles[i])->title);
        while (more && (more = sheaf_take_until(&rest, '\n', &line)) && line.len
               && line.data[0] == ' ') {
            fputs("             ", stdout);
            sheaf_print_plain(line);
            puts("");
        }
    }
}

static void print_effect(const sheaf_motion_report *r)
{
    sheaf_buffer words;
    if (!r->effect) {
        puts("  effect     a resolution: nothing is changed by it");
        return;
    }
    printf("  effect     %s: %s\n", sheaf_kind_shape(r->effect->kind)->name,
           sheaf_kind_shape(r->effect->kind)->doc);
    print_changes(r);
    sheaf_effect_print(r->source, r->effect);
    sheaf_buffer_init(&words, WORDS_MAX);
    sheaf_words_put_effect(&words, r->effect);
    if (words.len && !words.failed)
        printf("             %.*s\n", SHEAF_PRINT(sheaf_buffer_slice(&words)));
    sheaf_buffer_deinit(&words);
}

/* The assembly that the motion is put to, or NULL. */
static const struct sheaf_row_assembly *assembly_of(const sheaf_motion_report *r)
{
    uint32_t id = r->motion->assembly;
    return id == SHEAF_NONE ? NULL : sheaf_assembly_get(r->state, id);
}

static bool on_second_call(const sheaf_motion_report *r)
{
    const struct sheaf_row_assembly *assembly = assembly_of(r);
    return (assembly ? assembly->call : r->motion->call) > 1;
}

static void print_rule(const struct sheaf_row_decision *rule, const char *label)
{
    static const char *const sorts[] = {[SHEAF_decision_sort_ordinary] = "an ordinary",
                                        [SHEAF_decision_sort_qualified] = "a qualified",
                                        [SHEAF_decision_sort_protected] = "a protected"};
    static const char *const majorities[] = {
        [SHEAF_majority_simple] = "more than half",
        [SHEAF_majority_two_thirds] = "at least two thirds",
        [SHEAF_majority_three_quarters] = "at least three quarters",
        [SHEAF_majority_nine_tenths] = "at least nine tenths",
    };
    static const char *const bases[] = {
        [SHEAF_vote_base_cast] = "of all votes, blank ones among them",
        [SHEAF_vote_base_entitled] = "of all who may vote",
        [SHEAF_vote_base_for_and_against] = "of the votes for and against",
    };
    printf("  %-10s by %s decision: %s %s must be for it\n", label, sorts[rule->sort],
           majorities[rule->majority], bases[rule->base]);
}

/* Do both take the same majority and turnout? */
static bool same_rule(const struct sheaf_row_decision *a, const struct sheaf_row_decision *b)
{
    return a->sort == b->sort && a->majority == b->majority && a->base == b->base
           && a->quorum_bp == b->quorum_bp && a->quorum_base == b->quorum_base;
}

static sheaf_slice organ_name(const sheaf_motion_report *r)
{
    return SHEAF_WORDS(
        sheaf_organ_of(r->state, r->motion->bylaws, r->motion->organ_1 - 1)->name);
}

/* Of which organ it is or was, and what that means. */
static void print_organ(const sheaf_motion_report *r)
{
    const struct sheaf_row_motion *m = r->motion;
    char when[MOMENT_SIZE];
    if (!m->organ_1)
        return;
    printf("  organ      %.*s", SHEAF_PRINT(organ_name(r)));
    if (m->body == SHEAF_body_organ && m->urgent)
        printf("; urgent: it acts at once when %" PRIu32 " are for it, and the members ratify",
               r->standing.needed);
    else if (m->ratify)
        printf(": its urgent act took effect with entry %" PRIu32, m->since);
    else if (m->body != SHEAF_body_organ)
        printf(", which could not decide: referred to the members with entry %" PRIu32,
               m->since);
    if (m->ratify && m->state == SHEAF_motion_state_open)
        printf("; the members ratify it\n             by %s, or it is undone",
               moment(m->ratify, when));
    puts("");
}

/* What the votes count for, where a class has a ceiling that changes it. */
static void print_counted(const sheaf_motion_report *r)
{
    const sheaf_motion_votes v = sheaf_motion_counted(r->state, r->motion);
    if (!v.ceilings.bind)
        return;
    printf("  counted    as %s for, %s against, %s blank\n",
           sheaf_counted_as(&v.ceilings, &v.yes).words,
           sheaf_counted_as(&v.ceilings, &v.no).words,
           sheaf_counted_as(&v.ceilings, &v.abstain).words);
    sheaf_ceilings_print(r->state, r->motion->bylaws, &v.ceilings, "             ", "vote");
}

uint32_t sheaf_motion_uncounted(const sheaf_motion_report *r)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sheaf_ballot_count(r->state); i++) {
        const struct sheaf_row_ballot *ballot = sheaf_ballot_at(r->state, i);
        count += ballot->motion == r->motion->id && ballot->cast >= r->motion->since
                 && !ballot->counts;
    }
    return count;
}

/* The one class that decides, as where members of a class elect an organ; empty for all. */
static sheaf_slice class_of(const sheaf_motion_report *r)
{
    const struct sheaf_row_motion *m = r->motion;
    if (m->body != SHEAF_body_assembly || !m->of)
        return sheaf_str("");
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_get(r->state, m->bylaws);
    return SHEAF_WORDS(sheaf_class_at(r->state, bylaws->class_first + m->of - 1)->name);
}

static void print_votes(const sheaf_motion_report *r)
{
    const struct sheaf_row_motion *m = r->motion;
    uint32_t conflicted = sheaf_conflicts(r->state, m->id),
             on_trial = sheaf_motion_uncounted(r);
    const sheaf_slice class = class_of(r);
    if (m->body == SHEAF_body_organ)
        printf("  may vote   the %" PRIu32
               " officers of %.*s when it was opened, while they are",
               m->electorate, SHEAF_PRINT(organ_name(r)));
    else
        printf("  may vote   %" PRIu32 "%s%.*s%s who had a vote when it was %s", m->electorate,
               class.len ? " of the class “" : "", SHEAF_PRINT(class), class.len ? "”" : "",
               m->since == m->id ? "opened" : "referred to the members");
    if (conflicted)
        printf("; %" PRIu32 " of them %s", conflicted,
               conflicted == 1 ? "has a conflict of interest and does not"
                               : "have a conflict of interest and do not");
    puts("");
    sheaf_conflicts_print(r->source, m->id, LABEL);
    printf("  votes      %" PRIu32 " for, %" PRIu32 " against, %" PRIu32 " blank", m->yes,
           m->no, m->abstain);
    if (m->by_proxy)
        printf("; %" PRIu32 " of them by proxy%s", m->by_proxy,
               m->state == SHEAF_motion_state_open ? ", as the holder has voted so far" : "");
    puts("");
    sheaf_tellers_print(r->state, m->id, m->state == SHEAF_motion_state_open ? m->closes : 0,
                        "  tellers    ", "             ");
    if (on_trial)
        printf("  on trial   %" PRIu32 " voted, which is recorded and not counted\n", on_trial);
    print_counted(r);
    sheaf_settled_print(r);
    if (m->body == SHEAF_body_organ && m->urgent)
        return;
    if (!r->standing.needed && r->standing.quorate) {
        printf("  quorum     none is needed%s\n",
               on_second_call(r) ? " on the second call" : "");
        return;
    }
    const sheaf_standing *s = &r->standing;
    bool apart = s->needed_apart && m->unlimited < m->electorate;
    bool reached = apart ? s->turnout >= s->needed : s->quorate;
    printf("  quorum     %" PRIu32 " of %" PRIu32 " needed%s%s\n", s->turnout, s->needed,
           on_second_call(r) ? " on the second call" : "",
           reached ? ": reached" : ": not reached");
    if (apart)
        printf("             and %" PRIu32 " of %" PRIu32
               " needed of members whose class has no ceiling of votes%s\n",
               s->turnout_apart, s->needed_apart,
               s->turnout_apart >= s->needed_apart ? ": reached" : ": not reached");
}

static void print_assembly(const sheaf_motion_report *r)
{
    const struct sheaf_row_assembly *assembly = assembly_of(r);
    char when[MOMENT_SIZE];
    if (!assembly)
        return;
    printf("  assembly   %" PRIu32 ": of them, who is present votes while it is under way,\n"
           "             from %s",
           assembly->id, moment(assembly->starts, when));
    printf(" to %s\n", moment(assembly->ends, when));
    if (r->motion->state == SHEAF_motion_state_open && assembly->contest > assembly->ends)
        printf("             it is not decided before %s: until then members can\n"
               "             contest that they were there, whom tellers recorded\n",
               moment(assembly->contest, when));
    if (sheaf_motion_unproven(r->state, r->motion))
        puts(
            "             no delivery of its notice is recorded: without that no votes on this "
            "are taken");
}

/* What one member has recorded and another has yet to confirm. */
static void print_asked(const sheaf_motion_report *r, uint32_t version)
{
    const sheaf_state *state = r->state;
    for (uint32_t i = 0; i < sheaf_registration_asked_count(state); i++) {
        const struct sheaf_row_registration_asked *asked =
            sheaf_registration_asked_at(state, i);
        if (asked->of != version)
            continue;
        printf("             member %" PRIu32, asked->by);
        sheaf_source_print_name(r->source, asked->by);
        printf(" has recorded it as %.*s; it is in force once another confirms it:\n"
               "             sheaf bylaws confirm --registration %" PRIu32 "\n",
               SHEAF_PRINT(SHEAF_WORDS(asked->number)), asked->id);
    }
}

/* An amendment waits where its registration is demanded. */
static void print_registration(const sheaf_motion_report *r)
{
    const struct sheaf_row_bylaws *version = sheaf_bylaws_find(r->state, r->motion->decided);
    const struct sheaf_row_registration *entered =
        sheaf_registration_find(r->state, r->motion->decided);
    if (!version)
        return;
    if (version->state == SHEAF_bylaws_state_waiting) {
        printf("             awaiting registration: until sheaf bylaws register --of "
               "%" PRIu32 "\n"
               "             the bylaws of entry %" PRIu32 " stay in force\n",
               version->id, sheaf_coop(r->state)->bylaws);
        print_asked(r, version->id);
    } else if (version->state == SHEAF_bylaws_state_withdrawn)
        puts("             withdrawn by the members before its registration");
    else if (entered)
        printf("             registered as %.*s, in force from entry %" PRIu32 " on\n",
               SHEAF_PRINT(SHEAF_WORDS(entered->number)), entered->entry);
}

/* Until when its effect waits, or what it is suspended by. */
static void print_hold(const sheaf_motion_report *r)
{
    const struct sheaf_row_motion *m = r->motion;
    const struct sheaf_row_suspension *suspension = sheaf_suspension_find(r->state, m->id);
    const struct sheaf_row_deadline *ends =
        sheaf_deadline_find(r->state, sheaf_pair(m->id, SHEAF_deadline_kind_hold));
    char when[MOMENT_SIZE];
    bool held = m->state == SHEAF_motion_state_held;
    if (held && suspension && suspension->in_force)
        printf("             suspended: `sheaf override show %" PRIu32 "`\n",
               suspension->override);
    else if (suspension && m->state == SHEAF_motion_state_overridden)
        printf("             `sheaf override show %" PRIu32 "`\n", suspension->override);
    if (held && ends && ends->place && suspension && suspension->spent)
        printf("             the members let it go on; it takes place on %s,\n"
               "             unless a motion suspends it\n",
               moment(ends->at, when));
    else if (held && ends && ends->place)
        printf("             it takes place on %s unless it is suspended:\n"
               "             `sheaf override suspend --of %" PRIu32 "`\n",
               moment(ends->at, when), m->id);
}

static void print_settled(const sheaf_motion_report *r)
{
    const struct sheaf_row_motion *m = r->motion;
    const struct sheaf_row_bylaws *version = sheaf_bylaws_find(r->state, m->decided);
    bool awaits = version && version->from == SHEAF_NONE;
    const struct sheaf_row_assembly *assembly = sheaf_assembly_find(r->state, m->assembly);
    bool cancelled = assembly && assembly->state == SHEAF_assembly_state_cancelled;
    const char *const words[] = {
        [SHEAF_motion_state_open] = "",
        [SHEAF_motion_state_adopted] = awaits ? "adopted"
                                       : r->effect && m->acted == m->decided
                                           ? "adopted, and its effect took place"
                                           : "adopted",
        [SHEAF_motion_state_rejected] =
            sheaf_settled_stops(r) ? "rejected, by the votes of settled members" : "rejected",
        [SHEAF_motion_state_no_quorum] = "failed: too few voted",
        [SHEAF_motion_state_withdrawn] = "withdrawn by who opened it",
        [SHEAF_motion_state_void] = m->acted == m->decided ? "adopted, void" : "adopted",
        [SHEAF_motion_state_held] = "adopted; its effect is held",
        [SHEAF_motion_state_overridden] = "adopted, but members have overridden its effect",
        [SHEAF_motion_state_undone] = "not ratified: the urgent act is undone",
        [SHEAF_motion_state_called_off] =
            cancelled
                ? "called off with the assembly it was put to"
                : "called off: another on the same, which closes before it, took its place",
    };
    printf("  settled    %s, by entry %" PRIu32 "\n", words[m->state], m->decided);
    bool later = m->acted != SHEAF_NONE && m->acted != m->decided && !awaits;
    if (later && m->state == SHEAF_motion_state_adopted)
        printf("             its effect took place by entry %" PRIu32 "\n", m->acted);
    if (later && m->state == SHEAF_motion_state_void)
        printf("             its effect is void, by entry %" PRIu32 "\n", m->acted);
    if (m->state == SHEAF_motion_state_void)
        sheaf_motion_print_void(r, m);
    print_hold(r);
    print_registration(r);
}

/* What members decide on in the place of circles: its own words, whatever the motion is called.
 */
static void print_proposal(const sheaf_motion_report *r)
{
    const struct sheaf_row_proposal *p = sheaf_proposal_find(r->state, r->motion->carries);
    if (!p)
        return;
    printf("  proposal   %" PRIu32 ", which no circle could resolve, is decided by it\n",
           p->id);
    const sheaf_hash *const texts[] = {&p->title, &p->text};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        sheaf_buffer text;
        sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
        if (!sheaf_source_text(r->source, texts[i], &text))
            sheaf_buffer_reset(&text);
        print_text(i ? "text" : "its title", &text, true);
        sheaf_buffer_deinit(&text);
    }
}

void sheaf_motion_print(const sheaf_motion_report *r)
{
    const struct sheaf_row_motion *m = r->motion;
    char when[MOMENT_SIZE];
    printf("motion %" PRIu32 "\n", m->id);
    print_text("title", &r->title, true);
    print_text("reason", &r->reason, !sheaf_hash_is_zero(&m->reason));
    printf("  opened     %s by member %" PRIu32, moment(m->opened, when), m->by);
    sheaf_source_print_name(r->source, m->by);
    puts("");
    print_effect(r);
    print_organ(r);
    print_rule(r->rule, m->urgent || m->ratify ? "ratified" : "decided");
    if (r->raised && !same_rule(r->rule, r->raised))
        print_rule(r->raised, "and now");
    if (r->standing.voices)
        printf("             and %" PRIu32 " at least, for what is done to one member\n",
               r->standing.voices);
    print_votes(r);
    print_assembly(r);
    print_proposal(r);
    sheaf_arguments_print(r->source, m->id, m->state == SHEAF_motion_state_open, LABEL);
    if (m->state != SHEAF_motion_state_open) {
        print_settled(r);
        return;
    }
    if (m->begins > r->now)
        printf("  vote from  %s\n", moment(m->begins, when));
    printf("  closes     %s%s\n", moment(m->closes, when),
           m->closes <= r->now ? ", and is settled with the next entry" : "");
    sheaf_motion_print_then(r);
}
