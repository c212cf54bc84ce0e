/* The documents to start from: sound, with sources, and with the rules that their names
 * promise; and what the check finds when a rule is broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model_text.h"

#include "base/json.h"
#include "bylaws/sources.h"

static void test_models_are_sound(void **unused)
{
    (void)unused;
    const sheaf_bylaws_model *m;
    size_t count = 0;
    for (; (m = sheaf_bylaws_model_at(count)); count++) {
        filled(m->text);
        sheaf_bylaws_finding finding = check();
        if (finding.fault != SHEAF_BYLAWS_SOUND)
            fail_msg("%s: %d at %s", m->name, (int)finding.fault, finding.path);
        assert_true(strlen(m->words) > 10);
    }
    assert_int_equal(count, 7);
}

/* ---- values by path ---- */

static const sheaf_json *step(const sheaf_json *value, char *part)
{
    char *bracket = strchr(part, '[');
    unsigned place = 0;
    if (bracket)
        *bracket = 0, place = (unsigned)atoi(bracket + 1);
    value = sheaf_json_member(value, part);
    if (!bracket || !value)
        return value;
    value = value->first;
    while (value && place--)
        value = value->next;
    return value;
}

static const sheaf_json *value_at(const sheaf_json *root, const char *path)
{
    char copy[100], *save = NULL;
    snprintf(copy, sizeof copy, "%s", path);
    for (char *part = strtok_r(copy, ".", &save); part && root;
         part = strtok_r(NULL, ".", &save))
        root = step(root, part);
    return root;
}

typedef struct {
    const char *path, *words; /* words: a choice; else the number or yes */
    int64_t number;
} want;

static void check_values(const char *name, const want *rows, size_t count)
{
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_json *root;
    sheaf_err err;
    assert_int_equal(sheaf_json_parse(sheaf_str(model(name)->text), &arena, &root, &err),
                     SHEAF_OK);
    for (size_t i = 0; i < count; i++) {
        const sheaf_json *value = value_at(root, rows[i].path);
        bool same =
            value
            && (rows[i].words ? value->type == SHEAF_JSON_STRING
                                    && sheaf_slice_is(value->string, rows[i].words)
                : value->type == SHEAF_JSON_BOOL
                    ? value->boolean == rows[i].number
                    : value->type == SHEAF_JSON_INT && value->integer == rows[i].number);
        if (!same)
            fail_msg("%s: %s is something else", name, rows[i].path);
    }
}

#define CHECK_VALUES(name, rows) check_values(name, rows, sizeof(rows) / sizeof *(rows))

static void test_coop3(void **unused)
{
    (void)unused;
    static const want rows[] = {
        {"members.classes[0].votes", NULL, 1},
        {"members.classes[0].role", "worker", 0},
        {"members.classes[1].votes", NULL, 1},
        {"members.classes[2].votes", NULL, 1},
        {"members.protected", NULL, true},
        {"shares.price_cents", NULL, 5000},
        {"shares.max_count", NULL, 100},
        {"shares.protected", NULL, true},
        {"amendment.rule.majority", "nine_tenths", 0},
        {"amendment.rule.base", "for_and_against", 0},
        {"amendment.protected", NULL, true},
        {"petitions.members_bp", NULL, 1000},
        {"accountability.protected", NULL, true},
        {"pay.ratio_percent", NULL, 300},
        {"pay.bonuses", NULL, false},
        {"organs.list[0].kind", "board", 0},
        {"organs.list[0].electorate", NULL, 0},
        {"surplus.data_bp", NULL, 5000},
        {"surplus.members_bp", NULL, 3000},
        {"surplus.reserve_bp", NULL, 2000},
        {"surplus.protected", NULL, true},
        {"treasury.signatures", NULL, 2},
        {"advice.answer_s", NULL, 259200},
        {"override.members", NULL, 2},
        {"override.members_bp", NULL, 1000},
        {"deployment.lesson", NULL, true},
    };
    CHECK_VALUES("coop3", rows);
}

