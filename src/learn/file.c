#include "learn/file.h"

#include "base/block.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/* Room for all of a file of known size at once, and on large pages. */
static void room_make(FILE *file, size_t max, sheaf_buffer *out)
{
    struct stat info;
    if (out->data || fstat(fileno(file), &info) != 0 || !S_ISREG(info.st_mode)
        || info.st_size < SHEAF_FILE_SLACK || (uintmax_t)info.st_size > max)
        return;
    size_t capacity = (size_t)info.st_size + SHEAF_FILE_SLACK;
    out->data = sheaf_block_new(capacity);
    out->capacity = out->data ? capacity : 0;
}

sheaf_status sheaf_learn_file(const char *path, size_t max, sheaf_buffer *out, sheaf_err *err)
{
    sheaf_status status = SHEAF_OK;
    FILE *file = fopen(path, "rb");
    if (!file)
        return sheaf_fail(err, SHEAF_IO, "cannot open %s: %s", path, strerror(errno));
    room_make(file, max, out);
    for (;;) {
        size_t before = out->len;
        uint8_t *room = sheaf_buffer_extend(out, SHEAF_FILE_SLACK);
        if (!room) {
            status = sheaf_fail(err, SHEAF_NOMEM, "no memory to read %s", path);
            break;
        }
        out->len = before + fread(room, 1, SHEAF_FILE_SLACK, file);
        if (out->len > max) {
            status = sheaf_fail(err, SHEAF_INVALID, "%s has more than %zu bytes", path, max);
            break;
        }
        if (out->len < before + SHEAF_FILE_SLACK) {
            if (ferror(file))
                status = sheaf_fail(err, SHEAF_IO, "cannot read %s: %s", path, strerror(errno));
            break;
        }
    }
    fclose(file);
    return status;
}
