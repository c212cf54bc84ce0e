/* What articles 21 and 22 limit: consents, and what mandates may release. */
#include "test.h"

#include "coop/refusal_detail.h"

static const char *caps(int64_t delta, int64_t epsilon, int rounds)
{
    static char text[300];
    snprintf(text, sizeof text,
             "{'cohort_min':3,'delta_max_trillionths':%lld,'epsilon_max_millionths':%lld,"
             "'exact_sums':true,'protected':true,'rounds_max':%d}",
             (long long)delta, (long long)epsilon, rounds);
    return text;
}

static void begin(kit *k, kit_rules *rules)
{
    kit_open(k);
    kit_with_data(k, rules);
    kit_ranged(k);
}

static void amend(kit *k, const kit_rules *rules, const char *label, const char *base)
{
    kit_motion(k, label, kit_amendment(rules, base), 4);
    assert_int_equal(k->outcome.effect, ACCEPTED);
}

/* Opening the motion tries the effect. */
static void asks(kit *k, const char *mandate, sheaf_refusal should, const char *label)
{
    char what[40100];
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", mandate);
    kit_want(k, should, "ann", "motion.open", what, label);
}

static void opens(kit *k, const char *label, char base, sheaf_refusal should)
{
    sheaf_refusal is = kit_noised_open(k, label, "train", base, "m.tick");
    if (is != should)
        kit_fail("refusal %d instead of %d", is, should);
}

#define PRIVACY(more)                                                                          \
    "{'cohort_min':3," more "'exact_sums':true,'protected':true,'rounds_max':10}"

/* The usual terms ask for epsilon 5 at delta 0.001. */
void test_caps_of_a_mandate(void **unused)
{
    (void)unused;
    static const struct {
        int64_t delta, epsilon;
        sheaf_refusal should;
    } rows[] = {
        {1000000000, 5000000, ACCEPTED},     {1000000000, 4999999, R(epsilon_over)},
        {999999999, 5000000, R(delta_over)}, {100000000000, 1000000000, ACCEPTED},
        {1000, 1, R(epsilon_over)},
    };
    const kit_terms terms = kit_terms_usual();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_rules rules = kit_rules_usual();
        rules.article[SHEAF_ARTICLE_privacy] = caps(rows[i].delta, rows[i].epsilon, 10);
        begin(&k, &rules);
        asks(&k, kit_noised(&terms), rows[i].should, NULL);
        asks(&k, KIT_MANDATE, ACCEPTED, NULL); /* no cap is of exact sums */
        kit_close(&k);
    }
    static const char *const one[] = {PRIVACY("'delta_max_trillionths':999999999,"),
                                      PRIVACY("'epsilon_max_millionths':4999999,")};
    for (int i = 0; i < 2; i++) {
        kit k;
        kit_rules rules = kit_rules_usual();
        rules.article[SHEAF_ARTICLE_privacy] = one[i];
        begin(&k, &rules);
        asks(&k, kit_noised(&terms), i ? R(epsilon_over) : R(delta_over), NULL);
        kit_close(&k);
    }
}

/* What is asked for, and what is allowed. */
void test_caps_in_words(void **unused)
{
    (void)unused;
    static const struct {
        int64_t delta, epsilon;
        const char *words;
    } rows[] = {
        {1000000000, 2500000,
         "article 22 (Privacy), privacy.epsilon_max_millionths: 5 is asked for, at most 2.5 is "
         "allowed"},
        {10000000, 5000000,
         "article 22 (Privacy), privacy.delta_max_trillionths: 0.001 is asked for, at most "
         "0.00001 is allowed"},
    };
    const kit_terms terms = kit_terms_usual();
    for (int i = 0; i < 2; i++) {
        kit k;
        sheaf_entry entry;
        sheaf_refusal_detail detail;
        kit_rules rules = kit_rules_usual();
        sheaf_refusal refusal = i ? R(delta_over) : R(epsilon_over);
        rules.article[SHEAF_ARTICLE_privacy] = caps(rows[i].delta, rows[i].epsilon, 10);
        begin(&k, &rules);
        asks(&k, kit_noised(&terms), refusal, NULL);
        sheaf_arena_reset(&k.decode);
        assert_int_equal(
            sheaf_entry_decode(sheaf_buffer_slice(&k.entry), 1, &k.decode, &entry, &k.err),
            SHEAF_OK);
        sheaf_refusal_of_act(&k.state, refusal, entry.act, &detail);
        assert_int_equal(detail.article, SHEAF_ARTICLE_privacy);
        assert_string_equal(detail.words, rows[i].words);
        sheaf_refusal_of_act(&k.state, R(cohort_small), entry.act, &detail);
        assert_string_equal(detail.words, "");
        kit_close(&k);
    }
}

/* The bylaws of the tick decide, not those of the opening. */
void test_caps_at_the_tick(void **unused)
{
    (void)unused;
    static const char *const people[] = {"ann", "bob", "cat", "dan"};
    kit k;
    const kit_terms terms = kit_terms_usual();
    kit_rules rules = kit_rules_usual();
    begin(&k, &rules);
    asks(&k, kit_noised(&terms), ACCEPTED, "m");
    rules.article[SHEAF_ARTICLE_privacy] = caps(1000000000, 4999999, 10);
    amend(&k, &rules, "a", "#ann");
    for (int i = 0; i < 4; i++)
        kit_do(&k, people[i], "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("motion", "m"));
    assert_int_equal(k.outcome.effect, R(epsilon_over));
    assert_int_equal(sheaf_mandate_count(&k.state), 0);
    kit_close(&k);
}

/* A mandate outlives an amendment; no round of it goes beyond what the bylaws allow. */
void test_caps_stop_a_mandate(void **unused)
{
    (void)unused;
    kit k;
    const kit_terms terms = kit_terms_usual();
    kit_rules rules = kit_rules_usual();
    begin(&k, &rules);
    kit_motion(&k, "m", kit_noised(&terms), 4);
    assert_int_equal(k.outcome.effect, ACCEPTED);
    opens(&k, "r1", 0, ACCEPTED);
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'deadline','round':#r1}");
    rules.article[SHEAF_ARTICLE_privacy] = caps(1000000000, 4999999, 10);
    amend(&k, &rules, "a", "#ann");
    opens(&k, "r2", 0, R(epsilon_over));
    rules.article[SHEAF_ARTICLE_privacy] = caps(999999999, 5000000, 10);
    amend(&k, &rules, "b", "#a.tick");
    opens(&k, "r2", 0, R(delta_over));
    rules.article[SHEAF_ARTICLE_privacy] = caps(1000000000, 5000000, 1);
    amend(&k, &rules, "c", "#b.tick");
    opens(&k, "r2", 0, R(rounds_over_bylaws)); /* one was opened */
    rules.article[SHEAF_ARTICLE_privacy] = caps(1000000000, 5000000, 2);
    amend(&k, &rules, "d", "#c.tick");
    opens(&k, "r2", 0, ACCEPTED);
    kit_close(&k);
}
