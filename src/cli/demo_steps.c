#include "cli/demo_steps.h"

#include "acts/flags.h"
#include "base/encode.h"
#include "cli/found.h"
#include "coop/view.h"
#include "node/data_file.h"
#include "store/clock.h"
#include "store/random.h"

#include <stdio.h>
#include <time.h>

enum { DEMO_WAIT_MS = 120000 }; /* for anything that others do */

const sheaf_state *demo_look(const demo_run *s)
{
    return sheaf_member_state(&s->visitor.member);
}

sheaf_status demo_refresh(demo_run *s, sheaf_err *err)
{
    SHEAF_TRY(demo_check_processes(&s->d, err));
    return sheaf_member_sync(&s->visitor.member, err);
}

sheaf_status demo_pause(const demo_run *s, int64_t since, const char *what, sheaf_err *err)
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

sheaf_status demo_act(demo_run *s, size_t centre, const char *kind, uint32_t *index,
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

/* ---- founding and admission ---- */

static sheaf_status visit(demo_run *s, sheaf_err *err)
{
    char home[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(home, err, "%.900s/visitor", s->d.dir));
    SHEAF_TRY(sheaf_session_open(&s->visitor, home, s->d.url, NULL, err));
    s->visiting = true;
    return demo_refresh(s, err);
}

sheaf_status demo_found(demo_run *s, sheaf_err *err)
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

static sheaf_status join(demo_run *s, size_t i, sheaf_err *err)
{
    demo_centre *centre = &s->d.centres[i];
    SHEAF_TRY(sheaf_session_open(&s->session[i], centre->home, s->d.url, NULL, err));
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
        SHEAF_TRY(DEMO_ACT(s, k, "member.admit", NULL, err, "--member", number));
    demo_tell(&s->d, "admitted", "  %-38s admitted by %s as member %u", centre->hospital,
              i == 1 ? "the founder" : "two members", centre->member);
    return SHEAF_OK;
}

sheaf_status demo_gather(demo_run *s, sheaf_err *err)
{
    demo_tell(&s->d, "founded", "%s founds the Four Hearts Data Co-op.",
              s->d.centres[0].hospital);
    SHEAF_TRY(visit(s, err));
    for (size_t i = 0; i < DEMO_CENTRES; i++)
        SHEAF_TRY(join(s, i, err));
    return SHEAF_OK;
}

/* ---- data and consent ---- */

static sheaf_status describe_data(demo_run *s, size_t i, sheaf_err *err)
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
    SHEAF_TRY(DEMO_ACT(s, i, "dataset.register", &centre->dataset, err, "--title", title,
                       "--records", records, "--schema", "uci-heart", "--licence", "CC-BY-4.0",
                       "--subjects", "patients", "--commitment", commitment));
    snprintf(dataset, sizeof dataset, "%u", centre->dataset);
    snprintf(until, sizeof until, "%lld", (long long)sheaf_clock_ms() + 365LL * 86400000);
    SHEAF_TRY(DEMO_ACT(s, i, "consent.grant", NULL, err, "--dataset", dataset, "--purpose",
                       "care", "--until", until));
    sheaf_posted posted = {0};
    SHEAF_TRY(sheaf_member_admit_train_key(&s->session[i].member, &posted, err));
    centre->train_key = (uint32_t)posted.index;
    demo_tell(&s->d, "dataset",
              "  %-38s %u records (%u to train, %u held out), consent for care",
              centre->hospital, centre->counts.kept, centre->counts.train, centre->counts.test);
    return SHEAF_OK;
}

sheaf_status demo_describe(demo_run *s, sheaf_err *err)
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
    return DEMO_ACT(s, 0, "model.register", &s->d.model, err, "--title",
                    "Heart disease from an examination", "--kind", "logistic", "--schema",
                    "uci-heart", "--label", "num", "--features", features);
}

/* ---- decisions ---- */

sheaf_status demo_decide(demo_run *s, const char *title, const char *reason, const char *effect,
                         uint32_t *decided, sheaf_err *err)
{
    uint32_t motion;
    char number[16];
    SHEAF_TRY(DEMO_ACT(s, 0, "motion.open", &motion, err, "--title", title, "--reason", reason,
                       "--effect", effect));
    snprintf(number, sizeof number, "%u", motion);
    for (size_t i = 0; i < DEMO_CENTRES; i++)
        SHEAF_TRY(
            DEMO_ACT(s, i, "ballot.cast", NULL, err, "--motion", number, "--choice", "yes"));
    int64_t since = sheaf_clock_ms();
    const struct sheaf_row_motion *row;
    do {
        SHEAF_TRY(demo_pause(s, since, "the decision", err));
        SHEAF_TRY(demo_refresh(s, err));
        row = sheaf_motion_find(demo_look(s), motion);
    } while (row->state == SHEAF_motion_state_open);
    if (row->state != SHEAF_motion_state_adopted)
        return sheaf_fail(err, SHEAF_FAULT, "the motion “%s” was not adopted", title);
    demo_tell(&s->d, "decided", "Motion %u, “%s”: adopted, %u of %u votes for it.", motion,
              title, row->yes, row->electorate);
    *decided = row->decided;
    return SHEAF_OK;
}

sheaf_status demo_vote_mandate(demo_run *s, sheaf_err *err)
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
    return demo_decide(
        s, "Train a heart model together",
        "One round for means and deviations, fifteen for training, one on held-out "
        "records. The exact sums of all four become known, without noise.",
        effect, &d->mandate, err);
}
