/* cli/demo.h - the demonstration: some members found a co-op, train a model on data that stays
 * with them, release it, earn with it, share the surplus, and anyone verifies all of it.
 *
 * Who they are and what they train is a scenario (demo_scenario.h). It runs the real thing: a
 * hub and a node for each member as processes of their own, each member with a home folder of
 * its own, every act signed and entered over HTTP. Only because it owns all the homes can it
 * also show the figures of training alone and of pooling everything. */
#ifndef SHEAF_CLI_DEMO_H
#define SHEAF_CLI_DEMO_H

#include "cli/cli.h"
#include "cli/demo_scenario.h"
#include "store/file.h"

#include <sys/types.h>

enum {
    DEMO_FALL_ROUND = 5,   /* from this one on a node is killed in the middle of one, */
    DEMO_FALL_LATEST = 20, /* and from this one on wherever it is */
};

typedef struct {
    const char *name, *title;
    char home[SHEAF_PATH_MAX];
    char data[SHEAF_PATH_MAX]; /* the table, which only its node reads */
    uint32_t member, train_key, dataset;
    demo_counts counts;
    pid_t node;
} demo_member;

typedef struct demo {
    const demo_scenario *scenario;
    char dir[SHEAF_PATH_MAX];
    char url[64];
    int port;
    bool json, serve;
    bool exact; /* sums without noise */
    uint64_t seed;
    pid_t hub;
    int64_t started_ms;
    demo_member members[DEMO_MEMBERS_MAX];
    size_t count;
    uint32_t model, mandate, release_round;
    uint32_t rounds;               /* closed, of all tasks */
    uint64_t entries, entries_min; /* that the log has; that it should have at least */
    void *found;                   /* what the scenario has compared, from malloc */
    uint32_t fallen_round;         /* in which the node was killed, or 0 */
    bool verified;
} demo;

/* demo_processes.c */
/* Asked before anything is made, so that a busy port leaves no folder behind. */
SHEAF_MUST_USE sheaf_status demo_check_port(int port, sheaf_err *err);
SHEAF_MUST_USE sheaf_status demo_start_hub(demo *d, int port, sheaf_err *err);
SHEAF_MUST_USE sheaf_status demo_start_nodes(demo *d, sheaf_err *err);
/* Kills a node as a power cut would, and starts it again. */
SHEAF_MUST_USE sheaf_status demo_restart_node(demo *d, size_t member, sheaf_err *err);
/* One of the processes has ended, which none should. */
SHEAF_MUST_USE sheaf_status demo_check_processes(demo *d, sheaf_err *err);
void demo_stop_nodes(demo *d);
void demo_stop_hub(demo *d);

/* demo_privacy.c: a consent's budget and a mandate's terms of privacy, as JSON, and what the
 * rounds spend of it. */
void demo_put_budget(sheaf_buffer *out);
void demo_put_privacy(const demo *d, sheaf_buffer *out);
typedef struct {
    double hub, member, delta; /* epsilon against each, with one member missing */
} demo_epsilon;
demo_epsilon demo_epsilon_spent(const demo *d);
void demo_tell_privacy(const demo *d);

/* demo_story.c: what is told. One line, and with --json one object, per event. */
__attribute__((format(printf, 3, 4))) void demo_tell(const demo *d, const char *event,
                                                     const char *format, ...);
void demo_tell_summary(const demo *d);
/* Four, Five: a number of members. */
const char *demo_number(size_t n);

#endif
