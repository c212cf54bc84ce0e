/* The private database: what it keeps, what it gives back, and that what was erased is in no
 * file of the folder any more. */
#include "folder.h"

#include "store/private_db.h"
#include "store/random.h"
#include "store/values.h"

#include <sqlite3.h>

#define COOP "sheaf/aaaaaaaaaaaaaaaaaaaaaaaaaa"

static sheaf_private *db;

static int open_db(void **state)
{
    return make_folder(state) || sheaf_private_open(&db, folder, SHEAF_PRIVATE_CREATE, &why)
           || sheaf_private_bind(db, sheaf_str(COOP), &why);
}

static int close_db(void **state)
{
    sheaf_private_close(db);
    db = NULL;
    return remove_folder(state);
}

static void reopen(void)
{
    sheaf_private_close(db);
    assert_ok(sheaf_private_open(&db, folder, SHEAF_PRIVATE_EXISTING, &why));
}

static sheaf_detail detail(uint32_t entry, uint32_t person, const char *field, const char *text)
{
    sheaf_detail d = {.entry = entry, .person = person, .text = sheaf_str(text)};
    snprintf(d.field, sizeof d.field, "%s", field);
    memset(d.salt, (int)(entry + 7 * person + (uint32_t)field[0]), sizeof d.salt);
    d.commitment = sheaf_commit(d.salt, d.text);
    return d;
}

static sheaf_detail keep(uint32_t entry, uint32_t person, const char *field, const char *text)
{
    sheaf_detail d = detail(entry, person, field, text);
    assert_ok(sheaf_private_begin(db, &why));
    assert_ok(sheaf_private_put(db, &d, &why));
    assert_ok(sheaf_private_commit(db, &why));
    return d;
}

static sheaf_value look(const sheaf_hash *commitment, const char *text)
{
    sheaf_detail out;
    sheaf_value value;
    sheaf_buffer buffer;
    sheaf_buffer_init(&buffer, SHEAF_DETAIL_BYTES_MAX + SHEAF_SALT_BYTES);
    assert_ok(sheaf_private_find(db, commitment, &value, &out, &buffer, &why));
    if (value == SHEAF_VALUE_HELD)
        assert_true(sheaf_slice_is(out.text, text));
    sheaf_buffer_deinit(&buffer);
    return value;
}

/* A value read past the library, as somebody with the file would. */
static size_t raw(const char *sql, uint8_t *out, size_t size)
{
    char path[SHEAF_PATH_MAX];
    sqlite3 *plain;
    sqlite3_stmt *statement;
    snprintf(path, sizeof path, "%.900s/private.db", folder);
    assert_int_equal(sqlite3_open(path, &plain), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(plain, sql, -1, &statement, NULL), SQLITE_OK);
    size_t len = 0;
    if (sqlite3_step(statement) == SQLITE_ROW) {
        len = (size_t)sqlite3_column_bytes(statement, 0);
        assert_true(len <= size);
        if (len)
            memcpy(out, sqlite3_column_blob(statement, 0), len);
    }
    sqlite3_finalize(statement);
    sqlite3_close(plain);
    return len;
}

