/* claims/privacy_cost.h - what noised rounds cost, from the whole numbers that mandates state.
 *
 * The one way from a mandate's terms to the accountant: whoever writes a mandate fills in what
 * comes out here, whoever checks one compares with it. Fractions are rounded to the safe side.
 * A cost takes up to a tenth of a second to compute, so the last few are remembered; any thread
 * may ask.
 */
#ifndef SHEAF_CLAIMS_PRIVACY_COST_H
#define SHEAF_CLAIMS_PRIVACY_COST_H

#include "claims/check.h"
#include "privacy/cost.h"

/* One round: so many steps of discrete Gaussian noise on vectors of so many words. */
typedef struct {
    uint64_t noise_millionths;
    uint32_t sampling_millionths;
    uint32_t words;
    uint32_t steps; /* above 1 only where noise is local; each costs the same */
} sheaf_cost_terms;

/* Refuses terms for which the accountant has no bound. */
SHEAF_MUST_USE sheaf_status sheaf_cost_recall(const sheaf_cost_terms *terms, sheaf_cost *out,
                                              sheaf_err *err);

/* What a training and an evaluation round of such a mandate ask for, with vectors of so many
 * words; `local_steps` counts where noise is local. */
void sheaf_cost_terms_of(const struct sheaf_privacy_terms *privacy, uint32_t local_steps,
                         uint32_t words, uint32_t evaluation_words, sheaf_cost_terms *training,
                         sheaf_cost_terms *evaluation);

/* What may be spent for epsilon and delta; 0 at an order that cannot show it. */
void sheaf_cost_allowed(uint64_t epsilon_millionths, uint64_t delta_trillionths,
                        sheaf_cost *out);

/* Checks a claim of the kind SHEAF_CLAIM_COST or SHEAF_CLAIM_LIMIT. */
sheaf_claim_result sheaf_cost_claim_check(const sheaf_claim *claim, sheaf_err *err);

/* The costs that the rules will claim when they come to this act; *out has room for two.
 * Whoever asks sheaf_cost_recall() for them before, while nobody waits, finds them remembered
 * then. */
size_t sheaf_cost_claimed(const sheaf_state *state, const sheaf_act *act,
                          sheaf_cost_terms out[2]);

#endif
