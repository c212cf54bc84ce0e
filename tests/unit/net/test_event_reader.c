/* Event streams: what comes of them, in whatever pieces they arrive. */
#include "net/event_reader.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    char text[400];
    size_t len;
    int stop_after;
} heard;

static bool on_event(void *ctx, sheaf_slice name, sheaf_slice data)
{
    heard *h = ctx;
    h->len += (size_t)snprintf(h->text + h->len, sizeof h->text - h->len, "<%.*s|%.*s>",
                               SHEAF_PRINT(name), (int)data.len,
                               data.len ? (const char *)data.data : "");
    return --h->stop_after != 0;
}

/* Every row is fed whole and byte by byte: the pieces must not matter. */
static void test_event_streams(void **unused)
{
    static const struct {
        const char *stream, *want;
        int stop_after;
    } rows[] = {
        {"data: a\n\n", "<message|a>", 0},
        {"event: x\ndata: a\n\ndata: b\n\n", "<x|a><message|b>", 0},
        {"event: x\r\ndata: a\r\ndata: b\r\n\r\n", "<x|a\nb>", 0},
        {"event: x\rdata: a\r\r", "<x|a>", 0},
        {": hello\n\nevent: x\n\ndata: a\n\n", "<message|a>", 0},
        {"data:a\nid: 7\nretry: 9\nodd\n\n", "<message|a>", 0},
        {"data\n\ndata:\n\n", "<message|><message|>", 0},
        {"data: a", "", 0},
        {"data: a\n\ndata: b\n\n", "<message|a>", 1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (int bytewise = 0; bytewise < 2; bytewise++) {
            heard h = {.stop_after = rows[i].stop_after};
            sheaf_event_reader reader;
            sheaf_event_reader_init(&reader, on_event, &h);
            sheaf_slice in = sheaf_str(rows[i].stream), piece;
            while (sheaf_take(&in, bytewise ? 1 : in.len, &piece) && piece.len > 0)
                assert_int_equal(sheaf_event_reader_feed(&reader, piece, NULL), SHEAF_OK);
            h.text[h.len] = 0;
            assert_string_equal(h.text, rows[i].want);
            sheaf_event_reader_deinit(&reader);
        }
    }
    (void)unused;
}

/* The bounds: a name, a line, the lines of one event together. */
static void test_events_are_bounded(void **unused)
{
    static const char *const starts[] = {"event: ", "data: ", "data: ab\ndata: "};
    static const size_t lengths[] = {SHEAF_EVENT_NAME_MAX + 1, SHEAF_EVENT_BYTES_MAX,
                                     SHEAF_EVENT_BYTES_MAX - 8};
    char *text = malloc(SHEAF_EVENT_BYTES_MAX);
    assert_non_null(text);
    memset(text, 'x', SHEAF_EVENT_BYTES_MAX);
    for (size_t i = 0; i < COUNT(starts); i++) {
        heard h = {.stop_after = 0};
        sheaf_err err = {0};
        sheaf_event_reader reader;
        sheaf_event_reader_init(&reader, on_event, &h);
        sheaf_status status = sheaf_event_reader_feed(&reader, sheaf_str(starts[i]), &err);
        if (status == SHEAF_OK)
            status = sheaf_event_reader_feed(&reader, sheaf_bytes(text, lengths[i]), &err);
        if (status == SHEAF_OK)
            status = sheaf_event_reader_feed(&reader, sheaf_str("\ndata: xxxxxxxx\n\n"), &err);
        assert_int_not_equal(status, SHEAF_OK);
        assert_true(err.message[0]);
        assert_int_equal(h.len, 0);
        sheaf_event_reader_deinit(&reader);
    }
    free(text);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_event_streams),
                                       cmocka_unit_test(test_events_are_bounded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
