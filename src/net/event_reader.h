/* net/event_reader.h - takes a text/event-stream apart, in whatever pieces it comes.
 *
 * Follows the HTML standard, section 9.2.6, for `event` and `data`; ids and retry times are
 * skipped. Lines and data are bounded: one that is longer is a failure.
 */
#ifndef SHEAF_NET_EVENT_READER_H
#define SHEAF_NET_EVENT_READER_H

#include "base/buffer.h"
#include "base/status.h"

enum { SHEAF_EVENT_NAME_MAX = 64, SHEAF_EVENT_BYTES_MAX = 4 << 20 };

typedef struct {
    bool (*on_event)(void *ctx, sheaf_slice name, sheaf_slice data);
    void *ctx;
    sheaf_buffer line, data;
    char name[SHEAF_EVENT_NAME_MAX];
    size_t name_len;
    bool after_cr, has_data;
    bool stopped; /* on_event returned false: nothing more is read */
} sheaf_event_reader;

void sheaf_event_reader_init(sheaf_event_reader *reader,
                             bool (*on_event)(void *ctx, sheaf_slice name, sheaf_slice data),
                             void *ctx);
void sheaf_event_reader_deinit(sheaf_event_reader *reader);

/* Calls on_event for every event that ends in this piece. */
SHEAF_MUST_USE sheaf_status sheaf_event_reader_feed(sheaf_event_reader *reader,
                                                    sheaf_slice piece, sheaf_err *err);

#endif
