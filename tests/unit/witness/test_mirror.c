/* A mirroring witness against a log that another process serves: what it cosigns it has. */
#include "served.h"

#include "log/visible.h"
#include "net/server.h"
#include "store/clock.h"
#include "../store/log_walk.h"
#include "store/log_files.h"
#include "store/log_store.h"

enum { ENTRIES = 700, SECRET = 3 }; /* every third entry is for members where `restricted` */

static sheaf_log_store *store;
static sheaf_http_server *server;
static sheaf_witness_server *witness;
static bool restricted, spoiled;
static unsigned served;
static char source[SHEAF_PATH_MAX], home[SHEAF_PATH_MAX];

static bool is_secret(uint64_t index)
{
    return restricted && index % SECRET == 0;
}

/* ---- the log ---- */

static sheaf_http_response listing(sheaf_tile tile, sheaf_slice bundle)
{
    sheaf_buffer out;
    sheaf_slice entry;
    uint64_t index = tile.index * SHEAF_TILE_WIDTH;
    sheaf_buffer_init(&out, SHEAF_VISIBLE_BYTES_MAX);
    for (; sheaf_bundle_next(&bundle, &entry); index++) {
        sheaf_hash leaf = sheaf_tree_leaf(entry);
        if (is_secret(index))
            sheaf_visible_add_leaf(&out, &leaf);
        else
            sheaf_visible_add_entry(&out, entry);
    }
    return sheaf_http_take(200, "application/octet-stream", &out);
}

static sheaf_http_verdict handle(void *context, const sheaf_http_request *request,
                                 sheaf_http_response *response)
{
    sheaf_tile tile;
    sheaf_buffer bytes;
    sheaf_slice data, path = request->path, slash;
    (void)context;
    served++;
    bool open = sheaf_take(&path, 1, &slash) && sheaf_visible_parse(path, &tile);
    if (!open && !sheaf_tile_parse(path, &tile)) {
        *response = sheaf_http_error(404, "no such file");
        return SHEAF_HTTP_ANSWERED;
    }
    sheaf_buffer_init(&bytes, SHEAF_BUNDLE_BYTES_MAX);
    if (sheaf_log_file_read(source, &tile, &bytes, &data, &why) != SHEAF_OK)
        *response = sheaf_http_error(404, "no such file");
    else if (open)
        *response = listing(tile, data);
    else if (tile.entries && restricted)
        *response = sheaf_http_error(403, "for members");
    else {
        if (spoiled)
            bytes.data[data.len - 1] ^= 1;
        *response = sheaf_http_copy(200, "application/octet-stream", data);
    }
    sheaf_buffer_deinit(&bytes);
    return SHEAF_HTTP_ANSWERED;
}

static void grow(uint64_t size)
{
    for (uint64_t i = sheaf_log_store_size(store); i < size; i++) {
        char bytes[128];
        sheaf_slice entry = test_entry(i, bytes);
        assert_ok(sheaf_log_store_append(store, &entry, 1, &why));
    }
    sheaf_buffer note;
    sheaf_hash root = sheaf_log_store_root(store);
    sheaf_buffer_init(&note, 4096);
    put_head(&note, size, &root);
    assert_ok(sheaf_log_store_publish(store, sheaf_buffer_slice(&note), &why));
    sheaf_buffer_deinit(&note);
}

/* ---- the witness ---- */

static void serve_witness(void)
{
    sheaf_buffer text;
    sheaf_buffer_init(&text, 1000);
    put_log_key(&text);
    sheaf_buffer_printf(&text, "=http://127.0.0.1:%u", sheaf_http_server_port(server));
    sheaf_buffer_add_byte(&text, 0);
    const char *logs[] = {(const char *)text.data};
    assert_ok(sheaf_witness_server_open(
        &witness,
        &(sheaf_witness_config){
            .dir = home, .logs = logs, .log_count = 1, .mirror = true, .quiet = true},
        &why));
    sheaf_buffer_deinit(&text);
}

static int start(void **state)
{
    if (make_log_folder(state) != 0)
        return -1;
    restricted = spoiled = false;
    snprintf(source, sizeof source, "%.900s/source", folder);
    snprintf(home, sizeof home, "%.900s/witness", folder);
    assert_ok(sheaf_log_store_open(&store, source, false, &why));
    assert_ok(
        sheaf_http_server_open(&server, &(sheaf_http_server_config){.handler = handle}, &why));
    serve_witness();
    return 0;
}

