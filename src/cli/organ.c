/* cli/organ.c - organs and their officers, elections, proxies, by one's own replay of the log.
 */
#include "cli/arguments_show.h"
#include "cli/ceiling_words.h"
#include "cli/conflict_words.h"
#include "cli/date.h"
#include "cli/round_source.h"
#include "cli/source_text.h"
#include "cli/teller_words.h"
#include "coop/electorate.h"
#include "coop/organs.h"
#include "coop/view.h"
#include "store/clock.h"

#include <stdio.h>
#include <string.h>

enum { DAY_S = 86400, LABEL = 10 };

static const char *choice_word(sheaf_table_id table, const char *column, uint8_t choice)
{
    const sheaf_table_shape *shape = sheaf_table_describe(table);
    for (uint16_t i = 0; i < shape->count; i++)
        if (strcmp(shape->columns[i].name, column) == 0)
            return shape->columns[i].choices[choice];
    return "";
}

/* A class of the bylaws in force. */
static sheaf_slice class_name(const sheaf_state *state, uint32_t place)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    return SHEAF_WORDS(sheaf_class_at(state, bylaws->class_first + place)->name);
}

/* ---- organs ---- */

static const struct sheaf_row_office *office_on(const sheaf_state *state, uint8_t organ,
                                                uint8_t place)
{
    const struct sheaf_row_post *post = sheaf_post_find(state, sheaf_pair(organ, place));
    return post && post->office ? sheaf_office_at(state, post->office - 1) : NULL;
}

static int64_t office_until(const sheaf_state *state, const struct sheaf_row_office *office)
{
    return sheaf_term_get(state, office->term)->ends;
}

static void print_officers(const sheaf_round_source *source, uint8_t organ, uint8_t seats)
{
    const sheaf_state *state = source->state;
    for (uint8_t place = 0; place < seats; place++) {
        const struct sheaf_row_office *office = office_on(state, organ, place);
        if (!office)
            continue;
        printf("  member %u", office->member);
        sheaf_source_print_name(source, office->member);
        printf(" until %s", sheaf_moment_of(office_until(state, office)).words);
        if (office->consecutive > 1)
            printf(", for the term number %u in a row", office->consecutive);
        puts("");
    }
}

static void print_seconds(int64_t seconds)
{
    if (seconds % DAY_S == 0)
        printf("%lld days", (long long)(seconds / DAY_S));
    else
        printf("%lld seconds", (long long)seconds);
}

/* What its officers decide, and what they are deciding. */
static void print_decisions(const sheaf_state *state, const struct sheaf_row_organ *organ,
                            uint8_t place)
{
    uint32_t officers = sheaf_officers(state, place);
    fputs("  adopts resolutions", stdout);
    for (sheaf_kind kind = SHEAF_KIND_none + 1; kind < SHEAF_KIND_COUNT; kind++)
        if (sheaf_organ_decides(organ->kind, kind))
            printf(", %s", sheaf_kind_shape(kind)->name);
    if (officers)
        printf("; with %u of its %u officers at least",
               (unsigned)(((uint64_t)officers * organ->quorum_bp + 9999) / 10000), officers);
    puts("");
    if (sheaf_organ_urgent(state, place))
        printf("  may act urgently: sheaf motion open --organ %u --urgent\n", place);
    for (uint32_t i = 0; i < sheaf_motion_count(state); i++) {
        const struct sheaf_row_motion *m = sheaf_motion_at(state, i);
        if (m->state == SHEAF_motion_state_open && m->organ_1 == place + 1)
            printf("  motion %u %s: sheaf motion show %u\n", m->id,
                   m->body == SHEAF_body_organ ? "is before it"
                   : m->ratify                 ? "waits for the members to ratify it"
                                               : "was referred to the members",
                   m->id);
    }
}

