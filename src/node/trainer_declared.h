/* node/trainer_declared.h - which rounds were trained by a program of the member's own, so that
 * their attestations say so, after a restart too.
 *
 * HOME/trainers/ROUND holds the program's digest in hex. It is durable before the vector that
 * rests on it is masked.
 */
#ifndef SHEAF_NODE_TRAINER_DECLARED_H
#define SHEAF_NODE_TRAINER_DECLARED_H

#include "crypto/hash.h"
#include "store/file.h"

SHEAF_MUST_USE sheaf_status sheaf_trainer_declare(const char *home, uint32_t round,
                                                  const sheaf_hash *digest, sheaf_err *err);

/* *out is all zeros where the round was trained by ours. */
SHEAF_MUST_USE sheaf_status sheaf_trainer_declared(const char *home, uint32_t round,
                                                   sheaf_hash *out, sheaf_err *err);

#endif