/* Do the bytes stand in any file under the folder? */
static bool in_folder(const uint8_t *bytes, size_t len)
{
    char hex[200], command[2000];
    assert_true(len > 0 && len * 2 < sizeof hex);
    for (size_t i = 0; i < len; i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    snprintf(command, sizeof command,
             "find '%s' -type f -exec od -An -v -tx1 {} + | tr -d ' \\n' | grep -q %s", folder,
             hex);
    return system(command) == 0;
}

static void test_keep_and_find(void **unused)
{
    (void)unused;
    sheaf_detail name = keep(3, 3, "name", "Ada Example");
    sheaf_detail address = keep(9, 3, "address", "1 Analytical Row");
    assert_int_equal(look(&name.commitment, "Ada Example"), SHEAF_VALUE_HELD);
    reopen();
    assert_int_equal(look(&address.commitment, "1 Analytical Row"), SHEAF_VALUE_HELD);
    sheaf_hash none = {{1}};
    assert_int_equal(look(&none, ""), SHEAF_VALUE_GONE);
    assert_false(in_folder((const uint8_t *)"Ada Example", 11));
    sheaf_detail wrong = name;
    wrong.text = sheaf_str("Eve");
    assert_ok(sheaf_private_begin(db, &why));
    assert_int_equal(sheaf_private_put(db, &wrong, &why), SHEAF_FAULT);
    sheaf_private_rollback(db);
    sheaf_detail dropped = detail(10, 10, "name", "Nobody");
    assert_ok(sheaf_private_begin(db, &why));
    assert_ok(sheaf_private_put(db, &dropped, &why));
    sheaf_private_rollback(db);
    assert_int_equal(look(&dropped.commitment, ""), SHEAF_VALUE_GONE);
}

static void test_sweep(void **unused)
{
    uint32_t swept;
    uint8_t key[64];
    (void)unused;
    sheaf_detail here = keep(3, 3, "name", "Ada");
    sheaf_detail orphan = keep(7, 7, "name", "Orphan");
    assert_ok(sheaf_private_sweep(db, 7, &swept, &why));
    assert_int_equal(swept, 1);
    assert_int_equal(look(&here.commitment, "Ada"), SHEAF_VALUE_HELD);
    assert_int_equal(look(&orphan.commitment, ""), SHEAF_VALUE_GONE);
    assert_int_equal(raw("SELECT key FROM person_key WHERE person=7", key, sizeof key), 0);
    assert_ok(sheaf_private_sweep(db, 7, &swept, &why));
    assert_int_equal(swept, 0);
}

static void test_erase(void **unused)
{
    uint8_t key[32], other_key[32], sealed[90];
    (void)unused;
    for (uint32_t i = 20; i < 60; i++) /* so that the file has several pages */
        keep(i, i, "name", "Somebody Else Of The Co-op");
    sheaf_detail name = keep(3, 3, "name", "Ada Example");
    sheaf_detail address = keep(9, 3, "address", "1 Analytical Row");
    sheaf_detail later = keep(90, 3, "contact", "ada@example.org");
    sheaf_detail other = keep(4, 4, "name", "Bea");
    assert_int_equal(raw("SELECT key FROM person_key WHERE person=3", key, 32), 32);
    assert_int_equal(raw("SELECT key FROM person_key WHERE person=4", other_key, 32), 32);
    size_t len = raw("SELECT sealed FROM detail WHERE entry=3", sealed, sizeof sealed);
    assert_true(in_folder(key, 32) && in_folder(sealed, len));
    sheaf_erasure all = {.person = 3, .before = 100, .at = 1790000000000};
    assert_ok(sheaf_private_erase(db, &all, &why));
    assert_int_equal(look(&name.commitment, ""), SHEAF_VALUE_GONE);
    assert_int_equal(look(&address.commitment, ""), SHEAF_VALUE_GONE);
    assert_int_equal(look(&later.commitment, ""), SHEAF_VALUE_GONE);
    assert_int_equal(look(&other.commitment, "Bea"), SHEAF_VALUE_HELD);
    assert_false(in_folder(key, 32));
    assert_false(in_folder(sealed, len));
    assert_true(in_folder(other_key, 32));
    assert_ok(sheaf_private_erase(db, &all, &why));
    sheaf_erasures list = {0};
    assert_ok(sheaf_private_erasures(db, &list, &why));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0].before, 100);
    sheaf_erasures_deinit(&list);
}

/* What comes after the erasure stays: a member who comes back has a new key. */
static void test_erase_before(void **unused)
{
    (void)unused;
    sheaf_detail old = keep(3, 3, "name", "Ada");
    sheaf_detail new = keep(50, 3, "name", "Ada again");
    assert_ok(sheaf_private_erase(db, &(sheaf_erasure){3, 40, 1, false}, &why));
    assert_int_equal(look(&old.commitment, ""), SHEAF_VALUE_GONE);
    assert_int_equal(look(&new.commitment, "Ada again"), SHEAF_VALUE_HELD);
}

static void test_erase_again(void **unused)
{
    char path[SHEAF_PATH_MAX], copy[SHEAF_PATH_MAX];
    uint32_t again;
    (void)unused;
    sheaf_detail name = keep(3, 3, "name", "Ada");
    assert_ok(sheaf_path(path, &why, "%s/private.db", folder));
    assert_ok(sheaf_path(copy, &why, "%s/older.db", folder));
    assert_ok(sheaf_private_copy(db, copy, true, &why));
    assert_int_equal(sheaf_private_copy(db, copy, true, &why), SHEAF_INVALID);
    assert_ok(sheaf_private_erase(db, &(sheaf_erasure){3, 40, 5, true}, &why));
    assert_ok(sheaf_private_erase_again(db, folder, &again, &why));
    assert_int_equal(again, 0);
    /* The older copy comes back: erasures.json, which stayed, erases again. */
    sheaf_private_close(db);
    db = NULL;
    shell("mv '%s' '%s'", copy, path);
    assert_ok(sheaf_private_open(&db, folder, SHEAF_PRIVATE_EXISTING, &why));
    assert_int_equal(look(&name.commitment, "Ada"), SHEAF_VALUE_HELD);
    assert_ok(sheaf_private_erase_again(db, folder, &again, &why));
    assert_int_equal(again, 1);
    assert_int_equal(look(&name.commitment, ""), SHEAF_VALUE_GONE);
    sheaf_erasures list = {0};
    assert_ok(sheaf_private_erasures(db, &list, &why));
    assert_true(list.count == 1 && list.items[0].texts && list.items[0].at == 5);
    sheaf_erasures_deinit(&list);
}

