/* Many who hand in acts at once: each act is entered once, in the order of its signer, or
 * refused for what is wrong with it alone. */
#include "../store/folder.h"

#include "../../long_log/long_log.h"
#include "../coop/kit_store.h"
#include "acts/submission.h"
#include "coop/key_numbers.h"
#include "hub/sequencer.h"
#include "store/clock.h"

enum { PEOPLE = 24, ACTS = 40, LOG = LONG_LOG_MIN };

typedef struct {
    sheaf_hub *hub;
    sheaf_keypair pair;
    uint32_t member, key;
    uint64_t seq; /* of the last act on the log */
    uint32_t index[ACTS], failures;
    pthread_t thread;
} person;

static person people[PEOPLE];

/* An act of the person with that number; `forged` has another signature. */
static void make(const person *p, uint64_t seq, bool forged, sheaf_buffer *body)
{
    sheaf_buffer act, message;
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    struct sheaf_revenue_record what = {
        .has_amount_cents = true, .amount_cents = (int64_t)seq, .has_memo = true};
    int64_t now = sheaf_clock_ms();
    sheaf_act a = {.kind = SHEAF_KIND_revenue_record,
                   .has_by = true,
                   .has_key = true,
                   .by = p->member,
                   .key = p->key,
                   .at = now,
                   .until = now + 600000,
                   .seen = LOG,
                   .seq = seq,
                   .what = &what};
    what.memo.bytes[0] = 1;
    sheaf_buffer_init(&act, SHEAF_ENTRY_MAX);
    sheaf_buffer_init(&message, 2 * SHEAF_ENTRY_MAX);
    sheaf_act_encode(&act, &a);
    sheaf_act_message(&message, sheaf_str(KIT_ORIGIN), sheaf_buffer_slice(&act));
    sheaf_sign(&p->pair, sheaf_buffer_slice(&message), signature);
    if (forged)
        signature[9] ^= 4;
    sheaf_buffer_init(body, SHEAF_SUBMISSION_MAX);
    sheaf_submission_encode(body, sheaf_buffer_slice(&act), signature, NULL, 0);
    sheaf_buffer_deinit(&act);
    sheaf_buffer_deinit(&message);
}

static sheaf_refusal hand_in(person *p, uint64_t seq, bool forged, uint32_t *index)
{
    sheaf_buffer body;
    sheaf_entered entered = {.refusal = SHEAF_REFUSED_malformed};
    sheaf_err err;
    make(p, seq, forged, &body);
    p->failures +=
        sheaf_sequencer_submit(p->hub->sequencer, sheaf_buffer_slice(&body), &entered, &err)
        != SHEAF_OK;
    sheaf_buffer_deinit(&body);
    *index = entered.index;
    return entered.refusal;
}

/* Between the sound ones: a forged one, one that was there, one too early. */
static void *work(void *context)
{
    person *p = context;
    uint32_t none;
    for (uint64_t i = 0; i < ACTS; i++) {
        p->failures +=
            i % 7 == 3 && hand_in(p, p->seq + 1, true, &none) != SHEAF_REFUSED_signature;
        p->failures +=
            i % 7 == 5 && hand_in(p, p->seq + 2, false, &none) != SHEAF_REFUSED_sequence;
        p->failures += hand_in(p, p->seq + 1, false, &p->index[i]) != SHEAF_ACCEPTED;
        p->seq++;
        p->failures += i % 7 == 6 && hand_in(p, p->seq, false, &none) != SHEAF_REFUSED_sequence;
    }
    return NULL;
}

static void find_people(sheaf_hub *hub)
{
    const sheaf_state *state = sheaf_hub_state(hub);
    for (uint32_t i = 0, row = 0; i < PEOPLE; i++, row++) {
        char name[KIT_NAME_MAX] = "ann";
        if (i > 0)
            snprintf(name, sizeof name, "m%u", i);
        sheaf_hash seed = sheaf_sha256(sheaf_str(name));
        sheaf_keypair_from_seed(&people[i].pair, seed.bytes);
        const struct sheaf_row_key *key = NULL;
        for (row = 0; row < sheaf_key_count(state); row++)
            if (memcmp(sheaf_key_at(state, row)->public_key.bytes, people[i].pair.public,
                       SHEAF_PUBLIC_BYTES)
                == 0)
                key = sheaf_key_at(state, row);
        assert_non_null(key);
        people[i].hub = hub;
        people[i].member = key->member;
        people[i].key = key->id;
        people[i].seq = sheaf_key_number_of(state, key->id);
    }
}

static void test_at_once(void **unused)
{
    static bool entered[LOG + PEOPLE * ACTS];
    sheaf_hub *hub;
    sheaf_hub_config config = {.dir = folder, .quiet = true};
    sheaf_entered none;
    (void)unused;
    assert_ok(sheaf_hub_open(&hub, &config, &why));
    find_people(hub);
    for (int i = 0; i < PEOPLE; i++)
        assert_int_equal(pthread_create(&people[i].thread, NULL, work, &people[i]), 0);
    for (int i = 0; i < PEOPLE; i++)
        pthread_join(people[i].thread, NULL);
    for (int i = 0; i < PEOPLE; i++) {
        assert_int_equal(people[i].failures, 0);
        for (int k = 0; k < ACTS; k++) {
            assert_true(people[i].index[k] >= LOG && people[i].index[k] < LOG + PEOPLE * ACTS);
            assert_false(entered[people[i].index[k]]);
            assert_true(k == 0 || people[i].index[k - 1] < people[i].index[k]);
            entered[people[i].index[k]] = true;
        }
    }
    assert_int_equal(sheaf_log_store_published(hub->store), LOG + PEOPLE * ACTS);
    assert_int_equal(
        sheaf_sequencer_submit(hub->sequencer, sheaf_str("{\"act\":1}"), &none, &why),
        SHEAF_INVALID);
    sheaf_hash digest = sheaf_state_digest(&hub->replay.state);
    sheaf_hub_close(hub);
    assert_ok(sheaf_hub_open(&hub, &config, &why));
    sheaf_hash again = sheaf_state_digest(&hub->replay.state);
    assert_memory_equal(digest.bytes, again.bytes, sizeof again.bytes);
    sheaf_hub_close(hub);
}

static int setup(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    long_log_write(folder, LOG);
    kit_store_keys(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_at_once)};
    return cmocka_run_group_tests(tests, setup, remove_folder);
}
