#include "fake_hub.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/encode.h"
#include "log/visible.h"
#include "store/log_files.h"

static const char *const people[] = {"ann", "bob", "cat", "dan"};

void fake_hub_open(fake_hub *hub)
{
    sheaf_err err = {0};
    *hub = (fake_hub){.dir = "/tmp/coop-test-XXXXXX", .log_key = "log"};
    kit_open(&hub->k);
    if (!mkdtemp(hub->dir))
        kit_fail("no folder for the test");
    kit_must(sheaf_log_store_open(&hub->store, hub->dir, false, &err), &err);
    kit_must(sheaf_blobs_open(&hub->blobs, hub->dir, &err), &err);
    sheaf_buffer_init(&hub->transcript, 64 << 20);
}

static void round_end(fake_hub *hub)
{
    if (hub->has_round)
        sheaf_coordinator_deinit(&hub->coordinator);
    hub->has_round = false;
}

void fake_hub_close(fake_hub *hub)
{
    char command[128];
    round_end(hub);
    sheaf_buffer_deinit(&hub->transcript);
    sheaf_log_store_close(hub->store);
    kit_close(&hub->k);
    snprintf(command, sizeof command, "rm -rf %s", hub->dir);
    if (system(command) != 0)
        kit_fail("cannot remove %s", hub->dir);
}

void fake_hub_publish(fake_hub *hub)
{
    sheaf_slice rest = sheaf_buffer_slice(&hub->k.log), offered;
    (void)sheaf_take(&rest, hub->offered, &offered);
    hub->offered = hub->k.log.len;
    kit_store_add(hub->store, rest);
    kit_store_publish(&hub->k, hub->store, hub->log_key);
}

/* ---- answering ---- */

static void get_file(const fake_hub *hub, const char *path, unsigned *status,
                     sheaf_buffer *answer)
{
    char file[SHEAF_PATH_MAX];
    if (hub->checkpoint.len && strcmp(path, "/log/checkpoint") == 0) {
        sheaf_buffer_add(answer, hub->checkpoint);
        *status = 200;
        return;
    }
    *status = 404;
    if (sheaf_path(file, NULL, "%s%s", hub->dir, path) == SHEAF_OK && sheaf_file_exists(file)
        && sheaf_file_read(file, answer, NULL) == SHEAF_OK)
        *status = 200;
    if (hub->garble_entries && strstr(path, "entries") && answer->len > 100)
        answer->data[answer->len - 60] ^= 1;
}

/* The public listing of a bundle: the founding, and leaf hashes. */
static void get_listing(const fake_hub *hub, const char *path, unsigned *status,
                        sheaf_buffer *answer)
{
    sheaf_tile tile;
    sheaf_buffer file;
    sheaf_slice bundle, entry;
    sheaf_err err = {0};
    *status = 404;
    if (!sheaf_visible_parse(sheaf_str(path + 5), &tile))
        return;
    sheaf_buffer_init(&file, SHEAF_BUNDLE_BYTES_MAX);
    if (sheaf_log_file_read(hub->dir, &tile, &file, &bundle, &err) == SHEAF_OK) {
        *status = 200;
        for (uint64_t i = 256 * tile.index; sheaf_bundle_next(&bundle, &entry); i++) {
            sheaf_hash leaf = sheaf_tree_leaf(entry);
            if (i == 0 && !hub->hides_founding)
                sheaf_visible_add_entry(answer, entry);
            else
                sheaf_visible_add_leaf(answer, &leaf);
        }
        if (hub->garble_entries)
            answer->data[100] ^= 1;
    }
    sheaf_buffer_deinit(&file);
}

static void get_blob(const fake_hub *hub, const char *hex, unsigned *status,
                     sheaf_buffer *answer)
{
    sheaf_hash hash;
    sheaf_err err = {0};
    *status = 404;
    if (!sheaf_hex_get(sheaf_str(hex), hash.bytes, sizeof hash.bytes)
        || !sheaf_blob_exists(&hub->blobs, &hash))
        return;
    kit_must(sheaf_blob_read(&hub->blobs, &hash, answer, &err), &err);
    if (hub->garble_blobs)
        answer->data[answer->len / 2] ^= 1;
    *status = 200;
}

