/* What the tests of the rules share. */
#ifndef SHEAF_TEST_COOP_H
#define SHEAF_TEST_COOP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kit.h"

#define R(name)  SHEAF_REFUSED_##name
#define ACCEPTED SHEAF_ACCEPTED

void test_envelope(void **unused);
void test_founding(void **unused);
void test_admission(void **unused);
void test_keys(void **unused);
void test_leaving(void **unused);
void test_bylaws_at_founding(void **unused);
void test_bylaws_withhold(void **unused);
void test_bylaws_confirm_time(void **unused);
void test_bylaws_that_lock(void **unused);
void test_bylaws_form(void **unused);
void test_bylaws_versions(void **unused);
void test_bylaws_articles(void **unused);
void test_bylaws_contradictions(void **unused);
void test_notice_and_bases(void **unused);
void test_revision_step(void **unused);
void test_templates(void **unused);

void test_conflicts(void **unused);
void test_electorates_stay(void **unused);
void test_election(void **unused);
void test_election_of_a_class(void **unused);
void test_offices_end(void **unused);
void test_recall_and_elect(void **unused);
void test_organ_decides(void **unused);
void test_organ_quorum(void **unused);
void test_organ_refers(void **unused);
void test_organ_vacancies(void **unused);
void test_organ_ceilings(void **unused);
void test_organ_raised_meanwhile(void **unused);
void test_organ_suspends(void **unused);
void test_urgent_forms(void **unused);
void test_urgent_undone(void **unused);
void test_urgent_ratified(void **unused);
void test_urgent_held(void **unused);
void test_urgent_amended(void **unused);
void test_urgent_meanwhile(void **unused);
void test_urgent_second_call(void **unused);
void test_officers_of_a_class_with_a_ceiling(void **unused);
void test_terms(void **unused);
void test_election_of_nobody(void **unused);
void test_candidates_max(void **unused);
void test_conflicts_found(void **unused);
void test_organs_of_the_bylaws(void **unused);
void test_powers(void **unused);
void test_proxy_forms(void **unused);
void test_proxies_at_closing(void **unused);
void test_proxies_fall_away(void **unused);
void test_proxies_in_elections(void **unused);
void test_one_member_one_vote(void **unused);

void test_allocation(void **unused);
void test_allocation_fails(void **unused);
void test_budget_of_an_allocation(void **unused);
void test_thresholds_met_exactly(void **unused);
void test_no_change_below_its_threshold(void **unused);
void test_second_call(void **unused);
void test_ceilings(void **unused);
void test_raised_effects(void **unused);
void test_amendments_by_article(void **unused);
void test_amendments_at_random(void **unused);
void test_registration(void **unused);
void test_registration_stricter(void **unused);
void test_registration_follows(void **unused);
void test_registration_withdrawn(void **unused);
void test_registration_by_officers(void **unused);
void test_registration_confirmed_in_office(void **unused);
void test_registration_two_people(void **unused);
void test_registration_dates(void **unused);
void test_registration_one_person(void **unused);
void test_registration_alone(void **unused);
void test_registration_locks(void **unused);
void test_registration_bounded(void **unused);
void test_protection_raised_meanwhile(void **unused);

void test_motion_forms(void **unused);
void test_tally_boundaries(void **unused);
void test_tallies(void **unused);
void test_ballots_changed(void **unused);
void test_electorate_is_a_snapshot(void **unused);
void test_votes_are_those_of_the_opening(void **unused);
void test_early_close(void **unused);
void test_deadlines_in_order(void **unused);
void test_void_effects(void **unused);
void test_state_digest(void **unused);
void test_digest_due(void **unused);
void test_witnessed_ticks(void **unused);
void test_applications(void **unused);
void test_visibility(void **unused);
void test_withheld_kinds(void **unused);
void test_withheld_register(void **unused);
void test_dissolution(void **unused);
void test_shares(void **unused);
void test_shares_are_recorded_by_others(void **unused);
void test_shares_are_handed_over(void **unused);
void test_shares_are_repaid(void **unused);
void test_repayments_wait(void **unused);
void test_share_price_stands(void **unused);
void test_shares_at_the_end(void **unused);
void test_split(void **unused);
void test_split_leaves_what_must_stay(void **unused);
void test_conversion(void **unused);
void test_dissolved_bylaws_stand(void **unused);
void test_liquidators_are_people(void **unused);
void test_liquidators_are_as_many_as_can(void **unused);
void test_payments_are_settled_first(void **unused);
void test_dissolved_money_stays(void **unused);
void test_creditors(void **unused);
void test_creditors_are_bounded(void **unused);
void test_liquidators_are_replaced(void **unused);
void test_creditors_are_called(void **unused);
void test_sealed(void **unused);
void test_final_accounts(void **unused);
void test_round_ends_before_the_close(void **unused);
void test_appointment(void **unused);
void test_appointment_broken_off(void **unused);

void test_held_effects(void **unused);
void test_suspended_in_the_hold(void **unused);
void test_suspended_mandates(void **unused);
void test_signatures_needed(void **unused);

