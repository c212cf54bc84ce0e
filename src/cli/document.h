/* cli/document.h - a bylaws document in the hand: from a file of JSON or TOML, or from a log;
 * and the words to tell it in. */
#ifndef SHEAF_CLI_DOCUMENT_H
#define SHEAF_CLI_DOCUMENT_H

#include "bylaws/messages.h"
#include "claims/folder.h"

enum { SHEAF_DOCUMENT_BYTES_MAX = 60000 };

typedef struct {
    sheaf_buffer json; /* canonical */
    void *block;       /* holds what it was decoded to */
    const struct sheaf_bylaws *bylaws;
    uint32_t version; /* the entry that made it, or SHEAF_NONE */
    char words[400];  /* which version it is; empty for a file */
    uint8_t state; /* enum sheaf_bylaws_state where `version` is one, else SHEAF_NO_VERSION */
} sheaf_document;

enum { SHEAF_NO_VERSION = 0xff };

/* For sheaf_document_find(): the newest that was adopted, whether it is in force or awaits
 * registration. */
#define SHEAF_DOCUMENT_NEWEST (SHEAF_NONE - 1)

/* Freed by the caller also after a failure. TOML where the name ends in .toml or the first
 * character is no brace; "-" is standard input. Errors begin with the path or the line. */
SHEAF_MUST_USE sheaf_status sheaf_document_read(sheaf_document *out, const char *path,
                                                sheaf_err *err);
/* A tree of JSON, which may be in any order. */
SHEAF_MUST_USE sheaf_status sheaf_document_take(sheaf_document *out, const sheaf_json *tree,
                                                const char *name, sheaf_err *err);
/* From the folder or hub `from`, or the hub of `home`, or that of the user's home: the version
 * in force where `version` is SHEAF_NONE, else that of an entry: of a founding, of an amendment
 * that was adopted, or of a motion to amend. */
SHEAF_MUST_USE sheaf_status sheaf_document_find(sheaf_document *out, const char *from,
                                                const char *home, const char *ca_file,
                                                uint32_t version, sheaf_err *err);
/* A file is read, anything else found in the same way: what a command's FILE|DIR|URL names. */
SHEAF_MUST_USE sheaf_status sheaf_document_open(sheaf_document *out, const char *from,
                                                const char *home, const char *ca_file,
                                                uint32_t version, sheaf_err *err);
void sheaf_document_free(sheaf_document *document);

/* The tree of a file of JSON or TOML, in the arena; `bytes` must live as long. */
SHEAF_MUST_USE sheaf_status sheaf_document_parse(sheaf_json **out, const char *path,
                                                 sheaf_buffer *bytes, sheaf_arena *arena,
                                                 sheaf_err *err);

/* TOML with the catalogue's documentation above each value. */
SHEAF_MUST_USE sheaf_status sheaf_document_write_toml(const sheaf_document *document,
                                                      sheaf_buffer *out, sheaf_err *err);

/* For a message: the path, or of a long one its last part. */
const char *sheaf_document_name(const char *path);

/* SHEAF_INVALID with the sentence and its article where the rules would refuse the document. */
SHEAF_MUST_USE sheaf_status sheaf_document_check(const sheaf_document *document,
                                                 const char *name, sheaf_err *err);

typedef struct {
    sheaf_messages messages;
    sheaf_buffer own;
    void *block;
} sheaf_language;

/* A language that comes with the program ("en", "de"), NULL for English, or a catalogue of the
 * members' own from a file. Freed by the caller also after a failure. */
SHEAF_MUST_USE sheaf_status sheaf_language_open(sheaf_language *out, const char *code,
                                                const char *catalogue_file, sheaf_err *err);
void sheaf_language_free(sheaf_language *language);

#endif
