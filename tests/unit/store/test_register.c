/* Backups of the register that k of n officers open together, and what they rest on, against
 * published vectors. */
#include "folder.h"

#include "base/encode.h"
#include "crypto/sealed_box.h"
#include "round/shamir.h"
#include "store/key_file.h"
#include "store/register.h"

static void hex(const char *text, uint8_t *out, size_t len)
{
    assert_true(sheaf_hex_get(sheaf_str(text), out, len));
}

/* ---- published vectors ---- */

/* PyNaCl, tests/data/sealed_box_ref.txt: made with libsodium's crypto_box_seal. */
static void test_sealed_box_vector(void **unused)
{
    enum { LEN = 131 };
    sheaf_box_pair pair;
    uint8_t plain[LEN], sealed[LEN + SHEAF_BOX_OVERHEAD], opened[LEN];
    (void)unused;
    hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a", pair.secret, 32);
    hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", pair.public, 32);
    hex("be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a"
        "1ac728d45e6c61296cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057"
        "e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040"
        "e082f937763848645e0705",
        plain, LEN);
    hex("199c808806a62c1be56951023ad3396b0ce0ef2c5b9ca688ac96d2d06ca43f65d314400cc9bbefb2"
        "3dd26f824c9cb553f81e8c894ea9a553f4d777c77b66d5a6925da3f5961c5f7147172db5597ac142"
        "10066ee3ee13e6230a9a9610e9cddbf24094f54fbbf6694c08a436cec39ff5a373656d9584f4df9d"
        "d8c817e2e597540628d0ee21a6524a3fcf3eabdc0968390bd260a47366ead7f71cc2e774d411d96f"
        "3497c7e10291937bc16dc46a111686b85a8c86",
        sealed, sizeof sealed);
    assert_true(sheaf_sealed_box_open(opened, &pair, sheaf_bytes(sealed, sizeof sealed)));
    assert_memory_equal(opened, plain, LEN);
    /* Ours open as libsodium's do; a changed bit, or another key, does not. */
    static const uint8_t seed[SHEAF_BOX_SEED_BYTES] = {5};
    assert_true(sheaf_sealed_box_put(sealed, pair.public, seed, sheaf_bytes(plain, LEN)));
    assert_true(sheaf_sealed_box_open(opened, &pair, sheaf_bytes(sealed, sizeof sealed)));
    assert_memory_equal(opened, plain, LEN);
    for (size_t i = 0; i < sizeof sealed; i += 7) {
        sealed[i] ^= 1;
        assert_false(sheaf_sealed_box_open(opened, &pair, sheaf_bytes(sealed, sizeof sealed)));
        sealed[i] ^= 1;
    }
    sheaf_box_pair other;
    sheaf_box_pair_from_seed(&other, seed);
    assert_false(sheaf_sealed_box_open(opened, &other, sheaf_bytes(sealed, sizeof sealed)));
    assert_false(sheaf_sealed_box_open(opened, &pair, sheaf_bytes(sealed, 47)));
    static const uint8_t small[32] = {0};
    assert_false(sheaf_sealed_box_put(sealed, small, seed, sheaf_bytes(plain, LEN)));
}

/* RFC 9591 appendix E.3, FROST(ristretto255, SHA-512): 2 of 3. */
static void test_shamir_vector(void **unused)
{
    static const char *const shares[] = {
        "5c3430d391552f6e60ecdc093ff9f6f4488756aa6cebdbad75a768010b8f830e",
        "b06fc5eac20b4f6e1b271d9df2343d843e1e1fb03c4cbb673f2872d459ce6f01",
        "f17e505f0e2581c6acfe54d3846a622834b5e7b50cad9a2109a97ba7a80d5c04",
    };
    static const int pairs[][2] = {{0, 1}, {0, 2}, {1, 2}, {2, 0}};
    sheaf_scalar poly[2], share[3], want;
    sheaf_point points[2];
    uint8_t public[32];
    (void)unused;
    hex("1b25a55e463cfd15cf14a5d3acc3d15053f08da49c8afcf3ab265f2ebc4f970b", poly[0].bytes, 32);
    hex("410f8b744b19325891d73736923525a4f596c805d060dfb9c98009d34e3fec02", poly[1].bytes, 32);
    hex("e2a62f39eede11269e3bd5a7d97554f5ca384f9f6d3dd9c3c0d05083c7254f57", public, 32);
    assert_true(sheaf_shamir_commit(poly, 2, points));
    assert_memory_equal(points[0].bytes, public, 32);
    for (int i = 0; i < 3; i++) {
        share[i] = sheaf_shamir_share(poly, 2, i);
        hex(shares[i], want.bytes, 32);
        assert_memory_equal(share[i].bytes, want.bytes, 32);
    }
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        sheaf_scalar lagrange[2], two[2] = {share[pairs[i][0]], share[pairs[i][1]]};
        sheaf_shamir_lagrange(pairs[i], 2, lagrange);
        sheaf_scalar secret = sheaf_shamir_join(lagrange, two, 2);
        assert_memory_equal(secret.bytes, poly[0].bytes, 32);
    }
}

