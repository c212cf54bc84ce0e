/* hub/request.h - signed requests: what only a member's key may ask for.
 *
 * The header is `Sheaf-Request: KEY.TIME.SIGNATURE`, the signature over method, path, time and
 * hash of the body, good for two minutes either way. Repeating one changes nothing: what such
 * requests do is the same the second time.
 */
#ifndef SHEAF_HUB_REQUEST_H
#define SHEAF_HUB_REQUEST_H

#include "hub/hub_internal.h"

/* The key that signed, if it is live. `body` is the hash of what is sent. Otherwise false, and
 * *refusal says what is wrong (401). Inside route or handler. */
bool sheaf_request_signed(sheaf_hub *hub, const sheaf_http_request *request,
                          const sheaf_hash *body, uint32_t *key, sheaf_http_response *refusal);

#endif
