/* A hub that starts from its saved state has the state that replay gives; what is spoiled is
 * passed over. */
#include "../store/folder.h"

#include "../../long_log/long_log.h"
#include "../coop/kit_store.h"
#include "hub/sequencer.h"

enum { ENTRIES = SHEAF_DIGEST_ENTRIES + 600 };

static sheaf_hash digest; /* of the whole state */

static const char *path_of(const char *name)
{
    static char path[SHEAF_PATH_MAX];
    assert_ok(sheaf_path(path, &why, "%s/%s", folder, name));
    return path;
}

static void read_all(const char *name, sheaf_buffer *out)
{
    sheaf_buffer_init(out, 64 << 20);
    assert_ok(sheaf_file_read(path_of(name), out, &why));
}

static sheaf_hub *serve(void)
{
    sheaf_hub *hub;
    sheaf_hub_config config = {.dir = folder, .quiet = true};
    assert_ok(sheaf_hub_open(&hub, &config, &why));
    return hub;
}

/* The next start comes to the same state. */
static void expect_same_state(void)
{
    sheaf_hub *hub = serve();
    sheaf_hash has = sheaf_state_digest(&hub->replay.state);
    assert_memory_equal(has.bytes, digest.bytes, sizeof has.bytes);
    assert_int_equal(sheaf_hub_state(hub)->size, sheaf_log_store_size(hub->store));
    assert_int_equal(hub->replay.tree.size, sheaf_log_store_size(hub->store));
    sheaf_hub_close(hub);
}

/* Whether the next start needs the log's first entries. */
static bool replays_all(void)
{
    sheaf_hub *hub;
    sheaf_hub_config config = {.dir = folder, .quiet = true};
    char away[SHEAF_PATH_MAX];
    assert_ok(sheaf_path(away, &why, "%s/away", folder));
    assert_int_equal(rename(path_of("log/tile/entries/000"), away), 0);
    bool opened = sheaf_hub_open(&hub, &config, &why) == SHEAF_OK;
    if (opened)
        sheaf_hub_close(hub);
    assert_int_equal(rename(away, path_of("log/tile/entries/000")), 0);
    return !opened;
}

static void enter_digest(sheaf_hub *hub)
{
    sheaf_entered entered;
    assert_ok(sheaf_sequencer_enter(hub->sequencer, SHEAF_KIND_state_digest, NULL, false,
                                    &entered, &why));
    assert_int_equal(entered.refusal, SHEAF_ACCEPTED);
}

static void test_starts(void **unused)
{
    char name[64];
    sheaf_buffer whole;
    (void)unused;
    assert_true(replays_all()); /* nothing is saved yet */
    sheaf_hub *hub = serve();
    uint64_t size = sheaf_hub_state(hub)->size;
    enter_digest(hub);
    enter_digest(hub); /* too early for another copy */
    digest = sheaf_state_digest(&hub->replay.state);
    sheaf_hub_close(hub);
    snprintf(name, sizeof name, "state/%llu", (unsigned long long)size);
    assert_true(sheaf_file_exists(path_of(name)));
    snprintf(name, sizeof name, "state/%llu", (unsigned long long)size + 1);
    assert_false(sheaf_file_exists(path_of(name)));
    snprintf(name, sizeof name, "state/%llu", (unsigned long long)size);

    assert_false(replays_all());
    expect_same_state();

    /* A row that was changed: in form, but not what the log says. */
    read_all(name, &whole);
    whole.data[whole.len / 2] ^= 1;
    assert_ok(sheaf_file_write(path_of(name), 0600, sheaf_buffer_slice(&whole), &why));
    assert_true(replays_all());
    expect_same_state();

    /* Sound bytes under another name; beside them the sound file serves. */
    whole.data[whole.len / 2] ^= 1;
    assert_ok(
        sheaf_file_write(path_of("state/999999"), 0600, sheaf_buffer_slice(&whole), &why));
    assert_ok(sheaf_file_write(path_of("state/7"), 0600, sheaf_buffer_slice(&whole), &why));
    assert_ok(sheaf_file_write(path_of("state/nonsense"), 0600, sheaf_str("x"), &why));
    assert_true(replays_all());
    expect_same_state();
    assert_ok(sheaf_file_write(path_of(name), 0600, sheaf_buffer_slice(&whole), &why));
    assert_false(replays_all());
    expect_same_state();

    /* Cut short, and empty. */
    assert_ok(
        sheaf_file_write(path_of(name), 0600, sheaf_bytes(whole.data, whole.len - 1), &why));
    assert_true(replays_all());
    assert_ok(sheaf_file_write(path_of(name), 0600, sheaf_str(""), &why));
    assert_true(replays_all());
    sheaf_buffer_deinit(&whole);
}

static int setup(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    long_log_write(folder, ENTRIES);
    kit_store_keys(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_starts)};
    return cmocka_run_group_tests(tests, setup, remove_folder);
}
