/* The node as a program: over HTTP, until it is told to stop; declared in node.h. */
#include "node/node.h"

enum {
    POLL_DEFAULT_MS = 250,
    POLL_ROUND_MS = 20, /* while a round is under way */
    BUSY_TURNS = 100,   /* so many quick looks follow a round: the next one may be near */
};

sheaf_status sheaf_node_run(const sheaf_node_config *config, const atomic_bool *stop,
                            sheaf_err *err)
{
    sheaf_http_transport http;
    sheaf_home home = {0};
    if (!config->hub_url)
        SHEAF_TRY(sheaf_home_read(&home, config->home, err));
    SHEAF_TRY(sheaf_http_transport_open(&http, config->hub_url ? config->hub_url : home.hub,
                                        config->ca_file, stop, err));
    sheaf_node_ports ports = sheaf_node_ports_real(sheaf_http_transport_as(&http));
    sheaf_node node;
    sheaf_status status = sheaf_node_open(&node, config, &ports, err);
    if (status != SHEAF_OK) {
        sheaf_http_transport_close(&http);
        return status;
    }
    sheaf_node_log(&node, "info", "node.start", "home=%s hub=%s", config->home,
                   node.member.home.hub);
    int busy = 0;
    unsigned poll = config->poll_ms ? config->poll_ms : POLL_DEFAULT_MS;
    while (status == SHEAF_OK && !atomic_load(stop)) {
        status = sheaf_node_turn(&node, err);
        busy = node.has_round ? BUSY_TURNS : busy > 0 ? busy - 1 : 0;
        ports.wait(ports.context, busy > 0 && poll > POLL_ROUND_MS ? POLL_ROUND_MS : poll);
    }
    sheaf_node_log(&node, "info", "node.stop", "home=%s", config->home);
    sheaf_node_close(&node);
    sheaf_http_transport_close(&http);
    return status;
}
