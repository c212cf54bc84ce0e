/* General assemblies: notice, attendance, quorum on first and second call, minutes. */
#include "coop/pending.h"

#include "bylaws/article.h"
#include "bylaws/bylaws.h"
#include "coop/deadline.h"
#include "coop/member.h"
#include "coop/motion.h"
#include "coop/organs.h"
#include "coop/room.h"

enum {
    APPROVALS = SHEAF_FIXED_minutes_approvals
}; /* of minutes, where so many others attended */

/* So long before its beginning, beside its notice, an assembly can be convened: what waits for
 * it does not wait for ever. */
static const int64_t AHEAD_MS = INT64_C(1000) * SHEAF_FIXED_assembly_ahead_s;

struct sheaf_row_assembly *sheaf_assembly_add(sheaf_fold *fold, uint32_t bylaws, int64_t starts,
                                              int64_t ends)
{
    struct sheaf_row_assembly *assembly = sheaf_assembly_new(fold->state, fold->index);
    assembly->id = fold->index;
    assembly->by = fold->member;
    assembly->bylaws = bylaws;
    assembly->call = 1;
    assembly->minutes = assembly->leading = assembly->petition = SHEAF_NONE;
    assembly->starts = starts;
    assembly->ends = ends;
    sheaf_deadline_set(fold->state, fold->index, SHEAF_deadline_kind_assembly_begins, starts);
    return assembly;
}

/* ---- convening ---- */

static int64_t notice_ms(const struct sheaf_row_bylaws *bylaws)
{
    return (int64_t)bylaws->assembly_notice_s * 1000;
}

static bool convenes(const sheaf_state *state, uint32_t member)
{
    uint8_t organ = sheaf_bylaws_now(state)->assembly_organ;
    return organ && sheaf_office_now(state, member, organ - 1);
}

/* Who acts on what a petition asks for: who opened it and the officers who convene assemblies
 * at any time, and whoever has signed it from `then` on, or where who opened it has no vote any
 * more. Else who is against it would sign it to be the first. */
static sheaf_refusal check_petitioner(const sheaf_state *state,
                                      const struct sheaf_row_petition *petition,
                                      uint32_t member, int64_t now, int64_t then)
{
    if (convenes(state, member))
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_IF(!sheaf_member_get(state, member)->votes, no_vote);
    if (petition->by == member)
        return SHEAF_ACCEPTED;
    const struct sheaf_row_signature *signature =
        sheaf_signature_find(state, sheaf_pair(petition->id, member));
    bool opener = sheaf_member_get(state, petition->by)->votes > 0;
    SHEAF_REFUSE_IF(!signature || signature->withdrawn || (opener && now < then),
                    petition_convener);
    return SHEAF_ACCEPTED;
}

/* Half of the time is over in which its assembly can be convened. */
static int64_t half_over(const sheaf_state *state, const struct sheaf_row_petition *petition)
{
    const struct sheaf_row_bylaws *then = sheaf_bylaws_get(state, petition->bylaws);
    int64_t reached = petition->closes - (int64_t)then->petition_assembly_s * 1000;
    int64_t last = petition->closes - notice_ms(then);
    return last - (last - reached) / 2;
}

sheaf_refusal sheaf_petition_convener(const sheaf_state *state,
                                      const struct sheaf_row_petition *petition,
                                      uint32_t member, int64_t now)
{
    return check_petitioner(state, petition, member, now, half_over(state, petition));
}

/* In a minute nobody deals with what a petition asks for, and only those who knew of it vote.
 * A demonstration goes through its own assemblies as fast as through all else. */
static bool too_short(const struct sheaf_row_bylaws *bylaws,
                      const struct sheaf_assembly_convene *what)
{
    uint32_t least = SHEAF_FIXED_assembly_lasts_s;
    if (bylaws->form == SHEAF_legal_form_demonstration && !what->has_petition)
        return false;
    if (least > bylaws->assembly_open_s)
        least = bylaws->assembly_open_s;
    return what->ends - what->starts < (int64_t)least * 1000;
}

