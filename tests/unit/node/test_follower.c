/* Following a log that is sound and logs that are not; posting acts against one's own copy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fake_hub.h"
#include "log/evidence.h"
#include "node/fork.h"

typedef struct {
    fake_hub hub;
    sheaf_node_ports ports;
    char home[SHEAF_PATH_MAX];
    sheaf_member member;
    sheaf_buffer note; /* a checkpoint that a test made */
} scene;

static void open_member(scene *s)
{
    sheaf_err err = {0};
    if (sheaf_member_open(&s->member, s->home, "http://127.0.0.1:1", &s->ports, &err)
        != SHEAF_OK)
        fail_msg("%s", err.message);
}

static scene *begin(void)
{
    scene *s = calloc(1, sizeof *s);
    fake_hub_open(&s->hub);
    fake_hub_world(&s->hub);
    fake_hub_home(&s->hub, "ann", s->home);
    s->ports = fake_hub_ports(&s->hub);
    sheaf_buffer_init(&s->note, SHEAF_NOTE_BYTES_MAX);
    open_member(s);
    return s;
}

static void end(scene *s)
{
    sheaf_member_close(&s->member);
    sheaf_buffer_deinit(&s->note);
    fake_hub_close(&s->hub);
    free(s);
}

static sheaf_status sync(scene *s, sheaf_err *err)
{
    return sheaf_member_sync(&s->member, err);
}

static uint64_t size_of(const scene *s)
{
    return s->member.follower.replay.tree.size;
}

/* One entry that changes nothing much. */
static void grow(scene *s)
{
    kit_do(&s->hub.k, "bob", "motion.open", NULL, "{'title':^}");
    fake_hub_publish(&s->hub);
}

static void sign(scene *s, const char *origin, const char *key, uint64_t size,
                 const sheaf_hash *root)
{
    sheaf_buffer_reset(&s->note);
    assert_int_equal(sheaf_checkpoint_sign(&s->note, sheaf_str(origin), size, root,
                                           &kit_named(&s->hub.k, key)->pair, NULL),
                     SHEAF_OK);
    s->hub.checkpoint = sheaf_buffer_slice(&s->note);
}

