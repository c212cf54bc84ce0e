#include "node/round_check.h"

#include "coop/groups.h"
#include "log/checkpoint.h"
#include "store/file.h"

const struct sheaf_row_seat *sheaf_round_seat(const sheaf_state *state, uint32_t round,
                                              uint32_t key)
{
    return sheaf_seat_find(state, sheaf_pair(round, key));
}

/* ---- what the member has revoked ---- */

static bool revoked_has(const sheaf_revoked *revoked, uint32_t consent)
{
    for (uint32_t i = 0; i < revoked->count; i++)
        if (revoked->consent[i] == consent)
            return true;
    return revoked->all;
}

static bool revoked_parse(sheaf_revoked *out, sheaf_slice text)
{
    while (text.len) {
        const uint8_t *end = memchr(text.data, '\n', text.len);
        sheaf_slice line;
        uint64_t index;
        if (!end || !sheaf_take(&text, (size_t)(end - text.data), &line)
            || !sheaf_decimal_get(line, &index) || index >= SHEAF_NONE
            || out->count == SHEAF_REVOKED_MAX)
            return false;
        out->consent[out->count++] = (uint32_t)index;
        (void)sheaf_take(&text, 1, &line);
    }
    return true;
}

void sheaf_revoked_read(sheaf_revoked *out, const char *home)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer text;
    *out = (sheaf_revoked){.all = true};
    if (sheaf_path(path, NULL, "%s/revoked", home) != SHEAF_OK)
        return;
    if (!sheaf_file_exists(path)) {
        out->all = false;
        return;
    }
    sheaf_buffer_init(&text, SHEAF_REVOKED_MAX * 16);
    if (sheaf_file_read(path, &text, NULL) == SHEAF_OK)
        out->all = !revoked_parse(out, sheaf_buffer_slice(&text));
    sheaf_buffer_deinit(&text);
}

sheaf_status sheaf_revoked_add(const char *home, uint32_t consent, sheaf_err *err)
{
    sheaf_revoked now;
    char path[SHEAF_PATH_MAX];
    sheaf_revoked_read(&now, home);
    if (revoked_has(&now, consent) && !now.all)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_path(path, err, "%s/revoked", home));
    if (now.all || now.count == SHEAF_REVOKED_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s is not a list of entries, one a line; until it is mended this "
                          "node uses no data",
                          path);
    sheaf_buffer text;
    sheaf_buffer_init(&text, (SHEAF_REVOKED_MAX + 1) * 16);
    for (uint32_t i = 0; i < now.count; i++)
        sheaf_buffer_printf(&text, "%u\n", now.consent[i]);
    sheaf_buffer_printf(&text, "%u\n", consent);
    sheaf_status status = sheaf_buffer_check(&text, "the list of revoked consents", err);
    if (status == SHEAF_OK)
        status = sheaf_file_write(path, 0600, sheaf_buffer_slice(&text), err);
    sheaf_buffer_deinit(&text);
    return status;
}

/* ---- the round ---- */

static sheaf_status refuse(sheaf_refusal refusal, sheaf_err *err)
{
    const sheaf_refusal_text *text = sheaf_refusal_describe((uint16_t)refusal);
    return sheaf_fail(err, SHEAF_INVALID, "%s", text ? text->sentence : "the rules refuse it");
}

/* An adopted motion made the mandate, and it is in force now. That this round is among those
 * it allows was counted when the round was opened. */
static sheaf_status mandate_check(const sheaf_state *state,
                                  const struct sheaf_row_mandate *mandate,
                                  const struct sheaf_row_round *round, int64_t now_ms,
                                  sheaf_err *err)
{
    const struct sheaf_row_motion *motion = sheaf_motion_find(state, mandate->motion);
    if (!motion || motion->state != SHEAF_motion_state_adopted
        || motion->effect != SHEAF_KIND_mandate_grant)
        return sheaf_fail(err, SHEAF_INVALID, "no adopted motion made mandate %u", mandate->id);
    if (mandate->revoked != SHEAF_NONE)
        return refuse(SHEAF_REFUSED_mandate_revoked, err);
    if (mandate->expires < now_ms)
        return refuse(SHEAF_REFUSED_mandate_expired, err);
    if (round->number > mandate->rounds_max)
        return refuse(SHEAF_REFUSED_rounds_spent, err);
    if (mandate->last_round != round->id)
        return refuse(SHEAF_REFUSED_round_under_way, err);
    if (round->number > sheaf_bylaws_now(state)->rounds_max)
        return refuse(SHEAF_REFUSED_rounds_over_bylaws, err);
    sheaf_refusal refusal = sheaf_release_check(state, mandate);
    if (refusal != SHEAF_ACCEPTED)
        return refuse(refusal, err);
    if (round->seats < sheaf_survivors_min(state, mandate, round->seats))
        return refuse(SHEAF_REFUSED_cohort_small, err);
    return SHEAF_OK;
}

