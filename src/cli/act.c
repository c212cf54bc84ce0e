#include "cli/act.h"

#include "acts/flags.h"
#include "acts/schema.h"
#include "claims/privacy_fill.h"
#include "cli/privacy_words.h"
#include "store/random.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILES_BYTES_MAX = 1 << 20 };

/* The path as it stands from everywhere, for home.json. */
static sheaf_status remember_ca(sheaf_member *member, const char *ca_file, sheaf_err *err)
{
    char full[PATH_MAX];
    if (!realpath(ca_file, full) || strlen(full) >= sizeof member->home.ca)
        return sheaf_fail(err, SHEAF_INVALID, "cannot read the certificates %s", ca_file);
    if (strcmp(member->home.ca, full) == 0)
        return SHEAF_OK;
    snprintf(member->home.ca, sizeof member->home.ca, "%s", full);
    member->hub_is_new = true;
    return SHEAF_OK;
}

static sheaf_status open_member(sheaf_session *session, const char *home, const char *hub_url,
                                const char *ca_file, sheaf_err *err)
{
    session->relay = (sheaf_http_transport){0};
    sheaf_node_ports ports =
        sheaf_node_ports_real(sheaf_http_transport_as(&session->transport));
    SHEAF_TRY(sheaf_member_open(&session->member, home, hub_url, &ports, err));
    sheaf_status status = ca_file ? remember_ca(&session->member, ca_file, err) : SHEAF_OK;
    if (status != SHEAF_OK)
        sheaf_member_close(&session->member);
    return status;
}

sheaf_status sheaf_session_open(sheaf_session *session, const char *home, const char *hub_url,
                                const char *ca_file, sheaf_err *err)
{
    sheaf_home known = {0};
    if (!hub_url && !sheaf_home_exists(home))
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s is not a member's home; found a co-op with sheaf found, or join "
                          "one with: sheaf join URL --home %s",
                          home, home);
    if (sheaf_home_exists(home))
        SHEAF_TRY(sheaf_home_read(&known, home, err));
    const char *ca = ca_file ? ca_file : known.ca[0] ? known.ca : NULL;
    SHEAF_TRY(sheaf_http_transport_open(&session->transport, hub_url ? hub_url : known.hub, ca,
                                        NULL, err));
    sheaf_status status =
        open_member(session, home, hub_url ? hub_url : known.hub, ca_file, err);
    if (status != SHEAF_OK)
        sheaf_http_transport_close(&session->transport);
    return status;
}

sheaf_status sheaf_session_relay(sheaf_session *session, const char *url, const char *ca_file,
                                 sheaf_err *err)
{
    SHEAF_TRY(sheaf_http_transport_open(&session->relay, url, ca_file, NULL, err));
    session->member.ports.relay = sheaf_http_transport_as(&session->relay);
    return SHEAF_OK;
}

void sheaf_session_close(sheaf_session *session)
{
    sheaf_member_close(&session->member);
    sheaf_http_transport_close(&session->relay);
    sheaf_http_transport_close(&session->transport);
}

/* Reads a file that a flag names into the arena, which outlives the parsing. */
static sheaf_status flag_file_read(void *context, const char *path, sheaf_slice *out,
                                   sheaf_err *err)
{
    sheaf_buffer file;
    sheaf_buffer_init(&file, FILES_BYTES_MAX);
    sheaf_status status =
        sheaf_file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, &file, err);
    if (status == SHEAF_OK) {
        *out = sheaf_arena_copy(context, sheaf_buffer_slice(&file));
        if (!out->data && file.len)
            status = sheaf_fail(err, SHEAF_NOMEM, "%s is too large to be part of an act", path);
    }
    sheaf_buffer_deinit(&file);
    return status;
}

static void salt(void *context, uint8_t out[SHEAF_SALT_BYTES])
{
    (void)context;
    sheaf_random(out, SHEAF_SALT_BYTES);
}

/* An act's flags, parsed; the blocks hold what the result points to. */
typedef struct {
    void *block, *files_block;
    sheaf_flags_result result;
} act_flags;

static void act_flags_free(act_flags *flags)
{
    free(flags->block);
    free(flags->files_block);
}

/* SHEAF_INVALID where the command line is wrong. Freed by the caller, also after a failure. */
/* What is wrong in the text of an amendment is told with its article. */
static void name_article(sheaf_err *err)
{
    static const char amendment[] = "--effect.what.text.";
    char article[100], key[60], message[SHEAF_MESSAGE_MAX];
    const char *path = err->message + sizeof amendment - 1;
    if (strncmp(err->message, amendment, sizeof amendment - 1) != 0)
        return;
    snprintf(key, sizeof key, "%.*s", (int)strcspn(path, ".[:"), path);
    if (sheaf_article_named(sheaf_str(key)) == SHEAF_ARTICLE_NONE)
        return;
    sheaf_article_words(key, article, sizeof article);
    snprintf(message, sizeof message, "%.290s (%s)", err->message, article);
    memcpy(err->message, message, sizeof message);
}

