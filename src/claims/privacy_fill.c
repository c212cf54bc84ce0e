#include "claims/privacy_fill.h"

#include "claims/privacy_cost.h"

/* For the least sensitivity is the same up to 4,096 words, and with it the cost. */
enum { ANY_WORDS = 257, EVALUATION_WORDS = 4 };

static sheaf_json *member(sheaf_json *object, const char *name)
{
    if (!object || object->type != SHEAF_JSON_OBJECT)
        return NULL;
    sheaf_json *at = object->first;
    while (at && !sheaf_slice_is(at->name, name))
        at = at->next;
    return at;
}

static sheaf_json *add(sheaf_json *to, sheaf_json_type type, const char *name,
                       sheaf_arena *arena)
{
    sheaf_json *node = SHEAF_ARENA_NEW(arena, sheaf_json, 1);
    if (!node)
        return NULL;
    *node = (sheaf_json){.type = type, .name = name ? sheaf_str(name) : (sheaf_slice){0}};
    sheaf_json **end = &to->first;
    while (*end)
        end = &(*end)->next;
    *end = node;
    to->count++;
    return node;
}

static sheaf_status add_amounts(sheaf_json *record, const char *name, const sheaf_cost *amounts,
                                sheaf_arena *arena, sheaf_err *err)
{
    if (member(record, name))
        return SHEAF_OK;
    sheaf_json *list = add(record, SHEAF_JSON_LIST, name, arena);
    for (unsigned place = 0; list && place < SHEAF_COST_ORDERS; place++) {
        sheaf_json *item = add(list, SHEAF_JSON_OBJECT, NULL, arena);
        sheaf_json *amount = item ? add(item, SHEAF_JSON_INT, "cost", arena) : NULL;
        if (!amount)
            list = NULL;
        else
            amount->integer = amounts->cost[place];
    }
    return list ? SHEAF_OK : sheaf_fail(err, SHEAF_NOMEM, "no room left in the work memory");
}

/* The member's number within the catalogue's bounds, or 0: then zeros are filled in, and the
 * decoder says what is wrong with the number. */
static int64_t number(const sheaf_json *record, const char *name, int64_t lo, int64_t hi)
{
    int64_t value = sheaf_json_member_int(record, name, 0);
    return value >= lo && value <= hi ? value : 0;
}

static sheaf_status fill_limit(sheaf_json *record, sheaf_arena *arena, sheaf_err *err)
{
    sheaf_cost limit = {0};
    int64_t epsilon = number(record, "epsilon_millionths", 1, 1000000000);
    int64_t delta = number(record, "delta_trillionths", 1, 100000000000);
    if (epsilon && delta && !member(record, "limit"))
        sheaf_cost_allowed((uint64_t)epsilon, (uint64_t)delta, &limit);
    return add_amounts(record, "limit", &limit, arena, err);
}

static sheaf_status fill_cost(sheaf_json *record, const char *name,
                              const sheaf_cost_terms *terms, sheaf_arena *arena, sheaf_err *err)
{
    sheaf_cost cost = {0};
    if (terms->noise_millionths && terms->sampling_millionths && !member(record, name))
        SHEAF_TRY(sheaf_cost_recall(terms, &cost, err));
    return add_amounts(record, name, &cost, arena, err);
}

static uint32_t local_steps(sheaf_json *what)
{
    const sheaf_json *learning = member(what, "learning");
    return learning ? (uint32_t)number(learning, "local_steps", 1, 100000) : 0;
}

static sheaf_status fill_mandate(sheaf_json *what, sheaf_arena *arena, sheaf_err *err)
{
    sheaf_json *privacy = member(what, "privacy");
    if (!privacy || privacy->type != SHEAF_JSON_OBJECT)
        return SHEAF_OK;
    struct sheaf_privacy_terms terms = {
        .noise_millionths = number(privacy, "noise_millionths", 10000, 1000000000),
        .sampling_millionths = number(privacy, "sampling_millionths", 1, 1000000),
        .evaluation_noise_millionths =
            number(privacy, "evaluation_noise_millionths", 10000, 1000000000)};
    sheaf_cost_terms training, evaluation;
    terms.has_local = member(privacy, "local") != NULL;
    sheaf_cost_terms_of(&terms, local_steps(what), ANY_WORDS, EVALUATION_WORDS, &training,
                        &evaluation);
    SHEAF_TRY(fill_cost(privacy, "cost", &training, arena, err));
    SHEAF_TRY(fill_cost(privacy, "evaluation_cost", &evaluation, arena, err));
    return fill_limit(privacy, arena, err);
}

sheaf_status sheaf_privacy_fill(sheaf_kind kind, sheaf_json *what, sheaf_arena *arena,
                                sheaf_err *err)
{
    if (kind == SHEAF_KIND_mandate_grant)
        return fill_mandate(what, arena, err);
    if (kind == SHEAF_KIND_consent_grant) {
        sheaf_json *budget = member(what, "budget");
        return budget && budget->type == SHEAF_JSON_OBJECT ? fill_limit(budget, arena, err)
                                                           : SHEAF_OK;
    }
    if (kind != SHEAF_KIND_motion_open)
        return SHEAF_OK;
    sheaf_json *effect = member(what, "effect"), *carried = member(effect, "what");
    const sheaf_json *name = member(effect, "kind");
    if (!carried || !name || name->type != SHEAF_JSON_STRING
        || sheaf_kind_find(name->string) != SHEAF_KIND_mandate_grant)
        return SHEAF_OK;
    return fill_mandate(carried, arena, err);
}
