/* cli/status.c - `sheaf status`: what waits for the member, and how the co-op stands, by one's
 * own replay of its log. */
#include "cli/effect_words.h"
#include "cli/motion.h"
#include "cli/source_text.h"
#include "cli/waiting.h"

#include "base/encode.h"
#include "cli/patience_words.h"
#include "cli/privacy_words.h"
#include "coop/ending.h"
#include "coop/view.h"
#include "learn/round_graph.h"
#include "node/witnessed.h"
#include "store/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ANSWER_MAX = 1 << 20 };

/* ---- witnesses ---- */

/* What the hub says of its witnesses, and what was checked here. */
typedef struct {
    sheaf_buffer answer, note;
    uint8_t *block; /* of the arena in which `json` stands */
    const sheaf_json *json;
    uint64_t witnessed; /* entries of a checkpoint with a quorum of cosignatures that hold */
} witness_report;

/* How many entries the note covers, if the log and as many witnesses as the bylaws require have
 * signed it; else 0. */
static uint64_t check_witnessed(const sheaf_member *m, sheaf_slice bytes)
{
    const sheaf_state *state = sheaf_member_state(m);
    unsigned quorum = sheaf_bylaws_now(state)->witness_quorum;
    sheaf_checkpoint head;
    if (sheaf_checkpoint_open(bytes, &m->follower.log_key, &head, NULL) != SHEAF_OK)
        return 0;
    return quorum && sheaf_witnessed_count(state, bytes) >= quorum ? head.size : 0;
}

/* Where there is no hub to ask, `m` is NULL. */
static void report_get(witness_report *r, const sheaf_member *m)
{
    sheaf_json *json;
    *r = (witness_report){.block = malloc(ANSWER_MAX)};
    sheaf_buffer_init(&r->answer, ANSWER_MAX);
    sheaf_buffer_init(&r->note, SHEAF_NOTE_BYTES_MAX);
    if (!m || !r->block || sheaf_bylaws_now(sheaf_member_state(m))->witnesses == 0)
        return;
    sheaf_arena arena = sheaf_arena_over(r->block, ANSWER_MAX);
    if (sheaf_hub_get(&m->ports.transport, "/api/v1/witnesses", &r->answer, NULL) == SHEAF_OK
        && sheaf_json_parse(sheaf_buffer_slice(&r->answer), &arena, &json, NULL) == SHEAF_OK)
        r->json = json;
    if (sheaf_hub_get(&m->ports.transport, "/witnessed/checkpoint", &r->note, NULL) == SHEAF_OK)
        r->witnessed = check_witnessed(m, sheaf_buffer_slice(&r->note));
}

static void report_free(witness_report *r)
{
    sheaf_buffer_deinit(&r->note);
    sheaf_buffer_deinit(&r->answer);
    free(r->block);
}

/* Words of the hub and of witnesses: nothing but plain characters reaches the terminal. */
static void plain(sheaf_slice words, char *out, size_t size)
{
    size_t len = words.len < size ? words.len : size - 1;
    for (size_t i = 0; i < len; i++)
        out[i] = words.data[i] >= 0x20 && words.data[i] < 0x7f ? (char)words.data[i] : '?';
    out[len] = 0;
}

static void print_witness(const sheaf_json *witness)
{
    char name[101], trouble[SHEAF_MESSAGE_MAX];
    plain(sheaf_json_member_string(witness, "name"), name, sizeof name);
    plain(sheaf_json_member_string(witness, "trouble"), trouble, sizeof trouble);
    char when[32] = "never";
    int64_t seconds = sheaf_json_member_int(witness, "time", 0);
    if (seconds > 0) {
        struct tm utc;
        time_t time = (time_t)seconds;
        gmtime_r(&time, &utc);
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &utc);
    }
    printf("  witness    %s: %lld entries, %s%s%s\n", name,
           (long long)sheaf_json_member_int(witness, "size", 0), when, *trouble ? "; " : "",
           trouble);
}

