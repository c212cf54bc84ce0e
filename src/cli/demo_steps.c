#include "cli/demo_steps.h"

#include "acts/flags.h"
#include "base/encode.h"
#include "cli/found.h"
#include "coop/view.h"
#include "node/data_file.h"
#include "store/clock.h"
#include "store/random.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

enum {
    DEMO_WAIT_MS = 120000, /* for anything that others do */
    EFFECT_MAX = 16384,
    TABLE_BYTES_MAX = 1 << 24,
    FLAGS_MAX = 24, /* that a scenario has for its model, with their values */
};

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

sheaf_status demo_act(demo_run *s, size_t member, const char *kind, uint32_t *index,
                      const char *const *flags, sheaf_err *err)
{
    sheaf_posted posted = {0};
    int count = 0;
    while (flags[count])
        count++;
    SHEAF_TRY(sheaf_session_act(&s->session[member], sheaf_kind_find(sheaf_str(kind)), count,
                                flags, false, &posted, err));
    if (posted.refusal != SHEAF_ACCEPTED)
        return sheaf_fail(err, SHEAF_INVALID, "%s by %s was refused: %s", kind,
                          s->d.members[member].title, posted.sentence);
    if (index)
        *index = (uint32_t)posted.index;
    return SHEAF_OK;
}

/* ---- founding and admission ---- */

static sheaf_status visit(demo_run *s, sheaf_err *err)
{
    char home[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(home, err, "%.900s/visitor", s->d.dir));
    SHEAF_TRY(sheaf_folder_make(home, 0700, err));
    SHEAF_TRY(sheaf_session_open(&s->visitor, home, s->d.url, NULL, err));
    s->visiting = true;
    /* Nobody else comes here: one who opens the copy anew at each look writes all its files. */
    SHEAF_TRY(sheaf_follower_hold(&s->visitor.member.follower, err));
    return demo_refresh(s, err);
}

static sheaf_status write_table(demo *d, size_t at, sheaf_err *err)
{
    demo_member *member = &d->members[at];
    sheaf_buffer table;
    sheaf_buffer_init(&table, TABLE_BYTES_MAX);
    sheaf_status status = d->scenario->table((uint32_t)at, &table, &member->counts, err);
    if (status == SHEAF_OK)
        status = sheaf_folder_make(member->home, 0700, err);
    if (status == SHEAF_OK)
        status = sheaf_file_write(member->data, 0600, sheaf_buffer_slice(&table), err);
    sheaf_buffer_deinit(&table);
    return status;
}

sheaf_status demo_found(demo_run *s, sheaf_err *err)
{
    demo *d = &s->d;
    sheaf_founding f = {.dir = d->dir,
                        .home = d->members[0].home,
                        .hub_url = "http://127.0.0.1:8480",
                        .name = d->scenario->coop,
                        .purpose = d->scenario->aim,
                        .member = d->members[0].title,
                        .demonstration = true,
                        .person = d->scenario->persons};
    SHEAF_TRY(sheaf_found(&f, err));
    for (size_t i = 0; i < d->count; i++)
        SHEAF_TRY(write_table(d, i, err));
    return SHEAF_OK;
}

static sheaf_status join(demo_run *s, size_t i, sheaf_err *err)
{
    demo_member *member = &s->d.members[i];
    SHEAF_TRY(sheaf_session_open(&s->session[i], member->home, s->d.url, NULL, err));
    s->open[i] = true;
    if (i == 0)
        return SHEAF_OK;
    sheaf_posted posted = {0};
    SHEAF_TRY(sheaf_member_apply(&s->session[i].member, member->title,
                                 s->d.scenario->persons ? SHEAF_member_kind_person
                                                        : SHEAF_member_kind_organisation,
                                 0, &posted, err));
    if (posted.refusal != SHEAF_ACCEPTED)
        return sheaf_fail(err, SHEAF_INVALID, "the application of %s was refused: %s",
                          member->title, posted.sentence);
    member->member = (uint32_t)posted.index;
    /* The bylaws ask for two approvals, or all members while there are fewer. */
    char number[16];
    snprintf(number, sizeof number, "%u", member->member);
    for (size_t k = 0; k < i && k < 2; k++)
        SHEAF_TRY(DEMO_ACT(s, k, "member.admit", NULL, err, "--member", number));
    demo_tell(&s->d, "admitted", "  %-38s admitted by %s as member %u", member->title,
              i == 1 ? "the founder" : "two members", member->member);
    return SHEAF_OK;
}

