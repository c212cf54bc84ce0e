#include "acts/log_key.h"

#include "base/encode.h"
#include "base/json.h"

/* By name and not through the decoder: a founding of any rules revision has these. */
bool sheaf_entry_log_key(sheaf_slice entry, sheaf_arena *arena, sheaf_log_key *out)
{
    sheaf_kind kind = sheaf_entry_kind(entry);
    sheaf_json *json;
    sheaf_log_key named = {.founding = kind == SHEAF_KIND_coop_found};
    if (!named.founding && kind != SHEAF_KIND_hub_appoint)
        return false;
    sheaf_arena_reset(arena);
    if (sheaf_json_parse(entry, arena, &json, NULL) != SHEAF_OK)
        return false;
    const sheaf_json *what = sheaf_json_member(sheaf_json_member(json, "act"), "what");
    named.origin = sheaf_json_member_string(what, "origin");
    if (!sheaf_base64url_get(sheaf_json_member_string(what, "log_key"), named.key.bytes,
                             sizeof named.key.bytes)
        || (named.founding && !sheaf_origin_valid(named.origin)))
        return false;
    *out = named;
    return true;
}
