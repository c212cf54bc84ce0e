/* store/texts.h - the texts that stand off the log behind commitments.
 *
 * One writer at a time. One file DIR/texts/AREA/COMMITMENT (43 base64url characters) holds 32
 * bytes of salt and the text; AREA is that of the act, which decides who may read it. Nothing
 * is stored or given out that does not match its commitment. Erasing removes the file; the log
 * is as it was. What identifies people is not kept here but in private.db (private_db.h), but
 * for the members' own homes, which keep their own.
 */
#ifndef SHEAF_STORE_TEXTS_H
#define SHEAF_STORE_TEXTS_H

#include "acts/catalogue.h"
#include "crypto/commit.h"
#include "store/file.h"

enum { SHEAF_TEXT_BYTES_MAX = 65536 };

typedef struct {
    char dir[SHEAF_PATH_MAX]; /* DIR/texts */
} sheaf_texts;

/* Makes the folder where it is missing. */
SHEAF_MUST_USE sheaf_status sheaf_texts_open(sheaf_texts *out, const char *dir, sheaf_err *err);
/* For reading: makes nothing. */
SHEAF_MUST_USE sheaf_status sheaf_texts_look(sheaf_texts *out, const char *dir, sheaf_err *err);

/* SHEAF_FAULT if salt and text are not behind the commitment. */
SHEAF_MUST_USE sheaf_status sheaf_text_put(const sheaf_texts *texts, sheaf_area area,
                                           const sheaf_hash *commitment,
                                           const uint8_t salt[SHEAF_SALT_BYTES],
                                           sheaf_slice text, sheaf_err *err);

/* Is it here, and in which area? `area` may be NULL. */
bool sheaf_text_find(const sheaf_texts *texts, const sheaf_hash *commitment, sheaf_area *area);

/* Fills salt, and `text`, which is emptied first. SHEAF_IO if it was withheld or erased. */
SHEAF_MUST_USE sheaf_status sheaf_text_get(const sheaf_texts *texts,
                                           const sheaf_hash *commitment,
                                           uint8_t salt[SHEAF_SALT_BYTES], sheaf_buffer *text,
                                           sheaf_err *err);

/* Every file under DIR/texts is a text of its commitment: SHEAF_FAULT names the first that is
 * not. *checked is increased by each. A folder that is missing is fine. */
SHEAF_MUST_USE sheaf_status sheaf_texts_check(const sheaf_texts *texts, uint32_t *checked,
                                              sheaf_err *err);

/* One that is not there is fine; *erased tells whether it was. */
SHEAF_MUST_USE sheaf_status sheaf_text_erase(const sheaf_texts *texts,
                                             const sheaf_hash *commitment, bool *erased,
                                             sheaf_err *err);

#endif
