/* The bylaws: what a document must be, versions, the revision of the rules. */
#include "test.h"

#include "bylaws/model.h"

static void open_amendment(kit *k, const kit_rules *rules, const char *base, sheaf_refusal want)
{
    char what[8192];
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", kit_amendment(rules, base));
    kit_want(k, want, "ann", "motion.open", what, NULL);
}

void test_bylaws_at_founding(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules good = kit_rules_usual();
    kit_found_four(&k, &good);
    kit_rules r = good;
    r.data_bp = 5001;
    open_amendment(&k, &r, "#ann", R(surplus_keys));
    r = good, r.classes = "{'name':'member','votes':0},{'name':'supporter','votes':0}";
    open_amendment(&k, &r, "#ann", R(no_voting_class));
    /* Only a class that nobody is in would have a vote. */
    r = good, r.classes = "{'name':'member','votes':0},{'name':'supporter','votes':1}";
    open_amendment(&k, &r, "#ann", R(no_voting_class));
    r = good, r.classes = "{'name':'member','votes':1},{'name':'member','votes':1}";
    open_amendment(&k, &r, "#ann", R(class_twice));
    r = good, r.classes = "{'name':'member','votes':1}";
    open_amendment(&k, &r, "#ann", R(classes_removed));
    r = good, r.classes = "{'name':'supporter','votes':0},{'name':'member','votes':1}";
    open_amendment(&k, &r, "#ann", R(classes_removed));
    r = good, r.form = "association";
    open_amendment(&k, &r, "#ann", R(floor_open));
    r.ordinary.open_s = 86400, r.protected.open_s = 604800 - 1;
    open_amendment(&k, &r, "#ann", R(floor_open));
    r.protected.open_s = 604800;
    open_amendment(&k, &r, "#ann", R(floor_open));
    r.qualified.open_s = 86400;
    open_amendment(&k, &r, "#ann", ACCEPTED);
    r = good, r.protected.majority = r.qualified.majority = "simple";
    open_amendment(&k, &r, "#ann", R(floor_protected));
    r = good, r.qualified.majority = "nine_tenths";
    open_amendment(&k, &r, "#ann", R(sorts_order));
    r = good, r.ordinary.majority = "nine_tenths";
    open_amendment(&k, &r, "#ann", R(sorts_order));
    r = good, r.protected.majority = "two_thirds";
    open_amendment(&k, &r, "#ann", ACCEPTED);
    r = good, r.cohort_min = 2;
    open_amendment(&k, &r, "#ann", R(exact_cohort));
    r.exact = false;
    open_amendment(&k, &r, "#ann", ACCEPTED);
    r = good, r.currency = "eur";
    open_amendment(&k, &r, "#ann", R(currency_form));
    r = good, r.succession = 5000;
    open_amendment(&k, &r, "#ann", R(floor_succession));
    r = good, r.witness_quorum = 1;
    open_amendment(&k, &r, "#ann", R(witness_quorum));
#define WITNESS(name, key) "{'name':'" name "','public_key':" key ",'url':'http://w'}"
    r.witnesses = WITNESS("w 0", "@w0");
    open_amendment(&k, &r, "#ann", R(witness_form));
    r.witnesses = WITNESS("w0", "^");
    open_amendment(&k, &r, "#ann", R(witness_form));
    r.witnesses = WITNESS("w0", "@w0") "," WITNESS("w0", "@w1");
    open_amendment(&k, &r, "#ann", R(witness_twice));
    r.witnesses = WITNESS("w0", "@w0") "," WITNESS("w1", "@w0");
    open_amendment(&k, &r, "#ann", R(witness_twice));
    r.witnesses = WITNESS("w0", "@w0") "," WITNESS("w1", "@w1");
    r.witness_quorum = 2;
    open_amendment(&k, &r, "#ann", ACCEPTED);
    open_amendment(&k, &good, "#bob", R(amends_old_version));
    kit_close(&k);
}

