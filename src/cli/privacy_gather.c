/* What the privacy report says; see privacy_report.h. */
#include "cli/privacy_report.h"

#include "claims/folder.h"
#include "coop/view.h"
#include "store/clock.h"
#include "store/retention.h"
#include "store/values.h"

#include <stdio.h>
#include <stdlib.h>

const sheaf_privacy_setting sheaf_privacy_settings[] = {
    {"accounting_years", "years for which records of money are kept (10)"},
    {"authority", "the supervisory authority"},
    {"contact", "where the co-op is reached: postal address, electronic mail"},
    {"data_officer", "the data protection officer, if there is one"},
    {"hosting", "where the hub's machine stands, and who runs it"},
    {"representative", "who acts for the co-op"},
    {NULL, NULL},
};

const char *const sheaf_privacy_kinds[] = {"breach", "processing", "processor", NULL};

/* What every co-op of this program does with personal data. */
static const struct {
    const char *data, *ground, *name, *purpose, *recipients, *retention, *subjects;
} activities[] = {
    {"name, address, contact, bank account; class, times of joining and leaving",
     "GDPR Art. 6(1)(b) membership and (c) the law on the register of members",
     "Register of members", "admission, the register, invitations, paying out shares",
     "names: those who may read the area members; the rest: the member and the operator",
     "while a member; then until erasure is asked for, unless a ground below keeps it",
     "applicants and members"},
    {"number of the member, votes, motions with title and reason", "GDPR Art. 6(1)(b) and (f)",
     "Decisions", "motions, votes and mandates under the bylaws",
     "those who may read the areas decisions and ballots",
     "acts for good, by number only; titles and reasons until erased", "members"},
    {"revenue, uses, surplus by member; name of the customer",
     "GDPR Art. 6(1)(b) and (c) the law on bookkeeping", "Accounts",
     "revenue, surplus, members' accounts",
     "amounts: those who may read the area ledger; customers' names: members",
     "as the law on bookkeeping demands, see below", "members, customers"},
    {"data sheets, consents, masked sums; the data itself never leaves the member",
     "consent of the member on the log; towards the people in the data the ground that each "
     "member states for its own data set",
     "Training of models", "models that the members own",
     "other members: sums only; the hub: masked vectors, none of which can be read alone",
     "data sheets and consents for good; masked vectors as long as the rounds' transcripts",
     "the people in the members' data sets"},
    {"public keys, times of acts", "GDPR Art. 6(1)(f): a log that cannot be forged",
     "Operation of the hub", "entering acts, serving the log, finding faults",
     "the operator; everyone, as far as the log is public", "acts for good",
     "members, visitors"},
};

typedef struct {
    const char *dir;
    sheaf_folder folder;
    sheaf_values values;
    const struct sheaf_bylaws *bylaws;
    sheaf_arena arena;
    sheaf_buffer entry, scratch;
    sheaf_json_writer w;
} gathering;

static void put(gathering *g, const char *name, const char *value)
{
    sheaf_json_member_put_string(&g->w, name, sheaf_str(value));
}

/* ---- from the bylaws and the log ---- */

static void put_activities(gathering *g)
{
    sheaf_json_open_list(&g->w);
    for (size_t i = 0; i < sizeof activities / sizeof *activities; i++) {
        sheaf_json_open_object(&g->w);
        put(g, "data", activities[i].data);
        put(g, "ground", activities[i].ground);
        put(g, "name", activities[i].name);
        put(g, "purpose", activities[i].purpose);
        put(g, "recipients", activities[i].recipients);
        put(g, "retention", activities[i].retention);
        put(g, "subjects", activities[i].subjects);
        sheaf_json_close(&g->w);
    }
    sheaf_json_close(&g->w);
}

static uint32_t count_members(const sheaf_state *state, uint8_t standing)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sheaf_member_count(state); i++)
        count += sheaf_member_at(state, i)->state == standing;
    return count;
}

