/* cli/verify.c - `sheaf verify`. */
#include "claims/verify.h"
#include "base/encode.h"
#include "cli/act.h"
#include "coop/view.h"
#include "store/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void print_json(const sheaf_verified *v, bool hashes_only, bool sound,
                       const sheaf_err *err)
{
    sheaf_buffer out;
    char fault[SHEAF_MESSAGE_MAX];
    sheaf_plain(err->message, fault);
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_json_member_put_int(&w, "cosigned", v->cosigned);
    sheaf_json_member_put_int(&w, "cosigned_last", (int64_t)v->cosigned_last);
    sheaf_json_member_put_hex(&w, "digest", sheaf_bytes(v->digest.bytes, SHEAF_HASH_BYTES));
    sheaf_json_member_put_int(&w, "entries", (int64_t)v->entries);
    sheaf_json_member_put_int(&w, "evaluations_checked", v->evaluations_checked);
    if (!sound)
        sheaf_json_member_put_string(&w, "fault", sheaf_str(fault));
    if (v->fault_entry != UINT64_MAX)
        sheaf_json_member_put_int(&w, "fault_entry", (int64_t)v->fault_entry);
    if (v->fault_rests_on[0])
        sheaf_json_member_put_string(&w, "fault_rests_on", sheaf_str(v->fault_rests_on));
    sheaf_json_member_put_bool(&w, "few_members", v->few_members);
    sheaf_json_member_put_bool(&w, "hashes_only", hashes_only);
    if (v->needs_revision)
        sheaf_json_member_put_int(&w, "needs_revision", v->needs_revision);
    sheaf_json_member_put_string(&w, "origin", sheaf_str(v->origin));
    if (v->readable) /* of --public alone */
        sheaf_json_member_put_int(&w, "readable", (int64_t)v->readable);
    sheaf_json_member_put_int(&w, "results_checked", v->results_checked);
    sheaf_json_member_put_int(&w, "results_missing", v->results_missing);
    sheaf_json_member_put_int(&w, "resumed_at", (int64_t)v->resumed_at);
    sheaf_json_member_put_hex(&w, "root", sheaf_bytes(v->root.bytes, SHEAF_HASH_BYTES));
    sheaf_json_member_put_int(&w, "rounds", v->rounds);
    if (v->readable)
        sheaf_json_member_put_int(&w, "signatures_checked", (int64_t)v->signatures_checked);
    sheaf_json_member_put_bool(&w, "sound", sound);
    sheaf_json_member_put_int(&w, "texts_checked", v->texts_checked);
    sheaf_json_member_put_int(&w, "texts_missing", v->texts_missing);
    sheaf_json_member_put_int(&w, "transcripts_checked", v->transcripts_checked);
    sheaf_json_member_put_int(&w, "transcripts_missing", v->transcripts_missing);
    sheaf_json_member_put_int(&w, "trusted", (int64_t)v->trusted);
    sheaf_json_member_put_int(&w, "unwitnessed", (int64_t)v->unwitnessed);
    sheaf_json_member_put_int(&w, "voids", (int64_t)v->voids);
    sheaf_json_member_put_int(&w, "witness_quorum", v->witness_quorum);
    sheaf_json_member_put_int(&w, "witnesses", v->witnesses);
    (void)sheaf_print_end(&out, &w);
}

/* What the times on the log rest on. */
static void print_times(const sheaf_verified *v)
{
    if (!v->witness_quorum) {
        puts("  times                 as the hub stamped them: the bylaws ask no witness");
    } else {
        char time[32] = "";
        time_t last = (time_t)v->cosigned_last;
        struct tm utc;
        if (v->cosigned && gmtime_r(&last, &utc))
            strftime(time, sizeof time, ", last %Y-%m-%d %H:%M:%S", &utc);
        printf("  witnesses             %u of %u have cosigned this checkpoint%s; %u make it "
               "witnessed\n",
               v->cosigned, v->witnesses, time, v->witness_quorum);
    }
    if (v->unwitnessed)
        printf("  deadlines             %llu settled on the hub's word alone, marked as such\n",
               (unsigned long long)v->unwitnessed);
}

