/* hub/vector_api.c - vectors over HTTP: in, from participants; out, for those who may read the
 * transcript of a closed round whose vectors are too long to stand in it. */
#include "hub/api_internal.h"

#include "base/encode.h"
#include "hub/rounds_internal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- in ---- */

bool sheaf_api_vector_route(const sheaf_api_call *call, sheaf_http_route *route,
                            sheaf_http_response *refusal)
{
    uint8_t head[SHEAF_ROUND_INPUT_HEAD_BYTES];
    sheaf_slice text = sheaf_http_request_header(call->request, "Sheaf-Input");
    if (sheaf_rounds_message_max(call->hub->rounds, call->number) == 0) {
        *refusal = sheaf_api_no_round(call);
        return false;
    }
    if (!text.data || !sheaf_base64url_get(text, head, sizeof head)) {
        *refusal = sheaf_http_error(400,
                                    "the header Sheaf-Input must hold the %zu bytes of the "
                                    "input's signed head in base64url",
                                    sizeof head);
        return false;
    }
    return sheaf_rounds_vector_route(call->hub->rounds, call->number,
                                     sheaf_bytes(head, sizeof head), route, refusal);
}

sheaf_http_verdict sheaf_api_vector_put(const sheaf_api_call *call,
                                        sheaf_http_response *response)
{
    *response = sheaf_rounds_vector_end(call->request->sink);
    return SHEAF_HTTP_ANSWERED;
}

/* ---- out ---- */

/* The folder of a closed round whose vectors lie beside its transcript, for those who may read
 * that. */
static bool find(const sheaf_api_call *call, char dir[SHEAF_PATH_MAX],
                 sheaf_http_response *refusal)
{
    if (!sheaf_api_transcript_shown(call, call->number, refusal))
        return false;
    if (sheaf_vectors_apart(call->hub, call->number)
        && sheaf_rounds_folder(call->hub, call->number, dir, NULL) == SHEAF_OK)
        return true;
    *refusal = sheaf_http_error(
        404, "there are no vectors of round %u apart from its transcript", call->number);
    return false;
}

static bool chunk_read(const char *path, uint64_t chunk, sheaf_http_response *response)
{
    struct stat info;
    uint64_t at = chunk * SHEAF_ROUND_CHUNK_BYTES;
    if (sheaf_disk_now()->stat(path, false, &info) != 0 || at >= (uint64_t)info.st_size)
        return false;
    uint64_t rest = (uint64_t)info.st_size - at;
    size_t len = rest < SHEAF_ROUND_CHUNK_BYTES ? (size_t)rest : SHEAF_ROUND_CHUNK_BYTES;
    sheaf_buffer bytes;
    sheaf_err err;
    sheaf_buffer_init(&bytes, len);
    uint8_t *to = sheaf_buffer_extend(&bytes, len);
    if (to && sheaf_vector_file_get(path, at, to, len, &err) != SHEAF_OK) {
        sheaf_buffer_deinit(&bytes);
        *response = sheaf_http_error(500, "%s", err.message);
        return true;
    }
    *response = sheaf_http_take(200, "application/octet-stream", &bytes);
    sheaf_http_header(response, "Cache-Control", "private, no-store");
    return true;
}

sheaf_http_verdict sheaf_api_vector_get(const sheaf_api_call *call,
                                        sheaf_http_response *response)
{
    char dir[SHEAF_PATH_MAX], path[SHEAF_PATH_MAX];
    uint64_t member, chunk;
    if (!sheaf_api_query_int(call, "member", SHEAF_NONE, SHEAF_REF_MAX, &member, response)
        || !sheaf_api_query_int(call, "chunk", 0, SHEAF_ROUND_WORDS_MAX, &chunk, response)
        || !find(call, dir, response))
        return SHEAF_HTTP_ANSWERED;
    if (sheaf_vector_path(dir, (uint32_t)member, path, NULL) != SHEAF_OK
        || !chunk_read(path, chunk, response))
        *response =
            sheaf_http_error(404, "round %u has no such chunk of such a member", call->number);
    return SHEAF_HTTP_ANSWERED;
}

sheaf_http_verdict sheaf_api_sum(const sheaf_api_call *call, sheaf_http_response *response)
{
    char dir[SHEAF_PATH_MAX], path[SHEAF_PATH_MAX];
    struct stat info;
    if (!find(call, dir, response))
        return SHEAF_HTTP_ANSWERED;
    int fd = sheaf_sum_path(dir, path, NULL) == SHEAF_OK
                 ? sheaf_disk_now()->open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0)
                 : -1;
    if (fd < 0 || fstat(fd, &info) != 0) {
        if (fd >= 0)
            sheaf_disk_now()->close(fd);
        *response = sheaf_http_error(404, "there is no sum of round %u here", call->number);
        return SHEAF_HTTP_ANSWERED;
    }
    *response = sheaf_http_file(200, "application/octet-stream", fd, (uint64_t)info.st_size);
    sheaf_http_header(response, "Cache-Control", "private, no-store");
    return SHEAF_HTTP_ANSWERED;
}
