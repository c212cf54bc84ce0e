/* bench/bench_csv.c - a CSV file from the page cache to a table of doubles, on one core: beside
 * two passes that anybody needs at least (finding the ends of lines in it, and writing as many
 * doubles), and beside another program's reader of the same file, pandas with its C engine
 * where Debian's python3-pandas is installed, else awk. Times are of the processor, the best of
 * three.
 *
 *     bench_csv [ROWS [COLUMNS]]
 */
#include "bench.h"

#include "learn/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { ROWS = 200000, COLUMNS = 20, RUNS = 3 };

static uint64_t state = 20261121;

static double draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

/* The last column is the label. */
static size_t file_make(const char *path, uint32_t rows, uint32_t columns, int digits)
{
    FILE *out = fopen(path, "wb");
    struct stat info;
    bench_must(out, path);
    for (uint32_t j = 0; j < columns; j++)
        fprintf(out, "%sc%u", j ? "," : "", j);
    fputs("\n", out);
    for (uint32_t i = 0; i < rows; i++) {
        for (uint32_t j = 0; j + 1 < columns; j++)
            fprintf(out, "%.*g,", digits, (draw() - 0.5) * 2000);
        fprintf(out, "%d\n", draw() < 0.5);
    }
    bench_must(fclose(out) == 0 && stat(path, &info) == 0, path);
    return (size_t)info.st_size;
}

static sheaf_features features_make(uint32_t columns)
{
    sheaf_features out = {.count = columns - 1};
    for (uint32_t j = 0; j + 1 < columns; j++)
        snprintf(out.items[j].column, sizeof out.items[j].column, "c%u", j);
    snprintf(out.label, sizeof out.label, "c%u", columns - 1);
    return out;
}

static double load_s(const char *path, uint32_t rows, uint32_t columns)
{
    const sheaf_features features = features_make(columns);
    double best = INFINITY;
    for (int run = 0; run < RUNS; run++) {
        sheaf_table table;
        sheaf_err err;
        double from = bench_core_s();
        sheaf_status status =
            sheaf_table_load(path, &features, SHEAF_TABLE_EXACT, &table, &err);
        double took = bench_core_s() - from;
        bench_must(status == SHEAF_OK && table.rows == rows, "the table is read");
        best = took < best ? took : best;
        sheaf_table_close(&table);
    }
    return best;
}

/* Reads the file, finds the ends of its lines, and writes a double for every value. */
static double limit_s(const char *path, size_t bytes, uint32_t rows, uint32_t columns)
{
    double best = INFINITY;
    for (int run = 0; run < RUNS; run++) {
        size_t lines = 0, values = (size_t)rows * columns;
        double from = bench_core_s();
        FILE *in = fopen(path, "rb");
        char *text = malloc(bytes);
        double *out = malloc(values * sizeof *out);
        bench_must(in && text && out && fread(text, 1, bytes, in) == bytes, path);
        for (const char *at = text; (at = memchr(at, '\n', (size_t)(text + bytes - at))); at++)
            lines++;
        for (size_t i = 0; i < values; i++)
            out[i] = (double)i;
        double took = bench_core_s() - from;
        bench_must(lines == rows + 1 && out[values - 1] > 0, "every line is found");
        best = took < best ? took : best;
        fclose(in);
        free(text);
        free(out);
    }
    return best;
}

/* Seconds of another program's processor that reads the file, as it prints them; 0 where it is
 * not there. */
static double peer_s(const char *program, const char *path)
{
    char line[2048];
    double took = 0;
    snprintf(line, sizeof line, "%s '%s'", program, path);
    FILE *out = popen(line, "r");
    bench_must(out, "popen");
    if (!fgets(line, sizeof line, out) || sscanf(line, "%lf", &took) != 1)
        took = 0;
    pclose(out);
    return took;
}

#define PANDAS(more)                                                                           \
    "/usr/bin/python3 2>/dev/null -c 'import pandas,sys,time\n"                                \
    "best=1e9\n"                                                                               \
    "for run in range(2):\n"                                                                   \
    "    a=time.process_time(); t=pandas.read_csv(sys.argv[1],dtype=float" more ")\n"          \
    "    best=min(best,time.process_time()-a)\n"                                               \
    "print(best)'"

static void peer_report(const char *path, double megabytes)
{
    static const char awk[] =
        "2>&1 bash -c 'TIMEFORMAT=%U; time awk -F, \"{for(i=1;i<=NF;i++)s+=\\$i}"
        "END{print s>\\\"/dev/null\\\"}\" \"$0\"'";
    double took = peer_s(PANDAS(""), path);
    if (took > 0) {
        bench_report("  pandas.read_csv, nearly the nearest double", megabytes, "MB", took);
        took = peer_s(PANDAS(",float_precision=\"round_trip\""), path);
        bench_report("  pandas.read_csv, the nearest double", megabytes, "MB", took);
        return;
    }
    puts("  python3-pandas is not installed: awk instead");
    took = peer_s(awk, path);
    if (took > 0)
        bench_report("  awk, summing all values", megabytes, "MB", took);
}

int main(int argc, char **argv)
{
    uint32_t rows = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : ROWS;
    uint32_t columns = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : COLUMNS;
    bench_must(rows >= 10 && columns >= 2 && columns <= SHEAF_FEATURES_MAX, "ROWS, COLUMNS");
    static const struct {
        int digits;
        const char *what;
    } kinds[] = {{4, "4"}, {7, "7"}, {17, "17"}};
    char dir[SHEAF_PATH_MAX], path[SHEAF_PATH_MAX + 16];
    bench_folder_make(dir);
    snprintf(path, sizeof path, "%s/table.csv", dir);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t bytes = file_make(path, rows, columns, kinds[i].digits);
        double megabytes = (double)bytes / 1e6;
        printf("%u rows of %u values of %s digits, %.0f MB\n", rows, columns, kinds[i].what,
               megabytes);
        if (bytes > SHEAF_CSV_BYTES_MAX) {
            puts("  more than a table may have");
            continue;
        }
        bench_report("  sheaf_table_load", megabytes, "MB", load_s(path, rows, columns));
        bench_report("  reading, finding lines, writing doubles", megabytes, "MB",
                     limit_s(path, bytes, rows, columns));
        peer_report(path, megabytes);
    }
    bench_folder_remove(dir);
    return 0;
}
