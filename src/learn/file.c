#include "learn/file.h"

#include <errno.h>
#include <stdio.h>

sheaf_status sheaf_learn_file(const char *path, size_t max, sheaf_buffer *out, sheaf_err *err)
{
    sheaf_status status = SHEAF_OK;
    FILE *file = fopen(path, "rb");
    if (!file)
        return sheaf_fail(err, SHEAF_IO, "cannot open %s: %s", path, strerror(errno));
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
