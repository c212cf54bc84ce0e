#include "node/data_file.h"

#include <inttypes.h>

#include "base/encode.h"
#include "learn/table.h"

static sheaf_status salt_path(char out[SHEAF_PATH_MAX], const char *home,
                              const sheaf_hash *commitment, sheaf_err *err)
{
    char hex[65];
    sheaf_hex_32(commitment->bytes, hex);
    return sheaf_path(out, err, "%s/salts/%s", home, hex);
}

static sheaf_status bytes_of(const char *file, sheaf_buffer *out, sheaf_err *err)
{
    sheaf_buffer_init(out, SHEAF_CSV_BYTES_MAX);
    return sheaf_file_read(file, out, err);
}

sheaf_status sheaf_data_commit(const char *home, const char *file,
                               const uint8_t salt[SHEAF_SALT_BYTES], sheaf_hash *out,
                               sheaf_err *err)
{
    char path[SHEAF_PATH_MAX], folder[SHEAF_PATH_MAX];
    sheaf_buffer bytes;
    sheaf_status status = bytes_of(file, &bytes, err);
    if (status == SHEAF_OK)
        *out = sheaf_commit(salt, sheaf_buffer_slice(&bytes));
    sheaf_buffer_deinit(&bytes);
    SHEAF_TRY(status);
    SHEAF_TRY(sheaf_path(folder, err, "%s/salts", home));
    SHEAF_TRY(salt_path(path, home, out, err));
    SHEAF_TRY(sheaf_folder_make(folder, 0700, err));
    return sheaf_file_write(path, 0600, sheaf_bytes(salt, SHEAF_SALT_BYTES), err);
}

sheaf_status sheaf_data_match_bytes(const char *home, sheaf_slice bytes,
                                    const sheaf_hash *commitment, sheaf_data_match *out,
                                    sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_hash found;
    sheaf_buffer salt;
    *out = SHEAF_DATA_UNKNOWN;
    SHEAF_TRY(salt_path(path, home, commitment, err));
    if (!sheaf_file_exists(path))
        return SHEAF_OK;
    sheaf_buffer_init(&salt, SHEAF_SALT_BYTES);
    sheaf_status status = sheaf_file_read(path, &salt, err);
    if (status == SHEAF_OK && salt.len != SHEAF_SALT_BYTES)
        status = sheaf_fail(err, SHEAF_INVALID, "%s holds %zu bytes, which is no salt", path,
                            salt.len);
    if (status == SHEAF_OK) {
        found = sheaf_commit(salt.data, bytes);
        *out = sheaf_hash_equal(&found, commitment) ? SHEAF_DATA_SAME : SHEAF_DATA_OTHER;
    }
    sheaf_buffer_deinit(&salt);
    return status;
}

sheaf_status sheaf_data_check(const char *home, const char *file, const sheaf_hash *commitment,
                              sheaf_data_match *out, sheaf_err *err)
{
    sheaf_buffer bytes;
    sheaf_status status = bytes_of(file, &bytes, err);
    *out = SHEAF_DATA_UNKNOWN;
    if (status == SHEAF_OK)
        status = sheaf_data_match_bytes(home, sheaf_buffer_slice(&bytes), commitment, out, err);
    sheaf_buffer_deinit(&bytes);
    return status;
}

/* ---- what was in exact sums ---- */

static const char *const pin_folder[] = {
    [SHEAF_PIN_FILE] = "exact", [SHEAF_PIN_ROWS] = "exact-rows"};

static sheaf_status pin_path(char out[SHEAF_PATH_MAX], const char *home,
                             sheaf_data_pin_kind kind, uint32_t dataset, sheaf_err *err)
{
    return sheaf_path(out, err, "%s/%s/%" PRIu32, home, pin_folder[kind], dataset);
}

sheaf_status sheaf_data_pin(const char *home, sheaf_data_pin_kind kind, uint32_t dataset,
                            sheaf_slice bytes, const uint8_t salt[SHEAF_SALT_BYTES],
                            sheaf_err *err)
{
    uint8_t pin[SHEAF_SALT_BYTES + SHEAF_HASH_BYTES];
    char path[SHEAF_PATH_MAX], folder[SHEAF_PATH_MAX];
    SHEAF_TRY(pin_path(path, home, kind, dataset, err));
    if (sheaf_file_exists(path))
        return SHEAF_OK;
    sheaf_hash commitment = sheaf_commit(salt, bytes);
    memcpy(pin, salt, SHEAF_SALT_BYTES);
    memcpy(pin + SHEAF_SALT_BYTES, commitment.bytes, SHEAF_HASH_BYTES);
    SHEAF_TRY(sheaf_path(folder, err, "%s/%s", home, pin_folder[kind]));
    SHEAF_TRY(sheaf_folder_make_durable(folder, 0700, err));
    return sheaf_file_write(path, 0600, sheaf_bytes(pin, sizeof pin), err);
}

sheaf_status sheaf_data_pinned(const char *home, sheaf_data_pin_kind kind, uint32_t dataset,
                               sheaf_slice bytes, sheaf_data_match *out, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer pin;
    *out = SHEAF_DATA_UNKNOWN;
    SHEAF_TRY(pin_path(path, home, kind, dataset, err));
    if (!sheaf_file_exists(path))
        return SHEAF_OK;
    sheaf_buffer_init(&pin, SHEAF_SALT_BYTES + SHEAF_HASH_BYTES);
    sheaf_status status = sheaf_file_read(path, &pin, err);
    if (status == SHEAF_OK && pin.len != SHEAF_SALT_BYTES + SHEAF_HASH_BYTES)
        status = sheaf_fail(err, SHEAF_INVALID,
                            "%s is spoiled: it cannot be told what was in exact sums", path);
    if (status == SHEAF_OK) {
        sheaf_hash found = sheaf_commit(pin.data, bytes);
        bool same = memcmp(found.bytes, pin.data + SHEAF_SALT_BYTES, SHEAF_HASH_BYTES) == 0;
        *out = same ? SHEAF_DATA_SAME : SHEAF_DATA_OTHER;
    }
    sheaf_buffer_deinit(&pin);
    return status;
}
