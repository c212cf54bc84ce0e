/* bylaws/bylaws.h - the bylaws document: what contradicts itself, what lies below the legal
 * floor, how a vote is counted, and documents to start from. The document's form is the record
 * `bylaws` of acts/tbl/bylaws.def; the floors stand in tbl/floors.def. */
#ifndef SHEAF_BYLAWS_BYLAWS_H
#define SHEAF_BYLAWS_BYLAWS_H

#include "bylaws/article.h"

typedef enum {
    SHEAF_BYLAWS_SOUND,
    SHEAF_BYLAWS_SURPLUS_KEYS,
    SHEAF_BYLAWS_NO_VOTING_CLASS,
    SHEAF_BYLAWS_CLASS_TWICE,
    SHEAF_BYLAWS_FLOOR_OPEN,
    SHEAF_BYLAWS_FLOOR_PROTECTED,
    SHEAF_BYLAWS_EXACT_COHORT,
    SHEAF_BYLAWS_CURRENCY,
    SHEAF_BYLAWS_FLOOR_SUCCESSION,
    SHEAF_BYLAWS_WITNESS_QUORUM,
    SHEAF_BYLAWS_WITNESS_TWICE,
    SHEAF_BYLAWS_WITNESS_FORM,
    SHEAF_BYLAWS_FLOOR_NUMBER,
    SHEAF_BYLAWS_FLOOR_REQUIRED,
    SHEAF_BYLAWS_FLOOR_FORBIDDEN,
    SHEAF_BYLAWS_SORTS_ORDER,
    SHEAF_BYLAWS_SECOND_QUORUM,
    SHEAF_BYLAWS_HOLDING_CAP,
    SHEAF_BYLAWS_REPAYMENT,
    SHEAF_BYLAWS_PETITION_DAYS,
    SHEAF_BYLAWS_ORGAN_CLASS,
    SHEAF_BYLAWS_ORGAN_TWICE,
    SHEAF_BYLAWS_ADMISSION_ORGAN,
    SHEAF_BYLAWS_OBJECT_LAPSES,
    SHEAF_BYLAWS_ASSEMBLY_ORGAN,
    SHEAF_BYLAWS_TREASURERS,
    SHEAF_BYLAWS_VALUE_KEYS,
    SHEAF_BYLAWS_SOURCE_FIELD,
    SHEAF_BYLAWS_URGENT_ORGAN,
    SHEAF_BYLAWS_URGENT_TIME,
    SHEAF_BYLAWS_CONFIRM_TIME,
    SHEAF_BYLAWS_CEILINGS_ALL,
    SHEAF_BYLAWS_WITHHELD_KIND,
    SHEAF_BYLAWS_WITHHELD_TWICE,
    SHEAF_BYLAWS_BUDGET_EXACT,
    SHEAF_BYLAWS_RAISED_UNKNOWN,
    SHEAF_BYLAWS_RAISED_TWICE,
    SHEAF_BYLAWS_FAULT_COUNT,
} sheaf_bylaws_fault;

typedef enum {
    SHEAF_FLOOR_MIN,
    SHEAF_FLOOR_MAX,
    SHEAF_FLOOR_REQUIRED,
    SHEAF_FLOOR_FORBIDDEN,
} sheaf_floor_demand;

/* A row of tbl/floors.def. */
typedef struct {
    const char *form; /* a legal form, "every" or "legal" */
    const char *path;
    sheaf_floor_demand demand;
    int64_t value;
    const char *source;
    sheaf_bylaws_fault fault;
} sheaf_floor;

enum { SHEAF_FAULT_PATH_MAX = 100 };
#define SHEAF_NO_NUMBER INT64_MIN

/* What is wrong with a document. */
typedef struct {
    sheaf_bylaws_fault fault;
    char path[SHEAF_FAULT_PATH_MAX]; /* surplus.data_bp; its first word is the article */
    int64_t value;            /* what stands there; SHEAF_NO_NUMBER of a text or a list */
    const sheaf_floor *floor; /* the law spoke; NULL where the document contradicts itself */
} sheaf_bylaws_finding;

typedef struct {
    sheaf_bylaws_finding *list;
    size_t count, max; /* max > 0 */
} sheaf_bylaws_findings;

/* A document as a struct in the arena, which has SHEAF_ACT_ARENA_BYTES: in canonical form, as
 * that rules revision knows it. */
SHEAF_MUST_USE sheaf_status sheaf_bylaws_decode(sheaf_slice bytes, uint16_t revision,
                                                sheaf_arena *arena,
                                                const struct sheaf_bylaws **out,
                                                sheaf_err *err);

/* The first thing that is wrong with a document that has the right form. */
sheaf_bylaws_fault sheaf_bylaws_check(const struct sheaf_bylaws *bylaws,
                                      sheaf_bylaws_finding *out);

/* All that is, in the same order, as many as `max` > 0; how many. */
size_t sheaf_bylaws_check_all(const struct sheaf_bylaws *bylaws, sheaf_bylaws_finding *list,
                              size_t max);

/* The floors that a form demands, one after the other from *at = 0; NULL after the last. */
const sheaf_floor *sheaf_floor_next(enum sheaf_legal_form form, size_t *at);

/* The article that it is about. */
sheaf_article sheaf_bylaws_finding_article(const sheaf_bylaws_finding *finding);

/* The finding for people: the article, the path, what stands there and who demands what:
 * "article 18 (Surplus), surplus.reserve_bp: 1000 is less than 1500, which the legal form sce
 * demands (Council Regulation …)". */
void sheaf_bylaws_fault_write(const sheaf_bylaws_finding *finding, sheaf_buffer *out);

/* Do the votes for reach that majority of the base (enum vote_base says what it counts)?
 * Without a vote for, nothing is adopted. */
bool sheaf_majority_reached(uint8_t majority, uint64_t yes, uint64_t base);

/* The share of its base that a majority takes: at least that, or more than it. */
typedef struct {
    uint32_t numerator, denominator;
    bool more_than;
} sheaf_majority_share;

sheaf_majority_share sheaf_majority_of(uint8_t majority);

/* The share of a majority in hundredths of a percent, rounded up. */
uint32_t sheaf_majority_bp(uint8_t majority);

/* Have enough of the electorate taken part? */
bool sheaf_quorum_reached(uint32_t quorum_bp, uint32_t electorate, uint32_t cast);

/* Documents to start from, in canonical JSON with the name and text of article 1 still to be
 * put in: the demonstration's motions last seconds. */
const char *sheaf_bylaws_template(enum sheaf_legal_form form);

#endif
