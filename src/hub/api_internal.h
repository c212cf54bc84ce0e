/* hub/api_internal.h - the parts of the HTTP interface, each a handler of some routes.
 *
 * A handler gets what stood in the path at its wildcard: a number, a hash or the rest.
 */
#ifndef SHEAF_HUB_API_INTERNAL_H
#define SHEAF_HUB_API_INTERNAL_H

#include "hub/answers.h"
#include "hub/api.h"

typedef struct {
    sheaf_hub *hub;
    const sheaf_http_request *request;
    sheaf_slice rest; /* of the path, where the route ends in '*' */
    uint32_t number;  /* where it has '#' */
} sheaf_api_call;

typedef sheaf_http_verdict sheaf_api_handler(const sheaf_api_call *call,
                                             sheaf_http_response *response);

sheaf_api_handler sheaf_api_coop, sheaf_api_state, sheaf_api_motion, sheaf_api_text,
    sheaf_api_erasures;
sheaf_api_handler sheaf_api_entries, sheaf_api_checkpoint, sheaf_api_tile, sheaf_api_withheld;
sheaf_api_handler sheaf_api_proof, sheaf_api_consistency;
sheaf_api_handler sheaf_api_blob_get, sheaf_api_blob_put, sheaf_api_transcript;
sheaf_api_handler sheaf_api_witnesses, sheaf_api_witnessed;
sheaf_api_handler sheaf_api_nodes, sheaf_api_round, sheaf_api_bundle, sheaf_api_message,
    sheaf_api_refuse, sheaf_api_refusals;
sheaf_api_handler sheaf_api_vector_put, sheaf_api_vector_get, sheaf_api_sum;

/* Where PUT of a blob goes; false, and *refusal, if it may not. */
bool sheaf_api_blob_route(const sheaf_api_call *call, sheaf_http_route *route,
                          sheaf_http_response *refusal);

/* Is the request signed by a key of a member that took part in the round, or audits it? False,
 * and *refusal, if not. */
bool sheaf_api_transcript_shown(const sheaf_api_call *call, uint32_t round,
                                sheaf_http_response *refusal);

/* Where a participant's vector goes; false, and *refusal, if it is not taken. */
bool sheaf_api_vector_route(const sheaf_api_call *call, sheaf_http_route *route,
                            sheaf_http_response *refusal);

/* A round that is not under way here: is it about to be? */
sheaf_http_response sheaf_api_no_round(const sheaf_api_call *call);

/* How long a message of the round may be; false, and *refusal, if the round takes none now. */
bool sheaf_api_message_route(const sheaf_api_call *call, sheaf_http_route *route,
                             sheaf_http_response *refusal);

/* A decimal number of the query within bounds, or `otherwise` where there is none; false, and
 * *response, if it is something else. */
bool sheaf_api_query_int(const sheaf_api_call *call, const char *name, uint64_t otherwise,
                         uint64_t max, uint64_t *out, sheaf_http_response *response);

#endif
