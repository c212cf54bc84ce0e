/* cli/demo.c - `sheaf demo`: the steps of the story. */
#include "cli/demo.h"

#include "acts/flags.h"
#include "base/encode.h"
#include "claims/verify.h"
#include "cli/act.h"
#include "cli/found.h"
#include "coop/view.h"
#include "node/data_file.h"
#include "store/blob.h"
#include "store/clock.h"
#include "store/random.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    DEMO_WAIT_MS = 120000, /* for anything that others do */
    DEMO_ACT_FLAGS_MAX = 24,
};

/* Each member's session, and a visitor's, whose replica of the log is looked at. */
typedef struct {
    demo d;
    sheaf_session session[DEMO_CENTRES], visitor;
    bool open[DEMO_CENTRES], visiting;
} story;

static const sheaf_state *look(const story *s)
{
    return sheaf_member_state(&s->visitor.member);
}

static sheaf_status refresh(story *s, sheaf_err *err)
{
    SHEAF_TRY(demo_check_processes(&s->d, err));
    return sheaf_member_sync(&s->visitor.member, err);
}

/* A home belongs to one program at a time: a node takes it over. */
static void close_sessions(story *s)
{
    for (size_t i = 0; i < DEMO_CENTRES; i++)
        if (s->open[i])
            sheaf_session_close(&s->session[i]);
    memset(s->open, 0, sizeof s->open);
}

/* While a node holds the home, acts are signed against a copy in memory. */
static sheaf_status reopen_sessions(story *s, sheaf_err *err)
{
    for (size_t i = 0; i < DEMO_CENTRES; i++) {
        SHEAF_TRY(sheaf_session_open(&s->session[i], s->d.centres[i].home, NULL, err));
        s->open[i] = true;
    }
    return SHEAF_OK;
}

static sheaf_status visit(story *s, sheaf_err *err)
{
    char home[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(home, err, "%.900s/visitor", s->d.dir));
    SHEAF_TRY(sheaf_session_open(&s->visitor, home, s->d.url, err));
    s->visiting = true;
    return refresh(s, err);
}

/* Enters an act for a centre; the flags end with NULL. A refusal ends the story. */
static sheaf_status act(story *s, size_t centre, const char *kind, uint32_t *index,
                        const char *const *flags, sheaf_err *err)
{
    sheaf_posted posted = {0};
    int count = 0;
    while (flags[count])
        count++;
    SHEAF_TRY(sheaf_session_act(&s->session[centre], sheaf_kind_find(sheaf_str(kind)), count,
                                flags, false, &posted, err));
    if (posted.refusal != SHEAF_ACCEPTED)
        return sheaf_fail(err, SHEAF_INVALID, "%s by %s was refused: %s", kind,
                          s->d.centres[centre].hospital, posted.sentence);
    if (index)
        *index = (uint32_t)posted.index;
    return SHEAF_OK;
}

#define ACT(s, centre, kind, index, err, ...)                                                  \
    act((s), (centre), (kind), (index), (const char *const[]){__VA_ARGS__, NULL}, (err))

static sheaf_status pause_a_moment(const story *s, int64_t since, const char *what,
                                   sheaf_err *err)
{
    struct timespec time = {0, 30000000};
    if (atomic_load(&sheaf_stopping))
        return sheaf_fail(err, SHEAF_IO, "interrupted");
    if (sheaf_clock_ms() - since > DEMO_WAIT_MS)
        return sheaf_fail(err, SHEAF_IO,
                          "%s did not come about; the nodes' words are in "
                          "%.200s/members/*/node.txt",
                          what, s->d.dir);
    nanosleep(&time, NULL);
    return SHEAF_OK;
}

/* ---- founding and admission ---- */

static sheaf_status found(story *s, sheaf_err *err)
{
    demo *d = &s->d;
    sheaf_founding f = {.dir = d->dir,
                        .home = d->centres[0].home,
                        .hub_url = "http://127.0.0.1:8480",
                        .name = "Four Hearts Data Co-op",
                        .purpose = "to learn together from heart examinations that stay in the "
                                   "hospitals that made them",
                        .member = d->centres[0].hospital,
                        .demonstration = true};
    SHEAF_TRY(sheaf_found(&f, err));
    SHEAF_TRY(demo_write_tables(d, err));
    return SHEAF_OK;
}

