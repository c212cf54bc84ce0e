#include "learn/product_internal.h"

#include <assert.h>
#include <dlfcn.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const sheaf_product_row *sheaf_product_row_of(sheaf_product_kind kind)
{
    static const sheaf_product_row *const rows[SHEAF_PRODUCTS] = {
        [SHEAF_PRODUCT_PORTABLE] = &sheaf_product_portable,
        [SHEAF_PRODUCT_OPENBLAS] = &sheaf_product_openblas,
#ifdef SHEAF_HAS_ONEDNN
        [SHEAF_PRODUCT_ONEDNN] = &sheaf_product_onednn,
#endif
    };
    return kind < SHEAF_PRODUCTS ? rows[kind] : NULL;
}

bool sheaf_product_kind_named(const char *name, sheaf_product_kind *out)
{
    for (int i = 0; i < SHEAF_PRODUCTS; i++) {
        const sheaf_product_row *row = sheaf_product_row_of((sheaf_product_kind)i);
        *out = (sheaf_product_kind)i;
        if (row && strcmp(row->name, name) == 0)
            return true;
    }
    return false;
}

static _Atomic int preferred = SHEAF_PRODUCT_OPENBLAS;

void sheaf_product_prefer(sheaf_product_kind kind)
{
    preferred = (int)kind;
}

sheaf_product_kind sheaf_product_preferred(void)
{
    return (sheaf_product_kind)preferred;
}

sheaf_status sheaf_product_library(const char *file, const char *const *names, void **out,
                                   size_t count, sheaf_err *err)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL); /* stays loaded */
    if (!library)
        return sheaf_fail(err, SHEAF_IO, "cannot load the library %s: %s", file, dlerror());
    for (size_t i = 0; i < count; i++) {
        out[i] = dlsym(library, names[i]);
        if (!out[i])
            return sheaf_fail(err, SHEAF_INVALID, "the library %s has no function %s", file,
                              names[i]);
    }
    return SHEAF_OK;
}

