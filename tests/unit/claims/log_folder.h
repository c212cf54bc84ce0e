/* A folder with the kit's log, for tests of the verification. Included once by each. */
#ifndef SHEAF_TEST_LOG_FOLDER_H
#define SHEAF_TEST_LOG_FOLDER_H

#include "../store/folder.h"

#include "kit_store.h"

static void path_of(char out[SHEAF_PATH_MAX], const char *name)
{
    assert_int_equal(sheaf_path(out, NULL, "%s/%s", folder, name), SHEAF_OK);
}

/* A folder with the kit's log. */
static void write_folder(kit *k, const char *signer)
{
    assert_int_equal(make_folder(NULL), 0);
    kit_store_save(k, folder, signer);
}

static void world(kit *k)
{
    kit_rules rules = kit_rules_usual();
    kit_open(k);
    kit_with_data(k, &rules);
    kit_motion(k, "mandate", KIT_MANDATE, 4);
}

/* Grows the log by `count` cheap entries of many keys' worth of runs. */
static void grow(kit *k, int count)
{
    static const char *const people[] = {"ann", "bob", "cat", "dan"};
    for (int i = 0; i < count; i++) {
        if (k->state.size - sheaf_coop(&k->state)->digest_size >= SHEAF_DIGEST_ENTRIES)
            kit_state_digest(k);
        kit_do(k, people[i % 4], "revenue.record", NULL, "{'amount_cents':%d,'memo':^}", i + 1);
    }
}

static void load_checkpoint(sheaf_buffer *out)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer_init(out, SHEAF_NOTE_BYTES_MAX);
    path_of(path, "log/checkpoint");
    assert_int_equal(sheaf_file_read(path, out, NULL), SHEAF_OK);
}

#endif