static int finish(void **state)
{
    sheaf_witness_server_close(witness);
    sheaf_http_server_close(server);
    sheaf_log_store_close(store);
    return remove_folder(state);
}

static unsigned add(uint64_t old)
{
    sheaf_proof proof = {0};
    sheaf_http_reply reply;
    uint64_t size = sheaf_log_store_size(store);
    if (old > 0)
        assert_ok(sheaf_log_store_consistency(store, old, size, &proof, &why));
    sheaf_http_reply_init(&reply);
    unsigned status = call_add(witness, old, &proof, sheaf_log_store_checkpoint(store), &reply);
    sheaf_http_reply_deinit(&reply);
    return status;
}

static unsigned tile(const char *path, sheaf_http_reply *reply)
{
    char text[200];
    snprintf(text, sizeof text, "/%s/%s", hex, path);
    return call(witness, text, sheaf_str(""), reply);
}

/* ---- tests ---- */

static void test_keeps_all(void **unused)
{
    char mirrored[SHEAF_PATH_MAX];
    sheaf_http_reply reply;
    sheaf_buffer note;
    (void)unused;
    sheaf_http_reply_init(&reply);
    snprintf(mirrored, sizeof mirrored, "%.900s/%s", home, hex);
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    uint64_t old = 0;
    static const uint64_t sizes[] = {1, 5, 255, 256, 257, 600, 700};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        grow(sizes[i]);
        assert_int_equal(add(old), 200);
        old = sizes[i];
        /* As a folder it is a whole log: the checker of logs reads it. */
        assert_ok(walk_log(mirrored, NULL, NULL, &note, &why));
    }
    assert_int_equal(tile("tile/entries/002.p/188", &reply), 200);
    assert_int_equal(tile("tile/entries/000.p/5", &reply), 200); /* of the full one */
    assert_int_equal(tile("tile/entries/002.p/189", &reply), 404);
    assert_int_equal(tile("tile/0/001", &reply), 200);
    assert_int_equal(reply.body.len, 8192);
    assert_int_equal(tile("tile/1/000.p/2", &reply), 200);
    assert_int_equal(tile("tile/public/002.p/188", &reply), 200);
    assert_int_equal(tile("log/checkpoint", &reply), 404);
    /* What it has it does not fetch again, also after a restart; the same again asks for none.
     */
    served = 0;
    sheaf_witness_server_close(witness);
    serve_witness();
    assert_int_equal(add(old), 200);
    assert_int_equal(served, 0);
    sheaf_http_reply_deinit(&reply);
    sheaf_buffer_deinit(&note);
}

static void test_keeps_what_is_public(void **unused)
{
    sheaf_http_reply reply;
    (void)unused;
    sheaf_http_reply_init(&reply);
    restricted = true;
    grow(300);
    assert_int_equal(add(0), 200);
    assert_int_equal(tile("tile/entries/000", &reply), 403);
    assert_int_equal(tile("tile/entries/001.p/44", &reply), 403);
    assert_int_equal(tile("tile/public/001.p/40", &reply), 404);
    assert_int_equal(tile("tile/public/001.p/44", &reply), 200);
    assert_int_equal(tile("tile/public/000.p/7", &reply), 200);
    sheaf_slice in = sheaf_buffer_slice(&reply.body);
    sheaf_visible record;
    for (uint64_t i = 0; i < 7; i++) {
        char bytes[128];
        sheaf_hash leaf = sheaf_tree_leaf(test_entry(i, bytes));
        assert_true(sheaf_visible_next(&in, &record));
        assert_int_equal(record.readable, i % SECRET != 0);
        assert_true(sheaf_hash_equal(&leaf, &record.leaf));
    }
    grow(520);
    assert_int_equal(add(300), 200);
    sheaf_http_reply_deinit(&reply);
}

