#include "learn/draw.h"

#include "crypto/stream.h"

#include <math.h>
#include <string.h>

void sheaf_draw_init(sheaf_draw *draw, uint64_t seed, uint64_t purpose)
{
    memset(draw, 0, sizeof *draw);
    memcpy(draw->seed, &seed, sizeof seed);
    memcpy(draw->seed + sizeof seed, &purpose, sizeof purpose);
}

static uint64_t word(sheaf_draw *draw)
{
    if (draw->next % SHEAF_DRAW_WORDS == 0)
        sheaf_stream_words(draw->seed, draw->next, draw->words, SHEAF_DRAW_WORDS);
    return draw->words[draw->next++ % SHEAF_DRAW_WORDS];
}

uint32_t sheaf_draw_below(sheaf_draw *draw, uint32_t n)
{
    return (uint32_t)(((unsigned __int128)word(draw) * n) >> 64);
}

double sheaf_draw_uniform(sheaf_draw *draw)
{
    return ldexp((double)(word(draw) >> 12) + 0.5, -52);
}

/* Box and Muller. */
static double normal(sheaf_draw *draw)
{
    double radius = sqrt(-2 * log(sheaf_draw_uniform(draw)));
    return radius * cos(2 * M_PI * sheaf_draw_uniform(draw));
}

double sheaf_draw_log_gamma(sheaf_draw *draw, double shape)
{
    /* gamma(a) is gamma(a + 1) times a uniform number to the power 1/a */
    double boost = shape < 1 ? log(sheaf_draw_uniform(draw)) / shape : 0;
    double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = normal(draw), v = 1 + c * x;
        if (v <= 0)
            continue;
        v = v * v * v;
        if (log(sheaf_draw_uniform(draw)) < x * x / 2 + d - d * v + d * log(v))
            return log(d * v) + boost;
    }
}

void sheaf_draw_shuffle(sheaf_draw *draw, uint32_t *items, uint32_t count)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t j = sheaf_draw_below(draw, i), item = items[i - 1];
        items[i - 1] = items[j];
        items[j] = item;
    }
}
