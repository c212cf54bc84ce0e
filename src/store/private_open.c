/* Opening the private database, its schema, and how it talks to SQLite; see private_db.h. */
#include "store/private_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SCHEMA = 1, APPLICATION = 0x53686561 /* "Shea" */, BUSY_MS = 5000 };

/* A rollback journal, not a write-ahead log: at rest there is one file, and what a transaction
 * overwrites is nowhere once it has ended. Nothing is put into temporary files. */
static const char settings[] = "PRAGMA secure_delete=ON;"
                               "PRAGMA temp_store=MEMORY;"
                               "PRAGMA trusted_schema=OFF;"
                               "PRAGMA cell_size_check=ON;"
                               "PRAGMA synchronous=EXTRA;"
                               "PRAGMA journal_mode=TRUNCATE;";

static const char schema[] =
    "CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE person_key(person INTEGER PRIMARY KEY,"
    " key BLOB NOT NULL CHECK(length(key)=32));"
    "CREATE TABLE detail(entry INTEGER NOT NULL, field TEXT NOT NULL, person INTEGER NOT NULL,"
    " commitment BLOB NOT NULL CHECK(length(commitment)=32), sealed BLOB NOT NULL,"
    " PRIMARY KEY(entry, field)) WITHOUT ROWID;"
    "CREATE INDEX detail_person ON detail(person);"
    "CREATE INDEX detail_commitment ON detail(commitment);"
    "CREATE TABLE erasure(person INTEGER PRIMARY KEY, before INTEGER NOT NULL,"
    " at INTEGER NOT NULL, texts INTEGER NOT NULL);"
    "CREATE TABLE hold(person INTEGER PRIMARY KEY, until INTEGER NOT NULL,"
    " ground TEXT NOT NULL);"
    "CREATE TABLE note(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL,"
    " reported INTEGER NOT NULL, title TEXT NOT NULL, words TEXT NOT NULL);";

/* ---- SQLite ---- */

/* SQLite's last error as a sentence about the file. */
static sheaf_status failed(sheaf_private *db, sheaf_err *err)
{
    int code = sqlite3_errcode(db->sqlite) & 0xff;
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return sheaf_fail(err, SHEAF_IO,
                          "%s is in use by another process: try again in a moment", db->path);
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        return sheaf_fail(err, SHEAF_FAULT,
                          "%s is damaged: bring it back with sheaf person restore", db->path);
    if (code == SQLITE_NOMEM)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read %s", db->path);
    return sheaf_fail(err, SHEAF_IO, "%s: %.200s", db->path, sqlite3_errmsg(db->sqlite));
}

sheaf_status sheaf_private_run(sheaf_private *db, const char *sql, sheaf_err *err)
{
    return sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK ? SHEAF_OK
                                                                        : failed(db, err);
}

static int bind(sqlite3_stmt *statement, const char *types, va_list args)
{
    int code = SQLITE_OK;
    for (int i = 0; types[i] && code == SQLITE_OK; i++) {
        if (types[i] == 'i') {
            code = sqlite3_bind_int64(statement, i + 1, va_arg(args, int64_t));
            continue;
        }
        sheaf_slice value = va_arg(args, sheaf_slice);
        const void *data = value.len ? (const void *)value.data : "";
        code = types[i] == 'b'
                   ? sqlite3_bind_blob64(statement, i + 1, data, value.len, SQLITE_TRANSIENT)
                   : sqlite3_bind_text64(statement, i + 1, data, value.len, SQLITE_TRANSIENT,
                                         SQLITE_UTF8);
    }
    return code;
}

static sheaf_status prepare(sheaf_private *db, sqlite3_stmt **out, sheaf_err *err,
                            const char *sql, const char *types, va_list args)
{
    *out = NULL;
    if (sqlite3_prepare_v2(db->sqlite, sql, -1, out, NULL) != SQLITE_OK
        || bind(*out, types, args) != SQLITE_OK) {
        sheaf_status status = failed(db, err);
        sqlite3_finalize(*out);
        *out = NULL;
        return status;
    }
    return SHEAF_OK;
}

sheaf_status sheaf_private_prepare(sheaf_private *db, sqlite3_stmt **out, sheaf_err *err,
                                   const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    sheaf_status status = prepare(db, out, err, sql, types, args);
    va_end(args);
    return status;
}

