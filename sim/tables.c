/* Real data: each member has a small file, and what it gives to a round is computed from that
 * by the code of the node; the hub and whoever attests make the model by the shared code. */
#include "sim.h"

#include "learn/statistics.h"
#include "node/local.h"
#include "store/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void file_of(const sim *s, int i, char out[SHEAF_PATH_MAX])
{
    snprintf(out, SHEAF_PATH_MAX, "%s/%d.csv", s->folder, i);
}

static uint32_t dataset_of(sim *s, int i)
{
    char label[KIT_NAME_MAX];
    snprintf(label, sizeof label, "%s.data", s->member[i].name);
    return kit_index(&s->pen, label);
}

/* What the node remembers of the file that was in exact sums. */
static void forget_file(sim *s, int i)
{
    char path[SHEAF_PATH_MAX];
    snprintf(path, sizeof path, "%s/exact/%u", s->folder, dataset_of(s, i));
    unlink(path);
}

/* The value of `age` in the one row that is wrong. */
static const char *wrong_value(const sim *s)
{
    static const char *const values[FLAWS][2] = {[FLAW_NAN] = {"nan", "NaN"},
                                                 [FLAW_INFINITE] = {"inf", "1e999"},
                                                 [FLAW_RANGE] = {"1048576", "-99999999999"}};
    return values[s->flaw][s->files_written % 2];
}

/* Only training is given other numbers, each of which a file may have. */
static bool changes_later(const sim *s)
{
    return s->flaw == FLAW_UPDATE || s->flaw == FLAW_CHANGED;
}

typedef enum { WHOLE, BROKEN, GAP } file_state; /* GAP: a value is missing in the bad row */

static bool lacks_column(const sim *s, file_state how)
{
    return how == BROKEN && s->flaw == FLAW_SHAPE && s->files_written % 2;
}

static void put_row(const sim *s, int i, uint32_t row, file_state how, sheaf_buffer *out)
{
    uint32_t age = (row * 7 + (uint32_t)i * 13) % 100, cp = 1 + row % 4;
    bool bad = how != WHOLE && row == 7;
    if (how == BROKEN && changes_later(s))
        sheaf_buffer_printf(out, "%d,", age > 60 ? 1048575 : -1048575);
    else if (bad && how == GAP)
        sheaf_buffer_add_string(out, ",");
    else if (bad && wrong_value(s))
        sheaf_buffer_printf(out, "%s,", wrong_value(s));
    else
        sheaf_buffer_printf(out, "%u,", age);
    sheaf_buffer_printf(out, "%u,%d,%s%s\n", cp, age > 60,
                        row % 4 || i == FLAWED ? "train" : "test",
                        bad && how == BROKEN && s->flaw == FLAW_SHAPE ? ",1" : "");
}

static void write_file(sim *s, int i, file_state how)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer text;
    sheaf_err err;
    uint32_t records = sheaf_dataset_find(&s->pen.state, dataset_of(s, i))->records;
    sheaf_buffer_init(&text, 1 << 20);
    sheaf_buffer_add_string(&text,
                            lacks_column(s, how) ? "age,pc,num,set\n" : "age,cp,num,set\n");
    for (uint32_t row = 0; row < records; row++)
        put_row(s, i, row, lacks_column(s, how) ? WHOLE : how, &text);
    file_of(s, i, path);
    if (sheaf_file_write(path, 0600, sheaf_buffer_slice(&text), &err) != SHEAF_OK)
        sim_fail(s, "%s", err.message);
    sheaf_buffer_deinit(&text);
}

void tables_open(sim *s)
{
    snprintf(s->folder, sizeof s->folder, "/tmp/cooperative-XXXXXX");
    if (!mkdtemp(s->folder))
        sim_fail(s, "no folder for the members' data");
    for (int i = 0; i < MEMBERS; i++)
        write_file(s, i, WHOLE);
}

void tables_close(sim *s)
{
    char path[SHEAF_PATH_MAX];
    for (int i = 0; s->folder[0] && i < MEMBERS; i++) {
        file_of(s, i, path);
        unlink(path);
        forget_file(s, i);
    }
    snprintf(path, sizeof path, "%s/exact", s->folder);
    if (s->folder[0]) {
        rmdir(path);
        rmdir(s->folder);
    }
}

static bool in_file(flaw f)
{
    return f == FLAW_NAN || f == FLAW_INFINITE || f == FLAW_RANGE || f == FLAW_SHAPE;
}

static sheaf_status compute(const sim *s, int i, uint32_t round,
                            const sheaf_noised_seeds *seeds, uint64_t *words, sheaf_err *err)
{
    const member *m = &s->member[i];
    const sheaf_state *state = &m->replay.state;
    uint32_t key = kit_named((kit *)&s->pen, m->node)->key;
    char path[SHEAF_PATH_MAX];
    file_of(s, i, path);
    return sheaf_local_words(state, sheaf_round_find(state, round),
                             sheaf_seat_find(state, sheaf_pair(round, key)), s->folder, path,
                             sheaf_buffer_slice(&m->base), seeds, NULL, words, err);
}

/* Under noise a row that cannot be read counts as no row, like one with a gap; a file without
 * the column, and any such row where nothing hides it, are refused. */
