/* hub/snapshots.h - the state kept on the disk, so that a start need not replay the whole log.
 *
 * DIR/state/SIZE holds the state after SIZE entries, where entry SIZE is a state.digest. A
 * start takes the newest one that gives exactly the tables which that entry lists, and replays
 * only what comes after; one that is spoiled is passed over, and without any the whole log is
 * replayed. Nothing rests on these files: they may be removed at any time.
 *
 * The writer takes a copy while it enters a digest, and hands it over once the entry is
 * durable; a thread writes it, so that no act waits for that.
 */
#ifndef SHEAF_HUB_SNAPSHOTS_H
#define SHEAF_HUB_SNAPSHOTS_H

#include "hub/hub_internal.h"

/* Brings hub->replay, which is fresh, to what the whole log in hub->store says. */
SHEAF_MUST_USE sheaf_status sheaf_snapshots_start(sheaf_hub *hub, sheaf_err *err);

/* The thread that writes. */
SHEAF_MUST_USE sheaf_status sheaf_snapshots_open(sheaf_snapshots **out, sheaf_hub *hub,
                                                 sheaf_err *err);
/* Waits for what is being written; NULL does nothing. */
void sheaf_snapshots_close(sheaf_snapshots *snapshots);

/* A state.digest is about to be folded: takes a copy, if one is due. With the hub's lock. */
void sheaf_snapshots_take(sheaf_snapshots *snapshots);
/* What was taken is durable on the log. */
void sheaf_snapshots_keep(sheaf_snapshots *snapshots);

#endif
