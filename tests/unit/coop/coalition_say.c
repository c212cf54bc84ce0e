/* Writes any act of the catalogue, from its fields: references to what was opened last, members
 * of the opposition as subjects, numbers at the ends of their range, moments to come. */
#include "coalition.h"

#include "bylaws/model.h"
#include "coop/organs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t seconds[] = {1, 60, 3600, 86400, 604800, 2592000, 31536000};
enum { SECONDS = sizeof seconds / sizeof *seconds };

static void put_fields(coalition *c, sheaf_buffer *out, const sheaf_shape *shape);

static bool named(const sheaf_field *field, const char *name)
{
    return strcmp(field->name, name) == 0;
}

/* ---- references ---- */

static uint32_t some_member(coalition *c)
{
    char name[KIT_NAME_MAX];
    uint32_t count = sheaf_member_count(&c->k.state), which = coalition_draw(c, 8);
    if (c->victim != SHEAF_NONE && which)
        return c->victim;
    if (which < 4)
        coalition_name(name, 'o', (int)coalition_draw(c, (uint32_t)c->side.theirs));
    else if (which < 7)
        coalition_name(name, 'c', (int)coalition_draw(c, (uint32_t)c->side.ours));
    else
        return sheaf_member_at(&c->k.state, coalition_draw(c, count))->id;
    return kit_named(&c->k, name)->member;
}

/* Of a table one of the newest rows. */
static uint32_t some_row(coalition *c, sheaf_table_id table)
{
    uint32_t count = sheaf_table_rows(&c->k.state, table), back = 0;
    if (!count)
        return 0;
    while (back + 1 < count && coalition_draw(c, 3) == 0)
        back++;
    return (uint32_t)sheaf_table_describe(table)->key(
        sheaf_table_row(&c->k.state, table, count - 1 - back));
}

static uint32_t some_reference(coalition *c, const char *sub)
{
    static const sheaf_table_id matters[] = {
        SHEAF_TABLE_motion,   SHEAF_TABLE_motion,  SHEAF_TABLE_motion,    SHEAF_TABLE_election,
        SHEAF_TABLE_proposal, SHEAF_TABLE_payment, SHEAF_TABLE_allocation};
    if (strcmp(sub, "member") == 0)
        return some_member(c);
    if (strcmp(sub, "matter") == 0)
        return some_row(c, matters[coalition_draw(c, 7)]);
    sheaf_table_id table = sheaf_table_named(sheaf_str(sub));
    if (table == SHEAF_TABLE_COUNT || sheaf_table_describe(table)->find == SHEAF_FIND_BY_PAIR
        || sheaf_table_describe(table)->find == SHEAF_FIND_BY_ROW)
        return coalition_draw(c, (uint32_t)c->k.state.size);
    return some_row(c, table);
}

/* ---- numbers ---- */

static bool ends_in(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n >= m && strcmp(name + n - m, end) == 0;
}

static int64_t clamp(const sheaf_field *field, int64_t value)
{
    return value < field->lo ? field->lo : value > field->hi ? field->hi : value;
}

/* The place of an organ, that of a panel as often as all others. */
static int64_t some_organ(coalition *c)
{
    bool panel = coalition_draw(c, 2);
    for (int64_t i = 0; panel && i < 16; i++) {
        const struct sheaf_row_organ *organ = sheaf_organ_now(&c->k.state, i);
        if (organ && organ->kind == SHEAF_organ_kind_panel)
            return i;
    }
    return coalition_draw(c, 7);
}

static int64_t some_number(coalition *c, const sheaf_field *field)
{
    int64_t after = seconds[coalition_draw(c, SECONDS)];
    if (named(field, "class"))
        return coalition_draw(c, 4) ? 0 : coalition_draw(c, 4);
    if (named(field, "organ"))
        return some_organ(c);
    if (named(field, "revision"))
        return 2;
    if (named(field, "ends"))
        return c->ends = c->k.now + (after + 86400) * 1000;
    if (named(field, "starts"))
        return c->ends - seconds[coalition_draw(c, 4)] * 1000;
    if (field->hi == SHEAF_JSON_INT_MAX)
        return c->k.now + after * 1000;
    if (named(field, "date") || named(field, "joined"))
        return c->k.now / 1000;
    if (named(field, "term") || named(field, "cancelled_to"))
        return c->k.now / 1000 + after;
    if (ends_in(field->name, "_s"))
        return clamp(field, after);
    return clamp(field, field->lo + coalition_draw(c, 4));
}

/* ---- values ---- */

