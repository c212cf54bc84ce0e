/* store/log_list.h - which files stand in DIR/log; for log_check.c. */
#ifndef SHEAF_STORE_LOG_LIST_H
#define SHEAF_STORE_LOG_LIST_H

#include "log/tile.h"
#include "store/file.h"

/* Bundles first, then hash tiles by level; within them by index, then by width. */
typedef struct {
    sheaf_tile *tiles;
    size_t count, capacity;
} sheaf_log_list;

/* SHEAF_FAULT for a file that no log has. The checkpoint is not in the list. */
SHEAF_MUST_USE sheaf_status sheaf_log_list_read(sheaf_log_list *out, const char *dir,
                                                sheaf_err *err);
void sheaf_log_list_deinit(sheaf_log_list *list);

bool sheaf_log_list_has(const sheaf_log_list *list, const sheaf_tile *tile);

/* The widest file of this kind, level and index, or NULL. */
const sheaf_tile *sheaf_log_list_widest(const sheaf_log_list *list, bool entries, uint8_t level,
                                        uint64_t index);

#endif
