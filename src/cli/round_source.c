#include "cli/round_source.h"

#include "base/encode.h"
#include "claims/round_epsilon.h"
#include "cli/figures.h"
#include "cli/patience_words.h"
#include "cli/round_trainers.h"
#include "coop/view.h"
#include "learn/round_job.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MILLION = 1000000, PATH_BYTES = 96, WORDS_MAX = 1024 };

static bool is_url(const char *from)
{
    return strncmp(from, "http://", 7) == 0 || strncmp(from, "https://", 8) == 0;
}

/* ---- opening ---- */

static sheaf_status open_folder(sheaf_round_source *source, sheaf_err *err)
{
    if (strstr(source->where, "://"))
        return sheaf_fail(err, SHEAF_INVALID,
                          "%.200s is no address of a hub: those begin with http:// or https://",
                          source->where);
    SHEAF_TRY(sheaf_path(source->blobs.dir, err, "%s/blobs", source->where));
    SHEAF_TRY(sheaf_folder_open(&source->folder, source->where, NULL, NULL, err));
    source->state = &source->folder.replay.state;
    if (sheaf_values_look(&source->values, source->where, NULL) != SHEAF_OK)
        sheaf_values_close(&source->values); /* shown without names, then */
    return SHEAF_OK;
}

static sheaf_status open_visit(sheaf_round_source *source, const char *url, const char *home,
                               const char *ca_file, sheaf_err *err)
{
    SHEAF_TRY(sheaf_visit_open(&source->visit, url, home, ca_file, err));
    sheaf_member *member = &source->visit.session.member;
    source->where = member->home.hub;
    source->transport = sheaf_member_transport(member);
    source->state = sheaf_member_state(member);
    return SHEAF_OK;
}

sheaf_status sheaf_round_source_log(const sheaf_round_source *source, sheaf_log_store **out,
                                    sheaf_err *err)
{
    *out = source->folder.store;
    return source->local ? SHEAF_OK : sheaf_log_store_open(out, source->visit.home, true, err);
}

/* One's own replay, which nobody else reads meanwhile. */
static sheaf_state *own_state(const sheaf_round_source *source)
{
    return (sheaf_state *)(uintptr_t)source->state;
}

sheaf_mark sheaf_round_source_preview(const sheaf_round_source *source, uint32_t matter)
{
    return sheaf_preview(own_state(source), matter);
}

sheaf_status sheaf_round_source_closing(const sheaf_round_source *source, uint32_t motion,
                                        int64_t stamp, sheaf_motion_closing *out,
                                        sheaf_err *err)
{
    void *block = malloc(SHEAF_FOLD_ARENA_BYTES);
    sheaf_arena work = sheaf_arena_over(block, block ? SHEAF_FOLD_ARENA_BYTES : 0);
    bool done = block && sheaf_preview_closing(own_state(source), motion, stamp, &work, out);
    free(block);
    return done ? SHEAF_OK : sheaf_fail(err, SHEAF_NOMEM, "no memory for a motion");
}

void sheaf_round_source_roll_back(const sheaf_round_source *source, sheaf_mark mark)
{
    sheaf_state_roll_back(own_state(source), mark);
}

void sheaf_round_source_log_close(const sheaf_round_source *source, sheaf_log_store *log)
{
    if (!source->local)
        sheaf_log_store_close(log);
}

/* What the members of the seats have declared. */
static sheaf_status find_trainers(sheaf_round_source *source, const sheaf_log_store *log,
                                  sheaf_err *err)
{
    const struct sheaf_row_round *round = source->round;
    sheaf_round_trainers trainers;
    source->trainer = calloc(round->seats + 1u, sizeof *source->trainer);
    if (!source->trainer)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for %u seats", round->seats);
    SHEAF_TRY(sheaf_round_trainers_open(&trainers, log, err));
    sheaf_status status = SHEAF_OK;
    for (uint16_t i = 0; i < round->seats && status == SHEAF_OK; i++) {
        const struct sheaf_row_seat *seat = sheaf_seat_at(source->state, round->seat_first + i);
        /* A copy that a node keeps beside us can be some attestations behind the state. */
        if (seat->attested == SHEAF_NONE || seat->attested < sheaf_log_store_size(log))
            status = sheaf_round_trainer_find(&trainers, seat, &source->trainer[i], err);
    }
    sheaf_round_trainers_close(&trainers);
    return status;
}

/* What the entries themselves say of the round: the root of the log up to the one that opened
 * it, and what was declared. */
