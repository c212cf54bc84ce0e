#include "claims/vector_source.h"

#include <inttypes.h>

#include "round/chunk.h"
#include "store/vector_file.h"

static sheaf_status get(void *context, uint32_t round, uint32_t member, size_t chunk,
                        uint8_t *out, size_t len, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(path, err, "%s/rounds/%" PRIu32 "/vector-%" PRIu32,
                         (const char *)context, round, member));
    return sheaf_vector_file_get(path, (uint64_t)chunk * SHEAF_ROUND_CHUNK_BYTES, out, len,
                                 err);
}

sheaf_vector_source sheaf_vector_source_folder(const char *dir)
{
    return (sheaf_vector_source){.get = get, .context = (void *)(uintptr_t)dir};
}
