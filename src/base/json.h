/* base/json.h - JSON in the Sheaf profile of RFC 8785 (canonical JSON, integers only).
 *
 * The profile: numbers are integers within +-(2^53-1) without sign for zero, leading zero,
 * point or exponent; member names are unique, at most 1024 in an object; depth at most 32;
 * valid UTF-8. A document is *canonical* if it has no white space, its members are sorted by
 * the UTF-16 code units of their names and its strings use the shortest escapes. What is signed
 * or stands on the log is always canonical; what a person writes need not be.
 *
 * sheaf_json_parse() reads either into a tree that lives in the caller's arena. The writer
 * (sheaf_json_*) puts canonical JSON into a buffer and asserts that member names come in order.
 */
#ifndef SHEAF_BASE_JSON_H
#define SHEAF_BASE_JSON_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"

enum { SHEAF_JSON_DEPTH_MAX = 32, SHEAF_JSON_MEMBERS_MAX = 1024 };
#define SHEAF_JSON_INT_MAX ((int64_t)9007199254740991)

typedef enum {
    SHEAF_JSON_NULL,
    SHEAF_JSON_BOOL,
    SHEAF_JSON_INT,
    SHEAF_JSON_STRING,
    SHEAF_JSON_LIST,
    SHEAF_JSON_OBJECT,
} sheaf_json_type;

typedef struct sheaf_json sheaf_json;

struct sheaf_json {
    sheaf_json_type type;
    bool boolean;
    int64_t integer;
    sheaf_slice string; /* unescaped */
    sheaf_slice name;   /* of this value as a member of its object; else empty */
    sheaf_json *first;  /* of a list or an object: its items in the order they stood in */
    sheaf_json *next;   /* the next item of the same list or object, or NULL */
    uint32_t count;     /* of a list or an object */
    size_t at;          /* byte offset of the value in what was parsed */
};

/* Reads one value that fills `in` completely. Strings without escapes point into `in`, the rest
 * lives in the arena. Errors name the byte offset and the reason. */
SHEAF_MUST_USE sheaf_status sheaf_json_parse(sheaf_slice in, sheaf_arena *arena,
                                             sheaf_json **out, sheaf_err *err);

/* As sheaf_json_parse(), and refuses what is not canonical, naming the first byte that differs.
 */
SHEAF_MUST_USE sheaf_status sheaf_json_parse_canonical(sheaf_slice in, sheaf_arena *arena,
                                                       sheaf_json **out, sheaf_err *err);

/* The member of an object, or NULL; also NULL where `object` is NULL or no object, so that
 * look-ups chain. */
const sheaf_json *sheaf_json_member(const sheaf_json *object, const char *name);

/* A member of the wanted type, or the stated default. */
int64_t sheaf_json_member_int(const sheaf_json *object, const char *name, int64_t otherwise);
sheaf_slice sheaf_json_member_string(const sheaf_json *object, const char *name);
bool sheaf_json_member_bool(const sheaf_json *object, const char *name);

/* Writes the tree in canonical form; objects are sorted on the way. */
void sheaf_json_write(sheaf_buffer *out, const sheaf_json *value);

/* The writer. Members and items follow each other; commas are its business.
 *
 *     sheaf_json_writer w = sheaf_json_begin(&buffer);
 *     sheaf_json_open_object(&w);
 *     sheaf_json_key(&w, "at");
 *     sheaf_json_int(&w, 7);
 *     sheaf_json_close(&w);
 */
typedef struct {
    sheaf_buffer *out;
    int depth;
    char closing[SHEAF_JSON_DEPTH_MAX + 1]; /* '}' or ']' per open level */
    bool filled[SHEAF_JSON_DEPTH_MAX + 1];  /* something stands at this level already */
    size_t
        key_at[SHEAF_JSON_DEPTH_MAX + 1]; /* where the last key of this level stands in out */
    size_t key_len[SHEAF_JSON_DEPTH_MAX + 1];
    bool after_key;
} sheaf_json_writer;

sheaf_json_writer sheaf_json_begin(sheaf_buffer *out);
void sheaf_json_open_object(sheaf_json_writer *w);
void sheaf_json_open_list(sheaf_json_writer *w);
void sheaf_json_close(sheaf_json_writer *w);
void sheaf_json_key(sheaf_json_writer *w, const char *name);
void sheaf_json_int(sheaf_json_writer *w, int64_t value);
void sheaf_json_bool(sheaf_json_writer *w, bool value);
void sheaf_json_null(sheaf_json_writer *w);
/* Bytes that are not UTF-8 are written as U+FFFD, so that what comes out is always JSON. */
void sheaf_json_string(sheaf_json_writer *w, sheaf_slice value);
void sheaf_json_hex(sheaf_json_writer *w, sheaf_slice bytes);
void sheaf_json_base64url(sheaf_json_writer *w, sheaf_slice bytes);
/* A value that is canonical JSON already. */
void sheaf_json_raw(sheaf_json_writer *w, sheaf_slice json);
/* A parsed value. */
void sheaf_json_value(sheaf_json_writer *w, const sheaf_json *value);

/* The most common members in one line. */
void sheaf_json_member_put_int(sheaf_json_writer *w, const char *name, int64_t value);
void sheaf_json_member_put_string(sheaf_json_writer *w, const char *name, sheaf_slice value);
void sheaf_json_member_put_bool(sheaf_json_writer *w, const char *name, bool value);
void sheaf_json_member_put_hex(sheaf_json_writer *w, const char *name, sheaf_slice bytes);

#endif
