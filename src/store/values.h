/* store/values.h - where the value behind a commitment is, and where it goes.
 *
 * Texts that say who or where somebody is go to the private database (private_db.h), all others
 * to the texts of the act's area (texts.h). A member's home has no private database: there
 * one's own personal texts stand with the rest.
 */
#ifndef SHEAF_STORE_VALUES_H
#define SHEAF_STORE_VALUES_H

#include "acts/submission.h"
#include "store/private_db.h"
#include "store/texts.h"

typedef struct {
    sheaf_texts texts;
    sheaf_private *private; /* NULL in a member's home, and where a folder has none */
} sheaf_values;

/* For reading a folder: makes nothing, and a private database that is missing is fine. */
SHEAF_MUST_USE sheaf_status sheaf_values_look(sheaf_values *out, const char *dir,
                                              sheaf_err *err);
void sheaf_values_close(sheaf_values *values);

/* Whom the personal texts of an act are about: the signer where members state their own
 * details, else whoever is named by the entry itself - applicant, founder, customer, payee. */
uint32_t sheaf_person_of(const sheaf_act *act, uint32_t entry);

/* Does any text of the act come with a value for the private database? */
bool sheaf_submission_personal(const sheaf_submission *post);

/* Keeps the personal texts of what will be that entry, between sheaf_private_begin() and
 * commit; and the others. */
SHEAF_MUST_USE sheaf_status sheaf_values_keep_personal(const sheaf_values *values,
                                                       const sheaf_submission *post,
                                                       uint32_t entry, sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_values_keep_texts(const sheaf_values *values,
                                                    const sheaf_act *act,
                                                    const sheaf_text *texts, size_t count,
                                                    sheaf_err *err);

/* The value into `text`, which is emptied first. SHEAF_FAULT if what is there is not what was
 * committed to. */
SHEAF_MUST_USE sheaf_status sheaf_value_get(const sheaf_values *values,
                                            const sheaf_commitment *commitment,
                                            sheaf_value *value, sheaf_buffer *text,
                                            sheaf_err *err);

/* How many commitments of entries have their value at hand, and how many have none any more:
 * withheld, erased, or sealed without the person's key. */
typedef struct {
    uint32_t held, gone;
} sheaf_values_count;

/* Adds an act's, checking each value against its commitment. */
SHEAF_MUST_USE sheaf_status sheaf_values_check(const sheaf_values *values, const sheaf_act *act,
                                               sheaf_values_count *count, sheaf_err *err);

#endif
