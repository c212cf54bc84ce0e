/* The register that a co-op kept before: entered by one officer, confirmed by a second, and
 * claimed by its members one by one.
 *
 * Two members could invent any number of members that way, so a confirmed row gives nobody a
 * vote: whoever claims the place applies like anyone and is admitted like anyone, and gets the
 * number, the date of joining and the end that stand there. Anybody can claim any place, so
 * claims stand side by side, and the one that is approved first lapses the others. As many
 * are undecided at a time as applications, which they take no place of, and of one place
 * CLAIMS_MAX; whom members know comes in by an invitation however many there are
 * (rules_invitations.c). Whoever had the
 * place and was excluded, for having claimed what was not theirs, say, keeps nobody from it,
 * nor who left before the adopted exclusion took effect.
 * Nor does an import that nobody confirms keep its numbers for ever, or once two others have
 * spoken against it. These speak against no other for a time, so that two keep no register out
 * for ever; whose import it was enters none for a shorter one, in which others can. And since
 * the rows of an import stay
 * until others take their numbers, a member enters no more new ones than one import may have
 * until some are confirmed. What the second officer
 * confirms is a count and a digest over all rows (coop/import.h), which a program makes again
 * from the file.
 */
#include "coop/import.h"
#include "coop/member.h"

#include <assert.h>

enum { ROW_MAX = 128 }; /* bytes of a place in the register */
/* Claims of one place that are undecided, but for those of invited keys. */
enum { CLAIMS_MAX = SHEAF_FIXED_import_claims };

bool sheaf_import_over(const sheaf_state *state, uint32_t import, int64_t stamp)
{
    const struct sheaf_row_import *row = sheaf_import_get(state, import);
    return row->confirmed == SHEAF_NONE
           && (row->withdrawn || !sheaf_member_active(state, row->by)
               || row->opened + (int64_t)SHEAF_IMPORT_LAPSE_S * 1000 < stamp);
}

