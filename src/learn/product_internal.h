/* learn/product_internal.h - the rows of the table of products, one a file. */
#ifndef SHEAF_LEARN_PRODUCT_INTERNAL_H
#define SHEAF_LEARN_PRODUCT_INTERNAL_H

#include "learn/product.h"

extern const sheaf_product_row sheaf_product_portable;
extern const sheaf_product_row sheaf_product_openblas;
#ifdef SHEAF_HAS_ONEDNN
extern const sheaf_product_row sheaf_product_onednn;
#endif

/* Loads a shared library and finds `count` of its functions by name. */
SHEAF_MUST_USE sheaf_status sheaf_product_library(const char *file, const char *const *names,
                                                  void **out, size_t count, sheaf_err *err);

#endif
