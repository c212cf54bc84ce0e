/* The register of withheld entries, for everyone; see coop/withheld.h. What an entry counts as
 * never changes, so the register only grows with the log. */
#include "hub/readers.h"

enum { ENTRIES_MAX = 16384, ANSWER_MAX = 1 << 20 }; /* entries looked at in one request */

static sheaf_status add(void *context, uint64_t index, sheaf_slice entry, sheaf_err *err)
{
    sheaf_hub *hub = context;
    (void)err, (void)index;
    sheaf_withheld_register_add(&hub->withheld, sheaf_hub_state(hub), entry);
    return SHEAF_OK;
}

/* Where more entries have come since than one request looks at, "entries" is less than "size":
 * whoever wants all of it asks again. */
sheaf_http_verdict sheaf_api_withheld(const sheaf_api_call *call, sheaf_http_response *response)
{
    sheaf_hub *hub = call->hub;
    sheaf_buffer json;
    sheaf_err err;
    sheaf_buffer_init(&json, ANSWER_MAX);
    sheaf_json_writer w = sheaf_json_begin(&json);
    pthread_mutex_lock(&hub->withheld_lock);
    sheaf_hub_read_begin(hub);
    uint64_t size = sheaf_log_store_size(hub->store), from = hub->withheld.entries;
    uint64_t end = size - from < ENTRIES_MAX ? size : from + ENTRIES_MAX;
    sheaf_status status = sheaf_log_store_range(hub->store, from, end, add, hub, &err);
    sheaf_hub_read_end(hub);
    sheaf_json_open_object(&w);
    sheaf_withheld_register_write(&hub->withheld, size, &w);
    pthread_mutex_unlock(&hub->withheld_lock);
    sheaf_json_close(&w);
    if (status == SHEAF_OK) {
        *response = sheaf_answer_json(&json);
    } else {
        sheaf_buffer_deinit(&json);
        *response = sheaf_answer_failure(&err);
    }
    return SHEAF_HTTP_ANSWERED;
}
