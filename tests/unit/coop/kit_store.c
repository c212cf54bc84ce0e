#include "kit_store.h"

#include "log/checkpoint.h"
#include "store/key_file.h"

enum { BATCH = 256 };

void kit_must(sheaf_status status, const sheaf_err *err)
{
    if (status != SHEAF_OK)
        kit_fail("%s", err->message);
}

void kit_store_add(sheaf_log_store *store, sheaf_slice log)
{
    sheaf_slice batch[BATCH];
    sheaf_err err;
    uint32_t len;
    size_t count = 0;
    while (sheaf_take_u32(&log, &len)) {
        if (!sheaf_take(&log, len, &batch[count]))
            kit_fail("the kit's log is cut short");
        if (++count < BATCH && log.len)
            continue;
        kit_must(sheaf_log_store_append(store, batch, count, &err), &err);
        count = 0;
    }
}

void kit_store_publish(kit *k, sheaf_log_store *store, const char *signer)
{
    sheaf_err err;
    sheaf_buffer note;
    sheaf_hash root = sheaf_log_store_root(store);
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    kit_must(sheaf_checkpoint_sign(&note, sheaf_str(KIT_ORIGIN), sheaf_log_store_size(store),
                                   &root, &kit_named(k, signer)->pair, &err),
             &err);
    kit_must(sheaf_log_store_publish(store, sheaf_buffer_slice(&note), &err), &err);
    sheaf_buffer_deinit(&note);
}

void kit_store_save(kit *k, const char *dir, const char *signer)
{
    sheaf_err err;
    sheaf_log_store *store;
    kit_must(sheaf_log_store_open(&store, dir, false, &err), &err);
    kit_store_add(store, sheaf_buffer_slice(&k->log));
    kit_store_publish(k, store, signer);
    sheaf_log_store_close(store);
}

void kit_store_key(const char *path, const char *name)
{
    sheaf_err err;
    sheaf_keypair pair;
    sheaf_hash seed = sheaf_sha256(sheaf_str(name));
    kit_must(sheaf_key_file_put(path, seed.bytes, &pair, &err), &err);
}

void kit_store_keys(const char *dir)
{
    static const char *const names[] = {"log", "hub"};
    char path[SHEAF_PATH_MAX];
    sheaf_err err;
    kit_must(sheaf_path(path, &err, "%s/keys", dir), &err);
    kit_must(sheaf_folder_make(path, 0700, &err), &err);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        kit_must(sheaf_path(path, &err, "%s/keys/%s.key", dir, names[i]), &err);
        kit_store_key(path, names[i]);
    }
}
