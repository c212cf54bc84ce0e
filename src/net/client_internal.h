/* net/client_internal.h - what the two files of the client share. */
#ifndef SHEAF_NET_CLIENT_INTERNAL_H
#define SHEAF_NET_CLIENT_INTERNAL_H

#include "net/client.h"

/* Its owner has asked it to end. */
bool sheaf_http_client_stopped(const sheaf_http_client *client);

#endif
