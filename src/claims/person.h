/* claims/person.h - what a co-op's log says about one person, gathered by replaying it.
 *
 * A person is named by the entry that brought them in: the founding or an application for a
 * member, the record of a paid use for its customer, the order of a payment for its payee. The
 * log holds numbers, times, amounts and commitments; their values are looked up by whoever has
 * them (store/values.h).
 */
#ifndef SHEAF_CLAIMS_PERSON_H
#define SHEAF_CLAIMS_PERSON_H

#include "claims/replay.h"
#include "store/file.h"

typedef enum {
    SHEAF_PERSON_UNKNOWN, /* no such entry, or one that brought nobody in */
    SHEAF_PERSON_APPLICANT,
    SHEAF_PERSON_MEMBER,
    SHEAF_PERSON_LEFT,
    SHEAF_PERSON_CUSTOMER,
    SHEAF_PERSON_PAYEE,
} sheaf_person_standing;

const char *sheaf_person_standing_name(sheaf_person_standing standing);

typedef struct {
    uint32_t index;
    sheaf_kind kind;
    int64_t stamp;
} sheaf_person_act;

/* A commitment that is about the person, or to something that the person wrote. */
typedef struct {
    uint32_t entry;
    sheaf_kind kind;
    int64_t stamp;
    const sheaf_field *field;
    sheaf_hash commitment;
} sheaf_person_text;

typedef struct {
    uint32_t number;
    sheaf_person_standing standing;
    char origin[SHEAF_ORIGIN_LEN + 1];
    uint64_t entries; /* on the log */
    sheaf_person_act *acts;
    sheaf_person_text *texts;
    uint32_t act_count, text_count, act_capacity, text_capacity;
    int64_t balance_cents; /* of the account and shares: what the co-op owes, if negative */
    int64_t posted;        /* the last posting to it, or the paid use; 0: none */
    int64_t contributed;   /* records brought into rounds since surplus was last shared */
} sheaf_person;

/* Reads DIR/log, also while a hub serves it. A number that names nobody is a result. */
SHEAF_MUST_USE sheaf_status sheaf_person_read(const char *dir, uint32_t number,
                                              sheaf_person *out, sheaf_err *err);
void sheaf_person_deinit(sheaf_person *person);

#endif
