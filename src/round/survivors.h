/* round/survivors.h - the survivor list: whose inputs are in the sum.
 *
 * It is the canonical JSON
 *
 *     {"adverts":"HEX","dropouts":[7],"manifest":"HEX","round":57,
 *      "survivors":[{"input":"HEX","member":1},…]}
 *
 * where `adverts` is the digest of the adverts that all of them were shown, on a ring with its
 * order, `input` the SHA-256 of a survivor's masked words, and `dropouts` are those who shared
 * and are not summed. Each survivor signs at most one list in a round, ever, under the label
 * sheaf-survivors/v1; nobody reveals anything before `threshold` of its neighbours, on the
 * complete graph with itself, have signed the same one, and on a ring sheaf_round_signers() of
 * all. Its hash goes on the log.
 */
#ifndef SHEAF_ROUND_SURVIVORS_H
#define SHEAF_ROUND_SURVIVORS_H

#include "round/message.h"

typedef struct {
    sheaf_hash adverts;
    uint16_t survivors, dropouts;               /* how many there are of each */
    uint32_t survivor[SHEAF_ROUND_MEMBERS_MAX]; /* ascending */
    sheaf_hash input[SHEAF_ROUND_MEMBERS_MAX];  /* of survivor[i] */
    uint32_t dropout[SHEAF_ROUND_MEMBERS_MAX];  /* ascending */
} sheaf_survivors;

/* The list as canonical JSON. */
void sheaf_survivors_put(sheaf_buffer *out, const sheaf_round_config *config,
                         const sheaf_survivors *list);

/* A list as it is signed, made once for many signatures: of a thousand it has 100 KB. */
typedef struct {
    sheaf_hash hash; /* of the JSON */
    sheaf_buffer labelled;
} sheaf_survivors_text;

SHEAF_MUST_USE sheaf_status sheaf_survivors_text_make(const sheaf_round_config *config,
                                                      const sheaf_survivors *list,
                                                      sheaf_survivors_text *out,
                                                      sheaf_err *err);
void sheaf_survivors_text_deinit(sheaf_survivors_text *text);

void sheaf_survivors_sign(const sheaf_survivors_text *text, const sheaf_keypair *pair,
                          uint8_t signature[SHEAF_SIGNATURE_BYTES]);

/* A checked SURVIVORS message is a valid signature of a survivor over exactly this list, whose
 * text is given too. */
SHEAF_MUST_USE sheaf_status sheaf_survivors_verify(const sheaf_round_config *config,
                                                   const sheaf_survivors *list,
                                                   const sheaf_survivors_text *text,
                                                   const sheaf_round_message *message,
                                                   sheaf_err *err);

#endif
