#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

#undef sheaf_fail /* here it is the function */

sheaf_status sheaf_fail(sheaf_err *err, sheaf_status status, const char *format, ...)
{
    if (err) {
        /* Formatted aside first: an argument may be the old message itself. */
        char message[SHEAF_MESSAGE_MAX];
        va_list args;
        va_start(args, format);
        vsnprintf(message, sizeof message, format, args);
        va_end(args);
        err->status = status;
        __builtin_memcpy(err->message, message, sizeof message);
    }
    return status;
}
