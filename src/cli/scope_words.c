#include "cli/scope_words.h"

#include "coop/tables.h"

#include <stdio.h>

static const struct {
    uint8_t bit;
    const char *name;
} names[] = {{SHEAF_SCOPE_ADMIN, "admin"},
             {SHEAF_SCOPE_DATA, "data"},
             {SHEAF_SCOPE_MONEY, "money"},
             {SHEAF_SCOPE_TRAIN, "train"},
             {SHEAF_SCOPE_VOTE, "vote"}};

void sheaf_scope_words(uint8_t scopes, char out[SHEAF_SCOPE_WORDS_SIZE])
{
    size_t len = 0;
    out[0] = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (scopes & names[i].bit)
            len += (size_t)snprintf(out + len, SHEAF_SCOPE_WORDS_SIZE - len, "%s%s",
                                    len ? " " : "", names[i].name);
}