static void print_organ(const sheaf_round_source *source, const struct sheaf_row_organ *organ,
                        uint8_t place)
{
    const sheaf_state *state = source->state;
    const struct sheaf_row_chamber *chamber = sheaf_chamber_find(state, place);
    printf("%.*s (organ %u, %s): %u of %u seats are filled\n",
           SHEAF_PRINT(SHEAF_WORDS(organ->name)), place,
           choice_word(SHEAF_TABLE_organ, "kind", organ->kind), sheaf_officers(state, place),
           organ->seats);
    print_officers(source, place, organ->seats);
    if (organ->electorate)
        printf("  elected by the class “%.*s”",
               SHEAF_PRINT(class_name(state, organ->electorate - 1)));
    else
        printf("  elected by all members with a vote");
    printf(", for ");
    print_seconds(organ->term_s);
    if (organ->terms_max)
        printf(", at most %u term%s in a row", organ->terms_max,
               organ->terms_max == 1 ? "" : "s");
    puts("");
    unsigned most = organ->seats * organ->non_users_bp / 10000;
    if (most < organ->seats)
        printf("  of its seats at most %u %s held by members of classes of investors and "
               "supporters\n",
               most, most == 1 ? "is" : "are");
    unsigned powers = sheaf_organ_powers(organ->kind);
    if (!sheaf_organ_urgent(state, place))
        powers &= ~(unsigned)SHEAF_POWER_act_urgently;
    for (unsigned i = 0; i < SHEAF_POWER_COUNT; i++)
        if (powers >> i & 1)
            printf("  %s\n", sheaf_power_doc(i));
    if (sheaf_bylaws_now(state)->admission_organ == place + 1)
        puts("  decides on applications for membership, while as many here could be heard as "
             "must "
             "approve");
    print_decisions(state, organ, place);
    if (chamber && chamber->election != SHEAF_NONE)
        printf("  an election is under way: sheaf election show %u\n", chamber->election);
}

static void put_organ(sheaf_json_writer *w, const sheaf_state *state,
                      const struct sheaf_row_organ *organ, uint8_t place)
{
    const struct sheaf_row_chamber *chamber = sheaf_chamber_find(state, place);
    sheaf_json_open_object(w);
    sheaf_json_key(w, "decides");
    sheaf_json_open_list(w);
    for (sheaf_kind kind = SHEAF_KIND_none + 1; kind < SHEAF_KIND_COUNT; kind++)
        if (sheaf_organ_decides(organ->kind, kind))
            sheaf_json_string(w, sheaf_str(sheaf_kind_shape(kind)->name));
    sheaf_json_close(w);
    if (chamber && chamber->election != SHEAF_NONE)
        sheaf_json_member_put_int(w, "election", chamber->election);
    if (organ->electorate)
        sheaf_json_member_put_int(w, "electorate", organ->electorate - 1);
    sheaf_json_member_put_string(
        w, "kind", sheaf_str(choice_word(SHEAF_TABLE_organ, "kind", organ->kind)));
    sheaf_json_member_put_string(w, "name", SHEAF_WORDS(organ->name));
    sheaf_json_key(w, "officers");
    sheaf_json_open_list(w);
    for (uint8_t i = 0; i < organ->seats; i++) {
        const struct sheaf_row_office *office = office_on(state, place, i);
        if (!office)
            continue;
        sheaf_json_open_object(w);
        sheaf_json_member_put_int(w, "began", office->began);
        sheaf_json_member_put_int(w, "consecutive", office->consecutive);
        sheaf_json_member_put_int(w, "member", office->member);
        sheaf_json_member_put_int(w, "until", office_until(state, office));
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
    sheaf_json_member_put_int(w, "organ", place);
    sheaf_json_key(w, "powers");
    sheaf_json_open_list(w);
    for (unsigned i = 0; i < SHEAF_POWER_COUNT; i++)
        if (sheaf_organ_powers(organ->kind) >> i & 1)
            sheaf_json_string(w, sheaf_str(sheaf_power_doc(i)));
    sheaf_json_close(w);
    sheaf_json_member_put_int(w, "quorum_bp", organ->quorum_bp);
    sheaf_json_member_put_int(w, "seats", organ->seats);
    sheaf_json_member_put_bool(w, "urgent", sheaf_organ_urgent(state, place));
    sheaf_json_close(w);
}

static sheaf_status show_organs(const sheaf_round_source *source, const sheaf_arguments *a,
                                sheaf_err *err)
{
    const sheaf_state *state = source->state;
    bool all = a->argument_count == 0 || strcmp(a->argument[0], "-") == 0;
    const char *wanted = all ? NULL : a->argument[0];
    const struct sheaf_row_organ *organ;
    uint32_t shown = 0;
    sheaf_buffer object;
    sheaf_json_writer w = sheaf_print_begin(&object);
    sheaf_json_key(&w, "organs");
    sheaf_json_open_list(&w);
    for (uint8_t place = 0; (organ = sheaf_organ_now(state, place)) != NULL; place++) {
        if (wanted && !sheaf_slice_is(SHEAF_WORDS(organ->name), wanted))
            continue;
        shown++;
        if (a->json)
            put_organ(&w, state, organ, place);
        else
            print_organ(source, organ, place);
    }
    sheaf_json_close(&w);
    if (a->json && (shown || !wanted))
        (void)sheaf_print_end(&object, &w);
    else
        sheaf_buffer_deinit(&object);
    if (!shown && wanted)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the bylaws have no organ “%.100s”; `sheaf organ show` lists them",
                          wanted);
    if (!shown && !a->json)
        puts("the bylaws have no organs");
    return SHEAF_OK;
}

