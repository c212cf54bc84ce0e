/* Whether samples follow a discrete Gaussian: tests of fit, each of which names itself when it
 * fails. They are given a source, so that broken ones can be seen to fail. */
#ifndef SHEAF_TESTS_PRIVACY_LAW_H
#define SHEAF_TESTS_PRIVACY_LAW_H

#include "test.h"

typedef void law_source(void *context, int64_t *out, size_t count);

/* Draws 2,000,000 samples and compares them with the law of standard deviation sigma (8 or
 * more). The name of the first test whose result is further out than five standard deviations,
 * or NULL. */
const char *law_verdict(double sigma, law_source *draw, void *context);

#endif