sheaf_status sheaf_private_step(sheaf_private *db, sqlite3_stmt *statement, bool *row,
                                sheaf_err *err)
{
    int code = sqlite3_step(statement);
    *row = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE ? SHEAF_OK : failed(db, err);
}

sheaf_status sheaf_private_change(sheaf_private *db, sheaf_err *err, const char *sql,
                                  const char *types, ...)
{
    sqlite3_stmt *statement;
    bool row = true;
    va_list args;
    va_start(args, types);
    sheaf_status status = prepare(db, &statement, err, sql, types, args);
    va_end(args);
    while (status == SHEAF_OK && row)
        status = sheaf_private_step(db, statement, &row, err);
    sqlite3_finalize(statement);
    return status;
}

sheaf_slice sheaf_private_bytes(sqlite3_stmt *statement, int column)
{
    const void *data = sqlite3_column_blob(statement, column);
    int len = sqlite3_column_bytes(statement, column);
    return sheaf_bytes(data, data && len > 0 ? (size_t)len : 0);
}

/* ---- opening ---- */

static sheaf_status number(sheaf_private *db, const char *sql, int64_t *out, sheaf_err *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    SHEAF_TRY(sheaf_private_prepare(db, &statement, err, sql, ""));
    sheaf_status status = sheaf_private_step(db, statement, &row, err);
    *out = row ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return status;
}

/* SQLite would make the file readable by others. */
static sheaf_status file_make(const char *path, sheaf_err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 && errno == EEXIST)
        return SHEAF_OK;
    if (fd < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot create %s: %s", path, strerror(errno));
    close(fd);
    return SHEAF_OK;
}

