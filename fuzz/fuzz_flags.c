/* fuzz/fuzz_flags.c - any words on the command line of any kind of act, one a line, and any
 * bytes in the files that they name: no crash, and what is made of them is an act's `what`. */
#include "acts/flags.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { WORDS_MAX = 64 };

static void holds(bool fact)
{
    if (!fact)
        __builtin_trap();
}

static sheaf_status read_file(void *context, const char *path, sheaf_slice *out, sheaf_err *err)
{
    const sheaf_slice *file = context;
    if (path[0] == '!')
        return sheaf_fail(err, SHEAF_IO, "cannot open %s", path);
    *out = *file;
    return SHEAF_OK;
}

static void salt(void *context, uint8_t out[SHEAF_SALT_BYTES])
{
    (void)context;
    memset(out, 7, SHEAF_SALT_BYTES);
}

/* "motion open", or any kind for any other line, which is taken off the front. */
static sheaf_kind take_kind(const uint8_t *data, size_t len, size_t *at)
{
    char line[SHEAF_WORDS_MAX] = "";
    size_t end = 0;
    while (end < len && data[end] != '\n')
        end++;
    memcpy(line, data, end < sizeof line - 1 ? end : sizeof line - 1);
    *at = end + (end < len);
    char *verb = strchr(line, ' ');
    if (verb)
        *verb++ = 0;
    sheaf_kind kind = verb ? sheaf_kind_from_words(line, verb) : SHEAF_KIND_none;
    return kind != SHEAF_KIND_none ? kind : (sheaf_kind)(1 + data[0] % (SHEAF_KIND_COUNT - 1));
}

/* A kind, words, a line that is empty, and a file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint8_t arena_bytes[SHEAF_ACT_ARENA_BYTES];
    static char words[4096];
    const char *argv[WORDS_MAX];
    int argc = 0;
    size_t at, end = 0;
    if (len < 1)
        return 0;
    sheaf_kind kind = take_kind(data, len, &at);
    while (at < len && data[at] != '\n' && argc < WORDS_MAX) {
        argv[argc] = words + end;
        while (at < len && data[at] != '\n' && end < sizeof words - 2)
            words[end++] = (char)data[at++];
        words[end++] = 0;
        at += at < len && data[at] == '\n';
        if (end >= sizeof words - 2)
            break;
        argc++;
    }
    at += at < len && data[at] == '\n';
    sheaf_slice file = {data + at, len - at};
    sheaf_flags_source source = {.read = read_file, .salt = salt, .context = &file};
    sheaf_arena arena = sheaf_arena_over(arena_bytes, sizeof arena_bytes);
    sheaf_flags_result made;
    sheaf_err err = {0};
    if (sheaf_flags_parse(kind, argc, argv, 1, &source, &arena, &made, &err) != SHEAF_OK) {
        holds(err.message[0]);
        return 0;
    }
    holds(made.what.len && made.what.data[0] == '{' && made.decoded);
    for (size_t i = 1; i < made.text_count; i++)
        holds(strcmp(made.texts[i - 1].name, made.texts[i].name) < 0);
    return 0;
}