__attribute__((format(printf, 2, 3))) static void tell(const sheaf_product *product,
                                                       const char *format, ...)
{
    char sentence[SHEAF_PRODUCT_SENTENCE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    product->teller.say(product->teller.context, sentence);
}

/* ---- what nobody could be told at once ---- */

static struct {
    pthread_mutex_t lock;
    char sentence[SHEAF_PRODUCT_SENTENCE_MAX];
    bool taken;
} noted = {.lock = PTHREAD_MUTEX_INITIALIZER};

void sheaf_product_note(void *context, const char *sentence)
{
    (void)context;
    pthread_mutex_lock(&noted.lock);
    if (!noted.sentence[0])
        snprintf(noted.sentence, sizeof noted.sentence, "%s", sentence);
    pthread_mutex_unlock(&noted.lock);
}

bool sheaf_product_note_take(char out[SHEAF_PRODUCT_SENTENCE_MAX])
{
    pthread_mutex_lock(&noted.lock);
    bool found = noted.sentence[0] && !noted.taken;
    if (found)
        memcpy(out, noted.sentence, sizeof noted.sentence);
    noted.taken = noted.taken || found;
    pthread_mutex_unlock(&noted.lock);
    return found;
}

/* ---- a product ---- */

void sheaf_product_open_rows(sheaf_product *out, const sheaf_product_row *row,
                             const sheaf_product_row *otherwise, sheaf_product_teller teller)
{
    assert(otherwise->trusted && teller.say);
    *out = (sheaf_product){.row = row, .otherwise = otherwise, .teller = teller};
}

void sheaf_product_open(sheaf_product *out, sheaf_product_kind kind,
                        sheaf_product_teller teller)
{
    const sheaf_product_row *usable[SHEAF_PRODUCTS];
    int count = 0;
    assert(kind < SHEAF_PRODUCTS);
    sheaf_product_open_rows(out, &sheaf_product_portable, &sheaf_product_portable, teller);
    for (int next = (int)kind; next >= 0; next--) {
        const sheaf_product_row *row = sheaf_product_row_of((sheaf_product_kind)next);
        sheaf_err err = {.message = "this build has no products by oneDNN"};
        if (row && (!row->load || row->load(&err) == SHEAF_OK))
            usable[count++] = row;
        else
            tell(out, "%s; another way is taken to compute products", err.message);
    }
    assert(count > 0); /* the portable row needs nothing */
    sheaf_product_open_rows(out, usable[0], usable[count > 1 ? 1 : 0], teller);
}

/* ---- a shape before its first use ---- */

static float drawn(uint64_t *state)
{
    *state = *state * 6364136223846793005 + 1442695040888963407;
    return (float)((double)(*state >> 40) * 0x1p-23 - 1);
}

/* Sums of k products of numbers between -1 and 1, in whatever order, are this close in float32;
 * in half its digits they are not. */
static bool close_to(const float *x, const float *y, size_t count, uint32_t k)
{
    const double most = ((double)k + 2) * 0x1p-22;
    for (size_t i = 0; i < count; i++)
        if (!(fabs((double)x[i] - (double)y[i]) <= most))
            return false;
    return true;
}

static bool shape_holds(const sheaf_product_row *row, const sheaf_product_shape *shape)
{
    const size_t a = (size_t)shape->m * shape->k, b = (size_t)shape->k * shape->n;
    const size_t c = (size_t)shape->m * shape->n;
    uint64_t state = a + b + c;
    float *block = calloc(a + b + 2 * c, sizeof *block);
    if (!block)
        return false;
    for (size_t i = 0; i < a + b + c; i++)
        block[i] = drawn(&state);
    float *x = block + a + b, *y = x + c;
    memcpy(y, x, c * sizeof *y);
    bool holds = row->multiply(shape, block, block + a, x)
                 && sheaf_product_portable.multiply(shape, block, block + a, y)
                 && close_to(x, y, c, shape->k);
    free(block);
    return holds;
}

static bool shape_equal(const sheaf_product_shape *x, const sheaf_product_shape *y)
{
    return x->m == y->m && x->n == y->n && x->k == y->k && x->a_across == y->a_across
           && x->b_across == y->b_across && x->adds == y->adds;
}

static void tell_refused(const sheaf_product *product, const sheaf_product_shape *shape,
                         const char *why)
{
    tell(product,
         "%s %s the product of %u x %u and %u x %u matrices%s%s; %s computes those from now on",
         product->row->name, why, shape->m, shape->k, shape->k, shape->n,
         shape->a_across ? ", the first across" : "",
         shape->b_across ? ", the second across" : "", product->otherwise->name);
}

/* The place of a shape that has been tested; -1 if there is no room to note another. */
static int shape_tested(sheaf_product *product, const sheaf_product_shape *shape)
{
    for (uint32_t i = 0; i < product->tested_count; i++)
        if (shape_equal(&product->tested[i].shape, shape))
            return (int)i;
    if (product->tested_count == SHEAF_PRODUCT_SHAPES_MAX) {
        if (!product->told_full)
            tell(product, "%s has been tested in %d shapes; %s computes all others",
                 product->row->name, SHEAF_PRODUCT_SHAPES_MAX, product->otherwise->name);
        product->told_full = true;
        return -1;
    }
    int at = (int)product->tested_count++;
    product->tested[at].shape = *shape;
    product->tested[at].holds = shape_holds(product->row, shape);
    if (!product->tested[at].holds)
        tell_refused(product, shape, "fails in a test of");
    return at;
}

static bool by_row(sheaf_product *product, const sheaf_product_shape *shape, const float *a,
                   const float *b, float *c)
{
    if (product->row->trusted)
        return product->row->multiply(shape, a, b, c);
    int at = shape_tested(product, shape);
    if (at < 0 || !product->tested[at].holds)
        return false;
    if (product->row->multiply(shape, a, b, c))
        return true;
    product->tested[at].holds = false;
    tell_refused(product, shape, "has failed to compute");
    return false;
}

/* True where there is nothing to multiply; c is then done. */
static bool is_empty(const sheaf_product_shape *shape, void *c, size_t element)
{
    assert(shape->m <= SHEAF_PRODUCT_SIDE_MAX && shape->n <= SHEAF_PRODUCT_SIDE_MAX
           && shape->k <= SHEAF_PRODUCT_SIDE_MAX);
    size_t count = (size_t)shape->m * shape->n;
    if (count > 0 && shape->k > 0)
        return false;
    if (count > 0 && !shape->adds)
        memset(c, 0, count * element);
    return true;
}

void sheaf_product_multiply(sheaf_product *product, const sheaf_product_shape *shape,
                            const float *a, const float *b, float *c)
{
    if (is_empty(shape, c, sizeof *c) || by_row(product, shape, a, b, c))
        return;
    if (!product->otherwise->multiply(shape, a, b, c)) {
        bool done = sheaf_product_portable.multiply(shape, a, b, c);
        assert(done);
    }
}

void sheaf_product_multiply_doubles(sheaf_product *product, const sheaf_product_shape *shape,
                                    const double *a, const double *b, double *c)
{
    if (is_empty(shape, c, sizeof *c))
        return;
    const sheaf_product_row *row = product->row->trusted ? product->row : product->otherwise;
    bool done = row->multiply_doubles(shape, a, b, c);
    assert(done);
}
