#include "store/random.h"

#include <sodium.h>

void sheaf_random(void *out, size_t len)
{
    randombytes_buf(out, len);
}