static sheaf_status read_log(sheaf_round_source *source, uint32_t number, sheaf_err *err)
{
    sheaf_log_store *log;
    sheaf_status status;
    SHEAF_TRY(sheaf_round_source_log(source, &log, err));
    if (number < sheaf_log_store_size(log)) {
        source->manifest = sheaf_log_store_root_at(log, (uint64_t)number + 1);
        status = find_trainers(source, log, err);
    } else {
        status = sheaf_fail(err, SHEAF_IO,
                            "the copy of the log in %.100s does not have entry %" PRIu32
                            " yet, and another program holds it; try again",
                            source->visit.home, number);
    }
    sheaf_round_source_log_close(source, log);
    return status;
}

static sheaf_status find_round(sheaf_round_source *source, uint32_t number, sheaf_err *err)
{
    const sheaf_state *state = source->state;
    source->round = sheaf_round_find(state, number);
    if (!source->round && number >= state->size)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the log has %" PRIu64 " entries, and no %" PRIu32, state->size,
                          number);
    if (!source->round)
        return sheaf_fail(err, SHEAF_INVALID,
                          "entry %" PRIu32 " opened no round; see: sheaf log show", number);
    source->mandate = sheaf_mandate_get(state, source->round->mandate);
    SHEAF_TRY(read_log(source, number, err));
    sheaf_round_config *config = calloc(1, sizeof *config);
    if (!config)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the terms of round %" PRIu32,
                          number);
    sheaf_status status =
        sheaf_round_job_config(state, source->round, &source->manifest, config, err);
    source->bits = config->bits;
    free(config);
    return status == SHEAF_OK ? sheaf_round_graph_of(state, source->round, &source->graph, err)
                              : status;
}

sheaf_status sheaf_round_source_open(sheaf_round_source *source, const char *from,
                                     const char *home, const char *ca_file, uint32_t number,
                                     sheaf_err *err)
{
    *source = (sheaf_round_source){.where = from, .local = from && !is_url(from)};
    if (source->local)
        SHEAF_TRY(open_folder(source, err));
    else
        SHEAF_TRY(open_visit(source, from, home, ca_file, err));
    sheaf_status status = number == SHEAF_NONE ? SHEAF_OK : find_round(source, number, err);
    if (status != SHEAF_OK)
        sheaf_round_source_close(source);
    return status;
}

void sheaf_round_source_close(sheaf_round_source *source)
{
    free(source->trainer);
    sheaf_values_close(&source->values);
    if (source->local)
        sheaf_folder_close(&source->folder);
    else
        sheaf_visit_close(&source->visit);
}

sheaf_status sheaf_round_source_blob(sheaf_round_source *source, const sheaf_hash *hash,
                                     size_t max, sheaf_buffer *out, sheaf_err *err)
{
    char hex[SHEAF_HEX_LEN_32 + 1], path[PATH_BYTES];
    out->max = max;
    sheaf_hex_32(hash->bytes, hex);
    if (source->local && !sheaf_blob_exists(&source->blobs, hash))
        return sheaf_fail(err, SHEAF_IO, "there is no %.60s/%.2s/%s", source->blobs.dir, hex,
                          hex + 2);
    if (source->local)
        return sheaf_blob_read(&source->blobs, hash, out, err);
    snprintf(path, sizeof path, "/api/v1/blobs/%s", hex);
    SHEAF_TRY(sheaf_hub_get(&source->transport, path, out, err));
    sheaf_hash found = sheaf_sha256(sheaf_buffer_slice(out));
    return sheaf_hash_equal(&found, hash)
               ? SHEAF_OK
               : sheaf_fail(err, SHEAF_FAULT, "%.60s has other bytes under the hash %s",
                            source->where, hex);
}

static sheaf_status chunk_get(void *context, uint32_t round, uint32_t member, size_t chunk,
                              uint8_t *out, size_t len, sheaf_err *err)
{
    sheaf_round_source *source = context;
    sheaf_buffer answer;
    char path[PATH_BYTES];
    snprintf(path, sizeof path,
             "/api/v1/rounds/%" PRIu32 "/vector?member=%" PRIu32 "&chunk=%zu", round, member,
             chunk);
    sheaf_buffer_init(&answer, len);
    sheaf_status status = sheaf_hub_get(&source->transport, path, &answer, err);
    if (status == SHEAF_OK && answer.len != len)
        status = sheaf_fail(err, SHEAF_FAULT,
                            "%.60s has %zu bytes in chunk %zu of the vector of member %" PRIu32
                            ", which has %zu",
                            source->where, answer.len, chunk, member, len);
    if (status == SHEAF_OK)
        memcpy(out, answer.data, len);
    sheaf_buffer_deinit(&answer);
    return status;
}

