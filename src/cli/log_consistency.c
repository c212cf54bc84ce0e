/* cli/log_consistency.c - `sheaf log consistency`: does one checkpoint's log begin with
 * another's, and if not, the proof of it. */
#include "cli/cli.h"
#include "cli/log_source.h"
#include "log/evidence.h"

#include <stdio.h>

typedef struct {
    sheaf_buffer notes[2];
    sheaf_checkpoint older, newer; /* borrow from the notes */
    sheaf_proof proof;
    sheaf_hash root; /* of the newer log's entries up to the older one's size */
    bool two_histories;
} comparison;

static sheaf_status open_note(const char *path, const sheaf_vkey *key, sheaf_buffer *note,
                              sheaf_checkpoint *head, sheaf_err *err)
{
    sheaf_err why = {0};
    SHEAF_TRY(sheaf_file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, note, err));
    sheaf_slice text = sheaf_buffer_slice(note);
    sheaf_status status = key ? sheaf_checkpoint_open(text, key, head, &why)
                              : sheaf_checkpoint_read(text, head, &why);
    if (status != SHEAF_OK || head->size > (uint64_t)SHEAF_JSON_INT_MAX)
        return sheaf_fail(err, SHEAF_FAULT, "%s: %.300s", path,
                          status != SHEAF_OK ? why.message : "no log has so many entries");
    return SHEAF_OK;
}

/* The same log, the older one first. */
static sheaf_status order_check(const comparison *c, sheaf_err *err)
{
    if (!sheaf_slice_equal(c->older.origin, c->newer.origin))
        return sheaf_fail(err, SHEAF_FAULT, "the checkpoints are of two logs: %.*s and %.*s",
                          SHEAF_PRINT(c->older.origin), SHEAF_PRINT(c->newer.origin));
    if (c->older.size > c->newer.size)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the first checkpoint has %llu entries and the second %llu: give the "
                          "older one first",
                          (unsigned long long)c->older.size, (unsigned long long)c->newer.size);
    return SHEAF_OK;
}

/* What the log says about the older checkpoint's size, shown to be under the newer one's root.
 */
static sheaf_status ask_log(comparison *c, sheaf_log_source *log, sheaf_err *err)
{
    uint64_t m = c->older.size, n = c->newer.size;
    c->root = c->newer.root;
    if (!sheaf_slice_equal(log->head.origin, c->newer.origin))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the checkpoints are of the log %.*s, and what was asked is %.*s",
                          SHEAF_PRINT(c->newer.origin), SHEAF_PRINT(log->head.origin));
    if (m == n)
        return SHEAF_OK;
    if (log->head.size < n)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the log has only %llu entries, the checkpoint %llu",
                          (unsigned long long)log->head.size, (unsigned long long)n);
    sheaf_tree_source tree = sheaf_tile_source_as(&log->tiles);
    SHEAF_TRY(sheaf_tree_root_at(&tree, m, &c->root, err));
    SHEAF_TRY(sheaf_consistency_make(&tree, m, n, &c->proof, err));
    if (!sheaf_consistency_verify(&c->proof, m, n, &c->root, &c->newer.root))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the newer checkpoint is of another history than the log that was "
                          "asked, which says nothing about it");
    return SHEAF_OK;
}

static sheaf_status compare(comparison *c, sheaf_log_source *log, sheaf_err *err)
{
    SHEAF_TRY(order_check(c, err));
    SHEAF_TRY(ask_log(c, log, err));
    c->two_histories = !sheaf_hash_equal(&c->root, &c->older.root);
    if (c->two_histories)
        return sheaf_fail(err, SHEAF_FAULT,
                          "two histories: the log of %llu entries does not begin with the %llu "
                          "of the older checkpoint",
                          (unsigned long long)c->newer.size, (unsigned long long)c->older.size);
    return SHEAF_OK;
}

