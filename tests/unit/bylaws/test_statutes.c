#include "statutes_text.h"

#include "bylaws/changes.h"
#include "bylaws/sentences.h"
#include "bylaws/wording.h"

/* ---- the catalogues ---- */

static bool has_message(const char *catalogue, const char *section, const char *key)
{
    sheaf_messages messages = messages_of(catalogue);
    const sheaf_json *found = sheaf_json_member(sheaf_json_member(messages.own, section), key);
    return found && found->string.len;
}

/* Every field below the record has a label, every choice its words, in both languages. */
static void check_shape(const sheaf_shape *shape, bool labelled)
{
    char key[200];
    for (uint16_t i = 0; i < shape->count; i++) {
        const sheaf_field *f = &shape->fields[i];
        const char *catalogues[] = {english, german};
        for (int c = 0; c < 2; c++) {
            snprintf(key, sizeof key, "%s.%s", shape->name, f->name);
            if (labelled && !has_message(catalogues[c], "labels", key))
                fail_msg("the field %s needs a label in data/statutes/%s.json: \"%s\"", f->name,
                         c ? "de" : "en", key);
            for (int k = 0; f->choices && f->choices[k]; k++) {
                snprintf(key, sizeof key, "%s.%s", f->sub, f->choices[k]);
                if (!has_message(catalogues[c], "choices", key))
                    fail_msg("the choice needs words in data/statutes/%s.json: \"%s\"",
                             c ? "de" : "en", key);
            }
        }
        if (f->shape)
            check_shape(f->shape, true);
    }
}

static void test_every_field_has_its_words(void **unused)
{
    (void)unused;
    check_shape(sheaf_record_shape("bylaws"), false);
    for (sheaf_article i = 1; i < SHEAF_ARTICLE_COUNT; i++)
        for (int c = 0; c < 2; c++) {
            sheaf_messages messages = messages_of(c ? german : english);
            const sheaf_json *of = sheaf_json_member(
                sheaf_json_member(messages.own, "articles"), sheaf_article_describe(i)->key);
            if (!sheaf_json_member_string(of, "title").len || !sheaf_json_member(of, "text"))
                fail_msg("article %d needs title and text in data/statutes/%s.json", (int)i,
                         c ? "de" : "en");
        }
}

/* ---- the text ---- */

/* A floor is told where its number is, with its source; a mark never stands behind a number. */
static void test_floors_are_footnotes(void **unused)
{
    document d = document_make(SHEAF_legal_form_sce, false, NULL);
    sheaf_messages messages = messages_of(english);
    char *text = render(&d, &messages, SHEAF_PAGE_MARKDOWN);
    (void)unused;
    assert_non_null(strstr(text, "European Cooperative Society"));
    assert_non_null(strstr(text, "Floor: at least 30,000.00 EUR (Council Regulation"));
    assert_non_null(strstr(text, "Limit: at most 3 years (Council Regulation"));
    assert_non_null(strstr(text, "Floor: at least 66.67% (Council Regulation"));
    for (char *at = text; (at = strstr(at, "[^")); at++)
        if (at > text && at[-1] >= '0' && at[-1] <= '9')
            fail_msg("a footnote reads as a power: %.60s", at - 20);
    free(text);
    document_free(&d);
}

static void test_words_become_no_markup(void **unused)
{
    document d = document_make(SHEAF_legal_form_demonstration, true, NULL);
    sheaf_messages messages = messages_of(english);
    char *html = render(&d, &messages, SHEAF_PAGE_HTML);
    (void)unused;
    assert_non_null(strstr(html, "<html lang=\"en\">"));
    assert_non_null(strstr(html, "Oak &lt;&amp; *Ash*"));
    assert_null(strstr(html, "<& "));
    assert_non_null(strstr(html, "@media print"));
    assert_non_null(strstr(html, "A demonstration"));
    assert_non_null(strstr(html, "<h2 id=\"decisions\">Article 5. Decisions"));
    free(html);
    char *markdown = render(&d, &messages, SHEAF_PAGE_MARKDOWN);
    assert_non_null(strstr(markdown, "Oak \\<& \\*Ash\\*"));
    free(markdown);
    document_free(&d);
}

