/* cli/scope_words.h - the scopes of a key, named as its flags name them. */
#ifndef SHEAF_CLI_SCOPE_WORDS_H
#define SHEAF_CLI_SCOPE_WORDS_H

#include <stdint.h>

/* "data vote"; empty where there are none. */
enum { SHEAF_SCOPE_WORDS_SIZE = 40 };
void sheaf_scope_words(uint8_t scopes, char out[SHEAF_SCOPE_WORDS_SIZE]);

#endif
