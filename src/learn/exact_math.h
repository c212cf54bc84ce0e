/* learn/exact_math.h - the few functions of a real number that models need, with the same bits
 * on every machine.
 *
 * libm gives other last bits on other systems, so that a sum over members would not equal the
 * sum over pooled data. These are additions, multiplications and divisions of IEEE doubles in a
 * fixed order, rounded to nearest, and steps that are exact: floor, fabs, moving an exponent.
 * This folder is compiled with -ffp-contract=off, so that no compiler joins a multiplication
 * and an addition.
 *
 * Errors, in units in the last place of the true value, for results that are normal doubles
 * (below 2^-1022 they are off by less than one more of what is left there); the tests hold
 * them against MPFR:
 *
 *     exp 1.1    log 0.9    sigmoid 2.5    tanh 2.5    softplus 2
 *
 * Not a number gives not a number; nothing else does but the logarithm of a number below zero.
 */
#ifndef SHEAF_LEARN_EXACT_MATH_H
#define SHEAF_LEARN_EXACT_MATH_H

double sheaf_exact_exp(double x);

/* The natural logarithm; -infinity at 0. */
double sheaf_exact_log(double x);

/* 1 / (1 + exp(-x)), within 0 and 1. */
double sheaf_exact_sigmoid(double x);

double sheaf_exact_tanh(double x);

/* log(1 + exp(x)): what a label costs whose log odds are -x. */
double sheaf_exact_softplus(double x);

#endif
