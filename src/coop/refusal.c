#include "coop/refusal.h"

#include <stddef.h>

static const sheaf_refusal_text texts[] = {
#define REFUSAL(number, name, article, sentence) {number, #name, article, sentence},
#include "coop/tbl/refusals.def"
#undef REFUSAL
};

const sheaf_refusal_text *sheaf_refusal_describe(uint16_t number)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].number == number)
            return &texts[i];
    return NULL;
}