void test_notice(void **unused);
void test_last_vote_stays(void **unused);
void test_trial(void **unused);
void test_trial_amended(void **unused);
void test_death(void **unused);
void test_death_denied(void **unused);
void test_exclusion(void **unused);
void test_exclusion_moved(void **unused);
void test_exclusion_off(void **unused);
void test_last_vote_outlives(void **unused);
void test_admission_by_an_organ(void **unused);
void test_admission_by_officers_with_a_vote(void **unused);
void test_admission_amended(void **unused);
void test_admission_by_the_members(void **unused);
void test_invitations(void **unused);
void test_invitations_lapse(void **unused);
void test_keys_within_their_own(void **unused);
void test_keys_of_pages(void **unused);
void test_keys_max(void **unused);
void test_keys_that_guard(void **unused);
void test_keys_that_guard_the_coop(void **unused);
void test_exclusion_given_up(void **unused);
void test_recovery_in_vain(void **unused);
void test_import_claimed_falsely(void **unused);
void test_import_lapses(void **unused);
void test_import_claims_flood(void **unused);
void test_last_without_a_ceiling_stays(void **unused);
void test_rotation(void **unused);
void test_humans_count_once(void **unused);
void test_recovery(void **unused);
void test_recovery_flood(void **unused);
void test_recovery_objected(void **unused);
void test_recovery_overtaken(void **unused);
void test_recovery_web(void **unused);
void test_recovery_off(void **unused);
void test_recovery_confirmed_max(void **unused);
void test_recovery_of_the_same_human(void **unused);
void test_recovery_of_nothing(void **unused);
void test_recovery_of_the_last_guard(void **unused);
void test_import(void **unused);
void test_import_ends(void **unused);
void test_import_withdrawn(void **unused);

void test_datasets_and_consents(void **unused);
void test_kinds_of_models(void **unused);
void test_learned_to_its_end(void **unused);
void test_models(void **unused);
void test_mandates(void **unused);
void test_auditors(void **unused);
void test_mandate_ends(void **unused);
void test_seats(void **unused);
void test_round_life(void **unused);
void test_round_abort(void **unused);
void test_patience_where(void **unused);
void test_patience_figures(void **unused);
void test_patience_ends(void **unused);
void test_patience_without_progress(void **unused);
void test_patience_taken_back(void **unused);
void test_patience_anew(void **unused);
void test_patience_at_random(void **unused);
void test_patience_of_trees(void **unused);
void test_contributions(void **unused);
void test_evaluation_and_release(void **unused);
void test_release_with_a_lesson(void **unused);

void test_sheets_with_groups(void **unused);
void test_figures_by_group(void **unused);
void test_noised_figures_by_group(void **unused);

void test_ranges(void **unused);
void test_noised_terms(void **unused);
void test_local_noise(void **unused);
void test_amounts(void **unused);
void test_noised_rounds(void **unused);
void test_noised_limits(void **unused);
void test_budgets(void **unused);
void test_budget_units(void **unused);
void test_exact_sums_overlap(void **unused);

void test_large_rosters(void **unused);
void test_large_mandates(void **unused);

void test_apportion(void **unused);
void test_revenue(void **unused);
void test_surplus_to_the_cent(void **unused);
void test_surplus_of_the_departed(void **unused);
void test_licences(void **unused);
void test_receipts_of_members(void **unused);
void test_receipts_of_treasurers(void **unused);
void test_receipts_of_liquidators(void **unused);
void test_signature_taken_back(void **unused);
void test_signature_of_a_key(void **unused);
void test_signatures_of_one_human(void **unused);
void test_payment_to_oneself(void **unused);
void test_conflicted_treasurers(void **unused);
void test_budget_takes_place(void **unused);
void test_budget_needed(void **unused);
void test_payments_summed(void **unused);
void test_payments_not_summed(void **unused);
void test_payment_after_advice(void **unused);
void test_payments(void **unused);
void test_payment_signatures(void **unused);
void test_payment_under_other_bylaws(void **unused);
void test_payment_out_of_an_account(void **unused);
void test_payments_within_a_budget(void **unused);

void test_room(void **unused);
void test_room_is_given_back(void **unused);
void test_room_without_vote(void **unused);
void test_room_in_time(void **unused);
void test_room_of_one(void **unused);
void test_petitions(void **unused);
void test_petitions_of_few(void **unused);
void test_petitions_and_leaving(void **unused);
void test_petitions_and_classes(void **unused);
void test_petition_dates_assembly(void **unused);
void test_circles(void **unused);
void test_circles_end(void **unused);
void test_circles_bounds(void **unused);
void test_circles_and_votes(void **unused);
void test_consent(void **unused);
void test_consent_review(void **unused);
void test_consent_of_too_few(void **unused);
void test_consent_amended(void **unused);
void test_consent_of_those_who_stay(void **unused);
void test_consent_unresolved(void **unused);
void test_consent_open_max(void **unused);
void test_consent_roles(void **unused);
void test_consent_switched_off(void **unused);
void test_advice(void **unused);
void test_advice_in_time(void **unused);
void test_assembly_convened(void **unused);
void test_assembly_held(void **unused);
void test_assembly_calls(void **unused);
void test_assembly_one_each(void **unused);
void test_assembly_ahead(void **unused);
void test_assembly_of_officers(void **unused);
void test_assembly_decides(void **unused);
void test_assembly_agenda(void **unused);
void test_assembly_decides_on_second_call(void **unused);
void test_assembly_not_held(void **unused);
void test_assembly_proxies(void **unused);
void test_assembly_begins_late(void **unused);
void test_assembly_places(void **unused);
void test_assembly_quorum_amended(void **unused);
void test_assembly_quorum_of_a_class(void **unused);
void test_assembly_quorum_of_the_opening(void **unused);
void test_tellers(void **unused);
void test_tellers_leave_out(void **unused);
void test_tellers_late(void **unused);
void test_tellers_admit(void **unused);
void test_accountability(void **unused);
void test_accountability_unanswered(void **unused);
void test_accountability_of_organ(void **unused);
void test_disputes(void **unused);
void test_disputes_of_humans(void **unused);
void test_disputes_in_time(void **unused);

#endif
