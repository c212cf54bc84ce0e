/* A small model with declared ranges, for tests of learning under noise. The including file has
 * its suite's test.h before it. */
#ifndef SHEAF_TEST_LEARN_RANGED_H
#define SHEAF_TEST_LEARN_RANGED_H

#include "learn/model.h"
#include "learn/ranges.h"

/* Features a, b, c ... from -1 to 1, a label y, and weights of 0. */
static inline void test_ranged_model(uint32_t d, sheaf_model *out)
{
    sheaf_err err;
    sheaf_scaling scaling;
    sheaf_features features = {.count = d, .label = "y"};
    for (uint32_t j = 0; j < d; j++)
        features.items[j] = (sheaf_feature){.column = {(char)('a' + j)},
                                            .has_range = true,
                                            .low_millionths = -1000000,
                                            .high_millionths = 1000000};
    MUST(sheaf_ranges_scaling(&features, &scaling, &err));
    sheaf_model_init(out, &features, &scaling);
}

#endif