static void test_sce(void **unused)
{
    (void)unused;
    static const want rows[] = {
        {"purpose.form", "sce", 0},
        {"shares.capital_min_cents", NULL, 3000000},
        {"shares.repay_from_s", NULL, 183 * 86400},
        {"shares.repay_until_s", NULL, 3 * 365 * 86400},
        {"decisions.ordinary.majority", "simple", 0},
        {"decisions.qualified.majority", "two_thirds", 0},
        {"decisions.qualified.quorum_bp", NULL, 5000},
        {"decisions.qualified.second.quorum_bp", NULL, 0},
        {"amendment.rule.majority", "two_thirds", 0},
        {"amendment.rule.quorum_bp", NULL, 5000},
        {"amendment.rule.second.quorum_bp", NULL, 0},
        {"amendment.registration", NULL, true},
        {"petitions.members_bp", NULL, 1000},
        {"petitions.members_max", NULL, 5000},
        {"surplus.reserve_until_cents", NULL, 3000000},
        {"members.classes[2].role", "investor", 0},
        {"members.classes[2].ceiling_bp", NULL, 2500},
        {"dissolution.reserve", "another_cooperative", 0},
        {"proxies.cap", NULL, 2},
    };
    CHECK_VALUES("sce", rows);
}

typedef char source_path[100];

static void check_source(const char *model, const sheaf_json *article, const char *path)
{
    const sheaf_json *sources = sheaf_json_member(article, "sources"), *note;
    for (note = sources ? sources->first : NULL; note; note = note->next)
        if (sheaf_slice_equal(sheaf_json_member_string(note, "of"), sheaf_str(path)))
            return;
    fail_msg("%s: %.*s.%s has no source", model, SHEAF_PRINT(article->name), path);
}

/* Of the numbers at `path` in the article; lists are passed through, and what lies below is put
 * into `below`, with the paths that lead there, and counted. */
static size_t check_sources_at(const char *model, const sheaf_json *article,
                               const sheaf_json *at, const char *path,
                               const sheaf_json *below[], source_path paths[], size_t count)
{
    for (const sheaf_json *m = at->first; m; m = m->next) {
        const bool item = at->type == SHEAF_JSON_LIST;
        source_path own;
        const int len = snprintf(own, sizeof own, "%s%s%.*s", path, *path && !item ? "." : "",
                                 item ? 0 : (int)m->name.len, (const char *)m->name.data);
        assert_in_range(len, 0, sizeof own - 1);
        if (m->type == SHEAF_JSON_INT) {
            check_source(model, article, own);
        } else if (m->first && strcmp(own, "sources") != 0) {
            memcpy(paths[count], own, sizeof own);
            below[count++] = m;
        }
    }
    return count;
}

/* Each number of a model says where it comes from. */
static void test_sources(void **unused)
{
    (void)unused;
    const sheaf_bylaws_model *model;
    for (size_t i = 0; (model = sheaf_bylaws_model_at(i)); i++) {
        sheaf_arena arena = sheaf_arena_over(block, sizeof block);
        sheaf_json *root;
        sheaf_err err;
        assert_int_equal(sheaf_json_parse(sheaf_str(model->text), &arena, &root, &err),
                         SHEAF_OK);
        for (const sheaf_json *a = root->first; a; a = a->next) {
            static source_path paths[100];
            const sheaf_json *below[100] = {a};
            size_t count = 1;
            paths[0][0] = '\0';
            for (size_t n = 0; n < count; n++)
                count =
                    check_sources_at(model->name, a, below[n], paths[n], below, paths, count);
        }
    }
}

/* ---- findings ---- */

/* Ceilings of several classes of investors that sum to the floor are sound; so is one of a
 * class without votes, and one that limits nothing. */
