/* cli/round_verify.c - `sheaf round show` and `sheaf round verify`: what a round was, and does
 * its result follow from what the participants sent? */
#include "claims/recompute.h"
#include "cli/date.h"
#include "cli/figures.h"
#include "cli/round_source.h"
#include "coop/view.h"
#include "learn/model.h"
#include "round/config.h"
#include "store/clock.h"

#include <inttypes.h>
#include <stdio.h>

enum { ANSWER_MAX = 64 << 10, PATH_BYTES = 96 };

/* In the order of the commands' options. */
enum { HOME, CA, TRANSCRIPT };

/* False where it is not open: then *code is the exit code. */
static bool open_source(const sheaf_command *command, const sheaf_arguments *a,
                        sheaf_round_source *source, int *code)
{
    long long number;
    sheaf_err err;
    const char *from = a->argument_count > 1 ? a->argument[1] : NULL;
    if (!sheaf_number(a->argument[0], 0, SHEAF_REF_MAX, &number)) {
        *code = sheaf_usage(command,
                            "a round is the number of the entry that opened it, not “%.40s”",
                            a->argument[0]);
        return false;
    }
    if (sheaf_round_source_open(source, from, a->value[HOME], a->value[CA], (uint32_t)number,
                                &err)
        == SHEAF_OK)
        return true;
    *code = sheaf_report(a, &err);
    return false;
}

static const char *abort_text(uint8_t reason)
{
    static const char *const texts[] = {
        [SHEAF_abort_reason_deadline] = "a stage's time ran out with too few answers",
        [SHEAF_abort_reason_restart] =
            "the hub could not keep the round, or take it up again after a restart",
        [SHEAF_abort_reason_revoked] = "the mandate or a consent ended meanwhile",
        [SHEAF_abort_reason_unsound] = "a message failed its checks, or the result was not "
                                       "attested",
    };
    return texts[reason];
}

/* ---- show ---- */

/* How far an open round is, by the hub's word. */
static void print_progress(sheaf_round_source *source)
{
    static uint8_t block[ANSWER_MAX];
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    char path[PATH_BYTES];
    sheaf_buffer answer;
    sheaf_json *said = NULL;
    if (source->local || source->round->state != SHEAF_round_state_open)
        return;
    snprintf(path, sizeof path, "/api/v1/rounds/%" PRIu32, source->round->id);
    sheaf_buffer_init(&answer, ANSWER_MAX);
    if (sheaf_hub_get(&source->transport, path, &answer, NULL) == SHEAF_OK
        && sheaf_json_parse(sheaf_buffer_slice(&answer), &arena, &said, NULL) == SHEAF_OK) {
        sheaf_slice stage = sheaf_json_member_string(said, "stage");
        for (int i = SHEAF_ROUND_COMMIT; i <= SHEAF_ROUND_REVEAL; i++)
            if (sheaf_slice_is(stage, sheaf_round_stage_text((sheaf_round_stage)i)))
                printf("  stage       %.*s: %lld of %lld have answered, %lld s are left, the "
                       "hub says\n",
                       SHEAF_PRINT(stage), (long long)sheaf_json_member_int(said, "answers", 0),
                       (long long)sheaf_json_member_int(said, "of", 0),
                       (long long)(sheaf_json_member_int(said, "left_ms", 0) + 999) / 1000);
        if (sheaf_slice_is(stage, "begin"))
            puts("  stage       about to begin, the hub says");
        if (sheaf_slice_is(stage, "ending"))
            puts("  stage       its end is being entered on the log, the hub says");
        const sheaf_json *sum = sheaf_json_member(said, "sum");
        if (sum)
            printf("  sum         %lld of %lld MiB of each vector are added up\n",
                   (long long)sheaf_json_member_int(sum, "chunks", 0),
                   (long long)sheaf_json_member_int(sum, "of", 0));
    }
    sheaf_buffer_deinit(&answer);
}