static sheaf_refusal check_petition(const sheaf_fold *fold,
                                    const struct sheaf_assembly_convene *what)
{
    const struct sheaf_row_petition *petition = sheaf_petition_get(fold->state, what->petition);
    SHEAF_REFUSE_IF(petition->state == SHEAF_petition_state_dated, petition_dated);
    SHEAF_REFUSE_IF(petition->state != SHEAF_petition_state_reached, petition_short);
    SHEAF_REFUSE_UNLESS(
        sheaf_petition_convener(fold->state, petition, fold->member, fold->stamp));
    SHEAF_REFUSE_IF(what->starts > petition->closes, petition_late);
    /* What was promised to those who signed holds, whatever was amended since. */
    SHEAF_REFUSE_IF(
        what->starts < fold->stamp + notice_ms(sheaf_bylaws_get(fold->state, petition->bylaws)),
        assembly_notice_short);
    return SHEAF_ACCEPTED;
}

/* Officers of the organ that the bylaws name, as many assemblies as they need; where there are
 * none, members with a vote, one each at a time. */
static sheaf_refusal check_convener(const sheaf_fold *fold)
{
    const sheaf_state *state = fold->state;
    uint8_t organ = sheaf_bylaws_now(state)->assembly_organ;
    if (convenes(state, fold->member))
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_IF(!sheaf_member_get(state, fold->member)->votes, no_vote);
    SHEAF_REFUSE_IF(organ && sheaf_officers(state, organ - 1), not_the_convener);
    SHEAF_REFUSE_IF(sheaf_room_used(state, SHEAF_room_assembly, fold->member),
                    assembly_own_open);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_assembly_convene(sheaf_fold *fold,
                                          const struct sheaf_assembly_convene *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    SHEAF_REFUSE_IF(!sheaf_article_on(state, SHEAF_ARTICLE_assemblies), assemblies_off);
    SHEAF_REFUSE_IF(what->has_petition && !sheaf_petition_find(state, what->petition),
                    no_such_petition);
    SHEAF_REFUSE_UNLESS(what->has_petition ? check_petition(fold, what) : check_convener(fold));
    SHEAF_REFUSE_IF(what->ends <= what->starts
                        || what->ends - what->starts > (int64_t)bylaws->assembly_open_s * 1000
                        || too_short(bylaws, what),
                    assembly_times);
    SHEAF_REFUSE_IF(what->starts < fold->stamp + notice_ms(bylaws), assembly_notice_short);
    SHEAF_REFUSE_IF(what->starts > fold->stamp + notice_ms(bylaws) + AHEAD_MS, assembly_far);
    struct sheaf_row_assembly *assembly =
        sheaf_assembly_add(fold, bylaws->id, what->starts, what->ends);
    assembly->agenda = what->agenda;
    assembly->place = what->place;
    if (!what->has_petition) {
        sheaf_room_add(fold, SHEAF_room_assembly);
    } else {
        struct sheaf_row_petition *petition =
            sheaf_petition_edit(state, sheaf_petition_row(state, what->petition));
        assembly->petition = what->petition;
        petition->state = SHEAF_petition_state_dated;
        petition->assembly = fold->index;
        sheaf_deadline_clear(state, what->petition, SHEAF_deadline_kind_petition_dates);
    }
    return SHEAF_ACCEPTED;
}

/* It is over, held or not. */
static void release(sheaf_fold *fold, const struct sheaf_row_assembly *assembly)
{
    if (assembly->petition == SHEAF_NONE)
        sheaf_room_free(fold, SHEAF_room_assembly, assembly->by);
    else
        sheaf_petition_over(fold, assembly->petition);
}

static void end_assembly(sheaf_fold *fold, struct sheaf_row_assembly *assembly, uint8_t to)
{
    assembly->state = to;
    release(fold, assembly);
}

sheaf_refusal sheaf_rule_assembly_cancel(sheaf_fold *fold,
                                         const struct sheaf_assembly_cancel *what)
{
    uint32_t row = sheaf_assembly_row(fold->state, what->assembly);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_assembly);
    const struct sheaf_row_assembly *assembly = sheaf_assembly_at(fold->state, row);
    SHEAF_REFUSE_IF(assembly->petition != SHEAF_NONE, assembly_promised);
    SHEAF_REFUSE_IF(assembly->by != fold->member, not_your_assembly);
    SHEAF_REFUSE_IF(assembly->state != SHEAF_assembly_state_convened, assembly_begun);
    sheaf_deadline_clear(fold->state, what->assembly, SHEAF_deadline_kind_assembly_begins);
    end_assembly(fold, sheaf_assembly_edit(fold->state, row), SHEAF_assembly_state_cancelled);
    sheaf_assembly_motions_close(fold, assembly, fold->stamp);
    return SHEAF_ACCEPTED;
}

