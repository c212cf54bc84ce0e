/* cli/settled_words.h - the second count of a protected decision, in words. */
#ifndef SHEAF_CLI_SETTLED_WORDS_H
#define SHEAF_CLI_SETTLED_WORDS_H

#include "cli/motion.h"

/* How the settled members stand, on standard output, where they are counted apart. */
void sheaf_settled_print(const sheaf_motion_report *report);

/* All votes are enough for it and those of the settled members are not. */
bool sheaf_settled_stops(const sheaf_motion_report *report);

#endif