static sheaf_status keep_evidence(const comparison *c, const char *path, sheaf_err *err)
{
    sheaf_evidence evidence = {.root = c->root,
                               .proof = c->proof,
                               .older = sheaf_buffer_slice(&c->notes[0]),
                               .newer = sheaf_buffer_slice(&c->notes[1])};
    sheaf_buffer text;
    sheaf_buffer_init(&text, SHEAF_EVIDENCE_MAX);
    sheaf_evidence_put(&text, &evidence);
    sheaf_status status = sheaf_buffer_check(&text, "the evidence", err);
    if (status == SHEAF_OK)
        status = sheaf_file_write(path, 0644, sheaf_buffer_slice(&text), err);
    sheaf_buffer_deinit(&text);
    return status;
}

static int print_consistent(const sheaf_arguments *a, const comparison *c)
{
    if (!a->json)
        return printf("Consistent: the log of %llu entries begins with all %llu of the older "
                      "checkpoint.\n",
                      (unsigned long long)c->newer.size, (unsigned long long)c->older.size)
               < 0;
    sheaf_buffer out;
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_json_member_put_bool(&w, "consistent", true);
    sheaf_json_member_put_int(&w, "from", (int64_t)c->older.size);
    sheaf_json_key(&w, "hashes");
    sheaf_json_open_list(&w);
    for (size_t i = 0; i < c->proof.count; i++)
        sheaf_json_hex(&w, sheaf_bytes(c->proof.hashes[i].bytes, SHEAF_HASH_BYTES));
    sheaf_json_close(&w);
    sheaf_json_member_put_int(&w, "to", (int64_t)c->newer.size);
    return sheaf_print_end(&out, &w);
}

static sheaf_status run(const sheaf_arguments *a, const sheaf_vkey *key, comparison *c,
                        sheaf_err *err)
{
    sheaf_log_source *log;
    SHEAF_TRY(open_note(a->argument[0], key, &c->notes[0], &c->older, err));
    SHEAF_TRY(open_note(a->argument[1], key, &c->notes[1], &c->newer, err));
    SHEAF_TRY(sheaf_log_source_open(&log, a->argument[2], a->value[1], NULL, err));
    sheaf_status status = compare(c, log, err);
    sheaf_log_source_close(log);
    sheaf_err disk = {0};
    if (c->two_histories && a->value[2] && keep_evidence(c, a->value[2], &disk) != SHEAF_OK)
        return sheaf_fail(err, disk.status, "two histories; but %.300s", disk.message);
    return status;
}

static int run_consistency(const sheaf_arguments *a)
{
    sheaf_err err;
    sheaf_vkey key;
    comparison c = {0};
    if (a->value[2] && !a->value[0])
        return sheaf_usage(&sheaf_command_log_consistency,
                           "--evidence needs --vkey: it accuses the key that signed both");
    if (a->value[0] && sheaf_vkey_parse(sheaf_str(a->value[0]), &key, &err) != SHEAF_OK)
        return sheaf_usage(&sheaf_command_log_consistency, "%s", err.message);
    sheaf_buffer_init(&c.notes[0], SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_init(&c.notes[1], SHEAF_NOTE_BYTES_MAX);
    sheaf_status status = run(a, a->value[0] ? &key : NULL, &c, &err);
    int code = status == SHEAF_OK ? print_consistent(a, &c) : sheaf_report(a, &err);
    sheaf_buffer_deinit(&c.notes[0]);
    sheaf_buffer_deinit(&c.notes[1]);
    return code;
}

const sheaf_command sheaf_command_log_consistency = {
    .name = "log consistency",
    .arguments = "OLDER NEWER DIR|URL",
    .summary = "check that a newer checkpoint's log begins with all of an older one's",
    .detail =
        "OLDER and NEWER are files with checkpoint notes; the proof is made from the log.\n"
        "Exit code 0: it does. 3: two histories, or nothing that shows there is one.\n"
        "With --evidence two histories are put into a file that anybody can check: see\n"
        "sheaf help log evidence.",
    .options = {{"vkey", "VKEY", "the log's key, which must have signed both"},
                {"ca", "FILE", "certificates to trust, in PEM"},
                {"evidence", "FILE", "where to put the proof of two histories"}},
    .arguments_min = 3,
    .arguments_max = 3,
    .many = -1,
    .run = run_consistency,
};
