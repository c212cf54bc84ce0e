/* cli/dropped.c - `sheaf log dropped`: did the hub drop an act that a witness gave it? */
#include "cli/act.h"

#include "base/encode.h"
#include "claims/check.h"
#include "coop/view.h"
#include "node/relay.h"
#include "store/log_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PATIENCE_S = 5 * 60 };

/* What is judged, and against which log. */
typedef struct {
    sheaf_buffer file, note;
    uint8_t *block;
    sheaf_relayed relayed;
    const sheaf_log_store *store;
    const sheaf_state *state;
    sheaf_vkey log_key;
    unsigned witness; /* whose receipt it is, by its place */
    uint64_t size;    /* entries under a witnessed checkpoint */
    uint64_t time_s;  /* by when as many witnesses as the bylaws require had cosigned it */
    long long patience_s;
    uint64_t found; /* the entry that the act is, or UINT64_MAX */
} judgement;

/* ---- the witnessed checkpoint ---- */

static int later(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

/* Takes the note if it is of this log, has a quorum of cosignatures, and is later than what was
 * found before. */
static void take_note(judgement *j, sheaf_slice bytes)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(j->state);
    uint64_t times[SHEAF_NOTE_LINES_MAX] = {0};
    unsigned count = 0, quorum = bylaws->witness_quorum;
    sheaf_note note;
    sheaf_checkpoint head;
    if (sheaf_checkpoint_open(bytes, &j->log_key, &head, NULL) != SHEAF_OK
        || sheaf_note_parse(bytes, &note, NULL) != SHEAF_OK
        || head.size > sheaf_log_store_size(j->store))
        return;
    sheaf_hash root = sheaf_log_store_root_at(j->store, head.size);
    if (!sheaf_hash_equal(&root, &head.root))
        return;
    for (unsigned i = 0; i < bylaws->witnesses && count < SHEAF_NOTE_LINES_MAX; i++) {
        const struct sheaf_row_witness *row =
            sheaf_witness_at(j->state, bylaws->witness_first + i);
        sheaf_vkey key;
        sheaf_note_seal seal;
        if (sheaf_witness_vkey(row, &key, NULL) == SHEAF_OK
            && sheaf_note_verify(&note, &key, 1, &seal, NULL) == SHEAF_OK)
            times[count++] = seal.time;
    }
    if (quorum == 0 || count < quorum)
        return;
    qsort(times, count, sizeof *times, later);
    if (times[quorum - 1] > j->time_s) {
        j->time_s = times[quorum - 1];
        j->size = head.size;
    }
}

static void take_note_file(judgement *j, const char *path)
{
    sheaf_buffer_reset(&j->note);
    if (sheaf_file_exists(path) && sheaf_file_read(path, &j->note, NULL) == SHEAF_OK)
        take_note(j, sheaf_buffer_slice(&j->note));
}

/* ---- the act ---- */

static sheaf_status compare(void *context, uint64_t index, sheaf_slice entry, sheaf_err *err)
{
    judgement *j = context;
    (void)err;
    /* {"act":ACT,"sig":… : an entry begins with its act. */
    static const char start[] = "{\"act\":";
    size_t skip = sizeof start - 1;
    if (entry.len > skip + j->relayed.act_bytes.len
        && memcmp(entry.data + skip, j->relayed.act_bytes.data, j->relayed.act_bytes.len) == 0
        && entry.data[skip + j->relayed.act_bytes.len] == ',')
        j->found = index;
    return SHEAF_OK;
}

static sheaf_status check_signer(const judgement *j, sheaf_err *err)
{
    sheaf_signature_check check = {.origin = SHEAF_WORDS(sheaf_coop(j->state)->origin),
                                   .act = j->relayed.act_bytes};
    memcpy(check.signature, j->relayed.signature, sizeof check.signature);
    if (!sheaf_fold_signer(j->state, &j->relayed.act, check.public_key)
        || !sheaf_signature_holds(&check))
        return sheaf_fail(
            err, SHEAF_INVALID,
            "the act is not signed by a key on this log, so the hub had to refuse "
            "it");
    return SHEAF_OK;
}