/* ---- elections ---- */

/* What follows, in words. */
static void print_outcome(const struct sheaf_row_election *e, int64_t now)
{
    switch (e->state) {
    case SHEAF_election_state_no_quorum:
        puts("  too few voted: the seats stay vacant");
        break;
    case SHEAF_election_state_nobody:
        puts("  no candidate was elected: the seats stay vacant");
        break;
    case SHEAF_election_state_elected:
        printf("  counted by entry %u\n", e->decided);
        break;
    default:
        if (now < e->opens)
            printf("  candidates stand until %s: sheaf candidate stand --election %u\n",
                   sheaf_moment_of(e->opens).words, e->id);
        printf("  ballots are taken from %s until %s\n", sheaf_moment_of(e->opens).words,
               sheaf_moment_of(e->closes).words);
        puts("  then whoever has most approvals is elected; of two with as many, who stood "
             "first");
    }
}

static void print_candidates(const sheaf_round_source *source,
                             const struct sheaf_row_election *e)
{
    const struct sheaf_row_candidate *c;
    const sheaf_ceilings ceilings = sheaf_election_ceilings(source->state, e);
    sheaf_ceilings_print(source->state, e->bylaws, &ceilings, "  ", "ballot");
    for (uint32_t row_1 = e->candidate_last; row_1; row_1 = c->before) {
        c = sheaf_candidate_at(source->state, row_1 - 1);
        const sheaf_votes votes = sheaf_candidate_votes(source->state, row_1 - 1);
        printf("  member %u", c->member);
        sheaf_source_print_name(source, c->member);
        printf(": %u approve%s", c->approvals, c->approvals == 1 ? "s" : "");
        if (ceilings.bind && c->approvals)
            printf(", counted as %s", sheaf_counted_as(&ceilings, &votes).words);
        printf("%s%s\n", c->withdrawn != SHEAF_NONE ? "; does not stand any more" : "",
               c->elected != SHEAF_NONE ? "; elected" : "");
    }
}

/* Ballots of members on trial. */
static uint32_t uncounted(const sheaf_state *state, const struct sheaf_row_election *e)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sheaf_election_ballot_count(state); i++) {
        const struct sheaf_row_election_ballot *ballot = sheaf_election_ballot_at(state, i);
        count += ballot->election == e->id && ballot->cast && !ballot->counts;
    }
    return count;
}