static sheaf_refusal find_import(const sheaf_fold *fold, uint32_t import, uint32_t *row)
{
    *row = sheaf_import_row(fold->state, import);
    SHEAF_REFUSE_IF(*row == SHEAF_NONE, no_such_import);
    SHEAF_REFUSE_IF(sheaf_import_at(fold->state, *row)->confirmed != SHEAF_NONE
                        || sheaf_import_over(fold->state, import, fold->stamp),
                    import_over);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_import_open(sheaf_fold *fold, const struct sheaf_import_open *what)
{
    struct sheaf_row_member *member = sheaf_member_edit_active(fold, fold->member);
    uint32_t row;
    SHEAF_REFUSE_IF(!member->votes, no_vote);
    SHEAF_REFUSE_IF(member->import != SHEAF_NONE
                        && find_import(fold, member->import, &row) == SHEAF_ACCEPTED,
                    import_under_way);
    SHEAF_REFUSE_IF(member->import != SHEAF_NONE
                        && sheaf_import_get(fold->state, member->import)->again > fold->stamp,
                    import_again);
    struct sheaf_row_import *import = sheaf_import_new(fold->state, fold->index);
    import->first = SHEAF_NONE;
    import->id = member->import = fold->index;
    import->by = fold->member;
    import->count = (uint32_t)what->count;
    import->confirmed = SHEAF_NONE;
    import->opened = fold->stamp;
    return sheaf_member_speak(fold, fold->index, false);
}

/* What the row of an imported member holds. */
static struct sheaf_row_place place_of(const struct sheaf_member_import *what)
{
    return (struct sheaf_row_place){
        .cancelled_to = what->has_cancelled_to ? what->cancelled_to : 0,
        .class = (uint8_t)what->class,
        .id = (uint32_t)what->number,
        .import = what->import,
        .joined = what->joined,
        .kind = what->kind,
        .member = SHEAF_NONE,
        .name = what->name,
        .term = what->has_term ? what->term : 0,
    };
}

sheaf_hash sheaf_import_digest(const sheaf_hash *before, const struct sheaf_row_place *row)
{
    const sheaf_table_shape *shape = sheaf_table_describe(SHEAF_TABLE_place);
    uint8_t bytes[32 + ROW_MAX];
    assert(shape->encoded <= ROW_MAX);
    memcpy(bytes, before->bytes, 32);
    sheaf_row_encode(shape, row, bytes + 32);
    return sheaf_sha256(sheaf_bytes(bytes, 32 + (size_t)shape->encoded));
}

static sheaf_refusal check_dates(const sheaf_fold *fold, const struct sheaf_member_import *what)
{
    SHEAF_REFUSE_IF(what->joined * 1000 > fold->stamp, joined_in_future);
    SHEAF_REFUSE_IF((what->has_term && what->term < what->joined)
                        || (what->has_cancelled_to && what->cancelled_to < what->joined),
                    ends_before_joined);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_member_import(sheaf_fold *fold, const struct sheaf_member_import *what)
{
    sheaf_state *state = fold->state;
    uint32_t at, number = (uint32_t)what->number, place = sheaf_place_row(state, number);
    SHEAF_REFUSE_UNLESS(find_import(fold, what->import, &at));
    SHEAF_REFUSE_IF(sheaf_import_at(state, at)->by != fold->member, not_your_import);
    SHEAF_REFUSE_IF(sheaf_import_at(state, at)->entered == sheaf_import_at(state, at)->count,
                    import_count);
    SHEAF_REFUSE_IF(!sheaf_class_now(state, what->class), no_such_class);
    SHEAF_REFUSE_UNLESS(check_dates(fold, what));
    SHEAF_REFUSE_IF(place != SHEAF_NONE
                        && (sheaf_place_at(state, place)->import == what->import
                            || !sheaf_import_over(state, sheaf_place_at(state, place)->import,
                                                  fold->stamp)),
                    number_taken);
    struct sheaf_row_member *member = sheaf_member_edit_active(fold, fold->member);
    SHEAF_REFUSE_IF(place == SHEAF_NONE && member->places >= SHEAF_IMPORT_PLACES_MAX,
                    import_places);
    member->places += place == SHEAF_NONE;
    struct sheaf_row_place *row =
        place == SHEAF_NONE ? sheaf_place_new(state, number) : sheaf_place_edit(state, place);
    *row = place_of(what);
    struct sheaf_row_import *import = sheaf_import_edit(state, at);
    import->entered++;
    import->digest = sheaf_import_digest(&import->digest, row);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_import_confirm(sheaf_fold *fold,
                                        const struct sheaf_import_confirm *what)
{
    sheaf_state *state = fold->state;
    uint32_t row;
    SHEAF_REFUSE_UNLESS(find_import(fold, what->import, &row));
    const struct sheaf_row_import *found = sheaf_import_at(state, row);
    SHEAF_REFUSE_IF(!sheaf_member_get(state, fold->member)->votes, no_vote);
    SHEAF_REFUSE_IF(found->by == fold->member, second_officer);
    SHEAF_REFUSE_IF(found->entered != found->count || what->count != found->count,
                    import_count);
    SHEAF_REFUSE_IF(!sheaf_hash_equal(&found->digest, &what->digest), import_differs);
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, found->id, false));
    sheaf_import_edit(state, row)->confirmed = fold->index;
    struct sheaf_row_member *by = sheaf_member_edit_active(fold, found->by);
    by->places -= found->count < by->places ? found->count : by->places;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_import_withdraw(sheaf_fold *fold,
                                         const struct sheaf_import_withdraw *what)
{
    uint32_t row;
    SHEAF_REFUSE_UNLESS(find_import(fold, what->import, &row));
    SHEAF_REFUSE_IF(sheaf_import_at(fold->state, row)->by != fold->member, not_your_import);
    sheaf_import_edit(fold->state, row)->withdrawn = true;
    return SHEAF_ACCEPTED;
}

static void rest(sheaf_fold *fold, uint32_t member)
{
    uint32_t row = sheaf_import_rest_row(fold->state, member);
    struct sheaf_row_import_rest *rests = row == SHEAF_NONE
                                              ? sheaf_import_rest_new(fold->state, member)
                                              : sheaf_import_rest_edit(fold->state, row);
    rests->id = member;
    rests->until = fold->stamp + (int64_t)SHEAF_IMPORT_REST_S * 1000;
}

/* One member who enters what is not so would keep the true register out until the import
 * lapses; two end that, as many as it takes to enter one. */
sheaf_refusal sheaf_rule_import_decline(sheaf_fold *fold,
                                        const struct sheaf_import_decline *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_import_rest *rests = sheaf_import_rest_find(state, fold->member);
    uint32_t row;
    SHEAF_REFUSE_UNLESS(find_import(fold, what->import, &row));
    struct sheaf_row_import *import = sheaf_import_edit(state, row);
    SHEAF_REFUSE_IF(!sheaf_member_get(state, fold->member)->votes, no_vote);
    SHEAF_REFUSE_IF(import->by == fold->member, import_own);
    SHEAF_REFUSE_IF(rests && rests->until > fold->stamp, import_rest);
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, import->id, true));
    uint32_t others =
        sheaf_coop(state)->voters - (sheaf_member_get(state, import->by)->votes > 0);
    if (!import->declines++)
        import->first = fold->member;
    if (import->declines < 2 && import->declines < others)
        return SHEAF_ACCEPTED;
    import->withdrawn = true;
    import->again = fold->stamp + (int64_t)SHEAF_IMPORT_AGAIN_S * 1000;
    rest(fold, import->first);
    rest(fold, fold->member);
    return SHEAF_ACCEPTED;
}

