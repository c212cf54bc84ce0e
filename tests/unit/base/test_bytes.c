#include "../vectors.h"

#include "base/arena.h"
#include "base/block.h"

static void test_buffer_stops_at_its_maximum(void **unused)
{
    sheaf_buffer buffer;
    sheaf_err err = {0};
    (void)unused;
    sheaf_buffer_init(&buffer, 5);
    sheaf_buffer_printf(&buffer, "%d", 12345); /* fills it to the last byte */
    assert_int_equal(sheaf_buffer_check(&buffer, "it", &err), SHEAF_OK);
    assert_true(sheaf_slice_is(sheaf_buffer_slice(&buffer), "12345"));
    sheaf_buffer_add_byte(&buffer, 'x');
    assert_true(buffer.failed);
    assert_int_equal(sheaf_buffer_check(&buffer, "it", &err), SHEAF_NOMEM);
    assert_string_equal(err.message, "it does not fit into 5 bytes");
    sheaf_buffer_add(&buffer, sheaf_str(""));
    assert_int_equal(buffer.len, 5);
    sheaf_buffer_reset(&buffer);
    sheaf_buffer_add_string(&buffer, "abcde");
    assert_false(buffer.failed);
    assert_null(sheaf_buffer_extend(&buffer, SIZE_MAX));
    sheaf_buffer_deinit(&buffer);
    assert_null(buffer.data);
}

static void test_integers(void **unused)
{
    static const uint8_t want[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    sheaf_buffer buffer;
    uint8_t a;
    uint16_t b;
    uint32_t c;
    uint64_t d;
    (void)unused;
    sheaf_buffer_init(&buffer, 100);
    sheaf_buffer_add_byte(&buffer, 1);
    sheaf_buffer_add_u16(&buffer, 0x0203);
    sheaf_buffer_add_u32(&buffer, 0x04050607);
    sheaf_buffer_add_u64(&buffer, 0x08090a0b0c0d0e0f);
    assert_int_equal(buffer.len, sizeof want);
    assert_memory_equal(buffer.data, want, sizeof want);
    sheaf_slice in = sheaf_buffer_slice(&buffer);
    assert_true(sheaf_take_u8(&in, &a) && sheaf_take_u16(&in, &b) && sheaf_take_u32(&in, &c)
                && sheaf_take_u64(&in, &d));
    assert_true(a == 1 && b == 0x0203 && c == 0x04050607 && d == 0x08090a0b0c0d0e0f);
    assert_false(sheaf_take_u8(&in, &a));
    in = sheaf_bytes(want, 3);
    assert_false(sheaf_take_u32(&in, &c));
    assert_int_equal(in.len, 3);
    sheaf_buffer_deinit(&buffer);
}

static void test_arena(void **unused)
{
    static _Alignas(16) uint8_t block[64];
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    (void)unused;
    memset(block, 0xff, sizeof block);
    uint8_t *one = SHEAF_ARENA_NEW(&arena, uint8_t, 1);
    uint64_t *eight = SHEAF_ARENA_NEW(&arena, uint64_t, 2);
    assert_non_null(one);
    assert_non_null(eight);
    assert_true((uintptr_t)eight % 8 == 0 && eight[0] == 0 && eight[1] == 0);
    sheaf_slice copy = sheaf_arena_copy(&arena, sheaf_str("hello"));
    assert_true(sheaf_slice_is(copy, "hello"));
    assert_null(sheaf_arena_take(&arena, SIZE_MAX / 2, 3, 1));
    assert_null(sheaf_arena_take(&arena, SIZE_MAX, 1, 1));
    assert_null(sheaf_arena_copy(&arena, sheaf_bytes(block, sizeof block)).data);
    sheaf_arena_reset(&arena);
    assert_non_null(sheaf_arena_take(&arena, 1, sizeof block, 1));
    assert_null(sheaf_arena_take(&arena, 1, 1, 1));
}

/* All of it can be used, whatever pages it is made of; what cannot be had is NULL. */
static void test_block(void **unused)
{
    static const size_t lengths[] = {1, 100000, 1500000, 1600000, 2097152, 4000000, 5000001};
    (void)unused;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        uint8_t *block = sheaf_block_new(lengths[i]);
        assert_non_null(block);
        memset(block, 7, lengths[i]);
        assert_int_equal(block[lengths[i] - 1], 7);
        free(block);
    }
    assert_null(sheaf_block_new(SIZE_MAX));
}

static void test_failure_messages(void **unused)
{
    sheaf_err err = {0};
    char large[1000];
    (void)unused;
    assert_int_equal(sheaf_fail(NULL, SHEAF_IO, "nobody listens"), SHEAF_IO);
    memset(large, 'a', sizeof large - 1);
    large[sizeof large - 1] = 0;
    assert_int_equal(sheaf_fail(&err, SHEAF_FAULT, "%s", large), SHEAF_FAULT);
    assert_int_equal(err.status, SHEAF_FAULT);
    assert_int_equal(strlen(err.message), SHEAF_MESSAGE_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buffer_stops_at_its_maximum),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_block),
        cmocka_unit_test(test_failure_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
