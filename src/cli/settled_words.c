#include "cli/settled_words.h"

#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>

enum { DAY_S = 86400 };

/* By the rule that asks for most. */
static const sheaf_standing *strictest(const sheaf_motion_report *r)
{
    return r->raised ? &r->raised_standing : &r->standing;
}

void sheaf_settled_print(const sheaf_motion_report *r)
{
    const sheaf_settled_standing *s = &strictest(r)->settled;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_get(r->state, r->motion->bylaws);
    if (!s->counted)
        return;
    bool days = bylaws->settled_s % DAY_S == 0;
    printf("  of settled %" PRIu32 " for, %" PRIu32 " against, %" PRIu32 " blank", s->yes,
           s->no, s->abstain);
    if (s->removed)
        printf(", and %" PRIu32 " more against for the excluded", s->removed);
    printf(": %senough\n             of members whose votes had counted for %" PRIu32
           " %s, or since the founding\n",
           s->carried ? "" : "not ", days ? bylaws->settled_s / DAY_S : bylaws->settled_s,
           days ? "days" : "seconds");
}

bool sheaf_settled_stops(const sheaf_motion_report *r)
{
    const sheaf_standing *s = strictest(r);
    return s->majority && s->settled.counted && !s->settled.carried;
}

bool sheaf_settled_voids(const sheaf_motion_report *r)
{
    const struct sheaf_row_decision *rule = r->raised ? r->raised : r->rule;
    return rule->sort == SHEAF_decision_sort_protected && r->motion->body != SHEAF_body_organ
           && sheaf_bylaws_now(r->state)->settled_s
                  > sheaf_bylaws_get(r->state, r->motion->bylaws)->settled_s;
}
