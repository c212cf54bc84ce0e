/* hub/answers.h - answers that several parts of the hub give. */
#ifndef SHEAF_HUB_ANSWERS_H
#define SHEAF_HUB_ANSWERS_H

#include "coop/refusal_detail.h"
#include "hub/hub_internal.h"

/* JSON that was written into a buffer, which is empty afterwards; never cached. */
sheaf_http_response sheaf_answer_json(sheaf_buffer *json);

/* 422: {"refusal":{"act":…,"article":…,"code":…,"name":…,"sentence":…},"sig":…}, signed with
 * the hub's key over the object, which names the act by its SHA-256. `detail` is of
 * it: its article, and its words, unless they are empty, at the end of the sentence. */
sheaf_http_response sheaf_answer_refusal(const sheaf_hub *hub, sheaf_refusal refusal,
                                         const sheaf_refusal_detail *detail,
                                         const sheaf_hash *act);

/* 204 */
sheaf_http_response sheaf_answer_nothing(void);

/* A failure of the hub's own: 503 where memory is spent, 500 for the disk, else 400. */
sheaf_http_response sheaf_answer_failure(const sheaf_err *err);

#endif
