#include "node/successor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "base/json.h"
#include "coop/succession.h"
#include "coop/view.h"

/* ---- judging ---- */

/* The next appointment from row *at on that took effect on their log and not on ours, or NULL.
 */
static const struct sheaf_row_appointment *news(const sheaf_state *ours,
                                                const sheaf_state *theirs, uint32_t *at)
{
    while (*at < sheaf_appointment_count(theirs)) {
        const struct sheaf_row_appointment *row = sheaf_appointment_at(theirs, (*at)++);
        const struct sheaf_row_appointment *known = sheaf_appointment_find(ours, row->id);
        if (row->appointed != SHEAF_NONE && (!known || known->appointed != row->appointed))
            return row;
    }
    return NULL;
}

/* Is their log ours up to the end that was signed over? *common is how far that is. */
static bool same_until(const sheaf_follower *f, const sheaf_follower *other, uint64_t end,
                       uint64_t *common)
{
    sheaf_log_store *store = NULL;
    uint64_t size = f->replay.tree.size < end ? f->replay.tree.size : end;
    *common = size;
    if (size == 0)
        return true;
    if (!f->store && sheaf_log_store_open(&store, f->home, true, NULL) != SHEAF_OK)
        return false;
    const sheaf_log_store *own = f->store ? f->store : store;
    bool same = false;
    if (sheaf_log_store_size(own) >= size) {
        sheaf_hash a = sheaf_log_store_root_at(own, size);
        sheaf_hash b = sheaf_log_store_root_at(other->store, size);
        same = sheaf_hash_equal(&a, &b);
    }
    sheaf_log_store_close(store);
    return same;
}

/* Is the act by a member with a vote and a key that our own copy knows, and still does? */
static bool known_signer(const sheaf_state *ours, uint64_t common, const sheaf_act *act)
{
    if (!act->has_key || act->key >= common
        || !sheaf_key_live(ours, act->key, SHEAF_SCOPE_ADMIN, sheaf_coop(ours)->stamp))
        return false;
    return sheaf_member_get(ours, sheaf_key_get(ours, act->key)->member)->votes > 0;
}

/* Who signed an appointment stands in one row of entries, each by another member. */
static sheaf_status count_known(const sheaf_follower *f, sheaf_follower *other,
                                const struct sheaf_row_appointment *row, uint64_t common,
                                sheaf_votes *out, sheaf_err *err)
{
    const sheaf_state *ours = &f->replay.state;
    sheaf_buffer bytes;
    sheaf_status status = SHEAF_OK;
    *out = (sheaf_votes){0};
    sheaf_buffer_init(&bytes, SHEAF_LOG_ENTRY_MAX);
    for (uint64_t i = row->id; i <= row->appointed && status == SHEAF_OK; i++) {
        sheaf_entry entry;
        sheaf_arena_reset(&other->replay.decode);
        status = sheaf_log_store_entry(other->store, i, &bytes, err);
        if (status == SHEAF_OK)
            status = sheaf_entry_decode(sheaf_buffer_slice(&bytes), ours->revision_max,
                                        &other->replay.decode, &entry, err);
        if (status == SHEAF_OK && known_signer(ours, common, entry.act))
            sheaf_succession_add(ours, sheaf_key_get(ours, entry.act->key)->member, out);
    }
    sheaf_buffer_deinit(&bytes);
    return status;
}

/* The rules have judged who signed by the members whom their log knew at its end. But an end
 * far back, when there was one founder, or members whom nobody here has heard of, would let a
 * few appoint whom they like: so it must be as many of the members whom our own copy knows. */
static sheaf_status check_known(const sheaf_follower *f, sheaf_follower *other,
                                const struct sheaf_row_appointment *row, uint64_t common,
                                sheaf_err *err)
{
    const sheaf_state *ours = &f->replay.state;
    sheaf_votes signers;
    if (!common)
        return sheaf_fail(err, SHEAF_FAULT,
                          "the hub was appointed by members, and %s has no copy of the log to "
                          "know them by: begin with a new home",
                          f->home);
    SHEAF_TRY(count_known(f, other, row, common, &signers, err));
    const sheaf_votes voters = sheaf_succession_voters(ours);
    if (sheaf_succession_reached(ours, &voters, &signers))
        return SHEAF_OK;
    return sheaf_fail(
        err, SHEAF_FAULT,
        "a hub that was appointed over %u entries is not followed: of the %u "
        "members with a vote whom the copy in %s knows, %u signed for it; compare "
        "copies with the other members",
        row->id, (unsigned)voters.all, f->home, (unsigned)signers.all);
}

