/* fuzz/fuzz_import_file.c - any bytes as the register of a co-op: no crash, and what is read is
 * what an act may say. */
#include "node/import_file.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void holds(bool fact)
{
    if (!fact)
        __builtin_trap();
}

/* A co-op with two classes, whose register has the number 3 already. */
static void found(sheaf_state *state)
{
    static const char *const names[] = {"member", "supporter"};
    if (sheaf_state_init(state, 1, NULL) != SHEAF_OK)
        abort();
    sheaf_coop_new(state, 0)->bylaws = 0;
    sheaf_bylaws_new(state, 0)->classes = 2;
    for (size_t i = 0; i < 2; i++)
        memcpy(sheaf_class_new(state, 0)->name, names[i], strlen(names[i]));
    struct sheaf_row_import *import = sheaf_import_new(state, 9);
    import->id = 9;
    import->confirmed = 10;
    struct sheaf_row_place *place = sheaf_place_new(state, 3);
    place->id = 3;
    place->import = 9;
    sheaf_state_commit(state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_state state;
    sheaf_import_file file;
    sheaf_err err = {0};
    int64_t now = INT64_C(1790000000);
    found(&state);
    if (sheaf_import_file_read(sheaf_bytes(data, len), "input", &state, SHEAF_NONE, now * 1000,
                               &file, &err)
        == SHEAF_OK) {
        for (uint32_t i = 0; i < file.count; i++) {
            const sheaf_import_line *line = &file.rows[i];
            holds(line->number > 0 && line->number != 3 && line->class < 2);
            holds(line->name.len > 0 && line->name.len <= 200 && line->joined <= now);
            holds(!line->term || line->term >= line->joined);
            holds(!line->cancelled_to || line->cancelled_to >= line->joined);
        }
        holds(file.by_class[0] + file.by_class[1] == file.count);
        sheaf_import_file_close(&file);
    } else {
        holds(err.message[0]);
    }
    sheaf_state_deinit(&state);
    return 0;
}