static void post_act(fake_hub *hub, sheaf_slice body, unsigned *status, sheaf_buffer *answer)
{
    sheaf_err err = {0};
    sheaf_submission submission;
    void *block = malloc(SHEAF_SUBMISSION_ARENA_BYTES);
    sheaf_arena arena = sheaf_arena_over(block, SHEAF_SUBMISSION_ARENA_BYTES);
    hub->acts++;
    kit_must(sheaf_submission_decode(body, 1, &arena, &submission, &err), &err);
    if (hub->drops_acts) {
        *status = 200;
        sheaf_buffer_printf(answer, "{\"index\":%" PRIu64 ",\"stamp\":1}", hub->k.state.size);
        free(block);
        return;
    }
    sheaf_buffer_reset(&hub->k.entry);
    sheaf_entry_encode(&hub->k.entry, submission.act_bytes, submission.signature, ++hub->k.now);
    uint64_t index = hub->k.state.size;
    sheaf_refusal refusal = kit_offer_entry(&hub->k);
    const sheaf_refusal_text *text = sheaf_refusal_describe((uint16_t)refusal);
    *status = refusal ? 422 : 200;
    if (refusal)
        sheaf_buffer_printf(answer,
                            "{\"refusal\":{\"article\":\"%s\",\"code\":%d,\"name\":\"%s\","
                            "\"sentence\":\"%s\"},\"sig\":\"\"}",
                            text->article, (int)refusal, text->name, text->sentence);
    else
        sheaf_buffer_printf(answer, "{\"index\":%" PRIu64 ",\"stamp\":%" PRId64 "}", index,
                            hub->k.now + hub->stamp_error);
    free(block);
    fake_hub_publish(hub);
}

/* On the complete graph it is the same for every member. */
static void get_bundle(fake_hub *hub, const char *path, unsigned *status, sheaf_buffer *answer)
{
    const char *stage = strstr(path, "stage=");
    *status = 404;
    if (!hub->has_round || !stage)
        return;
    for (sheaf_round_stage s = SHEAF_ROUND_COMMIT; s <= SHEAF_ROUND_DONE; s++) {
        if (strcmp(stage + 6, sheaf_round_stage_text(s)) != 0)
            continue;
        if (hub->stop_behind && s > hub->stop_behind)
            break;
        if (sheaf_coordinator_stage(&hub->coordinator) == SHEAF_ROUND_ABORTED)
            s = SHEAF_ROUND_ABORTED;
        sheaf_buffer_add(answer,
                         sheaf_coordinator_bundle(&hub->coordinator, s,
                                                  hub->coordinator.config.members[0].member));
        *status = answer->len ? 200 : 204;
        return;
    }
    *status = 204;
}

/* A member says one thing in a stage, ever. */
static void watch(fake_hub *hub, sheaf_slice body)
{
    sheaf_round_message message;
    if (sheaf_round_message_decode(body, &message, NULL) != SHEAF_OK)
        return;
    int index = sheaf_round_index(&hub->config, message.member);
    sheaf_hash hash = sheaf_sha256(body), *first = &hub->sent[message.type][index];
    if (sheaf_hash_is_zero(first))
        *first = hash;
    hub->changed += !sheaf_hash_equal(first, &hash);
}

static void post_message(fake_hub *hub, sheaf_slice body, unsigned *status,
                         sheaf_buffer *answer)
{
    sheaf_err err = {0};
    hub->messages++;
    watch(hub, body);
    *status = 422;
    if (hub->has_round
        && sheaf_coordinator_receive(&hub->coordinator, body, hub->k.now, &err)
               != SHEAF_ROUND_REFUSED)
        *status = 204;
    else
        sheaf_buffer_printf(answer, "{\"error\":{\"message\":\"%s\",\"status\":422}}",
                            err.message);
}