static void test_follows(void **unused)
{
    scene *s = begin();
    sheaf_err err = {0};
    if (sync(s, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    assert_int_equal(size_of(s), s->hub.k.state.size);
    for (int i = 0; i < 3; i++) {
        grow(s);
        assert_int_equal(sync(s, &err), SHEAF_OK);
    }
    s->hub.down = true;
    assert_int_equal(sync(s, &err), SHEAF_IO);
    /* What was kept is there without the hub. */
    uint64_t size = size_of(s);
    sheaf_hash ours = sheaf_state_digest(&s->member.follower.replay.state);
    sheaf_member_close(&s->member);
    open_member(s);
    assert_int_equal(size_of(s), size);
    sheaf_hash again = sheaf_state_digest(&s->member.follower.replay.state);
    assert_memory_equal(ours.bytes, again.bytes, sizeof ours.bytes);
    sheaf_home home;
    assert_int_equal(sheaf_home_read(&home, s->home, &err), SHEAF_OK);
    assert_string_equal(home.origin, KIT_ORIGIN);
    assert_int_equal(home.key, kit_index(&s->hub.k, "ann"));
    assert_int_equal(home.train_key, kit_index(&s->hub.k, "ann.node"));
    end(s);
    (void)unused;
}

/* While another program holds the home, its copy is followed in memory. */
static void test_home_in_use(void **unused)
{
    scene *s = begin();
    sheaf_member second;
    sheaf_err err = {0};
    assert_int_equal(sync(s, &err), SHEAF_OK);
    assert_int_equal(sheaf_follower_hold(&s->member.follower, &err), SHEAF_OK);
    assert_int_equal(sheaf_member_open(&second, s->home, NULL, &s->ports, &err), SHEAF_OK);
    assert_int_equal(sheaf_follower_hold(&second.follower, &err), SHEAF_IO);
    grow(s);
    assert_int_equal(sheaf_member_sync(&second, &err), SHEAF_OK);
    assert_int_equal(second.follower.replay.tree.size, s->hub.k.state.size);
    sheaf_member_close(&second);
    end(s);
    (void)unused;
}

typedef enum {
    OLDER,
    FORKED_SHORTER,
    FORKED_SAME_SIZE,
    FORKED_LONGER,
    OTHER_ORIGIN,
    OTHER_KEY,
    GARBLED,
    AHEAD,
    LIES
} lie;

/* Another log of the same key: its first entry differs. */
static void fork_log(scene *s)
{
    char command[256];
    sheaf_err err = {0};
    sheaf_buffer old;
    sheaf_buffer_init(&old, 1 << 24);
    sheaf_buffer_add(&old, sheaf_buffer_slice(&s->hub.k.log));
    sheaf_log_store_close(s->hub.store);
    snprintf(command, sizeof command, "rm -rf %s/log %s/journal", s->hub.dir, s->hub.dir);
    assert_int_equal(system(command), 0);
    assert_int_equal(sheaf_log_store_open(&s->hub.store, s->hub.dir, false, &err), SHEAF_OK);
    s->hub.k.log.data[40] ^= 1;
    s->hub.offered = 0;
    grow(s);
    sheaf_buffer_deinit(&old);
}

static void tell_lie(scene *s, lie what)
{
    sheaf_hash root = sheaf_log_store_root_at(s->hub.store, 10), none = {{0}};
    uint64_t size = s->hub.k.state.size;
    switch (what) {
    case OLDER:
        sign(s, KIT_ORIGIN, "log", 10, &root);
        break;
    case FORKED_SHORTER:
        sign(s, KIT_ORIGIN, "log", 11, &root);
        break;
    case FORKED_SAME_SIZE:
        sign(s, KIT_ORIGIN, "log", size, &none);
        break;
    case FORKED_LONGER:
        fork_log(s);
        break;
    case OTHER_ORIGIN:
        sign(s, "sheaf/bbbbbbbbbbbbbbbbbbbbbbbbbb", "log", size + 1, &root);
        break;
    case OTHER_KEY:
        sign(s, KIT_ORIGIN, "hub", size + 1, &root);
        break;
    case GARBLED:
        grow(s);
        s->hub.garble_entries = true;
        break;
    case AHEAD:
        s->hub.clock_skew_ms = -(SHEAF_CLOCK_SKEW_MS + 5000);
        grow(s);
        break;
    case LIES:
        break;
    }
}

/* What the home keeps is proof for anybody who knows the log's key. */
static bool has_evidence(scene *s)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer file;
    sheaf_evidence evidence;
    sheaf_vkey key;
    sheaf_err err = {0};
    assert_int_equal(sheaf_fork_path(s->home, path, NULL), SHEAF_OK);
    if (!sheaf_file_exists(path))
        return false;
    sheaf_buffer_init(&file, SHEAF_EVIDENCE_MAX);
    assert_int_equal(sheaf_file_read(path, &file, NULL), SHEAF_OK);
    assert_int_equal(sheaf_vkey_make(&key, SHEAF_VKEY_ED25519, sheaf_str(KIT_ORIGIN),
                                     kit_named(&s->hub.k, "log")->pair.public, NULL),
                     SHEAF_OK);
    if (sheaf_evidence_parse(sheaf_buffer_slice(&file), &evidence, &err) != SHEAF_OK
        || sheaf_evidence_verify(&evidence, &key, NULL, NULL, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    sheaf_buffer_deinit(&file);
    return true;
}

static void test_lies(void **unused)
{
    static const struct {
        const char *want;
        bool halts;
        sheaf_status status;
    } rows[LIES] = {
        [OLDER] = {"older than the", false, SHEAF_IO},
        [FORKED_SHORTER] = {"another history", true, SHEAF_FAULT},
        [FORKED_SAME_SIZE] = {"another history", true, SHEAF_FAULT},
        [FORKED_LONGER] = {"another history", true, SHEAF_FAULT},
        [OTHER_ORIGIN] = {"belongs to the co-op", false, SHEAF_FAULT},
        [OTHER_KEY] = {"", false, SHEAF_FAULT},
        [GARBLED] = {"do not make the root", false, SHEAF_FAULT},
        [AHEAD] = {"ahead of this machine's clock", false, SHEAF_INVALID},
    };
    for (lie i = 0; i < LIES; i++) {
        scene *s = begin();
        sheaf_err err = {0};
        assert_int_equal(sync(s, &err), SHEAF_OK);
        uint64_t size = size_of(s);
        tell_lie(s, i);
        sheaf_status status = sync(s, &err);
        if (status != rows[i].status || !strstr(err.message, rows[i].want))
            fail_msg("lie %d: %d, %s", (int)i, (int)status, err.message);
        assert_int_equal(size_of(s), size);
        assert_int_equal(s->member.follower.halted, rows[i].halts);
        assert_int_equal(has_evidence(s), rows[i].halts);
        /* A proof stays until a person has looked. */
        sheaf_member_close(&s->member);
        status = sheaf_member_open(&s->member, s->home, NULL, &s->ports, &err);
        assert_int_equal(status, rows[i].halts ? SHEAF_FAULT : SHEAF_OK);
        s->hub.checkpoint = (sheaf_slice){0};
        s->hub.garble_entries = false;
        s->hub.clock_skew_ms = 0;
        if (!rows[i].halts)
            assert_int_equal(sync(s, &err), SHEAF_OK);
        end(s);
    }
    (void)unused;
}

/* A home that belongs to another co-op is left as it is. */
static void test_other_coop(void **unused)
{
    scene *s = begin();
    sheaf_err err = {0};
    sheaf_home home = {.hub = "http://127.0.0.1:1",
                       .origin = "sheaf/cccccccccccccccccccccccccc",
                       .member = SHEAF_NONE,
                       .key = SHEAF_NONE,
                       .train_key = SHEAF_NONE};
    sheaf_member_close(&s->member);
    assert_int_equal(sheaf_home_write(&home, s->home, &err), SHEAF_OK);
    open_member(s);
    assert_int_equal(sync(s, &err), SHEAF_FAULT);
    assert_non_null(strstr(err.message, "belongs to the co-op sheaf/cccc"));
    assert_int_equal(size_of(s), 0);
    end(s);
    (void)unused;
}

/* ---- posting ---- */

static void test_posts(void **unused)
{
    scene *s = begin();
    sheaf_err err = {0};
    sheaf_posted posted;
    sheaf_text title = {.name = "title", .text = sheaf_str("a day off"), .salt = {1, 2, 3}};
    struct sheaf_motion_open what = {.title = sheaf_commit(title.salt, title.text),
                                     .has_title = true};
    sheaf_intent intent = {
        .kind = SHEAF_KIND_motion_open, .what = &what, .texts = &title, .text_count = 1};
    intent.dry_run = true;
    if (sheaf_member_post(&s->member, &intent, &posted, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    assert_int_equal(posted.refusal, SHEAF_ACCEPTED);
    assert_int_equal(s->hub.acts, 0);
    intent.dry_run = false;
    for (int i = 0; i < 2; i++) {
        if (sheaf_member_post(&s->member, &intent, &posted, &err) != SHEAF_OK)
            fail_msg("%s", err.message);
        assert_int_equal(posted.refusal, SHEAF_ACCEPTED);
        assert_non_null(
            sheaf_motion_find(sheaf_member_state(&s->member), (uint32_t)posted.index));
    }
    assert_true(sheaf_text_find(&s->member.texts, &what.title, NULL));
    /* A text that is not the one committed to does not leave the machine. */
    title.salt[0] = 9;
    unsigned acts = s->hub.acts;
    assert_int_equal(sheaf_member_post(&s->member, &intent, &posted, &err), SHEAF_INVALID);
    assert_int_equal(s->hub.acts, acts);
    end(s);
    (void)unused;
}

static void test_refused_and_revoked(void **unused)
{
    scene *s = begin();
    sheaf_err err = {0};
    sheaf_posted posted;
    sheaf_revoked revoked;
    uint32_t bobs = kit_index(&s->hub.k, "bob.consent");
    struct sheaf_consent_revoke what = {.consent = bobs, .has_consent = true};
    sheaf_intent intent = {.kind = SHEAF_KIND_consent_revoke, .what = &what};
    assert_int_equal(sheaf_member_post(&s->member, &intent, &posted, &err), SHEAF_OK);
    assert_int_equal(posted.refusal, SHEAF_REFUSED_not_your_consent);
    assert_string_equal(posted.sentence, "the consent belongs to another member");
    assert_string_equal(posted.article, "data");
    assert_false(posted.refusal_signed);
    /* The own one binds here even while the hub is down. */
    what.consent = kit_index(&s->hub.k, "ann.consent");
    s->hub.down = true;
    assert_int_equal(sheaf_member_post(&s->member, &intent, &posted, &err), SHEAF_IO);
    sheaf_revoked_read(&revoked, s->home);
    assert_false(revoked.all);
    bool found = false;
    for (uint32_t i = 0; i < revoked.count; i++)
        found = found || revoked.consent[i] == what.consent;
    assert_true(found);
    end(s);
    (void)unused;
}

/* A newcomer: home, application, admission, a key for the node. */
static void test_joins(void **unused)
{
    scene *s = begin();
    sheaf_err err = {0};
    sheaf_member eve;
    sheaf_posted posted;
    char home[SHEAF_PATH_MAX];
    assert_int_equal(sheaf_path(home, NULL, "%s/eve", s->hub.dir), SHEAF_OK);
    assert_int_equal(sheaf_member_open(&eve, home, "http://127.0.0.1:1", &s->ports, &err),
                     SHEAF_OK);
    if (sheaf_member_apply(&eve, "Eve's Clinic", SHEAF_member_kind_organisation, 0, &posted,
                           &err)
        != SHEAF_OK)
        fail_msg("%s", err.message);
    assert_int_equal(posted.refusal, SHEAF_ACCEPTED);
    assert_int_equal(eve.home.member, posted.index);
    kit_do(&s->hub.k, "ann", "member.admit", NULL, "{'member':%u}", eve.home.member);
    fake_hub_publish(&s->hub);
    assert_int_equal(sheaf_member_admit_train_key(&eve, &posted, &err), SHEAF_OK);
    assert_int_equal(posted.refusal, SHEAF_ACCEPTED);
    assert_int_equal(eve.home.train_key, posted.index);
    assert_int_equal(sheaf_key_find(sheaf_member_state(&eve), eve.home.train_key)->scopes,
                     SHEAF_SCOPE_TRAIN);
    sheaf_member_close(&eve);
    end(s);
    (void)unused;
}

static void test_small_things(void **unused)
{
    static const struct {
        const char *entry;
        int64_t stamp;
    } stamps[] = {
        {"{\"act\":1,\"sig\":\"x\",\"stamp\":17}", 17},
        {"{\"stamp\":17}", -1},
        {"}", -1},
        {"", -1},
        {"{\"act\":1,\"stamp\":017}", -1},
        {"{\"act\":1,\"stamp\":}", -1},
    };
    for (size_t i = 0; i < sizeof stamps / sizeof *stamps; i++)
        assert_int_equal(sheaf_entry_stamp(sheaf_str(stamps[i].entry)), stamps[i].stamp);
    char good[] = "heart=a=b.csv", bad[] = "heart", worse[] = "=x", empty[] = "x=";
    sheaf_node_data data;
    assert_int_equal(sheaf_node_data_parse(good, &data, NULL), SHEAF_OK);
    assert_string_equal(data.name, "heart");
    assert_string_equal(data.file, "a=b.csv");
    assert_int_equal(sheaf_node_data_parse(bad, &data, NULL), SHEAF_INVALID);
    assert_int_equal(sheaf_node_data_parse(worse, &data, NULL), SHEAF_INVALID);
    assert_int_equal(sheaf_node_data_parse(empty, &data, NULL), SHEAF_INVALID);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_follows), cmocka_unit_test(test_home_in_use),
        cmocka_unit_test(test_lies),    cmocka_unit_test(test_other_coop),
        cmocka_unit_test(test_posts),   cmocka_unit_test(test_refused_and_revoked),
        cmocka_unit_test(test_joins),   cmocka_unit_test(test_small_things),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
