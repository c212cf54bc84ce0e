#include "coop/withheld.h"

#include "coop/view.h"

#include <assert.h>

void sheaf_withheld_register_add(sheaf_withheld_register *reg, const sheaf_state *state,
                                 sheaf_slice entry)
{
    uint8_t reason = SHEAF_withheld_reason_unreadable;
    sheaf_kind kind = sheaf_entry_kind(entry);
    uint64_t index = reg->entries++;
    if (kind != SHEAF_KIND_none && !sheaf_entry_withheld(state, kind, index, &reason))
        return;
    reg->withheld++;
    reg->counts[kind][reason]++;
}

const char *sheaf_withheld_kind_name(unsigned kind)
{
    return kind == SHEAF_KIND_none ? "unknown" : sheaf_kind_shape((sheaf_kind)kind)->name;
}

static const sheaf_field *reason_field(void)
{
    return sheaf_shape_field(sheaf_record_shape("withheld_kind"), sheaf_str("reason"));
}

void sheaf_withheld_register_write(const sheaf_withheld_register *reg, uint64_t size,
                                   sheaf_json_writer *w)
{
    sheaf_json_member_put_int(w, "entries", (int64_t)reg->entries);
    sheaf_json_key(w, "kinds");
    sheaf_json_open_list(w);
    for (unsigned kind = 0; kind < SHEAF_KIND_COUNT; kind++)
        for (unsigned reason = 0; reason < SHEAF_withheld_reason_COUNT; reason++) {
            if (!reg->counts[kind][reason])
                continue;
            sheaf_json_open_object(w);
            sheaf_json_member_put_int(w, "count", (int64_t)reg->counts[kind][reason]);
            sheaf_json_member_put_string(w, "kind", sheaf_str(sheaf_withheld_kind_name(kind)));
            sheaf_json_member_put_string(w, "reason",
                                         sheaf_str(reason_field()->choices[reason]));
            sheaf_json_close(w);
        }
    sheaf_json_close(w);
    sheaf_json_member_put_int(w, "size", (int64_t)size);
    sheaf_json_member_put_int(w, "withheld", (int64_t)reg->withheld);
}

const char *sheaf_withheld_reason_words(uint8_t reason)
{
    assert(reason < SHEAF_withheld_reason_COUNT);
    return reason_field()->choice_docs[reason];
}
