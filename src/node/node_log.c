#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "node/node.h"

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
    char words[SHEAF_MESSAGE_MAX], line[LINE_MAX_BYTES], when[32];
    int64_t now = node->member.ports.now_ms(node->member.ports.context);
    time_t seconds = (time_t)(now / 1000);
    struct tm date;
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
    if (!gmtime_r(&seconds, &date) || !strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &date))
        snprintf(when, sizeof when, "-");
    snprintf(line, sizeof line, "%s.%03dZ %s %s %s", when, (int)(now % 1000), level, event,
             words);
    write_line(node, line);
}