sheaf_vector_source sheaf_round_source_vectors(sheaf_round_source *source)
{
    if (source->local)
        return sheaf_vector_source_folder(source->where);
    return (sheaf_vector_source){.get = chunk_get, .context = source};
}

/* ---- telling ---- */

static void print_hash(const char *what, const sheaf_hash *hash)
{
    char hex[SHEAF_HEX_LEN_32 + 1];
    sheaf_hex_32(hash->bytes, hex);
    if (!sheaf_hash_is_zero(hash))
        printf("  %-12s%s\n", what, hex);
}

/* Millionths without zeros at the end. */
static void print_millionths(uint64_t millionths)
{
    char digits[8];
    snprintf(digits, sizeof digits, "%06u", (unsigned)(millionths % MILLION));
    size_t len = 6;
    while (len && digits[len - 1] == '0')
        len--;
    printf("%" PRIu64 "%s%.*s", millionths / MILLION, len ? "." : "", (int)len, digits);
}

static void print_members(const sheaf_round_source *source, const char *what, bool survived)
{
    const struct sheaf_row_round *round = source->round;
    bool any = false;
    for (uint16_t i = 0; i < round->seats; i++) {
        const struct sheaf_row_seat *seat = sheaf_seat_at(source->state, round->seat_first + i);
        if (round->state == SHEAF_round_state_closed && (seat->survived != 0) != survived)
            continue;
        printf("%smember %" PRIu32 " with data set %" PRIu32, any ? ", " : what, seat->member,
               seat->dataset);
        any = true;
    }
    if (any)
        puts("");
}

/* The member of a seat says that a program of its own has trained. */
static void print_trainers(const sheaf_round_source *source)
{
    for (uint16_t i = 0; i < source->round->seats; i++) {
        char hex[SHEAF_HEX_LEN_32 + 1];
        if (sheaf_hash_is_zero(&source->trainer[i]))
            continue;
        sheaf_hex_32(source->trainer[i].bytes, hex);
        printf("  trainer     member %" PRIu32
               " declares one of its own, which nobody can check:\n              %s\n",
               sheaf_seat_at(source->state, source->round->seat_first + i)->member, hex);
    }
}

static void print_cost(const sheaf_round_source *source)
{
    const struct sheaf_row_mandate *m = source->mandate;
    const sheaf_round_epsilon e = sheaf_round_epsilon_of(source->state, source->round);
    printf("  cost        at delta %g, for this round alone: epsilon %.4f against the hub and "
           "all outside the round,\n              ",
           (double)m->delta_trillionths * 1e-12, e.hub);
    if (m->local_noise)
        puts("and the same against all other members together");
    else
        printf("%.4f against %u of its members%s, also in league with the hub\n", e.members,
               m->colluders, m->colluders == 1 ? "" : " together");
    fputs("              at most epsilon ", stdout);
    print_millionths(m->epsilon_millionths);
    printf(" for all %" PRIu32 " rounds of the mandate, against both\n", m->rounds_max);
}

static void print_release(const sheaf_round_source *source)
{
    const struct sheaf_row_mandate *m = source->mandate;
    if (m->release != SHEAF_release_form_noised) {
        puts("  release     the exact sum, without noise: it has no epsilon");
        return;
    }
    bool evaluates = source->round->task == SHEAF_task_evaluate;
    if (m->local_noise && !evaluates)
        printf("  release     the sum of what each member trained under noise of its own, in "
               "%" PRIu32 " step%s of multiplier ",
               m->local_steps, m->local_steps == 1 ? "" : "s");
    else
        printf("  release     the sum with %s, multiplier ",
               m->local_noise ? "the whole noise of each member" : "noise");
    print_millionths(evaluates ? m->evaluation_noise_millionths : m->noise_millionths);
    printf(", which hides %s\n", m->unit == SHEAF_privacy_unit_record
                                     ? "one record"
                                     : "one member with all its records");
    if (!evaluates && m->sampling_millionths < MILLION) {
        fputs(
            "              of a secret sample in which every record is with a probability of ",
            stdout);
        print_millionths(m->sampling_millionths);
        puts(m->local_noise ? ", drawn anew in every step" : "");
    }
    print_cost(source);
}

static void print_words(const char *name, sheaf_buffer *words)
{
    if (words->len)
        printf("  %-11s %.*s\n", name, SHEAF_PRINT(sheaf_buffer_slice(words)));
    sheaf_buffer_deinit(words);
}

