/* cli/keys.c - `sheaf key list|new|renew` and `sheaf recover`: whose keys sign what, and keys
 * that change hands. */
#include "cli/act.h"

#include "base/encode.h"
#include "cli/date.h"
#include "cli/folder_trace.h"
#include "cli/scope_words.h"
#include "coop/view.h"
#include "store/clock.h"

#include <stdio.h>

/* ---- key list ---- */

static const char *standing(const sheaf_state *state, const struct sheaf_row_key *key,
                            int64_t now)
{
    if (key->revoked != SHEAF_NONE)
        return "revoked";
    if (key->until < now)
        return "expired";
    if (!sheaf_member_active(state, key->member))
        return "not a member's";
    if (sheaf_member_get(state, key->member)->recovery == SHEAF_NONE)
        return "live";
    return sheaf_recovery_get(state, sheaf_member_get(state, key->member)->recovery)->state
                   == SHEAF_recovery_state_objected
               ? "frozen"
               : "being replaced";
}

static void print_key(const sheaf_state *state, const struct sheaf_row_key *key, int64_t now)
{
    char words[SHEAF_SCOPE_WORDS_SIZE], until[SHEAF_DATE_LEN + 1], human[24] = "";
    sheaf_scope_words(sheaf_key_scopes(state, key), words);
    sheaf_date_print(key->until, until);
    if (key->human)
        snprintf(human, sizeof human, "  human %u", key->human - 1);
    printf("%6u  %-14s  %-26s  %s%s%s%s\n", key->id, standing(state, key, now), words,
           key->until == SHEAF_JSON_INT_MAX ? "without end" : "until ",
           key->until == SHEAF_JSON_INT_MAX ? "" : until, key->web ? "  web" : "", human);
}

static void put_key(const sheaf_state *state, const struct sheaf_row_key *key, int64_t now)
{
    char words[SHEAF_SCOPE_WORDS_SIZE];
    sheaf_buffer out;
    sheaf_scope_words(sheaf_key_scopes(state, key), words);
    sheaf_json_writer w = sheaf_print_begin(&out);
    if (key->human)
        sheaf_json_member_put_int(&w, "human", key->human - 1);
    sheaf_json_member_put_int(&w, "key", key->id);
    sheaf_json_member_put_int(&w, "member", key->member);
    sheaf_json_member_put_string(&w, "scopes", sheaf_str(words));
    sheaf_json_member_put_string(&w, "standing", sheaf_str(standing(state, key, now)));
    if (key->until != SHEAF_JSON_INT_MAX)
        sheaf_json_member_put_int(&w, "until", key->until);
    sheaf_json_member_put_bool(&w, "web", key->web);
    (void)sheaf_print_end(&out, &w);
}

/* The key of a recovery signs nothing before it has come through. */
static bool never_begun(const sheaf_state *state, const struct sheaf_row_key *key)
{
    const struct sheaf_row_recovery *recovery = sheaf_recovery_find(state, key->id);
    return recovery && recovery->state != SHEAF_recovery_state_done;
}

static int list_keys(const sheaf_arguments *a, const sheaf_state *state, uint32_t member)
{
    const struct sheaf_row_member *row = sheaf_member_find(state, member);
    sheaf_err err;
    int64_t now = sheaf_clock_ms();
    if (!row) {
        (void)sheaf_fail(&err, SHEAF_INVALID,
                         "there is no member %u; say which one with --member", member);
        return sheaf_report(a, &err);
    }
    if (!a->json)
        printf("Keys of member %u, the newest first:\n", member);
    for (uint32_t i = sheaf_key_count(state); i > 0; i--) {
        const struct sheaf_row_key *key = sheaf_key_at(state, i - 1);
        if (key->member == member && !never_begun(state, key))
            (a->json ? put_key : print_key)(state, key, now);
    }
    return SHEAF_EXIT_DONE;
}

static int run_list(const sheaf_arguments *a)
{
    sheaf_visit visit;
    sheaf_err err;
    long long member = -1;
    if (a->value[0] && !sheaf_number(a->value[0], 0, SHEAF_REF_MAX, &member))
        return sheaf_usage(&sheaf_command_key_list, "--member is the number of a member");
    if (sheaf_visit_open(&visit, a->value[2], a->value[1], a->value[3], &err) != SHEAF_OK)
        return sheaf_report(a, &err);
    int code = list_keys(a, sheaf_member_state(&visit.session.member),
                         member < 0 ? visit.session.member.home.member : (uint32_t)member);
    sheaf_visit_close(&visit);
    return code;
}

