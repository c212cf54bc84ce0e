#include "long_log.h"

#include "../unit/coop/kit_store.h"
#include "log/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 4096, CYCLE = 64, BALLOTS = 12 };

typedef struct {
    kit k;
    const char *dir, *key; /* the log's, by its name in the kit */
    sheaf_log_store *store;
    kit_name *hub, *members[LONG_LOG_MEMBERS];
    sheaf_buffer act, message, bytes; /* one act; what is signed; entries not yet stored */
    size_t ends[BATCH], count;
    uint32_t motion; /* the open one */
    uint64_t seed, turn;
} writer;

static void store(writer *w)
{
    sheaf_slice entries[BATCH];
    for (size_t i = 0, from = 0; i < w->count; from = w->ends[i++])
        entries[i] = sheaf_bytes(w->bytes.data + from, w->ends[i] - from);
    kit_must(sheaf_log_store_append(w->store, entries, w->count, &w->k.err), &w->k.err);
    sheaf_buffer_reset(&w->bytes);
    w->count = 0;
}

static void end_entry(writer *w)
{
    if (w->bytes.failed || w->act.failed || w->message.failed)
        kit_fail("no memory for entries");
    w->ends[w->count++] = w->bytes.len;
    if (w->count == BATCH)
        store(w);
}

/* What the kit has entered so far. */
static void take_from_kit(writer *w)
{
    sheaf_slice log = sheaf_buffer_slice(&w->k.log), entry;
    uint32_t len;
    while (sheaf_take_u32(&log, &len)) {
        if (!sheaf_take(&log, len, &entry))
            kit_fail("the log is cut");
        sheaf_buffer_add(&w->bytes, entry);
        end_entry(w);
    }
    sheaf_buffer_reset(&w->k.log);
}

/* Signs an act, folds it and takes it up; as the kit does, without its checks. */
static void enter(writer *w, kit_name *who, sheaf_kind kind, const void *what)
{
    kit *k = &w->k;
    sheaf_entry entry = {.stamp = ++k->now};
    sheaf_outcome outcome = {0};
    sheaf_act act = {.kind = kind,
                     .has_by = who != w->hub,
                     .has_key = true,
                     .by = who->member,
                     .key = who->key,
                     .at = k->now,
                     .until = k->now + 600000,
                     .seen = k->state.size,
                     .seq = ++who->seq,
                     .what = what};
    sheaf_buffer_reset(&w->act);
    sheaf_buffer_reset(&w->message);
    sheaf_act_encode(&w->act, &act);
    sheaf_act_message(&w->message, sheaf_str(KIT_ORIGIN), sheaf_buffer_slice(&w->act));
    sheaf_sign(&who->pair, sheaf_buffer_slice(&w->message), entry.signature);
    entry.act = &act;
    entry.act_bytes = sheaf_buffer_slice(&w->act);
    sheaf_arena_reset(&k->work);
    kit_must(sheaf_fold_try(&k->state, &entry, &k->work, &outcome, &k->err), &k->err);
    if (outcome.refusal != SHEAF_ACCEPTED)
        kit_fail("entry %llu (%s) is refused: %d", (unsigned long long)k->state.size,
                 sheaf_kind_shape(kind)->name, (int)outcome.refusal);
    sheaf_fold_keep(&k->state, &entry);
    sheaf_entry_encode(&w->bytes, entry.act_bytes, entry.signature, entry.stamp);
    end_entry(w);
}

static void found(writer *w)
{
    kit_rules rules = kit_rules_usual();
    rules.early = false;
    rules.ordinary.quorum = 0;
    kit_found_many(&w->k, &rules, w->members, LONG_LOG_MEMBERS);
    w->hub = kit_named(&w->k, "hub");
    w->hub->key = 0; /* the founding names it */
}

static kit_name *anyone(writer *w)
{
    return w->members[kit_random(&w->seed) % LONG_LOG_MEMBERS];
}

static void open_motion(writer *w)
{
    struct sheaf_motion_open what = {.has_title = true};
    w->motion = (uint32_t)w->k.state.size;
    enter(w, anyone(w), SHEAF_KIND_motion_open, &what);
}

static void cast(writer *w)
{
    struct sheaf_ballot_cast what = {.has_choice = true,
                                     .choice = (uint8_t)(kit_random(&w->seed) % 2),
                                     .has_motion = true,
                                     .motion = w->motion};
    enter(w, anyone(w), SHEAF_KIND_ballot_cast, &what);
}

