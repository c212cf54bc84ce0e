/* base/buffer.h - bytes that grow up to a stated maximum.
 *
 * A buffer owns its bytes. The first append that fails (maximum reached or memory spent) sets
 * `failed`; later appends do nothing. So a writer appends freely and looks once, at the end.
 */
#ifndef SHEAF_BASE_BUFFER_H
#define SHEAF_BASE_BUFFER_H

#include "base/slice.h"
#include "base/status.h"

typedef struct {
    uint8_t *data;
    size_t len, capacity, max;
    bool failed;
} sheaf_buffer;

/* No memory is taken before the first append. */
void sheaf_buffer_init(sheaf_buffer *buffer, size_t max);
void sheaf_buffer_deinit(sheaf_buffer *buffer);

/* Empties the buffer and clears `failed`; the memory is kept. */
void sheaf_buffer_reset(sheaf_buffer *buffer);

void sheaf_buffer_add(sheaf_buffer *buffer, sheaf_slice bytes);
void sheaf_buffer_add_string(sheaf_buffer *buffer, const char *text);
void sheaf_buffer_add_byte(sheaf_buffer *buffer, uint8_t byte);
__attribute__((format(printf, 2, 3))) void sheaf_buffer_printf(sheaf_buffer *buffer,
                                                               const char *format, ...);

/* Big-endian integers. */
void sheaf_buffer_add_u16(sheaf_buffer *buffer, uint16_t value);
void sheaf_buffer_add_u32(sheaf_buffer *buffer, uint32_t value);
void sheaf_buffer_add_u64(sheaf_buffer *buffer, uint64_t value);

/* Room for n bytes at the end, counted as written; NULL if that fails. */
uint8_t *sheaf_buffer_extend(sheaf_buffer *buffer, size_t n);

static inline sheaf_slice sheaf_buffer_slice(const sheaf_buffer *buffer)
{
    return (sheaf_slice){buffer->data, buffer->len};
}

/* SHEAF_NOMEM, naming `what`, if an append failed. */
SHEAF_MUST_USE sheaf_status sheaf_buffer_check(const sheaf_buffer *buffer, const char *what,
                                               sheaf_err *err);

/* Big-endian integers off the front of a slice; false, and nothing taken, if there are too few
 * bytes. */
bool sheaf_take_u8(sheaf_slice *in, uint8_t *out);
bool sheaf_take_u16(sheaf_slice *in, uint16_t *out);
bool sheaf_take_u32(sheaf_slice *in, uint32_t *out);
bool sheaf_take_u64(sheaf_slice *in, uint64_t *out);

#endif
