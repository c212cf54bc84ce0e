#include "cli/demo_gains.h"

#include <math.h>
#include <stdio.h>

enum { NAME_WIDTH = 34, FORM_WIDTH = 11 };

static double gain_of(const demo_gains *gains, size_t row)
{
    double gain = gains->value[row][gains->together] - gains->value[row][gains->alone];
    return gains->less ? -gain : gain;
}

static const char *name_of(const demo *d, const demo_gains *gains, size_t row)
{
    return row < d->count ? d->members[row].title : gains->everyone;
}

static void tell_value(double value, int digits)
{
    if (isnan(value))
        printf(" %*s", FORM_WIDTH + 2, "–"); /* which has three bytes */
    else
        printf(" %*.*f", FORM_WIDTH, digits, value);
}

void demo_gains_tell(const demo *d, const demo_gains *gains)
{
    printf("\n  %-*s", NAME_WIDTH, gains->measure);
    for (size_t i = 0; i < gains->forms; i++)
        printf(" %*s", FORM_WIDTH, gains->form[i]);
    printf(" %*s\n", FORM_WIDTH, "gains");
    for (size_t row = 0; row <= d->count; row++) {
        size_t at = row < d->count ? row : DEMO_MEMBERS_MAX;
        printf("  %-*s", NAME_WIDTH, name_of(d, gains, row));
        for (size_t i = 0; i < gains->forms; i++)
            tell_value(gains->value[at][i], gains->digits);
        double gain = gain_of(gains, at);
        if (!isnan(gain))
            printf(" %+*.*f", FORM_WIDTH, gains->digits, gain);
        printf("\n");
    }
    printf("\n");
}

static void put_row(const demo_gains *gains, size_t row, sheaf_buffer *out)
{
    for (size_t i = 0; i < gains->forms; i++) {
        sheaf_buffer_printf(out, "%c\"%s\":", i ? ',' : '{', gains->form[i]);
        if (isnan(gains->value[row][i]))
            sheaf_buffer_add_string(out, "null");
        else
            sheaf_buffer_printf(out, "%.6f", gains->value[row][i]);
    }
    sheaf_buffer_add_byte(out, '}');
}

void demo_gains_put(const demo *d, const demo_gains *gains, sheaf_buffer *out)
{
    sheaf_buffer_printf(out, "\"measure\":\"%s\",\"members\":{", gains->measure);
    for (size_t i = 0; i < d->count; i++) {
        sheaf_buffer_printf(out, "%s\"%s\":", i ? "," : "", d->members[i].name);
        put_row(gains, i, out);
    }
    sheaf_buffer_add_string(out, "},\"everyone\":");
    put_row(gains, DEMO_MEMBERS_MAX, out);
}
