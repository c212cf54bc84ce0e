/* Writes the logs that the replay test freezes: the same bytes on every run, for names give
 * keys and the clock is the kit's.
 *
 *     generate r1 > r1/entries.jsonl      a log in which every kind of act stands
 *     generate sealed > sealed/entries.jsonl    one of a co-op that has ended
 *     generate newer > newer/entries.jsonl    one that goes on to rules revision 2
 *     generate digests < r1/entries.jsonl > r1/digests.txt, and the same of sealed
 *     generate four-members > FILE, generate mandate > FILE    seeds of fuzz/corpus/snapshot
 *
 * A frozen log is never written anew once its revision is declared.
 */
#include "kit.h"
#include "coop/snapshot.h"
#include "generate.h"
#include "replay_lines.h"

#include <stdlib.h>

static void must(sheaf_refusal refusal)
{
    if (refusal != SHEAF_ACCEPTED)
        kit_fail("refusal %d", refusal);
}

/* Groups of the four sheets, and their figures beside those of all. */
#define GROUPS "'groups':[{'column':'sex','level':0},{'column':'sex','level':1}],"
#define EVALUATION(figures, round)                                                             \
    "{'figures':" figures ",'groups':[{'column':'sex','figures':" figures ",'level':0},"       \
    "{'column':'sex','figures':" figures ",'level':1}],'round':#" round "}"

static void whole_evaluation(kit *k, const char *label, char base, char result)
{
    must(kit_round_open_words(k, label, "evaluate", base, "m.tick", 3 * 129));
    must(kit_round_close(k, label, "evaluate", result));
    must(kit_attest(k, "ann.node", label, result));
    must(kit_attest(k, "bob.node", label, result));
    must(kit_attest(k, "dan.node", label, result));
}

static void whole_round(kit *k, const char *label, const char *task, char base, char result)
{
    must(kit_round_open(k, label, task, base, "m.tick"));
    must(kit_round_close(k, label, task, result));
    must(kit_attest(k, "ann.node", label, result));
    must(kit_attest(k, "bob.node", label, result));
    must(kit_attest(k, "dan.node", label, result));
}

static void learn(kit *k)
{
    kit_motion(k, "m", KIT_MANDATE, 4);
    must(kit_round_open(k, "r0", "statistics", 0, "m.tick"));
    kit_do(k, "hub", "round.abort", NULL, "{'reason':'restart','round':#r0}");
    whole_round(k, "r1", "statistics", 0, 'a');
    whole_round(k, "r2", "train", 'a', 'b');
    whole_round(k, "r3", "train", 'b', 'c');
    must(kit_round_open(k, "r4", "train", 'c', "m.tick"));
    must(kit_round_close(k, "r4", "train", 'd'));
    kit_do(k, "hub", "round.abort", NULL, "{'reason':'unsound','round':#r4}");
    whole_evaluation(k, "e", 'c', 'e');
    kit_do(k, "hub", "model.evaluate", NULL,
           EVALUATION("{'accuracy_millionths':790000,'auc_millionths':860000,"
                      "'log_loss_millionths':450000,'records':230}",
                      "e"));
}

static void attest(kit *k, const char *label, char result)
{
    must(kit_attest(k, "ann.node", label, result));
    must(kit_attest(k, "bob.node", label, result));
}

/* A round of training with patience, whose base is measured. */
static void measured_round(kit *k, const char *label, char base, int loss, char result)
{
    kit_do(
        k, "hub", "round.open", label,
        "{'base':~%c,'mandate':#p.tick,'participants':[{'dataset':#ann.data,'key':#ann.node},"
        "{'dataset':#bob.data,'key':#bob.node},{'dataset':#cat.data,'key':#cat.node},"
        "{'dataset':#dan.data,'key':#dan.node}],'stage_ms':1000,'task':'train','words':8}",
        base);
    kit_do(k, "hub", "round.close", NULL,
           "{'figures':{'accuracy_millionths':800000,'log_loss_millionths':450000,"
           "'records':700,'validation_loss_millionths':%d,'validation_records':175},"
           "'result':~%c,'round':#%s,'survivors':[{'key':#ann.node},{'key':#bob.node},"
           "{'key':#cat.node},{'key':#dan.node}],'transcript':~f}",
           loss, result, label);
}

