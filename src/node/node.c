#include "node/node.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/encode.h"
#include "coop/view.h"
#include "learn/product.h"
#include "node/fitness.h"
#include "node/preview.h"

enum {
    ANSWER_BYTES_MAX = 64 << 10,
    BODY_BYTES_MAX = 4096,
    PATH_BYTES = 96,
    REASON_MAX = 300,
    AGAIN_MS_MAX = 30000,
    PROGRESS_MS = 2000, /* between two lines of a trainer's progress */
};

static bool memory_has(const sheaf_round_memory *memory, uint32_t round)
{
    size_t count = memory->count < SHEAF_NODE_MEMORY ? memory->count : SHEAF_NODE_MEMORY;
    for (size_t i = 0; i < count; i++)
        if (memory->round[i] == round)
            return true;
    return false;
}

static void memory_add(sheaf_round_memory *memory, uint32_t round)
{
    memory->round[memory->count++ % SHEAF_NODE_MEMORY] = round;
}

/* ---- what goes to the hub beside the rounds ---- */

/* `answer` is set up, and empty unless the hub took the body. */
static void post_signed(sheaf_node *node, const char *path, const sheaf_buffer *body,
                        sheaf_buffer *answer)
{
    sheaf_member *m = &node->member;
    char header[SHEAF_REQUEST_MAX];
    sheaf_err why = {0};
    unsigned status = 0;
    sheaf_hub_call call = {.method = "POST",
                           .path = path,
                           .content_type = "application/json",
                           .body = sheaf_buffer_slice(body)};
    if (body->failed)
        return;
    sheaf_status sent =
        sheaf_request_sign(header, sheaf_str(m->follower.origin), node->worker.key,
                           &node->worker.train, &call, m->ports.now_ms(m->ports.context), &why);
    call.signed_request = header;
    if (sent == SHEAF_OK)
        sent =
            m->ports.transport.call(m->ports.transport.context, &call, &status, answer, &why);
    if (sent == SHEAF_OK && (status < 200 || status > 299))
        sent = sheaf_hub_failed(path, status, sheaf_buffer_slice(answer), &why);
    if (sent == SHEAF_OK)
        return;
    sheaf_node_log(node, "warn", "hub.post", "path=%s error=\"%.200s\"", path, why.message);
    sheaf_buffer_reset(answer);
}

/* Tells the log on this machine why, and the hub no more than `to_hub`. */
static void refuse_round(sheaf_node *node, uint32_t round, const char *why, const char *to_hub)
{
    char path[PATH_BYTES];
    sheaf_buffer body, answer;
    sheaf_node_log(node, "warn", "round.refuse", "round=%" PRIu32 " reason=\"%.*s\"", round,
                   REASON_MAX, why);
    memory_add(&node->done, round);
    if (!node->has_key)
        return;
    sheaf_buffer_init(&body, BODY_BYTES_MAX);
    sheaf_json_writer w = sheaf_json_begin(&body);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_int(&w, "key", node->worker.key);
    sheaf_json_member_put_string(&w, "reason",
                                 sheaf_bytes(to_hub, strnlen(to_hub, REASON_MAX)));
    sheaf_json_close(&w);
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32 "/refusals", round);
    sheaf_buffer_init(&answer, ANSWER_BYTES_MAX);
    post_signed(node, path, &body, &answer);
    sheaf_buffer_deinit(&answer);
    sheaf_buffer_deinit(&body);
}

/* ---- following ---- */

static void told(void *context, uint64_t index, sheaf_slice entry, const sheaf_replayed *result)
{
    sheaf_node *node = context;
    char text[SHEAF_REPLAYED_TEXT_MAX];
    (void)entry;
    if (result->refusal == SHEAF_ACCEPTED && result->claims != SHEAF_CLAIM_FALSE)
        return;
    sheaf_replayed_describe(result, index, text);
    sheaf_node_log(node, "warn", "hub.fault", "%.300s", text);
    if (result->kind != SHEAF_KIND_round_open || node->lawless_count == SHEAF_NODE_MEMORY)
        return;
    node->lawless[node->lawless_count] = (uint32_t)index;
    node->lawless_why[node->lawless_count++] = result->refusal;
}

