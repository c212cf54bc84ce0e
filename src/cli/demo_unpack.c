#include "cli/demo_unpack.h"

#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16 /* zlib's largest window, with a gzip header */ };

sheaf_status demo_unpack(sheaf_slice packed, sheaf_buffer *out, sheaf_err *err)
{
    z_stream stream = {.next_in = (uint8_t *)(uintptr_t)packed.data,
                       .avail_in = (unsigned)packed.len};
    uint8_t piece[16384];
    int end;
    if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to unpack the demonstration's data");
    do {
        stream.next_out = piece;
        stream.avail_out = sizeof piece;
        end = inflate(&stream, Z_NO_FLUSH);
        sheaf_buffer_add(out, sheaf_bytes(piece, sizeof piece - stream.avail_out));
    } while (end == Z_OK && !out->failed);
    inflateEnd(&stream);
    if (!out->failed && (end != Z_STREAM_END || stream.avail_in))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the demonstration's data in this program is damaged");
    return sheaf_buffer_check(out, "the demonstration's data", err);
}
