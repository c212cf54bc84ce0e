/* bylaws/model.h - documents to start from: data/bylaws/NAME.json, kept in the program. What
 * founders must say stands in them as empty text: name, text and, where the form demands it,
 * place of article 1. */
#ifndef SHEAF_BYLAWS_MODEL_H
#define SHEAF_BYLAWS_MODEL_H

#include "acts/catalogue.h"

typedef struct {
    const char *name;  /* sce */
    const char *words; /* one line of description */
    const char *text;  /* canonical JSON */
    enum sheaf_legal_form form;
} sheaf_bylaws_model;

/* From place 0; NULL after the last. */
const sheaf_bylaws_model *sheaf_bylaws_model_at(size_t place);

#endif
