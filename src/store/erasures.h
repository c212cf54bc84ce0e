/* store/erasures.h - whose data was erased, by number and time: the file DIR/erasures.json.
 *
 *     {"erasures":[{"at":1790000000000,"before":812,"person":12,"texts":false}],
 *      "origin":"sheaf/…","version":1}
 *
 * A person is the entry that brought them in; an entry whose texts alone were erased stands
 * there under its own number. It names nobody and travels with every copy of the folder, so
 * that whoever restores an older copy erases again. `before` is the size of the log at the
 * erasure: what came later stays. `origin` is the co-op's: numbers mean other people elsewhere.
 */
#ifndef SHEAF_STORE_ERASURES_H
#define SHEAF_STORE_ERASURES_H

#include "acts/act.h"
#include "base/buffer.h"

enum { SHEAF_ERASURES_BYTES_MAX = 8 << 20, SHEAF_ERASURES_MAX = 100000 };

typedef struct {
    uint32_t person;
    uint32_t before; /* entries on the log then */
    int64_t at;      /* milliseconds since 1970 */
    bool texts;      /* the other texts that the person wrote went too */
} sheaf_erasure;

/* By person, each once; its owner frees it. */
typedef struct {
    char origin[SHEAF_ORIGIN_LEN + 1]; /* empty until it is known */
    sheaf_erasure *items;
    uint32_t count, capacity;
} sheaf_erasures;

void sheaf_erasures_deinit(sheaf_erasures *list);

/* The list is of that co-op from the first call on; SHEAF_INVALID for another one. */
SHEAF_MUST_USE sheaf_status sheaf_erasures_bind(sheaf_erasures *list, sheaf_slice origin,
                                                sheaf_err *err);

const sheaf_erasure *sheaf_erasures_find(const sheaf_erasures *list, uint32_t person);

/* Adds one; of two about the same person the wider stands: the later entry, and texts if either
 * says so. */
SHEAF_MUST_USE sheaf_status sheaf_erasures_add(sheaf_erasures *list,
                                               const sheaf_erasure *erasure, sheaf_err *err);

/* The list is bound. */
void sheaf_erasures_encode(sheaf_buffer *out, const sheaf_erasures *list);

/* Adds what the bytes list, which must be of the same co-op; nothing is added where they are
 * refused. */
SHEAF_MUST_USE sheaf_status sheaf_erasures_decode(sheaf_slice bytes, sheaf_erasures *list,
                                                  sheaf_err *err);

/* The same from and to a file. Reading one that is not there adds nothing. */
SHEAF_MUST_USE sheaf_status sheaf_erasures_read(const char *path, sheaf_erasures *list,
                                                sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_erasures_write(const char *path, const sheaf_erasures *list,
                                                 sheaf_err *err);

#endif
