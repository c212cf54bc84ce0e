/* acts/acts_internal.h - walks over descriptors that the files of this folder share. */
#ifndef SHEAF_ACTS_INTERNAL_H
#define SHEAF_ACTS_INTERNAL_H

#include "acts/act.h"
#include "acts/flags.h"
#include "base/json.h"

/* A table of choices. */
typedef struct {
    const char *name, *doc;
    const char *const *names, *const *docs; /* in wire order, ended by NULL */
} sheaf_choices;

extern const sheaf_shape *const sheaf_records[];
extern const size_t sheaf_record_count;
extern const sheaf_choices sheaf_choice_tables[];
extern const size_t sheaf_choice_table_count;

enum { SHEAF_PATH_MAX = 200 };

/* Where the decoder stands. `path` names the value being read. */
typedef struct {
    sheaf_arena *arena;
    sheaf_err *err;
    uint16_t revision;
    char path[SHEAF_PATH_MAX];
    size_t path_len;
} sheaf_decoder;

sheaf_decoder sheaf_decoder_begin(sheaf_arena *arena, uint16_t revision, sheaf_err *err);

/* Adds a member's name to the path; sheaf_path_leave() with the value returned takes it off. */
size_t sheaf_path_enter(sheaf_decoder *d, const char *name);
void sheaf_path_leave(sheaf_decoder *d, size_t mark);

/* SHEAF_INVALID with `path: message`. */
__attribute__((format(printf, 2, 3))) sheaf_status sheaf_decoder_fail(sheaf_decoder *d,
                                                                      const char *format, ...);

/* Refuses anything but an object whose members are all in names[], and which has all that stand
 * in it. */
SHEAF_MUST_USE sheaf_status sheaf_object_check(sheaf_decoder *d, const sheaf_json *object,
                                               const char *const *names);
SHEAF_MUST_USE sheaf_status sheaf_decode_int(sheaf_decoder *d, const sheaf_json *value,
                                             int64_t lo, int64_t hi, int64_t *out);
SHEAF_MUST_USE sheaf_status sheaf_decode_base64url(sheaf_decoder *d, const sheaf_json *value,
                                                   uint8_t *out, size_t len);

/* The kind that an act's or effect's object names, known to the log's rules. */
SHEAF_MUST_USE sheaf_status sheaf_kind_decode(sheaf_decoder *d, const sheaf_json *object,
                                              sheaf_kind *out);
/* `what` of a kind into a new struct of the arena; adds "what" to the path itself. */
SHEAF_MUST_USE sheaf_status sheaf_what_decode(sheaf_decoder *d, sheaf_kind kind,
                                              const sheaf_json *value, const void **out);
SHEAF_MUST_USE sheaf_status sheaf_effect_decode_tree(sheaf_decoder *d, const sheaf_json *tree,
                                                     sheaf_effect *out);

/* Is the number a moment, in seconds or milliseconds since 1970? */
bool sheaf_field_is_time(const sheaf_field *field);
/* 2027-01-31, which is its first moment, or 2027-01-31T18:30, in UTC, in the field's unit;
 * false for anything else. */
bool sheaf_time_read(const sheaf_field *field, const char *text, int64_t *out);

/* Makes commitments of the words in a document that is given to a flag; hands the texts to
 * `result`, or nowhere where that is NULL. */
typedef struct {
    const sheaf_flags_source *source;
    sheaf_arena *arena;
    sheaf_flags_result *result;
    sheaf_err *err;
} sheaf_text_writer;

/* In the value of that field. */
SHEAF_MUST_USE sheaf_status sheaf_texts_commit(sheaf_text_writer *w, const sheaf_field *field,
                                               const sheaf_json *value);
/* In `what` and its lists. */
SHEAF_MUST_USE sheaf_status sheaf_texts_commit_what(sheaf_text_writer *w,
                                                    const sheaf_shape *shape,
                                                    const sheaf_json *what, const char *prefix);
/* Into the order of submissions. */
void sheaf_texts_sort(sheaf_flags_result *result);

/* The bytes of a member's value in a canonical document; another member follows it. */
sheaf_slice sheaf_member_bytes(sheaf_slice all, const sheaf_json *value);

/* The object of a shape into a struct of shape->size zeroed bytes. */
SHEAF_MUST_USE sheaf_status sheaf_shape_decode(sheaf_decoder *d, const sheaf_shape *shape,
                                               const sheaf_json *object, void *out);
SHEAF_MUST_USE sheaf_status sheaf_act_decode_tree(sheaf_decoder *d, const sheaf_json *tree,
                                                  sheaf_act *out);
/* An entry by way of a tree of all its values. */
SHEAF_MUST_USE sheaf_status sheaf_entry_decode_tree(sheaf_slice bytes, uint16_t revision,
                                                    sheaf_arena *arena, sheaf_entry *out,
                                                    sheaf_err *err);
/* The same without a tree, of most entries that are in form; false, and the arena partly used,
 * of what must go the other way. */
SHEAF_MUST_USE bool sheaf_entry_quick(sheaf_slice bytes, uint16_t revision, sheaf_arena *arena,
                                      sheaf_entry *out);
/* Required fields are written whether or not their has_NAME is set. */
void sheaf_shape_encode(sheaf_json_writer *w, const sheaf_shape *shape, const void *in);

/* A control character stands in it (but for those in `allowed`), or one that turns the
 * direction of writing, or a line separator. */
bool sheaf_words_have_control(sheaf_slice words, const char *allowed);

/* Can the TEXT field hold it? */
SHEAF_MUST_USE sheaf_status sheaf_text_form_check(const sheaf_field *field, sheaf_slice text,
                                                  sheaf_err *err);

/* The flag whose name is nearest to a mistyped one, or NULL if none is near. */
const sheaf_flag *sheaf_flag_nearest(const sheaf_flag *flags, size_t count, const char *name);

/* Outside names as messages show them: printable ASCII, at most 40 characters. */
void sheaf_printable(sheaf_slice name, char out[48]);

#endif
