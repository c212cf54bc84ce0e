/* privacy/fft.h - the fast Fourier transform of a power of two of complex doubles, in place.
 *
 * Cooley, Tukey 1965; decimation in time after a bit reversal, with every twiddle factor from
 * its own sine and cosine, so that errors stay near log2(n) * 2^-53 of the norm.
 */
#ifndef SHEAF_PRIVACY_FFT_H
#define SHEAF_PRIVACY_FFT_H

#include <complex.h>
#include <stddef.h>

/* glibc has it for GCC alone, though clang knows it too. */
#ifndef CMPLX
#define CMPLX(real, imaginary) __builtin_complex((double)(real), (double)(imaginary))
#endif

/* n is a power of two; `roots` holds n / 2 factors that sheaf_fft_roots() made. */
void sheaf_fft(double complex *data, const double complex *roots, size_t n);
void sheaf_fft_roots(double complex *roots, size_t n);

#endif
