/* base/text.h - is it valid UTF-8: no BOM, no overlong form, no surrogate, nothing above
 * U+10FFFF. */
#ifndef SHEAF_BASE_TEXT_H
#define SHEAF_BASE_TEXT_H

#include "base/slice.h"

/* Takes one code point off the front; false, and nothing taken, where the bytes are not UTF-8.
 */
bool sheaf_utf8_take(sheaf_slice *in, uint32_t *code_point);

/* True if all of it is UTF-8 and it does not begin with a byte order mark. */
bool sheaf_utf8_valid(sheaf_slice in);

/* Appends the code point's bytes to out[4]; returns how many. */
size_t sheaf_utf8_put(uint32_t code_point, uint8_t out[4]);

#endif