static void print_witnesses(const sheaf_state *state, const witness_report *r, bool hub)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    const sheaf_json *list = sheaf_json_member(r->json, "witnesses");
    if (bylaws->witness_quorum == 0)
        puts("  time       rests on the hub: the bylaws require no cosignatures");
    else if (!hub)
        printf("  time       %u of %u witnesses cosign; sheaf verify checks them\n",
               bylaws->witness_quorum, bylaws->witnesses);
    else
        printf("  witnessed  %llu entries, by %u of %u witnesses\n",
               (unsigned long long)r->witnessed, bylaws->witness_quorum, bylaws->witnesses);
    for (const sheaf_json *at = list ? list->first : NULL; at; at = at->next)
        print_witness(at);
}

/* ---- the co-op ---- */

static uint32_t count_members(const sheaf_state *state, uint8_t wanted)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < sheaf_member_count(state); i++)
        n += sheaf_member_at(state, i)->state == wanted;
    return n;
}

static void print_closing(int64_t closes, int64_t now)
{
    char when[SHEAF_MOMENT_SIZE];
    sheaf_moment_words(closes, now, when);
    if (closes - now < 1000)
        fputs("closed, to be settled by the next entry", stdout);
    else
        printf("closes %s", when);
}

/* A line under another; frees the words. */
static void print_words(const char *before, sheaf_buffer *words)
{
    if (words->len && !words->failed)
        printf("             %s%.*s\n", before, SHEAF_PRINT(sheaf_buffer_slice(words)));
    sheaf_buffer_deinit(words);
}

static void print_title(const sheaf_round_source *source, const sheaf_hash *title)
{
    sheaf_buffer words;
    sheaf_title_get(source, title, &words);
    if (words.len) {
        fputs("             “", stdout);
        sheaf_print_plain(sheaf_buffer_slice(&words));
        puts("”");
    }
    sheaf_buffer_deinit(&words);
}

/* Adopted, and its effect has not taken place yet. */
static void print_held(const sheaf_state *state, const struct sheaf_row_motion *m, int64_t now)
{
    char when[SHEAF_MOMENT_SIZE];
    const struct sheaf_row_suspension *stop = sheaf_suspension_find(state, m->id);
    const struct sheaf_row_deadline *ends =
        sheaf_deadline_find(state, sheaf_pair(m->id, SHEAF_deadline_kind_hold));
    if (stop && stop->in_force) {
        printf("adopted; its effect is suspended: sheaf override show %u\n", stop->override);
    } else if (ends && ends->place && ends->at > now) {
        sheaf_moment_words(ends->at, now, when);
        printf("adopted; its effect is held until %s\n", when);
    } else {
        puts("adopted; its effect takes place with the next entry");
    }
}

/* What would follow, or follows once it is held no more, whatever the motion is called. */
static void print_effect(const sheaf_round_source *source, const struct sheaf_row_motion *m)
{
    sheaf_effect effect;
    sheaf_article articles[SHEAF_ARTICLE_COUNT];
    size_t count = 0;
    void *block = malloc(SHEAF_ACT_ARENA_BYTES);
    if (!block)
        return;
    sheaf_arena arena = sheaf_arena_over(block, SHEAF_ACT_ARENA_BYTES);
    if (sheaf_motion_effect(source->state, m, &arena, &effect)) {
        fputs("             effect ", stdout);
        sheaf_effect_print_line(source, &effect);
        (void)sheaf_motion_articles(
            &(sheaf_motion_report){.state = source->state, .effect = &effect}, articles,
            &count);
        for (size_t i = 0; i < count; i++)
            printf("%s%d", i ? ", " : ": changes article ", (int)articles[i]);
        puts("");
    }
    free(block);
}

