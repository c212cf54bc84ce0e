/* cli/bylaws_words.h - what an amendment of the bylaws changes, and which decision adopts it.
 */
#ifndef SHEAF_CLI_BYLAWS_WORDS_H
#define SHEAF_CLI_BYLAWS_WORDS_H

#include "bylaws/messages.h"
#include "cli/cli.h"

typedef enum {
    SHEAF_AMENDMENT_NONE, /* nothing changes */
    SHEAF_AMENDMENT_QUALIFIED,
    SHEAF_AMENDMENT_PROTECTED,
} sheaf_amendment;

/* Appends each article that changes with its changes: lines for people, or with `w` objects of
 * the list that is open there. */
SHEAF_MUST_USE sheaf_status sheaf_bylaws_put_changes(sheaf_buffer *out, sheaf_json_writer *w,
                                                     const struct sheaf_bylaws *before,
                                                     const struct sheaf_bylaws *after,
                                                     const sheaf_messages *messages,
                                                     sheaf_amendment *sort, sheaf_err *err);

/* One line for people on which decision adopts it. */
void sheaf_amendment_put(sheaf_buffer *out, const sheaf_messages *messages,
                         sheaf_amendment sort);

#endif
