/* cli/log_proof.c - `sheaf log proof` and `sheaf log check`: what can be shown about an entry
 * to somebody who does not have the log. */
#include "base/encode.h"
#include "cli/cli.h"
#include "cli/log_source.h"
#include "log/policy.h"
#include "log/proof.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static sheaf_status read_file(const char *path, sheaf_buffer *out, sheaf_err *err)
{
    return sheaf_file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, out, err);
}

/* Sizes that JSON can say: any real log's. */
static sheaf_status size_check(const sheaf_checkpoint *head, sheaf_err *err)
{
    if (head->size > (uint64_t)SHEAF_JSON_INT_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "no log has %llu entries",
                          (unsigned long long)head->size);
    return SHEAF_OK;
}

/* ---- proof ---- */

static sheaf_status prove(const sheaf_arguments *a, sheaf_log_source *log, uint64_t index,
                          sheaf_buffer *out, sheaf_err *err)
{
    sheaf_hash leaf;
    sheaf_proof proof;
    sheaf_slice entry;
    SHEAF_TRY(size_check(&log->head, err));
    SHEAF_TRY(sheaf_log_source_prove(log, index, &leaf, &proof, err));
    sheaf_proof_put(out, index, &proof, sheaf_buffer_slice(&log->note));
    SHEAF_TRY(sheaf_buffer_check(out, "the proof", err));
    if (a->value[1]) {
        SHEAF_TRY(sheaf_log_source_entry(log, index, &leaf, &entry, err));
        SHEAF_TRY(sheaf_file_write(a->value[1], 0644, entry, err));
    }
    return a->value[0] ? sheaf_file_write(a->value[0], 0644, sheaf_buffer_slice(out), err)
                       : SHEAF_OK;
}

static int print_proof(const sheaf_arguments *a, const sheaf_log_source *log, uint64_t index,
                       const sheaf_buffer *proof)
{
    if (!a->json)
        return a->value[0] ? SHEAF_EXIT_DONE : sheaf_print(proof);
    sheaf_buffer out;
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_json_member_put_int(&w, "index", (int64_t)index);
    sheaf_json_member_put_string(&w, "proof", sheaf_buffer_slice(proof));
    sheaf_json_member_put_int(&w, "size", (int64_t)log->head.size);
    return sheaf_print_end(&out, &w);
}

static int run_proof(const sheaf_arguments *a)
{
    sheaf_err err;
    sheaf_log_source *log = NULL;
    sheaf_buffer proof;
    long long index;
    if (!sheaf_number(a->argument[1], 0, UINT32_MAX, &index))
        return sheaf_usage(&sheaf_command_log_proof, "“%s” is not the index of an entry",
                           a->argument[1]);
    sheaf_buffer_init(&proof, SHEAF_PROOF_FILE_MAX);
    sheaf_status status =
        sheaf_log_source_open(&log, a->argument[0], a->value[2], a->value[3], &err);
    if (status == SHEAF_OK)
        status = prove(a, log, (uint64_t)index, &proof, &err);
    int code = status == SHEAF_OK ? print_proof(a, log, (uint64_t)index, &proof)
                                  : sheaf_report(a, &err);
    sheaf_buffer_deinit(&proof);
    sheaf_log_source_close(log);
    return code;
}

const sheaf_command sheaf_command_log_proof = {
    .name = "log proof",
    .arguments = "DIR|URL INDEX",
    .summary = "prove that an entry stands on the log, in a small file that needs no log",
    .detail =
        "The proof (c2sp.org/tlog-proof@v1) and the entry's bytes are checked by anybody,\n"
        "offline, with: sheaf log check FILE --entry FILE --vkey VKEY",
    .options = {{"out", "FILE", "where to put the proof (standard output)"},
                {"entry-out", "FILE", "where to put the entry's bytes"},
                {"ca", "FILE", "certificates to trust, in PEM"},
                {"home", "DIR", "a member's home, for an entry that is for members"}},
    .arguments_min = 2,
    .arguments_max = 2,
    .many = -1,
    .run = run_proof,
};

/* ---- check ---- */

