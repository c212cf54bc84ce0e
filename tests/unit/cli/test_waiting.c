/* What is said to wait for a member, the rules take: wherever a frozen log stands, each command
 * that is named for each member is tried there, and taken back; and of many kinds what the
 * rules would take is named. So what status finds by itself cannot drift from what the rules
 * say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "acts/flags.h"
#include "cli/waiting.h"
#include "coop/deadline.h"
#include "coop/import.h"
#include "coop/key_numbers.h"
#include "coop/view.h"
#include "coop/pending.h"
#include "kit.h"
#include "replay_lines.h"

enum { WORDS_MAX = 24 };

static struct {
    uint8_t act[SHEAF_ACT_ARENA_BYTES], work[SHEAF_FOLD_ARENA_BYTES];
} blocks;
static size_t tried[SHEAF_KIND_COUNT];

static void read_log(replay_lines *lines, const char *name)
{
    char path[512];
    const char *folder = getenv("SHEAF_REPLAY");
    snprintf(path, sizeof path, "%s/%s", folder ? folder : "tests/replay", name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("cannot open %s", path);
    replay_lines_read(lines, file);
    fclose(file);
}

/* ---- what people put in the place of words in capitals ---- */

static void salt(void *context, uint8_t out[SHEAF_SALT_BYTES])
{
    (void)context;
    memset(out, 7, SHEAF_SALT_BYTES);
}

static const char *candidates(const sheaf_state *state, const char *election)
{
    static char list[32];
    uint32_t of = (uint32_t)strtoul(election, NULL, 10);
    strcpy(list, "[]");
    for (uint32_t i = 0; i < sheaf_candidate_count(state); i++) {
        const struct sheaf_row_candidate *row = sheaf_candidate_at(state, i);
        if (row->election == of && row->withdrawn == SHEAF_NONE)
            snprintf(list, sizeof list, "[{\"member\":%u}]", row->member);
    }
    return list;
}

/* NULL where nobody can guess it. */
static const char *guess(const sheaf_state *state, char **words, size_t at, int64_t now)
{
    static char moments[WORDS_MAX][24];
    const char *word = words[at], *flag = words[at - 1];
    if (strcmp(word, "yes|no|abstain") == 0 || strcmp(word, "yes|no") == 0)
        return "yes";
    if (strcmp(word, "TEXT") == 0 || strcmp(word, "WORDS") == 0)
        return "words";
    if (strcmp(word, "HASH") == 0)
        return "1111111111111111111111111111111111111111111111111111111111111111";
    if (strcmp(word, "KEY") == 0)
        return "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    if (strcmp(flag, "--approve") == 0)
        return candidates(state, words[at - 2]);
    if (strcmp(word, "MS") == 0 || strcmp(word, "SECONDS") == 0) {
        int64_t ms = now + (int64_t)sheaf_bylaws_now(state)->assembly_notice_s * 1000;
        if (strcmp(flag, "--ends") == 0)
            ms += (int64_t)sheaf_bylaws_now(state)->assembly_open_s * 1000;
        snprintf(moments[at], sizeof moments[at], "%lld",
                 (long long)(*word == 'S' ? now / 1000 : ms));
        return moments[at];
    }
    bool capital = word[0] >= 'A' && word[0] <= 'Z';
    return capital ? NULL : word;
}

/* ---- trying ---- */

/* A key of the member that signs such acts, or NULL. */
static const struct sheaf_row_key *key_for(const sheaf_state *state, uint32_t member,
                                           int64_t now)
{
    const struct sheaf_row_key *row;
    const uint8_t all =
        SHEAF_SCOPE_ADMIN | SHEAF_SCOPE_DATA | SHEAF_SCOPE_MONEY | SHEAF_SCOPE_VOTE;
    for (uint32_t row_1 = sheaf_member_get(state, member)->key_last; row_1;
         row_1 = row->before) {
        row = sheaf_key_at(state, row_1 - 1);
        if ((row->scopes & all) == all && row->until >= now)
            return row;
    }
    return NULL;
}

