/* A co-op's folder verified: sound, then with one thing wrong at a time. */
#include "log_folder.h"

#include "claims/verify.h"
#include "log/visible.h"
#include "net/server.h"
#include "store/texts.h"

static sheaf_status verify(sheaf_verified *out, sheaf_err *err)
{
    sheaf_verify_options options = {.threads = 1};
    return sheaf_verify_folder(folder, &options, out, err);
}

static void test_sound_folder(void **unused)
{
    kit k;
    sheaf_verified found;
    sheaf_err err = {0};
    world(&k);
    write_folder(&k, "log");
    if (verify(&found, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    sheaf_hash digest = sheaf_state_digest(&k.state);
    assert_int_equal(found.entries, k.state.size);
    assert_memory_equal(found.digest.bytes, digest.bytes, sizeof digest.bytes);
    assert_string_equal(found.origin, KIT_ORIGIN);
    remove_folder(NULL);
    kit_close(&k);
    (void)unused;
}

/* Every file of the log, bytes at even distances: each change is a fault that names the file.
 */
static void test_any_byte(void **unused)
{
    kit k;
    sheaf_verified found;
    sheaf_err err = {0};
    world(&k);
    write_folder(&k, "log");
    char name[64], path[SHEAF_PATH_MAX];
    for (size_t f = 0; f < 3; f++) {
        sheaf_buffer bytes;
        sheaf_buffer_init(&bytes, 1 << 20);
        static const char *const folders[] = {"", "tile/0/000.p/", "tile/entries/000.p/"};
        snprintf(name, sizeof name, "checkpoint");
        if (f > 0)
            snprintf(name, sizeof name, "%s%u", folders[f], (unsigned)k.state.size);
        assert_int_equal(sheaf_path(path, NULL, "%s/log/%s", folder, name), SHEAF_OK);
        assert_int_equal(sheaf_file_read(path, &bytes, &err), SHEAF_OK);
        size_t stride = bytes.len / 24 + 1;
        for (size_t at = 0; at < bytes.len; at += stride) {
            bytes.data[at] ^= 1;
            assert_int_equal(sheaf_file_write(path, 0600, sheaf_buffer_slice(&bytes), &err),
                             SHEAF_OK);
            if (verify(&found, &err) != SHEAF_FAULT)
                fail_msg("byte %zu of %s was changed and not found", at, name);
            assert_non_null(strstr(err.message, f == 0 ? "checkpoint" : "tile/"));
            bytes.data[at] ^= 1;
        }
        assert_int_equal(sheaf_file_write(path, 0600, sheaf_buffer_slice(&bytes), &err),
                         SHEAF_OK);
        sheaf_buffer_deinit(&bytes);
    }
    assert_int_equal(verify(&found, &err), SHEAF_OK);
    remove_folder(NULL);
    kit_close(&k);
    (void)unused;
}

static void test_faults(void **unused)
{
    static const struct {
        const char *name, *want;
    } rows[] = {
        {"signer", "/log/checkpoint: "},
        {"void", " (round.open) is void: there is no such mandate"},
        {"text", "/texts/"},
        {"stranger text", "is not the file of a text"},
        {"key", "is of another log or key than the one given"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        sheaf_verified found;
        sheaf_err err = {0};
        sheaf_verify_options options = {.threads = 1};
        sheaf_vkey key;
        char path[SHEAF_PATH_MAX];
        world(&k);
        k.enter_refused = true;
        if (i == 1)
            kit_want(&k, SHEAF_REFUSED_no_such_mandate, "hub", "round.open",
                     "{'mandate':0,'participants':[{'dataset':#ann.data,'key':#ann.node},"
                     "{'dataset':#bob.data,'key':#bob.node}],'stage_ms':1000,"
                     "'task':'statistics','words':7}",
                     NULL);
        write_folder(&k, i == 0 ? "hub" : "log");
        if (i == 2 || i == 3) {
            path_of(path, "texts/data");
            assert_int_equal(sheaf_folder_make(path, 0700, &err), SHEAF_OK);
            path_of(path, i == 2 ? "texts/data/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                                 : "texts/note");
            assert_int_equal(
                sheaf_file_write(path, 0600,
                                 sheaf_str("0123456789abcdef0123456789abcdefsome text"), &err),
                SHEAF_OK);
        }
        if (i == 4) {
            assert_int_equal(sheaf_vkey_make(&key, SHEAF_VKEY_ED25519, sheaf_str(KIT_ORIGIN),
                                             kit_named(&k, "ann")->pair.public, &err),
                             SHEAF_OK);
            options.log_key = &key;
        }
        assert_int_equal(sheaf_verify_folder(folder, &options, &found, &err), SHEAF_FAULT);
        if (!strstr(err.message, rows[i].want))
            fail_msg("%s: %s", rows[i].name, err.message);
        remove_folder(NULL);
        kit_close(&k);
    }
    (void)unused;
}

/* A round's result is checked where it is, and counted where it is not. */
static void test_blobs(void **unused)
{
    kit k;
    sheaf_verified found;
    sheaf_err err = {0};
    char path[SHEAF_PATH_MAX];
    world(&k);
    assert_int_equal(kit_round_open(&k, "first", "statistics", 0, "mandate.tick"),
                     SHEAF_ACCEPTED);
    assert_int_equal(kit_round_close(&k, "first", "statistics", '1'), SHEAF_ACCEPTED);
    write_folder(&k, "log");
    assert_int_equal(verify(&found, &err), SHEAF_OK);
    assert_int_equal(found.rounds, 1);
    assert_int_equal(found.results_missing, 1);
    assert_int_equal(found.transcripts_missing, 1);
    path_of(path, "blobs/11");
    assert_int_equal(sheaf_folder_make(path, 0700, &err), SHEAF_OK);
    path_of(path, "blobs/11/11111111111111111111111111111111111111111111111111111111111111");
    assert_int_equal(sheaf_file_write(path, 0600, sheaf_str("other bytes"), &err), SHEAF_OK);
    assert_int_equal(verify(&found, &err), SHEAF_FAULT);
    remove_folder(NULL);
    kit_close(&k);
    (void)unused;
}

/* More runs than threads and slots: the same state, whatever the threads. */
static void test_many_runs(void **unused)
{
    kit k;
    sheaf_err err = {0};
    world(&k);
    grow(&k, 3500);
    write_folder(&k, "log");
    sheaf_hash digest = sheaf_state_digest(&k.state);
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        sheaf_verified found;
        sheaf_verify_options options = {.threads = threads};
        if (sheaf_verify_folder(folder, &options, &found, &err) != SHEAF_OK)
            fail_msg("%s", err.message);
        assert_int_equal(found.entries, k.state.size);
        assert_memory_equal(found.digest.bytes, digest.bytes, sizeof digest.bytes);
    }
    remove_folder(NULL);
    kit_close(&k);
    (void)unused;
}

/* Another letter of base64, so many bytes before the end. */
static void change_letter(sheaf_buffer *note, size_t before_end)
{
    uint8_t *at = &note->data[note->len - before_end];
    *at = *at == 'A' ? 'B' : 'A';
}

static void check_from(const sheaf_buffer *note, uint64_t trusted, const char *fault)
{
    sheaf_verified found;
    sheaf_err err = {0};
    sheaf_verify_options options = {.threads = 2, .from = sheaf_buffer_slice(note)};
    sheaf_status status = sheaf_verify_folder(folder, &options, &found, &err);
    if (fault ? status == SHEAF_OK || !strstr(err.message, fault) : status != SHEAF_OK)
        fail_msg("wanted %s: %s", fault ? fault : "sound", err.message);
    if (!fault)
        assert_int_equal(found.trusted, trusted);
}

static void test_from_a_checkpoint(void **unused)
{
    kit k, other;
    sheaf_buffer first, second, elsewhere;
    world(&k);
    write_folder(&k, "log");
    load_checkpoint(&first);
    uint64_t size = k.state.size;
    remove_folder(NULL);
    grow(&k, 1500);
    write_folder(&k, "log");
    load_checkpoint(&second);
    check_from(&first, size, NULL);
    check_from(&second, k.state.size, NULL);
    remove_folder(NULL);
    world(&other); /* the same length as the first, other entries */
    grow(&other, 1500);
    write_folder(&other, "log");
    load_checkpoint(&elsewhere);
    remove_folder(NULL);
    kit_close(&k);
    world(&k);
    grow(&k, 1);
    write_folder(&k, "log");
    check_from(&second, 0, "the log was cut");
    check_from(&elsewhere, 0, "the log was cut");
    remove_folder(NULL);
    kit_do(&other, "bob", "revenue.record", NULL, "{'amount_cents':7,'memo':^}");
    other.log.data[other.log.len - 2] ^= 1; /* the stamp: another entry, whoever signed it */
    write_folder(&other, "log");
    check_from(&second, 1500 + size, NULL);
    check_from(&first, size, NULL);
    change_letter(&first, 10);
    check_from(&first, 0, "not one of this log");
    sheaf_buffer_deinit(&first);
    sheaf_buffer_deinit(&second);
    sheaf_buffer_deinit(&elsewhere);
    remove_folder(NULL);
    kit_close(&other);
    kit_close(&k);
    (void)unused;
}

/* Hashes alone say nothing about rules: a void entry is not found, a changed byte is. */
static void test_hashes_only(void **unused)
{
    kit k;
    sheaf_verified found;
    sheaf_err err = {0};
    sheaf_verify_options hashes = {.threads = 2, .hashes_only = true};
    world(&k);
    k.enter_refused = true;
    k.wrong.bad_signature = true;
    (void)kit_try(&k, "ann", "revenue.record", "{'amount_cents':7,'memo':^}", NULL);
    write_folder(&k, "log");
    assert_int_equal(verify(&found, &err), SHEAF_FAULT);
    assert_int_equal(found.fault_entry, k.state.size - 1);
    assert_non_null(strstr(found.fault_rests_on, "signature"));
    if (sheaf_verify_folder(folder, &hashes, &found, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    assert_int_equal(found.entries, k.state.size);
    assert_string_equal(found.origin, KIT_ORIGIN);
    remove_folder(NULL);
    write_folder(&k, "hub");
    assert_int_equal(sheaf_verify_folder(folder, &hashes, &found, &err), SHEAF_FAULT);
    remove_folder(NULL);
    kit_close(&k);
    (void)unused;
}

/* Writes the checkpoint anew with a line by a witness; its signature is changed at `flip`. */
static void cosign(kit *k, uint64_t time, size_t flip)
{
    sheaf_buffer note;
    sheaf_vkey key;
    sheaf_note parsed;
    char path[SHEAF_PATH_MAX];
    const sheaf_keypair *pair = &kit_named(k, "w1")->pair;
    load_checkpoint(&note);
    assert_int_equal(sheaf_note_parse(sheaf_buffer_slice(&note), &parsed, NULL), SHEAF_OK);
    assert_int_equal(
        sheaf_vkey_make(&key, SHEAF_VKEY_COSIGNATURE, sheaf_str("w1"), pair->public, NULL),
        SHEAF_OK);
    sheaf_buffer text;
    sheaf_buffer_init(&text, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_add(&text, parsed.text); /* `note` moves while it grows */
    sheaf_note_add_line(&note, &key, sheaf_buffer_slice(&text), time, pair);
    if (flip)
        change_letter(&note, flip);
    path_of(path, "log/checkpoint");
    assert_int_equal(sheaf_file_write(path, 0600, sheaf_buffer_slice(&note), NULL), SHEAF_OK);
    sheaf_buffer_deinit(&text);
    sheaf_buffer_deinit(&note);
}

static void test_cosignatures(void **unused)
{
    kit k;
    sheaf_verified found;
    sheaf_err err = {0};
    kit_rules rules = kit_rules_usual();
    rules.witnesses = "{'name':'w0','public_key':@w0,'url':'http://w0'},{'name':'w1',"
                      "'public_key':@w1,'url':'http://w1'}";
    rules.witness_quorum = 1;
    kit_open(&k);
    kit_found_four(&k, &rules);
    write_folder(&k, "log");
    assert_int_equal(verify(&found, &err), SHEAF_OK);
    assert_int_equal(found.witnesses, 2);
    assert_int_equal(found.cosigned, 0);
    cosign(&k, 1790000000, 0);
    if (verify(&found, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    assert_int_equal(found.cosigned, 1);
    assert_int_equal(found.cosigned_last, 1790000000);
    remove_folder(NULL);
    write_folder(&k, "log");
    cosign(&k, 1790000000, 20);
    assert_int_equal(verify(&found, &err), SHEAF_FAULT);
    assert_non_null(strstr(err.message, "the cosignature of w1 does not hold"));
    remove_folder(NULL);
    kit_close(&k);
    (void)unused;
}

/* ---- over HTTP ---- */

static sheaf_http_verdict serve_file(void *context, const sheaf_http_request *request,
                                     sheaf_http_response *response)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer bytes;
    (void)context;
    sheaf_buffer_init(&bytes, 1 << 24);
    if (sheaf_path(path, NULL, "%s/%.*s", folder, SHEAF_PRINT(request->path)) == SHEAF_OK
        && sheaf_file_read(path, &bytes, NULL) == SHEAF_OK) {
        *response = sheaf_http_take(200, "application/octet-stream", &bytes);
    } else {
        sheaf_buffer_deinit(&bytes);
        *response = sheaf_http_error(404, "there is no such file");
    }
    return SHEAF_HTTP_ANSWERED;
}

/* What a hub serves is as sound as the folder behind it. */
static void test_url(void **unused)
{
    kit k;
    sheaf_http_server *server;
    sheaf_http_server_config config = {.handler = serve_file};
    sheaf_verified found;
    sheaf_err err = {0};
    char url[64], path[SHEAF_PATH_MAX];
    world(&k);
    write_folder(&k, "log");
    assert_int_equal(sheaf_http_server_open(&server, &config, &err), SHEAF_OK);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", sheaf_http_server_port(server));
    if (sheaf_verify_url(url, NULL, &found, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    sheaf_hash digest = sheaf_state_digest(&k.state);
    assert_memory_equal(found.digest.bytes, digest.bytes, sizeof digest.bytes);
    assert_int_equal(found.entries, k.state.size);
    assert_int_equal(
        sheaf_path(path, NULL, "%s/log/tile/0/000.p/%u", folder, (unsigned)k.state.size),
        SHEAF_OK);
    assert_int_equal(sheaf_file_write(path, 0600, sheaf_str("not a tile"), &err), SHEAF_OK);
    assert_int_equal(sheaf_verify_url(url, NULL, &found, &err), SHEAF_FAULT);
    assert_int_equal(sheaf_file_remove(path, &err), SHEAF_OK);
    assert_int_equal(sheaf_verify_url(url, NULL, &found, &err), SHEAF_IO);
    sheaf_http_server_close(server);
    assert_int_equal(sheaf_verify_url(url, NULL, &found, &err), SHEAF_IO);
    assert_int_equal(sheaf_verify_url("ftp://x", NULL, &found, &err), SHEAF_INVALID);
    remove_folder(NULL);
    kit_close(&k);
    (void)unused;
}

/* ---- what everybody may see ---- */

static uint64_t withheld_from; /* every third entry from there on is for members */
static bool bent;              /* the listing has a byte changed */

static bool put_listing(const sheaf_tile *tile, sheaf_buffer *out)
{
    char name[SHEAF_TILE_PATH_MAX], path[SHEAF_PATH_MAX];
    sheaf_buffer bundle;
    sheaf_slice entry;
    sheaf_tile_path(tile, name);
    sheaf_buffer_init(&bundle, SHEAF_BUNDLE_BYTES_MAX);
    bool found = sheaf_path(path, NULL, "%s/log/%s", folder, name) == SHEAF_OK
                 && sheaf_file_read(path, &bundle, NULL) == SHEAF_OK;
    sheaf_slice rest = sheaf_buffer_slice(&bundle);
    for (uint64_t i = tile->index * SHEAF_TILE_WIDTH; sheaf_bundle_next(&rest, &entry); i++) {
        sheaf_hash leaf = sheaf_tree_leaf(entry);
        if (i >= withheld_from && i % 3 == 0)
            sheaf_visible_add_leaf(out, &leaf);
        else
            sheaf_visible_add_entry(out, entry);
    }
    if (bent)
        out->data[out->len / 2] ^= 1;
    sheaf_buffer_deinit(&bundle);
    return found;
}

static sheaf_http_verdict serve_public(void *context, const sheaf_http_request *request,
                                       sheaf_http_response *response)
{
    sheaf_slice path = request->path, log;
    sheaf_tile tile;
    if (!sheaf_take(&path, 5, &log) || !sheaf_visible_parse(path, &tile))
        return serve_file(context, request, response);
    sheaf_buffer listing;
    sheaf_buffer_init(&listing, SHEAF_VISIBLE_BYTES_MAX);
    if (put_listing(&tile, &listing)) {
        *response = sheaf_http_take(200, "application/octet-stream", &listing);
    } else {
        sheaf_buffer_deinit(&listing);
        *response = sheaf_http_error(404, "there is no such listing");
    }
    return SHEAF_HTTP_ANSWERED;
}

static void expect_public(const char *url, sheaf_status want, const char *words)
{
    sheaf_verified found;
    sheaf_err err = {0};
    sheaf_status status = sheaf_verify_public(url, NULL, &found, &err);
    if (status != want || (words && !strstr(err.message, words)))
        fail_msg("%d: %s", (int)status, err.message);
}

/* As a mirror's folder: a listing in place of the first bundle. */
static void keep_listing_alone(void)
{
    sheaf_tile tile = {.entries = true, .width = SHEAF_TILE_WIDTH};
    char path[SHEAF_PATH_MAX];
    sheaf_buffer listing;
    sheaf_buffer_init(&listing, SHEAF_VISIBLE_BYTES_MAX);
    assert_true(put_listing(&tile, &listing));
    path_of(path, "log/tile/public");
    assert_int_equal(sheaf_folder_make(path, 0700, NULL), SHEAF_OK);
    path_of(path, "log/tile/public/000");
    assert_int_equal(sheaf_file_write(path, 0600, sheaf_buffer_slice(&listing), NULL),
                     SHEAF_OK);
    sheaf_buffer_deinit(&listing);
}

static void test_public(void **unused)
{
    kit k;
    sheaf_http_server *server;
    sheaf_http_server_config config = {.handler = serve_public};
    sheaf_verified found;
    sheaf_err err = {0};
    char url[64];
    world(&k);
    grow(&k, 700); /* three listings, one full tile above them */
    k.enter_refused = true;
    k.wrong.bad_signature = true;
    uint64_t bad = k.state.size;
    (void)kit_try(&k, "ann", "revenue.record", "{'amount_cents':7,'memo':^}", NULL);
    write_folder(&k, "log");
    assert_int_equal(sheaf_http_server_open(&server, &config, &err), SHEAF_OK);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", sheaf_http_server_port(server));
    withheld_from = UINT64_MAX;
    assert_int_equal(sheaf_verify_public(url, NULL, &found, &err), SHEAF_FAULT);
    assert_int_equal(found.fault_entry, bad);
    assert_non_null(strstr(err.message, "is not signed by the key that it names"));
    remove_folder(NULL);
    kit_close(&k);
    world(&k);
    grow(&k, 700);
    write_folder(&k, "log");
    withheld_from = 60;
    if (sheaf_verify_public(url, NULL, &found, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    uint64_t hidden = (k.state.size - 1) / 3 - 19; /* multiples of 3 from 60 on */
    assert_int_equal(found.entries, k.state.size);
    assert_int_equal(found.readable, k.state.size - hidden);
    assert_int_equal(found.signatures_checked, found.readable);
    assert_string_equal(found.origin, KIT_ORIGIN);
    expect_public(folder, SHEAF_OK, NULL); /* a folder without listings: its bundles */
    keep_listing_alone();
    expect_public(folder, SHEAF_OK, NULL);
    assert_int_equal(verify(&found, &err), SHEAF_INVALID); /* a copy that is not for this */
    assert_non_null(strstr(err.message, "with --public alone"));
    bent = true;
    expect_public(url, SHEAF_FAULT, NULL);
    bent = false;
    withheld_from = 0;
    expect_public(url, SHEAF_FAULT, "the founding, is withheld");
    withheld_from = 60;
    char path[SHEAF_PATH_MAX];
    path_of(path, "log/tile/1/000.p/2");
    assert_int_equal(sheaf_file_write(path, 0600, sheaf_str("not two hashes"), &err), SHEAF_OK);
    expect_public(url, SHEAF_FAULT, "tile/1/000.p/2");
    expect_public("/nowhere", SHEAF_IO, "checkpoint");
    sheaf_http_server_close(server);
    expect_public(url, SHEAF_IO, NULL);
    remove_folder(NULL);
    kit_close(&k);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound_folder), cmocka_unit_test(test_any_byte),
        cmocka_unit_test(test_faults),       cmocka_unit_test(test_blobs),
        cmocka_unit_test(test_many_runs),    cmocka_unit_test(test_from_a_checkpoint),
        cmocka_unit_test(test_cosignatures), cmocka_unit_test(test_hashes_only),
        cmocka_unit_test(test_url),          cmocka_unit_test(test_public),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
