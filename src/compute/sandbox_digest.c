/* What a program is, as a hash; declared in sandbox.h. */
#include "base/encode.h"
#include "compute/sandbox_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <fcntl.h>

enum { PIECE = 1 << 16, TEXT_MAX = 1 << 18 };

static sheaf_status file_hash(const char *path, sheaf_hash *out, sheaf_err *err)
{
    uint8_t *piece = malloc(PIECE);
    sheaf_hasher *hasher = sheaf_hasher_open();
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    sheaf_status status = SHEAF_OK;
    if (!piece || !hasher)
        status = sheaf_fail(err, SHEAF_NOMEM, "no memory to read %.200s", path);
    else if (fd < 0)
        status = sheaf_disk_fail(err, "open", path);
    for (ssize_t n = 1; status == SHEAF_OK && n > 0;) {
        n = read(fd, piece, PIECE);
        if (n > 0)
            sheaf_hasher_add(hasher, (sheaf_slice){piece, (size_t)n});
        else if (n < 0 && errno != EINTR)
            status = sheaf_disk_fail(err, "read", path);
    }
    if (hasher)
        *out = sheaf_hasher_close(hasher);
    if (fd >= 0)
        close(fd);
    free(piece);
    return status;
}

static sheaf_status words_put(const sheaf_sandbox_plan *plan, sheaf_buffer *text,
                              sheaf_err *err)
{
    for (size_t i = 0; i < plan->job->argument_count; i++) {
        const char *word = plan->arguments[i], *slash = strrchr(word, '/');
        char hex[SHEAF_HEX_LEN_32 + 1];
        sheaf_hash hash;
        if (!plan->is_file[i]) {
            sheaf_buffer_printf(text, "word %s\n", word);
            continue;
        }
        SHEAF_TRY(file_hash(word, &hash, err));
        sheaf_hex_32(hash.bytes, hex);
        sheaf_buffer_printf(text, "file %s %s\n", slash ? slash + 1 : word, hex);
    }
    return sheaf_buffer_check(text, "the words of a trainer", err);
}

sheaf_status sheaf_sandbox_digest(const sheaf_sandbox_job *job, sheaf_hash *out, sheaf_err *err)
{
    sheaf_sandbox_plan *plan = calloc(1, sizeof *plan);
    sheaf_buffer text;
    if (!plan)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a trainer's words");
    sheaf_buffer_init(&text, TEXT_MAX);
    sheaf_status status = sheaf_sandbox_plan_make(job, plan, err);
    if (status == SHEAF_OK) {
        status = words_put(plan, &text, err);
        sheaf_sandbox_plan_free(plan);
    }
    if (status == SHEAF_OK)
        *out = sheaf_sha256(sheaf_buffer_slice(&text));
    sheaf_buffer_deinit(&text);
    free(plan);
    return status;
}
