/* fuzz/replay.c - runs a fuzz target over its corpus without libFuzzer, as a test.
 *
 * Each file is tried as it is, cut short, and with single bytes changed by a generator with a
 * fixed seed, always in a block of exactly its size so that the sanitizers see one byte too
 * many. When the target dies, the last line says on which file and variation.
 */
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 1 << 20, VARIATIONS = 200, FILES_MAX = 10000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Called by the sanitizers before they end the program; absent without them. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

static char current[600] = "no file yet";
static uint8_t whole[FILE_BYTES_MAX];
static uint64_t seed = 1;
static long tried;

static void say_where(void)
{
    static const char before[] = "# died on ";
    (void)!write(STDOUT_FILENO, before, sizeof before - 1);
    (void)!write(STDOUT_FILENO, current, strlen(current));
    (void)!write(STDOUT_FILENO, "\n", 1);
}

static void on_signal(int number)
{
    say_where();
    signal(number, SIG_DFL);
    raise(number);
}

/* splitmix64: a plain generator, the same everywhere. */
static uint64_t next(void)
{
    uint64_t z = seed += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/* Variation 0 is the file; odd ones change a byte, even ones cut it short. */
static void try_variation(const char *path, size_t len, int variation)
{
    size_t at = len > 0 ? next() % len : 0;
    uint8_t change = (uint8_t)(1 + next() % 255);
    size_t kept = variation > 0 && variation % 2 == 0 ? at : len;
    uint8_t *block = malloc(kept > 0 ? kept : 1);
    if (!block)
        abort();
    memcpy(block, whole, kept);
    if (variation % 2 == 1 && at < kept)
        block[at] ^= change;
    snprintf(current, sizeof current, "%s, variation %d (%s at byte %zu)", path, variation,
             variation == 0       ? "as it is"
             : variation % 2 == 1 ? "changed"
                                  : "cut",
             at);
    LLVMFuzzerTestOneInput(block, kept);
    free(block);
    tried++;
}

static int try_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 1;
    }
    size_t len = fread(whole, 1, sizeof whole, file);
    fclose(file);
    for (int variation = 0; variation <= VARIATIONS; variation++)
        try_variation(path, len, variation);
    return 0;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
        return 2;
    }
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(say_where);
    signal(SIGILL, on_signal);
    signal(SIGTRAP, on_signal);
    signal(SIGABRT, on_signal);

    struct dirent **entries = NULL;
    int count = scandir(argv[1], &entries, visible, alphasort), failed = 0;
    if (count <= 0 || count > FILES_MAX) {
        fprintf(stderr, "%s: no corpus of 1 to %d files\n", argv[1], FILES_MAX);
        return 1;
    }
    try_variation("nothing", 0, 0);
    for (int i = 0; i < count; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", argv[1], entries[i]->d_name);
        failed |= try_file(path);
        free(entries[i]);
    }
    free(entries);
    printf("%s 1 - %d files, %ld inputs\n", failed ? "not ok" : "ok", count, tried);
    return failed;
}
