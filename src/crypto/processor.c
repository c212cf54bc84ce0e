#include "crypto/processor.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

static bool has_sha, has_avx512;

/* XCR0: what the system keeps of the registers when it changes programs. */
enum { KEEPS_AVX = 0x06, KEEPS_AVX512 = 0xe6 };

__attribute__((target("xsave"))) static bool system_keeps(unsigned registers)
{
    return (_xgetbv(0) & registers) == registers;
}

__attribute__((constructor)) static void look(void)
{
    const unsigned long_vectors = bit_AVX512F | bit_AVX512VL | bit_AVX512BW;
    unsigned a, b, c, features, wide;
    if (!__get_cpuid(1, &a, &b, &features, &c) || !__get_cpuid_count(7, 0, &a, &wide, &b, &c)
        || !(features & bit_OSXSAVE) || !(features & bit_AVX) || !system_keeps(KEEPS_AVX))
        return;
    has_sha = wide & bit_SHA;
    has_avx512 = (wide & long_vectors) == long_vectors && system_keeps(KEEPS_AVX512);
}

bool sheaf_processor_has_sha(void)
{
    return has_sha;
}

bool sheaf_processor_has_avx512(void)
{
    return has_avx512;
}
#else
bool sheaf_processor_has_sha(void)
{
    return false;
}

bool sheaf_processor_has_avx512(void)
{
    return false;
}
#endif
