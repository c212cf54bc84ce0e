#include "witness/folder.h"

#include "base/encode.h"
#include "store/key_file.h"

#include <stdio.h>

static sheaf_status key_get(const char *dir, const char *name, sheaf_keypair *out,
                            sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(path, err, "%s/keys/%s.key", dir, name));
    if (sheaf_file_exists(path))
        return sheaf_key_file_load(path, out, err);
    return sheaf_key_file_create(path, out, err);
}

sheaf_status sheaf_witness_folder_key(const char *dir, sheaf_vkey *out, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer text;
    SHEAF_TRY(sheaf_path(path, err, "%s/witness.vkey", dir));
    if (!sheaf_file_exists(path))
        return sheaf_fail(err, SHEAF_IO,
                          "%s is no witness's folder; make one with: sheaf witness vkey %s "
                          "--name NAME",
                          dir, dir);
    sheaf_buffer_init(&text, SHEAF_VKEY_TEXT_MAX + 1);
    sheaf_status status = sheaf_file_read(path, &text, err);
    sheaf_slice vkey = sheaf_buffer_slice(&text);
    if (vkey.len && vkey.data[vkey.len - 1] == '\n')
        vkey.len--;
    if (status == SHEAF_OK)
        status = sheaf_vkey_parse(vkey, out, err);
    sheaf_buffer_deinit(&text);
    return status;
}

static sheaf_status vkey_write(const sheaf_witness_folder *folder, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer text;
    SHEAF_TRY(sheaf_path(path, err, "%s/witness.vkey", folder->dir));
    sheaf_buffer_init(&text, SHEAF_VKEY_TEXT_MAX + 1);
    sheaf_vkey_put(&text, &folder->key);
    sheaf_buffer_add_byte(&text, '\n');
    sheaf_status status = sheaf_buffer_check(&text, "the witness's key", err);
    if (status == SHEAF_OK)
        status = sheaf_file_write(path, 0644, sheaf_buffer_slice(&text), err);
    sheaf_buffer_deinit(&text);
    return status;
}

/* The key's name says whose it is; where nobody gave one, its own bytes do. */
static sheaf_status key_name(sheaf_witness_folder *folder, const char *name, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX], made[64], hex[SHEAF_HEX_LEN_32 + 1];
    SHEAF_TRY(sheaf_path(path, err, "%s/witness.vkey", folder->dir));
    if (sheaf_file_exists(path)) {
        SHEAF_TRY(sheaf_witness_folder_key(folder->dir, &folder->key, err));
        if (folder->key.type != SHEAF_VKEY_COSIGNATURE
            || memcmp(folder->key.public, folder->pair.public, SHEAF_PUBLIC_BYTES) != 0)
            return sheaf_fail(err, SHEAF_INVALID, "%s is not of %s/keys/witness.key", path,
                              folder->dir);
        if (name && !sheaf_slice_is(sheaf_vkey_name(&folder->key), name))
            return sheaf_fail(err, SHEAF_INVALID,
                              "this witness is named %.*s, and a key's name never changes; use "
                              "another folder for another witness",
                              SHEAF_PRINT(sheaf_vkey_name(&folder->key)));
        return SHEAF_OK;
    }
    sheaf_hash hash = sheaf_sha256(sheaf_bytes(folder->pair.public, SHEAF_PUBLIC_BYTES));
    sheaf_hex_32(hash.bytes, hex);
    snprintf(made, sizeof made, "witness-%.12s", hex);
    SHEAF_TRY(sheaf_vkey_make(&folder->key, SHEAF_VKEY_COSIGNATURE,
                              sheaf_str(name ? name : made), folder->pair.public, err));
    return vkey_write(folder, err);
}

static sheaf_status prepare(sheaf_witness_folder *folder, const char *name, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(path, err, "%s/keys", folder->dir));
    if (name && !sheaf_note_name_valid(sheaf_str(name)))
        return sheaf_fail(err, SHEAF_INVALID,
                          "a witness is not named “%.60s”: 1 to %d bytes without white space "
                          "and +, such as example.org/w1",
                          name, SHEAF_NOTE_NAME_MAX);
    SHEAF_TRY(sheaf_folder_make(folder->dir, 0755, err));
    SHEAF_TRY(sheaf_folder_lock(folder->dir, &folder->lock, err));
    SHEAF_TRY(sheaf_folder_make(path, 0700, err));
    SHEAF_TRY(key_get(folder->dir, "witness", &folder->pair, err));
    SHEAF_TRY(key_get(folder->dir, "relay", &folder->relay, err));
    SHEAF_TRY(sheaf_path_sync(path, err));
    return key_name(folder, name, err);
}

sheaf_status sheaf_witness_folder_open(sheaf_witness_folder *out, const char *dir,
                                       const char *name, sheaf_err *err)
{
    *out = (sheaf_witness_folder){.lock = -1};
    SHEAF_TRY(sheaf_path(out->dir, err, "%s", dir));
    sheaf_status status = prepare(out, name, err);
    if (status != SHEAF_OK)
        sheaf_witness_folder_close(out);
    return status;
}

void sheaf_witness_folder_close(sheaf_witness_folder *folder)
{
    sheaf_wipe(&folder->pair, sizeof folder->pair);
    sheaf_wipe(&folder->relay, sizeof folder->relay);
    if (folder->lock >= 0)
        sheaf_folder_unlock(folder->lock);
    folder->lock = -1;
}

/* ---- checkpoints ---- */

/* Those of a log that is known already cost nothing: there may be thousands. */
static sheaf_status make_folders(const sheaf_witness_folder *folder,
                                 const sheaf_witness_log *log, sheaf_err *err)
{
    static const char *const parts[] = {"log", "journal"};
    char path[SHEAF_PATH_MAX];
    for (size_t i = 0; i < 2; i++) {
        SHEAF_TRY(sheaf_path(path, err, "%s/%s/%s", folder->dir, log->hex, parts[i]));
        if (!sheaf_file_exists(path))
            SHEAF_TRY(sheaf_folder_make_durable(path, 0755, err));
    }
    return SHEAF_OK;
}

static sheaf_status load(void *context, const sheaf_witness_log *log, sheaf_buffer *note,
                         sheaf_err *err)
{
    const sheaf_witness_folder *folder = context;
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(make_folders(folder, log, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/%s/log/checkpoint", folder->dir, log->hex));
    return sheaf_file_exists(path) ? sheaf_file_read(path, note, err) : SHEAF_OK;
}

static sheaf_status keep(void *context, const sheaf_witness_log *log, sheaf_slice note,
                         sheaf_err *err)
{
    const sheaf_witness_folder *folder = context;
    char path[SHEAF_PATH_MAX], draft[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(path, err, "%s/%s/log/checkpoint", folder->dir, log->hex));
    SHEAF_TRY(sheaf_path(draft, err, "%s/%s/journal/checkpoint", folder->dir, log->hex));
    return sheaf_file_replace(path, draft, 0644, note, true, err);
}

sheaf_witness_store sheaf_witness_folder_store(sheaf_witness_folder *folder)
{
    return (sheaf_witness_store){load, keep, folder};
}
