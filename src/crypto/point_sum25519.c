#include "crypto/point_sum25519.h"

#include <assert.h>
#include <stdlib.h>

enum { SHORT_BITS = 128, LONG_BITS = 253 };

/* `count` <= 25 bits of a scalar, from `bit` on; zeros above its end. */
static uint32_t bits_of(const uint8_t scalar[32], size_t bit, unsigned count)
{
    uint32_t bits = 0;
    for (size_t k = 0, byte = bit / 8; k < 4 && byte + k < 32; k++)
        bits |= (uint32_t)scalar[byte + k] << 8 * k;
    return bits >> bit % 8 & ((1u << count) - 1);
}

/* ---- Straus ---- */

enum {
    SHORT_WIDTH = 4,
    LONG_WIDTH = 5,
    SHORT_TABLE = 1 << (SHORT_WIDTH - 2), /* odd multiples */
    LONG_TABLE = 1 << (LONG_WIDTH - 2),
    SHORT_STEPS = SHORT_BITS / SHORT_WIDTH + 1, /* the most digits that are not zero */
    LONG_STEPS = LONG_BITS / LONG_WIDTH + 1,
};

/* What is added at one bit, as a list: so the sum goes straight from one addition to the next.
 */
typedef struct {
    const sheaf_ge_cached *point;
    uint32_t next; /* 0: the last */
    bool subtract;
} step;

typedef struct {
    sheaf_ge_cached *tables;
    step *steps;
    uint32_t step_count;           /* from 1 on */
    uint32_t heads[LONG_BITS + 1]; /* the first step at each bit */
} schedule;

/* Digits are odd, below 2^(width-1) in absolute value, and at least `width` bits apart. */
static void add_steps(schedule *s, const uint8_t scalar[32], size_t bits, unsigned width,
                      const sheaf_ge_cached *table)
{
    uint32_t carry = 0;
    for (size_t bit = 0; bit <= bits;) {
        uint32_t digit = bits_of(scalar, bit, width) + carry;
        if ((digit & 1) == 0) {
            bit++;
            continue;
        }
        carry = digit >> (width - 1);
        uint32_t size = carry ? (1u << width) - digit : digit;
        s->steps[++s->step_count] = (step){table + size / 2, s->heads[bit], carry != 0};
        s->heads[bit] = s->step_count;
        bit += width;
    }
    assert(carry == 0);
}

static void follow(const schedule *s, sheaf_ge *out)
{
    sheaf_ge_open sum = sheaf_ge_open_identity();
    size_t bit = LONG_BITS + 1;
    while (bit > 0 && !s->heads[bit - 1])
        bit--;
    while (bit-- > 0) {
        sheaf_ge_open_double(&sum);
        for (uint32_t at = s->heads[bit]; at; at = s->steps[at].next)
            sheaf_ge_open_add(&sum, s->steps[at].point, s->steps[at].subtract);
    }
    *out = sheaf_ge_close(&sum);
}

bool sheaf_ge_sum_straus(const sheaf_ge_terms *terms, sheaf_ge *sum)
{
    size_t long_count = terms->count - terms->short_count;
    schedule s = {0};
    s.tables = malloc((terms->short_count * SHORT_TABLE + long_count * LONG_TABLE + 1)
                      * sizeof *s.tables);
    s.steps = malloc((terms->short_count * SHORT_STEPS + long_count * LONG_STEPS + 1)
                     * sizeof *s.steps);
    bool room = s.tables && s.steps;
    sheaf_ge_cached *table = s.tables;
    for (size_t i = 0; room && i < terms->count; i++) {
        bool is_short = i < terms->short_count;
        size_t size = is_short ? SHORT_TABLE : LONG_TABLE;
        sheaf_ge_odd_multiples(&terms->points[i], table, size);
        add_steps(&s, terms->scalars[i], is_short ? SHORT_BITS : LONG_BITS,
                  is_short ? SHORT_WIDTH : LONG_WIDTH, table);
        table += size;
    }
    if (room)
        follow(&s, sum);
    free(s.steps);
    free(s.tables);
    return room;
}

/* ---- Pippenger ---- */

enum {
    WINDOW_MIN = 4,
    WINDOW_MAX = 10,
    WINDOWS_MAX = LONG_BITS / WINDOW_MIN + 1,
    BUCKETS_MAX = 1 << (WINDOW_MAX - 1),
};

typedef struct {
    const sheaf_ge_niels *points;
    unsigned window;
    int16_t (*digits)[WINDOWS_MAX];
    bool filled[BUCKETS_MAX];
    sheaf_ge buckets[BUCKETS_MAX];
} piles;

