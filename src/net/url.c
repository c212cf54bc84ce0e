#include "net/url.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>

static bool is_unreserved(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
           || c == '-' || c == '.' || c == '_' || c == '~';
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Takes `prefix` off the front, in either case of letters. */
static bool take_scheme(sheaf_slice *in, const char *prefix)
{
    size_t len = strlen(prefix);
    if (in->len < len)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((in->data[i] | (prefix[i] >= 'a' ? 0x20 : 0)) != (uint8_t)prefix[i])
            return false;
    *in = sheaf_bytes(in->data + len, in->len - len);
    return true;
}

static sheaf_slice take_until(sheaf_slice *in, const char *stops)
{
    size_t n = 0;
    while (n < in->len && !(in->data[n] && strchr(stops, in->data[n])))
        n++;
    sheaf_slice out = {in->data, n};
    *in = sheaf_bytes(in->data + n, in->len - n);
    return out;
}

static sheaf_status host_parse(sheaf_slice *in, sheaf_slice text, sheaf_url *out,
                               sheaf_err *err)
{
    out->ipv6 = in->len > 0 && in->data[0] == '[';
    if (out->ipv6)
        *in = sheaf_bytes(in->data + 1, in->len - 1);
    sheaf_slice host = take_until(in, out->ipv6 ? "]" : ":/?#");
    if (host.len == 0 || host.len > SHEAF_URL_HOST_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the address %.*s has no usable host name",
                          SHEAF_PRINT(text));
    for (size_t i = 0; i < host.len; i++) {
        uint8_t c = host.data[i];
        bool good = out->ipv6 ? hex_digit(c) >= 0 || c == ':' || c == '.'
                              : is_unreserved(c) && c != '~';
        if (!good)
            return sheaf_fail(err, SHEAF_INVALID,
                              "the host in %.*s has a character that no host name has",
                              SHEAF_PRINT(text));
        out->host[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    out->host[host.len] = 0;
    if (out->ipv6) {
        if (in->len == 0 || in->data[0] != ']')
            return sheaf_fail(err, SHEAF_INVALID, "the IPv6 address in %.*s lacks its ]",
                              SHEAF_PRINT(text));
        *in = sheaf_bytes(in->data + 1, in->len - 1);
    }
    return SHEAF_OK;
}

static sheaf_status port_parse(sheaf_slice *in, sheaf_slice text, sheaf_url *out,
                               sheaf_err *err)
{
    out->port = out->tls ? 443 : 80;
    if (in->len == 0 || in->data[0] != ':')
        return SHEAF_OK;
    *in = sheaf_bytes(in->data + 1, in->len - 1);
    sheaf_slice digits = take_until(in, "/?#");
    uint32_t port = 0;
    bool good = digits.len >= 1 && digits.len <= 5 && digits.data[0] != '0';
    for (size_t i = 0; good && i < digits.len; i++) {
        good = digits.data[i] >= '0' && digits.data[i] <= '9';
        port = port * 10 + digits.data[i] - '0';
    }
    if (!good || port > 65535)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the port in %.*s is not a number from 1 to 65535",
                          SHEAF_PRINT(text));
    out->port = (uint16_t)port;
    return SHEAF_OK;
}

sheaf_status sheaf_url_parse(sheaf_slice text, sheaf_url *out, sheaf_err *err)
{
    if (text.len > SHEAF_URL_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "an address has more than %d bytes",
                          SHEAF_URL_MAX);
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] <= ' ' || text.data[i] >= 0x7f)
            return sheaf_fail(err, SHEAF_INVALID,
                              "an address has a space or a character outside ASCII; "
                              "percent-encode it");
    sheaf_slice in = text;
    sheaf_url url = {.tls = false};
    if (take_scheme(&in, "https://"))
        url.tls = true;
    else if (!take_scheme(&in, "http://"))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the address %.*s does not begin with http:// or https://",
                          SHEAF_PRINT(text));
    SHEAF_TRY(host_parse(&in, text, &url, err));
    SHEAF_TRY(port_parse(&in, text, &url, err));
    if (in.len > 0 && in.data[0] != '/')
        return sheaf_fail(err, SHEAF_INVALID,
                          "after host and port of %.*s only a path may follow",
                          SHEAF_PRINT(text));
    for (size_t i = 0; i < in.len; i++)
        if (in.data[i] == '?' || in.data[i] == '#')
            return sheaf_fail(err, SHEAF_INVALID,
                              "the address %.*s has a query or a fragment; leave it out",
                              SHEAF_PRINT(text));
    while (in.len > 0 && in.data[in.len - 1] == '/')
        in.len--;
    if (in.len > 0)
        memcpy(url.prefix, in.data, in.len);
    *out = url;
    return SHEAF_OK;
}