static void check_broken_file(sim *s, int i, uint32_t round, const sheaf_noised_seeds *seeds,
                              const uint64_t *words, uint32_t count)
{
    uint64_t with_gap[WORDS_MAX];
    sheaf_err err;
    if (!s->noised || lacks_column(s, BROKEN))
        sim_fail(s, "%s computes with a file that no node may use", s->member[i].name);
    write_file(s, i, GAP);
    if (compute(s, i, round, seeds, with_gap, &err) != SHEAF_OK)
        sim_fail(s, "%s cannot compute with a gap: %s", s->member[i].name, err.message);
    if (memcmp(words, with_gap, count * sizeof *words) != 0)
        sim_fail(s, "a row that cannot be read changes what %s gives", s->member[i].name);
}

bool tables_words(sim *s, int i, uint32_t round, uint64_t *words)
{
    const struct sheaf_row_round *row = sheaf_round_find(&s->member[i].replay.state, round);
    bool wrong = i == FLAWED && s->now < s->flaw_until
                 && (!changes_later(s) || row->task == SHEAF_task_train);
    sheaf_noised_seeds seeds;
    sheaf_err err = {0};
    if (i == FLAWED && (in_file(s->flaw) || changes_later(s))) {
        s->files_written++;
        write_file(s, i, wrong ? BROKEN : WHOLE);
        if (wrong && s->flaw == FLAW_UPDATE) /* it would be told by the file alone */
            forget_file(s, i);
    }
    for (size_t k = 0; k < sizeof seeds; k++)
        ((uint8_t *)&seeds)[k] = (uint8_t)sim_chance(s, 256);
    if (compute(s, i, round, &seeds, words, &err) != SHEAF_OK) {
        if (!(wrong && s->flaw) || (s->noised && !lacks_column(s, BROKEN)))
            sim_fail(s, "%s cannot compute: %s", s->member[i].name, err.message);
        sim_hear(s, i, err.message);
        return false;
    }
    if (wrong && in_file(s->flaw))
        check_broken_file(s, i, round, &seeds, words, row->words);
    for (uint32_t w = 0; wrong && s->flaw == FLAW_SUM && w < row->words; w++)
        words[w] = (uint64_t)1 << 61; /* whatever its node should have computed */
    return true;
}

bool result_of(sim *s, const sheaf_state *state, const struct sheaf_row_round *round,
               sheaf_slice base, const uint64_t *words, sheaf_hash *out,
               sheaf_round_result *made)
{
    sheaf_round_result result = {0};
    sheaf_err err = {0};
    if (!s->folder[0]) {
        *out = sheaf_sha256(sheaf_bytes(words, round->words * sizeof *words));
        return true;
    }
    if (sheaf_round_job_result(state, round, base, words, &result, &err) != SHEAF_OK) {
        sim_hear(s, HUB, err.message);
        return false;
    }
    *out = sheaf_sha256(sheaf_buffer_slice(&result.bytes));
    if (made)
        *made = result;
    else
        sheaf_buffer_deinit(&result.bytes);
    return true;
}

/* The statistics are those of the pooled records, bit for bit. */
void tables_check_pooled(sim *s, const struct sheaf_row_round *round,
                         const sheaf_survivors *list, const sheaf_hash *result)
{
    const sheaf_state *state = &s->hub.replay.state;
    uint64_t words[WORDS_MAX];
    char path[SHEAF_PATH_MAX];
    sheaf_buffer pooled, file;
    sheaf_spec spec;
    sheaf_table table;
    sheaf_round_result made;
    sheaf_err err;
    sheaf_buffer_init(&pooled, 1 << 20);
    sheaf_buffer_add_string(&pooled, "age,cp,num,set\n");
    for (int i = 0; i < MEMBERS; i++)
        for (uint16_t k = 0; k < list->survivors; k++) {
            if (kit_named(&s->pen, s->member[i].name)->member != list->survivor[k])
                continue;
            sheaf_buffer_init(&file, 1 << 20);
            file_of(s, i, path);
            if (sheaf_file_read(path, &file, &err) != SHEAF_OK)
                sim_fail(s, "%s", err.message);
            size_t head = strlen("age,cp,num,set\n");
            sheaf_buffer_add(&pooled, sheaf_bytes(file.data + head, file.len - head));
            sheaf_buffer_deinit(&file);
        }
    if (sheaf_spec_of(state, round->model, &spec, &err) != SHEAF_OK
        || sheaf_table_read(sheaf_buffer_slice(&pooled), "pooled", &spec.features,
                            SHEAF_TABLE_EXACT, &table, &err)
               != SHEAF_OK
        || sheaf_statistics_local(&table, (int64_t *)words, &err) != SHEAF_OK
        || sheaf_round_job_result(state, round, (sheaf_slice){0}, words, &made, &err)
               != SHEAF_OK)
        sim_fail(s, "%s", err.message);
    sheaf_hash want = sheaf_sha256(sheaf_buffer_slice(&made.bytes));
    if (!sheaf_hash_equal(&want, result))
        sim_fail(s, "the statistics are not those of the pooled records");
    sheaf_buffer_deinit(&made.bytes);
    sheaf_table_close(&table);
    sheaf_buffer_deinit(&pooled);
}
