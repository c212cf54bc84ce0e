/* privacy/fft.c */
#include "privacy/fft.h"

#include <assert.h>
#include <math.h>

void sheaf_fft_roots(double complex *roots, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        double angle = -2 * M_PI * (double)i / (double)n;
        roots[i] = CMPLX(cos(angle), sin(angle));
    }
}

static void reverse_bits(double complex *data, size_t n)
{
    for (size_t i = 1, j = 0; i < n; i++) {
        size_t bit = n >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            double complex swap = data[i];
            data[i] = data[j];
            data[j] = swap;
        }
    }
}

void sheaf_fft(double complex *data, const double complex *roots, size_t n)
{
    assert(n && (n & (n - 1)) == 0);
    reverse_bits(data, n);
    for (size_t half = 1; half < n; half *= 2)
        for (size_t start = 0; start < n; start += 2 * half)
            for (size_t i = 0; i < half; i++) {
                double complex *a = &data[start + i], *b = a + half;
                double complex root = roots[i * (n / (2 * half))];
                double re = creal(*b) * creal(root) - cimag(*b) * cimag(root);
                double im = creal(*b) * cimag(root) + cimag(*b) * creal(root);
                *b = CMPLX(creal(*a) - re, cimag(*a) - im);
                *a = CMPLX(creal(*a) + re, cimag(*a) + im);
            }
}