static sheaf_status join(story *s, size_t i, sheaf_err *err)
{
    demo_centre *centre = &s->d.centres[i];
    SHEAF_TRY(sheaf_session_open(&s->session[i], centre->home, s->d.url, err));
    s->open[i] = true;
    if (i == 0)
        return SHEAF_OK;
    sheaf_posted posted = {0};
    SHEAF_TRY(sheaf_member_apply(&s->session[i].member, centre->hospital,
                                 SHEAF_member_kind_organisation, 0, &posted, err));
    if (posted.refusal != SHEAF_ACCEPTED)
        return sheaf_fail(err, SHEAF_INVALID, "the application of %s was refused: %s",
                          centre->hospital, posted.sentence);
    centre->member = (uint32_t)posted.index;
    /* The bylaws ask for two approvals, or all members while there are fewer. */
    char number[16];
    snprintf(number, sizeof number, "%u", centre->member);
    for (size_t k = 0; k < i && k < 2; k++)
        SHEAF_TRY(ACT(s, k, "member.admit", NULL, err, "--member", number));
    demo_tell(&s->d, "admitted", "  %-38s admitted by %s as member %u", centre->hospital,
              i == 1 ? "the founder" : "two members", centre->member);
    return SHEAF_OK;
}

static sheaf_status gather(story *s, sheaf_err *err)
{
    demo_tell(&s->d, "founded", "%s founds the Four Hearts Data Co-op.",
              s->d.centres[0].hospital);
    SHEAF_TRY(visit(s, err));
    for (size_t i = 0; i < DEMO_CENTRES; i++)
        SHEAF_TRY(join(s, i, err));
    return SHEAF_OK;
}

/* ---- data and consent ---- */

static sheaf_status describe_data(story *s, size_t i, sheaf_err *err)
{
    demo_centre *centre = &s->d.centres[i];
    char records[16], dataset[16], until[24], title[200], commitment[65];
    uint8_t salt[SHEAF_SALT_BYTES];
    sheaf_hash hash;
    sheaf_random(salt, sizeof salt);
    SHEAF_TRY(sheaf_data_commit(centre->home, centre->data, salt, &hash, err));
    sheaf_hex_32(hash.bytes, commitment);
    snprintf(records, sizeof records, "%u", centre->counts.kept);
    snprintf(title, sizeof title, "Heart examinations, %.100s", centre->hospital);
    SHEAF_TRY(ACT(s, i, "dataset.register", &centre->dataset, err, "--title", title,
                  "--records", records, "--schema", "uci-heart", "--licence", "CC-BY-4.0",
                  "--subjects", "patients", "--commitment", commitment));
    snprintf(dataset, sizeof dataset, "%u", centre->dataset);
    snprintf(until, sizeof until, "%lld", (long long)sheaf_clock_ms() + 365LL * 86400000);
    SHEAF_TRY(ACT(s, i, "consent.grant", NULL, err, "--dataset", dataset, "--purpose", "care",
                  "--until", until));
    sheaf_posted posted = {0};
    SHEAF_TRY(sheaf_member_admit_train_key(&s->session[i].member, &posted, err));
    centre->train_key = (uint32_t)posted.index;
    demo_tell(&s->d, "dataset",
              "  %-38s %u records (%u to train, %u held out), consent for care",
              centre->hospital, centre->counts.kept, centre->counts.train, centre->counts.test);
    return SHEAF_OK;
}

static sheaf_status describe(story *s, sheaf_err *err)
{
    demo_tell(&s->d, "data",
              "Each describes its data and consents to its use; the data stays.");
    for (size_t i = 0; i < DEMO_CENTRES; i++)
        SHEAF_TRY(describe_data(s, i, err));
    static const char features[] =
        "[{\"column\":\"age\"},{\"column\":\"sex\"},{\"column\":\"trestbps\"},"
        "{\"column\":\"chol\"},{\"column\":\"fbs\"},{\"column\":\"thalach\"},"
        "{\"column\":\"exang\"},{\"column\":\"oldpeak\"},{\"column\":\"cp\",\"level\":2},"
        "{\"column\":\"cp\",\"level\":3},{\"column\":\"cp\",\"level\":4},"
        "{\"column\":\"restecg\",\"level\":1},{\"column\":\"restecg\",\"level\":2}]";
    return ACT(s, 0, "model.register", &s->d.model, err, "--title",
               "Heart disease from an examination", "--kind", "logistic", "--schema",
               "uci-heart", "--label", "num", "--features", features);
}

/* ---- decisions ---- */