static void settle(writer *w)
{
    struct sheaf_clock_tick what = {.deadline = SHEAF_deadline_kind_motion,
                                    .has_deadline = true,
                                    .of = w->motion,
                                    .has_of = true};
    w->k.now += 60000;
    enter(w, w->hub, SHEAF_KIND_clock_tick, &what);
}

static void earn(writer *w)
{
    struct sheaf_revenue_record what = {.has_amount_cents = true,
                                        .amount_cents =
                                            1 + (int64_t)(kit_random(&w->seed) % 10000),
                                        .has_memo = true};
    uint64_t memo = kit_random(&w->seed); /* a commitment looks like chance */
    memcpy(&what.memo, &memo, sizeof memo);
    enter(w, anyone(w), SHEAF_KIND_revenue_record, &what);
}

static bool digest_due(const writer *w)
{
    return w->k.state.size - sheaf_coop(&w->k.state)->digest_size >= SHEAF_DIGEST_ENTRIES;
}

static void save(const writer *w, const char *name, sheaf_slice bytes)
{
    char path[SHEAF_PATH_MAX];
    sheaf_err err;
    kit_must(sheaf_path(path, &err, "%s/%s", w->dir, name), &err);
    kit_must(sheaf_file_write(path, 0644, bytes, &err), &err);
}

/* `copy` names another file for the checkpoint, or is NULL. */
static void publish(writer *w, const char *copy)
{
    store(w);
    kit_store_publish(&w->k, w->store, w->key);
    if (copy)
        save(w, copy, sheaf_log_store_checkpoint(w->store));
}

static void save_key(writer *w)
{
    sheaf_buffer text;
    sheaf_vkey key;
    sheaf_err *err = &w->k.err;
    sheaf_buffer_init(&text, SHEAF_VKEY_TEXT_MAX + 1);
    kit_must(sheaf_vkey_make(&key, SHEAF_VKEY_ED25519, sheaf_str(KIT_ORIGIN),
                             kit_named(&w->k, w->key)->pair.public, err),
             err);
    sheaf_vkey_put(&text, &key);
    sheaf_buffer_add_byte(&text, '\n');
    save(w, "vkey", sheaf_buffer_slice(&text));
    sheaf_buffer_deinit(&text);
}

static void live(writer *w, uint64_t size)
{
    while (w->k.state.size < size) {
        uint64_t place = w->turn % CYCLE;
        if (digest_due(w)) {
            kit_state_digest(&w->k);
            take_from_kit(w);
            continue;
        }
        if (place == 0)
            open_motion(w);
        else if (place <= BALLOTS)
            cast(w);
        else if (place == BALLOTS + 1)
            settle(w);
        else
            earn(w);
        w->turn++;
    }
}

static writer *open_writer(const char *dir, const char *key)
{
    writer *w = calloc(1, sizeof *w);
    if (!w)
        kit_fail("no memory");
    kit_open(&w->k);
    w->dir = dir;
    w->key = key;
    w->seed = 7;
    sheaf_buffer_init(&w->act, SHEAF_ENTRY_MAX);
    sheaf_buffer_init(&w->message, 2 * SHEAF_ENTRY_MAX);
    sheaf_buffer_init(&w->bytes, SHEAF_LOG_BATCH_BYTES_MAX);
    kit_must(sheaf_log_store_open(&w->store, dir, false, &w->k.err), &w->k.err);
    return w;
}

static void close_writer(writer *w)
{
    publish(w, NULL);
    save_key(w);
    sheaf_log_store_close(w->store);
    sheaf_buffer_deinit(&w->act);
    sheaf_buffer_deinit(&w->message);
    sheaf_buffer_deinit(&w->bytes);
    kit_close(&w->k);
    free(w);
}

void long_log_write(const char *dir, uint64_t count)
{
    if (count < LONG_LOG_MIN)
        kit_fail("a long log has at least %d entries", LONG_LOG_MIN);
    writer *w = open_writer(dir, "log");
    found(w);
    take_from_kit(w);
    live(w, count / 2);
    publish(w, "half.checkpoint");
    live(w, count);
    close_writer(w);
}

void long_log_from_lines(const char *dir, const char *key, FILE *lines)
{
    static char line[SHEAF_ENTRY_MAX + 2];
    writer *w = open_writer(dir, key);
    while (fgets(line, sizeof line, lines)) {
        sheaf_buffer_add(&w->bytes, sheaf_bytes(line, strcspn(line, "\n")));
        end_entry(w);
    }
    close_writer(w);
}
