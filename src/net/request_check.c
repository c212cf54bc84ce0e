/* Which requests are let in. libmicrohttpd 0.9.75 hands ambiguous ones to its application:
 * repeated lengths, folded headers, bare line feeds. Every rule of RFC 9112 that keeps two
 * programs from reading one request differently is checked here. */
#include "net/net_internal.h"

#include <string.h>
#include <strings.h>

typedef struct {
    unsigned lines, hosts, lengths, codings;
    sheaf_slice host, length, coding;
    const char *end;      /* behind the last value */
    const char *sentence; /* the first fault of a line, or NULL */
} headers;

static bool is_token(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        bool letter =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == 0 || !strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return len > 0;
}

static bool name_is(const char *name, size_t len, const char *want)
{
    return len == strlen(want) && strncasecmp(name, want, len) == 0;
}

/* Name and value must stand in one line as they were sent. libmicrohttpd writes a NUL over the
 * colon and over CR LF; it glues the text of a continuation line to the *name* of the header.
 * So between name and value there is white space alone, and two NULs follow the value. */
static const char *line_fault(const char *name, size_t name_len, const char *value,
                              size_t value_len)
{
    if (!is_token(name, name_len))
        return "a header name has a character that no header name may have";
    uintptr_t gap_at = (uintptr_t)name + name_len + 1;
    uintptr_t gap = (uintptr_t)value - gap_at; /* huge where the value stands in front */
    if (gap > 64 || strspn(name + name_len + 1, " \t") < gap)
        return "a header is folded over several lines; send it in one";
    if (value[value_len + 1] != 0)
        return "a header line does not end in CR LF, or holds a NUL";
    for (size_t i = 0; i < value_len; i++)
        if (((uint8_t)value[i] < ' ' && value[i] != '\t') || value[i] == 0x7f)
            return "a header value holds a control character";
    return NULL;
}

static enum MHD_Result on_header(void *ctx, enum MHD_ValueKind kind, const char *name,
                                 size_t name_len, const char *value, size_t value_len)
{
    headers *seen = ctx;
    (void)kind;
    seen->lines++;
    if (!value) {
        seen->sentence = "a header has no value";
        return MHD_NO;
    }
    seen->end = value + value_len;
    seen->sentence = line_fault(name, name_len, value, value_len);
    if (seen->sentence)
        return MHD_NO;
    while (value_len > 0 && (value[value_len - 1] == ' ' || value[value_len - 1] == '\t'))
        value_len--;
    sheaf_slice text = sheaf_bytes(value, value_len);
    if (name_is(name, name_len, "host")) {
        seen->hosts++;
        seen->host = text;
    } else if (name_is(name, name_len, "content-length")) {
        seen->lengths++;
        seen->length = text;
    } else if (name_is(name, name_len, "transfer-encoding")) {
        seen->codings++;
        seen->coding = text;
    }
    return seen->lines > SHEAF_HTTP_HEADER_LINES_MAX ? MHD_NO : MHD_YES;
}

/* True if the section ends where it should: CR LF of the last line, then CR LF alone. To
 * libmicrohttpd a line that begins with a colon is empty, so that it would read the rest of the
 * headers as the body or as another request. */
static bool section_ends(struct MHD_Connection *connection, const sheaf_http_line *line,
                         const headers *seen)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info && seen->end
           && (uintptr_t)seen->end + 4 == (uintptr_t)line->method + info->header_size;
}

static bool host_usable(sheaf_slice host)
{
    for (size_t i = 0; i < host.len; i++) {
        uint8_t c = host.data[i];
        bool letter =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == 0 || !strchr(".-_:[]", c)))
            return false;
    }
    return host.len > 0 && host.len <= SHEAF_URL_HOST_MAX + 8;
}

static bool host_allowed(sheaf_slice host, const char *const *hosts)
{
    if (!hosts)
        return true;
    for (; *hosts; hosts++)
        if (name_is((const char *)host.data, host.len, *hosts))
            return true;
    return false;
}

static bool length_read(sheaf_slice text, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (c < '0' || c > '9' || __builtin_mul_overflow(value, 10, &value)
            || __builtin_add_overflow(value, (uint64_t)(c - '0'), &value))
            return false;
    }
    *out = value;
    return text.len > 0;
}

static bool refuse(sheaf_http_response *refusal, unsigned status, const char *sentence)
{
    *refusal = sheaf_http_error(status, "%s", sentence);
    return false;
}

static bool line_check(const sheaf_http_line *line, sheaf_http_head *out,
                       sheaf_http_response *refusal)
{
    static const struct {
        const char *name;
        sheaf_http_method method;
    } methods[] = {
        {"GET", SHEAF_HTTP_GET}, {"HEAD", SHEAF_HTTP_HEAD},     {"POST", SHEAF_HTTP_POST},
        {"PUT", SHEAF_HTTP_PUT}, {"DELETE", SHEAF_HTTP_DELETE},
    };
    if (!line->target)
        return refuse(refusal, 400, "the request line names nothing to fetch");
    if (strcmp(line->version, "HTTP/1.1") != 0 && strcmp(line->version, "HTTP/1.0") != 0)
        return refuse(refusal, 400, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    /* The three parts stand one NUL apart unless a space was doubled or a NUL was sent; two
     * NULs end the line unless it ended in a bare LF. */
    if (line->target != line->method + strlen(line->method) + 1
        || line->version != line->target + line->target_len + 1
        || line->version[sizeof "HTTP/1.1"] != 0)
        return refuse(refusal, 400,
                      "the request line is not METHOD, one space, target, one space, version, "
                      "CR LF");
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (strcmp(line->method, methods[i].name) == 0) {
            out->method = methods[i].method;
            return true;
        }
    }
    (void)refuse(refusal, 405, "only GET, HEAD, POST, PUT and DELETE are understood");
    sheaf_http_header(refusal, "Allow", "GET, HEAD, POST, PUT, DELETE");
    return false;
}

