/* cli/arguments_show.h - what members have argued on a matter, each with who and which side it
 * takes, answers below what they answer; of many the newest hundred.
 * `sheaf argument show N` has all. */
#ifndef SHEAF_CLI_ARGUMENTS_SHOW_H
#define SHEAF_CLI_ARGUMENTS_SHOW_H

#include "cli/round_source.h"

/* For people, behind a label that takes `width` columns. Where there is none, how to give one
 * if the matter is open, and else nothing. */
void sheaf_arguments_print(const sheaf_round_source *source, uint32_t matter, bool open,
                           int width);

/* "argument_count" and the list "arguments" of an object that is open: the oldest first, each
 * with "answers" "id" "member" "stance" and, where its words are at hand, "text". */
void sheaf_arguments_put(const sheaf_round_source *source, uint32_t matter,
                         sheaf_json_writer *w);

#endif
