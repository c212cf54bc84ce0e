/* What the tests of the privacy folder share: cmocka, the headers that it needs before it, and
 * numbers from a seed. */
#ifndef SHEAF_TESTS_PRIVACY_TEST_H
#define SHEAF_TESTS_PRIVACY_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/status.h"

/* A call that must succeed; its message is shown where it does not. */
#define MUST(call)                                                                             \
    do {                                                                                       \
        if ((call) != SHEAF_OK)                                                                \
            fail_msg("%s", err.message);                                                       \
    } while (0)

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* xorshift64*, for cases that the tests make. */
static inline uint64_t test_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717u;
}

#endif
