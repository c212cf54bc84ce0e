/* coop/refusal.h - why the rules refuse: a stable number, a sentence, the article it rests on.
 * A refusal is a value, never an error. Numbers are never reused. */
#ifndef SHEAF_COOP_REFUSAL_H
#define SHEAF_COOP_REFUSAL_H

#include "bylaws/article.h"

#define REFUSAL(number, name, article, sentence) SHEAF_REFUSED_##name = number,
typedef enum {
    SHEAF_ACCEPTED = 0,
#include "coop/tbl/refusals.def"
} sheaf_refusal;
#undef REFUSAL

typedef struct {
    sheaf_refusal number;
    const char *name;       /* motion_closed */
    sheaf_article rests_on; /* the article of the bylaws; log, for the form of entries */
    const char *article;    /* its key: decisions */
    const char *sentence;   /* the motion is closed */
} sheaf_refusal_text;

/* The words for a refusal; NULL for a number that there is not. */
const sheaf_refusal_text *sheaf_refusal_describe(uint16_t number);

#endif
