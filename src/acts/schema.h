/* acts/schema.h - the catalogue for readers: as JSON Schema, as the manual page docs/acts.md,
 * and as the help of one kind. All three walk the same descriptors as the decoder. */
#ifndef SHEAF_ACTS_SCHEMA_H
#define SHEAF_ACTS_SCHEMA_H

#include "acts/catalogue.h"
#include "base/buffer.h"

/* JSON Schema, draft 2020-12: an act at the root; entries, effects, every kind and every record
 * under $defs. Canonical JSON. */
void sheaf_schema_write(sheaf_buffer *out);

/* The same of one record and of those inside it: of the bylaws, docs/bylaws.schema.json. */
void sheaf_schema_write_record(sheaf_buffer *out, const char *name, const char *title);

/* The text of docs/acts.md. */
void sheaf_catalogue_markdown(sheaf_buffer *out);

/* What `sheaf help KIND` prints: usage, flags with their ranges and choices, who may sign. */
void sheaf_kind_help(sheaf_buffer *out, sheaf_kind kind);

#endif