/* Ends after one result that is no better; one such is taken back before. */
static void learn_patiently(kit *k)
{
    kit_motion(
        k, "p",
        "{'kind':'mandate.grant','what':{'attest_min':2,'cohort_min':3,'datasets':["
        "{'dataset':#ann.data},{'dataset':#bob.data},{'dataset':#cat.data},"
        "{'dataset':#dan.data}],'duration_s':86400,'learning':{'batch':0,'local_steps':5,"
        "'patience':1,'rate_millionths':100000,'seed':7},'model':#model,"
        "'purpose':'research','release':'exact_sum','rounds_max':9}}",
        4);
    must(kit_round_open(k, "p1", "statistics", 0, "p.tick"));
    must(kit_round_close(k, "p1", "statistics", 'a'));
    attest(k, "p1", 'a');
    must(kit_round_open(k, "p2", "train", 'a', "p.tick"));
    must(kit_round_close(k, "p2", "train", 'b'));
    attest(k, "p2", 'b');
    measured_round(k, "p3", 'b', 400000, 'c');
    attest(k, "p3", 'c');
    measured_round(k, "p4", 'c', 400000, 'd');
    kit_do(k, "hub", "round.abort", NULL, "{'reason':'unsound','round':#p4}");
    measured_round(k, "p5", 'c', 399999, 'd');
    attest(k, "p5", 'd');
    measured_round(k, "p6", 'd', 399999, 'e');
    attest(k, "p6", 'e');
    must(kit_round_open_words(k, "p7", "evaluate", 'c', "p.tick", 3 * 129));
    must(kit_round_close(k, "p7", "evaluate", 'f'));
    attest(k, "p7", 'f');
}

/* Rounds with noise, of a mandate that states a cost at one order alone, 2.5, and there the
 * true one: nobody writes this log anew with another accountant. */
static void hide(kit *k)
{
    char budget[1024], what[8192];
    int64_t costs[32];
    kit_terms terms = kit_terms_true(2);
    terms.rounds = 5;
    kit_ranged(k);
    kit_do(k, "dan", "consent.grant", "budget",
           "{'budget':{'delta_trillionths':1000000000,'epsilon_millionths':5000000,"
           "'limit':%s,'unit':'record'},'dataset':#dan.data,'purpose':'research',"
           "'until':1890000000000}",
           kit_amounts(budget, terms.limits[KIT_PLACE], KIT_PLACE));
    kit_motion(k, "noised", kit_noised(&terms), 4);
    must(kit_noised_open(k, "n0", "train", 0, "noised.tick"));
    kit_do(k, "hub", "round.abort", NULL, "{'reason':'deadline','round':#n0}");
    must(kit_noised_open(k, "n1", "train", 0, "noised.tick"));
    must(kit_round_close(k, "n1", "evaluate", 'a')); /* without figures, and without cat */
    must(kit_attest(k, "ann.node", "n1", 'a'));
    must(kit_attest(k, "bob.node", "n1", 'a'));
    must(kit_round_open_words(k, "n2", "evaluate", 'a', "noised.tick", 3 * 4));
    must(kit_round_close(k, "n2", "evaluate", 'b'));
    must(kit_attest(k, "ann.node", "n2", 'b'));
    must(kit_attest(k, "dan.node", "n2", 'b'));
    kit_do(k, "hub", "model.evaluate", NULL,
           EVALUATION("{'accuracy_millionths':790000,'records':231}", "n2"));
    k->enter_refused = k->claims_void = true;
    memcpy(costs, terms.costs, sizeof costs);
    costs[KIT_PLACE] -= 2; /* less than it costs */
    terms.costs = costs;
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", kit_noised(&terms));
    (void)kit_try(k, "ann", "motion.open", what, NULL);
    k->enter_refused = k->claims_void = false;
}