static void put_hash(coalition *c, sheaf_buffer *out, const sheaf_field *field)
{
    uint32_t imports = sheaf_import_count(&c->k.state);
    if (!named(field, "digest") || !imports) {
        sheaf_buffer_printf(out, "~%c", 'a' + (int)coalition_draw(c, 5));
        return;
    }
    const sheaf_hash *digest = &sheaf_import_at(&c->k.state, imports - 1)->digest;
    sheaf_buffer_add_string(out, "'");
    for (size_t i = 0; i < sizeof digest->bytes; i++)
        sheaf_buffer_printf(out, "%02x", digest->bytes[i]);
    sheaf_buffer_add_string(out, "'");
}

static void put_choice(coalition *c, sheaf_buffer *out, const sheaf_field *field)
{
    uint32_t count = 0;
    while (field->choices[count])
        count++;
    bool yes = named(field, "choice") && coalition_draw(c, 8);
    sheaf_buffer_printf(out, "'%s'", yes ? "yes" : field->choices[coalition_draw(c, count)]);
}

static const sheaf_field *subject(const sheaf_shape *shape)
{
    for (uint16_t i = 0; i < shape->count; i++)
        if (shape->fields[i].type == SHEAF_FIELD_REF
            && strcmp(shape->fields[i].sub, "member") == 0)
            return &shape->fields[i];
    return NULL;
}

/* A list about members is in their order, and about one side of them. */
static void put_list(coalition *c, sheaf_buffer *out, const sheaf_field *field)
{
    char name[KIT_NAME_MAX];
    bool any = false, about = subject(field->shape), theirs = coalition_draw(c, 2);
    int count =
        about ? (theirs ? c->side.theirs : c->side.ours) : 1 + (int)coalition_draw(c, 2);
    uint32_t kept = c->victim;
    sheaf_buffer_add_string(out, "[");
    for (int i = 0; i < count && i < field->hi; i++) {
        coalition_name(name, theirs ? 'o' : 'c', i);
        if (about)
            c->victim = kit_named(&c->k, name)->member;
        if (about && coalition_draw(c, 6) == 0)
            continue;
        sheaf_buffer_add_string(out, any ? "," : "");
        put_fields(c, out, field->shape);
        any = true;
    }
    c->victim = kept;
    sheaf_buffer_add_string(out, "]");
}

static void put_effect(coalition *c, sheaf_buffer *out)
{
    static const char *const weapons[] = {"office.elect",    "office.elect",  "office.elect",
                                          "tellers.appoint", "rules.adopt",   "member.exclude",
                                          "member.accept",   "coop.dissolve", "coop.split",
                                          "tellers.appoint"};
    sheaf_kind kind = SHEAF_KIND_bylaws_amend;
    uint32_t which = coalition_draw(c, 10);
    if (which >= 4 && which < 8)
        kind = sheaf_kind_find(
            sheaf_str(weapons[coalition_draw(c, sizeof weapons / sizeof *weapons)]));
    while (which >= 8 && sheaf_kind_shape(kind)->actor != SHEAF_ACTOR_COOP)
        kind = (sheaf_kind)(1 + coalition_draw(c, SHEAF_KIND_COUNT - 1));
    char name[KIT_NAME_MAX];
    uint32_t kept = c->victim, ally = coalition_draw(c, (uint32_t)c->side.ours);
    if (kind == SHEAF_KIND_office_elect)
        c->victim = kit_named(&c->k, coalition_name(name, 'c', (int)ally))->member;
    sheaf_buffer_printf(out, "{'kind':'%s','what':", sheaf_kind_shape(kind)->name);
    if (kind == SHEAF_KIND_bylaws_amend) {
        sheaf_buffer_printf(out, "{'base':%u,'text':", sheaf_coop(&c->k.state)->bylaws_newest);
        coalition_put_bylaws(c, out, true);
        sheaf_buffer_add_string(out, "}");
    } else {
        put_fields(c, out, sheaf_kind_shape(kind));
    }
    sheaf_buffer_add_string(out, "}");
    c->victim = kept;
}

