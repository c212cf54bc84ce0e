/* Power cuts at every change that the log store makes on the disk.
 *
 * A log is written on a disk in memory; before every change the disk is copied as a power cut
 * might leave it, several times with other losses, and each copy is opened as the next start
 * would. What was acknowledged must be there, nothing that was never appended, and every
 * checkpoint that left must be a prefix of what stands. SHEAF_TEST_LONG=1 tries over 20,000
 * cuts instead of about 800. A failure prints the seed of its run. */
#include "folder.h"
#include "log_walk.h"
#include "sim_disk.h"

#include <errno.h>
#include <string.h>

#include "log/note.h"
#include "store/log_settle.h"

enum { ENTRIES_MAX = 4096, BATCH_MAX = 24, DIR_LEN = 16 };

#define DIR_NAME "/co-op/hub"

/* What the world outside knows: which entries were handed in and which were acknowledged, and
 * the checkpoints that left. */
typedef struct {
    uint32_t made[ENTRIES_MAX]; /* which text stands at each place */
    uint32_t texts;             /* made so far: every text is used once */
    uint64_t acknowledged, attempted;
    struct {
        uint64_t size;
        sheaf_hash root;
    } left[ENTRIES_MAX];
    size_t left_count;
    sim_disk *disk;
    sheaf_log_store *store;
    sheaf_log_settling settling; /* under way: taken at 1, written at 2 */
    int settled;
    uint64_t seed, first_seed;
    uint64_t cuts, stride; /* tried so far; every how many changes */
    bool exhaustive;       /* all kinds of loss at each change, else one of them */
} world;

static sheaf_keypair pair;

static sheaf_slice text_of(uint32_t number, char out[4096])
{
    int len = snprintf(out, 4096, "text %u of a test ", number);
    size_t more = number % 17 == 3 ? 3000 : number % 41;
    memset(out + len, 'a' + (int)(number % 26), more);
    return sheaf_bytes(out, number % 29 == 11 ? 0 : (size_t)len + more);
}

static sheaf_status sign(void *context, uint64_t size, const sheaf_hash *root,
                         sheaf_buffer *note, sheaf_err *err)
{
    (void)context;
    return sheaf_checkpoint_sign(note, sheaf_str(ORIGIN), size, root, &pair, err);
}

/* ---- after a power cut ---- */

typedef struct {
    const world *w;
    uint64_t seen;
} reading;

static sheaf_status expect(void *context, uint64_t index, sheaf_slice entry, sheaf_err *err)
{
    reading *r = context;
    char text[4096];
    if (index != r->seen++ || index >= r->w->attempted
        || !sheaf_slice_equal(entry, text_of(r->w->made[index], text)))
        return sheaf_fail(err, SHEAF_FAULT, "entry %llu is not what was appended",
                          (unsigned long long)index);
    return SHEAF_OK;
}

#define MUST(w, condition, ...)                                                                \
    do {                                                                                       \
        if (!(condition)) {                                                                    \
            print_message("seed %llu, cut %llu: ", (unsigned long long)(w)->first_seed,        \
                          (unsigned long long)(w)->cuts);                                      \
            fail_msg(__VA_ARGS__);                                                             \
        }                                                                                      \
    } while (0)

static void expect_checkpoint(const world *w, const sheaf_log_store *store)
{
    sheaf_vkey key;
    sheaf_checkpoint head;
    sheaf_slice note = sheaf_log_store_checkpoint(store);
    uint64_t newest = w->left_count ? w->left[w->left_count - 1].size : 0;
    MUST(w, sheaf_log_store_published(store) >= newest, "a checkpoint that left is lost");
    if (!note.len)
        return;
    assert_ok(sheaf_vkey_make(&key, SHEAF_VKEY_ED25519, sheaf_str(ORIGIN), pair.public, &why));
    MUST(w, sheaf_checkpoint_open(note, &key, &head, &why) == SHEAF_OK, "%s", why.message);
    MUST(w, head.size == sheaf_log_store_published(store), "another size was published");
    for (size_t i = w->left_count > 6 ? w->left_count - 6 : 0; i < w->left_count; i++) {
        sheaf_hash root = sheaf_log_store_root_at(store, w->left[i].size);
        MUST(w, sheaf_hash_equal(&root, &w->left[i].root),
             "the log contradicts the checkpoint of size %llu",
             (unsigned long long)w->left[i].size);
    }
}

