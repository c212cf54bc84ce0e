#include "node/member.h"

#include <stdio.h>

#include "coop/view.h"
#include "node/applicant.h"

sheaf_status sheaf_member_open(sheaf_member *m, const char *dir, const char *hub_url,
                               const sheaf_node_ports *ports, sheaf_err *err)
{
    *m = (sheaf_member){.ports = *ports};
    m->home = (sheaf_home){.member = SHEAF_NONE, .key = SHEAF_NONE, .train_key = SHEAF_NONE};
    SHEAF_TRY(sheaf_path(m->dir, err, "%s", dir));
    if (sheaf_home_exists(dir) || !hub_url)
        SHEAF_TRY(sheaf_home_read(&m->home, dir, err));
    if (hub_url) {
        if (strlen(hub_url) > SHEAF_URL_MAX)
            return sheaf_fail(err, SHEAF_INVALID, "the hub's address is too long");
        m->hub_is_new = strcmp(m->home.hub, hub_url) != 0;
        snprintf(m->home.hub, sizeof m->home.hub, "%s", hub_url);
    }
    SHEAF_TRY(sheaf_texts_open(&m->texts, dir, err));
    return sheaf_follower_open(&m->follower, dir, m->home.origin, SHEAF_REVISION, err);
}

void sheaf_member_close(sheaf_member *m)
{
    sheaf_follower_close(&m->follower);
}

const struct sheaf_row_key *sheaf_key_by_public(const sheaf_state *state,
                                                const uint8_t public[SHEAF_PUBLIC_BYTES])
{
    for (uint32_t i = sheaf_key_count(state); i-- > 0;) {
        const struct sheaf_row_key *row = sheaf_key_at(state, i);
        if (memcmp(row->public_key.bytes, public, SHEAF_PUBLIC_BYTES) == 0)
            return row;
    }
    return NULL;
}

/* The entry of the role's key, where it is there and admitted. */
static uint32_t own_key(const sheaf_member *m, sheaf_key_role role, uint32_t *member)
{
    sheaf_keypair pair;
    uint32_t found = SHEAF_NONE;
    if (sheaf_home_keypair(m->dir, role, false, &pair, NULL) == SHEAF_OK) {
        const struct sheaf_row_key *row =
            sheaf_key_by_public(sheaf_member_state(m), pair.public);
        if (row) {
            found = row->id;
            *member = row->member;
        }
    }
    sheaf_wipe(&pair, sizeof pair);
    return found;
}

/* What the copy says about this home goes into home.json, for people and for the next start. */
static sheaf_status remember(sheaf_member *m, sheaf_err *err)
{
    sheaf_home now = m->home;
    memcpy(now.origin, m->follower.origin, sizeof now.origin);
    now.train_key = own_key(m, SHEAF_KEY_TRAIN, &now.member);
    now.key = own_key(m, SHEAF_KEY_MEMBER, &now.member);
    if (strcmp(now.origin, m->home.origin) == 0 && now.member == m->home.member
        && now.key == m->home.key && now.train_key == m->home.train_key && !m->hub_is_new)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_home_write(&now, m->dir, err));
    m->home = now;
    m->hub_is_new = false;
    return SHEAF_OK;
}

sheaf_status sheaf_member_sync(sheaf_member *m, sheaf_err *err)
{
    uint64_t before = m->follower.replay.tree.size;
    sheaf_transport transport = sheaf_member_transport(m);
    SHEAF_TRY(
        sheaf_follower_sync(&m->follower, &transport, m->ports.now_ms(m->ports.context), err));
    if (before == m->follower.replay.tree.size && m->home.key != SHEAF_NONE && !m->hub_is_new)
        return SHEAF_OK;
    return remember(m, err);
}

sheaf_status sheaf_member_meet(sheaf_member *m, sheaf_err *err)
{
    const sheaf_state *state = sheaf_member_state(m);
    sheaf_err why = {0};
    sheaf_status status = sheaf_member_sync(m, &why);
    if (status == SHEAF_OK && m->home.key == SHEAF_NONE && sheaf_coop(state)
        && !sheaf_entry_public(state, SHEAF_KIND_member_apply, state->size))
        m->outside = state->size; /* all was public so far; the application will not be */
    if (status == SHEAF_OK)
        return SHEAF_OK;
    if (m->members_only && m->home.key == SHEAF_NONE && m->home.train_key == SHEAF_NONE)
        return sheaf_applicant_meet(m, err);
    return sheaf_fail(err, status, "%s", why.message);
}

/* An applicant cannot look up what the log says about this home: the entry is its key. */
static sheaf_status remember_application(sheaf_member *m, uint64_t index, sheaf_err *err)
{
    m->home.member = m->home.key = (uint32_t)index;
    memcpy(m->home.origin, m->follower.origin, sizeof m->home.origin);
    return sheaf_home_write(&m->home, m->dir, err);
}

sheaf_status sheaf_member_apply(sheaf_member *m, const char *name, uint8_t member_kind,
                                int64_t member_class, sheaf_posted *out, sheaf_err *err)
{
    sheaf_keypair pair;
    struct sheaf_member_apply apply = {.class = member_class,
                                       .has_class = true,
                                       .kind = member_kind,
                                       .has_kind = true,
                                       .has_name = true,
                                       .has_public_key = true,
                                       .has_web = true};
    sheaf_text text = {.name = "name", .text = sheaf_str(name)};
    SHEAF_TRY(sheaf_home_keypair(m->dir, SHEAF_KEY_MEMBER, true, &pair, err));
    memcpy(apply.public_key.bytes, pair.public, sizeof pair.public);
    sheaf_wipe(&pair, sizeof pair);
    m->ports.random(m->ports.context, text.salt, sizeof text.salt);
    apply.name = sheaf_commit(text.salt, text.text);
    sheaf_intent intent = {
        .kind = SHEAF_KIND_member_apply, .what = &apply, .texts = &text, .text_count = 1};
    SHEAF_TRY(sheaf_member_post(m, &intent, out, err));
    if (m->outside && out->refusal == SHEAF_ACCEPTED)
        return remember_application(m, out->index, err);
    return SHEAF_OK;
}

sheaf_status sheaf_member_admit_train_key(sheaf_member *m, sheaf_posted *out, sheaf_err *err)
{
    sheaf_keypair pair;
    SHEAF_TRY(sheaf_home_keypair(m->dir, SHEAF_KEY_TRAIN, true, &pair, err));
    struct sheaf_key_admit admit = {.has_public_key = true,
                                    .scopes = {.train = true,
                                               .has_admin = true,
                                               .has_data = true,
                                               .has_money = true,
                                               .has_train = true,
                                               .has_vote = true},
                                    .has_scopes = true,
                                    .has_web = true};
    memcpy(admit.public_key.bytes, pair.public, sizeof pair.public);
    sheaf_wipe(&pair, sizeof pair);
    const struct sheaf_row_key *row =
        sheaf_key_by_public(sheaf_member_state(m), admit.public_key.bytes);
    *out = (sheaf_posted){.index = row ? row->id : 0};
    if (row)
        return SHEAF_OK;
    sheaf_intent intent = {.kind = SHEAF_KIND_key_admit, .what = &admit};
    return sheaf_member_post(m, &intent, out, err);
}