static void print_election(const sheaf_round_source *source, const struct sheaf_row_election *e,
                           int64_t now)
{
    const sheaf_state *state = source->state;
    const struct sheaf_row_organ *organ = sheaf_organ_of(state, e->bylaws, e->organ);
    const struct sheaf_row_decision *rule = sheaf_decision_by(
        state, sheaf_bylaws_get(state, e->bylaws), SHEAF_decision_sort_ordinary);
    printf("election %u of %.*s: %u %s\n", e->id, SHEAF_PRINT(SHEAF_WORDS(organ->name)),
           e->seats, e->seats == 1 ? "seat" : "seats");
    if (organ->electorate)
        printf("  %u of the class “%.*s” may vote", e->electorate,
               SHEAF_PRINT(class_name(state, organ->electorate - 1)));
    else
        printf("  %u members may vote", e->electorate);
    printf("; %u %s, and it takes %u.%02u %%\n", e->ballots, e->ballots == 1 ? "has" : "have",
           rule->quorum_bp / 100, rule->quorum_bp % 100);
    uint32_t conflicted = sheaf_conflicts(state, e->id), on_trial = uncounted(state, e);
    if (e->by_proxy)
        printf("  %u of them by proxy, as the holder %s\n", e->by_proxy,
               e->state == SHEAF_election_state_open ? "has voted so far" : "voted");
    sheaf_tellers_print(state, e->id, e->state == SHEAF_election_state_open ? e->closes : 0,
                        "  ", "  ");
    if (on_trial)
        printf("  %u on trial voted, which is recorded and not counted\n", on_trial);
    if (conflicted)
        printf("  %u of those who may vote %s a conflict of interest\n", conflicted,
               conflicted == 1 ? "has" : "have");
    sheaf_conflicts_print(source, e->id, LABEL);
    sheaf_arguments_print(source, e->id, e->state == SHEAF_election_state_open, LABEL);
    print_outcome(e, now);
    print_candidates(source, e);
}

static void print_election_json(const sheaf_round_source *source,
                                const struct sheaf_row_election *e)
{
    const sheaf_state *state = source->state;
    sheaf_buffer object;
    sheaf_json_writer w = sheaf_print_begin(&object);
    const struct sheaf_row_candidate *c;
    sheaf_arguments_put(source, e->id, &w);
    const sheaf_ceilings ceilings = sheaf_election_ceilings(state, e);
    sheaf_json_key(&w, "candidates");
    sheaf_json_open_list(&w);
    for (uint32_t row_1 = e->candidate_last; row_1; row_1 = c->before) {
        c = sheaf_candidate_at(state, row_1 - 1);
        sheaf_json_open_object(&w);
        sheaf_row_write(sheaf_table_describe(SHEAF_TABLE_candidate), c, SHEAF_NONE, &w);
        sheaf_json_close(&w);
    }
    sheaf_json_close(&w);
    sheaf_ceilings_put(state, e->bylaws, &ceilings, &w);
    sheaf_json_member_put_int(&w, "conflicted", sheaf_conflicts(state, e->id));
    sheaf_json_key(&w, "counted");
    sheaf_json_open_list(&w);
    for (uint32_t row_1 = e->candidate_last; row_1; row_1 = c->before) {
        c = sheaf_candidate_at(state, row_1 - 1);
        const sheaf_votes votes = sheaf_candidate_votes(state, row_1 - 1);
        sheaf_json_open_object(&w);
        sheaf_counted_put(&ceilings, &votes, &w);
        sheaf_json_member_put_int(&w, "member", c->member);
        sheaf_json_close(&w);
    }
    sheaf_json_close(&w);
    sheaf_json_key(&w, "election");
    sheaf_json_open_object(&w);
    sheaf_row_write(sheaf_table_describe(SHEAF_TABLE_election), e, SHEAF_NONE, &w);
    sheaf_json_close(&w);
    sheaf_sheets_put(state, e->id, &w);
    sheaf_json_member_put_int(&w, "uncounted", uncounted(state, e));
    (void)sheaf_print_end(&object, &w);
}

