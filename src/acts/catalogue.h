/* acts/catalogue.h - every kind of act, from the tables in acts/tbl/.
 *
 * The tables are included repeatedly; each inclusion makes one thing of every row: a number
 * (sheaf_kind), a struct that rules read (struct sheaf_motion_open), a descriptor that the
 * decoder, the encoder, `sheaf help KIND`, the flags, JSON Schema and docs/acts.md walk, and in
 * coop/ the prototype of the rule, so that a kind without its rule does not link.
 *
 *     RECORD(name, doc)                                      an object inside acts
 *     ACT(name, wire, actor, needs, since, visibility, doc)  a kind of act
 *     F(owner, type, sub, name, need, lo, hi, since, doc)    a field
 *     END(name)
 *
 * Fields of one owner stand in byte order of their names.
 *
 * actor: FOUNDER and APPLICANT bring their key inside the act; MEMBER signs with an admitted
 * key; HUB with the key of the founding entry; COOP acts are effects of adopted motions.
 *
 * visibility: the area that decides who may read entries of the kind. PUBLIC is for everyone;
 * of the others the bylaws say whether they are for members only. STATE is for everyone where
 * all areas are.
 *
 * needs: the scope of a member's key, NONE for any; or how a motion with the effect is decided.
 *
 * type and range: INT lo..hi; REF an entry's index; TEXT a commitment to a text of lo..hi
 * bytes, with sub `person` where it says who or where somebody is; NAME public words of lo..hi
 * bytes; HASH 32 bytes in hex; KEY 32 and SIG 64 bytes in base64url;
 * BOOL; ENUM a choice of tbl/enums.def; REC one object; LIST lo..hi objects; EFFECT an act of
 * the co-op.
 *
 * since: the first rules revision that knows the kind or the field.
 */
#ifndef SHEAF_ACTS_CATALOGUE_H
#define SHEAF_ACTS_CATALOGUE_H

#include "base/slice.h"
#include "crypto/hash.h"

#define SHEAF_SKIP(...)

/* The kinds. */
#define RECORD                                                SHEAF_SKIP
#define F                                                     SHEAF_SKIP
#define END                                                   SHEAF_SKIP
#define ACT(name, wire, actor, needs, since, visibility, doc) SHEAF_KIND_##name,
typedef enum {
    SHEAF_KIND_none,
#include "acts/tbl/all.def"
    SHEAF_KIND_COUNT
} sheaf_kind;
#undef RECORD
#undef F
#undef END
#undef ACT

/* The choices: SHEAF_choice_yes, and SHEAF_choice_COUNT. */
#define ENUM(name, doc)                                                                        \
    enum sheaf_##name                                                                          \
    {
#define E(owner, name, doc) SHEAF_##owner##_##name,
#define END_ENUM(name)                                                                         \
    SHEAF_##name##_COUNT                                                                       \
    }                                                                                          \
    ;
#include "acts/tbl/enums.def"
#undef ENUM
#undef E
#undef END_ENUM

typedef enum {
    SHEAF_ACTOR_FOUNDER,
    SHEAF_ACTOR_APPLICANT,
    SHEAF_ACTOR_MEMBER,
    SHEAF_ACTOR_HUB,
    SHEAF_ACTOR_COOP,
} sheaf_actor;

typedef enum {
    SHEAF_NEEDS_NONE,
    SHEAF_NEEDS_ADMIN, /* scopes of a member's key */
    SHEAF_NEEDS_DATA,
    SHEAF_NEEDS_MONEY,
    SHEAF_NEEDS_TRAIN,
    SHEAF_NEEDS_VOTE,
    SHEAF_NEEDS_ORDINARY, /* least sort of the decision on this effect, as enum decision_sort */
    SHEAF_NEEDS_QUALIFIED,
    SHEAF_NEEDS_PROTECTED,
} sheaf_needs;

typedef enum {
    SHEAF_AREA_PUBLIC,
    SHEAF_AREA_BALLOTS,
    SHEAF_AREA_DATA,
    SHEAF_AREA_DECISIONS,
    SHEAF_AREA_LEDGER,
    SHEAF_AREA_MEMBERS,
    SHEAF_AREA_STATE,
    SHEAF_AREA_COUNT,
} sheaf_area;

