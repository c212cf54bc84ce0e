/* bylaws/page.h - a document of numbered paragraphs as Markdown or HTML.
 *
 * Text may hold the marks of bylaws/wording.h; everything else is escaped, so that no words of
 * a document or a catalogue become markup. The HTML stands alone and has styles for print.
 */
#ifndef SHEAF_BYLAWS_PAGE_H
#define SHEAF_BYLAWS_PAGE_H

#include "base/buffer.h"

typedef enum { SHEAF_PAGE_MARKDOWN, SHEAF_PAGE_HTML } sheaf_page_format;

typedef struct {
    sheaf_page_format format;
    sheaf_buffer *out;
    unsigned items; /* of the list that is open */
} sheaf_page;

sheaf_page sheaf_page_begin(sheaf_page_format format, sheaf_buffer *out, sheaf_slice title,
                            sheaf_slice language);
/* Level 1 is the title, 2 an article; `anchor` names it for links and may be NULL. */
void sheaf_page_heading(sheaf_page *page, int level, const char *anchor, sheaf_slice text);
/* `number` may be NULL. */
void sheaf_page_paragraph(sheaf_page *page, const char *number, sheaf_slice text);
/* A notice that stands out. */
void sheaf_page_notice(sheaf_page *page, sheaf_slice text);
/* An item of a list, lettered from (a). */
void sheaf_page_item(sheaf_page *page, sheaf_slice text);
void sheaf_page_footnote(sheaf_page *page, unsigned number, sheaf_slice text);
void sheaf_page_end(sheaf_page *page);

#endif