static void test_ceilings_of_investors(void **unused)
{
    (void)unused;
    static const char *const rows[] = {
        "\"ceiling_bp\":1500,\"name\":\"lender\",\"role\":\"investor\",\"votes\":1},"
        "{\"ceiling_bp\":1000,\"name\":\"investor\"",
        "\"ceiling_bp\":9000,\"name\":\"lender\",\"role\":\"investor\",\"votes\":0},"
        "{\"ceiling_bp\":2500,\"name\":\"investor\"",
        "\"ceiling_bp\":10000,\"name\":\"neighbour\",\"votes\":1},"
        "{\"ceiling_bp\":2500,\"name\":\"investor\"",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        filled(model("sce")->text);
        replace("\"ceiling_bp\":2500,\"name\":\"investor\"", rows[i]);
        assert_int_equal(check().fault, SHEAF_BYLAWS_SOUND);
    }
}

static void test_floors(void **unused)
{
    (void)unused;
    static const missed rows[] = {
        {"\"capital_min_cents\":3000000", "\"capital_min_cents\":2999999",
         "shares.capital_min_cents",
         "article 4 (Member shares), shares.capital_min_cents: 29999.99 is less than 30000.00, "
         "the "
         "limit by the floor of sce (Council Regulation (EC) 1435/2003, art. 3(2) and (4))"},
        {"\"capital_min_cents\":3000000,", "", "shares.capital_min_cents", "must be there"},
        {"\"repay_until_s\":94608000", "\"repay_until_s\":94608001", "shares.repay_until_s",
         "94608001 seconds is more than 1095 days"},
        {"\"currency\":\"EUR\"", "\"currency\":\"SEK\"", "purpose.currency",
         "must not be so, by the floor of sce (Council Regulation (EC) 1435/2003, art. 3(1)"},
        {"\"quorum_apart\":true,", "", "decisions.quorum_apart", "61(3)"},
        {"\"quorum_apart\":true,", "\"quorum_apart\":false,", "decisions.quorum_apart",
         "must be there, and not be switched off"},
        {"\"non_users_bp\":2500,", "\"non_users_bp\":2501,", "organs.list[0].non_users_bp",
         "25.01 % is more than 25 %, the limit by the floor of sce (Council Regulation (EC) "
         "1435/2003, art. 42(2)"},
        {"\"non_users_bp\":2500,", "", "organs.list[0].non_users_bp",
         "100 % is more than 25 %"},
        {"\"members_bp\":1000,\"members_max\"", "\"members_bp\":1001,\"members_max\"",
         "petitions.members_bp", "art. 55"},
        {"\"members_max\":5000", "\"members_max\":5001", "petitions.members_max", "art. 55"},
        {"\"members_bp\":3000,\"protected\":true,\"reserve_bp\":2000",
         "\"members_bp\":3501,\"protected\":true,\"reserve_bp\":1499", "surplus.reserve_bp",
         "14.99 % is less than 15 %"},
        {"\"another_cooperative\"", "\"members\"", "dissolution.reserve", "must not be so"},
        {"\"registration\":true", "\"registration\":false", "amendment.registration",
         "must be there"},
        {"\"place\":\"SCE x\",", "", "purpose.place", "5(4)"},
        {"\"name\":\"SCE x\",\"place\"", "\"name\":\"SCEx\",\"place\"", "purpose.name",
         "before or behind the name"},
        {"\"name\":\"SCE x\",\"place\"", "\"name\":\"Elm Sce\",\"place\"", "purpose.name",
         "5(4)"},
        {"\"clauses\":[{\"text\":\"The society was formed by at least five members who are "
         "resident in, or governed by the law of, at least two Member "
         "States.\"},{\"text\":\"The "
         "capital is variable; as no member is liable for more than was subscribed, the name "
         "ends in “limited”.\"}],",
         "", "purpose.clauses", "five, unless all are bodies, from at least two Member States"},
        {"\"approvals_bp\":6667", "\"approvals_bp\":5000", "succession.approvals_bp",
         "floor of every form"},
    };
    check_missed(rows, sizeof rows / sizeof *rows);
}

