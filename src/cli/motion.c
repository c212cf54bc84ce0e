/* cli/motion.c - `sheaf motion show N`. */
#include "cli/motion.h"

#include "cli/arguments_show.h"
#include "cli/ceiling_words.h"
#include "cli/bylaws_words.h"
#include "cli/document.h"
#include "cli/source_text.h"
#include "cli/teller_words.h"
#include "coop/refusal_detail.h"
#include "coop/view.h"
#include "store/clock.h"

#include <stdio.h>
#include <stdlib.h>

/* In the order of the command's options. */
enum { HOME, CA };

/* Left empty where it is not at hand. */
static void get_text(const sheaf_round_source *source, const sheaf_hash *commitment,
                     sheaf_buffer *out)
{
    sheaf_buffer_init(out, SHEAF_TEXT_BYTES_MAX);
    if (!sheaf_hash_is_zero(commitment) && !sheaf_source_text(source, commitment, out))
        sheaf_buffer_reset(out);
}

/* ---- output as data ---- */

static void put_text(sheaf_json_writer *w, const char *name, const sheaf_buffer *text)
{
    sheaf_json_key(w, name);
    if (text->len)
        sheaf_json_string(w, sheaf_buffer_slice(text));
    else
        sheaf_json_null(w);
}

/* Null where they are not counted apart. */
static void put_settled(sheaf_json_writer *w, const sheaf_settled_standing *s)
{
    if (!s->counted) {
        sheaf_json_null(w);
        return;
    }
    sheaf_json_open_object(w);
    sheaf_json_member_put_int(w, "abstain", s->abstain);
    sheaf_json_member_put_bool(w, "carried", s->carried);
    sheaf_json_member_put_int(w, "no", s->no);
    sheaf_json_member_put_int(w, "overruled", s->overruled);
    sheaf_json_member_put_int(w, "removed", s->removed);
    sheaf_json_member_put_int(w, "yes", s->yes);
    sheaf_json_close(w);
}

static void put_standing(sheaf_json_writer *w, const sheaf_standing *s)
{
    sheaf_json_key(w, "standing");
    sheaf_json_open_object(w);
    sheaf_json_member_put_int(w, "base_units", (int64_t)s->base);
    sheaf_json_member_put_bool(w, "carried", s->carried);
    sheaf_json_member_put_bool(w, "majority", s->majority);
    sheaf_json_member_put_int(w, "needed", s->needed);
    sheaf_json_member_put_int(w, "needed_apart", s->needed_apart);
    sheaf_json_member_put_bool(w, "quorate", s->quorate);
    sheaf_json_key(w, "settled");
    put_settled(w, &s->settled);
    sheaf_json_member_put_int(w, "turnout", s->turnout);
    sheaf_json_member_put_int(w, "turnout_apart", s->turnout_apart);
    sheaf_json_member_put_int(w, "voices", s->voices);
    sheaf_json_member_put_int(w, "yes_units", (int64_t)s->yes);
    sheaf_json_close(w);
}

/* Of a motion that is adopted and void, or would be: why. */
static void put_void(sheaf_json_writer *w, const sheaf_motion_report *r)
{
    sheaf_refusal_detail why;
    const struct sheaf_row_motion *after = &r->closing.after;
    const sheaf_refusal_text *text = sheaf_refusal_describe(after->refusal);
    if (after->state != SHEAF_motion_state_void || !text)
        return;
    sheaf_refusal_of_effect(text->number, r->effect, &why);
    sheaf_json_key(w, "void");
    sheaf_json_open_object(w);
    sheaf_json_member_put_string(w, "article",
                                 sheaf_str(sheaf_article_describe(why.article)->key));
    sheaf_json_member_put_int(w, "code", text->number);
    sheaf_json_member_put_string(w, "finding", sheaf_str(why.words));
    sheaf_json_member_put_string(w, "sentence", sheaf_str(text->sentence));
    sheaf_json_close(w);
}

