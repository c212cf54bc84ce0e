/* cli/node_preview.h - `sheaf node --dry-run`: what would leave, and at which cost. */
#ifndef SHEAF_CLI_NODE_PREVIEW_H
#define SHEAF_CLI_NODE_PREVIEW_H

#include "cli/cli.h"
#include "node/node.h"

/* Prints it for every mandate that names data of the home, from a copy of the log that is
 * brought up to date; sends nothing. The exit code. */
int sheaf_node_preview(const sheaf_arguments *arguments, const sheaf_node_config *config);

#endif
