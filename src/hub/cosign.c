#include "hub/cosign_internal.h"

#include "log/checkpoint.h"
#include "store/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

static int64_t now_ms(void)
{
    return sheaf_clock_monotonic_us() / 1000;
}

static uint64_t now_s(void)
{
    return (uint64_t)(sheaf_clock_ms() / 1000);
}

/* ---- the target ---- */

static bool has_line(const sheaf_cosign *c, const sheaf_cosigner *signer)
{
    return signer->named && signer->last.of == c->target_size && signer->last.time > 0;
}

static unsigned lines_of_target(const sheaf_cosign *c)
{
    unsigned lines = 0;
    for (unsigned i = 0; i < c->count; i++)
        lines += has_line(c, &c->signers[i]);
    return lines;
}

/* Is it worth waiting for this one? */
static bool awaited(const sheaf_cosign *c, const sheaf_cosigner *signer)
{
    return signer->named && !signer->failures && !has_line(c, signer)
           && signer->stuck != c->target_size;
}

static bool target_done(const sheaf_cosign *c)
{
    if (c->target_size == 0 || now_ms() - c->target_ms > SHEAF_COSIGN_TARGET_MS
        || (c->quorum > 0 && lines_of_target(c) >= c->quorum))
        return true;
    for (unsigned i = 0; i < c->count; i++)
        if (awaited(c, &c->signers[i]))
            return false;
    return true;
}

/* With the lock: the newest checkpoint becomes the target once the old one is done with. */
static void advance(sheaf_cosign *c)
{
    sheaf_checkpoint head;
    if (c->latest_size <= c->target_size || !target_done(c))
        return;
    if (sheaf_checkpoint_read(sheaf_buffer_slice(&c->latest), &head, NULL) != SHEAF_OK)
        return;
    sheaf_buffer_reset(&c->target);
    sheaf_buffer_add(&c->target, sheaf_buffer_slice(&c->latest));
    c->target_size = head.size;
    c->target_root = head.root;
    c->target_ms = now_ms();
    pthread_cond_broadcast(&c->work);
}

/* ---- one witness ---- */

static bool wanted(const sheaf_cosign *c, const sheaf_cosigner *signer)
{
    if (!signer->named || c->target_size == 0 || signer->stuck == c->target_size
        || now_ms() < signer->next_ms)
        return false;
    bool late = c->after_s > signer->last.time && now_s() >= c->after_s;
    return !has_line(c, signer) || late;
}

/* With the lock. */
static void job_make(const sheaf_cosign *c, const sheaf_cosigner *signer, sheaf_cosign_job *job)
{
    *job = (sheaf_cosign_job){.size = c->target_size, .seen = signer->seen, .key = signer->key};
    memcpy(job->url, signer->url, sizeof job->url);
    sheaf_buffer_init(&job->note, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_add(&job->note, sheaf_buffer_slice(&c->target));
}

/* With the lock: what came of a job, unless the place is another witness's by now. */
static bool job_take(sheaf_cosign *c, sheaf_cosigner *signer, const sheaf_cosign_job *job,
                     sheaf_status status, const sheaf_err *err)
{
    if (!signer->named || !sheaf_vkey_equal(&signer->key, &job->key)
        || strcmp(signer->url, job->url) != 0)
        return false;
    signer->seen = job->says;
    if (job->beyond)
        signer->stuck = job->size;
    if (status == SHEAF_OK) {
        signer->failures = 0;
        signer->next_ms = now_ms() + SHEAF_COSIGN_PAUSE_MS;
        if (!job->beyond) {
            signer->last = job->got;
            signer->trouble[0] = 0;
        }
        if (c->after_s > signer->last.time) /* its clock is behind the deadline */
            signer->next_ms += SHEAF_COSIGN_BEHIND_MS;
        return !job->beyond;
    }
    bool news = strcmp(signer->trouble, err->message) != 0;
    memcpy(signer->trouble, err->message, sizeof signer->trouble);
    int64_t wait = 500ll << (signer->failures < 5 ? signer->failures : 5);
    signer->failures++;
    signer->next_ms =
        now_ms() + (wait < SHEAF_COSIGN_BACKOFF_MAX_MS ? wait : SHEAF_COSIGN_BACKOFF_MAX_MS);
    if (news)
        sheaf_hub_log(c->hub, "witness", "name=%.*s trouble=\"%s\"",
                      SHEAF_PRINT(sheaf_vkey_name(&signer->key)), err->message);
    return false;
}

static void wait_for_work(sheaf_cosign *c)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += 100 * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&c->work, &c->lock, &until);
}

