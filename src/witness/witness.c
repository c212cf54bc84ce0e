#include "witness/witness.h"

#include "base/encode.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct sheaf_witness {
    sheaf_vkey key;
    sheaf_keypair pair;
    sheaf_witness_store store;
    sheaf_witness_gate gates[SHEAF_WITNESS_GATES_MAX];
    size_t gate_count;
    sheaf_witness_log **logs;
    size_t log_count, log_capacity;
};

/* ---- answers ---- */

void sheaf_witness_answer_init(sheaf_witness_answer *answer)
{
    answer->status = 0;
    sheaf_buffer_init(&answer->body, SHEAF_WITNESS_ANSWER_MAX);
}

void sheaf_witness_answer_deinit(sheaf_witness_answer *answer)
{
    sheaf_buffer_deinit(&answer->body);
}

void sheaf_witness_answer_put(sheaf_witness_answer *answer, unsigned status, const char *format,
                              ...)
{
    char text[SHEAF_MESSAGE_MAX + 100];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    answer->status = status;
    sheaf_buffer_reset(&answer->body);
    sheaf_buffer_add_string(&answer->body, text);
    sheaf_buffer_add_byte(&answer->body, '\n');
}

const char *sheaf_witness_answer_type(unsigned status)
{
    return status == 409 ? "text/x.tlog.size" : "text/plain; charset=utf-8";
}

/* ---- opening ---- */

sheaf_status sheaf_witness_open(sheaf_witness **out, sheaf_slice name,
                                const sheaf_keypair *pair, const sheaf_witness_store *store,
                                sheaf_err *err)
{
    sheaf_vkey key;
    SHEAF_TRY(sheaf_vkey_make(&key, SHEAF_VKEY_COSIGNATURE, name, pair->public, err));
    sheaf_witness *witness = calloc(1, sizeof *witness);
    if (!witness)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the witness");
    witness->key = key;
    witness->pair = *pair;
    witness->store = *store;
    *out = witness;
    return SHEAF_OK;
}

void sheaf_witness_close(sheaf_witness *witness)
{
    if (!witness)
        return;
    for (size_t i = 0; i < witness->log_count; i++) {
        pthread_mutex_destroy(&witness->logs[i]->lock);
        sheaf_buffer_deinit(&witness->logs[i]->note);
        free(witness->logs[i]);
    }
    free(witness->logs);
    sheaf_wipe(&witness->pair, sizeof witness->pair);
    free(witness);
}

static sheaf_witness_log *find_origin(const sheaf_witness *witness, sheaf_slice origin)
{
    for (size_t i = 0; i < witness->log_count; i++)
        if (sheaf_slice_equal(sheaf_witness_log_origin(witness->logs[i]), origin))
            return witness->logs[i];
    return NULL;
}

static sheaf_status add_log(sheaf_witness *witness, const sheaf_vkey *key, const char *url,
                            sheaf_err *err)
{
    if (witness->log_count == SHEAF_WITNESS_LOGS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a witness trusts at most %d logs",
                          SHEAF_WITNESS_LOGS_MAX);
    if (witness->log_count == witness->log_capacity) {
        size_t capacity = witness->log_capacity ? 2 * witness->log_capacity : 16;
        sheaf_witness_log **logs = realloc(witness->logs, capacity * sizeof *logs);
        if (!logs)
            return sheaf_fail(err, SHEAF_NOMEM, "no memory for the logs of the witness");
        witness->logs = logs;
        witness->log_capacity = capacity;
    }
    sheaf_witness_log *log = calloc(1, sizeof *log);
    if (!log)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the logs of the witness");
    sheaf_hash id = sheaf_sha256(sheaf_vkey_name(key));
    sheaf_hex_32(id.bytes, log->hex);
    log->number = witness->log_count;
    log->keys[0] = *key;
    log->key_count = 1;
    memcpy(log->url, url, strlen(url));
    pthread_mutex_init(&log->lock, NULL);
    sheaf_buffer_init(&log->note, SHEAF_NOTE_BYTES_MAX);
    witness->logs[witness->log_count++] = log;
    return SHEAF_OK;
}

sheaf_status sheaf_witness_trust(sheaf_witness *witness, const sheaf_vkey *key, const char *url,
                                 sheaf_err *err)
{
    if (key->type != SHEAF_VKEY_ED25519)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the key of %.*s is a witness's; a log signs with another type",
                          SHEAF_PRINT(sheaf_vkey_name(key)));
    if (strlen(url) > SHEAF_WITNESS_URL_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the address of a log has at most %d bytes",
                          SHEAF_WITNESS_URL_MAX);
    sheaf_witness_log *log = find_origin(witness, sheaf_vkey_name(key));
    if (!log)
        return add_log(witness, key, url, err);
    for (size_t i = 0; i < log->key_count; i++)
        if (log->keys[i].id == key->id)
            return sheaf_fail(err, SHEAF_INVALID, "the key of the log %.*s is given twice",
                              SHEAF_PRINT(sheaf_vkey_name(key)));
    if (log->key_count == SHEAF_WITNESS_KEYS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the log %.*s has more than %d keys",
                          SHEAF_PRINT(sheaf_vkey_name(key)), SHEAF_WITNESS_KEYS_MAX);
    log->keys[log->key_count++] = *key;
    return SHEAF_OK;
}

