/* cli/card.h - a model's card: what it is, on whose data it was trained, what was decided and
 * given away for it, how good it is and whom to thank. From the log alone, and the sum of its
 * evaluation: one JSON object, and the same as Markdown, HTML or plain text.
 *
 * A kind of model needs nothing here: what its registration says beyond what all models have is
 * shown by the columns of its row and what they are documented as.
 */
#ifndef SHEAF_CLI_CARD_H
#define SHEAF_CLI_CARD_H

#include "base/json.h"
#include "cli/round_source.h"

typedef enum { SHEAF_CARD_TEXT, SHEAF_CARD_MARKDOWN, SHEAF_CARD_HTML } sheaf_card_form;

/* Appends the object. Refuses a model that is not there. */
SHEAF_MUST_USE sheaf_status sheaf_card_gather(sheaf_round_source *source, uint32_t model,
                                              sheaf_buffer *out, sheaf_err *err);

/* Writes what was gathered for people. */
SHEAF_MUST_USE sheaf_status sheaf_card_write(sheaf_slice json, sheaf_card_form form,
                                             sheaf_buffer *out, sheaf_err *err);

#endif
