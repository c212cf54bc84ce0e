/* store/private_db.h - what identifies people, off the log: DIR/private.db, an SQLite database.
 *
 * Names, addresses, bank accounts, contacts and customers are fields of acts that the catalogue
 * marks as personal. The log has their commitments; salt and text stand here alone, sealed
 * (crypto/aead.h) under a random key of the person they are about and bound to person, entry,
 * field and commitment. A person is named by the entry that brought the person in: an
 * application or the founding for members, the record of a use for a customer.
 *
 * Erasing removes the person's key and rows, overwrites where they stood, and rebuilds the
 * file: nothing of them is left in the folder, and copies of the rows that were taken without
 * keys can never be read again. What was erased is remembered by number and time, also in
 * DIR/erasures.json (erasures.h), so that a restored older copy is erased again.
 *
 * Rows are durable before the entry that commits to them: sheaf_private_begin(), _put(),
 * _commit(), then the log. Rows that never got their entry are swept at the next start. Several
 * processes may have the database open, each waits some seconds for another's write; the calls
 * may come from several threads. SQLite writes the file by itself, not through a sheaf_disk.
 */
#ifndef SHEAF_STORE_PRIVATE_DB_H
#define SHEAF_STORE_PRIVATE_DB_H

#include "crypto/commit.h"
#include "store/erasures.h"
#include "store/file.h"

enum { SHEAF_DETAIL_BYTES_MAX = 65536, SHEAF_DETAIL_FIELD_MAX = 40 };
enum { SHEAF_SETTING_MAX = 2000, SHEAF_NOTE_WORDS_MAX = 20000 };

typedef struct sheaf_private sheaf_private;

typedef enum {
    SHEAF_PRIVATE_CREATE, /* makes the database where there is none */
    SHEAF_PRIVATE_EXISTING,
} sheaf_private_mode;

bool sheaf_private_exists(const char *dir);

/* Refuses a damaged database, one of a newer program and one that others can read. */
SHEAF_MUST_USE sheaf_status sheaf_private_open(sheaf_private **out, const char *dir,
                                               sheaf_private_mode mode, sheaf_err *err);
void sheaf_private_close(sheaf_private *db); /* NULL is fine */

/* The database belongs to the co-op of this origin from the first call on; SHEAF_INVALID for
 * another. */
SHEAF_MUST_USE sheaf_status sheaf_private_bind(sheaf_private *db, sheaf_slice origin,
                                               sheaf_err *err);

/* ---- details ---- */

typedef struct {
    uint32_t entry, person;
    char field[SHEAF_DETAIL_FIELD_MAX + 1];
    sheaf_hash commitment;
    uint8_t salt[SHEAF_SALT_BYTES];
    sheaf_slice text;
} sheaf_detail;

/* One thread writes between begin and commit, the others wait. SHEAF_IO if another process
 * keeps the database to itself: nothing has begun then. Without a commit, rollback. */
SHEAF_MUST_USE sheaf_status sheaf_private_begin(sheaf_private *db, sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_private_commit(sheaf_private *db, sheaf_err *err);
void sheaf_private_rollback(sheaf_private *db);

/* Keeps a detail; between begin and commit. One that is there already is replaced. */
SHEAF_MUST_USE sheaf_status sheaf_private_put(sheaf_private *db, const sheaf_detail *detail,
                                              sheaf_err *err);

/* Removes what belongs to entries from `entries` on, which never came to be. */
SHEAF_MUST_USE sheaf_status sheaf_private_sweep(sheaf_private *db, uint64_t entries,
                                                uint32_t *swept, sheaf_err *err);

typedef enum {
    SHEAF_VALUE_GONE,   /* withheld or erased */
    SHEAF_VALUE_SEALED, /* its row is here, the person's key is not */
    SHEAF_VALUE_HELD,
} sheaf_value;

/* Looks a commitment up. Of a value that is held, *out is filled and out->text borrows from
 * `text`, which is emptied first; of one that is sealed all but salt and text. SHEAF_FAULT if
 * what is there is not what was committed to. */
SHEAF_MUST_USE sheaf_status sheaf_private_find(sheaf_private *db, const sheaf_hash *commitment,
                                               sheaf_value *value, sheaf_detail *out,
                                               sheaf_buffer *text, sheaf_err *err);

/* Calls `visit` for what is kept about a person, or about all where `person` is SHEAF_ANYBODY,
 * by entry and field; a failure of it ends the visit and is handed back. */
#define SHEAF_ANYBODY UINT32_MAX
typedef sheaf_status sheaf_detail_visit(void *context, const sheaf_detail *detail,
                                        sheaf_value value, sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_private_visit(sheaf_private *db, uint32_t person,
                                                sheaf_detail_visit *visit, void *context,
                                                sheaf_err *err);

/* ---- erasure ---- */

/* Erases what entries before erasure->before say about the person, remembers it, and rebuilds
 * the file. Doing it again changes nothing. */
SHEAF_MUST_USE sheaf_status sheaf_private_erase(sheaf_private *db, const sheaf_erasure *erasure,
                                                sheaf_err *err);

/* Makes table and DIR/erasures.json say the same, which is all that either said, and erases
 * again what is listed and still there; *again counts those persons. */
SHEAF_MUST_USE sheaf_status sheaf_private_erase_again(sheaf_private *db, const char *dir,
                                                      uint32_t *again, sheaf_err *err);

/* The erasures so far, by person; emptied first. */
SHEAF_MUST_USE sheaf_status sheaf_private_erasures(sheaf_private *db, sheaf_erasures *out,
                                                   sheaf_err *err);

/* ---- what the operator records ---- */

/* A setting into `out`, which is emptied first and stays so where there is none. */
SHEAF_MUST_USE sheaf_status sheaf_private_setting(sheaf_private *db, const char *name,
                                                  sheaf_buffer *out, sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_private_set(sheaf_private *db, const char *name,
                                              sheaf_slice value, sheaf_err *err);

/* For how many years records of money are kept: the setting accounting_years, or the usual. */
SHEAF_MUST_USE sheaf_status sheaf_private_accounting_years(sheaf_private *db, int *years,
                                                           sheaf_err *err);

/* A reason to keep a person's data until a time, in milliseconds since 1970; `until` 0: none
 * stands. Setting one replaces the last; until 0 removes it. */
SHEAF_MUST_USE sheaf_status sheaf_private_hold(sheaf_private *db, uint32_t person,
                                               int64_t *until, sheaf_buffer *ground,
                                               sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_private_hold_set(sheaf_private *db, uint32_t person,
                                                   int64_t until, sheaf_slice ground,
                                                   sheaf_err *err);

/* A line of one of the registers that data protection law asks for. */
typedef struct {
    const char *kind; /* breach, processing, processor, restore */
    int64_t at;       /* of a breach: when it became known */
    int64_t reported; /* of a breach: when the authority was told; 0: not */
    sheaf_slice title, words;
} sheaf_register_line;

SHEAF_MUST_USE sheaf_status sheaf_private_note(sheaf_private *db,
                                               const sheaf_register_line *line, sheaf_err *err);
typedef sheaf_status sheaf_register_visit(void *context, const sheaf_register_line *line,
                                          sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_private_notes(sheaf_private *db, const char *kind,
                                                sheaf_register_visit *visit, void *context,
                                                sheaf_err *err);

/* ---- copies ---- */

/* Copies the database as it is now to a new file, while it is in use. Without keys the copy
 * holds no value that it alone could show. */
SHEAF_MUST_USE sheaf_status sheaf_private_copy(sheaf_private *db, const char *to,
                                               bool with_keys, sheaf_err *err);

#endif