static void *signer_run(void *context)
{
    sheaf_cosigner *signer = context;
    sheaf_cosign *c = signer->cosign;
    sheaf_http_client_config config = {.ca_file = c->ca_file,
                                       .connect_timeout_ms = 3000,
                                       .total_timeout_ms = 60000,
                                       .reply_max = SHEAF_NOTE_BYTES_MAX,
                                       .stop = &c->stopping};
    sheaf_http_client *client = NULL;
    sheaf_err err = {0};
    while (!atomic_load(&c->stopping)) {
        sheaf_cosign_job job;
        pthread_mutex_lock(&c->lock);
        advance(c);
        bool work = wanted(c, signer);
        if (work)
            job_make(c, signer, &job);
        else
            wait_for_work(c);
        pthread_mutex_unlock(&c->lock);
        if (!work)
            continue;
        sheaf_status status =
            client ? SHEAF_OK : sheaf_http_client_open(&client, &config, &err);
        if (status == SHEAF_OK)
            status = sheaf_cosign_ask(c, client, &job, &err);
        pthread_mutex_lock(&c->lock);
        bool line = job_take(c, signer, &job, status, &err);
        pthread_mutex_unlock(&c->lock);
        if (line)
            sheaf_cosign_keep(c);
        sheaf_buffer_deinit(&job.note);
    }
    if (client)
        sheaf_http_client_close(client);
    return NULL;
}

/* ---- what the writer says ---- */

/* The list of the bylaws in force. A witness that keeps its key and address keeps its place's
 * memory; so does one that moves to another place, but for a question asked once more. */
static void take_list(sheaf_cosign *c, const sheaf_state *state)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    c->bylaws = bylaws->id;
    c->quorum = bylaws->witness_quorum;
    c->count = bylaws->witnesses;
    assert(c->count <= SHEAF_WITNESSES_MAX);
    for (unsigned i = 0; i < SHEAF_WITNESSES_MAX; i++) {
        sheaf_cosigner *signer = &c->signers[i];
        sheaf_vkey key = {0};
        char url[sizeof signer->url] = "";
        bool named = i < c->count;
        if (named) {
            const struct sheaf_row_witness *row =
                sheaf_witness_at(state, bylaws->witness_first + i);
            memcpy(url, row->url, strnlen(row->url, sizeof row->url));
            named = sheaf_witness_vkey(row, &key, NULL) == SHEAF_OK;
        }
        if (named == signer->named && sheaf_vkey_equal(&key, &signer->key)
            && strcmp(url, signer->url) == 0)
            continue;
        signer->named = named;
        signer->key = key;
        memcpy(signer->url, url, sizeof url);
        signer->seen = signer->stuck = 0;
        signer->next_ms = 0;
        signer->failures = 0;
        signer->trouble[0] = 0;
        signer->last = (sheaf_cosignature){0};
    }
}

static void start_threads(sheaf_cosign *c)
{
    for (unsigned i = 0; i < c->count; i++)
        if (!c->signers[i].started)
            c->signers[i].started =
                pthread_create(&c->signers[i].thread, NULL, signer_run, &c->signers[i]) == 0;
}

void sheaf_cosign_published(sheaf_cosign *c)
{
    const sheaf_state *state = sheaf_hub_state(c->hub);
    sheaf_note note;
    pthread_mutex_lock(&c->lock);
    if (sheaf_bylaws_now(state)->id != c->bylaws || c->bylaws == SHEAF_NONE)
        take_list(c, state);
    sheaf_slice published = sheaf_log_store_checkpoint(c->hub->store);
    uint64_t size = sheaf_log_store_published(c->hub->store);
    if (c->count > 0 && size > c->latest_size
        && sheaf_note_parse(published, &note, NULL) == SHEAF_OK) {
        /* Only the log's own line: what witnesses said of it before is asked anew. */
        sheaf_buffer_reset(&c->latest);
        sheaf_buffer_add(&c->latest, note.text);
        sheaf_buffer_printf(&c->latest, "\n\xe2\x80\x94 %.*s %.*s\n",
                            SHEAF_PRINT(note.lines[0].name), SHEAF_PRINT(note.lines[0].base64));
        c->latest_size = size;
    }
    advance(c);
    start_threads(c);
    pthread_mutex_unlock(&c->lock);
}

/* With the lock: the cosignature of the target that the witness of this row made, or NULL. */
static const sheaf_cosignature *find(const sheaf_cosign *c, const struct sheaf_row_witness *row)
{
    for (unsigned i = 0; i < SHEAF_WITNESSES_MAX; i++)
        if (has_line(c, &c->signers[i])
            && memcmp(c->signers[i].key.public, row->public_key.bytes, SHEAF_PUBLIC_BYTES) == 0)
            return &c->signers[i].last;
    return NULL;
}

