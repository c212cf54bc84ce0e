#include "round/neighbours.h"

#include <stdlib.h>

void sheaf_neighbours_init(sheaf_neighbours *n, const sheaf_round_config *config)
{
    *n = (sheaf_neighbours){.count = config->count,
                            .ring = sheaf_round_on_ring(config),
                            .session = sheaf_round_session(config)};
}

void sheaf_neighbours_deinit(sheaf_neighbours *n)
{
    sheaf_graph_deinit(&n->graph);
}

/* Everybody who committed, with what it advertised, if it did. */
static sheaf_status parts_of(const sheaf_round_config *config,
                             const sheaf_round_commits *commits,
                             const sheaf_round_adverts *adverts, sheaf_graph_part *out,
                             uint32_t *count, sheaf_err *err)
{
    *count = 0;
    for (int i = 0; i < config->count; i++) {
        uint32_t member = config->members[i].member;
        if (adverts->present[i] && !commits->present[i])
            return sheaf_fail(err, SHEAF_FAULT, "member %u advertised without having committed",
                              member);
        if (!commits->present[i])
            continue;
        sheaf_graph_part *part = &out[(*count)++];
        *part = (sheaf_graph_part){
            .member = member, .shown = adverts->present[i], .commitment = commits->hash[i]};
        memcpy(part->contribution, adverts->contribution[i], sizeof part->contribution);
    }
    return SHEAF_OK;
}

sheaf_status sheaf_neighbours_order(sheaf_neighbours *n, const sheaf_round_config *config,
                                    const sheaf_round_commits *commits,
                                    const sheaf_round_adverts *adverts, sheaf_err *err)
{
    if (!n->ring)
        return SHEAF_OK;
    sheaf_graph_part *parts = calloc(config->count, sizeof *parts);
    sheaf_hash session = sheaf_round_session(config), seed;
    uint32_t count;
    if (!parts)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the order of the ring");
    sheaf_status status = parts_of(config, commits, adverts, parts, &count, err);
    if (status == SHEAF_OK)
        status = sheaf_graph_seed(&session, config->round, parts, count, config->withheld_max,
                                  &seed, err);
    free(parts);
    SHEAF_TRY(status);
    sheaf_graph_deinit(&n->graph);
    SHEAF_TRY(sheaf_graph_init(&n->graph, &seed, config->count, config->degree, err));
    const sheaf_slice bound[] = {sheaf_str("sheaf-round-order/v1\n"),
                                 {session.bytes, SHEAF_HASH_BYTES},
                                 {seed.bytes, SHEAF_HASH_BYTES}};
    n->session = sheaf_sha256_parts(bound, sizeof bound / sizeof *bound);
    return SHEAF_OK;
}

bool sheaf_neighbours_are(const sheaf_neighbours *n, int a, int b)
{
    if (!n->ring)
        return a != b;
    return n->graph.nodes && sheaf_graph_adjacent(&n->graph, (uint32_t)a, (uint32_t)b);
}

bool sheaf_neighbours_holds(const sheaf_neighbours *n, int holder, int owner)
{
    return (!n->ring && holder == owner) || sheaf_neighbours_are(n, holder, owner);
}

uint16_t sheaf_neighbours_count(const sheaf_neighbours *n, int owner, const bool *among)
{
    uint16_t count = 0;
    for (int i = 0; i < n->count; i++)
        count += among[i] && sheaf_neighbours_holds(n, i, owner);
    return count;
}

sheaf_hash sheaf_neighbours_digest(const sheaf_neighbours *n, int owner, const bool *shared,
                                   const sheaf_hash *body)
{
    sheaf_hash digest = sheaf_round_digest_begin(&n->session);
    for (int i = 0; i < n->count; i++)
        if (shared[i] && (i == owner || sheaf_neighbours_are(n, i, owner)))
            digest = sheaf_round_digest_add(&digest, &body[i]);
    return digest;
}
