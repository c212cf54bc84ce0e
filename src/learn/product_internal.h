/* learn/product_internal.h - the rows of the table of products, one a file. */
#ifndef SHEAF_LEARN_PRODUCT_INTERNAL_H
#define SHEAF_LEARN_PRODUCT_INTERNAL_H

#include "learn/product.h"

extern const sheaf_product_row sheaf_product_portable;
extern const sheaf_product_row sheaf_product_openblas;
#ifdef SHEAF_HAS_ONEDNN
extern const sheaf_product_row sheaf_product_onednn;
#endif

/* The ways to the same bits that `portable` chooses from, slowest first: element by element,
 * and with vectors. This processor has the first so many. */
enum { SHEAF_PRODUCT_WAYS = 3 };
extern const sheaf_product_row sheaf_product_ways[SHEAF_PRODUCT_WAYS];
uint32_t sheaf_product_ways_here(void);

/* Loads a shared library and finds `count` of its functions by name. */
SHEAF_MUST_USE sheaf_status sheaf_product_library(const char *file, const char *const *names,
                                                  void **out, size_t count, sheaf_err *err);

#endif
