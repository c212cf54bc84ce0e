#include "store/texts.h"

#include "base/encode.h"

#include <dirent.h>

sheaf_status sheaf_texts_look(sheaf_texts *out, const char *dir, sheaf_err *err)
{
    return sheaf_path(out->dir, err, "%s/texts", dir);
}

static sheaf_status area_path(const sheaf_texts *texts, sheaf_area area,
                              char out[SHEAF_PATH_MAX], sheaf_err *err)
{
    return sheaf_path(out, err, "%s/%s", texts->dir, sheaf_area_name(area));
}

/* One for all, so that none is left behind among the texts. */
static sheaf_status draft_path(const sheaf_texts *texts, char out[SHEAF_PATH_MAX],
                               sheaf_err *err)
{
    return sheaf_path(out, err, "%s/draft", texts->dir);
}

sheaf_status sheaf_texts_open(sheaf_texts *out, const char *dir, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_texts_look(out, dir, err));
    for (sheaf_area area = 0; area < SHEAF_AREA_COUNT; area++) {
        SHEAF_TRY(area_path(out, area, path, err));
        SHEAF_TRY(sheaf_folder_make(path, 0700, err));
    }
    /* What a crash left half written. */
    SHEAF_TRY(draft_path(out, path, err));
    return sheaf_file_remove(path, err);
}

static sheaf_status text_path(const sheaf_texts *texts, sheaf_area area,
                              const sheaf_hash *commitment, char out[SHEAF_PATH_MAX],
                              sheaf_err *err)
{
    char name[SHEAF_BASE64URL_LEN_32 + 1];
    sheaf_base64url_32(commitment->bytes, name);
    return sheaf_path(out, err, "%s/%s/%s", texts->dir, sheaf_area_name(area), name);
}

/* The path of a text that is here; false if it is in no area. */
static bool locate(const sheaf_texts *texts, const sheaf_hash *commitment,
                   char out[SHEAF_PATH_MAX], sheaf_area *area)
{
    for (*area = 0; *area < SHEAF_AREA_COUNT; ++*area)
        if (text_path(texts, *area, commitment, out, NULL) == SHEAF_OK
            && sheaf_file_exists(out))
            return true;
    return false;
}

sheaf_status sheaf_text_put(const sheaf_texts *texts, sheaf_area area,
                            const sheaf_hash *commitment, const uint8_t salt[SHEAF_SALT_BYTES],
                            sheaf_slice text, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX], draft[SHEAF_PATH_MAX];
    sheaf_buffer file;
    if (text.len > SHEAF_TEXT_BYTES_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a text is longer than %d bytes",
                          SHEAF_TEXT_BYTES_MAX);
    sheaf_hash made = sheaf_commit(salt, text);
    if (!sheaf_hash_equal(&made, commitment))
        return sheaf_fail(err, SHEAF_FAULT, "a text does not match its commitment");
    SHEAF_TRY(text_path(texts, area, commitment, path, err));
    SHEAF_TRY(draft_path(texts, draft, err));
    sheaf_buffer_init(&file, SHEAF_SALT_BYTES + SHEAF_TEXT_BYTES_MAX);
    sheaf_buffer_add(&file, sheaf_bytes(salt, SHEAF_SALT_BYTES));
    sheaf_buffer_add(&file, text);
    sheaf_status status = sheaf_buffer_check(&file, "a text", err);
    if (status == SHEAF_OK)
        status = sheaf_file_replace(path, draft, 0600, sheaf_buffer_slice(&file), true, err);
    sheaf_buffer_deinit(&file);
    return status;
}

bool sheaf_text_find(const sheaf_texts *texts, const sheaf_hash *commitment, sheaf_area *area)
{
    char path[SHEAF_PATH_MAX];
    sheaf_area found;
    if (!locate(texts, commitment, path, &found))
        return false;
    if (area)
        *area = found;
    return true;
}

