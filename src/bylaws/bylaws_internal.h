/* bylaws/bylaws_internal.h - the two halves of the check. */
#ifndef SHEAF_BYLAWS_INTERNAL_H
#define SHEAF_BYLAWS_INTERNAL_H

#include "bylaws/bylaws.h"

/* Append what contradicts the document itself, and which floors of its legal form it misses.
 * True once the list is full: then nothing more may be found. */
bool sheaf_bylaws_contradicts(const struct sheaf_bylaws *bylaws, sheaf_bylaws_findings *out);
bool sheaf_bylaws_below_floor(const struct sheaf_bylaws *bylaws, sheaf_bylaws_findings *out);

/* Appends to a list that is not full; is it then? The path is printed as printf() does. */
__attribute__((format(printf, 4, 5))) bool sheaf_bylaws_found(sheaf_bylaws_findings *out,
                                                              sheaf_bylaws_fault fault,
                                                              int64_t value, const char *path,
                                                              ...);

#endif
