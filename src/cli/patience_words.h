/* cli/patience_words.h - training with patience, in words: when it ends, and how the results of
 * its rounds came out on validation records (coop/course.h). */
#ifndef SHEAF_CLI_PATIENCE_WORDS_H
#define SHEAF_CLI_PATIENCE_WORDS_H

#include "coop/state.h"

/* One sentence, without a full stop, on when the mandate's training ends and where it stands;
 * nothing where it has no patience. */
void sheaf_words_put_patience(sheaf_buffer *out, const struct sheaf_row_mandate *mandate);

/* What a closed round of training says of the model that it started from; nothing where its
 * mandate has no patience. */
void sheaf_words_put_measured(sheaf_buffer *out, const sheaf_state *state,
                              const struct sheaf_row_round *round);

/* The losses of the mandate's results in their order, the best marked; nothing where none was
 * measured. Of many the last ones. */
void sheaf_words_put_losses(sheaf_buffer *out, const sheaf_state *state,
                            const struct sheaf_row_mandate *mandate);

#endif
