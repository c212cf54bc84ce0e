/* Four nodes around a hub in memory. */
#ifndef SHEAF_TEST_NODE_STAGE_H
#define SHEAF_TEST_NODE_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fake_hub.h"

enum { NODES = 4 };
extern const char *const people[NODES];

typedef struct {
    fake_hub hub;
    sheaf_node_ports ports;
    char home[NODES][SHEAF_PATH_MAX], file[NODES][SHEAF_PATH_MAX];
    sheaf_node_data data[NODES];
    sheaf_node_config config[NODES];
    sheaf_node node[NODES];
    int count; /* nodes that run */
} stage;

/* What the nodes have logged lately. */
extern char last_lines[4096];

stage *begin(int nodes);
void end(stage *s);

/* Opens a node in the home of the person; fails the test if that fails. */
void start_node(stage *s, int i);

/* Turns of all nodes that run. */
void turn(stage *s, int times);

/* Opens a round, drives it, closes it, and lets all attest. */
sheaf_hash run_round(stage *s, const char *task, const sheaf_hash *base);

#endif
