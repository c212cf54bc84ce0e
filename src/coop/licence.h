/* coop/licence.h - licences of data to others than members.
 *
 * A licence is a mandate: the effect data.license of a motion, with an end, and it can be
 * ended or suspended. It holds for a data set only while its owner consents to that very
 * licence; neither decision does without the other. The data stays where it is: what the
 * licensee is given, the owners give.
 *
 * Money for a licence (revenue.record) is received while it is in force and an owner consents
 * to it, up to its price. Once that is paid, the records of the owners who consent count, once,
 * beside those brought into rounds when surplus is next shared.
 */
#ifndef SHEAF_COOP_LICENCE_H
#define SHEAF_COOP_LICENCE_H

#include "coop/refusal.h"
#include "coop/state.h"

/* Is it in force at that time: neither over, nor ended, nor suspended? */
bool sheaf_licence_lives(const sheaf_state *state, const struct sheaf_row_licence *licence,
                         int64_t stamp);

/* May the data set be used under its licence at that time: that, and its owner, who is a
 * member, consents and has not withdrawn the data set. */
bool sheaf_licensed_lives(const sheaf_state *state, const struct sheaf_row_licensed *row,
                          int64_t stamp);

/* May so much more be paid for it; and it was, or below 0 was not after all. */
sheaf_refusal sheaf_licence_pay_check(const sheaf_state *state, uint32_t id, int64_t cents,
                                      int64_t stamp);
void sheaf_licence_pay(sheaf_state *state, uint32_t id, int64_t cents);

/* Surplus is shared by that entry: adds what licences that are paid for have brought to what
 * their owners have brought in. */
void sheaf_licences_contribute(sheaf_state *state, uint32_t entry);

#endif
