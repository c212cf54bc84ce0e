/* Random acts that are valid in form, of any kind, from the catalogue alone. The same seed
 * gives the same acts. */
#ifndef SHEAF_TEST_GENERATE_H
#define SHEAF_TEST_GENERATE_H

#include "acts/act.h"

/* Of what fields the acts are made. */
enum { GENERATOR_REVISION = 1 };

typedef struct {
    uint64_t state;
    sheaf_arena *arena;
} generator;

uint64_t generator_next(generator *g);
/* From lo to hi, with the ends more often than chance would have them. */
int64_t generator_number(generator *g, int64_t lo, int64_t hi);

void generator_fill(generator *g, const sheaf_shape *shape, void *out);
sheaf_act generator_act(generator *g, sheaf_kind kind);

/* The act's canonical bytes, in the generator's arena. */
sheaf_slice generator_bytes(generator *g, const sheaf_act *act);

#endif
