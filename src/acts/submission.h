/* acts/submission.h - what is posted to the hub: a signed act and the texts it commits to.
 *
 *     {"act":{…},"sig":"…","texts":{"title":{"salt":"…","text":"…"}}}
 *
 * in canonical form as a whole. A text is named by its field of `what`, or by the way to it:
 * `options.2.name` in the third item of a list, `effect.lines.0.name` in a list of an effect.
 * The act holds the commitment (crypto/commit.h) and the text stays off the log. Decoding
 * checks each text against its commitment and its length against the field's range. A text may
 * be absent: it can be withheld, and be shown later.
 */
#ifndef SHEAF_ACTS_SUBMISSION_H
#define SHEAF_ACTS_SUBMISSION_H

#include "acts/act.h"
#include "crypto/commit.h"

enum { SHEAF_SUBMISSION_MAX = 256 * 1024, SHEAF_TEXTS_MAX = 40, SHEAF_TEXT_PATH_MAX = 100 };
enum { SHEAF_SUBMISSION_ARENA_BYTES = 16 << 20 };

typedef struct {
    const char *name; /* the way to its field */
    uint8_t salt[SHEAF_SALT_BYTES];
    sheaf_slice text;
} sheaf_text;

typedef struct {
    sheaf_act act;
    sheaf_slice act_bytes; /* the canonical act, inside the submission's bytes */
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    sheaf_text texts[SHEAF_TEXTS_MAX]; /* in byte order of their names */
    size_t text_count;
} sheaf_submission;

SHEAF_MUST_USE sheaf_status sheaf_submission_decode(sheaf_slice bytes, uint16_t revision,
                                                    sheaf_arena *arena, sheaf_submission *out,
                                                    sheaf_err *err);

/* `texts` stand in byte order of their names. */
void sheaf_submission_encode(sheaf_buffer *out, sheaf_slice act_bytes,
                             const uint8_t signature[SHEAF_SIGNATURE_BYTES],
                             const sheaf_text *texts, size_t count);

/* One text field of an act. */
typedef struct {
    const char *name; /* of the field */
    const sheaf_field *field;
    sheaf_hash commitment;
    const char *effect, *list; /* names of the fields that it stands in, or NULL */
    uint32_t item;             /* of the list, from 0 */
} sheaf_commitment;

/* The text of that name. */
bool sheaf_act_text_find(const sheaf_act *act, sheaf_slice path, sheaf_commitment *out);

/* Walks the texts that an act commits to: start with *place = 0; false after the last. */
bool sheaf_act_next_text(const sheaf_act *act, size_t *place, sheaf_commitment *out);

/* Is it a text that the field can hold (length in bytes, UTF-8, no control characters but tab
 * and line feed) and the one that the act committed to? The error names the field. */
SHEAF_MUST_USE sheaf_status sheaf_text_check(const sheaf_commitment *commitment,
                                             const sheaf_text *text, sheaf_err *err);

#endif
