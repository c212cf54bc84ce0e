#include "learn/safetensors_internal.h"

#include "base/json.h"

#include <stdlib.h>

const char *const sheaf_tensor_type_names[SHEAF_TENSOR_TYPES] = {
    [SHEAF_TENSOR_I64] = "I64", [SHEAF_TENSOR_F64] = "F64", [SHEAF_TENSOR_F32] = "F32",
    [SHEAF_TENSOR_I32] = "I32", [SHEAF_TENSOR_U8] = "U8",
};

sheaf_tensor sheaf_tensor_row(const char *name, sheaf_tensor_type type, uint64_t count,
                              const void *data)
{
    return (sheaf_tensor){.name = sheaf_str(name),
                          .type = type,
                          .dims = 1,
                          .shape = {count},
                          .count = count,
                          .data = data};
}

sheaf_tensor sheaf_tensor_matrix(const char *name, sheaf_tensor_type type, uint64_t rows,
                                 uint64_t columns, const void *data)
{
    return (sheaf_tensor){.name = sheaf_str(name),
                          .type = type,
                          .dims = 2,
                          .shape = {rows, columns},
                          .count = rows * columns,
                          .data = data};
}

bool sheaf_tensor_name_good(sheaf_slice name)
{
    if (name.len == 0 || name.len > SHEAF_TENSOR_NAME_MAX)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (name.data[i] < 0x20 || name.data[i] > 0x7e || name.data[i] == '"'
            || name.data[i] == '\\')
            return false;
    return true;
}

static int name_order(sheaf_slice a, sheaf_slice b)
{
    int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int tensor_order(const void *a, const void *b)
{
    const sheaf_tensor *x = a, *y = b;
    return x->type != y->type ? (int)x->type - (int)y->type : name_order(x->name, y->name);
}

static int note_order(const void *a, const void *b)
{
    return name_order(((const sheaf_tensor_note *)a)->name,
                      ((const sheaf_tensor_note *)b)->name);
}

void sheaf_tensors_sort(sheaf_tensor *tensors, size_t count)
{
    qsort(tensors, count, sizeof *tensors, tensor_order);
}

void sheaf_tensor_notes_sort(sheaf_tensor_note *notes, size_t count)
{
    qsort(notes, count, sizeof *notes, note_order);
}

/* One member of the header: a tensor, or with NULL the notes. */
typedef struct {
    sheaf_slice name;
    const sheaf_tensor *tensor;
    uint64_t begin;
} member;

static int member_order(const void *a, const void *b)
{
    return name_order(((const member *)a)->name, ((const member *)b)->name);
}

static void key_put(sheaf_json_writer *w, sheaf_slice name)
{
    char key[SHEAF_TENSOR_NAME_MAX + 1];
    assert(sheaf_tensor_name_good(name));
    memcpy(key, name.data, name.len);
    key[name.len] = 0;
    sheaf_json_key(w, key);
}

static void tensor_put(sheaf_json_writer *w, const sheaf_tensor *tensor, uint64_t begin)
{
    sheaf_json_open_object(w);
    sheaf_json_key(w, "data_offsets");
    sheaf_json_open_list(w);
    sheaf_json_int(w, (int64_t)begin);
    sheaf_json_int(w, (int64_t)(begin + tensor->count * sheaf_tensor_width(tensor->type)));
    sheaf_json_close(w);
    sheaf_json_member_put_string(w, "dtype", sheaf_str(sheaf_tensor_type_names[tensor->type]));
    sheaf_json_key(w, "shape");
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < tensor->dims; i++)
        sheaf_json_int(w, (int64_t)tensor->shape[i]);
    sheaf_json_close(w);
    sheaf_json_close(w);
}

void sheaf_safetensors_header_put(sheaf_buffer *out, const sheaf_tensor *tensors, size_t count,
                                  const sheaf_tensor_note *notes, size_t notes_count)
{
    member members[SHEAF_TENSORS_MAX + 1];
    size_t filled = 0, from = out->len;
    uint64_t at = 0;
    if (notes_count > 0)
        members[filled++] = (member){sheaf_str(SHEAF_SAFETENSORS_METADATA), NULL, 0};
    for (size_t i = 0; i < count; i++) {
        members[filled++] = (member){tensors[i].name, &tensors[i], at};
        at += tensors[i].count * sheaf_tensor_width(tensors[i].type);
    }
    qsort(members, filled, sizeof *members, member_order);
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    for (size_t i = 0; i < filled; i++) {
        key_put(&w, members[i].name);
        if (members[i].tensor) {
            tensor_put(&w, members[i].tensor, members[i].begin);
            continue;
        }
        sheaf_json_open_object(&w);
        for (size_t j = 0; j < notes_count; j++) {
            key_put(&w, notes[j].name);
            sheaf_json_string(&w, notes[j].value);
        }
        sheaf_json_close(&w);
    }
    sheaf_json_close(&w);
    while (!out->failed && (out->len - from) % 8 != 0)
        sheaf_buffer_add_byte(out, ' ');
}

/* The caller's promise. */
static void tensor_check(const sheaf_tensor *tensor)
{
    uint64_t product = 1;
    assert(tensor->dims <= SHEAF_TENSOR_DIMS_MAX);
    for (uint32_t i = 0; i < tensor->dims; i++)
        assert(!__builtin_mul_overflow(product, tensor->shape[i], &product));
    assert(product == tensor->count && product <= SHEAF_SAFETENSORS_BYTES_MAX);
}

void sheaf_safetensors_write(sheaf_buffer *out, const sheaf_tensor *tensors, uint32_t count,
                             const sheaf_tensor_note *notes, uint32_t notes_count)
{
    sheaf_tensor sorted[SHEAF_TENSORS_MAX];
    sheaf_tensor_note sorted_notes[SHEAF_TENSOR_NOTES_MAX];
    sheaf_buffer header;
    uint8_t length[8];
    assert(count <= SHEAF_TENSORS_MAX && notes_count <= SHEAF_TENSOR_NOTES_MAX);
    for (uint32_t i = 0; i < count; i++)
        tensor_check(&tensors[i]);
    if (count)
        memcpy(sorted, tensors, count * sizeof *tensors);
    if (notes_count)
        memcpy(sorted_notes, notes, notes_count * sizeof *notes);
    sheaf_tensors_sort(sorted, count);
    sheaf_tensor_notes_sort(sorted_notes, notes_count);
    sheaf_buffer_init(&header, SHEAF_SAFETENSORS_HEADER_MAX);
    sheaf_safetensors_header_put(&header, sorted, count, sorted_notes, notes_count);
    for (int i = 0; i < 8; i++)
        length[i] = (uint8_t)((uint64_t)header.len >> (8 * i));
    sheaf_buffer_add(out, sheaf_bytes(length, sizeof length));
    sheaf_buffer_add(out, sheaf_buffer_slice(&header));
    out->failed |= header.failed;
    sheaf_buffer_deinit(&header);
    for (uint32_t i = 0; i < count; i++)
        sheaf_buffer_add(
            out,
            sheaf_bytes(sorted[i].data, sorted[i].count * sheaf_tensor_width(sorted[i].type)));
}