static bool framing_check(const headers *seen, sheaf_http_head *out,
                          sheaf_http_response *refusal)
{
    if (seen->lengths > 1)
        return refuse(refusal, 400, "the request has more than one Content-Length");
    if (seen->codings > 1)
        return refuse(refusal, 400, "the request has more than one Transfer-Encoding");
    if (seen->lengths && seen->codings)
        return refuse(refusal, 400,
                      "the request has both a Content-Length and a Transfer-Encoding");
    if (seen->lengths && !length_read(seen->length, &out->length))
        return refuse(refusal, 400, "the Content-Length is not a number in digits");
    out->chunked = seen->codings > 0;
    if (out->chunked && !name_is((const char *)seen->coding.data, seen->coding.len, "chunked"))
        return refuse(refusal, 400, "the only Transfer-Encoding understood is chunked");
    out->has_body = out->chunked || out->length > 0;
    if (out->has_body && (out->method == SHEAF_HTTP_GET || out->method == SHEAF_HTTP_HEAD))
        return refuse(refusal, 400, "a GET or HEAD request has no body");
    return true;
}

bool sheaf_http_head_check(struct MHD_Connection *connection, const sheaf_http_line *line,
                           const char *const *hosts, sheaf_http_head *out,
                           sheaf_http_response *refusal)
{
    headers seen = {0};
    *out = (sheaf_http_head){0};
    if (!line_check(line, out, refusal))
        return false;
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, on_header, &seen);
    if (seen.sentence)
        return refuse(refusal, 400, seen.sentence);
    if (seen.lines > SHEAF_HTTP_HEADER_LINES_MAX)
        return refuse(refusal, 431, "the request has more than 100 header lines");
    if (seen.lines > 0 && !section_ends(connection, line, &seen))
        return refuse(refusal, 400,
                      "a header has no name, or the headers do not end in an empty line");
    if (seen.hosts == 0)
        return refuse(refusal, 400, "the request has no Host header");
    if (seen.hosts > 1)
        return refuse(refusal, 400, "the request has more than one Host header");
    if (seen.codings && strcmp(line->version, "HTTP/1.0") == 0)
        return refuse(refusal, 400, "HTTP/1.0 has no Transfer-Encoding");
    if (!host_usable(seen.host))
        return refuse(refusal, 400, "the Host header is no host name");
    if (!host_allowed(seen.host, hosts))
        return refuse(refusal, 421,
                      "this server does not answer under that Host name; use its own address");
    return framing_check(&seen, out, refusal);
}

static bool segments_good(sheaf_slice path)
{
    size_t start = 1;
    for (size_t i = 1; i <= path.len; i++) {
        if (i < path.len && path.data[i] != '/')
            continue;
        sheaf_slice segment = {path.data + start, i - start};
        if (sheaf_slice_is(segment, ".") || sheaf_slice_is(segment, "..")
            || (segment.len == 0 && i < path.len))
            return false;
        start = i + 1;
    }
    return true;
}

bool sheaf_http_target_check(sheaf_slice target, uint8_t *path_bytes, sheaf_slice *path,
                             sheaf_query *query, sheaf_http_response *refusal)
{
    if (target.len > SHEAF_HTTP_TARGET_MAX)
        return refuse(refusal, 414, "the path and query have more than 2048 bytes");
    if (target.len == 0 || target.data[0] != '/')
        return refuse(refusal, 400, "the path does not begin with /");
    for (size_t i = 0; i < target.len; i++)
        if (target.data[i] <= ' ' || target.data[i] >= 0x7f || target.data[i] == '#')
            return refuse(refusal, 400,
                          "the path has a space, a # or a character outside ASCII; "
                          "percent-encode it");
    const uint8_t *mark = memchr(target.data, '?', target.len);
    size_t raw_len = mark ? (size_t)(mark - target.data) : target.len;
    for (size_t i = 0; i + 2 < raw_len; i++)
        if (target.data[i] == '%' && target.data[i + 1] == '2'
            && (target.data[i + 2] | 0x20) == 'f')
            return refuse(refusal, 400, "the path has an escaped slash");
    size_t len;
    if (!sheaf_percent_decode(sheaf_bytes(target.data, raw_len), false, path_bytes, &len))
        return refuse(refusal, 400,
                      "the path has a broken percent escape, a control character or text that "
                      "is not UTF-8");
    path_bytes[len] = 0;
    *path = sheaf_bytes(path_bytes, len);
    if (!segments_good(*path))
        return refuse(refusal, 400, "the path has an empty, . or .. segment");
    sheaf_err err;
    sheaf_slice rest =
        mark ? sheaf_bytes(mark + 1, target.len - raw_len - 1) : (sheaf_slice){NULL, 0};
    if (sheaf_query_parse(rest, query, &err) != SHEAF_OK)
        return refuse(refusal, 400, err.message);
    return true;
}
