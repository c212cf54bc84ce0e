/* hub/settler.h - the thread that brings DIR/log up to date behind the writer.
 *
 * What is acknowledged is durable in the journal and served from memory; its tiles, bundles and
 * checkpoint are copies of that, and making files costs more than all else in a commit. So they
 * are settled (store/log_settle.h) here, while the writer goes on.
 */
#ifndef SHEAF_HUB_SETTLER_H
#define SHEAF_HUB_SETTLER_H

#include "hub/hub_internal.h"

SHEAF_MUST_USE sheaf_status sheaf_settler_open(sheaf_settler **out, sheaf_hub *hub,
                                               sheaf_err *err);
/* Ends the thread; what waits is left to sheaf_log_store_close(). NULL is fine. */
void sheaf_settler_close(sheaf_settler *settler);

/* DIR/log is behind: it is brought up to date soon. */
void sheaf_settler_wake(sheaf_settler *settler);

#endif
