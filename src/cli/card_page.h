/* cli/card_page.h - headings, sentences, tables and lists as plain text, Markdown or HTML, for
 * what a program writes about a co-op. Words of others are escaped: they begin no markup.
 */
#ifndef SHEAF_CLI_CARD_PAGE_H
#define SHEAF_CLI_CARD_PAGE_H

#include "base/buffer.h"
#include "cli/card.h"

enum { SHEAF_CARD_COLUMNS_MAX = 8, SHEAF_CARD_CELL = 160 };

typedef struct {
    sheaf_buffer *out;
    sheaf_card_form form;
    size_t table; /* where in `out` the table began that is open */
} sheaf_card_page;

void sheaf_card_begin(sheaf_card_page *page, const char *title);
void sheaf_card_end(sheaf_card_page *page);
void sheaf_card_heading(sheaf_card_page *page, const char *text);

/* One paragraph. */
__attribute__((format(printf, 2, 3))) void sheaf_card_say(sheaf_card_page *page,
                                                          const char *format, ...);

/* One line "label: value" of a list, between the two. */
void sheaf_card_list(sheaf_card_page *page, bool open);
__attribute__((format(printf, 3, 4))) void
sheaf_card_fact(sheaf_card_page *page, const char *label, const char *format, ...);

/* A table: titles, rows, and its end. */
void sheaf_card_table(sheaf_card_page *page, const char *const *titles, size_t columns);
void sheaf_card_row(sheaf_card_page *page, char (*cells)[SHEAF_CARD_CELL], size_t columns);
void sheaf_card_table_end(sheaf_card_page *page);

#endif