/* ---- messages ---- */

static void add_notes(sheaf_json *tree)
{
    static sheaf_json source_of = {.type = SHEAF_JSON_STRING},
                      source = {.type = SHEAF_JSON_STRING}, note = {.type = SHEAF_JSON_OBJECT},
                      sources = {.type = SHEAF_JSON_LIST}, text = {.type = SHEAF_JSON_STRING},
                      clause = {.type = SHEAF_JSON_OBJECT}, clauses = {.type = SHEAF_JSON_LIST};
    source_of.name = sheaf_str("of"), source_of.string = sheaf_str("ordinary.open_s");
    source.name = sheaf_str("source"), source.string = sheaf_str("Act <7>, s 3");
    source_of.next = &source, note.first = &source_of, note.count = 2;
    sources.name = sheaf_str("sources"), sources.first = &note, sources.count = 1;
    text.name = sheaf_str("text"), text.string = sheaf_str("We are kind.");
    clause.first = &text, clause.count = 1;
    clauses.name = sheaf_str("clauses"), clauses.first = &clause, clauses.count = 1;
    clauses.next = &sources, sources.next = NULL;
    for (sheaf_json *m = tree->first; m; m = m->next)
        if (sheaf_slice_is(m->name, "decisions")) {
            sheaf_json *last = m->first;
            while (last->next && !sheaf_slice_is(last->next->name, "sources"))
                last = last->next;
            m->count += last->next ? 1 : 2; /* the model's own make room */
            last->next = &clauses;
        }
}

static void test_sources_and_clauses(void **unused)
{
    document d = document_make(SHEAF_legal_form_association, false, add_notes);
    sheaf_messages messages = messages_of(english);
    char *text = render(&d, &messages, SHEAF_PAGE_MARKDOWN);
    (void)unused;
    assert_non_null(strstr(text, "lasts 7 days[^"));
    assert_non_null(strstr(text, "]: Act \\<7\\>, s 3"));
    assert_non_null(strstr(text, "We are kind.‡"));
    assert_non_null(strstr(text, "**‡** A clause of prose"));
    free(text);
    document_free(&d);
}

/* A message about the shares and the classes of a document. */
static void check_message(const document *d, const char *message, const char *want)
{
    sheaf_messages messages = messages_of(english);
    sheaf_buffer out;
    sheaf_err err = {0};
    sheaf_buffer_init(&out, 10000);
    sheaf_wording w = {.messages = &messages, .bylaws = d->bylaws, .out = &out, .err = &err};
    sheaf_scope whole = sheaf_scope_whole(d->bylaws);
    sheaf_status status = sheaf_wording_message(&w, &whole, sheaf_str(message));
    if (status == SHEAF_OK && !sheaf_slice_is(sheaf_buffer_slice(&out), want))
        fail_msg("%s gives %.*s", message, SHEAF_PRINT(sheaf_buffer_slice(&out)));
    if (status != SHEAF_OK && !strstr(err.message, want))
        fail_msg("%s fails with %s", message, err.message);
    sheaf_buffer_deinit(&out);
}

