/* A member's keys that change hands: claiming a place, recovering, renewing. */
#include "node/member.h"

#include "coop/view.h"
#include "store/key_file.h"

#include <stdio.h>

/* The public part of this home's key, made where there is none. */
static sheaf_status own_public(const sheaf_member *m, sheaf_public_key *out, sheaf_err *err)
{
    sheaf_keypair pair;
    SHEAF_TRY(sheaf_home_keypair(m->dir, SHEAF_KEY_MEMBER, true, &pair, err));
    memcpy(out->bytes, pair.public, sizeof out->bytes);
    sheaf_wipe(&pair, sizeof pair);
    return SHEAF_OK;
}

/* Of somebody who may not read the log: what cannot be looked up there. */
static sheaf_status remember_key(sheaf_member *m, uint32_t member, const sheaf_posted *posted,
                                 sheaf_err *err)
{
    if (!m->outside || posted->refusal != SHEAF_ACCEPTED)
        return SHEAF_OK;
    m->home.member = member;
    m->home.key = (uint32_t)posted->index;
    memcpy(m->home.origin, m->follower.origin, sizeof m->home.origin);
    return sheaf_home_write(&m->home, m->dir, err);
}

sheaf_status sheaf_member_claim(sheaf_member *m, const char *name, uint32_t number,
                                sheaf_posted *out, sheaf_err *err)
{
    struct sheaf_member_claim claim = {.number = number,
                                       .has_name = true,
                                       .has_number = true,
                                       .has_public_key = true,
                                       .has_web = true};
    sheaf_text text = {.name = "name", .text = sheaf_str(name)};
    SHEAF_TRY(own_public(m, &claim.public_key, err));
    m->ports.random(m->ports.context, text.salt, sizeof text.salt);
    claim.name = sheaf_commit(text.salt, text.text);
    sheaf_intent intent = {
        .kind = SHEAF_KIND_member_claim, .what = &claim, .texts = &text, .text_count = 1};
    SHEAF_TRY(sheaf_member_post(m, &intent, out, err));
    return remember_key(m, (uint32_t)out->index, out, err);
}

sheaf_status sheaf_member_recover(sheaf_member *m, uint32_t member, sheaf_posted *out,
                                  sheaf_err *err)
{
    struct sheaf_recovery_open recovery = {
        .member = member, .has_member = true, .has_public_key = true, .has_web = true};
    SHEAF_TRY(own_public(m, &recovery.public_key, err));
    sheaf_intent intent = {.kind = SHEAF_KIND_recovery_open, .what = &recovery};
    SHEAF_TRY(sheaf_member_post(m, &intent, out, err));
    return remember_key(m, member, out, err);
}

/* ---- renewing ---- */

/* The next key waits beside the present one until the log has admitted it, so that whatever is
 * interrupted is taken up where it was. */
static sheaf_status next_keypair(const char *path, sheaf_keypair *out, sheaf_err *err)
{
    return sheaf_file_exists(path) ? sheaf_key_file_load(path, out, err)
                                   : sheaf_key_file_create(path, out, err);
}

static sheaf_status rotate(sheaf_member *m, uint32_t key, const sheaf_keypair *next,
                           sheaf_posted *out, sheaf_err *err)
{
    const struct sheaf_row_key *admitted =
        sheaf_key_by_public(sheaf_member_state(m), next->public);
    if (admitted) {
        out->index = admitted->id;
        return SHEAF_OK;
    }
    struct sheaf_key_rotate what = {
        .key = key, .has_key = true, .has_public_key = true, .has_web = true};
    memcpy(what.public_key.bytes, next->public, sizeof what.public_key.bytes);
    return sheaf_member_post(m, &(sheaf_intent){.kind = SHEAF_KIND_key_rotate, .what = &what},
                             out, err);
}

sheaf_status sheaf_member_renew_key(sheaf_member *m, sheaf_key_role role, sheaf_posted *out,
                                    sheaf_err *err)
{
    char now[SHEAF_PATH_MAX], next[SHEAF_PATH_MAX];
    const char *name = role == SHEAF_KEY_TRAIN ? "train" : "member";
    sheaf_keypair pair;
    *out = (sheaf_posted){0};
    SHEAF_TRY(sheaf_path(now, err, "%s/keys/%s.key", m->dir, name));
    SHEAF_TRY(sheaf_path(next, err, "%s/keys/%s.next.key", m->dir, name));
    SHEAF_TRY(sheaf_member_sync(m, err));
    uint32_t key = role == SHEAF_KEY_TRAIN ? m->home.train_key : m->home.key;
    if (key == SHEAF_NONE)
        return sheaf_fail(err, SHEAF_INVALID, "the key %s is not on the log", now);
    SHEAF_TRY(next_keypair(next, &pair, err));
    sheaf_status status = rotate(m, key, &pair, out, err);
    sheaf_wipe(&pair, sizeof pair);
    if (status != SHEAF_OK || out->refusal != SHEAF_ACCEPTED || out->relayed)
        return status;
    if (rename(next, now) != 0)
        return sheaf_disk_fail(err, "rename", next);
    SHEAF_TRY(sheaf_path_sync(now, err));
    m->hub_is_new = true; /* home.json names the new key from now on */
    return sheaf_member_sync(m, err);
}