/* What everyone must be able to read, and what is no entry, cannot be withheld. */
void test_bylaws_withhold(void **unused)
{
    (void)unused;
    static const char *const never[] = {"motion.shut", "clock.tick", "mandate.grant"};
    kit k;
    kit_open(&k);
    kit_rules r = kit_rules_usual();
    kit_found_four(&k, &r);
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        char item[80];
        snprintf(item, sizeof item, "{'kind':'%s','reason':'security'}", never[i]);
        r.withheld = item;
        open_amendment(&k, &r, "#ann", R(withheld_kind));
    }
    r.withheld = "{'kind':'motion.open','reason':'ballot'},"
                 "{'kind':'motion.open','reason':'security'}";
    open_amendment(&k, &r, "#ann", R(withheld_twice));
    r.withheld = "{'kind':'motion.open','reason':'ballot'}";
    open_amendment(&k, &r, "#ann", ACCEPTED);
    kit_close(&k);
}

#define ORGAN(name, more)                                                                      \
    "{" more "'kind':'treasurers','name':'" name "','nominate_s':1,'open_s':1,'quorum_bp':1,"  \
    "'seats':1,'term_s':1}"
#define SHARES(max, from, until)                                                               \
    "{'max_count':" max ",'min_count':2,'price_cents':1,'protected':true,'repay_from_s':" from \
    ",'repay_until_s':" until ",'transferable':false}"
#define PETITIONS "{'assembly_s':10,'members_bp':1000,'open_max':1,'protected':true,'sign_s':1}"
#define ADMISSION(approvals)                                                                   \
    "{'admission':{'approvals':" approvals ",'lapse_s':1,'open_max':1,'organ':0},'classes':[{" \
    "'name':'member','votes':1},{'name':'supporter','votes':0}],'leave_notice_s':0,"           \
    "'protected':true}"
#define ONE_ORGAN "{'list':[" ORGAN("a", "") "],'protected':false}"
#define CONVENED(organ)                                                                        \
    "{'notice_s':1,'open_s':1,'organ':" organ ",'protected':false,'quorum_bp':0}"
#define ASSEMBLIES(notice)                                                                     \
    "{'notice_s':" notice ",'open_s':1,'protected':false,'quorum_bp':100}"

#define OVERRIDE(confirm)                                                                      \
    "{'confirm_s':" confirm ",'hold_s':0,'members':2,'members_bp':1000,'protected':true}"

/* Articles that contradict themselves or others, or that every form demands otherwise. */
void test_bylaws_contradictions(void **unused)
{
    (void)unused;
    static const struct {
        sheaf_refusal want;
        struct {
            sheaf_article number;
            const char *text;
        } articles[2];
    } rows[] = {
        {R(holding_cap), {{SHEAF_ARTICLE_shares, SHARES("1", "0", "0")}}},
        {R(repayment_window), {{SHEAF_ARTICLE_shares, SHARES("2", "2", "1")}}},
        {ACCEPTED, {{SHEAF_ARTICLE_shares, SHARES("2", "1", "1")}}},
        {R(petition_days), {{SHEAF_ARTICLE_petitions, PETITIONS}}},
        {R(petition_days),
         {{SHEAF_ARTICLE_petitions, PETITIONS}, {SHEAF_ARTICLE_assemblies, ASSEMBLIES("11")}}},
        {ACCEPTED,
         {{SHEAF_ARTICLE_petitions, PETITIONS}, {SHEAF_ARTICLE_assemblies, ASSEMBLIES("10")}}},
        {R(second_quorum),
         {{SHEAF_ARTICLE_assemblies, "{'notice_s':1,'open_s':1,'protected':false,'quorum_bp':"
                                     "100,'second':{'open_s':1,'quorum_bp':101}}"}}},
        {R(assembly_organ),
         {{SHEAF_ARTICLE_organs, ONE_ORGAN}, {SHEAF_ARTICLE_assemblies, CONVENED("1")}}},
        {ACCEPTED,
         {{SHEAF_ARTICLE_organs, ONE_ORGAN}, {SHEAF_ARTICLE_assemblies, CONVENED("0")}}},
        {R(organ_class),
         {{SHEAF_ARTICLE_organs,
           "{'list':[" ORGAN("a", "'electorate':1,") "],'protected':false}"}}},
        {R(organ_class),
         {{SHEAF_ARTICLE_organs,
           "{'list':[" ORGAN("a", "'electorate':2,") "],'protected':false}"}}},
        {R(organ_twice),
         {{SHEAF_ARTICLE_organs,
           "{'list':[" ORGAN("a", "") "," ORGAN("a", "") "],'protected':false}"}}},
        {R(treasurers_few),
         {{SHEAF_ARTICLE_organs, ONE_ORGAN},
          {SHEAF_ARTICLE_treasury, "{'limit_cents':1,'protected':false,'signatures':2}"}}},
        {R(admission_organ), {{SHEAF_ARTICLE_members, ADMISSION("1")}}},
        {R(admission_organ),
         {{SHEAF_ARTICLE_organs, ONE_ORGAN}, {SHEAF_ARTICLE_members, ADMISSION("2")}}},
        {R(value_keys),
         {{SHEAF_ARTICLE_value_accounting,
           "{'care_bp':1,'livelihood_bp':2,'love_bp':3,'protected':false}"}}},
        {R(source_field),
         {{SHEAF_ARTICLE_succession, "{'approvals_bp':5001,'protected':true,'sources':[{'of':'"
                                     "approval','source':'x'}]}"}}},
        {R(floor_required),
         {{SHEAF_ARTICLE_purpose, "{'currency':'EUR','form':'demonstration','name':'Four "
                                  "Centres','protected':false,'text':'to learn'}"}}},
        /* An ordinary motion takes 60 seconds. */
        {R(confirm_time), {{SHEAF_ARTICLE_override, OVERRIDE("60")}}},
        {ACCEPTED, {{SHEAF_ARTICLE_override, OVERRIDE("61")}}},
        {R(floor_required),
         {{SHEAF_ARTICLE_override, "{'confirm_s':600,'hold_s':0,'members':2,'members_bp':1000,"
                                   "'protected':false}"}}},
    };
    kit k;
    kit_open(&k);
    kit_rules good = kit_rules_usual();
    kit_found_four(&k, &good);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit_rules r = good;
        for (int a = 0; a < 2; a++)
            if (rows[i].articles[a].text)
                r.article[rows[i].articles[a].number] = rows[i].articles[a].text;
        open_amendment(&k, &r, "#ann", rows[i].want);
    }
    kit_close(&k);
}