static sheaf_status judge(const sheaf_follower *f, sheaf_follower *other, sheaf_err *err)
{
    uint32_t at = 0;
    uint64_t common;
    const sheaf_state *ours = &f->replay.state, *theirs = &other->replay.state;
    const struct sheaf_row_appointment *row = news(ours, theirs, &at);
    if (!row)
        return sheaf_fail(err, SHEAF_FAULT,
                          "the checkpoint is signed by another key than the log's, and no "
                          "members have appointed it: this is not the co-op's hub");
    if (!same_until(f, other, row->id, &common))
        return sheaf_fail(err, SHEAF_FAULT,
                          "a hub that members have appointed over %u entries shows other "
                          "entries than the copy in %s: compare copies with the other members",
                          row->id, f->home);
    for (; row; row = news(ours, theirs, &at))
        SHEAF_TRY(check_known(f, other, row, common, err));
    return SHEAF_OK;
}

/* ---- taking over ---- */

static sheaf_status move(const char *from, const char *name, const char *to, sheaf_err *err)
{
    char source[SHEAF_PATH_MAX], target[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(source, err, "%s/%s", from, name));
    SHEAF_TRY(sheaf_path(target, err, "%s/%s", to, name));
    if (rename(source, target) != 0 && errno != ENOENT)
        return sheaf_fail(err, SHEAF_IO, "cannot move %s to %s: %s", source, target,
                          strerror(errno));
    return SHEAF_OK;
}

static sheaf_status move_in(const char *home, const char *temporary, sheaf_err *err)
{
    SHEAF_TRY(move(temporary, "log", home, err));
    SHEAF_TRY(move(temporary, "journal", home, err));
    return sheaf_path_sync(home, err);
}

/* On the disk. A log without its journal is whole as far as its checkpoint, a journal without
 * its log is nothing that a start could go on from: so the journal leaves first and comes last.
 * If this breaks off, the next start finds the old copy or the new one, or finishes it. */
static sheaf_status swap(const char *home, const char *temporary, uint64_t size, sheaf_err *err)
{
    char aside[SHEAF_PATH_MAX], left[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(aside, err, "%s/superseded/%llu", home, (unsigned long long)size));
    SHEAF_TRY(sheaf_path(left, err, "%s/journal", aside));
    SHEAF_TRY(sheaf_folder_make(aside, 0700, err));
    sheaf_folder_remove(left); /* by a move that broke off */
    SHEAF_TRY(move(home, "journal", aside, err));
    SHEAF_TRY(move(home, "log", aside, err));
    SHEAF_TRY(sheaf_path_sync(home, err));
    return move_in(home, temporary, err);
}

sheaf_status sheaf_successor_finish(const char *home, sheaf_err *err)
{
    char log[SHEAF_PATH_MAX], temporary[SHEAF_PATH_MAX], waiting[SHEAF_PATH_MAX];
    int lock;
    SHEAF_TRY(sheaf_path(log, err, "%s/log", home));
    SHEAF_TRY(sheaf_path(temporary, err, "%s/succession", home));
    SHEAF_TRY(sheaf_path(waiting, err, "%s/log", temporary));
    if (sheaf_file_exists(log) || !sheaf_file_exists(waiting)
        || sheaf_folder_lock(home, &lock, NULL) != SHEAF_OK)
        return SHEAF_OK;
    sheaf_status status = sheaf_file_exists(log) ? SHEAF_OK : move_in(home, temporary, err);
    sheaf_folder_unlock(lock);
    return status;
}

/* What `other` has learned becomes the follower's; who only visits a home that somebody else
 * holds leaves the disk to them. */
static sheaf_status take_over(sheaf_follower *f, sheaf_follower *other, sheaf_err *err)
{
    bool holds = f->store != NULL;
    int lock = -1;
    uint64_t size = f->replay.tree.size;
    sheaf_log_store_close(f->store);
    sheaf_log_store_close(other->store);
    f->store = other->store = NULL;
    if (sheaf_folder_lock(f->home, &lock, err) == SHEAF_OK) {
        sheaf_status status = swap(f->home, other->home, size, err);
        sheaf_folder_unlock(lock);
        SHEAF_TRY(status);
    } else if (holds) {
        return SHEAF_IO;
    }
    sheaf_replay replay = f->replay;
    f->replay = other->replay;
    other->replay = replay;
    f->log_key = other->log_key;
    sheaf_buffer_reset(&f->note);
    sheaf_buffer_add(&f->note, sheaf_buffer_slice(&other->note));
    return holds ? sheaf_log_store_open(&f->store, f->home, false, err) : SHEAF_OK;
}

