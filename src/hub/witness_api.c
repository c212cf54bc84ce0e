#include "hub/api_internal.h"
#include "hub/cosign.h"

sheaf_http_verdict sheaf_api_witnesses(const sheaf_api_call *call,
                                       sheaf_http_response *response)
{
    sheaf_buffer json;
    sheaf_buffer_init(&json, 65536);
    sheaf_json_writer w = sheaf_json_begin(&json);
    sheaf_json_open_object(&w);
    sheaf_cosign_put(call->hub->cosign, &w);
    sheaf_json_close(&w);
    *response = sheaf_answer_json(&json);
    return SHEAF_HTTP_ANSWERED;
}

sheaf_http_verdict sheaf_api_witnessed(const sheaf_api_call *call,
                                       sheaf_http_response *response)
{
    sheaf_buffer note;
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    sheaf_cosign_witnessed(call->hub->cosign, &note);
    if (note.len == 0) {
        sheaf_buffer_deinit(&note);
        *response = sheaf_http_error(404, "no checkpoint counts as witnessed yet");
        return SHEAF_HTTP_ANSWERED;
    }
    *response = sheaf_http_take(200, "text/plain; charset=utf-8", &note);
    sheaf_http_header(response, "Cache-Control", "no-store");
    return SHEAF_HTTP_ANSWERED;
}
