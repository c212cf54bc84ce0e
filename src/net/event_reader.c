#include "net/event_reader.h"

void sheaf_event_reader_init(sheaf_event_reader *reader,
                             bool (*on_event)(void *ctx, sheaf_slice name, sheaf_slice data),
                             void *ctx)
{
    *reader = (sheaf_event_reader){.on_event = on_event, .ctx = ctx};
    sheaf_buffer_init(&reader->line, SHEAF_EVENT_BYTES_MAX);
    sheaf_buffer_init(&reader->data, SHEAF_EVENT_BYTES_MAX);
}

void sheaf_event_reader_deinit(sheaf_event_reader *reader)
{
    sheaf_buffer_deinit(&reader->line);
    sheaf_buffer_deinit(&reader->data);
}

static void event_end(sheaf_event_reader *reader)
{
    sheaf_slice name =
        reader->name_len ? sheaf_bytes(reader->name, reader->name_len) : sheaf_str("message");
    if (reader->has_data
        && !reader->on_event(reader->ctx, name, sheaf_buffer_slice(&reader->data)))
        reader->stopped = true;
    sheaf_buffer_reset(&reader->data);
    reader->has_data = false;
    reader->name_len = 0;
}

static sheaf_status line_end(sheaf_event_reader *reader, sheaf_err *err)
{
    sheaf_slice field = sheaf_buffer_slice(&reader->line), value = {NULL, 0};
    if (field.len == 0) {
        event_end(reader);
        return SHEAF_OK;
    }
    const uint8_t *colon = memchr(field.data, ':', field.len);
    if (colon) {
        size_t at = (size_t)(colon - field.data);
        value = sheaf_bytes(colon + 1, field.len - at - 1);
        field.len = at;
        if (value.len > 0 && value.data[0] == ' ')
            value = sheaf_bytes(value.data + 1, value.len - 1);
    }
    if (sheaf_slice_is(field, "event")) {
        if (value.len > sizeof reader->name)
            return sheaf_fail(err, SHEAF_INVALID, "an event has a name of more than %d bytes",
                              SHEAF_EVENT_NAME_MAX);
        if (value.len > 0)
            memcpy(reader->name, value.data, value.len);
        reader->name_len = value.len;
    } else if (sheaf_slice_is(field, "data")) {
        if (reader->has_data)
            sheaf_buffer_add_byte(&reader->data, '\n');
        sheaf_buffer_add(&reader->data, value);
        reader->has_data = true;
    }
    sheaf_buffer_reset(&reader->line);
    return sheaf_buffer_check(&reader->data, "an event", err);
}

sheaf_status sheaf_event_reader_feed(sheaf_event_reader *reader, sheaf_slice piece,
                                     sheaf_err *err)
{
    size_t start = 0;
    for (size_t i = 0; i < piece.len && !reader->stopped; i++) {
        uint8_t c = piece.data[i];
        if (c != '\n' && c != '\r') {
            reader->after_cr = false;
            continue;
        }
        bool second_half = c == '\n' && reader->after_cr; /* of a CR LF that ended a line */
        reader->after_cr = c == '\r';
        if (!second_half) {
            sheaf_buffer_add(&reader->line, sheaf_bytes(piece.data + start, i - start));
            SHEAF_TRY(sheaf_buffer_check(&reader->line, "a line of an event stream", err));
            SHEAF_TRY(line_end(reader, err));
        }
        start = i + 1;
    }
    if (!reader->stopped && start < piece.len)
        sheaf_buffer_add(&reader->line, sheaf_bytes(piece.data + start, piece.len - start));
    return sheaf_buffer_check(&reader->line, "a line of an event stream", err);
}
