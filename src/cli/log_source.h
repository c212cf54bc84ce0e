/* cli/log_source.h - somebody's log as its files: a folder, a hub, or a mirror of static files.
 *
 * The checkpoint is read once, when it is opened; entries and proofs are of its size. Nothing
 * that comes from here is trusted: a proof is verified before it is handed out, against a root
 * that the caller judges.
 */
#ifndef SHEAF_CLI_LOG_SOURCE_H
#define SHEAF_CLI_LOG_SOURCE_H

#include "log/checkpoint.h"
#include "log/tile_source.h"
#include "node/member.h"
#include "store/file.h"

typedef struct {
    char dir[SHEAF_PATH_MAX]; /* empty where it is remote */
    sheaf_http_transport http;
    sheaf_member reader; /* whose keys sign what the hub keeps for members; no copy is opened */
    sheaf_transport transport;
    const char *prefix; /* of the log's files in the URL */
    sheaf_buffer note, bytes;
    sheaf_checkpoint head; /* of the note, whose signatures nobody has looked at */
    sheaf_tile_source tiles;
} sheaf_log_source;

/* `where` is a folder with log/ in it, the URL of a hub, or the URL under which a mirror has
 * the log's files; `ca_file` and `home`, a member's, may be NULL. The source is large and comes
 * from the heap. */
SHEAF_MUST_USE sheaf_status sheaf_log_source_open(sheaf_log_source **out, const char *where,
                                                  const char *ca_file, const char *home,
                                                  sheaf_err *err);
void sheaf_log_source_close(sheaf_log_source *source); /* NULL is fine */

/* The bytes of an entry, borrowed until the next call; they are `leaf`, or it is a fault. Of a
 * hub that keeps the bundle for members, the entry comes from the public listing. */
SHEAF_MUST_USE sheaf_status sheaf_log_source_entry(sheaf_log_source *source, uint64_t index,
                                                   const sheaf_hash *leaf, sheaf_slice *out,
                                                   sheaf_err *err);

/* That the entry with that leaf hash is number `index` under the checkpoint: verified. */
SHEAF_MUST_USE sheaf_status sheaf_log_source_prove(sheaf_log_source *source, uint64_t index,
                                                   sheaf_hash *leaf, sheaf_proof *out,
                                                   sheaf_err *err);

/* The key that signs the checkpoints of a folder's log, as the log itself names it. */
SHEAF_MUST_USE sheaf_status sheaf_log_folder_key(const char *dir, sheaf_vkey *out,
                                                 sheaf_err *err);

#endif
