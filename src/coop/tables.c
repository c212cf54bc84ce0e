#include "coop/tables.h"

#include "base/encode.h"

#include <assert.h>
#include <endian.h>

#define ENUM(name, doc)     static const char *const choices_##name[] = {
#define E(owner, name, doc) #name,
#define END_ENUM(name)                                                                         \
    NULL                                                                                       \
    }                                                                                          \
    ;
#include "acts/tbl/enums.def"
#include "coop/tbl/states.def"
#undef ENUM
#undef E
#undef END_ENUM
/* Kinds of acts are named by the catalogue; other columns are no choices. */
#define choices_kind NULL
#define choices_none NULL

#define TABLE(name, key, doc) static const sheaf_column columns_##name[] = {
#define COL(table, type_, sub, name_, doc_)                                                    \
    {#name_, doc_, choices_##sub, offsetof(struct sheaf_row_##table, name_),                   \
     SHEAF_COLUMN_##type_},
#define END_TABLE(name)                                                                        \
    }                                                                                          \
    ;
#include "coop/tbl/tables.def"
#undef TABLE
#undef COL
#undef END_TABLE

#define KEY_BY_ROW                 0
#define KEY_BY_ENTRY               row->id
#define KEY_BY_ID                  row->id
#define KEY_BY_PAIR(first, second) ((uint64_t)row->first << 32 | row->second)
#define SET(column, value)         row->column = (__typeof__(row->column))(value);
#define SET_BY_ROW
#define SET_BY_ENTRY               SET(id, wanted)
#define SET_BY_ID                  SET(id, wanted)
#define SET_BY_PAIR(first, second) SET(first, wanted >> 32) SET(second, wanted)
#define COL                        SHEAF_SKIP
#define END_TABLE                  SHEAF_SKIP
#define TABLE(name, key, doc)                                                                  \
    static uint64_t key_of_##name(const void *at)                                              \
    {                                                                                          \
        const struct sheaf_row_##name *row = at;                                               \
        (void)row;                                                                             \
        return KEY_##key;                                                                      \
    }                                                                                          \
    static void set_key_of_##name(void *at, uint64_t wanted)                                   \
    {                                                                                          \
        struct sheaf_row_##name *row = at;                                                     \
        (void)row, (void)wanted;                                                               \
        SET_##key                                                                              \
    }
#include "coop/tbl/tables.def"
#undef TABLE
#undef COL
#undef END_TABLE

static void put_numbers(const uint32_t numbers[SHEAF_NUMBERS], uint8_t *out)
{
    for (unsigned i = 0; i < SHEAF_NUMBERS; i++) {
        uint32_t number = htobe32(numbers[i]); /* which compilers make one instruction of */
        memcpy(out + 4 * i, &number, sizeof number);
    }
}

/* The encoding of a row, a straight line of code for each table. */
#define PUT_INTEGER(name, width)                                                               \
    sheaf_big_endian_put(out, (uint64_t)row->name, width);                                     \
    out += width;
#define PUT_BYTES(name)                                                                        \
    memcpy(out, &row->name, sizeof row->name);                                                 \
    out += sizeof row->name;
#define PUT_NUMBERS(name)                                                                      \
    put_numbers(row->name, out);                                                               \
    out += sizeof row->name;
#define PUT_U8(name)    PUT_INTEGER(name, 1)
#define PUT_U16(name)   PUT_INTEGER(name, 2)
#define PUT_U32(name)   PUT_INTEGER(name, 4)
#define PUT_U64(name)   PUT_INTEGER(name, 8)
#define PUT_I64(name)   PUT_INTEGER(name, 8)
#define PUT_REF(name)   PUT_INTEGER(name, 4)
#define PUT_BOOL(name)  PUT_INTEGER(name, 1)
#define PUT_ENUM(name)  PUT_INTEGER(name, 1)
#define PUT_HASH(name)  PUT_BYTES(name)
#define PUT_KEY(name)   PUT_BYTES(name)
#define PUT_N4(name)    PUT_BYTES(name)
#define PUT_N40(name)   PUT_BYTES(name)
#define PUT_N100(name)  PUT_BYTES(name)
#define PUT_BLOCK(name) PUT_BYTES(name)
#define TABLE(name, key, doc)                                                                  \
    static void encode_##name(const void *at, uint8_t *out)                                    \
    {                                                                                          \
        const struct sheaf_row_##name *row = at;
#define COL(table, type, sub, name, doc) PUT_##type(name)
#define END_TABLE(name)                                                                        \
    (void)out;                                                                                 \
    }
#include "coop/tbl/tables.def"
#undef TABLE
#undef COL
#undef END_TABLE