/* The text of one file, checked. */
static sheaf_status read_text(const char *path, const sheaf_hash *commitment,
                              uint8_t salt[SHEAF_SALT_BYTES], sheaf_buffer *text,
                              sheaf_err *err)
{
    sheaf_buffer file;
    sheaf_slice in, head = {0};
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

sheaf_status sheaf_text_get(const sheaf_texts *texts, const sheaf_hash *commitment,
                            uint8_t salt[SHEAF_SALT_BYTES], sheaf_buffer *text, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_area area;
    sheaf_buffer_reset(text);
    if (!locate(texts, commitment, path, &area))
        return sheaf_fail(err, SHEAF_IO, "the text is not here: withheld, or erased");
    return read_text(path, commitment, salt, text, err);
}

static sheaf_status check_file(const char *folder, const char *name, sheaf_buffer *text,
                               sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    uint8_t salt[SHEAF_SALT_BYTES];
    sheaf_hash commitment;
    sheaf_err why = {0};
    if (!sheaf_base64url_get(sheaf_str(name), commitment.bytes, sizeof commitment.bytes))
        return sheaf_fail(err, SHEAF_FAULT, "%s/%s is not the file of a text", folder, name);
    SHEAF_TRY(sheaf_path(path, err, "%s/%s", folder, name));
    sheaf_status status = read_text(path, &commitment, salt, text, &why);
    return status == SHEAF_OK || status == SHEAF_NOMEM
               ? status
               : sheaf_fail(err, SHEAF_FAULT, "%.350s", why.message);
}

static sheaf_status check_area(const sheaf_texts *texts, sheaf_area area, uint32_t *checked,
                               sheaf_err *err)
{
    char folder[SHEAF_PATH_MAX];
    sheaf_buffer text;
    sheaf_status status = SHEAF_OK;
    SHEAF_TRY(area_path(texts, area, folder, err));
    DIR *listing = opendir(folder);
    if (!listing)
        return SHEAF_OK; /* none were kept */
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    for (const struct dirent *item; status == SHEAF_OK && (item = readdir(listing));) {
        if (item->d_name[0] == '.')
            continue;
        status = check_file(folder, item->d_name, &text, err);
        *checked += status == SHEAF_OK;
    }
    closedir(listing);
    sheaf_buffer_deinit(&text);
    return status;
}

static bool area_named(const char *name)
{
    for (sheaf_area area = 0; area < SHEAF_AREA_COUNT; area++)
        if (strcmp(name, sheaf_area_name(area)) == 0)
            return true;
    return name[0] == '.' || strcmp(name, "draft") == 0;
}

sheaf_status sheaf_texts_check(const sheaf_texts *texts, uint32_t *checked, sheaf_err *err)
{
    sheaf_status status = SHEAF_OK;
    DIR *listing = opendir(texts->dir);
    if (!listing)
        return SHEAF_OK;
    for (const struct dirent *item; status == SHEAF_OK && (item = readdir(listing));)
        if (!area_named(item->d_name))
            status = sheaf_fail(err, SHEAF_FAULT, "%s/%s is not the file of a text", texts->dir,
                                item->d_name);
    closedir(listing);
    for (sheaf_area area = 0; status == SHEAF_OK && area < SHEAF_AREA_COUNT; area++)
        status = check_area(texts, area, checked, err);
    return status;
}

sheaf_status sheaf_text_erase(const sheaf_texts *texts, const sheaf_hash *commitment,
                              bool *erased, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX], folder[SHEAF_PATH_MAX];
    sheaf_area area;
    *erased = false;
    while (locate(texts, commitment, path, &area)) {
        SHEAF_TRY(sheaf_file_remove(path, err));
        SHEAF_TRY(area_path(texts, area, folder, err));
        SHEAF_TRY(sheaf_path_sync(folder, err));
        *erased = true;
    }
    return SHEAF_OK;
}
