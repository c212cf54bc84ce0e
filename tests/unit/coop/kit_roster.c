/* Co-ops whose rounds have many seats. */
#include "kit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_MAX = 60000 };

static void *block(size_t count, size_t size)
{
    void *out = calloc(count, size);
    if (!out)
        kit_fail("no memory");
    return out;
}

void kit_roster_open(kit_roster *r, kit *k, int count)
{
    kit_rules rules = kit_rules_usual();
    rules.ordinary.quorum = 0;
    r->k = k;
    r->count = count;
    r->members = block((size_t)count, sizeof *r->members);
    r->datasets = block((size_t)count, sizeof *r->datasets);
    r->nodes = block((size_t)count, sizeof *r->nodes);
    r->text = block(TEXT_MAX, 1);
    kit_found_many(k, &rules, r->members, count);
    kit_ranged(k);
    for (int i = 0; i < count; i++) {
        const char *who = r->members[i]->name;
        char node[KIT_NAME_MAX];
        snprintf(node, sizeof node, "%.16s.node", who);
        kit_do(k, who, "key.admit", node,
               "{'public_key':@%s,'scopes':{'admin':false,'data':false,'money':false,"
               "'train':true,'vote':false},'web':false}",
               node);
        r->nodes[i] = kit_index(k, node);
        r->datasets[i] = (uint32_t)k->state.size;
        kit_do(k, who, "dataset.register", NULL,
               "{'commitment':~%d,'licence':'CC-BY-4.0','records':%d,'schema':'heart/v1',"
               "'subjects':'patients','title':^}",
               i % 10, r->records ? r->records : 100 + i);
        kit_do(k, who, "consent.grant", NULL,
               "{'budget':{'delta_trillionths':1000000000,'epsilon_millionths':5000000,"
               "'limit':%s,'unit':'%s'},'dataset':%" PRIu32
               ",'purpose':'research','until':1890000000000}",
               r->budget, r->unit, r->datasets[i]);
        if (k->state.size - sheaf_coop(&k->state)->digest_size > SHEAF_DIGEST_ENTRIES - 8)
            kit_state_digest(k);
    }
}

void kit_roster_close(kit_roster *r)
{
    free(r->members);
    free(r->datasets);
    free(r->nodes);
    free(r->text);
}

const char *kit_roster_datasets(kit_roster *r, int count)
{
    size_t len = 0;
    for (int i = 0; i < count; i++)
        len += (size_t)snprintf(r->text + len, TEXT_MAX - len, "%s{'dataset':%" PRIu32 "}",
                                i ? "," : "", r->datasets[i % r->count]);
    return r->text;
}

sheaf_refusal kit_roster_grant(kit_roster *r, const kit_terms *terms, const char *label)
{
    kit *k = r->k;
    char *what = block(TEXT_MAX, 1), motion[KIT_NAME_MAX];
    kit_terms with = *terms;
    if (!with.datasets)
        with.datasets = kit_roster_datasets(r, r->count);
    snprintf(what, TEXT_MAX, "{'effect':%s,'title':^}", kit_noised(&with));
    snprintf(motion, sizeof motion, "%s.motion", label);
    sheaf_refusal refusal = kit_try(k, "ann", "motion.open", what, motion);
    free(what);
    if (refusal != SHEAF_ACCEPTED)
        return refusal;
    kit_do(k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#%s}", motion);
    k->now += 60000;
    kit_do(k, "hub", "clock.tick", label, "{'deadline':'motion','of':#%s,'unwitnessed':false}",
           motion);
    return SHEAF_ACCEPTED;
}

sheaf_refusal kit_roster_round(kit_roster *r, const char *label, const char *mandate, int seats)
{
    char head[128], tail[128];
    size_t len =
        (size_t)snprintf(head, sizeof head, "{'mandate':#%s,'participants':[", mandate);
    memcpy(r->text, head, len);
    for (int i = 0; i < seats; i++)
        len += (size_t)snprintf(r->text + len, TEXT_MAX - len,
                                "%s{'dataset':%" PRIu32 ",'key':%" PRIu32 "}", i ? "," : "",
                                r->datasets[i], r->nodes[i]);
    snprintf(tail, sizeof tail, "],'stage_ms':1000,'task':'train','words':3}");
    snprintf(r->text + len, TEXT_MAX - len, "%s", tail);
    return kit_try(r->k, "hub", "round.open", r->text, label);
}

sheaf_refusal kit_roster_end(kit_roster *r, const char *round, int survivors)
{
    size_t len =
        (size_t)snprintf(r->text, TEXT_MAX, "{'result':~a,'round':#%s,'survivors':[", round);
    for (int i = 0; i < survivors; i++)
        len += (size_t)snprintf(r->text + len, TEXT_MAX - len, "%s{'key':%" PRIu32 "}",
                                i ? "," : "", r->nodes[i]);
    snprintf(r->text + len, TEXT_MAX - len, "],'transcript':~f}");
    return kit_try(r->k, "hub", "round.close", r->text, NULL);
}
