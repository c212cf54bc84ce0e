/* A fresh folder for one test, and the usual things done in it. Included once by each test that
 * wants one. */
#ifndef TEST_STORE_FOLDER_H
#define TEST_STORE_FOLDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "log/checkpoint.h"
#include "store/file.h"

#define ORIGIN "sheaf.example/test"

static char folder[SHEAF_PATH_MAX];

__attribute__((unused)) static void shell(const char *format, ...)
{
    char command[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    assert_int_equal(system(command), 0);
}

__attribute__((unused)) static int make_folder(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/sheaf-test-XXXXXX", base ? base : "/tmp");
    return sheaf_crypto_start() && mkdtemp(folder) ? 0 : -1;
}

__attribute__((unused)) static int remove_folder(void **state)
{
    (void)state;
    sheaf_disk_use(NULL);
    shell("rm -rf '%s'", folder);
    return 0;
}

static sheaf_err why; /* for assert_ok(f(..., &why)) */

#define assert_ok(call)                                                                        \
    do {                                                                                       \
        if ((call) != SHEAF_OK)                                                                \
            fail_msg("%s: %s", #call, why.message);                                            \
    } while (0)

/* Entry i of the tests: lengths from 0 to 96, all different but for the empty ones. */
__attribute__((unused)) static sheaf_slice test_entry(uint64_t i, char out[128])
{
    int len =
        snprintf(out, 128, "entry %llu of a test%*s", (unsigned long long)i, (int)(i % 70), "");
    return sheaf_bytes(out, i % 11 == 7 ? 0 : (size_t)len);
}

__attribute__((unused)) static void sign_head(sheaf_buffer *note, uint64_t size,
                                              const sheaf_hash *root)
{
    static const uint8_t seed[32] = {1, 2, 3};
    sheaf_keypair pair;
    sheaf_keypair_from_seed(&pair, seed);
    sheaf_buffer_init(note, SHEAF_NOTE_BYTES_MAX);
    assert_ok(sheaf_checkpoint_sign(note, sheaf_str(ORIGIN), size, root, &pair, &why));
}

#endif