static void put_value(coalition *c, sheaf_buffer *out, const sheaf_field *field)
{
    switch (field->type) {
    case SHEAF_FIELD_INT:
        sheaf_buffer_printf(out, "%lld", (long long)some_number(c, field));
        break;
    case SHEAF_FIELD_REF:
        sheaf_buffer_printf(out, "%u", some_reference(c, field->sub));
        break;
    case SHEAF_FIELD_TEXT:
        sheaf_buffer_add_string(out, "^");
        break;
    case SHEAF_FIELD_HASH:
        put_hash(c, out, field);
        break;
    case SHEAF_FIELD_KEY:
        sheaf_buffer_printf(out, "@%s", c->seal);
        break;
    case SHEAF_FIELD_BOOL:
        sheaf_buffer_add_string(out, coalition_draw(c, 3) ? "true" : "false");
        break;
    case SHEAF_FIELD_ENUM:
        put_choice(c, out, field);
        break;
    case SHEAF_FIELD_REC:
        put_fields(c, out, field->shape);
        break;
    case SHEAF_FIELD_LIST:
        put_list(c, out, field);
        break;
    case SHEAF_FIELD_EFFECT:
        put_effect(c, out);
        break;
    case SHEAF_FIELD_NAME:
    case SHEAF_FIELD_SIG:
        sheaf_buffer_add_string(out, "'x'");
        break;
    }
}

/* What is rarely of use is rarely said. */
static bool left_out(coalition *c, const sheaf_field *field)
{
    static const char *const rare[] = {"assembly", "organ", "process", "proposal",
                                       "urgent",   "until", "web"};
    if (named(field, "assembly") && !sheaf_assembly_count(&c->k.state))
        return true;
    for (size_t i = 0; i < sizeof rare / sizeof *rare; i++)
        if (named(field, rare[i]))
            return coalition_draw(c, 6) > 0;
    return coalition_draw(c, field->type == SHEAF_FIELD_EFFECT ? 12 : 2) == 0;
}

static void put_fields(coalition *c, sheaf_buffer *out, const sheaf_shape *shape)
{
    bool any = false;
    sheaf_buffer_add_string(out, "{");
    for (uint16_t i = 0; i < shape->count; i++) {
        const sheaf_field *field = &shape->fields[i];
        if (!field->required && left_out(c, field))
            continue;
        sheaf_buffer_printf(out, "%s'%s':", any ? "," : "", field->name);
        put_value(c, out, field);
        any = true;
    }
    sheaf_buffer_add_string(out, "}");
}

void coalition_say(coalition *c, sheaf_kind kind)
{
    sheaf_buffer_reset(&c->what);
    put_fields(c, &c->what, sheaf_kind_shape(kind));
    sheaf_buffer_add_byte(&c->what, 0);
    if (c->what.failed)
        kit_fail("no memory for an act");
}

/* ---- bylaws ---- */

static bool is_digit(char at)
{
    return at >= '0' && at <= '9';
}

/* Where the article begins and ends; the names of articles stand in no other place. */
static const char *article(const char *text, const char *name, const char **end)
{
    char key[40];
    snprintf(key, sizeof key, "'%s':{", name);
    const char *at = strstr(text, key);
    if (!at)
        return NULL;
    int depth = 0;
    for (*end = at; **end; (*end)++) {
        depth += (**end == '{') - (**end == '}');
        if (**end == '}' && !depth)
            break;
    }
    return at;
}

/* With every number between them at random or, if `low`, the least that counts. */
static void put_changed(coalition *c, sheaf_buffer *out, const char *at, const char *end)
{
    bool low = coalition_draw(c, 2), once = coalition_draw(c, 2);
    while (at < end) {
        bool value = *at == ':' && at[1] >= '0' && at[1] <= '9';
        sheaf_buffer_add_byte(out, (uint8_t)*at++);
        if (!value || (once && coalition_draw(c, 3)))
            continue;
        long long was = strtoll(at, NULL, 10);
        const long long is[] = {low, 1, was / 2, was + 1, was * 2};
        while (is_digit(*at))
            at++;
        sheaf_buffer_printf(out, "%lld", is[low ? 1 : coalition_draw(c, 5)]);
    }
}

void coalition_put_bylaws(coalition *c, sheaf_buffer *out, bool changed)
{
    /* Some more often: those through which a decision goes, and that begin little by
     * themselves. */
    static const char *const articles[] = {
        "keys",     "keys",      "dissolution", "dissolution", "assemblies", "assemblies",
        "organs",   "organs",    "proxies",     "proxies",     "members",    "decisions",
        "override", "petitions", "witnesses",   "succession",  "privacy",    "treasury",
        "disputes", "circles",   "amendment"};
    const char *text = (const char *)c->base.data, *end = text, *at = NULL;
    uint32_t which = coalition_draw(c, sizeof articles / sizeof *articles);
    if (changed)
        at = article(text, articles[which], &end);
    if (at) {
        sheaf_buffer_add(out, sheaf_bytes(text, (size_t)(at - text)));
        put_changed(c, out, at, end);
    }
    sheaf_buffer_add_string(out, end);
}
