/* coop/settled.h - who is settled, for the second count of protected decisions.
 *
 * Whoever has a majority admits whom it likes, and with two thirds it excludes one after the
 * other: in the end it would have nine tenths. So where the bylaws say so
 * (decisions.settled_s) a protected decision needs its majority among the settled as well:
 * members whose votes have counted for that long when the motion is opened, or referred to the
 * members, or since the founding. Who was excluded in that time before it closes, and would be
 * settled and could vote on it, counts there as against it, unless a ballot of theirs stands. A
 * person who comes back is a new member; nobody else can tell that it is the same. Who leaves
 * or has died is not counted; but where the majority is a share of all who may vote, whoever
 * did once it was open stays among them, as in the first count. A membership whose keys went to
 * another, although a key of its own objected, because all others were for it or with too few
 * of the settled for it (coop/panel.h), counts there as against it for as long, whatever is
 * voted by it, and once, also where it is excluded: whether they were right nobody else can
 * tell.
 *
 * While the motion is open whoever was excluded or overruled by then counts so, though it
 * should have closed before: else who ticks late would choose. Once it is decided what was so
 * then stays, also where it is counted again after a hold.
 *
 * The first count alone decides where the majority among the settled would be a share of
 * nothing: where none has voted for or against, nor blank where blank votes count, or classes
 * alone with a ceiling of votes, which weigh nothing by themselves. As a share of all who may
 * vote it is one of all the settled, whether they vote or not.
 *
 * Since the founding is who was admitted within 90 days of it, not by motion and before there
 * are officers who admit or anybody was excluded, who can decline no more, where nobody
 * declined, and all who could have spoken or had the time that the bylaws give for it. So that
 * those who join then are here since the founding, and a minority can decline strangers whom
 * others would bring in, nobody is admitted sooner in those days where the bylaws ask for
 * settled members.
 *
 * Ballots of settled members are counted beside the others as they come, for every motion, so
 * that protection which is added while it is open finds the count.
 */
#ifndef SHEAF_COOP_SETTLED_H
#define SHEAF_COOP_SETTLED_H

#include "coop/coop_internal.h"

/* Of a motion that is put to the members now: since when a settled member's votes count, in
 * milliseconds since 1970; 0 where the bylaws in force ask for none. */
int64_t sheaf_settled_from(const sheaf_fold *fold);

/* Is the co-op being founded, so that who joins now can be here since then? */
bool sheaf_settled_founding(const sheaf_fold *fold);

/* The membership is about to end by exclusion. */
void sheaf_settled_remove(sheaf_fold *fold, uint32_t member);

/* All others who count give its keys to another, which one of them objected to. */
void sheaf_settled_overrule(sheaf_fold *fold, uint32_t member);

/* Was it, lately enough to count as against the motion? */
bool sheaf_settled_overruled(const sheaf_state *state, const struct sheaf_row_motion *motion,
                             uint32_t member);

/* Who counts as against the motion without having voted so. */
typedef struct {
    uint32_t of[SHEAF_CLASSES_MAX]; /* by class */
    uint32_t all, before;           /* and who left before it was put to those who vote */
    uint32_t overruled;             /* not excluded, but overruled */
    /* Ballots of theirs that are for it, or blank, and do not count as that. */
    uint32_t yes_of[SHEAF_CLASSES_MAX], abstain_of[SHEAF_CLASSES_MAX], yes, abstain;
} sheaf_settled_removed;

sheaf_settled_removed sheaf_settled_removed_count(const sheaf_state *state,
                                                  const struct sheaf_row_motion *motion);

/* Is it a protected decision by now, and do the bylaws in force ask for more time than those of
 * its opening? Then it had too few counted apart. */
bool sheaf_settled_rose(sheaf_fold *fold, const struct sheaf_row_motion *motion);

/* What the settled members say of a recovery to which a key of the member's own objected. A
 * majority of strangers would take the membership of an opponent, and its vote: so it fails
 * where some are against it and those for it are no majority for a protected decision. Against
 * them count, beside who is against it, the member itself if it is settled, whoever was
 * excluded so lately without having spoken on it, and memberships that were overruled so
 * lately, which are not heard themselves. Voices stand whatever becomes of their members. Where
 * none is against it but those, and they are too many, the recovery stands, and the member is
 * overruled. Walks over all members. */
typedef enum {
    SHEAF_SETTLED_FOR, /* also where bylaws ask for none, or no key of its own objected */
    SHEAF_SETTLED_TOO_FEW,
    SHEAF_SETTLED_AGAINST,
} sheaf_settled_view;

sheaf_settled_view sheaf_settled_on_recovery(const sheaf_fold *fold,
                                             const struct sheaf_row_recovery *recovery);

/* How many of those who may vote on the motion are settled: walks over all members. */
uint32_t sheaf_settled_electorate(const sheaf_state *state,
                                  const struct sheaf_row_motion *motion);

#endif
