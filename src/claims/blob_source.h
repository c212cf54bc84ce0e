/* claims/blob_source.h - a folder's blobs as evidence for claims. */
#ifndef SHEAF_CLAIMS_BLOB_SOURCE_H
#define SHEAF_CLAIMS_BLOB_SOURCE_H

#include "claims/check.h"
#include "store/blob.h"

/* Borrows `blobs`. A blob whose bytes are not those of its name is a failure, SHEAF_FAULT. */
sheaf_blob_source sheaf_blob_source_folder(const sheaf_blobs *blobs);

#endif
