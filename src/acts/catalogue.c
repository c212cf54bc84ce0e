#include "acts/acts_internal.h"

#include <assert.h>

/* Names and docs of the choices. */
#define ENUM(name_, doc_)      static const char *const names_##name_[] = {
#define E(owner_, name_, doc_) #name_,
#define END_ENUM(name_)                                                                        \
    NULL                                                                                       \
    }                                                                                          \
    ;
#include "acts/tbl/enums.def"
#undef ENUM
#undef E
#define ENUM(name_, doc_)      static const char *const docs_##name_[] = {
#define E(owner_, name_, doc_) doc_,
#include "acts/tbl/enums.def"
#undef ENUM
#undef E
#undef END_ENUM

#define ENUM(name_, doc_) {#name_, doc_, names_##name_, docs_##name_},
#define E                 SHEAF_SKIP
#define END_ENUM          SHEAF_SKIP
const sheaf_choices sheaf_choice_tables[] = {
#include "acts/tbl/enums.def"
};
#undef ENUM
#undef E
#undef END_ENUM
const size_t sheaf_choice_table_count =
    sizeof sheaf_choice_tables / sizeof *sheaf_choice_tables;

/* The descriptors of the fields. A record stands in the tables before it is used. */
#define SHAPE_INT(sub)    NULL
#define SHAPE_REF(sub)    NULL
#define SHAPE_TEXT(sub)   NULL
#define SHAPE_NAME(sub)   NULL
#define SHAPE_HASH(sub)   NULL
#define SHAPE_KEY(sub)    NULL
#define SHAPE_SIG(sub)    NULL
#define SHAPE_BOOL(sub)   NULL
#define SHAPE_ENUM(sub)   NULL
#define SHAPE_REC(sub)    &shape_##sub
#define SHAPE_LIST(sub)   &shape_##sub
#define SHAPE_EFFECT(sub) NULL

#define NAMES_INT(sub)    NULL
#define NAMES_REF(sub)    NULL
#define NAMES_TEXT(sub)   NULL
#define NAMES_NAME(sub)   NULL
#define NAMES_HASH(sub)   NULL
#define NAMES_KEY(sub)    NULL
#define NAMES_SIG(sub)    NULL
#define NAMES_BOOL(sub)   NULL
#define NAMES_ENUM(sub)   names_##sub
#define NAMES_REC(sub)    NULL
#define NAMES_LIST(sub)   NULL
#define NAMES_EFFECT(sub) NULL

#define DOCS_INT(sub)    NULL
#define DOCS_REF(sub)    NULL
#define DOCS_TEXT(sub)   NULL
#define DOCS_NAME(sub)   NULL
#define DOCS_HASH(sub)   NULL
#define DOCS_KEY(sub)    NULL
#define DOCS_SIG(sub)    NULL
#define DOCS_BOOL(sub)   NULL
#define DOCS_ENUM(sub)   docs_##sub
#define DOCS_REC(sub)    NULL
#define DOCS_LIST(sub)   NULL
#define DOCS_EFFECT(sub) NULL

#define OPT false
#define REQ true

#define RECORD(name_, doc_)                                                                    \
    static const sheaf_shape shape_##name_;                                                    \
    static const sheaf_field fields_##name_[] = {
#define ACT(name_, wire_, actor_, needs_, since_, visibility_, doc_)                           \
    static const sheaf_field fields_##name_[] = {
