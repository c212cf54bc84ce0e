#include "round/config.h"

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
    for (int i = 0; i < config->count; i++)
        if (config->members[i].member == member)
            return i;
    return -1;
}

const char *sheaf_round_stage_text(sheaf_round_stage stage)
{
    static const char *const texts[] = {
        [0] = "begin",
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
    uint16_t least = sheaf_round_threshold(config->count);
    if (config->threshold < least || config->threshold > config->count)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the threshold of %u participants must be %u to %u, not %u",
                          config->count, least, config->count, config->threshold);
    if (config->min_survivors < config->threshold || config->min_survivors > config->count)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the smallest number of survivors must be %u to %u, not %u",
                          config->threshold, config->count, config->min_survivors);
    for (int i = 0; i < SHEAF_ROUND_MESSAGE_STAGES; i++)
        if (config->stage_ms[i] == 0)
            return sheaf_fail(err, SHEAF_INVALID, "stage %s of the round has no time",
                              sheaf_round_stage_text((sheaf_round_stage)(i + 1)));
    return members_check(config, err);
}

sheaf_hash sheaf_round_session(const sheaf_round_config *config)
{
    enum { MAX = 256 + SHEAF_ROUND_MEMBERS_MAX * (4 + SHEAF_PUBLIC_BYTES) };
    uint8_t bytes[MAX];
    size_t len = 0;
    const uint32_t numbers[] = {config->round, config->words,     config->bits,
                                config->count, config->threshold, config->min_survivors};
    static const char label[] = "sheaf-round-session/v1\n";
    memcpy(bytes, label, sizeof label - 1);
    len += sizeof label - 1;
    size_t origin_len = strnlen(config->origin, SHEAF_ROUND_ORIGIN_MAX);
    memcpy(bytes + len, config->origin, origin_len);
    len += origin_len;
    bytes[len++] = '\n';
    memcpy(bytes + len, config->manifest.bytes, SHEAF_HASH_BYTES);
    len += SHEAF_HASH_BYTES;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes[len++] = (uint8_t)(numbers[i] >> shift);
    for (int i = 0; i < config->count; i++) {
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes[len++] = (uint8_t)(config->members[i].member >> shift);
        memcpy(bytes + len, config->members[i].public, SHEAF_PUBLIC_BYTES);
        len += SHEAF_PUBLIC_BYTES;
    }
    assert(len <= sizeof bytes);
    return sheaf_sha256(sheaf_bytes(bytes, len));
}
