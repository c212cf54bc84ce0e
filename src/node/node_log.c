#include <stdarg.h>
#include <stdio.h>

#include "node/node.h"
#include "store/clock.h"

enum { LINE_MAX_BYTES = 1024 };

static void write_line(const sheaf_node *node, const char *line)
{
    if (node->config.log)
        node->config.log(node->config.log_context, line);
    else
        fprintf(stderr, "%s\n", line);
}

void sheaf_node_log(sheaf_node *node, const char *level, const char *event, const char *format,
                    ...)
{
    char words[SHEAF_MESSAGE_MAX], line[LINE_MAX_BYTES], when[SHEAF_CLOCK_TEXT_LEN + 1];
    va_list list;
    va_start(list, format);
    vsnprintf(words, sizeof words, format, list);
    va_end(list);
    for (char *c = words; *c; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    if (strcmp(words, node->last_line) == 0)
        return;
    snprintf(node->last_line, sizeof node->last_line, "%s", words);
    sheaf_clock_text(node->member.ports.now_ms(node->member.ports.context), when);
    snprintf(line, sizeof line, "%s %s %s %s", when, level, event, words);
    write_line(node, line);
}