/* ---- backups ---- */

enum { OFFICERS = 5, NEEDED = 3 };

static const char inside[] = "{\"details\":[{\"entry\":3,\"field\":\"name\",\"person\":3,"
                             "\"salt\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
                             "\"text\":\"Ada\"}]}";

static void make(sheaf_box_pair pairs[OFFICERS], sheaf_buffer *file)
{
    sheaf_register reg = {
        .created = 1790000000000, .entries = 7, .threshold = NEEDED, .officer_count = OFFICERS};
    snprintf(reg.origin, sizeof reg.origin, "sheaf/abcdefghijklmnopqrstuvwxyz");
    for (int i = 0; i < OFFICERS; i++) {
        uint8_t seed[SHEAF_BOX_SEED_BYTES] = {(uint8_t)(i + 1)};
        sheaf_box_pair_from_seed(&pairs[i], seed);
        memcpy(reg.officers[i].public, pairs[i].public, SHEAF_BOX_PUBLIC_BYTES);
    }
    sheaf_buffer_init(file, 1 << 16);
    assert_ok(sheaf_register_seal(&reg, sheaf_str(inside), file, &why));
    sheaf_register_deinit(&reg);
}

/* Reads the file and opens it with these officers' keys. */
static sheaf_status open_with(sheaf_slice file, const sheaf_box_pair *pairs, int count)
{
    sheaf_register reg;
    sheaf_buffer plain;
    sheaf_buffer_init(&plain, 1 << 16);
    sheaf_status status = sheaf_register_read(file, &reg, &why);
    if (status == SHEAF_OK)
        status = sheaf_register_open(&reg, pairs, count, &plain, &why);
    if (status == SHEAF_OK)
        assert_true(sheaf_slice_is(sheaf_buffer_slice(&plain), inside));
    sheaf_buffer_deinit(&plain);
    sheaf_register_deinit(&reg);
    return status;
}

/* Any three of the five open it, no two do, and a key that comes twice counts once. */
static void test_any_three(void **unused)
{
    sheaf_box_pair pairs[OFFICERS], stranger;
    sheaf_buffer file;
    (void)unused;
    make(pairs, &file);
    for (int mask = 0; mask < 1 << OFFICERS; mask++) {
        sheaf_box_pair some[OFFICERS];
        int count = 0;
        for (int i = OFFICERS; i-- > 0;)
            if (mask >> i & 1)
                some[count++] = pairs[i];
        sheaf_status status = open_with(sheaf_buffer_slice(&file), some, count);
        assert_int_equal(status, count >= NEEDED ? SHEAF_OK : SHEAF_INVALID);
    }
    sheaf_box_pair twice[] = {pairs[0], pairs[1], pairs[0]};
    assert_int_equal(open_with(sheaf_buffer_slice(&file), twice, 3), SHEAF_INVALID);
    assert_non_null(strstr(why.message, "3 officers; 2 are here"));
    static const uint8_t seed[SHEAF_BOX_SEED_BYTES] = {99};
    sheaf_box_pair_from_seed(&stranger, seed);
    sheaf_box_pair strange[] = {pairs[0], pairs[1], stranger};
    assert_int_equal(open_with(sheaf_buffer_slice(&file), strange, 3), SHEAF_INVALID);
    assert_non_null(strstr(why.message, "key 3 is no officer"));
    sheaf_buffer_deinit(&file);
}

