/* Offices: how they begin and end, and what becomes of a seat that falls vacant. */
#include "coop/organs_internal.h"

enum { WHOLE_BP = 10000 };

/* ---- the organs of the bylaws ---- */

sheaf_refusal sheaf_organs_follow(const sheaf_state *state, uint32_t version,
                                  const struct sheaf_bylaws *text)
{
    const struct sheaf_organ *list = text->has_organs ? text->organs.list.at : NULL;
    uint32_t count = text->has_organs ? text->organs.list.count : 0;
    const struct sheaf_row_organ *now;
    for (uint32_t i = 0; (now = sheaf_organ_of(state, version, i)) != NULL; i++)
        SHEAF_REFUSE_IF(i >= count || list[i].kind != now->kind
                            || !sheaf_slice_equal(SHEAF_WORDS(now->name), list[i].name),
                        organs_removed);
    return SHEAF_ACCEPTED;
}

void sheaf_organs_add(sheaf_fold *fold, struct sheaf_row_bylaws *version,
                      const struct sheaf_organs_article *article)
{
    const struct sheaf_organ *list = article->list.at;
    version->organ_first = sheaf_organ_count(fold->state);
    version->organs = (uint8_t)article->list.count;
    for (uint32_t i = 0; i < article->list.count; i++) {
        struct sheaf_row_organ *organ = sheaf_organ_new(fold->state, 0);
        organ->bylaws = fold->index;
        organ->electorate = list[i].has_electorate ? (uint32_t)list[i].electorate + 1 : 0;
        organ->kind = list[i].kind;
        SHEAF_SET_WORDS(organ->name, list[i].name);
        organ->nominate_s = (uint32_t)list[i].nominate_s;
        organ->non_users_bp =
            list[i].has_non_users_bp ? (uint16_t)list[i].non_users_bp : WHOLE_BP;
        organ->open_s = (uint32_t)list[i].open_s;
        organ->quorum_bp = (uint16_t)list[i].quorum_bp;
        organ->seats = (uint8_t)list[i].seats;
        organ->term_s = (uint32_t)list[i].term_s;
        organ->terms_max = (uint8_t)list[i].terms_max;
    }
}

/* ---- beginning ---- */

struct sheaf_row_chamber *sheaf_chamber_of(sheaf_state *state, uint8_t organ)
{
    uint32_t row = sheaf_chamber_row(state, organ);
    if (row != SHEAF_NONE)
        return sheaf_chamber_edit(state, row);
    struct sheaf_row_chamber *chamber = sheaf_chamber_new(state, organ);
    chamber->id = organ;
    chamber->election = SHEAF_NONE;
    return chamber;
}

/* The row of a seat that nobody holds. There are as many as there were ever officers at a time.
 */
static struct sheaf_row_post *vacant_post(sheaf_state *state, uint8_t organ)
{
    for (uint8_t place = 0;; place++) {
        uint32_t row = sheaf_post_row(state, sheaf_pair(organ, place));
        if (row != SHEAF_NONE && sheaf_post_at(state, row)->office)
            continue;
        if (row != SHEAF_NONE)
            return sheaf_post_edit(state, row);
        struct sheaf_row_post *post = sheaf_post_new(state, sheaf_pair(organ, place));
        post->organ = organ;
        post->place = place;
        return post;
    }
}

/* A member starts anew once a whole term has passed without an office: else leaving a day
 * before the end would get around the limit. */
static uint32_t terms_before(const sheaf_state *state, const struct sheaf_row_organ *organ,
                             uint32_t member, uint8_t place, int64_t begins)
{
    const struct sheaf_row_officer *officer =
        sheaf_officer_find(state, sheaf_pair(member, place));
    if (!officer)
        return 0;
    const struct sheaf_row_office *last = sheaf_office_at(state, officer->office - 1);
    bool rested =
        last->ended != SHEAF_NONE && last->ended_at + (int64_t)organ->term_s * 1000 <= begins;
    return rested ? 0 : last->consecutive;
}

static bool uses(const sheaf_state *state, uint32_t member)
{
    const struct sheaf_row_bylaws *now = sheaf_bylaws_now(state);
    uint8_t class = sheaf_member_get(state, member)->class;
    return sheaf_class_at(state, now->class_first + class)->uses;
}

/* Do as many members who do not use the co-op hold seats of the organ after that moment, the
 * member aside, as the bylaws let? */
