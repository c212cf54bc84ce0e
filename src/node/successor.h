/* node/successor.h - the hub that is followed is lost or replaced: where is the new one, and
 * was it appointed by the members?
 *
 * A new hub signs with a key that this home does not know yet. It is believed only for what is
 * on its log: the log is followed in HOME/succession from the first entry on, with every rule
 * and signature, and must share this home's history up to the end that enough members signed
 * over (hub.appoint): as many of the members whom this home's own copy knows, by keys that it
 * holds for live, as the bylaws there ask for. Then it takes the place of the own copy; entries
 * of the old hub beyond that end are put aside in HOME/superseded.
 */
#ifndef SHEAF_NODE_SUCCESSOR_H
#define SHEAF_NODE_SUCCESSOR_H

#include "node/follower.h"

/* Follows what `transport` serves, if members have appointed that hub; else SHEAF_FAULT, and
 * the follower is as it was. */
SHEAF_MUST_USE sheaf_status sheaf_successor_follow(sheaf_follower *f,
                                                   const sheaf_transport *transport,
                                                   int64_t now_ms, sheaf_err *err);

/* Finishes a change of copies that a crash broke off: the own log is put aside, and the one
 * that was judged waits in HOME/succession. Else, or if somebody else works in the home, it
 * does nothing. */
SHEAF_MUST_USE sheaf_status sheaf_successor_finish(const char *home, sheaf_err *err);

/* Asks the witnesses that the bylaws name, one after the other, where the hub is. What
 * they answer is only a place to look. False where nobody names another place than `known`. */
typedef bool sheaf_successor_ask(void *context, const char *witness, const char *path,
                                 sheaf_buffer *answer);
bool sheaf_successor_find(const sheaf_follower *f, const char *known, sheaf_successor_ask *ask,
                          void *context, char out[SHEAF_URL_MAX + 1]);

/* Have as many of the members whom the own copy knows as appoint a hub signed for one at this
 * address? Asks what `transport` serves to anybody. A signed request is good for whoever can
 * pass it on within minutes, so a hub that was merely found gets none before. */
bool sheaf_successor_named(const sheaf_follower *f, const sheaf_transport *transport,
                           const char *url);

#endif
