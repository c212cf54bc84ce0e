/* What the frozen log holds, area by area; every kind of act stands in it at least once. */
#ifndef SHEAF_REPLAY_GENERATE_H
#define SHEAF_REPLAY_GENERATE_H

#include "kit.h"

/* Organs, elections, conflicts of interest, proxies, among ann, bob, cat and dan, and the
 * articles that they need. */
void generate_organs_rules(kit_rules *rules);
void generate_organs(kit *k);
/* Suspensions of a mandate. */
void generate_override(kit *k);

/* Payments, among the same, and the article that they need. */
void generate_money_rules(kit_rules *rules);
void generate_money(kit *k);
/* An amendment of those rules, labelled shares.tick, and who applies under it. */
void generate_shares(kit *k, kit_rules rules);

/* Votes that divide an amount, among the same. */
void generate_deciding(kit *k);

/* Petitions, advice, assemblies, accountability, conflict resolution, among the same; the
 * articles that they rest on. */
void generate_matters(kit *k);
void generate_matters_rules(kit_rules *rules);

/* Amendments that await registration: `base` is the version in force; the last is labelled
 * bylaws.tick. */
void generate_bylaws(kit *k, kit_rules rules, const char *base);

/* Circles and consent, among the same, and their article. */
void generate_circles(kit *k);
void generate_circles_rules(kit_rules *rules);

/* A dissolution that the members end, among the same. */
void generate_ending(kit *k);

/* A dissolution to its end, among the same: shared out, wound up, sealed. */
void generate_sealed(kit *k);

/* Settles all that has fallen due by now. */
void generate_ticks(kit *k);

/* Members, keys and the imported register, among ann, bob and cat. */
void generate_members(kit *k);

/* Settled members, a quorum and seats of those who use the co-op, among the same: `base` is the
 * version in force; the last is labelled settled.later.tick. */
void generate_settled(kit *k, kit_rules rules, const char *base);

#endif
