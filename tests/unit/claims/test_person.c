/* What the log says about one person: acts, texts, account, and from when records of money
 * count; and that erased texts which came back go again. */
#include "../store/folder.h"

#include "base/encode.h"
#include "claims/erase.h"
#include "claims/person.h"
#include "kit_store.h"
#include "store/values.h"

/* A folder with the kit's log. */
static void write_folder(kit *k)
{
    assert_int_equal(make_folder(NULL), 0);
    kit_store_save(k, folder, "log");
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
    kit_do(&k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#s,'unwitnessed':false}");
    int64_t shared = sheaf_coop(&k.state)->stamp;
    kit_do(&k, "dan", "person.update", NULL, "{'address':^,'contact':^}");
    kit_do(&k, "dan", "member.leave", NULL, "{}");
    write_folder(&k);
    assert_ok(sheaf_person_read(folder, kit_index(&k, "dan"), &p, &why));
    assert_int_equal(p.standing, SHEAF_PERSON_LEFT);
    assert_int_equal(p.balance_cents, -100);
    assert_true(p.posted == shared);
    assert_int_equal(personal(&p), 3);
    assert_true(did(&p, SHEAF_KIND_member_apply) && did(&p, SHEAF_KIND_person_update)
                && did(&p, SHEAF_KIND_member_leave) && !did(&p, SHEAF_KIND_revenue_record));
    assert_string_equal(p.origin, KIT_ORIGIN);
    assert_int_equal(p.entries, k.state.size);
    sheaf_person_deinit(&p);
    assert_ok(sheaf_person_read(folder, kit_index(&k, "ann"), &p, &why));
    assert_int_equal(p.standing, SHEAF_PERSON_MEMBER);
    assert_int_equal(personal(&p), 1);
    assert_true(p.text_count > 1 && did(&p, SHEAF_KIND_coop_found));
    sheaf_person_deinit(&p);
    assert_ok(sheaf_person_read(folder, kit_index(&k, "cat"), &p, &why));
    assert_true(p.standing == SHEAF_PERSON_LEFT && p.balance_cents == 0 && p.posted == 0);
    sheaf_person_deinit(&p);
    assert_ok(sheaf_person_read(folder, kit_index(&k, "eve"), &p, &why));
    assert_int_equal(p.standing, SHEAF_PERSON_APPLICANT);
    sheaf_person_deinit(&p);
    assert_ok(sheaf_person_read(folder, kit_index(&k, "s"), &p, &why)); /* a motion is nobody */
    assert_int_equal(p.standing, SHEAF_PERSON_UNKNOWN);
    sheaf_person_deinit(&p);
    remove_folder(NULL);
    assert_int_not_equal(sheaf_person_read(folder, 0, &p, &why), SHEAF_OK);
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
    assert_ok(sheaf_person_read(folder, kit_index(&k, "use"), &p, &why));
    assert_int_equal(p.standing, SHEAF_PERSON_CUSTOMER);
    assert_true(p.posted == used && p.act_count == 1 && p.text_count == 1);
    assert_string_equal(p.texts[0].field->name, "customer");
    sheaf_person_deinit(&p);
    assert_ok(sheaf_person_read(folder, kit_index(&k, "ann"), &p, &why));
    assert_true(did(&p, SHEAF_KIND_usage_record));
    for (uint32_t i = 0; i < p.text_count; i++)
        assert_string_not_equal(p.texts[i].field->name, "customer");
    sheaf_person_deinit(&p);
    remove_folder(NULL);
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
    assert_ok(sheaf_erase_again(folder, sheaf_str(KIT_ORIGIN), &persons, &texts, &why));
    assert_ok(sheaf_path(path, &why, "%s/private.db", folder));
    assert_false(sheaf_file_exists(path));
    assert_ok(sheaf_texts_open(&store, folder, &why));
    /* The kit's commitments are to one text under one salt; stand-ins show which are erased. */
    static const char *const labels[] = {"one", "two", "three"};
    sheaf_hash commitments[3];
    for (int i = 0; i < 3; i++) {
        commitments[i] = sheaf_motion_find(&k.state, kit_index(&k, labels[i]))->title;
        char name[64];
        sheaf_base64url_32(commitments[i].bytes, name);
        shell("echo x > '%s/texts/decisions/%s'", folder, name);
    }
    bool alike = sheaf_hash_equal(&commitments[0], &commitments[1]);
    assert_ok(sheaf_erasures_bind(&list, sheaf_str(KIT_ORIGIN), &why));
    sheaf_erasure erasure = {kit_index(&k, "bob"), before, 1790000000000, true};
    assert_ok(sheaf_erasures_add(&list, &erasure, &why));
    uint32_t three = kit_index(&k, "three"); /* of that entry, all texts */
    assert_ok(sheaf_erasures_add(&list, &(sheaf_erasure){three, three + 1, 1, !alike}, &why));
    assert_ok(sheaf_path(path, &why, "%s/erasures.json", folder));
    assert_ok(sheaf_erasures_write(path, &list, &why));
    assert_ok(sheaf_erase_again(folder, sheaf_str(KIT_ORIGIN), &persons, &texts, &why));
    assert_int_equal(persons, 0);
    assert_int_equal(texts, alike ? 1 : 2);
    assert_false(sheaf_text_find(&store, &commitments[0], NULL));
    if (!alike)
        assert_true(sheaf_text_find(&store, &commitments[1], NULL)
                    && !sheaf_text_find(&store, &commitments[2], NULL));
    assert_ok(sheaf_erase_again(folder, sheaf_str(KIT_ORIGIN), &persons, &texts, &why));
    assert_int_equal(texts, 0);
    sheaf_erasures_deinit(&list);
    remove_folder(NULL);
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
