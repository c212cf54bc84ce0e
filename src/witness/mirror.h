/* witness/mirror.h - a witness that keeps whole logs.
 *
 * Before a checkpoint is cosigned its entries are fetched from where the log is served, hashed,
 * and, if the tree that they make has the checkpoint's root, kept with all tiles, durable. So
 * what a mirroring witness has cosigned can be had from it when the log is gone. Of entries
 * that the log gives to its members only the public listing is kept (log/visible.h): their leaf
 * hashes.
 *
 * One checkpoint of a log is fetched at a time. The hashes of all entries are kept in memory,
 * 64 bytes each.
 */
#ifndef SHEAF_WITNESS_MIRROR_H
#define SHEAF_WITNESS_MIRROR_H

#include "log/levels.h"
#include "net/client.h"
#include "witness/folder.h"

typedef struct sheaf_mirrors sheaf_mirrors;

/* Takes up what the folder has of every log that the witness trusts; where its tiles do not
 * make the checkpoint that was cosigned, everything is fetched again. Borrows both. `stop` ends
 * what is under way. */
SHEAF_MUST_USE sheaf_status sheaf_mirrors_open(sheaf_mirrors **out,
                                               const sheaf_witness_folder *folder,
                                               const sheaf_witness *witness,
                                               const char *ca_file, const atomic_bool *stop,
                                               sheaf_err *err);
void sheaf_mirrors_close(sheaf_mirrors *mirrors); /* NULL does nothing */

/* For sheaf_witness_guard(): 503 with the reason if the entries cannot be had. */
sheaf_witness_gate sheaf_mirrors_gate(sheaf_mirrors *mirrors);

/* A file of the log of `size` entries, "tile/...", into `out`: 200; 404 if that log has none,
 * 403 if it is a bundle of which only the public listing is kept. */
unsigned sheaf_mirrors_file(const sheaf_mirrors *mirrors, const sheaf_witness_log *log,
                            uint64_t size, sheaf_slice path, sheaf_buffer *out);

#endif
