/* store/texts.h - the texts that stand off the log behind commitments.
 *
 * One file DIR/texts/COMMITMENT (43 base64url characters) holds 32 bytes of salt and the text.
 * Nothing is stored or given out that does not match its commitment. Erasing removes the file;
 * the log is as it was.
 */
#ifndef SHEAF_STORE_TEXTS_H
#define SHEAF_STORE_TEXTS_H

#include "crypto/commit.h"
#include "store/file.h"

enum { SHEAF_TEXT_BYTES_MAX = 65536 };

typedef struct {
    char dir[SHEAF_PATH_MAX]; /* DIR/texts */
} sheaf_texts;

SHEAF_MUST_USE sheaf_status sheaf_texts_open(sheaf_texts *out, const char *dir, sheaf_err *err);

/* SHEAF_FAULT if salt and text are not behind the commitment. */
SHEAF_MUST_USE sheaf_status sheaf_text_put(const sheaf_texts *texts,
                                           const sheaf_hash *commitment,
                                           const uint8_t salt[SHEAF_SALT_BYTES],
                                           sheaf_slice text, sheaf_err *err);

bool sheaf_text_exists(const sheaf_texts *texts, const sheaf_hash *commitment);

/* Fills salt, and `text`, which is emptied first. SHEAF_IO if it was withheld or erased. */
SHEAF_MUST_USE sheaf_status sheaf_text_get(const sheaf_texts *texts,
                                           const sheaf_hash *commitment,
                                           uint8_t salt[SHEAF_SALT_BYTES], sheaf_buffer *text,
                                           sheaf_err *err);

/* One that is not there is fine. */
SHEAF_MUST_USE sheaf_status sheaf_text_erase(const sheaf_texts *texts,
                                             const sheaf_hash *commitment, sheaf_err *err);

#endif