static bool non_users_full(const sheaf_state *state, const struct sheaf_row_organ *organ,
                           uint32_t member, uint8_t place, int64_t begins)
{
    uint32_t held = 0;
    const struct sheaf_row_post *post;
    for (uint8_t i = 0; (post = sheaf_post_find(state, sheaf_pair(place, i))) != NULL; i++) {
        if (!post->office)
            continue;
        const struct sheaf_row_office *office = sheaf_office_at(state, post->office - 1);
        held += office->member != member && !uses(state, office->member)
                && sheaf_term_get(state, office->term)->ends > begins;
    }
    return (held + 1) * WHOLE_BP > (uint32_t)organ->seats * organ->non_users_bp;
}

sheaf_refusal sheaf_eligible(const sheaf_state *state, const struct sheaf_row_organ *organ,
                             uint32_t member, uint8_t place, int64_t begins)
{
    SHEAF_REFUSE_IF(!sheaf_member_active(state, member), not_a_member);
    SHEAF_REFUSE_IF(!sheaf_member_get(state, member)->votes, no_vote);
    SHEAF_REFUSE_IF(organ->terms_max
                        && terms_before(state, organ, member, place, begins)
                               >= organ->terms_max,
                    term_limit);
    SHEAF_REFUSE_IF(!uses(state, member) && non_users_full(state, organ, member, place, begins),
                    non_users_full);
    return SHEAF_ACCEPTED;
}

void sheaf_office_begin(sheaf_fold *fold, const struct sheaf_row_term *term, uint32_t member)
{
    sheaf_state *state = fold->state;
    uint8_t place = term->organ;
    const struct sheaf_row_organ *organ = sheaf_organ_now(state, place);
    uint32_t before = organ ? terms_before(state, organ, member, place, fold->stamp) : 0;
    uint32_t row = sheaf_officer_row(state, sheaf_pair(member, place));
    struct sheaf_row_office *office = sheaf_office_new(state, sheaf_pair(fold->index, member));
    uint32_t office_1 = sheaf_office_count(state);
    office->began = fold->index;
    office->member = member;
    office->organ = place;
    office->term = term->id;
    office->ended = SHEAF_NONE;
    office->consecutive = (uint8_t)(before < UINT8_MAX ? before + 1 : before);
    office->before = row == SHEAF_NONE ? 0 : sheaf_officer_at(state, row)->office;
    struct sheaf_row_officer *officer =
        row == SHEAF_NONE ? sheaf_officer_new(state, sheaf_pair(member, place))
                          : sheaf_officer_edit(state, row);
    officer->member = member;
    officer->organ = place;
    officer->office = office_1;
    struct sheaf_row_post *post = vacant_post(state, place);
    post->office = office_1;
    office->place = post->place;
    sheaf_chamber_of(state, place)->officers++;
}

/* So long before its end that who follows is elected by then. */
static void set_call(sheaf_fold *fold, const struct sheaf_row_term *term)
{
    const struct sheaf_row_organ *organ = sheaf_organ_now(fold->state, term->organ);
    int64_t campaign = organ ? ((int64_t)organ->nominate_s + organ->open_s) * 1000 : 0;
    int64_t at = term->ends - campaign;
    sheaf_deadline_set(fold->state, term->id, SHEAF_deadline_kind_term_call,
                       at < fold->stamp ? fold->stamp : at);
}

struct sheaf_row_term *sheaf_term_begin(sheaf_fold *fold, uint8_t organ, uint32_t election,
                                        int64_t ends)
{
    struct sheaf_row_term *term = sheaf_term_new(fold->state, fold->index);
    term->id = fold->index;
    term->organ = organ;
    term->election = election;
    term->ends = ends;
    if (fold->state->failed)
        return term;
    set_call(fold, term);
    sheaf_deadline_set(fold->state, term->id, SHEAF_deadline_kind_term_end, ends);
    return term;
}

/* ---- ending ---- */

static void end_office(sheaf_fold *fold, uint32_t row)
{
    struct sheaf_row_office *office = sheaf_office_edit(fold->state, row);
    office->ended = fold->index;
    office->ended_at = fold->stamp;
    sheaf_post_edit(fold->state,
                    sheaf_post_row(fold->state, sheaf_pair(office->organ, office->place)))
        ->office = 0;
    sheaf_chamber_of(fold->state, office->organ)->officers--;
}

/* Before its time: the seat is filled by the next tick. */
static void vacate(sheaf_fold *fold, uint32_t member, uint8_t organ)
{
    uint32_t row = sheaf_officer_get(fold->state, sheaf_pair(member, organ))->office - 1;
    end_office(fold, row);
    sheaf_deadline_set(fold->state, sheaf_office_at(fold->state, row)->term,
                       SHEAF_deadline_kind_vacancy, fold->stamp);
}

void sheaf_offices_end(sheaf_fold *fold, uint32_t member)
{
    for (uint32_t i = 0; i < sheaf_chamber_count(fold->state); i++) {
        uint8_t organ = sheaf_chamber_at(fold->state, i)->id;
        if (sheaf_office_now(fold->state, member, organ))
            vacate(fold, member, organ);
        if (fold->state->failed)
            return;
    }
}

