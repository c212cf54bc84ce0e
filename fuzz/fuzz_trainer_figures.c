/* fuzz/fuzz_trainer_figures.c - any bytes as what a trainer tells: no crash, what is taken is
 * finite numbers under good names, and it is taken again as it is described. */
#include "node/trainer_figures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void holds(bool fact)
{
    if (!fact)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_trainer_figures figures;
    char text[SHEAF_TRAINER_FIGURES_TEXT];
    sheaf_err err = {0};
    sheaf_status status = sheaf_trainer_figures_read((sheaf_slice){data, len}, &figures, &err);
    holds(status == SHEAF_OK || (err.message[0] && figures.count == 0));
    holds(figures.count <= SHEAF_TRAINER_FIGURES_MAX);
    for (uint32_t i = 0; i < figures.count; i++) {
        size_t n = strlen(figures.items[i].name);
        holds(n > 0 && n <= SHEAF_TRAINER_NAME_MAX && isfinite(figures.items[i].value));
        for (size_t k = 0; k < n; k++)
            holds(strchr("abcdefghijklmnopqrstuvwxyz0123456789_", figures.items[i].name[k]));
        for (uint32_t k = 0; k < i; k++)
            holds(strcmp(figures.items[i].name, figures.items[k].name) != 0);
    }
    sheaf_trainer_figures_describe(&figures, text);
    holds(strlen(text) < sizeof text && !strpbrk(text, "\"\n"));
    return 0;
}
