#include "cli/settled_words.h"

#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>

enum { DAY_S = 86400, HOUR_S = 3600 };

/* By the rule that they keep from being adopted, if by one. */
static const sheaf_standing *strictest(const sheaf_motion_report *r)
{
    const sheaf_settled_standing *first = &r->standing.settled;
    return r->raised && (!first->counted || first->carried) ? &r->raised_standing
                                                            : &r->standing;
}

/* In days or hours where they say it exactly. */
static void print_span(uint32_t seconds)
{
    uint32_t unit = seconds % DAY_S == 0 ? DAY_S : seconds % HOUR_S == 0 ? HOUR_S : 1;
    const char *name = unit == DAY_S ? "day" : unit == HOUR_S ? "hour" : "second";
    uint32_t count = seconds / unit;
    printf("%" PRIu32 " %s%s", count, name, count == 1 ? "" : "s");
}

void sheaf_settled_print(const sheaf_motion_report *r)
{
    const sheaf_settled_standing *s = &strictest(r)->settled;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_get(r->state, r->motion->bylaws);
    if (!s->counted)
        return;
    printf("  of settled %" PRIu32 " for, %" PRIu32 " against, %" PRIu32 " blank", s->yes,
           s->no, s->abstain);
    if (s->removed)
        printf(", and %" PRIu32 " against for who was excluded", s->removed);
    if (s->overruled)
        printf(", and %" PRIu32 " against for whose key objected to another in vain",
               s->overruled);
    printf(": they %s its way\n             (whose votes had counted for ",
           s->carried ? "do not stand in" : "stand in");
    print_span(bylaws->settled_s);
    puts(", or since the founding)");
}

bool sheaf_settled_stops(const sheaf_motion_report *r)
{
    const sheaf_standing *s = strictest(r);
    return s->majority && s->settled.counted && !s->settled.carried;
}