static void refuse_lawless(sheaf_node *node)
{
    for (size_t i = 0; i < node->lawless_count; i++) {
        const sheaf_refusal_text *text = sheaf_refusal_describe((uint16_t)node->lawless_why[i]);
        const char *why = text ? text->sentence : "the rules refuse this round";
        refuse_round(node, node->lawless[i], why, why);
    }
    node->lawless_count = 0;
}

/* Finds the train key on the log; where the member's key is at hand it is admitted first. */
static bool find_key(sheaf_node *node)
{
    const sheaf_state *state = sheaf_member_state(&node->member);
    const struct sheaf_row_key *row = sheaf_key_by_public(state, node->worker.train.public);
    sheaf_err why = {0};
    sheaf_posted posted;
    if (!row && node->member.home.key != SHEAF_NONE
        && sheaf_member_active(state, node->member.home.member)) {
        sheaf_status status = sheaf_member_admit_train_key(&node->member, &posted, &why);
        if (status != SHEAF_OK || posted.refusal != SHEAF_ACCEPTED)
            sheaf_node_log(node, "warn", "key.admit", "error=\"%.200s\"",
                           status != SHEAF_OK ? why.message : posted.sentence);
        row = sheaf_key_by_public(state, node->worker.train.public);
    }
    node->has_key = row != NULL;
    if (row && node->worker.key != row->id)
        sheaf_node_log(node, "info", "key.found", "key=%" PRIu32 " member=%" PRIu32, row->id,
                       row->member);
    if (row)
        node->worker.key = row->id;
    else
        sheaf_node_log(node, "info", "key.missing",
                       "hint=\"the member's key must admit this node's key\"");
    return row != NULL;
}

/* ---- data ---- */

static bool title_is(const sheaf_texts *texts, const sheaf_hash *commitment, const char *name)
{
    uint8_t salt[SHEAF_SALT_BYTES];
    sheaf_buffer text;
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    bool same = sheaf_text_find(texts, commitment, NULL)
                && sheaf_text_get(texts, commitment, salt, &text, NULL) == SHEAF_OK
                && sheaf_slice_is(sheaf_buffer_slice(&text), name);
    sheaf_buffer_deinit(&text);
    return same;
}

static bool names(const sheaf_node_data *data, const sheaf_texts *texts,
                  const struct sheaf_row_dataset *dataset)
{
    uint64_t index;
    return sheaf_decimal_get(sheaf_str(data->name), &index)
               ? index == dataset->id
               : sheaf_slice_is(SHEAF_WORDS(dataset->schema), data->name)
                     || title_is(texts, &dataset->title, data->name);
}

const char *sheaf_node_file(const sheaf_node_config *config, const sheaf_texts *texts,
                            const struct sheaf_row_dataset *dataset)
{
    for (size_t i = 0; i < config->data_count; i++)
        if (names(&config->data[i], texts, dataset))
            return config->data[i].file;
    return NULL;
}

sheaf_status sheaf_node_data_check(const sheaf_node_config *config, const sheaf_texts *texts,
                                   const sheaf_state *state, uint32_t member, sheaf_err *err)
{
    for (size_t i = 0; i < config->data_count; i++) {
        bool found = false;
        for (uint32_t k = 0; !found && k < sheaf_dataset_count(state); k++)
            found = sheaf_dataset_at(state, k)->member == member
                    && names(&config->data[i], texts, sheaf_dataset_at(state, k));
        if (!found)
            return sheaf_fail(err, SHEAF_INVALID,
                              "member %" PRIu32 " has no data set %.100s: --data takes the "
                              "number of its entry, its title or its schema",
                              member, config->data[i].name);
    }
    return SHEAF_OK;
}

static const char *file_of(const sheaf_node *node, const struct sheaf_row_dataset *dataset)
{
    return sheaf_node_file(&node->config, &node->member.texts, dataset);
}

