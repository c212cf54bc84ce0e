#include "crypto/point25519.h"

/* d = -121665/121666, 2*d, and a square root of -1 (RFC 8032 section 5.1). */
static const sheaf_fe curve_d = {
    {929955233495203, 466365720129213, 1662059464998953, 2033849074728123, 1442794654840575}};
static const sheaf_fe curve_2d = {
    {1859910466990425, 932731440258426, 1072319116312658, 1815898335770999, 633789495995903}};
static const sheaf_fe root_of_minus_one = {
    {1718705420411056, 234908883556509, 2233514472574048, 2117202627021982, 765476049583133}};

/* The base point: y = 4/5, x even. */
const sheaf_ge_niels sheaf_ge_base = {
    .plus = {{1288382639258501, 245678601348599, 269427782077623, 1462984067271730,
              137412439391563}},
    .minus = {{62697248952638, 204681361388450, 631292143396476, 338455783676468,
               1213667448819585}},
    .product = {{301289933810280, 1259582250014073, 1422107436869536, 796239922652654,
                 1953934009299142}},
};

sheaf_ge sheaf_ge_identity(void)
{
    return (sheaf_ge){.y = sheaf_fe_small(1), .z = sheaf_fe_small(1)};
}

bool sheaf_ge_equal(const sheaf_ge *a, const sheaf_ge *b)
{
    sheaf_fe ax = sheaf_fe_mul(&a->x, &b->z), bx = sheaf_fe_mul(&b->x, &a->z);
    sheaf_fe ay = sheaf_fe_mul(&a->y, &b->z), by = sheaf_fe_mul(&b->y, &a->z);
    sheaf_fe x = sheaf_fe_sub(&ax, &bx), y = sheaf_fe_sub(&ay, &by);
    return sheaf_fe_zero(&x) && sheaf_fe_zero(&y);
}

/* ---- sums ---- */

static inline sheaf_ge close(const sheaf_ge_open *p)
{
    return (sheaf_ge){.x = sheaf_fe_mul(&p->e, &p->f),
                      .y = sheaf_fe_mul(&p->g, &p->h),
                      .z = sheaf_fe_mul(&p->f, &p->g),
                      .t = sheaf_fe_mul(&p->e, &p->h)};
}

/* From p, and the four numbers that make up what is added; z2 is 2*Z1*Z2. */
static inline sheaf_ge_open add(const sheaf_ge *p, const sheaf_fe *plus, const sheaf_fe *minus,
                                const sheaf_fe *z2, const sheaf_fe *product, bool subtract)
{
    sheaf_fe sum = sheaf_fe_add(&p->y, &p->x), difference = sheaf_fe_sub(&p->y, &p->x);
    sheaf_fe a = sheaf_fe_mul(&difference, subtract ? plus : minus);
    sheaf_fe b = sheaf_fe_mul(&sum, subtract ? minus : plus);
    sheaf_fe c = sheaf_fe_mul(&p->t, product);
    sheaf_fe less = sheaf_fe_sub(z2, &c), more = sheaf_fe_add(z2, &c);
    return (sheaf_ge_open){.e = sheaf_fe_sub(&b, &a),
                           .f = subtract ? more : less,
                           .g = subtract ? less : more,
                           .h = sheaf_fe_add(&b, &a)};
}

static inline sheaf_ge_open add_cached(const sheaf_ge *p, const sheaf_ge_cached *q,
                                       bool subtract)
{
    sheaf_fe z2 = sheaf_fe_mul(&p->z, &q->z2);
    return add(p, &q->plus, &q->minus, &z2, &q->product, subtract);
}

static inline sheaf_ge_open doubled(const sheaf_fe *x, const sheaf_fe *y, const sheaf_fe *z)
{
    sheaf_fe a = sheaf_fe_square(x), b = sheaf_fe_square(y), c = sheaf_fe_square(z);
    sheaf_fe sum = sheaf_fe_add(x, y), square = sheaf_fe_square(&sum);
    sheaf_ge_open out = {.g = sheaf_fe_sub(&a, &b), .h = sheaf_fe_add(&a, &b)};
    c = sheaf_fe_add(&c, &c);
    out.e = sheaf_fe_sub(&out.h, &square);
    out.f = sheaf_fe_add(&c, &out.g);
    return out;
}

static inline sheaf_ge_cached cached(const sheaf_ge *p)
{
    return (sheaf_ge_cached){.plus = sheaf_fe_add(&p->y, &p->x),
                             .minus = sheaf_fe_sub(&p->y, &p->x),
                             .z2 = sheaf_fe_add(&p->z, &p->z),
                             .product = sheaf_fe_mul(&p->t, &curve_2d)};
}

