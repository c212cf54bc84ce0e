/* fuzz_messages.c - any bytes as a catalogue of messages: statutes are told or the catalogue is
 * refused; nothing of it becomes markup. */
#include "bylaws/bylaws.h"
#include "bylaws/statutes.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint8_t *document_block, *block;
    static const struct sheaf_bylaws *bylaws;
    sheaf_messages messages;
    sheaf_buffer out;
    if (!document_block) {
        document_block = malloc(SHEAF_ACT_ARENA_BYTES);
        block = malloc(SHEAF_MESSAGES_ARENA_BYTES);
        sheaf_arena arena = sheaf_arena_over(document_block, SHEAF_ACT_ARENA_BYTES);
        sheaf_json *tree;
        sheaf_buffer json;
        sheaf_buffer_init(&json, SHEAF_ENTRY_MAX);
        const char *text = sheaf_bylaws_template(SHEAF_legal_form_association);
        if (sheaf_json_parse(sheaf_str(text), &arena, &tree, NULL) != SHEAF_OK)
            abort();
        for (sheaf_json *m = tree->first; m; m = m->next)
            for (sheaf_json *f = m->first; f; f = f->next)
                if (f->type == SHEAF_JSON_STRING && !f->string.len)
                    f->string = sheaf_str("<Oak>");
        sheaf_json_write(&json, tree);
        static uint8_t kept[SHEAF_ENTRY_MAX];
        memcpy(kept, json.data, json.len);
        sheaf_arena_reset(&arena);
        if (sheaf_bylaws_decode(sheaf_bytes(kept, json.len), 1, &arena, &bylaws, NULL)
            != SHEAF_OK)
            abort();
        sheaf_buffer_deinit(&json);
    }
    sheaf_arena arena = sheaf_arena_over(block, SHEAF_MESSAGES_ARENA_BYTES);
    sheaf_slice in = sheaf_bytes(data, len);
    if (sheaf_messages_open(&messages, in, in, &arena, NULL) != SHEAF_OK)
        return 0;
    sheaf_buffer_init(&out, SHEAF_STATUTES_BYTES_MAX);
    if (sheaf_statutes_write(&out, SHEAF_PAGE_HTML, bylaws, &messages, sheaf_str(""), NULL)
            == SHEAF_OK
        && memmem(out.data, out.len, "<Oak>", 5))
        __builtin_trap();
    sheaf_buffer_deinit(&out);
    return 0;
}