const sheaf_command sheaf_command_key_list = {
    .name = "key list",
    .arguments = "",
    .summary = "who may sign what for a member: its keys, their scopes and limits",
    .detail =
        "Keys that the same person holds, as far as that is stated, show the same human.\n"
        "A key is made with `sheaf key new`; what it may do is granted with `sheaf key admit`\n"
        "and ends with `sheaf key revoke`.",
    .options = {{"member", "N", "whose (your own)"},
                {"home", "DIR", "your home folder"},
                {"hub", "URL", "look at this hub, without a home of your own"},
                {"ca", "FILE", "certificates to trust, in PEM"}},
    .many = -1,
    .run = run_list,
};

/* ---- key new ---- */

/* Of a log that not everyone may read the home must be told which entry admitted its key. */
static sheaf_status make_key(sheaf_session *session, const char *home, uint32_t member,
                             uint32_t entry, char out[44], sheaf_err *err)
{
    sheaf_member *m = &session->member;
    sheaf_keypair pair;
    SHEAF_TRY(sheaf_member_meet(m, err));
    if (m->home.key != SHEAF_NONE)
        return sheaf_fail(err, SHEAF_INVALID, "%s is the home of a key that is admitted", home);
    SHEAF_TRY(sheaf_home_keypair(home, SHEAF_KEY_MEMBER, true, &pair, err));
    sheaf_base64url_32(pair.public, out);
    sheaf_wipe(&pair, sizeof pair);
    m->home.member = member;
    m->home.key = entry;
    memcpy(m->home.origin, m->follower.origin, sizeof m->home.origin);
    return sheaf_home_write(&m->home, home, err);
}

