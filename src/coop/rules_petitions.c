/* Petitions: so many members call a general assembly. */
#include "coop/pending.h"
#include "coop/room.h"

#include "bylaws/article.h"
#include "coop/deadline.h"

const struct sheaf_row_pending *sheaf_pending(const sheaf_state *state)
{
    static const struct sheaf_row_pending nothing = {.tellers = SHEAF_NONE};
    return sheaf_pending_count(state) ? sheaf_pending_at(state, 0) : &nothing;
}

struct sheaf_row_pending *sheaf_pending_change(sheaf_state *state)
{
    if (sheaf_pending_count(state))
        return sheaf_edit(state, SHEAF_TABLE_pending, 0);
    struct sheaf_row_pending *row = sheaf_pending_new(state, 0);
    row->tellers = SHEAF_NONE;
    return row;
}

sheaf_refusal sheaf_members_ordered(const sheaf_list *members)
{
    const struct sheaf_named_member *list = members->at;
    for (uint32_t i = 1; i < members->count; i++)
        SHEAF_REFUSE_IF(list[i].member <= list[i - 1].member, members_order);
    return SHEAF_ACCEPTED;
}

/* ---- the petitions that are open ---- */

static void list_add(sheaf_state *state, uint32_t row)
{
    struct sheaf_row_pending *pending = sheaf_pending_change(state);
    sheaf_petition_edit(state, row)->open_next = pending->petition_first;
    pending->petition_first = row + 1;
}

/* The list is as long as the bylaws let petitions be open. */
static void list_remove(sheaf_fold *fold, uint32_t row)
{
    sheaf_state *state = fold->state;
    uint32_t before = 0, at = sheaf_pending(state)->petition_first;
    while (at != row + 1) {
        assert(at);
        before = at;
        at = sheaf_petition_at(state, at - 1)->open_next;
    }
    uint32_t after = sheaf_petition_at(state, row)->open_next;
    if (before)
        sheaf_petition_edit(state, before - 1)->open_next = after;
    else
        sheaf_pending_change(state)->petition_first = after;
    sheaf_petition_edit(state, row)->open_next = 0;
}

void sheaf_petition_over(sheaf_fold *fold, uint32_t id)
{
    sheaf_pending_change(fold->state)->petitions--;
    sheaf_room_free(fold, SHEAF_room_petition, sheaf_petition_get(fold->state, id)->by);
}

/* ---- the threshold ---- */

uint32_t sheaf_petition_needed(const sheaf_state *state,
                               const struct sheaf_row_petition *petition)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_get(state, petition->bylaws);
    uint64_t parts = (uint64_t)bylaws->petition_members_bp * sheaf_coop(state)->voters;
    uint32_t most = bylaws->petition_members_max, share = (uint32_t)((parts + 9999) / 10000);
    uint32_t least = sheaf_coop(state)->voters > 2 ? 2 : 1; /* one alone is no petition */
    share = most && most < share ? most : share;
    return share > least ? share : least;
}

static bool enough(const sheaf_state *state, const struct sheaf_row_petition *petition)
{
    return petition->signatures >= sheaf_petition_needed(state, petition);
}

/* The notice before an assembly: the longer of the version that the petition is under and the
 * one in force. */
static int64_t notice_ms(const sheaf_state *state, const struct sheaf_row_bylaws *bylaws)
{
    uint32_t then = bylaws->assembly_notice_s, now = sheaf_bylaws_now(state)->assembly_notice_s;
    return (int64_t)(then > now ? then : now) * 1000;
}

/* From here on no signature can be taken back, and the assembly is certain: convened by
 * somebody while there is time for its notice, and else by the clock. */
static void reach(sheaf_fold *fold, uint32_t row)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_petition *petition = sheaf_petition_edit(state, row);
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_get(state, petition->bylaws);
    list_remove(fold, row);
    petition->state = SHEAF_petition_state_reached;
    petition->reached = fold->index;
    petition->closes = fold->stamp + (int64_t)bylaws->petition_assembly_s * 1000;
    sheaf_deadline_clear(state, petition->id, SHEAF_deadline_kind_petition_lapses);
    int64_t last = petition->closes - notice_ms(state, bylaws);
    sheaf_deadline_set(state, petition->id, SHEAF_deadline_kind_petition_dates,
                       last > fold->stamp ? last : fold->stamp);
}

void sheaf_petitions_vote(sheaf_fold *fold, uint32_t member, bool has_vote)
{
    sheaf_state *state = fold->state;
    for (uint32_t at = sheaf_pending(state)->petition_first; at;) {
        const struct sheaf_row_petition *petition = sheaf_petition_at(state, at - 1);
        const struct sheaf_row_signature *signature =
            sheaf_signature_find(state, sheaf_pair(petition->id, member));
        if (signature && !signature->withdrawn)
            sheaf_petition_edit(state, at - 1)->signatures += has_vote ? 1u : -1u;
        at = petition->open_next;
    }
}

void sheaf_petitions_look(sheaf_fold *fold)
{
    for (uint32_t at = sheaf_pending(fold->state)->petition_first, next; at; at = next) {
        const struct sheaf_row_petition *petition = sheaf_petition_at(fold->state, at - 1);
        next = petition->open_next;
        if (fold->state->failed)
            return; /* the list may be half written */
        if (enough(fold->state, petition))
            reach(fold, at - 1);
    }
}

/* ---- acts ---- */