/* The hub is heard, within bounds: it may not silence a node for long. */
static void take_pause(sheaf_node *node, sheaf_slice answer)
{
    uint8_t block[4096];
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_json *said;
    if (answer.len == 0 || sheaf_json_parse(answer, &arena, &said, NULL) != SHEAF_OK)
        return;
    int64_t again_ms = sheaf_json_member_int(said, "again_ms", 0);
    node->again_ms = again_ms < 0              ? 0
                     : again_ms > AGAIN_MS_MAX ? AGAIN_MS_MAX
                                               : (unsigned)again_ms;
}

/* Says that the node is ready, if it has data that some mandate asks for. */
static void heartbeat(sheaf_node *node)
{
    const sheaf_state *state = sheaf_member_state(&node->member);
    const struct sheaf_row_key *key = sheaf_key_find(state, node->worker.key);
    size_t wanted = 0;
    sheaf_err why = {0};
    sheaf_buffer body, answer;
    sheaf_buffer_init(&answer, ANSWER_BYTES_MAX);
    sheaf_buffer_init(&body, BODY_BYTES_MAX);
    sheaf_json_writer w = sheaf_json_begin(&body);
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "datasets");
    sheaf_json_open_list(&w);
    for (uint32_t i = 0; i < sheaf_dataset_count(state); i++) {
        const struct sheaf_row_dataset *dataset = sheaf_dataset_at(state, i);
        const char *file = dataset->member == key->member ? file_of(node, dataset) : NULL;
        if (!file || wanted == SHEAF_NODE_DATA_MAX || !sheaf_node_offers(node, dataset, file))
            continue;
        sheaf_json_int(&w, dataset->id);
        wanted++;
    }
    sheaf_json_close(&w);
    sheaf_json_member_put_int(&w, "key", node->worker.key);
    sheaf_json_member_put_int(&w, "seen", (int64_t)node->member.follower.replay.tree.size);
    sheaf_json_close(&w);
    if (wanted)
        post_signed(node, "/api/v1/nodes", &body, &answer);
    take_pause(node, sheaf_buffer_slice(&answer));
    if (!node->told_data
        && sheaf_node_data_check(&node->config, &node->member.texts, state, key->member, &why)
               != SHEAF_OK)
        sheaf_node_log(node, "warn", "data.unknown", "error=\"%.300s\"", why.message);
    node->told_data = true;
    sheaf_buffer_deinit(&answer);
    sheaf_buffer_deinit(&body);
}

/* ---- rounds ---- */

/* Adds up what was closed with this node's vector in it. */
static void confirm_results(sheaf_node *node)
{
    const sheaf_state *state = sheaf_member_state(&node->member);
    uint32_t count = sheaf_round_count(state);
    for (uint32_t i = count; i-- > 0 && count - i <= SHEAF_NODE_MEMORY / 2;) {
        const struct sheaf_row_round *round = sheaf_round_at(state, i);
        const struct sheaf_row_seat *seat =
            sheaf_round_seat(state, round->id, node->worker.key);
        uint32_t id = round->id;
        if (round->state != SHEAF_round_state_closed || !seat || !seat->survived
            || seat->attested != SHEAF_NONE || memory_has(&node->settled, id))
            continue;
        sheaf_err why = {0};
        sheaf_attested attested = {0};
        sheaf_status status = sheaf_result_confirm(&node->worker, id, &attested, &why);
        const sheaf_posted *posted = &attested.posted;
        if (status == SHEAF_IO || status == SHEAF_NOMEM) {
            sheaf_node_log(node, "warn", "round.confirm", "round=%" PRIu32 " error=\"%.200s\"",
                           id, why.message);
        } else if (status != SHEAF_OK) {
            memory_add(&node->settled, id);
            refuse_round(node, id, why.message, why.message);
        } else if (posted->refusal != SHEAF_ACCEPTED) {
            sheaf_node_log(node, "warn", "round.attest", "round=%" PRIu32 " refused=\"%s\"", id,
                           posted->sentence);
            if (posted->refusal != SHEAF_REFUSED_sequence)
                memory_add(&node->settled, id);
        } else {
            char digest[SHEAF_HEX_LEN_32 + 1];
            bool own = !sheaf_hash_is_zero(&attested.trainer);
            sheaf_hex_32(attested.trainer.bytes, digest);
            sheaf_node_log(node, "info", "round.attest",
                           "round=%" PRIu32 " entry=%" PRIu64 " chunks=%zu of=%zu%s%s", id,
                           posted->index, attested.chunks, attested.of, own ? " trainer=" : "",
                           own ? digest : "");
            memory_add(&node->settled, id);
            node->attested_size = posted->index + 1;
        }
    }
}

