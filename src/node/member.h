/* node/member.h - a member's home and what a member does with it: join, sign and enter acts.
 *
 * HOME/home.json says which hub and which co-op it belongs to; HOME/keys/ holds the member's
 * key and the node's; HOME/texts/ the texts of one's own acts; HOME/log/ the verified copy.
 * An act is signed against that copy: its `seen` and `seq` come from what was verified, never
 * from what the hub says. The revocation of a consent binds this home's node before it leaves.
 */
#ifndef SHEAF_NODE_MEMBER_H
#define SHEAF_NODE_MEMBER_H

#include "acts/submission.h"
#include "node/follower.h"
#include "store/texts.h"

/* Clock, randomness and waiting, so that a simulation can stand in for them. */
typedef struct {
    sheaf_transport transport;
    sheaf_transport relay; /* a witness to send acts through (relay.h), or all zero */
    int64_t (*now_ms)(void *context);
    void (*random)(void *context, void *out, size_t len);
    void (*wait)(void *context, unsigned ms);
    void *context;
} sheaf_node_ports;

sheaf_node_ports sheaf_node_ports_real(sheaf_transport transport);

/* ---- the home ---- */

typedef struct {
    char hub[SHEAF_URL_MAX + 1];
    char ca[SHEAF_PATH_MAX];           /* certificates to trust for the hub, or empty */
    char origin[SHEAF_ORIGIN_LEN + 1]; /* empty until it is known */
    uint32_t member, key, train_key;   /* entries, SHEAF_NONE until they are known */
} sheaf_home;

bool sheaf_home_exists(const char *dir);
SHEAF_MUST_USE sheaf_status sheaf_home_read(sheaf_home *out, const char *dir, sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_home_write(const sheaf_home *home, const char *dir,
                                             sheaf_err *err);

typedef enum { SHEAF_KEY_MEMBER, SHEAF_KEY_TRAIN } sheaf_key_role;

/* The key in HOME/keys/, made where `create` asks for it and there is none. */
SHEAF_MUST_USE sheaf_status sheaf_home_keypair(const char *dir, sheaf_key_role role,
                                               bool create, sheaf_keypair *out, sheaf_err *err);

/* ---- the member ---- */

typedef struct {
    char dir[SHEAF_PATH_MAX];
    sheaf_home home;
    bool hub_is_new;   /* home.json names another hub, or does not stand yet */
    bool members_only; /* the hub has withheld something from an unsigned request */
    uint64_t outside;  /* of an applicant who may not read the log: size that was verified */
    sheaf_node_ports ports;
    sheaf_follower follower;
    sheaf_texts texts;
} sheaf_member;

/* A home without home.json needs `hub_url`, which is kept once that hub has shown the log of
 * the home's co-op; else it may be NULL. */
SHEAF_MUST_USE sheaf_status sheaf_member_open(sheaf_member *m, const char *dir,
                                              const char *hub_url,
                                              const sheaf_node_ports *ports, sheaf_err *err);
void sheaf_member_close(sheaf_member *m);

/* Brings the copy up to date and remembers what it says about this home. */
SHEAF_MUST_USE sheaf_status sheaf_member_sync(sheaf_member *m, sheaf_err *err);

/* As m->ports.transport, but a GET that the hub keeps for members is signed with a key of this
 * home. Good as long as `m` stays where it is. */
sheaf_transport sheaf_member_transport(sheaf_member *m);

/* For somebody who is about to apply: brings the copy up to date or, where entries are for
 * members, gets to know the log from outside (node/applicant.h). */
SHEAF_MUST_USE sheaf_status sheaf_member_meet(sheaf_member *m, sheaf_err *err);

static inline const sheaf_state *sheaf_member_state(const sheaf_member *m)
{
    return sheaf_follower_state(&m->follower);
}

/* The row of the key, by its public part, or NULL. */
const struct sheaf_row_key *sheaf_key_by_public(const sheaf_state *state,
                                                const uint8_t public[SHEAF_PUBLIC_BYTES]);

typedef struct {
    sheaf_kind kind;
    const void *what;        /* struct of the kind */
    const sheaf_text *texts; /* those that `what` commits to, in byte order of their names */
    size_t text_count;
    bool dry_run; /* only ask the rules, here */
    bool no_wait; /* return before the entry is in one's own copy */
} sheaf_intent;

typedef struct {
    sheaf_refusal refusal; /* SHEAF_ACCEPTED, or why not; then the texts say it in words */
    char name[64], article[64], sentence[2 * SHEAF_MESSAGE_MAX];
    bool refusal_signed; /* by the hub's key */
    uint64_t index;      /* of the new entry */
    int64_t stamp;
    bool relayed; /* neither: it waits at the witness, and its receipt is kept in this file */
    char kept[SHEAF_PATH_MAX];
} sheaf_posted;

/* Signs the act with the key of this home that has the scope, and enters it. A refusal is a
 * result, not a failure. Another act by the same key in between is no obstacle. */
SHEAF_MUST_USE sheaf_status sheaf_member_post(sheaf_member *m, const sheaf_intent *intent,
                                              sheaf_posted *out, sheaf_err *err);

/* Makes the member's key where there is none and applies for membership under that name. */
SHEAF_MUST_USE sheaf_status sheaf_member_apply(sheaf_member *m, const char *name,
                                               uint8_t member_kind, int64_t member_class,
                                               sheaf_posted *out, sheaf_err *err);

/* The same for a place of the imported register, by its number. */
SHEAF_MUST_USE sheaf_status sheaf_member_claim(sheaf_member *m, const char *name,
                                               uint32_t number, sheaf_posted *out,
                                               sheaf_err *err);

/* Makes this home's key where there is none and asks that it takes the place of the lost keys
 * of `member` (coop/rules_recovery.c). */
SHEAF_MUST_USE sheaf_status sheaf_member_recover(sheaf_member *m, uint32_t member,
                                                 sheaf_posted *out, sheaf_err *err);

/* Puts a new key in the place of this home's, on the log and then in HOME/keys/; what was
 * interrupted goes on where it was. */
SHEAF_MUST_USE sheaf_status sheaf_member_renew_key(sheaf_member *m, sheaf_key_role role,
                                                   sheaf_posted *out, sheaf_err *err);

/* Makes the node's key where there is none and admits it with the member's key, unless it is
 * admitted already. */
SHEAF_MUST_USE sheaf_status sheaf_member_admit_train_key(sheaf_member *m, sheaf_posted *out,
                                                         sheaf_err *err);

#endif
