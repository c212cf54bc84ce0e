#include "store/erasures.h"

#include "base/json.h"
#include "store/file.h"

#include <assert.h>
#include <stdlib.h>

void sheaf_erasures_deinit(sheaf_erasures *list)
{
    free(list->items);
    *list = (sheaf_erasures){0};
}

sheaf_status sheaf_erasures_bind(sheaf_erasures *list, sheaf_slice origin, sheaf_err *err)
{
    if (!sheaf_origin_valid(origin))
        return sheaf_fail(err, SHEAF_INVALID, "this is no list of erasures");
    if (list->origin[0] && !sheaf_slice_is(origin, list->origin))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the list of erasures is of another co-op, %.*s; this one is %s",
                          SHEAF_PRINT(origin), list->origin);
    memcpy(list->origin, origin.data, origin.len);
    return SHEAF_OK;
}

/* Where the person stands or would stand. */
static uint32_t place(const sheaf_erasures *list, uint32_t person)
{
    uint32_t low = 0, high = list->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (list->items[middle].person < person)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const sheaf_erasure *sheaf_erasures_find(const sheaf_erasures *list, uint32_t person)
{
    uint32_t at = place(list, person);
    return at < list->count && list->items[at].person == person ? &list->items[at] : NULL;
}

sheaf_status sheaf_erasures_add(sheaf_erasures *list, const sheaf_erasure *erasure,
                                sheaf_err *err)
{
    uint32_t at = place(list, erasure->person);
    if (at < list->count && list->items[at].person == erasure->person) {
        sheaf_erasure *there = &list->items[at];
        if (erasure->before > there->before) {
            there->before = erasure->before;
            there->at = erasure->at;
        }
        there->texts |= erasure->texts;
        return SHEAF_OK;
    }
    if (list->count == SHEAF_ERASURES_MAX)
        return sheaf_fail(err, SHEAF_NOMEM, "more than %d erasures", SHEAF_ERASURES_MAX);
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? 2 * list->capacity : 16;
        sheaf_erasure *items = realloc(list->items, capacity * sizeof *items);
        if (!items)
            return sheaf_fail(err, SHEAF_NOMEM, "no memory for the list of erasures");
        list->items = items;
        list->capacity = capacity;
    }
    memmove(list->items + at + 1, list->items + at, (list->count - at) * sizeof *list->items);
    list->items[at] = *erasure;
    list->count++;
    return SHEAF_OK;
}

void sheaf_erasures_encode(sheaf_buffer *out, const sheaf_erasures *list)
{
    assert(list->origin[0]);
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "erasures");
    sheaf_json_open_list(&w);
    for (uint32_t i = 0; i < list->count; i++) {
        const sheaf_erasure *e = &list->items[i];
        sheaf_json_open_object(&w);
        sheaf_json_member_put_int(&w, "at", e->at);
        sheaf_json_member_put_int(&w, "before", e->before);
        sheaf_json_member_put_int(&w, "person", e->person);
        sheaf_json_member_put_bool(&w, "texts", e->texts);
        sheaf_json_close(&w);
    }
    sheaf_json_close(&w);
    sheaf_json_member_put_string(&w, "origin", sheaf_str(list->origin));
    sheaf_json_member_put_int(&w, "version", 1);
    sheaf_json_close(&w);
}

static bool decode_one(const sheaf_json *item, sheaf_erasure *out)
{
    int64_t person = sheaf_json_member_int(item, "person", -1);
    int64_t before = sheaf_json_member_int(item, "before", -1);
    int64_t at = sheaf_json_member_int(item, "at", -1);
    if (person < 0 || person >= UINT32_MAX || before < 0 || before > UINT32_MAX || at < 0)
        return false;
    *out = (sheaf_erasure){(uint32_t)person, (uint32_t)before, at,
                           sheaf_json_member_bool(item, "texts")};
    return true;
}

static sheaf_status decode(const sheaf_json *json, sheaf_erasures *list, sheaf_err *err)
{
    sheaf_erasure erasure;
    const sheaf_json *items = sheaf_json_member(json, "erasures");
    int64_t version = sheaf_json_member_int(json, "version", 0);
    if (version > 1)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the list of erasures is of a newer program (version %lld)",
                          (long long)version);
    if (version != 1 || !items || items->type != SHEAF_JSON_LIST
        || items->count > SHEAF_ERASURES_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "this is no list of erasures");
    /* All of it is looked at before any of it counts. */
    for (const sheaf_json *item = items->first; item; item = item->next)
        if (!decode_one(item, &erasure))
            return sheaf_fail(err, SHEAF_INVALID, "byte %zu: this is no erasure", item->at);
    SHEAF_TRY(sheaf_erasures_bind(list, sheaf_json_member_string(json, "origin"), err));
    for (const sheaf_json *item = items->first; item; item = item->next)
        if (decode_one(item, &erasure))
            SHEAF_TRY(sheaf_erasures_add(list, &erasure, err));
    return SHEAF_OK;
}

sheaf_status sheaf_erasures_decode(sheaf_slice bytes, sheaf_erasures *list, sheaf_err *err)
{
    sheaf_json *json;
    if (bytes.len > SHEAF_ERASURES_BYTES_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the list of erasures is too long");
    /* A list as it is written needs less than ten times its length as a tree. */
    size_t size = 16 * bytes.len + 4096;
    void *block = malloc(size);
    if (!block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the list of erasures");
    sheaf_arena arena = sheaf_arena_over(block, size);
    sheaf_status status = sheaf_json_parse(bytes, &arena, &json, err);
    if (status == SHEAF_OK)
        status = decode(json, list, err);
    free(block);
    return status;
}

sheaf_status sheaf_erasures_read(const char *path, sheaf_erasures *list, sheaf_err *err)
{
    sheaf_buffer bytes;
    sheaf_err why = {0};
    if (!sheaf_file_exists(path))
        return SHEAF_OK;
    sheaf_buffer_init(&bytes, SHEAF_ERASURES_BYTES_MAX);
    sheaf_status status = sheaf_file_read(path, &bytes, err);
    if (status == SHEAF_OK) {
        status = sheaf_erasures_decode(sheaf_buffer_slice(&bytes), list, &why);
        if (status != SHEAF_OK)
            (void)sheaf_fail(err, status, "%s: %.200s", path, why.message);
    }
    sheaf_buffer_deinit(&bytes);
    return status;
}

sheaf_status sheaf_erasures_write(const char *path, const sheaf_erasures *list, sheaf_err *err)
{
    sheaf_buffer bytes;
    sheaf_buffer_init(&bytes, SHEAF_ERASURES_BYTES_MAX);
    sheaf_erasures_encode(&bytes, list);
    sheaf_buffer_add_byte(&bytes, '\n');
    sheaf_status status = sheaf_buffer_check(&bytes, "the list of erasures", err);
    if (status == SHEAF_OK)
        status = sheaf_file_write(path, 0600, sheaf_buffer_slice(&bytes), err);
    sheaf_buffer_deinit(&bytes);
    return status;
}