static sheaf_status follow(sheaf_follower *f, sheaf_follower *other,
                           const sheaf_transport *transport, int64_t now_ms, sheaf_err *err)
{
    SHEAF_TRY(sheaf_follower_hold(other, err));
    SHEAF_TRY(sheaf_follower_sync(other, transport, now_ms, err));
    SHEAF_TRY(judge(f, other, err));
    return take_over(f, other, err);
}

sheaf_status sheaf_successor_follow(sheaf_follower *f, const sheaf_transport *transport,
                                    int64_t now_ms, sheaf_err *err)
{
    char temporary[SHEAF_PATH_MAX];
    sheaf_follower other;
    SHEAF_TRY(sheaf_path(temporary, err, "%s/succession", f->home));
    sheaf_folder_remove(temporary);
    SHEAF_TRY(sheaf_folder_make(temporary, 0700, err));
    sheaf_status status =
        sheaf_follower_open(&other, temporary, f->origin, f->replay.state.revision_max, err);
    if (status == SHEAF_OK) {
        status = follow(f, &other, transport, now_ms, err);
        sheaf_follower_close(&other);
    }
    sheaf_folder_remove(temporary);
    return status;
}

/* ---- finding ---- */

/* One line: where the log's files are, which a hub serves under /log. */
static bool address_in(sheaf_slice answer, const char *known, char out[SHEAF_URL_MAX + 1])
{
    sheaf_url url;
    while (answer.len
           && (answer.data[answer.len - 1] == '\n' || answer.data[answer.len - 1] == '/'))
        answer.len--;
    if (answer.len > 4 && memcmp(answer.data + answer.len - 4, "/log", 4) == 0)
        answer.len -= 4;
    if (!answer.len || answer.len > SHEAF_URL_MAX
        || sheaf_url_parse(answer, &url, NULL) != SHEAF_OK)
        return false;
    memcpy(out, answer.data, answer.len);
    out[answer.len] = 0;
    return strcmp(out, known) != 0;
}

bool sheaf_successor_find(const sheaf_follower *f, const char *known, sheaf_successor_ask *ask,
                          void *context, char out[SHEAF_URL_MAX + 1])
{
    const sheaf_state *state = &f->replay.state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    char hex[SHEAF_HEX_LEN_32 + 1], path[SHEAF_HEX_LEN_32 + 8], witness[SHEAF_URL_MAX + 1];
    sheaf_hash name = sheaf_sha256(sheaf_str(f->origin));
    bool found = false;
    sheaf_buffer answer;
    sheaf_hex_32(name.bytes, hex);
    snprintf(path, sizeof path, "/%s/hub", hex);
    sheaf_buffer_init(&answer, SHEAF_URL_MAX + 2);
    for (uint32_t i = 0; bylaws && i < bylaws->witnesses && !found; i++) {
        const struct sheaf_row_witness *row =
            sheaf_witness_at(state, bylaws->witness_first + i);
        snprintf(witness, sizeof witness, "%.*s", SHEAF_PRINT(SHEAF_WORDS(row->url)));
        sheaf_buffer_reset(&answer);
        found = ask(context, witness, path, &answer)
                && address_in(sheaf_buffer_slice(&answer), known, out);
    }
    sheaf_buffer_deinit(&answer);
    return found;
}

/* ---- an address that members signed for ---- */

enum { NAMED_PAGE = 256, NAMED_BYTES = 8 << 20, NAMED_ARENA = 32 << 20 };

typedef struct {
    const sheaf_follower *f;
    const char *url;
    const sheaf_transport *transport;
    sheaf_votes voters, signers; /* of those whom our own copy knows */
    bool *signed_by;             /* by row of the member */
    bool goes_on;                /* the page has a signature for the address */
    uint8_t *block;              /* for NAMED_ARENA, and for the act that is decoded */
    sheaf_buffer page, entry;
} naming;

static bool same_address(sheaf_slice a, sheaf_slice b)
{
    while (a.len && a.data[a.len - 1] == '/')
        a.len--;
    while (b.len && b.data[b.len - 1] == '/')
        b.len--;
    return sheaf_slice_equal(a, b);
}