static void release(kit *k)
{
    kit_motion(
        k, "rel",
        "{'kind':'model.release','what':{'lesson':~d,'licence':'CC-BY-4.0','model':#model,"
        "'price_cents':250,'round':#r3}}",
        4);
}

static void earn(kit *k)
{
    release(k);
    kit_do(k, "ann", "usage.record", NULL, "{'customer':^,'model':#model,'uses':7}");
    kit_do(k, "cat", "revenue.record", NULL, "{'amount_cents':12345,'memo':^}");
    kit_motion(k, "s", "{'kind':'surplus.distribute','what':{'amount_cents':14095}}", 3);
    kit_motion(k, "rev", "{'kind':'mandate.revoke','what':{'mandate':#m.tick}}", 4);
    kit_motion(k, "ret", "{'kind':'model.retire','what':{'model':#ranged}}", 4);
    generate_ending(k);
}

/* What a hub should not have entered. */
static void enter_void(kit *k)
{
    k->enter_refused = true;
    (void)kit_try(k, "ann", "motion.withdraw", "{'motion':3}", NULL);
    k->wrong.bad_signature = true;
    (void)kit_try(k, "ann", "motion.open", "{'title':^}", NULL);
    k->wrong.seq = 1;
    (void)kit_try(k, "ann", "motion.open", "{'title':^}", NULL);
    (void)kit_try(k, "bob.node", "motion.open", "{'title':^}", NULL);
    (void)kit_try(k, "bob", "motion.open", "{'titel':^}", NULL);
    (void)kit_round_open(k, "none", "train", 'c', "m.tick");
    k->enter_refused = false;
}

static void decide(kit *k, int turns)
{
    static const char *const people[] = {"ann", "bob", "cat"};
    static const char *const choices[] = {"yes", "no", "abstain"};
    uint64_t seed = 1;
    for (int i = 0; i < turns; i++) {
        char label[KIT_NAME_MAX];
        snprintf(label, sizeof label, "d%d", i);
        kit_do(k, people[kit_random(&seed) % 3], "motion.open", label,
               "{'reason':^,'title':^}");
        for (int p = 0; p < 3; p++)
            if (kit_random(&seed) % 4)
                kit_do(k, people[p], "ballot.cast", NULL, "{'choice':'%s','motion':#%s}",
                       choices[kit_random(&seed) % 3], label);
        k->now += 60000;
        kit_do(k, "hub", "clock.tick", NULL,
               "{'deadline':'motion','of':#%s,'unwitnessed':false}", label);
    }
}

static kit_rules rules_of_r1(void)
{
    kit_rules rules = kit_rules_usual();
    rules.leave_notice = 3600;
    rules.exclusion = "'exclusion':{'hearing_s':60},";
    rules.recovery = "'recovery':{'confirmations':2,'panel_s':86400,'wait_s':3600},";
    rules.classes = "{'name':'member','votes':1},{'name':'supporter','votes':0},"
                    "{'name':'newcomer','trial_s':7200,'votes':1},"
                    "{'ceiling_bp':2500,'name':'lender','role':'investor','votes':1}";
    generate_organs_rules(&rules);
    generate_money_rules(&rules);
    return rules;
}