/* What is asked for all the same says so. */
static bool said(const sheaf_waiting *what, sheaf_refusal refusal)
{
    return refusal == SHEAF_REFUSED_share_unpaid && strstr(what->words, "shares are paid");
}

/* Offers what the command says to the rules, as the member's, and takes it back; false where
 * it is none of an act, or cannot be filled in. */
static bool offer(sheaf_state *state, uint32_t member, int64_t now, const char *command,
                  sheaf_refusal *refusal)
{
    char copy[SHEAF_WAITING_COMMAND], *words[WORDS_MAX], *rest = copy;
    const char *argv[WORDS_MAX];
    size_t count = 0;
    const struct sheaf_row_key *key = key_for(state, member, now);
    snprintf(copy, sizeof copy, "%s", command);
    for (char *word; count < WORDS_MAX && (word = strtok_r(rest, " ", &rest));)
        words[count++] = word;
    sheaf_kind kind = count > 1 ? sheaf_kind_from_words(words[0], words[1]) : SHEAF_KIND_none;
    for (size_t i = 2; kind != SHEAF_KIND_none && i < count; i++)
        if (!(argv[i - 2] = guess(state, words, i, now)))
            return false;
    if (kind == SHEAF_KIND_none || !key)
        return false;
    sheaf_arena arena = sheaf_arena_over(blocks.act, sizeof blocks.act);
    sheaf_arena work = sheaf_arena_over(blocks.work, sizeof blocks.work);
    const sheaf_flags_source source = {.salt = salt};
    sheaf_flags_result flags;
    sheaf_err err = {0};
    if (sheaf_flags_parse(kind, (int)count - 2, argv, SHEAF_REVISION, &source, &arena, &flags,
                          &err)
        != SHEAF_OK)
        fail_msg("sheaf %s: %s", command, err.message);
    const sheaf_act act = {.kind = kind,
                           .has_by = true,
                           .has_key = true,
                           .by = member,
                           .key = key->id,
                           .at = now,
                           .until = now + 1000,
                           .seq = (uint64_t)sheaf_key_number_of(state, key->id) + 1,
                           .what = flags.decoded};
    const sheaf_entry entry = {.act = &act, .stamp = now};
    static sheaf_outcome out;
    sheaf_outcome_init(&out);
    assert_int_equal(sheaf_fold_try(state, &entry, &work, &out, &err), SHEAF_OK);
    sheaf_fold_drop(state);
    *refusal = out.refusal;
    return true;
}

static void try_one(sheaf_state *state, const sheaf_waits *waits, const sheaf_waiting *what)
{
    sheaf_refusal refusal;
    if (!offer(state, waits->member, waits->now, what->command, &refusal))
        return;
    char words[2][SHEAF_WAITING_COMMAND];
    sscanf(what->command, "%119s %119s", words[0], words[1]);
    tried[sheaf_kind_from_words(words[0], words[1])]++;
    if (refusal != SHEAF_ACCEPTED && !said(what, refusal))
        fail_msg("after %llu entries member %u is told “%s: %s”, but sheaf %s is refused: %s",
                 (unsigned long long)state->size, waits->member, what->noun, what->words,
                 what->command, sheaf_refusal_describe((uint16_t)refusal)->sentence);
}

/* ---- and nothing is left out ---- */

/* What a member does once with each of a table: where the rules would take it, it waits. Not
 * where it can be done again, and was. */
typedef struct {
    const char *command; /* but for the number */
    sheaf_table_id table;
    sheaf_table_id
        done; /* rows of the matter and the member, or of these the other way round */
    bool by_first;
} duty;

