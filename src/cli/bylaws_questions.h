/* cli/bylaws_questions.h - the questions of `sheaf bylaws new`, at most twelve: each is about
 * one place of the document, whose default is what stands there in the model. */
#ifndef SHEAF_CLI_BYLAWS_QUESTIONS_H
#define SHEAF_CLI_BYLAWS_QUESTIONS_H

#include "base/status.h"
#include "cli/bylaws_draft.h"

/* How an answer is spelled, and what becomes of it in the document. */
typedef enum {
    SHEAF_ANSWER_TEXT,
    SHEAF_ANSWER_NUMBER,
    SHEAF_ANSWER_DAYS,    /* seconds */
    SHEAF_ANSWER_PERCENT, /* hundredths of a percent */
    SHEAF_ANSWER_MONEY,   /* hundredths of the currency */
    SHEAF_ANSWER_READERS, /* members or public, for all areas of visibility */
    SHEAF_ANSWER_PARTS,   /* optional articles, with commas between */
} sheaf_answer_sort;

typedef struct {
    const char *key, *path, *words;
    sheaf_answer_sort sort;
} sheaf_question;

extern const sheaf_question sheaf_questions[];
extern const size_t sheaf_question_count;

/* Is it about something that the document has? */
bool sheaf_question_applies(const sheaf_question *question, const sheaf_draft *tree);

/* Is there no default? In a model what founders must say is an empty text. */
bool sheaf_question_needed(const sheaf_question *question, const sheaf_draft *tree);

/* The default as a person would type it; empty where there is none. */
void sheaf_question_default(const sheaf_question *question, const sheaf_draft *tree, char *out,
                            size_t size);

/* Puts the answer in its place. `parts` has a record for each optional article. The error says
 * how an answer looks. */
SHEAF_MUST_USE sheaf_status sheaf_question_answer(const sheaf_question *question,
                                                  const char *answer, const sheaf_json *parts,
                                                  sheaf_draft *tree, sheaf_err *err);

#endif