static void print_patience(const sheaf_round_source *source)
{
    sheaf_buffer words;
    sheaf_buffer_init(&words, WORDS_MAX);
    sheaf_words_put_measured(&words, source->state, source->round);
    print_words("validation", &words);
    sheaf_buffer_init(&words, WORDS_MAX);
    sheaf_words_put_patience(&words, source->mandate);
    print_words("training", &words);
}

void sheaf_round_source_print(const sheaf_round_source *source)
{
    static const char *const tasks[] = {[SHEAF_task_evaluate] = "evaluation",
                                        [SHEAF_task_statistics] = "statistics",
                                        [SHEAF_task_train] = "training"};
    const struct sheaf_row_round *round = source->round;
    bool closed = round->state == SHEAF_round_state_closed;
    printf("  task        %s, round %" PRIu32 " of at most %" PRIu32 " under mandate %" PRIu32
           "\n",
           tasks[round->task], round->number, source->mandate->rounds_max, round->mandate);
    if (closed) {
        print_members(source, "  summed      ", true);
        print_members(source, "  dropped out ", false);
    } else {
        print_members(source, "  took seats  ", false);
    }
    printf("  vectors     %" PRIu32 " words each, masked, modulo 2^%u\n", round->words,
           source->bits);
    char graph[SHEAF_ROUND_GRAPH_TEXT];
    sheaf_round_graph_describe(&source->graph, graph);
    printf("  graph       %s\n", graph);
    print_release(source);
    print_patience(source);
    print_hash("transcript", &round->transcript);
    print_hash("base", &round->base);
    print_hash("result", &round->result);
    if (closed)
        printf("  attested    by %u of %u\n", round->attested, round->survivors);
    print_trainers(source);
}

static void put_row(sheaf_json_writer *w, const sheaf_state *state, sheaf_table_id table,
                    uint32_t index)
{
    sheaf_json_open_object(w);
    sheaf_row_write(sheaf_table_describe(table), sheaf_table_row(state, table, index), index,
                    w);
    sheaf_json_close(w);
}

/* In millionths; left out where there is no bound. */
static void put_epsilon(const sheaf_round_source *source, sheaf_json_writer *w)
{
    const sheaf_round_epsilon e = sheaf_round_epsilon_of(source->state, source->round);
    if (isfinite(e.hub))
        sheaf_json_member_put_int(w, "epsilon_hub_millionths", llround(e.hub * MILLION));
    if (isfinite(e.members))
        sheaf_json_member_put_int(w, "epsilon_members_millionths",
                                  llround(e.members * MILLION));
}

static void put_trainers(const sheaf_round_source *source, sheaf_json_writer *w)
{
    sheaf_json_key(w, "own_trainers");
    sheaf_json_open_list(w);
    for (uint16_t i = 0; i < source->round->seats; i++) {
        const struct sheaf_row_seat *seat =
            sheaf_seat_at(source->state, source->round->seat_first + i);
        char hex[SHEAF_HEX_LEN_32 + 1];
        if (sheaf_hash_is_zero(&source->trainer[i]))
            continue;
        sheaf_hex_32(source->trainer[i].bytes, hex);
        sheaf_json_open_object(w);
        sheaf_json_member_put_int(w, "member", seat->member);
        sheaf_json_member_put_string(w, "trainer", sheaf_bytes(hex, SHEAF_HEX_LEN_32));
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
}

void sheaf_round_source_put(const sheaf_round_source *source, const char *fault,
                            const sheaf_figure_report *figures, sheaf_json_writer *w)
{
    const sheaf_state *state = source->state;
    const struct sheaf_row_round *round = source->round;
    sheaf_json_member_put_int(w, "bits", source->bits);
    if (source->mandate->release == SHEAF_release_form_noised)
        put_epsilon(source, w);
    if (fault)
        sheaf_json_member_put_string(w, "fault", sheaf_str(fault));
    if (figures)
        sheaf_figures_put(figures, w);
    sheaf_json_key(w, "graph");
    sheaf_round_graph_put(&source->graph, w);
    sheaf_json_key(w, "mandate");
    put_row(w, state, SHEAF_TABLE_mandate, sheaf_mandate_row(state, round->mandate));
    put_trainers(source, w);
    sheaf_json_key(w, "round");
    put_row(w, state, SHEAF_TABLE_round, sheaf_round_row(state, round->id));
    sheaf_json_key(w, "seats");
    sheaf_json_open_list(w);
    for (uint16_t i = 0; i < round->seats; i++)
        put_row(w, state, SHEAF_TABLE_seat, round->seat_first + i);
    sheaf_json_close(w);
}
