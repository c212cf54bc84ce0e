/* What the operator records in the private database: settings, holds, registers; see
 * private_db.h. */
#include "base/text.h"
#include "log/checkpoint.h"
#include "store/private_internal.h"
#include "store/retention.h"

/* What is recorded here is shown in reports and as JSON. */
static sheaf_status words_check(const char *what, sheaf_slice words, size_t max, sheaf_err *err)
{
    if (words.len > max)
        return sheaf_fail(err, SHEAF_INVALID, "%s has more than %zu bytes", what, max);
    if (!sheaf_utf8_valid(words))
        return sheaf_fail(err, SHEAF_INVALID, "%s is not text in UTF-8", what);
    return SHEAF_OK;
}

/* ---- settings ---- */

sheaf_status sheaf_private_setting(sheaf_private *db, const char *name, sheaf_buffer *out,
                                   sheaf_err *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    sheaf_buffer_reset(out);
    sheaf_private_lock(db);
    sheaf_status status = sheaf_private_prepare(
        db, &statement, err, "SELECT value FROM setting WHERE name=?", "t", sheaf_str(name));
    if (status == SHEAF_OK)
        status = sheaf_private_step(db, statement, &row, err);
    if (status == SHEAF_OK && row) {
        sheaf_buffer_add(out, sheaf_private_bytes(statement, 0));
        status = sheaf_buffer_check(out, name, err);
    }
    sqlite3_finalize(statement);
    sheaf_private_unlock(db);
    return status;
}

sheaf_status sheaf_private_set(sheaf_private *db, const char *name, sheaf_slice value,
                               sheaf_err *err)
{
    SHEAF_TRY(words_check(name, value, SHEAF_SETTING_MAX, err));
    sheaf_private_lock(db);
    sheaf_status status = sheaf_private_change(
        db, err, "INSERT OR REPLACE INTO setting(name, value) VALUES(?, ?)", "tt",
        sheaf_str(name), value);
    sheaf_private_unlock(db);
    return status;
}

sheaf_status sheaf_private_bind(sheaf_private *db, sheaf_slice origin, sheaf_err *err)
{
    sheaf_buffer known;
    sheaf_buffer_init(&known, SHEAF_SETTING_MAX);
    sheaf_private_lock(db);
    sheaf_status status = sheaf_private_setting(db, "origin", &known, err);
    if (status == SHEAF_OK && known.len == 0)
        status = sheaf_private_set(db, "origin", origin, err);
    else if (status == SHEAF_OK && !sheaf_slice_equal(sheaf_buffer_slice(&known), origin))
        status = sheaf_fail(err, SHEAF_INVALID, "%s belongs to another co-op, %.*s", db->path,
                            SHEAF_PRINT(sheaf_buffer_slice(&known)));
    sheaf_private_unlock(db);
    sheaf_buffer_deinit(&known);
    return status;
}

sheaf_status sheaf_private_accounting_years(sheaf_private *db, int *years, sheaf_err *err)
{
    sheaf_buffer setting;
    uint64_t value;
    *years = SHEAF_ACCOUNTING_YEARS;
    sheaf_buffer_init(&setting, SHEAF_SETTING_MAX);
    sheaf_status status = sheaf_private_setting(db, "accounting_years", &setting, err);
    if (status == SHEAF_OK && sheaf_decimal_get(sheaf_buffer_slice(&setting), &value)
        && value <= SHEAF_ACCOUNTING_YEARS_MAX)
        *years = (int)value;
    sheaf_buffer_deinit(&setting);
    return status;
}

/* ---- holds ---- */

sheaf_status sheaf_private_hold(sheaf_private *db, uint32_t person, int64_t *until,
                                sheaf_buffer *ground, sheaf_err *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    *until = 0;
    sheaf_buffer_reset(ground);
    sheaf_private_lock(db);
    sheaf_status status = sheaf_private_prepare(db, &statement, err,
                                                "SELECT until, ground FROM hold WHERE person=?",
                                                "i", (int64_t)person);
    if (status == SHEAF_OK)
        status = sheaf_private_step(db, statement, &row, err);
    if (status == SHEAF_OK && row) {
        *until = sqlite3_column_int64(statement, 0);
        sheaf_buffer_add(ground, sheaf_private_bytes(statement, 1));
        status = sheaf_buffer_check(ground, "the ground of a hold", err);
    }
    sqlite3_finalize(statement);
    sheaf_private_unlock(db);
    return status;
}

sheaf_status sheaf_private_hold_set(sheaf_private *db, uint32_t person, int64_t until,
                                    sheaf_slice ground, sheaf_err *err)
{
    SHEAF_TRY(words_check("the ground", ground, SHEAF_SETTING_MAX, err));
    if (until && !ground.len)
        return sheaf_fail(err, SHEAF_INVALID, "a hold needs a ground: why, and on which law");
    sheaf_private_lock(db);
    sheaf_status status =
        until ? sheaf_private_change(
            db, err, "INSERT OR REPLACE INTO hold(person, until, ground) VALUES(?, ?, ?)",
            "iit", (int64_t)person, until, ground)
              : sheaf_private_change(db, err, "DELETE FROM hold WHERE person=?", "i",
                                     (int64_t)person);
    sheaf_private_unlock(db);
    return status;
}

/* ---- registers ---- */

sheaf_status sheaf_private_note(sheaf_private *db, const sheaf_register_line *line,
                                sheaf_err *err)
{
    SHEAF_TRY(words_check("the title", line->title, SHEAF_SETTING_MAX, err));
    SHEAF_TRY(words_check("the text", line->words, SHEAF_NOTE_WORDS_MAX, err));
    sheaf_private_lock(db);
    sheaf_status status = sheaf_private_change(
        db, err, "INSERT INTO note(kind, at, reported, title, words) VALUES(?, ?, ?, ?, ?)",
        "tiitt", sheaf_str(line->kind), line->at, line->reported, line->title, line->words);
    sheaf_private_unlock(db);
    return status;
}

sheaf_status sheaf_private_notes(sheaf_private *db, const char *kind,
                                 sheaf_register_visit *visit, void *context, sheaf_err *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    sheaf_private_lock(db);
    sheaf_status status = sheaf_private_prepare(
        db, &statement, err,
        "SELECT at, reported, title, words FROM note WHERE kind=? ORDER BY at, id", "t",
        sheaf_str(kind));
    if (status == SHEAF_OK)
        status = sheaf_private_step(db, statement, &row, err);
    while (status == SHEAF_OK && row) {
        sheaf_register_line line = {
            kind, sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 1),
            sheaf_private_bytes(statement, 2), sheaf_private_bytes(statement, 3)};
        status = visit(context, &line, err);
        if (status == SHEAF_OK)
            status = sheaf_private_step(db, statement, &row, err);
    }
    sqlite3_finalize(statement);
    sheaf_private_unlock(db);
    return status;
}
