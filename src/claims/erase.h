/* claims/erase.h - what was erased before is erased again, after an older copy came back. */
#ifndef SHEAF_CLAIMS_ERASE_H
#define SHEAF_CLAIMS_ERASE_H

#include "claims/folder.h"

/* Until when the texts of an entry are kept as records of money, which words about money are; 0
 * where they may go at `now`. Times are in milliseconds since 1970. */
int64_t sheaf_texts_kept(sheaf_kind kind, int64_t stamp, int accounting_years, int64_t now);

/* By the list in DIR/erasures.json and the one in DIR/private.db, which say the same
 * afterwards: details of persons, and the texts they wrote where the list says so, but for
 * those that are kept. `origin` is the log's: a list of another co-op is refused. The counts
 * are of what had come back. A folder without private.db and without the list is left alone. */
SHEAF_MUST_USE sheaf_status sheaf_erase_again(const char *dir, sheaf_slice origin,
                                              uint32_t *persons, uint32_t *texts,
                                              sheaf_err *err);

#endif