/* A motion that confirms a suspension has its notice, its vote and its second call before the
 * suspension lapses, by the rule that it is decided by and by no other. */
void test_bylaws_confirm_time(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules good = kit_rules_usual();
    kit_found_four(&k, &good);
    kit_rules r = good;
    r.ordinary.notice_s = 10, r.ordinary.second_open_s = 30;
    r.article[SHEAF_ARTICLE_override] = OVERRIDE("100"); /* 10 + 60 + 30 */
    open_amendment(&k, &r, "#ann", R(confirm_time));
    r.article[SHEAF_ARTICLE_override] = OVERRIDE("101");
    open_amendment(&k, &r, "#ann", ACCEPTED);
    r.qualified.second_open_s = 1000;
    open_amendment(&k, &r, "#ann", ACCEPTED);
    r.raised = "{'effect':'override.confirm','sort':'qualified'}";
    r.article[SHEAF_ARTICLE_override] = OVERRIDE("1120"); /* 120 + 1000 */
    open_amendment(&k, &r, "#ann", R(confirm_time));
    r.article[SHEAF_ARTICLE_override] = OVERRIDE("1121");
    open_amendment(&k, &r, "#ann", ACCEPTED);
    kit_close(&k);
}

/* Documents under which nothing could be adopted, or no suspension confirmed. */
void test_bylaws_that_lock(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules good = kit_rules_usual();
    kit_found_four(&k, &good);
    kit_rules r = good;
    r.classes = "{'ceiling_bp':9999,'name':'member','votes':1},{'name':'supporter','votes':0}";
    open_amendment(&k, &r, "#ann", R(ceilings_all));
    /* The class without a ceiling has no members. */
    r.classes = "{'ceiling_bp':9999,'name':'member','votes':1},{'name':'supporter','votes':1}";
    open_amendment(&k, &r, "#ann", R(ceilings_all));
    r.classes = "{'ceiling_bp':10000,'name':'member','votes':1},{'name':'supporter','votes':0}";
    open_amendment(&k, &r, "#ann", ACCEPTED);
    /* To confirm takes as long as the bylaws make it weigh. */
    r = good, r.article[SHEAF_ARTICLE_override] = OVERRIDE("120");
    open_amendment(&k, &r, "#ann", ACCEPTED);
    r.raised = "{'effect':'override.confirm','sort':'qualified'}";
    open_amendment(&k, &r, "#ann", R(confirm_time));
    kit_close(&k);
    kit_open(&k);
    r = good;
    r.classes = "{'ceiling_bp':5000,'name':'member','votes':1},{'name':'supporter','votes':1}";
    char what[8192];
    snprintf(
        what, sizeof what,
        "{'bylaws':%s,'class':0,'hub_key':@hub,'kind':'organisation','log_key':@log,'name':"
        "^,'origin':'" KIT_ORIGIN "','public_key':@ann,'revision':1}",
        kit_bylaws(&r));
    kit_want(&k, R(ceilings_all), "ann", "coop.found", what, NULL);
    kit_close(&k);
}

