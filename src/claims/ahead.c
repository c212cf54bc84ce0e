#include "claims/ahead.h"

#include <pthread.h>
#include <stdlib.h>

#include "coop/view.h"

/* Beyond this many keys the fold looks them up itself: a log full of applications that were
 * never admitted must not take the memory. */
enum { KEYS_MAX = 1 << 20, SLOTS_MIN = 1 << 10 };

typedef struct {
    uint64_t name; /* 0: empty; else twice the entry's index, plus 1; plus 1 for a hub's key */
    uint8_t public_key[SHEAF_PUBLIC_BYTES];
} slot;

struct sheaf_ahead_keys {
    pthread_rwlock_t lock;
    slot *slots;
    size_t capacity, count; /* a power of two, at most half full */
    uint16_t revision;
    bool has_origin;
    uint8_t origin[SHEAF_ORIGIN_LEN];
};

sheaf_status sheaf_ahead_keys_open(sheaf_ahead_keys **out, sheaf_err *err)
{
    sheaf_ahead_keys *keys = calloc(1, sizeof *keys);
    slot *slots = calloc(SLOTS_MIN, sizeof *slots);
    if (!keys || !slots || pthread_rwlock_init(&keys->lock, NULL) != 0) {
        free(keys);
        free(slots);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for checking signatures");
    }
    keys->slots = slots;
    keys->capacity = SLOTS_MIN;
    keys->revision = SHEAF_REVISION;
    *out = keys;
    return SHEAF_OK;
}

void sheaf_ahead_keys_close(sheaf_ahead_keys *keys)
{
    if (!keys)
        return;
    pthread_rwlock_destroy(&keys->lock);
    free(keys->slots);
    free(keys);
}

void sheaf_ahead_revision(sheaf_ahead_keys *keys, uint16_t revision)
{
    pthread_rwlock_wrlock(&keys->lock);
    keys->revision = revision;
    pthread_rwlock_unlock(&keys->lock);
}

/* ---- the keys, with the lock held ---- */