#define F(owner_, type_, sub_, name_, need_, lo_, hi_, since_, doc_)                           \
    {.name = #name_,                                                                           \
     .name_len = sizeof #name_ - 1,                                                            \
     .doc = doc_,                                                                              \
     .sub = #sub_,                                                                             \
     .shape = SHAPE_##type_(sub_),                                                             \
     .choices = NAMES_##type_(sub_),                                                           \
     .choice_docs = DOCS_##type_(sub_),                                                        \
     .lo = lo_,                                                                                \
     .hi = hi_,                                                                                \
     .at = offsetof(struct sheaf_##owner_, name_),                                             \
     .has = offsetof(struct sheaf_##owner_, has_##name_),                                      \
     .type = SHEAF_FIELD_##type_,                                                              \
     .required = need_,                                                                        \
     .personal = #sub_[0] == 'p' && SHEAF_FIELD_##type_ == SHEAF_FIELD_TEXT,                   \
     .since = since_},
#define END(name_)                                                                             \
    }                                                                                          \
    ;
#include "acts/tbl/all.def"
#undef RECORD
#undef ACT
#undef F
#undef END

/* The descriptors of records and kinds. */
#define F   SHEAF_SKIP
#define END SHEAF_SKIP
#define RECORD(name_, doc_)                                                                    \
    static const sheaf_shape shape_##name_ = {.name = #name_,                                  \
                                              .doc = doc_,                                     \
                                              .fields = fields_##name_,                        \
                                              .count = sizeof fields_##name_                   \
                                                       / sizeof *fields_##name_,               \
                                              .size = sizeof(struct sheaf_##name_),            \
                                              .since = 1,                                      \
                                              .kind = SHEAF_KIND_none};                        \
    _Static_assert(sizeof(struct sheaf_##name_) <= UINT16_MAX, "the struct's size fits");
#define ACT(name_, wire_, actor_, needs_, since_, visibility_, doc_)                           \
    static const sheaf_shape shape_##name_ = {.name = wire_,                                   \
                                              .doc = doc_,                                     \
                                              .fields = fields_##name_,                        \
                                              .count = sizeof fields_##name_                   \
                                                       / sizeof *fields_##name_,               \
                                              .size = sizeof(struct sheaf_##name_),            \
                                              .actor = SHEAF_ACTOR_##actor_,                   \
                                              .needs = SHEAF_NEEDS_##needs_,                   \
                                              .area = SHEAF_AREA_##visibility_,                \
                                              .since = since_,                                 \
                                              .kind = SHEAF_KIND_##name_};                     \
    _Static_assert(sizeof(struct sheaf_##name_) <= UINT16_MAX, "the struct's size fits");
#include "acts/tbl/all.def"
#undef RECORD
#undef ACT

#define RECORD(name_, doc_) &shape_##name_,
#define ACT                 SHEAF_SKIP
const sheaf_shape *const sheaf_records[] = {
#include "acts/tbl/all.def"
};
#undef RECORD
#undef ACT
const size_t sheaf_record_count = sizeof sheaf_records / sizeof *sheaf_records;

#define RECORD SHEAF_SKIP
#define ACT(name_, wire_, actor_, needs_, since_, visibility_, doc_)                           \
    [SHEAF_KIND_##name_] = &shape_##name_,
static const sheaf_shape *const kinds[SHEAF_KIND_COUNT] = {
#include "acts/tbl/all.def"
};
#undef RECORD
#undef ACT
#undef F
#undef END

const sheaf_shape *sheaf_kind_shape(sheaf_kind kind)
{
    assert(kind > SHEAF_KIND_none);
    assert(kind < SHEAF_KIND_COUNT);
    return kinds[kind];
}

#define RECORD SHEAF_SKIP
#define F      SHEAF_SKIP
#define END    SHEAF_SKIP
#define ACT(name_, wire_, actor_, needs_, since_, visibility_, doc_)                           \
    [SHEAF_KIND_##name_] = MARK(sizeof wire_ - 1, wire_[0], wire_[sizeof wire_ - 2]),
/* By length, first and last letter of the name; few kinds have the same. */
#define MARK(len, first, last) ((16 * (len) + 4 * (first) + (last)) % 256)
static const uint8_t kind_marks[SHEAF_KIND_COUNT] = {
#include "acts/tbl/all.def"
};
#undef RECORD
#undef ACT
#undef F
#undef END

sheaf_kind sheaf_kind_find(sheaf_slice wire)
{
    const uint8_t *at = kind_marks + 1, *end = kind_marks + SHEAF_KIND_COUNT;
    if (wire.len == 0)
        return SHEAF_KIND_none;
    int mark = MARK(wire.len, wire.data[0], wire.data[wire.len - 1]);
    while (at < end && (at = memchr(at, mark, (size_t)(end - at)))) {
        sheaf_kind kind = (sheaf_kind)(at++ - kind_marks);
        if (sheaf_slice_is(wire, kinds[kind]->name))
            return kind;
    }
    return SHEAF_KIND_none;
}

const sheaf_shape *sheaf_record_shape(const char *name)
{
    for (size_t i = 0; i < sheaf_record_count; i++)
        if (strcmp(sheaf_records[i]->name, name) == 0)
            return sheaf_records[i];
    return NULL;
}

const sheaf_field *sheaf_shape_field(const sheaf_shape *shape, sheaf_slice name)
{
    for (uint16_t i = 0; i < shape->count; i++)
        if (sheaf_slice_is(name, shape->fields[i].name))
            return &shape->fields[i];
    return NULL;
}

const char *sheaf_needs_name(sheaf_needs needs)
{
    static const char *const names[] = {
        [SHEAF_NEEDS_NONE] = "none",           [SHEAF_NEEDS_ADMIN] = "admin",
        [SHEAF_NEEDS_DATA] = "data",           [SHEAF_NEEDS_MONEY] = "money",
        [SHEAF_NEEDS_TRAIN] = "train",         [SHEAF_NEEDS_VOTE] = "vote",
        [SHEAF_NEEDS_ORDINARY] = "ordinary",   [SHEAF_NEEDS_QUALIFIED] = "qualified",
        [SHEAF_NEEDS_PROTECTED] = "protected",
    };
    assert(needs < sizeof names / sizeof *names);
    return names[needs];
}

const char *sheaf_actor_name(sheaf_actor actor)
{
    static const char *const names[] = {
        [SHEAF_ACTOR_FOUNDER] = "founder", [SHEAF_ACTOR_APPLICANT] = "applicant",
        [SHEAF_ACTOR_MEMBER] = "member",   [SHEAF_ACTOR_HUB] = "hub",
        [SHEAF_ACTOR_COOP] = "co-op",
    };
    assert(actor < sizeof names / sizeof *names);
    return names[actor];
}

const char *sheaf_area_name(sheaf_area area)
{
    static const char *const names[] = {
        [SHEAF_AREA_PUBLIC] = "public", [SHEAF_AREA_BALLOTS] = "ballots",
        [SHEAF_AREA_DATA] = "data",     [SHEAF_AREA_DECISIONS] = "decisions",
        [SHEAF_AREA_LEDGER] = "ledger", [SHEAF_AREA_MEMBERS] = "members",
        [SHEAF_AREA_STATE] = "state",
    };
    assert(area < sizeof names / sizeof *names);
    return names[area];
}
