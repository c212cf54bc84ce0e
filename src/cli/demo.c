/* cli/demo.c - `sheaf demo`: the steps of the story. */
#include "claims/verify.h"
#include "cli/demo_gains.h"
#include "cli/demo_steps.h"
#include "coop/view.h"
#include "store/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

void demo_close_sessions(demo_run *s)
{
    for (size_t i = 0; i < s->d.count; i++)
        if (s->open[i])
            sheaf_session_close(&s->session[i]);
    memset(s->open, 0, sizeof s->open);
}

/* While a node holds the home, acts are signed against a copy in memory. */
static sheaf_status reopen_sessions(demo_run *s, sheaf_err *err)
{
    for (size_t i = 0; i < s->d.count; i++) {
        SHEAF_TRY(sheaf_session_open(&s->session[i], s->d.members[i].home, NULL, NULL, err));
        s->open[i] = true;
    }
    return SHEAF_OK;
}

/* ---- use and surplus ---- */

static void tell_shares(const demo_run *s)
{
    const sheaf_state *state = demo_look(s);
    for (uint32_t i = 0; i < sheaf_account_count(state); i++) {
        const struct sheaf_row_account *account = sheaf_account_at(state, i);
        const char *whose = "indivisible reserve";
        if (account->kind != SHEAF_account_kind_member
            && account->kind != SHEAF_account_kind_reserve)
            continue;
        for (size_t k = 0; k < s->d.count; k++)
            if (account->kind == SHEAF_account_kind_member
                && s->d.members[k].member == account->member)
                whose = s->d.members[k].title;
        demo_tell(&s->d, "share", "  %-38s %7.2f EUR", whose,
                  (double)-account->balance_cents / 100);
    }
}

static sheaf_status earn(demo_run *s, sheaf_err *err)
{
    const demo_scenario *scenario = s->d.scenario;
    char effect[400], model[16], uses[16], title[100];
    uint32_t decided;
    snprintf(effect, sizeof effect,
             "{\"kind\":\"model.release\",\"what\":{\"licence\":\"CC-BY-4.0\",\"model\":%u,"
             "\"price_cents\":%u,\"round\":%u}}",
             s->d.model, scenario->price_cents, s->d.release_round);
    snprintf(title, sizeof title, "Release the %s model", scenario->subject);
    SHEAF_TRY(demo_decide(s, title, scenario->release_reason, effect, &decided, err));
    snprintf(model, sizeof model, "%u", s->d.model);
    snprintf(uses, sizeof uses, "%u", scenario->uses);
    SHEAF_TRY(DEMO_ACT(s, 0, "usage.record", NULL, err, "--model", model, "--uses", uses,
                       "--customer", scenario->customer));
    demo_tell(&s->d, "used", "%s", scenario->paid);
    snprintf(effect, sizeof effect,
             "{\"kind\":\"surplus.distribute\",\"what\":{\"amount_cents\":%u}}",
             scenario->price_cents * scenario->uses);
    SHEAF_TRY(
        demo_decide(s, "Share the surplus",
                    "By the keys of our bylaws: half by records brought into rounds, three "
                    "tenths alike, two tenths to the reserve.",
                    effect, &decided, err));
    SHEAF_TRY(demo_refresh(s, err));
    tell_shares(s);
    return SHEAF_OK;
}

static sheaf_status verify(demo_run *s, sheaf_err *err)
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

static sheaf_status tell(demo_run *s, int port, sheaf_err *err)
{
    SHEAF_TRY(demo_found(s, err));
    SHEAF_TRY(demo_start_hub(&s->d, port, err));
    SHEAF_TRY(demo_gather(s, err));
    SHEAF_TRY(demo_describe(s, err));
    SHEAF_TRY(demo_vote_mandate(s, err));
    SHEAF_TRY(demo_train(s, err));
    SHEAF_TRY(reopen_sessions(s, err));
    SHEAF_TRY(demo_check_model(s, err));
    if (!s->d.json) /* there the summary has them */
        s->d.scenario->tell_figures(&s->d);
    SHEAF_TRY(demo_picture_write(&s->d, s->d.scenario->gains(&s->d), err));
    SHEAF_TRY(earn(s, err));
    SHEAF_TRY(demo_fill(s, err));
    SHEAF_TRY(verify(s, err));
    demo_tell_summary(&s->d);
    return SHEAF_OK;
}

