/* Which hubs a node follows when the one that it knew is gone. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/encode.h"
#include "fake_hub.h"
#include "node/successor.h"

#define APPOINT "{'hub_key':@hub.b,'log_key':@log.b,'root':%s,'size':#end,'url':'http://b'}"

typedef struct {
    fake_hub hub, next;
    sheaf_node_ports ports;
    char home[SHEAF_PATH_MAX];
    sheaf_member member;
} scene;

/* Bob's home, which has followed the hub; the next one has no log yet. */
static scene *begin(void)
{
    scene *s = calloc(1, sizeof *s);
    sheaf_err err = {0};
    fake_hub_open(&s->hub);
    fake_hub_world(&s->hub);
    fake_hub_home(&s->hub, "bob", s->home);
    s->ports = fake_hub_ports(&s->hub);
    if (sheaf_member_open(&s->member, s->home, "http://127.0.0.1:1", &s->ports, &err)
            != SHEAF_OK
        || sheaf_member_sync(&s->member, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    fake_hub_open(&s->next);
    s->next.log_key = "log.b";
    return s;
}

static void end(scene *s)
{
    sheaf_member_close(&s->member);
    fake_hub_close(&s->next);
    fake_hub_close(&s->hub);
    free(s);
}

/* Those who sign appoint the next hub over its log as it is. */
static void appoint(scene *s, const char *const *who, size_t count)
{
    kit *k = &s->next.k;
    sheaf_hash root = kit_log_root(k);
    char hex[68];
    hex[0] = '\'';
    sheaf_hex_32(root.bytes, hex + 1);
    snprintf(hex + 65, 3, "'");
    kit_label(k, "end", (uint32_t)k->state.size);
    for (size_t i = 0; i < count; i++)
        kit_do(k, who[i], "hub.appoint", NULL, APPOINT, hex);
    assert_memory_equal(sheaf_coop(&k->state)->log_key.bytes,
                        kit_named(k, "log.b")->pair.public, 32);
    fake_hub_publish(&s->next);
}

static sheaf_status meet(scene *s, sheaf_err *err)
{
    sheaf_node_ports ports = fake_hub_ports(&s->next);
    return sheaf_follower_sync(&s->member.follower, &ports.transport, s->next.k.now, err);
}

static void same_world(fake_hub *hub)
{
    kit_rules rules = kit_rules_usual();
    kit_with_data(&hub->k, &rules);
    kit_motion(&hub->k, "mandate", KIT_MANDATE, 4);
}

static void want_refused(scene *s, const char *why)
{
    sheaf_err err = {0};
    uint64_t size = s->member.follower.replay.tree.size;
    assert_int_equal(meet(s, &err), SHEAF_FAULT);
    if (!strstr(err.message, why))
        fail_msg("%s", err.message);
    assert_int_equal(s->member.follower.replay.tree.size, size);
}

/* What a hub tells anybody: which entry appointed it, and the log. */
typedef struct {
    const kit *k;
    bool spoilt;    /* signatures are not what they were */
    bool endless;   /* every page has the newest entries */
    unsigned pages; /* that were asked for */
} told;

static void tell_entry(const told *t, sheaf_slice entry, sheaf_buffer *answer)
{
    sheaf_buffer_add_string(answer, ",{\"entry\":");
    sheaf_buffer_add(answer, entry);
    if (t->spoilt) {
        char *sig = memmem(answer->data + answer->len - entry.len, entry.len, "\"sig\":\"", 7);
        sig[9] = sig[9] == 'A' ? 'B' : 'A';
    }
    sheaf_buffer_add_string(answer, "}");
}

static sheaf_status tell(void *context, const sheaf_hub_call *call, unsigned *status,
                         sheaf_buffer *answer, sheaf_err *err)
{
    told *t = context;
    sheaf_slice rest = sheaf_buffer_slice(&t->k->log), entry;
    uint64_t from = 0, count = 0;
    uint32_t len;
    (void)err;
    *status = 200;
    sheaf_buffer_reset(answer);
    if (strcmp(call->path, "/api/v1/coop") == 0) {
        sheaf_buffer_printf(answer, "{\"coop\":{\"hub\":%u}}", sheaf_coop(&t->k->state)->hub);
        return SHEAF_OK;
    }
    assert_int_equal(sscanf(call->path, "/api/v1/log/entries?from=%" SCNu64 "&count=%" SCNu64,
                            &from, &count),
                     2);
    assert_in_range(count, 1, 256);
    t->pages++;
    if (t->endless)
        from = t->k->state.size - count;
    sheaf_buffer_add_string(answer, "{\"entries\":[{\"leaf\":\"restricted\"}");
    for (uint64_t i = 0; sheaf_take_u32(&rest, &len) && sheaf_take(&rest, len, &entry); i++)
        if (i >= from && i < from + count)
            tell_entry(t, entry, answer);
    sheaf_buffer_add_string(answer, "]}");
    return SHEAF_OK;
}

static bool named(const scene *s, const char *url, bool spoilt)
{
    told t = {.k = &s->next.k, .spoilt = spoilt};
    sheaf_transport transport = {tell, &t};
    return sheaf_successor_named(&s->member.follower, &transport, url);
}

static void test_members_appoint(void **unused)
{
    static const char *const who[] = {"ann", "cat", "dan"};
    scene *s = begin();
    sheaf_err err = {0};
    (void)unused;
    same_world(&s->next);
    assert_false(named(s, "http://b", false));
    appoint(s, who, 3);
    assert_true(named(s, "http://b", false));
    assert_true(named(s, "http://b/", false));
    assert_false(named(s, "http://c", false));
    assert_false(named(s, "http://b", true));
    if (meet(s, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    assert_int_equal(s->member.follower.replay.tree.size, s->next.k.state.size);
    end(s);
}

/* When the co-op was one founder, the founder alone was enough. */
static void test_founder_alone(void **unused)
{
    static const char *const who[] = {"ann"};
    scene *s = begin();
    (void)unused;
    kit_rules rules = kit_rules_usual();
    kit_found(&s->next.k, &rules);
    appoint(s, who, 1);
    assert_false(named(s, "http://b", false));
    want_refused(s, "1 signed for it");
    end(s);
}

/* Two admit as many friends as it takes, where nobody sees it. */
static void test_unheard_of_members(void **unused)
{
    static const char *const who[] = {"ann", "cat", "p0", "p1", "p2", "p3", "p4", "p5", "p6"};
    scene *s = begin();
    kit *k = &s->next.k;
    (void)unused;
    same_world(&s->next);
    for (int i = 2; i < 9; i++) {
        char what[64];
        kit_do(k, who[i], "member.apply", who[i],
               "{'class':0,'kind':'person','name':^,"
               "'public_key':@%s,'web':false}",
               who[i]);
        snprintf(what, sizeof what, "{'member':#%s}", who[i]);
        for (int by = 0; by < 2; by++)
            if (sheaf_member_find(&k->state, kit_index(k, who[i]))->state
                != SHEAF_member_state_active)
                kit_do(k, who[by], "member.admit", NULL, "%s", what);
    }
    appoint(s, who, 6);
    assert_false(named(s, "http://b", false));
    want_refused(s, "2 signed for it");
    end(s);
}

enum { MANY = 600, MAJORITY = 301 };

/* As many as have signed for "http://b" in a co-op of 600, asked by one of them. */
static bool many_named(const scene *s, told *t, const char *url)
{
    sheaf_transport transport = {tell, t};
    t->pages = 0;
    return sheaf_successor_named(&s->member.follower, &transport, url);
}

/* More signatures than a page of the log has entries are counted all, each member's once, and
 * one fewer than it takes are not enough. */
static void test_many_appoint(void **unused)
{
    scene *s = calloc(1, sizeof *s);
    kit_name *members[MANY];
    const char *who[MANY];
    kit_rules rules = kit_rules_usual();
    sheaf_err err = {0};
    told t = {.k = &s->next.k};
    (void)unused;
    fake_hub_open(&s->hub);
    kit_found_many(&s->hub.k, &rules, members, MANY);
    fake_hub_publish(&s->hub);
    fake_hub_home(&s->hub, "m1", s->home);
    s->ports = fake_hub_ports(&s->hub);
    if (sheaf_member_open(&s->member, s->home, "http://127.0.0.1:1", &s->ports, &err)
            != SHEAF_OK
        || sheaf_member_sync(&s->member, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    fake_hub_open(&s->next);
    s->next.log_key = "log.b";
    kit_found_many(&s->next.k, &rules, members, MANY);
    for (int i = 0; i < MAJORITY; i++)
        who[i] = members[MANY - 1 - i]->name;
    appoint(s, who, MAJORITY);
    assert_true(many_named(s, &t, "http://b"));
    assert_int_equal(t.pages, 2);
    assert_false(many_named(s, &t, "http://c"));
    assert_int_equal(t.pages, 1); /* nothing there is for that address */
    t.spoilt = true;
    assert_false(many_named(s, &t, "http://b"));
    t.spoilt = false;
    t.endless = true; /* the same 256 again and again */
    assert_false(many_named(s, &t, "http://b"));
    assert_in_range(t.pages, 2, 6);
    end(s);
}

/* Moves one of the two folders of a copy aside, as a swap does. */
static void put_aside(const scene *s, const char *name, uint64_t size)
{
    char from[SHEAF_PATH_MAX], to[SHEAF_PATH_MAX];
    sheaf_err err = {0};
    assert_int_equal(sheaf_path(from, &err, "%s/%s", s->home, name), SHEAF_OK);
    assert_int_equal(
        sheaf_path(to, &err, "%s/superseded/%llu", s->home, (unsigned long long)size),
        SHEAF_OK);
    assert_int_equal(sheaf_folder_make(to, 0700, &err), SHEAF_OK);
    strcat(to, "/");
    strcat(to, name);
    assert_int_equal(rename(from, to), 0);
}

/* The power goes while the copies change places: whatever stands then, the node goes on. */
static void test_broken_off(void **unused)
{
    static const char *const who[] = {"ann", "cat", "dan"};
    static const char *const names[] = {"journal", "log"};
    (void)unused;
    for (size_t gone = 0; gone <= 2; gone++) {
        scene *s = begin();
        sheaf_err err = {0};
        for (int i = 0; i < 260; i++)
            kit_do(&s->hub.k, "ann", "person.update", NULL, "{'address':^}");
        fake_hub_publish(&s->hub);
        assert_int_equal(sheaf_member_sync(&s->member, &err), SHEAF_OK);
        uint64_t size = s->member.follower.replay.tree.size;
        /* Opened for writing, so that the journal begins anew at entry 256. */
        assert_int_equal(sheaf_follower_hold(&s->member.follower, &err), SHEAF_OK);
        sheaf_member_close(&s->member);
        for (size_t i = 0; i < gone; i++)
            put_aside(s, names[i], size);
        same_world(&s->next);
        appoint(s, who, 3);
        if (sheaf_member_open(&s->member, s->home, "http://127.0.0.1:1", &s->ports, &err)
                != SHEAF_OK
            || sheaf_follower_hold(&s->member.follower, &err) != SHEAF_OK
            || meet(s, &err) != SHEAF_OK)
            fail_msg("%zu gone: %s", gone, err.message);
        assert_int_equal(s->member.follower.replay.tree.size, s->next.k.state.size);
        end(s);
    }
}

/* Both folders are put aside, and the copy that was judged waits: the next start takes it, and
 * not the first log that somebody shows. */
static void test_finished_later(void **unused)
{
    (void)unused;
    scene *s = begin();
    sheaf_err err = {0};
    char from[SHEAF_PATH_MAX], to[SHEAF_PATH_MAX];
    assert_int_equal(sheaf_member_sync(&s->member, &err), SHEAF_OK);
    uint64_t size = s->member.follower.replay.tree.size;
    sheaf_member_close(&s->member);
    assert_int_equal(sheaf_path(to, &err, "%s/succession", s->home), SHEAF_OK);
    assert_int_equal(sheaf_folder_make(to, 0700, &err), SHEAF_OK);
    assert_int_equal(sheaf_path(from, &err, "%s/log", s->home), SHEAF_OK);
    assert_int_equal(sheaf_path(to, &err, "%s/succession/log", s->home), SHEAF_OK);
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(sheaf_member_open(&s->member, s->home, NULL, &s->ports, &err), SHEAF_OK);
    assert_int_equal(s->member.follower.replay.tree.size, size);
    assert_true(size > 0 && sheaf_file_exists(from) && !sheaf_file_exists(to));
    end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_appoint),    cmocka_unit_test(test_founder_alone),
        cmocka_unit_test(test_unheard_of_members), cmocka_unit_test(test_broken_off),
        cmocka_unit_test(test_finished_later),     cmocka_unit_test(test_many_appoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