/* Opens a motion, lets all vote for it, waits until the clock has settled it. */
static sheaf_status decide(story *s, const char *title, const char *reason, const char *effect,
                           uint32_t *decided, sheaf_err *err)
{
    uint32_t motion;
    char number[16];
    SHEAF_TRY(ACT(s, 0, "motion.open", &motion, err, "--title", title, "--reason", reason,
                  "--effect", effect));
    snprintf(number, sizeof number, "%u", motion);
    for (size_t i = 0; i < DEMO_CENTRES; i++)
        SHEAF_TRY(ACT(s, i, "ballot.cast", NULL, err, "--motion", number, "--choice", "yes"));
    int64_t since = sheaf_clock_ms();
    const struct sheaf_row_motion *row;
    do {
        SHEAF_TRY(pause_a_moment(s, since, "the decision", err));
        SHEAF_TRY(refresh(s, err));
        row = sheaf_motion_find(look(s), motion);
    } while (row->state == SHEAF_motion_state_open);
    if (row->state != SHEAF_motion_state_adopted)
        return sheaf_fail(err, SHEAF_FAULT, "the motion “%s” was not adopted", title);
    demo_tell(&s->d, "decided", "Motion %u, “%s”: adopted, %u of %u votes for it.", motion,
              title, row->yes, row->electorate);
    *decided = row->decided;
    return SHEAF_OK;
}

static sheaf_status vote_mandate(story *s, sheaf_err *err)
{
    demo *d = &s->d;
    sheaf_training training = sheaf_training_default();
    char effect[1200];
    snprintf(
        effect, sizeof effect,
        "{\"kind\":\"mandate.grant\",\"what\":{\"attest_min\":3,\"cohort_min\":3,"
        "\"datasets\":[{\"dataset\":%u},{\"dataset\":%u},{\"dataset\":%u},{\"dataset\":%u}],"
        "\"duration_s\":86400,\"learning\":{\"batch\":%u,\"local_steps\":%u,"
        "\"rate_millionths\":%u,\"seed\":%llu},\"model\":%u,\"purpose\":\"care\","
        "\"release\":\"exact_sum\",\"rounds_max\":%d}}",
        d->centres[0].dataset, d->centres[1].dataset, d->centres[2].dataset,
        d->centres[3].dataset, training.batch, training.steps, training.rate_millionths,
        (unsigned long long)d->seed, d->model, DEMO_TRAIN_ROUNDS + 2);
    return decide(s, "Train a heart model together",
                  "One round for means and deviations, fifteen for training, one on held-out "
                  "records. The exact sums of all four become known, without noise.",
                  effect, &d->mandate, err);
}

/* ---- rounds ---- */

static void tell_round(const story *s, const struct sheaf_row_round *round)
{
    if (round->task == SHEAF_task_statistics)
        demo_tell(&s->d, "round", "  round %2u  means and deviations of all, from one sum",
                  round->number);
    else if (round->task == SHEAF_task_train)
        demo_tell(&s->d, "round",
                  "  round %2u  trained; before it: loss %.4f, accuracy %.3f on %u records, "
                  "attested by %u",
                  round->number, round->log_loss_millionths / 1e6,
                  round->accuracy_millionths / 1e6, round->records, round->attested);
    else
        demo_tell(&s->d, "round", "  round %2u  evaluated on held-out records", round->number);
}

/* True once the round has its result, and the next may open. */
static bool settled(const story *s, const struct sheaf_row_round *round)
{
    const struct sheaf_row_mandate *mandate = sheaf_mandate_find(look(s), round->mandate);
    return round->state == SHEAF_round_state_aborted
           || (round->state == SHEAF_round_state_closed
               && round->attested >= mandate->attest_min);
}

static sheaf_status train(story *s, sheaf_err *err)
{
    demo *d = &s->d;
    demo_tell(d, "training",
              "Four nodes start, each beside its own data, and check the mandate "
              "themselves.");
    close_sessions(s);
    SHEAF_TRY(demo_start_nodes(d, err));
    uint32_t told = 0;
    int64_t since = sheaf_clock_ms();
    while (!sheaf_evaluation_count(look(s))) {
        SHEAF_TRY(pause_a_moment(s, since, "the training", err));
        SHEAF_TRY(refresh(s, err));
        const sheaf_state *state = look(s);
        while (told < sheaf_round_count(state) && settled(s, sheaf_round_at(state, told))) {
            const struct sheaf_row_round *round = sheaf_round_at(state, told++);
            if (round->state == SHEAF_round_state_aborted)
                return sheaf_fail(err, SHEAF_FAULT, "round %u was aborted", round->number);
            tell_round(s, round);
            d->rounds++;
        }
    }
    const sheaf_state *state = look(s);
    const struct sheaf_row_evaluation *e = sheaf_evaluation_at(state, 0);
    d->release_round = sheaf_mandate_find(state, d->mandate)->result_round;
    demo_tell(d, "evaluated",
              "On %u held-out records of all: accuracy %.3f, AUC %.3f, log loss "
              "%.3f, from one more sum.",
              e->records, e->accuracy_millionths / 1e6, e->auc_millionths / 1e6,
              e->log_loss_millionths / 1e6);
    return SHEAF_OK;
}

