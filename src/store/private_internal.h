/* store/private_internal.h - what the parts of the private database share; see private_db.h. */
#ifndef SHEAF_STORE_PRIVATE_INTERNAL_H
#define SHEAF_STORE_PRIVATE_INTERNAL_H

#include "store/private_db.h"

#include <pthread.h>
#include <sqlite3.h>

struct sheaf_private {
    sqlite3 *sqlite;
    pthread_mutex_t lock; /* recursive; begin() keeps it until the end of the transaction */
    char path[SHEAF_PATH_MAX];
};

static inline void sheaf_private_lock(sheaf_private *db)
{
    pthread_mutex_lock(&db->lock);
}

static inline void sheaf_private_unlock(sheaf_private *db)
{
    pthread_mutex_unlock(&db->lock);
}

/* One or more statements without results. */
SHEAF_MUST_USE sheaf_status sheaf_private_run(sheaf_private *db, const char *sql,
                                              sheaf_err *err);

/* One statement with its parameters: 'i' int64_t, 'b' sheaf_slice as bytes, 't' sheaf_slice as
 * text. The statement is the caller's, who ends it with sqlite3_finalize(). */
SHEAF_MUST_USE sheaf_status sheaf_private_prepare(sheaf_private *db, sqlite3_stmt **out,
                                                  sheaf_err *err, const char *sql,
                                                  const char *types, ...);

/* The same, run to its end, its results ignored. */
SHEAF_MUST_USE sheaf_status sheaf_private_change(sheaf_private *db, sheaf_err *err,
                                                 const char *sql, const char *types, ...);

/* The next row: *row tells whether there is one. */
SHEAF_MUST_USE sheaf_status sheaf_private_step(sheaf_private *db, sqlite3_stmt *statement,
                                               bool *row, sheaf_err *err);

/* A column's bytes, which stay until the next step. */
sheaf_slice sheaf_private_bytes(sqlite3_stmt *statement, int column);

#endif