/* Who has legal floors keeps them. */
void test_bylaws_form(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules serious = kit_rules_usual();
    serious.form = "association", serious.ordinary.open_s = 86400,
    serious.protected.open_s = 604800;
    serious.qualified.open_s = 86400;
    kit_found_four(&k, &serious);
    kit_rules trial = kit_rules_usual();
    open_amendment(&k, &trial, "#ann", R(form_demonstration));
    kit_close(&k);
}

void test_bylaws_versions(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    rules.open_max = 3;
    rules.classes = "{'name':'member','votes':1},{'name':'supporter','votes':1},"
                    "{'name':'guest','votes':0}";
    kit_motion(&k, "m1", kit_amendment(&rules, "#ann"), 4);
    const struct sheaf_row_bylaws *now = sheaf_bylaws_now(&k.state);
    assert_int_equal(now->id, kit_index(&k, "m1.tick"));
    assert_int_equal(now->open_max, 3);
    assert_int_equal(now->classes, 3);
    assert_int_equal(sheaf_bylaws_count(&k.state), 2);
    /* Two amendments of one version: the second is void. */
    char what[8192];
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", kit_amendment(&rules, "#m1.tick"));
    kit_want(&k, ACCEPTED, "ann", "motion.open", what, "a");
    kit_want(&k, ACCEPTED, "bob", "motion.open", what, "b");
    static const char *const people[] = {"ann", "bob", "cat", "dan"};
    static const char *const motions[] = {"a", "b"};
    for (int m = 0; m < 2; m++) {
        for (int i = 0; i < 4; i++)
            kit_do(&k, people[i], "ballot.cast", NULL, "{'choice':'yes','motion':#%s}",
                   motions[m]);
        kit_do(&k, "hub", "clock.tick", NULL,
               "{'deadline':'motion','of':#%s,'unwitnessed':false}", motions[m]);
    }
    assert_int_equal(k.outcome.effect, R(amends_old_version));
    const struct sheaf_row_motion *second = sheaf_motion_find(&k.state, kit_index(&k, "b"));
    assert_int_equal(second->state, SHEAF_motion_state_void);
    assert_int_equal(second->refusal, R(amends_old_version));
    assert_int_equal(sheaf_bylaws_count(&k.state), 3);
    kit_close(&k);
}

/* The state knows which articles a version has, and what they were as bytes. */
void test_bylaws_articles(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_pay] = "{'bonuses':false,'protected':true,'ratio_percent':300}";
    kit_found_four(&k, &rules);
    assert_true(sheaf_article_on(&k.state, SHEAF_ARTICLE_pay));
    assert_true(sheaf_article_on(&k.state, SHEAF_ARTICLE_data));
    assert_false(sheaf_article_on(&k.state, SHEAF_ARTICLE_petitions));
    rules.article[SHEAF_ARTICLE_pay] =
        "{'bonuses':false,'protected':false,'ratio_percent':300}";
    kit_motion(&k, "m", kit_amendment(&rules, "#ann"), 4);
    const struct sheaf_row_article *rows[2][2];
    static const char *const versions[] = {"ann", "m.tick"};
    static const sheaf_article numbers[] = {SHEAF_ARTICLE_pay, SHEAF_ARTICLE_purpose};
    for (int v = 0; v < 2; v++)
        for (int n = 0; n < 2; n++)
            rows[v][n] =
                sheaf_article_get(&k.state, sheaf_pair(kit_index(&k, versions[v]), numbers[n]));
    assert_true(rows[0][0]->protected);
    assert_false(rows[1][0]->protected);
    assert_false(sheaf_hash_equal(&rows[0][0]->sha256, &rows[1][0]->sha256));
    assert_true(sheaf_hash_equal(&rows[0][1]->sha256, &rows[1][1]->sha256));
    kit_close(&k);
}

