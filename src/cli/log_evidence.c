/* cli/log_evidence.c - `sheaf log evidence`: two histories under one key, shown and checked. */
#include "base/encode.h"
#include "cli/act.h"
#include "cli/log_source.h"
#include "log/evidence.h"
#include "node/fork.h"

#include <stdio.h>

/* ---- showing ---- */

static void put_head(sheaf_json_writer *w, const char *name, const sheaf_checkpoint *head,
                     const sheaf_hash *root)
{
    sheaf_json_key(w, name);
    sheaf_json_open_object(w);
    sheaf_json_member_put_hex(w, "root", sheaf_bytes(root->bytes, sizeof root->bytes));
    sheaf_json_member_put_int(w, "size", (int64_t)head->size);
    sheaf_json_close(w);
}

static void print_proven(const sheaf_arguments *a, const sheaf_evidence *evidence,
                         const sheaf_checkpoint *older, const sheaf_checkpoint *newer)
{
    char first[65], second[65];
    sheaf_hex_32(older->root.bytes, first);
    sheaf_hex_32(evidence->root.bytes, second);
    if (!a->json) {
        printf("Two histories: the key of %.*s signed both.\n"
               "  a log of %llu entries, with the root\n      %s\n"
               "  a log of %llu entries, of which the first %llu have the root\n      %s\n",
               SHEAF_PRINT(older->origin), (unsigned long long)older->size, first,
               (unsigned long long)newer->size, (unsigned long long)older->size, second);
        return;
    }
    sheaf_buffer out;
    sheaf_json_writer w = sheaf_print_begin(&out);
    put_head(&w, "newer", newer, &newer->root);
    put_head(&w, "older", older, &older->root);
    sheaf_json_member_put_string(&w, "origin", older->origin);
    sheaf_json_member_put_hex(&w, "root", sheaf_bytes(evidence->root.bytes, SHEAF_HASH_BYTES));
    sheaf_json_member_put_bool(&w, "two_histories", true);
    (void)sheaf_print_end(&out, &w);
}

static int print_none(const sheaf_arguments *a, const char *home)
{
    if (a->json)
        return puts("{\"two_histories\":false}") < 0;
    printf("The hub has never shown %s two histories.\n", home);
    return SHEAF_EXIT_DONE;
}

/* ---- checking ---- */

typedef struct {
    const char *path;
    sheaf_vkey key;
    sheaf_buffer text;
    sheaf_evidence evidence;
    sheaf_checkpoint older, newer;
} case_file;

static sheaf_status examine(case_file *c, sheaf_err *err)
{
    sheaf_err why = {0};
    SHEAF_TRY(
        sheaf_file_read(strcmp(c->path, "-") == 0 ? "/dev/stdin" : c->path, &c->text, err));
    sheaf_status status =
        sheaf_evidence_parse(sheaf_buffer_slice(&c->text), &c->evidence, &why);
    if (status == SHEAF_OK)
        status = sheaf_evidence_verify(&c->evidence, &c->key, &c->older, &c->newer, &why);
    if (status == SHEAF_OK && c->newer.size > (uint64_t)SHEAF_JSON_INT_MAX)
        status = sheaf_fail(&why, SHEAF_INVALID, "no log has so many entries");
    if (status != SHEAF_OK)
        return sheaf_fail(err, SHEAF_INVALID, "%.150s proves nothing: %.200s", c->path,
                          why.message);
    return SHEAF_OK;
}

/* The key that must have signed; the home's own copy knows it. */
static sheaf_status find_key(const sheaf_arguments *a, const char *home, sheaf_vkey *out,
                             sheaf_err *err)
{
    if (a->value[0])
        return sheaf_vkey_parse(sheaf_str(a->value[0]), out, err);
    return sheaf_log_folder_key(home, out, err);
}

static int run_evidence(const sheaf_arguments *a)
{
    sheaf_err err;
    char home[SHEAF_PATH_MAX], path[SHEAF_PATH_MAX];
    case_file c = {.path = a->argument_count ? a->argument[0] : path};
    if (a->argument_count && !a->value[0])
        return sheaf_usage(
            &sheaf_command_log_evidence,
            "--vkey VKEY is needed: the log's key, from elsewhere than the file");
    sheaf_status status = SHEAF_OK;
    if (!a->argument_count)
        status = sheaf_home_path(a->value[1], home, sizeof home, &err);
    if (status == SHEAF_OK && !a->argument_count)
        status = sheaf_fork_path(home, path, &err);
    if (status == SHEAF_OK && !a->argument_count && !sheaf_file_exists(path)) {
        if (sheaf_home_exists(home))
            return print_none(a, home);
        status = sheaf_fail(&err, SHEAF_INVALID,
                            "%.300s is not a member's home; name yours with --home DIR", home);
    }
    sheaf_buffer_init(&c.text, SHEAF_EVIDENCE_MAX);
    if (status == SHEAF_OK)
        status = find_key(a, home, &c.key, &err);
    if (status == SHEAF_OK)
        status = examine(&c, &err);
    if (status == SHEAF_OK && a->value[2])
        status = sheaf_file_write(a->value[2], 0644, sheaf_buffer_slice(&c.text), &err);
    if (status == SHEAF_OK)
        print_proven(a, &c.evidence, &c.older, &c.newer);
    sheaf_buffer_deinit(&c.text);
    return status == SHEAF_OK ? SHEAF_EXIT_FAULT : sheaf_report(a, &err);
}

const sheaf_command sheaf_command_log_evidence = {
    .name = "log evidence",
    .arguments = "[FILE]",
    .summary = "show and check the proof that a log's key signed two histories",
    .detail = "Without FILE: what your node kept when the hub showed it two histories; --out\n"
              "copies it for others, who check it offline with FILE and --vkey.\n"
              "Exit code 3: proven. 0: your node has no such proof. 1: FILE proves nothing.",
    .options = {{"vkey", "VKEY", "the log's key (the home's copy of the log names it)"},
                {"home", "DIR", "your home folder"},
                {"out", "FILE", "copy the proof to this file"}},
    .arguments_min = 0,
    .arguments_max = 1,
    .many = -1,
    .run = run_evidence,
};