/* Opens what is left as the next start would; the store stays open. */
static sheaf_log_store *expect_sound(const world *w, sim_disk *disk)
{
    sheaf_log_store *store;
    sim_disk_use(disk);
    MUST(w, sheaf_log_store_open(&store, DIR_NAME, false, &why) == SHEAF_OK, "%s", why.message);
    uint64_t size = sheaf_log_store_size(store);
    reading r = {.w = w};
    MUST(w, size >= w->acknowledged, "%llu entries were acknowledged, %llu are left",
         (unsigned long long)w->acknowledged, (unsigned long long)size);
    MUST(w, size <= w->attempted, "there are entries that nobody appended");
    MUST(w, sheaf_log_store_range(store, 0, size, expect, &r, &why) == SHEAF_OK, "%s",
         why.message);
    expect_checkpoint(w, store);
    return store;
}

/* The recovered log goes on: an entry, a checkpoint, and every file is in order. */
static void expect_goes_on(const world *w, sheaf_log_store *store)
{
    sheaf_slice entry = sheaf_str("one more");
    sheaf_buffer note;
    uint64_t size = sheaf_log_store_size(store) + 1;
    MUST(w, sheaf_log_store_commit(store, &entry, 1, sign, NULL, &why) == SHEAF_OK, "%s",
         why.message);
    MUST(w, sheaf_log_store_size(store) == size, "the entry is not there");
    sheaf_log_store_close(store);
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    MUST(w, walk_log(DIR_NAME, NULL, NULL, &note, &why) == SHEAF_OK, "%s", why.message);
    sheaf_buffer_deinit(&note);
}

/* A second cut while the first is repaired. */
static sim_disk *cut_again(world *w, sim_disk *disk, sim_crash kind)
{
    static const struct {
        const char *what;
        unsigned within;
    } places[] = {{NULL, 24}, {"fdatasync", 1}, {"fsync", 16}, {"rename", 8}};
    size_t place = sim_random(&w->seed) % (sizeof places / sizeof *places);
    sheaf_log_store *store;
    sheaf_err err;
    sim_disk_break(disk, sim_random(&w->seed) % places[place].within, places[place].what, EIO,
                   true);
    sim_disk_use(disk);
    if (sheaf_log_store_open(&store, DIR_NAME, false, &err) == SHEAF_OK)
        sheaf_log_store_close(store);
    sim_disk *again = sim_disk_crash(disk, kind, &w->seed);
    sim_disk_free(disk);
    w->cuts++;
    return again;
}

/* `kind` is the first cut's. What the start after it finds counts from then on. */
static void cut(world *w, sim_crash kind)
{
    sim_disk *disk = sim_disk_crash(w->disk, kind, &w->seed);
    w->cuts++;
    if (sim_random(&w->seed) % (kind == SIM_CRASH_CACHE ? 2 : 4) == 0)
        disk = cut_again(w, disk, (sim_crash)(sim_random(&w->seed) % SIM_CRASH_KINDS));
    expect_goes_on(w, expect_sound(w, disk));
    sim_disk_free(disk);
    sim_disk_use(w->disk);
}

static void cut_here(void *context, const char *what)
{
    world *w = context;
    /* Dying while the journal is synced, then again in the start after it, is tried in full. */
    for (int i = 0; strcmp(what, "fdatasync") == 0 && w->stride < 2 && i < 6; i++)
        cut(w, SIM_CRASH_CACHE);
    if (w->stride > 1 && sim_random(&w->seed) % w->stride)
        return;
    if (!w->exhaustive) {
        cut(w, (sim_crash)(sim_random(&w->seed) % SIM_CRASH_KINDS));
        return;
    }
    for (sim_crash kind = 0; kind < SIM_CRASH_KINDS; kind++)
        for (int again = 0; again < (kind < SIM_CRASH_ORDERED ? 1 : 2); again++)
            cut(w, kind);
}

/* ---- work ---- */

static void world_open(world *w, uint64_t seed)
{
    *w = (world){.seed = seed, .first_seed = seed, .disk = sim_disk_new()};
    sim_disk_use(w->disk);
}

static void world_close(world *w)
{
    sheaf_log_store_close(w->store);
    sim_disk_use(NULL);
    sim_disk_free(w->disk);
}

/* With both files of the journal. */
static void world_open_again(world *w, uint64_t seed)
{
    world_open(w, seed);
    for (int i = 0; i < 2; i++) {
        sheaf_log_store_close(w->store);
        assert_ok(sheaf_log_store_open(&w->store, DIR_NAME, false, &why));
    }
}

