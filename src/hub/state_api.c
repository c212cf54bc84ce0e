#include "base/encode.h"
#include "coop/preview.h"
#include "coop/view.h"
#include "hub/readers.h"

#include <stdlib.h>

enum { ROWS_MAX = 500, ANSWER_MAX = 16 << 20, JSON_ARENA = 4 << 20 };

bool sheaf_hub_hash_get(sheaf_slice text, sheaf_hash *out)
{
    return text.len == SHEAF_HEX_LEN_32 && sheaf_hex_get(text, out->bytes, sizeof out->bytes);
}

static void put_row(sheaf_json_writer *w, const sheaf_state *state, sheaf_table_id table,
                    uint32_t row)
{
    sheaf_json_open_object(w);
    sheaf_row_write(sheaf_table_describe(table), sheaf_table_row(state, table, row), row, w);
    sheaf_json_close(w);
}

/* ---- one table ---- */

sheaf_http_verdict sheaf_api_state(const sheaf_api_call *call, sheaf_http_response *response)
{
    sheaf_table_id table = sheaf_table_named(call->rest);
    uint64_t from, count;
    if (table == SHEAF_TABLE_COUNT) {
        *response = sheaf_http_error(404, "the state has no such table");
        return SHEAF_HTTP_ANSWERED;
    }
    bool member;
    if (!sheaf_api_query_int(call, "from", 0, UINT32_MAX, &from, response)
        || !sheaf_api_query_int(call, "count", ROWS_MAX, ROWS_MAX, &count, response)
        || !sheaf_reader_known(call, &member, response))
        return SHEAF_HTTP_ANSWERED;
    sheaf_area area = sheaf_table_area(table);
    sheaf_buffer json;
    sheaf_buffer_init(&json, ANSWER_MAX);
    sheaf_json_writer w = sheaf_json_begin(&json);
    sheaf_hub_read_begin(call->hub);
    const sheaf_state *state = sheaf_hub_state(call->hub);
    if (!member && !sheaf_area_for_all(state, area)) {
        sheaf_hub_read_end(call->hub);
        *response =
            sheaf_answer_members_only("the bylaws keep this table (%s) for members: the "
                                      "request must be signed (Sheaf-Request)",
                                      sheaf_area_name(area));
        return SHEAF_HTTP_ANSWERED;
    }
    uint32_t total = sheaf_table_rows(state, table);
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "rows");
    sheaf_json_open_list(&w);
    for (uint64_t row = from; row < total && row - from < count; row++)
        put_row(&w, state, table, (uint32_t)row);
    sheaf_json_close(&w);
    sheaf_json_member_put_string(&w, "table", sheaf_str(sheaf_table_describe(table)->name));
    sheaf_json_member_put_int(&w, "total", total);
    sheaf_json_close(&w);
    sheaf_hub_read_end(call->hub);
    *response = sheaf_answer_json(&json);
    return SHEAF_HTTP_ANSWERED;
}

/* ---- what stands in entries ---- */

typedef struct {
    sheaf_hub *hub;
    sheaf_buffer bytes; /* of the entry read last */
    void *block;
    sheaf_arena arena; /* its tree */
} entries;

/* False, and an answer that says so, where there is no memory. */
static bool entries_open(entries *e, sheaf_hub *hub, sheaf_http_response *response)
{
    *e = (entries){.hub = hub, .block = malloc(JSON_ARENA)};
    if (!e->block) {
        *response = sheaf_http_error(503, "the hub has no memory left; try again later");
        return false;
    }
    e->arena = sheaf_arena_over(e->block, JSON_ARENA);
    sheaf_buffer_init(&e->bytes, SHEAF_LOG_ENTRY_MAX);
    return true;
}

static void entries_close(entries *e)
{
    sheaf_buffer_deinit(&e->bytes);
    free(e->block);
}

/* `what` of an entry's act, until the next one is read. With the lock held for reading. */
static const sheaf_json *what_of(entries *e, uint32_t index)
{
    sheaf_json *entry;
    sheaf_err err;
    sheaf_arena_reset(&e->arena);
    if (sheaf_log_store_entry(e->hub->store, index, &e->bytes, &err) != SHEAF_OK
        || sheaf_json_parse(sheaf_buffer_slice(&e->bytes), &e->arena, &entry, &err) != SHEAF_OK)
        return NULL;
    return sheaf_json_member(sheaf_json_member(entry, "act"), "what");
}

/* The document of the bylaws in force: the founding's, or that of the motion that the tick
 * which made the version settled. */
static const sheaf_json *bylaws_document(entries *e)
{
    uint32_t version = sheaf_bylaws_now(sheaf_hub_state(e->hub))->id;
    const sheaf_json *what = what_of(e, version);
    const sheaf_json *motion = sheaf_json_member(what, "motion");
    if (!motion || motion->type != SHEAF_JSON_INT)
        return sheaf_json_member(what, "bylaws");
    what = what_of(e, (uint32_t)motion->integer);
    return sheaf_json_member(sheaf_json_member(sheaf_json_member(what, "effect"), "what"),
                             "text");
}

