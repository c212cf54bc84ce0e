/* learn/protobuf.h - fields of a protocol buffer, appended: as much of the encoding as a writer
 * of ONNX needs (protobuf.dev/programming-guides/encoding).
 *
 * A message is its fields in the order of their numbers, which is how the format's own
 * libraries write it. Repeated fields stand one by one (proto2).
 */
#ifndef SHEAF_LEARN_PROTOBUF_H
#define SHEAF_LEARN_PROTOBUF_H

#include "base/buffer.h"

/* int64, int32, enum: the least seven bits first; negative numbers take ten bytes. */
void sheaf_protobuf_int(sheaf_buffer *out, uint32_t field, int64_t value);

/* bytes, string, or a message that was written by itself. */
void sheaf_protobuf_bytes(sheaf_buffer *out, uint32_t field, sheaf_slice value);

void sheaf_protobuf_string(sheaf_buffer *out, uint32_t field, const char *value);

/* The same, and frees the message; `out` has failed where the message has. */
void sheaf_protobuf_message(sheaf_buffer *out, uint32_t field, sheaf_buffer *message);

#endif
