/* One question to one witness (C2SP tlog-witness); declared in cosign_internal.h. */
#include "hub/cosign_internal.h"

#include "base/encode.h"
#include "log/add_checkpoint.h"
#include "net/client.h"
#include "net/url.h"

#include <stdio.h>

static sheaf_status write_body(sheaf_cosign *c, const sheaf_cosign_job *job, sheaf_buffer *body,
                               sheaf_err *err)
{
    sheaf_proof proof = {0};
    sheaf_status status = SHEAF_OK;
    if (job->seen > 0) {
        sheaf_hub_read_begin(c->hub);
        status = sheaf_log_store_consistency(c->hub->store, job->seen, job->size, &proof, err);
        sheaf_hub_read_end(c->hub);
    }
    sheaf_buffer_reset(body);
    sheaf_add_checkpoint_put(body, job->seen, &proof, sheaf_buffer_slice(&job->note));
    return status == SHEAF_OK ? sheaf_buffer_check(body, "a question to a witness", err)
                              : status;
}

static sheaf_status post(sheaf_cosign *c, sheaf_http_client *client,
                         const sheaf_cosign_job *job, sheaf_http_reply *reply, sheaf_err *err)
{
    sheaf_url base;
    sheaf_buffer body, url;
    SHEAF_TRY(sheaf_url_parse(sheaf_str(job->url), &base, err));
    sheaf_buffer_init(&body, SHEAF_ADD_CHECKPOINT_MAX);
    sheaf_status status = sheaf_url_join(&base, "/add-checkpoint", &url, err);
    if (status == SHEAF_OK)
        status = write_body(c, job, &body, err);
    if (status == SHEAF_OK)
        status = sheaf_http_post(client, (const char *)url.data, "text/plain; charset=utf-8",
                                 sheaf_buffer_slice(&body), reply, err);
    sheaf_buffer_deinit(&url);
    sheaf_buffer_deinit(&body);
    return status;
}

/* Time and signature out of the witness's line, which has been verified. */
static bool read_line(const sheaf_note_line *line, sheaf_cosignature *out)
{
    uint8_t payload[4 + 8 + SHEAF_SIGNATURE_BYTES];
    sheaf_slice in = sheaf_bytes(payload, sizeof payload);
    uint32_t id;
    if (!sheaf_base64_get(line->base64, payload, sizeof payload) || !sheaf_take_u32(&in, &id)
        || !sheaf_take_u64(&in, &out->time) || out->time == 0
        || out->time > (uint64_t)SHEAF_JSON_INT_MAX / 1000)
        return false;
    memcpy(out->sig, in.data, sizeof out->sig);
    int len = snprintf(out->line, sizeof out->line, "\xe2\x80\x94 %.*s %.*s\n",
                       SHEAF_PRINT(line->name), SHEAF_PRINT(line->base64));
    return len > 0 && len < (int)sizeof out->line;
}

/* The line must be the witness's over this very checkpoint. */
static sheaf_status read_cosignature(sheaf_cosign_job *job, sheaf_slice lines, sheaf_err *err)
{
    sheaf_note asked, signed_note;
    sheaf_buffer text;
    SHEAF_TRY(sheaf_note_parse(sheaf_buffer_slice(&job->note), &asked, err));
    sheaf_buffer_init(&text, 2 * SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_add(&text, asked.text);
    sheaf_buffer_add_byte(&text, '\n');
    sheaf_buffer_add(&text, lines);
    sheaf_status status = sheaf_buffer_check(&text, "a cosignature", err);
    if (status == SHEAF_OK)
        status = sheaf_note_parse(sheaf_buffer_slice(&text), &signed_note, err);
    if (status == SHEAF_OK)
        status = sheaf_note_verify(&signed_note, &job->key, 1, NULL, err);
    if (status == SHEAF_FAULT)
        status = sheaf_fail(err, SHEAF_FAULT,
                            "the witness does not sign with the key that the bylaws name");
    bool found = false;
    for (size_t i = 0; status == SHEAF_OK && i < signed_note.line_count && !found; i++)
        if (signed_note.lines[i].id == job->key.id
            && sheaf_slice_equal(signed_note.lines[i].name, sheaf_vkey_name(&job->key)))
            found = read_line(&signed_note.lines[i], &job->got);
    if (status == SHEAF_OK && !found)
        status = sheaf_fail(err, SHEAF_FAULT, "the witness answers with another cosignature");
    sheaf_buffer_deinit(&text);
    job->got.of = job->size;
    return status;
}

/* 409: what it has seen, as it says. */
static sheaf_status read_size(sheaf_cosign *c, sheaf_cosign_job *job, sheaf_slice body,
                              sheaf_err *err)
{
    uint64_t size;
    if (body.len && body.data[body.len - 1] == '\n')
        body.len--;
    if (!sheaf_decimal_get(body, &size) || size == job->seen)
        return sheaf_fail(err, SHEAF_FAULT, "the witness answers 409 without another size");
    sheaf_hub_read_begin(c->hub);
    uint64_t published = sheaf_log_store_published(c->hub->store);
    sheaf_hub_read_end(c->hub);
    if (size > published)
        return sheaf_fail(
            err, SHEAF_FAULT,
            "the witness has cosigned %llu entries, and this log has %llu: it has "
            "lost some, or another copy of it was served",
            (unsigned long long)size, (unsigned long long)published);
    job->seen = job->says = size;
    job->beyond = size > job->size;
    return SHEAF_OK;
}

/* The first line of an answer, which may be a sentence or JSON. */
static sheaf_status answered(const sheaf_cosign_job *job, const sheaf_http_reply *reply,
                             sheaf_err *err)
{
    sheaf_slice body = sheaf_buffer_slice(&reply->body);
    size_t len = 0;
    while (len < body.len && len < 250 && body.data[len] >= 0x20)
        len++;
    if (len == 0 || body.data[0] == '{')
        return sheaf_http_reply_check(reply, job->url, err);
    return sheaf_fail(err, SHEAF_IO, "%.80s answers %u: %.*s", job->url, reply->status,
                      (int)len, (const char *)body.data);
}

sheaf_status sheaf_cosign_ask(sheaf_cosign *c, sheaf_http_client *client, sheaf_cosign_job *job,
                              sheaf_err *err)
{
    sheaf_http_reply reply;
    sheaf_status status = SHEAF_OK;
    job->says = job->seen;
    job->beyond = job->seen > job->size;
    sheaf_http_reply_init(&reply);
    for (int tries = 0; tries < 3 && !job->beyond; tries++) {
        status = post(c, client, job, &reply, err);
        if (status != SHEAF_OK || reply.status != 409)
            break;
        status = read_size(c, job, sheaf_buffer_slice(&reply.body), err);
        if (status != SHEAF_OK)
            break;
        reply.status = 0;
    }
    if (status == SHEAF_OK && !job->beyond && reply.status == 200) {
        status = read_cosignature(job, sheaf_buffer_slice(&reply.body), err);
        if (status == SHEAF_OK)
            job->says = job->size;
    } else if (status == SHEAF_OK && !job->beyond) {
        status = reply.status
                     ? answered(job, &reply, err)
                     : sheaf_fail(err, SHEAF_IO, "the witness keeps changing its size");
        if (status == SHEAF_OK)
            status = sheaf_fail(err, SHEAF_FAULT, "the witness answers %u", reply.status);
    }
    sheaf_http_reply_deinit(&reply);
    return status;
}
