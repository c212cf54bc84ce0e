/* cli/import.c - `sheaf import FILE`: the register that a co-op kept before. One officer checks
 * and enters it; a second one, with the same file, checks what was entered and confirms it. */
#include "cli/act.h"

#include "base/encode.h"
#include "coop/import.h"
#include "coop/view.h"
#include "node/import_file.h"
#include "store/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_MAX = 256 << 20, ANSWER_MAX = 16 << 10, PROGRESS_ROWS = 100 };

/* In the order of the command's options. */
enum { AGAINST, DRY_RUN, HOME, HUB, CA };

typedef struct {
    const sheaf_arguments *arguments;
    sheaf_session session;
    sheaf_buffer bytes;
    sheaf_import_file file;
} import;

static const sheaf_state *state_of(const import *i)
{
    return sheaf_member_state(&i->session.member);
}

/* ---- the report ---- */

static void print_classes(const import *i)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state_of(i));
    for (uint32_t c = 0; c < bylaws->classes && c < SHEAF_IMPORT_CLASSES_MAX; c++)
        printf("  %-20.*s %u\n",
               SHEAF_PRINT(
                   SHEAF_WORDS(sheaf_class_at(state_of(i), bylaws->class_first + c)->name)),
               i->file.by_class[c]);
}

static void print_report(const import *i)
{
    const sheaf_import_file *f = &i->file;
    printf("%s: %u member%s\n", i->arguments->argument[0], f->count, f->count == 1 ? "" : "s");
    print_classes(i);
    printf("  %-20s %u\n  %-20s %u\n", "organisations", f->by_kind[0], "persons",
           f->by_kind[1]);
    if (f->count)
        printf("  numbers %u to %u, of which %u are nobody's\n", f->number_low, f->number_high,
               f->missing);
    if (f->limited || f->cancelled)
        printf("  %u with a term, %u cancelled; %u of these are over and cannot be claimed\n",
               f->limited, f->cancelled, f->ended);
    if (f->alike)
        printf("  %u have name and day of joining of another: the same member twice?\n",
               f->alike);
    uint32_t kept =
        f->fault_count < SHEAF_IMPORT_FAULTS_MAX ? f->fault_count : SHEAF_IMPORT_FAULTS_MAX;
    for (uint32_t n = 0; n < kept; n++)
        printf("  line %u: %s\n", f->faults[n].line, f->faults[n].message);
    if (f->fault_count > kept)
        printf("  and %u more\n", f->fault_count - kept);
}

