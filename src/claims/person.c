#include "claims/person.h"

#include <assert.h>
#include <stdlib.h>

#include "claims/folder.h"
#include "coop/view.h"
#include "store/values.h"

/* One walk over the log. */
typedef struct {
    sheaf_person *out;
    void *block;
    int64_t balance; /* before the entry at hand */
} walk;

const char *sheaf_person_standing_name(sheaf_person_standing standing)
{
    static const char *const names[] = {"unknown", "applicant", "member",
                                        "left",    "customer",  "payee"};
    assert(standing < sizeof names / sizeof *names);
    return names[standing];
}

void sheaf_person_deinit(sheaf_person *person)
{
    free(person->acts);
    free(person->texts);
    *person = (sheaf_person){0};
}

/* Room for one more item. */
static void *grown(void *items, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    uint32_t more = *capacity ? 2 * *capacity : 16;
    void *out = realloc(items, more * size);
    if (out)
        *capacity = more;
    return out;
}

static sheaf_status add_act(sheaf_person *p, const sheaf_person_act *act, sheaf_err *err)
{
    sheaf_person_act *acts = grown(p->acts, p->act_count, &p->act_capacity, sizeof *acts);
    if (!acts)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the acts of person %u", p->number);
    p->acts = acts;
    p->acts[p->act_count++] = *act;
    return SHEAF_OK;
}

static sheaf_status add_text(sheaf_person *p, const sheaf_person_text *text, sheaf_err *err)
{
    sheaf_person_text *texts = grown(p->texts, p->text_count, &p->text_capacity, sizeof *texts);
    if (!texts)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the texts of person %u", p->number);
    p->texts = texts;
    p->texts[p->text_count++] = *text;
    return SHEAF_OK;
}

/* The person's own act, or one that names the person. */
static sheaf_status add_entry(walk *w, uint32_t index, const sheaf_entry *entry, sheaf_err *err)
{
    const sheaf_act *act = entry->act;
    bool own = (act->has_by ? act->by : index) == w->out->number;
    sheaf_commitment commitment;
    size_t place = 0;
    if (own || index == w->out->number)
        SHEAF_TRY(add_act(w->out, &(sheaf_person_act){index, act->kind, entry->stamp}, err));
    while (sheaf_act_next_text(act, &place, &commitment)) {
        bool about = sheaf_person_of(act, index) == w->out->number;
        sheaf_person_text text = {index, act->kind, entry->stamp, commitment.field,
                                  commitment.commitment};
        if (commitment.field->personal ? about : own)
            SHEAF_TRY(add_text(w->out, &text, err));
    }
    return SHEAF_OK;
}

/* Of the account, and what was paid in for shares. */
static int64_t balance_of(const sheaf_state *state, uint32_t member)
{
    const struct sheaf_row_account *row =
        sheaf_account_find(state, sheaf_pair(SHEAF_account_kind_member, member));
    const struct sheaf_row_account *shares =
        sheaf_account_find(state, sheaf_pair(SHEAF_account_kind_shares, member));
    return (row ? row->balance_cents : 0) + (shares ? shares->balance_cents : 0);
}

static sheaf_status visit(void *context, const sheaf_folder *folder, uint64_t index,
                          sheaf_slice bytes, const sheaf_replayed *result, sheaf_err *err)
{
    walk *w = context;
    sheaf_entry entry;
    if (result->kind == SHEAF_KIND_none || result->refusal != SHEAF_ACCEPTED)
        return SHEAF_OK;
    sheaf_arena arena = sheaf_arena_over(w->block, SHEAF_ACT_ARENA_BYTES);
    SHEAF_TRY(sheaf_entry_decode(bytes, SHEAF_REVISION, &arena, &entry, err));
    bool paid = entry.act->kind == SHEAF_KIND_payment_order;
    if (index == w->out->number && (paid || entry.act->kind == SHEAF_KIND_usage_record)) {
        w->out->standing = paid ? SHEAF_PERSON_PAYEE : SHEAF_PERSON_CUSTOMER;
        w->out->posted = entry.stamp;
    }
    int64_t balance = balance_of(&folder->replay.state, w->out->number);
    if (balance != w->balance)
        w->out->posted = entry.stamp;
    w->balance = balance;
    return add_entry(w, (uint32_t)index, &entry, err);
}

static void stand(walk *w, const sheaf_state *state)
{
    static const sheaf_person_standing of[] = {
        [SHEAF_member_state_applied] = SHEAF_PERSON_APPLICANT,
        [SHEAF_member_state_active] = SHEAF_PERSON_MEMBER,
        [SHEAF_member_state_left] = SHEAF_PERSON_LEFT,
        [SHEAF_member_state_declined] = SHEAF_PERSON_APPLICANT,
        [SHEAF_member_state_dismissed] = SHEAF_PERSON_LEFT,
        [SHEAF_member_state_excluded] = SHEAF_PERSON_LEFT,
        [SHEAF_member_state_deceased] = SHEAF_PERSON_LEFT,
    };
    const struct sheaf_row_member *member = sheaf_member_find(state, w->out->number);
    w->out->balance_cents = w->balance;
    if (!member)
        return;
    w->out->standing = of[member->state];
    w->out->contributed = (int64_t)member->contributed;
}

sheaf_status sheaf_person_read(const char *dir, uint32_t number, sheaf_person *out,
                               sheaf_err *err)
{
    sheaf_folder folder;
    *out = (sheaf_person){.number = number};
    walk w = {.out = out, .block = malloc(SHEAF_ACT_ARENA_BYTES)};
    if (!w.block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read the log of %s", dir);
    sheaf_status status = sheaf_folder_open(&folder, dir, visit, &w, err);
    if (status == SHEAF_OK) {
        out->entries = folder.entries;
        memcpy(out->origin, sheaf_coop(&folder.replay.state)->origin, SHEAF_ORIGIN_LEN);
        stand(&w, &folder.replay.state);
        sheaf_folder_close(&folder);
    } else {
        sheaf_person_deinit(out);
    }
    free(w.block);
    return status;
}
