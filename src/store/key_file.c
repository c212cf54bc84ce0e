#include "store/key_file.h"

#include "base/encode.h"
#include "store/file.h"
#include "store/random.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char version[] = "sheaf-key/v1\n";
enum { VERSION_LEN = sizeof version - 1, FILE_LEN = VERSION_LEN + SHEAF_BASE64URL_LEN_32 + 1 };

sheaf_status sheaf_key_file_put(const char *path, const uint8_t seed[SHEAF_SEED_BYTES],
                                sheaf_keypair *out, sheaf_err *err)
{
    char text[FILE_LEN + 1], parent[SHEAF_PATH_MAX];
    memcpy(text, version, VERSION_LEN);
    sheaf_base64url_32(seed, text + VERSION_LEN);
    text[FILE_LEN - 1] = '\n';
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
        status = sheaf_file_put(fd, path, sheaf_bytes(text, FILE_LEN), 0, err);
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
    if (status == SHEAF_OK)
        sheaf_keypair_from_seed(out, seed);
    else
        (void)sheaf_disk_now()->unlink(path); /* half a key must not look like one */
    return status;
}

sheaf_status sheaf_key_file_create(const char *path, sheaf_keypair *out, sheaf_err *err)
{
    uint8_t seed[SHEAF_SEED_BYTES];
    sheaf_random(seed, sizeof seed);
    sheaf_status status = sheaf_key_file_put(path, seed, out, err);
    sheaf_wipe(seed, sizeof seed);
    return status;
}

static sheaf_status read_key(int fd, const char *path, uint8_t text[FILE_LEN + 1],
                             sheaf_err *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return sheaf_fail(err, SHEAF_IO, "cannot read %s: %s", path, strerror(errno));
    if (info.st_mode & 077)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the key file %s can be read or written by others: run chmod 600 %s",
                          path, path);
    ssize_t n = read(fd, text, FILE_LEN + 1);
    if (n < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot read %s: %s", path, strerror(errno));
    if (n != FILE_LEN || memcmp(text, version, VERSION_LEN) != 0 || text[FILE_LEN - 1] != '\n')
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s is no key file of this version: bring it back from a backup",
                          path);
    return SHEAF_OK;
}

sheaf_status sheaf_key_file_load(const char *path, sheaf_keypair *out, sheaf_err *err)
{
    uint8_t text[FILE_LEN + 1], seed[SHEAF_SEED_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return sheaf_fail(err, SHEAF_IO,
                          "there is no key file %s: name the folder with --home, or make a key "
                          "with sheaf join",
                          path);
    if (fd < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot open %s: %s", path, strerror(errno));
    sheaf_status status = read_key(fd, path, text, err);
    close(fd);
    if (status == SHEAF_OK) {
        sheaf_slice base64 = sheaf_bytes(text + VERSION_LEN, SHEAF_BASE64URL_LEN_32);
        if (sheaf_base64url_get(base64, seed, sizeof seed))
            sheaf_keypair_from_seed(out, seed);
        else
            status = sheaf_fail(err, SHEAF_INVALID,
                                "%s is damaged: bring it back from a backup", path);
    }
    sheaf_wipe(seed, sizeof seed);
    sheaf_wipe(text, sizeof text);
    return status;
}