/* The log's key, then those of the witnesses. */
static sheaf_status read_keys(const sheaf_arguments *a, sheaf_vkey *keys, size_t *count,
                              sheaf_err *err)
{
    *count = 0;
    SHEAF_TRY(sheaf_vkey_parse(sheaf_str(a->value[1]), &keys[(*count)++], err));
    if (keys[0].type != SHEAF_VKEY_ED25519)
        return sheaf_fail(err, SHEAF_INVALID, "--vkey is the key of a witness, not of a log");
    for (int i = 0; i < a->repeated_count; i++) {
        sheaf_vkey *key = &keys[(*count)++];
        SHEAF_TRY(sheaf_vkey_parse(sheaf_str(a->repeated[i]), key, err));
        if (key->type != SHEAF_VKEY_COSIGNATURE)
            return sheaf_fail(err, SHEAF_INVALID,
                              "--witness %d is the key of a log, not of a witness", i + 1);
        for (size_t other = 1; other + 1 < *count; other++)
            if (memcmp(keys[other].public, key->public, SHEAF_PUBLIC_BYTES) == 0)
                return sheaf_fail(err, SHEAF_INVALID, "--witness %d was given before", i + 1);
    }
    return SHEAF_OK;
}

/* The log that the proof is of, and the witnesses, out of a policy. */
static sheaf_status policy_keys(const sheaf_policy *policy, sheaf_slice proof, sheaf_vkey *keys,
                                size_t *count, sheaf_err *err)
{
    sheaf_proof_file file;
    sheaf_checkpoint head;
    SHEAF_TRY(sheaf_proof_parse(proof, &file, err));
    SHEAF_TRY(sheaf_checkpoint_read(file.note, &head, err));
    *count = 0;
    for (size_t i = 0; i < policy->log_count && *count == 0; i++)
        if (sheaf_slice_equal(head.origin, sheaf_vkey_name(&policy->logs[i])))
            keys[(*count)++] = policy->logs[i];
    if (*count == 0)
        return sheaf_fail(err, SHEAF_FAULT, "the policy trusts no log named %.*s",
                          SHEAF_PRINT(head.origin));
    for (size_t i = 0; i < policy->node_count; i++) {
        if (!policy->nodes[i].witness)
            continue;
        if (*count == SHEAF_NOTE_LINES_MAX)
            return sheaf_fail(err, SHEAF_INVALID, "the policy has more than %d witnesses",
                              SHEAF_NOTE_LINES_MAX - 1);
        keys[(*count)++] = policy->nodes[i].key;
    }
    return SHEAF_OK;
}

/* `seals` go with the keys that policy_keys() gave. */
static sheaf_status policy_check(const sheaf_policy *policy, const sheaf_note_seal *seals,
                                 sheaf_err *err)
{
    bool cosigned[SHEAF_POLICY_NODES_MAX] = {false};
    size_t at = 1;
    for (size_t i = 0; i < policy->node_count; i++)
        if (policy->nodes[i].witness)
            cosigned[i] = seals[at++].is_signed;
    return sheaf_policy_met(policy, cosigned)
               ? SHEAF_OK
               : sheaf_fail(err, SHEAF_FAULT,
                            "the checkpoint has not the cosignatures that the policy asks for");
}

typedef struct {
    sheaf_policy *policy; /* NULL: keys and quorum are given one by one */
    sheaf_buffer policy_text;
    sheaf_vkey keys[SHEAF_NOTE_LINES_MAX];
    sheaf_note_seal seals[SHEAF_NOTE_LINES_MAX];
    size_t count, cosigned;
    sheaf_proof_file file;
    sheaf_checkpoint head;
} checked;

static sheaf_status check(checked *c, sheaf_slice proof, sheaf_slice entry, size_t quorum,
                          sheaf_err *err)
{
    sheaf_note note;
    if (c->policy)
        SHEAF_TRY(policy_keys(c->policy, proof, c->keys, &c->count, err));
    SHEAF_TRY(sheaf_proof_verify(proof, entry, c->keys, c->count, quorum, &c->head, err));
    SHEAF_TRY(size_check(&c->head, err));
    SHEAF_TRY(sheaf_proof_parse(proof, &c->file, err));
    SHEAF_TRY(sheaf_note_parse(c->file.note, &note, err));
    SHEAF_TRY(sheaf_note_verify(&note, c->keys, c->count, c->seals, err));
    for (size_t i = 1; i < c->count; i++)
        c->cosigned += c->seals[i].is_signed;
    return c->policy ? policy_check(c->policy, c->seals, err) : SHEAF_OK;
}

static sheaf_status read_policy(checked *c, const char *path, sheaf_err *err)
{
    c->policy = malloc(sizeof *c->policy);
    if (!c->policy)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a policy");
    SHEAF_TRY(read_file(path, &c->policy_text, err));
    return sheaf_policy_parse(sheaf_buffer_slice(&c->policy_text), c->policy, err);
}

