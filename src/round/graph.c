#include "round/graph.h"

#include "base/encode.h"

#include <assert.h>
#include <stdlib.h>

sheaf_status sheaf_graph_check(uint32_t nodes, uint32_t degree, uint32_t threshold,
                               sheaf_err *err)
{
    uint32_t least = degree / 2 + 1, most = degree;
    if (nodes < 2 || nodes > SHEAF_GRAPH_NODES_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a cohort has 2 to %d participants, not %u",
                          SHEAF_GRAPH_NODES_MAX, nodes);
    if (degree == nodes - 1) {
        least = 2 * nodes / 3 + 1;
        most = nodes;
    } else if (degree < 2 || degree > nodes - 1 || degree % 2 != 0) {
        return sheaf_fail(err, SHEAF_INVALID,
                          "a ring of %u participants has an even degree of 2 to %u, not %u",
                          nodes, nodes - 1, degree);
    }
    if (threshold < least || threshold > most)
        return sheaf_fail(err, SHEAF_INVALID,
                          "with degree %u the threshold must be %u to %u, not %u", degree,
                          least, most, threshold);
    return SHEAF_OK;
}

/* ---- the seed ---- */

static sheaf_slice u32_bytes(uint8_t out[4], uint32_t value)
{
    sheaf_big_endian_put(out, value, 4);
    return sheaf_bytes(out, 4);
}

sheaf_hash sheaf_graph_commitment(uint32_t round, uint32_t member,
                                  const uint8_t contribution[SHEAF_GRAPH_CONTRIBUTION_BYTES])
{
    uint8_t round_bytes[4], member_bytes[4];
    const sheaf_slice parts[] = {sheaf_str("sheaf-graph-commitment/v1\n"),
                                 u32_bytes(round_bytes, round),
                                 u32_bytes(member_bytes, member),
                                 {contribution, SHEAF_GRAPH_CONTRIBUTION_BYTES}};
    return sheaf_sha256_parts(parts, sizeof parts / sizeof *parts);
}

/* Bytes that were shown must be those that were committed to. */
static sheaf_status parts_check(uint32_t round, const sheaf_graph_part *parts, uint32_t count,
                                uint32_t withheld_max, sheaf_err *err)
{
    uint32_t missing = 0;
    if (count < 2 || count > SHEAF_GRAPH_NODES_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a cohort has 2 to %d participants, not %u",
                          SHEAF_GRAPH_NODES_MAX, count);
    for (uint32_t i = 0; i < count; i++) {
        const sheaf_graph_part *part = &parts[i];
        if (i > 0 && part->member <= part[-1].member)
            return sheaf_fail(err, SHEAF_INVALID,
                              "the parts of the ring's seed are not sorted: member %u after %u",
                              part->member, part[-1].member);
        if (!part->shown) {
            missing++;
            continue;
        }
        sheaf_hash opened = sheaf_graph_commitment(round, part->member, part->contribution);
        if (!sheaf_hash_equal(&opened, &part->commitment))
            return sheaf_fail(err, SHEAF_FAULT,
                              "member %u shows other bytes for the order of the ring than it "
                              "committed to",
                              part->member);
    }
    if (missing > withheld_max || missing == count)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%u of %u participants withhold their part of the ring's order, more "
                          "than %u: it takes another attempt",
                          missing, count, withheld_max < count ? withheld_max : count - 1);
    return SHEAF_OK;
}

sheaf_status sheaf_graph_seed(const sheaf_hash *session, uint32_t round,
                              const sheaf_graph_part *parts, uint32_t count,
                              uint32_t withheld_max, sheaf_hash *seed, sheaf_err *err)
{
    SHEAF_TRY(parts_check(round, parts, count, withheld_max, err));
    sheaf_hasher *hasher = sheaf_hasher_open();
    uint8_t number[4];
    if (!hasher)
        return sheaf_fail(err, SHEAF_NOMEM, "out of memory for the order of the ring");
    sheaf_hasher_add(hasher, sheaf_str("sheaf-graph-seed/v1\n"));
    sheaf_hasher_add(hasher, sheaf_bytes(session->bytes, SHEAF_HASH_BYTES));
    sheaf_hasher_add(hasher, u32_bytes(number, count));
    for (uint32_t i = 0; i < count; i++) {
        uint8_t shown = parts[i].shown;
        sheaf_hasher_add(hasher, u32_bytes(number, parts[i].member));
        sheaf_hasher_add(hasher, sheaf_bytes(parts[i].commitment.bytes, SHEAF_HASH_BYTES));
        sheaf_hasher_add(hasher, sheaf_bytes(&shown, 1));
        if (shown)
            sheaf_hasher_add(hasher,
                             sheaf_bytes(parts[i].contribution, sizeof parts[i].contribution));
    }
    *seed = sheaf_hasher_close(hasher);
    return SHEAF_OK;
}

