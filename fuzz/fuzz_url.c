/* fuzz_url.c - any bytes as an address, as percent-encoded text and as a query: no crash; an
 * address that was read is the same after it was written and read again, and any text without
 * control characters survives its escapes. */
#include "net/url.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void try_address(sheaf_slice in)
{
    sheaf_url url, again;
    sheaf_buffer text;
    if (sheaf_url_parse(in, &url, NULL) != SHEAF_OK)
        return;
    (void)sheaf_url_loopback(&url);
    if (sheaf_url_join(&url, "/", &text, NULL) != SHEAF_OK)
        __builtin_trap();
    sheaf_slice made = {text.data, text.len - 2}; /* the slash may be one byte too many */
    if (sheaf_url_parse(made, &again, NULL) != SHEAF_OK || again.tls != url.tls
        || again.ipv6 != url.ipv6 || again.port != url.port || strcmp(again.host, url.host) != 0
        || strcmp(again.prefix, url.prefix) != 0)
        __builtin_trap();
    sheaf_buffer_deinit(&text);
}

static void try_escapes(sheaf_slice in, bool plus_is_space)
{
    uint8_t *out = malloc(in.len + 1), *back = NULL;
    size_t len, back_len;
    sheaf_buffer text;
    if (out && sheaf_percent_decode(in, plus_is_space, out, &len)) {
        if (len > in.len)
            __builtin_trap();
        sheaf_buffer_init(&text, 3 * len + 1);
        sheaf_percent_encode(&text, sheaf_bytes(out, len));
        back = malloc(text.len + 1);
        if (back
            && (!sheaf_percent_decode(sheaf_buffer_slice(&text), plus_is_space, back, &back_len)
                || !sheaf_slice_equal(sheaf_bytes(out, len), sheaf_bytes(back, back_len))))
            __builtin_trap();
        sheaf_buffer_deinit(&text);
    }
    free(back);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_slice in = sheaf_bytes(data, len);
    sheaf_query query;
    try_address(in);
    try_escapes(in, false);
    try_escapes(in, true);
    if (sheaf_query_parse(in, &query, NULL) == SHEAF_OK) {
        if (query.count > SHEAF_QUERY_ITEMS_MAX)
            __builtin_trap();
        size_t bytes = 0;
        for (size_t i = 0; i < query.count; i++)
            bytes += query.items[i].name.len + query.items[i].value.len;
        if (bytes > len)
            __builtin_trap();
    }
    return 0;
}