static void print_seal(const sheaf_vkey *key, const sheaf_note_seal *seal)
{
    char when[64];
    struct tm utc;
    time_t seconds = (time_t)seal->time;
    if (!gmtime_r(&seconds, &utc)
        || !strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S UTC", &utc))
        snprintf(when, sizeof when, "second %llu", (unsigned long long)seal->time);
    printf("  cosigned by %.*s at %s\n", SHEAF_PRINT(sheaf_vkey_name(key)), when);
}

static void print_checked(const sheaf_arguments *a, const checked *c)
{
    if (!a->json) {
        printf("Entry %llu stands on the log %.*s of %llu entries.\n",
               (unsigned long long)c->file.index, SHEAF_PRINT(c->head.origin),
               (unsigned long long)c->head.size);
        for (size_t i = 1; i < c->count; i++)
            if (c->seals[i].is_signed)
                print_seal(&c->keys[i], &c->seals[i]);
        return;
    }
    sheaf_buffer out;
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_json_member_put_int(&w, "cosigned", (int64_t)c->cosigned);
    sheaf_json_member_put_int(&w, "index", (int64_t)c->file.index);
    sheaf_json_member_put_string(&w, "origin", c->head.origin);
    sheaf_json_member_put_int(&w, "size", (int64_t)c->head.size);
    sheaf_json_member_put_bool(&w, "sound", true);
    (void)sheaf_print_end(&out, &w);
}

static int run_check(const sheaf_arguments *a)
{
    checked c = {0};
    sheaf_err err;
    sheaf_buffer proof, entry;
    long long quorum = a->repeated_count;
    const char *policy = a->value[4];
    if (!a->value[0] || !a->value[1] == !policy)
        return sheaf_usage(&sheaf_command_log_check,
                           "--entry FILE is needed, and either --vkey VKEY or --policy FILE");
    if (policy && (a->repeated_count || a->value[3]))
        return sheaf_usage(&sheaf_command_log_check,
                           "--policy names the witnesses and the quorum itself");
    if (a->repeated_count >= SHEAF_NOTE_LINES_MAX)
        return sheaf_usage(&sheaf_command_log_check, "at most %d witnesses",
                           SHEAF_NOTE_LINES_MAX - 1);
    if (a->value[3] && !sheaf_number(a->value[3], 0, a->repeated_count, &quorum))
        return sheaf_usage(&sheaf_command_log_check,
                           "--quorum is at most the number of witnesses that are given");
    sheaf_buffer_init(&proof, SHEAF_PROOF_FILE_MAX);
    sheaf_buffer_init(&entry, SHEAF_LOG_ENTRY_MAX);
    sheaf_buffer_init(&c.policy_text, SHEAF_POLICY_BYTES_MAX);
    if (!policy && read_keys(a, c.keys, &c.count, &err) != SHEAF_OK)
        return sheaf_usage(&sheaf_command_log_check, "%s", err.message);
    sheaf_status status = policy ? read_policy(&c, policy, &err) : SHEAF_OK;
    if (status == SHEAF_OK)
        status = read_file(a->argument[0], &proof, &err);
    if (status == SHEAF_OK)
        status = read_file(a->value[0], &entry, &err);
    if (status == SHEAF_OK) {
        status = check(&c, sheaf_buffer_slice(&proof), sheaf_buffer_slice(&entry),
                       (size_t)quorum, &err);
        /* Bytes that are no proof prove nothing: that is a fault, not a failure to read. */
        err.status = status == SHEAF_INVALID ? SHEAF_FAULT : status;
    }
    if (status == SHEAF_OK)
        print_checked(a, &c);
    sheaf_buffer_deinit(&proof);
    sheaf_buffer_deinit(&entry);
    sheaf_buffer_deinit(&c.policy_text);
    free(c.policy);
    return status == SHEAF_OK ? SHEAF_EXIT_DONE : sheaf_report(a, &err);
}

const sheaf_command sheaf_command_log_check = {
    .name = "log check",
    .arguments = "FILE",
    .summary = "check a proof that an entry stands on a log, offline",
    .detail = "Exit code 0: it does. 3: it does not, or that is not shown.",
    .options = {{"entry", "FILE", "the entry's bytes"},
                {"vkey", "VKEY", "the log's key, from elsewhere than the proof"},
                {"witness", "VKEY", "a witness that you trust; may be repeated"},
                {"quorum", "K", "how many of them must have cosigned (all)"},
                {"policy", "FILE",
                 "instead of the three: a policy as C2SP tlog-policy writes it"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = 2,
    .run = run_check,
};
