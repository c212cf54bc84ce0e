#include "log/policy.h"

#include "log/checkpoint.h"

/* A line being read. */
typedef struct {
    sheaf_policy *policy;
    size_t number;
    sheaf_slice rest;
    bool has_quorum;
} reader;

static bool blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

/* The next word of the line; false at its end. */
static bool take_word(reader *r, sheaf_slice *word)
{
    sheaf_slice skip;
    size_t len = 0;
    while (r->rest.len && blank(r->rest.data[0]))
        if (!sheaf_take(&r->rest, 1, &skip))
            return false;
    while (len < r->rest.len && !blank(r->rest.data[len]))
        len++;
    return len > 0 && sheaf_take(&r->rest, len, word);
}

static const sheaf_policy_node *find(const sheaf_policy *policy, sheaf_slice name)
{
    for (size_t i = 0; i < policy->node_count; i++)
        if (sheaf_slice_equal(policy->nodes[i].name, name))
            return &policy->nodes[i];
    return NULL;
}

static sheaf_status bad(const reader *r, sheaf_err *err, const char *what)
{
    return sheaf_fail(err, SHEAF_INVALID, "line %zu of the policy: %s", r->number, what);
}

static bool same_key(const sheaf_vkey *a, const sheaf_vkey *b)
{
    return memcmp(a->public, b->public, sizeof a->public) == 0;
}

static sheaf_status check_key(const reader *r, const sheaf_vkey *key, sheaf_err *err)
{
    for (size_t i = 0; i < r->policy->log_count; i++)
        if (same_key(key, &r->policy->logs[i]))
            return bad(r, err, "this key stands here before");
    for (size_t i = 0; i < r->policy->node_count; i++)
        if (r->policy->nodes[i].witness && same_key(key, &r->policy->nodes[i].key))
            return bad(r, err, "this key stands here before");
    return SHEAF_OK;
}

static sheaf_status read_log(reader *r, sheaf_err *err)
{
    sheaf_slice word, url;
    sheaf_vkey key;
    if (r->policy->log_count == SHEAF_POLICY_LOGS_MAX)
        return bad(r, err, "there are too many logs");
    if (!take_word(r, &word))
        return bad(r, err, "the log's key is missing");
    SHEAF_TRY(sheaf_vkey_parse(word, &key, err));
    if (key.type != SHEAF_VKEY_ED25519)
        return bad(r, err, "this key is a witness's");
    SHEAF_TRY(check_key(r, &key, err));
    r->policy->logs[r->policy->log_count++] = key;
    (void)take_word(r, &url);
    return SHEAF_OK;
}

/* The name of a new witness or group. */
static sheaf_status read_name(reader *r, sheaf_policy_node **out, sheaf_err *err)
{
    sheaf_slice name;
    sheaf_policy *policy = r->policy;
    if (policy->node_count == SHEAF_POLICY_NODES_MAX)
        return bad(r, err, "there are too many witnesses and groups");
    if (!take_word(r, &name) || sheaf_slice_is(name, "none"))
        return bad(r, err, "a name is missing; none is not one");
    if (find(policy, name))
        return bad(r, err, "this name stands here before");
    *out = &policy->nodes[policy->node_count];
    **out = (sheaf_policy_node){.name = name};
    return SHEAF_OK;
}

static sheaf_status read_witness(reader *r, sheaf_err *err)
{
    sheaf_policy_node *node;
    sheaf_slice word;
    SHEAF_TRY(read_name(r, &node, err));
    if (!take_word(r, &word))
        return bad(r, err, "the witness's key is missing");
    SHEAF_TRY(sheaf_vkey_parse(word, &node->key, err));
    if (node->key.type != SHEAF_VKEY_COSIGNATURE)
        return bad(r, err, "this key is a log's");
    SHEAF_TRY(check_key(r, &node->key, err));
    node->witness = true;
    (void)take_word(r, &node->url);
    r->policy->node_count++;
    return SHEAF_OK;
}

