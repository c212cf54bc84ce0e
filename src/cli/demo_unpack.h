/* cli/demo_unpack.h - the demonstration's files, which stand in the program as gzip. */
#ifndef SHEAF_CLI_DEMO_UNPACK_H
#define SHEAF_CLI_DEMO_UNPACK_H

#include "base/buffer.h"

/* Appends what the bytes unpack to, up to the buffer's maximum. */
SHEAF_MUST_USE sheaf_status demo_unpack(sheaf_slice packed, sheaf_buffer *out, sheaf_err *err);

#endif