static void print_words(const sheaf_verified *v)
{
    char root[65], digest[65];
    sheaf_hex_32(v->root.bytes, root);
    sheaf_hex_32(v->digest.bytes, digest);
    printf("Sound: %llu entries of %s, each signed and allowed by the rules.\n",
           (unsigned long long)v->entries, v->origin);
    if (v->trusted)
        printf(
            "  verified before       the first %llu: the same entries, signatures not checked "
            "again\n",
            (unsigned long long)v->trusted);
    if (v->resumed_at)
        printf(
            "  gone on from          the state after %llu, which was kept: the same entries, "
            "not replayed again\n",
            (unsigned long long)v->resumed_at);
    printf("  root of the log       %s\n  digest of the state   %s\n", root, digest);
    printf("  rounds closed         %u; results checked %u, sums added up again %u, figures "
           "recomputed %u\n",
           v->rounds, v->results_checked, v->transcripts_checked, v->evaluations_checked);
    printf("  texts checked         %u\n", v->texts_checked);
    if (v->texts_missing)
        printf("  without their text    %u commitments: withheld, or erased\n",
               v->texts_missing);
    print_times(v);
    if (v->few_members)
        puts("  members               fewer than form a European Cooperative Society: at least "
             "five,\n"
             "                        from two Member States, or bodies from two (Council "
             "Regulation\n"
             "                        (EC) 1435/2003, art. 2(1))");
    if (v->results_missing || v->transcripts_missing || v->evaluations_missing)
        printf(
            "  not checked           %u results, %u transcripts, %u evaluations: their bytes "
            "are not at hand\n",
            v->results_missing, v->transcripts_missing, v->evaluations_missing);
}

static void print_hashes(const sheaf_verified *v)
{
    char root[65];
    sheaf_hex_32(v->root.bytes, root);
    printf("The hashes are sound: %llu entries of %s lead to the signed checkpoint.\n"
           "  root of the log       %s\n"
           "  not checked           signatures of entries, rules, blobs, texts\n",
           (unsigned long long)v->entries, v->origin, root);
}

static void print_public(const sheaf_verified *v)
{
    char root[65];
    sheaf_hex_32(v->root.bytes, root);
    printf("The tree is sound: %llu entries of %s lead to the signed checkpoint.\n"
           "  root of the log       %s\n"
           "  readable              %llu entries; signatures checked: %llu\n"
           "  for members only      %llu entries, of which the leaf hashes are in the tree\n",
           (unsigned long long)v->entries, v->origin, root, (unsigned long long)v->readable,
           (unsigned long long)v->signatures_checked,
           (unsigned long long)(v->entries - v->readable));
    puts(v->readable == v->entries
             ? "  not checked           the rules: everything is public, so leave out --public"
             : "  not checked           the rules, which rest on all entries");
}

/* Told after every run of entries; says how far it is once a second, on a terminal. */
typedef struct {
    bool terminal, shown, resumed;
    time_t next_s;
    const sheaf_kept *kept;
    const sheaf_verified *found;
} progress;

static void end_progress(const progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
}

static void show_progress(void *context, const char *what, uint64_t done, uint64_t of)
{
    progress *p = context;
    struct timespec now;
    if (!p->resumed && p->found->resumed_at) {
        p->resumed = true;
        end_progress(p);
        fprintf(stderr, "goes on at entry %llu, verified before by this program, kept in %s\n",
                (unsigned long long)p->found->resumed_at, p->kept->path);
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!p->terminal || now.tv_sec < p->next_s)
        return;
    p->next_s = now.tv_sec + 1;
    p->shown = true;
    fprintf(stderr, "\r%llu of %llu %s\033[K", (unsigned long long)done, (unsigned long long)of,
            what);
}

enum {
    OPTION_VKEY,
    OPTION_CA,
    OPTION_FROM,
    OPTION_SAVE,
    OPTION_KEEP,
    OPTION_JOBS,
    OPTION_NO_SIGNATURES,
    OPTION_PUBLIC,
};

/* What was verified before, as files have it. */
typedef struct {
    sheaf_buffer note, bytes; /* of a checkpoint; of what --keep wrote */
    sheaf_kept kept;
} earlier;

static sheaf_status read_kept(earlier *e, const char *path, sheaf_verify_options *options,
                              sheaf_err *err)
{
    sheaf_err why;
    SHEAF_TRY(sheaf_file_read(path, &e->bytes, err));
    if (sheaf_kept_get(sheaf_buffer_slice(&e->bytes), &e->kept, &why) != SHEAF_OK)
        return sheaf_fail(
            err, SHEAF_INVALID,
            "%.200s: %.120s; name another file, or remove this one to verify from "
            "the first entry on",
            path, why.message);
    e->kept.path = path;
    options->kept = &e->kept;
    return SHEAF_OK;
}

