#include "hub/request.h"

#include "base/encode.h"
#include "crypto/label.h"
#include "log/checkpoint.h"
#include "store/clock.h"

typedef struct {
    uint32_t key;
    int64_t time;
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
} signed_header;

/* Takes the decimal number before the next full stop. */
static bool take_number(sheaf_slice *in, uint64_t *out)
{
    const uint8_t *dot = in->len ? memchr(in->data, '.', in->len) : NULL;
    sheaf_slice digits, stop;
    return dot && sheaf_take(in, (size_t)(dot - in->data), &digits) && sheaf_take(in, 1, &stop)
           && sheaf_decimal_get(digits, out);
}

static bool parse(sheaf_slice in, signed_header *out)
{
    uint64_t key, time;
    if (!take_number(&in, &key) || key > SHEAF_REF_MAX || !take_number(&in, &time)
        || time > (uint64_t)SHEAF_JSON_INT_MAX
        || !sheaf_base64url_get(in, out->signature, sizeof out->signature))
        return false;
    out->key = (uint32_t)key;
    out->time = (int64_t)time;
    return true;
}

static const char *method_text(sheaf_http_method method)
{
    static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "DELETE"};
    return names[method];
}

static bool verify(const sheaf_hub *hub, const sheaf_http_request *request,
                   const sheaf_hash *body, const signed_header *header,
                   const uint8_t public[SHEAF_PUBLIC_BYTES])
{
    sheaf_buffer json, message;
    sheaf_buffer_init(&json, SHEAF_HTTP_TARGET_MAX * 6 + 512);
    sheaf_buffer_init(&message, SHEAF_HTTP_TARGET_MAX * 6 + 1024);
    sheaf_json_writer w = sheaf_json_begin(&json);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_hex(&w, "body", sheaf_bytes(body->bytes, sizeof body->bytes));
    sheaf_json_member_put_string(&w, "method", sheaf_str(method_text(request->method)));
    sheaf_json_member_put_string(&w, "path", request->target);
    sheaf_json_member_put_int(&w, "time", header->time);
    sheaf_json_close(&w);
    sheaf_label_message(&message, SHEAF_LABEL_REQUEST, sheaf_hub_origin(hub),
                        sheaf_buffer_slice(&json));
    bool holds = !json.failed && !message.failed
                 && sheaf_verify(public, sheaf_buffer_slice(&message), header->signature);
    sheaf_buffer_deinit(&json);
    sheaf_buffer_deinit(&message);
    return holds;
}

bool sheaf_request_signed(sheaf_hub *hub, const sheaf_http_request *request,
                          const sheaf_hash *body, uint32_t *key, sheaf_http_response *refusal)
{
    sheaf_slice value = sheaf_http_request_header(request, "Sheaf-Request");
    signed_header header;
    uint8_t public[SHEAF_PUBLIC_BYTES];
    if (!value.data || !parse(value, &header)) {
        *refusal = sheaf_http_error(
            401, value.data
                     ? "the header Sheaf-Request is not KEY.TIME.SIGNATURE"
                     : "this is for members: the request must be signed (Sheaf-Request)");
        return false;
    }
    int64_t now = sheaf_clock_ms();
    if (header.time < now - SHEAF_CLOCK_SKEW_MS || header.time > now + SHEAF_CLOCK_SKEW_MS) {
        *refusal =
            sheaf_http_error(401, "the request was signed at another time; set the clock");
        return false;
    }
    sheaf_hub_read_begin(hub);
    bool live = sheaf_key_live(sheaf_hub_state(hub), header.key, 0, now);
    if (live)
        memcpy(public, sheaf_key_get(sheaf_hub_state(hub), header.key)->public_key.bytes,
               sizeof public);
    sheaf_hub_read_end(hub);
    if (!live) {
        *refusal = sheaf_http_error(401, "key %u is not a live key of a member", header.key);
        return false;
    }
    if (!verify(hub, request, body, &header, public)) {
        *refusal = sheaf_http_error(401, "the request is not signed by key %u", header.key);
        return false;
    }
    *key = header.key;
    return true;
}