static void round_end(sheaf_node *node)
{
    sheaf_round_driver_close(&node->driver);
    node->has_round = false;
}

/* An open round in which this node has a seat, not yet refused, or SHEAF_NONE. */
static uint32_t find_round(const sheaf_node *node)
{
    const sheaf_state *state = sheaf_member_state(&node->member);
    for (uint32_t i = sheaf_round_count(state); i-- > 0;) {
        const struct sheaf_row_round *round = sheaf_round_at(state, i);
        if (round->state == SHEAF_round_state_open && !memory_has(&node->done, round->id)
            && sheaf_round_seat(state, round->id, node->worker.key))
            return round->id;
    }
    return SHEAF_NONE;
}

/* Does the round build on a result that this node is still about to confirm, or whose
 * attestation its copy of the log does not show yet? Others may have been enough to open it. */
static bool builds_on_pending(const sheaf_node *node, uint32_t round)
{
    const sheaf_state *state = sheaf_member_state(&node->member);
    const struct sheaf_row_round *row = sheaf_round_find(state, round);
    const struct sheaf_row_mandate *mandate = sheaf_mandate_find(state, row->mandate);
    const uint32_t made = mandate ? sheaf_task_base(mandate, row->task) : SHEAF_NONE;
    const struct sheaf_row_seat *seat =
        mandate ? sheaf_round_seat(state, made, node->worker.key) : NULL;
    return seat && seat->survived && seat->attested == SHEAF_NONE
           && (!memory_has(&node->settled, made)
               || node->member.follower.replay.tree.size < node->attested_size);
}

/* What leaves in the round, for whoever reads the log on this machine. */
static void tell_preview(sheaf_node *node, const struct sheaf_row_round *round,
                         uint32_t dataset)
{
    const sheaf_node_ports *ports = &node->member.ports;
    sheaf_preview_view view = {.state = sheaf_member_state(&node->member),
                               .key = node->worker.key,
                               .revoked = &node->worker.revoked,
                               .now_ms = ports->now_ms(ports->context)};
    sheaf_preview preview;
    char text[SHEAF_PREVIEW_MAX];
    if (!sheaf_preview_get(&view, round->mandate, dataset, &preview))
        return;
    sheaf_preview_describe(&preview, text);
    sheaf_node_log(node, "info", "round.leaves", "round=%" PRIu32 " what=\"%s\"", round->id,
                   text);
}

/* ---- a trainer of the member's own ---- */

static void progress_tell(void *context, const sheaf_trainer_figures *figures)
{
    sheaf_node *node = context;
    const sheaf_node_ports *ports = &node->member.ports;
    char text[SHEAF_TRAINER_FIGURES_TEXT];
    int64_t now = ports->now_ms(ports->context);
    if (now - node->progress_ms < PROGRESS_MS)
        return;
    node->progress_ms = now;
    sheaf_trainer_figures_describe(figures, text);
    sheaf_node_log(node, "info", "trainer.progress", "%s", text);
}