/* The model's bytes from the hub's folder, beside what training alone and pooling would give.
 */
static sheaf_status compare(story *s, sheaf_err *err)
{
    sheaf_blobs blobs;
    sheaf_buffer model;
    snprintf(blobs.dir, sizeof blobs.dir, "%.900s/blobs", s->d.dir);
    sheaf_buffer_init(&model, 1 << 20);
    sheaf_status status = sheaf_blob_read(
        &blobs, &sheaf_round_find(look(s), s->d.release_round)->result, &model, err);
    if (status == SHEAF_OK)
        status = demo_compare(&s->d, sheaf_buffer_slice(&model), err);
    sheaf_buffer_deinit(&model);
    if (status == SHEAF_OK)
        demo_tell(&s->d, "compared",
                  "The masked sums made the very bytes that the same training "
                  "without masks makes.");
    return status;
}

/* ---- use and surplus ---- */

static void tell_shares(const story *s)
{
    const sheaf_state *state = look(s);
    for (uint32_t i = 0; i < sheaf_account_count(state); i++) {
        const struct sheaf_row_account *account = sheaf_account_at(state, i);
        const char *whose = "indivisible reserve";
        if (account->kind != SHEAF_account_kind_member
            && account->kind != SHEAF_account_kind_reserve)
            continue;
        for (size_t k = 0; k < DEMO_CENTRES; k++)
            if (account->kind == SHEAF_account_kind_member
                && s->d.centres[k].member == account->member)
                whose = s->d.centres[k].hospital;
        demo_tell(&s->d, "share", "  %-38s %7.2f EUR", whose,
                  (double)-account->balance_cents / 100);
    }
}

static sheaf_status earn(story *s, sheaf_err *err)
{
    char effect[400], model[16];
    uint32_t decided;
    snprintf(effect, sizeof effect,
             "{\"kind\":\"model.release\",\"what\":{\"licence\":\"CC-BY-4.0\",\"model\":%u,"
             "\"price_cents\":250,\"round\":%u}}",
             s->d.model, s->d.release_round);
    SHEAF_TRY(decide(s, "Release the heart model",
                     "It does better than most of us alone. 2.50 EUR a use.", effect, &decided,
                     err));
    snprintf(model, sizeof model, "%u", s->d.model);
    SHEAF_TRY(ACT(s, 0, "usage.record", NULL, err, "--model", model, "--uses", "400",
                  "--customer", "Cardiology practice, Basel"));
    demo_tell(&s->d, "used", "A practice pays for 400 uses: 1,000.00 EUR.");
    SHEAF_TRY(decide(s, "Share the surplus",
                     "By the keys of our bylaws: half by records brought into rounds, three "
                     "tenths alike, two tenths to the reserve.",
                     "{\"kind\":\"surplus.distribute\",\"what\":{\"amount_cents\":100000}}",
                     &decided, err));
    SHEAF_TRY(refresh(s, err));
    tell_shares(s);
    return SHEAF_OK;
}

static sheaf_status verify(story *s, sheaf_err *err)
{
    sheaf_verified v = {0};
    sheaf_verify_options options = {0};
    SHEAF_TRY(sheaf_verify_folder(s->d.dir, &options, &v, err));
    if (v.voids || v.transcripts_checked != s->d.rounds || !v.evaluations_checked)
        return sheaf_fail(err, SHEAF_FAULT, "not everything in %.200s could be checked",
                          s->d.dir);
    s->d.entries = v.entries;
    s->d.verified = true;
    demo_tell(&s->d, "verified",
              "Verified: %llu entries replayed, %u sums added up again, %u texts against their "
              "commitments.",
              (unsigned long long)v.entries, v.transcripts_checked, v.texts_checked);
    return SHEAF_OK;
}

/* ---- all of it ---- */

static sheaf_status tell(story *s, int port, sheaf_err *err)
{
    SHEAF_TRY(found(s, err));
    SHEAF_TRY(demo_start_hub(&s->d, port, err));
    SHEAF_TRY(gather(s, err));
    SHEAF_TRY(describe(s, err));
    SHEAF_TRY(vote_mandate(s, err));
    SHEAF_TRY(train(s, err));
    SHEAF_TRY(reopen_sessions(s, err));
    SHEAF_TRY(compare(s, err));
    demo_tell_figures(&s->d);
    SHEAF_TRY(earn(s, err));
    SHEAF_TRY(verify(s, err));
    demo_tell_summary(&s->d);
    return SHEAF_OK;
}

