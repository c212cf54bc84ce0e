/* store/log_store.h - the durable log of a folder.
 *
 * DIR/log/ is a static log exactly as C2SP tlog-tiles names it; DIR/journal/ is what makes it
 * durable. Appending writes one journal record and syncs it once: then the entries count. So
 * does publishing a checkpoint, and committing does both in one record with one sync. Bundles,
 * tiles and DIR/log/checkpoint follow, the checkpoint last, without a sync of their own, for
 * the journal can make them again; it begins anew only after they are synced, with those that
 * are not written yet. After a commit they may follow on another thread (log_settle.h).
 *
 * Opening repairs what a crash left: what stands in the journal becomes files again, and a
 * record that was torn while it was written, so never acknowledged, is dropped. A broken record
 * before a whole one, or a checkpoint that the entries do not reach or do not lead to, is a
 * fault. No checkpoint is taken that contradicts one that was taken before.
 *
 * After the first error the store refuses further appends, for what is on the disk is then
 * known only after the folder was opened again; nothing is tried twice. Hashes of all entries
 * are kept in memory, 64 bytes each. A store has no lock of its own: one writer, or readers, at
 * a time.
 */
#ifndef SHEAF_STORE_LOG_STORE_H
#define SHEAF_STORE_LOG_STORE_H

#include "log/checkpoint.h"
#include "log/levels.h"
#include "log/tile.h"
#include "store/file.h"

enum {
    SHEAF_LOG_BATCH_MAX = 4096,           /* entries of one append */
    SHEAF_LOG_BATCH_BYTES_MAX = 64 << 20, /* of one append */
};

typedef struct sheaf_log_store sheaf_log_store;

/* Opens or founds the log of a folder. For writing, the folder is made where it is missing and
 * locked (sheaf_folder_lock) until the store is closed. `read_only` takes no lock, changes
 * nothing, and sees what the checkpoint covers. */
SHEAF_MUST_USE sheaf_status sheaf_log_store_open(sheaf_log_store **out, const char *dir,
                                                 bool read_only, sheaf_err *err);
void sheaf_log_store_close(sheaf_log_store *store); /* NULL is fine */

/* How many entries are durable. */
uint64_t sheaf_log_store_size(const sheaf_log_store *store);
/* The root of all of them, and of the first `size` <= sheaf_log_store_size(). */
sheaf_hash sheaf_log_store_root(const sheaf_log_store *store);
sheaf_hash sheaf_log_store_root_at(const sheaf_log_store *store, uint64_t size);

/* The compact range of the first `size` entries, from which a tree grows on. */
SHEAF_MUST_USE sheaf_status sheaf_log_store_tree(const sheaf_log_store *store, uint64_t size,
                                                 sheaf_tree *out, sheaf_err *err);

/* Durable when it returns SHEAF_OK. Each entry has at most SHEAF_LOG_ENTRY_MAX bytes. */
SHEAF_MUST_USE sheaf_status sheaf_log_store_append(sheaf_log_store *store,
                                                   const sheaf_slice *entries, size_t count,
                                                   sheaf_err *err);

/* Makes a checkpoint durable, then writes the partial tiles of its size and DIR/log/checkpoint.
 * The note must be of a size and root that this log has, not below the last one published, and
 * of the same origin; its signatures are the caller's business. */
SHEAF_MUST_USE sheaf_status sheaf_log_store_publish(sheaf_log_store *store, sheaf_slice note,
                                                    sheaf_err *err);

/* Puts the last note published, with more signature lines, in its own place: the draft is made
 * durable first, which needs no lock; then the second call renames it, unless a newer
 * checkpoint was published meanwhile. After a power cut either note stands. One caller at a
 * time. */
SHEAF_MUST_USE sheaf_status sheaf_log_cosigned_draft(const char *dir, sheaf_slice note,
                                                     sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_log_store_cosigned(sheaf_log_store *store, sheaf_slice note,
                                                     sheaf_err *err);

/* Append and publish at once: one sync for the entries and their signed checkpoint. `sign` puts
 * the note for the size and root that the log has with these entries. Tiles and
 * DIR/log/checkpoint wait for a settling, sheaf_log_store_flush(), or the next other call that
 * writes: who commits often need not write them each time, and serves them from here meanwhile
 * (sheaf_log_store_tile). */
typedef sheaf_status sheaf_log_store_sign(void *context, uint64_t size, const sheaf_hash *root,
                                          sheaf_buffer *note, sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_log_store_commit(sheaf_log_store *store,
                                                   const sheaf_slice *entries, size_t count,
                                                   sheaf_log_store_sign *sign, void *context,
                                                   sheaf_err *err);

/* Brings DIR/log/ up to the last checkpoint. */
SHEAF_MUST_USE sheaf_status sheaf_log_store_flush(sheaf_log_store *store, sheaf_err *err);

/* What a tile or bundle of the published log holds, at most as wide as the log makes it, as
 * sheaf_log_file_read() would give it. */
SHEAF_MUST_USE sheaf_status sheaf_log_store_tile(const sheaf_log_store *store,
                                                 const sheaf_tile *tile, sheaf_buffer *bytes,
                                                 sheaf_slice *data, sheaf_err *err);

/* The last note published; empty if none was. Valid until the next publish. */
sheaf_slice sheaf_log_store_checkpoint(const sheaf_log_store *store);
uint64_t sheaf_log_store_published(const sheaf_log_store *store); /* its size, or 0 */

/* One entry into `out`, which is emptied first and should allow SHEAF_LOG_ENTRY_MAX bytes. It
 * is checked against the tree. */
SHEAF_MUST_USE sheaf_status sheaf_log_store_entry(const sheaf_log_store *store, uint64_t index,
                                                  sheaf_buffer *out, sheaf_err *err);

/* The entries [from, to) in order, each checked against the tree; stops at the first failure
 * of the callback and hands it back. The entry is borrowed for the call. */
typedef sheaf_status sheaf_log_store_visit(void *context, uint64_t index, sheaf_slice entry,
                                           sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_log_store_range(const sheaf_log_store *store, uint64_t from,
                                                  uint64_t to, sheaf_log_store_visit *visit,
                                                  void *context, sheaf_err *err);

/* The root of the complete subtree over the entries [index << level, (index+1) << level), which
 * the log has whole. Level 0: a leaf hash. */
sheaf_hash sheaf_log_store_hash(const sheaf_log_store *store, unsigned level, uint64_t index);

/* Proofs, SHEAF_INVALID where the log has no such index or size. */
SHEAF_MUST_USE sheaf_status sheaf_log_store_inclusion(const sheaf_log_store *store,
                                                      uint64_t index, uint64_t size,
                                                      sheaf_proof *out, sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_log_store_consistency(const sheaf_log_store *store,
                                                        uint64_t old_size, uint64_t new_size,
                                                        sheaf_proof *out, sheaf_err *err);

#endif
