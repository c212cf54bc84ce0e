/* GETs in a member's name, where the hub asks for it; declared in member.h. */
#include <string.h>

#include "node/member.h"

/* Once, with one key of this home; *tried tells whether there is such a key. */
static sheaf_status call_with(sheaf_member *m, sheaf_key_role role, uint32_t key,
                              const sheaf_hub_call *call, bool *tried, unsigned *status,
                              sheaf_buffer *answer, sheaf_err *err)
{
    const sheaf_transport *inner = &m->ports.transport;
    sheaf_hub_call own = *call;
    char header[SHEAF_REQUEST_MAX];
    sheaf_keypair pair;
    *tried = m->home.origin[0] && key != SHEAF_NONE
             && sheaf_home_keypair(m->dir, role, false, &pair, NULL) == SHEAF_OK;
    if (!*tried)
        return SHEAF_OK;
    sheaf_status signing = sheaf_request_sign(header, sheaf_str(m->home.origin), key, &pair,
                                              call, m->ports.now_ms(m->ports.context), err);
    sheaf_wipe(&pair, sizeof pair);
    SHEAF_TRY(signing);
    own.signed_request = header;
    return inner->call(inner->context, &own, status, answer, err);
}

/* With the node's key, which can do less, or the member's, where that one is not live. */
static sheaf_status call_signed(sheaf_member *m, const sheaf_hub_call *call, unsigned *status,
                                sheaf_buffer *answer, sheaf_err *err)
{
    const sheaf_transport *inner = &m->ports.transport;
    bool node, member = false;
    SHEAF_TRY(
        call_with(m, SHEAF_KEY_TRAIN, m->home.train_key, call, &node, status, answer, err));
    if (node && *status != 401)
        return SHEAF_OK;
    SHEAF_TRY(call_with(m, SHEAF_KEY_MEMBER, m->home.key, call, &member, status, answer, err));
    if (node || member)
        return SHEAF_OK;
    return inner->call(inner->context, call, status, answer, err);
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
    if (!may_sign || (*status != 401 && *status != 403))
        return SHEAF_OK;
    m->members_only = m->members_only || *status == 403;
    return call_signed(m, call, status, answer, err);
}

sheaf_transport sheaf_member_transport(sheaf_member *m)
{
    return (sheaf_transport){.call = call_as_member, .context = m};
}
