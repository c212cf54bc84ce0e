#include "learn/safetensors_internal.h"

#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    /* A value of JSON takes at least two bytes of text, and one node. */
    NODE_PER_BYTES = (sizeof(sheaf_json) + 15) / 2,
    SHOWN_MAX = 60, /* bytes of a name that an error shows */
};

/* Which bytes of the data a tensor has. */
typedef struct {
    uint64_t begin, end;
    const sheaf_tensor *tensor;
} range;

typedef struct {
    const char *name; /* what errors call the file */
    sheaf_err *err;
    sheaf_slice header, data;
    sheaf_arena arena;
    sheaf_tensor *tensors;
    range *ranges; /* of the tensors, in the same order until they are sorted */
    sheaf_tensor_note *notes;
    size_t count, notes_count;
} reader;

static int shown(sheaf_slice name)
{
    return name.len > SHOWN_MAX ? SHOWN_MAX : (int)name.len;
}

#define SHOWN(slice) shown(slice), (const char *)(slice).data

/* Cuts the file into header and data. */
static sheaf_status parts_take(reader *r, sheaf_slice file, sheaf_safetensors_form form)
{
    sheaf_slice bytes;
    uint64_t length = 0;
    size_t whole = file.len;
    if (whole > SHEAF_SAFETENSORS_BYTES_MAX)
        return sheaf_fail(r->err, SHEAF_INVALID,
                          "%s has %zu bytes; a safetensors file may have %d", r->name, whole,
                          SHEAF_SAFETENSORS_BYTES_MAX);
    if (!sheaf_take(&file, 8, &bytes))
        return sheaf_fail(r->err, SHEAF_INVALID,
                          "%s has only %zu bytes: it is no safetensors file, or cut short",
                          r->name, whole);
    for (int i = 7; i >= 0; i--)
        length = length << 8 | bytes.data[i];
    if (length > SHEAF_SAFETENSORS_HEADER_MAX)
        return sheaf_fail(r->err, SHEAF_INVALID,
                          "%s would have a header of %llu bytes, and may have %d: is it a "
                          "safetensors file",
                          r->name, (unsigned long long)length, SHEAF_SAFETENSORS_HEADER_MAX);
    if (!sheaf_take(&file, (size_t)length, &r->header))
        return sheaf_fail(r->err, SHEAF_INVALID,
                          "%s is cut short: its header has %llu bytes, but the file %zu in all",
                          r->name, (unsigned long long)length, whole);
    if (r->header.len == 0 || r->header.data[0] != '{')
        return sheaf_fail(r->err, SHEAF_INVALID,
                          "the header of %s does not begin with {: is it a safetensors file",
                          r->name);
    if (form == SHEAF_SAFETENSORS_CANONICAL && length % 8 != 0)
        return sheaf_fail(r->err, SHEAF_INVALID,
                          "the header of %s has %llu bytes, which is no multiple of 8", r->name,
                          (unsigned long long)length);
    r->data = file;
    return SHEAF_OK;
}

static sheaf_status notes_read(reader *r, const sheaf_json *metadata)
{
    if (metadata->type != SHEAF_JSON_OBJECT || metadata->count > SHEAF_TENSOR_NOTES_MAX)
        return sheaf_fail(r->err, SHEAF_INVALID,
                          "__metadata__ of %s is no object with at most %d members", r->name,
                          SHEAF_TENSOR_NOTES_MAX);
    for (const sheaf_json *m = metadata->first; m; m = m->next) {
        if (!sheaf_tensor_name_good(m->name))
            return sheaf_fail(r->err, SHEAF_INVALID,
                              "a name in __metadata__ of %s is not of 1 to %d printable ASCII "
                              "characters without quotation mark and backslash",
                              r->name, SHEAF_TENSOR_NAME_MAX);
        if (m->type != SHEAF_JSON_STRING)
            return sheaf_fail(r->err, SHEAF_INVALID, "%.*s in __metadata__ of %s is no string",
                              SHOWN(m->name), r->name);
        r->notes[r->notes_count++] = (sheaf_tensor_note){m->name, m->string};
    }
    return SHEAF_OK;
}