void sheaf_ge_add(sheaf_ge *p, const sheaf_ge *q)
{
    sheaf_ge_cached other = cached(q);
    sheaf_ge_open sum = add_cached(p, &other, false);
    *p = close(&sum);
}

void sheaf_ge_add_niels(sheaf_ge *p, const sheaf_ge_niels *q, bool subtract)
{
    sheaf_fe z2 = sheaf_fe_add(&p->z, &p->z);
    sheaf_ge_open sum = add(p, &q->plus, &q->minus, &z2, &q->product, subtract);
    *p = close(&sum);
}

void sheaf_ge_double(sheaf_ge *p)
{
    sheaf_ge_open twice = doubled(&p->x, &p->y, &p->z);
    *p = close(&twice);
}

sheaf_ge_open sheaf_ge_open_identity(void)
{
    const sheaf_fe one = sheaf_fe_small(1);
    return (sheaf_ge_open){.f = one, .g = one, .h = one};
}

sheaf_ge sheaf_ge_close(const sheaf_ge_open *p)
{
    return close(p);
}

void sheaf_ge_open_add(sheaf_ge_open *p, const sheaf_ge_cached *q, bool subtract)
{
    sheaf_ge closed = close(p);
    *p = add_cached(&closed, q, subtract);
}

void sheaf_ge_open_double(sheaf_ge_open *p)
{
    sheaf_fe x = sheaf_fe_mul(&p->e, &p->f), y = sheaf_fe_mul(&p->g, &p->h);
    sheaf_fe z = sheaf_fe_mul(&p->f, &p->g);
    *p = doubled(&x, &y, &z);
}

void sheaf_ge_odd_multiples(const sheaf_ge_niels *p, sheaf_ge_cached *out, size_t count)
{
    const sheaf_fe two = sheaf_fe_small(2);
    sheaf_fe x2 = sheaf_fe_sub(&p->plus, &p->minus), y2 = sheaf_fe_add(&p->plus, &p->minus);
    sheaf_ge_open sum = doubled(&x2, &y2, &two);
    sheaf_ge twice = close(&sum);
    out[0] = (sheaf_ge_cached){p->plus, p->minus, two, p->product};
    for (size_t i = 1; i < count; i++) {
        sum = add_cached(&twice, &out[i - 1], false);
        sheaf_ge next = close(&sum);
        out[i] = cached(&next);
    }
}

/* ---- encodings ---- */

/* x from y: x^2 = (y^2 - 1) / (d*y^2 + 1) (RFC 8032 section 5.1.3). */
static bool solve(sheaf_fe *x, const sheaf_fe *y)
{
    const sheaf_fe one = sheaf_fe_small(1);
    sheaf_fe y2 = sheaf_fe_square(y), dy2 = sheaf_fe_mul(&y2, &curve_d);
    sheaf_fe u = sheaf_fe_sub(&y2, &one), v = sheaf_fe_add(&dy2, &one);
    sheaf_fe v2 = sheaf_fe_square(&v), v3 = sheaf_fe_mul(&v2, &v);
    sheaf_fe uv3 = sheaf_fe_mul(&u, &v3), v4 = sheaf_fe_mul(&v3, &v);
    sheaf_fe uv7 = sheaf_fe_mul(&uv3, &v4), power = sheaf_fe_root_power(&uv7);
    *x = sheaf_fe_mul(&uv3, &power);
    sheaf_fe x2 = sheaf_fe_square(x), vx2 = sheaf_fe_mul(&v, &x2);
    sheaf_fe reduced = sheaf_fe_mul(&u, &one);
    sheaf_fe same = sheaf_fe_sub(&vx2, &reduced), opposite = sheaf_fe_add(&vx2, &reduced);
    if (sheaf_fe_zero(&same))
        return true;
    if (!sheaf_fe_zero(&opposite))
        return false;
    *x = sheaf_fe_mul(x, &root_of_minus_one);
    return true;
}

