/* net/gzip.h - answers in gzip for clients that take it.
 *
 * Only for what is the same for everyone who may read it and holds no secret of the client: the
 * entries of a log. The other way there is nothing to do here: the client (client.h) leaves
 * unpacking to libcurl and bounds what comes out of it.
 */
#ifndef SHEAF_NET_GZIP_H
#define SHEAF_NET_GZIP_H

#include "net/server.h"

/* Packs the response's bytes if the request's Accept-Encoding allows it and if that makes them
 * smaller; says in either case that the answer depends on that header. Inside a handler. */
void sheaf_http_gzip(sheaf_http_response *response, const sheaf_http_request *request);

#endif