static void test_copy_without_keys(void **unused)
{
    uint8_t key[32];
    char other[SHEAF_PATH_MAX], copy[SHEAF_PATH_MAX];
    (void)unused;
    sheaf_detail name = keep(3, 3, "name", "Ada");
    assert_int_equal(raw("SELECT key FROM person_key", key, 32), 32);
    assert_ok(sheaf_path(other, &why, "%s/other", folder));
    assert_ok(sheaf_path(copy, &why, "%s/other/private.db", folder));
    assert_ok(sheaf_folder_make(other, 0700, &why));
    assert_ok(sheaf_private_copy(db, copy, false, &why));
    sheaf_private_close(db);
    shell("rm '%s/private.db'", folder);
    assert_false(in_folder(key, 32));
    assert_ok(sheaf_private_open(&db, other, SHEAF_PRIVATE_EXISTING, &why));
    assert_int_equal(look(&name.commitment, ""), SHEAF_VALUE_SEALED);
}

static sheaf_status count(void *context, const sheaf_detail *d, sheaf_value value,
                          sheaf_err *err)
{
    (void)err;
    assert_int_equal(value, SHEAF_VALUE_HELD);
    *(uint32_t *)context += d->entry;
    return SHEAF_OK;
}

static sheaf_status line_add(void *context, const sheaf_register_line *line, sheaf_err *err)
{
    (void)err;
    sheaf_buffer_add(context, line->title);
    return line->at == line->reported ? SHEAF_OK : SHEAF_INVALID;
}

static void test_registers(void **unused)
{
    sheaf_buffer titles;
    (void)unused;
    sheaf_buffer_init(&titles, 100);
    for (int64_t at = 3; at > 0; at--) {
        sheaf_register_line line = {"breach", at, at, sheaf_bytes("abc" + at - 1, 1),
                                    sheaf_str("what happened")};
        assert_ok(sheaf_private_note(db, &line, &why));
    }
    assert_ok(sheaf_private_notes(db, "breach", line_add, &titles, &why));
    assert_ok(sheaf_private_notes(db, "processor", line_add, &titles, &why));
    assert_true(sheaf_slice_is(sheaf_buffer_slice(&titles), "abc"));
    sheaf_buffer_deinit(&titles);
}

static void test_visit_settings(void **unused)
{
    uint32_t sum = 0;
    int64_t until;
    sheaf_buffer text;
    (void)unused;
    sheaf_buffer_init(&text, SHEAF_SETTING_MAX);
    keep(3, 3, "name", "Ada");
    keep(5, 3, "address", "x");
    keep(11, 4, "name", "Bea");
    assert_ok(sheaf_private_visit(db, 3, count, &sum, &why));
    assert_int_equal(sum, 8);
    assert_ok(sheaf_private_visit(db, SHEAF_ANYBODY, count, &sum, &why));
    assert_int_equal(sum, 27);
    assert_ok(sheaf_private_setting(db, "nothing", &text, &why));
    assert_int_equal(text.len, 0);
    assert_ok(sheaf_private_set(db, "dpo", sheaf_str("d@example.org"), &why));
    assert_ok(sheaf_private_setting(db, "dpo", &text, &why));
    assert_true(sheaf_slice_is(sheaf_buffer_slice(&text), "d@example.org"));
    assert_ok(sheaf_private_hold_set(db, 3, 1000, sheaf_str("a claim"), &why));
    assert_ok(sheaf_private_hold(db, 3, &until, &text, &why));
    assert_true(until == 1000 && sheaf_slice_is(sheaf_buffer_slice(&text), "a claim"));
    assert_ok(sheaf_private_hold_set(db, 3, 0, sheaf_str(""), &why));
    assert_ok(sheaf_private_hold(db, 3, &until, &text, &why));
    assert_int_equal(until, 0);
    assert_ok(sheaf_private_bind(db, sheaf_str(COOP), &why));
    assert_ok(sheaf_private_bind(db, sheaf_str(COOP), &why));
    assert_int_equal(sheaf_private_bind(db, sheaf_str("sheaf/two"), &why), SHEAF_INVALID);
    sheaf_buffer_deinit(&text);
}

