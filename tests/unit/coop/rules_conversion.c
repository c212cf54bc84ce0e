/* Another legal form. */
#include "test.h"

#include "bylaws/model.h"
#include "coop/ending.h"
#include "coop/view.h"

#include <stdlib.h>

enum { CALL_S = 34560000, TEXT_MAX = 24000 };

/* `text` with `of` in the place of what stands there once. */
static char *with(const char *text, const char *is, const char *of)
{
    char *out = calloc(1, TEXT_MAX);
    const char *at = strstr(text, is);
    assert_non_null(out);
    assert_non_null(at);
    snprintf(out, TEXT_MAX, "%.*s%s%s", (int)(at - text), text, of, at + strlen(is));
    return out;
}

/* The model of a European Cooperative Society, which states how long creditors are called. */
static char *society(void)
{
    const sheaf_bylaws_model *model;
    size_t place = 0;
    while ((model = sheaf_bylaws_model_at(place++))->form != SHEAF_legal_form_sce)
        ;
    char *text =
        with(model->text, "\"dissolution\":{", "\"dissolution\":{\"call_s\":34560000,");
    for (char *at = text; *at; at++)
        *at = *at == '\'' ? ' ' : *at; /* the kit's quote */
    char *paid = with(text, "\"before_admission\":true,", "");
    free(text);
    text = paid;
    for (int i = 0; i < 3; i++) { /* name, place and text of article 1 */
        char *full = with(text, ":\"\"", ":\"SCE x\"");
        free(text);
        text = full;
    }
    return text;
}

/* `what`, of which the document is a part, is the kit's to read. */
static void act(kit *k, const char *kind, const char *label, const char *before,
                const char *text, const char *after)
{
    char *what = calloc(1, TEXT_MAX + 400);
    assert_non_null(what);
    snprintf(what, TEXT_MAX + 400, "%s%s%s", before, text, after);
    kit_want(k, SHEAF_ACCEPTED, "ann", kind, what, label);
    free(what);
}

static void convert(const char *text, const char *other, uint8_t form)
{
    kit k;
    kit_open(&k);
    act(&k, "coop.found", "ann", "{'bylaws':", text,
        ",'class':0,'hub_key':@hub,'kind':'person','log_key':@log,'name':^,'origin':"
        "'" KIT_ORIGIN "','public_key':@ann,'revision':1}");
    act(&k, "motion.open", "m",
        "{'effect':{'kind':'bylaws.amend','what':{'base':#ann,'text':", other, "}},'title':^}");
    const struct sheaf_row_motion *motion = sheaf_motion_get(&k.state, kit_index(&k, "m"));
    assert_int_equal(motion->sort, SHEAF_decision_sort_protected);
    kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    if (k.now < motion->closes)
        k.now = motion->closes;
    k.step_ms = 0;
    kit_do(&k, "hub", "clock.tick", "v", KIT_TICK("motion", "m"));
    const struct sheaf_row_bylaws *version = sheaf_bylaws_get(&k.state, kit_index(&k, "v"));
    assert_int_equal(version->state, SHEAF_bylaws_state_waiting);
    assert_int_equal(version->form, form);
    k.now = version->adopted + INT64_C(1000) * CALL_S - 1;
    char what[200];
    snprintf(what, sizeof what, "{'date':%lld,'document':~7,'number':'R 1','of':#v}",
             (long long)(version->adopted / 1000));
    kit_want(&k, R(creditors_called), "ann", "bylaws.register", what, NULL);
    k.now++;
    kit_want(&k, SHEAF_ACCEPTED, "ann", "bylaws.register", what, NULL);
    assert_int_equal(sheaf_bylaws_now(&k.state)->form, form);
    kit_close(&k);
}

/* It takes five to form a society, or two where all are bodies. */
void test_few_members(void **unused)
{
    (void)unused;
    static const char *const names[] = {"ann", "bob", "cat", "dan", "eve"};
    char *text = society();
    for (int person = 0; person < 2; person++) {
        const char *kind = person ? "person" : "organisation";
        kit k;
        char after[300];
        kit_open(&k);
        snprintf(after, sizeof after,
                 ",'class':0,'hub_key':@hub,'kind':'%s','log_key':@log,'name':^,'origin':"
                 "'" KIT_ORIGIN "','public_key':@ann,'revision':1}",
                 kind);
        act(&k, "coop.found", "ann", "{'bylaws':", text, after);
        for (int i = 1; i < 5; i++) {
            assert_int_equal(sheaf_members_few(&k.state), person || i < 2);
            kit_do(&k, names[i], "member.apply", names[i],
                   "{'class':0,'kind':'%s','name':^,'public_key':@%s,'web':false}", kind,
                   names[i]);
            for (int by = 0; by <= i / 2; by++)
                kit_do(&k, names[by], "member.admit", NULL, "{'member':#%s}", names[i]);
        }
        assert_false(sheaf_members_few(&k.state));
        kit_close(&k);
    }
    free(text);
}

/* An amendment of the form is protected, awaits its registration, and is not registered before
 * creditors have been called; other amendments are. So is one of an association that registers
 * no other amendments. */
void test_conversion(void **unused)
{
    (void)unused;
    char *text = society();
    char *other = with(text, "\"form\":\"sce\"", "\"form\":\"association\"");
    char *free_of_it = with(other, "\"registration\":true", "\"registration\":false");
    convert(text, other, SHEAF_legal_form_association);
    convert(free_of_it, text, SHEAF_legal_form_sce);
    free(text);
    free(other);
    free(free_of_it);
}
