/* A packed file of data/ as bytes, for tests of what makes members' tables of it. */
#ifndef SHEAF_TEST_LEARN_UNPACK_H
#define SHEAF_TEST_LEARN_UNPACK_H

#include "test.h"

#include "base/buffer.h"

#include <stdio.h>
#include <zlib.h>

static inline sheaf_buffer test_unpack(const char *name)
{
    char path[1000];
    sheaf_buffer out;
    uint8_t piece[65536];
    int got;
    snprintf(path, sizeof path, "%s/../%s", DATA_FOLDER, name);
    gzFile file = gzopen(path, "rb");
    assert_non_null(file);
    sheaf_buffer_init(&out, 1 << 24);
    while ((got = gzread(file, piece, sizeof piece)) > 0)
        sheaf_buffer_add(&out, sheaf_bytes(piece, (size_t)got));
    assert_int_equal(got, 0);
    gzclose(file);
    assert_false(out.failed);
    return out;
}

#endif
