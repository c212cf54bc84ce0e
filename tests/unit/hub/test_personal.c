/* What identifies people, at a running hub: where it goes, who gets it, and what happens while
 * another process keeps the private database, or after a crash. */
#include "world.h"

#include "base/encode.h"
#include "store/clock.h"
#include "store/values.h"

#include <errno.h>
#include <sqlite3.h>
#include <unistd.h>

enum { HEADER_MAX = SHEAF_REQUEST_MAX + 32 };

static void sign(const world *t, const sheaf_keypair *pair, uint32_t key, const char *path,
                 char out[HEADER_MAX])
{
    char value[SHEAF_REQUEST_MAX];
    sheaf_err err;
    sheaf_hub_call call = {.method = "GET", .path = path};
    (void)t;
    must(sheaf_request_sign(value, sheaf_str(ORIGIN), key, pair, &call, sheaf_clock_ms(), &err),
         &err);
    snprintf(out, HEADER_MAX, "Sheaf-Request: %s", value);
}

/* The founder states an address, on that disk from then on if one is given; its commitment. */
static sheaf_hash update_on(const world *t, const char *address, const sheaf_disk *disk,
                            sheaf_status *status, sheaf_err *err)
{
    sheaf_member m;
    sheaf_http_transport http;
    sheaf_posted posted = {0};
    world_member(t, t->home, &m, &http);
    sheaf_text text = {.name = "address", .salt = {9}, .text = sheaf_str(address)};
    struct sheaf_person_update what = {.has_address = true,
                                       .address = sheaf_commit(text.salt, text.text)};
    sheaf_intent intent = {
        .kind = SHEAF_KIND_person_update, .what = &what, .texts = &text, .text_count = 1};
    if (disk)
        sheaf_disk_use(disk);
    *status = sheaf_member_post(&m, &intent, &posted, err);
    sheaf_disk_use(NULL);
    if (*status == SHEAF_OK)
        assert_int_equal(posted.refusal, SHEAF_ACCEPTED);
    sheaf_member_close(&m);
    sheaf_http_transport_close(&http);
    return what.address;
}

static sheaf_hash update(const world *t, const char *address, sheaf_status *status,
                         sheaf_err *err)
{
    return update_on(t, address, NULL, status, err);
}

static void path_of(char out[128], const sheaf_hash *commitment)
{
    char hex[65];
    sheaf_hex_32(commitment->bytes, hex);
    snprintf(out, 128, "/api/v1/texts/%s", hex);
}

static void test_who_gets_it(void **state)
{
    world *t = *state;
    char path[128], header[HEADER_MAX];
    sheaf_err err;
    sheaf_status status;
    sheaf_keypair stranger;
    static const uint8_t seed[SHEAF_SEED_BYTES] = {77};
    sheaf_keypair_from_seed(&stranger, seed);
    sheaf_hash address = update(t, "7 Hidden Lane", &status, &err);
    must(status, &err);
    path_of(path, &address);
    assert_int_equal(world_call(t, "GET", path, (sheaf_slice){0}, NULL), 401);
    assert_true(world_says(t, "must be signed"));
    sign(t, &stranger, 0, path, header);
    assert_int_equal(world_call(t, "GET", path, (sheaf_slice){0}, header), 401);
    sign(t, &t->founder, 0, path, header);
    assert_int_equal(world_call(t, "GET", path, (sheaf_slice){0}, header), 200);
    assert_true(world_says(t, "7 Hidden Lane"));
}

/* Another process has the database: that act alone is turned away, and can come again. */
static void test_busy(void **state)
{
    world *t = *state;
    char path[SHEAF_PATH_MAX];
    sqlite3 *other;
    sheaf_err err = {0};
    sheaf_status status;
    snprintf(path, sizeof path, "%.900s/private.db", t->dir);
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    (void)update(t, "somewhere", &status, &err);
    assert_int_not_equal(status, SHEAF_OK);
    assert_non_null(strstr(err.message, "busy"));
    assert_true(sheaf_hub_running(t->hub, &err));
    sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(other);
    (void)update(t, "somewhere", &status, &err);
    must(status, &err);
}

/* A row whose entry never came to be is swept at the next start; the others stay. */
static void test_orphan(void **state)
{
    world *t = *state;
    sheaf_private *db;
    sheaf_err err;
    sheaf_status status;
    sheaf_value value;
    sheaf_detail found, orphan = {.entry = 9, .person = 9, .text = sheaf_str("Nobody")};
    sheaf_buffer text;
    sheaf_hash address = update(t, "7 Hidden Lane", &status, &err);
    must(status, &err);
    sheaf_hub_close(t->hub);
    snprintf(orphan.field, sizeof orphan.field, "name");
    orphan.commitment = sheaf_commit(orphan.salt, orphan.text);
    must(sheaf_private_open(&db, t->dir, SHEAF_PRIVATE_EXISTING, &err), &err);
    must(sheaf_private_begin(db, &err), &err);
    must(sheaf_private_put(db, &orphan, &err), &err);
    must(sheaf_private_commit(db, &err), &err);
    world_serve(t);
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    must(sheaf_private_find(db, &orphan.commitment, &value, &found, &text, &err), &err);
    assert_int_equal(value, SHEAF_VALUE_GONE);
    must(sheaf_private_find(db, &address, &value, &found, &text, &err), &err);
    assert_int_equal(value, SHEAF_VALUE_HELD);
    sheaf_buffer_deinit(&text);
    sheaf_private_close(db);
}

static int broken_sync(int fd)
{
    (void)fd;
    errno = EIO;
    return -1;
}

/* The disk fails after the row is durable and before the entry is: the hub stops, and when it
 * is back neither is there. */
static void test_row_without_entry(void **state)
{
    world *t = *state;
    sheaf_private *db;
    sheaf_err err;
    sheaf_status status;
    sheaf_value value;
    sheaf_detail found;
    sheaf_buffer text;
    sheaf_disk disk = *sheaf_disk_now();
    disk.fdatasync = broken_sync;
    sheaf_hash address = update_on(t, "7 Hidden Lane", &disk, &status, &err);
    assert_int_not_equal(status, SHEAF_OK);
    assert_false(sheaf_hub_running(t->hub, &err));
    must(sheaf_private_open(&db, t->dir, SHEAF_PRIVATE_EXISTING, &err), &err);
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    must(sheaf_private_find(db, &address, &value, &found, &text, &err), &err);
    assert_int_equal(value, SHEAF_VALUE_HELD);
    sheaf_hub_close(t->hub);
    world_serve(t);
    must(sheaf_private_find(db, &address, &value, &found, &text, &err), &err);
    /* Whether the entry is there decides: what was never synced may still have been written. */
    assert_int_equal(world_call(t, "GET", "/api/v1/coop", (sheaf_slice){0}, NULL), 200);
    assert_int_equal(value,
                     world_says(t, "\"entries\":1,") ? SHEAF_VALUE_GONE : SHEAF_VALUE_HELD);
    sheaf_buffer_deinit(&text);
    sheaf_private_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_who_gets_it, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_busy, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_row_without_entry, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_orphan, world_setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
