/* GETs in a member's name, where the hub asks for it; declared in member.h. */
#include <string.h>

#include "node/member.h"

/* A key of this home that the log has: the node's, which can do less, before the member's. */
static bool load_key(const sheaf_member *m, uint32_t *key, sheaf_keypair *pair)
{
    const struct {
        uint32_t key;
        sheaf_key_role role;
    } known[] = {{m->home.train_key, SHEAF_KEY_TRAIN}, {m->home.key, SHEAF_KEY_MEMBER}};
    for (size_t i = 0; i < 2 && m->home.origin[0]; i++)
        if (known[i].key != SHEAF_NONE
            && sheaf_home_keypair(m->dir, known[i].role, false, pair, NULL) == SHEAF_OK) {
            *key = known[i].key;
            return true;
        }
    return false;
}

static sheaf_status call_signed(sheaf_member *m, const sheaf_hub_call *call, unsigned *status,
                                sheaf_buffer *answer, sheaf_err *err)
{
    const sheaf_transport *inner = &m->ports.transport;
    sheaf_hub_call own = *call;
    char header[SHEAF_REQUEST_MAX];
    sheaf_keypair pair;
    uint32_t key;
    if (!load_key(m, &key, &pair))
        return inner->call(inner->context, call, status, answer, err);
    sheaf_status signing = sheaf_request_sign(header, sheaf_str(m->home.origin), key, &pair,
                                              call, m->ports.now_ms(m->ports.context), err);
    sheaf_wipe(&pair, sizeof pair);
    SHEAF_TRY(signing);
    own.signed_request = header;
    return inner->call(inner->context, &own, status, answer, err);
}

/* Asks as anybody first: what is public needs no name, and may come from a cache. */
static sheaf_status call_as_member(void *context, const sheaf_hub_call *call, unsigned *status,
                                   sheaf_buffer *answer, sheaf_err *err)
{
    sheaf_member *m = context;
    const sheaf_transport *inner = &m->ports.transport;
    bool may_sign = !call->signed_request && strcmp(call->method, "GET") == 0;
    bool bundle = strstr(call->path, "/tile/entries/") != NULL;
    if (may_sign && bundle && m->members_only)
        return call_signed(m, call, status, answer, err);
    SHEAF_TRY(inner->call(inner->context, call, status, answer, err));
    if (!may_sign || *status != 403)
        return SHEAF_OK;
    m->members_only = true;
    return call_signed(m, call, status, answer, err);
}

sheaf_transport sheaf_member_transport(sheaf_member *m)
{
    return (sheaf_transport){.call = call_as_member, .context = m};
}
