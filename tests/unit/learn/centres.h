/* The four centres of the heart disease data, as their members' files and tables. */
#ifndef SHEAF_TEST_LEARN_CENTRES_H
#define SHEAF_TEST_LEARN_CENTRES_H

#include "test.h"

#include "learn/file.h"
#include "learn/heart.h"
#include "learn/table.h"

#include <stdio.h>

/* A file of data/heart-disease. */
static inline sheaf_buffer test_heart_file(const char *name)
{
    char path[1000];
    sheaf_err err;
    sheaf_buffer out;
    sheaf_buffer_init(&out, 1 << 20);
    snprintf(path, sizeof path, "%s/%s", DATA_FOLDER, name);
    MUST(sheaf_learn_file(path, 1 << 19, &out, &err));
    return out;
}

/* A centre's file as its member has it, and how many patients it counts. */
static inline sheaf_buffer test_centre_csv(int centre, sheaf_heart_counts *counts)
{
    sheaf_err err;
    sheaf_buffer out, raw = test_heart_file(sheaf_heart_centres[centre].file);
    sheaf_buffer split = test_heart_file("flamby-split.csv");
    sheaf_buffer_init(&out, 1 << 20);
    MUST(sheaf_heart_convert(sheaf_buffer_slice(&raw), sheaf_buffer_slice(&split),
                             sheaf_heart_centres[centre].name, &out, counts, &err));
    sheaf_buffer_deinit(&raw);
    sheaf_buffer_deinit(&split);
    return out;
}

static inline void test_centre_table(int centre, sheaf_table_use use, sheaf_table *out)
{
    sheaf_err err;
    sheaf_heart_counts counts;
    sheaf_buffer csv = test_centre_csv(centre, &counts);
    MUST(sheaf_table_read(sheaf_buffer_slice(&csv), sheaf_heart_centres[centre].name,
                          sheaf_features_heart(), use, out, &err));
    sheaf_buffer_deinit(&csv);
}

#endif
