/* learn/draw.h - numbers by chance from a seed, for planning: what they decide protects nobody.
 *
 * A seed gives the same numbers on every machine, but for the last bits of what goes through
 * log() and cos().
 */
#ifndef SHEAF_LEARN_DRAW_H
#define SHEAF_LEARN_DRAW_H

#include <stddef.h>
#include <stdint.h>

enum { SHEAF_DRAW_WORDS = 512 };

typedef struct {
    uint8_t seed[32];
    uint64_t next; /* word of the stream */
    uint64_t words[SHEAF_DRAW_WORDS];
} sheaf_draw;

void sheaf_draw_init(sheaf_draw *draw, uint64_t seed, uint64_t purpose);

/* Below n, which is not 0; even up to 2^-32. */
uint32_t sheaf_draw_below(sheaf_draw *draw, uint32_t n);

/* Above 0 and below 1. */
double sheaf_draw_uniform(sheaf_draw *draw);

/* The logarithm of a number by the gamma law of this shape and scale 1 (Marsaglia and Tsang
 * 2000); for small shapes the number itself would be 0. */
double sheaf_draw_log_gamma(sheaf_draw *draw, double shape);

/* Puts items in random order. */
void sheaf_draw_shuffle(sheaf_draw *draw, uint32_t *items, uint32_t count);

#endif