static void hand_out(world *w)
{
    sheaf_checkpoint head;
    assert_ok(sheaf_checkpoint_read(sheaf_log_store_checkpoint(w->store), &head, &why));
    assert_true(w->left_count < ENTRIES_MAX);
    w->left[w->left_count].size = head.size;
    w->left[w->left_count++].root = head.root;
}

/* Appends some entries; false if the store fails. */
static bool append(world *w, size_t count, bool with_checkpoint, sheaf_err *err)
{
    static char texts[BATCH_MAX][4096];
    sheaf_slice entries[BATCH_MAX];
    assert_true(count <= BATCH_MAX && w->acknowledged + count <= ENTRIES_MAX);
    for (size_t i = 0; i < count; i++) {
        w->made[w->acknowledged + i] = w->texts;
        entries[i] = text_of(w->texts++, texts[i]);
    }
    w->attempted = w->acknowledged + count;
    sheaf_status status =
        with_checkpoint ? sheaf_log_store_commit(w->store, entries, count, sign, NULL, err)
                        : sheaf_log_store_append(w->store, entries, count, err);
    if (status != SHEAF_OK)
        return false;
    w->acknowledged = w->attempted;
    if (with_checkpoint)
        hand_out(w);
    return true;
}

static bool publish(world *w, sheaf_err *err)
{
    if (sheaf_log_store_commit(w->store, NULL, 0, sign, NULL, err) != SHEAF_OK)
        return false;
    hand_out(w);
    return true;
}

/* The next step of a settling: to take it, to write it, to end it. */
static void settle_step(world *w)
{
    bool more;
    if (w->settled == 0)
        assert_ok(sheaf_log_settle_take(w->store, &w->settling, &more, &why));
    else if (w->settled == 1)
        assert_ok(sheaf_log_settle_write(&w->settling, &why));
    else
        sheaf_log_settle_end(w->store, &w->settling, SHEAF_OK);
    w->settled = (w->settled + 1) % 3;
}

static void settle_rest(world *w)
{
    while (w->settled)
        settle_step(w);
}

static void act(world *w)
{
    uint64_t dice = sim_random(&w->seed) % 10;
    size_t count = dice < 5 ? 1 : 1 + (size_t)(sim_random(&w->seed) % BATCH_MAX);
    bool may_write = w->settled == 0; /* what else writes waits for the end of a settling */
    if (dice == 9)
        assert_true(publish(w, &why));
    else if (dice == 5 || dice == 6)
        settle_step(w);
    else if (dice == 7 && may_write)
        assert_ok(sheaf_log_store_flush(w->store, &why));
    else
        assert_true(append(w, count, dice != 8 || !may_write, &why));
}

static bool is_long(void)
{
    const char *longer = getenv("SHEAF_TEST_LONG");
    return longer && longer[0] == '1';
}

/* From nothing: the first folder, journal and checkpoint, every change with every loss. */
static void test_first_steps(void **unused)
{
    static world w;
    (void)unused;
    world_open(&w, 1);
    w.exhaustive = true;
    sim_disk_watch(w.disk, cut_here, &w);
    assert_ok(sheaf_log_store_open(&w.store, DIR_NAME, false, &why));
    assert_true(append(&w, 1, true, &why));
    assert_true(append(&w, 3, false, &why));
    assert_true(publish(&w, &why));
    assert_ok(sheaf_log_store_flush(w.store, &why));
    assert_true(append(&w, 2, true, &why));
    assert_ok(sheaf_log_store_flush(w.store, &why));
    cut_here(&w, "the end");
    print_message("# %llu cuts\n", (unsigned long long)w.cuts);
    assert_true(w.cuts > 200);
    world_close(&w);
}

/* Where a tile fills, and where the journal's other file is taken into use. */
static void test_turning_points(void **unused)
{
    static world w;
    (void)unused;
    world_open_again(&w, 2);
    for (int i = 0; i < 222; i++)
        assert_true(append(&w, 1, i % 8 == 0, &why));
    w.exhaustive = is_long();
    sim_disk_watch(w.disk, cut_here, &w);
    for (int i = 0; i < 3; i++) { /* over 224 blocks: the journal turns */
        assert_true(append(&w, 1, true, &why));
        assert_ok(sheaf_log_store_flush(w.store, &why));
    }
    w.stride = is_long() ? 1 : 8;
    sim_disk_watch(w.disk, NULL, NULL);
    for (int i = 0; i < 28; i++)
        assert_true(append(&w, 1, i % 2, &why));
    sim_disk_watch(w.disk, cut_here, &w);
    assert_true(append(&w, 1, true, &why));
    assert_true(append(&w, 4, true, &why)); /* over 256 entries */
    assert_true(append(&w, 1, true, &why));
    sim_disk_watch(w.disk, NULL, NULL);
    print_message("# %llu cuts\n", (unsigned long long)w.cuts);
    assert_true(w.cuts > 50);
    world_close(&w);
}