static int run_new(const sheaf_arguments *a)
{
    sheaf_session session;
    sheaf_err err;
    char home[SHEAF_PATH_MAX], public[44] = "";
    sheaf_folder_trace trace;
    long long member = SHEAF_NONE, entry = SHEAF_NONE;
    if (!a->value[0] != !a->value[1]
        || (a->value[0] && !sheaf_number(a->value[0], 0, SHEAF_REF_MAX, &member))
        || (a->value[1] && !sheaf_number(a->value[1], 0, SHEAF_REF_MAX, &entry)))
        return sheaf_usage(&sheaf_command_key_new,
                           "--member and --entry are numbers, and come together");
    sheaf_status status = sheaf_home_path(a->value[2], home, sizeof home, &err);
    if (status == SHEAF_OK)
        status = sheaf_folder_trace_begin(&trace, home, &err);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    status = sheaf_session_open(&session, home, a->argument[0], a->value[3], &err);
    if (status == SHEAF_OK) {
        status = make_key(&session, home, (uint32_t)member, (uint32_t)entry, public, &err);
        sheaf_session_close(&session);
    }
    if (status != SHEAF_OK) {
        sheaf_folder_trace_undo(&trace);
        return sheaf_report(a, &err);
    }
    if (a->json)
        printf("{\"public_key\":\"%s\"}\n", public);
    else
        puts(public);
    if (!a->json && entry != SHEAF_NONE)
        fprintf(stderr, "%s acts for member %lld from now on.\n", home, member);
    else if (!a->json)
        fprintf(stderr,
                "The key is in %s/keys. A member lets it act with:\n"
                "  sheaf key admit --public-key=%s --scopes.vote yes\n"
                "or lets you apply with it, however many others wait, with:\n"
                "  sheaf member invite --public-key=%s\n",
                home, public, public);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_key_new = {
    .name = "key new",
    .arguments = "URL",
    .summary = "make a key for another person or machine of a member, and print it",
    .detail =
        "Use a home folder that is empty. The member admits the key with `sheaf key admit`,\n"
        "which says what it may sign and until when; from then on the home acts for the\n"
        "member. Where not everyone may read the log, say the same once more with --member\n"
        "and --entry, the number that `sheaf key admit` printed.\n"
        "Where strangers fill the places for applications, claims or recoveries, a member\n"
        "who knows you invites the key with `sheaf member invite`; then join or recover from\n"
        "that home.",
    .options = {{"member", "N", "the member that has admitted the key"},
                {"entry", "N", "the entry that admitted it"},
                {"home", "DIR", "a home folder for the key"},
                {"ca", "FILE", "certificates to trust, in PEM; your home remembers them"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_new,
};

/* ---- key renew ---- */

static int run_renew(const sheaf_arguments *a)
{
    sheaf_session session;
    sheaf_posted posted = {0};
    sheaf_err err;
    char home[SHEAF_PATH_MAX];
    sheaf_key_role role = a->value[0] ? SHEAF_KEY_TRAIN : SHEAF_KEY_MEMBER;
    sheaf_status status = sheaf_home_path(a->value[1], home, sizeof home, &err);
    if (status == SHEAF_OK)
        status = sheaf_session_open(&session, home, a->value[2], a->value[3], &err);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    status = sheaf_member_renew_key(&session.member, role, &posted, &err);
    sheaf_session_close(&session);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    int code = sheaf_posted_print(&posted, a->json, false);
    if (code == SHEAF_EXIT_DONE && !a->json)
        fprintf(stderr, "The new key is in %s/keys; the old one is revoked and gone.%s\n", home,
                role == SHEAF_KEY_TRAIN ? " Start your node again." : "");
    return code;
}

const sheaf_command sheaf_command_key_renew = {
    .name = "key renew",
    .arguments = "",
    .summary = "put a new key in the place of yours, with the same scopes and limit",
    .options = {{"node", NULL, "the node's key instead of your own"},
                {"home", "DIR", "your home folder, with your key"},
                {"hub", "URL", "the hub (the one in your home)"},
                {"ca", "FILE", "certificates to trust, in PEM; your home remembers them"}},
    .many = -1,
    .run = run_renew,
};

/* ---- recover ---- */

/* As with joining: what may have reached the hub is not taken back. */
static sheaf_status recover(const sheaf_arguments *a, const char *home, uint32_t member,
                            sheaf_posted *posted, sheaf_err *err)
{
    sheaf_session session;
    sheaf_folder_trace trace;
    bool sent = false;
    SHEAF_TRY(sheaf_folder_trace_begin(&trace, home, err));
    sheaf_status status = sheaf_session_open(&session, home, a->argument[0], a->value[2], err);
    if (status == SHEAF_OK) {
        status = sheaf_member_meet(&session.member, err);
        sent = status == SHEAF_OK;
        if (sent)
            status = sheaf_member_recover(&session.member, member, posted, err);
        sheaf_session_close(&session);
    }
    if (!sent || (status == SHEAF_OK && posted->refusal != SHEAF_ACCEPTED))
        sheaf_folder_trace_undo(&trace);
    return status;
}

static int run_recover(const sheaf_arguments *a)
{
    sheaf_posted posted = {0};
    sheaf_err err;
    char home[SHEAF_PATH_MAX];
    long long member;
    if (!a->value[0] || !sheaf_number(a->value[0], 0, SHEAF_REF_MAX, &member))
        return sheaf_usage(&sheaf_command_recover, "--member is needed: your number");
    sheaf_status status = sheaf_home_path(a->value[1], home, sizeof home, &err);
    if (status == SHEAF_OK)
        status = recover(a, home, (uint32_t)member, &posted, &err);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    int code = sheaf_posted_print(&posted, a->json, false);
    if (code == SHEAF_EXIT_DONE && !a->json)
        fprintf(
            stderr,
            "Recovery %llu is open; your new key is in %s/keys. Members who know that it is "
            "you confirm it:\n"
            "  sheaf recovery confirm --recovery %llu\n",
            (unsigned long long)posted.index, home, (unsigned long long)posted.index);
    return code;
}

const sheaf_command sheaf_command_recover = {
    .name = "recover",
    .arguments = "URL",
    .summary = "ask that a new key takes the place of your lost ones; makes the key",
    .detail =
        "Use a home folder that is empty. Once as many members as the bylaws ask for have\n"
        "confirmed it, a waiting period begins in which the old keys can object; after it\n"
        "the new key takes the place of all others.",
    .options = {{"member", "N", "your number: the entry of your application"},
                {"home", "DIR", "a home folder for the new key"},
                {"ca", "FILE", "certificates to trust, in PEM; your home remembers them"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_recover,
};
