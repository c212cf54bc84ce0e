#include "cli/bylaws_sources.h"

#include "bylaws/model.h"
#include "bylaws/sources.h"

#include <stdlib.h>

enum { MODELS_MAX = 16 };

/* ---- a draft ---- */

static bool is_choice(const sheaf_json *note)
{
    return sheaf_slice_is(sheaf_json_member_string(note, "source"), SHEAF_SOURCE_CHOICE);
}

/* Is there a note before it that says the founders chose the same? */
static bool said_already(const sheaf_json *notes, const sheaf_json *note)
{
    sheaf_slice of = sheaf_json_member_string(note, "of");
    for (const sheaf_json *at = notes->first; at != note; at = at->next)
        if (is_choice(at) && sheaf_slice_equal(sheaf_json_member_string(at, "of"), of))
            return true;
    return false;
}

static void say_choice(sheaf_json *note)
{
    for (sheaf_json *m = note->first; m; m = m->next)
        if (sheaf_slice_is(m->name, "source"))
            m->string = sheaf_str(SHEAF_SOURCE_CHOICE);
}

static void settle_article(sheaf_json *article, const sheaf_json *model)
{
    sheaf_json **notes = &article->first;
    while (*notes && !sheaf_slice_is((*notes)->name, "sources"))
        notes = &(*notes)->next;
    if (!*notes || (*notes)->type != SHEAF_JSON_LIST)
        return;
    for (sheaf_json **at = &(*notes)->first; *at;) {
        bool stale = sheaf_source_compare(model, article, *at) == SHEAF_SOURCE_STALE;
        bool needed = !stale || sheaf_source_needed(article, *at);
        if (stale && needed)
            say_choice(*at);
        if (needed && !(stale && said_already(*notes, *at))) {
            at = &(*at)->next;
            continue;
        }
        *at = (*at)->next;
        (*notes)->count--;
    }
    if ((*notes)->count)
        return;
    *notes = (*notes)->next; /* no list is empty */
    article->count--;
}

sheaf_status sheaf_draft_settle_sources(sheaf_draft *tree, const char *model, sheaf_err *err)
{
    sheaf_json *from;
    SHEAF_TRY(sheaf_json_parse(sheaf_str(model), tree->arena, &from, err));
    for (sheaf_article i = 1; i < SHEAF_ARTICLE_COUNT; i++) {
        const char *key = sheaf_article_describe(i)->key;
        sheaf_json *article = sheaf_draft_at(tree, key);
        if (article && article->type == SHEAF_JSON_OBJECT)
            settle_article(article, sheaf_json_member(from, key));
    }
    return SHEAF_OK;
}

/* ---- documents ---- */

/* A document as a tree. */
typedef struct {
    sheaf_buffer json;
    void *block;
    sheaf_arena arena;
    sheaf_json *root;
} grown;

static sheaf_status grow(grown *g, const struct sheaf_bylaws *bylaws, sheaf_err *err)
{
    *g = (grown){.block = malloc(SHEAF_ACT_ARENA_BYTES)};
    sheaf_buffer_init(&g->json, SHEAF_ENTRY_MAX);
    if (!g->block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the sources of bylaws");
    g->arena = sheaf_arena_over(g->block, SHEAF_ACT_ARENA_BYTES);
    sheaf_record_encode(&g->json, sheaf_record_shape("bylaws"), bylaws);
    SHEAF_TRY(sheaf_buffer_check(&g->json, "the bylaws", err));
    return sheaf_json_parse(sheaf_buffer_slice(&g->json), &g->arena, &g->root, err);
}

static void fell(grown *g)
{
    sheaf_buffer_deinit(&g->json);
    free(g->block);
}

static const sheaf_json *notes_of(const sheaf_json *article)
{
    const sheaf_json *notes = sheaf_json_member(article, "sources");
    return notes ? notes->first : NULL;
}

static void visit_note(sheaf_stale_visit *visit, void *context, sheaf_article article,
                       const sheaf_json *note)
{
    visit(context, article, sheaf_json_member_string(note, "of"),
          sheaf_json_member_string(note, "source"));
}

sheaf_status sheaf_sources_stale(const struct sheaf_bylaws *before,
                                 const struct sheaf_bylaws *now, sheaf_article article,
                                 sheaf_stale_visit *visit, void *context, sheaf_err *err)
{
    const char *key = sheaf_article_describe(article)->key;
    grown old, new = {.block = NULL};
    sheaf_status status = grow(&old, before, err);
    if (status == SHEAF_OK)
        status = grow(&new, now, err);
    const sheaf_json *was = status == SHEAF_OK ? sheaf_json_member(old.root, key) : NULL;
    const sheaf_json *is = status == SHEAF_OK ? sheaf_json_member(new.root, key) : NULL;
    for (const sheaf_json *note = notes_of(is); note; note = note->next)
        if (sheaf_source_compare(was, is, note) == SHEAF_SOURCE_STALE)
            visit_note(visit, context, article, note);
    fell(&old);
    fell(&new);
    return status;
}

/* Stale against one model at least, and true of none. */
static bool stale_everywhere(sheaf_json *const *models, size_t count, const char *key,
                             const sheaf_json *article, const sheaf_json *note)
{
    bool stale = false;
    for (size_t i = 0; i < count; i++) {
        sheaf_source_state state =
            sheaf_source_compare(sheaf_json_member(models[i], key), article, note);
        if (state == SHEAF_SOURCE_HOLDS)
            return false;
        stale = stale || state == SHEAF_SOURCE_STALE;
    }
    return stale;
}

sheaf_status sheaf_sources_of_models(const struct sheaf_bylaws *now, sheaf_stale_visit *visit,
                                     void *context, sheaf_err *err)
{
    sheaf_json *models[MODELS_MAX];
    const sheaf_bylaws_model *model;
    size_t count = 0;
    grown g;
    sheaf_status status = grow(&g, now, err);
    while (status == SHEAF_OK && count < MODELS_MAX && (model = sheaf_bylaws_model_at(count))) {
        status = sheaf_json_parse(sheaf_str(model->text), &g.arena, &models[count], err);
        count++;
    }
    for (sheaf_article i = 1; status == SHEAF_OK && i < SHEAF_ARTICLE_COUNT; i++) {
        const char *key = sheaf_article_describe(i)->key;
        const sheaf_json *article = sheaf_json_member(g.root, key);
        for (const sheaf_json *note = notes_of(article); note; note = note->next)
            if (stale_everywhere(models, count, key, article, note))
                visit_note(visit, context, i, note);
    }
    fell(&g);
    return status;
}