/* How it went. */
static void trainer_tell(sheaf_node *node, uint32_t round)
{
    const sheaf_trainer_report *r = &node->worker.own.report;
    char metrics[SHEAF_TRAINER_FIGURES_TEXT];
    if (!node->worker.own.ran)
        return;
    sheaf_trainer_figures_describe(&r->metrics, metrics);
    if (r->used)
        sheaf_node_log(node, "info", "trainer.done",
                       "round=%" PRIu32 " ms=%" PRIu32 " cpu_ms=%" PRIu32 " memory_mib=%" PRIu64
                       " %s",
                       round, r->wall_ms, r->cpu_ms, r->memory_bytes >> 20, metrics);
    else if (r->why[0])
        sheaf_node_log(node, "warn", "trainer.failed",
                       "round=%" PRIu32 " counts=\"as no change\" reason=\"%.*s\"", round,
                       REASON_MAX, r->why);
}

static void trainer_set(sheaf_node *node)
{
    const sheaf_node_config *config = &node->config;
    node->worker.own.host = (sheaf_trainer_host){.trainer = config->trainer,
                                                 .home = config->home,
                                                 .stop = config->stop,
                                                 .progress = progress_tell,
                                                 .context = node};
}

/* Once, if training was slower than it could be. */
static void product_tell(sheaf_node *node)
{
    char sentence[SHEAF_PRODUCT_SENTENCE_MAX];
    if (sheaf_product_note_take(sentence))
        sheaf_node_log(node, "warn", "product.missing", "what=\"%.380s\"", sentence);
}

static void round_begin(sheaf_node *node, uint32_t round)
{
    const sheaf_state *state = sheaf_member_state(&node->member);
    const struct sheaf_row_seat *seat = sheaf_round_seat(state, round, node->worker.key);
    const struct sheaf_row_dataset *dataset = sheaf_dataset_find(state, seat->dataset);
    const char *file = dataset ? file_of(node, dataset) : NULL;
    bool private = false;
    sheaf_err why = {0};
    if (!file) {
        snprintf(why.message, sizeof why.message, "no file was given for data set %" PRIu32,
                 seat->dataset);
        refuse_round(node, round, why.message, why.message);
        return;
    }
    node->swept = false;
    node->worker.own.ran = node->worker.own.refused = false;
    sheaf_status status =
        sheaf_round_driver_open(&node->driver, &node->worker, round, file, &private, &why);
    trainer_tell(node, round);
    product_tell(node);
    if (status == SHEAF_OK) {
        node->has_round = true;
        sheaf_node_log(
            node, "info", node->driver.again ? "round.resume" : "round.join",
            "round=%" PRIu32 " dataset=%" PRIu32 " stage=%s", round, seat->dataset,
            sheaf_round_stage_text(sheaf_participant_stage(node->driver.participant)));
        tell_preview(node, sheaf_round_get(state, round), seat->dataset);
    } else if (status == SHEAF_IO && !private) {
        sheaf_node_log(node, "warn", "round.join", "round=%" PRIu32 " error=\"%.200s\"", round,
                       why.message);
    } else {
        const char *told = private ? "the member's data cannot be used for this round"
                           : node->worker.own.refused
                               ? "the member's own trainer cannot be run for this round"
                               : why.message;
        refuse_round(node, round, why.message, told);
    }
}

static void round_step(sheaf_node *node)
{
    uint32_t round = node->driver.round;
    sheaf_err why = {0};
    sheaf_status status = sheaf_round_driver_step(&node->driver, &why);
    if (status == SHEAF_IO) {
        sheaf_node_log(node, "warn", "round.step", "round=%" PRIu32 " error=\"%.200s\"", round,
                       why.message);
        return;
    }
    if (status != SHEAF_OK && !node->driver.over)
        refuse_round(node, round, why.message, why.message);
    else if (status != SHEAF_OK)
        sheaf_node_log(node, "warn", "round.refused", "round=%" PRIu32 " error=\"%.200s\"",
                       round, why.message);
    if (node->driver.over)
        memory_add(&node->done, round);
    if (status != SHEAF_OK || node->driver.over)
        round_end(node);
}

