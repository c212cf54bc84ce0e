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
    const char *dir; /* the folder that is verified */
    sheaf_verified *out;
    sheaf_log_check *check;
    sheaf_ahead_keys *keys;
    sheaf_replay replay;
    sheaf_checkpoint from;              /* verified before; size 0: none */
    sheaf_public_key from_key, log_key; /* the log's key then; the one that is asked for now */
    bool from_looked;                   /* the entries have reached it, and ... */
    sheaf_err from_err;                 /* ... this is what was found */
    uint64_t passed;       /* entries that are not folded: options->kept has the state */
    bool state_proved;     /* a digest on the log has proved that state */
    uint64_t kept_entries; /* of the state that was kept last */
    uint64_t commitments;  /* to texts, of the entries that count */
    bool has_log_key;
    sheaf_hash *manifests; /* root of the log up to the entry that opened each round */
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

/* Counts an accepted entry's commitments, unless it is passed over, which were counted; and
 * checks their values, those that are here. */
SHEAF_MUST_USE sheaf_status sheaf_verify_values(sheaf_verification *v, const sheaf_ahead *ahead,
                                                sheaf_slice entry, bool passed, sheaf_err *err);

/* Before the entries: what can be said of an earlier checkpoint already; and the state that was
 * kept is taken up. */
SHEAF_MUST_USE sheaf_status sheaf_verify_earlier_begin(sheaf_verification *v, sheaf_err *err);
/* The entries that are not folded have been passed: are they those of the kept state? */
SHEAF_MUST_USE sheaf_status sheaf_verify_passed(const sheaf_verification *v, sheaf_err *err);
/* Behind them: the first digest on the log says whether the state was right. */
SHEAF_MUST_USE sheaf_status sheaf_verify_taken_up(sheaf_verification *v, uint64_t index,
                                                  const sheaf_replayed *result, sheaf_err *err);
/* After each run: looks at the earlier checkpoint once the entries reach it. */
void sheaf_verify_earlier_look(sheaf_verification *v);
/* After the checkpoint of now, which comes first: what was found. */
SHEAF_MUST_USE sheaf_status sheaf_verify_earlier_check(sheaf_verification *v, sheaf_err *err);

/* Between runs. Nothing is kept where nothing can be; `note` is that of the checkpoint, once it
 * is verified too, or empty. */
bool sheaf_verify_keep_due(const sheaf_verification *v);
SHEAF_MUST_USE sheaf_status sheaf_verify_keep(sheaf_verification *v, sheaf_slice note,
                                              sheaf_err *err);

#endif
