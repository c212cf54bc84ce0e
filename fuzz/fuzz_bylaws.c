/* fuzz_bylaws.c - any bytes as bylaws: what is accepted has one spelling; what is wrong with
 * it, its statutes in English and German, and what it changes against a model can be told. */
#include "bylaws/bylaws.h"
#include "bylaws/changes.h"
#include "bylaws/model.h"
#include "bylaws/sentences.h"
#include "bylaws/statutes.h"

#include <stdlib.h>

extern const char sheaf_statutes_en[], sheaf_statutes_en_end[];
extern const char sheaf_statutes_de[], sheaf_statutes_de_end[];

enum { LANGUAGES = 2, FINDINGS_MAX = 40, TOLD_MAX = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static sheaf_messages messages[LANGUAGES];
static const struct sheaf_bylaws *model;

static void holds(bool fact)
{
    if (!fact)
        __builtin_trap();
}

static const struct sheaf_bylaws *decode(sheaf_slice in, uint8_t **block)
{
    const struct sheaf_bylaws *out;
    *block = *block ? *block : malloc(SHEAF_ACT_ARENA_BYTES);
    if (!*block)
        abort();
    sheaf_arena arena = sheaf_arena_over(*block, SHEAF_ACT_ARENA_BYTES);
    return sheaf_bylaws_decode(in, 1, &arena, &out, NULL) == SHEAF_OK ? out : NULL;
}

/* The model says nothing of the co-op yet: every empty text becomes "x". */
static void open_model(void)
{
    static uint8_t *kept, *tree_block;
    sheaf_json *tree;
    sheaf_buffer json;
    tree_block = malloc(SHEAF_ACT_ARENA_BYTES);
    sheaf_arena arena = sheaf_arena_over(tree_block, SHEAF_ACT_ARENA_BYTES);
    sheaf_buffer_init(&json, SHEAF_ENTRY_MAX);
    const char *text = sheaf_bylaws_template(SHEAF_legal_form_association);
    holds(tree_block && sheaf_json_parse(sheaf_str(text), &arena, &tree, NULL) == SHEAF_OK);
    for (sheaf_json *m = tree->first; m; m = m->next)
        for (sheaf_json *f = m->first; f; f = f->next)
            if (f->type == SHEAF_JSON_STRING && !f->string.len)
                f->string = sheaf_str("x");
    sheaf_json_write(&json, tree);
    model = decode(sheaf_buffer_slice(&json), &kept);
    holds(model);
}

static void open_languages(void)
{
    static uint8_t *blocks[LANGUAGES];
    sheaf_slice english =
        sheaf_bytes(sheaf_statutes_en, (size_t)(sheaf_statutes_en_end - sheaf_statutes_en));
    sheaf_slice german =
        sheaf_bytes(sheaf_statutes_de, (size_t)(sheaf_statutes_de_end - sheaf_statutes_de));
    for (int i = 0; i < LANGUAGES; i++) {
        blocks[i] = malloc(SHEAF_MESSAGES_ARENA_BYTES);
        sheaf_arena arena = sheaf_arena_over(blocks[i], SHEAF_MESSAGES_ARENA_BYTES);
        holds(sheaf_messages_open(&messages[i], i ? german : english, english, &arena, NULL)
              == SHEAF_OK);
    }
}

static sheaf_status see_change(void *context, const sheaf_change *change, sheaf_err *err)
{
    (void)context, (void)err;
    holds(change->path[0] && !sheaf_slice_equal(change->old, change->new));
    return SHEAF_OK;
}

static sheaf_status see_sentence(void *context, sheaf_slice sentence, bool new, sheaf_err *err)
{
    (void)context, (void)new, (void)err;
    holds(sentence.len > 0);
    return SHEAF_OK;
}

static void tell(const struct sheaf_bylaws *bylaws, const sheaf_messages *in)
{
    sheaf_buffer out;
    for (int format = SHEAF_PAGE_MARKDOWN; format <= SHEAF_PAGE_HTML; format++) {
        sheaf_buffer_init(&out, SHEAF_STATUTES_BYTES_MAX);
        holds(sheaf_statutes_write(&out, (sheaf_page_format)format, bylaws, in, sheaf_str(""),
                                   NULL)
                  == SHEAF_OK
              || out.failed);
        sheaf_buffer_deinit(&out);
    }
    for (int article = 1; article < SHEAF_ARTICLE_COUNT; article++) {
        holds(sheaf_article_changes(model, bylaws, (sheaf_article)article, in, see_change, NULL,
                                    NULL)
              == SHEAF_OK);
        holds(sheaf_article_sentences(model, bylaws, (sheaf_article)article, in, see_sentence,
                                      NULL, NULL)
              == SHEAF_OK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint8_t *block;
    static sheaf_bylaws_finding list[FINDINGS_MAX];
    sheaf_slice in = sheaf_bytes(data, len);
    sheaf_buffer out;
    if (!model) {
        open_languages();
        open_model();
    }
    const struct sheaf_bylaws *bylaws = decode(in, &block);
    if (!bylaws)
        return 0;
    sheaf_buffer_init(&out, SHEAF_ENTRY_MAX + 1);
    sheaf_record_encode(&out, sheaf_record_shape("bylaws"), bylaws);
    holds(!out.failed && sheaf_slice_equal(sheaf_buffer_slice(&out), in));
    sheaf_buffer_deinit(&out);
    sheaf_buffer_init(&out, TOLD_MAX);
    size_t found = sheaf_bylaws_check_all(bylaws, list, FINDINGS_MAX);
    for (size_t i = 0; i < found; i++)
        sheaf_bylaws_fault_write(&list[i], &out);
    holds(!out.failed);
    sheaf_buffer_deinit(&out);
    for (int i = 0; i < LANGUAGES; i++)
        tell(bylaws, &messages[i]);
    return 0;
}
