/* witness/folder.h - what a witness keeps on the disk.
 *
 *     DIR/keys/witness.key        signs cosignatures and nothing else
 *     DIR/keys/relay.key          signs receipts of acts to be relayed
 *     DIR/witness.vkey            the witness's verification key with its name
 *     DIR/HEX/log/checkpoint      per log, HEX = SHA-256 of its origin: cosigned last
 *     DIR/HEX/log/tile/...        where it mirrors: DIR/HEX can be given to sheaf verify
 *     DIR/HEX/relay/...           acts that it relays
 *
 * A crash leaves the old checkpoint or the new one. One process at a time holds the folder.
 */
#ifndef SHEAF_WITNESS_FOLDER_H
#define SHEAF_WITNESS_FOLDER_H

#include "store/file.h"
#include "witness/witness.h"

typedef struct {
    char dir[SHEAF_PATH_MAX];
    int lock; /* -1: none */
    sheaf_keypair pair, relay;
    sheaf_vkey key; /* of `pair` */
} sheaf_witness_folder;

/* Makes the folder and its keys at the first start. `name` may be NULL: then the one it has, or
 * one made from the key. SHEAF_INVALID if it has another. */
SHEAF_MUST_USE sheaf_status sheaf_witness_folder_open(sheaf_witness_folder *out,
                                                      const char *dir, const char *name,
                                                      sheaf_err *err);
void sheaf_witness_folder_close(sheaf_witness_folder *folder);

/* The verification key in a folder that stands, without holding it. */
SHEAF_MUST_USE sheaf_status sheaf_witness_folder_key(const char *dir, sheaf_vkey *out,
                                                     sheaf_err *err);

/* Borrows `folder`. */
sheaf_witness_store sheaf_witness_folder_store(sheaf_witness_folder *folder);

#endif
