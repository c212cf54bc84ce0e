#include "round/round_internal.h"

sheaf_status sheaf_round_enough(size_t count, size_t least, const char *what, sheaf_err *err)
{
    if (count < least)
        return sheaf_fail(err, SHEAF_INVALID, "%zu %s are too few: the round needs %zu", count,
                          what, least);
    return SHEAF_OK;
}

sheaf_status sheaf_round_set_read(const sheaf_round_config *config,
                                  const sheaf_round_items *items, sheaf_round_stage type,
                                  bool heads, sheaf_round_set *out, sheaf_err *err)
{
    out->count = items->count;
    for (int i = 0; i < items->count; i++) {
        sheaf_round_message *message = &out->message[i];
        if (heads)
            SHEAF_TRY(sheaf_round_head_decode(items->item[i], message, err));
        else
            SHEAF_TRY(sheaf_round_message_decode(items->item[i], message, err));
        if (message->type != type)
            return sheaf_fail(
                err, SHEAF_INVALID, "a message of stage %s stands among those of %s",
                sheaf_round_stage_text(message->type), sheaf_round_stage_text(type));
        if (i > 0 && message[-1].member == message->member)
            return sheaf_fail(err, SHEAF_FAULT, "member %u stands twice in stage %s",
                              message->member, sheaf_round_stage_text(type));
        if (i > 0 && message[-1].member > message->member)
            return sheaf_fail(err, SHEAF_INVALID, "the messages of stage %s are out of order",
                              sheaf_round_stage_text(type));
        SHEAF_TRY(sheaf_round_message_check(config, message, &out->index[i], err));
    }
    return SHEAF_OK;
}

void sheaf_round_commits_from(const sheaf_round_set *set, sheaf_round_commits *out)
{
    *out = (sheaf_round_commits){0};
    for (int i = 0; i < set->count; i++) {
        out->present[set->index[i]] = true;
        out->hash[set->index[i]] = set->message[i].commitment;
    }
}

sheaf_status sheaf_round_adverts_from(const sheaf_round_config *config,
                                      const sheaf_round_commits *commits,
                                      const sheaf_round_set *set, sheaf_neighbours *neighbours,
                                      sheaf_round_adverts *out, sheaf_err *err)
{
    *out = (sheaf_round_adverts){0};
    for (int i = 0; i < set->count; i++) {
        const sheaf_round_advertise *advertise = &set->message[i].advertise;
        int index = set->index[i];
        out->present[index] = true;
        out->mask[index] = advertise->mask;
        out->seal[index] = advertise->seal;
        memcpy(out->contribution[index], advertise->contribution.bytes, SHEAF_HASH_BYTES);
    }
    SHEAF_TRY(sheaf_neighbours_order(neighbours, config, commits, out, err));
    out->digest = sheaf_round_digest(&neighbours->session, set->message, set->count);
    return SHEAF_OK;
}

sheaf_status sheaf_round_share_check(const sheaf_round_adverts *adverts,
                                     const sheaf_round_message *message, int index,
                                     sheaf_err *err)
{
    const sheaf_round_share *share = &message->share;
    if (!adverts->present[index])
        return sheaf_fail(err, SHEAF_FAULT, "member %u shared without having advertised",
                          message->member);
    if (!sheaf_hash_equal(&share->adverts, &adverts->digest))
        return sheaf_fail(err, SHEAF_FAULT,
                          "member %u was shown other adverts: the coordinator or a member "
                          "gives different keys to different members",
                          message->member);
    sheaf_point committed = sheaf_round_commitment_at(share->mask_commitments, 0);
    if (memcmp(committed.bytes, adverts->mask[index].bytes, SHEAF_POINT_BYTES) != 0)
        return sheaf_fail(err, SHEAF_FAULT,
                          "member %u shared another mask secret than it advertised",
                          message->member);
    return SHEAF_OK;
}

sheaf_status sheaf_round_boxes_check(const sheaf_round_config *config,
                                     const sheaf_neighbours *neighbours,
                                     const sheaf_round_adverts *adverts,
                                     const sheaf_round_message *message, int index,
                                     sheaf_err *err)
{
    const sheaf_round_share *share = &message->share;
    size_t next = 0;
    for (int i = 0; i < config->count; i++) {
        if (!adverts->present[i] || !sheaf_neighbours_are(neighbours, i, index))
            continue;
        sheaf_slice box;
        if (next >= share->count
            || sheaf_round_box_at(share, next, &box) != config->members[i].member)
            return sheaf_fail(err, SHEAF_FAULT, "member %u made no share for member %u",
                              message->member, config->members[i].member);
        next++;
    }
    if (next != share->count)
        return sheaf_fail(err, SHEAF_FAULT, "member %u made a share for somebody unknown",
                          message->member);
    return SHEAF_OK;
}

sheaf_status sheaf_round_shares_check(const sheaf_round_message *message,
                                      const sheaf_hash *shares, sheaf_err *err)
{
    if (!sheaf_hash_equal(&message->input.shares, shares))
        return sheaf_fail(err, SHEAF_FAULT,
                          "member %u masked its vector over another set of shares",
                          message->member);
    return SHEAF_OK;
}

sheaf_status sheaf_round_list_make(const sheaf_round_config *config,
                                   const sheaf_round_adverts *adverts, const bool *shared,
                                   const sheaf_round_set *inputs, sheaf_survivors *out,
                                   sheaf_err *err)
{
    bool survives[SHEAF_ROUND_MEMBERS_MAX] = {0};
    *out = (sheaf_survivors){.adverts = adverts->digest};
    for (int i = 0; i < inputs->count; i++) {
        const sheaf_round_message *message = &inputs->message[i];
        if (!shared[inputs->index[i]])
            return sheaf_fail(err, SHEAF_FAULT, "member %u sent a vector without having shared",
                              message->member);
        if (!sheaf_hash_equal(&message->input.adverts, &adverts->digest))
            return sheaf_fail(err, SHEAF_FAULT,
                              "member %u masked its vector over other adverts: the coordinator "
                              "gives different keys to different members",
                              message->member);
        survives[inputs->index[i]] = true;
        out->survivor[out->survivors] = message->member;
        out->input[out->survivors++] = message->input.hash;
    }
    for (int i = 0; i < config->count; i++) {
        if (shared[i] && !adverts->present[i])
            return sheaf_fail(err, SHEAF_FAULT, "member %u shared without having advertised",
                              config->members[i].member);
        if (shared[i] && !survives[i])
            out->dropout[out->dropouts++] = config->members[i].member;
    }
    return sheaf_round_enough(out->survivors, config->min_survivors, "survivors", err);
}
