/* A trainer for a model of two inputs, which learns nothing: the first argument says what it
 * gives back. Built without sanitizers, which take more memory than a limit gives. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A safetensors file of the header and the values. */
static void update(const char *header, const double *values, size_t count)
{
    FILE *out = fopen("/job/out/update.safetensors", "wb");
    unsigned long long len = strlen(header);
    fwrite(&len, 8, 1, out);
    fwrite(header, 1, len, out);
    fwrite(values, 8, count, out);
    fclose(out);
}

static void metrics(const char *text)
{
    FILE *out = fopen("/job/out/metrics.json", "w");
    fputs(text, out);
    fclose(out);
}

/* Itself and three more, each below the limit. */
static void heavy(void)
{
    size_t len = 30 << 20;
    fork();
    fork();
    volatile char *block = malloc(len);
    for (size_t i = 0; block && i < len; i += 4096)
        block[i] = 1;
    while (block)
        pause();
}

#define BIAS   "\"bias\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}"
#define WEIGHT "\"weight\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[8,24]}"

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    double values[] = {0.25, 0.5, -0.75, 0, 0};
    const char *header = "{" BIAS "," WEIGHT "}", *text = "{\"loss\":0.5}";
    size_t count = 3;
    printf("{\"step\":1,\"loss\":0.7}\nnot progress\n{\"step\":2,\"loss\":0.6}\n");
    fprintf(stderr, "the last word\n");
    if (strcmp(mode, "heavy") == 0)
        heavy();
    if (atoi(mode))
        return atoi(mode);
    if (strcmp(mode, "huge") == 0)
        values[1] = 1e300;
    if (strcmp(mode, "nan") == 0)
        values[2] = NAN;
    if (strcmp(mode, "infinite") == 0)
        values[0] = INFINITY;
    if (strcmp(mode, "missing") == 0)
        header = "{" BIAS "}", count = 1;
    if (strcmp(mode, "shape") == 0)
        header = "{" BIAS ",\"weight\":{\"dtype\":\"F64\",\"shape\":[2,1],"
                 "\"data_offsets\":[8,24]}}";
    if (strcmp(mode, "extra") == 0)
        header = "{" BIAS "," WEIGHT ",\"more\":{\"dtype\":\"F64\",\"shape\":[1],"
                 "\"data_offsets\":[24,32]}}",
        count = 4;
    if (strcmp(mode, "fixed") == 0) /* other means than the model's */
        header = "{" BIAS "," WEIGHT ",\"mean\":{\"dtype\":\"F64\",\"shape\":[2],"
                 "\"data_offsets\":[24,40]}}",
        values[3] = 7, count = 5;
    if (strcmp(mode, "short") == 0)
        count = 2;
    if (strcmp(mode, "overlap") == 0)
        header = "{" BIAS ",\"weight\":{\"dtype\":\"F64\",\"shape\":[2],"
                 "\"data_offsets\":[0,16]}}";
    if (strcmp(mode, "figures") == 0)
        text = "{\"loss\":\"low\"}";
    if (strcmp(mode, "nothing") != 0)
        update(header, values, count);
    if (strcmp(mode, "silent") != 0)
        metrics(text);
    return 0;
}
