/* Memory that runs out: a program that depends on `scarce` is linked with --wrap, so that its
 * own allocations and no others can be made to fail. */
#ifndef SHEAF_TESTS_SCARCE_H
#define SHEAF_TESTS_SCARCE_H

extern long scarce_left; /* allocations that still succeed, or -1 for all */

#endif
