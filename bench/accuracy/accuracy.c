#include "accuracy.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zlib.h>

enum { FILE_MAX = 1 << 28, PIECE = 1 << 16 };

const char *accuracy_folder(int argc, char **argv)
{
    return argc > 1 ? argv[1] : ACCURACY_DATA;
}

bool accuracy_file(const char *folder, const char *name, sheaf_buffer *out)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    gzFile file = gzopen(path, "rb"); /* reads what is not gzip as it is */
    if (!file) {
        printf("%s: left out: %s\n", path, errno ? strerror(errno) : "no memory");
        return false;
    }
    sheaf_buffer_init(out, FILE_MAX);
    for (int got = PIECE; got == PIECE;) {
        uint8_t *to = sheaf_buffer_extend(out, PIECE);
        got = to ? gzread(file, to, PIECE) : -1;
        if (got < 0) {
            fprintf(stderr, "cannot read %s\n", path);
            exit(1);
        }
        out->len -= (size_t)(PIECE - got);
    }
    gzclose(file);
    return true;
}

void accuracy_must(sheaf_status status, const sheaf_err *err)
{
    if (status == SHEAF_OK)
        return;
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, err->message);
    exit(1);
}

double accuracy_core_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The 97.5 % point of Student's t: by its expansion in the degrees of freedom about 1.96
 * (Abramowitz and Stegun 26.7.5), within 0.01 from 3 degrees on. */
static double student(double degrees)
{
    const double x = 1.959964;
    return x + (pow(x, 3) + x) / (4 * degrees)
           + (5 * pow(x, 5) + 16 * pow(x, 3) + 3 * x) / (96 * degrees * degrees)
           + (3 * pow(x, 7) + 19 * pow(x, 5) + 17 * pow(x, 3) - 15 * x)
                 / (384 * pow(degrees, 3));
}

accuracy_spread accuracy_spread_of(const double *values, size_t count)
{
    accuracy_spread out = {0};
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        out.mean += values[i] / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - out.mean) * (values[i] - out.mean);
    if (count < 2)
        return out;
    out.deviation = sqrt(squares / (double)(count - 1));
    out.half_width = student((double)(count - 1)) * out.deviation / sqrt((double)count);
    return out;
}
