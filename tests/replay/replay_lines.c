#include "replay_lines.h"

#include <stdlib.h>

void replay_lines_read(replay_lines *lines, FILE *file)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t len;
    lines->count = 0;
    while ((len = getline(&line, &size, file)) > 0) {
        if (line[len - 1] != '\n' || lines->count == REPLAY_LINES_MAX) {
            fputs("a frozen log has too many lines or its last one has no end\n", stderr);
            abort();
        }
        lines->entry[lines->count++] = sheaf_bytes(line, (size_t)len - 1);
        line = NULL;
        size = 0;
    }
    free(line);
}

void replay_lines_free(replay_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free((void *)(uintptr_t)lines->entry[i].data);
    lines->count = 0;
}

static char *put_hex(char *out, const sheaf_hash *hash)
{
    for (size_t i = 0; i < sizeof hash->bytes; i++)
        out += sprintf(out, "%02x", hash->bytes[i]);
    return out;
}

void replay_digest_line(sheaf_replay *replay, char out[REPLAY_DIGEST_LINE_MAX])
{
    sheaf_hash state = sheaf_state_digest(&replay->state);
    sheaf_hash root = sheaf_tree_root(&replay->tree);
    out += sprintf(out, "%llu ", (unsigned long long)replay->tree.size);
    out = put_hex(out, &state);
    *out++ = ' ';
    out = put_hex(out, &root);
    strcpy(out, "\n");
}

void replay_digest_print(sheaf_replay *replay, FILE *file)
{
    char line[REPLAY_DIGEST_LINE_MAX];
    replay_digest_line(replay, line);
    fputs(line, file);
}