typedef enum {
    SHEAF_FIELD_INT,
    SHEAF_FIELD_REF,
    SHEAF_FIELD_TEXT,
    SHEAF_FIELD_NAME,
    SHEAF_FIELD_HASH,
    SHEAF_FIELD_KEY,
    SHEAF_FIELD_SIG,
    SHEAF_FIELD_BOOL,
    SHEAF_FIELD_ENUM,
    SHEAF_FIELD_REC,
    SHEAF_FIELD_LIST,
    SHEAF_FIELD_EFFECT,
} sheaf_field_type;

typedef struct {
    uint8_t bytes[32];
} sheaf_public_key;

typedef struct {
    uint8_t bytes[64];
} sheaf_signature_bytes;

/* A list of records: at[count] of the record's struct. */
typedef struct {
    const void *at;
    uint32_t count;
} sheaf_list;

/* What an adopted motion does: `what` points to the struct of the kind. */
typedef struct {
    sheaf_kind kind;
    const void *what;
} sheaf_effect;

/* The structs that rules read. An optional field has its has_NAME; of required ones it is true.
 */
#define SHEAF_C_INT(sub)                                      int64_t
#define SHEAF_C_REF(sub)                                      uint32_t
#define SHEAF_C_TEXT(sub)                                     sheaf_hash
#define SHEAF_C_NAME(sub)                                     sheaf_slice
#define SHEAF_C_HASH(sub)                                     sheaf_hash
#define SHEAF_C_KEY(sub)                                      sheaf_public_key
#define SHEAF_C_SIG(sub)                                      sheaf_signature_bytes
#define SHEAF_C_BOOL(sub)                                     bool
#define SHEAF_C_ENUM(sub)                                     uint8_t
#define SHEAF_C_REC(sub)                                      struct sheaf_##sub
#define SHEAF_C_LIST(sub)                                     sheaf_list
#define SHEAF_C_EFFECT(sub)                                   const sheaf_effect *
#define RECORD(name, doc)                                     struct sheaf_##name {
#define ACT(name, wire, actor, needs, since, visibility, doc) struct sheaf_##name {
#define F(owner, type, sub, name, need, lo, hi, since, doc)                                    \
    SHEAF_C_##type(sub) name;                                                                  \
    bool has_##name;
#define END(name)                                                                              \
    char end;                                                                                  \
    }                                                                                          \
    ;
#include "acts/tbl/all.def"
#undef RECORD
#undef ACT
#undef F
#undef END

/* The descriptors. */
typedef struct sheaf_shape sheaf_shape;

typedef struct {
    const char *name, *doc;
    const char *sub;                /* of REF what it refers to, of ENUM the table's name */
    const sheaf_shape *shape;       /* of REC and LIST, else NULL */
    const char *const *choices;     /* of ENUM: names in wire order, ended by NULL */
    const char *const *choice_docs; /* of ENUM */
    int64_t lo, hi;
    uint16_t at, has; /* offsets in the struct */
    uint8_t name_len;
    sheaf_field_type type;
    bool required;
    bool personal; /* a text that stands in the hub's private register alone */
    uint16_t since;
} sheaf_field;

struct sheaf_shape {
    const char *name; /* wire name of a kind, or name of a record */
    const char *doc;
    const sheaf_field *fields;
    uint16_t count;
    uint16_t size; /* of the struct */
    sheaf_actor actor;
    sheaf_needs needs;
    sheaf_area area;
    uint16_t since;
    sheaf_kind kind; /* SHEAF_KIND_none for a record */
};

/* The descriptor of a kind, 0 < kind < SHEAF_KIND_COUNT. */
const sheaf_shape *sheaf_kind_shape(sheaf_kind kind);

/* By wire name; SHEAF_KIND_none if there is none. */
sheaf_kind sheaf_kind_find(sheaf_slice wire);

/* The descriptor of a record by its name, NULL if there is none. */
const sheaf_shape *sheaf_record_shape(const char *name);

/* A field of a shape by its name, NULL if there is none. */
const sheaf_field *sheaf_shape_field(const sheaf_shape *shape, sheaf_slice name);

/* Words for `needs` and `actor` as documents and refusals use them. */
const char *sheaf_needs_name(sheaf_needs needs);
const char *sheaf_actor_name(sheaf_actor actor);
/* The word of the bylaws: "ballots"; "public" and "state" for the two that are not set there.
 */
const char *sheaf_area_name(sheaf_area area);

#endif