static sheaf_status stay(story *s, sheaf_err *err)
{
    struct timespec time = {0, 200000000};
    if (!s->d.json)
        printf("\nThe co-op's page is at %s until Ctrl-C. Its folder is %s.\n", s->d.url,
               s->d.dir);
    fflush(stdout);
    while (!atomic_load(&sheaf_stopping)) {
        SHEAF_TRY(demo_check_processes(&s->d, err));
        nanosleep(&time, NULL);
    }
    return SHEAF_OK;
}

static sheaf_status prepare(story *s, const char *dir, sheaf_err *err)
{
    static const char *const hospitals[DEMO_CENTRES] = {
        "Cleveland Clinic", "Hungarian Institute of Cardiology",
        "University Hospitals Zurich, Basel", "VA Medical Center Long Beach"};
    time_t now = time(NULL);
    struct tm local;
    char name[64], absolute[SHEAF_PATH_MAX];
    localtime_r(&now, &local);
    strftime(name, sizeof name, "demo-%Y%m%d-%H%M%S", &local);
    SHEAF_TRY(sheaf_path(s->d.dir, err, "%s", dir ? dir : name));
    if (access(s->d.dir, F_OK) == 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s is there already; the demonstration makes a "
                          "folder of its own",
                          s->d.dir);
    SHEAF_TRY(sheaf_folder_make(s->d.dir, 0700, err));
    if (!realpath(s->d.dir, absolute))
        return sheaf_fail(err, SHEAF_IO, "cannot find %s again: %s", s->d.dir, strerror(errno));
    for (size_t i = 0; i < DEMO_CENTRES; i++) {
        demo_centre *centre = &s->d.centres[i];
        centre->name = sheaf_heart_centres[i].name;
        centre->hospital = hospitals[i];
        SHEAF_TRY(sheaf_path(centre->home, err, "%.900s/members/%s", absolute, centre->name));
        SHEAF_TRY(sheaf_path(centre->data, err, "%.900s/heart.csv", centre->home));
    }
    return SHEAF_OK;
}

static int run_demo(const sheaf_arguments *a)
{
    sheaf_err err;
    long long port = 8480, seed = 42;
    if (a->value[0] && !sheaf_number(a->value[0], 0, 65535, &port))
        return sheaf_usage(&sheaf_command_demo, "--port is a number from 0 to 65535");
    if (a->value[2] && !sheaf_number(a->value[2], 0, SHEAF_JSON_INT_MAX, &seed))
        return sheaf_usage(&sheaf_command_demo, "--seed is a whole number");
    story *s = calloc(1, sizeof *s);
    if (!s)
        return SHEAF_EXIT_FAILED;
    s->d.json = a->json;
    s->d.serve = a->value[1] == NULL;
    s->d.seed = (uint64_t)seed;
    s->d.started_ms = sheaf_clock_ms();
    if (!s->d.serve && !a->value[0])
        port = 0;
    sheaf_stop_on_signals();
    sheaf_status status = demo_check_port((int)port, &err);
    if (status == SHEAF_OK)
        status = prepare(s, a->argument_count ? a->argument[0] : NULL, &err);
    if (status == SHEAF_OK)
        status = tell(s, (int)port, &err);
    demo_stop_nodes(&s->d);
    if (status == SHEAF_OK && s->d.serve)
        status = stay(s, &err);
    close_sessions(s);
    if (s->visiting)
        sheaf_session_close(&s->visitor);
    demo_stop_hub(&s->d);
    free(s->d.comparison);
    free(s);
    return status == SHEAF_OK ? SHEAF_EXIT_DONE : sheaf_report(a, &err);
}

const sheaf_command sheaf_command_demo = {
    .name = "demo",
    .arguments = "[DIR]",
    .summary = "four hospitals found a co-op, train, release, earn, share; then serve it",
    .detail =
        "Real data, real processes: a hub and four nodes, each with its own home. DIR is\n"
        "made for it; without one it is demo-DATE-TIME here.",
    .options = {{"port", "N", "the hub's port (8480; with --no-serve any)"},
                {"no-serve", NULL, "stop after the story; exit 0 only if every step held"},
                {"seed", "N", "seed of the order in which records are taken (42)"}},
    .arguments_min = 0,
    .arguments_max = 1,
    .many = -1,
    .run = run_demo,
};
