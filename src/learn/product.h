/* learn/product.h - products of matrices, behind one table of who can compute them.
 *
 *     portable   our own, in C. Every element is a sum in the order of its terms, each added by
 *                one fused multiplication and addition (IEEE 754): the same bits on every
 *                machine, and a row of the result is a function of that row of `a` alone,
 *                whatever stands beside it. That is what learning under noise rests on.
 *     openblas   the default: about as fast as ours on processors with AVX2 or AVX-512, and
 *                many times as fast on others; but its last bits differ between machines and
 *                with the number of rows.
 *     onednn     where it was there at build time. It has had wrong results at some widths, so
 *                each shape is computed once by it and once by `portable`, from numbers drawn
 *                at random, before the first time that it counts. Where they differ, or it
 *                fails, that shape is left to openblas from then on, and a sentence says so.
 *
 * The libraries are loaded by the first who asks for them, so that a process that learns
 * nothing has neither their threads nor their memory. One thread computes.
 *
 * A product object is for one thread at a time.
 *
 * What is not computed as was asked is told to whoever opened the product. Deep in training
 * there is nobody to tell: there it is noted (sheaf_product_note), once in the life of the
 * process, and the program takes the note afterwards and tells people.
 */
#ifndef SHEAF_LEARN_PRODUCT_H
#define SHEAF_LEARN_PRODUCT_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHEAF_PRODUCT_SIDE_MAX = 1 << 24, SHEAF_PRODUCT_SHAPES_MAX = 64 };

/* c is m x n, every element a sum of k terms; all matrices are row by row, without gaps. Sizes
 * may be 0: a sum of no terms is 0. */
typedef struct {
    uint32_t m, n, k;
    bool a_across, b_across; /* a stands as k x m, b as n x k */
    bool adds;               /* to what stands in c */
} sheaf_product_shape;

typedef enum {
    SHEAF_PRODUCT_PORTABLE,
    SHEAF_PRODUCT_OPENBLAS,
    SHEAF_PRODUCT_ONEDNN,
    SHEAF_PRODUCTS,
} sheaf_product_kind;

/* A row of the table. Sizes are above 0 and at most SHEAF_PRODUCT_SIDE_MAX. */
typedef struct {
    const char *name;
    bool trusted; /* else every shape is tested before its first use */
    /* Loads what it needs, each time it is asked; NULL where that is nothing. */
    sheaf_status (*load)(sheaf_err *err);
    /* False where it cannot; c is then undefined, but where it adds untouched. */
    bool (*multiply)(const sheaf_product_shape *shape, const float *a, const float *b,
                     float *c);
    /* Likewise; NULL where it has none. */
    bool (*multiply_doubles)(const sheaf_product_shape *shape, const double *a, const double *b,
                             double *c);
} sheaf_product_row;

/* NULL where this build has none of that kind. */
const sheaf_product_row *sheaf_product_row_of(sheaf_product_kind kind);

/* The kind whose row has that name; false where there is none. */
SHEAF_MUST_USE bool sheaf_product_kind_named(const char *name, sheaf_product_kind *out);

/* Who computes where last bits may differ, which is openblas unless the program has been told
 * another before it learns anything. */
void sheaf_product_prefer(sheaf_product_kind kind);
sheaf_product_kind sheaf_product_preferred(void);

/* Is given every sentence about what is not computed as was asked. */
typedef struct {
    void (*say)(void *context, const char *sentence);
    void *context;
} sheaf_product_teller;

typedef struct {
    const sheaf_product_row *row, *otherwise;
    sheaf_product_teller teller;
    struct {
        sheaf_product_shape shape;
        bool holds;
    } tested[SHEAF_PRODUCT_SHAPES_MAX];
    uint32_t tested_count;
    bool told_full;
} sheaf_product;

enum { SHEAF_PRODUCT_SENTENCE_MAX = 400 };

/* A teller that keeps the first sentence of the process. From any thread. */
void sheaf_product_note(void *context, const char *sentence);
/* True once, where something was noted: the sentence, what to install with it. */
SHEAF_MUST_USE bool sheaf_product_note_take(char out[SHEAF_PRODUCT_SENTENCE_MAX]);

/* By a kind of the table. What cannot be loaded is told, and the next of onednn, openblas,
 * portable taken. */
void sheaf_product_open(sheaf_product *out, sheaf_product_kind kind,
                        sheaf_product_teller teller);

/* By any row, and another for what that one cannot compute. */
void sheaf_product_open_rows(sheaf_product *out, const sheaf_product_row *row,
                             const sheaf_product_row *otherwise, sheaf_product_teller teller);

/* c = a b, or c += a b. c overlaps neither. */
void sheaf_product_multiply(sheaf_product *product, const sheaf_product_shape *shape,
                            const float *a, const float *b, float *c);

/* The same in doubles. Whole numbers whose sums stay below 2^53 give exact sums, by whomever.
 */
void sheaf_product_multiply_doubles(sheaf_product *product, const sheaf_product_shape *shape,
                                    const double *a, const double *b, double *c);

#endif
