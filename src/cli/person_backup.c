/* cli/person_backup.c - `sheaf person officer-key|backup|restore`: the register of persons in a
 * file that some officers can open together. */
#include "cli/cli.h"

#include "base/encode.h"
#include "claims/erase.h"
#include "cli/date.h"
#include "coop/view.h"
#include "store/clock.h"
#include "store/key_file.h"
#include "store/register.h"
#include "store/values.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- officer-key ---- */

static int run_officer_key(const sheaf_arguments *a)
{
    sheaf_box_pair pair;
    sheaf_err err;
    char public[SHEAF_BASE64URL_LEN_32 + 1];
    if (sheaf_officer_key_create(a->argument[0], &pair, &err) != SHEAF_OK)
        return sheaf_report(a, &err);
    sheaf_base64url_32(pair.public, public);
    sheaf_wipe(&pair, sizeof pair);
    if (a->json)
        printf("{\"public\":\"%s\"}\n", public);
    else
        printf("%s\n", public);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_person_officer_key = {
    .name = "person officer-key",
    .arguments = "FILE",
    .summary = "make an officer's key for backups of the register; prints its public part",
    .detail =
        "Each officer makes one on an own machine and keeps the file; only what is printed\n"
        "goes to the operator.",
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_officer_key,
};

/* ---- backup ---- */

static sheaf_status take_officers(const sheaf_arguments *a, sheaf_register *reg, sheaf_err *err)
{
    for (int i = 0; i < a->repeated_count; i++) {
        sheaf_register_officer *officer = &reg->officers[i];
        if (!sheaf_base64url_get(sheaf_str(a->repeated[i]), officer->public,
                                 SHEAF_BOX_PUBLIC_BYTES))
            return sheaf_fail(err, SHEAF_INVALID,
                              "“%.60s” is no officer's key: 43 characters, as sheaf person "
                              "officer-key prints them",
                              a->repeated[i]);
        for (int k = 0; k < i; k++)
            if (memcmp(reg->officers[k].public, officer->public, SHEAF_BOX_PUBLIC_BYTES) == 0)
                return sheaf_fail(err, SHEAF_INVALID, "officers %d and %d have the same key",
                                  k + 1, i + 1);
    }
    reg->officer_count = a->repeated_count;
    return SHEAF_OK;
}

static sheaf_status origin_of(const char *dir, sheaf_register *reg, sheaf_err *err)
{
    sheaf_folder folder;
    SHEAF_TRY(sheaf_folder_open(&folder, dir, NULL, NULL, err));
    sheaf_slice origin = SHEAF_WORDS(sheaf_coop(&folder.replay.state)->origin);
    snprintf(reg->origin, sizeof reg->origin, "%.*s", SHEAF_PRINT(origin));
    reg->entries = folder.entries;
    sheaf_folder_close(&folder);
    return SHEAF_OK;
}

typedef struct {
    sheaf_register reg;
    sheaf_buffer plain, file;
    uint32_t details, left_out;
} backup;

static sheaf_status make_backup(backup *b, const sheaf_arguments *a, sheaf_err *err)
{
    sheaf_private *db;
    SHEAF_TRY(take_officers(a, &b->reg, err));
    if (sheaf_file_exists(a->value[0]))
        return sheaf_fail(err, SHEAF_INVALID, "%s is there already: name another file",
                          a->value[0]);
    SHEAF_TRY(origin_of(a->argument[0], &b->reg, err));
    SHEAF_TRY(sheaf_private_open(&db, a->argument[0], SHEAF_PRIVATE_EXISTING, err));
    sheaf_status status = sheaf_private_bind(db, sheaf_str(b->reg.origin), err);
    if (status == SHEAF_OK)
        status = sheaf_register_collect(db, &b->plain, &b->details, &b->left_out, err);
    sheaf_private_close(db);
    SHEAF_TRY(status);
    b->reg.created = sheaf_clock_ms();
    SHEAF_TRY(sheaf_register_seal(&b->reg, sheaf_buffer_slice(&b->plain), &b->file, err));
    sheaf_buffer_add_byte(&b->file, '\n');
    SHEAF_TRY(sheaf_buffer_check(&b->file, "the backup", err));
    return sheaf_file_write(a->value[0], 0600, sheaf_buffer_slice(&b->file), err);
}

static int run_backup(const sheaf_arguments *a)
{
    sheaf_err err;
    long long threshold;
    backup *b;
    if (!a->value[0] || !a->value[1] || a->repeated_count == 0)
        return sheaf_usage(&sheaf_command_person_backup,
                           "--to, --officers and at least one --public are needed");
    if (a->repeated_count > SHEAF_OFFICERS_MAX)
        return sheaf_usage(&sheaf_command_person_backup, "more than %d officers",
                           SHEAF_OFFICERS_MAX);
    if (!sheaf_number(a->value[1], 1, a->repeated_count, &threshold))
        return sheaf_usage(&sheaf_command_person_backup,
                           "--officers is a number from 1 to the %d keys given",
                           a->repeated_count);
    b = calloc(1, sizeof *b);
    if (!b) {
        (void)sheaf_fail(&err, SHEAF_NOMEM, "no memory for the backup");
        return sheaf_report(a, &err);
    }
    b->reg.threshold = (int)threshold;
    sheaf_buffer_init(&b->plain, SHEAF_REGISTER_PLAIN_MAX);
    sheaf_buffer_init(&b->file, SHEAF_REGISTER_BYTES_MAX);
    sheaf_status status = make_backup(b, a, &err);
    if (status == SHEAF_OK && a->json)
        printf("{\"details\":%u,\"left_out\":%u,\"officers\":%d,\"threshold\":%lld}\n",
               b->details, b->left_out, b->reg.officer_count, threshold);
    else if (status == SHEAF_OK)
        printf("%u details are in %s; any %lld of %d officers can open it.\n", b->details,
               a->value[0], threshold, b->reg.officer_count);
    if (status == SHEAF_OK && b->left_out && !a->json)
        printf("%u details are left out: their persons' keys are not in this folder.\n",
               b->left_out);
    if (b->plain.data)
        sheaf_wipe(b->plain.data, b->plain.capacity);
    sheaf_buffer_deinit(&b->plain);
    sheaf_buffer_deinit(&b->file);
    sheaf_register_deinit(&b->reg);
    free(b);
    return status == SHEAF_OK ? SHEAF_EXIT_DONE : sheaf_report(a, &err);
}

const sheaf_command sheaf_command_person_backup = {
    .name = "person backup",
    .arguments = "DIR",
    .summary = "write the register of persons to a file that K officers can open together",
    .detail =
        "Works while the hub runs. The file holds names, addresses, accounts, contacts and\n"
        "customers, sealed; fewer officers than K learn nothing from it.",
    .options = {{"to", "FILE", "the file, which must not be there yet"},
                {"officers", "K", "how many officers must come together"},
                {"public", "KEY", "an officer's public key; once for each officer"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = 2,
    .run = run_backup,
};

/* ---- restore ---- */

typedef struct {
    const char *dir;
    sheaf_folder folder;
    sheaf_private *db;
    sheaf_erasures erasures;
    sheaf_register reg;
    sheaf_buffer file, plain, entry;
    void *block;
    uint32_t kept, erased, beyond;
} restoring;

/* Is it what that entry of this log committed to, about that person? */
static sheaf_status check_detail(restoring *r, const sheaf_detail *d, sheaf_err *err)
{
    sheaf_entry entry;
    sheaf_commitment commitment;
    size_t place = 0;
    sheaf_arena arena = sheaf_arena_over(r->block, SHEAF_ACT_ARENA_BYTES);
    SHEAF_TRY(sheaf_log_store_entry(r->folder.store, d->entry, &r->entry, err));
    SHEAF_TRY(
        sheaf_entry_decode(sheaf_buffer_slice(&r->entry), SHEAF_REVISION, &arena, &entry, err));
    while (sheaf_act_next_text(entry.act, &place, &commitment))
        if (strcmp(commitment.name, d->field) == 0 && commitment.field->personal
            && sheaf_hash_equal(&commitment.commitment, &d->commitment)
            && sheaf_person_of(entry.act, d->entry) == d->person)
            return SHEAF_OK;
    return sheaf_fail(err, SHEAF_FAULT,
                      "the backup is false: entry %u of the log did not commit to this %s of "
                      "person %u",
                      d->entry, d->field, d->person);
}

static sheaf_status take_detail(void *context, const sheaf_detail *d, sheaf_value value,
                                sheaf_err *err)
{
    restoring *r = context;
    (void)value;
    const sheaf_erasure *erasure = sheaf_erasures_find(&r->erasures, d->person);
    if (d->entry >= r->folder.entries) {
        r->beyond++;
        return SHEAF_OK;
    }
    SHEAF_TRY(check_detail(r, d, err));
    if (erasure && d->entry < erasure->before) {
        r->erased++;
        return SHEAF_OK;
    }
    r->kept++;
    return sheaf_private_put(r->db, d, err);
}

static sheaf_status open_file(restoring *r, const sheaf_arguments *a, sheaf_err *err)
{
    sheaf_box_pair pairs[SHEAF_OFFICERS_MAX];
    sheaf_status status = sheaf_file_read(a->argument[0], &r->file, err);
    sheaf_err why = {0};
    if (status == SHEAF_OK) {
        status = sheaf_register_read(sheaf_buffer_slice(&r->file), &r->reg, &why);
        if (status != SHEAF_OK)
            (void)sheaf_fail(err, status, "%s: %.250s", a->argument[0], why.message);
    }
    for (int i = 0; status == SHEAF_OK && i < a->repeated_count; i++)
        status = sheaf_officer_key_load(a->repeated[i], &pairs[i], err);
    if (status == SHEAF_OK)
        status = sheaf_register_open(&r->reg, pairs, a->repeated_count, &r->plain, err);
    sheaf_wipe(pairs, sizeof pairs);
    return status;
}

/* All of it, or nothing. */
static sheaf_status put_details(restoring *r, sheaf_err *err)
{
    SHEAF_TRY(sheaf_private_begin(r->db, err));
    sheaf_status status =
        sheaf_register_details(sheaf_buffer_slice(&r->plain), take_detail, r, err);
    if (status != SHEAF_OK) {
        sheaf_private_rollback(r->db);
        return status;
    }
    SHEAF_TRY(sheaf_private_commit(r->db, err));
    char day[SHEAF_DATE_LEN + 1], words[200];
    sheaf_date_print(r->reg.created, day);
    snprintf(words, sizeof words,
             "from a backup of %s: %u details; %u were erased since and stay so", day, r->kept,
             r->erased);
    sheaf_register_line line = {"restore", sheaf_clock_ms(), 0,
                                sheaf_str("register of persons"), sheaf_str(words)};
    return sheaf_private_note(r->db, &line, err);
}

static sheaf_status restore(restoring *r, const sheaf_arguments *a, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    uint32_t again;
    sheaf_slice origin = SHEAF_WORDS(sheaf_coop(&r->folder.replay.state)->origin);
    SHEAF_TRY(open_file(r, a, err));
    if (!sheaf_slice_is(origin, r->reg.origin))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the backup is of another co-op, %s; this folder's is %.*s",
                          r->reg.origin, SHEAF_PRINT(origin));
    SHEAF_TRY(sheaf_private_open(&r->db, r->dir, SHEAF_PRIVATE_CREATE, err));
    SHEAF_TRY(sheaf_private_bind(r->db, origin, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/erasures.json", r->dir));
    if (a->value[1]) { /* a newer list joins the folder's own before anything comes back */
        if (!sheaf_file_exists(a->value[1]))
            return sheaf_fail(err, SHEAF_IO, "there is no file %s", a->value[1]);
        SHEAF_TRY(sheaf_erasures_bind(&r->erasures, origin, err));
        SHEAF_TRY(sheaf_erasures_read(path, &r->erasures, err));
        SHEAF_TRY(sheaf_erasures_read(a->value[1], &r->erasures, err));
        SHEAF_TRY(sheaf_erasures_write(path, &r->erasures, err));
    }
    SHEAF_TRY(sheaf_private_erase_again(r->db, r->dir, &again, err));
    SHEAF_TRY(sheaf_private_erasures(r->db, &r->erasures, err));
    return put_details(r, err);
}

static sheaf_status restore_into(restoring *r, const sheaf_arguments *a, sheaf_err *err)
{
    r->block = malloc(SHEAF_ACT_ARENA_BYTES);
    if (!r->block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to restore the register");
    sheaf_buffer_init(&r->file, SHEAF_REGISTER_BYTES_MAX);
    sheaf_buffer_init(&r->plain, SHEAF_REGISTER_PLAIN_MAX);
    sheaf_buffer_init(&r->entry, SHEAF_ENTRY_MAX);
    sheaf_status status = sheaf_folder_open(&r->folder, r->dir, NULL, NULL, err);
    if (status == SHEAF_OK) {
        status = restore(r, a, err);
        sheaf_folder_close(&r->folder);
    }
    sheaf_private_close(r->db);
    sheaf_erasures_deinit(&r->erasures);
    sheaf_register_deinit(&r->reg);
    if (r->plain.data)
        sheaf_wipe(r->plain.data, r->plain.capacity);
    sheaf_buffer_deinit(&r->file);
    sheaf_buffer_deinit(&r->plain);
    sheaf_buffer_deinit(&r->entry);
    free(r->block);
    return status;
}

static int run_restore(const sheaf_arguments *a)
{
    sheaf_err err;
    uint32_t persons = 0, texts = 0;
    if (a->repeated_count == 0 || a->repeated_count > SHEAF_OFFICERS_MAX)
        return sheaf_usage(&sheaf_command_person_restore,
                           "--key is needed: an officer's key file; at most %d",
                           SHEAF_OFFICERS_MAX);
    restoring *r = calloc(1, sizeof *r);
    if (!r) {
        (void)sheaf_fail(&err, SHEAF_NOMEM, "no memory to restore the register");
        return sheaf_report(a, &err);
    }
    r->dir = a->argument[1];
    sheaf_status status = restore_into(r, a, &err);
    if (status == SHEAF_OK)
        status = sheaf_erase_again(r->dir, sheaf_str(r->reg.origin), &persons, &texts, &err);
    if (status == SHEAF_OK && a->json)
        printf("{\"beyond\":%u,\"erased_again\":%u,\"restored\":%u}\n", r->beyond, r->erased,
               r->kept);
    else if (status == SHEAF_OK)
        printf("%u details are back; %u were erased since the backup and stay so.\n", r->kept,
               r->erased);
    if (status == SHEAF_OK && r->beyond && !a->json)
        printf("%u belong to entries that this log does not have yet.\n", r->beyond);
    free(r);
    return status == SHEAF_OK ? SHEAF_EXIT_DONE : sheaf_report(a, &err);
}

const sheaf_command sheaf_command_person_restore = {
    .name = "person restore",
    .arguments = "FILE DIR",
    .summary = "bring the register of persons back from a backup, with officers' keys",
    .detail =
        "Each detail is checked against what the log committed to. What was erased after\n"
        "the backup, by DIR/erasures.json or a newer list, stays erased.",
    .options = {{"key", "FILE", "an officer's key file; once for each officer"},
                {"erasures", "FILE", "a newer list of erasures, from another copy"}},
    .arguments_min = 2,
    .arguments_max = 2,
    .many = 0,
    .run = run_restore,
};
