#include "generate.h"

#include "test.h"

#include "base/json.h"

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t generator_next(generator *g)
{
    uint64_t z = (g->state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

int64_t generator_number(generator *g, int64_t lo, int64_t hi)
{
    uint64_t range = (uint64_t)hi - (uint64_t)lo, pick = generator_next(g) % 8;
    if (pick == 0)
        return lo;
    if (pick == 1)
        return hi;
    return lo + (int64_t)(generator_next(g) % (range + 1));
}

static void *take(generator *g, size_t count, size_t size)
{
    void *out = sheaf_arena_take(g->arena, count, size, _Alignof(max_align_t));
    assert_non_null(out);
    return out;
}

/* Words of one to three bytes a letter, with quotes and backslashes among them. */
static sheaf_slice words(generator *g, int64_t lo, int64_t hi)
{
    size_t len = (size_t)generator_number(g, lo, hi < lo + 60 ? hi : lo + 60);
    uint8_t *out = take(g, len + 1, 1);
    static const char *const letters[] = {"a", "Z", "7", "\"", "\\", "/", "é", "€"};
    for (size_t i = 0; i < len;) {
        const char *letter = letters[generator_next(g) % 8];
        size_t n = strlen(letter);
        if (n > len - i)
            letter = "x", n = 1;
        memcpy(out + i, letter, n);
        i += n;
    }
    return sheaf_bytes(out, len);
}

static const sheaf_effect *effect(generator *g)
{
    sheaf_kind kind;
    do {
        kind = (sheaf_kind)generator_number(g, 1, SHEAF_KIND_COUNT - 1);
    } while (sheaf_kind_shape(kind)->actor != SHEAF_ACTOR_COOP);
    void *what = take(g, 1, sheaf_kind_shape(kind)->size);
    generator_fill(g, sheaf_kind_shape(kind), what);
    sheaf_effect *out = take(g, 1, sizeof *out);
    *out = (sheaf_effect){kind, what};
    return out;
}

static sheaf_list list(generator *g, const sheaf_field *f)
{
    int64_t hi = f->hi < f->lo + 6 || generator_next(g) % 50 == 0 ? f->hi : f->lo + 6;
    uint32_t count = (uint32_t)generator_number(g, f->lo, hi);
    uint8_t *rows = take(g, count, f->shape->size);
    for (uint32_t i = 0; i < count; i++)
        generator_fill(g, f->shape, rows + (size_t)i * f->shape->size);
    return (sheaf_list){rows, count};
}

static void fill_field(generator *g, const sheaf_field *f, void *at)
{
    size_t choices = 0;
    switch (f->type) {
    case SHEAF_FIELD_INT:
        *(int64_t *)at = generator_number(g, f->lo, f->hi);
        break;
    case SHEAF_FIELD_REF:
        *(uint32_t *)at = (uint32_t)generator_number(g, 0, SHEAF_REF_MAX);
        break;
    case SHEAF_FIELD_TEXT:
    case SHEAF_FIELD_HASH:
    case SHEAF_FIELD_KEY:
        for (size_t i = 0; i < 32; i++)
            ((uint8_t *)at)[i] = (uint8_t)generator_next(g);
        break;
    case SHEAF_FIELD_SIG:
        for (size_t i = 0; i < 64; i++)
            ((uint8_t *)at)[i] = (uint8_t)generator_next(g);
        break;
    case SHEAF_FIELD_NAME:
        *(sheaf_slice *)at = words(g, f->lo, f->hi);
        break;
    case SHEAF_FIELD_BOOL:
        *(bool *)at = generator_next(g) & 1;
        break;
    case SHEAF_FIELD_ENUM:
        while (f->choices[choices])
            choices++;
        *(uint8_t *)at = (uint8_t)(generator_next(g) % choices);
        break;
    case SHEAF_FIELD_REC:
        generator_fill(g, f->shape, at);
        break;
    case SHEAF_FIELD_LIST:
        *(sheaf_list *)at = list(g, f);
        break;
    case SHEAF_FIELD_EFFECT:
        *(const sheaf_effect **)at = effect(g);
        break;
    }
}

void generator_fill(generator *g, const sheaf_shape *shape, void *out)
{
    for (size_t i = 0; i < shape->count; i++) {
        const sheaf_field *f = &shape->fields[i];
        if (f->since > GENERATOR_REVISION || (!f->required && generator_next(g) % 3 == 0))
            continue;
        *(bool *)((uint8_t *)out + f->has) = true;
        fill_field(g, f, (uint8_t *)out + f->at);
    }
}

/* Lists in lists can be longer than an entry takes, which nobody can sign then. */
static bool fits(const sheaf_act *act)
{
    sheaf_buffer buffer;
    sheaf_buffer_init(&buffer, SHEAF_ENTRY_MAX);
    sheaf_act_encode(&buffer, act);
    bool whole = !buffer.failed;
    sheaf_buffer_deinit(&buffer);
    return whole;
}

static sheaf_act any_act(generator *g, sheaf_kind kind)
{
    const sheaf_shape *shape = sheaf_kind_shape(kind);
    void *what = take(g, 1, shape->size);
    generator_fill(g, shape, what);
    bool by = shape->actor == SHEAF_ACTOR_MEMBER;
    return (sheaf_act){
        .kind = kind,
        .has_by = by,
        .has_key = by || shape->actor == SHEAF_ACTOR_HUB,
        .by = (uint32_t)generator_number(g, 0, SHEAF_REF_MAX),
        .key = (uint32_t)generator_number(g, 0, SHEAF_REF_MAX),
        .at = generator_number(g, 0, SHEAF_JSON_INT_MAX),
        .until = generator_number(g, 0, SHEAF_JSON_INT_MAX),
        .seen = (uint64_t)generator_number(g, 0, SHEAF_REF_MAX),
        .seq = (uint64_t)generator_number(g, 1, SHEAF_JSON_INT_MAX),
        .what = what,
    };
}

sheaf_act generator_act(generator *g, sheaf_kind kind)
{
    sheaf_act act = any_act(g, kind);
    while (!fits(&act))
        act = any_act(g, kind);
    return act;
}

sheaf_slice generator_bytes(generator *g, const sheaf_act *act)
{
    sheaf_buffer buffer;
    sheaf_buffer_init(&buffer, SHEAF_ENTRY_MAX);
    sheaf_act_encode(&buffer, act);
    assert_false(buffer.failed);
    sheaf_slice bytes = sheaf_arena_copy(g->arena, sheaf_buffer_slice(&buffer));
    assert_non_null(bytes.data);
    sheaf_buffer_deinit(&buffer);
    return bytes;
}