void test_revision_step(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    static const char *const skip =
        "{'effect':{'kind':'rules.adopt','what':{'revision':3}},'title':^}";
    static const char *const next =
        "{'effect':{'kind':'rules.adopt','what':{'revision':2}},'title':^}";
    kit_want(&k, R(revision_step), "ann", "motion.open", skip, NULL);
    /* The rules allow what a hub of this program does not order. */
    kit_write(&k, "ann", "motion.open", next);
    sheaf_entry entry;
    sheaf_arena_reset(&k.decode);
    assert_int_equal(
        sheaf_entry_decode(sheaf_buffer_slice(&k.entry), 1, &k.decode, &entry, NULL), SHEAF_OK);
    assert_int_equal(sheaf_fold_beyond(&k.state, entry.act), R(revision_unknown));
    kit_want(&k, ACCEPTED, "ann", "motion.open", next, "m");
    kit_close(&k);
}

static void found_on(kit *k, const char *document, sheaf_refusal want)
{
    static char what[17000];
    snprintf(what, sizeof what,
             "{'bylaws':%s,'class':0,'hub_key':@hub,'kind':'person','log_key':@log,'name':^,"
             "'origin':'" KIT_ORIGIN "','public_key':@ann,'revision':1}",
             document);
    kit_want(k, want, "ann", "coop.found", what, NULL);
}

/* The documents to start from are sound once they have a name and a purpose; what the legal
 * form forbids is refused. */
void test_templates(void **unused)
{
    (void)unused;
    static char text[16000];
    const sheaf_bylaws_model *model;
    for (size_t place = 0; (model = sheaf_bylaws_model_at(place)); place++) {
        kit k;
        kit_open(&k);
        const char *from = model->text;
        size_t n = 0;
        for (; *from && n + 8 < sizeof text; from++) {
            text[n++] = *from == '\'' ? ' ' : *from;                /* the kit's quote */
            if (from[0] == ':' && from[1] == '"' && from[2] == '"') /* an empty text */
                n += (size_t)snprintf(text + n, 8, "\"SCE x"), from++;
        }
        text[n] = 0;
        found_on(&k, text, ACCEPTED);
        assert_int_equal(sheaf_bylaws_now(&k.state)->form, model->form);
        kit_close(&k);
        if (model->form != SHEAF_legal_form_sce)
            continue;
        kit_open(&k);
        char *at = strstr(text, "\"capital_min_cents\":3");
        assert_non_null(at);
        at[strlen("\"capital_min_cents\":")] = '1';
        found_on(&k, text, R(floor_number));
        at[strlen("\"capital_min_cents\":")] = '3';
        at = strstr(text, "another_cooperative");
        assert_non_null(at);
        memmove(at + 7, at + 19, strlen(at + 19) + 1);
        memcpy(at, "members", 7);
        found_on(&k, text, R(floor_forbidden));
        kit_close(&k);
    }
}

/* Else the floor for investors, and the ceiling that it demands, would end with a word. */
void test_investors_stay_investors(void **unused)
{
    (void)unused;
#define CLASSES(role) "{'name':'member','votes':1},{'name':'lender'," role "'votes':0}"
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.classes = CLASSES("'role':'investor',");
    kit_found_four(&k, &rules);
    static const struct {
        const char *classes;
        sheaf_refusal want;
    } rows[] = {
        {CLASSES(""), R(class_investor)},
        {CLASSES("'role':'member',"), R(class_investor)},
        {CLASSES("'role':'partner',"), R(class_investor)},
        {CLASSES("'role':'investor',") ",{'name':'other','role':'member','votes':1}", ACCEPTED},
    };
    char text[8192];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        rules.classes = rows[i].classes;
        snprintf(text, sizeof text, "{'effect':%s,'title':^}", kit_amendment(&rules, "#ann"));
        kit_want(&k, rows[i].want, "ann", "motion.open", text, NULL);
    }
    /* Who was a member like others may become an investor, and then stays one. */
    rules.classes = "{'name':'member','votes':1},{'name':'lender','role':'investor','votes':0},"
                    "{'name':'other','role':'investor','votes':0}";
    kit_motion(&k, "m", kit_amendment(&rules, "#ann"), 4);
    rules.classes = "{'name':'member','votes':1},{'name':'lender','role':'investor','votes':0},"
                    "{'name':'other','votes':0}";
    snprintf(text, sizeof text, "{'effect':%s,'title':^}", kit_amendment(&rules, "#m.tick"));
    kit_want(&k, R(class_investor), "ann", "motion.open", text, NULL);
    kit_close(&k);
#undef CLASSES
}
