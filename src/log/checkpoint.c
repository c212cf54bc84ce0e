#include "log/checkpoint.h"

#include "base/encode.h"

#include <assert.h>

void sheaf_checkpoint_put(sheaf_buffer *out, sheaf_slice origin, uint64_t size,
                          const sheaf_hash *root)
{
    sheaf_buffer_add(out, origin);
    sheaf_buffer_printf(out, "\n%llu\n", (unsigned long long)size);
    sheaf_base64_put(out, sheaf_bytes(root->bytes, sizeof root->bytes));
    sheaf_buffer_add_byte(out, '\n');
}

bool sheaf_decimal_get(sheaf_slice text, uint64_t *out)
{
    uint64_t value = 0;
    if (text.len == 0 || text.len > 19 || (text.len > 1 && text.data[0] == '0'))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    *out = value;
    return value <= SHEAF_TREE_SIZE_MAX;
}

sheaf_status sheaf_checkpoint_form(sheaf_slice text, sheaf_checkpoint *out, bool *root_fits,
                                   sheaf_err *err)
{
    sheaf_slice size, root;
    sheaf_checkpoint read;
    if (!sheaf_take_until(&text, '\n', &read.origin) || read.origin.len == 0)
        return sheaf_fail(err, SHEAF_INVALID, "the checkpoint has no origin line");
    if (!sheaf_take_until(&text, '\n', &size) || !sheaf_decimal_get(size, &read.size))
        return sheaf_fail(err, SHEAF_INVALID, "the checkpoint's size is no decimal number");
    if (!sheaf_take_until(&text, '\n', &root)
        || !sheaf_base64_get(root, read.root.bytes, SHEAF_HASH_BYTES))
        return sheaf_fail(err, SHEAF_INVALID, "the checkpoint's root is no base64 hash");
    if (text.len)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the checkpoint has extension lines, which are not allowed");
    sheaf_hash empty = sheaf_tree_empty();
    *root_fits = read.size > 0 || sheaf_hash_equal(&read.root, &empty);
    *out = read;
    return SHEAF_OK;
}

sheaf_status sheaf_checkpoint_parse(sheaf_slice text, sheaf_checkpoint *out, sheaf_err *err)
{
    sheaf_checkpoint read;
    bool root_fits;
    SHEAF_TRY(sheaf_checkpoint_form(text, &read, &root_fits, err));
    if (!root_fits)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the checkpoint of an empty log has the wrong root");
    *out = read;
    return SHEAF_OK;
}

sheaf_status sheaf_checkpoint_seal(sheaf_buffer *out, const sheaf_vkey *key, uint64_t size,
                                   const sheaf_hash *root, const sheaf_keypair *pair,
                                   sheaf_err *err)
{
    size_t from = out->len;
    assert(key->type == SHEAF_VKEY_ED25519);
    assert(memcmp(key->public, pair->public, sizeof key->public) == 0);
    sheaf_checkpoint_put(out, sheaf_vkey_name(key), size, root);
    SHEAF_TRY(sheaf_buffer_check(out, "the checkpoint", err));
    /* The text is signed from a copy: adding the line may move the buffer. */
    sheaf_buffer text;
    sheaf_buffer_init(&text, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_add(&text, sheaf_bytes(out->data + from, out->len - from));
    sheaf_buffer_add_byte(out, '\n');
    sheaf_note_add_line(out, key, sheaf_buffer_slice(&text), 0, pair);
    out->failed |= text.failed;
    sheaf_buffer_deinit(&text);
    return sheaf_buffer_check(out, "the checkpoint", err);
}

sheaf_status sheaf_checkpoint_sign(sheaf_buffer *out, sheaf_slice origin, uint64_t size,
                                   const sheaf_hash *root, const sheaf_keypair *pair,
                                   sheaf_err *err)
{
    sheaf_vkey key;
    SHEAF_TRY(sheaf_vkey_make(&key, SHEAF_VKEY_ED25519, origin, pair->public, err));
    return sheaf_checkpoint_seal(out, &key, size, root, pair, err);
}

sheaf_status sheaf_checkpoint_read(sheaf_slice note, sheaf_checkpoint *out, sheaf_err *err)
{
    sheaf_note parsed;
    SHEAF_TRY(sheaf_note_parse(note, &parsed, err));
    return sheaf_checkpoint_parse(parsed.text, out, err);
}

sheaf_status sheaf_checkpoint_open(sheaf_slice note, const sheaf_vkey *log,
                                   sheaf_checkpoint *out, sheaf_err *err)
{
    sheaf_note parsed;
    sheaf_checkpoint read;
    SHEAF_TRY(sheaf_note_parse(note, &parsed, err));
    SHEAF_TRY(sheaf_note_verify(&parsed, log, 1, NULL, err));
    SHEAF_TRY(sheaf_checkpoint_parse(parsed.text, &read, err));
    if (!sheaf_slice_equal(read.origin, sheaf_vkey_name(log)))
        return sheaf_fail(err, SHEAF_FAULT, "the checkpoint is of the log %.*s, not of %.*s",
                          SHEAF_PRINT(read.origin), SHEAF_PRINT(sheaf_vkey_name(log)));
    *out = read;
    return SHEAF_OK;
}