static void put_coop(gathering *g)
{
    const sheaf_state *state = &g->folder.replay.state;
    sheaf_json_open_object(&g->w);
    sheaf_json_member_put_int(&g->w, "applicants",
                              count_members(state, SHEAF_member_state_applied));
    sheaf_json_member_put_int(&g->w, "entries", (int64_t)g->folder.entries);
    const sheaf_field *form =
        sheaf_shape_field(sheaf_record_shape("purpose_article"), sheaf_str("form"));
    put(g, "form", form->choices[g->bylaws->purpose.form]);
    sheaf_json_member_put_int(&g->w, "left", count_members(state, SHEAF_member_state_left));
    sheaf_json_member_put_int(&g->w, "members",
                              count_members(state, SHEAF_member_state_active));
    sheaf_json_member_put_string(&g->w, "name", g->bylaws->purpose.name);
    sheaf_json_member_put_string(&g->w, "origin", SHEAF_WORDS(sheaf_coop(state)->origin));
    sheaf_json_member_put_string(&g->w, "purpose", g->bylaws->purpose.text);
    sheaf_json_close(&g->w);
}

static const char *reader(uint8_t visibility)
{
    return visibility == SHEAF_visibility_public ? "everyone" : "members";
}

static void put_visibility(gathering *g)
{
    const struct sheaf_visibility_article *v = &g->bylaws->visibility;
    sheaf_json_open_object(&g->w);
    put(g, "ballots", reader(v->ballots));
    put(g, "data", reader(v->data));
    put(g, "decisions", reader(v->decisions));
    put(g, "ledger", reader(v->ledger));
    put(g, "members", reader(v->members));
    sheaf_json_close(&g->w);
}

static sheaf_status put_title(gathering *g, const sheaf_hash *commitment)
{
    uint8_t salt[SHEAF_SALT_BYTES];
    bool here =
        sheaf_text_get(&g->values.texts, commitment, salt, &g->scratch, NULL) == SHEAF_OK;
    sheaf_json_member_put_string(&g->w, "title",
                                 here ? sheaf_buffer_slice(&g->scratch) : sheaf_str(""));
    return SHEAF_OK;
}

static sheaf_status put_datasets(gathering *g, bool *people, bool *care)
{
    static const char *const subjects[] = {"customers of the member", "nobody", "patients",
                                           "people in published material"};
    const sheaf_state *state = &g->folder.replay.state;
    sheaf_json_open_list(&g->w);
    for (uint32_t i = 0; i < sheaf_dataset_count(state); i++) {
        const struct sheaf_row_dataset *d = sheaf_dataset_at(state, i);
        *people |= d->subjects != SHEAF_subject_kind_none;
        *care |= d->subjects == SHEAF_subject_kind_patients;
        sheaf_json_open_object(&g->w);
        sheaf_json_member_put_int(&g->w, "controller", d->member);
        sheaf_json_member_put_int(&g->w, "entry", d->id);
        sheaf_json_member_put_string(&g->w, "layout", SHEAF_WORDS(d->schema));
        sheaf_json_member_put_string(&g->w, "licence", SHEAF_WORDS(d->licence));
        sheaf_json_member_put_int(&g->w, "records", d->records);
        put(g, "subjects", subjects[d->subjects]);
        SHEAF_TRY(put_title(g, &d->title));
        sheaf_json_member_put_bool(&g->w, "withdrawn", d->retired != SHEAF_NONE);
        sheaf_json_close(&g->w);
    }
    sheaf_json_close(&g->w);
    return SHEAF_OK;
}

/* ---- from the private database ---- */

static sheaf_status put_settings(gathering *g, sheaf_err *err)
{
    sheaf_json_open_object(&g->w);
    for (const sheaf_privacy_setting *s = sheaf_privacy_settings; s->name; s++) {
        SHEAF_TRY(sheaf_private_setting(g->values.private, s->name, &g->scratch, err));
        sheaf_json_member_put_string(&g->w, s->name, sheaf_buffer_slice(&g->scratch));
    }
    sheaf_json_close(&g->w);
    return SHEAF_OK;
}

