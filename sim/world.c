/* What all parties share: the network, logs, the pen. */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

unsigned sim_chance(sim *s, unsigned of)
{
    return (unsigned)(kit_random(&s->random) % of);
}

void sim_fail(const sim *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s%sseed %llu at %lld ms (lie %d, flaw %d): ",
            s->scenario ? s->scenario->name : "", s->scenario ? ", " : "",
            (unsigned long long)s->seed, (long long)(s->now - s->pen.now), (int)s->lie,
            (int)s->flaw);
    vfprintf(stderr, format, args);
    fprintf(stderr, "\nreplay it with this program and the %s as its argument\n",
            s->scenario ? "scenario's name" : "seed");
    va_end(args);
    tables_close((sim *)s);
    exit(1);
}

void sim_hear(sim *s, int who, const char *sentence)
{
    snprintf(s->last_complaint[who], sizeof s->last_complaint[who], "%s", sentence);
    for (int i = 0; s->scenario && i < COMPLAINTS_MAX; i++)
        if (s->scenario->complaints[i].says
            && strstr(sentence, s->scenario->complaints[i].says))
            s->complained[i] |= 1u << who;
}

/* ---- the network ---- */

static void send_once(sim *s, const packet *p, sheaf_slice bytes)
{
    bool calm = s->now >= s->calm_ms;
    if (s->queued == QUEUE_MAX || (!calm && sim_chance(s, 100) < s->loss))
        return;
    packet *copy = &s->queue[s->queued++];
    *copy = *p;
    copy->at_ms = s->now + p->at_ms + 1 + sim_chance(s, calm ? 20 : s->delay_ms);
    copy->len = bytes.len;
    copy->bytes = malloc(bytes.len ? bytes.len : 1);
    if (!copy->bytes)
        sim_fail(s, "no memory");
    if (bytes.len)
        memcpy(copy->bytes, bytes.data, bytes.len);
}

void sim_send(sim *s, const packet *p, sheaf_slice bytes)
{
    send_once(s, p, bytes);
    if (sim_chance(s, 100) < s->twice)
        send_once(s, p, bytes);
}

void sim_deliver(sim *s)
{
    for (size_t i = 0; i < s->queued;) {
        if (s->queue[i].at_ms > s->now) {
            i++;
            continue;
        }
        packet p = s->queue[i];
        s->queue[i] = s->queue[--s->queued];
        if (p.to == HUB && !s->hub.down)
            hub_receive(s, &p);
        else if (p.to != HUB && !s->member[p.to].down)
            member_receive(s, p.to, &p);
        free(p.bytes);
    }
}

/* ---- acts ---- */

void sim_write(sim *s, const char *who, int64_t at, uint64_t seq, const char *kind,
               const char *what, sheaf_buffer *out)
{
    sheaf_entry entry;
    kit *pen = &s->pen;
    int64_t kept = pen->now;
    pen->now = at;
    pen->step_ms = 0;
    pen->wrong.until = -600000 + 4000; /* seconds are long here */
    kit_named(pen, who)->seq = seq - 1;
    kit_write(pen, who, kind, what);
    pen->now = kept;
    sheaf_arena_reset(&pen->decode);
    if (sheaf_entry_decode(sheaf_buffer_slice(&pen->entry), 1, &pen->decode, &entry, &pen->err)
        != SHEAF_OK)
        sim_fail(s, "%s", pen->err.message);
    sheaf_buffer_reset(out);
    sheaf_buffer_add(out, sheaf_bytes(entry.signature, sizeof entry.signature));
    sheaf_buffer_add(out, entry.act_bytes);
}

/* ---- logs ---- */

void log_append(sim *s, kept_log *log, sheaf_slice entry)
{
    if (log->size == LOG_MAX)
        sim_fail(s, "the log is full");
    sheaf_buffer *kept = &log->entry[log->size++];
    sheaf_buffer_init(kept, SHEAF_ENTRY_MAX);
    sheaf_buffer_add(kept, entry);
    sheaf_hash leaf = sheaf_tree_leaf(entry);
    sheaf_tree_append(&log->tree, &leaf);
    log->root[log->size] = sheaf_tree_root(&log->tree);
}

void log_cut(kept_log *log, uint64_t size)
{
    while (log->size > size)
        sheaf_buffer_deinit(&log->entry[--log->size]);
    log->tree = (sheaf_tree){0};
    for (uint64_t i = 0; i < size; i++) {
        sheaf_hash leaf = sheaf_tree_leaf(sheaf_buffer_slice(&log->entry[i]));
        sheaf_tree_append(&log->tree, &leaf);
        log->root[i + 1] = sheaf_tree_root(&log->tree);
    }
}

sheaf_hash log_manifest(const kept_log *log, uint32_t round)
{
    return sheaf_tree_leaf(sheaf_buffer_slice(&log->entry[round]));
}

void replay_again(sim *s, sheaf_replay *replay, const kept_log *log)
{
    sheaf_err err;
    sheaf_replayed result;
    sheaf_replay_deinit(replay);
    if (sheaf_replay_init(replay, SHEAF_REVISION, &err) != SHEAF_OK)
        sim_fail(s, "%s", err.message);
    for (uint64_t i = 0; i < log->size; i++)
        if (sheaf_replay_entry(replay, sheaf_buffer_slice(&log->entry[i]), &result, &err)
            != SHEAF_OK)
            sim_fail(s, "%s", err.message);
}

bool round_config(const sim *s, const sheaf_state *state, const kept_log *log, uint32_t round,
                  sheaf_round_config *out)
{
    const struct sheaf_row_round *row = sheaf_round_find(state, round);
    if (!row)
        return false;
    sheaf_hash manifest = log_manifest(log, round);
    if (sheaf_round_job_config(state, row, &manifest, out, NULL) != SHEAF_OK)
        return false;
    if (!s->folder[0]) /* vectors of all widths */
        out->bits = (uint16_t)(16u << round % 3);
    return true;
}
