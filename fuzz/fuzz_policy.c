/* fuzz_policy.c - any text as a policy: no crash; the more have cosigned, the sooner it is met.
 */
#include <stdlib.h>

#include "log/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static sheaf_policy *policy;
    bool cosigned[SHEAF_POLICY_NODES_MAX] = {false};
    if (!policy)
        policy = malloc(sizeof *policy);
    if (!sheaf_crypto_start() || !policy
        || sheaf_policy_parse(sheaf_bytes(data, len), policy, NULL) != SHEAF_OK)
        return 0;
    bool before = sheaf_policy_met(policy, cosigned);
    for (size_t i = 0; i < policy->node_count; i++) {
        cosigned[i] = policy->nodes[i].witness;
        bool now = sheaf_policy_met(policy, cosigned);
        if (before && !now)
            __builtin_trap();
        before = now;
    }
    if (!before) /* all of them are enough for any policy */
        __builtin_trap();
    return 0;
}
