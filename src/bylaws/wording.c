#include "bylaws/wording.h"

#include "base/encode.h"
#include "bylaws/fixed.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

enum { DEPTH_MAX = 12, BP_PER_PERCENT = 100 };

sheaf_scope sheaf_scope_whole(const struct sheaf_bylaws *bylaws)
{
    return (sheaf_scope){sheaf_record_shape("bylaws"), (const uint8_t *)bylaws, ""};
}

static void path_join(char out[SHEAF_WORDING_PATH_MAX], const char *path, const char *name)
{
    int len = snprintf(out, SHEAF_WORDING_PATH_MAX, "%s%s%s", path, *path ? "." : "", name);
    assert(len < SHEAF_WORDING_PATH_MAX); /* names stand in the tables */
}

sheaf_scope sheaf_scope_enter(const sheaf_scope *scope, const sheaf_field *f,
                              const void *record)
{
    sheaf_scope in = {.shape = f->shape, .record = record};
    path_join(in.path, scope->path, f->name);
    return in;
}

static bool there(const sheaf_scope *scope, const sheaf_field *field)
{
    return *(const bool *)(scope->record + field->has);
}

static int64_t integer_of(const sheaf_scope *scope, const sheaf_field *field)
{
    return *(const int64_t *)(const void *)(scope->record + field->at);
}

static sheaf_list list_of(const sheaf_scope *scope, const sheaf_field *field)
{
    return *(const sheaf_list *)(const void *)(scope->record + field->at);
}

/* Is it there, and not false, not empty, and, of a number that must be there, not 0? */
static bool holds(const sheaf_scope *scope, const sheaf_field *field)
{
    if (!there(scope, field))
        return false;
    switch (field->type) {
    case SHEAF_FIELD_INT: /* of an optional number 0 may be one like others: a place in a list
                           */
        return !field->required || integer_of(scope, field) != 0;
    case SHEAF_FIELD_BOOL:
        return *(const bool *)(scope->record + field->at);
    case SHEAF_FIELD_LIST:
        return list_of(scope, field).count > 0;
    default:
        return true;
    }
}

sheaf_slice sheaf_wording_label(const sheaf_wording *w, const sheaf_shape *shape,
                                const sheaf_field *field)
{
    char key[SHEAF_WORDING_PATH_MAX];
    snprintf(key, sizeof key, "%s.%s", shape->name, field->name);
    sheaf_slice label = sheaf_message(w->messages, "labels", sheaf_str(key));
    return label.len ? label : sheaf_str(field->doc);
}

/* ---- numbers ---- */

static bool ends_in(const char *name, const char *ending)
{
    size_t len = strlen(name), end = strlen(ending);
    return len > end && strcmp(name + len - end, ending) == 0;
}

static void put_digits(sheaf_wording *w, int64_t value)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, value);
    for (int i = 0; i < len; i++) {
        sheaf_buffer_add_byte(w->out, (uint8_t)digits[i]);
        if ((len - 1 - i) % 3 == 0 && i + 1 < len && digits[i] != '-')
            sheaf_buffer_add(w->out, sheaf_message_word(w->messages, "thousands"));
    }
}

/* The fraction in two digits, or without zeros at its end. */
static void put_hundredths(sheaf_wording *w, int64_t value, bool both)
{
    put_digits(w, value / 100);
    int64_t rest = value % 100;
    if (!rest && !both)
        return;
    sheaf_buffer_add(w->out, sheaf_message_word(w->messages, "decimal"));
    if (!both && rest % 10 == 0)
        sheaf_buffer_printf(w->out, "%" PRId64, rest / 10);
    else
        sheaf_buffer_printf(w->out, "%02" PRId64, rest);
}