sheaf_refusal sheaf_rule_office_resign(sheaf_fold *fold, const struct sheaf_office_resign *what)
{
    SHEAF_REFUSE_IF(!sheaf_office_now(fold->state, fold->member, (uint8_t)what->organ),
                    not_in_office);
    vacate(fold, fold->member, (uint8_t)what->organ);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_office_recall(sheaf_fold *fold, const struct sheaf_office_recall *what)
{
    SHEAF_REFUSE_IF(!sheaf_office_now(fold->state, what->member, (uint8_t)what->organ),
                    not_in_office);
    vacate(fold, what->member, (uint8_t)what->organ);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_office_elect(sheaf_fold *fold, const struct sheaf_office_elect *what)
{
    sheaf_state *state = fold->state;
    uint8_t place = (uint8_t)what->organ;
    const struct sheaf_row_organ *organ = sheaf_organ_now(state, place);
    SHEAF_REFUSE_IF(!organ, no_such_organ);
    SHEAF_REFUSE_UNLESS(sheaf_eligible(state, organ, what->member, place, fold->stamp));
    SHEAF_REFUSE_IF(sheaf_office_now(state, what->member, place), in_office);
    SHEAF_REFUSE_IF(sheaf_officers(state, place) >= organ->seats, no_vacancy);
    struct sheaf_row_term *term =
        sheaf_term_begin(fold, place, SHEAF_NONE, fold->stamp + (int64_t)organ->term_s * 1000);
    SHEAF_STOP_IF_SPENT(fold);
    sheaf_office_begin(fold, term, what->member);
    return SHEAF_ACCEPTED;
}

/* ---- what falls due ---- */

/* While an election of the organ is under way, its officers stay until it closes. */
sheaf_refusal sheaf_settle_term_end(sheaf_fold *fold, uint32_t of)
{
    sheaf_state *state = fold->state;
    uint8_t organ = sheaf_term_get(state, of)->organ;
    uint32_t id = sheaf_chamber_get(state, organ)->election;
    int64_t closes = id == SHEAF_NONE ? 0 : sheaf_election_get(state, id)->closes;
    if (closes > fold->stamp) {
        sheaf_deadline_set(state, of, SHEAF_deadline_kind_term_end, closes);
        return SHEAF_ACCEPTED;
    }
    for (uint8_t place = 0;; place++) {
        const struct sheaf_row_post *post = sheaf_post_find(state, sheaf_pair(organ, place));
        if (!post || state->failed)
            return SHEAF_ACCEPTED;
        if (post->office && sheaf_office_at(state, post->office - 1)->term == of)
            end_office(fold, post->office - 1);
    }
}

sheaf_refusal sheaf_settle_term_call(sheaf_fold *fold, uint32_t of)
{
    const struct sheaf_row_term *term = sheaf_term_get(fold->state, of);
    const struct sheaf_row_chamber *chamber = sheaf_chamber_get(fold->state, term->organ);
    if (chamber->election != SHEAF_NONE) /* not while another one is under way */
        sheaf_deadline_set(fold->state, of, SHEAF_deadline_kind_term_call,
                           sheaf_election_get(fold->state, chamber->election)->closes + 1);
    else
        (void)sheaf_election_open(fold, term->organ, 0); /* where a seat will be vacant */
    return SHEAF_ACCEPTED;
}

/* The next in the count who still stands; where there is none, a by-election, if there is time
 * for one. An election that is under way fills what is vacant when it closes. */
sheaf_refusal sheaf_settle_vacancy(sheaf_fold *fold, uint32_t of)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_term *term = sheaf_term_get(state, of);
    const struct sheaf_row_organ *organ = sheaf_organ_now(state, term->organ);
    if (!organ || term->ends <= fold->stamp)
        return SHEAF_ACCEPTED;
    while (sheaf_officers(state, term->organ) < organ->seats && !state->failed) {
        uint32_t next = term->election == SHEAF_NONE
                            ? SHEAF_NONE
                            : sheaf_election_next(fold, term->election);
        if (next == SHEAF_NONE)
            break;
        sheaf_office_begin(fold, term, next);
    }
    int64_t closes = fold->stamp + ((int64_t)organ->nominate_s + organ->open_s) * 1000;
    if (sheaf_officers(state, term->organ) < organ->seats && closes < term->ends
        && sheaf_chamber_get(state, term->organ)->election == SHEAF_NONE && !state->failed)
        (void)sheaf_election_open(fold, term->organ, term->ends);
    return SHEAF_ACCEPTED;
}
