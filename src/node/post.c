/* How a member's act is signed and entered; declared in member.h. */
#include <stdio.h>
#include <stdlib.h>

#include "coop/view.h"
#include "base/encode.h"
#include "coop/key_numbers.h"
#include "coop/refusal_detail.h"
#include "crypto/label.h"
#include "node/applicant.h"
#include "node/relay.h"
#include "node/round_check.h"
#include "store/values.h"

enum {
    UNTIL_MS = 10 * 60 * 1000, /* how long the hub may take to enter an act */
    TRIES_MAX = 4,             /* where another act by the same key came first */
    ANSWER_BYTES_MAX = 64 << 10,
    WAIT_MS = 20,
    WAITS_MAX = 250,
};

/* One act on its way. */
typedef struct {
    sheaf_member *m;
    const sheaf_intent *intent;
    sheaf_keypair pair;
    sheaf_buffer act, body, answer;
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    uint8_t *block; /* for decoding and folding */
    bool alone;     /* the hub does not answer this member: only a witness does */
} letter;

static sheaf_key_role role_of(sheaf_kind kind)
{
    return sheaf_kind_shape(kind)->needs == SHEAF_NEEDS_TRAIN ? SHEAF_KEY_TRAIN
                                                              : SHEAF_KEY_MEMBER;
}

/* Fills what stands around `what`, from the verified copy. */
static sheaf_status envelope(const letter *l, sheaf_act *act, sheaf_err *err)
{
    const sheaf_member *m = l->m;
    const sheaf_state *state = sheaf_member_state(m);
    sheaf_actor actor = sheaf_kind_shape(l->intent->kind)->actor;
    int64_t now = m->ports.now_ms(m->ports.context);
    *act = (sheaf_act){.kind = l->intent->kind,
                       .at = now,
                       .until = now + UNTIL_MS,
                       .seen = m->outside ? m->outside : m->follower.replay.tree.size,
                       .seq = 1,
                       .what = l->intent->what};
    if (!sheaf_coop(state))
        return sheaf_fail(err, SHEAF_INVALID, "the hub %s has no co-op yet", m->home.hub);
    if (actor == SHEAF_ACTOR_APPLICANT)
        return SHEAF_OK;
    if (actor != SHEAF_ACTOR_MEMBER)
        return sheaf_fail(err, SHEAF_INVALID, "%s is signed by %s, not by a member",
                          sheaf_kind_shape(l->intent->kind)->name, sheaf_actor_name(actor));
    const struct sheaf_row_key *row = sheaf_key_by_public(state, l->pair.public);
    if (!row)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the key of %s is not on the log: apply for membership, or have it "
                          "admitted",
                          m->dir);
    act->has_by = act->has_key = true;
    act->by = row->member;
    act->key = row->id;
    act->seq = sheaf_key_number_of(state, row->id) + UINT64_C(1);
    return SHEAF_OK;
}

static sheaf_status write_letter(letter *l, sheaf_err *err)
{
    sheaf_act act;
    sheaf_buffer message;
    SHEAF_TRY(envelope(l, &act, err));
    sheaf_buffer_reset(&l->act);
    sheaf_buffer_reset(&l->body);
    sheaf_act_encode(&l->act, &act);
    SHEAF_TRY(sheaf_buffer_check(&l->act, "the act", err));
    sheaf_buffer_init(&message, SHEAF_ENTRY_MAX + 256);
    sheaf_act_message(&message, sheaf_str(l->m->follower.origin), sheaf_buffer_slice(&l->act));
    sheaf_status status = sheaf_buffer_check(&message, "the act", err);
    if (status == SHEAF_OK)
        sheaf_sign(&l->pair, sheaf_buffer_slice(&message), l->signature);
    sheaf_buffer_deinit(&message);
    SHEAF_TRY(status);
    sheaf_submission_encode(&l->body, sheaf_buffer_slice(&l->act), l->signature,
                            l->intent->texts, l->intent->text_count);
    SHEAF_TRY(sheaf_buffer_check(&l->body, "the act with its texts", err));
    /* What a person filled in is judged here first, with the better message. */
    sheaf_arena arena = sheaf_arena_over(l->block, SHEAF_SUBMISSION_ARENA_BYTES);
    sheaf_submission submission;
    return sheaf_submission_decode(sheaf_buffer_slice(&l->body),
                                   sheaf_coop(sheaf_member_state(l->m))->revision, &arena,
                                   &submission, err);
}