static void test_messages(void **unused)
{
    static const struct {
        const char *message, *want;
    } rows[] = {
        {"plain", "plain"},
        {"{shares.price_cents}", "50.00 EUR"},
        {"{petitions.members_bp} {value_accounting.care_bp}", "10% 33.33%"},
        {"{petitions.members_max}", "5,000"},
        {"{pay.ratio_percent:ratio}", "3:1"},
        {"{decisions.ordinary.open_s}, {assemblies.open_s}", "7 days, 1 day"},
        {"{decisions.ordinary.majority}", "more than half"},
        {"{decisions.ordinary.majority=simple|a|b}", "a"},
        {"{decisions.ordinary.majority=two_thirds|a|b}", "b"},
        {"{decisions.ordinary.notice_s=0|none|some}", "none"},
        {"{?shares.transferable|yes|no}", "no"},
        {"{?shares|{?shares.min_count|x{shares.min_count}|}|}", "x1"},
        {"{?decisions.ordinary.second.open_s|a|b}", "b"},
        {"{decisions.ordinary.second.open_s}", ""},
        {"{shares.min_count#one share|{shares.min_count} shares}", "one share"},
        {"{shares.max_count#one share|{shares.max_count} shares}", "100 shares"},
        {"{*members.classes|{name}|, }", "member, supporter"},
        {"{shares.transferable}", "no"},
        {"{/shares.price_cents}", "50.00 EUR"},
        {"{nothing}", "names no field “nothing”"},
        {"{shares.nothing}", "names no field"},
        {"{shares.min_count.x}", "names no field"},
        {"{fixed.death_wait_s}", "14 days"},
        {"{fixed.nothing}", "names no fixed number “nothing”"},
        {"{shares", "has no }"},
        {"{*shares.price_cents|x|}", "takes for a list"},
        {"{shares}", "needs one among its records"},
        {"{?shares|{?shares|{?shares|{?shares|{?shares|{?shares|{?shares|{?shares|{?shares|"
         "{?shares|{?shares|{?shares|{?shares|x}}}}}}}}}}}}}",
         "nested too deep"},
        {"a\x01\x02", "a  "},
    };
    document d = document_make(SHEAF_legal_form_association, true, NULL);
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_message(&d, rows[i].message, rows[i].want);
    document_free(&d);
}