static void open_fails(sheaf_status status, const char *words)
{
    sheaf_private *other = NULL;
    assert_int_equal(sheaf_private_open(&other, folder, SHEAF_PRIVATE_EXISTING, &why), status);
    if (!strstr(why.message, words))
        fail_msg("“%s” does not say “%s”", why.message, words);
}

static void test_refusals(void **unused)
{
    (void)unused;
    keep(3, 3, "name", "Ada");
    sheaf_private_close(db);
    db = NULL;
    shell("chmod 644 '%s/private.db'", folder);
    open_fails(SHEAF_INVALID, "chmod 600");
    shell("chmod 600 '%s/private.db'; cp '%s/private.db' '%s/kept'; chmod 600 '%s/kept'",
          folder, folder, folder, folder);
    shell("printf 'not a database at all, but long enough to be read' > '%s/private.db'",
          folder);
    open_fails(SHEAF_FAULT, "damaged");
    shell(": > '%s/private.db'", folder);
    open_fails(SHEAF_INVALID, "no private database");
    /* user_version is at byte 60 of the header, big-endian. */
    shell("cp '%s/kept' '%s/private.db'; printf '\\0\\0\\0\\11' | dd of='%s/private.db' bs=1 "
          "seek=60 conv=notrunc status=none",
          folder, folder, folder);
    open_fails(SHEAF_INVALID, "newer program (schema 9");
    shell("cp '%s/kept' '%s/private.db'; head -c 4096 /dev/zero | tr '\\0' '\\377' | dd "
          "of='%s/private.db' bs=4096 seek=1 conv=notrunc status=none",
          folder, folder, folder);
    open_fails(SHEAF_FAULT, "damaged");
    shell("rm '%s/private.db'", folder);
    open_fails(SHEAF_IO, "cannot open");
    assert_false(sheaf_private_exists(folder));
}

/* Another process keeps the database to itself: one sentence, and nothing has begun. */
static void test_locked(void **unused)
{
    char path[SHEAF_PATH_MAX];
    sqlite3 *other;
    (void)unused;
    sheaf_detail name = keep(3, 3, "name", "Ada");
    snprintf(path, sizeof path, "%.900s/private.db", folder);
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sheaf_private_begin(db, &why), SHEAF_IO);
    assert_non_null(strstr(why.message, "in use by another process"));
    sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(other);
    assert_ok(sheaf_private_begin(db, &why));
    sheaf_private_rollback(db);
    assert_int_equal(look(&name.commitment, "Ada"), SHEAF_VALUE_HELD);
}

/* A row moved to another person, or a bit of it changed, does not open. */
static void test_moved_row(void **unused)
{
    uint8_t nothing[8];
    sheaf_detail out;
    sheaf_value value;
    sheaf_buffer text;
    (void)unused;
    sheaf_detail a = keep(3, 3, "name", "Ada");
    sheaf_detail b = keep(4, 3, "contact", "ada@example.org");
    raw("UPDATE detail SET sealed=(SELECT sealed FROM detail WHERE entry=4) WHERE entry=3",
        nothing, sizeof nothing);
    sheaf_buffer_init(&text, 1 << 17);
    assert_int_equal(sheaf_private_find(db, &a.commitment, &value, &out, &text, &why),
                     SHEAF_FAULT);
    assert_ok(sheaf_private_find(db, &b.commitment, &value, &out, &text, &why));
    sheaf_buffer_deinit(&text);
}