/* With as many digits behind the decimal mark as it needs: 0.00001. */
static void put_decimal(sheaf_wording *w, int64_t value, int places)
{
    char digits[24];
    int64_t unit = 1;
    for (int i = 0; i < places; i++)
        unit *= 10;
    put_digits(w, value / unit);
    if (value % unit == 0)
        return;
    int len = snprintf(digits, sizeof digits, "%0*" PRId64, places, value % unit);
    while (digits[len - 1] == '0')
        len--;
    sheaf_buffer_add(w->out, sheaf_message_word(w->messages, "decimal"));
    sheaf_buffer_printf(w->out, "%.*s", len, digits);
}

static void put_duration(sheaf_wording *w, int64_t seconds, sheaf_slice form)
{
    static const struct {
        const char *name;
        int64_t seconds;
    } units[] = {
        {"year", 31536000}, {"day", 86400}, {"hour", 3600}, {"minute", 60}, {"second", 1}};
    size_t i = 0;
    while (units[i].seconds > 1 && (seconds == 0 || seconds % units[i].seconds))
        i++;
    int64_t count = seconds / units[i].seconds;
    put_digits(w, count);
    sheaf_buffer_add_string(w->out, " ");
    sheaf_buffer_add(w->out, sheaf_message_unit(w->messages, units[i].name, form, count == 1));
}

/* The name of a class or an organ by its place; its number where there is none. */
static void put_named(sheaf_wording *w, const char *article, const char *list, int64_t place)
{
    sheaf_scope whole = sheaf_scope_whole(w->bylaws);
    const sheaf_field *in = sheaf_shape_field(whole.shape, sheaf_str(article));
    if (in && there(&whole, in)) {
        sheaf_scope record = sheaf_scope_enter(&whole, in, whole.record + in->at);
        const sheaf_field *items = sheaf_shape_field(record.shape, sheaf_str(list));
        sheaf_list all = items ? list_of(&record, items) : (sheaf_list){NULL, 0};
        if (place >= 0 && place < (int64_t)all.count) {
            const uint8_t *item = (const uint8_t *)all.at + (size_t)place * items->shape->size;
            const sheaf_field *name = sheaf_shape_field(items->shape, sheaf_str("name"));
            sheaf_buffer_add(w->out, *(const sheaf_slice *)(const void *)(item + name->at));
            return;
        }
    }
    sheaf_buffer_printf(w->out, "%" PRId64, place);
}

static void put_integer(sheaf_wording *w, const char *name, int64_t value, sheaf_slice form)
{
    if (sheaf_slice_is(form, "class")) {
        put_named(w, "members", "classes", value);
    } else if (sheaf_slice_is(form, "organ")) {
        put_named(w, "organs", "list", value);
    } else if (sheaf_slice_is(form, "ratio")) {
        put_hundredths(w, value, false);
        sheaf_buffer_add_string(w->out, ":1");
    } else if (ends_in(name, "_s")) {
        put_duration(w, value, form);
    } else if (ends_in(name, "_bp")) {
        put_hundredths(w, value, false);
        sheaf_buffer_add(w->out, sheaf_message_word(w->messages, "percent"));
    } else if (ends_in(name, "_cents")) {
        put_hundredths(w, value, true);
        sheaf_buffer_add_string(w->out, " ");
        sheaf_buffer_add(w->out, w->bylaws->purpose.currency);
    } else if (ends_in(name, "_millionths")) {
        put_decimal(w, value, 6);
    } else if (ends_in(name, "_trillionths")) {
        put_decimal(w, value, 12);
    } else {
        put_digits(w, value);
    }
}

void sheaf_wording_number(sheaf_wording *w, const char *name, int64_t value)
{
    put_integer(w, name, value, (sheaf_slice){NULL, 0});
}

/* ---- values ---- */

/* A message being told: how deep messages stand in messages, and the whole one for errors. */
typedef struct {
    sheaf_wording *w;
    sheaf_slice whole;
    int depth;
} telling;

static sheaf_status put_message(const telling *t, const sheaf_scope *scope,
                                sheaf_slice message);

