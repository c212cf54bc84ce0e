/* learn/safetensors.h - tensors and notes as a safetensors file: one content, one byte string.
 *
 * The format (huggingface.co/docs/safetensors): 8 bytes with the length of the header, least
 * significant first; the header, JSON that says of each tensor by name its type, its shape and
 * which bytes of the data are its, and under __metadata__ notes as strings; then the data.
 *
 * sheaf_safetensors_write() writes the canonical form: the header is canonical JSON (RFC 8785),
 * padded with spaces to a multiple of 8; tensors lie in the data by type as
 * sheaf_tensor_type lists them and then by name, without gaps, which is the order of the
 * format's own library too. sheaf_safetensors_read() takes a file as
 *
 *     CANONICAL  what was written here: every other byte string is refused, so that a file's
 *                hash names its content;
 *     FOREIGN    what other programs write: white space, members and tensors in any order. What
 *                is unsafe is refused just so: tensors that overlap, bytes that belong to none,
 *                a file cut short or with bytes behind, a name twice, shapes and offsets that
 *                do not fit or fit no number, a huge header.
 *
 * Nothing is copied: a tensor's data points into the bytes of the file. In a canonical file it
 * is aligned to its type wherever the file's bytes are aligned to 8, as memory from malloc and
 * a sheaf_buffer are; in a foreign one it need not be. sheaf_tensor_f64() and its like read a
 * value at any alignment, and compile to one load.
 */
#ifndef SHEAF_LEARN_SAFETENSORS_H
#define SHEAF_LEARN_SAFETENSORS_H

#include "base/buffer.h"
#include "base/status.h"

#include <assert.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "a tensor's bytes are used as they lie");

enum {
    SHEAF_SAFETENSORS_BYTES_MAX = 64 << 20, /* of a file */
    SHEAF_SAFETENSORS_HEADER_MAX = 1 << 17, /* bytes */
    SHEAF_TENSORS_MAX = 512,
    SHEAF_TENSOR_NOTES_MAX = 64,
    SHEAF_TENSOR_DIMS_MAX = 8,
    SHEAF_TENSOR_NAME_MAX = 100, /* of a tensor or a note: printable ASCII but " and \ */
};

/* In the order of a canonical file: 8 bytes a value, then 4, then 1. */
typedef enum {
    SHEAF_TENSOR_I64,
    SHEAF_TENSOR_F64,
    SHEAF_TENSOR_F32,
    SHEAF_TENSOR_I32,
    SHEAF_TENSOR_U8,
} sheaf_tensor_type;

typedef struct {
    sheaf_slice name;
    sheaf_tensor_type type;
    uint32_t dims; /* 0 for a single value */
    uint64_t shape[SHEAF_TENSOR_DIMS_MAX];
    uint64_t count;   /* of values: the product of the shape */
    const void *data; /* they, row by row, the least significant byte first; borrowed */
} sheaf_tensor;

typedef struct {
    sheaf_slice name, value; /* the value is UTF-8 */
} sheaf_tensor_note;

typedef enum { SHEAF_SAFETENSORS_CANONICAL, SHEAF_SAFETENSORS_FOREIGN } sheaf_safetensors_form;

/* A file that was read. It borrows the file's bytes and owns what else it needs. */
typedef struct {
    uint32_t count, notes_count;
    const sheaf_tensor *tensors;    /* in canonical order, however they lay */
    const sheaf_tensor_note *notes; /* by name */
    void *block;
} sheaf_safetensors;

/* A row of `count` values, or `rows` rows of `columns` values. The name and the data are
 * borrowed. */
sheaf_tensor sheaf_tensor_row(const char *name, sheaf_tensor_type type, uint64_t count,
                              const void *data);
sheaf_tensor sheaf_tensor_matrix(const char *name, sheaf_tensor_type type, uint64_t rows,
                                 uint64_t columns, const void *data);

/* Appends the file's bytes. Tensors and notes come in any order, no name twice; they are within
 * the bounds above. A buffer that is too small has failed. */
void sheaf_safetensors_write(sheaf_buffer *out, const sheaf_tensor *tensors, uint32_t count,
                             const sheaf_tensor_note *notes, uint32_t notes_count);

/* `name` is what errors call the file. On failure nothing is left to close. */
SHEAF_MUST_USE sheaf_status sheaf_safetensors_read(sheaf_slice file, const char *name,
                                                   sheaf_safetensors_form form,
                                                   sheaf_safetensors *out, sheaf_err *err);
void sheaf_safetensors_close(sheaf_safetensors *file);

/* The tensor of that name, or NULL. */
const sheaf_tensor *sheaf_safetensors_tensor(const sheaf_safetensors *file, const char *name);

/* The tensor of that name if it has that type and, with `columns` 0, is a row of `rows` values,
 * else a matrix; refuses others in words. */
SHEAF_MUST_USE sheaf_status sheaf_safetensors_expect(const sheaf_safetensors *file,
                                                     const char *name, sheaf_tensor_type type,
                                                     uint64_t rows, uint64_t columns,
                                                     const sheaf_tensor **out, sheaf_err *err);

/* The note of that name; data is NULL where there is none. */
sheaf_slice sheaf_safetensors_note(const sheaf_safetensors *file, const char *name);

/* Are the notes just these? They come in ascending order of their names. */
bool sheaf_safetensors_notes_are(const sheaf_safetensors *file, const sheaf_tensor_note *notes,
                                 uint32_t count);

/* Bytes of one value. */
static inline size_t sheaf_tensor_width(sheaf_tensor_type type)
{
    return type == SHEAF_TENSOR_U8 ? 1 : type <= SHEAF_TENSOR_F64 ? 8 : 4;
}

static inline double sheaf_tensor_f64(const sheaf_tensor *tensor, uint64_t i)
{
    double value;
    assert(tensor->type == SHEAF_TENSOR_F64 && i < tensor->count);
    memcpy(&value, (const uint8_t *)tensor->data + 8 * i, sizeof value);
    return value;
}

static inline float sheaf_tensor_f32(const sheaf_tensor *tensor, uint64_t i)
{
    float value;
    assert(tensor->type == SHEAF_TENSOR_F32 && i < tensor->count);
    memcpy(&value, (const uint8_t *)tensor->data + 4 * i, sizeof value);
    return value;
}

static inline int64_t sheaf_tensor_i64(const sheaf_tensor *tensor, uint64_t i)
{
    int64_t value;
    assert(tensor->type == SHEAF_TENSOR_I64 && i < tensor->count);
    memcpy(&value, (const uint8_t *)tensor->data + 8 * i, sizeof value);
    return value;
}

static inline int32_t sheaf_tensor_i32(const sheaf_tensor *tensor, uint64_t i)
{
    int32_t value;
    assert(tensor->type == SHEAF_TENSOR_I32 && i < tensor->count);
    memcpy(&value, (const uint8_t *)tensor->data + 4 * i, sizeof value);
    return value;
}

#endif
