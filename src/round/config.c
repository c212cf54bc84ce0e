#include "round/config.h"

#include "base/encode.h"
#include "round/graph.h"
#include "round/words.h"

#include <assert.h>

uint16_t sheaf_round_threshold(uint16_t count)
{
    return (uint16_t)(2u * count / 3u + 1u);
}

uint16_t sheaf_round_threshold_against(uint16_t count, uint16_t colluders)
{
    uint16_t usual = sheaf_round_threshold(count);
    uint16_t least = (uint16_t)((count + colluders) / 2u + 1u);
    return usual < least ? least : usual;
}

int sheaf_round_index(const sheaf_round_config *config, uint32_t member)
{
    int from = 0, to = config->count;
    while (from < to) {
        int middle = from + (to - from) / 2;
        if (config->members[middle].member < member)
            from = middle + 1;
        else
            to = middle;
    }
    return from < config->count && config->members[from].member == member ? from : -1;
}

const char *sheaf_round_stage_text(sheaf_round_stage stage)
{
    static const char *const texts[] = {
        [0] = "begin",
        [SHEAF_ROUND_COMMIT] = "commit",
        [SHEAF_ROUND_ADVERTISE] = "advertise",
        [SHEAF_ROUND_SHARE] = "share",
        [SHEAF_ROUND_INPUT] = "input",
        [SHEAF_ROUND_SURVIVORS] = "survivors",
        [SHEAF_ROUND_REVEAL] = "reveal",
        [SHEAF_ROUND_DONE] = "done",
        [SHEAF_ROUND_ABORTED] = "aborted",
    };
    assert((size_t)stage < sizeof texts / sizeof *texts);
    return texts[stage];
}

static sheaf_status origin_check(const sheaf_round_config *config, sheaf_err *err)
{
    size_t len = strnlen(config->origin, sizeof config->origin);
    if (len == 0 || len > SHEAF_ROUND_ORIGIN_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the round's origin must have 1 to %d characters",
                          SHEAF_ROUND_ORIGIN_MAX);
    for (size_t i = 0; i < len; i++)
        if (config->origin[i] <= ' ' || config->origin[i] > '~')
            return sheaf_fail(err, SHEAF_INVALID,
                              "the round's origin has a byte that is not printable ASCII");
    return SHEAF_OK;
}

static sheaf_status members_check(const sheaf_round_config *config, sheaf_err *err)
{
    for (int i = 0; i < config->count; i++) {
        const sheaf_round_member *member = &config->members[i];
        if (i > 0 && member->member == member[-1].member)
            return sheaf_fail(err, SHEAF_INVALID,
                              "member %u stands twice in the round's roster", member->member);
        if (i > 0 && member->member < member[-1].member)
            return sheaf_fail(err, SHEAF_INVALID,
                              "the round's roster is not sorted: member %u after %u",
                              member->member, member[-1].member);
        if (!sheaf_public_valid(member->public))
            return sheaf_fail(err, SHEAF_INVALID, "the train key of member %u is no valid key",
                              member->member);
        for (int j = 0; j < i; j++)
            if (memcmp(config->members[j].public, member->public, SHEAF_PUBLIC_BYTES) == 0)
                return sheaf_fail(err, SHEAF_INVALID,
                                  "members %u and %u have the same train key",
                                  config->members[j].member, member->member);
    }
    return SHEAF_OK;
}

static sheaf_status signers_check(const sheaf_round_config *config, sheaf_err *err)
{
    uint16_t least = sheaf_round_threshold(config->count);
    if (!sheaf_round_on_ring(config) && config->signers != 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "where all are neighbours the threshold says how many sign, not "
                          "another number, %u",
                          config->signers);
    if (sheaf_round_on_ring(config)
        && (config->signers < least || config->signers > config->min_survivors))
        return sheaf_fail(err, SHEAF_INVALID,
                          "of %u participants on a ring %u to %u must sign the survivor list, "
                          "not %u",
                          config->count, least, config->min_survivors, config->signers);
    return SHEAF_OK;
}

