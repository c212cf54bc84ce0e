/* What the tests of the net folder share: cmocka, and the headers that it needs before it. */
#ifndef SHEAF_TESTS_NET_TEST_H
#define SHEAF_TESTS_NET_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

#endif