static sheaf_status read_earlier(const sheaf_arguments *a, earlier *e,
                                 sheaf_verify_options *options, sheaf_err *err)
{
    const char *from = a->value[OPTION_FROM], *keep = a->value[OPTION_KEEP];
    sheaf_err why;
    if (keep && sheaf_file_exists(keep))
        SHEAF_TRY(read_kept(e, keep, options, err));
    options->keep = keep;
    if (!from)
        return SHEAF_OK;
    sheaf_status status = sheaf_file_read(from, &e->note, &why);
    sheaf_slice note = sheaf_buffer_slice(&e->note);
    if (status != SHEAF_IO && sheaf_kept_is(note))
        return options->kept
                   ? sheaf_fail(err, SHEAF_INVALID,
                                "%.150s is there and says from where on: leave out --from",
                                keep)
                   : read_kept(e, from, options, err);
    if (status != SHEAF_OK)
        return sheaf_fail(err, status, "%s", why.message);
    options->from = note;
    return note.len ? SHEAF_OK
                    : sheaf_fail(err, SHEAF_INVALID, "%s is empty: it is no checkpoint", from);
}

static sheaf_status read_options(const sheaf_arguments *a, sheaf_verify_options *options,
                                 sheaf_vkey *key, earlier *e, sheaf_err *err)
{
    const char *what = a->argument[0];
    if (a->value[OPTION_VKEY])
        options->log_key = key;
    SHEAF_TRY(read_earlier(a, e, options, err));
    options->hashes_only = a->value[OPTION_NO_SIGNATURES] != NULL;
    if (strstr(what, "://") != NULL)
        return SHEAF_OK;
    char log[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(log, err, "%s/log", what));
    if (access(what, R_OK) != 0)
        return sheaf_fail(err, SHEAF_IO, "there is no folder %s to be read", what);
    if (access(log, R_OK) != 0)
        return sheaf_fail(err, SHEAF_IO, "%s holds no log: there is no %s to be read", what,
                          log);
    return SHEAF_OK;
}

static sheaf_status verify(const sheaf_arguments *a, sheaf_verify_options *options,
                           sheaf_verified *v, sheaf_err *err)
{
    const char *what = a->argument[0], *save = a->value[OPTION_SAVE];
    sheaf_buffer note;
    progress shown = {
        .terminal = isatty(STDERR_FILENO) == 1, .kept = options->kept, .found = v};
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    shown.next_s = now.tv_sec + 1;
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    options->progress = show_progress;
    options->context = &shown;
    options->note = &note;
    bool url = strncmp(what, "http://", 7) == 0 || strncmp(what, "https://", 8) == 0;
    sheaf_status status = a->value[OPTION_PUBLIC] ? sheaf_verify_public(what, options, v, err)
                          : url                   ? sheaf_verify_url(what, options, v, err)
                                                  : sheaf_verify_folder(what, options, v, err);
    end_progress(&shown);
    if (status == SHEAF_OK && v->needs_revision)
        status =
            sheaf_fail(err, SHEAF_INVALID,
                       "from entry %llu on this log needs a program with rules revision %u; "
                       "this one knows %d; everything before it is sound, and so is the tree",
                       (unsigned long long)v->stopped_at, v->needs_revision, SHEAF_REVISION);
    if (status == SHEAF_OK && save)
        status = sheaf_file_write(save, 0644, sheaf_buffer_slice(&note), err);
    sheaf_buffer_deinit(&note);
    return status;
}

