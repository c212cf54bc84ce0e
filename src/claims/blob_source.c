#include "claims/blob_source.h"

static sheaf_status get(void *context, const sheaf_hash *hash, sheaf_buffer *out, bool *found,
                        sheaf_err *err)
{
    const sheaf_blobs *blobs = context;
    *found = sheaf_blob_exists(blobs, hash);
    return *found ? sheaf_blob_read(blobs, hash, out, err) : SHEAF_OK;
}

sheaf_blob_source sheaf_blob_source_folder(const sheaf_blobs *blobs)
{
    /* The context is only ever read through get(). */
    return (sheaf_blob_source){.get = get, .context = (void *)(uintptr_t)blobs};
}