/* ---- the order ---- */

/* Public numbers of 32 bits from a seed: eight from each hash. */
typedef struct {
    const sheaf_hash *seed;
    uint32_t blocks;
    int left; /* in `block` */
    sheaf_hash block;
} draws;

static uint32_t draw(draws *from)
{
    if (from->left == 0) {
        uint8_t number[4];
        const sheaf_slice parts[] = {sheaf_str("sheaf-graph-order/v1\n"),
                                     {from->seed->bytes, SHEAF_HASH_BYTES},
                                     u32_bytes(number, from->blocks++)};
        from->block = sheaf_sha256_parts(parts, sizeof parts / sizeof *parts);
        from->left = SHEAF_HASH_BYTES / 4;
    }
    const uint8_t *bytes = from->block.bytes + SHEAF_HASH_BYTES - 4 * from->left--;
    return (uint32_t)sheaf_big_endian_get(bytes, 4);
}

/* Uniform below `bound`: what would favour the small numbers is drawn again. */
static uint32_t draw_below(draws *from, uint32_t bound)
{
    uint32_t favoured = (UINT32_MAX - bound + 1) % bound; /* 2^32 mod bound */
    uint32_t value;
    do
        value = draw(from);
    while (value < favoured);
    return value % bound;
}

sheaf_status sheaf_graph_init(sheaf_graph *graph, const sheaf_hash *seed, uint32_t nodes,
                              uint32_t degree, sheaf_err *err)
{
    draws from = {.seed = seed};
    assert(nodes >= 2 && nodes <= SHEAF_GRAPH_NODES_MAX);
    assert(degree < nodes && (degree % 2 == 0 || degree == nodes - 1));
    *graph = (sheaf_graph){.nodes = nodes,
                           .degree = degree,
                           .at = malloc(nodes * sizeof *graph->at),
                           .place = malloc(nodes * sizeof *graph->place)};
    if (!graph->at || !graph->place) {
        sheaf_graph_deinit(graph);
        return sheaf_fail(err, SHEAF_NOMEM, "out of memory for a ring of %u participants",
                          nodes);
    }
    for (uint32_t i = 0; i < nodes; i++)
        graph->at[i] = i;
    for (uint32_t i = nodes - 1; i > 0; i--) {
        uint32_t j = draw_below(&from, i + 1), node = graph->at[i];
        graph->at[i] = graph->at[j];
        graph->at[j] = node;
    }
    for (uint32_t i = 0; i < nodes; i++)
        graph->place[graph->at[i]] = i;
    return SHEAF_OK;
}

void sheaf_graph_deinit(sheaf_graph *graph)
{
    free(graph->at);
    free(graph->place);
    *graph = (sheaf_graph){0};
}

/* Of an odd degree, which only the complete graph has, one more stands ahead than behind. */
void sheaf_graph_neighbours(const sheaf_graph *graph, uint32_t node, uint32_t *out)
{
    assert(node < graph->nodes);
    uint32_t ahead = graph->degree - graph->degree / 2, place = graph->place[node];
    for (uint32_t i = 0; i < graph->degree; i++) {
        uint32_t step = i < ahead ? i + 1 : graph->nodes - graph->degree + i;
        out[i] = graph->at[(place + step) % graph->nodes];
    }
}

bool sheaf_graph_adjacent(const sheaf_graph *graph, uint32_t a, uint32_t b)
{
    assert(a < graph->nodes && b < graph->nodes);
    uint32_t gap = (graph->place[b] + graph->nodes - graph->place[a]) % graph->nodes;
    uint32_t near = gap < graph->nodes - gap ? gap : graph->nodes - gap;
    return a != b && near <= graph->degree - graph->degree / 2;
}
