/* fuzz/fuzz_round_arrival.c - vectors on their way in, in any pieces and any order: an input is
 * in the round exactly if its head is the one its owner signed and the bytes behind it are all
 * of its vector and no more; with a store, what is kept are the true chunks.
 *
 * The first byte says how wide the words are, whether the vectors have one chunk or two, and
 * whether there is a store. Then come steps: a byte that says for whom and what, and what the
 * step needs.
 */
#include "round/arrival.h"
#include "round/participant.h"

#include "round.h"

#include <stdlib.h>

enum {
    MEMBERS = 2,
    SHORT_BYTES = 40,
    LONG_BYTES = SHEAF_ROUND_CHUNK_BYTES + 40,
    STEPS_MAX = 40
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* One round in stage INPUT, made once for each choice and again once an input is in it. */
typedef struct {
    bool made;
    sheaf_round_config config;
    sheaf_coordinator c;
    sheaf_buffer message[MEMBERS]; /* the true inputs */
} ready_round;

typedef struct {
    sheaf_arrival *arrival;
    uint64_t given; /* bytes of words */
    bool same;      /* so far what is given is the vector */
    bool in;        /* the input is in the round */
} sender;

static ready_round stages[8];

static sheaf_status store_put(void *context, const sheaf_chunk_name *name, sheaf_slice chunk,
                              sheaf_err *err)
{
    sheaf_hash hash = sheaf_sha256(chunk);
    (void)context;
    (void)err;
    must(sheaf_hash_equal(&hash, &name->hash) && chunk.len == name->len);
    must(name->index >= 0 && name->index < MEMBERS);
    return SHEAF_OK;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the form of all stores */
static sheaf_status store_get(void *context, const sheaf_chunk_name *name, uint8_t *scratch,
                              const uint8_t **out, sheaf_err *err)
{
    (void)context;
    (void)name;
    (void)scratch;
    (void)out;
    return sheaf_fail(err, SHEAF_IO, "nothing is summed here");
}

static sheaf_status sum_put(void *context, uint64_t first, const uint64_t *words, size_t count,
                            sheaf_err *err)
{
    (void)context;
    (void)first;
    (void)words;
    (void)count;
    (void)err;
    return SHEAF_OK;
}

static sheaf_slice say(sheaf_participant *p, uint32_t member, sheaf_coordinator *c,
                       sheaf_round_stage stage)
{
    sheaf_slice message;
    must(
        sheaf_participant_receive(p, sheaf_coordinator_bundle(c, stage, member), &message, NULL)
        == SHEAF_OK);
    return message;
}

/* The coordinator in stage INPUT; with `first` the messages of that stage are made too. */
static void prepare(ready_round *s, uint8_t choice, bool first)
{
    static sheaf_participant p[MEMBERS];
    static uint64_t words[LONG_BYTES / 2];
    sheaf_keypair pair[MEMBERS];
    size_t bits = choice & 1 ? 16 : 64, bytes = choice & 2 ? LONG_BYTES : SHORT_BYTES;
    round_make(MEMBERS, (uint32_t)(bytes / (bits / 8)), (unsigned)bits, &s->config, pair);
    must(sheaf_coordinator_init(&s->c, &s->config, 0, NULL) == SHEAF_OK);
    if (choice & 4)
        sheaf_coordinator_stream(&s->c, (sheaf_chunk_store){store_put, {NULL, store_get}},
                                 (sheaf_sum_sink){NULL, sum_put});
    for (int i = 0; i < MEMBERS; i++) {
        uint8_t seed[32] = {(uint8_t)(i + 101)};
        must(sheaf_participant_init(&p[i], &s->config, (uint32_t)i + 1, &pair[i], seed, NULL)
             == SHEAF_OK);
    }
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_SHARE; stage++)
        for (int i = 0; i < MEMBERS; i++)
            must(sheaf_coordinator_receive(
                     &s->c, say(&p[i], (uint32_t)i + 1, &s->c, (sheaf_round_stage)stage), 0,
                     NULL)
                 == SHEAF_ROUND_ACCEPTED);
    for (int i = 0; first && i < MEMBERS; i++) {
        must(sheaf_participant_input(&p[i], words, s->config.words, NULL) == SHEAF_OK);
        sheaf_buffer_init(&s->message[i], 2 << 20);
        sheaf_buffer_add(&s->message[i], say(&p[i], (uint32_t)i + 1, &s->c, SHEAF_ROUND_INPUT));
    }
    for (int i = 0; i < MEMBERS; i++)
        sheaf_participant_deinit(&p[i]);
    s->made = true;
}

static void open_arrival(ready_round *s, int who, sender *to, sheaf_slice *in, bool changed)
{
    uint8_t head[SHEAF_ROUND_INPUT_HEAD_BYTES], at = 0, change = 0;
    memcpy(head, s->message[who].data, sizeof head);
    if (changed && (!sheaf_take_u8(in, &at) || !sheaf_take_u8(in, &change)))
        return;
    head[at % sizeof head] ^= change;
    if (to->arrival)
        return;
    sheaf_round_answer answer =
        sheaf_arrival_open(&s->c, sheaf_bytes(head, sizeof head), 0, &to->arrival, NULL);
    if (answer == SHEAF_ROUND_ACCEPTED) {
        must(change == 0 && !to->in && sheaf_arrival_index(to->arrival) == who);
        to->given = 0;
        to->same = true;
    } else {
        must(!to->arrival && (to->in || change != 0));
        must(answer != SHEAF_ROUND_DUPLICATE || (to->in && change == 0));
    }
}

/* Some bytes of the vector, or any bytes. */
static void add(ready_round *s, int who, sender *to, sheaf_slice *in, bool any)
{
    size_t whole = sheaf_round_vector_bytes(&s->config);
    const uint8_t *vector = s->message[who].data + SHEAF_ROUND_INPUT_HEAD_BYTES;
    uint16_t count;
    sheaf_slice piece;
    if (!sheaf_take_u16(in, &count) || !to->arrival)
        return;
    if (any) {
        if (!sheaf_take(in, count % 64 < in->len ? count % 64 : in->len, &piece))
            return;
    } else {
        size_t n = count & 0x8000 ? (size_t)(count & 0x7fff) << 6 : count;
        size_t from = to->given < whole ? to->given : whole;
        piece = sheaf_bytes(vector + from, n < whole - from ? n : whole - from);
    }
    bool fits = piece.len <= whole - to->given;
    to->same = to->same && fits && memcmp(vector + to->given, piece.data, piece.len) == 0;
    bool taken = sheaf_arrival_add(to->arrival, piece, NULL) == SHEAF_OK;
    must(taken == fits);
    if (taken) {
        to->given += piece.len;
        return;
    }
    sheaf_arrival_abandon(to->arrival);
    to->arrival = NULL;
}

static void close_arrival(ready_round *s, sender *to)
{
    bool whole = to->given == sheaf_round_vector_bytes(&s->config) && to->same;
    if (!to->arrival)
        return;
    to->in = sheaf_arrival_close(to->arrival, &s->c, 0, NULL) == SHEAF_ROUND_ACCEPTED;
    to->arrival = NULL;
    must(to->in == whole);
}

/* A record of a vector that is said to be in the store: its head is signed, its chunks are what
 * the head has the hash of. */
static void come_again(ready_round *s, int who, sender *to, sheaf_slice *in)
{
    size_t chunks = sheaf_chunk_count(&s->config);
    sheaf_buffer record;
    uint16_t at;
    uint8_t change;
    if (!sheaf_take_u16(in, &at) || !sheaf_take_u8(in, &change) || to->arrival || chunks < 2
        || !s->c.store.put)
        return;
    sheaf_buffer_init(&record, 1024);
    sheaf_buffer_add(&record, sheaf_bytes(s->message[who].data, SHEAF_ROUND_INPUT_HEAD_BYTES));
    for (size_t i = 0; i < chunks; i++) {
        sheaf_hash hash = sheaf_sha256(sheaf_bytes(
            s->message[who].data + SHEAF_ROUND_INPUT_HEAD_BYTES + i * SHEAF_ROUND_CHUNK_BYTES,
            sheaf_chunk_bytes(&s->config, i)));
        sheaf_buffer_add(&record, sheaf_bytes(hash.bytes, sizeof hash.bytes));
    }
    record.data[at % record.len] ^= change;
    bool was = to->in;
    sheaf_round_answer answer =
        sheaf_arrival_again(&s->c, sheaf_buffer_slice(&record), 0, NULL);
    if (answer == SHEAF_ROUND_ACCEPTED) {
        must(change == 0 && !was);
        to->in = true;
    }
    sheaf_buffer_deinit(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_slice in = {data, len};
    sender to[MEMBERS] = {0};
    uint8_t choice, step;
    if (!sheaf_take_u8(&in, &choice))
        return 0;
    ready_round *s = &stages[choice & 7];
    if (!s->made)
        prepare(s, choice, s->message[0].data == NULL);
    for (int n = 0; n < STEPS_MAX && sheaf_take_u8(&in, &step); n++) {
        int who = step & 1;
        if (to[0].in && to[1].in)
            break; /* the stage is over */
        switch (step >> 1 & 7) {
        case 0:
        case 1:
            open_arrival(s, who, &to[who], &in, step >> 1 & 1);
            break;
        case 2:
        case 3:
            add(s, who, &to[who], &in, false);
            break;
        case 4:
            add(s, who, &to[who], &in, true);
            break;
        case 5:
            close_arrival(s, &to[who]);
            break;
        case 6:
            sheaf_arrival_abandon(to[who].arrival);
            to[who].arrival = NULL;
            break;
        default:
            come_again(s, who, &to[who], &in);
        }
    }
    bool over = to[0].in && to[1].in;
    must(sheaf_coordinator_stage(&s->c) == (over ? SHEAF_ROUND_SURVIVORS : SHEAF_ROUND_INPUT));
    for (int i = 0; i < MEMBERS; i++) {
        must(over || sheaf_coordinator_awaits(&s->c, (uint32_t)i + 1) == !to[i].in);
        sheaf_arrival_abandon(to[i].arrival);
    }
    if (to[0].in || to[1].in) {
        sheaf_coordinator_deinit(&s->c);
        s->made = false;
    }
    return 0;
}