static void test_floors_of_members(void **unused)
{
    (void)unused;
    static const missed rows[] = {
        {"\"ceiling_bp\":2500", "\"ceiling_bp\":2501", "members.classes[2].ceiling_bp",
         "59(3)"},
        {"\"ceiling_bp\":2500,", "", "members.classes[2].ceiling_bp",
         "100 % is more than 25 %"},
        {"\"ceiling_bp\":2500,\"name\":\"investor\"",
         "\"ceiling_bp\":1500,\"name\":\"lender\",\"role\":\"investor\",\"votes\":1},"
         "{\"ceiling_bp\":1001,\"name\":\"investor\"",
         "members.classes[3].ceiling_bp",
         "25.01 % is more than 25 %, the limit by the floor of sce (Council Regulation (EC) "
         "1435/2003, art. 59(3), of all classes together that do not use it, investors and "
         "supporters)"},
        {"\"name\":\"supporter\",\"role\":\"supporter\",\"votes\":0",
         "\"ceiling_bp\":1,\"name\":\"supporter\",\"role\":\"supporter\",\"votes\":1",
         "members.classes[3].ceiling_bp", "25.01 % is more than 25 %"},
        {"\"name\":\"supporter\",\"role\":\"supporter\",\"votes\":0",
         "\"name\":\"supporter\",\"role\":\"community\",\"votes\":0",
         "members.classes[3].votes",
         "0 is less than 1, the limit by the floor of sce (Council Regulation (EC) 1435/2003, "
         "art. 59(1), of members who use it)"},
        {"\"name\":\"worker\",\"role\":\"worker\",\"votes\":1",
         "\"name\":\"worker\",\"votes\":0", "members.classes[1].votes", "59(1)"},
        {"\"name\":\"worker\",\"role\":\"worker\",\"votes\":1",
         "\"name\":\"worker\",\"role\":\"worker\",\"trial_s\":1,\"votes\":1",
         "members.classes[1].trial_s", "1 second is more than 0 seconds"},
        {"\"name\":\"worker\",\"role\":\"worker\",\"votes\":1",
         "\"ceiling_bp\":9999,\"name\":\"worker\",\"role\":\"worker\",\"votes\":1",
         "members.classes[1].ceiling_bp", "99.99 % is less than 100 %"},
        {"\"open_max\":100,\"organ\":0}", "\"open_max\":100}", "members.admission.organ",
         "14(1)"},
        {"\"open_max\":100,\"organ\":0}", "\"open_max\":100,\"organ\":1}",
         "members.admission.organ", "the management admits"},
        {"\"hearing_s\":1209600", "\"hearing_s\":86399", "members.exclusion.hearing_s",
         "86399 seconds is less than 1 day"},
        {"\"list\":[{\"kind\":\"board\"", "\"list\":[{\"kind\":\"supervisors\"",
         "members.admission.organ", "14(1)"},
        {"\"list\":[{\"kind\":\"board\"", "\"list\":[{\"electorate\":0,\"kind\":\"board\"",
         "organs.list[0].electorate", "42(3)"},
    };
    check_missed(rows, sizeof rows / sizeof *rows);
}

/* Who manages is missed by itself too, not only where it should admit members. Somebody whom a
 * class elects may do anything else. */
static void test_management(void **unused)
{
    (void)unused;
    filled(model("sce")->text);
    replace("\"list\":[{\"kind\":\"board\"", "\"list\":[{\"kind\":\"supervisors\"");
    (void)check();
    assert_int_equal(found_count, 2);
    assert_string_equal(found[1].path, "organs.list.kind");
    assert_string_equal(found[1].floor->path, "organs.list.kind");
    filled(model("sce")->text);
    replace("{\"kind\":\"treasurers\"", "{\"electorate\":0,\"kind\":\"treasurers\"");
    assert_int_equal(check().fault, SHEAF_BYLAWS_SOUND);
    filled(model("sce")->text);
    replace("{\"kind\":\"treasurers\"", "{\"electorate\":0,\"kind\":\"supervisors\"");
    assert_string_equal(check().path, "organs.list[1].electorate");
}

