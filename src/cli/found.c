/* cli/found.c - `sheaf found` and `sheaf join`. */
#include "cli/found.h"

#include "bylaws/bylaws.h"
#include "cli/act.h"
#include "cli/document.h"
#include "cli/folder_trace.h"
#include "hub/hub.h"
#include "store/clock.h"
#include "store/random.h"

#include <stdio.h>
#include <stdlib.h>

/* sheaf/ and 26 random base32 characters: 130 bits. */
static void random_origin(char out[SHEAF_ORIGIN_LEN + 1])
{
    uint8_t random[26];
    sheaf_random(random, sizeof random);
    memcpy(out, "sheaf/", 6);
    for (int i = 0; i < 26; i++)
        out[6 + i] = "abcdefghijklmnopqrstuvwxyz234567"[random[i] & 31];
    out[SHEAF_ORIGIN_LEN] = 0;
}

/* The document with the name and purpose in article 1. */
static sheaf_status put_bylaws(const sheaf_founding *f, sheaf_arena *arena,
                               sheaf_json_writer *w, sheaf_err *err)
{
    sheaf_json *document;
    const char *text =
        f->bylaws ? f->bylaws
                  : sheaf_bylaws_template(f->demonstration ? SHEAF_legal_form_demonstration
                                                           : SHEAF_legal_form_association);
    SHEAF_TRY(sheaf_json_parse(sheaf_str(text), arena, &document, err));
    const sheaf_json *purpose = sheaf_json_member(document, "purpose");
    for (sheaf_json *member = purpose && purpose->type == SHEAF_JSON_OBJECT ? purpose->first
                                                                            : NULL;
         member; member = member->next) {
        if (f->name && sheaf_slice_is(member->name, "name"))
            member->string = sheaf_str(f->name);
        if (f->purpose && sheaf_slice_is(member->name, "text"))
            member->string = sheaf_str(f->purpose);
    }
    sheaf_json_value(w, document);
    return SHEAF_OK;
}

typedef struct {
    sheaf_keypair founder, log, hub;
    char origin[SHEAF_ORIGIN_LEN + 1];
    uint8_t salt[SHEAF_SALT_BYTES];
} secrets;

static sheaf_status put_act(const sheaf_founding *f, const secrets *s, sheaf_arena *arena,
                            sheaf_buffer *out, sheaf_err *err)
{
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_hash name = sheaf_commit(s->salt, sheaf_str(f->member));
    int64_t now = sheaf_clock_ms();
    sheaf_json_open_object(&w);
    sheaf_json_member_put_int(&w, "at", now);
    sheaf_json_member_put_string(&w, "kind", sheaf_str("coop.found"));
    sheaf_json_member_put_int(&w, "seen", 0);
    sheaf_json_member_put_int(&w, "seq", 1);
    sheaf_json_member_put_int(&w, "until", now + 600000);
    sheaf_json_key(&w, "what");
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "bylaws");
    SHEAF_TRY(put_bylaws(f, arena, &w, err));
    sheaf_json_member_put_int(&w, "class", 0);
    sheaf_json_key(&w, "hub_key");
    sheaf_json_base64url(&w, sheaf_bytes(s->hub.public, SHEAF_PUBLIC_BYTES));
    sheaf_json_member_put_string(&w, "kind", sheaf_str(f->person ? "person" : "organisation"));
    sheaf_json_key(&w, "log_key");
    sheaf_json_base64url(&w, sheaf_bytes(s->log.public, SHEAF_PUBLIC_BYTES));
    sheaf_json_key(&w, "name");
    sheaf_json_base64url(&w, sheaf_bytes(name.bytes, sizeof name.bytes));
    sheaf_json_member_put_string(&w, "origin", sheaf_str(s->origin));
    sheaf_json_key(&w, "public_key");
    sheaf_json_base64url(&w, sheaf_bytes(s->founder.public, SHEAF_PUBLIC_BYTES));
    sheaf_json_member_put_int(&w, "revision", SHEAF_REVISION);
    sheaf_json_close(&w);
    sheaf_json_close(&w);
    return sheaf_buffer_check(out, "the founding act", err);
}

