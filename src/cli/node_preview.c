#include "cli/node_preview.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "cli/act.h"
#include "node/local.h"
#include "node/preview.h"

static const char *const tasks[] = {[SHEAF_task_evaluate] = "evaluate",
                                    [SHEAF_task_statistics] = "statistics",
                                    [SHEAF_task_train] = "train"};

/* ---- words ---- */

static void print_text(const sheaf_preview *p)
{
    char text[SHEAF_PREVIEW_MAX];
    if (p->round != SHEAF_NONE)
        printf("Mandate %" PRIu32 ", data set %" PRIu32 ": round %" PRIu32
               " is under way, %" PRIu32 " of at most %" PRIu32 "\n",
               p->mandate, p->dataset, p->round, p->number, p->of);
    else
        printf("Mandate %" PRIu32 ", data set %" PRIu32 ": the next round, %" PRIu32
               " of at most %" PRIu32 "\n",
               p->mandate, p->dataset, p->number, p->of);
    sheaf_preview_describe(p, text);
    printf("  leaves      %s\n", text);
    fputs("  with        ", stdout);
    for (uint16_t i = 0; i < p->others; i++)
        printf("%s%" PRIu32, i ? ", " : "members ", p->other[i]);
    puts(p->others ? "" : "nobody");
    char graph[SHEAF_ROUND_GRAPH_TEXT] = "";
    if (p->has_graph)
        sheaf_round_graph_describe(&p->graph, graph);
    printf("  graph       %s\n", p->has_graph ? graph : p->graph_why);
    printf("  takes part  %s%s\n", p->would ? "yes" : "no: ", p->why);
}

/* An epsilon in millionths, rounded up; null where there is no bound. */
static void put_epsilon(sheaf_json_writer *w, const char *name, double epsilon)
{
    double millionths = ceil(epsilon * 1e6);
    if (isfinite(millionths) && millionths < 9e15) {
        sheaf_json_member_put_int(w, name, (int64_t)millionths);
    } else {
        sheaf_json_key(w, name);
        sheaf_json_null(w);
    }
}

static void put_privacy(sheaf_json_writer *w, const sheaf_preview *p)
{
    sheaf_json_key(w, "privacy");
    if (!p->noised) {
        sheaf_json_null(w);
        return;
    }
    sheaf_json_open_object(w);
    put_epsilon(w, "after_millionths", p->after);
    if (p->has_budget)
        put_epsilon(w, "budget_millionths", p->budget_epsilon);
    sheaf_json_member_put_int(w, "delta_trillionths", llround(p->delta * 1e12));
    sheaf_json_member_put_bool(w, "local", p->local);
    put_epsilon(w, "mandate_millionths", p->mandate_epsilon);
    put_epsilon(w, "spent_millionths", p->spent);
    sheaf_json_member_put_string(
        w, "unit", sheaf_str(p->unit == SHEAF_privacy_unit_record ? "record" : "member"));
    sheaf_json_close(w);
}

static void put_json(sheaf_json_writer *w, const sheaf_preview *p)
{
    char text[SHEAF_PREVIEW_MAX];
    sheaf_preview_describe(p, text);
    sheaf_json_open_object(w);
    if (p->bits)
        sheaf_json_member_put_int(w, "bits", p->bits);
    sheaf_json_member_put_int(w, "dataset", p->dataset);
    sheaf_json_member_put_string(w, "form", sheaf_str(p->noised ? "noised" : "exact_sum"));
    if (p->has_graph) {
        sheaf_json_key(w, "graph");
        sheaf_round_graph_put(&p->graph, w);
    }
    sheaf_json_member_put_int(w, "mandate", p->mandate);
    sheaf_json_member_put_int(w, "model", p->model);
    sheaf_json_member_put_int(w, "motion", p->motion);
    sheaf_json_member_put_int(w, "number", p->number);
    sheaf_json_key(w, "others");
    sheaf_json_open_list(w);
    for (uint16_t i = 0; i < p->others; i++)
        sheaf_json_int(w, p->other[i]);
    sheaf_json_close(w);
    put_privacy(w, p);
    sheaf_json_key(w, "round");
    if (p->round != SHEAF_NONE)
        sheaf_json_int(w, p->round);
    else
        sheaf_json_null(w);
    sheaf_json_member_put_int(w, "rounds_max", p->of);
    sheaf_json_member_put_string(w, "task", sheaf_str(tasks[p->task]));
    sheaf_json_member_put_string(w, "what", sheaf_str(text));
    if (!p->would)
        sheaf_json_member_put_string(w, "why_not", sheaf_str(p->why));
    sheaf_json_member_put_int(w, "words", p->words);
    sheaf_json_member_put_bool(w, "would", p->would);
    sheaf_json_close(w);
}

