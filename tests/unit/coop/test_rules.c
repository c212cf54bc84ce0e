/* Every rule: every kind is accepted and every refusal provoked at least once. */
#include "test.h"

/* Runs last: what has been met by then? */
static void test_everything_was_met(void **unused)
{
    (void)unused;
    static const struct {
        sheaf_refusal refusal;
        const char *why_not;
    } exceptions[] = {
        {R(not_by_hand), "decoding refuses an effect as an act before the fold sees it"},
        {R(revision_unknown), "not of the fold but of the hub, see test_revision_step()"},
        {R(appointment_elsewhere), "not of the fold but of the hub, see "
                                   "test_appointment_broken_off()"},
        {R(work_done), "not of the fold but of whoever plans rounds"},
        {R(claim_false), "claims are checked by the shell, see the tests of claims"},
    };
    static const sheaf_refusal all[] = {
#define REFUSAL(number, name, article, sentence) SHEAF_REFUSED_##name,
#include "coop/tbl/refusals.def"
#undef REFUSAL
    };
    int missing = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        bool excused = false;
        for (size_t e = 0; e < sizeof exceptions / sizeof *exceptions; e++)
            excused = excused || exceptions[e].refusal == all[i];
        if (kit_met((uint16_t)all[i]) == excused) {
            printf("%s %s\n", sheaf_refusal_describe((uint16_t)all[i])->name,
                   excused ? "is an exception but was met" : "was never met");
            missing++;
        }
    }
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++)
        if (sheaf_kind_shape(kind)->actor != SHEAF_ACTOR_COOP && !kit_accepted(kind)) {
            printf("%s was never accepted\n", sheaf_kind_shape(kind)->name);
            missing++;
        }
    assert_int_equal(missing, 0);
}

