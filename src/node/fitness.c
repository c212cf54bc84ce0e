#include "node/fitness.h"

#include <inttypes.h>

#include "node/data_use.h"
#include "node/local.h"

enum { AGAIN_MS = 60000 };

/* The place of this look, a new one if there was none. */
static sheaf_fitness *place_of(sheaf_node *node, const sheaf_fitness *wanted)
{
    size_t count =
        node->fitness_count < SHEAF_NODE_MEMORY ? node->fitness_count : SHEAF_NODE_MEMORY;
    for (size_t i = 0; i < count; i++) {
        sheaf_fitness *known = &node->fitness[i];
        if (known->dataset == wanted->dataset && known->model == wanted->model
            && known->noised == wanted->noised && known->patient == wanted->patient)
            return known;
    }
    sheaf_fitness *fresh = &node->fitness[node->fitness_count++ % SHEAF_NODE_MEMORY];
    *fresh = *wanted;
    return fresh;
}

static void look(sheaf_node *node, const struct sheaf_row_mandate *mandate, sheaf_fitness *what,
                 const char *file)
{
    const sheaf_state *state = sheaf_member_state(&node->member);
    sheaf_local_survey survey;
    sheaf_err why = {0};
    char text[SHEAF_SURVEY_TEXT_MAX];
    what->fit =
        sheaf_local_survey_make(state, what->dataset, what->model, what->noised,
                                node->member.dir, file, &survey, &why)
            == SHEAF_OK
        && sheaf_data_patience_check(state, mandate, what->dataset, survey.apart, file, &why)
               == SHEAF_OK;
    if (!what->fit) {
        sheaf_node_log(node, "warn", "data.unfit",
                       "dataset=%" PRIu32 " model=%" PRIu32 " error=\"%.300s\"", what->dataset,
                       what->model, why.message);
        return;
    }
    sheaf_local_survey_describe(&survey, text);
    sheaf_node_log(node, survey.unusable ? "warn" : "info", "data.rows",
                   "dataset=%" PRIu32 " model=%" PRIu32 " release=%s rows=\"%s\"",
                   what->dataset, what->model, what->noised ? "noised" : "exact_sum", text);
}

static bool fits(sheaf_node *node, const struct sheaf_row_mandate *mandate, uint32_t dataset,
                 const char *file)
{
    int64_t now = node->member.ports.now_ms(node->member.ports.context);
    const sheaf_fitness wanted = {.dataset = dataset,
                                  .model = mandate->model,
                                  .noised = mandate->release == SHEAF_release_form_noised,
                                  .patient = mandate->patience > 0};
    sheaf_fitness *known = place_of(node, &wanted);
    if (known->again_ms <= now) {
        known->again_ms = now + AGAIN_MS;
        look(node, mandate, known, file);
        if (known->fit)
            known->again_ms = INT64_MAX;
    }
    return known->fit;
}

bool sheaf_node_offers(sheaf_node *node, const struct sheaf_row_dataset *dataset,
                       const char *file)
{
    const sheaf_state *state = sheaf_member_state(&node->member);
    int64_t now = node->member.ports.now_ms(node->member.ports.context);
    bool offers = false;
    for (uint32_t i = 0; i < sheaf_source_count(state); i++) {
        const struct sheaf_row_source *source = sheaf_source_at(state, i);
        if (source->dataset != dataset->id)
            continue;
        const struct sheaf_row_mandate *mandate = sheaf_mandate_find(state, source->mandate);
        offers |= mandate
                  && sheaf_source_check(state, mandate, dataset->id, node->worker.key,
                                        &node->worker.revoked, now, NULL)
                         == SHEAF_OK
                  && fits(node, mandate, dataset->id, file);
    }
    return offers;
}
