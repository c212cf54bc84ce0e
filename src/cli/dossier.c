#include "cli/dossier.h"

#include "cli/date.h"
#include "store/clock.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- gathering ---- */

static sheaf_status judge(sheaf_dossier *d, sheaf_err *err)
{
    int years;
    sheaf_retention_facts facts = {.member = d->person.standing == SHEAF_PERSON_MEMBER,
                                   .balance_cents = d->person.balance_cents,
                                   .posted = d->person.posted};
    SHEAF_TRY(sheaf_private_accounting_years(d->values.private, &years, err));
    SHEAF_TRY(sheaf_private_hold(d->values.private, d->person.number, &facts.hold_until,
                                 &d->hold, err));
    d->now = sheaf_clock_ms();
    d->kept = sheaf_retention_judge(&facts, years, d->now, &d->retention);
    return SHEAF_OK;
}

static sheaf_status find_erasure(sheaf_dossier *d, sheaf_err *err)
{
    sheaf_erasures list = {0};
    sheaf_status status = sheaf_private_erasures(d->values.private, &list, err);
    const sheaf_erasure *erasure = sheaf_erasures_find(&list, d->person.number);
    if (erasure) {
        d->erasure = *erasure;
        d->erased = true;
    }
    sheaf_erasures_deinit(&list);
    return status;
}

static sheaf_status gather(sheaf_dossier *d, const char *dir, uint32_t number, sheaf_err *err)
{
    SHEAF_TRY(sheaf_person_read(dir, number, &d->person, err));
    if (d->person.standing == SHEAF_PERSON_UNKNOWN)
        return sheaf_fail(err, SHEAF_INVALID,
                          "entry %u brought nobody in: give the number of a member's "
                          "application or of a paid use, as sheaf log show %s lists them",
                          number, dir);
    SHEAF_TRY(sheaf_values_look(&d->values, dir, err));
    if (!d->values.private)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s holds no private.db: this is done in the hub's own folder; a "
                          "lost one comes back with sheaf person restore",
                          dir);
    SHEAF_TRY(sheaf_private_bind(d->values.private, sheaf_str(d->person.origin), err));
    SHEAF_TRY(judge(d, err));
    return find_erasure(d, err);
}

sheaf_status sheaf_dossier_open(sheaf_dossier *out, const char *dir, uint32_t number,
                                sheaf_err *err)
{
    *out = (sheaf_dossier){0};
    sheaf_buffer_init(&out->hold, SHEAF_SETTING_MAX);
    sheaf_status status = gather(out, dir, number, err);
    if (status != SHEAF_OK)
        sheaf_dossier_close(out);
    return status;
}

void sheaf_dossier_close(sheaf_dossier *dossier)
{
    sheaf_person_deinit(&dossier->person);
    sheaf_values_close(&dossier->values);
    sheaf_buffer_deinit(&dossier->hold);
}

/* ---- as JSON ---- */

static const char *value_name(sheaf_value value)
{
    return value == SHEAF_VALUE_HELD ? "held" : value == SHEAF_VALUE_SEALED ? "sealed" : "gone";
}