static int print_json(const sheaf_motion_report *r)
{
    sheaf_buffer out, effect;
    sheaf_article articles[SHEAF_ARTICLE_COUNT];
    size_t count = 0;
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_buffer_init(&effect, SHEAF_ENTRY_MAX);
    (void)sheaf_motion_articles(r, articles, &count);
    sheaf_arguments_put(r->source, r->motion->id, &w);
    sheaf_json_key(&w, "articles");
    sheaf_json_open_list(&w);
    for (size_t i = 0; i < count; i++)
        sheaf_json_int(&w, articles[i]);
    sheaf_json_close(&w);
    sheaf_json_member_put_int(&w, "begins", r->motion->begins);
    const sheaf_motion_votes votes = sheaf_motion_counted(r->state, r->motion);
    sheaf_ceilings_put(r->state, r->motion->bylaws, &votes.ceilings, &w);
    sheaf_json_key(&w, "changes");
    if (r->changes_json.len)
        sheaf_json_raw(&w, sheaf_buffer_slice(&r->changes_json));
    else
        sheaf_json_null(&w);
    sheaf_json_member_put_int(&w, "conflicted", sheaf_conflicts(r->state, r->motion->id));
    sheaf_json_key(&w, "effect");
    if (r->effect) {
        sheaf_effect_encode(&effect, r->effect);
        sheaf_json_raw(&w, sheaf_buffer_slice(&effect));
    } else {
        sheaf_json_null(&w);
    }
    sheaf_json_key(&w, "motion");
    sheaf_json_open_object(&w);
    sheaf_row_write(sheaf_table_describe(SHEAF_TABLE_motion), r->motion, SHEAF_NONE, &w);
    sheaf_json_close(&w);
    put_text(&w, "reason", &r->reason);
    sheaf_json_key(&w, "rule");
    sheaf_json_open_object(&w);
    sheaf_row_write(sheaf_table_describe(SHEAF_TABLE_decision), r->rule, SHEAF_NONE, &w);
    sheaf_json_close(&w);
    sheaf_sheets_put(r->state, r->motion->id, &w);
    put_standing(&w, &r->standing);
    sheaf_json_member_put_string(&w, "then", sheaf_str(r->closing.then));
    put_text(&w, "title", &r->title);
    sheaf_json_member_put_int(&w, "uncounted", sheaf_motion_uncounted(r));
    put_void(&w, r);
    sheaf_buffer_deinit(&effect);
    return sheaf_print_end(&out, &w);
}

/* ---- gathering ---- */

/* In the words of `bylaws diff`, and as data. */
static sheaf_status put_changes(sheaf_motion_report *r, const struct sheaf_bylaws *before,
                                const struct sheaf_bylaws *after, sheaf_err *err)
{
    sheaf_language language;
    sheaf_amendment sort;
    sheaf_json_writer w = sheaf_json_begin(&r->changes_json);
    sheaf_status status = sheaf_language_open(&language, NULL, NULL, err);
    if (status == SHEAF_OK)
        status = sheaf_bylaws_put_changes(&r->changes, NULL, before, after, &language.messages,
                                          &sort, err);
    sheaf_json_open_list(&w);
    if (status == SHEAF_OK)
        status = sheaf_bylaws_put_changes(&r->changes_json, &w, before, after,
                                          &language.messages, &sort, err);
    sheaf_json_close(&w);
    sheaf_language_free(&language);
    return status;
}

/* Against the version that the amendment was written for. */
static void read_changes(const sheaf_log_store *log, sheaf_motion_report *r)
{
    const struct sheaf_bylaws_amend *what = r->effect->what;
    const struct sheaf_bylaws *before;
    sheaf_buffer bytes;
    sheaf_err why;
    void *block = malloc(SHEAF_ACT_ARENA_BYTES);
    sheaf_arena arena = sheaf_arena_over(block, block ? SHEAF_ACT_ARENA_BYTES : 0);
    sheaf_buffer_init(&bytes, SHEAF_ENTRY_MAX);
    sheaf_buffer_init(&r->changes, SHEAF_MESSAGES_BYTES_MAX);
    sheaf_buffer_init(&r->changes_json, SHEAF_MESSAGES_BYTES_MAX);
    if (sheaf_log_bylaws(log, what->base, &arena, &bytes, &before, &why) != SHEAF_OK
        || put_changes(r, before, &what->text, &why) != SHEAF_OK) {
        sheaf_buffer_reset(&r->changes);
        sheaf_buffer_reset(&r->changes_json);
    }
    sheaf_buffer_deinit(&bytes);
    free(block);
}