static slot *slot_of(slot *slots, size_t capacity, uint64_t name)
{
    size_t at = (size_t)(name * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (capacity - 1);
    while (slots[at].name && slots[at].name != name)
        at = (at + 1) & (capacity - 1);
    return &slots[at];
}

static uint64_t name_of(uint64_t index, bool hub)
{
    return 2 * index + 1 + hub;
}

static bool grow(sheaf_ahead_keys *keys)
{
    size_t capacity = keys->capacity * 2;
    slot *slots = calloc(capacity, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < keys->capacity; i++)
        if (keys->slots[i].name)
            *slot_of(slots, capacity, keys->slots[i].name) = keys->slots[i];
    free(keys->slots);
    keys->slots = slots;
    keys->capacity = capacity;
    return true;
}

static void keep(sheaf_ahead_keys *keys, uint64_t index, bool hub, const sheaf_public_key *key)
{
    uint64_t name = name_of(index, hub);
    if (keys->count == KEYS_MAX || (2 * keys->count >= keys->capacity && !grow(keys)))
        return;
    slot *at = slot_of(keys->slots, keys->capacity, name);
    keys->count += at->name == 0;
    at->name = name;
    memcpy(at->public_key, key->bytes, SHEAF_PUBLIC_BYTES);
}

static void keep_origin(sheaf_ahead_keys *keys, const void *origin)
{
    memcpy(keys->origin, origin, SHEAF_ORIGIN_LEN);
    keys->has_origin = true;
}

/* The keys that an act brings. */
static void keep_keys(sheaf_ahead_keys *keys, uint64_t index, const sheaf_act *act)
{
    const sheaf_public_key *brought = sheaf_act_public_key(act);
    if (brought)
        keep(keys, index, false, brought);
    if (act->kind == SHEAF_KIND_coop_found) {
        const struct sheaf_coop_found *found = act->what;
        keep(keys, index, true, &found->hub_key);
        if (index == 0 && found->origin.len == SHEAF_ORIGIN_LEN)
            keep_origin(keys, found->origin.data);
    } else if (act->kind == SHEAF_KIND_hub_appoint) {
        keep(keys, index, true, &((const struct sheaf_hub_appoint *)act->what)->hub_key);
    }
}

static bool brings_keys(sheaf_kind kind)
{
    return sheaf_kind_brings_key(kind) || kind == SHEAF_KIND_hub_appoint;
}

/* Whose signature the act needs, as far as is known. */
static bool find_signer(sheaf_ahead_keys *keys, const sheaf_act *act, uint64_t index,
                        uint8_t public_key[SHEAF_PUBLIC_BYTES])
{
    sheaf_actor actor = sheaf_kind_shape(act->kind)->actor;
    bool brought = actor == SHEAF_ACTOR_FOUNDER || actor == SHEAF_ACTOR_APPLICANT;
    uint64_t name = name_of(brought ? index : act->key, actor == SHEAF_ACTOR_HUB);
    const slot *at = slot_of(keys->slots, keys->capacity, name);
    if (!at->name)
        return false;
    memcpy(public_key, at->public_key, SHEAF_PUBLIC_BYTES);
    return true;
}

void sheaf_ahead_keys_of(sheaf_ahead_keys *keys, const sheaf_state *state)
{
    const struct sheaf_row_coop *coop = sheaf_coop(state);
    pthread_rwlock_wrlock(&keys->lock);
    for (uint32_t i = 0; i < sheaf_key_count(state); i++) {
        const struct sheaf_row_key *key = sheaf_key_at(state, i);
        keep(keys, key->id, false, &key->public_key);
    }
    if (coop) {
        keep(keys, coop->hub, true, &coop->hub_key);
        keep_origin(keys, coop->origin);
        keys->revision = coop->revision;
    }
    pthread_rwlock_unlock(&keys->lock);
}

/* ---- entries ---- */

static void decode(sheaf_ahead_keys *keys, uint64_t first, const sheaf_slice *entries,
                   size_t count, sheaf_arena *arena, sheaf_ahead *out)
{
    pthread_rwlock_rdlock(&keys->lock);
    uint16_t revision = keys->revision;
    pthread_rwlock_unlock(&keys->lock);
    sheaf_arena_reset(arena);
    bool brought = false;
    for (size_t i = 0; i < count; i++) {
        size_t used = arena->used;
        out[i].check = NULL;
        out[i].revision = revision;
        out[i].decoded =
            sheaf_entry_decode(entries[i], revision, arena, &out[i].entry, NULL) == SHEAF_OK;
        if (!out[i].decoded)
            arena->used = used;
        brought |= out[i].decoded && brings_keys(out[i].entry.act->kind);
    }
    if (!brought)
        return;
    pthread_rwlock_wrlock(&keys->lock);
    for (size_t i = 0; i < count; i++)
        if (out[i].decoded)
            keep_keys(keys, first + i, out[i].entry.act);
    pthread_rwlock_unlock(&keys->lock);
}

/* Fills checks[] with what can be checked; how many. */
static size_t look_up(sheaf_ahead_keys *keys, uint64_t first, size_t count,
                      uint64_t signed_from, sheaf_signature_check *checks, sheaf_ahead *out)
{
    size_t n = 0;
    pthread_rwlock_rdlock(&keys->lock);
    for (size_t i = 0; i < count && keys->has_origin; i++) {
        sheaf_signature_check *check = &checks[n];
        if (!out[i].decoded || first + i < signed_from
            || !find_signer(keys, out[i].entry.act, first + i, check->public_key))
            continue;
        check->origin = sheaf_bytes(keys->origin, SHEAF_ORIGIN_LEN);
        check->act = out[i].entry.act_bytes;
        memcpy(check->signature, out[i].entry.signature, sizeof check->signature);
        out[i].check = check;
        n++;
    }
    pthread_rwlock_unlock(&keys->lock);
    return n;
}

void sheaf_ahead_entries(sheaf_ahead_keys *keys, uint64_t first, const sheaf_slice *entries,
                         size_t count, uint64_t signed_from, sheaf_arena *arena,
                         sheaf_signature_check *checks, sheaf_ahead *out)
{
    decode(keys, first, entries, count, arena, out);
    size_t n = look_up(keys, first, count, signed_from, checks, out);
    sheaf_signatures_check(checks, n, 1);
}