/* The head out of its header, the words out of their file. */
static sheaf_status put_vector(fake_hub *hub, const sheaf_hub_call *c, unsigned *status,
                               sheaf_buffer *answer, sheaf_err *err)
{
    uint8_t head[SHEAF_ROUND_INPUT_HEAD_BYTES];
    sheaf_buffer file, message;
    if (hub->lose == SHEAF_ROUND_INPUT)
        return sheaf_fail(err, SHEAF_IO, "the line is cut");
    *status = 400;
    if (!c->input || !sheaf_base64url_get(sheaf_str(c->input), head, sizeof head)
        || strcmp(c->method, "PUT") != 0 || c->body.len)
        return SHEAF_OK;
    sheaf_buffer_init(&file, 1 << 24);
    sheaf_buffer_init(&message, 1 << 24);
    kit_must(sheaf_file_read(c->body_file, &file, err), err);
    sheaf_buffer_add(&message, sheaf_bytes(head, sizeof head));
    sheaf_buffer_add(&message, sheaf_bytes(file.data + c->body_from, file.len - c->body_from));
    post_message(hub, sheaf_buffer_slice(&message), status, answer);
    sheaf_buffer_deinit(&message);
    sheaf_buffer_deinit(&file);
    return SHEAF_OK;
}

static sheaf_status call(void *context, const sheaf_hub_call *c, unsigned *status,
                         sheaf_buffer *answer, sheaf_err *err)
{
    fake_hub *hub = context;
    const char *path = c->path;
    sheaf_buffer_reset(answer);
    if (hub->down)
        return sheaf_fail(err, SHEAF_IO, "the hub is down");
    *status = 404;
    bool bundle = strncmp(path, "/log/tile/entries/", 18) == 0;
    if (hub->members_only && bundle && !c->signed_request) {
        *status = 403;
    } else if (bundle && hub->dead_key
               && strtoul(c->signed_request ? c->signed_request : "0", NULL, 10)
                      == hub->dead_key) {
        *status = 401;
    } else if (strncmp(path, "/log/tile/public/", 17) == 0) {
        get_listing(hub, path, status, answer);
    } else if (strncmp(path, "/log/", 5) == 0) {
        get_file(hub, path, status, answer);
    } else if (strncmp(path, "/api/v1/blobs/", 14) == 0) {
        get_blob(hub, path + 14, status, answer);
    } else if (strcmp(path, "/api/v1/acts") == 0) {
        post_act(hub, c->body, status, answer);
    } else if (strcmp(path, "/api/v1/nodes") == 0) {
        hub->heartbeats++;
        *status = c->signed_request ? 200 : 403;
    } else if (strstr(path, "/bundle?")) {
        get_bundle(hub, path, status, answer);
    } else if (strstr(path, "/messages") && hub->lose && c->body.len > 3
               && c->body.data[3] == hub->lose) {
        return sheaf_fail(err, SHEAF_IO, "the line is cut");
    } else if (strstr(path, "/messages")) {
        post_message(hub, c->body, status, answer);
    } else if (strstr(path, "/vector")) {
        return put_vector(hub, c, status, answer, err);
    } else if (strstr(path, "/transcript")) {
        sheaf_buffer_add(answer, sheaf_buffer_slice(&hub->transcript));
        *status = c->signed_request ? 200 : 403;
    } else if (strstr(path, "/refusals")) {
        hub->refusals++;
        snprintf(hub->refusal, sizeof hub->refusal, "%.*s", SHEAF_PRINT(c->body));
        *status = 204;
    }
    return SHEAF_OK;
}

static int64_t now_ms(void *context)
{
    const fake_hub *hub = context;
    return hub->k.now + hub->clock_skew_ms;
}

/* Not random at all, so that a failure can be repeated. */
static void next_bytes(void *context, void *out, size_t len)
{
    static uint64_t seed = 5;
    (void)context;
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)out)[i] = (uint8_t)kit_random(&seed);
}

static void no_wait(void *context, unsigned ms)
{
    (void)context, (void)ms;
}

sheaf_node_ports fake_hub_ports(fake_hub *hub)
{
    return (sheaf_node_ports){.transport = {.call = call, .context = hub},
                              .now_ms = now_ms,
                              .random = next_bytes,
                              .wait = no_wait,
                              .context = hub};
}

/* ---- the world ---- */

void fake_hub_home(fake_hub *hub, const char *name, char home[SHEAF_PATH_MAX])
{
    sheaf_err err = {0};
    char path[SHEAF_PATH_MAX], node[KIT_NAME_MAX];
    kit_must(sheaf_path(home, &err, "%s/%s", hub->dir, name), &err);
    kit_must(sheaf_path(path, &err, "%s/keys", home), &err);
    if (sheaf_file_exists(path))
        return;
    kit_must(sheaf_folder_make(path, 0700, &err), &err);
    snprintf(node, sizeof node, "%s.node", name);
    const char *const who[] = {name, node};
    const char *const role[] = {"member", "train"};
    for (int i = 0; i < 2; i++) {
        kit_must(sheaf_path(path, &err, "%s/keys/%s.key", home, role[i]), &err);
        kit_store_key(path, who[i]);
    }
}