/* SHEAF_OK where it can be told; the act was dropped unless it was found. */
static sheaf_status judge(judgement *j, sheaf_err *err)
{
    SHEAF_TRY(sheaf_receipt_witness(j->state, &j->relayed.receipt, &j->witness, err));
    SHEAF_TRY(check_signer(j, err));
    if (j->relayed.receipt.at > j->relayed.act.until)
        return sheaf_fail(
            err, SHEAF_INVALID,
            "when the witness took the act, the last moment to enter it had passed");
    j->found = UINT64_MAX;
    SHEAF_TRY(
        sheaf_log_store_range(j->store, 0, sheaf_log_store_size(j->store), compare, j, err));
    if (j->found != UINT64_MAX)
        return SHEAF_OK;
    if ((int64_t)j->time_s * 1000 < j->relayed.receipt.at + j->patience_s * 1000)
        return sheaf_fail(
            err, SHEAF_INVALID,
            "it is too early to tell: no checkpoint is at hand that as many "
            "witnesses as the bylaws require have cosigned %lld seconds after the "
            "act was taken",
            j->patience_s);
    return SHEAF_OK;
}

/* ---- telling ---- */

static void put_time(int64_t ms, char out[32])
{
    struct tm utc;
    time_t seconds = (time_t)(ms / 1000);
    gmtime_r(&seconds, &utc);
    strftime(out, 32, "%Y-%m-%d %H:%M:%S", &utc);
}

static int tell(const judgement *j, bool json)
{
    bool dropped = j->found == UINT64_MAX;
    char taken[32], cosigned[32], hex[65];
    const struct sheaf_row_witness *row =
        sheaf_witness_at(j->state, sheaf_bylaws_now(j->state)->witness_first + j->witness);
    sheaf_hex_32(j->relayed.receipt.act.bytes, hex);
    put_time(j->relayed.receipt.at, taken);
    put_time((int64_t)j->time_s * 1000, cosigned);
    if (json) {
        sheaf_buffer out;
        sheaf_json_writer w = sheaf_print_begin(&out);
        sheaf_json_member_put_string(&w, "act", sheaf_str(hex));
        sheaf_json_member_put_int(&w, "cosigned", (int64_t)j->time_s);
        sheaf_json_member_put_bool(&w, "dropped", dropped);
        if (!dropped)
            sheaf_json_member_put_int(&w, "index", (int64_t)j->found);
        sheaf_json_member_put_int(&w, "size", (int64_t)j->size);
        sheaf_json_member_put_int(&w, "taken", j->relayed.receipt.at);
        sheaf_json_member_put_string(&w, "witness", SHEAF_WORDS(row->name));
        (void)sheaf_print_end(&out, &w);
    } else if (dropped) {
        printf(
            "dropped: the witness %.*s took the act %s at %s, the log cosigned at %s with %llu "
            "entries does not hold it; unless the hub shows a refusal that it signed, it "
            "dropped the act\n",
            SHEAF_PRINT(SHEAF_WORDS(row->name)), hex, taken, cosigned,
            (unsigned long long)j->size);
    } else {
        printf("entered: the act is entry %llu\n", (unsigned long long)j->found);
    }
    return dropped ? SHEAF_EXIT_FAULT : SHEAF_EXIT_DONE;
}

/* ---- from a folder, or from a hub ---- */