/* Those about the person, or those that the person wrote. */
static sheaf_status put_texts(sheaf_dossier *d, bool personal, sheaf_json_writer *w,
                              sheaf_err *err)
{
    sheaf_buffer text;
    sheaf_status status = SHEAF_OK;
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    sheaf_json_open_list(w);
    for (uint32_t i = 0; status == SHEAF_OK && i < d->person.text_count; i++) {
        const sheaf_person_text *t = &d->person.texts[i];
        sheaf_commitment commitment = {
            .name = t->field->name, .field = t->field, .commitment = t->commitment};
        sheaf_value value;
        if (t->field->personal != personal)
            continue;
        status = sheaf_value_get(&d->values, &commitment, &value, &text, err);
        if (status != SHEAF_OK)
            break;
        sheaf_json_open_object(w);
        sheaf_json_member_put_int(w, "entry", t->entry);
        sheaf_json_member_put_string(w, "field", sheaf_str(t->field->name));
        sheaf_json_member_put_string(w, "kind", sheaf_str(sheaf_kind_shape(t->kind)->name));
        if (value == SHEAF_VALUE_HELD)
            sheaf_json_member_put_string(w, "text", sheaf_buffer_slice(&text));
        sheaf_json_member_put_string(w, "value", sheaf_str(value_name(value)));
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
    if (text.data)
        sheaf_wipe(text.data, text.capacity);
    sheaf_buffer_deinit(&text);
    return status;
}

static void put_acts(const sheaf_person *person, sheaf_json_writer *w)
{
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < person->act_count; i++) {
        const sheaf_person_act *act = &person->acts[i];
        sheaf_json_open_object(w);
        sheaf_json_member_put_int(w, "entry", act->index);
        sheaf_json_member_put_string(w, "kind", sheaf_str(sheaf_kind_shape(act->kind)->name));
        sheaf_json_member_put_int(w, "stamp", act->stamp);
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
}

void sheaf_dossier_put_keep(sheaf_json_writer *w, const sheaf_dossier *d)
{
    sheaf_json_key(w, "keep");
    sheaf_json_open_list(w);
    for (int i = 0; i < SHEAF_KEEP_COUNT; i++) {
        const sheaf_keep_text *text = sheaf_keep_describe((sheaf_keep)i);
        if (!d->retention.review[i])
            continue;
        sheaf_json_open_object(w);
        sheaf_json_member_put_string(w, "ground", sheaf_str(text->name));
        sheaf_json_member_put_string(w, "rests_on", sheaf_str(text->rests_on));
        sheaf_json_member_put_int(w, "review", d->retention.review[i]);
        sheaf_json_member_put_string(w, "sentence", sheaf_str(text->sentence));
        if (i == SHEAF_KEEP_HOLD)
            sheaf_json_member_put_string(w, "words", sheaf_buffer_slice(&d->hold));
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
}

sheaf_status sheaf_dossier_json(sheaf_dossier *d, bool whole, sheaf_buffer *out, sheaf_err *err)
{
    const sheaf_person *p = &d->person;
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    if (whole) {
        sheaf_json_key(&w, "acts");
        put_acts(p, &w);
    }
    sheaf_json_member_put_int(&w, "acts_count", p->act_count);
    sheaf_json_member_put_int(&w, "balance_cents", p->balance_cents);
    sheaf_json_member_put_int(&w, "contributed_records", p->contributed);
    sheaf_json_key(&w, "details");
    SHEAF_TRY(put_texts(d, true, &w, err));
    sheaf_json_member_put_int(&w, "entries", (int64_t)p->entries);
    if (d->erased)
        sheaf_json_member_put_int(&w, "erased", d->erasure.at);
    sheaf_dossier_put_keep(&w, d);
    sheaf_json_member_put_string(&w, "origin", sheaf_str(p->origin));
    sheaf_json_member_put_int(&w, "person", p->number);
    sheaf_json_member_put_string(&w, "standing",
                                 sheaf_str(sheaf_person_standing_name(p->standing)));
    if (whole) {
        sheaf_json_key(&w, "texts");
        SHEAF_TRY(put_texts(d, false, &w, err));
    }
    sheaf_json_member_put_int(&w, "time", d->now);
    sheaf_json_member_put_int(&w, "version", 1);
    sheaf_json_close(&w);
    return sheaf_buffer_check(out, "what is held about the person", err);
}

/* ---- for people ---- */

void sheaf_dossier_print_keep(const sheaf_dossier *d)
{
    char day[SHEAF_DATE_LEN + 1];
    for (int i = 0; i < SHEAF_KEEP_COUNT; i++) {
        const sheaf_keep_text *text = sheaf_keep_describe((sheaf_keep)i);
        if (!d->retention.review[i])
            continue;
        sheaf_date_print(d->retention.review[i], day);
        printf("  %-12s %s (%s); to be looked at again on %s\n", text->name, text->sentence,
               text->rests_on, day);
        if (i == SHEAF_KEEP_HOLD)
            printf("  %-12s %.*s\n", "", SHEAF_PRINT(sheaf_buffer_slice(&d->hold)));
    }
}

/* On one line, so that no address can look like a line of ours. */
static void print_words(const char *name, sheaf_slice words, uint32_t entry)
{
    printf("  %-12s ", name);
    for (size_t i = 0; i < words.len; i++)
        putchar(words.data[i] == '\n' || words.data[i] == '\t' ? ' ' : words.data[i]);
    printf(" (entry %u)\n", entry);
}

static sheaf_status print_details(sheaf_dossier *d, sheaf_err *err)
{
    sheaf_buffer text;
    sheaf_status status = SHEAF_OK;
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    for (uint32_t i = 0; status == SHEAF_OK && i < d->person.text_count; i++) {
        const sheaf_person_text *t = &d->person.texts[i];
        sheaf_commitment commitment = {
            .name = t->field->name, .field = t->field, .commitment = t->commitment};
        sheaf_value value;
        if (!t->field->personal)
            continue;
        status = sheaf_value_get(&d->values, &commitment, &value, &text, err);
        if (status == SHEAF_OK && value == SHEAF_VALUE_HELD)
            print_words(t->field->name, sheaf_buffer_slice(&text), t->entry);
        else if (status == SHEAF_OK)
            printf("  %-12s %s (entry %u)\n", t->field->name,
                   value == SHEAF_VALUE_SEALED ? "is here without its key" : "is not here",
                   t->entry);
    }
    if (text.data)
        sheaf_wipe(text.data, text.capacity);
    sheaf_buffer_deinit(&text);
    return status;
}

sheaf_status sheaf_dossier_print(sheaf_dossier *d, sheaf_err *err)
{
    const sheaf_person *p = &d->person;
    char day[SHEAF_DATE_LEN + 1];
    uint32_t texts = 0;
    for (uint32_t i = 0; i < p->text_count; i++)
        texts += !p->texts[i].field->personal;
    printf("person %u: %s\n", p->number, sheaf_person_standing_name(p->standing));
    SHEAF_TRY(print_details(d, err));
    printf("  %-12s %u on the log, and %u text%s besides\n", "acts", p->act_count, texts,
           texts == 1 ? "" : "s");
    if (p->balance_cents)
        printf("  %-12s %lld.%02lld %s\n", "account", llabs((long long)p->balance_cents / 100),
               llabs((long long)p->balance_cents % 100),
               p->balance_cents < 0 ? "owed by the co-op" : "owed to the co-op");
    if (d->erased) {
        sheaf_date_print(d->erasure.at, day);
        printf("  %-12s on %s, for entries before %u\n", "erased", day, d->erasure.before);
    }
    if (d->kept)
        puts("It cannot be erased now:");
    else if (!d->erased)
        printf("It can be erased: sheaf person erase %u\n", p->number);
    sheaf_dossier_print_keep(d);
    return SHEAF_OK;
}
