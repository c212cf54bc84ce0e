#include "cli/source_text.h"

#include "base/encode.h"
#include "cli/cli.h"
#include "crypto/commit.h"

#include <stdio.h>
#include <stdlib.h>

/* A text is escaped in an answer; its tree takes a few times as much. */
enum { ANSWER_MAX = SHEAF_TEXT_BYTES_MAX * 6 + 256, PATH_BYTES = 96 };

static bool take_answer(sheaf_slice answer, const sheaf_hash *commitment, sheaf_buffer *out)
{
    uint8_t *block = malloc(4 * ANSWER_MAX), salt[SHEAF_SALT_BYTES];
    bool found = false;
    sheaf_json *said;
    if (!block)
        return false;
    sheaf_arena arena = sheaf_arena_over(block, 4 * ANSWER_MAX);
    if (sheaf_json_parse(answer, &arena, &said, NULL) == SHEAF_OK
        && sheaf_base64url_get(sheaf_json_member_string(said, "salt"), salt, sizeof salt)) {
        sheaf_slice text = sheaf_json_member_string(said, "text");
        sheaf_hash is = sheaf_commit(salt, text);
        found = sheaf_hash_equal(&is, commitment);
        if (found)
            sheaf_buffer_add(out, text);
    }
    free(block);
    return found && !out->failed;
}

/* Names stand apart from other texts, and in a hub's folder alone. */
static bool find_here(const sheaf_values *values, const sheaf_hash *commitment,
                      sheaf_buffer *out)
{
    uint8_t salt[SHEAF_SALT_BYTES];
    sheaf_detail detail;
    sheaf_value value = SHEAF_VALUE_GONE;
    sheaf_buffer text;
    if (sheaf_text_get(&values->texts, commitment, salt, out, NULL) == SHEAF_OK)
        return true;
    if (!values->private)
        return false;
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    bool held = sheaf_private_find(values->private, commitment, &value, &detail, &text, NULL)
                    == SHEAF_OK
                && value == SHEAF_VALUE_HELD;
    if (held)
        sheaf_buffer_add(out, detail.text);
    sheaf_buffer_deinit(&text);
    return held && !out->failed;
}

bool sheaf_source_text(const sheaf_round_source *source, const sheaf_hash *commitment,
                       sheaf_buffer *out)
{
    char path[PATH_BYTES], hex[SHEAF_HEX_LEN_32 + 1];
    sheaf_buffer answer;
    if (source->local)
        return find_here(&source->values, commitment, out);
    sheaf_hex_32(commitment->bytes, hex);
    snprintf(path, sizeof path, "/api/v1/texts/%s", hex);
    sheaf_buffer_init(&answer, ANSWER_MAX);
    bool found = sheaf_hub_get(&source->transport, path, &answer, NULL) == SHEAF_OK
                 && take_answer(sheaf_buffer_slice(&answer), commitment, out);
    sheaf_buffer_deinit(&answer);
    return found;
}

void sheaf_source_print_name(const sheaf_round_source *source, uint32_t member)
{
    const struct sheaf_row_member *row = sheaf_member_find(source->state, member);
    sheaf_buffer name;
    sheaf_buffer_init(&name, SHEAF_TEXT_BYTES_MAX);
    if (row && !sheaf_hash_is_zero(&row->name) && sheaf_source_text(source, &row->name, &name)
        && name.len) {
        fputs(" (", stdout);
        sheaf_print_plain(sheaf_buffer_slice(&name));
        putchar(')');
    }
    sheaf_buffer_deinit(&name);
}
