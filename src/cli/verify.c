/* cli/verify.c - `sheaf verify` and `sheaf status`. */
#include "claims/verify.h"
#include "base/encode.h"
#include "cli/act.h"
#include "coop/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void print_json(const sheaf_verified *v, bool sound, const sheaf_err *err)
{
    sheaf_buffer out;
    sheaf_buffer_init(&out, 8192);
    sheaf_json_writer w = sheaf_json_begin(&out);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_hex(&w, "digest", sheaf_bytes(v->digest.bytes, SHEAF_HASH_BYTES));
    sheaf_json_member_put_int(&w, "entries", (int64_t)v->entries);
    sheaf_json_member_put_int(&w, "evaluations_checked", v->evaluations_checked);
    if (!sound)
        sheaf_json_member_put_string(&w, "fault", sheaf_str(err->message));
    if (v->needs_revision)
        sheaf_json_member_put_int(&w, "needs_revision", v->needs_revision);
    sheaf_json_member_put_string(&w, "origin", sheaf_str(v->origin));
    sheaf_json_member_put_int(&w, "results_checked", v->results_checked);
    sheaf_json_member_put_int(&w, "results_missing", v->results_missing);
    sheaf_json_member_put_hex(&w, "root", sheaf_bytes(v->root.bytes, SHEAF_HASH_BYTES));
    sheaf_json_member_put_int(&w, "rounds", v->rounds);
    sheaf_json_member_put_bool(&w, "sound", sound);
    sheaf_json_member_put_int(&w, "texts_checked", v->texts_checked);
    sheaf_json_member_put_int(&w, "transcripts_checked", v->transcripts_checked);
    sheaf_json_member_put_int(&w, "transcripts_missing", v->transcripts_missing);
    sheaf_json_member_put_int(&w, "voids", (int64_t)v->voids);
    sheaf_json_close(&w);
    (void)sheaf_print(&out);
    sheaf_buffer_deinit(&out);
}

static void print_words(const sheaf_verified *v)
{
    char root[65], digest[65];
    sheaf_hex_32(v->root.bytes, root);
    sheaf_hex_32(v->digest.bytes, digest);
    printf("Sound: %llu entries of %s, each signed and allowed by the rules.\n",
           (unsigned long long)v->entries, v->origin);
    printf("  root of the log       %s\n  digest of the state   %s\n", root, digest);
    printf("  rounds closed         %u; results checked %u, sums added up again %u, figures "
           "recomputed %u\n",
           v->rounds, v->results_checked, v->transcripts_checked, v->evaluations_checked);
    printf("  texts checked         %u\n", v->texts_checked);
    puts("  times                 as the hub stamped them: no witness signs this log");
    if (v->results_missing || v->transcripts_missing || v->evaluations_missing)
        printf(
            "  not checked           %u results, %u transcripts, %u evaluations: their bytes "
            "are not at hand\n",
            v->results_missing, v->transcripts_missing, v->evaluations_missing);
}

