/* cli/demo_scenario.h - what one demonstration differs in from another: who founds a co-op, on
 * which data, for which model, and what is told of it afterwards.
 *
 * A scenario is a row (demo_scenarios.c); the steps of the story know none by name. Its data
 * stands in the program, and its functions make each member's table of it, compare the rounds'
 * model with what the members have without each other, and tell the figures.
 */
#ifndef SHEAF_CLI_DEMO_SCENARIO_H
#define SHEAF_CLI_DEMO_SCENARIO_H

#include "base/buffer.h"
#include "base/status.h"
#include "coop/state.h"
#include "learn/logistic.h"

enum { DEMO_MEMBERS_MAX = 10 };

struct demo;
struct demo_gains;

/* Records of a member's table. */
typedef struct {
    uint32_t kept, train, test;
} demo_counts;

typedef struct {
    const char *name;  /* of the folder: cleveland */
    const char *title; /* Cleveland Clinic */
} demo_party;

/* Training under noise that hides one record; zeros: exact sums alone. */
typedef struct {
    uint32_t rounds, rate_millionths;
    const char *reason; /* of the motion that grants the mandate */
} demo_noised;

typedef struct {
    const char *name;       /* heart */
    const char *coop, *aim; /* name and purpose of the co-op */
    const char *many;       /* what members are called: hospitals */
    bool persons;           /* else organisations */
    uint32_t count;         /* of members, 4 to DEMO_MEMBERS_MAX */
    demo_party parties[DEMO_MEMBERS_MAX];

    const char *file;       /* name of a member's table */
    const char *data_title; /* Heart examinations */
    const char *schema, *licence, *subjects, *use;
    const char *groups; /* of the data sheets, or NULL: sex=0,sex=1 */

    const char *subject;      /* what the model is called: heart */
    const char *model_title;  /* Heart disease from an examination */
    const char *const *model; /* flags of model.register, ended by NULL */
    const sheaf_features *(*features)(void);

    sheaf_training training;
    uint32_t rounds;     /* of training on exact sums, */
    uint32_t all_rounds; /* and with statistics and evaluation */
    uint32_t cohort_min, attest_min;
    const char *reason; /* for exact sums */
    demo_noised noised;

    const char *release_reason;
    uint32_t price_cents, uses;
    const char *customer, *paid; /* who pays for the uses, and how that is told */

    sheaf_status (*table)(uint32_t member, sheaf_buffer *out, demo_counts *counts,
                          sheaf_err *err);
    /* Fills d->found with what the two below tell, from malloc. */
    sheaf_status (*compare)(struct demo *d, const sheaf_state *state, sheaf_slice model,
                            sheaf_err *err);
    void (*tell_figures)(const struct demo *d);
    void (*put_figures)(const struct demo *d, sheaf_buffer *out); /* members of an object */
    const struct demo_gains *(*gains)(const struct demo *d);      /* for the picture */
} demo_scenario;

extern const demo_scenario demo_crops, demo_energy, demo_heart, demo_maintenance;

/* By name, or NULL; and by place, NULL after the last. */
const demo_scenario *demo_scenario_find(const char *name);
const demo_scenario *demo_scenario_at(size_t place);

#endif
