/* store/file.h - files and folders: read whole, write so that a crash leaves old or new.
 *
 * Everything here goes through the calls of store/disk.h. Paths are strings of at most
 * SHEAF_PATH_MAX bytes.
 */
#ifndef SHEAF_STORE_FILE_H
#define SHEAF_STORE_FILE_H

#include "base/buffer.h"
#include "store/disk.h"

enum { SHEAF_PATH_MAX = 1024 };

/* Writes a path; SHEAF_INVALID if it is too long. */
__attribute__((format(printf, 3, 4))) SHEAF_MUST_USE sheaf_status
sheaf_path(char out[SHEAF_PATH_MAX], sheaf_err *err, const char *format, ...);

/* "cannot WHAT PATH: why; what to do" from errno. */
sheaf_status sheaf_disk_fail(sheaf_err *err, const char *what, const char *path);

bool sheaf_file_exists(const char *path);

/* Appends the whole file to `out`, which bounds it; SHEAF_INVALID if it is larger than that. */
SHEAF_MUST_USE sheaf_status sheaf_file_read(const char *path, sheaf_buffer *out,
                                            sheaf_err *err);

/* All of `data` at `at` of an open file; `path` is for the message. */
SHEAF_MUST_USE sheaf_status sheaf_file_put(int fd, const char *path, sheaf_slice data,
                                           uint64_t at, sheaf_err *err);

/* Replaces the file at once, through a new one beside it; durable on return. A device, a pipe
 * or a folder is not replaced. */
SHEAF_MUST_USE sheaf_status sheaf_file_write(const char *path, mode_t mode, sheaf_slice data,
                                             sheaf_err *err);

/* As sheaf_file_write(), through a new file at `draft` of the same file system. Without
 * `durable` a power cut may lose the file or leave it empty: for what can be made again. */
SHEAF_MUST_USE sheaf_status sheaf_file_replace(const char *path, const char *draft, mode_t mode,
                                               sheaf_slice data, bool durable, sheaf_err *err);

/* Makes a file or folder that stands durable. */
SHEAF_MUST_USE sheaf_status sheaf_path_sync(const char *path, sheaf_err *err);

/* Removes a file; one that is missing is fine. */
SHEAF_MUST_USE sheaf_status sheaf_file_remove(const char *path, sheaf_err *err);

/* Makes the folder and those above it that are missing. */
SHEAF_MUST_USE sheaf_status sheaf_folder_make(const char *path, mode_t mode, sheaf_err *err);

/* As sheaf_folder_make(); what was made is durable on return. */
SHEAF_MUST_USE sheaf_status sheaf_folder_make_durable(const char *path, mode_t mode,
                                                      sheaf_err *err);

/* Removes a folder with all that is in it, as far as that goes; one that is missing is fine. */
void sheaf_folder_remove(const char *path);

/* The part of the path before its last '/'. */
SHEAF_MUST_USE sheaf_status sheaf_path_parent(const char *path, char out[SHEAF_PATH_MAX],
                                              sheaf_err *err);

/* One process at a time works in a folder: a lock on DIR/lock, which ends with the process at
 * the latest. Returns a file descriptor in *lock for sheaf_folder_unlock(). */
SHEAF_MUST_USE sheaf_status sheaf_folder_lock(const char *dir, int *lock, sheaf_err *err);
void sheaf_folder_unlock(int lock);

#endif
