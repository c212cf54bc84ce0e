/* The node as a program: over HTTP, until it is told to stop; declared in node.h. */
#include "node/node.h"

#include <stdio.h>

#include "node/successor.h"

enum {
    POLL_DEFAULT_MS = 250,
    POLL_ROUND_MS = 20, /* while a round is under way */
    BUSY_TURNS = 100,   /* so many quick looks follow a round: the next one may be near */
    SILENT_MS = 5000,   /* after so long in vain the witnesses are asked where the hub is */
    SLICE_MS = 250,     /* of a wait: a node that is told to stop does not sleep on */
};

typedef struct {
    const char *ca_file;
    const atomic_bool *stop;
} asker;

/* What a witness says, over HTTP. */
static bool ask(void *context, const char *witness, const char *path, sheaf_buffer *answer)
{
    const asker *a = context;
    sheaf_http_transport http;
    sheaf_transport transport;
    bool found = false;
    if (sheaf_http_transport_open(&http, witness, a->ca_file, a->stop, NULL) == SHEAF_OK) {
        transport = sheaf_http_transport_as(&http);
        found = sheaf_hub_get(&transport, path, answer, NULL) == SHEAF_OK;
    }
    sheaf_http_transport_close(&http);
    return found;
}

/* The hub has been silent: is it somewhere else, or is there another one? */
static sheaf_status seek(sheaf_node *node, sheaf_http_transport *http, const asker *a,
                         sheaf_err *err)
{
    sheaf_member *m = &node->member;
    char url[SHEAF_URL_MAX + 1];
    sheaf_http_transport other;
    sheaf_err why = {0};
    if (!sheaf_successor_find(&m->follower, m->home.hub, ask, (void *)a, url))
        return SHEAF_OK;
    SHEAF_TRY(sheaf_http_transport_open(&other, url, a->ca_file, a->stop, err));
    /* In this member's name, where the other hub keeps entries for members, if members have
     * signed for that very address. */
    sheaf_transport before = m->ports.transport, plain = sheaf_http_transport_as(&other);
    m->ports.transport = plain;
    sheaf_transport transport =
        sheaf_successor_named(&m->follower, &plain, url) ? sheaf_member_transport(m) : plain;
    sheaf_status status =
        sheaf_follower_sync(&m->follower, &transport, m->ports.now_ms(m->ports.context), &why);
    m->ports.transport = before;
    if (status != SHEAF_OK) {
        sheaf_node_log(node, "warn", "hub.elsewhere", "hub=%s error=\"%.300s\"", url,
                       why.message);
        sheaf_http_transport_close(&other);
        return SHEAF_OK;
    }
    sheaf_node_log(node, "info", "hub.moved", "from=%s to=%s entries=%llu", m->home.hub, url,
                   (unsigned long long)m->follower.replay.tree.size);
    sheaf_http_transport_close(http);
    *http = other; /* the ports hold its address, not its parts */
    snprintf(m->home.hub, sizeof m->home.hub, "%s", url);
    m->hub_is_new = true;
    node->silent = 0;
    return SHEAF_OK;
}

/* Between two looks at the hub: no sooner than it asked for, and shared out by chance, so that
 * nodes that heard the same at one moment do not come back together. */
static void rest(sheaf_node *node, unsigned ms, const atomic_bool *stop)
{
    sheaf_node_ports *ports = &node->member.ports;
    uint32_t chance;
    ports->random(ports->context, (uint8_t *)&chance, sizeof chance);
    ms = ms - ms / 4 + (unsigned)((uint64_t)chance * (ms / 2) >> 32);
    while (ms > 0 && !atomic_load(stop)) {
        unsigned slice = ms < SLICE_MS ? ms : SLICE_MS;
        ports->wait(ports->context, slice);
        ms -= slice;
    }
}

static sheaf_status run(sheaf_node *node, sheaf_http_transport *http, const atomic_bool *stop,
                        sheaf_err *err)
{
    const sheaf_node_config *config = &node->config;
    const asker a = {config->ca_file, stop};
    unsigned usual = config->poll_ms ? config->poll_ms : POLL_DEFAULT_MS;
    sheaf_status status = SHEAF_OK;
    int busy = 0;
    while (status == SHEAF_OK && !atomic_load(stop)) {
        unsigned poll = usual > node->again_ms ? usual : node->again_ms;
        unsigned quick =
            node->again_ms / 4 > POLL_ROUND_MS ? node->again_ms / 4 : POLL_ROUND_MS;
        unsigned in_vain = poll < SILENT_MS / 2 ? SILENT_MS / poll : 2;
        status = sheaf_node_turn(node, err);
        if (status == SHEAF_OK && node->silent && node->silent % in_vain == 0)
            status = seek(node, http, &a, err);
        busy = node->has_round ? BUSY_TURNS : busy > 0 ? busy - 1 : 0;
        rest(node, busy > 0 && poll > quick ? quick : poll, stop);
    }
    return status;
}

sheaf_status sheaf_node_run(const sheaf_node_config *config, const atomic_bool *stop,
                            sheaf_err *err)
{
    sheaf_http_transport http;
    sheaf_home home = {0};
    if (!config->hub_url || sheaf_home_exists(config->home))
        SHEAF_TRY(sheaf_home_read(&home, config->home, err));
    sheaf_node_config known = *config;
    if (!known.ca_file && home.ca[0])
        known.ca_file = home.ca;
    SHEAF_TRY(sheaf_http_transport_open(&http, known.hub_url ? known.hub_url : home.hub,
                                        known.ca_file, stop, err));
    sheaf_node_ports ports = sheaf_node_ports_real(sheaf_http_transport_as(&http));
    sheaf_node node;
    sheaf_http_transport relay = {0};
    sheaf_status status = SHEAF_OK;
    if (config->relay_url) {
        status = sheaf_http_transport_open(&relay, config->relay_url, known.ca_file, stop, err);
        ports.relay = sheaf_http_transport_as(&relay);
    }
    if (status == SHEAF_OK)
        status = sheaf_node_open(&node, &known, &ports, err);
    if (status == SHEAF_OK) {
        sheaf_node_log(&node, "info", "node.start", "home=%s hub=%s", config->home,
                       node.member.home.hub);
        status = run(&node, &http, stop, err);
        sheaf_node_log(&node, "info", "node.stop", "home=%s", config->home);
        sheaf_node_close(&node);
    }
    sheaf_http_transport_close(&relay);
    sheaf_http_transport_close(&http);
    return status;
}
