/* cli/demo_steps.h - the steps of the demonstration's story, and what they share: each member's
 * session with the hub, and a visitor's, whose replica of the log is looked at.
 *
 * demo.c runs them in order; demo_steps.c has founding, data and decisions, demo_rounds.c the
 * training and the comparison of its model.
 */
#ifndef SHEAF_CLI_DEMO_STEPS_H
#define SHEAF_CLI_DEMO_STEPS_H

#include "cli/act.h"
#include "cli/demo.h"

typedef struct {
    demo d;
    sheaf_session session[DEMO_MEMBERS_MAX], visitor;
    bool open[DEMO_MEMBERS_MAX], visiting;
} demo_run;

/* The state of the visitor's replica, and its next step; a process that ended is a failure. */
const sheaf_state *demo_look(const demo_run *s);
SHEAF_MUST_USE sheaf_status demo_refresh(demo_run *s, sheaf_err *err);

/* Waits a moment for what others do; fails once it took too long since `since`. */
SHEAF_MUST_USE sheaf_status demo_pause(const demo_run *s, int64_t since, const char *what,
                                       sheaf_err *err);

/* A home belongs to one program at a time: a node takes it over. */
void demo_close_sessions(demo_run *s);

/* Enters an act for a member; the flags end with NULL. A refusal ends the story. */
SHEAF_MUST_USE sheaf_status demo_act(demo_run *s, size_t member, const char *kind,
                                     uint32_t *index, const char *const *flags, sheaf_err *err);

#define DEMO_ACT(s, member, kind, index, err, ...)                                             \
    demo_act((s), (member), (kind), (index), (const char *const[]){__VA_ARGS__, NULL}, (err))

/* Opens a motion, lets all vote for it, waits until the clock has settled it. */
SHEAF_MUST_USE sheaf_status demo_decide(demo_run *s, const char *title, const char *reason,
                                        const char *effect, uint32_t *decided, sheaf_err *err);

SHEAF_MUST_USE sheaf_status demo_found(demo_run *s, sheaf_err *err);
SHEAF_MUST_USE sheaf_status demo_gather(demo_run *s, sheaf_err *err);
SHEAF_MUST_USE sheaf_status demo_describe(demo_run *s, sheaf_err *err);
SHEAF_MUST_USE sheaf_status demo_vote_mandate(demo_run *s, sheaf_err *err);
SHEAF_MUST_USE sheaf_status demo_train(demo_run *s, sheaf_err *err);
/* Beside what training alone and pooling would give. */
SHEAF_MUST_USE sheaf_status demo_check_model(demo_run *s, sheaf_err *err);

/* demo_fill.c: more entries of the usual kind, until the log has as many as were asked for. */
SHEAF_MUST_USE sheaf_status demo_fill(demo_run *s, sheaf_err *err);

#endif