sheaf_status sheaf_url_join(const sheaf_url *base, const char *path, sheaf_buffer *out,
                            sheaf_err *err)
{
    assert(path[0] == '/');
    sheaf_buffer_init(out, 2 * SHEAF_URL_MAX);
    sheaf_buffer_printf(out, "%s://%s%s%s", base->tls ? "https" : "http", base->ipv6 ? "[" : "",
                        base->host, base->ipv6 ? "]" : "");
    if (base->port != (base->tls ? 443 : 80))
        sheaf_buffer_printf(out, ":%u", base->port);
    sheaf_buffer_add_string(out, base->prefix);
    sheaf_buffer_add_string(out, path);
    sheaf_buffer_add_byte(out, 0);
    return sheaf_buffer_check(out, "the address", err);
}

bool sheaf_url_loopback(const sheaf_url *url)
{
    if (url->ipv6)
        return strcmp(url->host, "::1") == 0;
    if (strcmp(url->host, "localhost") == 0)
        return true;
    struct in_addr address;
    return inet_pton(AF_INET, url->host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

void sheaf_percent_encode(sheaf_buffer *out, sheaf_slice text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (is_unreserved(c)) {
            sheaf_buffer_add_byte(out, c);
            continue;
        }
        sheaf_buffer_add_byte(out, '%');
        sheaf_buffer_add_byte(out, (uint8_t)digits[c >> 4]);
        sheaf_buffer_add_byte(out, (uint8_t)digits[c & 15]);
    }
}

bool sheaf_percent_decode(sheaf_slice in, bool plus_is_space, uint8_t *out, size_t *len)
{
    size_t n = 0;
    for (size_t i = 0; i < in.len; i++) {
        uint8_t c = in.data[i];
        if (c == '%') {
            if (in.len - i < 3 || hex_digit(in.data[i + 1]) < 0
                || hex_digit(in.data[i + 2]) < 0)
                return false;
            c = (uint8_t)(hex_digit(in.data[i + 1]) << 4 | hex_digit(in.data[i + 2]));
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if (c < ' ' || c == 0x7f)
            return false;
        out[n++] = c;
    }
    *len = n;
    return sheaf_utf8_valid(sheaf_bytes(out, n));
}

sheaf_status sheaf_query_parse(sheaf_slice in, sheaf_query *out, sheaf_err *err)
{
    size_t used = 0;
    out->count = 0;
    if (in.len > sizeof out->bytes)
        return sheaf_fail(err, SHEAF_INVALID, "the query has more than %zu bytes",
                          sizeof out->bytes);
    while (in.len > 0) {
        sheaf_slice item = take_until(&in, "&");
        bool more = in.len > 0;
        if (more)
            in = sheaf_bytes(in.data + 1, in.len - 1);
        if (item.len == 0 || (more && in.len == 0))
            return sheaf_fail(err, SHEAF_INVALID, "the query has an empty part");
        if (out->count == SHEAF_QUERY_ITEMS_MAX)
            return sheaf_fail(err, SHEAF_INVALID, "the query has more than %d parts",
                              SHEAF_QUERY_ITEMS_MAX);
        sheaf_slice raw[2] = {take_until(&item, "="), {NULL, 0}}, text[2];
        if (item.len > 0)
            raw[1] = sheaf_bytes(item.data + 1, item.len - 1);
        for (int k = 0; k < 2; k++) {
            size_t len;
            if (!sheaf_percent_decode(raw[k], true, out->bytes + used, &len))
                return sheaf_fail(err, SHEAF_INVALID,
                                  "the query has a broken percent escape, a control character "
                                  "or text that is not UTF-8");
            text[k] = sheaf_bytes(out->bytes + used, len);
            used += len;
        }
        for (size_t i = 0; i < out->count; i++)
            if (sheaf_slice_equal(out->items[i].name, text[0]))
                return sheaf_fail(err, SHEAF_INVALID, "the query names %.*s twice",
                                  SHEAF_PRINT(text[0]));
        out->items[out->count].name = text[0];
        out->items[out->count++].value = text[1];
    }
    return SHEAF_OK;
}

sheaf_slice sheaf_query_find(const sheaf_query *query, const char *name)
{
    for (size_t i = 0; i < query->count; i++)
        if (sheaf_slice_is(query->items[i].name, name))
            return query->items[i].value;
    return (sheaf_slice){NULL, 0};
}