static sheaf_status act_flags_parse(act_flags *flags, sheaf_kind kind, int argc,
                                    const char *const *argv, sheaf_err *err)
{
    *flags = (act_flags){.block = malloc(SHEAF_ACT_ARENA_BYTES),
                         .files_block = malloc(FILES_BYTES_MAX)};
    if (!flags->block || !flags->files_block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for an act");
    sheaf_arena arena = sheaf_arena_over(flags->block, SHEAF_ACT_ARENA_BYTES);
    sheaf_arena files = sheaf_arena_over(flags->files_block, FILES_BYTES_MAX);
    sheaf_flags_source source = {flag_file_read, salt, sheaf_privacy_fill, &files};
    sheaf_status status = sheaf_flags_parse(kind, argc, argv, SHEAF_REVISION, &source, &arena,
                                            &flags->result, err);
    if (status != SHEAF_OK)
        name_article(err);
    return status;
}

static sheaf_status post(sheaf_session *session, sheaf_kind kind, const act_flags *flags,
                         bool dry_run, sheaf_posted *out, sheaf_err *err)
{
    sheaf_intent intent = {.kind = kind,
                           .what = flags->result.decoded,
                           .texts = flags->result.texts,
                           .text_count = flags->result.text_count,
                           .dry_run = dry_run};
    return sheaf_member_post(&session->member, &intent, out, err);
}

sheaf_status sheaf_session_act(sheaf_session *session, sheaf_kind kind, int argc,
                               const char *const *argv, bool dry_run, sheaf_posted *out,
                               sheaf_err *err)
{
    act_flags flags;
    sheaf_status status = act_flags_parse(&flags, kind, argc, argv, err);
    if (status == SHEAF_OK)
        status = post(session, kind, &flags, dry_run, out, err);
    act_flags_free(&flags);
    return status;
}

int sheaf_posted_print(const sheaf_posted *posted, bool json, bool dry_run)
{
    bool refused = posted->refusal != SHEAF_ACCEPTED;
    char article[100];
    sheaf_buffer text;
    sheaf_article_words(posted->article, article, sizeof article);
    sheaf_buffer_init(&text, 8192);
    if (json) {
        sheaf_json_writer w = sheaf_json_begin(&text);
        sheaf_json_open_object(&w);
        if (refused) {
            sheaf_json_member_put_string(&w, "article", sheaf_str(posted->article));
            sheaf_json_member_put_int(&w, "code", posted->refusal);
            sheaf_json_member_put_string(&w, "refusal", sheaf_str(posted->name));
            sheaf_json_member_put_string(&w, "sentence", sheaf_str(posted->sentence));
        } else if (dry_run) {
            sheaf_json_member_put_bool(&w, "accepted", true);
        } else if (posted->relayed) {
            sheaf_json_member_put_string(&w, "relayed", sheaf_str(posted->kept));
        } else {
            sheaf_json_member_put_int(&w, "index", (int64_t)posted->index);
            sheaf_json_member_put_int(&w, "stamp", posted->stamp);
        }
        sheaf_json_close(&w);
        (void)sheaf_print(&text);
    } else if (refused) {
        fprintf(stderr, "sheaf: refused: %s (bylaws, %s; code %d)\n", posted->sentence, article,
                (int)posted->refusal);
    } else if (dry_run) {
        puts("the rules would accept this now; nothing was entered");
    } else if (posted->relayed) {
        printf("the witness has the act and keeps trying; its receipt is in %s\n",
               posted->kept);
    } else {
        printf("%llu\n", (unsigned long long)posted->index);
    }
    sheaf_buffer_deinit(&text);
    return refused ? SHEAF_EXIT_REFUSED : SHEAF_EXIT_DONE;
}

/* ---- `sheaf motion open …` ---- */

/* The program's own options, taken out of the flags. */
typedef struct {
    const char *home, *hub, *ca, *relay;
    bool json, dry_run, help;
    const char *flags[2 * SHEAF_FLAGS_MAX];
    int count;
} own_options;

/* "--NAME VALUE" or "--NAME=VALUE": 1 if it is that option, 0 if not, -1 without its value. */
static int take_value(int argc, char **argv, int *at, const char *name, const char **out)
{
    size_t len = strlen(name);
    const char *word = argv[*at];
    if (strncmp(word, name, len) != 0 || (word[len] && word[len] != '='))
        return 0;
    if (word[len] == '=')
        *out = word + len + 1;
    else if (*at + 1 < argc)
        *out = argv[++*at];
    else
        return -1;
    return 1;
}

/* False, with a sentence, where the command line is wrong. */
static bool split_options(int argc, char **argv, own_options *out, sheaf_err *err)
{
    const struct {
        const char *name;
        const char **value;
    } own[] = {{"--home", &out->home},
               {"--hub", &out->hub},
               {"--ca", &out->ca},
               {"--relay", &out->relay}};
    for (int i = 0; i < argc; i++) {
        int taken = 0;
        const char *word = argv[i];
        for (size_t k = 0; k < sizeof own / sizeof *own && !taken; k++)
            taken = take_value(argc, argv, &i, own[k].name, own[k].value);
        if (taken < 0)
            return sheaf_fail(err, SHEAF_INVALID, "%s needs a value", word) == SHEAF_OK;
        if (taken)
            continue;
        if (strcmp(word, "--json") == 0)
            out->json = true;
        else if (strcmp(word, "--dry-run") == 0)
            out->dry_run = true;
        else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
            out->help = true;
        else if (out->count < (int)(sizeof out->flags / sizeof *out->flags))
            out->flags[out->count++] = word;
        else
            return sheaf_fail(err, SHEAF_INVALID, "too many flags") == SHEAF_OK;
    }
    return true;
}

/* An effect is not entered by itself: it is printed, for --effect of a motion. */
static int print_effect(sheaf_kind kind, const act_flags *flags)
{
    sheaf_buffer text;
    sheaf_buffer_init(&text, SHEAF_ENTRY_MAX);
    sheaf_buffer_printf(&text, "{\"kind\":\"%s\",\"what\":", sheaf_kind_shape(kind)->name);
    sheaf_buffer_add(&text, flags->result.what); /* with its words */
    sheaf_buffer_add_byte(&text, '}');
    int code = sheaf_print(&text);
    sheaf_buffer_deinit(&text);
    return code;
}

/* What the members are asked to disclose, should nobody have read the effect to its end. */
static void tell_effect(sheaf_kind kind, const act_flags *flags)
{
    const struct sheaf_motion_open *motion = flags->result.decoded;
    sheaf_buffer words;
    if (kind != SHEAF_KIND_motion_open || !motion->has_effect)
        return;
    sheaf_buffer_init(&words, 1024);
    sheaf_words_put_effect(&words, motion->effect);
    if (words.len && !words.failed)
        fprintf(stderr, "if it is adopted, %.*s\n", SHEAF_PRINT(sheaf_buffer_slice(&words)));
    sheaf_buffer_deinit(&words);
}

static int enter(sheaf_kind kind, const own_options *o, const act_flags *flags)
{
    char home[SHEAF_PATH_MAX];
    sheaf_session session;
    sheaf_posted posted = {0};
    sheaf_err err;
    sheaf_arguments arguments = {.json = o->json};
    sheaf_status status = sheaf_home_path(o->home, home, sizeof home, &err);
    if (status == SHEAF_OK)
        status = sheaf_session_open(&session, home, o->hub, o->ca, &err);
    if (status != SHEAF_OK)
        return sheaf_report(&arguments, &err);
    const char *ca = o->ca ? o->ca : session.member.home.ca[0] ? session.member.home.ca : NULL;
    if (o->relay)
        status = sheaf_session_relay(&session, o->relay, ca, &err);
    if (status == SHEAF_OK)
        status = post(&session, kind, flags, o->dry_run, &posted, &err);
    sheaf_session_close(&session);
    if (status == SHEAF_OK && posted.refusal == SHEAF_ACCEPTED && !o->json)
        tell_effect(kind, flags);
    return status == SHEAF_OK ? sheaf_posted_print(&posted, o->json, o->dry_run)
                              : sheaf_report(&arguments, &err);
}

static int wrong_usage(const own_options *o, const sheaf_err *err)
{
    (void)sheaf_report(&(sheaf_arguments){.json = o->json, .usage = true}, err);
    return SHEAF_EXIT_USAGE;
}

int sheaf_act_command(int argc, char **argv)
{
    sheaf_kind kind = sheaf_kind_from_words(argv[0], argv[1]);
    const sheaf_shape *shape = sheaf_kind_shape(kind);
    own_options o = {0};
    act_flags flags;
    sheaf_err err;
    bool split = split_options(argc - 2, argv + 2, &o, &err);
    if (o.help)
        return sheaf_help_kind(kind);
    if (!split)
        return wrong_usage(&o, &err);
    if (shape->actor != SHEAF_ACTOR_MEMBER && shape->actor != SHEAF_ACTOR_COOP) {
        (void)sheaf_fail(&err, SHEAF_INVALID, "%s is not entered by hand; see: sheaf help %s",
                         shape->name, shape->name);
        return wrong_usage(&o, &err);
    }
    int code;
    sheaf_status status = act_flags_parse(&flags, kind, o.count, o.flags, &err);
    if (status == SHEAF_INVALID)
        code = wrong_usage(&o, &err);
    else if (status != SHEAF_OK)
        code = sheaf_report(&(sheaf_arguments){.json = o.json}, &err);
    else
        code = shape->actor == SHEAF_ACTOR_COOP ? print_effect(kind, &flags)
                                                : enter(kind, &o, &flags);
    act_flags_free(&flags);
    return code;
}
