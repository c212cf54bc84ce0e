/* Entries that are read quickly, without a tree: the whole decoder says the same of them. */
#include "test.h"

#include "generate.h"

#include "acts/acts_internal.h"

#define T43    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SIG    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" T43
#define BALLOT "{\"choice\":\"yes\",\"motion\":57}"

static uint8_t made[8 << 20];

/* Of what is read quickly the whole decoder says the same. */
static bool check_quick(sheaf_slice in)
{
    static uint8_t blocks[2][SHEAF_ACT_ARENA_BYTES];
    sheaf_arena quick_arena = sheaf_arena_over(blocks[0], sizeof blocks[0]);
    sheaf_arena tree_arena = sheaf_arena_over(blocks[1], sizeof blocks[1]);
    sheaf_entry quick, tree;
    sheaf_buffer made_of[2];
    if (!sheaf_entry_quick(in, 1, &quick_arena, &quick))
        return false;
    assert_int_equal(sheaf_entry_decode_tree(in, 1, &tree_arena, &tree, NULL), SHEAF_OK);
    assert_true(sheaf_slice_equal(quick.act_bytes, tree.act_bytes));
    assert_memory_equal(quick.signature, tree.signature, sizeof tree.signature);
    assert_int_equal(quick.stamp, tree.stamp);
    assert_int_equal(quick.act->has_by, tree.act->has_by);
    assert_int_equal(quick.act->has_key, tree.act->has_key);
    for (int i = 0; i < 2; i++) {
        sheaf_buffer_init(&made_of[i], SHEAF_ENTRY_MAX);
        sheaf_act_encode(&made_of[i], i ? tree.act : quick.act);
    }
    assert_true(
        sheaf_slice_equal(sheaf_buffer_slice(&made_of[0]), sheaf_buffer_slice(&made_of[1])));
    sheaf_buffer_deinit(&made_of[0]);
    sheaf_buffer_deinit(&made_of[1]);
    return true;
}

/* The entry with a byte changed, left out or put in. */
static void check_quick_near(generator *g, sheaf_slice entry)
{
    static uint8_t near[SHEAF_ENTRY_MAX + 1];
    static const char bytes[] = "\"\\{}[],:-0123456789abcutf \n\x01\x7f\xc3\xa4";
    for (int i = 0; i < 40; i++) {
        size_t at = (size_t)generator_number(g, 0, (int64_t)entry.len - 1);
        size_t put = i % 3 < 2, skip = i % 3 > 0;
        memcpy(near, entry.data, at);
        near[at] = (uint8_t)bytes[generator_number(g, 0, sizeof bytes - 2)];
        memcpy(near + at + put, entry.data + at + skip, entry.len - at - skip);
        (void)check_quick(sheaf_bytes(near, entry.len + put - skip));
    }
}

static void test_quick_is_alike(void **unused)
{
    (void)unused;
    generator g = {.state = 5};
    size_t quick = 0, all = 0;
    for (int turn = 0; turn < 20; turn++)
        for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
            if (sheaf_kind_shape(kind)->actor == SHEAF_ACTOR_COOP)
                continue;
            static const uint8_t signature[SHEAF_SIGNATURE_BYTES] = {7, 1};
            sheaf_arena arena = sheaf_arena_over(made, sizeof made);
            sheaf_buffer entry;
            g.arena = &arena;
            sheaf_act act = generator_act(&g, kind);
            sheaf_buffer_init(&entry, SHEAF_ENTRY_MAX);
            sheaf_entry_encode(&entry, generator_bytes(&g, &act), signature, turn);
            if (!entry.failed) {
                bool took = check_quick(sheaf_buffer_slice(&entry));
                assert_true(took || kind != SHEAF_KIND_ballot_cast);
                quick += took;
                all++;
                check_quick_near(&g, sheaf_buffer_slice(&entry));
            }
            sheaf_buffer_deinit(&entry);
        }
    print_message("%zu of %zu entries were read quickly\n", quick, all);
    assert_true(quick > all / 3);
}

/* The entry with `number` at its front, where eight digits are read at once, or at its end. */
static void check_number(const char *number, bool front)
{
    static uint8_t tree_block[SHEAF_ACT_ARENA_BYTES];
    char text[400];
    int len = snprintf(
        text, sizeof text,
        "{\"act\":{\"at\":%s,\"by\":0,\"key\":0,\"kind\":\"ballot.cast\",\"seen\":"
        "5,\"seq\":7,\"until\":9,\"what\":" BALLOT "},\"sig\":\"" SIG "\",\"stamp\":%s}",
        front ? number : "3", front ? "4" : number);
    sheaf_slice in = sheaf_bytes(text, (size_t)len);
    sheaf_arena arena = sheaf_arena_over(tree_block, sizeof tree_block);
    sheaf_entry tree;
    bool wanted = sheaf_entry_decode_tree(in, 1, &arena, &tree, NULL) == SHEAF_OK;
    if (check_quick(in) != wanted)
        fail_msg("%s is read otherwise", number);
}

/* Of every length, with every byte behind or between its digits that could be taken for one. */
static void test_quick_numbers(void **unused)
{
    static const char *const edges[] = {"0",
                                        "-0",
                                        "-",
                                        "",
                                        "01",
                                        "-1",
                                        "9007199254740991",
                                        "9007199254740992",
                                        "9999999999999999",
                                        "18446744073709551617",
                                        "00000000",
                                        "100000000000000000"};
    (void)unused;
    for (int front = 0; front < 2; front++) {
        for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
            check_number(edges[i], front);
        for (int len = 1; len <= 20; len++)
            for (int at = 0; at <= len; at++)
                for (int byte = 1; byte < 256; byte += at < len ? 1 : 256) {
                    char number[32];
                    for (int k = 0; k < len; k++)
                        number[k] = (char)('1' + (k * 7 + len) % 9);
                    number[len] = 0;
                    if (at < len)
                        number[at] = (char)byte;
                    check_number(number, front);
                }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quick_is_alike),
        cmocka_unit_test(test_quick_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
