/* make_toml.c - reads lines of JSON strings, each a TOML document, and prints for each {"json":
 * what it says as JSON,"toml": it written again} or {"refused": why}. */
#include "base/toml.h"

#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_BYTES = 8 << 20 };

static void answer(sheaf_slice document, void *block)
{
    sheaf_arena arena = sheaf_arena_over(block, BLOCK_BYTES);
    sheaf_json *tree;
    sheaf_err err = {0};
    sheaf_buffer out, toml;
    sheaf_buffer_init(&out, BLOCK_BYTES);
    sheaf_buffer_init(&toml, BLOCK_BYTES);
    sheaf_json_writer w = sheaf_json_begin(&out);
    sheaf_json_open_object(&w);
    if (sheaf_toml_parse(document, &arena, &tree, &err) != SHEAF_OK
        || sheaf_toml_write(&toml, tree, NULL, &err) != SHEAF_OK) {
        sheaf_json_member_put_string(&w, "refused", sheaf_str(err.message));
    } else {
        sheaf_json_key(&w, "json");
        sheaf_json_value(&w, tree);
        sheaf_json_member_put_string(&w, "toml", sheaf_buffer_slice(&toml));
    }
    sheaf_json_close(&w);
    printf("%.*s\n", SHEAF_PRINT(sheaf_buffer_slice(&out)));
    sheaf_buffer_deinit(&out);
    sheaf_buffer_deinit(&toml);
}

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    void *block = malloc(BLOCK_BYTES), *line_block = malloc(BLOCK_BYTES);
    if (!block || !line_block)
        return 1;
    while ((len = getline(&line, &room, stdin)) > 0) {
        sheaf_arena arena = sheaf_arena_over(line_block, BLOCK_BYTES);
        sheaf_json *document;
        sheaf_slice bytes = sheaf_bytes(line, (size_t)len);
        if (sheaf_json_parse(bytes, &arena, &document, NULL) != SHEAF_OK)
            return 1;
        answer(document->string, block);
    }
    free(line);
    free(block);
    free(line_block);
    return 0;
}
