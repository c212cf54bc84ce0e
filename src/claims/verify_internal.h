/* claims/verify_internal.h - what the files of the verification share. */
#ifndef SHEAF_CLAIMS_VERIFY_INTERNAL_H
#define SHEAF_CLAIMS_VERIFY_INTERNAL_H

#include "claims/verify.h"
#include "store/log_check.h"
#include "store/values.h"

/* What one verification works on. */
typedef struct {
    const sheaf_verify_options *options;
    const sheaf_blob_source *blobs;
    sheaf_verified *out;
    sheaf_log_check *check;
    sheaf_ahead_keys *keys;
    sheaf_replay replay;
    sheaf_checkpoint from;              /* verified before; size 0: none */
    sheaf_public_key from_key, log_key; /* the log's key then; the one that is asked for now */
    bool has_log_key;
    sheaf_hash *manifests; /* leaf hash of the entry that opened each round */
    size_t manifest_count, manifest_capacity;
    sheaf_values values;        /* of the folder, if `has_values` */
    bool has_values, any_value; /* any_value: there is something to look into */
    void *value_block;          /* for decoding what was not decoded ahead */
    sheaf_buffer note;
    char entry_fault[SHEAF_REPLAYED_TEXT_MAX]; /* the first void entry or false claim */
} sheaf_verification;

void sheaf_verify_progress(const sheaf_verification *v, const char *what, uint64_t done,
                           uint64_t of);

/* The cosignatures on the checkpoint, by the witnesses that the bylaws name. */
SHEAF_MUST_USE sheaf_status sheaf_verify_cosignatures(sheaf_verification *v, sheaf_err *err);

/* Results and transcripts of closed rounds. */
SHEAF_MUST_USE sheaf_status sheaf_verify_rounds(sheaf_verification *v, sheaf_err *err);

/* Nothing but texts stands in DIR/texts. */
SHEAF_MUST_USE sheaf_status sheaf_verify_texts(sheaf_verification *v, sheaf_err *err);

/* Counts the values behind an accepted entry's commitments, and checks those that are here. */
SHEAF_MUST_USE sheaf_status sheaf_verify_values(sheaf_verification *v, const sheaf_ahead *ahead,
                                                sheaf_slice entry, sheaf_err *err);

#endif