/* Witnesses, a deadline they make certain, and a tick whose cosignatures are false. */
static void witness(kit *k)
{
    static const char *const names[] = {"w0", "w1"};
    char what[6144];
    kit_rules rules = rules_of_r1();
    rules.ballots = "members";
    rules.witnesses = "{'name':'w0.example','public_key':@w0,'url':'http://w0'},"
                      "{'name':'w1.example','public_key':@w1,'url':'http://w1'}";
    rules.witness_quorum = 2;
    kit_do(k, "ann", "motion.open", "e", "{'effect':%s,'title':^}",
           kit_amendment(&rules, "#settled.later.tick"));
    kit_do(k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#e}");
    kit_do(k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#e}");
    kit_do(k, "cat", "ballot.cast", NULL, "{'choice':'yes','motion':#e}");
    kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#e,'unwitnessed':false}");
    kit_do(k, "ann", "motion.open", "f", "{'title':^}");
    k->now += 60000;
    int64_t second = k->now / 1000 + 1;
    snprintf(what, sizeof what,
             "{'deadline':'motion','evidence':%s,'of':#f,'unwitnessed':false}",
             kit_evidence(k, names, 2, second));
    char *sig = strstr(what, "'sig':'") + 7;
    sig[5] = sig[5] == 'A' ? 'B' : 'A';
    k->enter_refused = true; /* by its claim, which the kit does not check */
    k->claims_void = true;
    (void)kit_try(k, "hub", "clock.tick", what, NULL);
    k->enter_refused = k->claims_void = false;
    snprintf(what, sizeof what,
             "{'deadline':'motion','evidence':%s,'of':#f,'unwitnessed':false}",
             kit_evidence(k, names, 2, second));
    kit_want(k, SHEAF_ACCEPTED, "hub", "clock.tick", what, NULL);
}

static void succeed(kit *k)
{
    char what[1024], hex[65];
    uint32_t end = (uint32_t)k->state.size;
    sheaf_hash root = kit_log_root(k);
    for (size_t i = 0; i < sizeof root.bytes; i++)
        snprintf(hex + 2 * i, 3, "%02x", root.bytes[i]);
    snprintf(what, sizeof what,
             "{'hub_key':@hub.b,'log_key':@log.b,'root':'%s','size':%u,'url':'http://b'}", hex,
             end);
    kit_want(k, SHEAF_ACCEPTED, "ann", "hub.appoint", what, NULL);
    kit_want(k, SHEAF_ACCEPTED, "bob", "hub.appoint", what, NULL);
    static char digest[32768];
    kit_write_digest(k, digest, sizeof digest, 0);
    kit_want(k, SHEAF_ACCEPTED, "hub.b", "state.digest", digest, NULL);
}

static void write_r1(kit *k)
{
    kit_rules rules = rules_of_r1();
    static const char *const sheets[] = {GROUPS, GROUPS, GROUPS, GROUPS};
    generate_matters_rules(&rules);
    generate_circles_rules(&rules);
    kit_with_groups(k, &rules, sheets);
    generate_override(k);
    learn(k);
    learn_patiently(k);
    hide(k);
    earn(k);
    enter_void(k);
    generate_matters(k);
    generate_circles(k);
    kit_do(k, "ann", "motion.open", "w", "{'title':^}");
    kit_do(k, "ann", "motion.withdraw", NULL, "{'motion':#w}");
    generate_organs(k);
    generate_deciding(k);
    generate_money(k);
    generate_shares(k, rules);
    rules.approvals = 2;
    kit_motion(k, "a", kit_amendment(&rules, "#shares.tick"), 4);
    generate_bylaws(k, rules, "#a.tick");
    kit_do(k, "dan", "consent.revoke", NULL, "{'consent':#dan.consent}");
    kit_do(k, "dan", "dataset.retire", NULL, "{'dataset':#dan.data}");
    kit_do(k, "dan", "key.revoke", NULL, "{'key':#dan.node}");
    kit_do(k, "dan", "member.leave", NULL, "{}");
    k->now += 3600000;
    generate_ticks(k);
    kit_do(k, "eve", "member.apply", "eve",
           "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':true}");
    kit_do(k, "ann", "member.admit", NULL, "{'member':#eve}");
    kit_do(k, "bob", "member.admit", NULL, "{'member':#eve}");
    kit_do(k, "fay", "member.apply", "fay",
           "{'class':0,'kind':'person','name':^,'public_key':@fay,'web':false}");
    kit_do(k, "ann", "member.decline", NULL, "{'member':#fay}");
    kit_do(k, "bob", "member.decline", NULL, "{'member':#fay}");
    kit_do(k, "ann", "person.update", NULL, "{'bank_account':@x,'contact':@y}");
    generate_members(k);
    generate_settled(k, rules, "#bylaws.tick");
    decide(k, 40);
    kit_state_digest(k);
    witness(k);
    succeed(k);
}

/* From the founding to the seal, and what a hub should not have entered after it. */
static void write_sealed(kit *k)
{
    kit_rules rules = kit_rules_usual();
    static const char *const sheets[] = {GROUPS, GROUPS, GROUPS, GROUPS};
    kit_with_groups(k, &rules, sheets);
    learn(k);
    release(k);
    decide(k, 20);
    generate_sealed(k);
}

static void write_newer(kit *k)
{
    kit_rules rules = kit_rules_usual();
    kit_found_four(k, &rules);
    kit_motion(k, "up", "{'kind':'rules.adopt','what':{'revision':2}}", 4);
    decide(k, 3);
}

/* A saved state, in the layout of this program: the fuzz target refuses those of another. */
static void print_snapshot(bool mandate)
{
    kit k;
    kit_rules rules = kit_rules_usual();
    sheaf_buffer bytes;
    kit_open(&k);
    if (mandate) {
        kit_with_data(&k, &rules);
        kit_motion(&k, "m", KIT_MANDATE, 4);
    } else {
        kit_found_four(&k, &rules);
    }
    sheaf_buffer_init(&bytes, 1 << 20);
    sheaf_snapshot_put(&bytes, &k.state);
    fwrite(bytes.data, 1, bytes.len, stdout);
    sheaf_buffer_deinit(&bytes);
    kit_close(&k);
}

static void print_digests(void)
{
    static replay_lines lines;
    sheaf_replay replay;
    sheaf_err err;
    replay_lines_read(&lines, stdin);
    if (sheaf_replay_init(&replay, SHEAF_REVISION, &err) != SHEAF_OK)
        kit_fail("%s", err.message);
    for (size_t i = 0; i < lines.count; i++) {
        sheaf_replayed result;
        if (sheaf_replay_entry(&replay, lines.entry[i], &result, &err) != SHEAF_OK)
            kit_fail("%s", err.message);
        if ((i + 1) % REPLAY_EVERY == 0 || i + 1 == lines.count)
            replay_digest_print(&replay, stdout);
    }
    sheaf_replay_deinit(&replay);
    replay_lines_free(&lines);
}

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    bool newer = strcmp(what, "newer") == 0, mandate = strcmp(what, "mandate") == 0;
    bool sealed = strcmp(what, "sealed") == 0;
    if (mandate || strcmp(what, "four-members") == 0) {
        print_snapshot(mandate);
        return 0;
    }
    if (strcmp(what, "digests") == 0) {
        if (!sheaf_crypto_start())
            return 1;
        print_digests();
        return 0;
    }
    if (!newer && !sealed && strcmp(what, "r1") != 0) {
        fputs("usage: generate r1|sealed|newer|digests|four-members|mandate\n", stderr);
        return 2;
    }
    kit k;
    kit_open_revision(&k, newer ? 2 : 1);
    (newer ? write_newer : sealed ? write_sealed : write_r1)(&k);
    sheaf_slice log = sheaf_buffer_slice(&k.log), head, entry;
    while (sheaf_take(&log, 4, &head)) {
        uint32_t len = (uint32_t)head.data[0] << 24 | (uint32_t)head.data[1] << 16
                       | (uint32_t)head.data[2] << 8 | head.data[3];
        if (!sheaf_take(&log, len, &entry))
            kit_fail("the log ends within an entry");
        printf("%.*s\n", SHEAF_PRINT(entry));
    }
    kit_close(&k);
    return 0;
}
