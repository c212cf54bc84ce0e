/* A co-op in which a motion, an election and an allocation are open at once, and what the state
 * says of them. */
#ifndef SHEAF_TEST_COOP_RECOUNT_H
#define SHEAF_TEST_COOP_RECOUNT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kit.h"

/* Classes by their place in the bylaws: the second has a ceiling of votes, and who is of the
 * third is on trial for as long as a seed is played. */
enum { RECOUNT_LIMITED = 1, RECOUNT_ON_TRIAL = 2 };

/* In the order in which they applied: of which class each is, whose key is that of a page, and
 * who stands in the election. The last two are not settled; ann, bob and dan are tellers. */
static const struct {
    const char *name;
    uint8_t class;
    bool web, stands;
} recount_people[] = {
    {"ann", .class = 0},
    {"bob", .class = 0},
    {"cat", .class = 0, .stands = true},
    {"dan", .class = 0, .stands = true},
    {"ivy", .class = RECOUNT_LIMITED},
    {"jim", .class = 0},
    {"kim", .class = RECOUNT_LIMITED, .stands = true},
    {"lea", .class = 0, .web = true},
    {"tom", .class = RECOUNT_ON_TRIAL},
};
enum {
    RECOUNT_PEOPLE = sizeof recount_people / sizeof *recount_people,
    RECOUNT_SETTLED = RECOUNT_PEOPLE - 2,
};

/* What members vote on. */
typedef enum {
    RECOUNT_MOTION,
    RECOUNT_ELECTION,
    RECOUNT_ALLOCATION,
    RECOUNT_NONE,
} recount_matter;

/* As they are called in acts. */
static const char recount_labels[] = "mea";

/* What was seen with all seeds: acts that were accepted, closings, and of these such as votes
 * by proxy made a difference to. */
typedef struct {
    uint32_t accepted[SHEAF_KIND_COUNT];
    uint32_t closed[RECOUNT_NONE], by_proxy[RECOUNT_NONE];
    uint32_t stayed;  /* motions that stayed open when their time was over */
    uint32_t settled; /* motions that some voted on who are settled, and some who are not */
} recount_seen;

enum { RECOUNT_OPTIONS = 2 };

/* What somebody says on one of them. */
typedef struct {
    bool cast;
    uint8_t choice;                /* enum sheaf_choice */
    bool approved[RECOUNT_PEOPLE]; /* as in recount_people */
    uint32_t points[RECOUNT_OPTIONS];
} recount_ballot;

typedef struct {
    kit k;
    uint64_t number, seed; /* the seed, and what is drawn from it */
    int act;               /* the one that was played last, from 1 */
    bool aloud;
    int sheets;                /* sh0 … have been recorded */
    uint32_t of[RECOUNT_NONE]; /* the entries that opened them */
    uint32_t members[RECOUNT_PEOPLE];
    recount_ballot own[RECOUNT_NONE][RECOUNT_PEOPLE]; /* that they cast last themselves */
    recount_seen *seen;
} recount;

/* Ends the test, and says with which seed and after which act, where they differ. */
void recount_same(const recount *w, const char *what, uint64_t stands, uint64_t found);

/* Somebody tries an act; is it accepted? */
bool recount_try(recount *w, const char *who, const char *kind, const char *what,
                 const char *label);
uint32_t recount_draw(recount *w, uint32_t below);
/* Somebody tries any. */
void recount_act(recount *w);

bool recount_open(const recount *w, recount_matter matter);

/* Counts the ballots again on all that is open. */
void recount_check(const recount *w);
/* Looks whether each says there what its member or the tellers said. */
void recount_check_owns(const recount *w);

/* What the closing of one of them counts. */
enum { RECOUNT_FIGURES = 48 };

typedef struct {
    struct {
        const char *name;
        uint64_t value;
    } at[RECOUNT_FIGURES];
    size_t count;
} recount_figures;

/* Are some votes on the motion those of settled members, and others not? */
bool recount_settled_differ(const recount *w);

recount_figures recount_take(const recount *w, recount_matter matter);
bool recount_equal(const recount_figures *a, const recount_figures *b);
/* Ends the test where the closing counts what was not shown before it. */
void recount_same_figures(const recount *w, const recount_figures *shown,
                          const recount_figures *closed);

#endif
