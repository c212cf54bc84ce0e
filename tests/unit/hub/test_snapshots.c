/* A hub that starts from its saved state has the state that replay gives; what is spoiled is
 * passed over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../long_log/long_log.h"
#include "../coop/kit.h"
#include "hub/sequencer.h"
#include "store/key_file.h"

enum { ENTRIES = SHEAF_DIGEST_ENTRIES + 600 };

static char dir[SHEAF_PATH_MAX];
static sheaf_err err;
static sheaf_hash digest; /* of the whole state */

static void must(sheaf_status status)
{
    if (status != SHEAF_OK)
        fail_msg("%s", err.message);
}

static const char *path_of(const char *name)
{
    static char path[SHEAF_PATH_MAX];
    must(sheaf_path(path, &err, "%s/%s", dir, name));
    return path;
}

static void save_key(const char *name, const char *file)
{
    sheaf_hash seed = sheaf_sha256(sheaf_str(name));
    sheaf_keypair pair;
    must(sheaf_folder_make(path_of("keys"), 0700, &err));
    must(sheaf_key_file_put(path_of(file), seed.bytes, &pair, &err));
}

static void read_all(const char *name, sheaf_buffer *out)
{
    sheaf_buffer_init(out, 64 << 20);
    must(sheaf_file_read(path_of(name), out, &err));
}

static sheaf_hub *serve(void)
{
    sheaf_hub *hub;
    sheaf_hub_config config = {.dir = dir, .quiet = true};
    must(sheaf_hub_open(&hub, &config, &err));
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
    sheaf_hub_config config = {.dir = dir, .quiet = true};
    char away[SHEAF_PATH_MAX];
    must(sheaf_path(away, &err, "%s/away", dir));
    assert_int_equal(rename(path_of("log/tile/entries/000"), away), 0);
    bool opened = sheaf_hub_open(&hub, &config, &err) == SHEAF_OK;
    if (opened)
        sheaf_hub_close(hub);
    assert_int_equal(rename(away, path_of("log/tile/entries/000")), 0);
    return !opened;
}

static void enter_digest(sheaf_hub *hub)
{
    sheaf_entered entered;
    must(sheaf_sequencer_enter(hub->sequencer, SHEAF_KIND_state_digest, NULL, false, &entered,
                               &err));
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
    must(sheaf_file_write(path_of(name), 0600, sheaf_buffer_slice(&whole), &err));
    assert_true(replays_all());
    expect_same_state();

    /* Sound bytes under another name; beside them the sound file serves. */
    whole.data[whole.len / 2] ^= 1;
    must(sheaf_file_write(path_of("state/999999"), 0600, sheaf_buffer_slice(&whole), &err));
    must(sheaf_file_write(path_of("state/7"), 0600, sheaf_buffer_slice(&whole), &err));
    must(sheaf_file_write(path_of("state/nonsense"), 0600, sheaf_str("x"), &err));
    assert_true(replays_all());
    expect_same_state();
    must(sheaf_file_write(path_of(name), 0600, sheaf_buffer_slice(&whole), &err));
    assert_false(replays_all());
    expect_same_state();

    /* Cut short, and empty. */
    must(sheaf_file_write(path_of(name), 0600, sheaf_bytes(whole.data, whole.len - 1), &err));
    assert_true(replays_all());
    must(sheaf_file_write(path_of(name), 0600, sheaf_str(""), &err));
    assert_true(replays_all());
    sheaf_buffer_deinit(&whole);
}

static int setup(void **unused)
{
    const char *base = getenv("TMPDIR");
    (void)unused;
    snprintf(dir, sizeof dir, "%s/sheaf-test-XXXXXX", base ? base : "/tmp");
    if (!sheaf_crypto_start() || !mkdtemp(dir))
        return -1;
    long_log_write(dir, ENTRIES);
    save_key("log", "keys/log.key");
    save_key("hub", "keys/hub.key");
    return 0;
}

static int teardown(void **unused)
{
    char command[SHEAF_PATH_MAX + 16];
    (void)unused;
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_starts)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
