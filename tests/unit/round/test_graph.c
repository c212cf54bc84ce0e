/* The ring: conditions on its size, its order from a seed, the seed from commit and reveal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/encode.h"
#include "round/graph.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void must(sheaf_status status, const sheaf_err *err)
{
    if (status != SHEAF_OK)
        fail_msg("%s", err->message);
}

static void test_conditions(void **unused)
{
    static const struct {
        uint32_t nodes, degree, threshold;
        bool good;
    } rows[] = {
        {2, 1, 2, true},
        {2, 1, 1, false},
        {3, 2, 3, true}, /* everyone with everyone */
        {3, 2, 2, false},
        {4, 3, 3, true},
        {4, 3, 2, false},
        {4, 3, 4, true},
        {4, 3, 5, false},
        {100, 99, 67, true},
        {100, 99, 66, false},
        {100, 99, 101, false},
        {100, 98, 50, true},
        {100, 98, 49, false}, /* 49 and 49 others would both do */
        {100, 98, 99, false}, /* more than there are neighbours */
        {100, 97, 90, false}, /* odd */
        {100, 100, 70, false},
        {100, 0, 1, false},
        {100, 2, 2, true},
        {100, 2, 1, false},
        {1000, 96, 67, true},
        {SHEAF_GRAPH_NODES_MAX, 150, 100, true},
        {SHEAF_GRAPH_NODES_MAX, SHEAF_GRAPH_NODES_MAX - 1, 666667, true},
        {SHEAF_GRAPH_NODES_MAX + 1, 150, 100, false},
        {0, 0, 0, false},
        {1, 0, 1, false},
        {UINT32_MAX, UINT32_MAX - 1, UINT32_MAX, false},
        {100, UINT32_MAX, UINT32_MAX, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        sheaf_err err = {0};
        bool good = sheaf_graph_check(rows[i].nodes, rows[i].degree, rows[i].threshold, &err)
                    == SHEAF_OK;
        if (good != rows[i].good)
            fail_msg("row %zu: %s", i, good ? "accepted" : err.message);
    }
    (void)unused;
}

/* ---- the order ---- */

static sheaf_hash seed_of(uint32_t number)
{
    return sheaf_sha256(sheaf_bytes(&number, sizeof number));
}

/* Made by another program from the description in graph.h. */
static void test_order_is_that_of_another_program(void **unused)
{
    static const uint32_t want[] = {12, 2, 6,  7,  5,  1,  18, 3,  9, 19,
                                    0,  8, 14, 16, 13, 17, 11, 15, 4, 10};
    sheaf_hash seed;
    sheaf_graph graph;
    sheaf_err err;
    for (int i = 0; i < SHEAF_HASH_BYTES; i++)
        seed.bytes[i] = (uint8_t)i;
    must(sheaf_graph_init(&graph, &seed, COUNT(want), 4, &err), &err);
    for (uint32_t i = 0; i < COUNT(want); i++) {
        assert_int_equal(graph.at[i], want[i]);
        assert_int_equal(graph.place[want[i]], i);
    }
    uint32_t neighbour[4];
    sheaf_graph_neighbours(&graph, 10, neighbour); /* the last place: on to the first */
    assert_int_equal(neighbour[0], 12);
    assert_int_equal(neighbour[1], 2);
    assert_int_equal(neighbour[2], 15);
    assert_int_equal(neighbour[3], 4);
    sheaf_graph_deinit(&graph);
    (void)unused;
}

/* All 24 orders of four come equally often: chi-square with 23 degrees of freedom is below 70
 * but for a chance of 10^-6. */