/* Files written behind the commits, before and after the journal turns with entries whose tiles
 * are not there yet, and while they are being written. */
static void test_settling(void **unused)
{
    static world w;
    (void)unused;
    world_open_again(&w, 5);
    for (int i = 0; i < 150; i++) /* two full tiles wait, and a part of a third */
        assert_true(append(&w, i % 2 ? 6 : 2, true, &why));
    settle_step(&w);
    w.exhaustive = is_long();
    w.stride = is_long() ? 1 : 3;
    for (int i = 0; i < 40; i++)
        assert_true(append(&w, 5, true, &why));
    sim_disk_watch(w.disk, cut_here, &w);
    settle_step(&w); /* cuts while it is written */
    assert_true(append(&w, 4, true, &why));
    settle_step(&w);
    assert_true(append(&w, 1, true, &why));
    sim_disk_watch(w.disk, NULL, NULL);
    for (int i = 0; i < 29; i++)
        assert_true(append(&w, 2, true, &why));
    settle_step(&w);
    assert_true(append(&w, 1, true, &why));
    sim_disk_watch(w.disk, cut_here, &w);
    for (int i = 0; i < 5; i++) /* over 224 blocks, but the journal turns only afterwards */
        assert_true(append(&w, 1, true, &why));
    uint64_t taken = w.settling.to;
    settle_rest(&w);
    w.stride = is_long() ? 1 : 2;
    assert_true(append(&w, 23, true, &why)); /* the journal turns */
    assert_true(append(&w, 2, true, &why));
    settle_step(&w);
    settle_rest(&w);
    assert_true(append(&w, 1, true, &why));
    assert_true(w.settling.to >= taken);
    print_message("# %llu cuts\n", (unsigned long long)w.cuts);
    assert_true(w.cuts > 20);
    world_close(&w);
}

/* Long lives: work, a cut anywhere, and on from what is left. */
static void test_lives(void **unused)
{
    static world w;
    uint64_t cuts = 0, wanted = is_long() ? 20000 : 120;
    (void)unused;
    for (uint64_t seed = 100; cuts < wanted; seed++) {
        world_open(&w, seed);
        w.stride = is_long() ? 1 + sim_random(&w.seed) % 60 : 60 + sim_random(&w.seed) % 60;
        assert_ok(sheaf_log_store_open(&w.store, DIR_NAME, false, &why));
        for (int life = 0; life < 4; life++) {
            sim_disk_watch(w.disk, cut_here, &w);
            for (int i = 0; i < 20 && w.attempted + BATCH_MAX < ENTRIES_MAX; i++)
                act(&w);
            sim_disk *left = sim_disk_crash(
                w.disk, (sim_crash)(sim_random(&w.seed) % SIM_CRASH_KINDS), &w.seed);
            sim_disk_watch(w.disk, NULL, NULL);
            settle_rest(&w);
            sheaf_log_store_close(w.store);
            sim_disk_free(w.disk);
            w.disk = left;
            w.cuts++;
            w.store = expect_sound(&w, left);
            w.attempted = w.acknowledged = sheaf_log_store_size(w.store);
        }
        cuts += w.cuts;
        world_close(&w);
    }
    print_message("# %llu cuts\n", (unsigned long long)cuts);
}

/* ---- faults that the process lives to tell of ---- */

