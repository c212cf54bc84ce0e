#include "node/fork.h"

#include <stdlib.h>

#include "log/evidence.h"
#include "node/remote_tiles.h"
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

/* What the newer log says about the older one's size. */
static sheaf_status make(sheaf_tile_source *tiles, const sheaf_checkpoint *older,
                         const sheaf_checkpoint *newer, sheaf_evidence *out, sheaf_err *err)
{
    sheaf_tree_source tree = sheaf_tile_source_as(tiles);
    SHEAF_TRY(sheaf_tree_root_at(&tree, older->size, &out->root, err));
    SHEAF_TRY(sheaf_consistency_make(&tree, older->size, newer->size, &out->proof, err));
    if (!sheaf_consistency_verify(&out->proof, older->size, newer->size, &out->root,
                                  &newer->root))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the hub's tiles do not make the root of its checkpoint");
    return SHEAF_OK;
}

static sheaf_status make_from_hub(const sheaf_transport *transport,
                                  const sheaf_checkpoint *older, const sheaf_checkpoint *newer,
                                  sheaf_evidence *out, sheaf_err *err)
{
    sheaf_remote_tiles *remote = sheaf_remote_tiles_open(transport, newer->size);
    if (!remote)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to compare two checkpoints");
    sheaf_status status = make(&remote->tiles, older, newer, out, err);
    sheaf_remote_tiles_close(remote);
    return status;
}

/* The tiles of the home's own copy. */
typedef struct {
    const char *home;
    sheaf_buffer bytes;
    sheaf_tile_source tiles;
} own_tiles;

static sheaf_status read_own(void *context, const sheaf_tile *tile,
                             sheaf_hash out[SHEAF_TILE_WIDTH], sheaf_err *err)
{
    own_tiles *own = context;
    sheaf_slice bytes;
    SHEAF_TRY(sheaf_log_file_read(own->home, tile, &own->bytes, &bytes, err));
    memcpy(out, bytes.data, bytes.len);
    return SHEAF_OK;
}

static sheaf_status make_from_home(const char *home, const sheaf_checkpoint *older,
                                   const sheaf_checkpoint *newer, sheaf_evidence *out,
                                   sheaf_err *err)
{
    own_tiles *own = calloc(1, sizeof *own);
    if (!own)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to compare two checkpoints");
    own->home = home;
    own->tiles.read = read_own;
    own->tiles.context = own;
    own->tiles.size = newer->size;
    sheaf_buffer_init(&own->bytes, SHEAF_TILE_WIDTH * SHEAF_HASH_BYTES);
    sheaf_status status = make(&own->tiles, older, newer, out, err);
    sheaf_buffer_deinit(&own->bytes);
    free(own);
    return status;
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
    sheaf_evidence evidence = {
        .root = newer->root, .older = grew ? ours : theirs, .newer = grew ? theirs : ours};
    if (own.size < other.size)
        SHEAF_TRY(make_from_hub(transport, older, newer, &evidence, err));
    else if (own.size > other.size)
        SHEAF_TRY(make_from_home(home, older, newer, &evidence, err));
    if (older->size == 0 || sheaf_hash_equal(&evidence.root, &older->root))
        return SHEAF_OK;
    *proven = true;
    return keep(home, &evidence, err);
}
