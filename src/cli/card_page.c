#include "cli/card_page.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 2048, CELL_WIDTH = 16 };

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

void sheaf_card_table(sheaf_card_page *page, const char *const *titles, size_t columns)
{
    static const char *const before[] = {"  ", "\n| ", "<table>\n<tr>"};
    sheaf_buffer_add_string(page->out, before[page->form]);
    for (size_t i = 0; i < columns; i++) {
        if (page->form == SHEAF_CARD_TEXT)
            sheaf_buffer_printf(page->out, "%-*s", i + 1 < columns ? CELL_WIDTH : 0, titles[i]);
        else
            sheaf_buffer_printf(
                page->out, page->form == SHEAF_CARD_HTML ? "<th>%s</th>" : "%s | ", titles[i]);
    }
    sheaf_buffer_add_string(page->out, page->form == SHEAF_CARD_HTML ? "</tr>\n" : "\n");
    for (size_t i = 0; i < columns && page->form == SHEAF_CARD_MARKDOWN; i++)
        sheaf_buffer_add_string(page->out, i + 1 < columns ? "| --- " : "| --- |\n");
}

void sheaf_card_row(sheaf_card_page *page, char (*cells)[SHEAF_CARD_CELL], size_t columns)
{
    static const char *const before[] = {"  ", "| ", "<tr>"}, *const behind[] = {"\n", "\n",
                                                                                 "</tr>\n"};
    static const char *const cell[] = {"", "", "<td>"}, *const cell_end[] = {"", " | ",
                                                                             "</td>"};
    sheaf_buffer_add_string(page->out, before[page->form]);
    for (size_t i = 0; i < columns; i++) {
        around(page, cell, cells[i], cell_end);
        if (page->form != SHEAF_CARD_TEXT || i + 1 == columns)
            continue;
        size_t at = strlen(cells[i]);
        do
            sheaf_buffer_add_byte(page->out, ' ');
        while (++at < CELL_WIDTH);
    }
    sheaf_buffer_add_string(page->out, behind[page->form]);
}

void sheaf_card_table_end(sheaf_card_page *page)
{
    if (page->form == SHEAF_CARD_HTML)
        sheaf_buffer_add_string(page->out, "</table>\n");
}
