/* What the state counts as it goes is what a walk through all rows finds: asked whenever a kit
 * is closed, so after every test and every simulation. */
#include "kit.h"

#include "coop/arguments.h"
#include "coop/pending.h"

static void same(const char *what, uint64_t counted, uint64_t found)
{
    if (counted != found)
        kit_fail("the state counts %llu %s, and there are %llu", (unsigned long long)counted,
                 what, (unsigned long long)found);
}

/* Keys with the scope admin and without an end, in the member's list. */
static uint32_t guards_of(const sheaf_state *state, const struct sheaf_row_member *member)
{
    uint32_t count = 0;
    for (uint32_t at = member->key_last; at; at = sheaf_key_at(state, at - 1)->before) {
        const struct sheaf_row_key *key = sheaf_key_at(state, at - 1);
        same("keys in the list of another member", 0, key->member != member->id);
        same("revoked keys in a list", 0, key->revoked != SHEAF_NONE);
        count += (sheaf_key_scopes(state, key) & SHEAF_SCOPE_ADMIN)
                 && key->until == SHEAF_JSON_INT_MAX;
    }
    return count;
}

static void count_members(const sheaf_state *state)
{
    const struct sheaf_row_coop *coop = sheaf_coop(state);
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    uint32_t members = 0, voters = 0, unlimited = 0, guarded = 0, undecided[2] = {0};
    for (uint32_t i = 0; i < sheaf_member_count(state); i++) {
        const struct sheaf_row_member *member = sheaf_member_at(state, i);
        const struct sheaf_row_class *class =
            sheaf_class_at(state, bylaws->class_first + member->class);
        bool votes = member->votes > 0;
        members += member->state == SHEAF_member_state_active;
        voters += votes;
        unlimited += votes && class->ceiling_bp == SHEAF_NO_CEILING;
        guarded += votes && member->guards;
        undecided[member->number > 0] += member->state == SHEAF_member_state_applied
                                         && !member->apart && !member->aside
                                         && i >= coop->applications_from;
        same("guards of a member", member->guards, guards_of(state, member));
        same("votes of who is no member", 0,
             votes && member->state != SHEAF_member_state_active);
    }
    same("members", coop->members, members);
    same("members with a vote", coop->voters, voters);
    same("of them without a ceiling", coop->voters_unlimited, unlimited);
    same("of them with a guard", coop->guarded, guarded);
    same("applications", coop->applications, undecided[0]);
    same("claims", coop->claims, undecided[1]);
}

static void count_recoveries(const sheaf_state *state)
{
    uint32_t open = 0, confirmed = 0, held = 0;
    for (uint32_t i = 0; i < sheaf_recovery_count(state); i++) {
        const struct sheaf_row_recovery *row = sheaf_recovery_at(state, i);
        open += row->decided == SHEAF_NONE && row->first == SHEAF_NONE && !row->apart;
        confirmed += row->decided == SHEAF_NONE && row->first != SHEAF_NONE;
    }
    for (uint32_t i = 0; i < sheaf_room_count(state); i++)
        if (sheaf_room_at(state, i)->room == SHEAF_room_recovery)
            held += sheaf_room_at(state, i)->open;
    same("recoveries that wait", sheaf_coop(state)->recoveries_open, open);
    same("recoveries that are confirmed", sheaf_coop(state)->recoveries_confirmed, confirmed);
    same("places of recoveries", held, confirmed);
}

static void count_motions(const sheaf_state *state)
{
    uint32_t open = 0, placed = 0, urgent = 0;
    for (uint32_t i = 0; i < sheaf_motion_count(state); i++) {
        const struct sheaf_row_motion *motion = sheaf_motion_at(state, i);
        bool is_open = motion->state == SHEAF_motion_state_open,
             elsewhere = motion->assembly != SHEAF_NONE;
        open += is_open;
        placed += is_open && !elsewhere && motion->room == SHEAF_room_motion;
        urgent += is_open && !elsewhere && motion->room == SHEAF_room_urgent;
        uint32_t settled = motion->settled_yes + motion->settled_no + motion->settled_abstain;
        same("votes of settled members where there are none", 0,
             !motion->settled_from && settled);
        same("votes of settled members beyond all votes", 0,
             motion->settled_yes > motion->yes || motion->settled_no > motion->no
                 || motion->settled_abstain > motion->abstain);
    }
    same("open motions", sheaf_coop(state)->motions_open, open);
    same("places of motions", sheaf_coop(state)->motions_placed, placed);
    same("places of urgent motions", sheaf_pending(state)->urgents, urgent);
}

static void count_denials(const sheaf_state *state)
{
    uint64_t counted = 0, found = 0;
    for (uint32_t i = 0; i < sheaf_member_count(state); i++)
        counted += sheaf_member_at(state, i)->denials;
    for (uint32_t i = 0; i < sheaf_denial_count(state); i++)
        found += !sheaf_denial_at(state, i)->lifted;
    same("denials of deaths", counted, found);
}

/* Each argument stands once in the list of its matter, newest first, and answers an older one
 * of the same; whose it is has given that many on it, and no more than may be. */
static void count_arguments(const sheaf_state *state)
{
    uint64_t listed = 0, given = 0;
    for (uint32_t i = 0; i < sheaf_debate_count(state); i++) {
        const struct sheaf_row_debate *debate = sheaf_debate_at(state, i);
        uint32_t count = 0, last = SHEAF_NONE;
        for (uint32_t at = debate->last; at;) {
            const struct sheaf_row_argument *argument = sheaf_argument_at(state, at - 1);
            const struct sheaf_row_argument *to = sheaf_argument_find(state, argument->answers);
            same("arguments in the list of another matter", 0, argument->matter != debate->id);
            same("arguments before an older one", 0, argument->id >= last);
            same("answers to nothing", 0,
                 argument->answers != SHEAF_NONE
                     && (!to || to->matter != debate->id || to->id >= argument->id));
            last = argument->id;
            at = argument->before;
            count++;
        }
        same("arguments on a matter", debate->arguments, count);
        listed += count;
    }
    for (uint32_t i = 0; i < sheaf_argued_count(state); i++) {
        const struct sheaf_row_argued *row = sheaf_argued_at(state, i);
        unsigned own = row->arguments;
        same("members who argue too much", 0,
             row->earlier > own || own - row->earlier > SHEAF_ARGUMENTS_OF_MEMBER_MAX);
        given += own;
    }
    same("arguments in lists", listed, sheaf_argument_count(state));
    same("arguments of members", given, sheaf_argument_count(state));
}

void kit_counts(const kit *k)
{
    if (!sheaf_coop(&k->state) || sheaf_coop(&k->state)->revision > k->state.revision_max)
        return;
    count_members(&k->state);
    count_recoveries(&k->state);
    count_motions(&k->state);
    count_denials(&k->state);
    count_arguments(&k->state);
}
