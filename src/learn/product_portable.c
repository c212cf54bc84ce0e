/* Products in C, each element's terms added in their order. */
#include "learn/product_internal.h"

#include <string.h>

enum { ROWS = 8, DEPTH = 256 };

#define REAL    float
#define VECTOR  vector_of_floats
#define LANES   16
#define NAME(x) floats_##x
#include "learn/product_tile.def"

#define REAL    double
#define VECTOR  vector_of_doubles
#define LANES   8
#define NAME(x) doubles_##x
#include "learn/product_tile.def"

const sheaf_product_row sheaf_product_portable = {
    .name = "portable",
    .trusted = true,
    .multiply = floats_multiply,
    .multiply_doubles = doubles_multiply,
};
