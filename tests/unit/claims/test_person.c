/* What the log says about one person: acts, texts, account, and from when records of money
 * count; and that erased texts which came back go again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/encode.h"
#include "claims/erase.h"
#include "claims/person.h"
#include "kit.h"
#include "log/checkpoint.h"
#include "store/values.h"

static char dir[64];
static sheaf_err err;

static void must(sheaf_status status)
{
    if (status != SHEAF_OK)
        fail_msg("%s", err.message);
}

/* A folder with the kit's log. */
static void write_folder(kit *k)
{
    sheaf_log_store *store;
    sheaf_buffer note;
    sheaf_slice rest = sheaf_buffer_slice(&k->log), entry;
    uint32_t len;
    snprintf(dir, sizeof dir, "/tmp/coop-test-XXXXXX");
    assert_non_null(mkdtemp(dir));
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    must(sheaf_log_store_open(&store, dir, false, &err));
    while (sheaf_take_u32(&rest, &len)) {
        assert_true(sheaf_take(&rest, len, &entry));
        must(sheaf_log_store_append(store, &entry, 1, &err));
    }
    sheaf_hash root = sheaf_log_store_root(store);
    must(sheaf_checkpoint_sign(&note, sheaf_str(KIT_ORIGIN), sheaf_log_store_size(store), &root,
                               &kit_named(k, "log")->pair, &err));
    must(sheaf_log_store_publish(store, sheaf_buffer_slice(&note), &err));
    sheaf_log_store_close(store);
    sheaf_buffer_deinit(&note);
}

static void remove_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    assert_int_equal(system(command), 0);
}

static bool did(const sheaf_person *p, sheaf_kind kind)
{
    for (uint32_t i = 0; i < p->act_count; i++)
        if (p->acts[i].kind == kind)
            return true;
    return false;
}

static uint32_t personal(const sheaf_person *p)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < p->text_count; i++)
        count += p->texts[i].field->personal;
    return count;
}

/* A share of surplus is a posting: from then on the account is not settled. */
static void test_members(void **unused)
{
    kit k;
    sheaf_person p;
    kit_rules rules = kit_rules_usual();
    (void)unused;
    rules.data_bp = 0, rules.members_bp = 10000, rules.reserve_bp = 0;
    kit_open(&k);
    kit_found_four(&k, &rules);
    kit_do(&k, "eve", "member.apply", "eve",
           "{'class':0,'kind':'person','name':^,'public_key':@eve,'web':true}");
    kit_do(&k, "cat", "member.leave", NULL, "{}");
    kit_do(&k, "ann", "revenue.record", NULL, "{'amount_cents':300,'memo':^}");
    kit_do(&k, "ann", "motion.open", "s",
           "{'effect':{'kind':'surplus.distribute','what':{'amount_cents':300}},'title':^}");
    kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#s}");
    kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#s}");
    k.now += 60000;
    kit_do(&k, "hub", "clock.tick", NULL, "{'motion':#s,'unwitnessed':false}");
    int64_t shared = sheaf_coop(&k.state)->stamp;
    kit_do(&k, "dan", "person.update", NULL, "{'address':^,'contact':^}");
    kit_do(&k, "dan", "member.leave", NULL, "{}");
    write_folder(&k);
    must(sheaf_person_read(dir, kit_index(&k, "dan"), &p, &err));
    assert_int_equal(p.standing, SHEAF_PERSON_LEFT);
    assert_int_equal(p.balance_cents, -100);
    assert_true(p.posted == shared);
    assert_int_equal(personal(&p), 3);
    assert_true(did(&p, SHEAF_KIND_member_apply) && did(&p, SHEAF_KIND_person_update)
                && did(&p, SHEAF_KIND_member_leave) && !did(&p, SHEAF_KIND_revenue_record));
    assert_string_equal(p.origin, KIT_ORIGIN);
    assert_int_equal(p.entries, k.state.size);
    sheaf_person_deinit(&p);
    must(sheaf_person_read(dir, kit_index(&k, "ann"), &p, &err));
    assert_int_equal(p.standing, SHEAF_PERSON_MEMBER);
    assert_int_equal(personal(&p), 1);
    assert_true(p.text_count > 1 && did(&p, SHEAF_KIND_coop_found));
    sheaf_person_deinit(&p);
    must(sheaf_person_read(dir, kit_index(&k, "cat"), &p, &err));
    assert_true(p.standing == SHEAF_PERSON_LEFT && p.balance_cents == 0 && p.posted == 0);
    sheaf_person_deinit(&p);
    must(sheaf_person_read(dir, kit_index(&k, "eve"), &p, &err));
    assert_int_equal(p.standing, SHEAF_PERSON_APPLICANT);
    sheaf_person_deinit(&p);
    must(sheaf_person_read(dir, kit_index(&k, "s"), &p, &err)); /* a motion is nobody */
    assert_int_equal(p.standing, SHEAF_PERSON_UNKNOWN);
    sheaf_person_deinit(&p);
    remove_folder();
    assert_int_not_equal(sheaf_person_read(dir, 0, &p, &err), SHEAF_OK);
    kit_close(&k);
}