static void put_faults(const import *i, sheaf_json_writer *w)
{
    const sheaf_import_file *f = &i->file;
    sheaf_json_key(w, "faults");
    sheaf_json_open_list(w);
    for (uint32_t n = 0; n < f->fault_count && n < SHEAF_IMPORT_FAULTS_MAX; n++) {
        sheaf_json_open_object(w);
        sheaf_json_member_put_int(w, "line", f->faults[n].line);
        sheaf_json_member_put_string(w, "message", sheaf_str(f->faults[n].message));
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
}

static void put_report(const import *i, uint32_t number, bool confirmed)
{
    const sheaf_import_file *f = &i->file;
    sheaf_buffer out;
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_json_member_put_int(&w, "alike", f->alike);
    sheaf_json_member_put_int(&w, "cancelled", f->cancelled);
    sheaf_json_key(&w, "classes");
    sheaf_json_open_list(&w);
    for (uint32_t c = 0; c < sheaf_bylaws_now(state_of(i))->classes; c++)
        sheaf_json_int(&w, f->by_class[c]);
    sheaf_json_close(&w);
    sheaf_json_member_put_bool(&w, "confirmed", confirmed);
    sheaf_json_member_put_int(&w, "count", f->count);
    sheaf_json_member_put_int(&w, "ended", f->ended);
    put_faults(i, &w);
    if (number != SHEAF_NONE)
        sheaf_json_member_put_int(&w, "import", number);
    sheaf_json_member_put_int(&w, "limited", f->limited);
    sheaf_json_member_put_int(&w, "missing", f->missing);
    sheaf_json_member_put_int(&w, "organisations", f->by_kind[0]);
    sheaf_json_member_put_int(&w, "persons", f->by_kind[1]);
    (void)sheaf_print_end(&out, &w);
}

/* The report, and where it is known the import it became; the exit code. */
static int tell(const import *i, uint32_t number, bool confirmed)
{
    bool sound = !i->file.fault_count && i->file.count;
    if (i->arguments->json) {
        put_report(i, number, confirmed);
    } else {
        print_report(i);
        if (!sound)
            puts("Nothing was entered: the file must be sound first.");
    }
    return sound ? SHEAF_EXIT_DONE : SHEAF_EXIT_FAILED;
}

/* ---- entering ---- */

static sheaf_status post(import *i, const sheaf_intent *intent, const char *what, int *code,
                         uint64_t *index, sheaf_err *err)
{
    sheaf_posted posted;
    SHEAF_TRY(sheaf_member_post(&i->session.member, intent, &posted, err));
    *index = posted.index;
    if (posted.refusal == SHEAF_ACCEPTED)
        return SHEAF_OK;
    *code = SHEAF_EXIT_REFUSED;
    return sheaf_fail(err, SHEAF_INVALID, "%s was refused: %.120s", what, posted.sentence);
}

/* The place is the row of the file, its name apart. */
static bool same_place(const struct sheaf_row_place *place, uint32_t number,
                       const sheaf_import_line *row)
{
    return place && place->import == number && place->id == row->number
           && place->class == row->class && place->kind == row->kind
           && place->joined == row->joined && place->term == row->term
           && place->cancelled_to == row->cancelled_to;
}

/* An import of one's own that was interrupted goes on; else a new one begins. */
static sheaf_status begin(import *i, uint32_t *number, uint32_t *entered, int *code,
                          sheaf_err *err)
{
    const sheaf_state *state = state_of(i);
    const struct sheaf_row_member *me = sheaf_member_find(state, i->session.member.home.member);
    const struct sheaf_row_import *open =
        me && me->import != SHEAF_NONE ? sheaf_import_find(state, me->import) : NULL;
    uint64_t index;
    *entered = 0;
    if (open && open->confirmed == SHEAF_NONE
        && !sheaf_import_over(state, open->id, sheaf_coop(state)->stamp)) {
        *number = open->id;
        *entered = open->entered;
        bool same = open->count == i->file.count;
        for (uint32_t n = 0; same && n < open->entered; n++)
            same = same_place(sheaf_place_find(state, i->file.rows[n].number), open->id,
                              &i->file.rows[n]);
        return same ? SHEAF_OK
                    : sheaf_fail(err, SHEAF_INVALID,
                                 "import %u of another file is under way; withdraw it first: "
                                 "sheaf import withdraw --import %u",
                                 open->id, open->id);
    }
    struct sheaf_import_open what = {.count = i->file.count, .has_count = true};
    SHEAF_TRY(post(i, &(sheaf_intent){.kind = SHEAF_KIND_import_open, .what = &what},
                   "the import", code, &index, err));
    *number = (uint32_t)index;
    return SHEAF_OK;
}

static sheaf_status enter_row(import *i, uint32_t number, const sheaf_import_line *row,
                              int *code, sheaf_err *err)
{
    struct sheaf_member_import what = {.cancelled_to = row->cancelled_to,
                                       .has_cancelled_to = row->cancelled_to != 0,
                                       .class = row->class,
                                       .has_class = true,
                                       .import = number,
                                       .has_import = true,
                                       .joined = row->joined,
                                       .has_joined = true,
                                       .kind = row->kind,
                                       .has_kind = true,
                                       .has_name = true,
                                       .number = row->number,
                                       .has_number = true,
                                       .term = row->term,
                                       .has_term = row->term != 0};
    sheaf_text text = {.name = "name", .text = row->name};
    char line[32];
    uint64_t index;
    sheaf_node_ports *ports = &i->session.member.ports;
    ports->random(ports->context, text.salt, sizeof text.salt);
    what.name = sheaf_commit(text.salt, text.text);
    snprintf(line, sizeof line, "line %u", row->line);
    return post(
        i,
        &(sheaf_intent){
            .kind = SHEAF_KIND_member_import, .what = &what, .texts = &text, .text_count = 1},
        line, code, &index, err);
}

static sheaf_status enter(import *i, uint32_t *number, int *code, sheaf_err *err)
{
    uint32_t from;
    bool terminal = isatty(STDERR_FILENO);
    SHEAF_TRY(begin(i, number, &from, code, err));
    for (uint32_t n = from; n < i->file.count; n++) {
        SHEAF_TRY(enter_row(i, *number, &i->file.rows[n], code, err));
        if (terminal && n % PROGRESS_ROWS == 0)
            fprintf(stderr, "\r%u of %u members entered", n, i->file.count);
    }
    if (terminal)
        fputs("\r\033[K", stderr);
    return SHEAF_OK;
}

/* ---- confirming ---- */

/* The name behind the commitment, as the hub keeps it, is that of the file. */
static sheaf_status check_name(import *i, const struct sheaf_row_place *place,
                               const sheaf_import_line *row, sheaf_err *err)
{
    char path[96] = "/api/v1/texts/";
    uint8_t salt[SHEAF_SALT_BYTES];
    _Alignas(16) uint8_t block[4 * ANSWER_MAX];
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_transport transport = sheaf_member_transport(&i->session.member);
    sheaf_buffer answer;
    sheaf_json *json = NULL;
    sheaf_buffer_init(&answer, ANSWER_MAX);
    sheaf_hex_32(place->name.bytes, path + strlen(path));
    sheaf_status status = sheaf_hub_get(&transport, path, &answer, err);
    if (status == SHEAF_OK)
        status = sheaf_json_parse(sheaf_buffer_slice(&answer), &arena, &json, err);
    if (status == SHEAF_OK
        && (!sheaf_base64url_get(sheaf_json_member_string(json, "salt"), salt, sizeof salt)
            || !sheaf_slice_equal(sheaf_json_member_string(json, "text"), row->name))) {
        status = SHEAF_INVALID;
    } else if (status == SHEAF_OK) {
        sheaf_hash made = sheaf_commit(salt, row->name);
        status = sheaf_hash_equal(&made, &place->name) ? SHEAF_OK : SHEAF_INVALID;
    }
    if (status == SHEAF_INVALID)
        status =
            sheaf_fail(err, SHEAF_INVALID, "line %u: number %u was entered under another name",
                       row->line, row->number);
    sheaf_buffer_deinit(&answer);
    return status;
}

/* Every line stands as it is in the file, and nothing else; then the digest over them. */
static sheaf_status compare(import *i, const struct sheaf_row_import *found, sheaf_hash *digest,
                            sheaf_err *err)
{
    *digest = (sheaf_hash){0};
    if (found->entered != found->count || found->count != i->file.count)
        return sheaf_fail(err, SHEAF_INVALID, "import %u has %u of %u members; the file has %u",
                          found->id, found->entered, found->count, i->file.count);
    for (uint32_t n = 0; n < i->file.count; n++) {
        const sheaf_import_line *row = &i->file.rows[n];
        const struct sheaf_row_place *place = sheaf_place_find(state_of(i), row->number);
        if (!same_place(place, found->id, row))
            return sheaf_fail(err, SHEAF_INVALID,
                              "line %u: number %u was not entered as it stands in the file",
                              row->line, row->number);
        SHEAF_TRY(check_name(i, place, row, err));
        *digest = sheaf_import_digest(digest, place);
    }
    if (!sheaf_hash_equal(digest, &found->digest))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the members were entered in another order than in the file");
    return SHEAF_OK;
}

static sheaf_status confirm(import *i, uint32_t number, bool dry_run, int *code, sheaf_err *err)
{
    const struct sheaf_row_import *found = sheaf_import_find(state_of(i), number);
    struct sheaf_import_confirm what = {.count = i->file.count,
                                        .has_count = true,
                                        .has_digest = true,
                                        .import = number,
                                        .has_import = true};
    uint64_t index;
    if (!found)
        return sheaf_fail(err, SHEAF_INVALID, "there is no import %u", number);
    SHEAF_TRY(compare(i, found, &what.digest, err));
    if (dry_run)
        return SHEAF_OK;
    return post(i, &(sheaf_intent){.kind = SHEAF_KIND_import_confirm, .what = &what},
                "the confirmation", code, &index, err);
}

/* ---- the command ---- */

/* Confirming, what the register has already is no fault: it is what is compared. */
static sheaf_status open_file(import *i, uint32_t against, sheaf_err *err)
{
    const char *path = i->arguments->argument[0];
    bool piped = strcmp(path, "-") == 0;
    SHEAF_TRY(sheaf_member_sync(&i->session.member, err));
    if (!sheaf_coop(state_of(i)))
        return sheaf_fail(err, SHEAF_INVALID, "the hub has no co-op yet");
    SHEAF_TRY(sheaf_file_read(piped ? "/dev/stdin" : path, &i->bytes, err));
    return sheaf_import_file_read(sheaf_buffer_slice(&i->bytes),
                                  piped ? "standard input" : path, state_of(i), against,
                                  sheaf_clock_ms(), &i->file, err);
}

static int run_sound(import *i, uint32_t against)
{
    sheaf_err err;
    int code = SHEAF_EXIT_FAILED;
    bool dry_run = i->arguments->value[DRY_RUN] != NULL, confirming = against != SHEAF_NONE;
    uint32_t number = against;
    sheaf_status status = SHEAF_OK;
    if (confirming)
        status = confirm(i, against, dry_run, &code, &err);
    else if (!dry_run)
        status = enter(i, &number, &code, &err);
    if (status != SHEAF_OK) {
        (void)sheaf_report(i->arguments, &err);
        return code;
    }
    code = tell(i, number, confirming && !dry_run);
    if (i->arguments->json || dry_run)
        return code;
    if (confirming)
        printf("Import %u is confirmed; members claim their places with:\n"
               "  sheaf join URL --member NAME --place NUMBER\n",
               number);
    else
        printf("Entered as import %u. A second officer confirms it, with the same file:\n"
               "  sheaf import %s --against %u\n",
               number, i->arguments->argument[0], number);
    return code;
}

static int run_import(const sheaf_arguments *a)
{
import i = {.arguments = a };
    sheaf_err err;
    char home[SHEAF_PATH_MAX];
    long long against = SHEAF_NONE;
    int code;
    if (a->value[AGAINST] && !sheaf_number(a->value[AGAINST], 0, SHEAF_REF_MAX, &against))
        return sheaf_usage(&sheaf_command_import, "--against is the number of an import");
    sheaf_buffer_init(&i.bytes, FILE_MAX);
    sheaf_status status = sheaf_home_path(a->value[HOME], home, sizeof home, &err);
    if (status == SHEAF_OK)
        status = sheaf_session_open(&i.session, home, a->value[HUB], a->value[CA], &err);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    status = open_file(&i, (uint32_t)against, &err);
    if (status != SHEAF_OK)
        code = sheaf_report(a, &err);
    else if (i.file.fault_count || !i.file.count)
        code = tell(&i, SHEAF_NONE, false);
    else
        code = run_sound(&i, (uint32_t)against);
    sheaf_import_file_close(&i.file);
    sheaf_session_close(&i.session);
    sheaf_buffer_deinit(&i.bytes);
    return code;
}

const sheaf_command sheaf_command_import = {
    .name = "import",
    .arguments = "FILE",
    .summary = "enter the register that the co-op kept before, or confirm what was entered",
    .detail =
        "FILE is CSV, or - for standard input; its first line names the columns number, name,\n"
        "class, joined and, where there are such, kind, term and cancelled_to; days are "
        "written\n"
        "as 1998-05-31. First all of it is checked, and nothing is entered unless it is sound. "
        "An import that was\n"
        "interrupted goes on with the same command. A second officer compares file and log,\n"
        "names too, and confirms with --against. Nobody gets a vote that way: members claim\n"
        "their places with `sheaf join --place` and are admitted like anyone.",
    .options = {{"against", "N", "compare FILE with import N, and confirm it"},
                {"dry-run", NULL, "only check and compare"},
                {"home", "DIR", "your home folder, with your key"},
                {"hub", "URL", "the hub (the one in your home)"},
                {"ca", "FILE", "certificates to trust, in PEM; your home remembers them"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_import,
};