static void describe(sheaf_posted *out, const sheaf_state *state, sheaf_refusal refusal,
                     const sheaf_act *act)
{
    sheaf_refusal_detail detail;
    const sheaf_refusal_text *text = sheaf_refusal_describe((uint16_t)refusal);
    out->refusal = refusal;
    if (!text)
        return;
    snprintf(out->name, sizeof out->name, "%s", text->name);
    sheaf_refusal_of_act(state, refusal, act, &detail);
    snprintf(out->article, sizeof out->article, "%s",
             sheaf_article_describe(detail.article)->key);
    snprintf(out->sentence, sizeof out->sentence, "%s%s%s", text->sentence,
             detail.words[0] ? ": " : "", detail.words);
}

/* Asks the rules of the own copy and leaves no trace. */
static sheaf_status rehearse(letter *l, sheaf_posted *out, sheaf_err *err)
{
    sheaf_replay *replay = &l->m->follower.replay;
    sheaf_buffer bytes;
    sheaf_entry entry;
    sheaf_outcome outcome;
    if (sheaf_replay_stopped(replay))
        return sheaf_fail(err, SHEAF_INVALID, "rules revision %u needs a newer program",
                          replay->needs_revision);
    sheaf_buffer_init(&bytes, SHEAF_ENTRY_MAX);
    sheaf_entry_encode(&bytes, sheaf_buffer_slice(&l->act), l->signature,
                       l->m->ports.now_ms(l->m->ports.context));
    sheaf_status status = sheaf_buffer_check(&bytes, "the entry", err);
    sheaf_arena_reset(&replay->decode);
    sheaf_arena_reset(&replay->work);
    if (status == SHEAF_OK)
        status =
            sheaf_entry_decode(sheaf_buffer_slice(&bytes), sheaf_coop(&replay->state)->revision,
                               &replay->decode, &entry, err);
    if (status == SHEAF_OK) {
        sheaf_outcome_init(&outcome);
        status = sheaf_fold_try(&replay->state, &entry, &replay->work, &outcome, err);
        if (status == SHEAF_OK) {
            sheaf_fold_drop(&replay->state);
            sheaf_refusal beyond = sheaf_fold_beyond(&replay->state, entry.act);
            describe(out, &replay->state, beyond == SHEAF_ACCEPTED ? outcome.refusal : beyond,
                     entry.act);
        }
    }
    sheaf_buffer_deinit(&bytes);
    return status;
}

/* ---- the hub's answer ---- */

static void copy_words(char *out, size_t size, sheaf_slice words)
{
    size_t len = words.len < size ? words.len : size - 1;
    if (len)
        memcpy(out, words.data, len);
    out[len] = 0;
}

/* Did the hub's key on the log sign this refusal? */
static bool refusal_signed(const letter *l, const sheaf_json *refusal, sheaf_slice sig)
{
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    const struct sheaf_row_coop *coop = sheaf_coop(sheaf_member_state(l->m));
    sheaf_buffer body, message;
    if (!coop || !sheaf_base64url_get(sig, signature, sizeof signature))
        return false;
    sheaf_buffer_init(&body, ANSWER_BYTES_MAX);
    sheaf_buffer_init(&message, ANSWER_BYTES_MAX);
    sheaf_json_write(&body, refusal);
    sheaf_label_message(&message, SHEAF_LABEL_REFUSAL, SHEAF_WORDS(coop->origin),
                        sheaf_buffer_slice(&body));
    bool holds = !body.failed && !message.failed
                 && sheaf_verify(coop->hub_key.bytes, sheaf_buffer_slice(&message), signature);
    sheaf_buffer_deinit(&message);
    sheaf_buffer_deinit(&body);
    return holds;
}

