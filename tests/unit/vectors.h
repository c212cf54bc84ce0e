/* Reads the tables and files under tests/vectors/tlog (VECTORS). Included once by a test. */
#ifndef TEST_VECTORS_H
#define TEST_VECTORS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/encode.h"

enum { COLUMNS_MAX = 8 };

/* One row of a tab-separated table; the columns live until the next row. */
typedef struct {
    FILE *file;
    char *line;
    size_t capacity;
    size_t count;
    sheaf_slice column[COLUMNS_MAX];
    int number;
} vector_table;

static sheaf_slice cut(sheaf_slice *in, char separator)
{
    sheaf_slice out = *in, skip;
    for (size_t i = 0; i < in->len; i++)
        if (in->data[i] == (uint8_t)separator) {
            assert_true(sheaf_take(in, i, &out) && sheaf_take(in, 1, &skip));
            return out;
        }
    *in = sheaf_bytes(NULL, 0);
    return out;
}

__attribute__((unused)) static bool next_row(vector_table *table)
{
    ssize_t len = getline(&table->line, &table->capacity, table->file);
    if (len < 0) {
        free(table->line);
        fclose(table->file);
        return false;
    }
    if (len && table->line[len - 1] == '\n')
        len--;
    sheaf_slice rest = sheaf_bytes(table->line, (size_t)len);
    for (size_t i = 0; i < COLUMNS_MAX; i++)
        table->column[i] = cut(&rest, '\t');
    table->number++;
    return true;
}

/* Opens a table and skips its header. */
__attribute__((unused)) static vector_table open_table(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", VECTORS, name);
    vector_table table = {.file = fopen(path, "rb")};
    if (!table.file)
        fail_msg("cannot open %s", path);
    assert_true(next_row(&table));
    return table;
}

__attribute__((unused)) static uint64_t number_of(sheaf_slice text)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++)
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    return value;
}

/* Hex into fresh memory, which the caller frees. */
__attribute__((unused)) static sheaf_slice from_hex(sheaf_slice hex)
{
    uint8_t *out = malloc(hex.len / 2 + 1);
    assert_non_null(out);
    assert_true(sheaf_hex_get(hex, out, hex.len / 2));
    return sheaf_bytes(out, hex.len / 2);
}

__attribute__((unused)) static void free_slice(sheaf_slice in)
{
    free((void *)(uintptr_t)in.data);
}

/* A whole vector file in fresh memory, which the caller frees. */
__attribute__((unused)) static sheaf_slice vector_file(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", VECTORS, name);
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(1 << 20);
    if (!file || !data)
        fail_msg("cannot open %s", path);
    size_t len = fread(data, 1, 1 << 20, file);
    fclose(file);
    return sheaf_bytes(data, len);
}

#endif