/* The abbreviation is a word of its own, wherever it stands. */
static void test_name(void **unused)
{
    (void)unused;
    static const char *const names[] = {"SCE", "Elm SCE", "Elm SCE limited", "SCE Elm"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[60];
        filled(model("sce")->text);
        snprintf(name, sizeof name, "\"name\":\"%s\",\"place\"", names[i]);
        replace("\"name\":\"SCE x\",\"place\"", name);
        assert_int_equal(check().fault, SHEAF_BYLAWS_SOUND);
    }
}

/* A special quorum, and a limit of seats, are needed only where somebody votes who does not use
 * the society. */
static void test_others(void **unused)
{
    (void)unused;
    filled(model("sce")->text);
    assert_non_null(strstr(text,
                           "{\"of\":\"quorum_apart\",\"source\":\"Council Regulation (EC) "
                           "1435/2003, art. 61(3)"));
    replace("\"quorum_apart\":true,", "");
    replace("\"non_users_bp\":2500,", "");
    (void)check();
    assert_int_equal(found_count, 2);
    replace("\"name\":\"investor\",\"role\":\"investor\",\"votes\":1",
            "\"name\":\"investor\",\"role\":\"investor\",\"votes\":0");
    assert_int_equal(check().fault, SHEAF_BYLAWS_SOUND);
    replace("\"name\":\"supporter\",\"role\":\"supporter\",\"votes\":0",
            "\"ceiling_bp\":1,\"name\":\"supporter\",\"role\":\"supporter\",\"votes\":1");
    (void)check();
    assert_int_equal(found_count, 2);
}

/* Every floor is one of a field that there is. */
static void test_floors_have_fields(void **unused)
{
    (void)unused;
    for (uint8_t form = 0; form < SHEAF_legal_form_COUNT; form++) {
        size_t at = 0;
        for (const sheaf_floor *f; (f = sheaf_floor_next((enum sheaf_legal_form)form, &at));) {
            const sheaf_shape *shape = sheaf_record_shape("bylaws");
            char path[SHEAF_FAULT_PATH_MAX], *save = NULL;
            snprintf(path, sizeof path, "%s", f->path);
            for (char *part = strtok_r(path, ".", &save); part;
                 part = strtok_r(NULL, ".", &save)) {
                const sheaf_field *field =
                    shape ? sheaf_shape_field(shape, sheaf_str(part)) : NULL;
                if (!field)
                    fail_msg("%s: no field %s", f->path, part);
                shape = field->shape;
            }
            assert_true(strlen(f->source) > 10);
        }
        assert_true(at > 6);
    }
}

static void test_contradictions_in_words(void **unused)
{
    (void)unused;
    filled(model("coop3")->text);
    replace("\"data_bp\":5000", "\"data_bp\":5001");
    sheaf_bylaws_finding finding = check();
    sheaf_buffer words;
    sheaf_buffer_init(&words, 1000);
    assert_int_equal(finding.fault, SHEAF_BYLAWS_SURPLUS_KEYS);
    assert_null(finding.floor);
    sheaf_bylaws_fault_write(&finding, &words);
    sheaf_buffer_add_byte(&words, 0);
    assert_string_equal(
        (const char *)words.data,
        "article 18 (Surplus), surplus: 100.01 % contradicts the bylaws themselves");
    /* What is no number is not told as one. */
    filled(model("coop3")->text);
    replace("\"currency\":\"EUR\"", "\"currency\":\"eur\"");
    finding = check();
    assert_int_equal(finding.fault, SHEAF_BYLAWS_CURRENCY);
    sheaf_buffer_reset(&words);
    sheaf_bylaws_fault_write(&finding, &words);
    sheaf_buffer_add_byte(&words, 0);
    assert_non_null(strstr((const char *)words.data,
                           "purpose.currency: what stands there contradicts the bylaws "));
    sheaf_buffer_deinit(&words);
}