static sheaf_status show_election(const sheaf_round_source *source, const sheaf_arguments *a,
                                  sheaf_err *err)
{
    const sheaf_state *state = source->state;
    long long id = 0;
    (void)sheaf_number(a->argument[0], 0, SHEAF_REF_MAX, &id); /* looked at before */
    const struct sheaf_row_election *election = sheaf_election_find(state, (uint32_t)id);
    if (!election)
        return sheaf_fail(
            err, SHEAF_INVALID,
            "there is no election %.20s; `sheaf organ show` names those under way",
            a->argument[0]);
    const sheaf_mark mark = sheaf_round_source_preview(source, election->id);
    if (a->json)
        print_election_json(source, election);
    else
        print_election(source, election, sheaf_clock_ms());
    sheaf_round_source_roll_back(source, mark);
    return SHEAF_OK;
}

/* ---- proxies ---- */

static void print_proxy(const sheaf_round_source *source, const struct sheaf_row_proxy *p)
{
    printf("member %u", p->holder);
    sheaf_source_print_name(source, p->holder);
    printf(" votes for member %u", p->giver);
    sheaf_source_print_name(source, p->giver);
    if (p->matter == SHEAF_NONE)
        printf(" on everything");
    else
        printf(" on %u", p->matter);
    printf(" that closes until %s\n", sheaf_moment_of(p->until).words);
}

/* Laid down by its holder and still in its time: who gave it votes, or chooses another. */
static bool laid_down(const struct sheaf_row_proxy *p, int64_t now)
{
    return !p->live && p->laid_down != SHEAF_NONE && p->until >= now;
}

static void print_laid_down(const sheaf_round_source *source, int64_t now, uint32_t *shown)
{
    const sheaf_state *state = source->state;
    for (uint32_t i = 0; i < sheaf_proxy_count(state); i++) {
        const struct sheaf_row_proxy *p = sheaf_proxy_at(state, i);
        if (!laid_down(p, now))
            continue;
        ++*shown;
        printf("member %u", p->holder);
        sheaf_source_print_name(source, p->holder);
        printf(" has laid down the proxy of member %u", p->giver);
        sheaf_source_print_name(source, p->giver);
        printf(", with entry %u\n", p->laid_down);
    }
}

static void put_laid_down(const sheaf_state *state, int64_t now, sheaf_json_writer *w)
{
    sheaf_json_key(w, "laid_down");
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < sheaf_proxy_count(state); i++) {
        const struct sheaf_row_proxy *p = sheaf_proxy_at(state, i);
        if (!laid_down(p, now))
            continue;
        sheaf_json_open_object(w);
        sheaf_row_write(sheaf_table_describe(SHEAF_TABLE_proxy), p, SHEAF_NONE, w);
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
}

static sheaf_status list_proxies(const sheaf_round_source *source, const sheaf_arguments *a,
                                 sheaf_err *err)
{
    const sheaf_state *state = source->state;
    (void)err;
    const struct sheaf_row_proxy *p;
    sheaf_buffer object;
    sheaf_json_writer w = sheaf_print_begin(&object);
    int64_t now = sheaf_clock_ms();
    uint32_t shown = 0;
    put_laid_down(state, now, &w);
    sheaf_json_key(&w, "proxies");
    sheaf_json_open_list(&w);
    for (uint32_t row_1 = sheaf_coop(state)->proxy_first; row_1; row_1 = p->next) {
        p = sheaf_proxy_at(state, row_1 - 1);
        if (p->until < now)
            continue;
        shown++;
        if (!a->json) {
            print_proxy(source, p);
            continue;
        }
        sheaf_json_open_object(&w);
        sheaf_row_write(sheaf_table_describe(SHEAF_TABLE_proxy), p, SHEAF_NONE, &w);
        sheaf_json_close(&w);
    }
    sheaf_json_close(&w);
    if (a->json)
        return sheaf_print_end(&object, &w), SHEAF_OK;
    sheaf_buffer_deinit(&object);
    print_laid_down(source, now, &shown);
    if (!shown)
        puts(sheaf_article_on(state, SHEAF_ARTICLE_proxies) ? "nobody has given a proxy"
                                                            : "the bylaws have no proxies");
    return SHEAF_OK;
}