static sheaf_status type_read(reader *r, const sheaf_json *member, sheaf_tensor *out)
{
    sheaf_slice type = sheaf_json_member_string(member, "dtype");
    for (int i = 0; i < SHEAF_TENSOR_TYPES; i++)
        if (sheaf_slice_is(type, sheaf_tensor_type_names[i])) {
            out->type = (sheaf_tensor_type)i;
            return SHEAF_OK;
        }
    return sheaf_fail(r->err, SHEAF_INVALID,
                      "the tensor %.*s of %s is of type '%.*s'; write it as F64, F32, I64, I32 "
                      "or U8",
                      SHOWN(out->name), r->name, SHOWN(type));
}

static sheaf_status shape_read(reader *r, const sheaf_json *member, sheaf_tensor *out)
{
    const sheaf_json *shape = sheaf_json_member(member, "shape");
    if (!shape || shape->type != SHEAF_JSON_LIST || shape->count > SHEAF_TENSOR_DIMS_MAX)
        return sheaf_fail(r->err, SHEAF_INVALID,
                          "the tensor %.*s of %s has no shape of at most %d numbers",
                          SHOWN(out->name), r->name, SHEAF_TENSOR_DIMS_MAX);
    out->count = 1;
    for (const sheaf_json *n = shape->first; n; n = n->next) {
        if (n->type != SHEAF_JSON_INT || n->integer < 0)
            return sheaf_fail(r->err, SHEAF_INVALID,
                              "the shape of the tensor %.*s of %s holds what is no whole "
                              "number from 0",
                              SHOWN(out->name), r->name);
        out->shape[out->dims++] = (uint64_t)n->integer;
        if (__builtin_mul_overflow(out->count, (uint64_t)n->integer, &out->count)
            || out->count > SHEAF_SAFETENSORS_BYTES_MAX)
            return sheaf_fail(r->err, SHEAF_INVALID,
                              "the shape of the tensor %.*s of %s makes more values than a "
                              "file can hold",
                              SHOWN(out->name), r->name);
    }
    return SHEAF_OK;
}

static sheaf_status offsets_read(reader *r, const sheaf_json *member, const sheaf_tensor *t,
                                 range *out)
{
    const sheaf_json *list = sheaf_json_member(member, "data_offsets");
    const sheaf_json *begin = list && list->type == SHEAF_JSON_LIST ? list->first : NULL;
    const sheaf_json *end = begin ? begin->next : NULL;
    uint64_t bytes = t->count * sheaf_tensor_width(t->type);
    if (!end || end->next || begin->type != SHEAF_JSON_INT || end->type != SHEAF_JSON_INT
        || begin->integer < 0 || end->integer < begin->integer)
        return sheaf_fail(r->err, SHEAF_INVALID,
                          "data_offsets of the tensor %.*s of %s are not two whole numbers, "
                          "the first not above the second",
                          SHOWN(t->name), r->name);
    *out = (range){(uint64_t)begin->integer, (uint64_t)end->integer, t};
    if (out->end > r->data.len)
        return sheaf_fail(r->err, SHEAF_INVALID,
                          "%s is cut short: the tensor %.*s ends at byte %llu of the data, "
                          "which has %zu",
                          r->name, SHOWN(t->name), (unsigned long long)out->end, r->data.len);
    if (out->end - out->begin != bytes)
        return sheaf_fail(r->err, SHEAF_INVALID,
                          "the tensor %.*s of %s has %llu bytes of data, but its shape and "
                          "type make %llu",
                          SHOWN(t->name), r->name, (unsigned long long)(out->end - out->begin),
                          (unsigned long long)bytes);
    return SHEAF_OK;
}

