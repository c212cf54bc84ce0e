/* Co-ops to begin a test with. */
#include "kit.h"

#include <stdio.h>
#include <stdlib.h>

/* In which members object to an application, outside a demonstration. */
enum { OBJECT_S = 259200 };

static const char *const people[] = {"ann", "bob", "cat", "dan"};
enum { PEOPLE = sizeof people / sizeof *people, KIT_BYLAWS_MAX = 16000 };

kit_rules kit_rules_usual(void)
{
    return (kit_rules){
        .approvals = 1,
        .open_max = 40,
        .cohort_min = 3,
        .rounds_max = 1000,
        .data_bp = 5000,
        .members_bp = 3000,
        .reserve_bp = 2000,
        .changeable = true,
        .early = true,
        .exact = true,
        .form = "demonstration",
        .currency = "EUR",
        .ordinary = {"for_and_against", "simple", "all", 0, 60, 5000, 0, 0},
        .qualified = {"for_and_against", "two_thirds", "all", 0, 120, 5000, 0, 0},
        .protected = {"for_and_against", "three_quarters", "all", 0, 120, 7500, 0, 0},
        .classes = "{'name':'member','votes':1},{'name':'supporter','votes':0}",
        .web = "{'admin':false,'data':true,'money':false,'train':false,'vote':true}",
        .lapse_s = 86400,
        .applications_max = 20,
        .succession = 5001,
        .ballots = "public",
        .witnesses = "",
        .exclusion = "",
        .recovery = "",
    };
}

static const char *yes_no(bool value)
{
    return value ? "true" : "false";
}

static void put_decisions(sheaf_buffer *out, const kit_decisions *d)
{
    sheaf_buffer_printf(out,
                        "{'base':'%s','majority':'%s','notice_s':%d,'open_s':%d,"
                        "'quorum_base':'%s','quorum_bp':%d",
                        d->base, d->majority, d->notice_s, d->open_s, d->quorum_base,
                        d->quorum);
    if (d->second_open_s)
        sheaf_buffer_printf(out, ",'second':{'open_s':%d,'quorum_bp':%d}", d->second_open_s,
                            d->second_quorum);
    sheaf_buffer_add_string(out, "}");
}

static void put_decision_articles(sheaf_buffer *out, const kit_rules *r, sheaf_article article)
{
    if (article == SHEAF_ARTICLE_amendment) {
        sheaf_buffer_printf(
            out, "{'protected':true,'registration':%s,'rule':", yes_no(r->registration));
        put_decisions(out, &r->protected);
    } else {
        sheaf_buffer_printf(out,
                            "{'ballots_changeable':%s,'early_close':%s,'open_max':%d,"
                            "'ordinary':",
                            yes_no(r->changeable), yes_no(r->early), r->open_max);
        put_decisions(out, &r->ordinary);
        sheaf_buffer_add_string(out, ",'protected':true,'qualified':");
        put_decisions(out, &r->qualified);
        if (r->apart)
            sheaf_buffer_add_string(out, ",'quorum_apart':true");
        if (r->raised)
            sheaf_buffer_printf(out, ",'raised':[%s]", r->raised);
        if (r->settled_s)
            sheaf_buffer_printf(out, ",'settled_s':%d", r->settled_s);
        if (r->urgent)
            sheaf_buffer_printf(out, ",'urgent':%s", r->urgent);
    }
    sheaf_buffer_add_string(out, "}");
}