/* ---- claiming ---- */

/* When the membership of that place ends, in milliseconds since 1970; 0: never. */
static int64_t place_ends(const struct sheaf_row_place *place)
{
    int64_t at = place->term;
    if (place->cancelled_to && (!at || place->cancelled_to < at))
        at = place->cancelled_to;
    return at * 1000;
}

sheaf_refusal sheaf_place_check(const sheaf_state *state, uint32_t number, int64_t stamp)
{
    const struct sheaf_row_place *place = sheaf_place_find(state, number);
    SHEAF_REFUSE_IF(!place || sheaf_import_get(state, place->import)->confirmed == SHEAF_NONE,
                    no_such_place);
    SHEAF_REFUSE_IF(
        place->member != SHEAF_NONE
            && !sheaf_exclusion_adopted(state, sheaf_member_get(state, place->member)),
        place_taken);
    SHEAF_REFUSE_IF(place_ends(place) && place_ends(place) <= stamp, place_ended);
    return SHEAF_ACCEPTED;
}

static sheaf_refusal find_place(const sheaf_fold *fold, uint32_t number, uint32_t *row)
{
    *row = sheaf_place_row(fold->state, number);
    return sheaf_place_check(fold->state, number, fold->stamp);
}

/* How many claims of the place are undecided; the others leave its list. */
static uint32_t claims_undecided(sheaf_fold *fold, uint32_t place)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_place *row = sheaf_place_edit(state, place);
    uint32_t at = row->claim_last, after = 0, count = 0;
    row->claim_last = 0;
    while (at) {
        const struct sheaf_row_member *claim = sheaf_member_at(state, at - 1);
        uint32_t before = claim->claim_before;
        if (claim->state == SHEAF_member_state_applied && !claim->aside
            && !sheaf_application_lapsed(fold, claim)) {
            if (after)
                sheaf_member_edit(state, after - 1)->claim_before = at;
            else
                row->claim_last = at;
            after = at;
            count++;
        }
        at = before;
    }
    if (after)
        sheaf_member_edit(state, after - 1)->claim_before = 0;
    return count;
}

sheaf_refusal sheaf_rule_member_claim(sheaf_fold *fold, const struct sheaf_member_claim *what)
{
    uint32_t row;
    SHEAF_REFUSE_UNLESS(find_place(fold, (uint32_t)what->number, &row));
    const struct sheaf_row_place *place = sheaf_place_at(fold->state, row);
    SHEAF_REFUSE_UNLESS(sheaf_apply_check(fold->state, place->class, &what->public_key));
    bool invited = sheaf_invitation_use(fold, &what->public_key);
    bool full = claims_undecided(fold, row) >= CLAIMS_MAX
                || sheaf_applications_undecided(fold, true)
                       >= sheaf_bylaws_now(fold->state)->applications_max;
    SHEAF_REFUSE_IF(full && !invited, claims_max);
    SHEAF_REFUSE_UNLESS(sheaf_applicant_add(fold, &(struct sheaf_applicant){
                                                      .apart = invited,
                                                      .class = place->class,
                                                      .kind = place->kind,
                                                      .name = what->name,
                                                      .holder = what->holder,
                                                      .public_key = what->public_key,
                                                      .web = what->web,
                                                      .number = place->id,
                                                  }));
    SHEAF_STOP_IF_SPENT(fold);
    uint32_t claimant = sheaf_member_row(fold->state, fold->index);
    sheaf_member_edit(fold->state, claimant)->claim_before = place->claim_last;
    sheaf_place_edit(fold->state, row)->claim_last = claimant + 1;
    return SHEAF_ACCEPTED;
}

/* What others have claimed is decided: each claim is passed over once. */
static void decline_others(sheaf_fold *fold, uint32_t claim, uint32_t member)
{
    while (claim) {
        const struct sheaf_row_member *row = sheaf_member_at(fold->state, claim - 1);
        uint32_t before = row->claim_before;
        if (row->id != member && row->state == SHEAF_member_state_applied)
            sheaf_member_become(fold->state, claim - 1, SHEAF_member_state_declined);
        claim = before;
    }
}

sheaf_refusal sheaf_place_take(sheaf_fold *fold, struct sheaf_row_member *member)
{
    uint32_t row;
    SHEAF_REFUSE_UNLESS(find_place(fold, member->number, &row));
    struct sheaf_row_place *place = sheaf_place_edit(fold->state, row);
    place->member = member->id;
    decline_others(fold, place->claim_last, member->id);
    place->claim_last = 0;
    member->leaves = member->ends = place_ends(place);
    if (member->ends)
        sheaf_deadline_set(fold->state, member->id, SHEAF_deadline_kind_member_leaves,
                           member->ends);
    return SHEAF_ACCEPTED;
}
