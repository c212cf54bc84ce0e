/* What a kit entered, as the folder of a co-op. Whatever is wrong ends the program with a
 * sentence. */
#ifndef SHEAF_TEST_COOP_KIT_STORE_H
#define SHEAF_TEST_COOP_KIT_STORE_H

#include "kit.h"
#include "store/log_store.h"

void kit_must(sheaf_status status, const sheaf_err *err);

/* Adds entries that stand as in k->log. */
void kit_store_add(sheaf_log_store *store, sheaf_slice log);
/* Publishes what the store has under the key that the kit has by that name. */
void kit_store_publish(kit *k, sheaf_log_store *store, const char *signer);
/* Both, for the whole log of the kit in DIR/log. */
void kit_store_save(kit *k, const char *dir, const char *signer);

/* The file of the key that a kit has by that name. */
void kit_store_key(const char *path, const char *name);
/* DIR/keys/log.key and hub.key, with which a hub serves DIR. */
void kit_store_keys(const char *dir);

#endif
