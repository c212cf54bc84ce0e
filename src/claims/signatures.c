/* Many signatures at once: in batches, and one by one where a batch does not hold. */
#include <stdlib.h>

#include "claims/check.h"
#include "crypto/ed25519_batch.h"

enum {
    BATCH = 1024,  /* larger ones gain little */
    PART = 64,     /* of a batch that does not hold */
    BATCH_MIN = 2, /* one by itself is checked as fast alone */
    MESSAGES_MAX =
        8 << 20 /* bytes of a batch's messages; of larger ones the hash is what costs */
};

typedef struct {
    sheaf_signature_check *checks;
    size_t count, width; /* of all; of one piece of work */
} work;

/* Room for one piece of work. */
typedef struct {
    sheaf_signed items[BATCH];
    sheaf_buffer messages;
} room;

/* What was signed, one after the other; false if there is no room for it. */
static bool fill(room *r, const sheaf_signature_check *checks, size_t count)
{
    size_t ends[BATCH];
    sheaf_buffer_init(&r->messages, MESSAGES_MAX);
    for (size_t i = 0; i < count; i++) {
        sheaf_act_message(&r->messages, checks[i].origin, checks[i].act);
        ends[i] = r->messages.len;
    }
    if (r->messages.failed)
        return false;
    for (size_t i = 0, from = 0; i < count; from = ends[i++])
        r->items[i] = (sheaf_signed){checks[i].public_key, checks[i].signature,
                                     sheaf_bytes(r->messages.data + from, ends[i] - from)};
    return true;
}

/* Halves would find one bad signature sooner, but whoever makes a batch fail can make many. */
static void decide(const room *r, sheaf_signature_check *checks, size_t count)
{
    bool all = sheaf_verify_batch(r->items, count);
    for (size_t from = 0; from < count; from += PART) {
        size_t part = count - from < PART ? count - from : PART;
        bool holds = all || (part < count && sheaf_verify_batch(r->items + from, part));
        for (size_t i = from; i < from + part; i++)
            checks[i].holds =
                holds
                || sheaf_verify(r->items[i].public, r->items[i].message, r->items[i].signature);
    }
}

static void check_piece(void *context, unsigned thread, size_t number)
{
    const work *w = context;
    size_t from = number * w->width;
    size_t count = w->count - from < w->width ? w->count - from : w->width;
    sheaf_signature_check *checks = w->checks + from;
    room *r = count < BATCH_MIN ? NULL : malloc(sizeof *r);
    bool filled = r && fill(r, checks, count);
    (void)thread;
    if (filled)
        decide(r, checks, count);
    else
        for (size_t i = 0; i < count; i++)
            checks[i].holds = sheaf_signature_holds(&checks[i]);
    if (r)
        sheaf_buffer_deinit(&r->messages);
    free(r);
}

void sheaf_signatures_check(sheaf_signature_check *checks, size_t count, unsigned threads)
{
    threads = threads < 1 ? 1 : threads;
    work w = {.checks = checks, .count = count, .width = (count + threads - 1) / threads};
    if (w.width > BATCH)
        w.width = BATCH;
    if (count > 0)
        sheaf_parallel((count + w.width - 1) / w.width, threads, check_piece, &w);
}
