#include "store/private_db.h"

#include "crypto/aead.h"
#include "crypto/ed25519.h"
#include "store/private_internal.h"
#include "store/random.h"

#include <stdio.h>
#include <stdlib.h>

enum { KEY_BYTES = 32, BOUND_MAX = 160 };
enum { PLAIN_MAX = SHEAF_SALT_BYTES + SHEAF_DETAIL_BYTES_MAX };
enum { SEALED_MAX = PLAIN_MAX + SHEAF_SEAL_OVERHEAD };

/* ---- transactions ---- */

/* Exclusive, so that the commit waits for nobody. */
sheaf_status sheaf_private_begin(sheaf_private *db, sheaf_err *err)
{
    sheaf_private_lock(db);
    sheaf_status status = sheaf_private_run(db, "BEGIN EXCLUSIVE", err);
    if (status != SHEAF_OK)
        sheaf_private_unlock(db);
    return status;
}

void sheaf_private_rollback(sheaf_private *db)
{
    sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
    sheaf_private_unlock(db);
}

sheaf_status sheaf_private_commit(sheaf_private *db, sheaf_err *err)
{
    sheaf_status status = sheaf_private_run(db, "COMMIT", err);
    if (status != SHEAF_OK)
        sheaf_private_rollback(db);
    else
        sheaf_private_unlock(db);
    return status;
}

/* ---- keys and sealing ---- */

/* *found tells whether the person has one. */
static sheaf_status key_get(sheaf_private *db, uint32_t person, uint8_t key[KEY_BYTES],
                            bool *found, sheaf_err *err)
{
    sqlite3_stmt *statement;
    SHEAF_TRY(sheaf_private_prepare(db, &statement, err,
                                    "SELECT key FROM person_key WHERE person=?", "i",
                                    (int64_t)person));
    sheaf_status status = sheaf_private_step(db, statement, found, err);
    sheaf_slice value = *found ? sheaf_private_bytes(statement, 0) : (sheaf_slice){0};
    if (*found && value.len == KEY_BYTES)
        memcpy(key, value.data, KEY_BYTES);
    else if (*found)
        status = sheaf_fail(err, SHEAF_FAULT, "%s: the key of person %u is damaged", db->path,
                            person);
    sqlite3_finalize(statement);
    return status;
}

static sheaf_status key_get_or_make(sheaf_private *db, uint32_t person, uint8_t key[KEY_BYTES],
                                    sheaf_err *err)
{
    bool found = false;
    SHEAF_TRY(key_get(db, person, key, &found, err));
    if (found)
        return SHEAF_OK;
    sheaf_random(key, KEY_BYTES);
    return sheaf_private_change(db, err, "INSERT INTO person_key(person, key) VALUES(?, ?)",
                                "ib", (int64_t)person, sheaf_bytes(key, KEY_BYTES));
}

/* What a sealed value is bound to: another row's value does not open in its place. */
static void bound_put(sheaf_buffer *out, const sheaf_detail *detail)
{
    sheaf_buffer_init(out, BOUND_MAX);
    sheaf_buffer_add_string(out, "sheaf-detail/v1\n");
    sheaf_buffer_add_u32(out, detail->person);
    sheaf_buffer_add_u32(out, detail->entry);
    sheaf_buffer_add(out, sheaf_bytes(detail->commitment.bytes, SHEAF_HASH_BYTES));
    sheaf_buffer_add_string(out, detail->field);
}