/* With those by proxy, which its closing counts. */
static void print_votes(const sheaf_state *state, const struct sheaf_row_motion *m)
{
    const sheaf_proxied proxied = sheaf_motion_proxied(state, m);
    uint32_t by_proxy = proxied.yes + proxied.no + proxied.abstain;
    printf(": %u for, %u against, %u abstain, of %u", m->yes + proxied.yes, m->no + proxied.no,
           m->abstain + proxied.abstain, m->electorate);
    if (by_proxy)
        printf("; %u of them by proxy", by_proxy);
    puts("");
}

static void print_motions(const sheaf_round_source *source, int64_t now)
{
    const sheaf_state *state = source->state;
    for (uint32_t i = 0; i < sheaf_motion_count(state); i++) {
        const struct sheaf_row_motion *m = sheaf_motion_at(state, i);
        bool open = m->state == SHEAF_motion_state_open;
        if (!open && m->state != SHEAF_motion_state_held)
            continue;
        printf("  motion %-3u ", m->id);
        if (open) {
            print_closing(m->closes, now);
            print_votes(state, m);
        } else {
            print_held(state, m, now);
        }
        print_title(source, &m->title);
        print_effect(source, m);
        if (!open)
            continue;
        sheaf_buffer words;
        sheaf_buffer_init(&words, 1024);
        sheaf_words_put_motion(&words, state, m);
        print_words("if it is adopted, ", &words);
    }
}

/* ---- rounds ---- */

/* What the hub says of a round that is under way. */
typedef struct {
    char stage[24];
    int64_t answers, of, left_ms;
} round_report;

static bool round_get(const sheaf_member *m, uint32_t round, round_report *out)
{
    char path[48];
    sheaf_buffer answer;
    sheaf_json *json;
    uint8_t block[4096];
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_buffer_init(&answer, sizeof block);
    snprintf(path, sizeof path, "/api/v1/rounds/%u", round);
    bool known =
        m && sheaf_hub_get(&m->ports.transport, path, &answer, NULL) == SHEAF_OK
        && sheaf_json_parse(sheaf_buffer_slice(&answer), &arena, &json, NULL) == SHEAF_OK;
    if (known) {
        plain(sheaf_json_member_string(json, "stage"), out->stage, sizeof out->stage);
        out->answers = sheaf_json_member_int(json, "answers", 0);
        out->of = sheaf_json_member_int(json, "of", 0);
        out->left_ms = sheaf_json_member_int(json, "left_ms", 0);
    }
    sheaf_buffer_deinit(&answer);
    return known;
}

static void put_rounds(sheaf_json_writer *w, const sheaf_state *state, const sheaf_member *m)
{
    sheaf_json_key(w, "rounds_open");
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < sheaf_round_count(state); i++) {
        const struct sheaf_row_round *round = sheaf_round_at(state, i);
        round_report report;
        if (round->state != SHEAF_round_state_open || !round_get(m, round->id, &report))
            continue;
        sheaf_json_open_object(w);
        sheaf_json_member_put_int(w, "answers", report.answers);
        sheaf_json_member_put_int(w, "left_ms", report.left_ms);
        sheaf_json_member_put_int(w, "of", report.of);
        sheaf_json_member_put_int(w, "round", round->id);
        sheaf_json_member_put_string(w, "stage", sheaf_str(report.stage));
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
}

static void print_rounds(const sheaf_state *state, const sheaf_member *m)
{
    uint32_t closed = 0, aborted = 0, count = sheaf_round_count(state);
    for (uint32_t i = 0; i < count; i++) {
        const struct sheaf_row_round *round = sheaf_round_at(state, i);
        closed += round->state == SHEAF_round_state_closed;
        aborted += round->state == SHEAF_round_state_aborted;
        round_report report;
        if (round->state != SHEAF_round_state_open)
            continue;
        printf("  round %-4u under way with %u participants, of mandate %u\n", round->id,
               round->seats, round->mandate);
        sheaf_round_graph graph;
        char text[SHEAF_ROUND_GRAPH_TEXT];
        if (sheaf_round_graph_of(state, round, &graph, NULL) == SHEAF_OK) {
            sheaf_round_graph_describe(&graph, text);
            printf("             %s\n", text);
        }
        if (round_get(m, round->id, &report))
            printf("             stage %s: %lld of %lld have answered, %lld s are left\n",
                   report.stage, (long long)report.answers, (long long)report.of,
                   (long long)(report.left_ms + 999) / 1000);
    }
    printf("  rounds     %u with a result, %u without\n", closed, aborted);
}