static sheaf_status stay(demo_run *s, sheaf_err *err)
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

static sheaf_status prepare(demo_run *s, const char *dir, sheaf_err *err)
{
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
    for (size_t i = 0; i < s->d.count; i++) {
        demo_member *member = &s->d.members[i];
        member->name = s->d.scenario->parties[i].name;
        member->title = s->d.scenario->parties[i].title;
        SHEAF_TRY(sheaf_path(member->home, err, "%.900s/members/%s", absolute, member->name));
        SHEAF_TRY(
            sheaf_path(member->data, err, "%.900s/%s", member->home, s->d.scenario->file));
    }
    return SHEAF_OK;
}

static int unknown(const char *name)
{
    char names[200] = "";
    size_t len = 0;
    for (size_t i = 0; demo_scenario_at(i) && len < sizeof names; i++)
        len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", i ? ", " : "",
                                demo_scenario_at(i)->name);
    return sheaf_usage(&sheaf_command_demo, "there is no scenario %s; there is %s", name,
                       names);
}

static int run_demo(const sheaf_arguments *a)
{
    sheaf_err err;
    long long port = 8480, seed = 42, entries = 0;
    if (a->value[0] && !sheaf_number(a->value[0], 0, 65535, &port))
        return sheaf_usage(&sheaf_command_demo, "--port is a number from 0 to 65535");
    if (a->value[2] && !sheaf_number(a->value[2], 0, SHEAF_JSON_INT_MAX, &seed))
        return sheaf_usage(&sheaf_command_demo, "--seed is a whole number");
    if (a->value[3] && !sheaf_number(a->value[3], 1, 1000000, &entries))
        return sheaf_usage(&sheaf_command_demo, "--entries is a number from 1 to 1000000");
    const demo_scenario *scenario = demo_scenario_find(a->value[5] ? a->value[5] : "heart");
    if (!scenario)
        return unknown(a->value[5]);
    demo_run *s = calloc(1, sizeof *s);
    if (!s)
        return SHEAF_EXIT_FAILED;
    s->d.entries_min = (uint64_t)entries;
    s->d.json = a->json;
    s->d.serve = a->value[1] == NULL;
    s->d.seed = (uint64_t)seed;
    s->d.scenario = scenario;
    s->d.count = scenario->count;
    s->d.exact = a->value[4] || !scenario->noised.rounds;
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
    demo_close_sessions(s);
    if (s->visiting)
        sheaf_session_close(&s->visitor);
    demo_stop_hub(&s->d);
    free(s->d.found);
    free(s);
    return status == SHEAF_OK ? SHEAF_EXIT_DONE : sheaf_report(a, &err);
}

const sheaf_command sheaf_command_demo = {
    .name = "demo",
    .arguments = "[DIR]",
    .summary = "four hospitals found a co-op, train, release, earn, share; then serve it",
    .detail =
        "Real data, real processes: a hub and a node for each member, each with its own\n"
        "home. DIR is made for it; without one it is demo-DATE-TIME here. The hospitals\n"
        "train under noise that hides every single patient; with --exact on exact sums,\n"
        "whose model must be, byte for byte, that of the same training without masks.\n"
        "What each member gains is drawn in DIR/gains.svg. Other scenarios are on exact\n"
        "sums: energy, ten households forecast tomorrow's electricity; maintenance, five\n"
        "works learn trees that say which machines will fail;\n"
        "crops, growers of eight states forecast the next harvest.",
    .options = {{"port", "N", "the hub's port (8480; with --no-serve any)"},
                {"no-serve", NULL, "stop after the story; exit 0 only if every step held"},
                {"seed", "N", "seed of the order in which records are taken (42)"},
                {"entries", "N", "go on recording payments until the log has N entries"},
                {"exact", NULL, "train on exact sums, without noise"},
                {"scenario", "NAME", "heart (if left out), energy, maintenance or crops"}},
    .arguments_min = 0,
    .arguments_max = 1,
    .many = -1,
    .run = run_demo,
};