static sheaf_status seal(const sheaf_detail *detail, const uint8_t key[KEY_BYTES],
                         sheaf_buffer *out, sheaf_err *err)
{
    uint8_t nonce[SHEAF_NONCE_BYTES];
    sheaf_buffer bound, plain;
    sheaf_random(nonce, sizeof nonce);
    bound_put(&bound, detail);
    sheaf_buffer_init(&plain, PLAIN_MAX);
    sheaf_buffer_add(&plain, sheaf_bytes(detail->salt, SHEAF_SALT_BYTES));
    sheaf_buffer_add(&plain, detail->text);
    uint8_t *box = sheaf_buffer_extend(out, plain.len + SHEAF_SEAL_OVERHEAD);
    sheaf_status status = sheaf_buffer_check(&plain, "a personal text", err);
    if (status == SHEAF_OK)
        status = sheaf_buffer_check(&bound, "a personal text", err);
    if (status == SHEAF_OK)
        status = sheaf_buffer_check(out, "a personal text", err);
    if (status == SHEAF_OK)
        sheaf_seal(box, key, nonce, sheaf_buffer_slice(&plain), sheaf_buffer_slice(&bound));
    if (plain.data)
        sheaf_wipe(plain.data, plain.len);
    sheaf_buffer_deinit(&plain);
    sheaf_buffer_deinit(&bound);
    return status;
}

static sheaf_status damaged(const sheaf_private *db, const sheaf_detail *detail,
                            const char *what, sheaf_err *err)
{
    return sheaf_fail(err, SHEAF_FAULT, "%s: the %s of person %u (entry %u) %s", db->path,
                      detail->field, detail->person, detail->entry, what);
}

/* Fills salt and text, which are checked against the commitment. */
static sheaf_status words_take(const sheaf_private *db, sheaf_detail *detail, sheaf_slice plain,
                               sheaf_buffer *text, sheaf_err *err)
{
    sheaf_slice salt;
    if (!sheaf_take(&plain, SHEAF_SALT_BYTES, &salt))
        return damaged(db, detail, "is cut short", err);
    memcpy(detail->salt, salt.data, SHEAF_SALT_BYTES);
    sheaf_hash made = sheaf_commit(detail->salt, plain);
    if (!sheaf_hash_equal(&made, &detail->commitment))
        return damaged(db, detail, "does not match its commitment", err);
    sheaf_buffer_reset(text);
    sheaf_buffer_add(text, plain);
    detail->text = sheaf_buffer_slice(text);
    return sheaf_buffer_check(text, "a personal text", err);
}

static sheaf_status unseal(const sheaf_private *db, sheaf_detail *detail,
                           const uint8_t key[KEY_BYTES], sheaf_slice sealed, sheaf_buffer *text,
                           sheaf_err *err)
{
    sheaf_buffer bound, plain;
    if (sealed.len < SHEAF_SEAL_OVERHEAD || sealed.len > SEALED_MAX)
        return damaged(db, detail, "is cut short", err);
    sheaf_buffer_init(&plain, PLAIN_MAX);
    uint8_t *out = sheaf_buffer_extend(&plain, sealed.len - SHEAF_SEAL_OVERHEAD);
    sheaf_status status = sheaf_buffer_check(&plain, "a personal text", err);
    bound_put(&bound, detail);
    if (status == SHEAF_OK && !sheaf_unseal(out, key, sealed, sheaf_buffer_slice(&bound)))
        status = damaged(db, detail, "does not open with the person's key", err);
    if (status == SHEAF_OK)
        status = words_take(db, detail, sheaf_buffer_slice(&plain), text, err);
    sheaf_buffer_deinit(&bound);
    if (plain.data)
        sheaf_wipe(plain.data, plain.capacity);
    sheaf_buffer_deinit(&plain);
    return status;
}

/* ---- details ---- */

