/* fuzz/fuzz_event_stream.c - any stream: no crash, and the same events whole and in pieces. */
#include "net/event_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool on_event(void *ctx, sheaf_slice name, sheaf_slice text)
{
    uint64_t *sum = ctx; /* FNV-1a over names and texts */
    for (size_t i = 0; i < name.len; i++)
        *sum = (*sum ^ name.data[i]) * UINT64_C(1099511628211);
    for (size_t i = 0; i < text.len; i++)
        *sum = (*sum ^ text.data[i]) * UINT64_C(1099511628211);
    *sum = (*sum ^ 256) * UINT64_C(1099511628211);
    return *sum % 31 != 0; /* some listeners leave */
}

static sheaf_status feed(sheaf_slice in, size_t step, uint64_t *sum)
{
    sheaf_status status = SHEAF_OK;
    sheaf_slice piece;
    sheaf_event_reader reader;
    sheaf_event_reader_init(&reader, on_event, sum);
    while (status == SHEAF_OK && in.len > 0) {
        (void)sheaf_take(&in, in.len < step ? in.len : step, &piece);
        status = sheaf_event_reader_feed(&reader, piece, NULL);
    }
    sheaf_event_reader_deinit(&reader);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    uint64_t whole = 0, pieces = 0;
    sheaf_slice in = {data, len};
    sheaf_status a = feed(in, len, &whole), b = feed(in, 1 + len % 7, &pieces);
    if (a != b || whole != pieces)
        __builtin_trap();
    return 0;
}