/* For its first or second call. */
static bool waits(const struct sheaf_row_assembly *assembly)
{
    return assembly->state == SHEAF_assembly_state_convened
           || assembly->state == SHEAF_assembly_state_second_call;
}

bool sheaf_assembly_called_by(const sheaf_state *state,
                              const struct sheaf_row_assembly *assembly, uint32_t member)
{
    if (assembly->by == member)
        return true;
    if (assembly->petition == SHEAF_NONE)
        return !sheaf_member_active(state, assembly->by)
               && sheaf_member_get(state, member)->votes;
    const struct sheaf_row_signature *signature =
        sheaf_signature_find(state, sheaf_pair(assembly->petition, member));
    return signature && !signature->withdrawn;
}

sheaf_refusal sheaf_assembly_placer(const sheaf_state *state,
                                    const struct sheaf_row_assembly *assembly, uint32_t member,
                                    int64_t now)
{
    SHEAF_REFUSE_IF(assembly->petition == SHEAF_NONE || !sheaf_hash_is_zero(&assembly->place)
                        || !waits(assembly),
                    place_told);
    const struct sheaf_row_petition *petition = sheaf_petition_get(state, assembly->petition);
    int64_t notice = notice_ms(sheaf_bylaws_get(state, petition->bylaws));
    return check_petitioner(state, petition, member, now, assembly->starts - notice / 2);
}

/* Of one that dated itself, once. */
sheaf_refusal sheaf_rule_assembly_place(sheaf_fold *fold,
                                        const struct sheaf_assembly_place *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_assembly_row(state, what->assembly);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_assembly);
    SHEAF_REFUSE_UNLESS(
        sheaf_assembly_placer(state, sheaf_assembly_at(state, row), fold->member, fold->stamp));
    sheaf_assembly_edit(state, row)->place = what->place;
    return SHEAF_ACCEPTED;
}

/* Once before each call: what reached members in time for the second is recorded anew. */
sheaf_refusal sheaf_rule_assembly_notice(sheaf_fold *fold,
                                         const struct sheaf_assembly_notice *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_assembly_row(state, what->assembly);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_assembly);
    const struct sheaf_row_assembly *assembly = sheaf_assembly_at(state, row);
    SHEAF_REFUSE_IF(!sheaf_assembly_called_by(state, assembly, fold->member), notice_by);
    SHEAF_REFUSE_IF(!waits(assembly) || assembly->notified == assembly->call, notice_recorded);
    struct sheaf_row_assembly *edited = sheaf_assembly_edit(state, row);
    edited->notified = assembly->call;
    edited->delivered = (uint32_t)what->delivered;
    edited->evidence = what->evidence;
    return SHEAF_ACCEPTED;
}

/* ---- attendance ---- */

static sheaf_refusal check_doors(const sheaf_fold *fold, uint32_t row)
{
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_assembly);
    const struct sheaf_row_assembly *assembly = sheaf_assembly_at(fold->state, row);
    bool early = assembly->state == SHEAF_assembly_state_convened
                 && fold->stamp < assembly->starts - SHEAF_DOORS_MS;
    SHEAF_REFUSE_IF(early || assembly->state == SHEAF_assembly_state_ended
                        || assembly->state == SHEAF_assembly_state_no_quorum
                        || assembly->state == SHEAF_assembly_state_cancelled,
                    not_attending_now);
    return SHEAF_ACCEPTED;
}