#define SHEAF_WIDTH_U8      1
#define SHEAF_WIDTH_U16     2
#define SHEAF_WIDTH_U32     4
#define SHEAF_WIDTH_U64     8
#define SHEAF_WIDTH_I64     8
#define SHEAF_WIDTH_REF     4
#define SHEAF_WIDTH_BOOL    1
#define SHEAF_WIDTH_ENUM    1
#define SHEAF_WIDTH_HASH    32
#define SHEAF_WIDTH_KEY     32
#define SHEAF_WIDTH_N4      4
#define SHEAF_WIDTH_N40     40
#define SHEAF_WIDTH_N100    100
#define SHEAF_WIDTH_BLOCK   SHEAF_PART_BYTES
#define SHEAF_WIDTH_NUMBERS (4 * SHEAF_NUMBERS)

#define FIND_BY_ROW                 SHEAF_FIND_BY_ROW
#define FIND_BY_ENTRY               SHEAF_FIND_BY_ENTRY
#define FIND_BY_ID                  SHEAF_FIND_BY_ID
#define FIND_BY_PAIR(first, second) SHEAF_FIND_BY_PAIR
#define TABLE(name_, key_, doc_)                                                               \
    [SHEAF_TABLE_##name_] = {.name = #name_,                                                   \
                             .doc = doc_,                                                      \
                             .columns = columns_##name_,                                       \
                             .count = sizeof columns_##name_ / sizeof *columns_##name_,        \
                             .size = sizeof(struct sheaf_row_##name_),                         \
                             .find = FIND_##key_,                                              \
                             .key = key_of_##name_,                                            \
                             .set_key = set_key_of_##name_,                                    \
                             .encode = encode_##name_,                                         \
                             .encoded = 0
#define COL(table, type, sub, name, doc) +SHEAF_WIDTH_##type
#define END_TABLE(name)                                                                        \
    }                                                                                          \
    ,
static const sheaf_table_shape shapes[SHEAF_TABLE_COUNT] = {
#include "coop/tbl/tables.def"
};
#undef TABLE
#undef COL
#undef END_TABLE

const sheaf_table_shape *sheaf_table_describe(sheaf_table_id table)
{
    assert(table < SHEAF_TABLE_COUNT);
    return &shapes[table];
}

sheaf_table_id sheaf_table_named(sheaf_slice name)
{
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++)
        if (sheaf_slice_is(name, shapes[t].name))
            return t;
    return SHEAF_TABLE_COUNT;
}

static size_t column_width(sheaf_column_type type)
{
    static const uint8_t widths[] = {
        [SHEAF_COLUMN_U8] = 1,
        [SHEAF_COLUMN_U16] = 2,
        [SHEAF_COLUMN_U32] = 4,
        [SHEAF_COLUMN_U64] = 8,
        [SHEAF_COLUMN_I64] = 8,
        [SHEAF_COLUMN_REF] = 4,
        [SHEAF_COLUMN_BOOL] = 1,
        [SHEAF_COLUMN_ENUM] = 1,
        [SHEAF_COLUMN_HASH] = 32,
        [SHEAF_COLUMN_KEY] = 32,
        [SHEAF_COLUMN_N4] = 4,
        [SHEAF_COLUMN_N40] = 40,
        [SHEAF_COLUMN_N100] = 100,
        [SHEAF_COLUMN_BLOCK] = SHEAF_PART_BYTES,
        [SHEAF_COLUMN_NUMBERS] = 4 * SHEAF_NUMBERS,
    };
    return widths[type];
}

/* The value of an integer column; two's complement for I64. */
static uint64_t column_integer(const sheaf_column *column, const void *row)
{
    const uint8_t *at = (const uint8_t *)row + column->at;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    switch (column_width(column->type)) {
    case 1:
        return *at;
    case 2:
        memcpy(&u16, at, 2);
        return u16;
    case 4:
        memcpy(&u32, at, 4);
        return u32;
    default:
        memcpy(&u64, at, 8);
        return u64;
    }
}

static bool column_is_bytes(sheaf_column_type type)
{
    return type >= SHEAF_COLUMN_HASH;
}

void sheaf_row_encode(const sheaf_table_shape *shape, const void *row, uint8_t *out)
{
    assert(shape->encoded <= SHEAF_ROW_ENCODED_MAX);
    shape->encode(row, out);
}

/* Choices from 0 to value are all there? */
static bool is_choice(const sheaf_column *column, uint64_t value)
{
    if (!column->choices)
        return value < SHEAF_KIND_COUNT;
    for (uint64_t i = 0; i <= value; i++)
        if (!column->choices[i])
            return false;
    return true;
}

/* Words end in zeros. */
static bool are_words(sheaf_slice column)
{
    size_t len = strnlen((const char *)column.data, column.len);
    for (size_t i = len; i < column.len; i++)
        if (column.data[i])
            return false;
    return true;
}

