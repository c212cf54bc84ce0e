#include "coop/room.h"

uint32_t sheaf_room_used(const sheaf_state *state, uint8_t room, uint32_t member)
{
    const struct sheaf_row_room *row = sheaf_room_find(state, sheaf_pair(member, room));
    return row ? row->open : 0;
}

void sheaf_room_add(sheaf_fold *fold, uint8_t room)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_room *row = sheaf_room_have(state, sheaf_pair(fold->member, room));
    row->member = fold->member;
    row->room = room;
    row->open++;
}

sheaf_refusal sheaf_room_take(sheaf_fold *fold, uint8_t room, uint32_t taken, uint32_t most)
{
    bool kept = (uint64_t)taken * 2 >= most;
    SHEAF_REFUSE_IF(kept
                        && (!sheaf_member_get(fold->state, fold->member)->votes
                            || sheaf_room_used(fold->state, room, fold->member)),
                    room_for_others);
    sheaf_room_add(fold, room);
    return SHEAF_ACCEPTED;
}

void sheaf_room_free(sheaf_fold *fold, uint8_t room, uint32_t member)
{
    uint32_t at = sheaf_room_row(fold->state, sheaf_pair(member, room));
    if (at == SHEAF_NONE)
        return;
    struct sheaf_row_room *row = sheaf_room_edit(fold->state, at);
    assert(row->open > 0);
    row->open--;
}