/* What is raised is an effect of motions, and stands there once. */
static void test_raised(void **unused)
{
    (void)unused;
    static const struct {
        const char *list;
        sheaf_bylaws_fault want;
        const char *path;
    } rows[] = {
        {"{\"effect\":\"data.license\",\"sort\":\"protected\"},"
         "{\"effect\":\"model.retire\",\"sort\":\"protected\"}",
         SHEAF_BYLAWS_SOUND, ""},
        {"{\"effect\":\"no.such\",\"sort\":\"protected\"}", SHEAF_BYLAWS_RAISED_UNKNOWN,
         "decisions.raised[0].effect"},
        {"{\"effect\":\"data.license\",\"sort\":\"protected\"},"
         "{\"effect\":\"motion.open\",\"sort\":\"protected\"}",
         SHEAF_BYLAWS_RAISED_UNKNOWN, "decisions.raised[1].effect"},
        {"{\"effect\":\"data.license\",\"sort\":\"protected\"},"
         "{\"effect\":\"data.license\",\"sort\":\"qualified\"}",
         SHEAF_BYLAWS_RAISED_TWICE, "decisions.raised[1].effect"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char with[300];
        filled(model("association")->text);
        snprintf(with, sizeof with, "\"raised\":[%s],\"settled_s\":", rows[i].list);
        replace("\"settled_s\":", with);
        sheaf_bylaws_finding finding = check();
        assert_int_equal(finding.fault, rows[i].want);
        if (*rows[i].path)
            assert_string_equal(finding.path, rows[i].path);
    }
}

/* All that is wrong is found, contradictions first, up to the room there is. */
static void test_all_findings(void **unused)
{
    (void)unused;
    filled(model("sce")->text);
    assert_int_equal(check().fault, SHEAF_BYLAWS_SOUND);
    assert_int_equal(found_count, 0);
    replace("\"registration\":true", "\"registration\":false");
    replace("\"another_cooperative\"", "\"members\"");
    replace("\"approvals_bp\":6667", "\"approvals_bp\":5000");
    replace("\"reserve_bp\":2000", "\"reserve_bp\":1000");
    sheaf_bylaws_finding first = check();
    static const char *const paths[] = {"surplus", "succession.approvals_bp",
                                        "amendment.registration", "surplus.reserve_bp",
                                        "dissolution.reserve"};
    assert_int_equal(found_count, 5);
    assert_string_equal(first.path, paths[0]);
    for (size_t i = 0; i < found_count; i++) {
        assert_string_equal(found[i].path, paths[i]);
        assert_true(!found[i].floor == (i == 0));
    }
}

/* Whether a source speaks of the number beside it. */
static void test_sources_of_numbers(void **unused)
{
    (void)unused;
#define NOTE(of, source) "\"sources\":[{\"of\":\"" of "\",\"source\":\"" source "\"}]"
    static const struct {
        const char *before, *now;
        sheaf_source_state want;
        bool needed;
    } rows[] = {
        {"{\"a\":1," NOTE("a", "law") "}", "{\"a\":1," NOTE("a", "law") "}", SHEAF_SOURCE_HOLDS,
         true},
        {"{\"a\":1," NOTE("a", "law") "}", "{\"a\":2," NOTE("a", "law") "}", SHEAF_SOURCE_STALE,
         true},
        {"{\"a\":1," NOTE("a", "law") "}", "{\"a\":2," NOTE("a", "art. 2") "}",
         SHEAF_SOURCE_OTHER, true},
        {"{\"a\":1," NOTE("b", "law") "}", "{\"a\":2," NOTE("a", "law") "}", SHEAF_SOURCE_OTHER,
         true},
        {"{\"a\":1," NOTE("a", "law") "}", "{\"b\":2," NOTE("a", "law") "}", SHEAF_SOURCE_STALE,
         false},
        {"{\"a\":1}", "{\"a\":2," NOTE("a", "law") "}", SHEAF_SOURCE_OTHER, true},
        {"null", "{\"a\":2," NOTE("a", "law") "}", SHEAF_SOURCE_OTHER, true},
        {"{\"a\":1," NOTE("a", SHEAF_SOURCE_CHOICE) "}",
         "{\"a\":2," NOTE("a", SHEAF_SOURCE_CHOICE) "}", SHEAF_SOURCE_OTHER, true},
        {"{\"a\":{\"b\":1,\"c\":1}," NOTE("a.b", "law") "}",
         "{\"a\":{\"b\":1,\"c\":2}," NOTE("a.b", "law") "}", SHEAF_SOURCE_HOLDS, true},
        {"{\"l\":[{\"b\":1},{\"b\":2}]," NOTE("l.b", "law") "}",
         "{\"l\":[{\"b\":1},{\"b\":2}]," NOTE("l.b", "law") "}", SHEAF_SOURCE_HOLDS, true},
        {"{\"l\":[{\"b\":1},{\"b\":2}]," NOTE("l.b", "law") "}",
         "{\"l\":[{\"b\":1},{\"b\":3}]," NOTE("l.b", "law") "}", SHEAF_SOURCE_STALE, true},
        {"{\"l\":[{\"b\":1}]," NOTE("l.b", "law") "}",
         "{\"l\":[{\"b\":1},{\"b\":1}]," NOTE("l.b", "law") "}", SHEAF_SOURCE_STALE, true},
        {"{\"clauses\":[{\"text\":\"A\"}]," NOTE("clauses", "law") "}",
         "{\"clauses\":[{\"text\":\"B\"},{\"text\":\"A\"}]," NOTE("clauses", "law") "}",
         SHEAF_SOURCE_HOLDS, true},
        {"{\"clauses\":[{\"text\":\"A\"}]," NOTE("clauses", "law") "}",
         "{\"clauses\":[{\"text\":\"B\"}]," NOTE("clauses", "law") "}", SHEAF_SOURCE_STALE,
         true},
        {"{\"clauses\":[{\"text\":\"A\"}]," NOTE("clauses", "law") "}",
         "{" NOTE("clauses", "law") "}", SHEAF_SOURCE_STALE, false},
    };
#undef NOTE
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_json *before, *now;
        sheaf_arena arena = sheaf_arena_over(block, sizeof block);
        assert_int_equal(sheaf_json_parse(sheaf_str(rows[i].before), &arena, &before, NULL),
                         SHEAF_OK);
        assert_int_equal(sheaf_json_parse(sheaf_str(rows[i].now), &arena, &now, NULL),
                         SHEAF_OK);
        const sheaf_json *note = sheaf_json_member(now, "sources")->first;
        if (sheaf_source_compare(before, now, note) != rows[i].want
            || sheaf_source_needed(now, note) != rows[i].needed)
            fail_msg("row %zu: %d", i, (int)sheaf_source_compare(before, now, note));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sources_of_numbers),
        cmocka_unit_test(test_models_are_sound),
        cmocka_unit_test(test_coop3),
        cmocka_unit_test(test_sce),
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_ceilings_of_investors),
        cmocka_unit_test(test_floors),
        cmocka_unit_test(test_floors_of_members),
        cmocka_unit_test(test_management),
        cmocka_unit_test(test_name),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_floors_have_fields),
        cmocka_unit_test(test_contradictions_in_words),
        cmocka_unit_test(test_raised),
        cmocka_unit_test(test_all_findings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
