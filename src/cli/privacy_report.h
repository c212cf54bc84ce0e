/* cli/privacy_report.h - the papers that data protection law asks of a co-op, drafted from its
 * own bylaws, data sheets and registers: one JSON object, and the same as Markdown. */
#ifndef SHEAF_CLI_PRIVACY_REPORT_H
#define SHEAF_CLI_PRIVACY_REPORT_H

#include "base/json.h"

/* Settings that the report shows; sheaf privacy set takes these names, ended by NULL. */
typedef struct {
    const char *name, *doc;
} sheaf_privacy_setting;
extern const sheaf_privacy_setting sheaf_privacy_settings[];

/* The kinds of lines that sheaf privacy note takes, ended by NULL. */
extern const char *const sheaf_privacy_kinds[];

/* Reads the hub's folder. */
SHEAF_MUST_USE sheaf_status sheaf_privacy_gather(const char *dir, sheaf_buffer *out,
                                                 sheaf_err *err);

/* What sheaf_privacy_gather() wrote, for people. */
SHEAF_MUST_USE sheaf_status sheaf_privacy_markdown(sheaf_slice json, sheaf_buffer *out,
                                                   sheaf_err *err);

#endif
