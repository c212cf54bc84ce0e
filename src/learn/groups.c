#include "learn/groups.h"

#include "crypto/hash.h"
#include "learn/columns.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 4 * SHEAF_GROUPS_MAX };

sheaf_status sheaf_groups_open(sheaf_groups *groups, sheaf_err *err)
{
    *groups = (sheaf_groups){.key = calloc(SLOTS, sizeof *groups->key),
                             .id = calloc(SLOTS, sizeof *groups->id),
                             .text = calloc(SHEAF_GROUPS_MAX, sizeof *groups->text)};
    if (groups->key && groups->id && groups->text)
        return SHEAF_OK;
    sheaf_groups_close(groups);
    return sheaf_fail(err, SHEAF_NOMEM, "no memory for groups of rows");
}

void sheaf_groups_close(sheaf_groups *groups)
{
    free(groups->key);
    free(groups->id);
    free(groups->text);
    *groups = (sheaf_groups){0};
}

/* The text's number; SHEAF_GROUPS_MAX where there are too many. That two texts have one
 * key has a probability of 2^-32. */
static uint32_t group_of(sheaf_groups *groups, sheaf_slice text)
{
    sheaf_hash hash = sheaf_sha256(text);
    uint64_t key;
    memcpy(&key, hash.bytes, sizeof key);
    key += key == 0;
    size_t slot = key % SLOTS;
    while (groups->key[slot] != 0 && groups->key[slot] != key)
        slot = (slot + 1) % SLOTS;
    if (groups->key[slot] == key)
        return groups->id[slot];
    if (groups->count == SHEAF_GROUPS_MAX)
        return SHEAF_GROUPS_MAX;
    groups->key[slot] = key;
    groups->id[slot] = groups->count;
    groups->text[groups->count] = text;
    return groups->count++;
}

static sheaf_status rows_read(sheaf_groups *groups, sheaf_csv *csv, sheaf_columns *columns,
                              size_t place, const sheaf_table *table, uint32_t *out,
                              sheaf_err *err)
{
    sheaf_slice line;
    for (uint32_t row = 0; row < table->rows && sheaf_csv_line(csv, &line);) {
        if (csv->line != table->line[row])
            continue;
        SHEAF_TRY(sheaf_columns_row(columns, csv, line, err));
        out[row] = group_of(groups, columns->values[place]);
        if (out[row] == SHEAF_GROUPS_MAX)
            return sheaf_fail(err, SHEAF_INVALID,
                              "the column has more than %d different values; choose one that "
                              "groups records",
                              SHEAF_GROUPS_MAX);
        row++;
    }
    return SHEAF_OK;
}

sheaf_status sheaf_groups_read(sheaf_groups *groups, sheaf_slice file, const char *name,
                               const char *column, const sheaf_table *table, uint32_t *out,
                               sheaf_err *err)
{
    sheaf_csv csv;
    size_t place;
    sheaf_columns *columns = calloc(1, sizeof *columns);
    if (!columns)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read %s", name);
    sheaf_status status = sheaf_csv_open(&csv, file, name, err);
    if (status == SHEAF_OK)
        status = sheaf_columns_open(columns, &csv, err);
    if (status == SHEAF_OK)
        status = sheaf_columns_need(columns, &csv, column, &place, err);
    if (status == SHEAF_OK)
        status = rows_read(groups, &csv, columns, place, table, out, err);
    free(columns);
    return status;
}