/* ---- all ---- */

typedef struct {
    const sheaf_member *member;
    const sheaf_node_config *config;
    sheaf_preview_view view;
    sheaf_json_writer *w; /* NULL: as text */
    bool counts;          /* and shows nothing */
    unsigned count;
} showing;

static void show_one(showing *s, uint32_t mandate, const struct sheaf_row_dataset *dataset)
{
    sheaf_preview preview;
    sheaf_local_survey survey;
    sheaf_err why = {0};
    if (!sheaf_preview_get(&s->view, mandate, dataset->id, &preview))
        return;
    s->count++;
    if (s->counts)
        return;
    const char *file = sheaf_node_file(s->config, &s->member->texts, dataset);
    if (preview.would && !file)
        snprintf(preview.why, sizeof preview.why,
                 "no file was given for data set %" PRIu32 "; name it with --data",
                 dataset->id);
    else if (preview.would && !sheaf_file_exists(file))
        snprintf(preview.why, sizeof preview.why, "there is no file %.200s", file);
    else if (preview.would
             && sheaf_local_survey_make(s->view.state, dataset->id, preview.model,
                                        preview.noised, s->member->dir, file, &survey, &why)
                    != SHEAF_OK)
        snprintf(preview.why, sizeof preview.why, "%s", why.message);
    preview.would = preview.would && !*preview.why;
    if (s->w)
        put_json(s->w, &preview);
    else
        print_text(&preview);
}

static void show_all(showing *s)
{
    const sheaf_state *state = s->view.state;
    for (uint32_t i = 0; i < sheaf_mandate_count(state); i++)
        for (uint32_t k = 0; k < sheaf_dataset_count(state); k++)
            if (sheaf_dataset_at(state, k)->member == s->member->home.member)
                show_one(s, sheaf_mandate_at(state, i)->id, sheaf_dataset_at(state, k));
}

/* Of a file that no mandate asks for nothing was said yet. */
static sheaf_status files_check(const sheaf_member *member, const sheaf_node_config *config,
                                sheaf_err *err)
{
    for (size_t i = 0; i < config->data_count; i++)
        if (!sheaf_file_exists(config->data[i].file))
            return sheaf_fail(err, SHEAF_INVALID,
                              "there is no file %.200s for the data set %.100s",
                              config->data[i].file, config->data[i].name);
    return sheaf_node_data_check(config, &member->texts, sheaf_member_state(member),
                                 member->home.member, err);
}

static int show(const sheaf_arguments *a, const sheaf_member *member,
                const sheaf_node_config *config)
{
    const sheaf_node_ports *ports = &member->ports;
    sheaf_revoked revoked;
    sheaf_buffer out;
    sheaf_json_writer w;
    sheaf_err err;
    sheaf_revoked_read(&revoked, member->dir);
    showing s = {.member = member,
                 .config = config,
                 .view = {.state = sheaf_member_state(member),
                          .key = member->home.train_key,
                          .revoked = &revoked,
                          .now_ms = ports->now_ms(ports->context)},
                 .counts = true};
    show_all(&s);
    if (s.count == 0 && files_check(member, config, &err) != SHEAF_OK)
        return sheaf_report(a, &err);
    s.counts = false;
    if (!a->json) {
        show_all(&s);
        puts(s.count ? "Nothing was sent." : "No mandate asks for data of this home.");
        return SHEAF_EXIT_DONE;
    }
    w = sheaf_print_begin(&out);
    s.w = &w;
    sheaf_json_member_put_int(&w, "member", member->home.member);
    sheaf_json_key(&w, "rounds");
    sheaf_json_open_list(&w);
    show_all(&s);
    sheaf_json_close(&w);
    return sheaf_print_end(&out, &w);
}

int sheaf_node_preview(const sheaf_arguments *a, const sheaf_node_config *config)
{
    sheaf_session session;
    sheaf_err err;
    if (!sheaf_home_exists(config->home)) {
        (void)sheaf_fail(&err, SHEAF_INVALID, "%.200s is not a member's home; see: sheaf join",
                         config->home);
        return sheaf_report(a, &err);
    }
    if (sheaf_session_open(&session, config->home, config->hub_url, config->ca_file, &err)
        != SHEAF_OK)
        return sheaf_report(a, &err);
    sheaf_status status = sheaf_member_sync(&session.member, &err);
    if (status == SHEAF_OK && session.member.home.member == SHEAF_NONE)
        status = sheaf_fail(&err, SHEAF_INVALID,
                            "%.200s belongs to no member yet, so no mandate can name its data",
                            config->home);
    int code = status == SHEAF_OK ? show(a, &session.member, config) : sheaf_report(a, &err);
    sheaf_session_close(&session);
    return code;
}
