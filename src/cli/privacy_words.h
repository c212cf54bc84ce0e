/* cli/privacy_words.h - what a mandate releases and what was spent on data sets, in words. */
#ifndef SHEAF_CLI_PRIVACY_WORDS_H
#define SHEAF_CLI_PRIVACY_WORDS_H

#include "coop/state.h"

/* One sentence, without a full stop, on what rounds of the mandate disclose and to whom. */
void sheaf_words_put_mandate(sheaf_buffer *out, const struct sheaf_row_mandate *mandate);
/* Of a mandate that is to be granted; nothing for other effects. */
void sheaf_words_put_effect(sheaf_buffer *out, const sheaf_effect *effect);
/* Of an open motion's effect. */
void sheaf_words_put_motion(sheaf_buffer *out, const sheaf_state *state,
                            const struct sheaf_row_motion *motion);

/* What rounds with noise have spent on a data set: by its live budget or else by the last
 * mandate that names it. */
typedef struct {
    double epsilon; /* rounded up; infinite where there is no bound */
    uint64_t delta_trillionths;
    uint32_t budget_millionths; /* 0: none */
    uint8_t unit;
} sheaf_spending;

/* False where nothing was spent and no budget limits it. */
bool sheaf_spending_of(const sheaf_state *state, uint32_t dataset, int64_t now,
                       sheaf_spending *out);

#endif