sheaf_status sheaf_private_put(sheaf_private *db, const sheaf_detail *detail, sheaf_err *err)
{
    uint8_t key[KEY_BYTES];
    sheaf_buffer sealed;
    sheaf_hash made = sheaf_commit(detail->salt, detail->text);
    if (!sheaf_hash_equal(&made, &detail->commitment))
        return sheaf_fail(err, SHEAF_FAULT, "a personal text does not match its commitment");
    sheaf_buffer_init(&sealed, SEALED_MAX);
    sheaf_status status = key_get_or_make(db, detail->person, key, err);
    if (status == SHEAF_OK)
        status = seal(detail, key, &sealed, err);
    if (status == SHEAF_OK)
        status = sheaf_private_change(
            db, err,
            "INSERT OR REPLACE INTO detail(entry, field, person, commitment, sealed) "
            "VALUES(?, ?, ?, ?, ?)",
            "itibb", (int64_t)detail->entry, sheaf_str(detail->field), (int64_t)detail->person,
            sheaf_bytes(detail->commitment.bytes, SHEAF_HASH_BYTES),
            sheaf_buffer_slice(&sealed));
    sheaf_wipe(key, sizeof key);
    sheaf_buffer_deinit(&sealed);
    return status;
}

/* Keys that have no rows any more are of no use. */
static sheaf_status keys_sweep(sheaf_private *db, sheaf_err *err)
{
    return sheaf_private_run(db,
                             "DELETE FROM person_key WHERE NOT EXISTS"
                             " (SELECT 1 FROM detail WHERE detail.person=person_key.person)",
                             err);
}

sheaf_status sheaf_private_sweep(sheaf_private *db, uint64_t entries, uint32_t *swept,
                                 sheaf_err *err)
{
    *swept = 0;
    SHEAF_TRY(sheaf_private_begin(db, err));
    sheaf_status status = sheaf_private_change(db, err, "DELETE FROM detail WHERE entry>=?",
                                               "i", (int64_t)entries);
    if (status == SHEAF_OK)
        *swept = (uint32_t)sqlite3_changes(db->sqlite);
    if (status == SHEAF_OK && *swept)
        status = keys_sweep(db, err);
    if (status == SHEAF_OK)
        return sheaf_private_commit(db, err);
    sheaf_private_rollback(db);
    return status;
}

/* Columns: entry, person, field, commitment, sealed. */
static sheaf_status row_read(sheaf_private *db, sqlite3_stmt *statement, sheaf_value *value,
                             sheaf_detail *out, sheaf_buffer *text, sheaf_err *err)
{
    uint8_t key[KEY_BYTES];
    bool found = false;
    sheaf_slice field = sheaf_private_bytes(statement, 2);
    sheaf_slice commitment = sheaf_private_bytes(statement, 3);
    *out = (sheaf_detail){.entry = (uint32_t)sqlite3_column_int64(statement, 0),
                          .person = (uint32_t)sqlite3_column_int64(statement, 1)};
    if (field.len > SHEAF_DETAIL_FIELD_MAX || commitment.len != SHEAF_HASH_BYTES)
        return damaged(db, out, "is damaged", err);
    memcpy(out->field, field.data, field.len);
    memcpy(out->commitment.bytes, commitment.data, SHEAF_HASH_BYTES);
    SHEAF_TRY(key_get(db, out->person, key, &found, err));
    *value = found ? SHEAF_VALUE_HELD : SHEAF_VALUE_SEALED;
    sheaf_status status =
        found ? unseal(db, out, key, sheaf_private_bytes(statement, 4), text, err) : SHEAF_OK;
    sheaf_wipe(key, sizeof key);
    return status;
}

sheaf_status sheaf_private_find(sheaf_private *db, const sheaf_hash *commitment,
                                sheaf_value *value, sheaf_detail *out, sheaf_buffer *text,
                                sheaf_err *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    *value = SHEAF_VALUE_GONE;
    sheaf_buffer_reset(text);
    sheaf_private_lock(db);
    sheaf_status status = sheaf_private_prepare(
        db, &statement, err,
        "SELECT entry, person, field, commitment, sealed FROM detail WHERE commitment=?"
        " ORDER BY entry LIMIT 1",
        "b", sheaf_bytes(commitment->bytes, SHEAF_HASH_BYTES));
    if (status == SHEAF_OK)
        status = sheaf_private_step(db, statement, &row, err);
    if (status == SHEAF_OK && row)
        status = row_read(db, statement, value, out, text, err);
    sqlite3_finalize(statement);
    sheaf_private_unlock(db);
    return status;
}

