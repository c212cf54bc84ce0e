/* cli/dossier.h - all that a hub's folder holds about one person: what the log says, the values
 * behind it, and whether it must be kept. For the operator, on the folder itself. */
#ifndef SHEAF_CLI_DOSSIER_H
#define SHEAF_CLI_DOSSIER_H

#include "base/json.h"
#include "claims/person.h"
#include "store/retention.h"
#include "store/values.h"

typedef struct {
    sheaf_person person;
    sheaf_values values; /* its private database is there */
    sheaf_retention retention;
    bool kept; /* some ground of retention applies */
    int64_t now;
    sheaf_buffer hold;     /* what the operator recorded as the ground of a hold */
    sheaf_erasure erasure; /* the last, if `erased` */
    bool erased;
} sheaf_dossier;

/* SHEAF_INVALID if the number names nobody, or the folder has no private database. */
SHEAF_MUST_USE sheaf_status sheaf_dossier_open(sheaf_dossier *out, const char *dir,
                                               uint32_t number, sheaf_err *err);
void sheaf_dossier_close(sheaf_dossier *dossier);

/* One object: who it is, what is kept and why; `whole` adds every act and every text. */
SHEAF_MUST_USE sheaf_status sheaf_dossier_json(sheaf_dossier *dossier, bool whole,
                                               sheaf_buffer *out, sheaf_err *err);

/* The member "keep" of such an object: the grounds that apply. */
void sheaf_dossier_put_keep(sheaf_json_writer *w, const sheaf_dossier *dossier);

/* The same for people, on standard output. */
SHEAF_MUST_USE sheaf_status sheaf_dossier_print(sheaf_dossier *dossier, sheaf_err *err);
void sheaf_dossier_print_keep(const sheaf_dossier *dossier);

#endif
