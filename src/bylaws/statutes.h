/* bylaws/statutes.h - the bylaws as a text of law: every article with its number and title, in
 * the order of the numbers, whether it is in force, off or fixed.
 *
 * The text follows from the document alone. Paragraphs come from a catalogue of messages; what
 * no message tells is told by its label and value, so nothing of the document is left out.
 * Numbers carry as footnotes the sources that the document names and the
 * floors of its legal form; what the program does not
 * enforce is marked †, clauses of prose ‡.
 */
#ifndef SHEAF_BYLAWS_STATUTES_H
#define SHEAF_BYLAWS_STATUTES_H

#include "bylaws/messages.h"
#include "bylaws/page.h"

struct sheaf_bylaws;

enum { SHEAF_STATUTES_BYTES_MAX = 1 << 20 };

/* `version` says which version it is, in words, or is empty. SHEAF_INVALID for a catalogue
 * whose messages do not fit. */
SHEAF_MUST_USE sheaf_status sheaf_statutes_write(sheaf_buffer *out, sheaf_page_format format,
                                                 const struct sheaf_bylaws *bylaws,
                                                 const sheaf_messages *messages,
                                                 sheaf_slice version, sheaf_err *err);

#endif
