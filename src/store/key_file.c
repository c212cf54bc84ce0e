#include "store/key_file.h"

#include "base/encode.h"
#include "store/file.h"
#include "store/random.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_MAX = 100 };

/* What a file begins with, and who makes one where there is none. */
typedef struct {
    const char *version, *missing;
} form;

static const form signing = {"sheaf-key/v1\n",
                             "name the folder with --home, or make a key with sheaf join"};
static const form officer = {"sheaf-officer-key/v1\n",
                             "make one with sheaf person officer-key"};

/* The whole file; its length. */
static size_t put_text(const form *f, const uint8_t seed[SHEAF_SEED_BYTES], char out[TEXT_MAX])
{
    size_t len = strlen(f->version);
    memcpy(out, f->version, len);
    sheaf_base64url_32(seed, out + len);
    len += SHEAF_BASE64URL_LEN_32;
    out[len++] = '\n';
    return len;
}

static sheaf_status seed_put(const form *f, const char *path,
                             const uint8_t seed[SHEAF_SEED_BYTES], sheaf_err *err)
{
    char text[TEXT_MAX], parent[SHEAF_PATH_MAX];
    size_t len = put_text(f, seed, text);
    /* O_EXCL: a key that is lost is lost for ever, so none is ever replaced. */
    int fd = sheaf_disk_now()->open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    sheaf_status status = SHEAF_OK;
    if (fd < 0 && errno == EEXIST)
        status =
            sheaf_fail(err, SHEAF_INVALID,
                       "%s is there already: keep it, or name another file for the key", path);
    else if (fd < 0)
        status = sheaf_fail(err, SHEAF_IO, "cannot create %s: %s", path, strerror(errno));
    else
        status = sheaf_file_put(fd, path, sheaf_bytes(text, len), 0, err);
    sheaf_wipe(text, sizeof text);
    if (fd < 0)
        return status;
    if (status == SHEAF_OK && sheaf_disk_now()->fsync(fd) != 0)
        status = sheaf_fail(err, SHEAF_IO, "cannot make %s durable: %s", path, strerror(errno));
    sheaf_disk_now()->close(fd);
    if (status == SHEAF_OK)
        status = sheaf_path_parent(path, parent, err);
    if (status == SHEAF_OK)
        status = sheaf_path_sync(parent, err);
    if (status != SHEAF_OK)
        (void)sheaf_disk_now()->unlink(path); /* half a key must not look like one */
    return status;
}

static sheaf_status read_seed(const form *f, int fd, const char *path,
                              uint8_t seed[SHEAF_SEED_BYTES], sheaf_err *err)
{
    struct stat info;
    char text[TEXT_MAX];
    size_t head = strlen(f->version), len = head + SHEAF_BASE64URL_LEN_32 + 1;
    sheaf_status status = SHEAF_OK;
    if (fstat(fd, &info) != 0)
        return sheaf_fail(err, SHEAF_IO, "cannot read %s: %s", path, strerror(errno));
    if (info.st_mode & 077)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the key file %s can be read or written by others: run chmod 600 %s",
                          path, path);
    ssize_t n = read(fd, text, sizeof text);
    if (n < 0)
        status = sheaf_fail(err, SHEAF_IO, "cannot read %s: %s", path, strerror(errno));
    else if ((size_t)n != len || memcmp(text, f->version, head) != 0 || text[len - 1] != '\n')
        status =
            sheaf_fail(err, SHEAF_INVALID,
                       "%s is no key file of this version: bring it back from a backup", path);
    else if (!sheaf_base64url_get(sheaf_bytes(text + head, SHEAF_BASE64URL_LEN_32), seed,
                                  SHEAF_SEED_BYTES))
        status =
            sheaf_fail(err, SHEAF_INVALID, "%s is damaged: bring it back from a backup", path);
    sheaf_wipe(text, sizeof text);
    return status;
}

static sheaf_status seed_load(const form *f, const char *path, uint8_t seed[SHEAF_SEED_BYTES],
                              sheaf_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return sheaf_fail(err, SHEAF_IO, "there is no key file %s: %s", path, f->missing);
    if (fd < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot open %s: %s", path, strerror(errno));
    sheaf_status status = read_seed(f, fd, path, seed, err);
    close(fd);
    return status;
}

/* ---- signing keys ---- */

sheaf_status sheaf_key_file_put(const char *path, const uint8_t seed[SHEAF_SEED_BYTES],
                                sheaf_keypair *out, sheaf_err *err)
{
    SHEAF_TRY(seed_put(&signing, path, seed, err));
    sheaf_keypair_from_seed(out, seed);
    return SHEAF_OK;
}

sheaf_status sheaf_key_file_create(const char *path, sheaf_keypair *out, sheaf_err *err)
{
    uint8_t seed[SHEAF_SEED_BYTES];
    sheaf_random(seed, sizeof seed);
    sheaf_status status = sheaf_key_file_put(path, seed, out, err);
    sheaf_wipe(seed, sizeof seed);
    return status;
}

sheaf_status sheaf_key_file_load(const char *path, sheaf_keypair *out, sheaf_err *err)
{
    uint8_t seed[SHEAF_SEED_BYTES];
    sheaf_status status = seed_load(&signing, path, seed, err);
    if (status == SHEAF_OK)
        sheaf_keypair_from_seed(out, seed);
    sheaf_wipe(seed, sizeof seed);
    return status;
}

/* ---- officers' keys ---- */

sheaf_status sheaf_officer_key_create(const char *path, sheaf_box_pair *out, sheaf_err *err)
{
    uint8_t seed[SHEAF_SEED_BYTES];
    sheaf_random(seed, sizeof seed);
    sheaf_status status = seed_put(&officer, path, seed, err);
    if (status == SHEAF_OK)
        sheaf_box_pair_from_seed(out, seed);
    sheaf_wipe(seed, sizeof seed);
    return status;
}

sheaf_status sheaf_officer_key_load(const char *path, sheaf_box_pair *out, sheaf_err *err)
{
    uint8_t seed[SHEAF_SEED_BYTES];
    sheaf_status status = seed_load(&officer, path, seed, err);
    if (status == SHEAF_OK)
        sheaf_box_pair_from_seed(out, seed);
    sheaf_wipe(seed, sizeof seed);
    return status;
}
