/* coop/arguments.h - what members argue before they decide.
 *
 * On a motion, a petition, an election, a vote that divides an amount or a proposal to a circle
 * any member argues from its opening until it is decided, also one without a vote, on trial or
 * with a conflict of interest: who argues decides nothing. Before an organ its officers do, and
 * in a circle its members, with those of the circle that a proposal was opened in. Nothing else
 * rests on arguments. They stay, as everything does; their words can be erased.
 */
#ifndef SHEAF_COOP_ARGUMENTS_H
#define SHEAF_COOP_ARGUMENTS_H

#include "bylaws/fixed.h"

/* So many a member gives on one matter, answers among them; and as many again once others
 * decide on it, the members or a wider circle. */
enum { SHEAF_ARGUMENTS_OF_MEMBER_MAX = SHEAF_FIXED_arguments_of_member };

#endif
