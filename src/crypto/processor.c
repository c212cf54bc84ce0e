#include "crypto/processor.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

static bool has_sha, has_vaes;

/* The system keeps the upper halves of wide registers, too, when it changes programs. */
__attribute__((target("xsave"))) static bool system_keeps_registers(void)
{
    return (_xgetbv(0) & 6) == 6;
}

__attribute__((constructor)) static void look(void)
{
    unsigned a, b, c, features, wide, more;
    if (!__get_cpuid(1, &a, &b, &features, &c) || !__get_cpuid_count(7, 0, &a, &wide, &more, &c)
        || !(features & bit_OSXSAVE) || !(features & bit_AVX) || !system_keeps_registers())
        return;
    has_sha = wide & bit_SHA;
    has_vaes = (features & bit_AES) && (wide & bit_AVX2) && (more & bit_VAES);
}

bool sheaf_processor_has_sha(void)
{
    return has_sha;
}

bool sheaf_processor_has_vaes(void)
{
    return has_vaes;
}
#else
bool sheaf_processor_has_sha(void)
{
    return false;
}

bool sheaf_processor_has_vaes(void)
{
    return false;
}
#endif
