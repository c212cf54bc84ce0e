/* node/fitness.h - can a file be used for the rounds that mandates ask for? Before one opens.
 *
 * A file that was exchanged, or has another header or another number of rows than its sheet, is
 * found here: the member reads about it in the log of its own node, which then does not offer
 * the data set, so that no round is opened, and charged, for nothing. What is wrong with single
 * rows is told there too, by line, and nowhere else.
 */
#ifndef SHEAF_NODE_FITNESS_H
#define SHEAF_NODE_FITNESS_H

#include "node/node.h"

/* Does a mandate ask for the data set, in a way that its file can serve? Looks at the file once
 * for each model and form of release; again after a while, where it could not. */
bool sheaf_node_offers(sheaf_node *node, const struct sheaf_row_dataset *dataset,
                       const char *file);

#endif