static sheaf_refusal check_attend(const sheaf_state *state, uint32_t assembly, uint32_t member)
{
    SHEAF_REFUSE_IF(!sheaf_member_active(state, member), not_a_member);
    SHEAF_REFUSE_IF(sheaf_attends(state, assembly, member), attended_already);
    return SHEAF_ACCEPTED;
}

/* For tellers, who do not say again what the member has contested. */
static sheaf_refusal check_admit(const sheaf_state *state, uint32_t assembly, uint32_t member)
{
    SHEAF_REFUSE_UNLESS(check_attend(state, assembly, member));
    SHEAF_REFUSE_IF(sheaf_attendance_find(state, sheaf_pair(assembly, member)),
                    presence_contested);
    return SHEAF_ACCEPTED;
}

/* Who has contested what tellers recorded, and comes after all, counts again. */
static void come_after_all(sheaf_fold *fold, uint32_t row, uint32_t at)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_attendance *attendance = sheaf_attendance_edit(state, at);
    attendance->contested = false;
    attendance->teller = SHEAF_NONE;
    attendance->came = fold->index;
    if (attendance->counted
        && sheaf_assembly_at(state, row)->state == SHEAF_assembly_state_under_way)
        sheaf_assembly_edit(state, row)->present++;
}

static void attend(sheaf_fold *fold, uint32_t row, uint32_t member, uint32_t teller)
{
    struct sheaf_row_assembly *assembly = sheaf_assembly_edit(fold->state, row);
    struct sheaf_row_attendance *attendance =
        sheaf_attendance_new(fold->state, sheaf_pair(assembly->id, member));
    attendance->assembly = assembly->id;
    attendance->member = member;
    attendance->teller = teller;
    attendance->came = fold->index;
    attendance->before = assembly->attendance_last;
    assembly->attendance_last = sheaf_attendance_count(fold->state);
}

sheaf_refusal sheaf_rule_assembly_attend(sheaf_fold *fold,
                                         const struct sheaf_assembly_attend *what)
{
    uint32_t row = sheaf_assembly_row(fold->state, what->assembly);
    SHEAF_REFUSE_UNLESS(check_doors(fold, row));
    SHEAF_REFUSE_UNLESS(check_attend(fold->state, what->assembly, fold->member));
    uint32_t at = sheaf_attendance_row(fold->state, sheaf_pair(what->assembly, fold->member));
    if (at == SHEAF_NONE)
        attend(fold, row, fold->member, SHEAF_NONE);
    else
        come_after_all(fold, row, at);
    return SHEAF_ACCEPTED;
}