static sheaf_status graph_check(const sheaf_round_config *config, sheaf_err *err)
{
    uint16_t least = sheaf_round_threshold(config->count);
    SHEAF_TRY(sheaf_graph_check(config->count, config->degree, config->threshold, err));
    if (!sheaf_round_on_ring(config)) {
        if (config->count > SHEAF_ROUND_COMPLETE_MAX)
            return sheaf_fail(err, SHEAF_INVALID,
                              "of %u participants not all can be neighbours: more than %d are "
                              "on a ring",
                              config->count, SHEAF_ROUND_COMPLETE_MAX);
        least = config->threshold;
    }
    if (config->min_survivors < least || config->min_survivors > config->count)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the smallest number of survivors must be %u to %u, not %u", least,
                          config->count, config->min_survivors);
    SHEAF_TRY(signers_check(config, err));
    uint16_t may_go =
        sheaf_round_on_ring(config) ? (uint16_t)(config->count - config->min_survivors) : 0;
    if (config->withheld_max > may_go)
        return sheaf_fail(
            err, SHEAF_INVALID,
            "at most %u participants may withhold their part of the ring's order, "
            "not %u",
            may_go, config->withheld_max);
    return SHEAF_OK;
}

sheaf_status sheaf_round_config_check(const sheaf_round_config *config, sheaf_err *err)
{
    SHEAF_TRY(origin_check(config, err));
    if (config->count < SHEAF_ROUND_MEMBERS_MIN || config->count > SHEAF_ROUND_MEMBERS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a round takes %d to %d participants, not %u",
                          SHEAF_ROUND_MEMBERS_MIN, SHEAF_ROUND_MEMBERS_MAX, config->count);
    if (config->words == 0 || config->words > SHEAF_ROUND_WORDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a round sums 1 to %d words, not %u",
                          SHEAF_ROUND_WORDS_MAX, config->words);
    if (!sheaf_words_bits_valid(config->bits))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the words of a round have 16, 32 or 64 bits, not %u", config->bits);
    SHEAF_TRY(graph_check(config, err));
    for (int i = 0; i < SHEAF_ROUND_MESSAGE_STAGES; i++)
        if (config->stage_ms[i] == 0)
            return sheaf_fail(err, SHEAF_INVALID, "stage %s of the round has no time",
                              sheaf_round_stage_text((sheaf_round_stage)(i + 1)));
    return members_check(config, err);
}

/* The members one after the other, each hashed in with all before it. */
static sheaf_hash roster_hash(const sheaf_round_config *config)
{
    sheaf_hash hash = sheaf_sha256(sheaf_str("sheaf-round-roster/v1\n"));
    for (int i = 0; i < config->count; i++) {
        uint8_t bytes[SHEAF_HASH_BYTES + 4 + SHEAF_PUBLIC_BYTES];
        memcpy(bytes, hash.bytes, SHEAF_HASH_BYTES);
        sheaf_big_endian_put(bytes + SHEAF_HASH_BYTES, config->members[i].member, 4);
        memcpy(bytes + SHEAF_HASH_BYTES + 4, config->members[i].public, SHEAF_PUBLIC_BYTES);
        hash = sheaf_sha256(sheaf_bytes(bytes, sizeof bytes));
    }
    return hash;
}

sheaf_hash sheaf_round_session(const sheaf_round_config *config)
{
    const uint32_t numbers[] = {config->round,         config->words,        config->bits,
                                config->count,         config->degree,       config->threshold,
                                config->min_survivors, config->withheld_max, config->signers};
    uint8_t bytes[sizeof numbers];
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sheaf_big_endian_put(bytes + 4 * i, numbers[i], 4);
    sheaf_hash roster = roster_hash(config);
    const sheaf_slice parts[] = {sheaf_str("sheaf-round-session/v2\n"),
                                 sheaf_str(config->origin),
                                 sheaf_str("\n"),
                                 {config->manifest.bytes, SHEAF_HASH_BYTES},
                                 {bytes, sizeof bytes},
                                 {roster.bytes, SHEAF_HASH_BYTES}};
    return sheaf_sha256_parts(parts, sizeof parts / sizeof *parts);
}