static int run_verify(const sheaf_arguments *a)
{
    sheaf_err err = {0};
    sheaf_verified v = {0};
    sheaf_vkey key;
    earlier before = {0};
    long long jobs = 0;
    if (a->value[OPTION_VKEY]
        && sheaf_vkey_parse(sheaf_str(a->value[OPTION_VKEY]), &key, &err) != SHEAF_OK)
        return sheaf_usage(&sheaf_command_verify, "--vkey: %s", err.message);
    if (a->value[OPTION_JOBS]
        && !sheaf_number(a->value[OPTION_JOBS], 1, SHEAF_CLAIM_THREADS_MAX, &jobs))
        return sheaf_usage(&sheaf_command_verify, "--jobs takes a number from 1 to %d",
                           SHEAF_CLAIM_THREADS_MAX);
    bool writes = a->value[OPTION_SAVE] || a->value[OPTION_KEEP];
    if (writes && a->value[OPTION_NO_SIGNATURES])
        return sheaf_usage(&sheaf_command_verify,
                           "--save and --keep write what was verified in full: leave out "
                           "--no-signatures");
    if (a->value[OPTION_PUBLIC]
        && (a->value[OPTION_NO_SIGNATURES] || a->value[OPTION_FROM] || writes))
        return sheaf_usage(&sheaf_command_verify,
                           "--public reads what is shown to everyone: leave out "
                           "--no-signatures, --from, --save and --keep");
    sheaf_verify_options options = {
        .ca_file = a->value[OPTION_CA], .stop = &sheaf_stopping, .threads = (unsigned)jobs};
    sheaf_buffer_init(&before.note, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_init(&before.bytes, SHEAF_KEPT_BYTES_MAX);
    sheaf_stop_on_signals();
    sheaf_status status = read_options(a, &options, &key, &before, &err);
    bool begun = status == SHEAF_OK;
    if (begun)
        status = verify(a, &options, &v, &err);
    sheaf_buffer_deinit(&before.note);
    sheaf_buffer_deinit(&before.bytes);
    if (a->json && begun && status != SHEAF_IO) {
        print_json(&v, options.hashes_only, status == SHEAF_OK, &err);
        return status == SHEAF_OK      ? SHEAF_EXIT_DONE
               : status == SHEAF_FAULT ? SHEAF_EXIT_FAULT
                                       : SHEAF_EXIT_FAILED;
    }
    if (status != SHEAF_OK) {
        int code = sheaf_report(a, &err);
        if (status == SHEAF_FAULT && v.fault_rests_on[0])
            fprintf(stderr, "it rests on: %s\n", v.fault_rests_on);
        return code;
    }
    if (a->value[OPTION_PUBLIC])
        print_public(&v);
    else if (options.hashes_only)
        print_hashes(&v);
    else
        print_words(&v);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_verify = {
    .name = "verify",
    .arguments = "DIR|URL",
    .summary = "replay and check everything; name the first fault",
    .detail = "Checks every file of the log against its checkpoint, and replays every\n"
              "entry: its form, signature, number, the rules, recorded digests of the\n"
              "state, and the blobs and texts that are at hand. Exit code 0: sound. 3: a\n"
              "fault, which is named with what it rests on. 1: nothing could be read, or a\n"
              "newer program is needed.\n"
              "\n"
              "With --keep FILE the program keeps there, now and then, when it is\n"
              "interrupted and at the end, what it has verified so far. With a FILE that is\n"
              "there it goes on from it, after an interruption or once the log has grown.\n"
              "The entries before are read and hashed again and must be the very same ones;\n"
              "their texts and the rounds are checked again, their signatures, the rules and\n"
              "figures are not. Whoever can write the file can make it say anything of the\n"
              "entries before: keep it where only you can. From a URL all files are fetched\n"
              "again.\n"
              "\n"
              "--from FILE goes on from such a file and leaves it as it is; or from a\n"
              "checkpoint that you verified before (as --save keeps it): then the entries\n"
              "that it covers are replayed again too, but their signatures and what they say\n"
              "of blobs are not checked a second time.\n"
              "\n"
              "With --no-signatures only hashes are checked: entries, bundles and tiles\n"
              "against the checkpoint and its signature. That says nothing about who signed\n"
              "an entry or whether the rules allow it. It needs --vkey once a log has got a\n"
              "new key.\n"
              "\n"
              "With --public a hub's URL or a mirror's folder is read as by somebody who is\n"
              "no member: the whole tree is checked by leaf hashes in place of the entries\n"
              "that are for members, and of the others that they are canonical and, where\n"
              "that can be known, who signed them; not the rules.\n"
              "\n"
              "Partial tiles of earlier sizes may be gone, as the standard allows; those of\n"
              "the checkpoint's size may not.",
    .options = {{"vkey", "VKEY", "the log's key, if you know it from elsewhere"},
                {"ca", "FILE", "certificates to trust, in PEM"},
                {"from", "FILE", "a checkpoint that you verified before, or what --keep wrote"},
                {"save", "FILE", "if all is sound, keep the checkpoint here"},
                {"keep", "FILE", "keep here what is verified, and go on from it"},
                {"jobs", "N", "threads; without it, one for each processor"},
                {"no-signatures", NULL, "hashes only: no signatures of entries, no rules"},
                {"public", NULL, "what those see who are no members"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_verify,
};
