/* claims/verify_fetch.h - what a hub or a mirror serves to everyone, asked for by path; or the
 * same files in a folder. */
#ifndef SHEAF_CLAIMS_VERIFY_FETCH_H
#define SHEAF_CLAIMS_VERIFY_FETCH_H

#include "claims/verify.h"
#include "net/url.h"

typedef struct {
    const char *dir; /* of a folder; NULL: over HTTP */
    sheaf_url base;
    sheaf_http_client *client;
    sheaf_http_reply reply; /* to the last question */
} sheaf_verify_fetch;

/* `from` is a URL, or a folder with log/ in it; borrowed. */
SHEAF_MUST_USE sheaf_status sheaf_verify_fetch_open(sheaf_verify_fetch *out, const char *from,
                                                    const sheaf_verify_options *options,
                                                    sheaf_err *err);
void sheaf_verify_fetch_close(sheaf_verify_fetch *fetch);

/* Over HTTP alone. Whatever the answer is; its status stands in the reply. */
SHEAF_MUST_USE sheaf_status sheaf_verify_ask(sheaf_verify_fetch *fetch, const char *path,
                                             sheaf_err *err);
/* A file of the log, by its path below log/; *out borrows from the reply. */
SHEAF_MUST_USE sheaf_status sheaf_verify_get_log(sheaf_verify_fetch *fetch, const char *name,
                                                 sheaf_slice *out, sheaf_err *err);

#endif