/* One teller alone could make up a quorum: what one records counts once another confirms it. */
sheaf_refusal sheaf_rule_assembly_admit(sheaf_fold *fold,
                                        const struct sheaf_assembly_admit *what)
{
    sheaf_state *state = fold->state;
    SHEAF_REFUSE_UNLESS(check_doors(fold, sheaf_assembly_row(state, what->assembly)));
    SHEAF_REFUSE_IF(!sheaf_teller_is(fold, fold->member), not_a_teller);
    SHEAF_REFUSE_UNLESS(sheaf_members_ordered(&what->members));
    const struct sheaf_named_member *list = what->members.at;
    struct sheaf_row_roll *roll = sheaf_roll_new(state, fold->index);
    roll->id = fold->index;
    roll->assembly = what->assembly;
    roll->by = fold->member;
    roll->key = fold->key;
    roll->confirmed = SHEAF_NONE;
    roll->first = sheaf_roll_line_count(state);
    roll->count = (uint16_t)what->members.count;
    for (uint32_t i = 0; i < what->members.count; i++) {
        SHEAF_REFUSE_UNLESS(check_admit(state, what->assembly, list[i].member));
        sheaf_roll_line_new(state, 0)->member = list[i].member;
    }
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_assembly_confirm(sheaf_fold *fold,
                                          const struct sheaf_assembly_confirm *what)
{
    sheaf_state *state = fold->state;
    uint32_t at = sheaf_roll_row(state, what->roll);
    SHEAF_REFUSE_IF(!sheaf_teller_is(fold, fold->member), not_a_teller);
    SHEAF_REFUSE_IF(at == SHEAF_NONE, no_such_roll);
    const struct sheaf_row_roll *recorded = sheaf_roll_at(state, at);
    uint32_t row = sheaf_assembly_row(state, recorded->assembly);
    SHEAF_REFUSE_IF(recorded->confirmed != SHEAF_NONE, roll_confirmed);
    SHEAF_REFUSE_IF(!sheaf_teller_other(fold, recorded->by, recorded->key), roll_own);
    SHEAF_REFUSE_UNLESS(check_doors(fold, row));
    struct sheaf_row_roll *roll = sheaf_roll_edit(state, at);
    roll->confirmed = fold->index;
    bool keyed = false;
    sheaf_refusal last = SHEAF_ACCEPTED;
    for (uint32_t i = 0; i < roll->count; i++) {
        uint32_t member = sheaf_roll_line_at(state, roll->first + i)->member;
        last = check_admit(state, roll->assembly, member);
        if (last != SHEAF_ACCEPTED) {
            sheaf_roll_line_edit(state, roll->first + i)->refusal = (uint16_t)last;
            continue;
        }
        attend(fold, row, member, roll->by);
        sheaf_member_seen(fold, member);
        roll->admitted++;
        keyed = keyed || sheaf_member_keyed(fold, member);
        SHEAF_STOP_IF_SPENT(fold);
    }
    if (keyed)
        sheaf_presence_keep_open(fold, sheaf_assembly_edit(state, row));
    return roll->admitted ? SHEAF_ACCEPTED : last;
}

/* Members who came and have a vote now; those whom tellers recorded are marked. */
static uint32_t count_present(sheaf_state *state, const struct sheaf_row_assembly *assembly)
{
    uint32_t count = 0;
    for (uint32_t at = assembly->attendance_last; at && !state->failed;) {
        const struct sheaf_row_attendance *row = sheaf_attendance_at(state, at - 1);
        bool counts = !row->contested && sheaf_member_get(state, row->member)->votes > 0;
        if (row->teller != SHEAF_NONE && row->counted != counts)
            sheaf_attendance_edit(state, at - 1)->counted = counts;
        count += counts;
        at = row->before;
    }
    return count;
}

/* Of what is put to it: when it ends, and not while members can contest that they are there. */
static int64_t decides_at(const struct sheaf_row_assembly *assembly)
{
    return assembly->contest > assembly->ends ? assembly->contest : assembly->ends;
}

/* The stricter of its notice and now. */
static uint32_t quorum_bp(const sheaf_state *state, const struct sheaf_row_assembly *assembly)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_get(state, assembly->bylaws);
    uint32_t then = sheaf_assembly_quorum_bp(bylaws, assembly->call);
    uint32_t now = sheaf_assembly_quorum_bp(sheaf_bylaws_now(state), assembly->call);
    return now > then ? now : then;
}

static bool can_be_called_again(const sheaf_state *state,
                                const struct sheaf_row_assembly *assembly)
{
    return assembly->call == 1 && sheaf_bylaws_get(state, assembly->bylaws)->assembly_second_s;
}

static void call_again(sheaf_fold *fold, struct sheaf_row_assembly *assembly)
{
    uint32_t wait_s = sheaf_bylaws_get(fold->state, assembly->bylaws)->assembly_second_s;
    int64_t starts = fold->stamp + (int64_t)wait_s * 1000;
    assembly->state = SHEAF_assembly_state_second_call;
    assembly->call = 2;
    assembly->ends += starts - assembly->starts;
    assembly->starts = starts;
    sheaf_deadline_set(fold->state, assembly->id, SHEAF_deadline_kind_assembly_begins, starts);
}