bool sheaf_cosign_evidence(sheaf_cosign *c, int64_t deadline_ms,
                           struct sheaf_tick_cosignature *list, struct sheaf_tick_evidence *out)
{
    const sheaf_state *state = sheaf_hub_state(c->hub);
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    uint64_t after = (uint64_t)((deadline_ms + 999) / 1000);
    uint32_t count = 0;
    pthread_mutex_lock(&c->lock);
    for (unsigned i = 0; i < bylaws->witnesses && count < bylaws->witness_quorum; i++) {
        const sheaf_cosignature *got =
            find(c, sheaf_witness_at(state, bylaws->witness_first + i));
        if (!got || got->time < after)
            continue;
        struct sheaf_tick_cosignature *to = &list[count++];
        *to = (struct sheaf_tick_cosignature){.time = (int64_t)got->time,
                                              .witness = i,
                                              .has_sig = true,
                                              .has_time = true,
                                              .has_witness = true};
        memcpy(to->sig.bytes, got->sig, sizeof to->sig.bytes);
    }
    bool enough = count >= bylaws->witness_quorum;
    *out = (struct sheaf_tick_evidence){.cosignatures = {list, count},
                                        .root = c->target_root,
                                        .size = (int64_t)c->target_size,
                                        .has_cosignatures = true,
                                        .has_root = true,
                                        .has_size = true};
    if (!enough && c->after_s < after) {
        c->after_s = after;
        pthread_cond_broadcast(&c->work);
    }
    pthread_mutex_unlock(&c->lock);
    return enough;
}

/* ---- what is shown ---- */

static void put_signer(const sheaf_cosigner *signer, sheaf_json_writer *w)
{
    sheaf_json_open_object(w);
    sheaf_json_member_put_string(w, "name", sheaf_vkey_name(&signer->key));
    sheaf_json_member_put_int(w, "size", (int64_t)signer->last.of);
    sheaf_json_member_put_int(w, "time", (int64_t)signer->last.time);
    if (signer->trouble[0])
        sheaf_json_member_put_string(w, "trouble", sheaf_str(signer->trouble));
    sheaf_json_member_put_string(w, "url", sheaf_str(signer->url));
    sheaf_json_close(w);
}

void sheaf_cosign_put(sheaf_cosign *c, sheaf_json_writer *w)
{
    pthread_mutex_lock(&c->lock);
    sheaf_json_member_put_int(w, "quorum", c->quorum);
    sheaf_json_member_put_int(w, "witnessed", (int64_t)c->witnessed_size);
    sheaf_json_key(w, "witnesses");
    sheaf_json_open_list(w);
    for (unsigned i = 0; i < c->count; i++)
        put_signer(&c->signers[i], w);
    sheaf_json_close(w);
    pthread_mutex_unlock(&c->lock);
}

void sheaf_cosign_witnessed(sheaf_cosign *c, sheaf_buffer *note)
{
    pthread_mutex_lock(&c->lock);
    sheaf_buffer_add(note, sheaf_buffer_slice(&c->witnessed));
    pthread_mutex_unlock(&c->lock);
}

/* ---- opening ---- */

sheaf_status sheaf_cosign_open(sheaf_cosign **out, sheaf_hub *hub, const char *ca_file,
                               sheaf_err *err)
{
    sheaf_cosign *c = calloc(1, sizeof *c);
    if (!c)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to ask witnesses");
    c->hub = hub;
    c->ca_file = ca_file;
    c->bylaws = SHEAF_NONE;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&c->lock, NULL);
    pthread_mutex_init(&c->keeping, NULL);
    pthread_cond_init(&c->work, &monotonic);
    pthread_condattr_destroy(&monotonic);
    sheaf_buffer_init(&c->latest, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_init(&c->target, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_init(&c->witnessed, SHEAF_NOTE_BYTES_MAX);
    for (unsigned i = 0; i < SHEAF_WITNESSES_MAX; i++)
        c->signers[i].cosign = c;
    sheaf_status status = sheaf_cosign_load(c, err);
    if (status != SHEAF_OK) {
        sheaf_cosign_close(c);
        return status;
    }
    sheaf_cosign_published(c);
    *out = c;
    return SHEAF_OK;
}

void sheaf_cosign_stop(sheaf_cosign *c)
{
    if (!c || atomic_exchange(&c->stopping, true))
        return;
    pthread_mutex_lock(&c->lock);
    pthread_cond_broadcast(&c->work);
    pthread_mutex_unlock(&c->lock);
    for (unsigned i = 0; i < SHEAF_WITNESSES_MAX; i++)
        if (c->signers[i].started)
            pthread_join(c->signers[i].thread, NULL);
}

void sheaf_cosign_close(sheaf_cosign *c)
{
    if (!c)
        return;
    sheaf_cosign_stop(c);
    sheaf_buffer_deinit(&c->latest);
    sheaf_buffer_deinit(&c->target);
    sheaf_buffer_deinit(&c->witnessed);
    pthread_cond_destroy(&c->work);
    pthread_mutex_destroy(&c->keeping);
    pthread_mutex_destroy(&c->lock);
    free(c);
}
