/* claims/vector_source.h - where the vectors of closed rounds come from that are too long to
 * stand in a transcript: a folder, or a hub by whoever speaks to it.
 *
 * Whatever comes is compared with what its owner signed, so nothing here is trusted.
 */
#ifndef SHEAF_CLAIMS_VECTOR_SOURCE_H
#define SHEAF_CLAIMS_VECTOR_SOURCE_H

#include "base/status.h"
#include "base/slice.h"

typedef struct {
    /* Fills `out` with the `len` bytes of a chunk; SHEAF_IO where it is not at hand. */
    sheaf_status (*get)(void *context, uint32_t round, uint32_t member, size_t chunk,
                        uint8_t *out, size_t len, sheaf_err *err);
    void *context;
} sheaf_vector_source;

/* Of a hub's folder, whose path stays where it is. */
sheaf_vector_source sheaf_vector_source_folder(const char *dir);

#endif
