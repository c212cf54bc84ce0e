/* bench/bench.h - what measurements share: the clock, a folder, lines of figures, and limits of
 * the machine. Whatever goes wrong ends the program with a sentence.
 */
#ifndef SHEAF_BENCH_BENCH_H
#define SHEAF_BENCH_BENCH_H

#include "crypto/ed25519.h"
#include "round/config.h"
#include "store/file.h"

double bench_now_s(void); /* since some moment */
/* What this process has had of its cores: others who use the machine meanwhile do not count. */
double bench_core_s(void);
double bench_system_s(void); /* the part of it that the system took */
void bench_must(bool holds, const char *what);
void *bench_alloc(size_t count, size_t size); /* zeroed */

/* A fresh folder in $TMPDIR or /tmp. */
void bench_folder_make(char dir[SHEAF_PATH_MAX]);
void bench_folder_remove(const char *dir);

/* Calls work(context) for each of so many contexts of `size` bytes, each in a thread of its
 * own, all at once. Returns the seconds until the last is done. */
double bench_at_once(size_t threads, void *(*work)(void *context), void *contexts, size_t size);

/* Prints how much was done in so many seconds; returns how much that is a second. */
double bench_report(const char *what, double count, const char *unit, double seconds);
/* Of `count` requests that took seconds[] each, which it sorts, and `wall` together. */
double bench_report_each(const char *what, double *seconds, size_t count, double wall);

/* Members 0 to count - 1 on the complete graph, of whom so many must stay, and their keys. */
void bench_round_make(uint16_t count, uint16_t stay, uint32_t words, unsigned bits,
                      sheaf_round_config *out, sheaf_keypair *pair);

/* ---- limits ---- */

enum { BENCH_KEYS = 100, BENCH_MESSAGE = 350 };

/* A message of the length of an act, signed by many. */
typedef struct {
    sheaf_keypair pair[BENCH_KEYS];
    uint8_t message[BENCH_MESSAGE], signature[BENCH_KEYS][SHEAF_SIGNATURE_BYTES];
} bench_signed;

void bench_sign(bench_signed *out);

/* Signatures that so many threads check a second, one by one. */
double bench_limit_signatures(unsigned threads);
/* Writing so many bytes, at most 16 KiB, and making them durable. */
void bench_limit_sync(const char *dir, size_t bytes);

#endif