static sheaf_status wrong(const telling *t, const char *what, sheaf_slice name)
{
    int shown = t->whole.len < 60 ? (int)t->whole.len : 60;
    return sheaf_fail(t->w->err, SHEAF_INVALID,
                      "the message “%.*s%s” of the catalogue %s “%.*s”", shown,
                      (const char *)t->whole.data, t->whole.len > 60 ? "…" : "", what,
                      name.len < 60 ? (int)name.len : 60, (const char *)name.data);
}

/* A catalogue's text: what could be taken for a mark is a space. */
static void put_text(const telling *t, sheaf_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        sheaf_buffer_add_byte(t->w->out, text.data[i] < 0x20 ? ' ' : text.data[i]);
}

/* Says to whom it matters that the field was told, and marks it. */
static void mark(const telling *t, const sheaf_scope *scope, const sheaf_field *field,
                 bool value)
{
    sheaf_wording *w = t->w;
    char path[SHEAF_WORDING_PATH_MAX];
    if (!w->meet)
        return;
    path_join(path, scope->path, field->name);
    sheaf_met met = !there(scope, field) ? SHEAF_MET_ABSENT
                    : value              ? SHEAF_MET_TOLD
                                         : SHEAF_MET_ASKED;
    unsigned note = w->meet(w->context, path, met);
    bool judged = field->type == SHEAF_FIELD_INT || field->type == SHEAF_FIELD_BOOL
                  || field->type == SHEAF_FIELD_ENUM;
    if (judged && sheaf_bylaws_enforced(sheaf_str(path)))
        w->enforced = true;
    else if (judged)
        w->stated = true;
    if (judged && value && !sheaf_bylaws_enforced(sheaf_str(path)))
        sheaf_buffer_add_byte(w->out, SHEAF_MARK_STATED);
    if (note && value)
        sheaf_buffer_printf(w->out, "%c%u%c", SHEAF_MARK_NOTE, note, SHEAF_MARK_END);
}

static sheaf_status put_record(const telling *t, const sheaf_scope *scope)
{
    sheaf_slice message =
        sheaf_message(t->w->messages, "records", sheaf_str(scope->shape->name));
    telling in = {t->w, message, t->depth};
    if (!message.len)
        return wrong(t, "needs one among its records for", sheaf_str(scope->shape->name));
    return put_message(&in, scope, message);
}

/* `item` for each record of the list; empty: the message of its record. */
static sheaf_status put_list(const telling *t, const sheaf_scope *scope,
                             const sheaf_field *field, sheaf_slice item, sheaf_slice between)
{
    sheaf_list list = list_of(scope, field);
    for (uint32_t i = 0; i < list.count; i++) {
        sheaf_scope in = sheaf_scope_enter(
            scope, field, (const uint8_t *)list.at + (size_t)i * field->shape->size);
        if (i)
            put_text(t, between);
        SHEAF_TRY(item.len ? put_message(t, &in, item) : put_record(t, &in));
    }
    return SHEAF_OK;
}

static void put_choice(const telling *t, const sheaf_scope *scope, const sheaf_field *field)
{
    char key[SHEAF_WORDING_PATH_MAX];
    const char *choice = field->choices[scope->record[field->at]];
    snprintf(key, sizeof key, "%s.%s", field->sub, choice);
    sheaf_slice words = sheaf_message(t->w->messages, "choices", sheaf_str(key));
    put_text(t, words.len ? words : sheaf_str(choice));
}