static int run_show(const sheaf_arguments *a)
{
    sheaf_round_source source;
    sheaf_figure_report figures;
    int code = SHEAF_EXIT_DONE;
    if (!open_source(&sheaf_command_round_show, a, &source, &code))
        return code;
    const struct sheaf_row_round *round = source.round;
    bool known = sheaf_figures_find(&source, round, &figures);
    if (a->json) {
        sheaf_buffer out;
        sheaf_json_writer w = sheaf_print_begin(&out);
        sheaf_round_source_put(&source, NULL, known ? &figures : NULL, &w);
        code = sheaf_print_end(&out, &w);
    } else {
        if (round->state == SHEAF_round_state_aborted)
            printf("Round %" PRIu32 " was aborted: %s.\n", round->id,
                   abort_text(round->reason));
        else
            printf("Round %" PRIu32 " is %s.\n", round->id,
                   round->state == SHEAF_round_state_open ? "under way" : "closed");
        sheaf_round_source_print(&source);
        if (known)
            sheaf_figures_print(&figures);
        print_progress(&source);
    }
    sheaf_round_source_close(&source);
    return code;
}

/* ---- verify ---- */

typedef struct {
    sheaf_buffer transcript, base, result;
} evidence;

/* Only a round that was closed has a sum; one that was taken back then can still be added up.
 */
static sheaf_status closed_check(const struct sheaf_row_round *round, sheaf_err *err)
{
    if (round->state == SHEAF_round_state_open)
        return sheaf_fail(err, SHEAF_INVALID,
                          "round %" PRIu32 " is under way: there is a sum to add up again "
                          "once it is closed",
                          round->id);
    if (round->state == SHEAF_round_state_aborted && sheaf_hash_is_zero(&round->transcript))
        return sheaf_fail(err, SHEAF_INVALID,
                          "round %" PRIu32 " was aborted, so nothing was summed: %s", round->id,
                          abort_text(round->reason));
    return SHEAF_OK;
}

/* A transcript is deleted on schedule once the audit window is over. */
static sheaf_status not_at_hand(const sheaf_round_source *source, const sheaf_err *why,
                                sheaf_err *err)
{
    const struct sheaf_row_round *round = source->round;
    int64_t until = sheaf_transcript_until(source->state, round);
    char day[SHEAF_DATE_LEN + 1];
    if (until > sheaf_clock_ms())
        return sheaf_fail(err, SHEAF_IO,
                          "the transcript of round %" PRIu32 " is not at hand: %s", round->id,
                          why->message);
    sheaf_date_print(until, day);
    return sheaf_fail(err, SHEAF_IO,
                      "the transcript of round %" PRIu32 " was deleted on schedule, on %s: "
                      "mandate %" PRIu32 " has it kept for %" PRIu32
                      " seconds after the round; "
                      "who has a copy can name it with --transcript",
                      round->id, day, round->mandate, source->mandate->audit_s);
}

static sheaf_status get_transcript(sheaf_round_source *source, const char *file,
                                   sheaf_buffer *out, sheaf_err *err)
{
    const struct sheaf_row_round *round = source->round;
    sheaf_err why = {0};
    sheaf_round_extent extent;
    SHEAF_TRY(sheaf_round_extent_of(source->state, round, &source->manifest, &extent, err));
    size_t max = extent.transcript_max;
    out->max = max;
    if (file)
        return sheaf_file_read(file, out, err);
    sheaf_status status = sheaf_round_source_blob(source, &round->transcript, max, out, &why);
    if (status == SHEAF_OK)
        return SHEAF_OK;
    if (status != SHEAF_IO)
        return sheaf_fail(err, status, "%s", why.message);
    if (!source->local && source->visit.temporary)
        return sheaf_fail(err, SHEAF_IO,
                          "the transcript of round %" PRIu32 " is for its participants and "
                          "auditors: name "
                          "your home with --home, or a file that has it with --transcript",
                          round->id);
    return not_at_hand(source, &why, err);
}

