/* The seeds in fuzz/corpus/ that hold a state are ones of the tables as they are: any other is
 * refused at the fingerprint of its tables, and what lies behind that is fuzzed no more.
 * SHEAF_WRITE_SEEDS=1 writes them again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "claims/verify_kept.h"
#include "coop/snapshot.h"
#include "kit.h"
#include "store/file.h"

static const char *root; /* of the sources */
static bool refused;

static int begin(void **unused)
{
    (void)unused;
    root = getenv("SHEAF_SOURCE");
    refused = false;
    return 0;
}

static void refuse(const char *name, const char *why)
{
    print_error("fuzz/corpus/%s: %s\n", name, why);
    refused = true;
}

/* Told once all is released, so that no leaks are told of in front of it. */
static void expect_none_refused(void)
{
    if (refused)
        fail_msg("seeds are refused; write them again with SHEAF_WRITE_SEEDS=1 "
                 "SHEAF_SOURCE=. BUILD/tests/unit/claims/test_claims_seeds");
}

/* The seed of that name; it is written first where that is asked for. */
static void seed(const char *name, sheaf_slice wanted, sheaf_buffer *out)
{
    char path[SHEAF_PATH_MAX];
    sheaf_err err;
    assert_int_equal(sheaf_path(path, NULL, "%s/fuzz/corpus/%s", root, name), SHEAF_OK);
    if (getenv("SHEAF_WRITE_SEEDS") && sheaf_file_write(path, 0644, wanted, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    sheaf_buffer_init(out, 1 << 20);
    if (sheaf_file_read(path, out, &err) != SHEAF_OK)
        refuse(name, err.message);
}

static void expect_state(const char *name, sheaf_slice bytes)
{
    sheaf_state state;
    sheaf_err err;
    assert_int_equal(sheaf_state_init(&state, SHEAF_REVISION, &err), SHEAF_OK);
    if (sheaf_snapshot_get(bytes, &state, &err) != SHEAF_OK)
        refuse(name, err.message);
    sheaf_state_deinit(&state);
}

static void snapshot_seed(const char *name, const sheaf_state *state)
{
    sheaf_buffer wanted, bytes;
    sheaf_buffer_init(&wanted, 1 << 20);
    sheaf_snapshot_put(&wanted, state);
    assert_false(wanted.failed);
    seed(name, sheaf_buffer_slice(&wanted), &bytes);
    expect_state(name, sheaf_buffer_slice(&bytes));
    sheaf_buffer_deinit(&bytes);
    sheaf_buffer_deinit(&wanted);
}

/* Four members found a co-op; skipped without the sources. */
static void begin_four(kit *k, const kit_rules *rules)
{
    if (!root)
        skip();
    kit_open(k);
    kit_found_four(k, rules);
}

/* Members alone, and a world in which most tables have rows. */
static void test_snapshots(void **unused)
{
    kit k;
    kit_rules rules = kit_rules_usual();
    (void)unused;
    begin_four(&k, &rules);
    snapshot_seed("snapshot/four-members", &k.state);
    kit_close(&k);
    kit_open(&k);
    kit_with_data(&k, &rules);
    kit_motion(&k, "mandate", KIT_MANDATE, 4);
    assert_int_equal(kit_round_open(&k, "round", "statistics", 0, "mandate.tick"),
                     SHEAF_ACCEPTED);
    snapshot_seed("snapshot/mandate", &k.state);
    kit_close(&k);
    expect_none_refused();
}

/* The seeds lack the hash at the end, which the target puts there. `whole`: with its state. */
static void kept_seed(const char *name, const sheaf_kept *kept, const sheaf_state *state,
                      bool whole, sheaf_status want)
{
    sheaf_buffer wanted, bytes;
    sheaf_kept got;
    sheaf_err err = {0};
    sheaf_buffer_init(&wanted, 1 << 20);
    sheaf_kept_put(&wanted, kept, state);
    assert_false(wanted.failed);
    sheaf_slice stands = sheaf_bytes(wanted.data, wanted.len - SHEAF_HASH_BYTES);
    if (!whole) {
        sheaf_buffer saved;
        sheaf_buffer_init(&saved, 1 << 20);
        sheaf_snapshot_put(&saved, state);
        stands.len -= saved.len;
        sheaf_buffer_deinit(&saved);
    }
    seed(name, stands, &bytes);
    sheaf_hash hash = sheaf_sha256(sheaf_buffer_slice(&bytes));
    sheaf_buffer_add(&bytes, sheaf_bytes(hash.bytes, sizeof hash.bytes));
    sheaf_status status = sheaf_kept_get(sheaf_buffer_slice(&bytes), &got, &err);
    if (status != want)
        refuse(name, status == SHEAF_OK ? "it is accepted, and should not be" : err.message);
    else if (whole && want == SHEAF_OK)
        expect_state(name, got.state);
    sheaf_buffer_deinit(&bytes);
    sheaf_buffer_deinit(&wanted);
}

static void test_kept(void **unused)
{
    kit k;
    kit_rules rules = kit_rules_usual();
    (void)unused;
    begin_four(&k, &rules);
    sheaf_kept kept = {.origin = KIT_ORIGIN,
                       .entries = k.state.size,
                       .trusted = 3,
                       .first_void = UINT64_MAX,
                       .unwitnessed = 1,
                       .commitments = 5,
                       .evaluations_checked = 1,
                       .fault_entry = UINT64_MAX};
    kept_seed("kept/sound", &kept, &k.state, true, SHEAF_OK);
    kept_seed("kept/no-state", &kept, &k.state, false, SHEAF_OK);
    kept.voids = 1;
    kept.first_void = kept.fault_entry = 2;
    strcpy(kept.fault, "entry 2 (ballot.cast) is void: the motion is closed");
    strcpy(kept.fault_rests_on, "bylaws, article 12");
    kept_seed("kept/fault", &kept, &k.state, true, SHEAF_OK);
    strcpy(kept.fault, "entry\x1b[2J"); /* nothing that a terminal obeys */
    kept.fault_rests_on[0] = 0;
    kept_seed("kept/escape", &kept, &k.state, true, SHEAF_INVALID);
    kit_close(&k);
    expect_none_refused();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_snapshots, begin),
        cmocka_unit_test_setup(test_kept, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