static sheaf_status file_check(const char *path, sheaf_err *err)
{
    struct stat info;
    if (lstat(path, &info) != 0)
        return sheaf_fail(err, SHEAF_IO, "cannot open %s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return sheaf_fail(err, SHEAF_INVALID, "%s is no file", path);
    if (info.st_mode & 077)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s can be read or written by others: run chmod 600 %s", path, path);
    return SHEAF_OK;
}

static sheaf_status schema_make(sheaf_private *db, sheaf_err *err)
{
    char numbers[100];
    snprintf(numbers, sizeof numbers, "PRAGMA application_id=%d;PRAGMA user_version=%d;",
             APPLICATION, SCHEMA);
    SHEAF_TRY(sheaf_private_run(db, schema, err));
    return sheaf_private_run(db, numbers, err);
}

/* Another process may be making the same schema: the lock decides who does. */
static sheaf_status schema_check(sheaf_private *db, sheaf_private_mode mode, sheaf_err *err)
{
    int64_t application, version, tables;
    if (mode == SHEAF_PRIVATE_CREATE)
        SHEAF_TRY(sheaf_private_run(db, "BEGIN IMMEDIATE", err));
    sheaf_status status = number(db, "PRAGMA application_id", &application, err);
    if (status == SHEAF_OK)
        status = number(db, "PRAGMA user_version", &version, err);
    if (status == SHEAF_OK)
        status = number(db, "SELECT count(*) FROM sqlite_schema", &tables, err);
    if (status == SHEAF_OK && tables == 0 && mode == SHEAF_PRIVATE_CREATE)
        status = schema_make(db, err);
    else if (status == SHEAF_OK && application != APPLICATION)
        status =
            sheaf_fail(err, SHEAF_INVALID, "%s is no private database of a co-op", db->path);
    else if (status == SHEAF_OK && version > SCHEMA)
        status = sheaf_fail(err, SHEAF_INVALID,
                            "%s was written by a newer program (schema %lld, this one knows "
                            "%d): install that one",
                            db->path, (long long)version, SCHEMA);
    if (mode == SHEAF_PRIVATE_CREATE && status == SHEAF_OK)
        status = sheaf_private_run(db, "COMMIT", err);
    else if (mode == SHEAF_PRIVATE_CREATE)
        sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

static sheaf_status sound(sheaf_private *db, sheaf_err *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    SHEAF_TRY(sheaf_private_prepare(db, &statement, err, "PRAGMA quick_check(1)", ""));
    sheaf_status status = sheaf_private_step(db, statement, &row, err);
    if (status == SHEAF_OK && !(row && sheaf_slice_is(sheaf_private_bytes(statement, 0), "ok")))
        status = sheaf_fail(err, SHEAF_FAULT,
                            "%s is damaged: bring it back with sheaf person restore", db->path);
    sqlite3_finalize(statement);
    return status;
}

static sheaf_status open_file(sheaf_private *db, sheaf_private_mode mode, sheaf_err *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_NOFOLLOW;
    if (mode == SHEAF_PRIVATE_CREATE)
        SHEAF_TRY(file_make(db->path, err));
    SHEAF_TRY(file_check(db->path, err));
    if (sqlite3_open_v2(db->path, &db->sqlite, flags, NULL) != SQLITE_OK)
        return failed(db, err);
    sqlite3_busy_timeout(db->sqlite, BUSY_MS);
    sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    SHEAF_TRY(sheaf_private_run(db, settings, err));
    SHEAF_TRY(schema_check(db, mode, err));
    return sound(db, err);
}

static sheaf_status private_path(char out[SHEAF_PATH_MAX], const char *dir, sheaf_err *err)
{
    return sheaf_path(out, err, "%s/private.db", dir);
}

bool sheaf_private_exists(const char *dir)
{
    char path[SHEAF_PATH_MAX];
    return private_path(path, dir, NULL) == SHEAF_OK && sheaf_file_exists(path);
}

sheaf_status sheaf_private_open(sheaf_private **out, const char *dir, sheaf_private_mode mode,
                                sheaf_err *err)
{
    pthread_mutexattr_t recursive;
    sheaf_private *db = calloc(1, sizeof *db);
    if (!db)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to open the private database");
    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&db->lock, &recursive);
    pthread_mutexattr_destroy(&recursive);
    sheaf_status status = private_path(db->path, dir, err);
    if (status == SHEAF_OK)
        status = open_file(db, mode, err);
    if (status != SHEAF_OK) {
        sheaf_private_close(db);
        return status;
    }
    *out = db;
    return SHEAF_OK;
}

void sheaf_private_close(sheaf_private *db)
{
    if (!db)
        return;
    sqlite3_close(db->sqlite);
    pthread_mutex_destroy(&db->lock);
    free(db);
}

/* ---- copies ---- */

static sheaf_status copy_into(sheaf_private *db, sheaf_private *copy, sheaf_err *err)
{
    sqlite3_backup *backup = sqlite3_backup_init(copy->sqlite, "main", db->sqlite, "main");
    if (!backup)
        return failed(copy, err);
    int code = sqlite3_backup_step(backup, -1);
    for (int waits = 0; (code == SQLITE_BUSY || code == SQLITE_LOCKED) && waits < 50; waits++) {
        sqlite3_sleep(100);
        code = sqlite3_backup_step(backup, -1);
    }
    if (sqlite3_backup_finish(backup) != SQLITE_OK || code != SQLITE_DONE)
        return sheaf_fail(err, SHEAF_IO, "cannot copy %s to %s: %s", db->path, copy->path,
                          sqlite3_errstr(code));
    return SHEAF_OK;
}

sheaf_status sheaf_private_copy(sheaf_private *db, const char *to, bool with_keys,
                                sheaf_err *err)
{
    sheaf_private copy = {0};
    SHEAF_TRY(sheaf_path(copy.path, err, "%s", to));
    if (sheaf_file_exists(to))
        return sheaf_fail(err, SHEAF_INVALID, "%s is there already: name another file", to);
    SHEAF_TRY(file_make(to, err));
    sheaf_status status = SHEAF_OK;
    if (sqlite3_open_v2(to, &copy.sqlite, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        status = failed(&copy, err);
    if (status == SHEAF_OK)
        status = copy_into(db, &copy, err);
    if (status == SHEAF_OK)
        status = sheaf_private_run(&copy, settings, err);
    if (status == SHEAF_OK && !with_keys)
        status = sheaf_private_run(&copy, "DELETE FROM person_key; VACUUM", err);
    sqlite3_close(copy.sqlite);
    if (status == SHEAF_OK)
        status = sheaf_path_sync(to, err);
    if (status != SHEAF_OK)
        (void)sheaf_disk_now()->unlink(to); /* half a copy must not look like one */
    return status;
}
