/* A long log of a lively co-op, sound under all its rules, for tests and measurements.
 *
 * A hundred members; in every 64 entries a motion, twelve ballots, its tick, and money
 * received; the digest of the state when it is due. Names give keys and the clock is the kit's,
 * so the same call writes the same bytes. */
#ifndef SHEAF_TEST_LONG_LOG_H
#define SHEAF_TEST_LONG_LOG_H

#include <stdint.h>
#include <stdio.h>

enum { LONG_LOG_MEMBERS = 100, LONG_LOG_MIN = 512 };

/* Writes DIR/log (and the journal beside it) with `count` entries, at least LONG_LOG_MIN, under
 * checkpoints of half of them, which is kept as DIR/half.checkpoint, and of all; and DIR/vkey.
 * Whatever goes wrong ends the program with a sentence. */
void long_log_write(const char *dir, uint64_t count);

/* Writes DIR/log with the entries of a file, one a line, as the frozen logs have them, under a
 * checkpoint by the key that the kit has under that name; and DIR/vkey. Nothing is looked at.
 */
void long_log_from_lines(const char *dir, const char *key, FILE *lines);

#endif
