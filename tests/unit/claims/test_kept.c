/* A verification that goes on from what another one kept: interrupted anywhere, over a grown
 * log, over a changed one, from spoiled and lying files. */
#include "log_folder.h"

#include "claims/verify.h"
#include "coop/snapshot.h"

static char keep_path[SHEAF_PATH_MAX + 16];

/* What was kept, read from its file. */
typedef struct {
    sheaf_buffer bytes;
    sheaf_kept kept;
} file;

static void read_kept(file *f)
{
    sheaf_err err;
    sheaf_buffer_init(&f->bytes, 1 << 24);
    assert_int_equal(sheaf_file_read(keep_path, &f->bytes, &err), SHEAF_OK);
    if (sheaf_kept_get(sheaf_buffer_slice(&f->bytes), &f->kept, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    f->kept.path = "FILE";
}

static void release(file *f)
{
    sheaf_buffer_deinit(&f->bytes);
}

/* Stops once it is told of more entries than were verified before. */
typedef struct {
    sheaf_verified found;
    uint64_t before;
    atomic_bool stop;
} watcher;

static void told(void *context, const char *what, uint64_t done, uint64_t of)
{
    watcher *w = context;
    (void)of;
    if (strcmp(what, "entries") == 0 && done > w->before)
        atomic_store(&w->stop, true);
}

static sheaf_status run(const sheaf_kept *kept, bool keep, sheaf_verified *out, sheaf_err *err)
{
    sheaf_verify_options options = {
        .threads = 2, .kept = kept, .keep = keep ? keep_path : NULL};
    *err = (sheaf_err){0};
    return sheaf_verify_folder(folder, &options, out, err);
}

static void begin(kit *k)
{
    world(k);
    const char *base = getenv("TMPDIR");
    snprintf(keep_path, sizeof keep_path, "%s/sheaf-test-kept-%d", base ? base : "/tmp",
             (int)getpid());
    assert_int_equal(sheaf_file_remove(keep_path, NULL), SHEAF_OK);
}

static void end(kit *k)
{
    assert_int_equal(sheaf_file_remove(keep_path, NULL), SHEAF_OK);
    remove_folder(NULL);
    kit_close(k);
}

/* What both say of the log. */
static void expect_same(sheaf_verified a, sheaf_verified b)
{
    assert_int_equal(a.entries, b.entries);
    assert_int_equal(a.voids, b.voids);
    assert_memory_equal(&a.root, &b.root, sizeof a.root);
    assert_memory_equal(&a.digest, &b.digest, sizeof a.digest);
    assert_string_equal(a.origin, b.origin);
    assert_int_equal(a.rounds, b.rounds);
    assert_int_equal(a.results_missing, b.results_missing);
    assert_int_equal(a.transcripts_missing, b.transcripts_missing);
    assert_int_equal(a.texts_checked, b.texts_checked);
    assert_int_equal(a.texts_missing, b.texts_missing);
    assert_int_equal(a.trusted, b.trusted);
    assert_int_equal(a.fault_entry, b.fault_entry);
    assert_string_equal(a.fault_rests_on, b.fault_rests_on);
}

/* Stopped after every run of entries and started again, until it is through; how often. */
static int run_in_steps(sheaf_slice from, sheaf_status want, sheaf_verified *out,
                        sheaf_err *err)
{
    for (int steps = 1;; steps++) {
        file f = {0};
        watcher w = {0};
        sheaf_verify_options options = {.threads = 2,
                                        .from = from,
                                        .keep = keep_path,
                                        .progress = told,
                                        .context = &w,
                                        .stop = &w.stop};
        if (sheaf_file_exists(keep_path)) {
            read_kept(&f);
            options.kept = &f.kept;
            w.before = f.kept.entries;
        }
        sheaf_status status = sheaf_verify_folder(folder, &options, out, err);
        assert_int_equal(out->resumed_at, w.before);
        release(&f);
        if (status == SHEAF_OK || status == SHEAF_FAULT) {
            assert_int_equal(status, want);
            return steps;
        }
        if (status != SHEAF_IO || !strstr(err->message, "the same command goes on"))
            fail_msg("%s", err->message);
    }
}

/* Rounds, values that are missing, digests, more runs than one. */
static void test_interrupted(void **unused)
{
    kit k;
    sheaf_verified whole, steps;
    sheaf_err err;
    char path[SHEAF_PATH_MAX];
    begin(&k);
    assert_int_equal(kit_round_open(&k, "first", "statistics", 0, "mandate.tick"),
                     SHEAF_ACCEPTED);
    assert_int_equal(kit_round_close(&k, "first", "statistics", '1'), SHEAF_ACCEPTED);
    grow(&k, 4500);
    write_folder(&k, "log");
    for (int values = 0; values < 2; values++) {
        assert_int_equal(run(NULL, false, &whole, &err), SHEAF_OK);
        int count = run_in_steps((sheaf_slice){0}, SHEAF_OK, &steps, &err);
        assert_int_equal(count, 6); /* 1,024 at a time, and what follows them */
        expect_same(whole, steps);
        assert_true(steps.rounds == 1 && steps.texts_missing > 4500);
        assert_int_equal(sheaf_file_remove(keep_path, NULL), SHEAF_OK);
        path_of(path, "texts"); /* now there is where to look for values */
        assert_int_equal(sheaf_folder_make(path, 0700, NULL), SHEAF_OK);
    }
    end(&k);
    (void)unused;
}

/* The first fault is told of again, whenever it was found. */
static void test_faults_stay(void **unused)
{
    kit k;
    sheaf_verified whole, steps;
    sheaf_err err, again;
    begin(&k);
    k.enter_refused = true;
    k.wrong.bad_signature = true;
    (void)kit_try(&k, "ann", "revenue.record", "{'amount_cents':7,'memo':^}", NULL);
    grow(&k, 2500);
    write_folder(&k, "log");
    assert_int_equal(run(NULL, false, &whole, &err), SHEAF_FAULT);
    assert_int_equal(run_in_steps((sheaf_slice){0}, SHEAF_FAULT, &steps, &again), 4);
    assert_string_equal(err.message, again.message);
    assert_int_equal(whole.voids, 1);
    expect_same(whole, steps);
    end(&k);
    (void)unused;
}

/* The whole was verified; then the log grows. A checkpoint given as well spares signatures. */
static void test_grown(void **unused)
{
    kit k;
    file f;
    sheaf_verified whole, found;
    sheaf_err err;
    sheaf_buffer note;
    sheaf_checkpoint head;
    begin(&k);
    grow(&k, 1200);
    write_folder(&k, "log");
    uint64_t size = k.state.size;
    load_checkpoint(&note);
    sheaf_verify_options spared = {.from = sheaf_buffer_slice(&note), .keep = keep_path};
    assert_int_equal(sheaf_verify_folder(folder, &spared, &found, &err), SHEAF_OK);
    assert_int_equal(found.trusted, size);
    remove_folder(NULL);
    grow(&k, 900);
    write_folder(&k, "log");
    assert_int_equal(run_in_steps(sheaf_buffer_slice(&note), SHEAF_OK, &found, &err), 3);
    assert_int_equal(found.trusted, size);
    read_kept(&f);
    assert_int_equal(f.kept.entries, k.state.size);
    assert_int_equal(sheaf_checkpoint_read(f.kept.note, &head, &err), SHEAF_OK);
    assert_int_equal(head.size, k.state.size);
    assert_int_equal(run(&f.kept, true, &found, &err), SHEAF_OK); /* nothing new */
    assert_int_equal(run(NULL, false, &whole, &err), SHEAF_OK);
    whole.trusted = size;
    expect_same(whole, found);
    release(&f);
    sheaf_buffer_deinit(&note);
    end(&k);
    (void)unused;
}

/* Bundles that reach beyond the checkpoint are no part of what is verified. */
static void test_ahead_of_the_checkpoint(void **unused)
{
    kit k;
    file f;
    sheaf_verified found;
    sheaf_err err;
    sheaf_buffer note;
    char path[SHEAF_PATH_MAX];
    sheaf_log_store *store;
    begin(&k);
    grow(&k, 1200);
    uint64_t size = k.state.size;
    size_t len = k.log.len;
    grow(&k, 1800);
    assert_int_equal(make_folder(NULL), 0);
    assert_int_equal(sheaf_log_store_open(&store, folder, false, &err), SHEAF_OK);
    kit_store_add(store, sheaf_bytes(k.log.data, len));
    kit_store_publish(&k, store, "log");
    load_checkpoint(&note);
    kit_store_add(store, sheaf_bytes(k.log.data + len, k.log.len - len));
    kit_store_publish(&k, store, "log");
    sheaf_log_store_close(store);
    path_of(path, "log/checkpoint");
    assert_int_equal(sheaf_file_write(path, 0600, sheaf_buffer_slice(&note), NULL), SHEAF_OK);
    assert_int_equal(run(NULL, true, &found, &err), SHEAF_OK);
    assert_int_equal(found.entries, size);
    read_kept(&f);
    assert_int_equal(f.kept.entries, size);
    assert_int_equal(run(&f.kept, true, &found, &err), SHEAF_OK);
    assert_int_equal(found.entries, size);
    release(&f);
    sheaf_buffer_deinit(&note);
    end(&k);
    (void)unused;
}

static void expect_fault(const sheaf_kept *kept, sheaf_status want, const char *words)
{
    sheaf_verified found;
    sheaf_err err;
    sheaf_status status = run(kept, true, &found, &err);
    if (status != want || !strstr(err.message, words))
        fail_msg("%d: %s", (int)status, err.message);
}

/* Another history of the same co-op, a shorter one, and none: the file stays as it is. */
static void test_other_logs(void **unused)
{
    kit k, other;
    file f, after;
    sheaf_verified found;
    sheaf_err err;
    begin(&k);
    grow(&k, 1500);
    write_folder(&k, "log");
    assert_int_equal(run(NULL, true, &found, &err), SHEAF_OK);
    read_kept(&f);
    remove_folder(NULL);
    world(&other);
    grow(&other, 200);
    write_folder(&other, "log");
    expect_fault(&f.kept, SHEAF_FAULT, "the log was cut, or is an older copy");
    remove_folder(NULL);
    grow(&other, 1290);
    kit_do(&other, "bob", "revenue.record", NULL, "{'amount_cents':777,'memo':^}");
    grow(&other, 100);
    write_folder(&other, "log");
    expect_fault(&f.kept, SHEAF_FAULT, "keeps the state and a checkpoint: they were changed");
    sheaf_kept stranger = f.kept;
    stranger.origin[SHEAF_ORIGIN_LEN - 1] ^= 1;
    expect_fault(&stranger, SHEAF_INVALID, "FILE is of the log sheaf/");
    read_kept(&after);
    assert_true(
        sheaf_slice_equal(sheaf_buffer_slice(&f.bytes), sheaf_buffer_slice(&after.bytes)));
    release(&after);
    release(&f);
    kit_close(&other);
    end(&k);
    (void)unused;
}

/* The state says that somebody else is admitted; its hash is right, as of who may write it. */
static void test_lying_state(void **unused)
{
    kit k;
    file f;
    sheaf_verified found;
    sheaf_err err;
    sheaf_state state;
    sheaf_buffer lie, shorter;
    begin(&k);
    grow(&k, 4000);
    write_folder(&k, "log");
    assert_int_equal(run(NULL, true, &found, &err), SHEAF_OK);
    remove_folder(NULL);
    grow(&k, 600); /* a digest among them */
    write_folder(&k, "log");
    read_kept(&f);
    assert_int_equal(sheaf_state_init(&state, SHEAF_REVISION, &err), SHEAF_OK);
    assert_int_equal(sheaf_snapshot_get(f.kept.state, &state, &err), SHEAF_OK);
    sheaf_member_edit(&state, 0)->applied++;
    sheaf_state_commit(&state);
    sheaf_buffer_init(&lie, 1 << 24);
    sheaf_kept_put(&lie, &f.kept, &state);
    sheaf_kept lying;
    assert_int_equal(sheaf_kept_get(sheaf_buffer_slice(&lie), &lying, &err), SHEAF_OK);
    lying.path = "FILE";
    expect_fault(&lying, SHEAF_INVALID, "does not lead to the one that the log's digest");
    assert_int_equal(run(&f.kept, false, &found, &err), SHEAF_OK);
    state.size--;
    sheaf_buffer_init(&shorter, 1 << 24);
    sheaf_kept_put(&shorter, &f.kept, &state);
    assert_int_equal(sheaf_kept_get(sheaf_buffer_slice(&shorter), &lying, &err), SHEAF_OK);
    lying.path = "FILE";
    expect_fault(&lying, SHEAF_INVALID, "its state is another one than it says");
    lying.state.len--;
    expect_fault(&lying, SHEAF_INVALID, "cannot be taken up: row");
    sheaf_state_deinit(&state);
    sheaf_buffer_deinit(&lie);
    sheaf_buffer_deinit(&shorter);
    release(&f);
    end(&k);
    (void)unused;
}

/* Any byte changed, any end cut off: it is noticed. What cannot be is refused as well. */
static void test_spoiled(void **unused)
{
    kit k;
    file f;
    sheaf_kept got;
    sheaf_verified found;
    sheaf_err err;
    begin(&k);
    write_folder(&k, "log");
    assert_int_equal(run(NULL, true, &found, &err), SHEAF_OK);
    read_kept(&f);
    sheaf_slice bytes = sheaf_buffer_slice(&f.bytes);
    size_t stride = bytes.len / 200 + 1;
    for (size_t at = 0; at < bytes.len; at += stride) {
        f.bytes.data[at] ^= 1;
        assert_int_equal(sheaf_kept_get(bytes, &got, &err), SHEAF_INVALID);
        f.bytes.data[at] ^= 1;
        assert_int_equal(sheaf_kept_get(sheaf_bytes(bytes.data, at), &got, &err),
                         SHEAF_INVALID);
    }
    assert_int_equal(sheaf_kept_get(bytes, &got, &err), SHEAF_OK);
    for (int i = 0; i < 7; i++) {
        sheaf_buffer made;
        got = f.kept;
        sheaf_buffer_init(&made, 1 << 24);
        got.voids += i == 0;
        got.first_void = i == 1 ? got.entries : got.first_void;
        got.trusted = i == 2 ? got.entries + 1 : got.trusted;
        got.fault_entry = i == 3 ? 0 : got.fault_entry;
        got.entries -= i == 4; /* the checkpoint covers more */
        got.root.bytes[0] ^= i == 5;
        got.origin[0] = i == 6 ? 27 : got.origin[0];
        sheaf_kept_put(&made, &got, &k.state);
        assert_int_equal(sheaf_kept_get(sheaf_buffer_slice(&made), &got, &err), SHEAF_INVALID);
        assert_non_null(strstr(err.message, "what it says cannot be"));
        sheaf_buffer_deinit(&made);
    }
    release(&f);
    end(&k);
    (void)unused;
}

/* Where it cannot be written the verification says so, rather than that all is kept. */
static void test_no_place(void **unused)
{
    kit k;
    sheaf_verified found;
    sheaf_err err;
    begin(&k);
    write_folder(&k, "log");
    snprintf(keep_path, sizeof keep_path, "%s/nowhere/kept", folder);
    assert_int_equal(run(NULL, true, &found, &err), SHEAF_IO);
    assert_non_null(strstr(err.message, "nowhere/kept"));
    end(&k);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interrupted), cmocka_unit_test(test_faults_stay),
        cmocka_unit_test(test_grown),       cmocka_unit_test(test_other_logs),
        cmocka_unit_test(test_lying_state), cmocka_unit_test(test_spoiled),
        cmocka_unit_test(test_no_place),    cmocka_unit_test(test_ahead_of_the_checkpoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
