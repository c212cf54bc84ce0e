#include "node/trainer_declared.h"

#include <inttypes.h>

#include "base/encode.h"

enum { TEXT_MAX = 128 };

static sheaf_status path_of(char out[SHEAF_PATH_MAX], const char *home, uint32_t round,
                            sheaf_err *err)
{
    return sheaf_path(out, err, "%.900s/trainers/%" PRIu32, home, round);
}

sheaf_status sheaf_trainer_declare(const char *home, uint32_t round, const sheaf_hash *digest,
                                   sheaf_err *err)
{
    char path[SHEAF_PATH_MAX], folder[SHEAF_PATH_MAX], hex[SHEAF_HEX_LEN_32 + 1];
    SHEAF_TRY(path_of(path, home, round, err));
    SHEAF_TRY(sheaf_path_parent(path, folder, err));
    SHEAF_TRY(sheaf_folder_make_durable(folder, 0700, err));
    sheaf_hex_32(digest->bytes, hex);
    return sheaf_file_write(path, 0600, sheaf_bytes(hex, SHEAF_HEX_LEN_32), err);
}

sheaf_status sheaf_trainer_declared(const char *home, uint32_t round, sheaf_hash *out,
                                    sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer text;
    *out = (sheaf_hash){0};
    SHEAF_TRY(path_of(path, home, round, err));
    if (!sheaf_file_exists(path))
        return SHEAF_OK;
    sheaf_buffer_init(&text, TEXT_MAX);
    sheaf_status status = sheaf_file_read(path, &text, err);
    if (status == SHEAF_OK && !sheaf_hex_get(sheaf_buffer_slice(&text), out->bytes, 32))
        status = sheaf_fail(err, SHEAF_INVALID,
                            "%.300s is spoiled: it must hold the hash of the trainer of round "
                            "%" PRIu32,
                            path, round);
    sheaf_buffer_deinit(&text);
    return status;
}