/* What is held is a debit, what is owed or set aside a credit: people see both as they are. */
static void print_accounts(const sheaf_round_source *source)
{
    const sheaf_state *state = source->state;
    static const char *const names[] = {"held",
                                        "earned, not shared",
                                        "in the reserve",
                                        "",
                                        "spent",
                                        "",
                                        "owed to co-ops that members went to"};
    const char *currency = sheaf_bylaws_now(state)->currency;
    for (uint32_t i = 0; i < sheaf_account_count(state); i++) {
        const struct sheaf_row_account *row = sheaf_account_at(state, i);
        int64_t cents =
            row->kind == SHEAF_account_kind_bank || row->kind == SHEAF_account_kind_expenses
                ? row->balance_cents
                : -row->balance_cents;
        printf("  money      %s%lld.%02lld %.3s ", cents < 0 ? "-" : "",
               (long long)(cents < 0 ? -cents : cents) / 100,
               (long long)(cents < 0 ? -cents : cents) % 100, currency);
        bool owed = row->kind == SHEAF_account_kind_member;
        if (owed || row->kind == SHEAF_account_kind_shares) {
            printf("%s member %u", owed ? "owed to" : "paid in for shares by", row->member);
            sheaf_source_print_name(source, row->member);
            puts("");
        } else {
            puts(names[row->kind]);
        }
    }
}

static void print_spending(const sheaf_state *state, int64_t now)
{
    for (uint32_t i = 0; i < sheaf_dataset_count(state); i++) {
        uint32_t id = sheaf_dataset_at(state, i)->id;
        sheaf_spending spent;
        char amount[32] = "no bound", of[32] = "";
        if (!sheaf_spending_of(state, id, now, &spent))
            continue;
        if (isfinite(spent.epsilon)) /* never less than it is */
            snprintf(amount, sizeof amount, "%.3f", ceil(spent.epsilon * 1e3) / 1e3);
        if (spent.budget_millionths)
            snprintf(of, sizeof of, " of %.10g", spent.budget_millionths / 1e6);
        printf("  data %-5u epsilon %s%s spent at delta %.10g, unit %s\n", id, amount, of,
               (double)spent.delta_trillionths / 1e12,
               spent.unit == SHEAF_privacy_unit_member ? "member" : "record");
    }
}

/* Of one that has ended by itself, or opens no round for now, also why. */
static void print_mandate(const sheaf_state *state, const struct sheaf_row_mandate *m,
                          int64_t now)
{
    sheaf_refusal refusal = sheaf_mandate_check(state, m->id, now);
    sheaf_buffer words;
    printf("  mandate %-2u %u of %u rounds used%s\n", m->id, m->rounds_used, m->rounds_max,
           m->revoked != SHEAF_NONE ? ", revoked" : "");
    if (refusal != SHEAF_ACCEPTED && refusal != SHEAF_REFUSED_mandate_revoked
        && refusal != SHEAF_REFUSED_rounds_spent)
        printf("             no further round: %s\n",
               sheaf_refusal_describe((uint16_t)refusal)->sentence);
    sheaf_buffer_init(&words, 1024);
    sheaf_words_put_mandate(&words, m);
    print_words("", &words);
    sheaf_buffer_init(&words, 1024);
    sheaf_words_put_patience(&words, m);
    print_words("training ", &words);
}

