/* cli/effect_words.h - what an effect says, number by number, for people. */
#ifndef SHEAF_CLI_EFFECT_WORDS_H
#define SHEAF_CLI_EFFECT_WORDS_H

#include "cli/round_source.h"

/* A line for each of its fields on standard output, "             amount: 10.00 EUR": money in
 * the currency of the bylaws in force, moments in UTC, what other entries have opened in words:
 * a payment with its amount, payee and purpose, a request for exclusion with the member. Of an
 * amendment of the bylaws, whose articles are told elsewhere, nothing. */
void sheaf_effect_print(const sheaf_round_source *source, const sheaf_effect *effect);

/* The kind, and what it is about, in one line without its end: "payment.approve: payment
 * 6: 10.00 EUR to …". Durations, choices and the numbers of training are left out. */
void sheaf_effect_print_line(const sheaf_round_source *source, const sheaf_effect *effect);

/* ---- between the files of effects ---- */

/* The number of an entry of that table, and what it is: "6: 10.00 EUR to “Ada” for “bread”". */
void sheaf_effect_print_ref(const sheaf_round_source *source, const char *table,
                            uint32_t number);

/* `before` and the first words of a text, in quotes; nothing for zeros. */
void sheaf_effect_print_words(const sheaf_round_source *source, const char *before,
                              const sheaf_hash *commitment);

/* "10.00 EUR" */
void sheaf_effect_print_cents(const sheaf_state *state, int64_t cents);

#endif
