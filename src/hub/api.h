/* hub/api.h - the HTTP interface: a table of routes over everything else; see docs/api.md. */
#ifndef SHEAF_HUB_API_H
#define SHEAF_HUB_API_H

#include "hub/hub_internal.h"

SHEAF_MUST_USE sheaf_status sheaf_api_open(sheaf_hub *hub, const sheaf_hub_config *config,
                                           sheaf_err *err);

#endif