static sheaf_status tensor_read(reader *r, const sheaf_json *member)
{
    sheaf_tensor *out = &r->tensors[r->count];
    *out = (sheaf_tensor){.name = member->name};
    if (!sheaf_tensor_name_good(member->name))
        return sheaf_fail(r->err, SHEAF_INVALID,
                          "the name of a tensor of %s is not of 1 to %d printable ASCII "
                          "characters without quotation mark and backslash",
                          r->name, SHEAF_TENSOR_NAME_MAX);
    if (member->type != SHEAF_JSON_OBJECT || member->count != 3)
        return sheaf_fail(r->err, SHEAF_INVALID,
                          "the tensor %.*s of %s is not told by dtype, shape and data_offsets "
                          "alone",
                          SHOWN(member->name), r->name);
    SHEAF_TRY(type_read(r, member, out));
    SHEAF_TRY(shape_read(r, member, out));
    SHEAF_TRY(offsets_read(r, member, out, &r->ranges[r->count]));
    out->data = r->data.data + r->ranges[r->count].begin;
    r->count++;
    return SHEAF_OK;
}

static sheaf_status header_read(reader *r)
{
    sheaf_json *root;
    sheaf_err why = {0};
    if (sheaf_json_parse(r->header, &r->arena, &root, &why) != SHEAF_OK)
        return sheaf_fail(r->err, SHEAF_INVALID, "the header of %s is not sound JSON: %s",
                          r->name, why.message);
    const sheaf_json *metadata = sheaf_json_member(root, SHEAF_SAFETENSORS_METADATA);
    if (root->count - (metadata != NULL) > SHEAF_TENSORS_MAX)
        return sheaf_fail(r->err, SHEAF_INVALID, "%s has %u tensors; a file may have %d",
                          r->name, root->count - (metadata != NULL), SHEAF_TENSORS_MAX);
    if (metadata)
        SHEAF_TRY(notes_read(r, metadata));
    for (const sheaf_json *m = root->first; m; m = m->next)
        if (m != metadata)
            SHEAF_TRY(tensor_read(r, m));
    return SHEAF_OK;
}

