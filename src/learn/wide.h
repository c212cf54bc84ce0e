/* learn/wide.h - loops over numbers, compiled once more for wide vectors.
 *
 * Both forms give the same bits: this folder is compiled with -ffp-contract=off, a compiler
 * keeps the order of floating point additions, and each element is computed as in the other
 * form.
 */
#ifndef SHEAF_LEARN_WIDE_H
#define SHEAF_LEARN_WIDE_H

/* In front of a function; which of its forms is called is decided when the program starts. */
#ifdef __x86_64__
#define SHEAF_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define SHEAF_WIDE
#endif

#endif