static sheaf_status rows_visit(sheaf_private *db, sqlite3_stmt *statement,
                               sheaf_detail_visit *visit, void *context, sheaf_err *err)
{
    sheaf_detail detail;
    sheaf_value value;
    sheaf_buffer text;
    bool row = true;
    sheaf_buffer_init(&text, SHEAF_DETAIL_BYTES_MAX);
    sheaf_status status = sheaf_private_step(db, statement, &row, err);
    while (status == SHEAF_OK && row) {
        status = row_read(db, statement, &value, &detail, &text, err);
        if (status == SHEAF_OK)
            status = visit(context, &detail, value, err);
        if (status == SHEAF_OK)
            status = sheaf_private_step(db, statement, &row, err);
    }
    if (text.data)
        sheaf_wipe(text.data, text.capacity);
    sheaf_buffer_deinit(&text);
    return status;
}

sheaf_status sheaf_private_visit(sheaf_private *db, uint32_t person, sheaf_detail_visit *visit,
                                 void *context, sheaf_err *err)
{
    sqlite3_stmt *statement;
    bool all = person == SHEAF_ANYBODY;
    sheaf_private_lock(db);
    sheaf_status status = sheaf_private_prepare(
        db, &statement, err,
        "SELECT entry, person, field, commitment, sealed FROM detail WHERE ? OR person=?"
        " ORDER BY entry, field",
        "ii", (int64_t)all, (int64_t)person);
    if (status == SHEAF_OK)
        status = rows_visit(db, statement, visit, context, err);
    sqlite3_finalize(statement);
    sheaf_private_unlock(db);
    return status;
}

/* ---- erasure ---- */

static sheaf_status forget(sheaf_private *db, const sheaf_erasure *e, sheaf_err *err)
{
    SHEAF_TRY(sheaf_private_change(
        db, err,
        "INSERT INTO erasure(person, before, at, texts) VALUES(?, ?, ?, ?)"
        " ON CONFLICT(person) DO UPDATE SET texts=max(texts, excluded.texts),"
        " at=iif(excluded.before>before, excluded.at, at), before=max(before, excluded.before)",
        "iiii", (int64_t)e->person, (int64_t)e->before, e->at, (int64_t)e->texts));
    SHEAF_TRY(sheaf_private_change(db, err, "DELETE FROM detail WHERE person=? AND entry<?",
                                   "ii", (int64_t)e->person, (int64_t)e->before));
    SHEAF_TRY(sheaf_private_change(db, err, "DELETE FROM hold WHERE person=?", "i",
                                   (int64_t)e->person));
    return keys_sweep(db, err);
}

sheaf_status sheaf_private_erase(sheaf_private *db, const sheaf_erasure *erasure,
                                 sheaf_err *err)
{
    SHEAF_TRY(sheaf_private_begin(db, err));
    sheaf_status status = forget(db, erasure, err);
    if (status != SHEAF_OK) {
        sheaf_private_rollback(db);
        return status;
    }
    SHEAF_TRY(sheaf_private_commit(db, err));
    sheaf_private_lock(db);
    /* Overwritten already, by secure_delete; rebuilt, so that no free page is left at all. */
    status = sheaf_private_run(db, "VACUUM", err);
    sheaf_private_unlock(db);
    return status;
}

/* To the co-op of the database. */
static sheaf_status bind_list(sheaf_private *db, sheaf_erasures *list, sheaf_err *err)
{
    sheaf_buffer origin;
    sheaf_buffer_init(&origin, SHEAF_SETTING_MAX);
    sheaf_status status = sheaf_private_setting(db, "origin", &origin, err);
    if (status == SHEAF_OK)
        status = sheaf_erasures_bind(list, sheaf_buffer_slice(&origin), err);
    sheaf_buffer_deinit(&origin);
    return status;
}

