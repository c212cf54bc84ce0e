/* hub/succeed.h - a new hub carries on a log, appointed by the members. */
#ifndef SHEAF_HUB_SUCCEED_H
#define SHEAF_HUB_SUCCEED_H

#include "base/slice.h"
#include "base/status.h"

#include <stdint.h>

/* Makes DIR/keys/log.key and hub.key where they do not stand yet, and gives their public parts,
 * which the members sign for. */
SHEAF_MUST_USE sheaf_status sheaf_hub_keys(const char *dir, uint8_t hub_key[32],
                                           uint8_t log_key[32], sheaf_err *err);

/* Carries on the log of `from` (a mirror, a member's home, a backup; NULL: DIR's own) in DIR
 * with the appointments that members have signed, and signs its checkpoint with the new log
 * key. Entries of `from` beyond the end that was signed over are left behind. Everything is
 * judged before anything is written; SHEAF_INVALID says what is missing. */
SHEAF_MUST_USE sheaf_status sheaf_hub_succeed(const char *dir, const char *from,
                                              const sheaf_slice *submissions, size_t count,
                                              int64_t now_ms, sheaf_err *err);

#endif
