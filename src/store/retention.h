/* store/retention.h - may a person's data be erased, and if not yet: on which ground it is
 * kept, and when that is looked at again.
 *
 *     ground      applies while                                     looked at again
 *     member      the person is a member                            a year from now
 *     balance     the co-op owes the person money, or is owed it    a year from now
 *     accounting  N years have not passed since the end of the      then
 *                 year of the last posting or paid use
 *     hold        the operator has recorded a reason to keep it     when that ends
 *
 * N is the setting accounting_years, 10 unless the co-op says otherwise. The articles on which
 * each ground rests are in docs/privacy.md and in sheaf_keep_describe().
 */
#ifndef SHEAF_STORE_RETENTION_H
#define SHEAF_STORE_RETENTION_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    SHEAF_KEEP_MEMBER,
    SHEAF_KEEP_BALANCE,
    SHEAF_KEEP_ACCOUNTING,
    SHEAF_KEEP_HOLD,
    SHEAF_KEEP_COUNT,
} sheaf_keep;

enum { SHEAF_ACCOUNTING_YEARS = 10, SHEAF_ACCOUNTING_YEARS_MAX = 100 };

/* Times are in milliseconds since 1970. */
typedef struct {
    bool member;           /* admitted, and has not left */
    int64_t balance_cents; /* of the person's account, whichever its sign */
    int64_t posted;        /* the last posting to that account, or the paid use; 0: none */
    int64_t hold_until;    /* 0: none */
} sheaf_retention_facts;

typedef struct {
    int64_t
        review[SHEAF_KEEP_COUNT]; /* when to look again; 0 where the ground does not apply */
} sheaf_retention;

/* True if anything must be kept. */
bool sheaf_retention_judge(const sheaf_retention_facts *facts, int accounting_years,
                           int64_t now, sheaf_retention *out);

/* The ground's name, what it says to the person, and what it rests on. */
typedef struct {
    const char *name, *sentence, *rests_on;
} sheaf_keep_text;
const sheaf_keep_text *sheaf_keep_describe(sheaf_keep keep);

#endif