static void count_signer(naming *n, const sheaf_entry *entry)
{
    const sheaf_state *ours = &n->f->replay.state;
    const sheaf_act *act = entry->act;
    if (act->kind != SHEAF_KIND_hub_appoint
        || !same_address(((const struct sheaf_hub_appoint *)act->what)->url, sheaf_str(n->url)))
        return;
    n->goes_on = true;
    if (!known_signer(ours, n->f->replay.tree.size, act))
        return;
    const struct sheaf_row_key *key = sheaf_key_get(ours, act->key);
    bool *signed_by = &n->signed_by[sheaf_member_row(ours, key->member)];
    sheaf_signature_check check = {.origin = SHEAF_WORDS(sheaf_coop(ours)->origin),
                                   .act = entry->act_bytes};
    memcpy(check.public_key, key->public_key.bytes, sizeof check.public_key);
    memcpy(check.signature, entry->signature, sizeof check.signature);
    if (*signed_by || key->member != act->by || !sheaf_signature_holds(&check))
        return;
    *signed_by = true;
    sheaf_succession_add(ours, key->member, &n->signers);
}

/* The JSON at a path, or NULL; until the next call. */
static const sheaf_json *get_json(naming *n, const char *path)
{
    sheaf_json *json;
    sheaf_arena arena = sheaf_arena_over(n->block, NAMED_ARENA);
    sheaf_buffer_reset(&n->page);
    return sheaf_hub_get(n->transport, path, &n->page, NULL) == SHEAF_OK
                   && sheaf_json_parse(sheaf_buffer_slice(&n->page), &arena, &json, NULL)
                          == SHEAF_OK
               ? json
               : NULL;
}

/* The entries of one page that anybody may read. */
static void count_page(naming *n, uint64_t from, uint64_t count)
{
    char path[100];
    snprintf(path, sizeof path, "/api/v1/log/entries?from=%llu&count=%llu",
             (unsigned long long)from, (unsigned long long)count);
    const sheaf_json *list = sheaf_json_member(get_json(n, path), "entries");
    n->goes_on = false;
    for (const sheaf_json *at = list && list->type == SHEAF_JSON_LIST ? list->first : NULL; at;
         at = at->next) {
        const sheaf_json *shown = sheaf_json_member(at, "entry");
        sheaf_arena decode = sheaf_arena_over(n->block + NAMED_ARENA, SHEAF_ACT_ARENA_BYTES);
        sheaf_entry read;
        sheaf_buffer_reset(&n->entry);
        if (shown)
            sheaf_json_write(&n->entry, shown);
        if (n->entry.len && !n->entry.failed
            && sheaf_entry_decode(sheaf_buffer_slice(&n->entry),
                                  n->f->replay.state.revision_max, &decode, &read, NULL)
                   == SHEAF_OK)
            count_signer(n, &read);
    }
}

/* From the signature that appointed the hub back to the first, which stand in one row. Each
 * member signs once, so whoever shows many more than there are members is not listened to. */
static bool named(naming *n)
{
    const sheaf_state *ours = &n->f->replay.state;
    const sheaf_json *coop = sheaf_json_member(get_json(n, "/api/v1/coop"), "coop");
    int64_t hub = sheaf_json_member_int(coop, "hub", -1);
    uint64_t end = hub < 0 || hub >= SHEAF_NONE ? 0 : (uint64_t)hub + 1;
    uint64_t most = NAMED_PAGE + 2 * (uint64_t)sheaf_member_count(ours);
    n->voters = sheaf_succession_voters(ours);
    n->goes_on = true;
    for (uint64_t seen = 0; end && n->goes_on && seen < most; seen += NAMED_PAGE) {
        uint64_t count = end < NAMED_PAGE ? end : NAMED_PAGE;
        end -= count;
        count_page(n, end, count);
        if (sheaf_succession_reached(ours, &n->voters, &n->signers))
            return true;
    }
    return false;
}

bool sheaf_successor_named(const sheaf_follower *f, const sheaf_transport *transport,
                           const char *url)
{
    const sheaf_state *ours = &f->replay.state;
    if (!sheaf_coop(ours))
        return false;
    naming n = {.f = f, .url = url, .transport = transport};
    bool found = false;
    n.block = malloc(NAMED_ARENA + SHEAF_ACT_ARENA_BYTES);
    n.signed_by = calloc(sheaf_member_count(ours), sizeof *n.signed_by);
    sheaf_buffer_init(&n.page, NAMED_BYTES);
    sheaf_buffer_init(&n.entry, SHEAF_LOG_ENTRY_MAX);
    if (n.block && n.signed_by)
        found = named(&n);
    sheaf_buffer_deinit(&n.entry);
    sheaf_buffer_deinit(&n.page);
    free(n.signed_by);
    free(n.block);
    return found;
}