sheaf_status demo_gather(demo_run *s, sheaf_err *err)
{
    demo_tell(&s->d, "founded", "%s founds the %s.", s->d.members[0].title,
              s->d.scenario->coop);
    SHEAF_TRY(visit(s, err));
    for (size_t i = 0; i < s->d.count; i++)
        SHEAF_TRY(join(s, i, err));
    return SHEAF_OK;
}

/* ---- data and consent ---- */

/* Under noise with a budget, which exact sums could not keep. */
static sheaf_status consent(demo_run *s, size_t i, const char *dataset, const char *until,
                            sheaf_err *err)
{
    sheaf_buffer budget;
    if (s->d.exact)
        return DEMO_ACT(s, i, "consent.grant", NULL, err, "--dataset", dataset, "--purpose",
                        s->d.scenario->use, "--until", until);
    sheaf_buffer_init(&budget, EFFECT_MAX);
    demo_put_budget(&budget);
    sheaf_buffer_add_byte(&budget, 0);
    sheaf_status status = sheaf_buffer_check(&budget, "the budget of a consent", err);
    if (status == SHEAF_OK)
        status =
            DEMO_ACT(s, i, "consent.grant", NULL, err, "--budget", (char *)budget.data,
                     "--dataset", dataset, "--purpose", s->d.scenario->use, "--until", until);
    sheaf_buffer_deinit(&budget);
    return status;
}

static sheaf_status describe_data(demo_run *s, size_t i, sheaf_err *err)
{
    const demo_scenario *scenario = s->d.scenario;
    demo_member *member = &s->d.members[i];
    char records[16], dataset[16], until[24], title[200], commitment[65];
    uint8_t salt[SHEAF_SALT_BYTES];
    sheaf_hash hash;
    sheaf_random(salt, sizeof salt);
    SHEAF_TRY(sheaf_data_commit(member->home, member->data, salt, &hash, err));
    sheaf_hex_32(hash.bytes, commitment);
    snprintf(records, sizeof records, "%u", member->counts.kept);
    snprintf(title, sizeof title, "%s, %.100s", scenario->data_title, member->title);
    SHEAF_TRY(DEMO_ACT(s, i, "dataset.register", &member->dataset, err, "--title", title,
                       "--records", records, "--schema", scenario->schema, "--licence",
                       scenario->licence, "--subjects", scenario->subjects, "--commitment",
                       commitment, scenario->groups ? "--groups" : NULL, scenario->groups));
    snprintf(dataset, sizeof dataset, "%u", member->dataset);
    snprintf(until, sizeof until, "%lld", (long long)sheaf_clock_ms() + 365LL * 86400000);
    SHEAF_TRY(consent(s, i, dataset, until, err));
    sheaf_posted posted = {0};
    SHEAF_TRY(sheaf_member_admit_train_key(&s->session[i].member, &posted, err));
    member->train_key = (uint32_t)posted.index;
    demo_tell(&s->d, "dataset", "  %-38s %u records (%u to train, %u held out), consent for %s",
              member->title, member->counts.kept, member->counts.train, member->counts.test,
              scenario->use);
    return SHEAF_OK;
}

/* The inputs with their public ranges, as JSON that ends with a zero byte. */
static void put_features(const sheaf_features *features, sheaf_buffer *out)
{
    for (uint32_t i = 0; i < features->count; i++) {
        const sheaf_feature *f = &features->items[i];
        sheaf_buffer_printf(out, "%s{\"column\":\"%s\"", i ? "," : "[", f->column);
        if (f->has_level)
            sheaf_buffer_printf(out, ",\"level\":%lld", (long long)f->level);
        else if (f->has_range)
            sheaf_buffer_printf(out, ",\"high_millionths\":%lld,\"low_millionths\":%lld",
                                (long long)f->high_millionths, (long long)f->low_millionths);
        sheaf_buffer_add_byte(out, '}');
    }
    sheaf_buffer_add(out, sheaf_bytes("]", 2)); /* and its zero */
}

