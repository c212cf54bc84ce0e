#include "kit.h"

#include "base/encode.h"
#include "base/json.h"
#include "coop/preview.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static bool met[1000];
static bool accepted[SHEAF_KIND_COUNT];

void kit_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("kit: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}

bool kit_met(uint16_t refusal)
{
    return met[refusal];
}

bool kit_accepted(sheaf_kind kind)
{
    return accepted[kind];
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t kit_random(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void kit_seeds(void (*play)(uint64_t seed), uint64_t last)
{
    uint64_t first = 1;
    const char *given = getenv("SHEAF_TEST_SEED");
    if (given)
        first = last = strtoull(given, NULL, 10);
    for (uint64_t seed = first; seed <= last; seed++) {
        printf("seed %llu\n", (unsigned long long)seed);
        play(seed);
    }
}

static void *block(size_t size)
{
    void *bytes = malloc(size);
    if (!bytes)
        kit_fail("no memory");
    return bytes;
}

void kit_open_revision(kit *k, uint16_t revision_max)
{
    if (!sheaf_crypto_start())
        kit_fail("libsodium does not start");
    *k = (kit){.now = KIT_START, .step_ms = 1};
    if (sheaf_state_init(&k->state, revision_max, &k->err) != SHEAF_OK)
        kit_fail("%s", k->err.message);
    k->decode = sheaf_arena_over(block(SHEAF_ACT_ARENA_BYTES), SHEAF_ACT_ARENA_BYTES);
    k->work = sheaf_arena_over(block(SHEAF_FOLD_ARENA_BYTES), SHEAF_FOLD_ARENA_BYTES);
    k->names = block(KIT_NAMES_MAX * sizeof *k->names);
    sheaf_buffer_init(&k->entry, 2 * SHEAF_ENTRY_MAX);
    sheaf_buffer_init(&k->log, (size_t)256 << 20);
}

void kit_open(kit *k)
{
    kit_open_revision(k, SHEAF_REVISION);
}

void kit_close(kit *k)
{
    kit_counts(k);
    sheaf_state_deinit(&k->state);
    free(k->decode.base);
    free(k->work.base);
    free(k->names);
    sheaf_buffer_deinit(&k->entry);
    sheaf_buffer_deinit(&k->log);
}

/* ---- names ---- */

kit_name *kit_named(kit *k, const char *name)
{
    for (size_t i = 0; i < k->name_count; i++)
        if (strcmp(k->names[i].name, name) == 0)
            return &k->names[i];
    if (k->name_count == KIT_NAMES_MAX || strlen(name) >= KIT_NAME_MAX)
        kit_fail("no room for the name %s", name);
    kit_name *out = &k->names[k->name_count++];
    *out = (kit_name){.key = SHEAF_NONE, .member = SHEAF_NONE};
    strcpy(out->name, name);
    sheaf_hash seed = sheaf_sha256(sheaf_str(name));
    sheaf_keypair_from_seed(&out->pair, seed.bytes);
    return out;
}

void kit_label(kit *k, const char *label, uint32_t index)
{
    kit_name *name = kit_named(k, label);
    name->labelled = true;
    name->index = index;
}

uint32_t kit_index(kit *k, const char *label)
{
    const kit_name *name = kit_named(k, label);
    if (!name->labelled)
        kit_fail("nothing was accepted as %s", label);
    return name->index;
}

/* ---- writing ---- */

static bool in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.';
}

static const char *take_name(const char *at, char out[KIT_NAME_MAX])
{
    size_t n = 0;
    while (in_name(*at) && n + 1 < KIT_NAME_MAX)
        out[n++] = *at++;
    out[n] = 0;
    return at;
}

/* `what` with its abbreviations written out. */
static void expand(kit *k, const char *at, sheaf_buffer *out)
{
    char name[KIT_NAME_MAX];
    while (*at) {
        char c = *at++;
        if (c == '\'') {
            sheaf_buffer_add_byte(out, '"');
        } else if (c == '#') {
            at = take_name(at, name);
            sheaf_buffer_printf(out, "%u", kit_index(k, name));
        } else if (c == '@') {
            at = take_name(at, name);
            char text[44];
            sheaf_base64url_32(kit_named(k, name)->pair.public, text);
            sheaf_buffer_printf(out, "\"%.43s\"", text);
        } else if (c == '~') {
            sheaf_buffer_add_byte(out, '"');
            for (int i = 0; i < 64; i++)
                sheaf_buffer_add_byte(out, (uint8_t)*at);
            sheaf_buffer_add_byte(out, '"');
            at++;
        } else if (c == '$') {
            char hex[65];
            sheaf_hash root = kit_log_root(k);
            for (size_t i = 0; i < sizeof root.bytes; i++)
                snprintf(hex + 2 * i, 3, "%02x", root.bytes[i]);
            sheaf_buffer_printf(out, "\"%s\"", hex);
        } else if (c == '^') {
            sheaf_buffer_printf(out, "\"%.43s\"",
                                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        } else {
            sheaf_buffer_add_byte(out, (uint8_t)c);
        }
    }
}

static void write_act(kit *k, const kit_name *who, sheaf_kind kind, sheaf_slice what,
                      sheaf_buffer *out)
{
    sheaf_json *tree;
    sheaf_arena_reset(&k->decode);
    if (sheaf_json_parse(what, &k->decode, &tree, &k->err) != SHEAF_OK)
        kit_fail("%s in %.*s", k->err.message, SHEAF_PRINT(what));
    sheaf_actor actor = sheaf_kind_shape(kind)->actor;
    bool member = actor == SHEAF_ACTOR_MEMBER, signs = member || actor == SHEAF_ACTOR_HUB;
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_int(&w, "at", k->now + k->wrong.at);
    if (member)
        sheaf_json_member_put_int(
            &w, "by", k->wrong.by ? kit_named(k, k->wrong.by)->member : who->member);
    if (signs)
        sheaf_json_member_put_int(&w, "key",
                                  k->wrong.key ? kit_index(k, k->wrong.key) : who->key);
    sheaf_json_member_put_string(&w, "kind", sheaf_str(sheaf_kind_shape(kind)->name));
    sheaf_json_member_put_int(&w, "seen", (int64_t)k->state.size + k->wrong.seen);
    sheaf_json_member_put_int(&w, "seq", (int64_t)(signs ? who->seq : 0) + 1 + k->wrong.seq);
    sheaf_json_member_put_int(&w, "until", k->now + 600000 + k->wrong.until);
    sheaf_json_key(&w, "what");
    sheaf_json_value(&w, tree);
    sheaf_json_close(&w);
}

void kit_write(kit *k, const char *who_name, const char *kind_name, const char *what_text)
{
    kit_name *who = kit_named(k, who_name);
    sheaf_kind kind = sheaf_kind_find(sheaf_str(kind_name));
    if (kind == SHEAF_KIND_none)
        kit_fail("there is no kind %s", kind_name);
    const struct sheaf_row_coop *coop = sheaf_coop(&k->state);
    if (sheaf_kind_shape(kind)->actor == SHEAF_ACTOR_HUB)
        who->key = coop ? coop->hub : 0;
    sheaf_buffer what, act, message;
    sheaf_buffer_init(&what, 2 * SHEAF_ENTRY_MAX);
    sheaf_buffer_init(&act, 2 * SHEAF_ENTRY_MAX);
    sheaf_buffer_init(&message, 2 * SHEAF_ENTRY_MAX);
    expand(k, what_text, &what);
    k->now += k->step_ms;
    write_act(k, who, kind, sheaf_buffer_slice(&what), &act);
    sheaf_act_message(&message, sheaf_str(KIT_ORIGIN), sheaf_buffer_slice(&act));
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    sheaf_sign(&who->pair, sheaf_buffer_slice(&message), signature);
    if (k->wrong.bad_signature)
        signature[40] ^= 1;
    sheaf_buffer_reset(&k->entry);
    sheaf_entry_encode(&k->entry, sheaf_buffer_slice(&act), signature, k->now + k->wrong.stamp);
    if (what.failed || act.failed || message.failed || k->entry.failed)
        kit_fail("no memory for an entry");
    sheaf_buffer_deinit(&what);
    sheaf_buffer_deinit(&act);
    sheaf_buffer_deinit(&message);
    memset(&k->wrong, 0, sizeof k->wrong);
}

/* ---- offering ---- */

static void posted(void *context, const sheaf_posting *posting)
{
    kit *k = context;
    k->cents += posting->cents;
    k->postings++;
}

static bool signature_holds(const sheaf_claim *claim)
{
    sheaf_buffer message;
    sheaf_buffer_init(&message, 2 * SHEAF_ENTRY_MAX);
    sheaf_act_message(&message, sheaf_bytes(claim->origin, sizeof claim->origin), claim->act);
    bool holds =
        sheaf_public_valid(claim->public_key)
        && sheaf_verify(claim->public_key, sheaf_buffer_slice(&message), claim->signature);
    sheaf_buffer_deinit(&message);
    return holds;
}

static void stand(kit *k)
{
    sheaf_buffer_add_u32(&k->log, (uint32_t)k->entry.len);
    sheaf_buffer_add(&k->log, sheaf_buffer_slice(&k->entry));
    if (k->log.failed)
        kit_fail("the log is too long");
}

static bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

/* Does the refusal say no more than that the article's things are not there, or speak of a
 * document that is not in force? */
static bool needs_no_article(const sheaf_refusal_text *text)
{
    static const sheaf_refusal others[] = {
        SHEAF_REFUSED_not_an_officer,  SHEAF_REFUSED_not_in_circle,
        SHEAF_REFUSED_proxy_not_held,  SHEAF_REFUSED_share_stays,
        SHEAF_REFUSED_organs_removed,  /* by an amendment after one that awaits registration */
        SHEAF_REFUSED_not_the_decider, /* of what began before the article was switched off */
    };
    size_t len = strlen(text->name);
    bool excused = begins(text->name, "no_such_")
                   || (len > 4 && strcmp(text->name + len - 4, "_off") == 0)
                   || (text->number >= SHEAF_REFUSED_surplus_keys
                       && text->number < SHEAF_REFUSED_not_waiting); /* contradictions */
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        excused = excused || text->number == others[i];
    return excused;
}

/* Each refusal cites an article that stands in the statutes: one that is in use. */
static void check_cited(const kit *k, sheaf_refusal refusal)
{
    const sheaf_refusal_text *text = sheaf_refusal_describe((uint16_t)refusal);
    if (!text)
        kit_fail("refusal %d has no words", (int)refusal);
    if (sheaf_coop(&k->state) && !sheaf_article_on(&k->state, text->rests_on)
        && !sheaf_article_always(text->rests_on) && !needs_no_article(text))
        kit_fail("the refusal %s cites the article on %s, which is not in use", text->name,
                 text->article);
}

const char *kit_then(kit *k, const char *motion)
{
    sheaf_motion_closing out;
    const struct sheaf_row_motion *row = sheaf_motion_get(&k->state, kit_index(k, motion));
    sheaf_arena_reset(&k->work);
    int64_t next = k->now + k->step_ms;
    if (!sheaf_preview_closing(&k->state, row->id, row->closes > next ? row->closes : next,
                               &k->work, &out))
        kit_fail("no memory to close a motion");
    return out.then;
}

/* Does the entry settle a motion? Then what is shown beforehand of how that ends. */
static bool foresee(kit *k, const sheaf_entry *entry, const sheaf_hash *digest,
                    sheaf_motion_closing *out)
{
    sheaf_deadline due;
    if (entry->act->kind != SHEAF_KIND_clock_tick
        || !sheaf_fold_due(&k->state, entry->stamp, &due)
        || due.kind != SHEAF_deadline_kind_motion)
        return false;
    bool seen = sheaf_preview_closing(&k->state, due.of, entry->stamp, &k->work, out);
    sheaf_arena_reset(&k->work);
    sheaf_hash after = sheaf_state_digest(&k->state);
    if (!sheaf_hash_equal(digest, &after))
        kit_fail("what is shown of motion %u left traces in the state", due.of);
    return seen;
}

/* The closing has made of the motion what was shown; what follows at once was shown too. */
static void check_foreseen(const kit *k, const sheaf_entry *entry,
                           const sheaf_motion_closing *seen)
{
    const struct sheaf_row_motion *is = sheaf_motion_get(&k->state, seen->after.id);
    const struct sheaf_row_motion *was = &seen->after;
    if (is->state == SHEAF_motion_state_open && is->closes <= entry->stamp)
        return;
    if (is->state != was->state || is->refusal != was->refusal || is->closes != was->closes
        || is->body != was->body || is->call != was->call || is->held != was->held
        || is->ratify != was->ratify || is->yes != was->yes || is->no != was->no)
        kit_fail("of motion %u was shown “%s”, and it came otherwise", is->id, seen->then);
}

sheaf_refusal kit_offer_entry(kit *k)
{
    sheaf_motion_closing seen;
    sheaf_entry entry;
    const struct sheaf_row_coop *coop = sheaf_coop(&k->state);
    uint16_t revision = coop ? coop->revision : k->state.revision_max;
    sheaf_arena_reset(&k->decode);
    sheaf_arena_reset(&k->work);
    k->outcome = (sheaf_outcome){.posted = posted, .context = k};
    if (sheaf_entry_decode(sheaf_buffer_slice(&k->entry), revision, &k->decode, &entry, &k->err)
        != SHEAF_OK) {
        met[SHEAF_REFUSED_malformed] = true;
        if (k->enter_refused) {
            sheaf_fold_malformed(&k->state);
            stand(k);
        }
        return SHEAF_REFUSED_malformed;
    }
    sheaf_hash before = sheaf_state_digest(&k->state);
    bool foreseen = foresee(k, &entry, &before, &seen);
    if (sheaf_fold_try(&k->state, &entry, &k->work, &k->outcome, &k->err) != SHEAF_OK)
        kit_fail("%s", k->err.message);
    sheaf_refusal refusal = k->outcome.refusal;
    for (size_t i = 0; i < k->outcome.claim_count && refusal == SHEAF_ACCEPTED; i++)
        if (k->outcome.claims[i].kind == SHEAF_CLAIM_SIGNATURE
            && !signature_holds(&k->outcome.claims[i]))
            refusal = SHEAF_REFUSED_signature;
    if (refusal == SHEAF_ACCEPTED && k->claims_void)
        refusal = SHEAF_REFUSED_claim_false;
    if (refusal == SHEAF_ACCEPTED) {
        sheaf_fold_keep(&k->state, &entry);
        if (foreseen)
            check_foreseen(k, &entry, &seen);
        accepted[entry.act->kind] = true;
        met[k->outcome.effect] = true;
        stand(k);
        return refusal;
    }
    met[refusal] = true;
    sheaf_fold_drop(&k->state);
    check_cited(k, refusal);
    sheaf_hash after = sheaf_state_digest(&k->state);
    if (!sheaf_hash_equal(&before, &after))
        kit_fail("a refused %s left traces in the state",
                 sheaf_kind_shape(entry.act->kind)->name);
    if (k->enter_refused) {
        sheaf_fold_void(&k->state, &entry,
                        k->outcome.number_used && refusal != SHEAF_REFUSED_signature);
        stand(k);
    }
    return refusal;
}

sheaf_refusal kit_try(kit *k, const char *who_name, const char *kind, const char *what,
                      const char *label)
{
    uint32_t index = (uint32_t)k->state.size;
    kit_write(k, who_name, kind, what);
    sheaf_refusal refusal = kit_offer_entry(k);
    kit_name *who = kit_named(k, who_name);
    if (refusal != SHEAF_ACCEPTED) {
        who->seq +=
            k->enter_refused && k->outcome.number_used && refusal != SHEAF_REFUSED_signature;
        return refusal;
    }
    who->seq++;
    if (label)
        kit_label(k, label, index);
    if (strcmp(kind, "coop.found") == 0 || strcmp(kind, "member.apply") == 0
        || strcmp(kind, "member.claim") == 0)
        who->key = who->member = index;
    if (strcmp(kind, "recovery.open") == 0) {
        who->key = index;
        who->member = sheaf_recovery_get(&k->state, index)->member;
    }
    if ((strcmp(kind, "key.admit") == 0 || strcmp(kind, "key.rotate") == 0) && label) {
        kit_name *key = kit_named(k, label);
        key->key = index;
        key->member = who->member;
    }
    return SHEAF_ACCEPTED;
}

void kit_want(kit *k, sheaf_refusal want, const char *who, const char *kind, const char *what,
              const char *label)
{
    sheaf_refusal got = kit_try(k, who, kind, what, label);
    if (got == want)
        return;
    const sheaf_refusal_text *is = sheaf_refusal_describe((uint16_t)got);
    const sheaf_refusal_text *should = sheaf_refusal_describe((uint16_t)want);
    kit_fail("%s by %s with %s: got %s, wanted %s%s%s", kind, who, what,
             is ? is->name : "accepted", should ? should->name : "accepted",
             got == SHEAF_REFUSED_malformed ? ": " : "",
             got == SHEAF_REFUSED_malformed ? k->err.message : "");
}

void kit_do(kit *k, const char *who, const char *kind, const char *label, const char *what, ...)
{
    char text[8192];
    va_list args;
    va_start(args, what);
    int n = vsnprintf(text, sizeof text, what, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof text)
        kit_fail("%s is too long", kind);
    kit_want(k, SHEAF_ACCEPTED, who, kind, text, label);
}

void kit_rows(kit *k, const kit_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        k->now += rows[i].wait_ms;
        kit_want(k, rows[i].want, rows[i].who, rows[i].kind, rows[i].what, rows[i].label);
    }
}