static const duty duties[] = {
    {"death deny --member", SHEAF_TABLE_member, SHEAF_TABLE_denial, true},
    {"recovery object --recovery", SHEAF_TABLE_recovery, SHEAF_TABLE_approval, true},
    {"accountability answer --text x --process", SHEAF_TABLE_accountability,
     SHEAF_TABLE_approval, true},
    {"advice decide --text x --advice", SHEAF_TABLE_advice, SHEAF_TABLE_approval, true},
    {"member admit --member", SHEAF_TABLE_member, SHEAF_TABLE_approval, true},
    {"ballot cast --choice yes --motion", SHEAF_TABLE_motion, SHEAF_TABLE_ballot, false},
    {"petition sign --petition", SHEAF_TABLE_petition, SHEAF_TABLE_signature, false},
    {"assembly attend --assembly", SHEAF_TABLE_assembly, SHEAF_TABLE_attendance, false},
    {"recovery confirm --recovery", SHEAF_TABLE_recovery, SHEAF_TABLE_approval, true},
    {"recovery judge --uphold yes --recovery", SHEAF_TABLE_recovery, SHEAF_TABLE_approval,
     true},
    {"payment sign --payment", SHEAF_TABLE_payment, SHEAF_TABLE_payment_signature, false},
    {"minutes approve --minutes", SHEAF_TABLE_minutes, SHEAF_TABLE_minutes_approval, false},
    {"proposal consent --proposal", SHEAF_TABLE_proposal, SHEAF_TABLE_answer, false},
    {"candidate stand --election", SHEAF_TABLE_election, SHEAF_TABLE_candidate, false},
    {"bylaws confirm --registration", SHEAF_TABLE_registration_asked, SHEAF_TABLE_approval,
     true},
    {"assembly confirm --roll", SHEAF_TABLE_roll, SHEAF_TABLE_approval, true},
    {"ballots confirm --sheet", SHEAF_TABLE_sheet, SHEAF_TABLE_approval, true},
    {"dispute accept --dispute", SHEAF_TABLE_dispute, SHEAF_TABLE_approval, true},
    {"dispute decide --dispute", SHEAF_TABLE_dispute, SHEAF_TABLE_approval, true},
    {"override suspend --of", SHEAF_TABLE_motion, SHEAF_TABLE_approval, true},
    {"advice give --text x --advice", SHEAF_TABLE_advice, SHEAF_TABLE_approval, true},
    {"payment settle --evidence HASH --payment", SHEAF_TABLE_payment, SHEAF_TABLE_approval,
     true},
    {"election vote --approve [] --election", SHEAF_TABLE_election, SHEAF_TABLE_election_ballot,
     false},
};

/* Is the command among what waits, with whatever values beside the number? */
static bool waits_for(const sheaf_waits *waits, const char *command, uint32_t of)
{
    char number[16];
    size_t noun = strcspn(command, " "), len = noun + 1 + strcspn(command + noun + 1, " ");
    int digits = snprintf(number, sizeof number, " %u", of);
    for (size_t i = 0; i < waits->count; i++) {
        const char *told = waits->at[i].command, *at = strstr(told, number);
        if (strncmp(told, command, len) == 0 && at && (at[digits] == 0 || at[digits] == ' '))
            return true;
    }
    return false;
}

/* A claim to a place of the register that nobody can have any more: approvals are taken, and
 * come to nothing. */
static bool in_vain(const sheaf_waits *waits, const duty *d, uint32_t of)
{
    const struct sheaf_row_member *row =
        d->table == SHEAF_TABLE_member ? sheaf_member_get(waits->state, of) : NULL;
    return row && row->number
           && sheaf_place_check(waits->state, row->number, waits->now) != SHEAF_ACCEPTED;
}

/* Whoever was not asked may give advice too; nobody waits for it. */
static bool unasked(const sheaf_waits *waits, const duty *d, uint32_t of)
{
    return strncmp(d->command, "advice give", strlen("advice give")) == 0
           && !sheaf_advice_asks(waits->state, sheaf_advice_get(waits->state, of),
                                 waits->member);
}