static size_t window_count(unsigned bits, unsigned w)
{
    return bits / w + 1; /* room for the last carry */
}

/* Digits from -2^(w-1) to 2^(w-1) - 1, the lowest first. The last window is never so full that
 * a carry could leave it, for no width from 4 to 10 leaves w - 1 bits of 128 or of 253 to it.
 */
static void recode(const uint8_t scalar[32], unsigned w, size_t windows, int16_t *digits)
{
    int carry = 0;
    for (size_t i = 0; i < windows; i++) {
        int digit = (int)bits_of(scalar, i * w, w) + carry;
        carry = digit >= 1 << (w - 1);
        digits[i] = (int16_t)(digit - (carry << w));
    }
    assert(carry == 0);
}

/* Puts the terms [from, to) into the buckets of their digits. */
static void sort_in(piles *p, size_t window, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        int digit = p->digits[i][window];
        if (digit == 0)
            continue;
        size_t at = (size_t)(digit < 0 ? -digit : digit) - 1;
        if (!p->filled[at]) {
            p->buckets[at] = sheaf_ge_identity();
            p->filled[at] = true;
        }
        sheaf_ge_add_niels(&p->buckets[at], &p->points[i], digit < 0);
    }
}

/* Adds (n + 1) * bucket n, for all n, to `sum`. */
static void empty_out(piles *p, sheaf_ge *sum)
{
    sheaf_ge running = sheaf_ge_identity();
    bool any = false;
    for (size_t at = (size_t)1 << (p->window - 1); at-- > 0;) {
        if (p->filled[at] && any)
            sheaf_ge_add(&running, &p->buckets[at]);
        else if (p->filled[at])
            running = p->buckets[at];
        any |= p->filled[at];
        p->filled[at] = false;
        if (any)
            sheaf_ge_add(sum, &running);
    }
}

/* Additions that a window's width takes: each point once a window, each bucket twice. */
static size_t pippenger_cost(const sheaf_ge_terms *terms, unsigned w)
{
    return terms->short_count * window_count(SHORT_BITS, w)
           + (terms->count - terms->short_count + ((size_t)1 << w))
                 * window_count(LONG_BITS, w);
}

static unsigned best_window(const sheaf_ge_terms *terms)
{
    unsigned w = WINDOW_MIN;
    while (w < WINDOW_MAX && pippenger_cost(terms, w + 1) < pippenger_cost(terms, w))
        w++;
    return w;
}

bool sheaf_ge_sum_pippenger(const sheaf_ge_terms *terms, sheaf_ge *sum)
{
    piles *p = malloc(sizeof *p);
    if (!p)
        return false;
    p->points = terms->points;
    p->window = best_window(terms);
    memset(p->filled, 0, sizeof p->filled);
    size_t short_windows = window_count(SHORT_BITS, p->window);
    size_t windows = window_count(LONG_BITS, p->window);
    p->digits = malloc((terms->count + 1) * sizeof *p->digits);
    bool room = p->digits;
    for (size_t i = 0; room && i < terms->count; i++)
        recode(terms->scalars[i], p->window, i < terms->short_count ? short_windows : windows,
               p->digits[i]);
    *sum = sheaf_ge_identity();
    while (room && windows-- > 0) {
        for (unsigned i = 0; i < p->window; i++)
            sheaf_ge_double(sum);
        sort_in(p, windows, windows < short_windows ? 0 : terms->short_count, terms->count);
        empty_out(p, sum);
    }
    free(p->digits);
    free(p);
    return room;
}

/* ---- which ---- */

/* Additions for the tables, and for the digits that are not zero, one bit in width + 1; each
 * takes an eighth longer than Pippenger's, for the point that is added has a Z too. So
 * Pippenger's method begins at about 200 terms, half of them short, and later if most are. */
static size_t straus_cost(const sheaf_ge_terms *terms)
{
    size_t short_each = SHORT_TABLE + SHORT_BITS / (SHORT_WIDTH + 1);
    size_t long_each = LONG_TABLE + LONG_BITS / (LONG_WIDTH + 1);
    size_t all =
        terms->short_count * short_each + (terms->count - terms->short_count) * long_each;
    return all + all / 8;
}

bool sheaf_ge_sum(const sheaf_ge_terms *terms, sheaf_ge *sum)
{
    return straus_cost(terms) < pippenger_cost(terms, best_window(terms))
               ? sheaf_ge_sum_straus(terms, sum)
               : sheaf_ge_sum_pippenger(terms, sum);
}
