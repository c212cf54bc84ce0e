#include "node/remote_tiles.h"

#include <stdio.h>
#include <stdlib.h>

sheaf_status sheaf_hub_get_tile(const sheaf_transport *transport, sheaf_tile_namer *name,
                                const sheaf_tile *tile, unsigned *status, sheaf_buffer *answer,
                                sheaf_err *err)
{
    char file[SHEAF_TILE_PATH_MAX], path[SHEAF_TILE_PATH_MAX + 8];
    sheaf_tile either = *tile;
    for (int full = 0; full < 2; full++) {
        name(&either, file);
        snprintf(path, sizeof path, "/log/%s", file);
        SHEAF_TRY(transport->call(transport->context,
                                  &(sheaf_hub_call){.method = "GET", .path = path}, status,
                                  answer, err));
        if (*status == 200)
            return SHEAF_OK;
        if (*status != 404)
            break;
        either.width = SHEAF_TILE_WIDTH;
    }
    return sheaf_hub_failed(path, *status, sheaf_buffer_slice(answer), err);
}

static sheaf_status read_hashes(void *context, const sheaf_tile *tile,
                                sheaf_hash out[SHEAF_TILE_WIDTH], sheaf_err *err)
{
    sheaf_remote_tiles *remote = context;
    unsigned status;
    size_t want = tile->width * sizeof *out;
    SHEAF_TRY(sheaf_hub_get_tile(remote->transport, sheaf_tile_path, tile, &status,
                                 &remote->bytes, err));
    if (remote->bytes.len < want)
        return sheaf_fail(err, SHEAF_FAULT, "a tile of the hub's log has %zu bytes, not %zu",
                          remote->bytes.len, want);
    memcpy(out, remote->bytes.data, want);
    return SHEAF_OK;
}

sheaf_remote_tiles *sheaf_remote_tiles_open(const sheaf_transport *transport, uint64_t size)
{
    sheaf_remote_tiles *remote = calloc(1, sizeof *remote);
    if (!remote)
        return NULL;
    remote->transport = transport;
    sheaf_buffer_init(&remote->bytes, SHEAF_TILE_WIDTH * SHEAF_HASH_BYTES);
    remote->tiles.read = read_hashes;
    remote->tiles.context = remote;
    remote->tiles.size = size;
    return remote;
}

void sheaf_remote_tiles_close(sheaf_remote_tiles *remote)
{
    if (!remote)
        return;
    sheaf_buffer_deinit(&remote->bytes);
    free(remote);
}