/* The entry that opened the motion: its effect is kept in the state only while it is open. */
static sheaf_status read_effect(const sheaf_round_source *source, sheaf_arena *arena,
                                sheaf_buffer *bytes, sheaf_motion_report *r, sheaf_err *err)
{
    sheaf_log_store *log;
    sheaf_entry entry;
    SHEAF_TRY(sheaf_round_source_log(source, &log, err));
    sheaf_status status = sheaf_log_store_entry(log, r->motion->id, bytes, err);
    if (status == SHEAF_OK)
        status =
            sheaf_entry_decode(sheaf_buffer_slice(bytes), SHEAF_REVISION, arena, &entry, err);
    if (status == SHEAF_OK)
        r->effect = ((const struct sheaf_motion_open *)entry.act->what)->effect;
    if (status == SHEAF_OK && r->effect->kind == SHEAF_KIND_bylaws_amend)
        read_changes(log, r);
    sheaf_round_source_log_close(source, log);
    SHEAF_TRY(status);
    uint8_t sort;
    if (!sheaf_effect_sort(r->state, r->effect, &sort))
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a motion");
    if (r->motion->state == SHEAF_motion_state_open)
        r->raised = sheaf_motion_rule_now(r->state, r->motion, sort);
    if (r->raised)
        r->raised_standing = sheaf_motion_standing(r->state, r->motion, r->raised);
    return SHEAF_OK;
}

static sheaf_status report(const sheaf_arguments *a, const sheaf_round_source *source,
                           uint32_t number, int *code, sheaf_err *err)
{
    const sheaf_state *state = source->state;
    sheaf_motion_report r = {.source = source,
                             .state = state,
                             .motion = sheaf_motion_find(state, number),
                             .now = sheaf_clock_ms()};
    if (!r.motion)
        return sheaf_fail(err, SHEAF_INVALID, "entry %u opened no motion; see sheaf log show",
                          number);
    const int64_t closes = r.motion->closes > r.now ? r.motion->closes : r.now;
    SHEAF_TRY(sheaf_round_source_closing(source, number, closes, &r.closing, err));
    const sheaf_mark mark = sheaf_round_source_preview(source, number);
    r.rule = sheaf_motion_rule(state, r.motion);
    r.standing = sheaf_motion_standing(state, r.motion, r.rule);
    void *block = malloc(SHEAF_ACT_ARENA_BYTES);
    sheaf_arena arena = sheaf_arena_over(block, block ? SHEAF_ACT_ARENA_BYTES : 0);
    sheaf_buffer bytes;
    sheaf_buffer_init(&bytes, SHEAF_ENTRY_MAX);
    sheaf_status status =
        block ? SHEAF_OK : sheaf_fail(err, SHEAF_NOMEM, "no memory for a motion");
    if (status == SHEAF_OK && r.motion->effect != SHEAF_KIND_none)
        status = read_effect(source, &arena, &bytes, &r, err);
    if (status == SHEAF_OK) {
        get_text(source, &r.motion->title, &r.title);
        get_text(source, &r.motion->reason, &r.reason);
        *code = SHEAF_EXIT_DONE;
        if (a->json)
            *code = print_json(&r);
        else
            sheaf_motion_print(&r);
        sheaf_buffer_deinit(&r.title);
        sheaf_buffer_deinit(&r.reason);
    }
    sheaf_buffer_deinit(&r.changes);
    sheaf_buffer_deinit(&r.changes_json);
    sheaf_buffer_deinit(&bytes);
    free(block);
    sheaf_round_source_roll_back(source, mark);
    return status;
}

static int run_show(const sheaf_arguments *a)
{
    sheaf_round_source source;
    sheaf_err err;
    long long number;
    int code = SHEAF_EXIT_FAILED;
    if (!sheaf_number(a->argument[0], 0, SHEAF_REF_MAX, &number))
        return sheaf_usage(&sheaf_command_motion_show,
                           "a motion is the number of the entry that opened it, not “%.40s”",
                           a->argument[0]);
    if (sheaf_round_source_open(&source, a->argument_count > 1 ? a->argument[1] : NULL,
                                a->value[HOME], a->value[CA], SHEAF_NONE, &err)
        != SHEAF_OK)
        return sheaf_report(a, &err);
    if (report(a, &source, (uint32_t)number, &code, &err) != SHEAF_OK)
        code = sheaf_report(a, &err);
    sheaf_round_source_close(&source);
    return code;
}

const sheaf_command sheaf_command_motion_show = {
    .name = "motion show",
    .arguments = "N [DIR|URL]",
    .summary = "what a motion says and does, who votes, how it stands, and what happens then",
    .detail =
        "N is the entry that opened the motion. DIR is a folder with log/, such as a "
        "hub's;\n"
        "URL a hub; without either it is the hub of your home. All but the texts follows\n"
        "from a replay of the log.",
    .options = {{"home", "DIR", "your home folder"},
                {"ca", "FILE", "certificates to trust, in PEM"}},
    .arguments_min = 1,
    .arguments_max = 2,
    .many = -1,
    .run = run_show,
};