bool sheaf_ge_get(sheaf_ge_niels *out, const uint8_t in[32])
{
    const sheaf_fe none = sheaf_fe_small(0), one = sheaf_fe_small(1);
    uint8_t bytes[32];
    bool sign = in[31] >> 7;
    sheaf_fe y = sheaf_fe_get(in), x;
    sheaf_fe_put(&y, bytes);
    bytes[31] |= (uint8_t)(sign << 7);
    if (memcmp(bytes, in, 32) != 0 || !solve(&x, &y))
        return false;
    sheaf_fe_put(&x, bytes);
    if (sign != (bytes[0] & 1)) {
        if (sheaf_fe_zero(&x))
            return false; /* minus zero */
        x = sheaf_fe_sub(&none, &x);
        x = sheaf_fe_mul(&x, &one); /* carried */
    }
    sheaf_fe plus = sheaf_fe_add(&y, &x), minus = sheaf_fe_sub(&y, &x);
    sheaf_fe xy = sheaf_fe_mul(&x, &y);
    out->plus = sheaf_fe_mul(&plus, &one);
    out->minus = sheaf_fe_mul(&minus, &one);
    out->product = sheaf_fe_mul(&xy, &curve_2d);
    return true;
}

/* ---- ristretto255 ---- */

static bool negative(const sheaf_fe *x)
{
    uint8_t bytes[32];
    sheaf_fe_put(x, bytes);
    return bytes[0] & 1;
}

/* *out = 1/sqrt(w) of either sign; false where w is no square (RFC 9496 section 4.2, with 1 for
 * the numerator). */
static bool inverse_root(sheaf_fe *out, const sheaf_fe *w)
{
    const sheaf_fe one = sheaf_fe_small(1);
    sheaf_fe w2 = sheaf_fe_square(w), w3 = sheaf_fe_mul(&w2, w);
    sheaf_fe w6 = sheaf_fe_square(&w3), w7 = sheaf_fe_mul(&w6, w);
    sheaf_fe power = sheaf_fe_root_power(&w7);
    *out = sheaf_fe_mul(&w3, &power);
    sheaf_fe square = sheaf_fe_square(out), check = sheaf_fe_mul(&square, w);
    sheaf_fe same = sheaf_fe_sub(&check, &one), opposite = sheaf_fe_add(&check, &one);
    if (sheaf_fe_zero(&same))
        return true;
    *out = sheaf_fe_mul(out, &root_of_minus_one);
    return sheaf_fe_zero(&opposite);
}

/* RFC 9496 section 4.3.1, with its names. */
bool sheaf_ge_get_ristretto(sheaf_ge *out, const uint8_t in[32])
{
    const sheaf_fe none = sheaf_fe_small(0), one = sheaf_fe_small(1);
    uint8_t bytes[32];
    sheaf_fe s = sheaf_fe_get(in), inverse;
    sheaf_fe_put(&s, bytes);
    if (memcmp(bytes, in, 32) != 0 || negative(&s))
        return false;
    sheaf_fe ss = sheaf_fe_square(&s);
    sheaf_fe u1 = sheaf_fe_sub(&one, &ss), u2 = sheaf_fe_add(&one, &ss);
    sheaf_fe u2_square = sheaf_fe_square(&u2), u1_square = sheaf_fe_square(&u1);
    sheaf_fe du1_square = sheaf_fe_mul(&curve_d, &u1_square);
    sheaf_fe sum = sheaf_fe_add(&du1_square, &u2_square);
    sheaf_fe v = sheaf_fe_sub(&none, &sum), vu2_square = sheaf_fe_mul(&v, &u2_square);
    if (!inverse_root(&inverse, &vu2_square))
        return false;
    sheaf_fe den_x = sheaf_fe_mul(&inverse, &u2), half = sheaf_fe_mul(&inverse, &den_x);
    sheaf_fe den_y = sheaf_fe_mul(&half, &v), s2 = sheaf_fe_add(&s, &s);
    out->x = sheaf_fe_mul(&s2, &den_x);
    if (negative(&out->x)) {
        out->x = sheaf_fe_sub(&none, &out->x);
        out->x = sheaf_fe_mul(&out->x, &one); /* carried */
    }
    out->y = sheaf_fe_mul(&u1, &den_y);
    out->z = one;
    out->t = sheaf_fe_mul(&out->x, &out->y);
    return !negative(&out->t) && !sheaf_fe_zero(&out->y);
}

/* RFC 9496 section 4.3.3. */
bool sheaf_ge_equal_ristretto(const sheaf_ge *a, const sheaf_ge *b)
{
    sheaf_fe xy = sheaf_fe_mul(&a->x, &b->y), yx = sheaf_fe_mul(&a->y, &b->x);
    sheaf_fe xx = sheaf_fe_mul(&a->x, &b->x), yy = sheaf_fe_mul(&a->y, &b->y);
    sheaf_fe crossed = sheaf_fe_sub(&xy, &yx), straight = sheaf_fe_sub(&yy, &xx);
    return sheaf_fe_zero(&crossed) || sheaf_fe_zero(&straight);
}