static void test_orders_are_uniform(void **unused)
{
    enum { DRAWS = 24000, ORDERS = 24 };
    uint32_t count[256] = {0}, seen = 0;
    double chi = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        sheaf_hash seed = seed_of(i);
        sheaf_graph graph;
        sheaf_err err;
        must(sheaf_graph_init(&graph, &seed, 4, 2, &err), &err);
        count[graph.at[0] << 6 | graph.at[1] << 4 | graph.at[2] << 2 | graph.at[3]]++;
        sheaf_graph_deinit(&graph);
    }
    for (int i = 0; i < 256; i++) {
        double off = (double)count[i] - (double)DRAWS / ORDERS;
        seen += count[i] > 0;
        chi += count[i] > 0 ? off * off * ORDERS / DRAWS : 0;
    }
    assert_int_equal(seen, ORDERS);
    assert_true(chi < 70);
    (void)unused;
}

/* Everybody has `degree` different neighbours, who have it in turn. */
static void check_neighbours(uint32_t nodes, uint32_t degree)
{
    sheaf_hash seed = seed_of(nodes * 1000 + degree);
    uint32_t *neighbour = malloc(degree * sizeof *neighbour);
    bool *met = malloc(nodes);
    sheaf_graph graph;
    sheaf_err err;
    must(sheaf_graph_init(&graph, &seed, nodes, degree, &err), &err);
    for (uint32_t node = 0; node < nodes; node++) {
        sheaf_graph_neighbours(&graph, node, neighbour);
        for (uint32_t i = 0; i < nodes; i++)
            met[i] = false;
        for (uint32_t i = 0; i < degree; i++) {
            assert_true(neighbour[i] < nodes && neighbour[i] != node);
            assert_false(met[neighbour[i]]);
            met[neighbour[i]] = true;
        }
        for (uint32_t i = 0; i < nodes; i++) {
            assert_int_equal(sheaf_graph_adjacent(&graph, node, i), met[i]);
            assert_int_equal(sheaf_graph_adjacent(&graph, i, node), met[i]);
        }
    }
    sheaf_graph_deinit(&graph);
    free(neighbour);
    free(met);
}

static void test_neighbours_are_mutual(void **unused)
{
    static const uint32_t sizes[][2] = {{2, 1},   {3, 2},   {4, 2},  {4, 3},   {5, 2},
                                        {5, 4},   {9, 6},   {10, 8}, {10, 9},  {11, 8},
                                        {11, 10}, {64, 20}, {65, 2}, {65, 62}, {100, 32}};
    for (size_t i = 0; i < COUNT(sizes); i++)
        check_neighbours(sizes[i][0], sizes[i][1]);
    (void)unused;
}

/* ---- the seed ---- */

enum { ROUND = 57, PARTS = 3 };

static const sheaf_hash session = {{9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
                                    9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}};

/* Members 3, 7 and 12; 7 has gone away. */
static void parts_make(sheaf_graph_part parts[PARTS])
{
    static const uint32_t members[PARTS] = {3, 7, 12};
    for (int i = 0; i < PARTS; i++) {
        parts[i] = (sheaf_graph_part){.member = members[i], .shown = i != 1};
        memset(parts[i].contribution, (int)members[i], sizeof parts[i].contribution);
        parts[i].commitment = sheaf_graph_commitment(ROUND, members[i], parts[i].contribution);
    }
}

static void test_seed_is_that_of_another_program(void **unused)
{
    static const char want[] =
        "fdf1ad2a25b455cbd51717011515d639869fe124dd1aa47d41e7592de70303eb";
    sheaf_graph_part parts[PARTS];
    sheaf_hash seed;
    sheaf_err err;
    char hex[2 * SHEAF_HASH_BYTES + 1] = {0};
    parts_make(parts);
    must(sheaf_graph_seed(&session, ROUND, parts, PARTS, 1, &seed, &err), &err);
    sheaf_hex_32(seed.bytes, hex);
    assert_memory_equal(hex, want, 2 * SHEAF_HASH_BYTES);
    /* Bytes that were not shown do not count. */
    parts[1].contribution[0] ^= 1;
    sheaf_hash same;
    must(sheaf_graph_seed(&session, ROUND, parts, PARTS, 1, &same, &err), &err);
    assert_true(sheaf_hash_equal(&seed, &same));
    (void)unused;
}

