#include "cli/card_page.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 2048, BETWEEN = 3 };

static void put_html(sheaf_buffer *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        const char *name = *c == '&'   ? "&amp;"
                           : *c == '<' ? "&lt;"
                           : *c == '>' ? "&gt;"
                           : *c == '"' ? "&quot;"
                                       : NULL;
        if (name)
            sheaf_buffer_add_string(out, name);
        else
            sheaf_buffer_add_byte(out, (uint8_t)*c);
    }
}

static void put_markdown(sheaf_buffer *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (strchr("|\\`<*_[", *c))
            sheaf_buffer_add_byte(out, '\\');
        sheaf_buffer_add_byte(out, *c == '\n' ? ' ' : (uint8_t)*c);
    }
}

static void put(sheaf_card_page *page, const char *text)
{
    if (page->form == SHEAF_CARD_HTML)
        put_html(page->out, text);
    else if (page->form == SHEAF_CARD_MARKDOWN)
        put_markdown(page->out, text);
    else
        sheaf_buffer_add_string(page->out, text);
}

/* What stands before and behind, by form. */
static void around(sheaf_card_page *page, const char *const before[3], const char *text,
                   const char *const behind[3])
{
    sheaf_buffer_add_string(page->out, before[page->form]);
    put(page, text);
    sheaf_buffer_add_string(page->out, behind[page->form]);
}

void sheaf_card_begin(sheaf_card_page *page, const char *title)
{
    if (page->form == SHEAF_CARD_HTML) {
        sheaf_buffer_add_string(
            page->out, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                       "<title>");
        put(page, title);
        sheaf_buffer_add_string(
            page->out,
            "</title>\n<style>body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;"
            "padding:0 1em;color:#222}table{border-collapse:collapse;margin:1em 0}"
            "th,td{text-align:left;padding:.25em .8em .25em 0;border-bottom:1px solid #ddd}"
            "h2{margin-top:2em;border-bottom:2px solid #ddd}</style>\n");
    }
    static const char *const before[] = {"", "# ", "<h1>"}, *const behind[] = {"\n", "\n",
                                                                               "</h1>\n"};
    around(page, before, title, behind);
}

void sheaf_card_end(sheaf_card_page *page)
{
    if (page->form == SHEAF_CARD_HTML)
        sheaf_buffer_add_string(page->out, "</html>\n");
}

void sheaf_card_heading(sheaf_card_page *page, const char *text)
{
    static const char *const before[] = {"\n", "\n## ", "<h2>"}, *const behind[] = {"\n", "\n",
                                                                                    "</h2>\n"};
    around(page, before, text, behind);
}

void sheaf_card_say(sheaf_card_page *page, const char *format, ...)
{
    static const char *const before[] = {"  ", "\n", "<p>"}, *const behind[] = {"\n", "\n",
                                                                                "</p>\n"};
    char text[TEXT_MAX];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    around(page, before, text, behind);
}

void sheaf_card_list(sheaf_card_page *page, bool open)
{
    if (page->form == SHEAF_CARD_HTML)
        sheaf_buffer_add_string(page->out, open ? "<ul>\n" : "</ul>\n");
    else if (page->form == SHEAF_CARD_MARKDOWN && open)
        sheaf_buffer_add_byte(page->out, '\n');
}

void sheaf_card_fact(sheaf_card_page *page, const char *label, const char *format, ...)
{
    static const char *const before[] = {"  ", "- ", "<li>"}, *const behind[] = {": ", ": ",
                                                                                 ": <b>"};
    static const char *const none[] = {"", "", ""}, *const end[] = {"\n", "\n", "</b></li>\n"};
    char text[TEXT_MAX];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    around(page, before, label, behind);
    around(page, none, text, end);
}

/* ---- tables ----
 *
 * In plain text cells are written with a tab between them until the table ends: then it is
 * known how wide columns are.
 */

static void put_cell(sheaf_card_page *page, const char *text)
{
    if (page->form != SHEAF_CARD_TEXT) {
        put(page, text);
        return;
    }
    for (const char *c = text; *c; c++)
        sheaf_buffer_add_byte(page->out, *c == '\t' || *c == '\n' ? ' ' : (uint8_t)*c);
}