static sheaf_status put_value(const telling *t, const sheaf_scope *scope,
                              const sheaf_field *field, sheaf_slice form)
{
    const void *at = scope->record + field->at;
    sheaf_scope in;
    if (!there(scope, field))
        return SHEAF_OK;
    switch (field->type) {
    case SHEAF_FIELD_INT:
        put_integer(t->w, field->name, integer_of(scope, field), form);
        break;
    case SHEAF_FIELD_NAME:
        if (sheaf_slice_is(form, "effect")) {
            sheaf_slice kind = *(const sheaf_slice *)at;
            sheaf_slice words = sheaf_message(t->w->messages, "effects", kind);
            put_text(t, words.len ? words : kind);
        } else {
            put_text(t, *(const sheaf_slice *)at);
        }
        break;
    case SHEAF_FIELD_BOOL:
        put_text(t, sheaf_message_word(t->w->messages, *(const bool *)at ? "yes" : "no"));
        break;
    case SHEAF_FIELD_ENUM:
        put_choice(t, scope, field);
        break;
    case SHEAF_FIELD_KEY:
        sheaf_base64url_put(t->w->out, sheaf_bytes(at, sizeof(sheaf_public_key)));
        break;
    case SHEAF_FIELD_REC:
        in = sheaf_scope_enter(scope, field, at);
        return put_record(t, &in);
    case SHEAF_FIELD_LIST:
        return put_list(t, scope, field, (sheaf_slice){NULL, 0}, sheaf_str("; "));
    default:
        break; /* no other type stands in the bylaws */
    }
    mark(t, scope, field, true);
    return SHEAF_OK;
}

sheaf_status sheaf_wording_value(sheaf_wording *w, const sheaf_scope *scope,
                                 const sheaf_field *field, sheaf_slice form)
{
    telling t = {w, sheaf_str(field->name), 0};
    return put_value(&t, scope, field, form);
}

/* ---- placeholders ---- */

/* The field at a path, and the record it stands in. A record on the way that is not there makes
 * *field that record: then nothing below it is there either. */
static sheaf_status find_field(const telling *t, const sheaf_scope *from, sheaf_slice path,
                               sheaf_scope *scope, const sheaf_field **field)
{
    sheaf_slice rest = path, name;
    *scope = sheaf_take_text(&rest, "/") ? sheaf_scope_whole(t->w->bylaws) : *from;
    for (bool more = true; more;) {
        more = sheaf_take_until(&rest, '.', &name);
        *field = sheaf_shape_field(scope->shape, more ? name : rest);
        if (!*field || (more && (*field)->type != SHEAF_FIELD_REC))
            return wrong(t, "names no field", path);
        if (more && !there(scope, *field))
            return SHEAF_OK;
        if (more)
            *scope = sheaf_scope_enter(scope, *field, scope->record + (*field)->at);
    }
    return SHEAF_OK;
}

/* Up to the next bar outside of braces, or all. */
static sheaf_slice take_part(sheaf_slice *rest)
{
    int open = 0;
    for (size_t i = 0; i < rest->len; i++) {
        uint8_t c = rest->data[i];
        open += (c == '{') - (c == '}');
        if (c == '|' && open == 0) {
            sheaf_slice part = {rest->data, i};
            *rest = (sheaf_slice){rest->data + i + 1, rest->len - i - 1};
            return part;
        }
    }
    sheaf_slice part = *rest;
    *rest = (sheaf_slice){rest->data + rest->len, 0};
    return part;
}

static bool is_choice(const sheaf_scope *scope, const sheaf_field *field, sheaf_slice word)
{
    char number[24];
    if (!there(scope, field))
        return false;
    if (field->type == SHEAF_FIELD_ENUM)
        return sheaf_slice_is(word, field->choices[scope->record[field->at]]);
    if (field->type != SHEAF_FIELD_INT)
        return false;
    snprintf(number, sizeof number, "%" PRId64, integer_of(scope, field));
    return sheaf_slice_is(word, number);
}

static bool is_one(const sheaf_scope *scope, const sheaf_field *field)
{
    return field->type == SHEAF_FIELD_LIST ? list_of(scope, field).count == 1
                                           : is_choice(scope, field, sheaf_str("1"));
}

/* The path at the front of a placeholder. */
static sheaf_slice take_path(sheaf_slice *rest)
{
    size_t len = 0;
    while (len < rest->len && !strchr("#=:", rest->data[len]))
        len++;
    sheaf_slice path = {rest->data, len};
    *rest = (sheaf_slice){rest->data + len, rest->len - len};
    return path;
}

/* A number that the rules fix. */
static sheaf_status put_fixed(const telling *t, sheaf_slice name, sheaf_slice form)
{
    const sheaf_fixed *fixed = sheaf_fixed_named(name);
    if (!fixed)
        return wrong(t, "names no fixed number", name);
    put_integer(t->w, fixed->name, fixed->value, form);
    return SHEAF_OK;
}

