/* A new hub. */
#include "test.h"

#include <string.h>

#define APPOINT(hub, log, url)                                                                 \
    "{'hub_key':@" hub ",'log_key':@" log ",'root':$,'size':#end,'url':'" url "'}"

/* `end` names the log's end. */
static void mark_end(kit *k)
{
    kit_label(k, "end", (uint32_t)k->state.size);
}

void test_appointment(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
    k.now = sheaf_motion_find(&k.state, kit_index(&k, "m"))->closes;
    mark_end(&k);
    static const kit_row rows[] = {
        {"ann", "hub.appoint", APPOINT("ann", "log.b", "http://b"), R(key_in_use)},
        {"ann", "hub.appoint", APPOINT("hub.b", "log", "http://b"), R(key_in_use)},
        {"ann", "hub.appoint", APPOINT("hub.b", "hub.b", "http://b"), R(key_in_use)},
        {"ann.node", "hub.appoint", APPOINT("hub.b", "log.b", "http://b"), R(outside_scope)},
        /* A deadline is due, but the hub that should settle it is lost. */
        {"ann", "motion.open", "{'title':^}", R(deadline_due)},
        {"ann", "hub.appoint", APPOINT("hub.b", "log.b", "http://b"), .label = "first"},
        {"bob", "hub.appoint", APPOINT("hub.b", "log.b", "http://c"), R(appointment_place)},
    };
    KIT_ROWS(&k, rows);
    /* The root that is signed is that of the log's end, not of what follows. */
    static char what[512];
    const struct sheaf_row_appointment *row =
        sheaf_appointment_find(&k.state, kit_index(&k, "first"));
    char hex[65];
    for (size_t i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", row->root.bytes[i]);
    snprintf(what, sizeof what,
             "{'hub_key':@hub.b,'log_key':@log.b,'root':'%s','size':#end,'url':'http://b'}",
             hex);
    kit_want(&k, R(approved_twice), "ann", "hub.appoint", what, NULL);
    kit_want(&k, ACCEPTED, "bob", "hub.appoint", what, NULL);
    assert_int_equal(row->appointed, SHEAF_NONE);
    kit_want(&k, ACCEPTED, "cat", "hub.appoint", what, "new");
    assert_int_equal(row->appointed, kit_index(&k, "new"));
    const struct sheaf_row_coop *coop = sheaf_coop(&k.state);
    assert_int_equal(coop->hub, kit_index(&k, "new"));
    assert_memory_equal(coop->hub_key.bytes, kit_named(&k, "hub.b")->pair.public, 32);
    assert_memory_equal(coop->log_key.bytes, kit_named(&k, "log.b")->pair.public, 32);
    assert_true(sheaf_slice_is(SHEAF_WORDS(coop->hub_url), "http://b"));
    /* The office is taken: a fourth signature would begin another appointment. */
    kit_want(&k, R(appointment_place), "dan", "hub.appoint", what, NULL);
    kit_want(&k, R(signature), "hub", "clock.tick",
             "{'deadline':'motion','of':#m,'unwitnessed':false}", NULL);
    kit_want(&k, ACCEPTED, "hub.b", "clock.tick",
             "{'deadline':'motion','of':#m,'unwitnessed':false}", NULL);
    assert_int_equal(coop->hub_seq, 1);
    kit_close(&k);
}

/* What came between ends an appointment that too few have signed. */
void test_appointment_broken_off(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    mark_end(&k);
    kit_do(&k, "ann", "hub.appoint", NULL, APPOINT("hub.b", "log.b", "http://b"));
    kit_do(&k, "dan", "motion.open", NULL, "{'title':^}");
    kit_want(&k, R(appointment_place), "bob", "hub.appoint",
             APPOINT("hub.b", "log.b", "http://b"), NULL);
    sheaf_act act = {.kind = SHEAF_KIND_hub_appoint};
    assert_int_equal(sheaf_fold_beyond(&k.state, &act), R(appointment_elsewhere));
    mark_end(&k);
    kit_do(&k, "ann", "hub.appoint", NULL, APPOINT("hub.b", "log.b", "http://b"));
    kit_close(&k);
}