/* ---- the commands ---- */

/* In the order of the commands' options. */
enum { HUB, HOME, CA };

/* The state of the folder or hub that the argument after `first` others names, of --hub, or of
 * the home's hub. */
static int run(const sheaf_arguments *a, const sheaf_command *command, int first,
               sheaf_status (*show)(const sheaf_round_source *, const sheaf_arguments *,
                                    sheaf_err *))
{
    const char *from = a->argument_count > first ? a->argument[first] : a->value[HUB];
    sheaf_round_source source;
    sheaf_err err;
    if (a->argument_count > first && a->value[HUB])
        return sheaf_usage(command, "give the hub once, as --hub or as URL");
    sheaf_status status =
        sheaf_round_source_open(&source, from, a->value[HOME], a->value[CA], SHEAF_NONE, &err);
    if (status == SHEAF_OK) {
        status = show(&source, a, &err);
        sheaf_round_source_close(&source);
    }
    return status == SHEAF_OK ? SHEAF_EXIT_DONE : sheaf_report(a, &err);
}

static int run_organ_show(const sheaf_arguments *a)
{
    return run(a, &sheaf_command_organ_show, 1, show_organs);
}

static int run_election_show(const sheaf_arguments *a)
{
    long long id;
    if (!sheaf_number(a->argument[0], 0, SHEAF_REF_MAX, &id))
        return sheaf_usage(&sheaf_command_election_show,
                           "give the number of the entry that called it, not “%.40s”",
                           a->argument[0]);
    return run(a, &sheaf_command_election_show, 1, show_election);
}

static int run_proxy_list(const sheaf_arguments *a)
{
    return run(a, &sheaf_command_proxy_list, 0, list_proxies);
}

#define PLACES                                                                                 \
    "DIR is a folder with log/, such as a hub's;\nURL a hub; without either it is the hub of " \
    "your home."

#define LOOK                                                                                   \
    {                                                                                          \
        {"hub", "URL", "look at this hub: as a visitor, or with --home as the home's hub"},    \
            {"home", "DIR", "your home folder"},                                               \
        {                                                                                      \
            "ca", "FILE", "certificates to trust, in PEM; your home remembers them"            \
        }                                                                                      \
    }

const sheaf_command sheaf_command_organ_show = {
    .name = "organ show",
    .arguments = "[NAME [DIR|URL]]",
    .summary = "who is in office, until when, and what the organs may do",
    .detail = "NAME is one organ; - are all of them. " PLACES,
    .options = LOOK,
    .arguments_min = 0,
    .arguments_max = 2,
    .many = -1,
    .run = run_organ_show,
};

const sheaf_command sheaf_command_election_show = {
    .name = "election show",
    .arguments = "N [DIR|URL]",
    .summary = "an election: who may vote, who stands, how it is decided, when",
    .detail = "N is the entry that called it. " PLACES,
    .options = LOOK,
    .arguments_min = 1,
    .arguments_max = 2,
    .many = -1,
    .run = run_election_show,
};

const sheaf_command sheaf_command_proxy_list = {
    .name = "proxy list",
    .arguments = "[DIR|URL]",
    .summary = "who votes for whom where they do not vote themselves",
    .detail = PLACES,
    .options = LOOK,
    .arguments_min = 0,
    .arguments_max = 1,
    .many = -1,
    .run = run_proxy_list,
};