static bool column_decode(const sheaf_column *column, sheaf_slice in, uint8_t *at)
{
    uint64_t value = in.len <= sizeof value ? sheaf_big_endian_get(in.data, in.len) : 0;
    uint16_t u16 = (uint16_t)value;
    uint32_t u32 = (uint32_t)value;
    if (column->type == SHEAF_COLUMN_NUMBERS) {
        for (size_t i = 0; i < in.len; i += sizeof u32) {
            u32 = (uint32_t)sheaf_big_endian_get(in.data + i, sizeof u32);
            memcpy(at + i, &u32, sizeof u32);
        }
        return true;
    }
    if (column_is_bytes(column->type)) {
        memcpy(at, in.data, in.len);
        bool words = column->type == SHEAF_COLUMN_N4 || column->type == SHEAF_COLUMN_N40
                     || column->type == SHEAF_COLUMN_N100;
        return !words || are_words(in);
    }
    if (in.len == 1)
        *at = (uint8_t)value;
    else if (in.len == 2)
        memcpy(at, &u16, sizeof u16);
    else if (in.len == 4)
        memcpy(at, &u32, sizeof u32);
    else
        memcpy(at, &value, sizeof value);
    return column->type == SHEAF_COLUMN_BOOL   ? value <= 1
           : column->type == SHEAF_COLUMN_ENUM ? is_choice(column, value)
                                               : true;
}

bool sheaf_row_decode(const sheaf_table_shape *shape, sheaf_slice in, void *row)
{
    memset(row, 0, shape->size);
    for (uint16_t i = 0; i < shape->count; i++) {
        const sheaf_column *column = &shape->columns[i];
        sheaf_slice part;
        if (!sheaf_take(&in, column_width(column->type), &part)
            || !column_decode(column, part, (uint8_t *)row + column->at))
            return false;
    }
    return in.len == 0;
}

sheaf_slice sheaf_words(const char *column, size_t size)
{
    return sheaf_bytes(column, strnlen(column, size));
}

bool sheaf_hash_is_zero(const sheaf_hash *hash)
{
    static const sheaf_hash zero;
    return sheaf_hash_equal(hash, &zero);
}

static void write_choice(const sheaf_column *column, uint8_t value, sheaf_json_writer *w)
{
    if (column->choices)
        sheaf_json_string(w, sheaf_str(column->choices[value]));
    else if (value == SHEAF_KIND_none)
        sheaf_json_null(w);
    else
        sheaf_json_string(w, sheaf_str(sheaf_kind_shape(value)->name));
}

static void write_column(const sheaf_column *column, const void *row, sheaf_json_writer *w)
{
    const void *at = (const uint8_t *)row + column->at;
    uint64_t integer = column_is_bytes(column->type) ? 0 : column_integer(column, row);
    sheaf_json_key(w, column->name);
    switch (column->type) {
    case SHEAF_COLUMN_U8:
    case SHEAF_COLUMN_U16:
    case SHEAF_COLUMN_U32:
    case SHEAF_COLUMN_U64:
    case SHEAF_COLUMN_I64:
        sheaf_json_int(w, (int64_t)integer);
        break;
    case SHEAF_COLUMN_REF:
        if (integer == SHEAF_NONE)
            sheaf_json_null(w);
        else
            sheaf_json_int(w, (int64_t)integer);
        break;
    case SHEAF_COLUMN_BOOL:
        sheaf_json_bool(w, integer != 0);
        break;
    case SHEAF_COLUMN_ENUM:
        write_choice(column, (uint8_t)integer, w);
        break;
    case SHEAF_COLUMN_HASH:
        if (sheaf_hash_is_zero(at))
            sheaf_json_null(w);
        else
            sheaf_json_hex(w, sheaf_bytes(at, SHEAF_HASH_BYTES));
        break;
    case SHEAF_COLUMN_KEY:
        sheaf_json_base64url(w, sheaf_bytes(at, SHEAF_PUBLIC_BYTES));
        break;
    case SHEAF_COLUMN_N4:
    case SHEAF_COLUMN_N40:
    case SHEAF_COLUMN_N100:
        sheaf_json_string(w, sheaf_words(at, column_width(column->type)));
        break;
    case SHEAF_COLUMN_BLOCK:
        sheaf_json_base64url(w, sheaf_bytes(at, SHEAF_PART_BYTES));
        break;
    case SHEAF_COLUMN_NUMBERS:
        sheaf_json_open_list(w);
        for (unsigned i = 0; i < SHEAF_NUMBERS; i++)
            sheaf_json_int(w, ((const uint32_t *)at)[i]);
        sheaf_json_close(w);
        break;
    }
}

void sheaf_row_write(const sheaf_table_shape *shape, const void *row, uint32_t number,
                     sheaf_json_writer *w)
{
    bool numbered = number == SHEAF_NONE;
    for (uint16_t i = 0; i < shape->count; i++) {
        if (!numbered && strcmp(shape->columns[i].name, "row") > 0) {
            sheaf_json_member_put_int(w, "row", number);
            numbered = true;
        }
        write_column(&shape->columns[i], row, w);
    }
    if (!numbered)
        sheaf_json_member_put_int(w, "row", number);
}
