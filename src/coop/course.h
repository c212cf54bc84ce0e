/* coop/course.h - how the results of a training came out on validation records, and whether it
 * should go on.
 *
 * Of each result that is measured only its mean loss is known, as a whole number of millionths.
 * A result is better where its loss is smaller than that of all before; an equal one is no
 * better, so the earlier of two equal ones is the best. After as many results in succession as
 * the training has patience for, none of them better, it ends and the best one is what it made.
 * Where training ends otherwise, what counts is the best one, or the last result if nothing has
 * been measured since the best that was worse: the last is never measured itself.
 *
 * Pure; the rules, and whoever trains without a log, ask here.
 */
#ifndef SHEAF_COOP_COURSE_H
#define SHEAF_COOP_COURSE_H

#include <stdbool.h>
#include <stdint.h>

/* Begins as all zero. */
typedef struct {
    uint32_t best;      /* the best of those that were measured; of no meaning before */
    uint32_t measured;  /* how many were */
    uint32_t stale;     /* of those since the best, which were no better */
    uint64_t best_loss; /* in millionths */
} sheaf_course;

void sheaf_course_measure(sheaf_course *course, uint32_t result, uint64_t loss_millionths);

/* Does training end here? Without patience (0) it never does. */
bool sheaf_course_over(const sheaf_course *course, uint32_t patience);

/* The result that counts, where `last` is the one made last. */
uint32_t sheaf_course_result(const sheaf_course *course, uint32_t last);

#endif
