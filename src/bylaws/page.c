#include "bylaws/page.h"

#include "bylaws/wording.h"

#include <stdio.h>

static const char styles[] =
    "body{max-width:42em;margin:2em auto;padding:0 1em;font:1.05em/1.5 Georgia,serif;"
    "color:#1a1a1a;background:#fff}"
    "h1{font-size:1.7em;line-height:1.2}h2{font-size:1.15em;margin:1.8em 0 .4em}"
    "p{margin:.4em 0}.n{display:inline-block;min-width:2.6em;color:#555}"
    "ol{list-style:none;margin:.2em 0 .6em;padding-left:2.6em}li{margin:.15em 0}"
    ".notice{border:1px solid #8a5a00;padding:.5em .8em}"
    ".note{font-size:.85em;color:#333}sup{line-height:0;font-size:.7em}sup "
    "a{text-decoration:none;color:inherit}"
    "@page{size:A4;margin:25mm 22mm}"
    "@media print{body{max-width:none;margin:0;padding:0;font-size:11pt}"
    "h2{break-after:avoid}p,li{orphans:3;widows:3;break-inside:avoid}a{color:inherit}}";

static void put_html(sheaf_buffer *out, uint8_t c)
{
    static const struct {
        char c;
        const char *entity;
    } entities[] = {{'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'"', "&quot;"}};
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (c == (uint8_t)entities[i].c) {
            sheaf_buffer_add_string(out, entities[i].entity);
            return;
        }
    sheaf_buffer_add_byte(out, c);
}

static void put_character(const sheaf_page *page, uint8_t c)
{
    if (c < 0x20)
        c = ' ';
    if (page->format == SHEAF_PAGE_HTML) {
        put_html(page->out, c);
        return;
    }
    if (strchr("\\`*_[]<>#|~", c))
        sheaf_buffer_add_byte(page->out, '\\');
    sheaf_buffer_add_byte(page->out, c);
}

/* After SHEAF_MARK_NOTE. */
static void put_note_mark(const sheaf_page *page, sheaf_slice *text)
{
    sheaf_slice number;
    if (!sheaf_take_until(text, SHEAF_MARK_END, &number))
        return;
    int len = (int)number.len;
    const char *digits = (const char *)number.data;
    if (page->format == SHEAF_PAGE_HTML)
        sheaf_buffer_printf(page->out, "<sup><a href=\"#note-%.*s\">[%.*s]</a></sup>", len,
                            digits, len, digits);
    else
        sheaf_buffer_printf(page->out, "[^%.*s]", len, digits);
}

static void put_text(const sheaf_page *page, sheaf_slice text)
{
    sheaf_slice c;
    while (sheaf_take(&text, 1, &c))
        switch (c.data[0]) {
        case SHEAF_MARK_STATED:
            sheaf_buffer_add_string(page->out, "†");
            break;
        case SHEAF_MARK_CLAUSE:
            sheaf_buffer_add_string(page->out, "‡");
            break;
        case SHEAF_MARK_NOTE:
            put_note_mark(page, &text);
            break;
        default:
            put_character(page, c.data[0]);
        }
}

static void close_list(sheaf_page *page)
{
    if (page->items)
        sheaf_buffer_add_string(page->out, page->format == SHEAF_PAGE_HTML ? "</ol>\n" : "\n");
    page->items = 0;
}

sheaf_page sheaf_page_begin(sheaf_page_format format, sheaf_buffer *out, sheaf_slice title,
                            sheaf_slice language)
{
    sheaf_page page = {.format = format, .out = out};
    if (format == SHEAF_PAGE_HTML) {
        sheaf_buffer_add_string(out, "<!doctype html>\n<html lang=\"");
        put_text(&page, language);
        sheaf_buffer_add_string(
            out, "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
                 "content=\"width=device-width\">\n<title>");
        put_text(&page, title);
        sheaf_buffer_printf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n", styles);
    }
    sheaf_page_heading(&page, 1, NULL, title);
    return page;
}

void sheaf_page_heading(sheaf_page *page, int level, const char *anchor, sheaf_slice text)
{
    close_list(page);
    if (page->format == SHEAF_PAGE_HTML) {
        sheaf_buffer_printf(page->out, "<h%d", level);
        if (anchor)
            sheaf_buffer_printf(page->out, " id=\"%s\"", anchor);
        sheaf_buffer_add_string(page->out, ">");
        put_text(page, text);
        sheaf_buffer_printf(page->out, "</h%d>\n", level);
        return;
    }
    sheaf_buffer_printf(page->out, "%.*s ", level, "######");
    put_text(page, text);
    sheaf_buffer_add_string(page->out, "\n\n");
}

void sheaf_page_paragraph(sheaf_page *page, const char *number, sheaf_slice text)
{
    bool html = page->format == SHEAF_PAGE_HTML;
    close_list(page);
    if (number && html)
        sheaf_buffer_printf(page->out, "<p id=\"p%s\"><span class=\"n\">%s</span> ", number,
                            number);
    else if (number)
        sheaf_buffer_printf(page->out, "**%s** ", number);
    else
        sheaf_buffer_add_string(page->out, html ? "<p>" : "");
    put_text(page, text);
    sheaf_buffer_add_string(page->out, html ? "</p>\n" : "\n\n");
}

void sheaf_page_notice(sheaf_page *page, sheaf_slice text)
{
    bool html = page->format == SHEAF_PAGE_HTML;
    close_list(page);
    sheaf_buffer_add_string(page->out, html ? "<p class=\"notice\">" : "> ");
    put_text(page, text);
    sheaf_buffer_add_string(page->out, html ? "</p>\n" : "\n\n");
}

void sheaf_page_item(sheaf_page *page, sheaf_slice text)
{
    bool html = page->format == SHEAF_PAGE_HTML;
    if (!page->items && html)
        sheaf_buffer_add_string(page->out, "<ol>\n");
    sheaf_buffer_add_string(page->out, html ? "<li>" : "- ");
    if (page->items < 26)
        sheaf_buffer_printf(page->out, "(%c) ", 'a' + (int)page->items);
    put_text(page, text);
    sheaf_buffer_add_string(page->out, html ? "</li>\n" : "\n");
    page->items++;
}

void sheaf_page_footnote(sheaf_page *page, unsigned number, sheaf_slice text)
{
    bool html = page->format == SHEAF_PAGE_HTML;
    close_list(page);
    if (html)
        sheaf_buffer_printf(page->out, "<p class=\"note\" id=\"note-%u\">%u ", number, number);
    else
        sheaf_buffer_printf(page->out, "[^%u]: ", number);
    put_text(page, text);
    sheaf_buffer_add_string(page->out, html ? "</p>\n" : "\n");
}

void sheaf_page_end(sheaf_page *page)
{
    close_list(page);
    if (page->format == SHEAF_PAGE_HTML)
        sheaf_buffer_add_string(page->out, "</body>\n</html>\n");
}