sheaf_status sheaf_private_erasures(sheaf_private *db, sheaf_erasures *out, sheaf_err *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    out->count = 0;
    sheaf_private_lock(db);
    sheaf_status status = sheaf_private_prepare(
        db, &statement, err, "SELECT person, before, at, texts FROM erasure ORDER BY person",
        "");
    if (status == SHEAF_OK)
        status = sheaf_private_step(db, statement, &row, err);
    while (status == SHEAF_OK && row) {
        sheaf_erasure e = {(uint32_t)sqlite3_column_int64(statement, 0),
                           (uint32_t)sqlite3_column_int64(statement, 1),
                           sqlite3_column_int64(statement, 2),
                           sqlite3_column_int64(statement, 3) != 0};
        status = sheaf_erasures_add(out, &e, err);
        if (status == SHEAF_OK)
            status = sheaf_private_step(db, statement, &row, err);
    }
    sqlite3_finalize(statement);
    if (status == SHEAF_OK)
        status = bind_list(db, out, err);
    sheaf_private_unlock(db);
    return status;
}

/* Is there anything that the erasure should have taken? */
static sheaf_status left_over(sheaf_private *db, const sheaf_erasure *e, bool *out,
                              sheaf_err *err)
{
    sqlite3_stmt *statement;
    SHEAF_TRY(sheaf_private_prepare(db, &statement, err,
                                    "SELECT 1 FROM detail WHERE person=? AND entry<? LIMIT 1",
                                    "ii", (int64_t)e->person, (int64_t)e->before));
    sheaf_status status = sheaf_private_step(db, statement, out, err);
    sqlite3_finalize(statement);
    return status;
}

static sheaf_status erase_listed(sheaf_private *db, const sheaf_erasures *table,
                                 const sheaf_erasures *all, uint32_t *again, sheaf_err *err)
{
    for (uint32_t i = 0; i < all->count; i++) {
        const sheaf_erasure *known = sheaf_erasures_find(table, all->items[i].person);
        bool left = false;
        SHEAF_TRY(left_over(db, &all->items[i], &left, err));
        *again += left;
        if (left || !known || known->before != all->items[i].before
            || known->texts != all->items[i].texts)
            SHEAF_TRY(sheaf_private_erase(db, &all->items[i], err));
    }
    return SHEAF_OK;
}

static bool lists_equal(const sheaf_erasures *a, const sheaf_erasures *b)
{
    bool equal = a->count == b->count;
    for (uint32_t i = 0; equal && i < a->count; i++)
        equal = a->items[i].person == b->items[i].person
                && a->items[i].before == b->items[i].before && a->items[i].at == b->items[i].at
                && a->items[i].texts == b->items[i].texts;
    return equal;
}

static sheaf_status lists_join(sheaf_private *db, const char *path, sheaf_erasures *table,
                               sheaf_erasures *all, uint32_t *again, sheaf_err *err)
{
    sheaf_erasures file = {0};
    SHEAF_TRY(sheaf_private_erasures(db, table, err));
    SHEAF_TRY(sheaf_private_erasures(db, all, err));
    SHEAF_TRY(sheaf_erasures_read(path, all, err));
    SHEAF_TRY(erase_listed(db, table, all, again, err));
    sheaf_status status = sheaf_erasures_read(path, &file, err);
    bool same = status == SHEAF_OK && lists_equal(&file, all);
    sheaf_erasures_deinit(&file);
    if (status != SHEAF_OK || same)
        return status;
    return sheaf_erasures_write(path, all, err);
}

sheaf_status sheaf_private_erase_again(sheaf_private *db, const char *dir, uint32_t *again,
                                       sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_erasures table = {0}, all = {0};
    *again = 0;
    SHEAF_TRY(sheaf_path(path, err, "%s/erasures.json", dir));
    sheaf_private_lock(db);
    sheaf_status status = lists_join(db, path, &table, &all, again, err);
    sheaf_private_unlock(db);
    sheaf_erasures_deinit(&table);
    sheaf_erasures_deinit(&all);
    return status;
}