/* The articles that every document has. */
static void put_article(sheaf_buffer *out, const kit_rules *r, sheaf_article article)
{
    const bool demo = strcmp(r->form, "demonstration") == 0;
    switch ((int)article) {
    case SHEAF_ARTICLE_amendment:
    case SHEAF_ARTICLE_decisions:
        put_decision_articles(out, r, article);
        break;
    case SHEAF_ARTICLE_dissolution:
        sheaf_buffer_add_string(
            out, "{'liquidators':2,'protected':true,'reserve':'another_cooperative'}");
        break;
    case SHEAF_ARTICLE_keys:
        sheaf_buffer_printf(out, "{'protected':true,%s'web_scopes':%s}", r->recovery, r->web);
        break;
    case SHEAF_ARTICLE_members:
        sheaf_buffer_printf(out,
                            "{'admission':{'approvals':%d,'lapse_s':%d,%s'open_max':%d},"
                            "'classes':[%s],%s'leave_notice_s':%d,'protected':true}",
                            r->approvals, r->lapse_s + (demo ? 0 : OBJECT_S),
                            demo ? "" : "'object_s':259200,", r->applications_max, r->classes,
                            r->exclusion, r->leave_notice);
        break;
    case SHEAF_ARTICLE_override:
        sheaf_buffer_printf(out,
                            "{'confirm_s':%d,'hold_s':%d,'members':2,'members_bp':1000,"
                            "'protected':true}",
                            r->ordinary.notice_s + r->ordinary.open_s < 600 ? 600 : 7776000,
                            demo ? 0 : 86400);
        break;
    case SHEAF_ARTICLE_privacy:
        sheaf_buffer_printf(
            out, "{'cohort_min':%d,'exact_sums':%s,'protected':true,'rounds_max':%d}",
            r->cohort_min, yes_no(r->exact), r->rounds_max);
        break;
    case SHEAF_ARTICLE_purpose:
        sheaf_buffer_printf(out,
                            "{'currency':'%s','form':'%s','name':'Four Centres',"
                            "'protected':true,'text':'to learn'}",
                            r->currency, r->form);
        break;
    case SHEAF_ARTICLE_succession:
        sheaf_buffer_printf(out, "{'approvals_bp':%d,'protected':true}", r->succession);
        break;
    case SHEAF_ARTICLE_surplus:
        sheaf_buffer_printf(out,
                            "{'data_bp':%d,'members_bp':%d,'protected':true,'reserve_bp':%d}",
                            r->data_bp, r->members_bp, r->reserve_bp);
        break;
    case SHEAF_ARTICLE_visibility:
        sheaf_buffer_printf(out,
                            "{'ballots':'%s','data':'public','decisions':'public','ledger':"
                            "'public','members':'public','protected':true",
                            r->ballots);
        if (r->withheld)
            sheaf_buffer_printf(out, ",'withheld':[%s]", r->withheld);
        sheaf_buffer_add_string(out, "}");
        break;
    case SHEAF_ARTICLE_witnesses:
        sheaf_buffer_printf(out, "{'list':[%s],'protected':false,'quorum':%d}", r->witnesses,
                            r->witness_quorum);
        break;
    default:
        abort(); /* no other article is required */
    }
}

const char *kit_bylaws(const kit_rules *r)
{
    static char text[KIT_BYLAWS_MAX];
    const sheaf_shape *shape = sheaf_record_shape("bylaws");
    sheaf_buffer out;
    sheaf_buffer_init(&out, sizeof text);
    const char *before = "{";
    for (uint16_t i = 0; i < shape->count; i++) {
        const sheaf_field *field = &shape->fields[i];
        sheaf_article article = sheaf_article_named(sheaf_str(field->name));
        if (!field->required && !r->article[article])
            continue;
        sheaf_buffer_printf(&out, "%s'%s':", before, field->name);
        before = ",";
        if (r->article[article])
            sheaf_buffer_add_string(&out, r->article[article]);
        else
            put_article(&out, r, article);
    }
    sheaf_buffer_add_string(&out, "}");
    sheaf_buffer_add_byte(&out, 0);
    if (out.failed)
        abort();
    memcpy(text, out.data, out.len);
    sheaf_buffer_deinit(&out);
    return text;
}

const char *kit_amendment(const kit_rules *rules, const char *base)
{
    static char text[KIT_BYLAWS_MAX + 100];
    snprintf(text, sizeof text, "{'kind':'bylaws.amend','what':{'base':%s,'text':%s}}", base,
             kit_bylaws(rules));
    return text;
}

