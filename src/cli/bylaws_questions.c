#include "cli/bylaws_questions.h"

#include "bylaws/article.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    DAY_S = 86400,
    CONFIRM_DAYS_MAX = 90,
    DAYS_MAX = CONFIRM_DAYS_MAX - 1,
    WHOLE_BP = 10000
};

/* The model is asked for first, by the command. */
const sheaf_question sheaf_questions[] = {
    {"name", "purpose.name",
     "What is the co-op called? (A European Cooperative Society: with the word SCE.)",
     SHEAF_ANSWER_TEXT},
    {"purpose", "purpose.text", "What is it for, in a sentence or some?", SHEAF_ANSWER_TEXT},
    {"place", "purpose.place", "Where is its registered office?", SHEAF_ANSWER_TEXT},
    {"currency", "purpose.currency", "Which currency does it keep its books in (ISO 4217)?",
     SHEAF_ANSWER_TEXT},
    {"parts", "",
     "Which of them do you want now, with commas between? All can be switched on later.",
     SHEAF_ANSWER_PARTS},
    {"approvals", "members.admission.approvals",
     "How many members must approve an application?", SHEAF_ANSWER_NUMBER},
    {"share_price", "shares.price_cents", "What does a share cost, such as 50 or 12.50?",
     SHEAF_ANSWER_MONEY},
    {"voting_days", "decisions.ordinary.open_s",
     "For how many days are votes taken on an ordinary motion?", SHEAF_ANSWER_DAYS},
    {"reserve_percent", "surplus.reserve_bp",
     "How much of the surplus goes to the reserve, in percent?", SHEAF_ANSWER_PERCENT},
    {"data_percent", "surplus.data_bp",
     "How much of it is shared by data brought in, in percent? (The rest: all members alike.)",
     SHEAF_ANSWER_PERCENT},
    {"readers", "visibility.ballots", "Who may read the log: members, or public?",
     SHEAF_ANSWER_READERS},
};
const size_t sheaf_question_count = sizeof sheaf_questions / sizeof *sheaf_questions;
_Static_assert(sizeof sheaf_questions / sizeof *sheaf_questions + 1 <= 12,
               "founders are asked twelve questions at most, the model among them");

static const char *const areas[] = {"visibility.ballots", "visibility.data",
                                    "visibility.decisions", "visibility.ledger",
                                    "visibility.members"};

bool sheaf_question_applies(const sheaf_question *question, const sheaf_draft *tree)
{
    const sheaf_json *value = sheaf_draft_at(tree, question->path);
    if (question->sort == SHEAF_ANSWER_DAYS)
        return value && value->integer % DAY_S == 0;
    return question->sort == SHEAF_ANSWER_TEXT || question->sort == SHEAF_ANSWER_PARTS || value;
}

bool sheaf_question_needed(const sheaf_question *question, const sheaf_draft *tree)
{
    const sheaf_json *value = sheaf_draft_at(tree, question->path);
    return question->sort == SHEAF_ANSWER_TEXT && value && value->type == SHEAF_JSON_STRING
           && !value->string.len;
}

/* Can the article be left out, and is then switched off? */
static bool is_part(sheaf_article article)
{
    return !sheaf_article_field(article)->required && !sheaf_article_always(article);
}

/* Optional articles that the document has. */
static void list_parts(const sheaf_draft *tree, char *out, size_t size)
{
    size_t used = 0;
    *out = 0;
    for (sheaf_article i = 1; i < SHEAF_ARTICLE_COUNT; i++) {
        const sheaf_field *field = sheaf_article_field(i);
        if (is_part(i) && sheaf_draft_at(tree, field->name) && used < size)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "",
                                     field->name);
    }
}

void sheaf_question_default(const sheaf_question *question, const sheaf_draft *tree, char *out,
                            size_t size)
{
    const sheaf_json *value = sheaf_draft_at(tree, question->path);
    int64_t n = value ? value->integer : 0;
    *out = 0;
    if (question->sort == SHEAF_ANSWER_PARTS) {
        list_parts(tree, out, size);
        if (!*out)
            snprintf(out, size, "none");
        return;
    }
    if (!value)
        return;
    if (value->type == SHEAF_JSON_STRING)
        snprintf(out, size, "%.*s", SHEAF_PRINT(value->string));
    else if (question->sort == SHEAF_ANSWER_DAYS)
        snprintf(out, size, "%" PRId64, n / DAY_S);
    else if (question->sort == SHEAF_ANSWER_NUMBER)
        snprintf(out, size, "%" PRId64, n);
    else if (n % 100)
        snprintf(out, size, "%" PRId64 ".%02" PRId64, n / 100, n % 100);
    else
        snprintf(out, size, "%" PRId64, n / 100);
}