/* Nothing is cosigned that cannot be had whole. */
static void test_refuses(void **unused)
{
    sheaf_http_reply reply;
    (void)unused;
    sheaf_http_reply_init(&reply);
    grow(100);
    assert_int_equal(add(0), 200);
    grow(400);
    spoiled = true;
    assert_int_equal(add(100), 422);
    spoiled = false;
    assert_int_equal(tile("tile/entries/000.p/100", &reply), 200);
    assert_int_equal(tile("tile/entries/000.p/101", &reply), 404);
    assert_int_equal(add(100), 200);
    assert_int_equal(tile("tile/entries/000", &reply), 200);
    grow(500);
    uint16_t port = sheaf_http_server_port(server);
    sheaf_http_server_close(server);
    assert_int_equal(add(400), 503);
    assert_ok(sheaf_http_server_open(
        &server, &(sheaf_http_server_config){.handler = handle, .port = port}, &why));
    assert_int_equal(add(400), 200);
    sheaf_http_reply_deinit(&reply);
}

/* Wherever the disk stops, what was cosigned is there whole after the restart. */
static void test_crashes(void **unused)
{
    char mirrored[SHEAF_PATH_MAX];
    sheaf_buffer note;
    uint64_t cosigned = 250;
    (void)unused;
    snprintf(mirrored, sizeof mirrored, "%.900s/%s", home, hex);
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    grow(cosigned);
    assert_int_equal(add(0), 200);
    for (int point = 0; point < 60; point++) {
        grow(sheaf_log_store_size(store) + 3);
        use_dying_disk(point);
        unsigned status = add(cosigned);
        sheaf_disk_use(NULL);
        if (status == 200)
            cosigned = sheaf_log_store_size(store);
        sheaf_witness_server_close(witness);
        serve_witness();
        if (status != 200) { /* what was kept may be the new one: then it is whole too */
            status = add(cosigned);
            assert_true(status == 200 || status == 409);
            cosigned = sheaf_log_store_size(store);
        }
        assert_ok(walk_log(mirrored, NULL, NULL, &note, &why));
    }
    assert_true(cosigned > 400);
    sheaf_buffer_deinit(&note);
}

/* An entry from the future is not kept. */
static void test_stamps(void **unused)
{
    char entry[100];
    (void)unused;
    grow(10);
    assert_int_equal(add(0), 200);
    for (int ahead_s = 100; ahead_s < 200; ahead_s += 90) {
        snprintf(entry, sizeof entry, "{\"act\":{},\"stamp\":%lld}",
                 (long long)sheaf_clock_ms() + ahead_s * 1000);
        sheaf_slice bytes = sheaf_str(entry);
        uint64_t size = sheaf_log_store_size(store);
        assert_ok(sheaf_log_store_append(store, &bytes, 1, &why));
        grow(size + 1);
        assert_int_equal(add(size), ahead_s < 120 ? 200 : 503);
    }
}

/* A log that a new hub carries on lacks what the old one had beyond the end: what was mirrored
 * of that, and never cosigned, does not stand in its way. */
static void test_carried_on(void **unused)
{
    char entry[100];
    sheaf_slice other = sheaf_str("{\"act\":{},\"stamp\":1}");
    (void)unused;
    grow(10);
    assert_int_equal(add(0), 200);
    grow(30);
    snprintf(entry, sizeof entry, "{\"act\":{},\"stamp\":%lld}",
             (long long)sheaf_clock_ms() + 200 * 1000);
    sheaf_slice bytes = sheaf_str(entry);
    assert_ok(sheaf_log_store_append(store, &bytes, 1, &why));
    grow(31);
    assert_int_equal(add(10), 503);
    sheaf_log_store_close(store);
    snprintf(source, sizeof source, "%.900s/carried-on", folder);
    assert_ok(sheaf_log_store_open(&store, source, false, &why));
    grow(10);
    assert_ok(sheaf_log_store_append(store, &other, 1, &why));
    grow(12);
    assert_int_equal(add(10), 422); /* back to what was cosigned */
    assert_int_equal(add(10), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_keeps_all, start, finish),
        cmocka_unit_test_setup_teardown(test_keeps_what_is_public, start, finish),
        cmocka_unit_test_setup_teardown(test_refuses, start, finish),
        cmocka_unit_test_setup_teardown(test_crashes, start, finish),
        cmocka_unit_test_setup_teardown(test_stamps, start, finish),
        cmocka_unit_test_setup_teardown(test_carried_on, start, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