void kit_found(kit *k, const kit_rules *rules)
{
    kit_do(k, "ann", "coop.found", "ann",
           "{'bylaws':%s,'class':0,'hub_key':@hub,'kind':'organisation','log_key':@log,"
           "'name':^,'origin':'" KIT_ORIGIN "','public_key':@ann,'revision':1}",
           kit_bylaws(rules));
}

void kit_found_approvals(kit *k, int approvals)
{
    kit_rules rules = kit_rules_usual();
    rules.approvals = approvals;
    kit_found(k, &rules);
}

static void joined(kit *k, const char *name)
{
    kit_do(k, name, "member.apply", name,
           "{'class':0,'kind':'organisation','name':^,'public_key':@%s,'web':false}", name);
    kit_do(k, "ann", "member.admit", NULL, "{'member':#%s}", name);
    const struct sheaf_row_member *member = sheaf_member_get(&k->state, kit_index(k, name));
    int64_t object_s = sheaf_bylaws_now(&k->state)->admission_object_s;
    if (member->state == SHEAF_member_state_active || object_s != OBJECT_S)
        return;
    k->now = member->applied + object_s * 1000;
    kit_do(k, "hub", "clock.tick", NULL,
           "{'deadline':'member_admits','of':#%s,'unwitnessed':false}", name);
}

void kit_found_many(kit *k, const kit_rules *rules, kit_name **members, int count)
{
    kit_found(k, rules);
    members[0] = kit_named(k, "ann");
    for (int i = 1; i < count; i++) {
        char name[KIT_NAME_MAX];
        snprintf(name, sizeof name, "m%d", i);
        joined(k, name);
        members[i] = kit_named(k, name);
    }
}

void kit_found_four(kit *k, const kit_rules *rules)
{
    kit_found(k, rules);
    for (int i = 0; i < PEOPLE; i++) {
        char label[KIT_NAME_MAX];
        if (i)
            joined(k, people[i]);
        snprintf(label, sizeof label, "%s.node", people[i]);
        kit_do(k, people[i], "key.admit", label,
               "{'public_key':@%s,'scopes':{'admin':false,'data':false,'money':false,"
               "'train':true,'vote':false},'web':false}",
               label);
    }
}

void kit_with_data(kit *k, const kit_rules *rules)
{
    static const char *const none[] = {"", "", "", ""};
    kit_with_groups(k, rules, none);
}

void kit_with_groups(kit *k, const kit_rules *rules, const char *const groups[4])
{
    kit_found_four(k, rules);
    for (int i = 0; i < PEOPLE; i++) {
        char data[KIT_NAME_MAX], consent[KIT_NAME_MAX];
        snprintf(data, sizeof data, "%s.data", people[i]);
        snprintf(consent, sizeof consent, "%s.consent", people[i]);
        kit_do(k, people[i], "dataset.register", data,
               "{'commitment':~%d,%s'licence':'CC-BY-4.0','records':%d,'schema':'heart/v1',"
               "'subjects':'patients','title':^}",
               i, groups[i], 100 * (i + 1));
        kit_do(k, people[i], "consent.grant", consent,
               "{'dataset':#%s,'purpose':'research','until':%lld}", data,
               (long long)(k->now + INT64_C(86400000)));
    }
    kit_do(k, "ann", "model.register", "model",
           "{'features':[{'column':'age'},{'column':'cp','level':2}],'kind':'logistic',"
           "'label':'num','schema':'heart/v1','title':^}");
}

