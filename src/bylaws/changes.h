/* bylaws/changes.h - what one version of the bylaws changes against another, number by number.
 */
#ifndef SHEAF_BYLAWS_CHANGES_H
#define SHEAF_BYLAWS_CHANGES_H

#include "bylaws/article.h"
#include "bylaws/messages.h"

typedef enum {
    SHEAF_AMENDED_NOT,       /* the article says the same */
    SHEAF_AMENDED_SWITCHED,  /* it is switched on or off */
    SHEAF_AMENDED_PROTECTED, /* it becomes protected, or is so no longer */
    SHEAF_AMENDED,           /* its numbers or words change */
} sheaf_amended;

/* What becomes of an article, and whether amending it needs a protected decision: it does where
 * either version protects it. */
sheaf_amended sheaf_article_amended(const struct sheaf_bylaws *before,
                                    const struct sheaf_bylaws *after, sheaf_article article);
bool sheaf_amendment_protected(const struct sheaf_bylaws *before,
                               const struct sheaf_bylaws *after, sheaf_article article);

typedef struct {
    const char *path;     /* "members.classes[1].votes" */
    sheaf_slice label;    /* "Classes of members, worker, votes of a member" */
    sheaf_slice old, new; /* in words; "none" where there is none */
    bool enforced;        /* by the program */
} sheaf_change;

typedef sheaf_status sheaf_change_visit(void *context, const sheaf_change *change,
                                        sheaf_err *err);

/* Calls `visit` for each number, choice or text of the article that changes, in the order of
 * the record. */
SHEAF_MUST_USE sheaf_status sheaf_article_changes(
    const struct sheaf_bylaws *before, const struct sheaf_bylaws *after, sheaf_article article,
    const sheaf_messages *messages, sheaf_change_visit *visit, void *context, sheaf_err *err);

#endif