/* "12.5" in hundredths, below a thousand million. */
static bool hundredths(const char *text, int64_t *out)
{
    size_t whole = strspn(text, "0123456789"), places = 0;
    if (whole == 0 || whole > 9)
        return false;
    *out = strtoll(text, NULL, 10) * 100;
    if (text[whole] == '.') {
        places = strspn(text + whole + 1, "0123456789");
        if (places == 0 || places > 2)
            return false;
        int64_t rest = strtoll(text + whole + 1, NULL, 10);
        *out += places == 1 ? rest * 10 : rest;
        places++;
    }
    return text[whole + places] == 0;
}

static sheaf_status put_integer(sheaf_draft *tree, const char *path, int64_t value,
                                sheaf_err *err)
{
    sheaf_json *at = sheaf_draft_put(tree, path);
    if (!at)
        return sheaf_fail(err, SHEAF_NOMEM, "no room left to put bylaws together");
    at->type = SHEAF_JSON_INT;
    at->integer = value;
    return SHEAF_OK;
}

static sheaf_status put_text(sheaf_draft *tree, const char *path, const char *value,
                             sheaf_err *err)
{
    sheaf_json *at = sheaf_draft_put(tree, path);
    sheaf_slice copy = sheaf_arena_copy(tree->arena, sheaf_str(value));
    if (!at || !copy.data)
        return sheaf_fail(err, SHEAF_NOMEM, "no room left to put bylaws together");
    at->type = SHEAF_JSON_STRING;
    at->string = copy;
    return SHEAF_OK;
}

/* What the other two keys leave goes to all members alike. The reserve is asked for first, so
 * that it may be more than the data's share of the model leaves; the data's share, asked for
 * next, may not. */
static sheaf_status put_percent(sheaf_draft *tree, const char *path, int64_t bp, sheaf_err *err)
{
    const sheaf_json *reserve = sheaf_draft_at(tree, "surplus.reserve_bp");
    const sheaf_json *data = sheaf_draft_at(tree, "surplus.data_bp");
    if (!reserve || !data || bp > WHOLE_BP)
        return sheaf_fail(err, SHEAF_INVALID, "it is a share from 0 to 100");
    if (strcmp(path, "surplus.data_bp") == 0 && bp > WHOLE_BP - reserve->integer)
        return sheaf_fail(err, SHEAF_INVALID,
                          "reserve and data together are more than 100; the reserve leaves %g",
                          (double)(WHOLE_BP - reserve->integer) / 100);
    SHEAF_TRY(put_integer(tree, path, bp, err));
    reserve = sheaf_draft_at(tree, "surplus.reserve_bp");
    data = sheaf_draft_at(tree, "surplus.data_bp");
    int64_t rest = WHOLE_BP - reserve->integer - data->integer;
    return put_integer(tree, "surplus.members_bp", rest > 0 ? rest : 0, err);
}

static int64_t seconds_at(const sheaf_draft *tree, const char *path)
{
    const sheaf_json *value = sheaf_draft_at(tree, path);
    return value ? value->integer : 0;
}

/* Members must be able to confirm a suspension by an ordinary motion: they get twice the time
 * that it takes, as in the models, where the model's own is too short for it. */
static sheaf_status put_days(sheaf_draft *tree, const char *path, int64_t days, sheaf_err *err)
{
    SHEAF_TRY(put_integer(tree, path, days * DAY_S, err));
    int64_t takes = days * DAY_S + seconds_at(tree, "decisions.ordinary.notice_s")
                    + seconds_at(tree, "decisions.ordinary.second.open_s");
    int64_t most = (int64_t)CONFIRM_DAYS_MAX * DAY_S;
    if (seconds_at(tree, "override.confirm_s") > takes)
        return SHEAF_OK;
    return put_integer(tree, "override.confirm_s", 2 * takes < most ? 2 * takes : most, err);
}