/* The round computes what the log says, from the model that this node has confirmed. */
static sheaf_status base_check(const sheaf_state *state,
                               const struct sheaf_row_mandate *mandate,
                               const struct sheaf_row_round *round, uint32_t key,
                               sheaf_err *err)
{
    const struct sheaf_row_model *model = sheaf_model_find(state, mandate->model);
    if (!model || model->state == SHEAF_model_state_retired)
        return refuse(SHEAF_REFUSED_model_retired, err);
    sheaf_common_groups groups;
    sheaf_groups_of_round(state, round, &groups);
    if (round->words
            != sheaf_groups_words(sheaf_task_words(model, mandate, round->task), groups.count)
        || round->step != mandate->steps)
        return refuse(SHEAF_REFUSED_wrong_words, err);
    bool first = mandate->result_round == SHEAF_NONE;
    sheaf_refusal refusal = sheaf_task_check(model, mandate, round->task);
    if (refusal != SHEAF_ACCEPTED)
        return refuse(refusal, err);
    if (first != sheaf_hash_is_zero(&round->base))
        return refuse(SHEAF_REFUSED_wrong_task, err);
    if (first)
        return SHEAF_OK;
    const struct sheaf_row_round *made =
        sheaf_round_find(state, sheaf_task_base(mandate, round->task));
    if (!made || made->state != SHEAF_round_state_closed
        || !sheaf_hash_equal(&made->result, &round->base))
        return refuse(SHEAF_REFUSED_wrong_base, err);
    if (made->attested < mandate->attest_min)
        return refuse(SHEAF_REFUSED_not_attested, err);
    const struct sheaf_row_seat *seat = sheaf_round_seat(state, made->id, key);
    if (seat && seat->survived && seat->attested == SHEAF_NONE)
        return sheaf_fail(err, SHEAF_INVALID,
                          "this node has not confirmed the result of round %u, on which the "
                          "round builds",
                          made->id);
    return SHEAF_OK;
}

/* An exact sum over a few records of each member says more about them than one over all, and
 * two over different few can be subtracted. So each local training takes every record. */
static sheaf_status whole_check(const sheaf_state *state,
                                const struct sheaf_row_mandate *mandate, uint32_t dataset,
                                sheaf_err *err)
{
    const struct sheaf_row_dataset *sheet = sheaf_dataset_find(state, dataset);
    uint64_t taken = (uint64_t)mandate->batch * mandate->local_steps;
    if (mandate->release != SHEAF_release_form_exact_sum || mandate->batch == 0 || !sheet
        || taken >= sheet->records)
        return SHEAF_OK;
    return sheaf_fail(
        err, SHEAF_INVALID,
        "a round takes %llu of the %u records of data set %u, and exact sums must "
        "be over all: ask for a mandate with batch 0, more steps or noise",
        (unsigned long long)taken, sheet->records, dataset);
}

static sheaf_status consent_check(const sheaf_state *state, uint32_t dataset, uint8_t purpose,
                                  const sheaf_revoked *revoked, int64_t now_ms, sheaf_err *err)
{
    const struct sheaf_row_consent *consent =
        sheaf_consent_live(state, dataset, purpose, now_ms);
    if (!consent)
        return sheaf_fail(err, SHEAF_INVALID, "data set %u has no live consent", dataset);
    if (revoked_has(revoked, consent->id))
        return sheaf_fail(err, SHEAF_INVALID, "the member has revoked consent %u", consent->id);
    return SHEAF_OK;
}

sheaf_status sheaf_round_check(const sheaf_state *state, uint32_t round, uint32_t key,
                               const sheaf_revoked *revoked, int64_t now_ms, sheaf_err *err)
{
    const struct sheaf_row_round *row = sheaf_round_find(state, round);
    const struct sheaf_row_seat *seat = sheaf_round_seat(state, round, key);
    if (!row || !seat)
        return sheaf_fail(err, SHEAF_INVALID,
                          "no round that the rules allow was opened by entry %u", round);
    if (row->state != SHEAF_round_state_open)
        return refuse(SHEAF_REFUSED_round_ended, err);
    const struct sheaf_row_mandate *mandate = sheaf_mandate_find(state, row->mandate);
    if (!mandate)
        return refuse(SHEAF_REFUSED_no_such_mandate, err);
    SHEAF_TRY(mandate_check(state, mandate, row, now_ms, err));
    sheaf_refusal refusal = sheaf_seat_check(state, mandate->id, key, seat->dataset, now_ms);
    if (refusal != SHEAF_ACCEPTED && refusal != SHEAF_REFUSED_seat_consent)
        return refuse(refusal, err);
    SHEAF_TRY(consent_check(state, seat->dataset, mandate->purpose, revoked, now_ms, err));
    SHEAF_TRY(whole_check(state, mandate, seat->dataset, err));
    return base_check(state, mandate, row, key, err);
}

sheaf_status sheaf_source_check(const sheaf_state *state,
                                const struct sheaf_row_mandate *mandate, uint32_t dataset,
                                uint32_t key, const sheaf_revoked *revoked, int64_t now_ms,
                                sheaf_err *err)
{
    sheaf_refusal refusal = sheaf_mandate_check(state, mandate->id, now_ms);
    if (refusal == SHEAF_ACCEPTED)
        refusal = sheaf_seat_check(state, mandate->id, key, dataset, now_ms);
    if (refusal != SHEAF_ACCEPTED)
        return refuse(refusal, err);
    SHEAF_TRY(whole_check(state, mandate, dataset, err));
    return consent_check(state, dataset, mandate->purpose, revoked, now_ms, err);
}
