/* cli/claim_words.h - whose place of the imported register somebody claims. */
#ifndef SHEAF_CLI_CLAIM_WORDS_H
#define SHEAF_CLI_CLAIM_WORDS_H

#include "cli/round_source.h"

/* "place 3 of the imported register: “Co”, an organisation of the class “user”, joined
 * 2010-05-31" behind `first`, and behind `next` that the names differ; nothing for whoever
 * claims no place. */
void sheaf_claim_print(const sheaf_round_source *source, const struct sheaf_row_member *member,
                       const char *first, const char *next);

#endif
