#include "claims/verify_fetch.h"

#include "log/visible.h"
#include "store/log_files.h"

#include <stdio.h>

sheaf_status sheaf_verify_fetch_open(sheaf_verify_fetch *out, const char *from,
                                     const sheaf_verify_options *options, sheaf_err *err)
{
    sheaf_http_client_config config = {.ca_file = options->ca_file,
                                       .stop = options->stop,
                                       .reply_max = SHEAF_VISIBLE_BYTES_MAX + 1};
    *out = (sheaf_verify_fetch){0};
    sheaf_http_reply_init(&out->reply);
    if (strstr(from, "://") == NULL) {
        out->dir = from;
        out->reply.body.max = SHEAF_VISIBLE_BYTES_MAX + 1;
        return SHEAF_OK;
    }
    SHEAF_TRY(sheaf_url_parse(sheaf_str(from), &out->base, err));
    return sheaf_http_client_open(&out->client, &config, err);
}

void sheaf_verify_fetch_close(sheaf_verify_fetch *fetch)
{
    sheaf_http_reply_deinit(&fetch->reply);
    if (fetch->client)
        sheaf_http_client_close(fetch->client);
}

sheaf_status sheaf_verify_ask(sheaf_verify_fetch *fetch, const char *path, sheaf_err *err)
{
    sheaf_buffer url;
    sheaf_status status = sheaf_url_join(&fetch->base, path, &url, err);
    if (status == SHEAF_OK)
        status = sheaf_http_get(fetch->client, (const char *)url.data, &fetch->reply, err);
    sheaf_buffer_deinit(&url);
    return status;
}

static sheaf_status read_log(sheaf_verify_fetch *fetch, const char *name, sheaf_slice *out,
                             sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_tile tile;
    sheaf_buffer *body = &fetch->reply.body;
    if (sheaf_tile_parse(sheaf_str(name), &tile))
        return sheaf_log_file_read(fetch->dir, &tile, body, out, err);
    SHEAF_TRY(sheaf_path(path, err, "%s/log/%s", fetch->dir, name));
    sheaf_buffer_reset(body);
    SHEAF_TRY(sheaf_file_read(path, body, err));
    *out = sheaf_buffer_slice(body);
    return SHEAF_OK;
}

sheaf_status sheaf_verify_get_log(sheaf_verify_fetch *fetch, const char *name, sheaf_slice *out,
                                  sheaf_err *err)
{
    char path[SHEAF_TILE_PATH_MAX + 8];
    if (fetch->dir)
        return read_log(fetch, name, out, err);
    snprintf(path, sizeof path, "/log/%s", name);
    SHEAF_TRY(sheaf_verify_ask(fetch, path, err));
    if (fetch->reply.status == 403)
        return sheaf_fail(err, SHEAF_IO,
                          "some entries of this log are for members: verify your own copy, or "
                          "what everybody may see with --public");
    SHEAF_TRY(sheaf_http_reply_check(&fetch->reply, path, err));
    *out = sheaf_buffer_slice(&fetch->reply.body);
    return SHEAF_OK;
}
