/* hub/uploads.h - how much members may store at the hub as blobs, so that none can fill its
 * disk.
 *
 * Each member has so many bytes a day (of UTC), counted while they arrive; and none are taken
 * while less than a reserve of the disk is free, because the log needs room. The counts are in
 * memory: they bound what a member can do while the hub runs, not what lies there.
 */
#ifndef SHEAF_HUB_UPLOADS_H
#define SHEAF_HUB_UPLOADS_H

#include "base/status.h"
#include "base/slice.h"

#include <pthread.h>

enum { SHEAF_UPLOADERS_MAX = 4096 }; /* members who store something on one day */

#define SHEAF_UPLOAD_DAY_BYTES     ((uint64_t)16 << 30)
#define SHEAF_UPLOAD_RESERVE_BYTES ((uint64_t)1 << 30)

typedef struct {
    pthread_mutex_t lock;
    uint64_t day_bytes; /* of one member */
    int64_t day;        /* since 1970 */
    uint32_t count;
    struct {
        uint32_t member;
        uint64_t bytes;
    } rows[SHEAF_UPLOADERS_MAX];
} sheaf_uploads;

void sheaf_uploads_init(sheaf_uploads *uploads, uint64_t day_bytes);
void sheaf_uploads_deinit(sheaf_uploads *uploads);

/* Counts bytes that arrive; SHEAF_NOMEM, and nothing counted, where they are too many. */
SHEAF_MUST_USE sheaf_status sheaf_uploads_take(sheaf_uploads *uploads, uint32_t member,
                                               uint64_t bytes, int64_t now_ms, sheaf_err *err);

/* Bytes that were counted and then not kept. */
void sheaf_uploads_return(sheaf_uploads *uploads, uint32_t member, uint64_t bytes,
                          int64_t now_ms);

/* SHEAF_NOMEM where the folder's disk has less than `reserve` free. */
SHEAF_MUST_USE sheaf_status sheaf_uploads_room(const char *dir, uint64_t reserve,
                                               sheaf_err *err);

#endif