static void refused(const sheaf_graph_part *parts, uint32_t count, uint32_t withheld_max,
                    sheaf_status status, const char *says)
{
    sheaf_hash seed;
    sheaf_err err = {0};
    assert_int_equal(sheaf_graph_seed(&session, ROUND, parts, count, withheld_max, &seed, &err),
                     status);
    if (!strstr(err.message, says))
        fail_msg("%s", err.message);
}

static void test_seed_refuses(void **unused)
{
    sheaf_graph_part parts[PARTS], other;
    sheaf_hash seed;
    sheaf_err err;
    parts_make(parts);
    refused(parts, PARTS, 0, SHEAF_INVALID, "1 of 3 participants withhold");
    refused(parts, 1, 0, SHEAF_INVALID, "2 to 1000000 participants, not 1");
    refused(parts, SHEAF_GRAPH_NODES_MAX + 1, 0, SHEAF_INVALID, "not 1000001");

    parts[2].contribution[31] ^= 1;
    refused(parts, PARTS, 1, SHEAF_FAULT, "member 12 shows other bytes");
    parts[2].shown = parts[0].shown = false;
    refused(parts, PARTS, UINT32_MAX, SHEAF_INVALID, "3 of 3 participants withhold");

    /* A commitment is good for one member and one round. */
    parts_make(parts);
    parts[2].commitment = parts[0].commitment;
    memcpy(parts[2].contribution, parts[0].contribution, sizeof parts[0].contribution);
    refused(parts, PARTS, 1, SHEAF_FAULT, "member 12");
    parts_make(parts);
    assert_int_equal(sheaf_graph_seed(&session, ROUND + 1, parts, PARTS, 1, &seed, &err),
                     SHEAF_FAULT);

    other = parts[0];
    parts[0] = parts[2];
    parts[2] = other;
    refused(parts, PARTS, 1, SHEAF_INVALID, "not sorted: member 7 after 12");
    parts[2] = parts[0];
    refused(parts + 1, 2, 1, SHEAF_OK, "");
    parts[1] = parts[0];
    refused(parts, 2, 1, SHEAF_INVALID, "not sorted: member 12 after 12");
    (void)unused;
}

/* Session, and each member's bytes, presence and commitment: whatever changes gives another. */
static void test_everything_counts_in_the_seed(void **unused)
{
    sheaf_graph_part parts[PARTS];
    sheaf_hash seed[6], other_session = session;
    sheaf_err err;
    parts_make(parts);
    other_session.bytes[0] ^= 1;
    must(sheaf_graph_seed(&session, ROUND, parts, PARTS, 1, &seed[0], &err), &err);
    must(sheaf_graph_seed(&other_session, ROUND, parts, PARTS, 1, &seed[1], &err), &err);
    must(sheaf_graph_seed(&session, ROUND, parts, PARTS - 1, 1, &seed[2], &err), &err);
    parts[1].commitment.bytes[0] ^= 1;
    must(sheaf_graph_seed(&session, ROUND, parts, PARTS, 1, &seed[3], &err), &err);
    parts_make(parts);
    parts[1].shown = true;
    must(sheaf_graph_seed(&session, ROUND, parts, PARTS, 1, &seed[4], &err), &err);
    parts_make(parts);
    parts[0].contribution[0] ^= 1;
    parts[0].commitment = sheaf_graph_commitment(ROUND, parts[0].member, parts[0].contribution);
    must(sheaf_graph_seed(&session, ROUND, parts, PARTS, 1, &seed[5], &err), &err);
    for (size_t i = 0; i < COUNT(seed); i++)
        for (size_t j = 0; j < i; j++)
            assert_false(sheaf_hash_equal(&seed[i], &seed[j]));
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_order_is_that_of_another_program),
        cmocka_unit_test(test_orders_are_uniform),
        cmocka_unit_test(test_neighbours_are_mutual),
        cmocka_unit_test(test_seed_is_that_of_another_program),
        cmocka_unit_test(test_seed_refuses),
        cmocka_unit_test(test_everything_counts_in_the_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
