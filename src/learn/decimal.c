#include "learn/decimal.h"

#include "learn/decimal_powers.h"

#include <assert.h>
#include <math.h>

enum {
    DIGITS_SURE = 19,       /* so many decimal digits fit 64 bits */
    EXACT_POWER = 22,       /* 10^22 is a double */
    EXPONENT_FAR = 100000,  /* beyond every double, however many digits stand before it */
    LIMBS = 48,             /* 1536 bits: 40 digits times 10^350 and a shift by 64 */
    FRACTION_BITS = 53,     /* of a double, with the first */
    EXPONENT_LEAST = -1022, /* of a double with all of its bits */
};

/* Powers of ten that are doubles. */
static const double tens[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                             1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                             1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* ---- long integers ---- */

typedef struct {
    uint32_t limb[LIMBS]; /* the least first */
} wide;

static void wide_multiply_add(wide *a, uint32_t factor, uint32_t addend)
{
    uint64_t carry = addend;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)a->limb[i] * factor;
        a->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    assert(carry == 0);
}

static int wide_bits(const wide *a)
{
    for (int i = LIMBS - 1; i >= 0; i--)
        if (a->limb[i])
            return 32 * i + 32 - __builtin_clz(a->limb[i]);
    return 0;
}

static void wide_shift_left(wide *a, int bits)
{
    assert(bits >= 0 && wide_bits(a) + bits <= 32 * LIMBS);
    int limbs = bits / 32, rest = bits % 32;
    for (int i = LIMBS - 1; i >= 0; i--) {
        uint64_t high = i >= limbs ? a->limb[i - limbs] : 0;
        uint64_t low = i > limbs ? a->limb[i - limbs - 1] : 0;
        a->limb[i] = (uint32_t)(((high << 32 | low) << rest) >> 32);
    }
}

static void wide_halve(wide *a)
{
    for (int i = 0; i < LIMBS; i++)
        a->limb[i] = a->limb[i] >> 1 | (i + 1 < LIMBS ? a->limb[i + 1] << 31 : 0);
}

/* Takes b away if it is no more than a; false, and nothing taken, if it is. */
static bool wide_take(wide *a, const wide *b)
{
    int i = LIMBS - 1;
    while (i > 0 && a->limb[i] == b->limb[i])
        i--;
    if (a->limb[i] < b->limb[i])
        return false;
    uint64_t borrow = 0;
    for (i = 0; i < LIMBS; i++) {
        uint64_t next = (uint64_t)a->limb[i] - b->limb[i] - borrow;
        a->limb[i] = (uint32_t)next;
        borrow = next >> 63;
    }
    return true;
}

/* The double nearest to (q + something below 1 if `more`) * 2^exponent. */
static double rounded(uint64_t q, bool more, int exponent)
{
    int bits = 64 - __builtin_clzll(q), keep = FRACTION_BITS;
    int first = exponent + bits - 1; /* exponent of the first bit */
    if (first < EXPONENT_LEAST)
        keep -= EXPONENT_LEAST - first;
    int drop = bits - keep;
    if (drop > bits)
        return 0;
    if (drop <= 0)
        return ldexp((double)q, exponent); /* q is whole, and nothing more */
    uint64_t half = (uint64_t)1 << (drop - 1);
    uint64_t left = drop == 64 ? q : q & ((half << 1) - 1);
    q = drop == 64 ? 0 : q >> drop;
    q += left > half || (left == half && (more || (q & 1)));
    return ldexp((double)q, exponent + drop);
}

/* Whatever the digits: their whole number times 10^exponent, as a quotient of long integers of
 * 63 or 64 bits and what is left. */
static double exact_double(sheaf_slice digits, int exponent)
{
    wide number = {0}, divisor = {{1}};
    int count = 0;
    for (size_t i = 0; i < digits.len && digits.data[i] != 'e' && digits.data[i] != 'E'; i++)
        if (digits.data[i] >= '0' && digits.data[i] <= '9') {
            wide_multiply_add(&number, 10, digits.data[i] - '0');
            count++;
        }
    if (wide_bits(&number) == 0 || exponent + count < -330)
        return 0;
    if (exponent > 310)
        return HUGE_VAL;
    for (int i = 0; i < exponent; i++)
        wide_multiply_add(&number, 10, 0);
    for (int i = 0; i > exponent; i--)
        wide_multiply_add(&divisor, 10, 0);
    int shift = wide_bits(&divisor) + 63 - wide_bits(&number);
    if (shift > 0)
        wide_shift_left(&number, shift);
    uint64_t quotient = 0;
    wide_shift_left(&divisor, shift < 0 ? 63 - shift : 63);
    for (int i = 0; i < 64; i++) {
        quotient = quotient << 1 | wide_take(&number, &divisor);
        wide_halve(&divisor);
    }
    return rounded(quotient, wide_bits(&number) > 0, -shift);
}

