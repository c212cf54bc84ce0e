/* coop/tables.h - the rows of the state, from coop/tbl/tables.def.
 *
 * Every table gives a struct (struct sheaf_row_motion), a number (SHEAF_TABLE_motion) and a
 * descriptor that encoding, the digest and the JSON export walk. Rows have a fixed size and no
 * pointers. A row's encoding is its columns in order, integers big-endian: no padding is
 * hashed.
 */
#ifndef SHEAF_COOP_TABLES_H
#define SHEAF_COOP_TABLES_H

#include "bylaws/fixed.h"
#include "acts/catalogue.h"
#include "base/json.h"
#include "crypto/ed25519.h"

/* In REF columns: refers to nothing. */
#define SHEAF_NONE UINT32_MAX

enum { SHEAF_PART_BYTES = 224 };

/* In columns of the type NUMBERS. */
enum { SHEAF_NUMBERS = 16 };

/* The longest encoding of a row. */
enum { SHEAF_ROW_ENCODED_MAX = 512 };

/* Of classes of members: how many there are at most, and that one has no ceiling of votes. */
enum { SHEAF_CLASSES_MAX = 16, SHEAF_NO_CEILING = 10000 };

/* Of a vote that divides an amount. */
enum { SHEAF_ALLOCATION_OPTIONS_MAX = SHEAF_FIXED_allocation_options };

#define ENUM(name, doc)                                                                        \
    enum sheaf_##name                                                                          \
    {
#define E(owner, name, doc) SHEAF_##owner##_##name,
#define END_ENUM(name)                                                                         \
    SHEAF_##name##_COUNT                                                                       \
    }                                                                                          \
    ;
#include "coop/tbl/states.def"
#undef ENUM
#undef E
#undef END_ENUM

/* The scopes of a key as bits. */
enum {
    SHEAF_SCOPE_ADMIN = 1,
    SHEAF_SCOPE_DATA = 2,
    SHEAF_SCOPE_MONEY = 4,
    SHEAF_SCOPE_TRAIN = 8,
    SHEAF_SCOPE_VOTE = 16,
    SHEAF_SCOPE_ALL = 31,
};

#define COL                   SHEAF_SKIP
#define END_TABLE             SHEAF_SKIP
#define TABLE(name, key, doc) SHEAF_TABLE_##name,
typedef enum {
#include "coop/tbl/tables.def"
    SHEAF_TABLE_COUNT
} sheaf_table_id;
#undef COL
#undef END_TABLE
#undef TABLE

#define SHEAF_COL_U8(name)               uint8_t name
#define SHEAF_COL_U16(name)              uint16_t name
#define SHEAF_COL_U32(name)              uint32_t name
#define SHEAF_COL_U64(name)              uint64_t name
#define SHEAF_COL_I64(name)              int64_t name
#define SHEAF_COL_REF(name)              uint32_t name
#define SHEAF_COL_BOOL(name)             uint8_t name
#define SHEAF_COL_ENUM(name)             uint8_t name
#define SHEAF_COL_HASH(name)             sheaf_hash name
#define SHEAF_COL_KEY(name)              sheaf_public_key name
#define SHEAF_COL_N4(name)               char name[4]
#define SHEAF_COL_N40(name)              char name[40]
#define SHEAF_COL_N100(name)             char name[100]
#define SHEAF_COL_BLOCK(name)            uint8_t name[SHEAF_PART_BYTES]
#define SHEAF_COL_NUMBERS(name)          uint32_t name[SHEAF_NUMBERS]
#define TABLE(name, key, doc)            struct sheaf_row_##name {
#define COL(table, type, sub, name, doc) SHEAF_COL_##type(name);
#define END_TABLE(name)                                                                        \
    }                                                                                          \
    ;
#include "coop/tbl/tables.def"
#undef COL
#undef END_TABLE
#undef TABLE

typedef enum {
    SHEAF_COLUMN_U8,
    SHEAF_COLUMN_U16,
    SHEAF_COLUMN_U32,
    SHEAF_COLUMN_U64,
    SHEAF_COLUMN_I64,
    SHEAF_COLUMN_REF,
    SHEAF_COLUMN_BOOL,
    SHEAF_COLUMN_ENUM,
    SHEAF_COLUMN_HASH,
    SHEAF_COLUMN_KEY,
    SHEAF_COLUMN_N4,
    SHEAF_COLUMN_N40,
    SHEAF_COLUMN_N100,
    SHEAF_COLUMN_BLOCK,
    SHEAF_COLUMN_NUMBERS,
} sheaf_column_type;

typedef struct {
    const char *name, *doc;
    const char *const *choices; /* of ENUM columns; NULL for the kinds of acts */
    uint16_t at;                /* offset in the row's struct */
    sheaf_column_type type;
} sheaf_column;

typedef enum {
    SHEAF_FIND_BY_ROW,
    SHEAF_FIND_BY_ENTRY,
    SHEAF_FIND_BY_ID,
    SHEAF_FIND_BY_PAIR,
} sheaf_find;

typedef struct {
    const char *name, *doc;
    const sheaf_column *columns;
    uint16_t count;   /* of columns */
    uint16_t size;    /* of the struct */
    uint16_t encoded; /* bytes of a row's encoding */
    sheaf_find find;
    uint64_t (*key)(const void *row); /* by which sheaf_find_row() finds it; 0 if BY_ROW */
    void (*set_key)(void *row, uint64_t key);
    void (*encode)(const void *row, uint8_t *out);
} sheaf_table_shape;

const sheaf_table_shape *sheaf_table_describe(sheaf_table_id table);

/* By name; SHEAF_TABLE_COUNT if there is none. */
sheaf_table_id sheaf_table_named(sheaf_slice name);

/* Writes shape->encoded bytes. */
void sheaf_row_encode(const sheaf_table_shape *shape, const void *row, uint8_t *out);

/* Fills all shape->size bytes of *row; false unless `in` is what sheaf_row_encode() writes of
 * some row. */
bool sheaf_row_decode(const sheaf_table_shape *shape, sheaf_slice in, void *row);

/* Writes the row's columns as members of an object that is open already; columns come in byte
 * order of their names, and nothing else may be written into the object but "row", which this
 * writes at its place if `number` is not SHEAF_NONE. */
void sheaf_row_write(const sheaf_table_shape *shape, const void *row, uint32_t number,
                     sheaf_json_writer *w);

/* Words in a column that ends in zeros. */
sheaf_slice sheaf_words(const char *column, size_t size);
#define SHEAF_WORDS(column) sheaf_words((column), sizeof(column))

bool sheaf_hash_is_zero(const sheaf_hash *hash);

#endif