static void print_status(const sheaf_round_source *source, const sheaf_member *member,
                         int64_t now)
{
    const sheaf_state *state = source->state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    printf("%.*s\n", SHEAF_PRINT(SHEAF_WORDS(bylaws->name)));
    printf("  entries    %llu\n", (unsigned long long)state->size);
    uint32_t applied = count_members(state, SHEAF_member_state_applied);
    printf("  members    %u, and %u application%s\n",
           count_members(state, SHEAF_member_state_active), applied, applied == 1 ? "" : "s");
    if (sheaf_members_few(state))
        puts("             fewer than form a European Cooperative Society: at least five, from "
             "two\n"
             "             Member States, or bodies from two (Council Regulation (EC) "
             "1435/2003,\n"
             "             art. 2(1))");
    if (sheaf_ending_now(state))
        printf("  ending     %s: sheaf ending show\n",
               sheaf_ending_now(state)->state == SHEAF_ending_state_sealed
                   ? "dissolved, and the log is sealed"
                   : "the co-op is being wound up");
    sheaf_open_print(state);
    print_motions(source, now);
    for (uint32_t i = 0; i < sheaf_mandate_count(state); i++)
        print_mandate(state, sheaf_mandate_at(state, i), now);
    print_spending(state, now);
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
    print_rounds(state, member);
    print_accounts(source);
}

static void put_rows(sheaf_json_writer *w, const char *name, const sheaf_state *state,
                     sheaf_table_id table)
{
    sheaf_json_key(w, name);
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < sheaf_table_rows(state, table); i++) {
        if (table == SHEAF_TABLE_motion
            && sheaf_motion_at(state, i)->state != SHEAF_motion_state_open)
            continue;
        sheaf_json_open_object(w);
        sheaf_row_write(sheaf_table_describe(table), sheaf_table_row(state, table, i), i, w);
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
}

/* In millionths, rounded up; without "epsilon_millionths" where there is no bound. */
static void put_spending(sheaf_json_writer *w, const sheaf_state *state, int64_t now)
{
    sheaf_json_key(w, "spent");
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < sheaf_dataset_count(state); i++) {
        uint32_t id = sheaf_dataset_at(state, i)->id;
        sheaf_spending spent;
        if (!sheaf_spending_of(state, id, now, &spent))
            continue;
        sheaf_json_open_object(w);
        if (spent.budget_millionths)
            sheaf_json_member_put_int(w, "budget_millionths", spent.budget_millionths);
        sheaf_json_member_put_int(w, "dataset", id);
        sheaf_json_member_put_int(w, "delta_trillionths", (int64_t)spent.delta_trillionths);
        if (spent.epsilon < 1e9)
            sheaf_json_member_put_int(w, "epsilon_millionths",
                                      (int64_t)ceil(spent.epsilon * 1e6));
        sheaf_json_member_put_string(
            w, "unit",
            sheaf_str(spent.unit == SHEAF_privacy_unit_member ? "member" : "record"));
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
}

/* What is looked at: where from, by which member, and what waits for that one. */
typedef struct {
    sheaf_round_source source;
    const sheaf_member *hub; /* NULL for a folder */
    witness_report report;
    sheaf_waits waits;
    int64_t now;
} status_view;

static void print_view(const status_view *view, const char *home)
{
    print_status(&view->source, view->hub, view->now);
    print_witnesses(view->source.state, &view->report, view->hub != NULL);
    if (view->waits.member != SHEAF_NONE)
        sheaf_waits_print(&view->waits, &view->source, home);
}