static void look_for(sheaf_state *state, const sheaf_waits *waits, const duty *d)
{
    for (uint32_t i = 0; i < sheaf_table_rows(state, d->table); i++) {
        char command[SHEAF_WAITING_COMMAND];
        sheaf_refusal refusal;
        uint32_t of =
            (uint32_t)sheaf_table_describe(d->table)->key(sheaf_table_row(state, d->table, i));
        uint64_t pair =
            d->by_first ? sheaf_pair(waits->member, of) : sheaf_pair(of, waits->member);
        snprintf(command, sizeof command, "%s %u", d->command, of);
        if (sheaf_find_row(state, d->done, pair) == SHEAF_NONE && !waits_for(waits, command, of)
            && !in_vain(waits, d, of) && !unasked(waits, d, of)
            && offer(state, waits->member, waits->now, command, &refusal)
            && refusal == SHEAF_ACCEPTED)
            fail_msg("after %llu entries it does not wait for member %u: sheaf %s",
                     (unsigned long long)state->size, waits->member, command);
    }
}

static void try_all(sheaf_state *state, int64_t now)
{
    sheaf_deadline due;
    if (sheaf_fold_due(state, now, &due))
        return;
    for (uint32_t i = 0; i < sheaf_member_count(state); i++) {
        uint32_t member = sheaf_member_at(state, i)->id;
        sheaf_waits waits;
        sheaf_waits_find(&waits, state, member, now);
        for (size_t k = 0; k < waits.count; k++)
            try_one(state, &waits, &waits.at[k]);
        for (size_t k = 0; k < sizeof duties / sizeof *duties; k++)
            look_for(state, &waits, &duties[k]);
        sheaf_waits_free(&waits);
    }
}

static void replay(const char *name)
{
    static replay_lines lines;
    sheaf_replay replay;
    read_log(&lines, name);
    assert_int_equal(sheaf_replay_init(&replay, SHEAF_REVISION, NULL), SHEAF_OK);
    for (size_t i = 0; i < lines.count; i++) {
        sheaf_replayed result;
        assert_int_equal(sheaf_replay_entry(&replay, lines.entry[i], &result, NULL), SHEAF_OK);
        static const int64_t later_ms[] = {0, 1, 3600 * 1000, 86400 * 1000};
        for (size_t k = 0; k < sizeof later_ms / sizeof *later_ms; k++)
            try_all(&replay.state, sheaf_coop(&replay.state)->stamp + later_ms[k]);
    }
    sheaf_replay_deinit(&replay);
    replay_lines_free(&lines);
}

static void test_rules_take_what_waits(void **unused)
{
    (void)unused;
    replay("r1/entries.jsonl");
    replay("sealed/entries.jsonl");
    static const sheaf_kind met[] = {
        SHEAF_KIND_accountability_answer,
        SHEAF_KIND_accountability_hear,
        SHEAF_KIND_advice_decide,
        SHEAF_KIND_advice_give,
        SHEAF_KIND_assembly_attend,
        SHEAF_KIND_assembly_confirm,
        SHEAF_KIND_assembly_convene,
        SHEAF_KIND_assembly_place,
        SHEAF_KIND_ballot_cast,
        SHEAF_KIND_ballots_confirm,
        SHEAF_KIND_bylaws_confirm,
        SHEAF_KIND_bylaws_register,
        SHEAF_KIND_candidate_stand,
        SHEAF_KIND_circle_admit,
        SHEAF_KIND_death_deny,
        SHEAF_KIND_dispute_accept,
        SHEAF_KIND_dispute_decide,
        SHEAF_KIND_dispute_settle,
        SHEAF_KIND_election_vote,
        SHEAF_KIND_licence_consent,
        SHEAF_KIND_member_admit,
        SHEAF_KIND_member_answer,
        SHEAF_KIND_member_stay,
        SHEAF_KIND_minutes_approve,
        SHEAF_KIND_payment_settle,
        SHEAF_KIND_payment_sign,
        SHEAF_KIND_petition_sign,
        SHEAF_KIND_proposal_amend,
        SHEAF_KIND_proposal_consent,
        SHEAF_KIND_recovery_confirm,
        SHEAF_KIND_recovery_decline,
        SHEAF_KIND_recovery_judge,
        SHEAF_KIND_recovery_object,
        SHEAF_KIND_split_settle,
    };
    for (size_t i = 0; i < sizeof met / sizeof *met; i++)
        if (!tried[met[i]])
            fail_msg("%s waits for nobody in the frozen logs", sheaf_kind_shape(met[i])->name);
}