static int run_verify(const sheaf_arguments *a)
{
    sheaf_err err = {0};
    sheaf_verified v = {0};
    const char *what = a->argument[0];
    sheaf_verify_options options = {.ca_file = a->value[1], .stop = &sheaf_stopping};
    sheaf_vkey key;
    sheaf_stop_on_signals();
    if (a->value[0]) {
        if (sheaf_vkey_parse(sheaf_str(a->value[0]), &key, &err) != SHEAF_OK)
            return sheaf_report(a, &err);
        options.log_key = &key;
    }
    if (strstr(what, "://") == NULL && access(what, R_OK) != 0) {
        (void)sheaf_fail(&err, SHEAF_IO, "there is no folder %s to be read", what);
        return sheaf_report(a, &err);
    }
    bool url = strncmp(what, "http://", 7) == 0 || strncmp(what, "https://", 8) == 0;
    sheaf_status status = url ? sheaf_verify_url(what, &options, &v, &err)
                              : sheaf_verify_folder(what, &options, &v, &err);
    if (status == SHEAF_OK && v.needs_revision)
        status =
            sheaf_fail(&err, SHEAF_INVALID,
                       "from entry %llu on this log needs a program with rules revision %u; "
                       "this one knows %d; tree and signatures are sound so far",
                       (unsigned long long)v.stopped_at, v.needs_revision, SHEAF_REVISION);
    if (a->json && status != SHEAF_IO) {
        print_json(&v, status == SHEAF_OK, &err);
        return status == SHEAF_OK      ? SHEAF_EXIT_DONE
               : status == SHEAF_FAULT ? SHEAF_EXIT_FAULT
                                       : SHEAF_EXIT_FAILED;
    }
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    print_words(&v);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_verify = {
    .name = "verify",
    .arguments = "DIR|URL",
    .summary = "replay and check everything; name the first fault",
    .detail =
        "Exit code 0: sound. 3: a fault, which is named. 1: nothing could be read, or a newer\n"
        "program is needed.",
    .options = {{"vkey", "VKEY", "the log's key, if you know it from elsewhere"},
                {"ca", "FILE", "certificates to trust, in PEM"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_verify,
};

/* ---- status ---- */

static uint32_t count_members(const sheaf_state *state, uint8_t wanted)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < sheaf_member_count(state); i++)
        n += sheaf_member_at(state, i)->state == wanted;
    return n;
}

static void print_status(const sheaf_state *state, uint64_t entries)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    printf("%.*s\n", SHEAF_PRINT(SHEAF_WORDS(bylaws->name)));
    printf("  entries    %llu\n", (unsigned long long)entries);
    printf("  members    %u, and %u applications\n",
           count_members(state, SHEAF_member_state_active),
           count_members(state, SHEAF_member_state_applied));
    for (uint32_t i = 0; i < sheaf_motion_count(state); i++) {
        const struct sheaf_row_motion *m = sheaf_motion_at(state, i);
        if (m->state == SHEAF_motion_state_open)
            printf("  motion %-3u open: %u for, %u against, %u abstain, of %u\n", m->id, m->yes,
                   m->no, m->abstain, m->electorate);
    }
    for (uint32_t i = 0; i < sheaf_mandate_count(state); i++) {
        const struct sheaf_row_mandate *m = sheaf_mandate_at(state, i);
        printf("  mandate %-2u %u of %u rounds used%s\n", m->id, m->rounds_used, m->rounds_max,
               m->revoked != SHEAF_NONE ? ", revoked" : "");
    }
    for (uint32_t i = 0; i < sheaf_model_count(state); i++) {
        static const char *const states[] = {"registered", "released", "retired"};
        const struct sheaf_row_model *m = sheaf_model_at(state, i);
        char hash[65];
        sheaf_hex_32(m->sha256.bytes, hash);
        printf("  model %-4u %s, %llu uses\n", m->id, states[m->state],
               (unsigned long long)m->uses);
        if (m->released != SHEAF_NONE)
            printf("             blobs/%.2s/%s\n", hash, hash + 2);
    }
    printf("  rounds     %u\n", sheaf_round_count(state));
}

static void print_status_json(const sheaf_state *state, uint64_t entries)
{
    printf("{\"applications\":%u,\"entries\":%llu,\"mandates\":%u,\"members\":%u,\"models\":%u,"
           "\"motions_open\":%u,\"rounds\":%u}\n",
           count_members(state, SHEAF_member_state_applied), (unsigned long long)entries,
           sheaf_mandate_count(state), count_members(state, SHEAF_member_state_active),
           sheaf_model_count(state), sheaf_coop(state)->motions_open, sheaf_round_count(state));
}

/* A visitor keeps no home: the log is followed into a folder that goes away again. */
static sheaf_status follow(const char *hub_url, const char *home, sheaf_session *session,
                           sheaf_err *err)
{
    SHEAF_TRY(sheaf_session_open(session, home, hub_url, err));
    sheaf_status status = sheaf_member_sync(&session->member, err);
    if (status != SHEAF_OK)
        sheaf_session_close(session);
    return status;
}

static void remove_folder(const char *path)
{
    pid_t pid = fork();
    if (pid == 0) {
        execlp("rm", "rm", "-rf", "--", path, (char *)NULL);
        _exit(127);
    }
}

static int run_status(const sheaf_arguments *a)
{
    sheaf_err err;
    char home[SHEAF_PATH_MAX], visit[SHEAF_PATH_MAX];
    sheaf_session session;
    sheaf_status status = SHEAF_OK;
    const char *temporary = getenv("TMPDIR");
    snprintf(visit, sizeof visit, "%.900s/sheaf-visit-XXXXXX", temporary ? temporary : "/tmp");
    if (a->value[0] && !mkdtemp(visit))
        status = sheaf_fail(&err, SHEAF_IO, "cannot make a temporary folder");
    if (status == SHEAF_OK)
        status = sheaf_home_path(a->value[0] ? visit : a->value[1], home, sizeof home, &err);
    if (status == SHEAF_OK)
        status = follow(a->value[0], home, &session, &err);
    if (status == SHEAF_OK) {
        const sheaf_state *state = sheaf_member_state(&session.member);
        if (a->json)
            print_status_json(state, state->size);
        else
            print_status(state, state->size);
        sheaf_session_close(&session);
    }
    if (a->value[0])
        remove_folder(visit);
    return status == SHEAF_OK ? SHEAF_EXIT_DONE : sheaf_report(a, &err);
}

const sheaf_command sheaf_command_status = {
    .name = "status",
    .arguments = "",
    .summary = "how the co-op stands, by your own replay of its log",
    .options = {{"hub", "URL", "look at this hub as a visitor"},
                {"home", "DIR", "your home folder"}},
    .arguments_min = 0,
    .arguments_max = 0,
    .many = -1,
    .run = run_status,
};
