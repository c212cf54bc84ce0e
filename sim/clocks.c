/* Clocks that are hours wrong, of members and of witnesses. */
#include "sim.h"

#include "base/encode.h"
#include "log/checkpoint.h"

#include <stdio.h>

enum {
    HOUR_MS = 3600000,
    FORWARD_HOURS = 25,
    BACK_HOURS = 5,
    WITNESSES = 3,
    QUORUM = CLOCKS_QUORUM,
    NOBODY = -1
};

/* One is more than a day ahead, so that consents have ended by it; the other behind. */
static int64_t wrong_by(int which)
{
    return which == 0   ? (int64_t)FORWARD_HOURS * HOUR_MS
           : which == 1 ? -(int64_t)BACK_HOURS * HOUR_MS
                        : 0;
}

/* First the one member's clock is wrong, then another's, then none. */
int64_t clock_of(const sim *s, int i)
{
    if (s->flaw != FLAW_CLOCKS || s->now >= s->flaw_until)
        return s->now;
    bool second = s->now >= s->flaw_until - CLOCKS_MS;
    return s->now + (i == (int)second ? wrong_by(i) : 0);
}

const char *clocks_witnesses(void)
{
    return "{'name':'w0','public_key':@w0,'url':'http://w'},"
           "{'name':'w1','public_key':@w1,'url':'http://w'},"
           "{'name':'w2','public_key':@w2,'url':'http://w'}";
}

/* What these witnesses say of the hub's log now, each by its own clock. */
static void put_evidence(sim *s, int first, int second, sheaf_buffer *out)
{
    const kept_log *log = &s->hub.log;
    const int who[QUORUM] = {first, second};
    sheaf_buffer text, message;
    char name[KIT_NAME_MAX];
    sheaf_buffer_init(&text, 1024);
    sheaf_checkpoint_put(&text, sheaf_str(KIT_ORIGIN), log->size, &log->root[log->size]);
    sheaf_buffer_add_string(out, "{'cosignatures':[");
    for (int i = 0; i < QUORUM && who[i] >= 0; i++) {
        uint8_t signature[SHEAF_SIGNATURE_BYTES];
        long long time = (long long)((s->now + wrong_by(who[i])) / 1000);
        snprintf(name, sizeof name, "w%d", who[i]);
        sheaf_buffer_init(&message, 4096);
        sheaf_buffer_printf(&message, "cosignature/v1\ntime %lld\n", time);
        sheaf_buffer_add(&message, sheaf_buffer_slice(&text));
        sheaf_sign(&kit_named(&s->pen, name)->pair, sheaf_buffer_slice(&message), signature);
        sheaf_buffer_deinit(&message);
        sheaf_buffer_printf(out, "%s{'sig':'", i ? "," : "");
        sheaf_base64url_put(out, sheaf_bytes(signature, sizeof signature));
        sheaf_buffer_printf(out, "','time':%lld,'witness':%d}", time, who[i]);
    }
    sheaf_buffer_add_string(out, "],'root':'");
    for (int i = 0; i < SHEAF_HASH_BYTES; i++)
        sheaf_buffer_printf(out, "%02x", log->root[log->size].bytes[i]);
    sheaf_buffer_printf(out, "','size':%llu}", (unsigned long long)log->size);
    sheaf_buffer_deinit(&text);
}

const char *clocks_tick(sim *s, uint32_t motion, int first, int second)
{
    static char what[2048];
    sheaf_buffer evidence;
    sheaf_buffer_init(&evidence, 1536);
    put_evidence(s, first, second, &evidence);
    snprintf(what, sizeof what,
             "{'deadline':'motion','evidence':%.*s,'of':%u,'unwitnessed':false}",
             SHEAF_PRINT(sheaf_buffer_slice(&evidence)), motion);
    if (evidence.failed)
        sim_fail(s, "the evidence of a tick is too long");
    sheaf_buffer_deinit(&evidence);
    return what;
}

/* A hub whose clock is ahead would settle what is not due yet: the witness that is ahead is
 * with it, alone or beside the right one or the one behind, which are not. */
void clocks_settle_early(sim *s)
{
    const sheaf_state *state = &s->hub.replay.state;
    for (uint32_t row = 0; row < sheaf_motion_count(state); row++) {
        const struct sheaf_row_motion *motion = sheaf_motion_at(state, row);
        sheaf_deadline due;
        if (motion->state != SHEAF_motion_state_open || motion->closes <= s->now
            || !sheaf_fold_due(state, motion->closes, &due) || due.of != motion->id)
            continue;
        for (int other = NOBODY; other < WITNESSES; other++)
            if (other != 0
                && hub_tick_at(s, motion->closes, clocks_tick(s, motion->id, 0, other)))
                sim_fail(s, "one witness whose clock is ahead settles motion %u early",
                         motion->id);
        return;
    }
}
