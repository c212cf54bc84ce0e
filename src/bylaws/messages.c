#include "bylaws/messages.h"

#include <stdio.h>
#include <string.h>

enum { KEY_MAX = 160 };

sheaf_status sheaf_messages_open(sheaf_messages *out, sheaf_slice own, sheaf_slice english,
                                 sheaf_arena *arena, sheaf_err *err)
{
    sheaf_json *trees[2];
    const sheaf_slice bytes[] = {own, english};
    for (int i = 0; i < 2; i++) {
        sheaf_err why = {0};
        if (bytes[i].len > SHEAF_MESSAGES_BYTES_MAX)
            return sheaf_fail(err, SHEAF_INVALID,
                              "the catalogue of messages has more than %d bytes",
                              SHEAF_MESSAGES_BYTES_MAX);
        sheaf_status status = sheaf_json_parse(bytes[i], arena, &trees[i], &why);
        if (status != SHEAF_OK)
            return sheaf_fail(err, status, "the catalogue of messages: %s", why.message);
        if (!sheaf_json_member_string(trees[i], "language").len)
            return sheaf_fail(err, SHEAF_INVALID,
                              "the catalogue of messages has no “language”; data/statutes/ "
                              "in the source has some to start from");
    }
    *out = (sheaf_messages){trees[0], trees[1]};
    return SHEAF_OK;
}

sheaf_slice sheaf_messages_language(const sheaf_messages *messages)
{
    return sheaf_json_member_string(messages->own, "language");
}

static const sheaf_json *find(const sheaf_messages *messages, const char *section,
                              const char *key)
{
    const sheaf_json *own = sheaf_json_member(sheaf_json_member(messages->own, section), key);
    return own ? own : sheaf_json_member(sheaf_json_member(messages->english, section), key);
}

sheaf_slice sheaf_message(const sheaf_messages *messages, const char *section, sheaf_slice key)
{
    char name[KEY_MAX];
    snprintf(name, sizeof name, "%.*s", SHEAF_PRINT(key));
    const sheaf_json *found = find(messages, section, name);
    return found ? found->string : (sheaf_slice){NULL, 0};
}

sheaf_slice sheaf_message_word(const sheaf_messages *messages, const char *key)
{
    return sheaf_message(messages, "words", sheaf_str(key));
}

/* "61(4)" and the like, which every language writes so. */
static bool is_number(sheaf_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!strchr("0123456789().,", text.data[i]))
            return false;
    return text.len > 0;
}

void sheaf_message_source(const sheaf_messages *messages, sheaf_slice source, sheaf_buffer *out)
{
    const sheaf_json *all = sheaf_json_member(messages->own, "sources");
    const sheaf_json *known = all ? all->first : NULL;
    sheaf_slice rest = {NULL, 0};
    for (; known; known = known->next) {
        sheaf_slice name = known->name;
        bool begins =
            name.len && name.len <= source.len && memcmp(name.data, source.data, name.len) == 0;
        rest = begins ? (sheaf_slice){source.data + name.len, source.len - name.len} : rest;
        if (begins && (!rest.len || (name.data[name.len - 1] == ' ' && is_number(rest))))
            break;
    }
    if (all && !known)
        sheaf_buffer_add(out, sheaf_message_word(messages, "quote_begin"));
    for (size_t i = 0; known && i < known->string.len; i++)
        sheaf_buffer_add_byte(out, known->string.data[i] < 0x20 ? ' ' : known->string.data[i]);
    sheaf_buffer_add(out, known ? rest : source);
    if (all && !known)
        sheaf_buffer_add(out, sheaf_message_word(messages, "quote_end"));
}

sheaf_slice sheaf_message_unit(const sheaf_messages *messages, const char *unit,
                               sheaf_slice form, bool one)
{
    char key[KEY_MAX];
    snprintf(key, sizeof key, "%s:%.*s", unit, SHEAF_PRINT(form));
    const sheaf_json *names = form.len ? find(messages, "units", key) : NULL;
    if (!names)
        names = find(messages, "units", unit);
    const sheaf_json *name = names ? names->first : NULL;
    if (name && !one && name->next)
        name = name->next;
    return name ? name->string : sheaf_str(unit);
}

const sheaf_json *sheaf_message_article(const sheaf_messages *messages, const char *article,
                                        const char *member)
{
    const sheaf_json *own = sheaf_json_member(
        sheaf_json_member(sheaf_json_member(messages->own, "articles"), article), member);
    return own ? own
               : sheaf_json_member(
                   sheaf_json_member(sheaf_json_member(messages->english, "articles"), article),
                   member);
}