/* An adopted motion whose effect is held: while nobody has signed, once one has, and once it is
 * suspended, of which nothing is to be done. */
static void test_what_is_held(void **unused)
{
    (void)unused;
    static kit k;
    const size_t *signable = &tried[SHEAF_KIND_override_suspend];
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_override] =
        "{'confirm_s':600,'hold_s':300,'members':2,'members_bp':10000,'protected':true}";
    kit_with_data(&k, &rules);
    kit_motion(&k, "m", KIT_MANDATE, 4);
    size_t before = *signable;
    try_all(&k.state, k.now);
    assert_int_equal(*signable - before, 4);
    kit_do(&k, "bob", "override.suspend", "o", "{'of':#m}");
    before = *signable;
    try_all(&k.state, k.now);
    assert_int_equal(*signable - before, 3);
    kit_do(&k, "cat", "override.suspend", NULL, "{'of':#m}");
    before = *signable;
    try_all(&k.state, k.now);
    assert_int_equal(*signable, before);
    /* Who signed is told that it lapses; others are not. */
    static const char *const names[] = {"ann", "bob", "cat", "dan"};
    for (int i = 0; i < 4; i++) {
        sheaf_waits waits;
        sheaf_waits_find(&waits, &k.state, kit_index(&k, names[i]), k.now);
        assert_int_equal(waits_for(&waits, "override show", kit_index(&k, "o")),
                         i == 1 || i == 2);
        sheaf_waits_free(&waits);
    }
    kit_close(&k);
}

/* Whom an adopted motion excludes is told so, and not to suspend it. */
static void test_who_is_excluded(void **unused)
{
    (void)unused;
    static kit k;
    static const char *const names[] = {"ann", "bob", "cat", "dan"};
    kit_rules rules = kit_rules_usual();
    rules.exclusion = "'exclusion':{'hearing_s':0},";
    rules.article[SHEAF_ARTICLE_override] =
        "{'confirm_s':600,'hold_s':300,'members':2,'members_bp':10000,'protected':true}";
    kit_open(&k);
    kit_found_four(&k, &rules);
    kit_do(&k, "ann", "exclusion.open", "x", "{'member':#bob,'reason':^}");
    kit_do(&k, "ann", "motion.open", "m",
           "{'effect':{'kind':'member.exclude','what':{'exclusion':#x}},'title':^}");
    for (int i = 0; i < 4; i++)
        if (i != 1)
            kit_do(&k, names[i], "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("motion", "m"));
    for (int i = 0; i < 4; i++) {
        sheaf_waits waits;
        sheaf_waits_find(&waits, &k.state, kit_index(&k, names[i]), k.now);
        assert_int_equal(waits_for(&waits, "override suspend", kit_index(&k, "m")), i != 1);
        assert_int_equal(waits_for(&waits, "motion show", kit_index(&k, "m")), i == 1);
        sheaf_waits_free(&waits);
    }
    kit_close(&k);
}

/* Whose assembly is to be convened within five minutes, with notice of 100 seconds: ann opened
 * it, and bob signed it. */
static void begin_petition(kit *k)
{
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_petitions] =
        "{'assembly_s':300,'members_bp':5000,'open_max':2,'protected':true,'sign_s':200}";
    rules.article[SHEAF_ARTICLE_assemblies] =
        "{'evidence':true,'notice_s':100,'open_s':60,'protected':false,'quorum_bp':5000}";
    kit_found_four(k, &rules);
    kit_do(k, "ann", "petition.open", "p", "{'text':^,'title':^}");
    kit_do(k, "bob", "petition.sign", NULL, "{'petition':#p}");
}

/* Where a petition's assembly was dated by the clock nobody convened it: whoever signed is told
 * that its notice is to be recorded. */