static void test_erasure_list(void **unused)
{
    static const char *const wrong[] = {
        "",
        "[]",
        "{\"erasures\":[],\"version\":2}",
        "{\"version\":1}",
        "{\"erasures\":[{\"at\":1,\"before\":1}],\"version\":1}",
        "{\"erasures\":[{\"at\":1,\"before\":-1,\"person\":1}],\"version\":1}",
        "{\"erasures\":[{\"at\":1,\"before\":1,\"person\":4294967295}],\"version\":1}",
        "{\"erasures\":[7],\"version\":1}",
        "{\"erasures\":[],\"version\":1}",
        "{\"erasures\":[],\"origin\":\"sheaf/one\",\"version\":1}",
        "{\"erasures\":[],\"origin\":\"sheaf/bbbbbbbbbbbbbbbbbbbbbbbbbb\",\"version\":1}",
    };
    sheaf_erasures list = {0}, back = {0};
    sheaf_buffer bytes;
    (void)unused;
    assert_ok(sheaf_erasures_bind(&list, sheaf_str(COOP), &why));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(sheaf_erasures_decode(sheaf_str(wrong[i]), &list, &why),
                         SHEAF_INVALID);
    assert_int_equal(list.count, 0);
    for (uint32_t i = 0; i < 100; i++) {
        sheaf_erasure e = {.person = i * 37 % 101, .before = i, .at = i, .texts = i % 3 == 0};
        assert_ok(sheaf_erasures_add(&list, &e, &why));
    }
    sheaf_buffer_init(&bytes, SHEAF_ERASURES_BYTES_MAX);
    sheaf_erasures_encode(&bytes, &list);
    assert_ok(sheaf_erasures_decode(sheaf_buffer_slice(&bytes), &back, &why));
    assert_int_equal(back.count, 100);
    for (uint32_t i = 0; i < 100; i++)
        assert_true(back.items[i].person == list.items[i].person
                    && (i == 0 || back.items[i - 1].person < back.items[i].person)
                    && sheaf_erasures_find(&back, back.items[i].person) == &back.items[i]);
    assert_null(sheaf_erasures_find(&back, 5000));
    sheaf_erasures_deinit(&list);
    sheaf_erasures_deinit(&back);
    sheaf_buffer_deinit(&bytes);
}

/* Members state their own details; everybody else is named by the entry. */
static void test_whom(void **unused)
{
    (void)unused;
    sheaf_act update = {.kind = SHEAF_KIND_person_update, .has_by = true, .by = 12};
    sheaf_act usage = {.kind = SHEAF_KIND_usage_record, .has_by = true, .by = 12};
    sheaf_act apply = {.kind = SHEAF_KIND_member_apply};
    assert_int_equal(sheaf_person_of(&update, 50), 12);
    assert_int_equal(sheaf_person_of(&usage, 50), 50);
    assert_int_equal(sheaf_person_of(&apply, 50), 50);
}

/* Personal texts go to the database, others to the area's folder; a home has no database. */
static void test_values(void **unused)
{
    static uint8_t salt[SHEAF_SALT_BYTES] = {7};
    (void)unused;
    sheaf_slice words = sheaf_str("Customer & Co");
    struct sheaf_usage_record what = {.customer = sheaf_commit(salt, words),
                                      .has_customer = true};
    sheaf_submission post = {
        .act = {.kind = SHEAF_KIND_usage_record, .has_by = true, .by = 3, .what = &what},
        .texts = {{.name = "customer", .text = words}},
        .text_count = 1};
    memcpy(post.texts[0].salt, salt, sizeof salt);
    sheaf_values hub = {.private = db}, home = {0};
    assert_ok(sheaf_texts_open(&hub.texts, folder, &why));
    home.texts = hub.texts;
    assert_true(sheaf_submission_personal(&post));
    assert_ok(sheaf_private_begin(db, &why));
    assert_ok(sheaf_values_keep_personal(&hub, &post, 50, &why));
    assert_ok(sheaf_private_commit(db, &why));
    assert_ok(sheaf_values_keep_texts(&hub, &post.act, post.texts, 1, &why));
    assert_int_equal(look(&what.customer, "Customer & Co"), SHEAF_VALUE_HELD);
    assert_false(sheaf_text_find(&hub.texts, &what.customer, NULL));
    assert_ok(sheaf_values_keep_texts(&home, &post.act, post.texts, 1, &why));
    assert_true(sheaf_text_find(&home.texts, &what.customer, NULL));
    post.text_count = 0;
    assert_false(sheaf_submission_personal(&post));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_db, close_db)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_keep_and_find),
        TEST(test_sweep),
        TEST(test_erase),
        TEST(test_erase_before),
        TEST(test_erase_again),
        TEST(test_copy_without_keys),
        TEST(test_visit_settings),
        TEST(test_registers),
        TEST(test_refusals),
        TEST(test_locked),
        TEST(test_moved_row),
        TEST(test_values),
        cmocka_unit_test(test_whom),
        cmocka_unit_test(test_erasure_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
