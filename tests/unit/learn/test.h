/* What every test of learn/ includes. */
#ifndef SHEAF_TEST_LEARN_H
#define SHEAF_TEST_LEARN_H

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

/* A small generator for properties over a printed seed. */
static inline uint64_t test_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#endif
