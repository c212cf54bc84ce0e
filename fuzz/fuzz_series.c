/* fuzz/fuzz_series.c - any bytes as a file of series: refused with a sentence, or a grid whose
 * parts and windows are within it; under noise the header and the number of lines alone can
 * refuse it. */
#include "learn/series.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(bool holds)
{
    if (!holds)
        __builtin_trap();
}

static void look(const sheaf_series *series, uint32_t every)
{
    const sheaf_windows windows = {.look_back = 3, .horizon = 2, .every = every};
    sheaf_window_run run;
    uint32_t gaps = 0;
    for (uint32_t i = 0; i < series->steps; i++)
        gaps += isnan(series->value[i]);
    must(gaps == series->gaps && strlen(series->name) <= SHEAF_SERIES_NAME_MAX);
    must(series->train.from == 0 && series->train.to == series->validation.from);
    must(series->validation.to == series->test.from && series->test.to == series->steps);
    for (uint32_t at = 0; sheaf_windows_next(series, &windows, series->train, 0, &at, &run);)
        for (uint32_t i = 0; i < run.count; i++) {
            uint32_t origin = run.first + i * run.stride;
            must(origin >= 3 && origin + 2 <= series->train.to);
            for (uint32_t j = origin - 3; j < origin + 2; j++)
                must(!isnan(series->value[j]));
        }
}

static void set_look(const sheaf_series_set *set)
{
    for (uint32_t j = 0; j < set->count && set->items[j].steps < 100000; j++) {
        look(&set->items[j], 0);
        look(&set->items[j], 2);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const sheaf_series_columns columns[] = {
        {.time = "t", .count = 1, .value = {"v"}},
        {.time = "t", .series = "id", .count = 2, .value = {"v", "w"}},
    };
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        sheaf_series_set set, other;
        sheaf_err err = {0};
        if (sheaf_series_read_noised(sheaf_bytes(data, len), "f", &columns[i], 3600, &set, NULL)
            == SHEAF_OK) {
            set_look(&set);
            must(set.unusable <= set.lines);
            sheaf_series_close(&set);
        }
        if (sheaf_series_read(sheaf_bytes(data, len), "f", &columns[i], &set, &err)
            != SHEAF_OK) {
            must(err.message[0] != 0);
            continue;
        }
        must(sheaf_series_read_noised(sheaf_bytes(data, len), "f", &columns[i], set.step_s,
                                      &other, NULL)
                 == SHEAF_OK
             && other.unusable == 0 && other.lines == set.lines);
        sheaf_series_close(&other);
        set_look(&set);
        sheaf_series_close(&set);
    }
    return 0;
}