/* ---- up to 19 digits ---- */

/* The double nearest to number * 10^exponent, or false where 128 bits of the power do not tell.
 * The names follow the paper's algorithm 1; no result here is too small or too large. */
static bool product_double(uint64_t number, int exponent, double *out)
{
    if (exponent < SHEAF_POWER_MIN || exponent > SHEAF_POWER_MAX)
        return false;
    const sheaf_power *power = &sheaf_powers[exponent - SHEAF_POWER_MIN];
    int zeros = __builtin_clzll(number);
    number <<= zeros;
    unsigned __int128 z = (unsigned __int128)number * power->high;
    uint64_t high = (uint64_t)(z >> 64), low = (uint64_t)z;
    if ((high & 0x1ff)
        == 0x1ff) { /* the rest of the power may carry into the bits that count */
        uint64_t more = (uint64_t)(((unsigned __int128)number * power->low) >> 64);
        high += __builtin_add_overflow(low, more, &low);
        if (low == UINT64_MAX && (exponent < -27 || exponent > 55))
            return false;
    }
    int upper = (int)(high >> 63);
    uint64_t fraction = high >> (upper + 9); /* 54 bits: one more than there will be */
    if (low <= 1 && exponent >= -4 && exponent <= 23 && (fraction & 3) == 1
        && fraction << (upper + 9) == high)
        fraction &= ~(uint64_t)1; /* half way: to even */
    fraction = (fraction + (fraction & 1)) >> 1;
    /* floor(exponent * log2(10)) */
    int binary = (((152170 + 65536) * exponent) >> 16) + upper - zeros;
    *out = ldexp((double)fraction, binary + 63 - (FRACTION_BITS - 1));
    return true;
}

static double double_of(uint64_t number, int exponent, size_t digits, sheaf_slice text)
{
    double out;
    if (digits > DIGITS_SURE)
        return exact_double(text, exponent);
    if (number == 0)
        return 0;
    if (number <= (uint64_t)1 << FRACTION_BITS && exponent >= -EXACT_POWER
        && exponent <= EXACT_POWER)
        return exponent < 0 ? (double)number / tens[-exponent]
                            : (double)number * tens[exponent];
    return product_double(number, exponent, &out) ? out : exact_double(text, exponent);
}

/* ---- text ---- */

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "the first of eight digits is the lowest");

/* Are all eight bytes digits? (Lemire's paper, section 8.) */
static bool are_digits(uint64_t w)
{
    return !(((w + 0x4646464646464646) | (w - 0x3030303030303030)) & 0x8080808080808080);
}

/* Their number, the first in the lowest byte (the same, after Mula). */
static uint64_t digits_value(uint64_t w)
{
    w -= 0x3030303030303030;
    w = w * 10 + (w >> 8);
    return ((w & 0x000000ff000000ff) * 0x000f424000000064
            + ((w >> 16) & 0x000000ff000000ff) * 0x0000271000000001)
           >> 32;
}

static bool eight_digits(const uint8_t *text, uint64_t *number)
{
    uint64_t w;
    memcpy(&w, text, sizeof w);
    if (!are_digits(w))
        return false;
    *number = *number * 100000000 + (uint32_t)digits_value(w);
    return true;
}

static const uint8_t *digits_take(const uint8_t *at, const uint8_t *end, uint64_t *number)
{
    while (end - at >= 8 && eight_digits(at, number))
        at += 8;
    for (; at < end && (uint8_t)(*at - '0') < 10; at++)
        *number = *number * 10 + (uint64_t)(*at - '0');
    return at;
}

/* What stands behind an e, added to *exponent. */
static bool exponent_take(const uint8_t *at, const uint8_t *end, int *exponent)
{
    int value = 0;
    bool negative = at < end && *at == '-';
    at += negative || (at < end && *at == '+');
    if (at == end)
        return false;
    for (; at < end && (uint8_t)(*at - '0') < 10; at++)
        value = value < EXPONENT_FAR ? value * 10 + (*at - '0') : value;
    *exponent += negative ? -value : value;
    return at == end;
}

