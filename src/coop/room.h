/* coop/room.h - room for everybody where the bylaws let only so many things be open at a time.
 *
 * Motions, petitions and their like (enum sheaf_room) have so many places. While fewer than
 * half of them are taken, a member may take more than one. The other half is kept for members
 * with a vote, one a member: so nobody who has a vote is ever kept out by one member, nor by
 * those who have none. Motions on urgent matters have as many places of their own, and what is
 * put to an assembly has its (rules_assembly_motions.c). A place is free again once what took
 * it is settled, lapses or is withdrawn.
 */
#ifndef SHEAF_COOP_ROOM_H
#define SHEAF_COOP_ROOM_H

#include "coop/coop_internal.h"

/* The signer takes a place, where `taken` of `most` are: SHEAF_ACCEPTED, or why not. */
sheaf_refusal sheaf_room_take(sheaf_fold *fold, uint8_t room, uint32_t taken, uint32_t most);

/* The same without a look at how many there are: only counts. */
void sheaf_room_add(sheaf_fold *fold, uint8_t room);

/* How many the member has taken. */
uint32_t sheaf_room_used(const sheaf_state *state, uint8_t room, uint32_t member);

/* What the member had opened is so no more. Nothing happens for SHEAF_NONE: the clock or a
 * motion had. */
void sheaf_room_free(sheaf_fold *fold, uint8_t room, uint32_t member);

#endif
