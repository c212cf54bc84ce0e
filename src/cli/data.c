/* cli/data.c - `sheaf data commit` and `sheaf data check`: a data file and its commitment. */
#include "base/encode.h"
#include "cli/act.h"
#include "node/data_file.h"
#include "store/random.h"

#include <stdio.h>

static int run_commit(const sheaf_arguments *a)
{
    sheaf_err err;
    sheaf_hash commitment;
    uint8_t salt[SHEAF_SALT_BYTES];
    char home[SHEAF_PATH_MAX], hex[65];
    sheaf_status status = sheaf_home_path(a->value[0], home, sizeof home, &err);
    if (status == SHEAF_OK && !sheaf_home_exists(home))
        status = sheaf_fail(&err, SHEAF_INVALID,
                            "%s is not a member's home; join a co-op first with: sheaf join "
                            "URL --home DIR",
                            home);
    sheaf_random(salt, sizeof salt);
    if (status == SHEAF_OK)
        status = sheaf_data_commit(home, a->argument[0], salt, &commitment, &err);
    sheaf_wipe(salt, sizeof salt);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    sheaf_hex_32(commitment.bytes, hex);
    printf(a->json ? "{\"commitment\":\"%s\"}\n" : "%s\n", hex);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_data_commit = {
    .name = "data commit",
    .arguments = "FILE",
    .summary = "print the commitment to a data file, for sheaf dataset register --commitment",
    .detail =
        "HMAC-SHA-256 of the file under a fresh salt, which stays in the home (HOME/salts):\n"
        "each call gives another commitment. Without its salt a commitment tells nothing; "
        "with\n"
        "it the node sees that FILE is what was registered, and trains on nothing else.",
    .options = {{"home", "DIR", "the member's home folder"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_commit,
};

/* ---- check ---- */

typedef struct {
    uint32_t dataset; /* that the file is, or SHEAF_NONE */
    unsigned own;     /* data sets of this home */
    unsigned salted;  /* of them, those with a salt in the home */
} finding;

static sheaf_status find_file(const sheaf_member *m, const char *file, finding *out,
                              sheaf_err *err)
{
    const sheaf_state *state = sheaf_member_state(m);
    *out = (finding){.dataset = SHEAF_NONE};
    for (uint32_t i = 0; i < sheaf_dataset_count(state); i++) {
        const struct sheaf_row_dataset *row = sheaf_dataset_at(state, i);
        sheaf_data_match match;
        if (m->home.member == SHEAF_NONE || row->member != m->home.member)
            continue;
        SHEAF_TRY(sheaf_data_check(m->dir, file, &row->commitment, &match, err));
        out->own++;
        out->salted += match != SHEAF_DATA_UNKNOWN;
        if (match == SHEAF_DATA_SAME)
            out->dataset = row->id;
    }
    return SHEAF_OK;
}

/* Asks this home's own copy of the log, so that it works without the hub. */
static sheaf_status check(const char *home, const char *file, finding *found, sheaf_err *err)
{
    sheaf_session session;
    SHEAF_TRY(sheaf_session_open(&session, home, NULL, NULL, err));
    sheaf_status status = find_file(&session.member, file, found, err);
    sheaf_session_close(&session);
    return status;
}

static int run_check(const sheaf_arguments *a)
{
    sheaf_err err;
    finding found;
    const char *file = a->argument[0];
    char home[SHEAF_PATH_MAX];
    sheaf_status status = sheaf_home_path(a->value[0], home, sizeof home, &err);
    if (status == SHEAF_OK)
        status = check(home, file, &found, &err);
    if (status == SHEAF_OK && !found.salted)
        status = sheaf_fail(&err, SHEAF_INVALID,
                            "none of the %u data sets registered from %s has its salt there, "
                            "so nothing can be compared; sheaf data commit keeps salts",
                            found.own, home);
    if (status == SHEAF_OK && found.dataset == SHEAF_NONE)
        status = sheaf_fail(&err, SHEAF_FAULT,
                            "%s is not what was registered: it is none of the %u data sets "
                            "whose salts are in %s; register this version, or bring back the "
                            "file",
                            file, found.salted, home);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    if (a->json)
        printf("{\"dataset\":%u}\n", found.dataset);
    else
        printf("%s is data set %u, as it was registered.\n", file, found.dataset);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_data_check = {
    .name = "data check",
    .arguments = "FILE",
    .summary = "say which of your registered data sets a file is; exit 3 if none",
    .options = {{"home", "DIR", "the member's home folder"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_check,
};
