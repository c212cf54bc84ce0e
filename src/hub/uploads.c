#include "hub/uploads.h"

#include "store/disk.h"

#include <errno.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

void sheaf_uploads_init(sheaf_uploads *uploads, uint64_t day_bytes)
{
    pthread_mutex_init(&uploads->lock, NULL);
    uploads->day_bytes = day_bytes;
    uploads->day = 0;
    uploads->count = 0;
}

void sheaf_uploads_deinit(sheaf_uploads *uploads)
{
    pthread_mutex_destroy(&uploads->lock);
}

/* The member's count of the day, made where there is none; NULL where there is no room. */
static uint64_t *bytes_of(sheaf_uploads *uploads, uint32_t member, int64_t now_ms)
{
    if (uploads->day != now_ms / DAY_MS) {
        uploads->day = now_ms / DAY_MS;
        uploads->count = 0;
    }
    for (uint32_t i = 0; i < uploads->count; i++)
        if (uploads->rows[i].member == member)
            return &uploads->rows[i].bytes;
    if (uploads->count == SHEAF_UPLOADERS_MAX)
        return NULL;
    uploads->rows[uploads->count].member = member;
    uploads->rows[uploads->count].bytes = 0;
    return &uploads->rows[uploads->count++].bytes;
}

sheaf_status sheaf_uploads_take(sheaf_uploads *uploads, uint32_t member, uint64_t bytes,
                                int64_t now_ms, sheaf_err *err)
{
    pthread_mutex_lock(&uploads->lock);
    uint64_t *used = bytes_of(uploads, member, now_ms);
    bool fits = used && bytes <= uploads->day_bytes && *used <= uploads->day_bytes - bytes;
    if (fits)
        *used += bytes;
    pthread_mutex_unlock(&uploads->lock);
    if (fits)
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_NOMEM,
                      "member %u may store %llu MiB of blobs at this hub in a day and has no "
                      "room left for this one; try again tomorrow (UTC)",
                      member, (unsigned long long)(uploads->day_bytes >> 20));
}

void sheaf_uploads_return(sheaf_uploads *uploads, uint32_t member, uint64_t bytes,
                          int64_t now_ms)
{
    pthread_mutex_lock(&uploads->lock);
    uint64_t *used = bytes_of(uploads, member, now_ms);
    if (used) /* after midnight what was counted yesterday is forgotten */
        *used -= bytes < *used ? bytes : *used;
    pthread_mutex_unlock(&uploads->lock);
}

sheaf_status sheaf_uploads_room(const char *dir, uint64_t reserve, sheaf_err *err)
{
    struct statvfs disk;
    uint64_t left;
    if (sheaf_disk_now()->statvfs(dir, &disk) != 0)
        return sheaf_fail(err, SHEAF_IO, "cannot see how much room %s has: %s", dir,
                          strerror(errno));
    if (__builtin_mul_overflow((uint64_t)disk.f_bavail, (uint64_t)disk.f_frsize, &left)
        || left >= reserve)
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_NOMEM,
                      "the hub's disk has %llu MiB left and keeps %llu MiB free for the log; "
                      "nothing is taken until its operator makes room",
                      (unsigned long long)(left >> 20), (unsigned long long)(reserve >> 20));
}