static sheaf_status add_up(sheaf_round_source *source, const char *file, evidence *e,
                           sheaf_err *err)
{
    const struct sheaf_row_round *round = source->round;
    SHEAF_TRY(closed_check(round, err));
    SHEAF_TRY(get_transcript(source, file, &e->transcript, err));
    if (!sheaf_hash_is_zero(&round->base))
        SHEAF_TRY(sheaf_round_source_blob(source, &round->base, SHEAF_MODEL_BYTES_MAX, &e->base,
                                          err));
    const sheaf_round_evidence all = {.transcript = sheaf_buffer_slice(&e->transcript),
                                      .base = sheaf_buffer_slice(&e->base),
                                      .vectors = sheaf_round_source_vectors(source)};
    return sheaf_round_recompute(source->state, round, &source->manifest, &all, &e->result,
                                 err);
}

static int print_json(const sheaf_round_source *source, const evidence *e, sheaf_status status,
                      const sheaf_err *err)
{
    sheaf_buffer out;
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_round_source_put(source, status == SHEAF_OK ? NULL : err->message, NULL, &w);
    sheaf_json_member_put_bool(&w, "sound", status == SHEAF_OK);
    sheaf_json_member_put_int(&w, "transcript_bytes", (int64_t)e->transcript.len);
    int code = sheaf_print_end(&out, &w);
    return status == SHEAF_OK ? code : SHEAF_EXIT_FAULT;
}

static int run_verify(const sheaf_arguments *a)
{
    sheaf_round_source source;
    sheaf_err err = {0};
    evidence e;
    int code = SHEAF_EXIT_DONE;
    if (!open_source(&sheaf_command_round_verify, a, &source, &code))
        return code;
    sheaf_buffer_init(&e.transcript, 0);
    sheaf_buffer_init(&e.base, 0);
    sheaf_buffer_init(&e.result, SHEAF_MODEL_BYTES_MAX);
    sheaf_status status = add_up(&source, a->value[TRANSCRIPT], &e, &err);
    if (a->json && (status == SHEAF_OK || status == SHEAF_FAULT)) {
        code = print_json(&source, &e, status, &err);
    } else if (status != SHEAF_OK) {
        code = sheaf_report(a, &err);
    } else {
        printf("Sound: the result of round %" PRIu32
               " is what its transcript of %zu bytes adds up to.\n",
               source.round->id, e.transcript.len);
        if (source.round->state == SHEAF_round_state_aborted)
            printf("All the same it was taken back: %s.\n", abort_text(source.round->reason));
        sheaf_round_source_print(&source);
    }
    sheaf_buffer_deinit(&e.result);
    sheaf_buffer_deinit(&e.base);
    sheaf_buffer_deinit(&e.transcript);
    sheaf_round_source_close(&source);
    return code;
}

const sheaf_command sheaf_command_round_show = {
    .name = "round show",
    .arguments = "N [DIR|URL]",
    .summary = "what a round is: task, participants, form of the sum, noise",
    .detail =
        "N is the entry that opened the round. DIR is a folder with log/, such as a hub's;\n"
        "URL a hub; without either it is the hub of your home.",
    .options = {{"home", "DIR", "your home folder"},
                {"ca", "FILE", "certificates to trust, in PEM"}},
    .arguments_min = 1,
    .arguments_max = 2,
    .many = -1,
    .run = run_show,
};

const sheaf_command sheaf_command_round_verify = {
    .name = "round verify",
    .arguments = "N [DIR|URL]",
    .summary = "add the sum of a closed round up again from its transcript",
    .detail =
        "Replays the log, checks every signature, commitment and revealed secret in the\n"
        "transcript, adds the masked vectors, makes the result in integers and compares its\n"
        "hash and figures with the log. DIR is a folder with log/ and blobs/, such as a hub's\n"
        "or a backup; URL a hub, of which participants and auditors get transcripts, with a\n"
        "key of their home; without either it is the hub of your home. A round that was taken\n"
        "back because too few attested it can be added up as well. Exit code 0: it follows.\n"
        "3: what does not follow is named. 1: the transcript is not at hand.",
    .options = {{"home", "DIR", "your home folder, whose key asks for the transcript"},
                {"ca", "FILE", "certificates to trust, in PEM"},
                {"transcript", "FILE", "take the transcript from this file"}},
    .arguments_min = 1,
    .arguments_max = 2,
    .many = -1,
    .run = run_verify,
};
