/* A co-op in a fresh folder with a hub in this process, for tests that speak to it over HTTP.
 */
#ifndef SHEAF_TEST_HUB_WORLD_H
#define SHEAF_TEST_HUB_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "hub/hub.h"
#include "node/member.h"

#define ORIGIN "sheaf/abcdefghijklmnopqrstuvwxyz"

typedef struct {
    char dir[SHEAF_PATH_MAX], home[SHEAF_PATH_MAX], base[64];
    sheaf_keypair founder, log, hub_pair;
    sheaf_lie lie;         /* of the next hub */
    uint16_t port;         /* likewise; 0: any free one */
    const char *witnesses; /* the bylaws' article as JSON, or NULL: the template's */
    sheaf_hub *hub;
    sheaf_http_client *client;
    sheaf_http_reply reply;
} world;

/* Ends the test with the sentence of a failure. */
void must(sheaf_status status, const sheaf_err *err);

/* Founds the co-op of the world in its folder. */
sheaf_status world_found(const world *t, sheaf_err *err);
void world_serve(world *t);

/* As world_setup(), with that article of the bylaws. */
int world_setup_with(void **state, const char *witnesses);

/* For cmocka: a co-op of one member that is served. */
int world_setup(void **state);
int world_teardown(void **state);

/* One call, whose answer is in t->reply; `header` may be NULL. Returns the status. */
unsigned world_call(world *t, const char *method, const char *path, sheaf_slice body,
                    const char *header);
bool world_says(const world *t, const char *text);

/* A member's home, in step with the hub; the world's own home is the founder's. */
void world_member(const world *t, const char *home, sheaf_member *m,
                  sheaf_http_transport *http);

#endif
