/* Frozen logs: one canonical entry a line; and their digests: a line "SIZE STATE ROOT" for
 * every REPLAY_EVERY entries and for the last. */
#ifndef SHEAF_TEST_REPLAY_LINES_H
#define SHEAF_TEST_REPLAY_LINES_H

#include "claims/replay.h"

#include <stdio.h>

enum { REPLAY_EVERY = 64, REPLAY_LINES_MAX = 4096, REPLAY_DIGEST_LINE_MAX = 160 };

typedef struct {
    sheaf_slice entry[REPLAY_LINES_MAX];
    size_t count;
} replay_lines;

/* Ends the program where the file is not to be read. */
void replay_lines_read(replay_lines *lines, FILE *file);
void replay_lines_free(replay_lines *lines);
void replay_digest_line(sheaf_replay *replay, char out[REPLAY_DIGEST_LINE_MAX]);
void replay_digest_print(sheaf_replay *replay, FILE *file);

#endif
