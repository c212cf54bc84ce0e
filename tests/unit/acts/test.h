/* cmocka and the headers it needs. */
#ifndef SHEAF_TEST_ACTS_H
#define SHEAF_TEST_ACTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#endif