void fake_hub_file(fake_hub *hub, const char *name, char file[SHEAF_PATH_MAX])
{
    sheaf_err err = {0};
    kit_must(sheaf_path(file, &err, "%s/%s.csv", hub->dir, name), &err);
}

/* Ages, three levels of cp, and a label that hangs on both. */
static void write_data(fake_hub *hub, int person)
{
    char file[SHEAF_PATH_MAX];
    sheaf_buffer csv;
    sheaf_err err = {0};
    uint64_t seed = (uint64_t)person + 1;
    sheaf_buffer_init(&csv, 1 << 20);
    sheaf_buffer_add_string(&csv, "age,cp,num\n");
    for (int i = 0; i < 100 * (person + 1); i++) {
        unsigned age = 30 + (unsigned)(kit_random(&seed) % 50);
        unsigned cp = 1 + (unsigned)(kit_random(&seed) % 3);
        unsigned noise = (unsigned)(kit_random(&seed) % 20);
        sheaf_buffer_printf(&csv, "%u,%u,%d\n", age, cp, age + 10 * (cp == 2) + noise > 70);
    }
    fake_hub_file(hub, people[person], file);
    kit_must(sheaf_file_write(file, 0600, sheaf_buffer_slice(&csv), &err), &err);
    sheaf_buffer_deinit(&csv);
}

void fake_hub_world(fake_hub *hub)
{
    kit_rules rules = kit_rules_usual();
    kit_with_data(&hub->k, &rules);
    kit_motion(&hub->k, "mandate", KIT_MANDATE, 4);
    for (int i = 0; i < 4; i++)
        write_data(hub, i);
    fake_hub_publish(hub);
}

void fake_hub_noised(fake_hub *hub, const char *unit)
{
    kit_terms terms = kit_terms_true(8);
    terms.unit = unit;
    kit_ranged(&hub->k);
    kit_motion(&hub->k, "noised", kit_noised(&terms), 4);
    hub->noised = true;
    hub->mandate = "noised";
    fake_hub_publish(hub);
}

void fake_hub_patient(fake_hub *hub)
{
    kit_motion(
        &hub->k, "patient",
        "{'kind':'mandate.grant','what':{'attest_min':2,'cohort_min':3,'datasets':["
        "{'dataset':#ann.data},{'dataset':#bob.data},{'dataset':#cat.data},"
        "{'dataset':#dan.data}],'duration_s':86400,'learning':{'batch':0,'local_steps':5,"
        "'patience':1,'rate_millionths':100000,'seed':7},'model':#model,"
        "'purpose':'research','release':'exact_sum','rounds_max':9}}",
        4);
    hub->mandate = "patient";
    fake_hub_publish(hub);
}

/* ---- rounds ---- */

void fake_hub_round_open(fake_hub *hub, const char *task, const sheaf_hash *base)
{
    char hex[65], hash[96] = "", name[KIT_NAME_MAX];
    sheaf_err err = {0};
    snprintf(name, sizeof name, "%s.tick", hub->mandate ? hub->mandate : "mandate");
    const struct sheaf_row_mandate *mandate =
        sheaf_mandate_find(&hub->k.state, kit_index(&hub->k, name));
    if (base) {
        sheaf_hex_32(base->bytes, hex);
        snprintf(hash, sizeof hash, "'base':'%s',", hex);
    }
    round_end(hub);
    hub->round = (uint32_t)hub->k.state.size;
    kit_do(&hub->k, "hub", "round.open", NULL,
           "{%s'mandate':%u,'participants':[{'dataset':#ann.data,'key':#ann.node},"
           "{'dataset':#bob.data,'key':#bob.node},{'dataset':#cat.data,'key':#cat.node},"
           "{'dataset':#dan.data,'key':#dan.node}],'stage_ms':60000,'task':'%s','words':%d}",
           hash, mandate->id, task,
           (int)sheaf_task_words(sheaf_model_get(&hub->k.state, mandate->model), mandate,
                                 task[0] == 's'   ? SHEAF_task_statistics
                                 : task[0] == 't' ? SHEAF_task_train
                                                  : SHEAF_task_evaluate));
    fake_hub_publish(hub);
    sheaf_hash manifest = sheaf_log_store_root_at(hub->store, (uint64_t)hub->round + 1);
    kit_must(sheaf_round_job_config(&hub->k.state, sheaf_round_find(&hub->k.state, hub->round),
                                    &manifest, &hub->config, &err),
             &err);
    kit_must(sheaf_coordinator_init(&hub->coordinator, &hub->config, hub->k.now, &err), &err);
    hub->has_round = true;
    memset(hub->sent, 0, sizeof hub->sent);
}

