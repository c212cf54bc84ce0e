/* cli/succession.c - `sheaf succession keys`, `sign` and `begin`: a new hub, appointed by the
 * members, where the old one is lost, hostile or leaves. */
#include "cli/cli.h"

#include "base/encode.h"
#include "hub/succeed.h"
#include "net/url.h"
#include "node/appointment.h"
#include "acts/submission.h"
#include "store/clock.h"
#include "store/file.h"
#include "store/log_store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- keys ---- */

static int run_keys(const sheaf_arguments *a)
{
    sheaf_err err;
    uint8_t hub[SHEAF_PUBLIC_BYTES], log[SHEAF_PUBLIC_BYTES];
    char hub_text[44], log_text[44];
    if (sheaf_hub_keys(a->argument[0], hub, log, &err) != SHEAF_OK)
        return sheaf_report(a, &err);
    sheaf_base64url_32(hub, hub_text);
    sheaf_base64url_32(log, log_text);
    printf(a->json ? "{\"hub_key\":\"%s\",\"log_key\":\"%s\"}\n"
                   : "--hub-key=%s --log-key=%s\n",
           hub_text, log_text);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_succession_keys = {
    .name = "succession keys",
    .arguments = "DIR",
    .summary = "make the keys of a new hub in its folder, and show what members sign for",
    .options = {{0}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_keys,
};

/* ---- sign ---- */

static void tell_signed(const sheaf_arguments *a, const char *file, uint64_t size,
                        const sheaf_hash *root)
{
    char hex[SHEAF_HEX_LEN_32 + 1];
    sheaf_buffer out;
    sheaf_hex_32(root->bytes, hex);
    if (!a->json) {
        printf("Signed over %llu entries with root %s; hand %s to who runs the new hub.\n",
               (unsigned long long)size, hex, file);
        return;
    }
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_json_member_put_string(&w, "file", sheaf_str(file));
    sheaf_json_member_put_string(&w, "root", sheaf_str(hex));
    sheaf_json_member_put_int(&w, "size", (int64_t)size);
    (void)sheaf_print_end(&out, &w);
}

static int run_sign(const sheaf_arguments *a)
{
    sheaf_err err;
    char home[SHEAF_PATH_MAX];
    long long size = 0;
    uint64_t end = 0;
    sheaf_hash root;
    sheaf_url url;
    sheaf_buffer out;
    sheaf_appointment appointment = {.home = home,
                                     .url = a->value[2],
                                     .unwitnessed = a->value[5] != NULL,
                                     .now_ms = sheaf_clock_ms()};
    if (!a->value[0] || !a->value[1] || !a->value[2] || !a->value[3])
        return sheaf_usage(&sheaf_command_succession_sign,
                           "--hub-key, --log-key, --url and --out are needed");
    if (!sheaf_base64url_get(sheaf_str(a->value[0]), appointment.hub_key, 32)
        || !sheaf_base64url_get(sheaf_str(a->value[1]), appointment.log_key, 32))
        return sheaf_usage(&sheaf_command_succession_sign,
                           "a key is 43 characters of base64url, as succession keys shows it");
    if (sheaf_url_parse(sheaf_str(a->value[2]), &url, &err) != SHEAF_OK)
        return sheaf_usage(&sheaf_command_succession_sign, "%s", err.message);
    if (a->value[4] && !sheaf_number(a->value[4], 1, SHEAF_REF_MAX, &size))
        return sheaf_usage(&sheaf_command_succession_sign, "--size is a number of entries");
    appointment.size = (uint64_t)size;
    sheaf_buffer_init(&out, SHEAF_SUBMISSION_MAX);
    sheaf_status status = sheaf_home_path(a->value[6], home, sizeof home, &err);
    if (status == SHEAF_OK)
        status = sheaf_appointment_sign(&appointment, &out, &end, &root, &err);
    if (status == SHEAF_OK)
        status = sheaf_file_write(a->value[3], 0644, sheaf_buffer_slice(&out), &err);
    sheaf_buffer_deinit(&out);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    tell_signed(a, a->value[3], end, &root);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_succession_sign = {
    .name = "succession sign",
    .arguments = "",
    .summary = "sign for a new hub, over the end of your own verified copy of the log",
    .detail =
        "It works without the old hub. All who sign must name the same end of the log, keys\n"
        "and address; the new hub's operator collects the files.",
    .options = {{"hub-key", "KEY", "the key that signs the new hub's acts"},
                {"log-key", "KEY", "the key that signs the log's checkpoints"},
                {"url", "URL", "where the new hub is reached"},
                {"out", "FILE", "where the signed appointment goes"},
                {"size", "N",
                 "entries that are carried on (those of the last witnessed checkpoint)"},
                {"unwitnessed", NULL, "although witnesses have not cosigned that checkpoint"},
                {"home", "DIR", "your home folder, with your key"}},
    .arguments_min = 0,
    .arguments_max = 0,
    .many = -1,
    .run = run_sign,
};

/* ---- begin ---- */

typedef struct {
    sheaf_buffer file[SHEAF_LOG_BATCH_MAX];
    sheaf_slice submission[SHEAF_LOG_BATCH_MAX];
    size_t count;
} appointments;

static sheaf_status take_file(appointments *to, const char *path, sheaf_err *err)
{
    if (to->count == SHEAF_LOG_BATCH_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "more than %d appointments", SHEAF_LOG_BATCH_MAX);
    sheaf_buffer *file = &to->file[to->count];
    sheaf_buffer_init(file, SHEAF_SUBMISSION_MAX);
    sheaf_status status = sheaf_file_read(path, file, err);
    to->submission[to->count++] = sheaf_buffer_slice(file);
    return status;
}

static int is_json(const struct dirent *item)
{
    size_t len = strlen(item->d_name);
    return len > 5 && strcmp(item->d_name + len - 5, ".json") == 0;
}

/* A file, or all that a folder has, in the order of their names. */
static sheaf_status take(appointments *to, const char *path, sheaf_err *err)
{
    struct stat info;
    struct dirent **items;
    char file[SHEAF_PATH_MAX];
    sheaf_status status = SHEAF_OK;
    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
        return take_file(to, path, err);
    int count = scandir(path, &items, is_json, alphasort);
    if (count < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot read the folder %s: %s", path,
                          strerror(errno));
    if (!count)
        status = sheaf_fail(err, SHEAF_INVALID, "no file in %s ends in .json", path);
    for (int i = 0; i < count; i++) {
        if (status == SHEAF_OK)
            status = sheaf_path(file, err, "%s/%s", path, items[i]->d_name);
        if (status == SHEAF_OK)
            status = take_file(to, file, err);
        free(items[i]);
    }
    free(items);
    return status;
}

static int run_begin(const sheaf_arguments *a)
{
    sheaf_err err;
    appointments *all = calloc(1, sizeof *all);
    sheaf_status status =
        all ? SHEAF_OK : sheaf_fail(&err, SHEAF_NOMEM, "no memory for the appointments");
    for (int i = 1; i < a->argument_count && status == SHEAF_OK; i++)
        status = take(all, a->argument[i], &err);
    if (status == SHEAF_OK)
        status = sheaf_hub_succeed(a->argument[0], a->value[0], all->submission, all->count,
                                   sheaf_clock_ms(), &err);
    for (size_t i = 0; all && i < all->count; i++)
        sheaf_buffer_deinit(&all->file[i]);
    free(all);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    if (a->json)
        puts("{\"appointed\":true}");
    else
        printf("The members have appointed this hub. Bring back blobs/, texts/ and private.db "
               "from a backup if\nthere is one; then serve it with:  sheaf serve %s\n",
               a->argument[0]);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_succession_begin = {
    .name = "succession begin",
    .arguments = "DIR FILE...",
    .summary = "carry on a log as the new hub that the members have signed for",
    .detail =
        "FILE is what a member has signed, or a folder: then all in it whose names end in\n"
        ".json.",
    .options = {{"from", "FOLDER",
                 "a mirror, a member's home or a backup with the log (DIR itself)"}},
    .arguments_min = 2,
    .arguments_max = SHEAF_ARGUMENTS_MAX,
    .many = -1,
    .run = run_begin,
};
