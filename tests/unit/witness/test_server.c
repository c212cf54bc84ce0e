/* The witness as a program would meet it: over HTTP, with its folder. */
#include "served.h"

#include "log/levels.h"

enum { ENTRIES = 600 };

static sheaf_levels levels;
static char vkey_text[SHEAF_VKEY_TEXT_MAX + 1];

static int start(void **state)
{
    sheaf_buffer text;
    if (make_log_folder(state) != 0)
        return -1;
    levels = (sheaf_levels){0};
    for (uint64_t i = 0; i < ENTRIES; i++) {
        char bytes[128];
        sheaf_hash leaf = sheaf_tree_leaf(test_entry(i, bytes));
        assert_ok(sheaf_levels_append(&levels, &leaf, &why));
    }
    sheaf_buffer_init(&text, sizeof vkey_text);
    put_log_key(&text);
    sheaf_buffer_add_byte(&text, 0);
    memcpy(vkey_text, text.data, text.len);
    sheaf_buffer_deinit(&text);
    return 0;
}

static int finish(void **state)
{
    sheaf_levels_deinit(&levels);
    return remove_folder(state);
}

static sheaf_witness_server *serve(void)
{
    const char *logs[] = {vkey_text};
    sheaf_witness_server *server;
    assert_ok(sheaf_witness_server_open(
        &server,
        &(sheaf_witness_config){
            .dir = folder, .name = "w", .logs = logs, .log_count = 1, .quiet = true},
        &why));
    return server;
}

/* Asks for a checkpoint of `size` after `old`. */
static unsigned add(const sheaf_witness_server *server, uint64_t old, uint64_t size,
                    sheaf_http_reply *reply)
{
    sheaf_proof proof = {0};
    sheaf_buffer note;
    sheaf_tree_source source = sheaf_levels_source(&levels);
    sheaf_hash root = sheaf_levels_root(&levels, size);
    sheaf_buffer_init(&note, 4096);
    put_head(&note, size, &root);
    if (old > 0)
        assert_ok(sheaf_consistency_make(&source, old, size, &proof, &why));
    unsigned status = call_add(server, old, &proof, sheaf_buffer_slice(&note), reply);
    sheaf_buffer_deinit(&note);
    return status;
}

static void test_over_http(void **unused)
{
    char path[200];
    sheaf_http_reply reply;
    sheaf_note note;
    sheaf_vkey keys[2];
    (void)unused;
    sheaf_http_reply_init(&reply);
    sheaf_witness_server *server = serve();
    snprintf(path, sizeof path, "/%s/checkpoint", hex);
    assert_int_equal(call(server, path, sheaf_str(""), &reply), 404);
    assert_int_equal(add(server, 0, 100, &reply), 200);
    assert_true(sheaf_slice_is(sheaf_bytes(reply.body.data, 6), "\xe2\x80\x94 w "));
    assert_int_equal(add(server, 0, 200, &reply), 409);
    assert_string_equal(reply.content_type, "text/x.tlog.size");
    assert_true(sheaf_slice_is(sheaf_buffer_slice(&reply.body), "100\n"));
    assert_int_equal(add(server, 100, 300, &reply), 200);
    assert_int_equal(call(server, "/add-checkpoint", sheaf_str("nonsense"), &reply), 400);
    assert_int_equal(call(server, "/add-checkpoint/", sheaf_str("nonsense"), &reply), 405);
    assert_int_equal(call(server, "/add-checkpoint", sheaf_str(""), &reply), 405);
    assert_int_equal(call(server, "/else", sheaf_str(""), &reply), 404);
    sheaf_witness_server_close(server);

    /* It comes back with its key and its memory. */
    server = serve();
    keys[1] = *sheaf_witness_server_key(server);
    assert_ok(sheaf_vkey_parse(sheaf_str(vkey_text), &keys[0], &why));
    assert_int_equal(add(server, 100, 400, &reply), 409);
    assert_int_equal(call(server, path, sheaf_str(""), &reply), 200);
    assert_string_equal(reply.content_type, "text/plain; charset=utf-8");
    sheaf_note_seal seals[2];
    assert_ok(sheaf_note_parse(sheaf_buffer_slice(&reply.body), &note, &why));
    assert_ok(sheaf_note_verify(&note, keys, 2, seals, &why));
    assert_true(seals[0].is_signed && seals[1].is_signed);
    sheaf_witness_server_close(server);
    sheaf_http_reply_deinit(&reply);
}

static void test_folder(void **unused)
{
    const char *logs[] = {vkey_text};
    sheaf_witness_server *server = serve(), *second;
    sheaf_witness_config config = {.dir = folder, .logs = logs, .log_count = 1, .quiet = true};
    sheaf_vkey key;
    (void)unused;
    /* One process at a time, and one name for ever. */
    assert_int_equal(sheaf_witness_server_open(&second, &config, &why), SHEAF_IO);
    assert_ok(sheaf_witness_folder_key(folder, &key, &why));
    assert_int_equal(key.id, sheaf_witness_server_key(server)->id);
    sheaf_http_reply reply;
    sheaf_http_reply_init(&reply);
    assert_int_equal(add(server, 0, 100, &reply), 200);
    sheaf_http_reply_deinit(&reply);
    sheaf_witness_server_close(server);
    config.name = "other";
    assert_int_equal(sheaf_witness_server_open(&second, &config, &why), SHEAF_INVALID);
    config.name = NULL;
    config.mirror = true; /* without an address */
    assert_int_equal(sheaf_witness_server_open(&second, &config, &why), SHEAF_INVALID);
    config.mirror = false;
    logs[0] = "nonsense";
    assert_int_equal(sheaf_witness_server_open(&second, &config, &why), SHEAF_INVALID);
    logs[0] = vkey_text;
    shell("echo spoiled > '%s/%s/log/checkpoint'", folder, hex);
    assert_int_equal(sheaf_witness_server_open(&second, &config, &why), SHEAF_FAULT);
}

/* Wherever the disk stops, what was cosigned last is there after the restart, or a checkpoint
 * that follows it and for which no cosignature went out. */
static void test_crashes(void **unused)
{
    (void)unused;
    sheaf_http_reply reply;
    sheaf_http_reply_init(&reply);
    uint64_t cosigned = 0;
    for (int point = 0; point < 40; point++) {
        sheaf_witness_server *server = serve();
        sheaf_witness_server_close(server); /* folders and keys stand */
        server = serve();
        unsigned status = 200;
        use_dying_disk(point);
        for (int i = 0; i < 4 && status != 500; i++) {
            uint64_t size = cosigned + 3;
            status = add(server, cosigned, size, &reply);
            if (status == 409) { /* the crash before came after the rename */
                uint64_t kept = strtoull((const char *)reply.body.data, NULL, 10);
                assert_true(kept > cosigned);
                status = add(server, cosigned = kept, size = kept + 3, &reply);
            }
            if (status == 200)
                cosigned = size;
        }
        sheaf_disk_use(NULL);
        sheaf_witness_server_close(server);
        server = serve();
        status = add(server, 0, 1, &reply);
        assert_int_equal(status, cosigned ? 409 : 200);
        if (status == 409)
            assert_true(strtoull((const char *)reply.body.data, NULL, 10) >= cosigned);
        else
            cosigned = 1;
        sheaf_witness_server_close(server);
    }
    assert_true(cosigned > 100);
    sheaf_http_reply_deinit(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_over_http, start, finish),
        cmocka_unit_test_setup_teardown(test_folder, start, finish),
        cmocka_unit_test_setup_teardown(test_crashes, start, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
