/* What is inside a backup of the register; see register.h. */
#include "store/register.h"

#include "base/encode.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    sheaf_json_writer w;
    uint32_t details, left_out;
} collecting;

static sheaf_status collect(void *context, const sheaf_detail *d, sheaf_value value,
                            sheaf_err *err)
{
    collecting *c = context;
    (void)err;
    if (value != SHEAF_VALUE_HELD) {
        c->left_out++;
        return SHEAF_OK;
    }
    c->details++;
    sheaf_json_open_object(&c->w);
    sheaf_json_member_put_int(&c->w, "entry", d->entry);
    sheaf_json_member_put_string(&c->w, "field", sheaf_str(d->field));
    sheaf_json_member_put_int(&c->w, "person", d->person);
    sheaf_json_key(&c->w, "salt");
    sheaf_json_base64url(&c->w, sheaf_bytes(d->salt, SHEAF_SALT_BYTES));
    sheaf_json_member_put_string(&c->w, "text", d->text);
    sheaf_json_close(&c->w);
    return SHEAF_OK;
}

sheaf_status sheaf_register_collect(sheaf_private *db, sheaf_buffer *plain, uint32_t *details,
                                    uint32_t *left_out, sheaf_err *err)
{
    collecting c = {.w = sheaf_json_begin(plain)};
    sheaf_json_open_object(&c.w);
    sheaf_json_key(&c.w, "details");
    sheaf_json_open_list(&c.w);
    SHEAF_TRY(sheaf_private_visit(db, SHEAF_ANYBODY, collect, &c, err));
    sheaf_json_close(&c.w);
    sheaf_json_close(&c.w);
    *details = c.details;
    *left_out = c.left_out;
    return sheaf_buffer_check(plain, "the register", err);
}

static bool take_detail(const sheaf_json *item, sheaf_detail *out)
{
    int64_t entry = sheaf_json_member_int(item, "entry", -1);
    int64_t person = sheaf_json_member_int(item, "person", -1);
    sheaf_slice field = sheaf_json_member_string(item, "field");
    sheaf_slice salt = sheaf_json_member_string(item, "salt");
    const sheaf_json *text = sheaf_json_member(item, "text");
    if (entry < 0 || entry >= UINT32_MAX || person < 0 || person >= UINT32_MAX || !field.len
        || field.len > SHEAF_DETAIL_FIELD_MAX || !text || text->type != SHEAF_JSON_STRING
        || text->string.len > SHEAF_DETAIL_BYTES_MAX)
        return false;
    *out = (sheaf_detail){
        .entry = (uint32_t)entry, .person = (uint32_t)person, .text = text->string};
    memcpy(out->field, field.data, field.len);
    if (!sheaf_base64url_get(salt, out->salt, SHEAF_SALT_BYTES))
        return false;
    out->commitment = sheaf_commit(out->salt, out->text);
    return true;
}

static sheaf_status visit_all(const sheaf_json *json, sheaf_detail_visit *visit, void *context,
                              sheaf_err *err)
{
    const sheaf_json *list = sheaf_json_member(json, "details");
    sheaf_detail detail;
    if (!list || list->type != SHEAF_JSON_LIST)
        return sheaf_fail(err, SHEAF_INVALID, "the backup holds no register");
    for (const sheaf_json *item = list->first; item; item = item->next) {
        if (!take_detail(item, &detail))
            return sheaf_fail(err, SHEAF_INVALID, "byte %zu of the register: this is no detail",
                              item->at);
        SHEAF_TRY(visit(context, &detail, SHEAF_VALUE_HELD, err));
    }
    return SHEAF_OK;
}

sheaf_status sheaf_register_details(sheaf_slice plain, sheaf_detail_visit *visit, void *context,
                                    sheaf_err *err)
{
    sheaf_json *json;
    /* A detail of 100 bytes and more makes a tree of less than 1,000. */
    size_t size = 16 * plain.len + 4096;
    void *block = malloc(size);
    if (!block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read the register");
    sheaf_arena arena = sheaf_arena_over(block, size);
    sheaf_status status = sheaf_json_parse(plain, &arena, &json, err);
    if (status == SHEAF_OK)
        status = visit_all(json, visit, context, err);
    free(block);
    return status;
}
