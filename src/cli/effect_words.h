/* cli/effect_words.h - what an effect says, number by number, for people. */
#ifndef SHEAF_CLI_EFFECT_WORDS_H
#define SHEAF_CLI_EFFECT_WORDS_H

#include "cli/round_source.h"

/* A line for each of its fields on standard output, "             amount: 10.00 EUR": money in
 * the currency of the bylaws in force, moments in UTC, members with their names where those are
 * at hand. Texts and nested records are left out; of an amendment of the bylaws, whose articles
 * are told elsewhere, all of it. */
void sheaf_effect_print(const sheaf_round_source *source, const sheaf_effect *effect);

#endif
