/* store/random.h - bytes nobody can guess, from the operating system. */
#ifndef SHEAF_STORE_RANDOM_H
#define SHEAF_STORE_RANDOM_H

#include <stddef.h>

/* sheaf_crypto_start() has been called. */
void sheaf_random(void *out, size_t len);

#endif
