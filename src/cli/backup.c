/* cli/backup.c - `sheaf backup` and `sheaf restore`: a hub's folder, there and back. */
#include "cli/cli.h"

#include "claims/erase.h"
#include "claims/verify.h"
#include "store/clock.h"
#include "store/folder_copy.h"
#include "store/private_db.h"

#include <stdio.h>

/* What `sheaf verify` says, in a sentence about the folder. */
static sheaf_status verify(const char *dir, const char *what, bool hashes_only,
                           sheaf_verified *out, sheaf_err *err)
{
    sheaf_err why = {0};
    sheaf_verify_options options = {.hashes_only = hashes_only};
    sheaf_status status = sheaf_verify_folder(dir, &options, out, &why);
    if (status == SHEAF_OK && out->needs_revision)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s follows rules revision %u, which this program does not know: "
                          "install a newer one",
                          dir, out->needs_revision);
    return status == SHEAF_OK ? SHEAF_OK
                              : sheaf_fail(err, status, "%s: %.300s", what, why.message);
}

/* ---- backup ---- */

static int run_backup(const sheaf_arguments *a)
{
    sheaf_err err;
    sheaf_folder_copied copied;
    sheaf_verified verified = {0};
    bool keys = a->value[0] != NULL;
    sheaf_status status =
        sheaf_folder_copy(a->argument[0], a->argument[1], keys, &copied, &err);
    if (status == SHEAF_OK)
        status =
            verify(a->argument[1], "the copy does not verify, nor does what it was made of",
                   false, &verified, &err);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    if (a->json) {
        printf("{\"bytes\":%llu,\"entries\":%llu,\"files\":%llu,\"keys\":%s,\"sound\":true}\n",
               (unsigned long long)copied.bytes, (unsigned long long)copied.entries,
               (unsigned long long)copied.files, copied.keys ? "true" : "false");
        return SHEAF_EXIT_DONE;
    }
    printf("%llu entries and all that they name are in %s, which verifies.\n",
           (unsigned long long)copied.entries, a->argument[1]);
    puts(keys
             ? "The hub's keys and those of the persons are in it: whoever has it can sign for "
               "the hub and read the register."
             : "The hub's keys and those of the persons are not in it. Keep keys/ elsewhere, "
               "and "
               "the register with\nsheaf person backup.");
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_backup = {
    .name = "backup",
    .arguments = "DIR DEST",
    .summary = "copy a hub's folder, while it runs, into one that verifies",
    .detail = "DEST is a new folder. Without --with-keys nobody can sign for the hub from it, "
              "and the\n"
              "details of persons in it cannot be read.",
    .options = {{"with-keys", NULL, "the hub's keys too, and those of the persons"}},
    .arguments_min = 2,
    .arguments_max = 2,
    .many = -1,
    .run = run_backup,
};

/* ---- restore ---- */

/* A newer list joins the one that came with the copy. */
static sheaf_status join_erasures(const char *dir, const char *origin, const char *newer,
                                  sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_erasures list = {0};
    if (!newer)
        return SHEAF_OK;
    if (!sheaf_file_exists(newer))
        return sheaf_fail(err, SHEAF_IO, "there is no file %s", newer);
    SHEAF_TRY(sheaf_path(path, err, "%s/erasures.json", dir));
    sheaf_status status = sheaf_erasures_bind(&list, sheaf_str(origin), err);
    if (status == SHEAF_OK)
        status = sheaf_erasures_read(path, &list, err);
    if (status == SHEAF_OK)
        status = sheaf_erasures_read(newer, &list, err);
    if (status == SHEAF_OK)
        status = sheaf_erasures_write(path, &list, err);
    sheaf_erasures_deinit(&list);
    return status;
}

static sheaf_status note_restore(const char *dir, const sheaf_verified *verified,
                                 uint32_t persons, sheaf_err *err)
{
    char words[160];
    sheaf_private *db;
    if (!sheaf_private_exists(dir))
        return SHEAF_OK;
    snprintf(words, sizeof words, "from a copy of %llu entries; %u persons erased again",
             (unsigned long long)verified->entries, persons);
    sheaf_register_line line = {"restore", sheaf_clock_ms(), 0, sheaf_str("the hub's folder"),
                                sheaf_str(words)};
    SHEAF_TRY(sheaf_private_open(&db, dir, SHEAF_PRIVATE_EXISTING, err));
    sheaf_status status = sheaf_private_note(db, &line, err);
    sheaf_private_close(db);
    return status;
}

typedef struct {
    sheaf_folder_copied copied;
    sheaf_verified verified;
    uint32_t persons, texts;
} restored;

static sheaf_status finish_restore(const char *dir, const char *newer, restored *r,
                                   sheaf_err *err)
{
    sheaf_verified copy = {0};
    SHEAF_TRY(join_erasures(dir, r->verified.origin, newer, err));
    SHEAF_TRY(
        sheaf_erase_again(dir, sheaf_str(r->verified.origin), &r->persons, &r->texts, err));
    SHEAF_TRY(note_restore(dir, &r->verified, r->persons, err));
    return verify(dir, "the copy went wrong", true, &copy, err);
}

static sheaf_status restore(const sheaf_arguments *a, restored *r, sheaf_err *err)
{
    const char *from = a->argument[0], *dir = a->argument[1];
    char log[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(log, err, "%s/log", from));
    if (!sheaf_file_exists(log))
        return sheaf_fail(err, SHEAF_INVALID, "the folder %s holds no log", from);
    SHEAF_TRY(verify(from, "nothing is restored from a folder that does not verify", false,
                     &r->verified, err));
    SHEAF_TRY(sheaf_folder_copy(from, dir, true, &r->copied, err));
    sheaf_status status = finish_restore(dir, a->value[0], r, err);
    if (status != SHEAF_OK) /* nobody shall serve what was to be erased again */
        sheaf_folder_remove(dir);
    return status;
}

static int run_restore(const sheaf_arguments *a)
{
    sheaf_err err;
    restored r = {0};
    if (restore(a, &r, &err) != SHEAF_OK)
        return sheaf_report(a, &err);
    unsigned long long entries = r.copied.entries;
    if (a->json) {
        printf("{\"entries\":%llu,\"keys\":%s,\"persons_erased_again\":%u,"
               "\"texts_erased_again\":%u}\n",
               entries, r.copied.keys ? "true" : "false", r.persons, r.texts);
        return SHEAF_EXIT_DONE;
    }
    printf("%llu entries are back in %s.\n", entries, a->argument[1]);
    if (r.persons || r.texts)
        printf("What was erased since is erased again: %u persons, %u texts.\n", r.persons,
               r.texts);
    if (!r.copied.keys)
        printf("Before it serves: put log.key and hub.key into %s/keys; names come back with "
               "sheaf person restore.\n",
               a->argument[1]);
    printf(
        "If anybody has seen more than %llu entries, a hub that goes on from here forks the\n"
        "log: restore a newer copy, or let the members appoint a new hub over a mirror.\n",
        entries);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_restore = {
    .name = "restore",
    .arguments = "SRC DIR",
    .summary = "bring a hub's folder back from a copy, if that verifies",
    .detail =
        "DIR is a new folder. What was erased after the copy was made, by its own or a newer\n"
        "list, is erased again. Exit code 3: SRC does not verify, and nothing was made.",
    .options = {{"erasures", "FILE", "a newer erasures.json, from any later copy"}},
    .arguments_min = 2,
    .arguments_max = 2,
    .many = -1,
    .run = run_restore,
};