static sheaf_status sign_and_create(const sheaf_founding *f, const secrets *s, sheaf_slice act,
                                    sheaf_err *err)
{
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    sheaf_text name = {.name = "name", .text = sheaf_str(f->member)};
    sheaf_buffer message, submission;
    memcpy(name.salt, s->salt, sizeof name.salt);
    sheaf_buffer_init(&message, SHEAF_ENTRY_MAX + 128);
    sheaf_buffer_init(&submission, SHEAF_SUBMISSION_MAX);
    sheaf_act_message(&message, sheaf_str(s->origin), act);
    sheaf_sign(&s->founder, sheaf_buffer_slice(&message), signature);
    sheaf_submission_encode(&submission, act, signature, &name, 1);
    sheaf_status status = sheaf_buffer_check(&submission, "the founding act", err);
    if (status == SHEAF_OK)
        status =
            sheaf_hub_create(f->dir, sheaf_buffer_slice(&submission), &s->log, &s->hub, err);
    sheaf_buffer_deinit(&message);
    sheaf_buffer_deinit(&submission);
    return status;
}

static sheaf_status found_with(const sheaf_founding *f, secrets *s, void *block, sheaf_err *err)
{
    uint8_t seed[SHEAF_SEED_BYTES];
    sheaf_buffer act;
    sheaf_arena arena = sheaf_arena_over(block, SHEAF_ACT_ARENA_BYTES);
    SHEAF_TRY(sheaf_home_keypair(f->home, SHEAF_KEY_MEMBER, true, &s->founder, err));
    sheaf_random(seed, sizeof seed);
    sheaf_keypair_from_seed(&s->log, seed);
    sheaf_random(seed, sizeof seed);
    sheaf_keypair_from_seed(&s->hub, seed);
    sheaf_wipe(seed, sizeof seed);
    sheaf_random(s->salt, sizeof s->salt);
    random_origin(s->origin);
    sheaf_buffer_init(&act, SHEAF_ENTRY_MAX);
    sheaf_status status = put_act(f, s, &arena, &act, err);
    if (status == SHEAF_OK)
        status = sign_and_create(f, s, sheaf_buffer_slice(&act), err);
    sheaf_buffer_deinit(&act);
    if (status != SHEAF_OK)
        return status;
    sheaf_home home = {.member = 0, .key = 0, .train_key = SHEAF_NONE};
    snprintf(home.hub, sizeof home.hub, "%s", f->hub_url);
    snprintf(home.origin, sizeof home.origin, "%s", s->origin);
    return sheaf_home_write(&home, f->home, err);
}

sheaf_status sheaf_found(const sheaf_founding *founding, sheaf_err *err)
{
    secrets s = {0};
    char checkpoint[SHEAF_PATH_MAX];
    sheaf_folder_trace home, dir;
    if (sheaf_home_exists(founding->home))
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s belongs to a co-op already; give another with --home DIR",
                          founding->home);
    SHEAF_TRY(sheaf_path(checkpoint, err, "%s/log/checkpoint", founding->dir));
    SHEAF_TRY(sheaf_folder_trace_begin(&home, founding->home, err));
    SHEAF_TRY(sheaf_folder_trace_begin(&dir, founding->dir, err));
    bool stood = sheaf_file_exists(checkpoint);
    void *block = malloc(SHEAF_ACT_ARENA_BYTES);
    if (!block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to found a co-op");
    sheaf_status status = found_with(founding, &s, block, err);
    /* A log that was published names the founder's key: then all stays, whatever failed. */
    if (status != SHEAF_OK && (stood || !sheaf_file_exists(checkpoint))) {
        sheaf_folder_trace_undo(&home);
        sheaf_folder_trace_undo(&dir);
    }
    sheaf_wipe(&s, sizeof s);
    free(block);
    return status;
}

