/* What the server needs before its first request: a socket and its TLS files. */
#include "crypto/ed25519.h"
#include "net/net_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PEM_BYTES_MAX = 1 << 18, BACKLOG = 511 };

static sheaf_status bind_failed(const char *address, uint16_t port, int reason, sheaf_err *err)
{
    switch (reason) {
    case EADDRINUSE:
        return sheaf_fail(err, SHEAF_IO,
                          "port %u on %s is in use by another program; stop that program or "
                          "choose another port with --port",
                          port, address);
    case EADDRNOTAVAIL:
        return sheaf_fail(err, SHEAF_IO,
                          "%s (port %u) is no address of this machine; choose one of its own "
                          "with --listen, such as 127.0.0.1",
                          address, port);
    case EACCES:
        return sheaf_fail(err, SHEAF_IO,
                          "not allowed to listen on port %u of %s; choose a port above 1023 "
                          "with --port",
                          port, address);
    default:
        return sheaf_fail(err, SHEAF_IO, "cannot listen on port %u of %s: %s", port, address,
                          strerror(reason));
    }
}

static uint16_t port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at = {.v6 = {0}};
    socklen_t len = sizeof at;
    if (getsockname(fd, &at.any, &len) != 0)
        return 0;
    return ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}

sheaf_status sheaf_http_listen(const char *address, uint16_t port, int *out,
                               uint16_t *port_bound, sheaf_err *err)
{
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                             .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int unresolved = getaddrinfo(address, service, &hints, &found);
    if (unresolved)
        return sheaf_fail(err, SHEAF_INVALID,
                          "cannot listen on %s (port %u): %s; give a numeric address such as "
                          "127.0.0.1",
                          address, port, gai_strerror(unresolved));
    int reason = 0, on = 1;
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0
        || bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0)
        reason = errno;
    freeaddrinfo(found);
    if (reason) {
        if (fd >= 0)
            close(fd);
        return bind_failed(address, port, reason, err);
    }
    *out = fd;
    *port_bound = port_of(fd);
    return SHEAF_OK;
}

sheaf_status sheaf_http_pem_read(const char *path, char **out, sheaf_err *err)
{
    sheaf_status status = SHEAF_OK;
    char *text = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot open the TLS file %s: %s", path,
                          strerror(errno));
    text = calloc(1, PEM_BYTES_MAX + 1);
    size_t len = 0;
    ssize_t n = text ? 1 : 0;
    while (n > 0 && len < PEM_BYTES_MAX) {
        n = read(fd, text + len, PEM_BYTES_MAX - len);
        len += n > 0 ? (size_t)n : 0;
    }
    if (!text)
        status = sheaf_fail(err, SHEAF_NOMEM, "no memory to read the TLS file %s", path);
    else if (n < 0)
        status =
            sheaf_fail(err, SHEAF_IO, "cannot read the TLS file %s: %s", path, strerror(errno));
    else if (len == 0 || len == PEM_BYTES_MAX || strlen(text) != len)
        status =
            sheaf_fail(err, SHEAF_INVALID,
                       "%s is no PEM file: it is empty, binary or larger than 256 KiB", path);
    close(fd);
    if (status != SHEAF_OK) {
        if (text)
            sheaf_wipe(text, len); /* it may hold a key */
        free(text);
        return status;
    }
    *out = text;
    return SHEAF_OK;
}
