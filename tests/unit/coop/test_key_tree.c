/* The tree of public keys, with keys that somebody chose to make it deep, and what is counted
 * of members. */
#include "test.h"

#include "coop/key_tree.h"

enum { KEYS = 700 };

/* Random keys; or keys that agree with one key in all but a bit, or from a bit on. */
static sheaf_public_key any_key(uint64_t *seed)
{
    sheaf_public_key key = {{0}};
    uint64_t sort = kit_random(seed) % 3, bit = kit_random(seed) % 256;
    if (sort == 0)
        for (size_t i = 0; i < sizeof key.bytes; i++)
            key.bytes[i] = (uint8_t)kit_random(seed);
    else if (sort == 1)
        key.bytes[bit / 8] = (uint8_t)(0x80 >> bit % 8);
    else
        memset(key.bytes + bit / 8, 0xff, sizeof key.bytes - bit / 8);
    return key;
}

static bool among(const sheaf_public_key *keys, uint32_t count, const sheaf_public_key *key)
{
    bool found = false;
    for (uint32_t i = 0; i < count; i++)
        found = found || memcmp(keys[i].bytes, key->bytes, sizeof key->bytes) == 0;
    return found;
}

static void grow(uint64_t seed)
{
    static sheaf_public_key keys[KEYS];
    sheaf_state state;
    uint32_t count = 0, kept = 0;
    assert_int_equal(sheaf_state_init(&state, 1, NULL), SHEAF_OK);
    (void)sheaf_coop_new(&state, 0);
    sheaf_state_commit(&state);
    for (int turn = 0; turn < KEYS; turn++) {
        sheaf_public_key key = any_key(&seed);
        bool known = among(keys, count, &key);
        assert_int_equal(sheaf_key_known(&state, &key), known);
        if (!known) {
            struct sheaf_row_key *row = sheaf_key_add(&state, 3 * count, &key);
            assert_int_equal(row->revoked, SHEAF_NONE);
            keys[count++] = key;
        }
        if (kit_random(&seed) % 7 == 0) {
            if (kit_random(&seed) % 2) {
                sheaf_state_roll_back(&state, (sheaf_mark){0});
                count = kept;
            }
            sheaf_state_commit(&state);
            kept = count;
        }
    }
    for (uint32_t i = 0; i < count; i++)
        assert_true(sheaf_key_known(&state, &keys[i]));
    assert_int_equal(sheaf_key_count(&state), count);
    sheaf_state_deinit(&state);
}

static void test_tree(void **unused)
{
    (void)unused;
    kit_seeds(grow, 12);
}

/* What the co-op's row counts is what the rows say. */
static void check_counts(const sheaf_state *state)
{
    const struct sheaf_row_coop *coop = sheaf_coop(state);
    uint32_t members = 0, voters = 0, unlimited = 0, applications = 0;
    for (uint32_t i = 0; i < sheaf_member_count(state); i++) {
        const struct sheaf_row_member *row = sheaf_member_at(state, i);
        bool active = row->state == SHEAF_member_state_active;
        members += active;
        voters += active && row->votes;
        unlimited += active && row->votes && row->class != 2;
        applications += row->state == SHEAF_member_state_applied && i >= coop->applications_from
                        && !row->aside;
    }
    assert_int_equal(coop->members, members);
    assert_int_equal(coop->voters, voters);
    assert_int_equal(coop->voters_unlimited, unlimited);
    assert_int_equal(coop->applications, applications);
}

/* Applications wait three times as long. */
static void amend(kit *k, kit_rules *rules)
{
    rules->lapse_s *= 3;
    kit_motion(k, "amended", kit_amendment(rules, "#ann"), 4);
}

/* A co-op in which people apply, are admitted or declined, let their application lapse, leave,
 * and change how long applications wait. */
static void test_counts(void **unused)
{
    (void)unused;
    uint64_t seed = 5;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.lapse_s = 300;
    rules.classes = "{'name':'member','votes':1},{'name':'supporter','votes':0},{'ceiling_bp':"
                    "2500,'name':'investor','votes':1}";
    rules.protected.quorum = 0;
    kit_found_four(&k, &rules);
    int applied = 0;
    for (int turn = 0; turn < 150; turn++) {
        if (turn == 75)
            amend(&k, &rules);
        uint64_t random = kit_random(&seed);
        char name[KIT_NAME_MAX];
        snprintf(name, sizeof name, "p%d", applied);
        if (random % 3 == 0) {
            char what[120];
            snprintf(what, sizeof what,
                     "{'class':%d,'kind':'person','name':^,'public_key':@%s,'web':false}",
                     (int)(random >> 48) % 3, name);
            applied += kit_try(&k, name, "member.apply", what, name) == ACCEPTED;
        } else if (applied) {
            char what[60];
            snprintf(what, sizeof what, "{'member':#p%d}",
                     (int)((random >> 8) % (unsigned)applied));
            const char *who = (const char *[]){"ann", "bob"}[random >> 32 & 1];
            (void)kit_try(&k, who, random % 3 == 1 ? "member.admit" : "member.decline", what,
                          NULL);
        }
        if (random >> 40 & 1)
            k.now += (int64_t)(random >> 44) % 90000;
        check_counts(&k.state);
    }
    assert_true(sheaf_coop(&k.state)->applications_from > 4);
    kit_do(&k, "dan", "member.leave", NULL, "{}");
    check_counts(&k.state);
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
