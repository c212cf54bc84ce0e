#include "crypto/point25519.h"

/* d = -121665/121666, 2*d, and a square root of -1 (RFC 8032 section 5.1). */
static const sheaf_fe curve_d = {
    {929955233495203, 466365720129213, 1662059464998953, 2033849074728123, 1442794654840575}};
static const sheaf_fe curve_2d = {
    {1859910466990425, 932731440258426, 1072319116312658, 1815898335770999, 633789495995903}};
static const sheaf_fe root_of_minus_one = {
    {1718705420411056, 234908883556509, 2233514472574048, 2117202627021982, 765476049583133}};

sheaf_ge sheaf_ge_identity(void)
{
    return (sheaf_ge){.y = sheaf_fe_small(1), .z = sheaf_fe_small(1)};
}

/* From E, F, G, H of the formulas. */
static sheaf_ge complete(const sheaf_fe *e, const sheaf_fe *f, const sheaf_fe *g,
                         const sheaf_fe *h)
{
    return (sheaf_ge){.x = sheaf_fe_mul(e, f),
                      .y = sheaf_fe_mul(g, h),
                      .z = sheaf_fe_mul(f, g),
                      .t = sheaf_fe_mul(e, h)};
}

sheaf_ge sheaf_ge_add_niels(const sheaf_ge *p, const sheaf_ge_niels *q, bool subtract)
{
    sheaf_fe sum = sheaf_fe_add(&p->y, &p->x), difference = sheaf_fe_sub(&p->y, &p->x);
    sheaf_fe a = sheaf_fe_mul(&difference, subtract ? &q->plus : &q->minus);
    sheaf_fe b = sheaf_fe_mul(&sum, subtract ? &q->minus : &q->plus);
    sheaf_fe c = sheaf_fe_mul(&p->t, &q->product);
    sheaf_fe d = sheaf_fe_add(&p->z, &p->z);
    sheaf_fe e = sheaf_fe_sub(&b, &a), h = sheaf_fe_add(&b, &a);
    sheaf_fe less = sheaf_fe_sub(&d, &c), more = sheaf_fe_add(&d, &c);
    return complete(&e, subtract ? &more : &less, subtract ? &less : &more, &h);
}

sheaf_ge sheaf_ge_add(const sheaf_ge *p, const sheaf_ge *q)
{
    sheaf_fe sum = sheaf_fe_add(&p->y, &p->x), difference = sheaf_fe_sub(&p->y, &p->x);
    sheaf_fe sum_q = sheaf_fe_add(&q->y, &q->x), difference_q = sheaf_fe_sub(&q->y, &q->x);
    sheaf_fe a = sheaf_fe_mul(&difference, &difference_q), b = sheaf_fe_mul(&sum, &sum_q);
    sheaf_fe c = sheaf_fe_mul(&p->t, &q->t), d = sheaf_fe_mul(&p->z, &q->z);
    c = sheaf_fe_mul(&c, &curve_2d);
    d = sheaf_fe_add(&d, &d);
    sheaf_fe e = sheaf_fe_sub(&b, &a), f = sheaf_fe_sub(&d, &c);
    sheaf_fe g = sheaf_fe_add(&d, &c), h = sheaf_fe_add(&b, &a);
    return complete(&e, &f, &g, &h);
}

sheaf_ge sheaf_ge_double(const sheaf_ge *p)
{
    sheaf_fe a = sheaf_fe_square(&p->x), b = sheaf_fe_square(&p->y), c = sheaf_fe_square(&p->z);
    sheaf_fe sum = sheaf_fe_add(&p->x, &p->y);
    sheaf_fe square = sheaf_fe_square(&sum);
    c = sheaf_fe_add(&c, &c);
    sheaf_fe h = sheaf_fe_add(&a, &b), e = sheaf_fe_sub(&h, &square);
    sheaf_fe g = sheaf_fe_sub(&a, &b), f = sheaf_fe_add(&c, &g);
    return complete(&e, &f, &g, &h);
}

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

bool sheaf_ge_is_identity(const sheaf_ge *p)
{
    sheaf_fe difference = sheaf_fe_sub(&p->y, &p->z);
    return sheaf_fe_zero(&p->x) && sheaf_fe_zero(&difference);
}
