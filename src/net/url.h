/* net/url.h - the addresses that Sheaf speaks to, and the parts of a request target.
 *
 * Base addresses are http:// or https://, a host, an optional port and an optional path prefix;
 * no user names, no query, no fragment. Percent escapes are decoded strictly: two hex digits
 * after every '%', and what comes out is UTF-8 without control characters.
 */
#ifndef SHEAF_NET_URL_H
#define SHEAF_NET_URL_H

#include "base/buffer.h"
#include "base/status.h"

enum {
    SHEAF_URL_MAX = 2048,      /* bytes of a whole address */
    SHEAF_URL_HOST_MAX = 255,  /* RFC 1035 */
    SHEAF_QUERY_ITEMS_MAX = 32 /* name=value pairs of one query */
};

typedef struct {
    bool tls;
    bool ipv6; /* the host is an IPv6 address, written in brackets */
    uint16_t port;
    char host[SHEAF_URL_HOST_MAX + 1]; /* lower case, without brackets */
    char prefix[SHEAF_URL_MAX + 1];    /* "" or "/…" without a slash at the end */
} sheaf_url;

SHEAF_MUST_USE sheaf_status sheaf_url_parse(sheaf_slice text, sheaf_url *out, sheaf_err *err);

/* The whole address of `path`, which begins with '/' and is already percent-encoded (it may
 * carry a query), with a NUL at the end. *out is initialised here and freed by the caller, also
 * when this fails. */
SHEAF_MUST_USE sheaf_status sheaf_url_join(const sheaf_url *base, const char *path,
                                           sheaf_buffer *out, sheaf_err *err);

/* True for localhost, 127.0.0.0/8 and ::1. */
bool sheaf_url_loopback(const sheaf_url *url);

/* Appends `text` with everything but RFC 3986 unreserved characters escaped. */
void sheaf_percent_encode(sheaf_buffer *out, sheaf_slice text);

/* Writes the decoded text, never longer than `in`, to `out` and its length to *len; false if an
 * escape is broken or the result is not UTF-8 or holds a control character. `plus_is_space` is
 * the form encoding of queries. */
SHEAF_MUST_USE bool sheaf_percent_decode(sheaf_slice in, bool plus_is_space, uint8_t *out,
                                         size_t *len);

/* A query, decoded; names are unique. The slices point into `bytes`. */
typedef struct {
    size_t count;
    struct {
        sheaf_slice name, value;
    } items[SHEAF_QUERY_ITEMS_MAX];
    uint8_t bytes[SHEAF_URL_MAX];
} sheaf_query;

/* `in` is what stands behind the '?', at most SHEAF_URL_MAX bytes. */
SHEAF_MUST_USE sheaf_status sheaf_query_parse(sheaf_slice in, sheaf_query *out, sheaf_err *err);

/* The value of a name; data is NULL where it does not stand in the query. */
sheaf_slice sheaf_query_find(const sheaf_query *query, const char *name);

#endif
