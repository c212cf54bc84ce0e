/* acts/log_key.h - which entries name a key that signs the log's checkpoints.
 *
 * For those who look for the key without replaying the log: the founding names the first one,
 * and every signature for a new hub (hub.appoint) names one that signs from then on if enough
 * members agreed. Which it is is seen by the checkpoint that it signed; whether the members
 * agreed, by the replay alone.
 */
#ifndef SHEAF_ACTS_LOG_KEY_H
#define SHEAF_ACTS_LOG_KEY_H

#include "acts/act.h"

typedef struct {
    bool founding;
    sheaf_slice origin; /* of a founding, as it must look; inside the arena */
    sheaf_public_key key;
} sheaf_log_key;

/* False where the entry names none. `arena` has SHEAF_ACT_ARENA_BYTES and is emptied first. */
bool sheaf_entry_log_key(sheaf_slice entry, sheaf_arena *arena, sheaf_log_key *out);

#endif