void kit_motion(kit *k, const char *label, const char *effect, int yes)
{
    char tick[KIT_NAME_MAX];
    kit_do(k, "ann", "motion.open", label, "{'effect':%s,'title':^}", effect);
    for (int i = 0; i < PEOPLE; i++)
        kit_do(k, people[i], "ballot.cast", NULL, "{'choice':'%s','motion':#%s}",
               i < yes ? "yes" : "no", label);
    uint32_t row = sheaf_motion_row(&k->state, kit_index(k, label));
    if (k->now < sheaf_motion_at(&k->state, row)->closes)
        k->now = sheaf_motion_at(&k->state, row)->closes;
    snprintf(tick, sizeof tick, "%s.tick", label);
    kit_do(k, "hub", "clock.tick", tick, "{'deadline':'motion','of':#%s,'unwitnessed':false}",
           label);
}

sheaf_refusal kit_round_open_words(kit *k, const char *label, const char *task, char base,
                                   const char *mandate, int words)
{
    char what[2048], hash[32] = "";
    if (base)
        snprintf(hash, sizeof hash, "'base':~%c,", base);
    snprintf(what, sizeof what,
             "{%s'mandate':#%s,'participants':[{'dataset':#ann.data,'key':#ann.node},"
             "{'dataset':#bob.data,'key':#bob.node},{'dataset':#cat.data,'key':#cat.node},"
             "{'dataset':#dan.data,'key':#dan.node}],'stage_ms':1000,'task':'%s','words':%d}",
             hash, mandate, task, words);
    return kit_try(k, "hub", "round.open", what, label);
}

sheaf_refusal kit_round_open(kit *k, const char *label, const char *task, char base,
                             const char *mandate)
{
    int words = strcmp(task, "train") == 0 ? 6 : strcmp(task, "statistics") == 0 ? 7 : 129;
    return kit_round_open_words(k, label, task, base, mandate, words);
}

sheaf_refusal kit_noised_open(kit *k, const char *label, const char *task, char base,
                              const char *mandate)
{
    return kit_round_open_words(k, label, task, base, mandate, *task == 't' ? 3 : 4);
}

sheaf_refusal kit_round_close(kit *k, const char *round, const char *task, char result)
{
    char what[2048];
    const struct sheaf_row_round *row = sheaf_round_find(&k->state, kit_index(k, round));
    bool noised =
        row && sheaf_mandate_get(&k->state, row->mandate)->release == SHEAF_release_form_noised;
    snprintf(what, sizeof what,
             "{%s'result':~%c,'round':#%s,'survivors':[{'key':#ann.node},{'key':#bob.node},"
             "%s{'key':#dan.node}],'transcript':~f}",
             strcmp(task, "train") == 0 ? "'figures':{'accuracy_millionths':800000,"
                                          "'log_loss_millionths':450000,'records':900},"
                                        : "",
             result, round, noised ? "" : "{'key':#cat.node},");
    return kit_try(k, "hub", "round.close", what, NULL);
}

sheaf_refusal kit_attest(kit *k, const char *who, const char *round, char result)
{
    char what[256];
    snprintf(what, sizeof what, "{'result':~%c,'round':#%s}", result, round);
    return kit_try(k, who, "round.attest", what, NULL);
}

void kit_write_digest(kit *k, char *out, size_t size, int wrong)
{
    int n = snprintf(out, size, "{'tables':[");
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++) {
        sheaf_hash root = sheaf_table_root(&k->state, t);
        char hex[65];
        for (int i = 0; i < 32; i++)
            snprintf(hex + 2 * i, 3, "%02x", root.bytes[i] ^ (wrong == 1 && t == 3));
        n +=
            snprintf(out + n, size - (size_t)n, "%s{'root':'%s','rows':%u,'table':'%s'}",
                     t ? "," : "", hex, sheaf_table_rows(&k->state, t) + (wrong == 2 && t == 0),
                     wrong == 3 && t == 1 ? "members" : sheaf_table_describe(t)->name);
        if (wrong == 4)
            break;
    }
    snprintf(out + n, size - (size_t)n, "]}");
}

void kit_state_digest(kit *k)
{
    static char what[32768];
    kit_write_digest(k, what, sizeof what, 0);
    kit_want(k, SHEAF_ACCEPTED, "hub", "state.digest", what, NULL);
}
