/* cli/source_text.h - the words behind a commitment on the log, where they are at hand. */
#ifndef SHEAF_CLI_SOURCE_TEXT_H
#define SHEAF_CLI_SOURCE_TEXT_H

#include "cli/round_source.h"
#include "store/texts.h"

/* Adds the text to `out`, which has room for SHEAF_TEXT_BYTES_MAX. False, and nothing added,
 * where it was withheld or erased, is not for whoever asks, or is another text than the
 * commitment's. */
bool sheaf_source_text(const sheaf_round_source *source, const sheaf_hash *commitment,
                       sheaf_buffer *out);

/* " (Ada)" behind the number of a member, on standard output; nothing where the name is not at
 * hand. */
void sheaf_source_print_name(const sheaf_round_source *source, uint32_t member);

#endif
