/* The log of a test as witnesses see it. */
#include "kit.h"

#include "base/encode.h"
#include "log/checkpoint.h"

#include <stdio.h>

sheaf_hash kit_log_root(const kit *k)
{
    sheaf_tree tree = {0};
    sheaf_slice log = sheaf_buffer_slice(&k->log), head, entry;
    while (sheaf_take(&log, 4, &head)) {
        uint32_t len = (uint32_t)head.data[0] << 24 | (uint32_t)head.data[1] << 16
                       | (uint32_t)head.data[2] << 8 | head.data[3];
        if (!sheaf_take(&log, len, &entry))
            kit_fail("the log ends within an entry");
        sheaf_hash leaf = sheaf_tree_leaf(entry);
        sheaf_tree_append(&tree, &leaf);
    }
    return sheaf_tree_root(&tree);
}

/* The 64 bytes of a cosignature/v1, in base64url. */
static void cosign(kit *k, const char *name, sheaf_slice text, int64_t time, sheaf_buffer *out)
{
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    sheaf_buffer message;
    sheaf_buffer_init(&message, 4096);
    sheaf_buffer_printf(&message, "cosignature/v1\ntime %lld\n", (long long)time);
    sheaf_buffer_add(&message, text);
    sheaf_sign(&kit_named(k, name)->pair, sheaf_buffer_slice(&message), signature);
    sheaf_base64url_put(out, sheaf_bytes(signature, sizeof signature));
    sheaf_buffer_deinit(&message);
}

const char *kit_evidence(kit *k, const char *const *names, size_t count, int64_t time)
{
    static char out[4096];
    sheaf_hash root = kit_log_root(k);
    sheaf_buffer text, json;
    sheaf_buffer_init(&text, 1024);
    sheaf_buffer_init(&json, sizeof out - 1);
    sheaf_checkpoint_put(&text, sheaf_str(KIT_ORIGIN), k->state.size, &root);
    sheaf_buffer_add_string(&json, "{'cosignatures':[");
    for (size_t i = 0; i < count; i++) {
        sheaf_buffer_printf(&json, "%s{'sig':'", i ? "," : "");
        cosign(k, names[i], sheaf_buffer_slice(&text), time, &json);
        sheaf_buffer_printf(&json, "','time':%lld,'witness':%c}", (long long)time,
                            names[i][1]); /* w0, w1 … */
    }
    sheaf_buffer_add_string(&json, "],'root':$,'size':");
    sheaf_buffer_printf(&json, "%llu}", (unsigned long long)k->state.size);
    if (json.failed || text.failed)
        kit_fail("the evidence of a tick is too long");
    snprintf(out, sizeof out, "%.*s", SHEAF_PRINT(sheaf_buffer_slice(&json)));
    sheaf_buffer_deinit(&json);
    sheaf_buffer_deinit(&text);
    return out;
}