/* What was kept of rounds that the log has ended meanwhile goes. */
static void sweep_rounds(sheaf_node *node)
{
    bool left = false;
    sheaf_err why = {0};
    if (node->swept)
        return;
    if (sheaf_round_keep_sweep(node->member.dir, sheaf_member_state(&node->member), &left, &why)
        != SHEAF_OK)
        sheaf_node_log(node, "warn", "round.sweep", "error=\"%.200s\"", why.message);
    node->swept = !left;
}

/* ---- the node ---- */

sheaf_status sheaf_node_open(sheaf_node *node, const sheaf_node_config *config,
                             const sheaf_node_ports *ports, sheaf_err *err)
{
    *node = (sheaf_node){.config = *config};
    if (config->data_count > SHEAF_NODE_DATA_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a node takes at most %d data sets",
                          SHEAF_NODE_DATA_MAX);
    for (size_t i = 0; i < config->data_count; i++)
        if (!sheaf_file_exists(config->data[i].file))
            return sheaf_fail(err, SHEAF_INVALID, "there is no file %s for the data set %s",
                              config->data[i].file, config->data[i].name);
    SHEAF_TRY(sheaf_folder_make(config->home, 0700, err));
    SHEAF_TRY(sheaf_member_open(&node->member, config->home, config->hub_url, ports, err));
    node->worker.member = &node->member;
    node->worker.key = SHEAF_NONE;
    trainer_set(node);
    sheaf_status status = sheaf_follower_hold(&node->member.follower, err);
    if (status == SHEAF_OK)
        status = sheaf_blobs_open(&node->worker.blobs, config->home, err);
    if (status == SHEAF_OK)
        status =
            sheaf_home_keypair(config->home, SHEAF_KEY_TRAIN, true, &node->worker.train, err);
    if (status != SHEAF_OK) {
        sheaf_node_close(node);
        return status;
    }
    node->evidence = sheaf_blob_source_folder(&node->worker.blobs);
    node->member.follower.replay.blobs = &node->evidence;
    node->member.follower.told = told;
    node->member.follower.told_context = node;
    return SHEAF_OK;
}

void sheaf_node_close(sheaf_node *node)
{
    if (node->has_round)
        round_end(node);
    sheaf_member_close(&node->member);
    sheaf_wipe(&node->worker.train, sizeof node->worker.train);
}

sheaf_status sheaf_node_turn(sheaf_node *node, sheaf_err *err)
{
    sheaf_member *m = &node->member;
    sheaf_err why = {0};
    if (sheaf_member_sync(m, &why) != SHEAF_OK) {
        sheaf_node_log(node, "warn", "log.sync", "error=\"%.300s\"", why.message);
        if (m->follower.halted)
            return sheaf_fail(err, SHEAF_FAULT, "%s", why.message);
        node->silent++;
        return SHEAF_OK;
    }
    node->silent = 0;
    if (sheaf_replay_stopped(&m->follower.replay)) {
        if (!node->told_revision)
            sheaf_node_log(node, "error", "rules.unknown",
                           "revision=%u hint=\"install a newer sheaf; nothing is trained\"",
                           m->follower.replay.needs_revision);
        node->told_revision = true;
        if (node->has_round)
            round_end(node);
        return SHEAF_OK;
    }
    sheaf_revoked_read(&node->worker.revoked, m->dir);
    if (!sheaf_coop(sheaf_member_state(m)) || !find_key(node))
        return SHEAF_OK;
    sweep_rounds(node);
    refuse_lawless(node);
    confirm_results(node);
    if (!node->has_round) {
        uint32_t round = find_round(node);
        if (round == SHEAF_NONE)
            heartbeat(node);
        else if (!builds_on_pending(node, round))
            round_begin(node, round);
    }
    if (node->has_round)
        round_step(node);
    return SHEAF_OK;
}

sheaf_status sheaf_node_data_parse(char *text, sheaf_node_data *out, sheaf_err *err)
{
    char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1])
        return sheaf_fail(err, SHEAF_INVALID,
                          "--data takes NAME=FILE, such as heart=cleveland.csv, not %s", text);
    *equals = 0;
    *out = (sheaf_node_data){.name = text, .file = equals + 1};
    return SHEAF_OK;
}