static sheaf_status read_answer(letter *l, unsigned status, sheaf_posted *out, sheaf_err *err)
{
    sheaf_arena arena = sheaf_arena_over(l->block, SHEAF_SUBMISSION_ARENA_BYTES);
    sheaf_slice answer = sheaf_buffer_slice(&l->answer);
    sheaf_json *json = NULL;
    if (sheaf_json_parse(answer, &arena, &json, NULL) != SHEAF_OK)
        json = NULL;
    const sheaf_json *refusal = sheaf_json_member(json, "refusal");
    if (status == 422 && refusal) {
        int64_t code = sheaf_json_member_int(refusal, "code", 0);
        if (code <= 0 || code > UINT16_MAX)
            return sheaf_hub_failed("the act", status, answer, err);
        out->refusal = (sheaf_refusal)code;
        copy_words(out->name, sizeof out->name, sheaf_json_member_string(refusal, "name"));
        copy_words(out->article, sizeof out->article,
                   sheaf_json_member_string(refusal, "article"));
        copy_words(out->sentence, sizeof out->sentence,
                   sheaf_json_member_string(refusal, "sentence"));
        out->refusal_signed = refusal_signed(l, refusal, sheaf_json_member_string(json, "sig"));
        return SHEAF_OK;
    }
    int64_t index = sheaf_json_member_int(json, "index", -1);
    if (status != 200 || index < 0)
        return sheaf_hub_failed("/api/v1/acts", status, answer, err);
    out->refusal = SHEAF_ACCEPTED;
    out->index = (uint64_t)index;
    out->stamp = sheaf_json_member_int(json, "stamp", 0);
    return SHEAF_OK;
}

/* ---- sending ---- */

/* What the member revokes binds its own node at once, whether or not the hub can be reached. */
static sheaf_status revoke_here(const letter *l, sheaf_err *err)
{
    if (l->intent->kind != SHEAF_KIND_consent_revoke)
        return SHEAF_OK;
    const struct sheaf_consent_revoke *what = l->intent->what;
    return sheaf_revoked_add(l->m->dir, what->consent, err);
}

static sheaf_status keep_texts(const letter *l, sheaf_err *err)
{
    sheaf_act act = {.kind = l->intent->kind, .what = l->intent->what};
    sheaf_values values = {.texts = l->m->texts};
    return sheaf_values_keep_texts(&values, &act, l->intent->texts, l->intent->text_count, err);
}

/* By the leaf hash of the entry that the act and the hub's stamp make. */
static sheaf_status await_leaf(letter *l, const sheaf_posted *posted, sheaf_err *err)
{
    sheaf_buffer entry;
    sheaf_buffer_init(&entry, SHEAF_ENTRY_MAX);
    sheaf_entry_encode(&entry, sheaf_buffer_slice(&l->act), l->signature, posted->stamp);
    sheaf_hash leaf = sheaf_tree_leaf(sheaf_buffer_slice(&entry));
    sheaf_status status = sheaf_buffer_check(&entry, "the entry", err);
    if (status == SHEAF_OK)
        status = sheaf_applicant_await(l->m, posted->index, &leaf, err);
    sheaf_buffer_deinit(&entry);
    return status;
}

/* Until the entry stands in the own, verified copy. */
static sheaf_status await_entry(letter *l, uint64_t index, sheaf_err *err)
{
    sheaf_member *m = l->m;
    for (int i = 0; i < WAITS_MAX; i++) {
        SHEAF_TRY(sheaf_member_sync(m, err));
        if (m->follower.replay.tree.size > index)
            return SHEAF_OK;
        m->ports.wait(m->ports.context, WAIT_MS);
    }
    return sheaf_fail(err, SHEAF_IO,
                      "the hub acknowledged entry %llu, but its log does not show it: keep "
                      "this message and tell the other members",
                      (unsigned long long)index);
}

