/* cli/conflict_words.h - who does not decide on a matter for a conflict of interest, and who
 * says so: themselves, officers who found it, or what the matter is about. */
#ifndef SHEAF_CLI_CONFLICT_WORDS_H
#define SHEAF_CLI_CONFLICT_WORDS_H

#include "cli/round_source.h"

/* A line for each, the newest first, behind a label that takes `width` columns; then the
 * reason. Nothing where nobody is conflicted. */
void sheaf_conflicts_print(const sheaf_round_source *source, uint32_t matter, int width);

#endif
