#include "coop/refusal.h"

#include <stddef.h>

/* A number that stood twice in the table would not compile. */
const sheaf_refusal_text *sheaf_refusal_describe(uint16_t number)
{
    switch (number) {
#define REFUSAL(number, name, article, sentence)                                               \
    case number: {                                                                             \
        static const sheaf_refusal_text text = {number, #name, SHEAF_ARTICLE_##article,        \
                                                #article, sentence};                           \
        return &text;                                                                          \
    }
#include "coop/tbl/refusals.def"
#undef REFUSAL
    default:
        return NULL;
    }
}
