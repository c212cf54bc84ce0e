/* round/bundle.h - the bytes that the coordinator shows to every participant of a stage.
 *
 * A bundle carries the participants' own signed messages, so nothing in it has to be believed.
 * On the complete graph all participants get the same bytes. It begins with
 *
 *     version u16 = 1, type u16 = 256 + stage, round u32, manifest 32          (40 bytes)
 *
 * where `stage` is the one that the bundle lets its reader answer, and goes on:
 *
 *     COMMIT     nothing
 *     ADVERTISE  the COMMIT messages, none on the complete graph
 *     SHARE      the ADVERTISE messages
 *     INPUT      the SHARE messages, on a ring those of one's neighbours and one's own
 *     SURVIVORS  the heads of the survivors' INPUT messages, then n u16, n dropouts of u32
 *     REVEAL     the SURVIVORS messages
 *     DONE       hash of the survivor list 32, SHA-256 of the transcript 32
 *     ABORTED    the reason as text, at most SHEAF_MESSAGE_MAX bytes of ASCII
 *
 * Messages are a list: n u16, then n times {length u32, bytes}, ascending by sender.
 */
#ifndef SHEAF_ROUND_BUNDLE_H
#define SHEAF_ROUND_BUNDLE_H

#include "round/message.h"

typedef struct {
    uint16_t count;
    sheaf_slice item[SHEAF_ROUND_MEMBERS_MAX];
} sheaf_round_items;

typedef struct {
    sheaf_round_stage stage;
    uint32_t round;
    sheaf_hash manifest;
    sheaf_round_items items;
    uint16_t dropouts;
    uint32_t dropout[SHEAF_ROUND_MEMBERS_MAX];
    sheaf_hash list, transcript; /* of DONE */
    sheaf_slice reason;          /* of ABORTED */
} sheaf_round_bundle;

/* Who committed to what, by position. */
typedef struct {
    bool present[SHEAF_ROUND_MEMBERS_MAX];
    sheaf_hash hash[SHEAF_ROUND_MEMBERS_MAX];
} sheaf_round_commits;

/* Who advertised which points, by position. */
typedef struct {
    bool present[SHEAF_ROUND_MEMBERS_MAX];
    sheaf_point mask[SHEAF_ROUND_MEMBERS_MAX], seal[SHEAF_ROUND_MEMBERS_MAX];
    uint8_t contribution[SHEAF_ROUND_MEMBERS_MAX][SHEAF_HASH_BYTES]; /* to a ring's order */
    sheaf_hash digest;
} sheaf_round_adverts;

/* The form alone: sizes, order of the dropouts, no byte left over. */
SHEAF_MUST_USE sheaf_status sheaf_round_bundle_decode(sheaf_slice bytes,
                                                      sheaf_round_bundle *out, sheaf_err *err);

/* The longest bundle that the round can have: the bound for buffers and downloads. */
size_t sheaf_round_bundle_max(const sheaf_round_config *config);

/* Writing: the head, then what the stage needs. */
void sheaf_round_bundle_head_put(sheaf_buffer *out, const sheaf_round_config *config,
                                 sheaf_round_stage stage);
void sheaf_round_items_put(sheaf_buffer *out, const sheaf_round_items *items);
SHEAF_MUST_USE sheaf_status sheaf_round_items_take(sheaf_slice *in, sheaf_round_items *out,
                                                   sheaf_err *err);

#endif