static void put_close(fake_hub *hub, const sheaf_round_result *result, const sheaf_hash *hash)
{
    const struct sheaf_row_round *round = sheaf_round_find(&hub->k.state, hub->round);
    sheaf_hash transcript = *sheaf_coordinator_transcript_hash(&hub->coordinator);
    const sheaf_survivors *list = sheaf_coordinator_list(&hub->coordinator);
    char result_hex[65], transcript_hex[65], figures[256] = "", loss[100] = "";
    char survivors[256] = "";
    size_t used = 0;
    sheaf_hex_32(hash->bytes, result_hex);
    sheaf_hex_32(transcript.bytes, transcript_hex);
    if (result->figures.has_validation_records)
        snprintf(loss, sizeof loss,
                 ",'validation_loss_millionths':%" PRId64 ",'validation_records':%" PRId64,
                 result->figures.validation_loss_millionths - hub->wrong_loss,
                 result->figures.validation_records);
    if (round->task == SHEAF_task_train && !hub->noised)
        snprintf(figures, sizeof figures,
                 "'figures':{'accuracy_millionths':%" PRId64 ",'log_loss_millionths':%" PRId64
                 ",'records':%" PRId64 "%s},",
                 result->figures.accuracy_millionths, result->figures.log_loss_millionths,
                 result->figures.records, loss);
    for (uint16_t i = 0; i < round->seats; i++) {
        const struct sheaf_row_seat *seat = sheaf_seat_at(&hub->k.state, round->seat_first + i);
        for (uint16_t j = 0; j < list->survivors; j++)
            if (list->survivor[j] == seat->member)
                used += (size_t)snprintf(survivors + used, sizeof survivors - used,
                                         "%s{'key':%" PRIu32 "}", used ? "," : "", seat->key);
    }
    kit_do(&hub->k, "hub", "round.close", NULL,
           "{%s'result':'%s','round':%" PRIu32 ",'survivors':[%s],'transcript':'%s'}", figures,
           result_hex, hub->round, survivors, transcript_hex);
    fake_hub_publish(hub);
}

bool fake_hub_round_close(fake_hub *hub, sheaf_hash *result)
{
    const struct sheaf_row_round *round = sheaf_round_find(&hub->k.state, hub->round);
    sheaf_round_result made = {0};
    sheaf_buffer base;
    sheaf_err err = {0};
    if (sheaf_coordinator_stage(&hub->coordinator) != SHEAF_ROUND_DONE)
        return false;
    sheaf_buffer_init(&base, 1 << 20);
    if (!sheaf_hash_is_zero(&round->base))
        kit_must(sheaf_blob_read(&hub->blobs, &round->base, &base, &err), &err);
    kit_must(sheaf_round_job_result(&hub->k.state, round, sheaf_buffer_slice(&base),
                                    sheaf_coordinator_sum(&hub->coordinator), &made, &err),
             &err);
    if (hub->wrong_result)
        made.bytes.data[made.bytes.len - 1] ^= 1;
    kit_must(sheaf_blob_put(&hub->blobs, sheaf_buffer_slice(&made.bytes), result, &err), &err);
    sheaf_buffer_reset(&hub->transcript);
    kit_must(sheaf_coordinator_transcript(&hub->coordinator, &hub->transcript, &err), &err);
    put_close(hub, &made, result);
    sheaf_buffer_deinit(&made.bytes);
    sheaf_buffer_deinit(&base);
    return true;
}
