/* hub/readers.h - who may read what of the log and the state.
 *
 * Every kind of act belongs to an area (acts/catalogue.h), and the bylaws say which areas are
 * for everyone, and which kinds of them are not. An entry is judged by the bylaws before it, so
 * its answer never changes. Rows and texts gather many entries: they are for everyone only
 * where every version of the bylaws made their area so and withheld no kind of it. A member is
 * whoever signs the request (request.h) with a live key.
 */
#ifndef SHEAF_HUB_READERS_H
#define SHEAF_HUB_READERS_H

#include "hub/api_internal.h"

/* Did a member's key sign the request? Nobody needs to; but false, and *refusal (401), where
 * somebody tried and it does not hold. Inside a handler, without the lock. */
bool sheaf_reader_known(const sheaf_api_call *call, bool *member, sheaf_http_response *refusal);

/* With the lock held for reading: */
bool sheaf_entry_for_all(const sheaf_state *state, uint64_t index, sheaf_slice entry);
bool sheaf_area_for_all(const sheaf_state *state, sheaf_area area);
sheaf_area sheaf_table_area(sheaf_table_id table);

/* Both at once, without the lock: false, and *refusal, where the area is for members and nobody
 * of them asks. `what` begins the sentence: "the motion is". */
bool sheaf_reader_allowed(const sheaf_api_call *call, sheaf_area area, const char *what,
                          sheaf_http_response *refusal);

/* 403 with that sentence. */
__attribute__((format(printf, 1, 2))) sheaf_http_response
sheaf_answer_members_only(const char *format, ...);

#endif