static void put_row(sheaf_card_page *page, const char *const *cells, size_t columns,
                    const char *element)
{
    const bool html = page->form == SHEAF_CARD_HTML;
    if (html)
        sheaf_buffer_add_string(page->out, "<tr>");
    for (size_t i = 0; i < columns; i++) {
        if (html)
            sheaf_buffer_printf(page->out, "<%s>", element);
        else if (page->form == SHEAF_CARD_MARKDOWN)
            sheaf_buffer_add_string(page->out, i ? " | " : "| ");
        else if (i)
            sheaf_buffer_add_byte(page->out, '\t');
        put_cell(page, cells[i]);
        if (html)
            sheaf_buffer_printf(page->out, "</%s>", element);
    }
    sheaf_buffer_add_string(page->out, html                                ? "</tr>\n"
                                       : page->form == SHEAF_CARD_MARKDOWN ? " |\n"
                                                                           : "\n");
}

void sheaf_card_table(sheaf_card_page *page, const char *const *titles, size_t columns)
{
    if (page->form != SHEAF_CARD_TEXT)
        sheaf_buffer_add_string(page->out, page->form == SHEAF_CARD_HTML ? "<table>\n" : "\n");
    page->table = page->out->len;
    put_row(page, titles, columns, "th");
    for (size_t i = 0; i < columns && page->form == SHEAF_CARD_MARKDOWN; i++)
        sheaf_buffer_add_string(page->out, i + 1 < columns ? "| --- " : "| --- |\n");
}

void sheaf_card_row(sheaf_card_page *page, char (*cells)[SHEAF_CARD_CELL], size_t columns)
{
    const char *texts[SHEAF_CARD_COLUMNS_MAX];
    for (size_t i = 0; i < columns; i++)
        texts[i] = cells[i];
    put_row(page, texts, columns, "td");
}

/* Characters of UTF-8 up to a tab or the line's end; *at is moved there. */
static size_t cell_width(sheaf_slice text, size_t *at)
{
    size_t width = 0;
    for (; *at < text.len && text.data[*at] != '\t' && text.data[*at] != '\n'; ++*at)
        width += (text.data[*at] & 0xc0) != 0x80;
    return width;
}

static void widths_find(sheaf_slice text, size_t widths[SHEAF_CARD_COLUMNS_MAX])
{
    size_t column = 0;
    for (size_t at = 0; at < text.len; at++) {
        size_t width = cell_width(text, &at);
        if (column < SHEAF_CARD_COLUMNS_MAX && width > widths[column])
            widths[column] = width;
        column = at < text.len && text.data[at] == '\t' ? column + 1 : 0;
    }
}

/* The lines with columns below each other. */
static void lines_put(sheaf_slice text, const size_t *widths, sheaf_buffer *out)
{
    size_t column = 0;
    for (size_t at = 0; at < text.len; at++) {
        size_t from = at, width = cell_width(text, &at);
        bool more = at < text.len && text.data[at] == '\t';
        if (column == 0)
            sheaf_buffer_add_string(out, "  ");
        sheaf_buffer_add(out, (sheaf_slice){text.data + from, at - from});
        if (more)
            sheaf_buffer_printf(out, "%*s", (int)(widths[column] - width + BETWEEN), "");
        else
            sheaf_buffer_add_byte(out, '\n');
        column = more && column + 1 < SHEAF_CARD_COLUMNS_MAX ? column + 1 : 0;
    }
}

void sheaf_card_table_end(sheaf_card_page *page)
{
    size_t widths[SHEAF_CARD_COLUMNS_MAX] = {0};
    sheaf_buffer lines;
    if (page->form == SHEAF_CARD_HTML)
        sheaf_buffer_add_string(page->out, "</table>\n");
    if (page->form != SHEAF_CARD_TEXT || page->out->len <= page->table)
        return;
    sheaf_buffer_init(&lines, page->out->max);
    sheaf_buffer_add(
        &lines, (sheaf_slice){page->out->data + page->table, page->out->len - page->table});
    sheaf_slice text = sheaf_buffer_slice(&lines);
    page->out->len = page->table;
    page->out->failed = page->out->failed || lines.failed;
    widths_find(text, widths);
    lines_put(text, widths, page->out);
    sheaf_buffer_deinit(&lines);
}
