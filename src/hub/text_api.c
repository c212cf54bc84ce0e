/* What stands behind commitments: texts, and the details of people; see store/values.h. */
#include "hub/readers.h"

#include "hub/request.h"
#include "store/clock.h"

static sheaf_http_response answer_text(const uint8_t salt[SHEAF_SALT_BYTES], sheaf_slice text)
{
    sheaf_buffer json;
    sheaf_buffer_init(&json, SHEAF_TEXT_BYTES_MAX * 6 + 256);
    sheaf_json_writer w = sheaf_json_begin(&json);
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "salt");
    sheaf_json_base64url(&w, sheaf_bytes(salt, SHEAF_SALT_BYTES));
    sheaf_json_member_put_string(&w, "text", text);
    sheaf_json_close(&w);
    return sheaf_answer_json(&json);
}

static sheaf_http_response not_here(void)
{
    return sheaf_http_error(404, "the text is not here: withheld, or erased");
}

/* Whose key signed the request; SHEAF_NONE, and why in *refusal, if nobody's did. */
static uint32_t asking_member(const sheaf_api_call *call, sheaf_http_response *refusal)
{
    sheaf_hash nothing = sheaf_sha256((sheaf_slice){0});
    uint32_t key, member;
    if (!sheaf_request_signed(call->hub, call->request, &nothing, &key, refusal))
        return SHEAF_NONE;
    sheaf_hub_read_begin(call->hub);
    member = sheaf_key_get(sheaf_hub_state(call->hub), key)->member;
    sheaf_hub_read_end(call->hub);
    return member;
}

/* A name is for those who may read the entry, a customer or payee for members, all else for the
 * person alone. */
static bool may_know(const sheaf_api_call *call, const sheaf_detail *detail,
                     sheaf_http_response *refusal)
{
    bool name = strcmp(detail->field, "name") == 0;
    if (name) {
        sheaf_hub_read_begin(call->hub);
        const sheaf_state *state = sheaf_hub_state(call->hub);
        /* No bylaws stood before the founding, which itself is for everyone. */
        bool everyone = detail->entry == 0
                            ? sheaf_area_for_all(state, SHEAF_AREA_MEMBERS)
                            : sheaf_entry_public(state, SHEAF_KIND_member_apply, detail->entry);
        sheaf_hub_read_end(call->hub);
        if (everyone)
            return true;
    }
    uint32_t member = asking_member(call, refusal);
    if (member == SHEAF_NONE)
        return false;
    bool trade = strcmp(detail->field, "customer") == 0 || strcmp(detail->field, "payee") == 0;
    if (name || trade || member == detail->person)
        return true;
    *refusal = sheaf_http_error(403, "that detail is for the person alone whom it is about");
    return false;
}

static sheaf_http_response unreadable(const sheaf_api_call *call, const sheaf_err *err)
{
    sheaf_hub_log(call->hub, "private", "failed=\"%s\"", err->message);
    return sheaf_http_error(503, "the hub cannot read its private database");
}

static sheaf_http_response personal(const sheaf_api_call *call, const sheaf_hash *commitment,
                                    sheaf_buffer *text)
{
    sheaf_detail detail;
    sheaf_value value;
    sheaf_err err = {0};
    sheaf_http_response refusal;
    if (sheaf_private_find(call->hub->values.private, commitment, &value, &detail, text, &err)
        != SHEAF_OK)
        return unreadable(call, &err);
    if (value != SHEAF_VALUE_HELD)
        return not_here();
    if (!may_know(call, &detail, &refusal))
        return refusal;
    return answer_text(detail.salt, detail.text);
}

sheaf_http_verdict sheaf_api_text(const sheaf_api_call *call, sheaf_http_response *response)
{
    sheaf_area area;
    sheaf_hash commitment;
    uint8_t salt[SHEAF_SALT_BYTES];
    sheaf_buffer text;
    if (!sheaf_hub_hash_get(call->rest, &commitment)) {
        *response = sheaf_http_error(400, "a commitment is 64 lower-case hex digits");
        return SHEAF_HTTP_ANSWERED;
    }
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    const sheaf_texts *texts = &call->hub->values.texts;
    if (!sheaf_text_find(texts, &commitment, &area))
        *response = personal(call, &commitment, &text);
    else if (sheaf_reader_allowed(call, area, "the text is", response))
        *response = sheaf_text_get(texts, &commitment, salt, &text, NULL) == SHEAF_OK
                        ? answer_text(salt, sheaf_buffer_slice(&text))
                        : not_here();
    sheaf_buffer_deinit(&text);
    return SHEAF_HTTP_ANSWERED;
}

/* Who was erased, by number and time: for whoever keeps a copy that might come back. */
sheaf_http_verdict sheaf_api_erasures(const sheaf_api_call *call, sheaf_http_response *response)
{
    sheaf_erasures list = {0};
    sheaf_buffer json;
    sheaf_err err = {0};
    sheaf_buffer_init(&json, SHEAF_ERASURES_BYTES_MAX);
    if (sheaf_private_erasures(call->hub->values.private, &list, &err) == SHEAF_OK) {
        sheaf_erasures_encode(&json, &list);
        *response = sheaf_answer_json(&json);
    } else {
        *response = unreadable(call, &err);
    }
    sheaf_erasures_deinit(&list);
    return SHEAF_HTTP_ANSWERED;
}