static void test_notice_of_petition(void **unused)
{
    (void)unused;
    static kit k;
    sheaf_deadline due;
    begin_petition(&k);
    assert_true(sheaf_deadline_first(&k.state, &due));
    k.now = due.at;
    kit_do(&k, "hub", "clock.tick", "in", KIT_TICK("petition_dates", "p"));
    static const char *const names[] = {"ann", "bob", "cat"};
    for (int i = 0; i < 6; i++) {
        sheaf_waits waits;
        if (i == 3)
            kit_do(&k, "bob", "assembly.notice", NULL,
                   "{'assembly':#in,'delivered':2,'evidence':~e}");
        sheaf_waits_find(&waits, &k.state, kit_index(&k, names[i % 3]), k.now);
        assert_int_equal(waits_for(&waits, "assembly notice", kit_index(&k, "in")), i < 2);
        sheaf_waits_free(&waits);
    }
    kit_close(&k);
}

static bool told(kit *k, const char *who, const char *command, const char *label,
                 const char *words, int64_t until)
{
    sheaf_waits waits;
    bool found = false;
    sheaf_waits_find(&waits, &k->state, kit_index(k, who), k->now);
    for (size_t i = 0; i < waits.count; i++)
        found =
            found
            || (waits.at[i].of == kit_index(k, label)
                && strncmp(waits.at[i].command, command, strlen(command)) == 0
                && strstr(waits.at[i].words, words) && (!until || waits.at[i].until == until));
    sheaf_waits_free(&waits);
    return found;
}

/* Who opened a petition convenes its assembly, and who signed it from half of the time on; so
 * with the place of one that dated itself. */
static void test_signers_of_petition(void **unused)
{
    (void)unused;
    static kit k;
    sheaf_deadline due;
    begin_petition(&k);
    int64_t half = k.now + 100000; /* (300 s - 100 s of notice) / 2 */
    static const char *const names[] = {"ann", "bob", "cat"};
    for (int late = 0; late < 2; late++) {
        k.now = half - 1 + late;
        for (int i = 0; i < 3; i++)
            assert_int_equal(told(&k, names[i], "assembly convene", "p", "yours to convene", 0),
                             i == 0 || (i == 1 && late));
        try_all(&k.state, k.now);
    }
    assert_true(sheaf_deadline_first(&k.state, &due));
    k.now = due.at;
    kit_do(&k, "hub", "clock.tick", "in", KIT_TICK("petition_dates", "p"));
    half = sheaf_assembly_get(&k.state, kit_index(&k, "in"))->starts - 50000;
    for (int late = 0; late < 2; late++) {
        k.now = half - 1 + late;
        for (int i = 0; i < 3; i++)
            assert_int_equal(told(&k, names[i], "assembly place", "in", "yours to tell", 0),
                             i == 0 || (i == 1 && late));
        try_all(&k.state, k.now);
    }
    kit_close(&k);
}

/* Whom enough approve is admitted at a moment that those who can still decline are told. */
static void test_applications_that_enough_approve(void **unused)
{
    (void)unused;
    static kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    rules.article[SHEAF_ARTICLE_members] =
        "{'admission':{'approvals':2,'lapse_s':86400,'object_s':600,'open_max':20},'classes':"
        "[{'name':'member','votes':1},{'name':'supporter','votes':0}],'leave_notice_s':0,"
        "'protected':true}";
    kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 4);
    kit_do(&k, "fay", "member.apply", "fay", KIT_PERSON("fay"));
    int64_t applied = k.now;
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#fay}");
    assert_true(told(&k, "dan", "member admit", "fay", "your approval", applied + 86400000));
    kit_do(&k, "bob", "member.admit", NULL, "{'member':#fay}");
    assert_true(told(&k, "dan", "member admit", "fay", "admit then", applied + 600000));
    kit_do(&k, "cat", "member.decline", NULL, "{'member':#fay}");
    assert_true(told(&k, "dan", "member admit", "fay", "admit then", applied + 600000));
    assert_false(told(&k, "bob", "member admit", "fay", "", 0));
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rules_take_what_waits),
                                       cmocka_unit_test(test_what_is_held),
                                       cmocka_unit_test(test_who_is_excluded),
                                       cmocka_unit_test(test_notice_of_petition),
                                       cmocka_unit_test(test_signers_of_petition),
                                       cmocka_unit_test(test_applications_that_enough_approve)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