static void print_founded(const char *dir, const char *home)
{
    sheaf_buffer out;
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_json_member_put_string(&w, "dir", sheaf_str(dir));
    sheaf_json_member_put_string(&w, "home", sheaf_str(home));
    sheaf_json_member_put_int(&w, "member", 0);
    (void)sheaf_print_end(&out, &w);
}

/* What the legal form asks of founders and no rule can check. */
static void print_asked(const struct sheaf_bylaws *bylaws)
{
    if (bylaws && bylaws->purpose.form == SHEAF_legal_form_sce)
        fputs(
            "A European Cooperative Society is formed by at least five founders from at least\n"
            "two Member States, unless companies alone or a merger or conversion form it\n"
            "(Council Regulation (EC) 1435/2003, art. 2(1)), has a capital of at least 30,000\n"
            "EUR (art. 3(2)), and is a legal person once it is registered (art. 18). This\n"
            "program sees none of that: admit the other founders, and have it registered.\n"
            "It does not see to this either: losses charged against the capital reduce what "
            "is\n"
            "paid back for shares (art. 16); a general meeting is held every year within six\n"
            "months of the end of the financial year (art. 54(1)); and the accounts are "
            "audited\n"
            "(art. 70).\n",
            stderr);
}

static int run_found(const sheaf_arguments *a)
{
    sheaf_err err;
    char home[SHEAF_PATH_MAX];
    sheaf_document bylaws = {.version = SHEAF_NONE};
    sheaf_founding f = {.dir = a->argument[0],
                        .name = a->value[0],
                        .purpose = a->value[1],
                        .member = a->value[2],
                        .demonstration = a->value[4] != NULL,
                        .person = a->value[5] != NULL,
                        .hub_url = a->value[6] ? a->value[6] : "http://127.0.0.1:8480"};
    if (!f.member || (!a->value[3] && (!f.name || !f.purpose)))
        return sheaf_usage(&sheaf_command_found,
                           "--member and either --bylaws or --name and --purpose are needed");
    sheaf_status status = sheaf_home_path(a->value[7], home, sizeof home, &err);
    if (status == SHEAF_OK && a->value[3])
        status = sheaf_document_read(&bylaws, a->value[3], &err);
    if (status == SHEAF_OK && a->value[3]) {
        status = sheaf_document_check(&bylaws, a->value[3], &err);
        sheaf_buffer_add_byte(&bylaws.json, 0);
        f.bylaws = (const char *)bylaws.json.data;
    }
    f.home = home;
    if (status == SHEAF_OK)
        status = sheaf_found(&f, &err);
    if (status == SHEAF_OK)
        print_asked(bylaws.bylaws);
    sheaf_document_free(&bylaws);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    if (a->json)
        print_founded(f.dir, home);
    else
        printf("The co-op is founded; you are member 0 and your key is in %s/keys.\n"
               "Serve it with:  sheaf serve %s\n",
               home, f.dir);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_found = {
    .name = "found",
    .arguments = "DIR",
    .summary = "found a co-op: its folder, its bylaws, and you as its first member",
    .detail =
        "The bylaws come from a template (an association; --demonstration for a trial with\n"
        "motions of seconds) or from a file of TOML or JSON, such as sheaf bylaws new makes.\n"
        "What the legal form asks of founders and no rule can check is told.",
    .options = {{"name", "TEXT", "the co-op's name"},
                {"purpose", "TEXT", "what it is for"},
                {"member", "TEXT", "your name, or your organisation's"},
                {"bylaws", "FILE", "the bylaws, as TOML or JSON"},
                {"demonstration", NULL, "a trial run: no legal person"},
                {"person", NULL, "you are a natural person, not an organisation"},
                {"hub", "URL", "where the hub will be (http://127.0.0.1:8480)"},
                {"home", "DIR", "your home folder, with your key"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_found,
};

/* ---- join ---- */

/* A name that no application can hold: said before anything is made or sent. */
static sheaf_status check_name(const char *name, sheaf_err *err)
{
    sheaf_text text = {.name = "name", .text = sheaf_str(name)};
    const sheaf_commitment commitment = {
        .name = text.name,
        .field =
            sheaf_shape_field(sheaf_kind_shape(SHEAF_KIND_member_apply), sheaf_str("name")),
        .commitment = sheaf_commit(text.salt, text.text)};
    return sheaf_text_check(&commitment, &text, err);
}

/* What may have reached the hub is not taken back: without an answer the key stays. */
static sheaf_status apply(const sheaf_arguments *a, const char *home, long long class,
                          uint32_t place, sheaf_posted *posted, sheaf_err *err)
{
    sheaf_session session;
    sheaf_folder_trace trace;
    bool sent = false;
    SHEAF_TRY(sheaf_folder_trace_begin(&trace, home, err));
    sheaf_status status = sheaf_session_open(&session, home, a->argument[0], a->value[4], err);
    if (status == SHEAF_OK) {
        status = sheaf_member_meet(&session.member, err);
        if (status == SHEAF_OK && a->value[5])
            status = sheaf_session_relay(&session, a->value[5], a->value[4], err);
        sent = status == SHEAF_OK;
        if (sent)
            status = place
                         ? sheaf_member_claim(&session.member, a->value[0], place, posted, err)
                         : sheaf_member_apply(&session.member, a->value[0],
                                              a->value[2] ? SHEAF_member_kind_person
                                                          : SHEAF_member_kind_organisation,
                                              class, posted, err);
        sheaf_session_close(&session);
    }
    if (!sent || (status == SHEAF_OK && posted->refusal != SHEAF_ACCEPTED))
        sheaf_folder_trace_undo(&trace);
    return status;
}

static int run_join(const sheaf_arguments *a)
{
    sheaf_err err;
    char home[SHEAF_PATH_MAX];
    sheaf_posted posted = {0};
    long long class = 0, place = 0;
    if (!a->value[0])
        return sheaf_usage(&sheaf_command_join, "--member is needed: your name");
    if (a->value[1] && !sheaf_number(a->value[1], 0, 15, &class))
        return sheaf_usage(&sheaf_command_join, "--class is a number from 0 to 15");
    if (a->value[6] && !sheaf_number(a->value[6], 1, SHEAF_REF_MAX, &place))
        return sheaf_usage(&sheaf_command_join, "--place is a number of the register");
    if (place && (a->value[1] || a->value[2]))
        return sheaf_usage(&sheaf_command_join,
                           "with --place the register says class and kind of member");
    sheaf_status status = check_name(a->value[0], &err);
    if (status == SHEAF_OK)
        status = sheaf_home_path(a->value[3], home, sizeof home, &err);
    if (status == SHEAF_OK)
        status = apply(a, home, class, (uint32_t)place, &posted, &err);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    int code = sheaf_posted_print(&posted, a->json, false);
    if (code == SHEAF_EXIT_DONE && !a->json && !posted.relayed)
        fprintf(
            stderr,
            "You have applied as member %llu; your key is in %s/keys. Members admit you with:\n"
            "  sheaf member admit --member %llu\n",
            (unsigned long long)posted.index, home, (unsigned long long)posted.index);
    return code;
}

const sheaf_command sheaf_command_join = {
    .name = "join",
    .arguments = "URL",
    .summary = "apply for membership at a hub; makes your key",
    .options = {{"member", "TEXT", "your name, or your organisation's"},
                {"class", "N", "class of members, by its place in the bylaws (0)"},
                {"person", NULL, "you are a natural person, not an organisation"},
                {"home", "DIR", "your home folder, with your key"},
                {"ca", "FILE", "certificates to trust, in PEM; your home remembers them"},
                {"relay", "URL",
                 "a witness to apply through, where the hub drops applications"},
                {"place", "N", "claim your place of the imported register, by its number"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_join,
};
