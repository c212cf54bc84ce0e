#include "cli/demo.h"

#include "store/clock.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

enum { SUMMARY_MAX = 16384 };

void demo_tell(const demo *d, const char *event, const char *format, ...)
{
    char text[600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!d->json) {
        printf("%s\n", text);
        fflush(stdout);
        return;
    }
    sheaf_buffer line;
    sheaf_json_writer w = sheaf_print_begin(&line);
    sheaf_json_member_put_int(&w, "elapsed_ms", sheaf_clock_ms() - d->started_ms);
    sheaf_json_member_put_string(&w, "event", sheaf_str(event));
    sheaf_json_member_put_string(&w, "text", sheaf_str(text + strspn(text, " ")));
    (void)sheaf_print_end(&line, &w);
}

const char *demo_number(size_t n)
{
    static const char *const words[] = {"No",  "One",   "Two",   "Three", "Four", "Five",
                                        "Six", "Seven", "Eight", "Nine",  "Ten"};
    assert(n < sizeof words / sizeof *words);
    return words[n];
}

static void put_privacy(const demo *d, sheaf_buffer *out)
{
    const demo_epsilon e = demo_epsilon_spent(d);
    sheaf_buffer_printf(out, "{\"delta\":%g,\"epsilon_hub\":%.6f,\"epsilon_member\":%.6f}",
                        e.delta, ceil(e.hub * 1e6) / 1e6, ceil(e.member * 1e6) / 1e6);
}

void demo_tell_summary(const demo *d)
{
    sheaf_buffer out;
    if (!d->json)
        return;
    sheaf_buffer_init(&out, SUMMARY_MAX);
    sheaf_buffer_printf(&out, "{\"event\":\"summary\",\"scenario\":\"%s\",", d->scenario->name);
    d->scenario->put_figures(d, &out);
    sheaf_buffer_add_string(&out, ",\"privacy\":");
    if (d->exact)
        sheaf_buffer_add_string(&out, "null");
    else
        put_privacy(d, &out);
    sheaf_buffer_printf(
        &out, ",\"rounds\":%u,\"entries\":%llu,\"verified\":%s,\"folder\":", d->rounds,
        (unsigned long long)d->entries, d->verified ? "true" : "false");
    sheaf_json_writer w = sheaf_json_begin(&out);
    sheaf_json_string(&w, sheaf_str(d->dir));
    sheaf_buffer_add_string(&out, "}");
    (void)sheaf_print(&out);
    sheaf_buffer_deinit(&out);
}
