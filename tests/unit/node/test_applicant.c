/* Somebody who may not read the log applies, is admitted and follows it; hubs that lie to one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fake_hub.h"

typedef struct {
    fake_hub hub;
    sheaf_node_ports ports;
    char home[SHEAF_PATH_MAX];
    sheaf_member eve;
    sheaf_buffer note;
} scene;

static void open_eve(scene *s)
{
    sheaf_err err = {0};
    if (sheaf_member_open(&s->eve, s->home, "http://127.0.0.1:1", &s->ports, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
}

static scene *begin(void)
{
    scene *s = calloc(1, sizeof *s);
    fake_hub_open(&s->hub);
    fake_hub_world(&s->hub);
    s->hub.members_only = true;
    s->ports = fake_hub_ports(&s->hub);
    sheaf_buffer_init(&s->note, SHEAF_NOTE_BYTES_MAX);
    assert_int_equal(sheaf_path(s->home, NULL, "%s/eve", s->hub.dir), SHEAF_OK);
    open_eve(s);
    return s;
}

static void end(scene *s)
{
    sheaf_member_close(&s->eve);
    sheaf_buffer_deinit(&s->note);
    fake_hub_close(&s->hub);
    free(s);
}

static sheaf_status apply(scene *s, sheaf_posted *posted, sheaf_err *err)
{
    SHEAF_TRY(sheaf_member_meet(&s->eve, err));
    return sheaf_member_apply(&s->eve, "Eve", SHEAF_member_kind_person, 0, posted, err);
}

static void test_applies_and_follows(void **unused)
{
    scene *s = begin();
    sheaf_err err = {0};
    sheaf_posted posted;
    uint64_t size = s->hub.k.state.size;
    if (apply(s, &posted, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    assert_int_equal(posted.refusal, SHEAF_ACCEPTED);
    assert_int_equal(posted.index, size);
    assert_int_equal(s->eve.outside, size);
    /* What she learned is kept: the next start signs with the key that was entered. */
    sheaf_member_close(&s->eve);
    open_eve(s);
    assert_int_equal(s->eve.home.key, posted.index);
    assert_string_equal(s->eve.home.origin, KIT_ORIGIN);
    kit_do(&s->hub.k, "ann", "member.admit", NULL, "{'member':%u}", s->eve.home.member);
    fake_hub_publish(&s->hub);
    if (sheaf_member_sync(&s->eve, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    assert_int_equal(s->eve.follower.replay.tree.size, s->hub.k.state.size);
    assert_non_null(sheaf_member_find(sheaf_member_state(&s->eve), (uint32_t)posted.index));
    end(s);
    (void)unused;
}

/* The node's key was revoked; the member's own still opens what is for members. */
static void test_revoked_node(void **unused)
{
    scene *s = begin();
    sheaf_member ann;
    char home[SHEAF_PATH_MAX];
    sheaf_err err = {0};
    s->hub.members_only = false;
    fake_hub_home(&s->hub, "ann", home);
    assert_int_equal(sheaf_member_open(&ann, home, "http://127.0.0.1:1", &s->ports, &err),
                     SHEAF_OK);
    assert_int_equal(sheaf_member_sync(&ann, &err), SHEAF_OK);
    s->hub.members_only = true;
    s->hub.dead_key = ann.home.train_key;
    kit_do(&s->hub.k, "bob", "motion.open", NULL, "{'title':^}");
    fake_hub_publish(&s->hub);
    if (sheaf_member_sync(&ann, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    assert_int_equal(ann.follower.replay.tree.size, s->hub.k.state.size);
    sheaf_member_close(&ann);
    end(s);
    (void)unused;
}

/* A visitor without a key is told why nothing comes. */
static void test_visitor(void **unused)
{
    scene *s = begin();
    sheaf_err err = {0};
    assert_int_equal(sheaf_member_sync(&s->eve, &err), SHEAF_IO);
    assert_non_null(strstr(err.message, "for members"));
    end(s);
    (void)unused;
}

typedef enum {
    HIDES_FOUNDING,
    GARBLES_FOUNDING,
    OTHER_KEY,
    OTHER_ROOT,
    DROPS_APPLICATION,
    OTHER_STAMP,
    LIES
} lie;

static void tell_lie(scene *s, lie what)
{
    sheaf_hash root = sheaf_log_store_root_at(s->hub.store, s->hub.k.state.size);
    switch (what) {
    case HIDES_FOUNDING:
        s->hub.hides_founding = true;
        break;
    case GARBLES_FOUNDING:
        s->hub.garble_entries = true;
        break;
    case OTHER_KEY:
    case OTHER_ROOT:
        root.bytes[0] ^= what == OTHER_ROOT;
        assert_int_equal(sheaf_checkpoint_sign(
                             &s->note, sheaf_str(KIT_ORIGIN), s->hub.k.state.size, &root,
                             &kit_named(&s->hub.k, what == OTHER_KEY ? "hub" : "log")->pair,
                             NULL),
                         SHEAF_OK);
        s->hub.checkpoint = sheaf_buffer_slice(&s->note);
        break;
    case DROPS_APPLICATION:
        s->hub.drops_acts = true;
        break;
    case OTHER_STAMP:
        s->hub.stamp_error = 1;
        break;
    case LIES:
        break;
    }
}

static void test_lies(void **unused)
{
    static const struct {
        sheaf_status status;
        const char *want;
    } rows[LIES] = {
        [HIDES_FOUNDING] = {SHEAF_FAULT, "does not show the founding"},
        [GARBLES_FOUNDING] = {SHEAF_FAULT, "does not begin with a founding"},
        [OTHER_KEY] = {SHEAF_FAULT, "no key that the hub's log names"},
        [OTHER_ROOT] = {SHEAF_FAULT, "does not have the right entry 0"},
        [DROPS_APPLICATION] = {SHEAF_IO, "its log does not show it"},
        [OTHER_STAMP] = {SHEAF_FAULT, "does not have the right entry"},
    };
    for (lie i = 0; i < LIES; i++) {
        scene *s = begin();
        sheaf_err err = {0};
        sheaf_posted posted;
        tell_lie(s, i);
        sheaf_status status = apply(s, &posted, &err);
        if (status != rows[i].status || !strstr(err.message, rows[i].want))
            fail_msg("lie %d: %d, %s", (int)i, (int)status, err.message);
        end(s);
    }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_applies_and_follows),
        cmocka_unit_test(test_revoked_node),
        cmocka_unit_test(test_visitor),
        cmocka_unit_test(test_lies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
