/* cli/report.c - what commands share: errors, numbers, folders, printing. */
#include "cli/cli.h"

#include "base/text.h"
#include "learn/product.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Of one object: rows of a million members fit in. */
enum { OBJECT_MAX = 1 << 30 };

int sheaf_print(const sheaf_buffer *buffer)
{
    if (buffer->failed) {
        fputs("sheaf: what is to be printed is too large, or memory is spent\n", stderr);
        return SHEAF_EXIT_FAILED;
    }
    bool ended = buffer->len && buffer->data[buffer->len - 1] == '\n';
    if (fwrite(buffer->data, 1, buffer->len, stdout) != buffer->len
        || (!ended && putchar('\n') == EOF) || fflush(stdout) != 0)
        return SHEAF_EXIT_FAILED; /* which main() tells */
    return SHEAF_EXIT_DONE;
}

sheaf_json_writer sheaf_print_begin(sheaf_buffer *object)
{
    sheaf_buffer_init(object, OBJECT_MAX);
    sheaf_json_writer w = sheaf_json_begin(object);
    sheaf_json_open_object(&w);
    return w;
}

int sheaf_print_end(sheaf_buffer *object, sheaf_json_writer *w)
{
    sheaf_json_close(w);
    int code = sheaf_print(object);
    sheaf_buffer_deinit(object);
    return code;
}

/* Signs that move the cursor, colour what follows or turn the direction of writing. */
static bool is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0)
           || (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

void sheaf_print_plain(sheaf_slice words)
{
    uint32_t point;
    for (uint8_t bytes[4]; sheaf_utf8_take(&words, &point);)
        fwrite(bytes, 1, sheaf_utf8_put(is_control(point) ? '?' : point, bytes), stdout);
}

/* A message may quote what a hub or a file says, and may be cut within a letter: one line of
 * plain text, with a question mark where something else stood. */
void sheaf_plain(const char *message, char *out)
{
    sheaf_slice rest = sheaf_str(message), byte;
    size_t len = 0;
    while (rest.len > 0) {
        uint32_t point;
        sheaf_slice before = rest;
        if (sheaf_utf8_take(&rest, &point)) {
            if (!is_control(point)) {
                memcpy(out + len, before.data, before.len - rest.len);
                len += before.len - rest.len;
                continue;
            }
        } else {
            (void)sheaf_take(&rest, 1, &byte);
        }
        out[len++] = '?';
    }
    out[len] = 0;
}

int sheaf_report(const sheaf_arguments *arguments, const sheaf_err *err)
{
    char message[SHEAF_MESSAGE_MAX];
    sheaf_plain(err->message, message);
    int code = arguments->usage             ? SHEAF_EXIT_USAGE
               : err->status == SHEAF_FAULT ? SHEAF_EXIT_FAULT
                                            : SHEAF_EXIT_FAILED;
    if (!arguments->json) {
        fprintf(stderr, "sheaf: %s\n", message);
        return code;
    }
    sheaf_buffer out;
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_json_member_put_string(&w, "error", sheaf_str(message));
    sheaf_json_member_put_int(&w, "exit", code);
    (void)sheaf_print_end(&out, &w);
    return code;
}

void sheaf_report_products(void)
{
    char sentence[SHEAF_PRODUCT_SENTENCE_MAX];
    if (sheaf_product_note_take(sentence))
        fprintf(stderr, "sheaf: %s\n", sentence);
}

bool sheaf_number(const char *text, long long lo, long long hi, long long *out)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || end == text || *end || value < lo || value > hi)
        return false;
    *out = value;
    return true;
}

sheaf_status sheaf_home_path(const char *given, char *out, size_t size, sheaf_err *err)
{
    const char *data = getenv("XDG_DATA_HOME"), *user = getenv("HOME");
    int len;
    if (given)
        len = snprintf(out, size, "%s", given);
    else if (data && *data)
        len = snprintf(out, size, "%s/sheaf", data);
    else if (user && *user)
        len = snprintf(out, size, "%s/.local/share/sheaf", user);
    else
        return sheaf_fail(err, SHEAF_INVALID,
                          "no home folder is known; give one with --home DIR");
    if (len < 0 || (size_t)len >= size)
        return sheaf_fail(err, SHEAF_INVALID, "the path of the home folder is too long");
    return SHEAF_OK;
}
