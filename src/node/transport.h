/* node/transport.h - how a member's programs speak to the hub: one call, one answer.
 *
 * Everything in node/ reaches the hub through this struct, so that the simulation and the tests
 * stand in for the network. sheaf_http_transport is the real one.
 */
#ifndef SHEAF_NODE_TRANSPORT_H
#define SHEAF_NODE_TRANSPORT_H

#include "base/buffer.h"
#include "crypto/ed25519.h"
#include "net/client.h"
#include "net/url.h"

enum { SHEAF_REQUEST_MAX = 160 }; /* bytes of a Sheaf-Request header with its NUL */

typedef struct {
    const char *method; /* "GET", "POST" or "PUT" */
    const char *path;   /* begins with '/', may carry a query */
    const char *content_type;
    const char *signed_request; /* value of the Sheaf-Request header, or NULL */
    const char *input;          /* value of the Sheaf-Input header, or NULL */
    sheaf_slice body;
    const char *body_file; /* or NULL: the body is what stands in this file … */
    uint64_t body_from;    /* … from here on */
} sheaf_hub_call;

/* `answer` is emptied and bounds what is taken. Fails only where no whole answer came: an error
 * status is an answer. */
typedef struct {
    sheaf_status (*call)(void *context, const sheaf_hub_call *call, unsigned *status,
                         sheaf_buffer *answer, sheaf_err *err);
    void *context;
} sheaf_transport;

/* GET of a path; anything but 200 is a failure with the hub's sentence. */
SHEAF_MUST_USE sheaf_status sheaf_hub_get(const sheaf_transport *transport, const char *path,
                                          sheaf_buffer *answer, sheaf_err *err);

/* The hub's sentence out of an error or a refusal; SHEAF_IO. */
sheaf_status sheaf_hub_failed(const char *path, unsigned status, sheaf_slice answer,
                              sheaf_err *err);

/* Writes "KEY.TIME.SIGNATURE" for a signed request of the key with that entry index. */
SHEAF_MUST_USE sheaf_status sheaf_request_sign(char out[SHEAF_REQUEST_MAX], sheaf_slice origin,
                                               uint32_t key, const sheaf_keypair *pair,
                                               const sheaf_hub_call *call, int64_t time_ms,
                                               sheaf_err *err);

/* Over HTTP. One serves one thread. */
typedef struct {
    sheaf_url base;
    sheaf_http_client *client;
} sheaf_http_transport;

/* `ca_file` and `stop` may be NULL. */
SHEAF_MUST_USE sheaf_status sheaf_http_transport_open(sheaf_http_transport *out,
                                                      const char *hub_url, const char *ca_file,
                                                      const atomic_bool *stop, sheaf_err *err);
void sheaf_http_transport_close(sheaf_http_transport *transport);
sheaf_transport sheaf_http_transport_as(sheaf_http_transport *transport);

#endif
