/* store/log_check.h - is every file of a log what its entries and its checkpoint say.
 *
 * Reads the whole of DIR/log and rebuilds the tree from the entry bundles: every bundle, every
 * tile of every level and every partial must hold exactly the bytes that follow from the
 * entries, none that the checkpoint needs may be missing, and no other file may be there. The
 * first fault is named with its file, the byte where it makes sense, and what was expected. So
 * any one changed byte in DIR/log is found and named; a change in the checkpoint's origin or
 * signature is found by the caller, who checks the note.
 */
#ifndef SHEAF_STORE_LOG_CHECK_H
#define SHEAF_STORE_LOG_CHECK_H

#include "log/checkpoint.h"
#include "log/tile.h"
#include "store/file.h"

typedef sheaf_status sheaf_log_check_visit(void *context, uint64_t index, sheaf_slice entry,
                                           sheaf_err *err);

/* Calls `visit` (may be NULL) for the entries that the checkpoint covers, in order, each after
 * its bundle was compared with the tile of its hashes; a failure of it ends the check and is
 * handed back. `note` is emptied and filled with the checkpoint note before the first entry is
 * visited; its signatures are not looked at here. SHEAF_FAULT for whatever is unsound. */
SHEAF_MUST_USE sheaf_status sheaf_log_check(const char *dir, sheaf_log_check_visit *visit,
                                            void *context, sheaf_buffer *note, sheaf_err *err);

#endif