sheaf_http_verdict sheaf_api_coop(const sheaf_api_call *call, sheaf_http_response *response)
{
    sheaf_hub *hub = call->hub;
    sheaf_buffer json;
    entries e;
    if (!entries_open(&e, hub, response))
        return SHEAF_HTTP_ANSWERED;
    sheaf_buffer_init(&json, ANSWER_MAX);
    sheaf_json_writer w = sheaf_json_begin(&json);
    sheaf_hub_read_begin(hub);
    const sheaf_state *state = sheaf_hub_state(hub);
    sheaf_hash root = sheaf_log_store_root(hub->store);
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "bylaws");
    put_row(&w, state, SHEAF_TABLE_bylaws, sheaf_bylaws_row(state, sheaf_coop(state)->bylaws));
    sheaf_json_key(&w, "coop");
    put_row(&w, state, SHEAF_TABLE_coop, 0);
    sheaf_json_member_put_int(&w, "entries", (int64_t)sheaf_log_store_size(hub->store));
    sheaf_json_member_put_string(
        &w, "purpose",
        sheaf_json_member_string(sheaf_json_member(bylaws_document(&e), "purpose"), "text"));
    sheaf_json_member_put_hex(&w, "root", sheaf_bytes(root.bytes, sizeof root.bytes));
    sheaf_json_member_put_string(&w, "version", sheaf_str(SHEAF_VERSION));
    sheaf_json_close(&w);
    sheaf_hub_read_end(hub);
    entries_close(&e);
    *response = sheaf_answer_json(&json);
    return SHEAF_HTTP_ANSWERED;
}

/* ---- texts ---- */

/* A member with the text, unless it was withheld or erased. */
static void put_text(sheaf_json_writer *w, const sheaf_hub *hub, const char *name,
                     const sheaf_hash *commitment)
{
    uint8_t salt[SHEAF_SALT_BYTES];
    sheaf_buffer text;
    if (sheaf_hash_is_zero(commitment)
        || !sheaf_text_find(&hub->values.texts, commitment, NULL))
        return;
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    if (sheaf_text_get(&hub->values.texts, commitment, salt, &text, NULL) == SHEAF_OK)
        sheaf_json_member_put_string(w, name, sheaf_buffer_slice(&text));
    sheaf_buffer_deinit(&text);
}

/* Votes that the closing of an open motion would count now, beside those of its row. */
static void put_proxied(sheaf_json_writer *w, const sheaf_state *state,
                        const struct sheaf_row_motion *motion)
{
    const sheaf_proxied proxied = sheaf_motion_proxied(state, motion);
    if (motion->state != SHEAF_motion_state_open)
        return;
    sheaf_json_key(w, "proxied");
    sheaf_json_open_object(w);
    sheaf_json_member_put_int(w, "abstain", proxied.abstain);
    sheaf_json_member_put_int(w, "no", proxied.no);
    sheaf_json_member_put_int(w, "yes", proxied.yes);
    sheaf_json_close(w);
}

/* With the lock held for reading: everything about a motion in one object. */
static void put_motion(sheaf_json_writer *w, entries *e, uint32_t index)
{
    const sheaf_state *state = sheaf_hub_state(e->hub);
    const struct sheaf_row_motion *motion = sheaf_motion_find(state, index);
    const sheaf_json *effect = sheaf_json_member(what_of(e, index), "effect");
    sheaf_json_open_object(w);
    if (effect) {
        sheaf_json_key(w, "effect");
        sheaf_json_value(w, effect);
    }
    sheaf_json_key(w, "motion");
    put_row(w, state, SHEAF_TABLE_motion, sheaf_motion_row(state, index));
    put_proxied(w, state, motion);
    put_text(w, e->hub, "reason", &motion->reason);
    put_text(w, e->hub, "title", &motion->title);
    sheaf_json_close(w);
}

sheaf_http_verdict sheaf_api_motion(const sheaf_api_call *call, sheaf_http_response *response)
{
    sheaf_hub *hub = call->hub;
    sheaf_buffer json;
    entries e;
    bool member, readable;
    if (!sheaf_reader_known(call, &member, response) || !entries_open(&e, hub, response))
        return SHEAF_HTTP_ANSWERED;
    sheaf_buffer_init(&json, ANSWER_MAX);
    sheaf_hub_read_begin(hub);
    const sheaf_state *state = sheaf_hub_state(hub);
    bool found = sheaf_motion_find(state, call->number) != NULL;
    readable = member || sheaf_entry_public(state, SHEAF_KIND_motion_open, call->number);
    if (found && readable) {
        sheaf_json_writer w = sheaf_json_begin(&json);
        put_motion(&w, &e, call->number);
    }
    sheaf_hub_read_end(hub);
    if (!readable)
        *response = sheaf_answer_members_only("motions are for members: the request must be "
                                              "signed (Sheaf-Request)");
    else
        *response = found ? sheaf_answer_json(&json)
                          : sheaf_http_error(404, "there is no motion %u", call->number);
    sheaf_buffer_deinit(&json);
    entries_close(&e);
    return SHEAF_HTTP_ANSWERED;
}