bool sheaf_decimal_double(sheaf_slice text, bool comma, double *out, char *mark)
{
    const uint8_t *at = text.data, *end = at + text.len;
    uint64_t number = 0;
    int exponent = 0;
    *mark = 0;
    if (text.len == 0 || text.len > SHEAF_DECIMAL_MAX)
        return false;
    bool negative = *at == '-';
    at += negative || *at == '+';
    const uint8_t *first = at;
    at = digits_take(at, end, &number);
    size_t digits = (size_t)(at - first);
    if (at < end && (*at == '.' || (comma && *at == ','))) {
        *mark = (char)*at++;
        const uint8_t *fraction = at;
        at = digits_take(at, end, &number);
        exponent = -(int)(at - fraction);
        digits += (size_t)(at - fraction);
    }
    if (digits == 0)
        return false;
    if (at < end && ((*at | 0x20) != 'e' || !exponent_take(at + 1, end, &exponent)))
        return false;
    for (; digits > DIGITS_SURE && (*first == '0' || *first == '.' || *first == ','); first++)
        digits -= *first == '0'; /* zeros in front need no room */
    double value = double_of(number, exponent, digits, text);
    *out = negative ? -value : value;
    return true;
}

/* ---- eight bytes at once, or sixteen ---- */

typedef unsigned __int128 sixteen; /* bytes, the first the lowest */

static uint64_t eight_of(char c)
{
    return 0x0101010101010101 * (uint64_t)(uint8_t)c;
}

static sixteen sixteen_of(char c)
{
    return (sixteen)eight_of(c) << 64 | eight_of(c);
}

/* The bytes before the place, 0 to 7. */
static uint64_t before(int place)
{
    return ((uint64_t)1 << 8 * place) - 1;
}

/* The same, 0 to 16. */
static sixteen before_of_sixteen(int place)
{
    static const uint64_t ones_and_zeros[4] = {UINT64_MAX, UINT64_MAX, 0, 0};
    sixteen mask;
    memcpy(&mask, (const uint8_t *)ones_and_zeros + 16 - place, sizeof mask);
    return mask;
}

/* The place of the first such byte, or 8. */
static int byte_place(uint64_t w, char byte)
{
    uint64_t x = w ^ eight_of(byte);
    uint64_t found =
        ~(((x & 0x7f7f7f7f7f7f7f7f) + 0x7f7f7f7f7f7f7f7f) | x) & 0x8080808080808080;
    return found ? __builtin_ctzll(found) / 8 : 8;
}

/* The digits that stand before `end`, len of them and at most one mark: their number, and how
 * many of them stand behind the mark, or -1 without one. False for other bytes, and where there
 * is no digit. */
static bool digits_of_eight(const uint8_t *end, int len, char mark, uint64_t *number,
                            int *fraction)
{
    uint64_t w, zeros = before(8 - len); /* of what stands before the text */
    memcpy(&w, end - 8, sizeof w);
    w = (w & ~zeros) | (eight_of('0') & zeros);
    const int place = byte_place(w, mark);
    if (place < 8) { /* what stands before the mark moves up by one */
        uint64_t front = before(place);
        w = (w & ~(front << 8 | 0xff)) | (w & front) << 8 | '0';
    }
    *fraction = 7 - place;
    *number = (uint32_t)digits_value(w);
    return are_digits(w) && len > (place < 8);
}

static bool digits_of_sixteen(const uint8_t *end, int len, char mark, uint64_t *number,
                              int *fraction)
{
    uint64_t half[2];
    memcpy(half, end - 16, sizeof half);
    sixteen w = (sixteen)half[1] << 64 | half[0], zeros = before_of_sixteen(16 - len);
    w = (w & ~zeros) | (sixteen_of('0') & zeros);
    int place = byte_place((uint64_t)w, mark);
    place = place < 8 ? place : 8 + byte_place((uint64_t)(w >> 64), mark);
    if (place < 16) {
        sixteen front = before_of_sixteen(place);
        w = (w & ~before_of_sixteen(place + 1)) | (w & front) << 8 | '0';
    }
    *fraction = 15 - place;
    uint64_t low = (uint64_t)w, high = (uint64_t)(w >> 64);
    *number = digits_value(low) * 100000000 + (uint32_t)digits_value(high);
    return are_digits(low) && are_digits(high) && len > (place < 16)
           && *number <= (uint64_t)1 << FRACTION_BITS;
}

bool sheaf_decimal_short(sheaf_slice text, char at, double *out, char *mark)
{
    uint64_t number, bits;
    int fraction;
    if (text.len == 0 || text.len > 16)
        return false;
    const uint8_t *end = text.data + text.len;
    const bool negative = text.data[0] == '-', sign = negative | (text.data[0] == '+');
    const int len = (int)text.len - sign;
    if (len == 0
        || !(len <= 8 ? digits_of_eight(end, len, at, &number, &fraction)
                      : digits_of_sixteen(end, len, at, &number, &fraction)))
        return false;
    const double value = (double)number / tens[fraction < 0 ? 0 : fraction];
    memcpy(&bits, &value, sizeof bits);
    bits |= (uint64_t)negative << 63; /* without a branch: nobody can foretell a sign */
    memcpy(out, &bits, sizeof bits);
    *mark = fraction < 0 ? 0 : at;
    return true;
}