/* The table of refusals itself. */
static void test_refusals_are_told(void **unused)
{
    (void)unused;
    uint16_t numbers = 0;
    for (uint16_t number = 1; number < 1000; number++) {
        const sheaf_refusal_text *text = sheaf_refusal_describe(number);
        if (!text)
            continue;
        numbers++;
        assert_int_equal(text->number, number);
        assert_true(strlen(text->sentence) > 10 && strlen(text->article) > 2);
        assert_true(text->sentence[strlen(text->sentence) - 1] != '.');
    }
    assert_true(numbers > 90);
    assert_null(sheaf_refusal_describe(0));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_refusals_are_told),
    cmocka_unit_test(test_envelope),
    cmocka_unit_test(test_founding),
    cmocka_unit_test(test_admission),
    cmocka_unit_test(test_keys),
    cmocka_unit_test(test_leaving),
    cmocka_unit_test(test_bylaws_at_founding),
    cmocka_unit_test(test_bylaws_withhold),
    cmocka_unit_test(test_bylaws_confirm_time),
    cmocka_unit_test(test_bylaws_that_lock),
    cmocka_unit_test(test_bylaws_form),
    cmocka_unit_test(test_bylaws_versions),
    cmocka_unit_test(test_bylaws_articles),
    cmocka_unit_test(test_bylaws_contradictions),
    cmocka_unit_test(test_notice_and_bases),
    cmocka_unit_test(test_revision_step),
    cmocka_unit_test(test_templates),
    cmocka_unit_test(test_motion_forms),
    cmocka_unit_test(test_tally_boundaries),
    cmocka_unit_test(test_tallies),
    cmocka_unit_test(test_ballots_changed),
    cmocka_unit_test(test_electorate_is_a_snapshot),
    cmocka_unit_test(test_votes_are_those_of_the_opening),
    cmocka_unit_test(test_early_close),
    cmocka_unit_test(test_room),
    cmocka_unit_test(test_room_is_given_back),
    cmocka_unit_test(test_room_without_vote),
    cmocka_unit_test(test_room_in_time),
    cmocka_unit_test(test_room_of_one),
    cmocka_unit_test(test_allocation),
    cmocka_unit_test(test_allocation_fails),
    cmocka_unit_test(test_budget_of_an_allocation),
    cmocka_unit_test(test_thresholds_met_exactly),
    cmocka_unit_test(test_no_change_below_its_threshold),
    cmocka_unit_test(test_second_call),
    cmocka_unit_test(test_ceilings),
    cmocka_unit_test(test_raised_effects),
    cmocka_unit_test(test_amendments_by_article),
    cmocka_unit_test(test_amendments_at_random),
    cmocka_unit_test(test_registration),
    cmocka_unit_test(test_registration_stricter),
    cmocka_unit_test(test_registration_follows),
    cmocka_unit_test(test_registration_withdrawn),
    cmocka_unit_test(test_registration_by_officers),
    cmocka_unit_test(test_registration_locks),
    cmocka_unit_test(test_registration_bounded),
    cmocka_unit_test(test_protection_raised_meanwhile),
    cmocka_unit_test(test_deadlines_in_order),
    cmocka_unit_test(test_void_effects),
    cmocka_unit_test(test_state_digest),
    cmocka_unit_test(test_digest_due),
    cmocka_unit_test(test_witnessed_ticks),
    cmocka_unit_test(test_applications),
    cmocka_unit_test(test_visibility),
    cmocka_unit_test(test_withheld_kinds),
    cmocka_unit_test(test_withheld_register),
    cmocka_unit_test(test_dissolution),
    cmocka_unit_test(test_dissolved_bylaws_stand),
    cmocka_unit_test(test_liquidators_are_people),
    cmocka_unit_test(test_liquidators_are_as_many_as_can),
    cmocka_unit_test(test_payments_are_settled_first),
    cmocka_unit_test(test_dissolved_money_stays),
    cmocka_unit_test(test_creditors),
    cmocka_unit_test(test_creditors_are_bounded),
    cmocka_unit_test(test_liquidators_are_replaced),
    cmocka_unit_test(test_creditors_are_called),
    cmocka_unit_test(test_sealed),
    cmocka_unit_test(test_final_accounts),
    cmocka_unit_test(test_round_ends_before_the_close),
    cmocka_unit_test(test_appointment),
    cmocka_unit_test(test_appointment_broken_off),
    cmocka_unit_test(test_notice),
    cmocka_unit_test(test_last_vote_stays),
    cmocka_unit_test(test_trial),
    cmocka_unit_test(test_trial_amended),
    cmocka_unit_test(test_death),
    cmocka_unit_test(test_exclusion),
    cmocka_unit_test(test_exclusion_off),
    cmocka_unit_test(test_last_vote_outlives),
    cmocka_unit_test(test_admission_by_an_organ),
    cmocka_unit_test(test_admission_by_officers_with_a_vote),
    cmocka_unit_test(test_admission_amended),
    cmocka_unit_test(test_admission_by_the_members),
    cmocka_unit_test(test_keys_within_their_own),
    cmocka_unit_test(test_keys_of_pages),
    cmocka_unit_test(test_keys_max),
    cmocka_unit_test(test_keys_that_guard),
    cmocka_unit_test(test_keys_that_guard_the_coop),
    cmocka_unit_test(test_exclusion_given_up),
    cmocka_unit_test(test_recovery_in_vain),
    cmocka_unit_test(test_import_claimed_falsely),
    cmocka_unit_test(test_import_lapses),
    cmocka_unit_test(test_last_without_a_ceiling_stays),
    cmocka_unit_test(test_rotation),
    cmocka_unit_test(test_humans_count_once),
    cmocka_unit_test(test_recovery),
    cmocka_unit_test(test_recovery_flood),
    cmocka_unit_test(test_recovery_objected),
    cmocka_unit_test(test_recovery_overtaken),
    cmocka_unit_test(test_recovery_web),
    cmocka_unit_test(test_recovery_off),
    cmocka_unit_test(test_recovery_confirmed_max),
    cmocka_unit_test(test_recovery_of_the_same_human),
    cmocka_unit_test(test_recovery_of_nothing),
    cmocka_unit_test(test_recovery_of_the_last_guard),
    cmocka_unit_test(test_import),
    cmocka_unit_test(test_import_ends),
    cmocka_unit_test(test_import_withdrawn),
    cmocka_unit_test(test_datasets_and_consents),
    cmocka_unit_test(test_kinds_of_models),
    cmocka_unit_test(test_learned_to_its_end),
    cmocka_unit_test(test_sheets_with_groups),
    cmocka_unit_test(test_figures_by_group),
    cmocka_unit_test(test_noised_figures_by_group),
    cmocka_unit_test(test_models),
    cmocka_unit_test(test_mandates),
    cmocka_unit_test(test_auditors),
    cmocka_unit_test(test_mandate_ends),
    cmocka_unit_test(test_seats),
    cmocka_unit_test(test_round_life),
    cmocka_unit_test(test_round_abort),
    cmocka_unit_test(test_patience_where),
    cmocka_unit_test(test_patience_figures),
    cmocka_unit_test(test_patience_ends),
    cmocka_unit_test(test_patience_without_progress),
    cmocka_unit_test(test_patience_taken_back),
    cmocka_unit_test(test_patience_anew),
    cmocka_unit_test(test_patience_at_random),
    cmocka_unit_test(test_patience_of_trees),
    cmocka_unit_test(test_contributions),
    cmocka_unit_test(test_evaluation_and_release),
    cmocka_unit_test(test_release_with_a_lesson),
    cmocka_unit_test(test_ranges),
    cmocka_unit_test(test_noised_terms),
    cmocka_unit_test(test_local_noise),
    cmocka_unit_test(test_amounts),
    cmocka_unit_test(test_noised_rounds),
    cmocka_unit_test(test_noised_limits),
    cmocka_unit_test(test_budgets),
    cmocka_unit_test(test_budget_units),
    cmocka_unit_test(test_exact_sums_overlap),
    cmocka_unit_test(test_large_rosters),
    cmocka_unit_test(test_large_mandates),
    cmocka_unit_test(test_apportion),
    cmocka_unit_test(test_revenue),
    cmocka_unit_test(test_surplus_to_the_cent),
    cmocka_unit_test(test_surplus_of_the_departed),
    cmocka_unit_test(test_licences),
    cmocka_unit_test(test_receipts_of_members),
    cmocka_unit_test(test_receipts_of_treasurers),
    cmocka_unit_test(test_receipts_of_liquidators),
    cmocka_unit_test(test_payments),
    cmocka_unit_test(test_payment_signatures),
    cmocka_unit_test(test_payment_under_other_bylaws),
    cmocka_unit_test(test_payment_out_of_an_account),
    cmocka_unit_test(test_payments_within_a_budget),
    cmocka_unit_test(test_conflicts),
    cmocka_unit_test(test_petitions),
    cmocka_unit_test(test_petitions_of_few),
    cmocka_unit_test(test_petitions_and_leaving),
    cmocka_unit_test(test_petitions_and_classes),
    cmocka_unit_test(test_petition_dates_assembly),
    cmocka_unit_test(test_circles),
    cmocka_unit_test(test_circles_end),
    cmocka_unit_test(test_circles_bounds),
    cmocka_unit_test(test_circles_and_votes),
    cmocka_unit_test(test_consent),
    cmocka_unit_test(test_consent_review),
    cmocka_unit_test(test_consent_of_too_few),
    cmocka_unit_test(test_consent_amended),
    cmocka_unit_test(test_consent_of_those_who_stay),
    cmocka_unit_test(test_consent_unresolved),
    cmocka_unit_test(test_consent_open_max),
    cmocka_unit_test(test_consent_roles),
    cmocka_unit_test(test_consent_switched_off),
    cmocka_unit_test(test_advice),
    cmocka_unit_test(test_advice_in_time),
    cmocka_unit_test(test_assembly_convened),
    cmocka_unit_test(test_assembly_held),
    cmocka_unit_test(test_assembly_calls),
    cmocka_unit_test(test_assembly_one_each),
    cmocka_unit_test(test_assembly_ahead),
    cmocka_unit_test(test_assembly_of_officers),
    cmocka_unit_test(test_assembly_decides),
    cmocka_unit_test(test_assembly_agenda),
    cmocka_unit_test(test_assembly_decides_on_second_call),
    cmocka_unit_test(test_assembly_not_held),
    cmocka_unit_test(test_assembly_proxies),
    cmocka_unit_test(test_tellers),
    cmocka_unit_test(test_tellers_leave_out),
    cmocka_unit_test(test_tellers_late),
    cmocka_unit_test(test_tellers_admit),
    cmocka_unit_test(test_accountability),
    cmocka_unit_test(test_accountability_unanswered),
    cmocka_unit_test(test_accountability_of_organ),
    cmocka_unit_test(test_disputes),
    cmocka_unit_test(test_disputes_in_time),
    cmocka_unit_test(test_held_effects),
    cmocka_unit_test(test_suspended_in_the_hold),
    cmocka_unit_test(test_suspended_mandates),
    cmocka_unit_test(test_signatures_needed),
    cmocka_unit_test(test_electorates_stay),
    cmocka_unit_test(test_election),
    cmocka_unit_test(test_election_of_a_class),
    cmocka_unit_test(test_offices_end),
    cmocka_unit_test(test_recall_and_elect),
    cmocka_unit_test(test_organ_decides),
    cmocka_unit_test(test_organ_quorum),
    cmocka_unit_test(test_organ_refers),
    cmocka_unit_test(test_organ_vacancies),
    cmocka_unit_test(test_organ_ceilings),
    cmocka_unit_test(test_organ_raised_meanwhile),
    cmocka_unit_test(test_organ_suspends),
    cmocka_unit_test(test_urgent_forms),
    cmocka_unit_test(test_urgent_undone),
    cmocka_unit_test(test_urgent_ratified),
    cmocka_unit_test(test_urgent_held),
    cmocka_unit_test(test_urgent_amended),
    cmocka_unit_test(test_urgent_meanwhile),
    cmocka_unit_test(test_urgent_second_call),
    cmocka_unit_test(test_officers_of_a_class_with_a_ceiling),
    cmocka_unit_test(test_terms),
    cmocka_unit_test(test_election_of_nobody),
    cmocka_unit_test(test_candidates_max),
    cmocka_unit_test(test_conflicts_found),
    cmocka_unit_test(test_organs_of_the_bylaws),
    cmocka_unit_test(test_powers),
    cmocka_unit_test(test_proxy_forms),
    cmocka_unit_test(test_proxies_at_closing),
    cmocka_unit_test(test_proxies_fall_away),
    cmocka_unit_test(test_proxies_in_elections),
    cmocka_unit_test(test_one_member_one_vote),
    cmocka_unit_test(test_everything_was_met),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
