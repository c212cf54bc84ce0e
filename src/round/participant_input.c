#include "round/round_internal.h"
#include "round/words.h"

#include <assert.h>
#include <stdlib.h>

/* What one vector is masked with and in. */
typedef struct {
    size_t mask_count;
    sheaf_mask masks[SHEAF_ROUND_MEMBERS_MAX];
    sheaf_keystreams *streams;
    uint64_t *values; /* of a stream: one chunk, as read and as it leaves */
    uint8_t *words;
    sheaf_hash *hashes; /* of each chunk */
} workshop;

static sheaf_status masks_make(const sheaf_participant *p, const sheaf_round_set *sharers,
                               workshop *shop, sheaf_err *err)
{
    uint32_t me = sheaf_participant_me(p);
    for (int i = 0; i < sharers->count; i++) {
        int other = sharers->index[i];
        uint32_t member = sharers->message[i].member;
        if (other != p->me
            && !sheaf_mask_pair(&p->neighbours.session, &p->secrets->mask_poly[0], me,
                                &p->adverts.mask[other], member,
                                &shop->masks[shop->mask_count++]))
            return sheaf_fail(err, SHEAF_FAULT, "the mask point of member %u is invalid",
                              member);
    }
    sheaf_mask_self(&p->neighbours.session, &p->secrets->self_poly[0], me,
                    &shop->masks[shop->mask_count++]);
    return SHEAF_OK;
}

static bool workshop_open(workshop *shop, const sheaf_participant *p)
{
    size_t len = sheaf_chunk_bytes(&p->config, 0); /* none is longer than the first */
    shop->hashes = calloc(sheaf_chunk_count(&p->config), sizeof *shop->hashes);
    shop->streams = sheaf_keystreams_open();
    if (!p->stream.read)
        return shop->hashes && shop->streams;
    shop->values = malloc(len / (p->config.bits / 8) * sizeof *shop->values);
    shop->words = malloc(len);
    return shop->hashes && shop->streams && shop->values && shop->words;
}

static void workshop_close(workshop *shop, const sheaf_participant *p)
{
    size_t len = sheaf_chunk_bytes(&p->config, 0);
    if (shop->values)
        sheaf_wipe(shop->values, len / (p->config.bits / 8) * sizeof *shop->values);
    if (shop->words)
        sheaf_wipe(shop->words, len);
    sheaf_wipe(shop->masks, sizeof shop->masks);
    sheaf_keystreams_close(shop->streams);
    free(shop->values);
    free(shop->words);
    free(shop->hashes);
    free(shop);
}

static sheaf_status chunk_mask(sheaf_participant *p, workshop *shop, size_t chunk,
                               sheaf_err *err)
{
    unsigned bits = p->config.bits;
    size_t len = sheaf_chunk_bytes(&p->config, chunk), count = len / (bits / 8);
    uint64_t at = (uint64_t)chunk * SHEAF_ROUND_CHUNK_BYTES, first = at / (bits / 8);
    uint8_t *words = p->sent[SHEAF_ROUND_INPUT].data + SHEAF_ROUND_INPUT_HEAD_BYTES + at;
    if (p->stream.read) {
        words = shop->words;
        SHEAF_TRY(p->stream.read(p->stream.context, first, shop->values, count, err));
        sheaf_words_pack(bits, shop->values, count, words);
    }
    sheaf_masks_apply(shop->streams, shop->masks, shop->mask_count, bits, first, words, count);
    shop->hashes[chunk] = sheaf_sha256(sheaf_bytes(words, len));
    if (!p->stream.read)
        return SHEAF_OK;
    return p->stream.write(p->stream.context, at, sheaf_bytes(words, len), err);
}

static sheaf_status head_sign(sheaf_participant *p, const workshop *shop,
                              const sheaf_hash *digest, sheaf_err *err)
{
    sheaf_buffer head;
    sheaf_hash hash = sheaf_chunks_hash(shop->hashes, sheaf_chunk_count(&p->config));
    sheaf_buffer_init(&head, SHEAF_ROUND_INPUT_HEAD_BYTES);
    sheaf_round_head_put(&head, &p->config, SHEAF_ROUND_INPUT, sheaf_participant_me(p));
    sheaf_buffer_add(&head, sheaf_bytes(p->adverts.digest.bytes, SHEAF_HASH_BYTES));
    sheaf_buffer_add(&head, sheaf_bytes(digest->bytes, SHEAF_HASH_BYTES));
    sheaf_buffer_add_u32(&head, p->config.words);
    sheaf_buffer_add(&head, sheaf_bytes(hash.bytes, SHEAF_HASH_BYTES));
    sheaf_round_sign(&head, &p->config, &p->secrets->pair);
    sheaf_status status = sheaf_buffer_check(&head, "the head of an input", err);
    if (status == SHEAF_OK) {
        assert(head.len == SHEAF_ROUND_INPUT_HEAD_BYTES);
        memcpy(p->sent[SHEAF_ROUND_INPUT].data, head.data, head.len);
    }
    sheaf_buffer_deinit(&head);
    return status;
}

sheaf_status sheaf_participant_mask(sheaf_participant *p, const sheaf_round_set *sharers,
                                    const sheaf_hash *digest, sheaf_err *err)
{
    workshop *shop = calloc(1, sizeof *shop);
    if (!shop)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for masking an input");
    sheaf_status status = workshop_open(shop, p)
                              ? masks_make(p, sharers, shop, err)
                              : sheaf_fail(err, SHEAF_NOMEM, "no memory for masking an input");
    bool begun = status == SHEAF_OK;
    for (size_t i = 0; status == SHEAF_OK && i < sheaf_chunk_count(&p->config); i++)
        status = chunk_mask(p, shop, i, err);
    if (status == SHEAF_OK)
        status = head_sign(p, shop, digest, err);
    if (begun && status != SHEAF_OK) /* the input is taken back for good */
        sheaf_participant_forget(p);
    workshop_close(shop, p);
    return status;
}