static sheaf_status put_line(void *context, const sheaf_register_line *line, sheaf_err *err)
{
    gathering *g = context;
    (void)err;
    sheaf_json_open_object(&g->w);
    sheaf_json_member_put_int(&g->w, "at", line->at);
    sheaf_json_member_put_int(&g->w, "reported", line->reported);
    sheaf_json_member_put_string(&g->w, "text", line->words);
    sheaf_json_member_put_string(&g->w, "title", line->title);
    sheaf_json_close(&g->w);
    return SHEAF_OK;
}

static sheaf_status put_lines(gathering *g, const char *member, const char *kind,
                              sheaf_err *err)
{
    sheaf_json_key(&g->w, member);
    sheaf_json_open_list(&g->w);
    SHEAF_TRY(sheaf_private_notes(g->values.private, kind, put_line, g, err));
    sheaf_json_close(&g->w);
    return SHEAF_OK;
}

static sheaf_status put_erasures(gathering *g, sheaf_err *err)
{
    sheaf_erasures list = {0};
    sheaf_status status = sheaf_private_erasures(g->values.private, &list, err);
    sheaf_json_open_list(&g->w);
    for (uint32_t i = 0; i < list.count; i++) {
        sheaf_json_open_object(&g->w);
        sheaf_json_member_put_int(&g->w, "at", list.items[i].at);
        sheaf_json_member_put_int(&g->w, "person", list.items[i].person);
        sheaf_json_close(&g->w);
    }
    sheaf_json_close(&g->w);
    sheaf_erasures_deinit(&list);
    return status;
}

static void put_retention(gathering *g)
{
    sheaf_json_open_list(&g->w);
    for (int i = 0; i < SHEAF_KEEP_COUNT; i++) {
        const sheaf_keep_text *text = sheaf_keep_describe((sheaf_keep)i);
        sheaf_json_open_object(&g->w);
        put(g, "ground", text->name);
        put(g, "rests_on", text->rests_on);
        put(g, "sentence", text->sentence);
        sheaf_json_close(&g->w);
    }
    sheaf_json_close(&g->w);
}

/* ---- the draft of the impact assessment ---- */

static void put_answer(gathering *g, const char *question, const char *answer)
{
    sheaf_json_open_object(&g->w);
    put(g, "answer", answer);
    put(g, "question", question);
    sheaf_json_close(&g->w);
}

static void put_assessment(gathering *g, bool people, bool care)
{
    char text[400];
    const struct sheaf_privacy_article *rules = &g->bylaws->privacy;
    sheaf_json_open_list(&g->w);
    put_answer(g, "Is an assessment due (GDPR Art. 35)?",
               care ? "Probably: data about health is used on a larger scale (Art. 35(3)(b))."
               : people ? "To be judged: data about people is used to train models."
                        : "Probably not: no data set on the log holds data about people.");
    snprintf(
        text, sizeof text,
        "Sums of at least %lld members' vectors, masked so that the hub sees none of them; "
        "at most %lld rounds a mandate; only under a mandate that the members adopted and "
        "with the live consent of each data set's member.",
        (long long)rules->cohort_min, (long long)rules->rounds_max);
    put_answer(g, "What is done with the data sets (Art. 35(7)(a))?", text);
    put_answer(g, "Is it necessary and proportionate (b)?",
               "The data stays with its member, who can withdraw it at any time; what a model "
               "needs leaves as a sum only. To be completed for each purpose.");
    put_answer(g, "What could happen to people (c)?",
               rules->exact_sums
                   ? "The bylaws let a mandate disclose exact sums. Whoever knows all other "
                     "members' contributions, or compares two sums of nearly the same data, "
                     "learns about the rest."
                   : "The bylaws forbid exact sums. What remains: a model that remembers, and "
                     "members who act together.");
    put_answer(g, "What is done against it (d)?",
               "Secure aggregation; a smallest cohort; every round and release on a log that "
               "members check, and witnesses where the bylaws name them; identity kept apart, "
               "sealed by person, erased on request.");
    sheaf_json_close(&g->w);
}