/* Who says after the beginning that it was not there keeps nobody from a second call, which
 * there would have been without it. */
void sheaf_presence_less(sheaf_fold *fold, struct sheaf_row_assembly *assembly)
{
    sheaf_state *state = fold->state;
    assembly->present--;
    if (!can_be_called_again(state, assembly)
        || sheaf_quorum_reached(quorum_bp(state, assembly), assembly->electorate,
                                assembly->present))
        return;
    sheaf_deadline_clear(state, assembly->id, SHEAF_deadline_kind_assembly_ends);
    sheaf_deadline_clear(state, assembly->id, SHEAF_deadline_kind_minutes);
    assembly->leading = assembly->minutes = SHEAF_NONE; /* of what did not count */
    call_again(fold, assembly);
    sheaf_assembly_motions_close(fold, assembly, decides_at(assembly));
}

/* ---- deadlines ---- */

/* Where the clock stood still it begins when that is noticed, and lasts as long as it was
 * called to. Its quorum is the stricter of its notice and its beginning. Motions close with it.
 */
sheaf_refusal sheaf_settle_assembly_begins(sheaf_fold *fold, uint32_t of)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_assembly *assembly =
        sheaf_assembly_edit(state, sheaf_assembly_row(state, of));
    int64_t late = fold->stamp - assembly->starts;
    assembly->starts += late;
    assembly->ends += late;
    assembly->electorate = sheaf_coop(state)->voters;
    assembly->present = count_present(state, assembly);
    if (sheaf_quorum_reached(quorum_bp(state, assembly), assembly->electorate,
                             assembly->present)) {
        assembly->state = SHEAF_assembly_state_under_way;
        sheaf_deadline_set(state, of, SHEAF_deadline_kind_assembly_ends, assembly->ends);
    } else if (can_be_called_again(state, assembly)) {
        call_again(fold, assembly);
    } else {
        end_assembly(fold, assembly, SHEAF_assembly_state_no_quorum);
    }
    bool over = assembly->state == SHEAF_assembly_state_no_quorum;
    sheaf_assembly_motions_close(fold, assembly, over ? fold->stamp : decides_at(assembly));
    return SHEAF_ACCEPTED;
}

/* So long others can write minutes of their own; a demonstration waits no longer than for an
 * assembly. */
static int64_t heard_ms(const struct sheaf_row_bylaws *bylaws)
{
    uint32_t wait_s = SHEAF_FIXED_minutes_wait_s;
    if (bylaws->form == SHEAF_legal_form_demonstration && bylaws->assembly_notice_s < wait_s)
        wait_s = bylaws->assembly_notice_s;
    return (int64_t)wait_s * 1000;
}

/* While it can still turn out that too few were there it is not released. */
sheaf_refusal sheaf_settle_assembly_ends(sheaf_fold *fold, uint32_t of)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_assembly *assembly =
        sheaf_assembly_edit(state, sheaf_assembly_row(state, of));
    bool waits = assembly->contest > fold->stamp && can_be_called_again(state, assembly);
    if (waits)
        sheaf_deadline_set(state, of, SHEAF_deadline_kind_assembly_ends, assembly->contest);
    else
        release(fold, assembly);
    if (assembly->state == SHEAF_assembly_state_ended)
        return SHEAF_ACCEPTED; /* before */
    assembly->state = SHEAF_assembly_state_ended;
    assembly->minutes_from = fold->stamp + heard_ms(sheaf_bylaws_get(state, assembly->bylaws));
    sheaf_deadline_set(state, of, SHEAF_deadline_kind_minutes, assembly->minutes_from);
    return SHEAF_ACCEPTED;
}

/* ---- minutes ---- */

static bool attended(const sheaf_fold *fold, uint32_t assembly)
{
    return sheaf_attends(fold->state, assembly, fold->member);
}