static sheaf_status load(const sheaf_witness *witness, sheaf_witness_log *log, sheaf_err *err)
{
    sheaf_note note;
    sheaf_checkpoint head;
    sheaf_err why = {0};
    SHEAF_TRY(witness->store.load(witness->store.context, log, &log->note, err));
    if (log->note.len == 0)
        return SHEAF_OK;
    if (sheaf_note_parse(sheaf_buffer_slice(&log->note), &note, &why) != SHEAF_OK
        || sheaf_note_verify(&note, &witness->key, 1, NULL, &why) != SHEAF_OK
        || sheaf_note_verify(&note, log->keys, log->key_count, NULL, &why) != SHEAF_OK
        || sheaf_checkpoint_parse(note.text, &head, &why) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_FAULT,
                          "the checkpoint kept of the log %.*s is not what this witness "
                          "cosigned, or the key that signed it is not given: %.160s",
                          SHEAF_PRINT(sheaf_witness_log_origin(log)), why.message);
    if (!sheaf_slice_equal(head.origin, sheaf_witness_log_origin(log)))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the checkpoint kept of the log %.*s is of another log",
                          SHEAF_PRINT(sheaf_witness_log_origin(log)));
    log->size = head.size;
    log->root = head.root;
    return SHEAF_OK;
}

sheaf_status sheaf_witness_load(sheaf_witness *witness, sheaf_err *err)
{
    for (size_t i = 0; i < witness->log_count; i++)
        SHEAF_TRY(load(witness, witness->logs[i], err));
    return SHEAF_OK;
}

void sheaf_witness_guard(sheaf_witness *witness, const sheaf_witness_gate *gate)
{
    assert(witness->gate_count < SHEAF_WITNESS_GATES_MAX);
    witness->gates[witness->gate_count++] = *gate;
}

const sheaf_vkey *sheaf_witness_key(const sheaf_witness *witness)
{
    return &witness->key;
}

size_t sheaf_witness_log_count(const sheaf_witness *witness)
{
    return witness->log_count;
}

sheaf_witness_log *sheaf_witness_log_at(const sheaf_witness *witness, size_t number)
{
    assert(number < witness->log_count);
    return witness->logs[number];
}

sheaf_witness_log *sheaf_witness_log_find(const sheaf_witness *witness, sheaf_slice hex)
{
    for (size_t i = 0; i < witness->log_count; i++)
        if (sheaf_slice_is(hex, witness->logs[i]->hex))
            return witness->logs[i];
    return NULL;
}

/* ---- add-checkpoint ---- */

/* The request, as far as it can be judged without what the witness has seen. */
typedef struct {
    sheaf_add_checkpoint request;
    sheaf_note note;
    sheaf_checkpoint head;
    sheaf_witness_log *log;
} asked;

/* The first line of the text, which names the log. */
static sheaf_slice origin_of(sheaf_slice text)
{
    const uint8_t *end = memchr(text.data, '\n', text.len);
    return end ? sheaf_bytes(text.data, (size_t)(end - text.data)) : sheaf_bytes(NULL, 0);
}

/* False, and *answer, where the request is refused whatever was seen before. */
static bool read_request(const sheaf_witness *witness, sheaf_slice body, asked *out,
                         sheaf_witness_answer *answer)
{
    sheaf_err err;
    bool empty_root;
    if (sheaf_add_checkpoint_parse(body, &out->request, &err) != SHEAF_OK
        || sheaf_note_parse(out->request.note, &out->note, &err) != SHEAF_OK
        || sheaf_checkpoint_form(out->note.text, &out->head, &empty_root, &err) != SHEAF_OK) {
        sheaf_witness_answer_put(answer, 400, "%s", err.message);
        return false;
    }
    out->log = find_origin(witness, origin_of(out->note.text));
    if (!out->log) {
        sheaf_witness_answer_put(answer, 404, "this witness does not know the log %.*s",
                                 SHEAF_PRINT(out->head.origin));
        return false;
    }
    if (sheaf_note_verify(&out->note, out->log->keys, out->log->key_count, NULL, &err)
        != SHEAF_OK) {
        sheaf_witness_answer_put(answer, 403, "%s", err.message);
        return false;
    }
    if (out->request.old_size > out->head.size) {
        sheaf_witness_answer_put(answer, 400, "the old size is above the checkpoint's");
        return false;
    }
    if (!empty_root) {
        sheaf_witness_answer_put(answer, 422,
                                 "the checkpoint of an empty log has another root");
        return false;
    }
    return true;
}

