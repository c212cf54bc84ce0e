#include "store/texts.h"

#include "base/encode.h"

#include <errno.h>

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

typedef struct {
    char folder[SHEAF_PATH_MAX];
    sheaf_buffer text;
    uint32_t checked;
    sheaf_status status;
    sheaf_err *err;
} checking;

static void check_file(void *context, const char *name)
{
    checking *c = context;
    char path[SHEAF_PATH_MAX];
    uint8_t salt[SHEAF_SALT_BYTES];
    sheaf_hash commitment;
    sheaf_err why = {0};
    if (c->status != SHEAF_OK)
        return;
    if (!sheaf_base64url_get(sheaf_str(name), commitment.bytes, sizeof commitment.bytes)) {
        c->status =
            sheaf_fail(c->err, SHEAF_FAULT, "%s/%s is not the file of a text", c->folder, name);
        return;
    }
    c->status = sheaf_path(path, c->err, "%s/%s", c->folder, name);
    if (c->status != SHEAF_OK)
        return;
    sheaf_status status = read_text(path, &commitment, salt, &c->text, &why);
    if (status == SHEAF_OK)
        c->checked++;
    else
        c->status = sheaf_fail(c->err, status == SHEAF_NOMEM ? SHEAF_NOMEM : SHEAF_FAULT,
                               "%.350s", why.message);
}

static void check_area(void *context, const char *name)
{
    checking *c = context;
    for (sheaf_area area = 0; area < SHEAF_AREA_COUNT; area++)
        if (strcmp(name, sheaf_area_name(area)) == 0)
            return;
    if (c->status == SHEAF_OK && strcmp(name, "draft") != 0)
        c->status =
            sheaf_fail(c->err, SHEAF_FAULT, "%s/%s is not the file of a text", c->folder, name);
}

/* A folder that is missing has nothing in it. */
static sheaf_status check_folder(checking *c, sheaf_disk_visit *visit)
{
    if (sheaf_disk_now()->list(c->folder, visit, c) != 0 && errno != ENOENT
        && c->status == SHEAF_OK)
        return sheaf_fail(c->err, SHEAF_IO, "cannot read the folder %s: %s", c->folder,
                          strerror(errno));
    return c->status;
}

sheaf_status sheaf_texts_check(const sheaf_texts *texts, uint32_t *checked, sheaf_err *err)
{
    checking c = {.status = SHEAF_OK, .err = err};
    SHEAF_TRY(sheaf_path(c.folder, err, "%s", texts->dir));
    SHEAF_TRY(check_folder(&c, check_area));
    sheaf_buffer_init(&c.text, SHEAF_TEXT_BYTES_MAX);
    sheaf_status status = SHEAF_OK;
    for (sheaf_area area = 0; status == SHEAF_OK && area < SHEAF_AREA_COUNT; area++) {
        status = area_path(texts, area, c.folder, err);
        if (status == SHEAF_OK)
            status = check_folder(&c, check_file);
    }
    sheaf_buffer_deinit(&c.text);
    *checked += c.checked;
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