static void whole_round(kit *k, const char *label, const char *task, char base, char result)
{
    assert_int_equal(kit_round_open(k, label, task, base, "mandate.tick"), SHEAF_ACCEPTED);
    assert_int_equal(kit_round_close(k, label, task, result), SHEAF_ACCEPTED);
    assert_int_equal(kit_attest(k, "ann.node", label, result), SHEAF_ACCEPTED);
    assert_int_equal(kit_attest(k, "bob.node", label, result), SHEAF_ACCEPTED);
}

/* The customer is who the record of the use names, not the member who recorded it. */
static void test_customer(void **unused)
{
    kit k;
    sheaf_person p;
    kit_rules rules = kit_rules_usual();
    (void)unused;
    kit_open(&k);
    kit_with_data(&k, &rules);
    kit_motion(&k, "mandate", KIT_MANDATE, 4);
    whole_round(&k, "r0", "statistics", 0, 'a');
    whole_round(&k, "r1", "train", 'a', 'b');
    whole_round(&k, "e", "evaluate", 'b', 'c');
    kit_do(&k, "hub", "model.evaluate", NULL,
           "{'figures':{'accuracy_millionths':790000,'auc_millionths':860000,"
           "'log_loss_millionths':450000,'records':230},'round':#e}");
    kit_motion(&k, "release",
               "{'kind':'model.release','what':{'licence':'CC-BY-4.0','model':#model,"
               "'price_cents':10,'round':#r1}}",
               4);
    kit_do(&k, "ann", "usage.record", "use", "{'customer':^,'model':#model,'uses':3}");
    int64_t used = sheaf_coop(&k.state)->stamp;
    write_folder(&k);
    must(sheaf_person_read(dir, kit_index(&k, "use"), &p, &err));
    assert_int_equal(p.standing, SHEAF_PERSON_CUSTOMER);
    assert_true(p.posted == used && p.act_count == 1 && p.text_count == 1);
    assert_string_equal(p.texts[0].field->name, "customer");
    sheaf_person_deinit(&p);
    must(sheaf_person_read(dir, kit_index(&k, "ann"), &p, &err));
    assert_true(did(&p, SHEAF_KIND_usage_record));
    for (uint32_t i = 0; i < p.text_count; i++)
        assert_string_not_equal(p.texts[i].field->name, "customer");
    sheaf_person_deinit(&p);
    remove_folder();
    kit_close(&k);
}

/* By the list: what bob wrote before the erasure goes, what others wrote and what came later
 * stays. */
static void test_erase_again(void **unused)
{
    kit k;
    uint32_t persons, texts;
    char path[SHEAF_PATH_MAX];
    sheaf_texts store;
    sheaf_erasures list = {0};
    kit_rules rules = kit_rules_usual();
    (void)unused;
    kit_open(&k);
    kit_found_four(&k, &rules);
    kit_do(&k, "bob", "motion.open", "one", "{'title':^}");
    kit_do(&k, "ann", "motion.open", "two", "{'title':^}");
    uint32_t before = (uint32_t)k.state.size;
    kit_do(&k, "bob", "motion.open", "three", "{'reason':^,'title':^}");
    write_folder(&k);
    must(sheaf_erase_again(dir, sheaf_str(KIT_ORIGIN), &persons, &texts, &err));
    must(sheaf_path(path, &err, "%s/private.db", dir));
    assert_false(sheaf_file_exists(path));
    must(sheaf_texts_open(&store, dir, &err));
    /* The kit's commitments are to one text under one salt; stand-ins show which are erased. */
    static const char *const labels[] = {"one", "two", "three"};
    sheaf_hash commitments[3];
    for (int i = 0; i < 3; i++) {
        commitments[i] = sheaf_motion_find(&k.state, kit_index(&k, labels[i]))->title;
        char name[64], command[SHEAF_PATH_MAX + 64];
        sheaf_base64url_32(commitments[i].bytes, name);
        snprintf(command, sizeof command, "echo x > %s/texts/decisions/%s", dir, name);
        assert_int_equal(system(command), 0);
    }
    bool alike = sheaf_hash_equal(&commitments[0], &commitments[1]);
    must(sheaf_erasures_bind(&list, sheaf_str(KIT_ORIGIN), &err));
    sheaf_erasure erasure = {kit_index(&k, "bob"), before, 1790000000000, true};
    must(sheaf_erasures_add(&list, &erasure, &err));
    uint32_t three = kit_index(&k, "three"); /* of that entry, all texts */
    must(sheaf_erasures_add(&list, &(sheaf_erasure){three, three + 1, 1, !alike}, &err));
    must(sheaf_path(path, &err, "%s/erasures.json", dir));
    must(sheaf_erasures_write(path, &list, &err));
    must(sheaf_erase_again(dir, sheaf_str(KIT_ORIGIN), &persons, &texts, &err));
    assert_int_equal(persons, 0);
    assert_int_equal(texts, alike ? 1 : 2);
    assert_false(sheaf_text_find(&store, &commitments[0], NULL));
    if (!alike)
        assert_true(sheaf_text_find(&store, &commitments[1], NULL)
                    && !sheaf_text_find(&store, &commitments[2], NULL));
    must(sheaf_erase_again(dir, sheaf_str(KIT_ORIGIN), &persons, &texts, &err));
    assert_int_equal(texts, 0);
    sheaf_erasures_deinit(&list);
    remove_folder();
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_customer),
        cmocka_unit_test(test_erase_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
