#include "node/fetch.h"

#include "node/member.h"

/* A mirror serves at its own address what a hub serves under /log. */
typedef struct {
    sheaf_transport inner;
    bool mirror;
} source;

static sheaf_status call_source(void *context, const sheaf_hub_call *call, unsigned *status,
                                sheaf_buffer *answer, sheaf_err *err)
{
    const source *s = context;
    static const char log[] = "/log/";
    sheaf_hub_call moved = *call;
    if (s->mirror && strncmp(call->path, log, sizeof log - 1) == 0)
        moved.path = call->path + strlen("/log");
    return s->inner.call(s->inner.context, &moved, status, answer, err);
}

static sheaf_status find_form(source *s, sheaf_err *err)
{
    sheaf_buffer note;
    unsigned status = 0;
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    sheaf_status done = s->inner.call(s->inner.context,
                                      &(sheaf_hub_call){.method = "GET", .path = "/checkpoint"},
                                      &status, &note, err);
    s->mirror = done == SHEAF_OK && status == 200;
    sheaf_buffer_deinit(&note);
    return done;
}

static sheaf_status fetch(sheaf_member *m, uint64_t *before, uint64_t *after, sheaf_err *err)
{
    *before = m->follower.replay.tree.size;
    SHEAF_TRY(sheaf_follower_hold(&m->follower, err));
    sheaf_transport transport = sheaf_member_transport(m);
    SHEAF_TRY(
        sheaf_follower_sync(&m->follower, &transport, m->ports.now_ms(m->ports.context), err));
    *after = m->follower.replay.tree.size;
    return SHEAF_OK;
}

sheaf_status sheaf_log_fetch(const char *home, const char *url, const char *ca_file,
                             uint64_t *before, uint64_t *after, sheaf_err *err)
{
    sheaf_http_transport http;
    sheaf_member member;
    source s = {0};
    if (!sheaf_home_exists(home))
        return sheaf_fail(err, SHEAF_INVALID, "%s is not a member's home", home);
    SHEAF_TRY(sheaf_http_transport_open(&http, url, ca_file, NULL, err));
    s.inner = sheaf_http_transport_as(&http);
    sheaf_node_ports ports = sheaf_node_ports_real((sheaf_transport){call_source, &s});
    sheaf_status status = find_form(&s, err);
    if (status == SHEAF_OK)
        status = sheaf_member_open(&member, home, NULL, &ports, err);
    if (status == SHEAF_OK) {
        status = fetch(&member, before, after, err);
        sheaf_member_close(&member);
    }
    sheaf_http_transport_close(&http);
    return status;
}