static sheaf_refusal check_signer(const sheaf_fold *fold, uint32_t row)
{
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_petition);
    const struct sheaf_row_petition *petition = sheaf_petition_at(fold->state, row);
    SHEAF_REFUSE_IF(petition->state != SHEAF_petition_state_open, petition_closed);
    SHEAF_REFUSE_IF(!sheaf_member_get(fold->state, fold->member)->votes, no_vote);
    return SHEAF_ACCEPTED;
}

static sheaf_refusal sign(sheaf_fold *fold, uint32_t row)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_petition *petition = sheaf_petition_edit(state, row);
    uint64_t pair = sheaf_pair(petition->id, fold->member);
    uint32_t before = sheaf_signature_row(state, pair);
    SHEAF_REFUSE_IF(before != SHEAF_NONE && !sheaf_signature_at(state, before)->withdrawn,
                    signed_already);
    struct sheaf_row_signature *signature = before == SHEAF_NONE
                                                ? sheaf_signature_new(state, pair)
                                                : sheaf_signature_edit(state, before);
    signature->member = fold->member;
    signature->petition = petition->id;
    signature->entry = fold->index;
    signature->withdrawn = false;
    petition->signatures++;
    SHEAF_STOP_IF_SPENT(fold);
    if (enough(state, petition))
        reach(fold, row);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_petition_open(sheaf_fold *fold, const struct sheaf_petition_open *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    SHEAF_REFUSE_IF(!sheaf_article_on(state, SHEAF_ARTICLE_petitions), petitions_off);
    SHEAF_REFUSE_IF(!sheaf_member_get(state, fold->member)->votes, no_vote);
    SHEAF_REFUSE_IF(sheaf_pending(state)->petitions >= bylaws->petition_open_max,
                    petitions_open_max);
    SHEAF_REFUSE_UNLESS(sheaf_room_take(
        fold, SHEAF_room_petition, sheaf_pending(state)->petitions, bylaws->petition_open_max));
    struct sheaf_row_petition *petition = sheaf_petition_new(state, fold->index);
    petition->id = fold->index;
    petition->by = fold->member;
    petition->bylaws = bylaws->id;
    petition->assembly = petition->reached = SHEAF_NONE;
    petition->title = what->title;
    petition->text = what->text;
    petition->opened = fold->stamp;
    petition->closes = fold->stamp + (int64_t)bylaws->petition_sign_s * 1000;
    SHEAF_STOP_IF_SPENT(fold);
    sheaf_pending_change(state)->petitions++;
    list_add(state, sheaf_petition_count(state) - 1);
    sheaf_deadline_set(state, fold->index, SHEAF_deadline_kind_petition_lapses,
                       petition->closes);
    SHEAF_STOP_IF_SPENT(fold);
    return sign(fold, sheaf_petition_count(state) - 1);
}

sheaf_refusal sheaf_rule_petition_sign(sheaf_fold *fold, const struct sheaf_petition_sign *what)
{
    uint32_t row = sheaf_petition_row(fold->state, what->petition);
    SHEAF_REFUSE_UNLESS(check_signer(fold, row));
    return sign(fold, row);
}

sheaf_refusal sheaf_rule_petition_unsign(sheaf_fold *fold,
                                         const struct sheaf_petition_unsign *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_petition_row(state, what->petition);
    SHEAF_REFUSE_UNLESS(check_signer(fold, row));
    uint32_t before = sheaf_signature_row(state, sheaf_pair(what->petition, fold->member));
    SHEAF_REFUSE_IF(before == SHEAF_NONE || sheaf_signature_at(state, before)->withdrawn,
                    not_signed);
    sheaf_signature_edit(state, before)->withdrawn = true;
    sheaf_petition_edit(state, row)->signatures--;
    return SHEAF_ACCEPTED;
}

/* ---- deadlines ---- */

sheaf_refusal sheaf_settle_petition_lapses(sheaf_fold *fold, uint32_t of)
{
    uint32_t row = sheaf_petition_row(fold->state, of);
    list_remove(fold, row);
    sheaf_petition_over(fold, of);
    sheaf_petition_edit(fold->state, row)->state = SHEAF_petition_state_lapsed;
    return SHEAF_ACCEPTED;
}

/* Nobody has convened the assembly, and there is just time left for its notice: it begins on
 * the last day that the bylaws allow, or later where the clock was late, and lasts as long as
 * it may. The agenda is the petition. */
sheaf_refusal sheaf_settle_petition_dates(sheaf_fold *fold, uint32_t of)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_petition *petition =
        sheaf_petition_edit(state, sheaf_petition_row(state, of));
    const struct sheaf_row_bylaws *then = sheaf_bylaws_get(state, petition->bylaws);
    const struct sheaf_row_bylaws *now = sheaf_bylaws_now(state);
    if (!sheaf_article_on(state, SHEAF_ARTICLE_assemblies))
        now = then;
    int64_t earliest = fold->stamp + notice_ms(state, then);
    int64_t starts = petition->closes > earliest ? petition->closes : earliest;
    struct sheaf_row_assembly *assembly = sheaf_assembly_add(
        fold, now->id, starts, starts + (int64_t)now->assembly_open_s * 1000);
    assembly->petition = of;
    assembly->agenda = petition->text;
    petition->state = SHEAF_petition_state_dated;
    petition->assembly = fold->index;
    return SHEAF_ACCEPTED;
}
