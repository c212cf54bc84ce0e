/* bylaws/messages.h - the words of one language in which bylaws are told: a catalogue, which is
 * one JSON object (data/statutes/en.json, or a file of the members' own).
 *
 *     "language"  its code: "en"
 *     "draft"     what stands above all that is told in it, until somebody has reviewed it
 *     "words"     fixed words: headings, marks, the signs in numbers
 *     "units"     "day": ["day", "days"]
 *     "articles"  key of the article: {"title", "text": [message, …]}; an item of `text` that
 * is
 *                 {"each": path, "text": message} is a list with one line for each record
 *     "records"   name of a record: the message that tells one
 *     "labels"    "record.field": what the field is called
 *     "choices"   "table.choice": the choice in a sentence
 *     "effects"   kind of act: what it does, as a noun
 *     "sources"   a source, as documents and floors name it: the same in this language; one
 * that ends in a space begins all that are followed by a number alone: "…, art. "
 *
 * What one language does not have is said in English. Messages are templates (wording.h).
 */
#ifndef SHEAF_BYLAWS_MESSAGES_H
#define SHEAF_BYLAWS_MESSAGES_H

#include "base/json.h"

enum { SHEAF_MESSAGES_BYTES_MAX = 1 << 18, SHEAF_MESSAGES_ARENA_BYTES = 4 << 20 };

typedef struct {
    const sheaf_json *own, *english; /* in the caller's arena */
} sheaf_messages;

/* Both catalogues are JSON; `own` may be the English one. They and the arena must live as long
 * as the messages. */
SHEAF_MUST_USE sheaf_status sheaf_messages_open(sheaf_messages *out, sheaf_slice own,
                                                sheaf_slice english, sheaf_arena *arena,
                                                sheaf_err *err);

/* "en" */
sheaf_slice sheaf_messages_language(const sheaf_messages *messages);

/* The message under a key of a section; in a language that does not have it the English one;
 * empty where there is none. */
sheaf_slice sheaf_message(const sheaf_messages *messages, const char *section, sheaf_slice key);

/* The same of a fixed word; every one stands in the English catalogue. */
sheaf_slice sheaf_message_word(const sheaf_messages *messages, const char *key);

/* Appends a source in the language. One that it has no words for, though it has for others, is
 * quoted as it stands. */
void sheaf_message_source(const sheaf_messages *messages, sheaf_slice source,
                          sheaf_buffer *out);

/* A unit of time, by how many there are; `form` may be empty. */
sheaf_slice sheaf_message_unit(const sheaf_messages *messages, const char *unit,
                               sheaf_slice form, bool one);

/* A member of an article, such as "title", or NULL. */
const sheaf_json *sheaf_message_article(const sheaf_messages *messages, const char *article,
                                        const char *member);

#endif