/* ---- all of it, its members in order ---- */

static sheaf_status write_report(gathering *g, sheaf_err *err)
{
    bool people = false, care = false;
    sheaf_buffer sheets;
    sheaf_json_writer report = sheaf_json_begin(g->w.out);
    sheaf_buffer_init(&sheets, g->w.out->max);
    g->w = sheaf_json_begin(&sheets); /* first, for the assessment looks at them */
    sheaf_status status = put_datasets(g, &people, &care);
    g->w = report;
    sheaf_json_open_object(&g->w);
    sheaf_json_key(&g->w, "activities");
    put_activities(g);
    sheaf_json_key(&g->w, "assessment");
    put_assessment(g, people, care);
    if (status == SHEAF_OK)
        status = put_lines(g, "breaches", "breach", err);
    sheaf_json_key(&g->w, "coop");
    put_coop(g);
    sheaf_json_key(&g->w, "datasets");
    sheaf_json_raw(&g->w, sheaf_buffer_slice(&sheets));
    sheaf_json_member_put_bool(&g->w, "draft", true);
    sheaf_json_key(&g->w, "erasures");
    if (status == SHEAF_OK)
        status = put_erasures(g, err);
    if (status == SHEAF_OK)
        status = put_lines(g, "further_activities", "processing", err);
    if (status == SHEAF_OK)
        status = put_lines(g, "processors", "processor", err);
    if (status == SHEAF_OK)
        status = put_lines(g, "restores", "restore", err);
    sheaf_json_key(&g->w, "retention");
    put_retention(g);
    sheaf_json_key(&g->w, "settings");
    if (status == SHEAF_OK)
        status = put_settings(g, err);
    sheaf_json_member_put_int(&g->w, "time", sheaf_clock_ms());
    sheaf_json_member_put_int(&g->w, "version", 1);
    sheaf_json_key(&g->w, "visibility");
    put_visibility(g);
    sheaf_json_close(&g->w);
    sheaf_buffer_deinit(&sheets);
    return status == SHEAF_OK ? sheaf_buffer_check(g->w.out, "the report", err) : status;
}

static sheaf_status gather(gathering *g, sheaf_err *err)
{
    SHEAF_TRY(sheaf_values_look(&g->values, g->dir, err));
    if (!g->values.private)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s holds no private.db: the report is made in the hub's own folder",
                          g->dir);
    SHEAF_TRY(sheaf_folder_bylaws(&g->folder, &g->arena, &g->entry, &g->bylaws, err));
    return write_report(g, err);
}

sheaf_status sheaf_privacy_gather(const char *dir, sheaf_buffer *out, sheaf_err *err)
{
    void *block = malloc(SHEAF_ACT_ARENA_BYTES);
    if (!block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the report");
    gathering g = {.dir = dir, .arena = sheaf_arena_over(block, SHEAF_ACT_ARENA_BYTES)};
    g.w.out = out;
    sheaf_buffer_init(&g.entry, SHEAF_ENTRY_MAX);
    sheaf_buffer_init(&g.scratch, SHEAF_TEXT_BYTES_MAX);
    sheaf_status status = sheaf_folder_open(&g.folder, dir, NULL, NULL, err);
    if (status == SHEAF_OK) {
        status = gather(&g, err);
        sheaf_folder_close(&g.folder);
    }
    sheaf_values_close(&g.values);
    sheaf_buffer_deinit(&g.entry);
    sheaf_buffer_deinit(&g.scratch);
    free(block);
    return status;
}
