#include "node/fork.h"

#include <stdio.h>
#include <stdlib.h>

#include "log/evidence.h"
#include "log/tile_source.h"
#include "store/log_files.h"

sheaf_status sheaf_fork_path(const char *home, char out[SHEAF_PATH_MAX], sheaf_err *err)
{
    return sheaf_path(out, err, "%s/evidence/fork", home);
}

sheaf_status sheaf_fork_refuse(const char *home, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_fork_path(home, path, err));
    if (!sheaf_file_exists(path))
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_FAULT,
                      "the hub once showed %.150s two histories: show the other members the "
                      "proof (sheaf log evidence), and remove %.150s to go on",
                      home, path);
}

/* What proving works on. */
typedef struct {
    const char *home;
    const sheaf_transport *transport; /* NULL: the tiles of the home's own copy */
    sheaf_buffer bytes;
    sheaf_tile_source tiles;
} proof_work;

static sheaf_status fetch_tile(proof_work *work, const sheaf_tile *tile, sheaf_slice *out,
                               sheaf_err *err)
{
    char name[SHEAF_TILE_PATH_MAX], path[SHEAF_TILE_PATH_MAX + 8];
    sheaf_tile either = *tile;
    unsigned status = 0;
    for (int full = 0; full < 2; full++) {
        sheaf_tile_path(&either, name);
        snprintf(path, sizeof path, "/log/%s", name);
        SHEAF_TRY(work->transport->call(work->transport->context,
                                        &(sheaf_hub_call){.method = "GET", .path = path},
                                        &status, &work->bytes, err));
        *out = sheaf_buffer_slice(&work->bytes);
        if (status == 200)
            return SHEAF_OK;
        either.width = SHEAF_TILE_WIDTH;
    }
    return sheaf_hub_failed(path, status, *out, err);
}

static sheaf_status read_tile(void *context, const sheaf_tile *tile,
                              sheaf_hash out[SHEAF_TILE_WIDTH], sheaf_err *err)
{
    proof_work *work = context;
    sheaf_slice bytes;
    size_t want = tile->width * sizeof *out;
    if (work->transport)
        SHEAF_TRY(fetch_tile(work, tile, &bytes, err));
    else
        SHEAF_TRY(sheaf_log_file_read(work->home, tile, &work->bytes, &bytes, err));
    if (bytes.len < want)
        return sheaf_fail(err, SHEAF_FAULT, "a tile of the log has %zu bytes, not %zu",
                          bytes.len, want);
    memcpy(out, bytes.data, want);
    return SHEAF_OK;
}

/* What the newer log says about the older one's size. */
static sheaf_status make(proof_work *work, const sheaf_checkpoint *older,
                         const sheaf_checkpoint *newer, sheaf_evidence *out, sheaf_err *err)
{
    work->tiles.size = newer->size;
    work->tiles.read = read_tile;
    work->tiles.context = work;
    sheaf_tree_source tree = sheaf_tile_source_as(&work->tiles);
    if (older->size == newer->size) {
        out->root = newer->root;
        return SHEAF_OK;
    }
    SHEAF_TRY(sheaf_tree_root_at(&tree, older->size, &out->root, err));
    SHEAF_TRY(sheaf_consistency_make(&tree, older->size, newer->size, &out->proof, err));
    if (!sheaf_consistency_verify(&out->proof, older->size, newer->size, &out->root,
                                  &newer->root))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the hub's tiles do not make the root of its checkpoint");
    return SHEAF_OK;
}

static sheaf_status keep(const char *home, const sheaf_evidence *evidence, sheaf_err *err)
{
    char dir[SHEAF_PATH_MAX], path[SHEAF_PATH_MAX];
    sheaf_buffer text;
    SHEAF_TRY(sheaf_path(dir, err, "%s/evidence", home));
    SHEAF_TRY(sheaf_folder_make(dir, 0700, err));
    SHEAF_TRY(sheaf_fork_path(home, path, err));
    sheaf_buffer_init(&text, SHEAF_EVIDENCE_MAX);
    sheaf_evidence_put(&text, evidence);
    sheaf_status status = sheaf_buffer_check(&text, "the evidence", err);
    if (status == SHEAF_OK)
        status = sheaf_file_write(path, 0600, sheaf_buffer_slice(&text), err);
    sheaf_buffer_deinit(&text);
    return status;
}

sheaf_status sheaf_fork_prove(const char *home, sheaf_slice ours, sheaf_slice theirs,
                              const sheaf_transport *transport, bool *proven, sheaf_err *err)
{
    sheaf_checkpoint own, other;
    *proven = false;
    SHEAF_TRY(sheaf_checkpoint_read(ours, &own, err));
    SHEAF_TRY(sheaf_checkpoint_read(theirs, &other, err));
    bool grew = other.size >= own.size;
    const sheaf_checkpoint *older = grew ? &own : &other, *newer = grew ? &other : &own;
    sheaf_evidence evidence = {.older = grew ? ours : theirs, .newer = grew ? theirs : ours};
    proof_work *work = calloc(1, sizeof *work);
    if (!work)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to compare two checkpoints");
    work->home = home;
    work->transport = grew ? transport : NULL;
    sheaf_buffer_init(&work->bytes, SHEAF_TILE_WIDTH * SHEAF_HASH_BYTES);
    sheaf_status status = make(work, older, newer, &evidence, err);
    sheaf_buffer_deinit(&work->bytes);
    free(work);
    SHEAF_TRY(status);
    if (older->size == 0 || sheaf_hash_equal(&evidence.root, &older->root))
        return SHEAF_OK;
    *proven = true;
    return keep(home, &evidence, err);
}
