/* bylaws/wording.h - numbers and choices of the bylaws in words, and messages with such words
 * in their places.
 *
 * A message is text with placeholders; a path is relative to the record that is told, or from
 * the whole document where it begins with a slash:
 *
 *     {open_s}                the value: 14 days
 *     {organ:organ}           in another form, see below
 *     {?second|text|else}     text where the field is there, and not false, not empty,
 *                             and, of a number that must be there, not 0
 *     {majority=simple|a|b}   a where it is that choice or number
 *     {seats#officer|officers}  after one, and after another number
 *     {*classes|text|and}     the text for each record of a list, with `and` between
 *     {fixed.death_wait_s}    a number that the rules fix (bylaws/fixed.h), in forms as others
 *
 * The name's ending says how a number is told: _s as a duration in the largest whole unit, _bp
 * as percent, _cents with the currency. Forms: `class` and `organ` are names by their place in
 * the document, `ratio` is percent as 3:1, `effect` a kind of act as the catalogue calls it;
 * any other form picks the unit's word of that form, for languages that decline.
 *
 * In what is written here the byte SHEAF_MARK_STATED follows what the program does not enforce,
 * and a footnote is SHEAF_MARK_NOTE, its number in decimal, SHEAF_MARK_END. Neither the
 * document nor a catalogue can have such bytes: the one has none by its form, of the other they
 * are spaces.
 */
#ifndef SHEAF_BYLAWS_WORDING_H
#define SHEAF_BYLAWS_WORDING_H

#include "acts/catalogue.h"
#include "bylaws/messages.h"

enum { SHEAF_MARK_STATED = 1, SHEAF_MARK_NOTE = 2, SHEAF_MARK_END = 3, SHEAF_MARK_CLAUSE = 4 };
enum { SHEAF_WORDING_PATH_MAX = 128 };

/* A record of the document, and where it stands: "decisions.ordinary"; the places of lists are
 * left out. */
typedef struct {
    const sheaf_shape *shape;
    const uint8_t *record;
    char path[SHEAF_WORDING_PATH_MAX];
} sheaf_scope;

/* The value is told, only asked about, or absent: what is not there has no footnote. */
typedef enum { SHEAF_MET_TOLD, SHEAF_MET_ASKED, SHEAF_MET_ABSENT } sheaf_met;

typedef struct {
    const sheaf_messages *messages;
    const struct sheaf_bylaws *bylaws;
    sheaf_buffer *out;
    sheaf_err *err;
    bool enforced, stated; /* since they were cleared: something that is, or is not, enforced */
    /* Told of each path that a message comes by, and what the message does there; gives the
     * number of its footnote, or 0. NULL where there are no footnotes; then nothing is marked
     * either. */
    unsigned (*meet)(void *context, const char *path, sheaf_met met);
    void *context;
} sheaf_wording;

/* The document itself. */
sheaf_scope sheaf_scope_whole(const struct sheaf_bylaws *bylaws);
/* A record in the document: field `f` of the scope, or an item of that list. */
sheaf_scope sheaf_scope_enter(const sheaf_scope *scope, const sheaf_field *f,
                              const void *record);

/* Appends a value as messages tell it. */
SHEAF_MUST_USE sheaf_status sheaf_wording_value(sheaf_wording *w, const sheaf_scope *scope,
                                                const sheaf_field *field, sheaf_slice form);

/* A number alone, as a field of that name would be told. */
void sheaf_wording_number(sheaf_wording *w, const char *name, int64_t value);

/* Appends a message. SHEAF_INVALID, naming it, where it has no right form or no such field. */
SHEAF_MUST_USE sheaf_status sheaf_wording_message(sheaf_wording *w, const sheaf_scope *scope,
                                                  sheaf_slice message);

/* What a field is called; its documentation where no catalogue has a label. */
sheaf_slice sheaf_wording_label(const sheaf_wording *w, const sheaf_shape *shape,
                                const sheaf_field *field);

/* Is given a record and the message that tells it. */
typedef sheaf_status sheaf_wording_tell(void *context, const sheaf_scope *record,
                                        sheaf_slice message);
/* An item of a catalogue that is told of each record of a list, {"each": path, "text":
 * message}: gives them to `tell` in their order; none where the list is not there.
 * SHEAF_INVALID where the path is no list of the scope's record, or as `tell` says. */
SHEAF_MUST_USE sheaf_status sheaf_wording_each(const sheaf_wording *w, const sheaf_scope *scope,
                                               const sheaf_json *item, sheaf_wording_tell *tell,
                                               void *context);

#endif