static sheaf_status register_model(demo_run *s, const char *features, sheaf_err *err)
{
    const demo_scenario *scenario = s->d.scenario;
    const char *flags[FLAGS_MAX + 7] = {"--title",        scenario->model_title, "--schema",
                                        scenario->schema, "--features",          features};
    for (size_t i = 0; scenario->model[i]; i++) {
        assert(i < FLAGS_MAX);
        flags[6 + i] = scenario->model[i];
    }
    return demo_act(s, 0, "model.register", &s->d.model, flags, err);
}

sheaf_status demo_describe(demo_run *s, sheaf_err *err)
{
    demo_tell(&s->d, "data",
              "Each describes its data and consents to its use; the data stays.");
    for (size_t i = 0; i < s->d.count; i++)
        SHEAF_TRY(describe_data(s, i, err));
    sheaf_buffer features;
    sheaf_buffer_init(&features, EFFECT_MAX);
    put_features(s->d.scenario->features(), &features);
    sheaf_status status = sheaf_buffer_check(&features, "the model's inputs", err);
    if (status == SHEAF_OK)
        status = register_model(s, (const char *)features.data, err);
    sheaf_buffer_deinit(&features);
    return status;
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
    for (size_t i = 0; i < s->d.count; i++)
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

/* Everything that both forms of the mandate have. */
static void put_mandate(const demo *d, const sheaf_training *training, uint32_t rounds,
                        sheaf_buffer *out)
{
    sheaf_buffer_printf(out,
                        "{\"kind\":\"mandate.grant\",\"what\":{\"attest_min\":%u,"
                        "\"cohort_min\":%u,\"datasets\":",
                        d->scenario->attest_min, d->scenario->cohort_min);
    for (size_t i = 0; i < d->count; i++)
        sheaf_buffer_printf(out, "%s{\"dataset\":%u}", i ? "," : "[", d->members[i].dataset);
    sheaf_buffer_printf(out,
                        "],\"duration_s\":86400,\"learning\":{\"batch\":%u,"
                        "\"local_steps\":%u,\"rate_millionths\":%u,\"seed\":%llu},"
                        "\"model\":%u,",
                        training->batch, training->steps, training->rate_millionths,
                        (unsigned long long)d->seed, d->model);
    if (!d->exact) {
        sheaf_buffer_add_string(out, "\"privacy\":");
        demo_put_privacy(d, out);
        sheaf_buffer_add_byte(out, ',');
    }
    sheaf_buffer_printf(out, "\"purpose\":\"%s\",\"release\":\"%s\",\"rounds_max\":%u}}",
                        d->scenario->use, d->exact ? "exact_sum" : "noised", rounds);
    sheaf_buffer_add_byte(out, 0);
}

sheaf_status demo_vote_mandate(demo_run *s, sheaf_err *err)
{
    demo *d = &s->d;
    const demo_scenario *scenario = d->scenario;
    sheaf_training training = scenario->training;
    const char *reason = scenario->reason;
    sheaf_buffer effect;
    char title[100];
    if (!d->exact) {
        training =
            (sheaf_training){.steps = 1, .rate_millionths = scenario->noised.rate_millionths};
        reason = scenario->noised.reason;
    }
    snprintf(title, sizeof title, "Train a %s model together", scenario->subject);
    sheaf_buffer_init(&effect, EFFECT_MAX);
    put_mandate(d, &training, d->exact ? scenario->all_rounds : scenario->noised.rounds + 1,
                &effect);
    sheaf_status status = sheaf_buffer_check(&effect, "the mandate", err);
    if (status == SHEAF_OK)
        status = demo_decide(s, title, reason, (char *)effect.data, &d->mandate, err);
    sheaf_buffer_deinit(&effect);
    return status;
}