/* Could anybody else who came still be heard on the minutes? Not for whom one came who was. */
static bool others_left(const sheaf_fold *fold, const struct sheaf_row_assembly *assembly,
                        uint32_t minutes)
{
    const sheaf_state *state = fold->state;
    bool left = false;
    for (uint32_t at = assembly->attendance_last; at && !left;) {
        const struct sheaf_row_attendance *row = sheaf_attendance_at(state, at - 1);
        at = row->before;
        left = !row->contested && sheaf_member_active(state, row->member)
               && sheaf_member_may_speak(state, sheaf_member_get(state, row->member), minutes,
                                         fold->stamp);
    }
    return left;
}

static sheaf_refusal check_minutes(const sheaf_fold *fold, uint32_t assembly)
{
    const struct sheaf_row_assembly *row = sheaf_assembly_find(fold->state, assembly);
    SHEAF_REFUSE_IF(!row, no_such_assembly);
    SHEAF_REFUSE_IF(row->state != SHEAF_assembly_state_ended, minutes_early);
    SHEAF_REFUSE_IF(!attended(fold, assembly), not_present);
    SHEAF_REFUSE_IF(row->minutes != SHEAF_NONE, minutes_settled);
    return SHEAF_ACCEPTED;
}

/* Two others approve; where fewer can, so many are enough. A few who are quick do not settle
 * what the others have no time to read. */
static void settle_leading(sheaf_fold *fold, struct sheaf_row_assembly *assembly)
{
    if (assembly->leading == SHEAF_NONE || fold->stamp < assembly->minutes_from)
        return;
    const struct sheaf_row_minutes *minutes = sheaf_minutes_get(fold->state, assembly->leading);
    if (minutes->approvals >= APPROVALS || !others_left(fold, assembly, minutes->id))
        assembly->minutes = minutes->id;
}

/* Of those that as many approve the first lead. */
static void settle_minutes(sheaf_fold *fold, const struct sheaf_row_minutes *minutes)
{
    struct sheaf_row_assembly *assembly =
        sheaf_assembly_edit(fold->state, sheaf_assembly_row(fold->state, minutes->assembly));
    if (assembly->leading == SHEAF_NONE
        || minutes->approvals > sheaf_minutes_get(fold->state, assembly->leading)->approvals)
        assembly->leading = minutes->id;
    settle_leading(fold, assembly);
}

sheaf_refusal sheaf_settle_minutes(sheaf_fold *fold, uint32_t of)
{
    settle_leading(fold, sheaf_assembly_edit(fold->state, sheaf_assembly_row(fold->state, of)));
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_minutes_record(sheaf_fold *fold,
                                        const struct sheaf_minutes_record *what)
{
    SHEAF_REFUSE_UNLESS(check_minutes(fold, what->assembly));
    struct sheaf_row_minutes *minutes = sheaf_minutes_new(fold->state, fold->index);
    minutes->id = fold->index;
    minutes->by = fold->member;
    minutes->assembly = what->assembly;
    minutes->text = what->text;
    SHEAF_STOP_IF_SPENT(fold);
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, fold->index, false));
    SHEAF_STOP_IF_SPENT(fold);
    settle_minutes(fold, minutes);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_minutes_approve(sheaf_fold *fold,
                                         const struct sheaf_minutes_approve *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_minutes_row(state, what->minutes);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_minutes);
    const struct sheaf_row_minutes *minutes = sheaf_minutes_at(state, row);
    uint64_t pair = sheaf_pair(what->minutes, fold->member);
    SHEAF_REFUSE_UNLESS(check_minutes(fold, minutes->assembly));
    SHEAF_REFUSE_IF(minutes->by == fold->member, minutes_own);
    SHEAF_REFUSE_IF(sheaf_minutes_approval_find(state, pair), minutes_approved_already);
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, what->minutes, false)); /* two people */
    struct sheaf_row_minutes_approval *approval = sheaf_minutes_approval_new(state, pair);
    approval->minutes = what->minutes;
    approval->member = fold->member;
    struct sheaf_row_minutes *edited = sheaf_minutes_edit(state, row);
    edited->approvals++;
    settle_minutes(fold, edited);
    return SHEAF_ACCEPTED;
}
