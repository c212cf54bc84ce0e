/* bylaws/bylaws_internal.h - the two halves of the check. */
#ifndef SHEAF_BYLAWS_INTERNAL_H
#define SHEAF_BYLAWS_INTERNAL_H

#include "bylaws/bylaws.h"

/* Fills *out with the first contradiction of the document with itself, if there is one. */
bool sheaf_bylaws_contradicts(const struct sheaf_bylaws *bylaws, sheaf_bylaws_finding *out);

/* The same with the first floor of its legal form that it misses. */
bool sheaf_bylaws_below_floor(const struct sheaf_bylaws *bylaws, sheaf_bylaws_finding *out);

/* Fills *out; true. The path is printed as printf() does. */
__attribute__((format(printf, 4, 5))) bool sheaf_bylaws_found(sheaf_bylaws_finding *out,
                                                              sheaf_bylaws_fault fault,
                                                              int64_t value, const char *path,
                                                              ...);

#endif