static int print_view_json(const status_view *view)
{
    const sheaf_state *state = view->source.state;
    const sheaf_json *witnesses = sheaf_json_member(view->report.json, "witnesses");
    sheaf_buffer out;
    sheaf_json_writer w = sheaf_print_begin(&out);
    put_rows(&w, "accounts", state, SHEAF_TABLE_account);
    sheaf_json_member_put_int(&w, "applications",
                              count_members(state, SHEAF_member_state_applied));
    sheaf_json_member_put_int(&w, "entries", (int64_t)state->size);
    sheaf_json_member_put_bool(&w, "few_members", sheaf_members_few(state));
    sheaf_json_member_put_int(&w, "mandates", sheaf_mandate_count(state));
    if (view->waits.member != SHEAF_NONE)
        sheaf_json_member_put_int(&w, "member", view->waits.member);
    sheaf_json_member_put_int(&w, "members", count_members(state, SHEAF_member_state_active));
    sheaf_json_member_put_int(&w, "models", sheaf_model_count(state));
    put_rows(&w, "motions", state, SHEAF_TABLE_motion);
    sheaf_json_member_put_int(&w, "motions_open", sheaf_coop(state)->motions_open);
    sheaf_open_put(state, &w);
    sheaf_json_member_put_int(&w, "quorum", sheaf_bylaws_now(state)->witness_quorum);
    sheaf_json_member_put_int(&w, "rounds", sheaf_round_count(state));
    put_rounds(&w, state, view->hub);
    put_spending(&w, state, view->now);
    if (view->waits.member != SHEAF_NONE)
        sheaf_waits_put(&view->waits, &view->source, &w);
    sheaf_json_member_put_int(&w, "witnessed", (int64_t)view->report.witnessed);
    sheaf_json_key(&w, "witnesses");
    if (witnesses) {
        sheaf_json_value(&w, witnesses);
    } else {
        sheaf_json_open_list(&w);
        sheaf_json_close(&w);
    }
    return sheaf_print_end(&out, &w);
}

/* In the order of the command's options. */
enum { HUB, HOME, CA, MEMBER };

/* The member that is asked about: the home's, unless another is named. */
static uint32_t whom(const status_view *view, long long named)
{
    if (named >= 0)
        return (uint32_t)named;
    return view->hub ? view->hub->home.member : SHEAF_NONE;
}

static int run_status(const sheaf_arguments *a)
{
    const char *from = a->argument_count ? a->argument[0] : a->value[HUB];
    long long named = -1;
    sheaf_err err;
    status_view view;
    if (a->argument_count && a->value[HUB])
        return sheaf_usage(&sheaf_command_status, "give the hub once, as --hub or as URL");
    if (a->value[MEMBER] && !sheaf_number(a->value[MEMBER], 0, SHEAF_REF_MAX, &named))
        return sheaf_usage(&sheaf_command_status,
                           "a member is the number of an entry, not “%.40s”", a->value[MEMBER]);
    if (sheaf_round_source_open(&view.source, from, a->value[HOME], a->value[CA], SHEAF_NONE,
                                &err)
        != SHEAF_OK)
        return sheaf_report(a, &err);
    view.hub = view.source.local ? NULL : &view.source.visit.session.member;
    view.now = sheaf_clock_ms();
    report_get(&view.report, view.hub);
    sheaf_waits_find(&view.waits, view.source.state, whom(&view, named), view.now);
    if (view.hub && view.waits.member == view.hub->home.member)
        view.waits.key = view.hub->home.key;
    sheaf_waits_only_recovery(&view.waits);
    int code = SHEAF_EXIT_DONE;
    if (a->json)
        code = print_view_json(&view);
    else
        print_view(&view, a->value[HOME]);
    sheaf_waits_free(&view.waits);
    report_free(&view.report);
    sheaf_round_source_close(&view.source);
    return code;
}

const sheaf_command sheaf_command_status = {
    .name = "status",
    .arguments = "[DIR|URL]",
    .summary = "what waits for you, and how the co-op stands, by your own replay of its log",
    .detail =
        "DIR is a folder with log/, such as a hub's; URL a hub; without either it is the\n"
        "hub of your home. What waits for a member comes last, each with the command\n"
        "that does it, and what is due first first; where the key of your home may not\n"
        "sign it, the scope is told that a key needs.",
    .options = {{"hub", "URL",
                 "look at this hub: as a visitor, or with --home as the home's hub"},
                {"home", "DIR", "your home folder"},
                {"ca", "FILE", "certificates to trust, in PEM; your home remembers them"},
                {"member", "N", "what waits for this member (the home's)"}},
    .arguments_min = 0,
    .arguments_max = 1,
    .many = -1,
    .run = run_status,
};