static sheaf_status read_file(judgement *j, const char *path, sheaf_err *err)
{
    j->block = malloc(SHEAF_RELAYED_ARENA_BYTES);
    if (!j->block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read a relayed act");
    sheaf_arena arena = sheaf_arena_over(j->block, SHEAF_RELAYED_ARENA_BYTES);
    SHEAF_TRY(sheaf_file_read(path, &j->file, err));
    sheaf_err why = {0};
    sheaf_status status = sheaf_relayed_parse(sheaf_buffer_slice(&j->file), SHEAF_REVISION,
                                              &arena, &j->relayed, &why);
    if (status != SHEAF_OK)
        return sheaf_fail(err, status, "%.150s: %.200s", path, why.message);
    return SHEAF_OK;
}

static sheaf_status replay_one(void *context, uint64_t index, sheaf_slice entry, sheaf_err *err)
{
    sheaf_replayed result;
    (void)index;
    return sheaf_replay_entry(context, entry, &result, err);
}

static sheaf_status with_state(judgement *j, const sheaf_log_store *store,
                               const sheaf_state *state, const char *dir, const char *note,
                               sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    const struct sheaf_row_coop *coop = sheaf_coop(state);
    if (!coop)
        return sheaf_fail(err, SHEAF_INVALID, "%s holds no co-op's log", dir);
    j->store = store;
    j->state = state;
    SHEAF_TRY(sheaf_vkey_make(&j->log_key, SHEAF_VKEY_ED25519, SHEAF_WORDS(coop->origin),
                              coop->log_key.bytes, err));
    take_note(j, sheaf_log_store_checkpoint(store));
    take_note(j, sheaf_buffer_slice(&j->note)); /* what the hub showed to a visitor */
    SHEAF_TRY(sheaf_path(path, err, "%s/witnessed/checkpoint", dir));
    take_note_file(j, path);
    if (note)
        take_note_file(j, note);
    return judge(j, err);
}

static sheaf_status from_folder(judgement *j, const char *dir, const char *note, bool json,
                                int *code, sheaf_err *err)
{
    sheaf_log_store *store;
    sheaf_replay replay;
    SHEAF_TRY(sheaf_log_store_open(&store, dir, true, err));
    sheaf_status status = sheaf_replay_init(&replay, SHEAF_REVISION, err);
    if (status == SHEAF_OK) {
        status = sheaf_log_store_range(store, 0, sheaf_log_store_size(store), replay_one,
                                       &replay, err);
        if (status == SHEAF_OK)
            status = with_state(j, store, &replay.state, dir, note, err);
        if (status == SHEAF_OK)
            *code = tell(j, json);
        sheaf_replay_deinit(&replay);
    }
    sheaf_log_store_close(store);
    return status;
}

static sheaf_status from_hub(judgement *j, const char *url, const char *ca_file,
                             const char *note, bool json, int *code, sheaf_err *err)
{
    sheaf_visit visit;
    SHEAF_TRY(sheaf_visit_open(&visit, url, NULL, ca_file, err));
    const sheaf_transport *hub = &visit.session.member.ports.transport;
    if (sheaf_hub_get(hub, "/witnessed/checkpoint", &j->note, NULL) != SHEAF_OK)
        sheaf_buffer_reset(&j->note);
    sheaf_status status = from_folder(j, visit.home, note, json, code, err);
    sheaf_visit_close(&visit);
    return status;
}

static int run_dropped(const sheaf_arguments *a)
{
    sheaf_err err;
    judgement j = {.patience_s = PATIENCE_S};
    int code = SHEAF_EXIT_FAILED;
    const char *where = a->argument[1];
    if (a->value[1] && !sheaf_number(a->value[1], 1, 86400, &j.patience_s))
        return sheaf_usage(&sheaf_command_log_dropped,
                           "--patience is a number from 1 to 86400");
    sheaf_buffer_init(&j.file, SHEAF_RELAYED_MAX + 1024);
    sheaf_buffer_init(&j.note, SHEAF_NOTE_BYTES_MAX);
    sheaf_status status = read_file(&j, a->argument[0], &err);
    if (status == SHEAF_OK)
        status = strstr(where, "://")
                     ? from_hub(&j, where, a->value[2], a->value[0], a->json, &code, &err)
                     : from_folder(&j, where, a->value[0], a->json, &code, &err);
    sheaf_buffer_deinit(&j.note);
    sheaf_buffer_deinit(&j.file);
    free(j.block);
    if (status == SHEAF_OK)
        return code;
    if (err.status == SHEAF_FAULT) /* 3 accuses the hub, and a bad receipt or copy does not */
        err.status = SHEAF_INVALID;
    return sheaf_report(a, &err);
}

const sheaf_command sheaf_command_log_dropped = {
    .name = "log dropped",
    .arguments = "FILE DIR|URL",
    .summary = "whether the hub dropped an act that a witness has a receipt for",
    .detail =
        "FILE is what --relay left in HOME/relayed/; DIR a folder with the log (a home, a\n"
        "mirror, the hub's own), URL a hub that is visited. The act was dropped if a witness\n"
        "of the bylaws took it in time and a log that a quorum of them cosigned more than\n"
        "five minutes later does not hold it: exit code 3. 0: it was entered. 1: it cannot\n"
        "be told, or not yet. A refusal signed by the hub clears it.",
    .options = {{"checkpoint", "FILE", "a cosigned checkpoint of the log, from elsewhere"},
                {"patience", "SECONDS", "how long the hub had to enter or refuse it (300)"},
                {"ca", "FILE", "certificates to trust, in PEM"}},
    .arguments_min = 2,
    .arguments_max = 2,
    .many = -1,
    .run = run_dropped,
};
