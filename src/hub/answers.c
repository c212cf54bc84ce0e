#include "hub/answers.h"

#include "crypto/label.h"

#include <stdio.h>

sheaf_http_response sheaf_answer_json(sheaf_buffer *json)
{
    sheaf_http_response response = sheaf_http_take(200, "application/json", json);
    sheaf_http_header(&response, "Cache-Control", "no-store");
    return response;
}

sheaf_http_response sheaf_answer_nothing(void)
{
    return sheaf_http_static(204, NULL, (sheaf_slice){0});
}

sheaf_http_response sheaf_answer_failure(const sheaf_err *err)
{
    unsigned status = err->status == SHEAF_NOMEM ? 503 : err->status == SHEAF_IO ? 500 : 400;
    return sheaf_http_error(status, "%s", err->message);
}

static void put_refusal(sheaf_buffer *out, const sheaf_refusal_text *text,
                        const sheaf_refusal_detail *detail, const sheaf_hash *act)
{
    char sentence[2 * SHEAF_MESSAGE_MAX];
    snprintf(sentence, sizeof sentence, "%s%s%s", text->sentence, detail->words[0] ? ": " : "",
             detail->words);
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_hex(&w, "act", sheaf_bytes(act->bytes, sizeof act->bytes));
    sheaf_json_member_put_string(&w, "article",
                                 sheaf_str(sheaf_article_describe(detail->article)->key));
    sheaf_json_member_put_int(&w, "code", text->number);
    sheaf_json_member_put_string(&w, "name", sheaf_str(text->name));
    sheaf_json_member_put_string(&w, "sentence", sheaf_str(sentence));
    sheaf_json_close(&w);
}

sheaf_http_response sheaf_answer_refusal(const sheaf_hub *hub, sheaf_refusal refusal,
                                         const sheaf_refusal_detail *detail,
                                         const sheaf_hash *act)
{
    sheaf_buffer object, message, out;
    sheaf_buffer_init(&object, 4096);
    sheaf_buffer_init(&message, 8192);
    sheaf_buffer_init(&out, 8192);
    put_refusal(&object, sheaf_refusal_describe((uint16_t)refusal), detail, act);
    sheaf_label_message(&message, SHEAF_LABEL_REFUSAL, sheaf_hub_origin(hub),
                        sheaf_buffer_slice(&object));
    uint8_t signature[SHEAF_SIGNATURE_BYTES] = {0};
    if (!message.failed)
        sheaf_sign(&hub->hub_pair, sheaf_buffer_slice(&message), signature);
    sheaf_json_writer w = sheaf_json_begin(&out);
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "refusal");
    sheaf_json_raw(&w, sheaf_buffer_slice(&object));
    sheaf_json_key(&w, "sig");
    sheaf_json_base64url(&w, sheaf_bytes(signature, sizeof signature));
    sheaf_json_close(&w);
    out.failed = out.failed || object.failed || message.failed;
    sheaf_http_response response = sheaf_http_take(422, "application/json", &out);
    sheaf_buffer_deinit(&object);
    sheaf_buffer_deinit(&message);
    sheaf_buffer_deinit(&out);
    return response;
}
