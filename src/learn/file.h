/* learn/file.h - a whole file into memory, up to a stated size. */
#ifndef SHEAF_LEARN_FILE_H
#define SHEAF_LEARN_FILE_H

#include "base/buffer.h"
#include "base/status.h"

/* What `out` must be able to hold beyond `max`. */
enum { SHEAF_FILE_SLACK = 1 << 16 };

/* Appends the file's bytes; refuses files of more than `max` bytes. */
SHEAF_MUST_USE sheaf_status sheaf_learn_file(const char *path, size_t max, sheaf_buffer *out,
                                             sheaf_err *err);

#endif