static sheaf_status put_words(sheaf_draft *tree, const sheaf_question *question,
                              const char *answer, sheaf_err *err)
{
    if (strcmp(question->key, "currency") == 0
        && (strlen(answer) != 3 || strspn(answer, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3))
        return sheaf_fail(err, SHEAF_INVALID, "it is three capital letters, such as EUR");
    return put_text(tree, question->path, answer, err);
}

static sheaf_status put_readers(sheaf_draft *tree, const char *answer, sheaf_err *err)
{
    if (strcmp(answer, "members") != 0 && strcmp(answer, "public") != 0)
        return sheaf_fail(err, SHEAF_INVALID, "it is members or public");
    for (size_t i = 0; i < sizeof areas / sizeof *areas; i++)
        SHEAF_TRY(put_text(tree, areas[i], answer, err));
    return SHEAF_OK;
}

static sheaf_status unknown_part(sheaf_slice name, const sheaf_json *parts, sheaf_err *err)
{
    char known[160] = "";
    size_t used = 0;
    for (const sheaf_json *part = parts->first; part && used < sizeof known; part = part->next)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%.*s", used ? ", " : "",
                                 SHEAF_PRINT(part->name));
    return sheaf_fail(err, SHEAF_INVALID, "“%.*s” is no part; parts are %s",
                      name.len < 20 ? (int)name.len : 20, (const char *)name.data, known);
}

/* The parts that are named, and no others of those that can be left out. */
static sheaf_status put_parts(sheaf_draft *tree, const char *answer, const sheaf_json *parts,
                              sheaf_err *err)
{
    bool wanted[SHEAF_ARTICLE_COUNT] = {false};
    sheaf_slice rest = sheaf_str(strcmp(answer, "none") == 0 ? "" : answer);
    for (bool more = rest.len > 0; more;) {
        sheaf_slice name;
        more = sheaf_take_until(&rest, ',', &name);
        if (!more)
            name = rest;
        while (sheaf_take_text(&name, " "))
            ;
        while (name.len && name.data[name.len - 1] == ' ')
            name.len--;
        sheaf_article article = sheaf_article_named(name);
        const sheaf_field *field = article ? sheaf_article_field(article) : NULL;
        if (!field || !is_part(article) || !sheaf_json_member(parts, field->name))
            return unknown_part(name, parts, err);
        wanted[article] = true;
    }
    for (sheaf_article i = 1; i < SHEAF_ARTICLE_COUNT; i++) {
        const sheaf_field *field = sheaf_article_field(i);
        if (!is_part(i))
            continue;
        if (!wanted[i]) {
            sheaf_draft_remove(tree, field->name);
        } else if (!sheaf_draft_at(tree, field->name)) {
            sheaf_json *at = sheaf_draft_put(tree, field->name);
            const sheaf_json *part = sheaf_json_member(parts, field->name);
            if (!at)
                return sheaf_fail(err, SHEAF_NOMEM, "no room left to put bylaws together");
            at->first = part->first;
            at->count = part->count;
        }
    }
    return SHEAF_OK;
}

sheaf_status sheaf_question_answer(const sheaf_question *question, const char *answer,
                                   const sheaf_json *parts, sheaf_draft *tree, sheaf_err *err)
{
    int64_t value;
    switch (question->sort) {
    case SHEAF_ANSWER_TEXT:
        return put_words(tree, question, answer, err);
    case SHEAF_ANSWER_READERS:
        return put_readers(tree, answer, err);
    case SHEAF_ANSWER_PARTS:
        return put_parts(tree, answer, parts, err);
    default:
        break;
    }
    if (!hundredths(answer, &value)
        || ((question->sort == SHEAF_ANSWER_NUMBER || question->sort == SHEAF_ANSWER_DAYS)
            && value % 100))
        return sheaf_fail(err, SHEAF_INVALID, "it is a number, such as %s",
                          question->sort == SHEAF_ANSWER_MONEY ? "50 or 12.50" : "14");
    if (question->sort == SHEAF_ANSWER_PERCENT)
        return put_percent(tree, question->path, value, err);
    if (question->sort != SHEAF_ANSWER_MONEY && value == 0)
        return sheaf_fail(err, SHEAF_INVALID, "it is 1 at least");
    if (question->sort == SHEAF_ANSWER_DAYS && value > DAYS_MAX * 100)
        return sheaf_fail(err, SHEAF_INVALID,
                          "it is %d days at most, for members confirm a suspension within %d",
                          DAYS_MAX, CONFIRM_DAYS_MAX);
    if (question->sort == SHEAF_ANSWER_DAYS)
        return put_days(tree, question->path, value / 100, err);
    if (question->sort == SHEAF_ANSWER_NUMBER)
        value /= 100;
    return put_integer(tree, question->path, value, err);
}