static sheaf_status read_group(reader *r, sheaf_err *err)
{
    sheaf_policy_node *node;
    sheaf_slice word, need;
    uint64_t k = 1;
    SHEAF_TRY(read_name(r, &node, err));
    if (!take_word(r, &need))
        return bad(r, err, "how many members are needed is missing: a number, all or any");
    while (take_word(r, &word)) {
        const sheaf_policy_node *member = find(r->policy, word);
        if (!member)
            return bad(r, err, "a group's members are named in lines before it");
        uint8_t place = (uint8_t)(member - r->policy->nodes);
        for (size_t i = 0; i < node->count; i++)
            if (node->members[i] == place)
                return bad(r, err, "a member stands in the group twice");
        if (node->count == SHEAF_POLICY_MEMBERS_MAX)
            return bad(r, err, "the group has too many members");
        node->members[node->count++] = place;
    }
    if (sheaf_slice_is(need, "all"))
        k = node->count;
    else if (!sheaf_slice_is(need, "any") && !sheaf_decimal_get(need, &k))
        return bad(r, err, "how many members are needed is a number, all or any");
    if (k < 1 || k > node->count)
        return bad(r, err, "a group needs between one and all of its members");
    node->need = (size_t)k;
    r->policy->node_count++;
    return SHEAF_OK;
}

static sheaf_status read_quorum(reader *r, sheaf_err *err)
{
    sheaf_slice word;
    if (r->has_quorum)
        return bad(r, err, "there is one quorum");
    if (!take_word(r, &word))
        return bad(r, err, "the quorum is a name or none");
    const sheaf_policy_node *node = find(r->policy, word);
    r->policy->none = sheaf_slice_is(word, "none");
    if (!r->policy->none && !node)
        return bad(r, err, "the quorum is named in a line before it, or none");
    r->policy->quorum = node ? (size_t)(node - r->policy->nodes) : 0;
    r->has_quorum = true;
    return SHEAF_OK;
}

static sheaf_status read_line(reader *r, sheaf_err *err)
{
    sheaf_slice word, more;
    sheaf_status status;
    const uint8_t *comment = r->rest.len ? memchr(r->rest.data, '#', r->rest.len) : NULL;
    if (comment)
        r->rest.len = (size_t)(comment - r->rest.data);
    if (!take_word(r, &word))
        return SHEAF_OK;
    if (sheaf_slice_is(word, "log"))
        status = read_log(r, err);
    else if (sheaf_slice_is(word, "witness"))
        status = read_witness(r, err);
    else if (sheaf_slice_is(word, "group"))
        status = read_group(r, err);
    else if (sheaf_slice_is(word, "quorum"))
        status = read_quorum(r, err);
    else
        return bad(r, err, "a line begins with log, witness, group or quorum");
    if (status == SHEAF_OK && take_word(r, &more))
        return bad(r, err, "there is a word too many");
    return status;
}

sheaf_status sheaf_policy_parse(sheaf_slice text, sheaf_policy *out, sheaf_err *err)
{
    reader r = {.policy = out};
    sheaf_slice feed;
    out->log_count = out->node_count = 0;
    out->none = false;
    if (text.len > SHEAF_POLICY_BYTES_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the policy is larger than %d bytes",
                          SHEAF_POLICY_BYTES_MAX);
    while (text.len) {
        const uint8_t *end = memchr(text.data, '\n', text.len);
        size_t len = end ? (size_t)(end - text.data) : text.len;
        r.number++;
        if (!sheaf_take(&text, len, &r.rest) || (end && !sheaf_take(&text, 1, &feed)))
            break;
        SHEAF_TRY(read_line(&r, err));
    }
    if (out->log_count == 0 || !r.has_quorum)
        return sheaf_fail(err, SHEAF_INVALID, "a policy has a log and a quorum");
    return SHEAF_OK;
}

bool sheaf_policy_met(const sheaf_policy *policy, const bool *cosigned)
{
    bool met[SHEAF_POLICY_NODES_MAX] = {false};
    for (size_t i = 0; i < policy->node_count; i++) {
        const sheaf_policy_node *node = &policy->nodes[i];
        size_t members = 0;
        for (size_t k = 0; k < node->count; k++)
            members += met[node->members[k]];
        met[i] = node->witness ? cosigned[i] : members >= node->need;
    }
    return policy->none || met[policy->quorum];
}
