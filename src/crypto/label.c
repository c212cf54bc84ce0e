#include "crypto/label.h"

#include <assert.h>

static const char *const texts[SHEAF_LABEL_COUNT] = {
    [SHEAF_LABEL_ACT] = "sheaf-act/v1",         [SHEAF_LABEL_REFUSAL] = "sheaf-refusal/v1",
    [SHEAF_LABEL_ROUND] = "sheaf-round/v1",     [SHEAF_LABEL_SURVIVORS] = "sheaf-survivors/v1",
    [SHEAF_LABEL_REQUEST] = "sheaf-request/v1", [SHEAF_LABEL_RECEIPT] = "sheaf-receipt/v1",
};

const char *sheaf_label_text(sheaf_label label)
{
    assert(label < SHEAF_LABEL_COUNT);
    return texts[label];
}

void sheaf_label_message(sheaf_buffer *out, sheaf_label label, sheaf_slice origin,
                         sheaf_slice body)
{
    sheaf_buffer_add_string(out, sheaf_label_text(label));
    sheaf_buffer_add_byte(out, '\n');
    sheaf_buffer_add(out, origin);
    sheaf_buffer_add_byte(out, '\n');
    sheaf_buffer_add(out, body);
}
