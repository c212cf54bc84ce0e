/* acts/flags.h - the command line of every kind of act, from the catalogue.
 *
 * `sheaf motion open --title TEXT --effect FILE`: each field of `what` is a flag. The fields of
 * a record are flags with a dotted name (--scopes.vote); the record as a whole can be given as
 * JSON instead, and a document (a record of nothing but records) must be. Records, lists and
 * effects take a file, `-` for standard input, or JSON in place (it begins with { or [); that
 * JSON need not be canonical. A BOOL takes yes or no, and yes where no value follows; a
 * required BOOL that is not given is no. Values follow as the next argument or after `=`;
 * hyphen and underscore are the same in names. For a TEXT the commitment is made here, under a
 * salt from the caller, and the text is handed back for the submission; words that stand for a
 * TEXT in a document are treated alike, unless they are the 43 characters of a commitment.
 *
 * A moment may be written 2027-01-31, which is the day's first, or 2027-01-31T18:30, in UTC.
 * A list of groups may be written COLUMN=LEVEL,... instead, in whichever order.
 *
 * Amounts of privacy (lists of order_cost) are numbers of the accountant, which the caller can
 * fill in; a record is told by its other fields.
 *
 * Nothing here opens a file or takes a random number: that is the caller's sheaf_flags_source.
 */
#ifndef SHEAF_ACTS_FLAGS_H
#define SHEAF_ACTS_FLAGS_H

#include "acts/submission.h"
#include "base/json.h"

enum { SHEAF_FLAGS_MAX = 96, SHEAF_FLAG_NAME_MAX = 64, SHEAF_WORDS_MAX = 64 };

typedef struct {
    /* The whole file, or standard input for "-"; the bytes outlive the call to
     * sheaf_flags_parse(). */
    sheaf_status (*read)(void *context, const char *path, sheaf_slice *out, sheaf_err *err);
    /* 32 fresh random bytes. */
    void (*salt)(void *context, uint8_t out[SHEAF_SALT_BYTES]);
    /* Fills in what nobody types, lists of order_cost, into `what` before it is checked; may be
     * NULL: then they must be given. */
    sheaf_status (*fill)(sheaf_kind kind, sheaf_json *what, sheaf_arena *arena, sheaf_err *err);
    void *context;
} sheaf_flags_source;

typedef struct {
    sheaf_slice what;    /* canonical JSON, in the arena */
    const void *decoded; /* the struct of the kind, in the arena */
    /* In byte order of their names; they point into argv or the arena. */
    sheaf_text texts[SHEAF_TEXTS_MAX];
    size_t text_count;
} sheaf_flags_result;

/* argv: what follows the command words, without the program's own options. The arena has
 * SHEAF_ACT_ARENA_BYTES. Works for every kind; for one that the co-op enacts `what` is part of
 * an effect. */
SHEAF_MUST_USE sheaf_status sheaf_flags_parse(sheaf_kind kind, int argc,
                                              const char *const *argv, uint16_t revision,
                                              const sheaf_flags_source *source,
                                              sheaf_arena *arena, sheaf_flags_result *out,
                                              sheaf_err *err);

/* One flag: `name` without the dashes, as it is printed (hyphens). */
typedef struct {
    char name[SHEAF_FLAG_NAME_MAX];
    const sheaf_field *field;
    int depth;     /* dots in the name */
    bool required; /* the field and the records around it are */
} sheaf_flag;

/* The flags of a kind in the order of its fields; a record comes before its fields. Returns how
 * many. For parsing, help, completion and the manual page. */
size_t sheaf_flags_list(sheaf_kind kind, sheaf_flag out[SHEAF_FLAGS_MAX]);

/* What stands for the flag's value in usage lines: N, ENTRY, TEXT, FILE, yes|no, … */
void sheaf_flag_value(sheaf_buffer *out, const sheaf_flag *flag);

/* The command of a kind: "motion open". */
void sheaf_kind_words(sheaf_kind kind, char out[SHEAF_WORDS_MAX]);

/* The kind of two command words, SHEAF_KIND_none if there is none. */
sheaf_kind sheaf_kind_from_words(const char *noun, const char *verb);

#endif
