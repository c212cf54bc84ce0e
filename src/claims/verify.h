/* claims/verify.h - is a co-op's folder, or what its hub serves, what it says it is?
 *
 * For anyone, with no trust: every file of the log against its entries and checkpoint; the
 * checkpoint's signature by the log's key and the cosignatures of the witnesses; the replay of
 * every entry with its canonical form, signature, number, rules and claims, recorded digests of
 * the state among them; the blobs of closed rounds against their hashes, and each result
 * against its transcript; the texts against their commitments. The first fault is named with
 * its file, byte or entry, and with what it rests on. What is not at hand - a blob, a text - is
 * counted as not checked, never as false.
 *
 * Reading, hashing and signatures use all threads while the fold goes on behind them. Memory is
 * that of the state, a few runs of entries for each thread, and 16 bytes for each file; where a
 * state is gone on from or kept, its bytes once each on top.
 */
#ifndef SHEAF_CLAIMS_VERIFY_H
#define SHEAF_CLAIMS_VERIFY_H

#include "claims/verify_kept.h"
#include "log/note.h"
#include "net/client.h"

typedef struct {
    uint16_t revision_max;     /* 0: the newest that this program knows */
    unsigned threads;          /* 0: one per processor */
    const sheaf_vkey *log_key; /* if the log's key is known from elsewhere; else NULL */
    const char *ca_file;       /* for URLs; NULL = the system's */
    const atomic_bool *stop;   /* set, it ends the verification, SHEAF_IO; may be NULL */
    /* Told now and then how far it is; may be NULL. */
    void (*progress)(void *context, const char *what, uint64_t done, uint64_t of);
    void *context;
    /* Only hashes: every entry, bundle and tile against the checkpoint, and its signature by
     * the log's key; neither the signatures of entries nor the rules. */
    bool hashes_only;
    /* The note of a checkpoint up to which this log was verified before, by whoever asks; or
     * empty. The entries it covers must be the very same. Then their signatures and what they
     * say of blobs need no second check; they are still read, hashed and folded. */
    sheaf_slice from;
    /* What an earlier verification has kept, or NULL: its state is gone on from. The entries
     * before are read and hashed again and must be the same; values and rounds are checked
     * again. */
    const sheaf_kept *kept;
    const char *keep;   /* a file to keep the state in, now and then and at the end; or NULL */
    sheaf_buffer *note; /* gets the note of the checkpoint that was verified; may be NULL */
} sheaf_verify_options;

typedef struct {
    char origin[SHEAF_ORIGIN_LEN + 1];
    uint64_t entries, voids;
    sheaf_hash root, digest;                           /* of the log, of the state */
    uint32_t rounds, results_checked, results_missing; /* closed rounds; their results' bytes */
    uint32_t transcripts_checked, transcripts_missing;
    uint32_t evaluations_checked, evaluations_missing;
    uint32_t texts_checked, texts_missing; /* commitments with their value, and without */
    uint16_t needs_revision; /* not 0: from `stopped_at` on only tree and signatures count */
    uint64_t stopped_at;
    bool few_members;                    /* fewer than form an SCE, which it is */
    uint32_t witnesses, witness_quorum;  /* that the bylaws name; how many make it witnessed */
    uint32_t cosigned;                   /* of the checkpoint, by those witnesses */
    uint64_t cosigned_last, unwitnessed; /* seconds since 1970; ticks without cosignatures */
    uint64_t readable, signatures_checked; /* of a public verification */
    uint64_t trusted;                      /* entries that the checkpoint `from` covers */
    uint64_t resumed_at;                   /* entries whose state was kept; 0: none was */
    uint64_t fault_entry;                  /* the first one with a fault, or UINT64_MAX */
    char fault_rests_on[SHEAF_RESTS_MAX];  /* which rule or which hash */
} sheaf_verified;

/* SHEAF_OK if all that could be checked is sound; SHEAF_FAULT with the first fault; SHEAF_IO if
 * there is nothing to read. *out is filled as far as the check came. */
SHEAF_MUST_USE sheaf_status sheaf_verify_folder(const char *dir,
                                                const sheaf_verify_options *options,
                                                sheaf_verified *out, sheaf_err *err);

/* The same of what a hub serves to everyone: log files, and models by their hash. Transcripts
 * are for participants, texts and the rest for members. The files are kept in a temporary
 * folder while it lasts. */
SHEAF_MUST_USE sheaf_status sheaf_verify_url(const char *url,
                                             const sheaf_verify_options *options,
                                             sheaf_verified *out, sheaf_err *err);

/* What everybody may see, at a URL or in a mirror's folder, of a log of which some entries are
 * for members: the listings with leaf hashes in their place. Checks the whole tree, every hash
 * tile, the checkpoint's signature, and of the readable entries the form and the signatures by
 * keys that readable entries brought; not the rules, which rest on all entries. `readable` says
 * how many could be read. */
SHEAF_MUST_USE sheaf_status sheaf_verify_public(const char *from,
                                                const sheaf_verify_options *options,
                                                sheaf_verified *out, sheaf_err *err);

/* A folder's log, with blobs from somewhere else; what both are made of. `texts_dir` may be
 * NULL. */
SHEAF_MUST_USE sheaf_status sheaf_verify_log(const char *dir, const sheaf_blob_source *blobs,
                                             const char *texts_dir,
                                             const sheaf_verify_options *options,
                                             sheaf_verified *out, sheaf_err *err);

#endif