/* Whatever call fails with whatever error: one sentence, no more appends, nothing lost. */
static void test_failures(void **unused)
{
    static const struct {
        const char *what, *says;
        int error;
    } rows[] = {
        {"pwrite", "No space left on device; free some space", ENOSPC},
        {"fdatasync", "Input/output error; the disk may be failing", EIO},
        {"fdatasync", "No space left on device; free some space", ENOSPC},
        {"create", "No space left on device; free some space", ENOSPC},
        {"rename", "Input/output error", EIO},
        {"fsync", "Input/output error", EIO},
    };
    static world w;
    sheaf_err err;
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (uint64_t at = 0; at < 6; at++) {
            world_open(&w, i + 1);
            assert_ok(sheaf_log_store_open(&w.store, DIR_NAME, false, &why));
            for (int k = 0; k < 222; k++) /* soon the journal turns */
                assert_true(append(&w, 1, true, &why));
            sim_disk_break(w.disk, at, rows[i].what, rows[i].error, false);
            bool fails = false;
            for (int k = 0; k < 40 && !fails; k++)
                fails = !append(&w, 1, true, &err)
                        || sheaf_log_store_flush(w.store, &err) != SHEAF_OK;
            assert_true(fails);
            MUST(&w, strstr(err.message, rows[i].says), "%s", err.message);
            assert_non_null(strstr(err.message, DIR_NAME));
            /* The disk works again, but nothing is tried again. */
            assert_false(append(&w, 1, true, &err));
            w.attempted = w.acknowledged + 1;
            assert_non_null(strstr(err.message, "takes no more entries"));
            sheaf_log_store_close(w.store);
            w.made[w.acknowledged] = w.texts - 2; /* of the append that failed first */
            w.store = expect_sound(&w, w.disk);
            /* What was found counts from now on, whatever the cache had only pretended. */
            w.acknowledged = sheaf_log_store_size(w.store);
            sim_disk *left = sim_disk_crash(w.disk, SIM_CRASH_DURABLE, &w.seed);
            expect_goes_on(&w, expect_sound(&w, left));
            sim_disk_use(w.disk);
            sim_disk_free(left);
            world_close(&w);
        }
}

static void test_read_only_folder(void **unused)
{
    static world w;
    sheaf_log_store *store;
    sheaf_err err;
    (void)unused;
    world_open(&w, 3);
    assert_ok(sheaf_log_store_open(&w.store, DIR_NAME, false, &why));
    for (int i = 0; i < 5; i++)
        assert_true(append(&w, 1, true, &why));
    sheaf_log_store_close(w.store);
    sim_disk_break(w.disk, 0, NULL, EROFS, true);
    assert_int_equal(sheaf_log_store_open(&store, DIR_NAME, false, &err), SHEAF_IO);
    assert_non_null(strstr(err.message, "Read-only file system; make it writable"));
    /* Reading goes on. */
    assert_ok(sheaf_log_store_open(&w.store, DIR_NAME, true, &why));
    assert_int_equal(sheaf_log_store_size(w.store), 5);
    world_close(&w);
}

/* Somebody puts an older journal under a newer checkpoint: nothing is signed over it. */
static void test_rolled_back(void **unused)
{
    static world w;
    sheaf_log_store *store;
    sheaf_err err;
    (void)unused;
    world_open(&w, 4);
    assert_ok(sheaf_log_store_open(&w.store, DIR_NAME, false, &why));
    assert_true(append(&w, 3, true, &why));
    sim_disk *old = sim_disk_crash(w.disk, SIM_CRASH_CACHE, &w.seed);
    assert_true(append(&w, 2, true, &why));
    sheaf_buffer note;
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_add(&note, sheaf_log_store_checkpoint(w.store));
    sim_disk_use(old);
    assert_ok(
        sheaf_file_write(DIR_NAME "/log/checkpoint", 0644, sheaf_buffer_slice(&note), &why));
    assert_int_equal(sheaf_log_store_open(&store, DIR_NAME, false, &err), SHEAF_FAULT);
    assert_non_null(strstr(err.message, "covers 5 entries, but only 3"));
    /* And one that leads elsewhere. */
    sheaf_hash other = {{9}};
    sheaf_buffer_reset(&note);
    assert_ok(sign(NULL, 3, &other, &note, &why));
    sheaf_log_store *wrong;
    assert_ok(
        sheaf_file_write(DIR_NAME "/log/checkpoint", 0644, sheaf_buffer_slice(&note), &why));
    sheaf_status status = sheaf_log_store_open(&wrong, DIR_NAME, false, &err);
    assert_int_equal(status, SHEAF_FAULT);
    sheaf_buffer_deinit(&note);
    sim_disk_use(w.disk);
    sim_disk_free(old);
    world_close(&w);
}

static int start(void **state)
{
    static const uint8_t seed[32] = {1, 2, 3};
    (void)state;
    if (!sheaf_crypto_start())
        return -1;
    sheaf_keypair_from_seed(&pair, seed);
    return 0;
}

static int end(void **state)
{
    (void)state;
    sim_disk_use(NULL);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_steps), cmocka_unit_test(test_turning_points),
        cmocka_unit_test(test_settling),    cmocka_unit_test(test_lives),
        cmocka_unit_test(test_failures),    cmocka_unit_test(test_read_only_folder),
        cmocka_unit_test(test_rolled_back),
    };
    return cmocka_run_group_tests(tests, start, end);
}