static void test_wrong_catalogues(void **unused)
{
    static const struct {
        const char *catalogue, *says;
    } rows[] = {
        {"{", "catalogue of messages: byte 1"},
        {"{}", "has no “language”"},
        {"[]", "has no “language”"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_messages messages;
        sheaf_err err = {0};
        sheaf_arena arena = sheaf_arena_over(message_block, sizeof message_block);
        assert_int_equal(sheaf_messages_open(&messages, sheaf_str(rows[i].catalogue),
                                             sheaf_str(english), &arena, &err),
                         SHEAF_INVALID);
        if (!strstr(err.message, rows[i].says))
            fail_msg("%s", err.message);
    }
}

/* A language with nothing of its own speaks English; a field without any message is told by its
 * label. */
static void test_what_is_missing(void **unused)
{
    document d = document_make(SHEAF_legal_form_association, true, NULL);
    sheaf_messages messages = messages_of("{\"language\":\"xx\"}");
    char *text = render(&d, &messages, SHEAF_PAGE_MARKDOWN);
    (void)unused;
    assert_non_null(strstr(text, "## Article 5. Decisions (protected)"));
    free(text);
    messages = messages_of("{\"language\":\"xx\",\"articles\":{\"pay\":{\"text\":[]}}}");
    text = render(&d, &messages, SHEAF_PAGE_MARKDOWN);
    assert_non_null(strstr(text, "individual bonuses: no."));
    free(text);
    document_free(&d);
}

/* ---- changes ---- */

static void change_two(sheaf_json *tree)
{
    for (sheaf_json *m = tree->first; m; m = m->next)
        for (sheaf_json *f = m->first; f; f = f->next) {
            if (sheaf_slice_is(m->name, "privacy") && sheaf_slice_is(f->name, "cohort_min"))
                f->integer = 5;
            if (sheaf_slice_is(m->name, "members") && sheaf_slice_is(f->name, "classes"))
                f->first->next = NULL, f->count = 1;
        }
}

static sheaf_status note_change(void *context, const sheaf_change *change, sheaf_err *err)
{
    (void)err;
    sheaf_buffer_printf(context, "%s|%.*s|%.*s|%.*s|%d\n", change->path,
                        SHEAF_PRINT(change->label), SHEAF_PRINT(change->old),
                        SHEAF_PRINT(change->new), change->enforced);
    return SHEAF_OK;
}

static void test_changes(void **unused)
{
    document before = document_make(SHEAF_legal_form_association, false, NULL);
    document after = document_make(SHEAF_legal_form_association, false, change_two);
    document all = document_make(SHEAF_legal_form_association, true, NULL);
    sheaf_messages messages = messages_of(english);
    sheaf_buffer out;
    (void)unused;
    sheaf_buffer_init(&out, 10000);
    for (sheaf_article i = 1; i < SHEAF_ARTICLE_COUNT; i++) {
        bool amended = i == SHEAF_ARTICLE_members || i == SHEAF_ARTICLE_privacy;
        assert_int_equal(sheaf_article_amended(before.bylaws, after.bylaws, i),
                         amended ? SHEAF_AMENDED : SHEAF_AMENDED_NOT);
        if (amended)
            assert_int_equal(sheaf_article_changes(before.bylaws, after.bylaws, i, &messages,
                                                   note_change, &out, NULL),
                             SHEAF_OK);
    }
    assert_true(sheaf_slice_is(
        sheaf_buffer_slice(&out),
        "members.classes[1].name|classes of members, supporter, name|supporter|none|1\n"
        "members.classes[1].role|classes of members, supporter, role|supporters|none|0\n"
        "members.classes[1].votes|classes of members, supporter, votes of a member|0|none|1\n"
        "privacy.cohort_min|fewest members in a round|3|5|1\n"));
    assert_int_equal(sheaf_article_amended(before.bylaws, all.bylaws, SHEAF_ARTICLE_circles),
                     SHEAF_AMENDED_SWITCHED);
    assert_true(sheaf_amendment_protected(before.bylaws, all.bylaws, SHEAF_ARTICLE_petitions));
    assert_false(sheaf_amendment_protected(before.bylaws, all.bylaws, SHEAF_ARTICLE_circles));
    sheaf_buffer_deinit(&out);
    document_free(&before);
    document_free(&after);
    document_free(&all);
}

static sheaf_status note_sentence(void *context, sheaf_slice sentence, bool new, sheaf_err *err)
{
    (void)err;
    sheaf_buffer_printf(context, "%s%.*s\n", new ? "+ " : "- ", SHEAF_PRINT(sentence));
    return SHEAF_OK;
}

static void want_sentences(const document *before, const document *after, sheaf_article article,
                           const sheaf_messages *messages, const char *want)
{
    sheaf_buffer out;
    sheaf_buffer_init(&out, 10000);
    assert_int_equal(sheaf_article_sentences(before->bylaws, after->bylaws, article, messages,
                                             note_sentence, &out, NULL),
                     SHEAF_OK);
    sheaf_buffer_add_byte(&out, 0);
    assert_string_equal((const char *)out.data, want);
    sheaf_buffer_deinit(&out);
}

static void change_the_vote(sheaf_json *tree)
{
    for (sheaf_json *m = tree->first; m; m = m->next)
        for (sheaf_json *f = m->first; f; f = f->next)
            if (sheaf_slice_is(f->name, "ordinary"))
                for (sheaf_json *n = f->first; n; n = n->next)
                    if (sheaf_slice_is(n->name, "open_s"))
                        n->integer = 86400;
}

/* What comes and what goes, and nothing that both say; with the words that lead in. */
static void test_changes_of_sentences(void **unused)
{
    document before = document_make(SHEAF_legal_form_association, false, NULL);
    document after = document_make(SHEAF_legal_form_association, false, change_two);
    document vote = document_make(SHEAF_legal_form_association, false, change_the_vote);
    document all = document_make(SHEAF_legal_form_association, true, NULL);
    sheaf_messages messages = messages_of(english);
    (void)unused;
    want_sentences(&before, &before, SHEAF_ARTICLE_members, &messages, "");
    want_sentences(&before, &after, SHEAF_ARTICLE_members, &messages,
                   "- supporter: its members have no vote; its members are supporters\n");
    want_sentences(&before, &vote, SHEAF_ARTICLE_decisions, &messages,
                   "- Ordinary decisions. Voting begins when a motion is opened and lasts 7 "
                   "days.\n"
                   "+ Ordinary decisions. Voting begins when a motion is opened and lasts 1 "
                   "day.\n");
    messages = messages_of(german);
    want_sentences(&before, &vote, SHEAF_ARTICLE_decisions, &messages,
                   "- Einfache Beschlüsse. Die Abstimmung beginnt mit der Eröffnung eines "
                   "Antrags und dauert 7 Tage.\n"
                   "+ Einfache Beschlüsse. Die Abstimmung beginnt mit der Eröffnung eines "
                   "Antrags und dauert 1 Tag.\n");
    /* An article that is switched on says all of it, one that is off nothing. */
    want_sentences(&all, &before, SHEAF_ARTICLE_deployment, &messages,
                   "- Zu einer Freigabe gehört eine Lektion, die den Mitgliedern das Modell "
                   "erklärt.\n");
    document_free(&before);
    document_free(&after);
    document_free(&vote);
    document_free(&all);
}

static const char *model_text(const char *name)
{
    size_t i = 0;
    while (strcmp(sheaf_bylaws_model_at(i)->name, name) != 0)
        i++;
    return sheaf_bylaws_model_at(i)->text;
}

static void drop_a_source(sheaf_json *tree)
{
    for (sheaf_json *m = tree->first; m; m = m->next)
        for (sheaf_json *f = m->first; f; f = f->next)
            if (sheaf_slice_is(m->name, "shares") && sheaf_slice_is(f->name, "sources"))
                f->first = f->first->next, f->count--;
            else if (sheaf_slice_is(m->name, "witnesses")
                     && sheaf_slice_is(f->name, "protected"))
                f->boolean = !f->boolean;
}

/* A note that goes leaves those behind it alone, and protection is a rule of the program. */
static void test_changes_of_sources(void **unused)
{
    const char *sce = model_text("sce");
    document before = document_of(sce, false, NULL);
    document after = document_of(sce, false, drop_a_source);
    sheaf_messages messages = messages_of(english);
    sheaf_buffer out;
    (void)unused;
    sheaf_buffer_init(&out, 10000);
    assert_int_equal(sheaf_article_changes(before.bylaws, after.bylaws, SHEAF_ARTICLE_shares,
                                           &messages, note_change, &out, NULL),
                     SHEAF_OK);
    assert_int_equal(sheaf_article_changes(before.bylaws, after.bylaws, SHEAF_ARTICLE_witnesses,
                                           &messages, note_change, &out, NULL),
                     SHEAF_OK);
    sheaf_buffer_add_byte(&out, 0);
    assert_string_equal(
        (const char *)out.data,
        "shares.sources[0].source|sources, capital_min_cents|Council Regulation (EC) "
        "1435/2003, art. 3(2) and (4)|none|0\n"
        "witnesses.protected|protected|no|yes|1\n");
    sheaf_buffer_deinit(&out);
    document_free(&before);
    document_free(&after);
}

int main(void)
{
    texts_read();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_field_has_its_words),
        cmocka_unit_test(test_floors_are_footnotes),
        cmocka_unit_test(test_words_become_no_markup),
        cmocka_unit_test(test_sources_and_clauses),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_wrong_catalogues),
        cmocka_unit_test(test_what_is_missing),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_changes_of_sentences),
        cmocka_unit_test(test_changes_of_sources),
    };
    int code = cmocka_run_group_tests(tests, NULL, NULL);
    texts_free();
    return code;
}
