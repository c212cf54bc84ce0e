#include "store/texts.h"

#include "base/encode.h"

sheaf_status sheaf_texts_open(sheaf_texts *out, const char *dir, sheaf_err *err)
{
    SHEAF_TRY(sheaf_path(out->dir, err, "%s/texts", dir));
    return sheaf_folder_make(out->dir, 0700, err);
}

static sheaf_status text_path(const sheaf_texts *texts, const sheaf_hash *commitment,
                              char out[SHEAF_PATH_MAX], sheaf_err *err)
{
    char name[SHEAF_BASE64URL_LEN_32 + 1];
    sheaf_base64url_32(commitment->bytes, name);
    return sheaf_path(out, err, "%s/%s", texts->dir, name);
}

sheaf_status sheaf_text_put(const sheaf_texts *texts, const sheaf_hash *commitment,
                            const uint8_t salt[SHEAF_SALT_BYTES], sheaf_slice text,
                            sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer file;
    if (text.len > SHEAF_TEXT_BYTES_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a text is longer than %d bytes",
                          SHEAF_TEXT_BYTES_MAX);
    sheaf_hash made = sheaf_commit(salt, text);
    if (!sheaf_hash_equal(&made, commitment))
        return sheaf_fail(err, SHEAF_FAULT, "a text does not match its commitment");
    SHEAF_TRY(text_path(texts, commitment, path, err));
    sheaf_buffer_init(&file, SHEAF_SALT_BYTES + SHEAF_TEXT_BYTES_MAX);
    sheaf_buffer_add(&file, sheaf_bytes(salt, SHEAF_SALT_BYTES));
    sheaf_buffer_add(&file, text);
    sheaf_status status = sheaf_buffer_check(&file, "a text", err);
    if (status == SHEAF_OK)
        status = sheaf_file_write(path, 0600, sheaf_buffer_slice(&file), err);
    sheaf_buffer_deinit(&file);
    return status;
}

bool sheaf_text_exists(const sheaf_texts *texts, const sheaf_hash *commitment)
{
    char path[SHEAF_PATH_MAX];
    return text_path(texts, commitment, path, NULL) == SHEAF_OK && sheaf_file_exists(path);
}

sheaf_status sheaf_text_get(const sheaf_texts *texts, const sheaf_hash *commitment,
                            uint8_t salt[SHEAF_SALT_BYTES], sheaf_buffer *text, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer file;
    sheaf_slice in, head = {0};
    SHEAF_TRY(text_path(texts, commitment, path, err));
    sheaf_buffer_reset(text);
    sheaf_buffer_init(&file, SHEAF_SALT_BYTES + SHEAF_TEXT_BYTES_MAX);
    sheaf_status status = sheaf_file_read(path, &file, err);
    in = sheaf_buffer_slice(&file);
    if (status == SHEAF_OK && !sheaf_take(&in, SHEAF_SALT_BYTES, &head))
        status = sheaf_fail(err, SHEAF_FAULT, "the text %s is cut short", path);
    if (status == SHEAF_OK) {
        sheaf_hash made = sheaf_commit(head.data, in);
        if (!sheaf_hash_equal(&made, commitment))
            status =
                sheaf_fail(err, SHEAF_FAULT, "the text %s does not match its commitment", path);
    }
    if (status == SHEAF_OK) {
        memcpy(salt, head.data, SHEAF_SALT_BYTES);
        sheaf_buffer_add(text, in);
        status = sheaf_buffer_check(text, "a text", err);
    }
    sheaf_buffer_deinit(&file);
    return status;
}

sheaf_status sheaf_text_erase(const sheaf_texts *texts, const sheaf_hash *commitment,
                              sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(text_path(texts, commitment, path, err));
    SHEAF_TRY(sheaf_file_remove(path, err));
    return sheaf_path_sync(texts->dir, err);
}