/* What stands between two braces. */
static sheaf_status put_placeholder(const telling *t, const sheaf_scope *scope,
                                    sheaf_slice inside)
{
    sheaf_slice rest = inside, head = take_part(&rest);
    bool asks = sheaf_take_text(&head, "?"), each = !asks && sheaf_take_text(&head, "*");
    sheaf_slice path = take_path(&head);
    bool counts = sheaf_take_text(&head, "#"), equals = sheaf_take_text(&head, "=");
    bool formed = sheaf_take_text(&head, ":");
    sheaf_slice first = counts ? head : take_part(&rest), second = take_part(&rest);
    sheaf_scope in;
    const sheaf_field *field;
    if (sheaf_take_text(&path, "fixed."))
        return put_fixed(t, path, formed ? head : (sheaf_slice){NULL, 0});
    SHEAF_TRY(find_field(t, scope, path, &in, &field));
    if (each && field->type != SHEAF_FIELD_LIST)
        return wrong(t, "takes for a list", path);
    if (!asks && !equals && !counts && !each)
        return put_value(t, &in, field, formed ? head : (sheaf_slice){NULL, 0});
    mark(t, &in, field, false);
    if (each)
        return put_list(t, &in, field, first, second);
    bool is = asks     ? holds(&in, field)
              : equals ? is_choice(&in, field, head)
                       : is_one(&in, field);
    return put_message(t, scope, is ? first : second);
}

/* The length up to the brace that closes, which follows; false where none does. */
static bool brace_ends(sheaf_slice message, size_t *len)
{
    int open = 0;
    for (size_t i = 0; i < message.len; i++) {
        if (message.data[i] == '}' && open-- == 0)
            return *len = i, true;
        open += message.data[i] == '{';
    }
    return false;
}

static sheaf_status put_message(const telling *t, const sheaf_scope *scope, sheaf_slice message)
{
    telling in = {t->w, t->whole, t->depth + 1};
    sheaf_slice text, inside;
    size_t len;
    if (in.depth > DEPTH_MAX)
        return wrong(t, "is nested too deep at", message);
    while (sheaf_take_until(&message, '{', &text)) {
        put_text(t, text);
        if (!brace_ends(message, &len) || !sheaf_take(&message, len, &inside))
            return wrong(t, "has no } after", message);
        (void)sheaf_take_text(&message, "}");
        SHEAF_TRY(put_placeholder(&in, scope, inside));
    }
    put_text(t, message);
    return SHEAF_OK;
}

sheaf_status sheaf_wording_message(sheaf_wording *w, const sheaf_scope *scope,
                                   sheaf_slice message)
{
    telling t = {w, message, 0};
    return put_message(&t, scope, message);
}

sheaf_status sheaf_wording_each(const sheaf_wording *w, const sheaf_scope *scope,
                                const sheaf_json *item, sheaf_wording_tell *tell, void *context)
{
    sheaf_slice path = sheaf_json_member_string(item, "each");
    const sheaf_field *field = sheaf_shape_field(scope->shape, path);
    if (!field || field->type != SHEAF_FIELD_LIST)
        return sheaf_fail(w->err, SHEAF_INVALID,
                          "the catalogue tells each “%.*s” of %s, which is no list in it",
                          path.len < 60 ? (int)path.len : 60, (const char *)path.data,
                          scope->path);
    if (!holds(scope, field))
        return SHEAF_OK;
    const sheaf_list *list = (const sheaf_list *)(const void *)(scope->record + field->at);
    for (uint32_t i = 0; i < list->count; i++) {
        sheaf_scope in = sheaf_scope_enter(
            scope, field, (const uint8_t *)list->at + (size_t)i * field->shape->size);
        SHEAF_TRY(tell(context, &in, sheaf_json_member_string(item, "text")));
    }
    return SHEAF_OK;
}
