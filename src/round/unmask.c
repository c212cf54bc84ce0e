#include "round/unmask.h"

#include "crypto/ed25519.h"
#include "crypto/hash_many.h"
#include "round/mask.h"
#include "round/words.h"

#include <assert.h>
#include <stdlib.h>

/* So many vectors are added at a time. */
enum { GROUP = 4 };

typedef struct {
    size_t mask_count;
    sheaf_mask *masks;
    sheaf_keystreams *streams;
    uint8_t *scratch[GROUP], *sum;
    uint64_t *words;
} workshop;

/* The masks that are still in the sum, each with the sign that takes it off. */
static sheaf_status masks_left(const sheaf_unmask *work, workshop *shop, sheaf_err *err)
{
    const sheaf_survivors *list = work->list;
    for (int i = 0; i < list->survivors; i++) {
        int index = sheaf_round_index(work->config, list->survivor[i]);
        assert(index >= 0);
        sheaf_mask *mask = &shop->masks[shop->mask_count++];
        sheaf_mask_self(&work->neighbours->session, &work->self_secret[index],
                        list->survivor[i], mask);
        mask->subtract = true;
    }
    for (int d = 0; d < list->dropouts; d++) {
        int dropout = sheaf_round_index(work->config, list->dropout[d]);
        assert(dropout >= 0);
        for (int i = 0; i < list->survivors; i++) {
            int index = sheaf_round_index(work->config, list->survivor[i]);
            if (!sheaf_neighbours_are(work->neighbours, index, dropout))
                continue;
            /* What the drop-out would have applied is what cancels. */
            if (!sheaf_mask_pair(&work->neighbours->session, &work->mask_secret[dropout],
                                 list->dropout[d], &work->mask_point[index], list->survivor[i],
                                 &shop->masks[shop->mask_count++]))
                return sheaf_fail(err, SHEAF_FAULT, "the mask point of member %u is invalid",
                                  list->survivor[i]);
        }
    }
    return SHEAF_OK;
}

static sheaf_chunk_name chunk_name(const sheaf_unmask *work, int survivor, size_t chunk)
{
    int index = sheaf_round_index(work->config, work->list->survivor[survivor]);
    return (sheaf_chunk_name){.index = index,
                              .chunk = chunk,
                              .len = sheaf_chunk_bytes(work->config, chunk),
                              .hash = work->chunks[index][chunk]};
}

/* That chunk of `many` survivors' vectors, each as its owner signed it. */
static sheaf_status chunks_get(const sheaf_unmask *work, const workshop *shop, int survivor,
                               size_t many, size_t chunk, const uint8_t *out[GROUP],
                               sheaf_err *err)
{
    sheaf_slice bytes[GROUP];
    sheaf_hash hashes[GROUP];
    for (size_t i = 0; i < many; i++) {
        sheaf_chunk_name name = chunk_name(work, survivor + (int)i, chunk);
        SHEAF_TRY(
            work->source.get(work->source.context, &name, shop->scratch[i], &out[i], err));
        bytes[i] = sheaf_bytes(out[i], name.len);
    }
    if (!work->untrusted)
        return SHEAF_OK;
    sheaf_sha256_many(bytes, many, hashes);
    for (size_t i = 0; i < many; i++) {
        sheaf_chunk_name name = chunk_name(work, survivor + (int)i, chunk);
        if (!sheaf_hash_equal(&hashes[i], &name.hash))
            return sheaf_fail(
                err, SHEAF_FAULT,
                "chunk %zu of the vector of member %u is not the one that it signed", chunk,
                work->config->members[name.index].member);
    }
    return SHEAF_OK;
}

static sheaf_status chunk_sum(const sheaf_unmask *work, workshop *shop, size_t chunk,
                              const sheaf_sum_sink *sink, sheaf_err *err)
{
    assert(chunk < sheaf_chunk_count(work->config));
    const uint8_t *vectors[GROUP];
    unsigned bits = work->config->bits;
    size_t len = sheaf_chunk_bytes(work->config, chunk), count = len / (bits / 8);
    uint64_t first = (uint64_t)chunk * (SHEAF_ROUND_CHUNK_BYTES / (bits / 8));
    memset(shop->sum, 0, len);
    for (int i = 0; i < work->list->survivors; i += GROUP) {
        int left = work->list->survivors - i;
        size_t many = left < GROUP ? (size_t)left : GROUP;
        SHEAF_TRY(chunks_get(work, shop, i, many, chunk, vectors, err));
        sheaf_words_add_many(bits, shop->sum, vectors, many, count);
    }
    sheaf_masks_apply(shop->streams, shop->masks, shop->mask_count, bits, first, shop->sum,
                      count);
    sheaf_words_unpack(bits, shop->sum, count, shop->words);
    return sink->put(sink->context, first, shop->words, count, err);
}

static bool workshop_open(workshop *shop, const sheaf_unmask *work, size_t *mask_max)
{
    size_t len = sheaf_chunk_bytes(work->config, 0); /* none is longer than the first */
    *mask_max = work->list->survivors + (size_t)work->list->dropouts * work->config->degree;
    shop->masks = calloc(*mask_max, sizeof *shop->masks);
    shop->sum = malloc(len);
    shop->words = malloc(len / (work->config->bits / 8) * sizeof *shop->words);
    shop->streams = sheaf_keystreams_open();
    bool open = shop->masks && shop->sum && shop->words && shop->streams;
    for (int i = 0; i < GROUP; i++) {
        shop->scratch[i] = malloc(len);
        open = open && shop->scratch[i];
    }
    return open;
}

sheaf_status sheaf_unmask_chunks(const sheaf_unmask *work, size_t first, size_t count,
                                 const sheaf_sum_sink *sink, sheaf_err *err)
{
    workshop shop = {0};
    size_t mask_max;
    assert(work->chosen || first + count <= sheaf_chunk_count(work->config));
    sheaf_status status = workshop_open(&shop, work, &mask_max)
                              ? masks_left(work, &shop, err)
                              : sheaf_fail(err, SHEAF_NOMEM, "no memory for adding up a round");
    for (size_t i = 0; status == SHEAF_OK && i < count; i++)
        status = chunk_sum(work, &shop, work->chosen ? work->chosen[first + i] : first + i,
                           sink, err);
    if (shop.masks)
        sheaf_wipe(shop.masks, mask_max * sizeof *shop.masks);
    sheaf_keystreams_close(shop.streams);
    free(shop.masks);
    free(shop.sum);
    free(shop.words);
    for (int i = 0; i < GROUP; i++)
        free(shop.scratch[i]);
    return status;
}

static sheaf_status array_put(void *context, uint64_t first, const uint64_t *words,
                              size_t count, sheaf_err *err)
{
    (void)err;
    memcpy((uint64_t *)context + first, words, count * sizeof *words);
    return SHEAF_OK;
}

sheaf_sum_sink sheaf_sum_to(uint64_t *out)
{
    return (sheaf_sum_sink){out, array_put};
}