static sheaf_status send_relayed(letter *l, sheaf_posted *out, sheaf_err *err)
{
    unsigned status = 0;
    SHEAF_TRY(sheaf_member_relay(l->m, sheaf_buffer_slice(&l->act), l->signature,
                                 sheaf_buffer_slice(&l->body), &status, &l->answer, out->kept,
                                 err));
    out->relayed = status == 202;
    return out->relayed ? SHEAF_OK : read_answer(l, status, out, err);
}

static sheaf_status send_once(letter *l, sheaf_posted *out, sheaf_err *err)
{
    unsigned status = 0;
    if (l->m->ports.relay.call)
        return send_relayed(l, out, err);
    const sheaf_transport *transport = &l->m->ports.transport;
    SHEAF_TRY(transport->call(transport->context,
                              &(sheaf_hub_call){.method = "POST",
                                                .path = "/api/v1/acts",
                                                .content_type = "application/json",
                                                .body = sheaf_buffer_slice(&l->body)},
                              &status, &l->answer, err));
    return read_answer(l, status, out, err);
}

/* A hub that does not even answer is what witnesses relay for: then the own copy must do. */
static sheaf_status look_first(letter *l, sheaf_err *err)
{
    sheaf_member *m = l->m;
    sheaf_err why = {0};
    sheaf_status status = sheaf_member_sync(m, &why);
    l->alone = status == SHEAF_IO && m->ports.relay.call && sheaf_coop(sheaf_member_state(m));
    if (status == SHEAF_OK || l->alone)
        return SHEAF_OK;
    return sheaf_fail(err, status, "%s", why.message);
}

static sheaf_status post(letter *l, sheaf_posted *out, sheaf_err *err)
{
    sheaf_member *m = l->m;
    SHEAF_TRY(sheaf_home_keypair(m->dir, role_of(l->intent->kind), false, &l->pair, err));
    if (!l->intent->dry_run)
        SHEAF_TRY(revoke_here(l, err));
    for (int i = 0; i < TRIES_MAX; i++) {
        *out = (sheaf_posted){0};
        if (!m->outside)
            SHEAF_TRY(look_first(l, err));
        SHEAF_TRY(write_letter(l, err));
        if (l->intent->dry_run)
            return rehearse(l, out, err);
        SHEAF_TRY(send_once(l, out, err));
        /* A witness may have handed the act on twice: then it is on the log, and refused. */
        if (out->refusal != SHEAF_REFUSED_sequence || m->ports.relay.call)
            break;
        m->ports.wait(m->ports.context, WAIT_MS);
    }
    if (out->refusal != SHEAF_ACCEPTED)
        return SHEAF_OK;
    SHEAF_TRY(keep_texts(l, err));
    if (l->intent->no_wait || out->relayed || l->alone)
        return SHEAF_OK;
    return m->outside ? await_leaf(l, out, err) : await_entry(l, out->index, err);
}

sheaf_status sheaf_member_post(sheaf_member *m, const sheaf_intent *intent, sheaf_posted *out,
                               sheaf_err *err)
{
    letter l = {.m = m, .intent = intent};
    *out = (sheaf_posted){0};
    l.block = malloc(SHEAF_SUBMISSION_ARENA_BYTES);
    if (!l.block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to sign an act");
    sheaf_buffer_init(&l.act, SHEAF_ACT_BYTES_MAX);
    sheaf_buffer_init(&l.body, SHEAF_SUBMISSION_MAX);
    sheaf_buffer_init(&l.answer, ANSWER_BYTES_MAX);
    sheaf_status status = post(&l, out, err);
    sheaf_wipe(&l.pair, sizeof l.pair);
    sheaf_buffer_deinit(&l.answer);
    sheaf_buffer_deinit(&l.body);
    sheaf_buffer_deinit(&l.act);
    free(l.block);
    return status;
}