/* Every changed byte is found: the file is refused, or nothing comes out of it. */
static void test_changed(void **unused)
{
    sheaf_box_pair pairs[OFFICERS];
    sheaf_buffer file;
    (void)unused;
    make(pairs, &file);
    for (size_t i = 0; i < file.len; i += 3) {
        uint8_t was = file.data[i];
        file.data[i] = was == 'A' ? 'B' : 'A';
        if (open_with(sheaf_buffer_slice(&file), pairs, OFFICERS) == SHEAF_OK)
            fail_msg("byte %zu was changed and not found", i);
        file.data[i] = was;
    }
    for (size_t len = 0; len < file.len; len += 29)
        assert_int_not_equal(open_with(sheaf_bytes(file.data, len), pairs, OFFICERS), SHEAF_OK);
    assert_ok(open_with(sheaf_buffer_slice(&file), pairs, OFFICERS));
    sheaf_buffer_deinit(&file);
}

/* ---- the details inside ---- */

static sheaf_status add(void *context, const sheaf_detail *d, sheaf_value value, sheaf_err *err)
{
    (void)err;
    (void)value;
    sheaf_buffer_printf(context, "%u %u %s %.*s\n", d->entry, d->person, d->field,
                        SHEAF_PRINT(d->text));
    return SHEAF_OK;
}

static void test_collect(void **unused)
{
    sheaf_private *db;
    sheaf_buffer plain, text;
    uint32_t details, left_out;
    (void)unused;
    sheaf_buffer_init(&plain, 1 << 16);
    sheaf_buffer_init(&text, 1 << 16);
    assert_ok(sheaf_private_open(&db, folder, SHEAF_PRIVATE_CREATE, &why));
    assert_ok(sheaf_private_begin(db, &why));
    for (uint32_t i = 1; i < 4; i++) {
        sheaf_detail d = {.entry = i, .person = 5 - i, .field = "name"};
        d.text = sheaf_str("Zo\xc3\xab \"Q\"\n" + i);
        d.commitment = sheaf_commit(d.salt, d.text);
        assert_ok(sheaf_private_put(db, &d, &why));
    }
    assert_ok(sheaf_private_commit(db, &why));
    assert_ok(sheaf_register_collect(db, &plain, &details, &left_out, &why));
    assert_true(details == 3 && left_out == 0);
    sheaf_private_close(db);
    assert_ok(sheaf_register_details(sheaf_buffer_slice(&plain), add, &text, &why));
    assert_true(sheaf_buffer_slice(&text).len > 30);
    static const char *const wrong[] = {
        "", "{}", "{\"details\":7}", "{\"details\":[7]}",
        "{\"details\":[{\"entry\":1,\"field\":\"name\",\"person\":1,\"salt\":\"AA\","
        "\"text\":\"x\"}]}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(sheaf_register_details(sheaf_str(wrong[i]), add, &text, &why),
                         SHEAF_INVALID);
    sheaf_buffer_deinit(&plain);
    sheaf_buffer_deinit(&text);
}

static void test_officer_key(void **unused)
{
    char path[SHEAF_PATH_MAX];
    sheaf_box_pair made, loaded;
    sheaf_keypair signing;
    (void)unused;
    assert_ok(sheaf_path(path, &why, "%s/officer.key", folder));
    assert_int_equal(sheaf_officer_key_load(path, &loaded, &why), SHEAF_IO);
    assert_non_null(strstr(why.message, "officer-key"));
    assert_ok(sheaf_officer_key_create(path, &made, &why));
    assert_int_equal(sheaf_officer_key_create(path, &made, &why), SHEAF_INVALID);
    assert_ok(sheaf_officer_key_load(path, &loaded, &why));
    assert_memory_equal(&made, &loaded, sizeof made);
    assert_int_equal(sheaf_key_file_load(path, &signing, &why), SHEAF_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sealed_box_vector),
        cmocka_unit_test(test_shamir_vector),
        cmocka_unit_test(test_any_three),
        cmocka_unit_test(test_changed),
        cmocka_unit_test_setup_teardown(test_collect, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_officer_key, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
