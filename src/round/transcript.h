/* round/transcript.h - all that a stranger needs to add a round's sum again.
 *
 *     version u16 = 1, type u16 = 512, round u32, manifest 32,
 *     the COMMIT messages, the ADVERTISE messages, the heads of the SHARE messages,
 *     the heads of the survivors' INPUT messages, the SURVIVORS messages
 *     (lists as in bundle.h),
 *     n u16, n times {survivor u32, self secret 32},
 *     n u16, n times {dropout u32, mask secret 32},
 *     for each survivor its masked words, if they are one chunk,
 *     else SHA-256 of each of their chunks (chunk.h)
 *
 * It holds no member's vector in the clear: the pairwise masks between survivors stay secret,
 * and the encrypted shares, with which a thief of keys could make them, are not in it.
 * The round's closing entry carries SHA-256 of it.
 */
#ifndef SHEAF_ROUND_TRANSCRIPT_H
#define SHEAF_ROUND_TRANSCRIPT_H

#include "round/bundle.h"
#include "round/chunk.h"
#include "round/survivors.h"

/* Checks every signature, that all worked on the same roster and adverts and each on the shares
 * of its neighbourhood, that enough survivors signed the list, that each revealed secret
 * is the one its owner had committed to; then adds chunks [first, first + count), every one of
 * which is hashed again. Long vectors come from `source`, which may be NULL for short ones;
 * `list` may be NULL. SHEAF_FAULT names what does not hold. Some chunks of a long round, chosen
 * by chance, are as good as all to catch a coordinator that was wrong in many. */
SHEAF_MUST_USE sheaf_status sheaf_transcript_chunks(sheaf_slice transcript,
                                                    const sheaf_round_config *config,
                                                    const sheaf_chunk_source *source,
                                                    size_t first, size_t count,
                                                    const sheaf_sum_sink *sink,
                                                    sheaf_survivors *list, sheaf_err *err);

/* The same for the chunks that a list names. */
SHEAF_MUST_USE sheaf_status sheaf_transcript_chosen(sheaf_slice transcript,
                                                    const sheaf_round_config *config,
                                                    const sheaf_chunk_source *source,
                                                    const size_t *chosen, size_t count,
                                                    const sheaf_sum_sink *sink,
                                                    sheaf_survivors *list, sheaf_err *err);

/* All of a round of short vectors: `out` has config->words words, the sign of each carried to
 * 64 bits. */
SHEAF_MUST_USE sheaf_status sheaf_transcript_sum(sheaf_slice transcript,
                                                 const sheaf_round_config *config,
                                                 uint64_t *out, sheaf_survivors *list,
                                                 sheaf_err *err);

/* The longest transcript that the round can have: the bound for buffers and uploads. */
size_t sheaf_transcript_max(const sheaf_round_config *config);

#endif
