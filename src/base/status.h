/* base/status.h - how a function says that it failed.
 *
 * A failure (bad bytes, disk, memory) is a sheaf_status plus a sentence in the caller's
 * sheaf_err, which is the last parameter and untouched on success. A refusal by the bylaws is
 * not a failure: it is a value, see coop/refusal.h. A bug is an assert.
 */
#ifndef SHEAF_BASE_STATUS_H
#define SHEAF_BASE_STATUS_H

#define SHEAF_MUST_USE __attribute__((warn_unused_result))

typedef enum {
    SHEAF_OK,
    SHEAF_INVALID, /* the bytes or arguments given are wrong */
    SHEAF_IO,      /* disk, network or operating system */
    SHEAF_NOMEM,   /* a stated bound or the machine's memory is spent */
    SHEAF_FAULT,   /* what was checked is unsound: a proof, a hash, a signature of somebody else
                    */
} sheaf_status;

enum { SHEAF_MESSAGE_MAX = 400 };

typedef struct {
    sheaf_status status;
    char
        message[SHEAF_MESSAGE_MAX]; /* what happened to which thing: lower case, no full stop */
} sheaf_err;

/* Fills *err, which may be NULL, and hands `status` back. */
__attribute__((format(printf, 3, 4))) sheaf_status
sheaf_fail(sheaf_err *err, sheaf_status status, const char *format, ...);

/* So that the static analyser, which looks at one file at a time, knows what comes back. */
#ifdef __clang_analyzer__
#define sheaf_fail(err, status, ...) (sheaf_fail((err), (status), __VA_ARGS__), (status))
#endif

#define SHEAF_TRY(call)                                                                        \
    do {                                                                                       \
        sheaf_status try_status = (call);                                                      \
        if (try_status != SHEAF_OK)                                                            \
            return try_status;                                                                 \
    } while (0)

#endif
