/* crypto/processor.h - instructions that only some processors have: looked up once, before
 * main() begins, so that one program runs on all of them. False everywhere but on x86-64. */
#ifndef SHEAF_CRYPTO_PROCESSOR_H
#define SHEAF_CRYPTO_PROCESSOR_H

#include <stdbool.h>

bool sheaf_processor_has_sha(void);    /* SHA-256 rounds; with AVX */
bool sheaf_processor_has_avx512(void); /* 32 registers, for vectors of every length; of bytes */

#endif