static int range_order(const void *a, const void *b)
{
    const range *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

/* Every byte of the data belongs to exactly one tensor. */
static sheaf_status ranges_check(reader *r)
{
    uint64_t at = 0;
    qsort(r->ranges, r->count, sizeof *r->ranges, range_order);
    for (size_t i = 0; i < r->count; i++) {
        const range *now = &r->ranges[i];
        if (now->begin < at)
            return sheaf_fail(
                r->err, SHEAF_INVALID,
                "the tensors %.*s and %.*s of %s overlap at byte %llu of the data",
                SHOWN(now[-1].tensor->name), SHOWN(now->tensor->name), r->name,
                (unsigned long long)now->begin);
        if (now->begin > at)
            return sheaf_fail(r->err, SHEAF_INVALID,
                              "%llu bytes before the tensor %.*s of %s belong to no tensor",
                              (unsigned long long)(now->begin - at), SHOWN(now->tensor->name),
                              r->name);
        at = now->end;
    }
    if (at != r->data.len)
        return sheaf_fail(r->err, SHEAF_INVALID,
                          "%llu bytes at the end of %s belong to no tensor",
                          (unsigned long long)(r->data.len - at), r->name);
    return SHEAF_OK;
}

/* The tensors are in canonical order: do they lie so, and is the header the one that they have?
 */
static sheaf_status canonical_check(const reader *r)
{
    sheaf_buffer want;
    size_t at = 0;
    const uint8_t *lies = r->data.data;
    for (size_t i = 0; i < r->count; i++) {
        const sheaf_tensor *t = &r->tensors[i];
        if (t->data != lies)
            return sheaf_fail(r->err, SHEAF_INVALID,
                              "the tensor %.*s of %s does not lie where the one order of types "
                              "and names has it",
                              SHOWN(t->name), r->name);
        lies += t->count * sheaf_tensor_width(t->type);
    }
    sheaf_buffer_init(&want, SHEAF_SAFETENSORS_HEADER_MAX);
    sheaf_safetensors_header_put(&want, r->tensors, r->count, r->notes, r->notes_count);
    while (at < want.len && at < r->header.len && want.data[at] == r->header.data[at])
        at++;
    bool same = !want.failed && at == want.len && at == r->header.len;
    sheaf_buffer_deinit(&want);
    return same ? SHEAF_OK
                : sheaf_fail(r->err, SHEAF_INVALID,
                             "byte %zu of the header of %s is not in the one form that it may "
                             "have (canonical JSON, spaces up to a multiple of 8)",
                             at, r->name);
}

sheaf_status sheaf_safetensors_read(sheaf_slice file, const char *name,
                                    sheaf_safetensors_form form, sheaf_safetensors *out,
                                    sheaf_err *err)
{
    reader r = {.name = name, .err = err};
    *out = (sheaf_safetensors){0};
    SHEAF_TRY(parts_take(&r, file, form));
    size_t rows = SHEAF_TENSORS_MAX * (sizeof *r.tensors + sizeof *r.ranges)
                  + SHEAF_TENSOR_NOTES_MAX * sizeof *r.notes;
    size_t size = rows + (r.header.len + 2) * NODE_PER_BYTES + 64;
    void *block = malloc(size);
    if (!block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read the header of %s", name);
    r.arena = sheaf_arena_over(block, size);
    r.tensors = SHEAF_ARENA_NEW(&r.arena, sheaf_tensor, SHEAF_TENSORS_MAX);
    r.ranges = SHEAF_ARENA_NEW(&r.arena, range, SHEAF_TENSORS_MAX);
    r.notes = SHEAF_ARENA_NEW(&r.arena, sheaf_tensor_note, SHEAF_TENSOR_NOTES_MAX);
    sheaf_status status = header_read(&r);
    if (status == SHEAF_OK)
        status = ranges_check(&r);
    if (status == SHEAF_OK) {
        sheaf_tensors_sort(r.tensors, r.count);
        sheaf_tensor_notes_sort(r.notes, r.notes_count);
        if (form == SHEAF_SAFETENSORS_CANONICAL)
            status = canonical_check(&r);
    }
    if (status != SHEAF_OK) {
        free(block);
        return status;
    }
    *out = (sheaf_safetensors){(uint32_t)r.count, (uint32_t)r.notes_count, r.tensors, r.notes,
                               block};
    return SHEAF_OK;
}

void sheaf_safetensors_close(sheaf_safetensors *file)
{
    free(file->block);
    *file = (sheaf_safetensors){0};
}

const sheaf_tensor *sheaf_safetensors_tensor(const sheaf_safetensors *file, const char *name)
{
    for (uint32_t i = 0; i < file->count; i++)
        if (sheaf_slice_is(file->tensors[i].name, name))
            return &file->tensors[i];
    return NULL;
}

sheaf_status sheaf_safetensors_expect(const sheaf_safetensors *file, const char *name,
                                      sheaf_tensor_type type, uint64_t rows, uint64_t columns,
                                      const sheaf_tensor **out, sheaf_err *err)
{
    const sheaf_tensor *t = sheaf_safetensors_tensor(file, name);
    bool fits = t && t->type == type && t->dims == (columns ? 2 : 1) && t->shape[0] == rows
                && (columns == 0 || t->shape[1] == columns);
    char width[32] = "";
    if (fits) {
        *out = t;
        return SHEAF_OK;
    }
    if (columns)
        snprintf(width, sizeof width, ", %llu", (unsigned long long)columns);
    return sheaf_fail(err, SHEAF_INVALID,
                      "the file %s a tensor %s of type %s and shape [%llu%s]",
                      t ? "has another tensor instead of" : "has not", name,
                      sheaf_tensor_type_names[type], (unsigned long long)rows, width);
}

sheaf_slice sheaf_safetensors_note(const sheaf_safetensors *file, const char *name)
{
    for (uint32_t i = 0; i < file->notes_count; i++)
        if (sheaf_slice_is(file->notes[i].name, name))
            return file->notes[i].value;
    return (sheaf_slice){NULL, 0};
}

bool sheaf_safetensors_notes_are(const sheaf_safetensors *file, const sheaf_tensor_note *notes,
                                 uint32_t count)
{
    bool same = file->notes_count == count;
    for (uint32_t i = 0; same && i < count; i++)
        same = sheaf_slice_equal(notes[i].name, file->notes[i].name)
               && sheaf_slice_equal(notes[i].value, file->notes[i].value);
    return same;
}
