#include "learn/protobuf.h"

enum { VARINT = 0, LENGTH_DELIMITED = 2 };

static void varint_put(sheaf_buffer *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        sheaf_buffer_add_byte(out, (uint8_t)(value | 0x80));
    sheaf_buffer_add_byte(out, (uint8_t)value);
}

void sheaf_protobuf_int(sheaf_buffer *out, uint32_t field, int64_t value)
{
    varint_put(out, (uint64_t)field << 3 | VARINT);
    varint_put(out, (uint64_t)value);
}

void sheaf_protobuf_bytes(sheaf_buffer *out, uint32_t field, sheaf_slice value)
{
    varint_put(out, (uint64_t)field << 3 | LENGTH_DELIMITED);
    varint_put(out, value.len);
    sheaf_buffer_add(out, value);
}

void sheaf_protobuf_string(sheaf_buffer *out, uint32_t field, const char *value)
{
    sheaf_protobuf_bytes(out, field, sheaf_str(value));
}

void sheaf_protobuf_message(sheaf_buffer *out, uint32_t field, sheaf_buffer *message)
{
    sheaf_protobuf_bytes(out, field, sheaf_buffer_slice(message));
    out->failed |= message->failed;
    sheaf_buffer_deinit(message);
}
