/* node/import_file.h - the register that a co-op kept before, as a table, checked before any of
 * it is entered.
 *
 * A CSV file (learn/csv.h) whose first line names the columns, in any order:
 *
 *     number         the member's number, once in the file and not in the register already
 *     name           at most 200 bytes
 *     class          a class of the bylaws, by its name
 *     joined         YYYY-MM-DD, not in the future
 *     kind           person or organisation; person where the column is left out
 *     term           YYYY-MM-DD, where the membership is for a limited time; may be left out
 *     cancelled_to   YYYY-MM-DD, where it was cancelled already; may be left out
 *
 * What is wrong is told line by line, all of it and not only the first; nothing is guessed.
 * What is only strange is counted for the people who reconcile it: gaps between numbers, the
 * same name with the same day of joining, memberships that have ended.
 */
#ifndef SHEAF_NODE_IMPORT_FILE_H
#define SHEAF_NODE_IMPORT_FILE_H

#include "coop/state.h"

enum {
    SHEAF_IMPORT_ROWS_MAX = 1000000,
    SHEAF_IMPORT_FAULTS_MAX = 100, /* that are kept; all are counted */
    SHEAF_IMPORT_CLASSES_MAX = 16,
};

typedef struct {
    uint32_t line, number;
    sheaf_slice name;                   /* in the file's bytes, or in names */
    int64_t joined, term, cancelled_to; /* seconds since 1970; the latter two 0: none */
    uint8_t class, kind;
} sheaf_import_line;

typedef struct {
    uint32_t line;
    char message[120];
} sheaf_import_fault;

typedef struct {
    sheaf_import_line *rows; /* in the order of the file: those without a fault */
    uint32_t count;
    uint8_t *names; /* of those that stand in quotation marks with others inside */
    sheaf_import_fault faults[SHEAF_IMPORT_FAULTS_MAX];
    uint32_t fault_count; /* may be more than are kept */
    uint32_t by_class[SHEAF_IMPORT_CLASSES_MAX], by_kind[2];
    uint32_t number_low, number_high, missing; /* numbers between the two that nobody has */
    uint32_t alike;                     /* rows with name and day of joining of another */
    uint32_t limited, cancelled, ended; /* with a term; cancelled; either of them is over */
} sheaf_import_file;

/* SHEAF_INVALID where the file is no such table at all; faults of single lines are no failure.
 * `state` is that of a co-op that was founded. Numbers that the import `against` has entered
 * are free (SHEAF_NONE: none has). The bytes must outlive *out. */
SHEAF_MUST_USE sheaf_status sheaf_import_file_read(sheaf_slice bytes, const char *name,
                                                   const sheaf_state *state, uint32_t against,
                                                   int64_t now_ms, sheaf_import_file *out,
                                                   sheaf_err *err);
void sheaf_import_file_close(sheaf_import_file *file);

#endif
