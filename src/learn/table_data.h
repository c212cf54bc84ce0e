/* learn/table_data.h - what the kinds of model share whose data is a table (learn/table.h): the
 * data behind `void *` is a sheaf_table of the model's inputs (learn/inputs.h). */
#ifndef SHEAF_LEARN_TABLE_DATA_H
#define SHEAF_LEARN_TABLE_DATA_H

#include "learn/kind.h"

SHEAF_MUST_USE sheaf_status sheaf_table_data_open(const sheaf_spec *spec, sheaf_slice file,
                                                  const char *name, sheaf_table_use use,
                                                  void **data, sheaf_err *err);
void sheaf_table_data_close(void *data);
void sheaf_table_data_counts(const void *data, sheaf_data_counts *out);
SHEAF_MUST_USE sheaf_status sheaf_table_data_screen(const sheaf_spec *spec, const void *data,
                                                    sheaf_screen *out, sheaf_err *err);

#endif
