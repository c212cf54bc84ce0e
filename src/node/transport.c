#include "node/transport.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "crypto/hash.h"
#include "crypto/label.h"

enum { JSON_ARENA_BYTES = 64 << 10 };

sheaf_status sheaf_hub_failed(const char *path, unsigned status, sheaf_slice answer,
                              sheaf_err *err)
{
    uint8_t block[JSON_ARENA_BYTES];
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_json *json = NULL;
    sheaf_slice sentence = {0};
    if (sheaf_json_parse(answer, &arena, &json, NULL) == SHEAF_OK) {
        sentence = sheaf_json_member_string(sheaf_json_member(json, "error"), "message");
        if (!sentence.len)
            sentence = sheaf_json_member_string(sheaf_json_member(json, "refusal"), "sentence");
    }
    if (!sentence.len)
        return sheaf_fail(err, SHEAF_IO, "the hub answered %s with status %u", path, status);
    return sheaf_fail(err, SHEAF_IO, "the hub answered %s with status %u: %.*s", path, status,
                      SHEAF_PRINT(sentence));
}

sheaf_status sheaf_hub_get(const sheaf_transport *transport, const char *path,
                           sheaf_buffer *answer, sheaf_err *err)
{
    unsigned status = 0;
    SHEAF_TRY(transport->call(transport->context,
                              &(sheaf_hub_call){.method = "GET", .path = path}, &status, answer,
                              err));
    if (status != 200)
        return sheaf_hub_failed(path, status, sheaf_buffer_slice(answer), err);
    return SHEAF_OK;
}

sheaf_status sheaf_request_sign(char out[SHEAF_REQUEST_MAX], sheaf_slice origin, uint32_t key,
                                const sheaf_keypair *pair, const sheaf_hub_call *call,
                                int64_t time_ms, sheaf_err *err)
{
    sheaf_buffer json, message;
    sheaf_buffer_init(&json, SHEAF_URL_MAX + 512);
    sheaf_buffer_init(&message, SHEAF_URL_MAX + 1024);
    sheaf_hash body = sheaf_sha256(call->body);
    sheaf_json_writer w = sheaf_json_begin(&json);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_hex(&w, "body", sheaf_bytes(body.bytes, sizeof body.bytes));
    sheaf_json_member_put_string(&w, "method", sheaf_str(call->method));
    sheaf_json_member_put_string(&w, "path", sheaf_str(call->path));
    sheaf_json_member_put_int(&w, "time", time_ms);
    sheaf_json_close(&w);
    sheaf_label_message(&message, SHEAF_LABEL_REQUEST, origin, sheaf_buffer_slice(&json));
    sheaf_status status = sheaf_buffer_check(&json, "a signed request", err);
    if (status == SHEAF_OK)
        status = sheaf_buffer_check(&message, "a signed request", err);
    if (status == SHEAF_OK) {
        uint8_t signature[SHEAF_SIGNATURE_BYTES];
        sheaf_sign(pair, sheaf_buffer_slice(&message), signature);
        sheaf_buffer_reset(&json);
        sheaf_base64url_put(&json, sheaf_bytes(signature, sizeof signature));
        status = sheaf_buffer_check(&json, "a signed request", err);
        if (status == SHEAF_OK)
            snprintf(out, SHEAF_REQUEST_MAX, "%" PRIu32 ".%" PRId64 ".%.*s", key, time_ms,
                     SHEAF_PRINT(sheaf_buffer_slice(&json)));
    }
    sheaf_buffer_deinit(&message);
    sheaf_buffer_deinit(&json);
    return status;
}