/* With the log's lock: may this follow what was cosigned last? */
static bool judge(const asked *a, sheaf_witness_answer *answer)
{
    const sheaf_witness_log *log = a->log;
    sheaf_hash root = log->size ? log->root : sheaf_tree_empty();
    if (log->failed) {
        sheaf_witness_answer_put(answer, 500,
                                 "the witness's disk has failed; its operator must restart it");
        return false;
    }
    if (a->request.old_size != log->size) {
        sheaf_witness_answer_put(answer, 409, "%llu", (unsigned long long)log->size);
        return false;
    }
    if (!sheaf_consistency_verify(&a->request.proof, log->size, a->head.size, &root,
                                  &a->head.root)) {
        sheaf_witness_answer_put(answer, 422,
                                 "the proof does not show that the tree of size %llu begins "
                                 "with the one of size %llu that was cosigned last",
                                 (unsigned long long)a->head.size,
                                 (unsigned long long)log->size);
        return false;
    }
    return true;
}

/* Is the line by one of the keys that the witness trusts for the log? */
static bool by_log(const sheaf_witness_log *log, const sheaf_note_line *line)
{
    for (size_t k = 0; k < log->key_count; k++)
        if (line->id == log->keys[k].id
            && sheaf_slice_equal(line->name, sheaf_vkey_name(&log->keys[k])))
            return true;
    return false;
}

/* The checkpoint with the log's lines and the cosignature, which is also appended to `line`. */
static void write_note(const sheaf_witness *witness, const asked *a, uint64_t time_s,
                       sheaf_buffer *note, sheaf_buffer *line)
{
    sheaf_buffer_add(note, a->note.text);
    sheaf_buffer_add_byte(note, '\n');
    for (size_t i = 0; i < a->note.line_count; i++)
        if (by_log(a->log, &a->note.lines[i]))
            sheaf_buffer_printf(note, "\xe2\x80\x94 %.*s %.*s\n",
                                SHEAF_PRINT(a->note.lines[i].name),
                                SHEAF_PRINT(a->note.lines[i].base64));
    sheaf_note_add_line(line, &witness->key, a->note.text, time_s, &witness->pair);
    sheaf_buffer_add(note, sheaf_buffer_slice(line));
}

/* With the log's lock. */
static void cosign(const sheaf_witness *witness, const asked *a, uint64_t time_s,
                   sheaf_witness_answer *answer)
{
    sheaf_buffer note;
    sheaf_err err;
    sheaf_witness_log *log = a->log;
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_reset(&answer->body);
    write_note(witness, a, time_s, &note, &answer->body);
    if (note.failed || answer->body.failed) {
        sheaf_witness_answer_put(answer, 503, "the witness has no memory left");
        sheaf_buffer_deinit(&note);
        return;
    }
    if (witness->store.keep(witness->store.context, log, sheaf_buffer_slice(&note), &err)
        != SHEAF_OK) {
        log->failed = true; /* what is on the disk is known again after a restart */
        sheaf_witness_answer_put(answer, 500, "%s", err.message);
        sheaf_buffer_deinit(&note);
        return;
    }
    sheaf_buffer_deinit(&log->note);
    log->note = note;
    log->size = a->head.size;
    log->root = a->head.root;
    answer->status = 200;
}

static bool gates_allow(const sheaf_witness *witness, const asked *a,
                        sheaf_witness_answer *answer)
{
    for (size_t i = 0; i < witness->gate_count; i++)
        if (!witness->gates[i].allow(witness->gates[i].context, a->log, &a->head,
                                     a->request.note, answer))
            return false;
    return true;
}

void sheaf_witness_add(sheaf_witness *witness, sheaf_slice body, uint64_t time_s,
                       sheaf_witness_answer *answer)
{
    asked a;
    if (!read_request(witness, body, &a, answer))
        return;
    if (witness->gate_count > 0) {
        pthread_mutex_lock(&a.log->lock);
        bool fine = judge(&a, answer);
        pthread_mutex_unlock(&a.log->lock);
        if (!fine || !gates_allow(witness, &a, answer))
            return;
    }
    pthread_mutex_lock(&a.log->lock);
    if (judge(&a, answer))
        cosign(witness, &a, time_s, answer);
    pthread_mutex_unlock(&a.log->lock);
}

void sheaf_witness_checkpoint(sheaf_witness_log *log, sheaf_buffer *out)
{
    pthread_mutex_lock(&log->lock);
    sheaf_buffer_add(out, sheaf_buffer_slice(&log->note));
    pthread_mutex_unlock(&log->lock);
}
