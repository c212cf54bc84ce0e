#include "acts/schema.h"

#include "acts/acts_internal.h"

#include <assert.h>

enum { LINE_WIDTH = 100, USAGE_PIECE_MAX = 4096 };

/* "1 to 8", or "3" where both are the same. */
static void put_range(sheaf_buffer *out, int64_t lo, int64_t hi)
{
    if (lo == hi)
        sheaf_buffer_printf(out, "%lld", (long long)lo);
    else
        sheaf_buffer_printf(out, "%lld to %lld", (long long)lo, (long long)hi);
}

static void put_choices(sheaf_buffer *out, const sheaf_field *f)
{
    sheaf_buffer_add_string(out, f->choices[1] ? "one of " : "");
    for (size_t i = 0; f->choices[i]; i++)
        sheaf_buffer_printf(out, "%s%s", i ? ", " : "", f->choices[i]);
}

static void put_linked(sheaf_buffer *out, const char *name, bool links)
{
    if (links)
        sheaf_buffer_printf(out, "[%s](#%s)", name, name);
    else
        sheaf_buffer_add_string(out, name);
}

/* What a field may hold, in words. */
static void put_form(sheaf_buffer *out, const sheaf_field *f, bool links)
{
    switch (f->type) {
    case SHEAF_FIELD_INT:
        sheaf_buffer_add_string(out, "whole number, ");
        put_range(out, f->lo, f->hi);
        break;
    case SHEAF_FIELD_REF:
        sheaf_buffer_printf(out, "number of the entry that made the %s", f->sub);
        break;
    case SHEAF_FIELD_TEXT:
        sheaf_buffer_add_string(out, "text of ");
        put_range(out, f->lo, f->hi);
        sheaf_buffer_add_string(out, f->personal ? " bytes, in the private register alone"
                                                 : " bytes, kept off the log");
        break;
    case SHEAF_FIELD_NAME:
        sheaf_buffer_add_string(out, "public words of ");
        put_range(out, f->lo, f->hi);
        sheaf_buffer_add_string(out, " bytes");
        break;
    case SHEAF_FIELD_HASH:
        sheaf_buffer_add_string(out, "hash, 64 characters of lower-case hex");
        break;
    case SHEAF_FIELD_KEY:
        sheaf_buffer_add_string(out, "public key, 43 characters of base64url");
        break;
    case SHEAF_FIELD_SIG:
        sheaf_buffer_add_string(out, "signature, 86 characters of base64url");
        break;
    case SHEAF_FIELD_BOOL:
        sheaf_buffer_add_string(out, "true or false");
        break;
    case SHEAF_FIELD_ENUM:
        put_choices(out, f);
        break;
    case SHEAF_FIELD_REC:
        sheaf_buffer_add_string(out, "object ");
        put_linked(out, f->shape->name, links);
        break;
    case SHEAF_FIELD_LIST:
        put_range(out, f->lo, f->hi);
        sheaf_buffer_add_string(out, " objects ");
        put_linked(out, f->shape->name, links);
        break;
    case SHEAF_FIELD_EFFECT:
        sheaf_buffer_add_string(out, "effect: kind and what");
        break;
    }
}

/* Who makes acts of the kind, as a sentence. */
static void put_readers(sheaf_buffer *out, sheaf_area area)
{
    if (area == SHEAF_AREA_PUBLIC)
        sheaf_buffer_add_string(out, " For everyone to read.");
    else if (area == SHEAF_AREA_STATE)
        sheaf_buffer_add_string(out, " For everyone to read where all areas are, else for "
                                     "members.");
    else
        sheaf_buffer_printf(out, " For those to read whom the bylaws name at visibility.%s.",
                            sheaf_area_name(area));
}

static void put_signer(sheaf_buffer *out, const sheaf_shape *shape)
{
    switch (shape->actor) {
    case SHEAF_ACTOR_FOUNDER:
        sheaf_buffer_add_string(out, "Signed by the founder with the key that it brings.");
        break;
    case SHEAF_ACTOR_APPLICANT:
        sheaf_buffer_add_string(out, "Signed with the key that it brings.");
        break;
    case SHEAF_ACTOR_MEMBER:
        if (shape->needs == SHEAF_NEEDS_NONE)
            sheaf_buffer_add_string(out, "Signed by any key of a member.");
        else
            sheaf_buffer_printf(out, "Signed by a member's key with the scope `%s`.",
                                sheaf_needs_name(shape->needs));
        break;
    case SHEAF_ACTOR_HUB:
        sheaf_buffer_add_string(out, "Signed by the hub.");
        break;
    case SHEAF_ACTOR_COOP:
        sheaf_buffer_printf(out, "The effect of an adopted motion (%s).",
                            sheaf_needs_name(shape->needs));
        break;
    }
}

static void put_sentence(sheaf_buffer *out, const char *doc)
{
    char first = doc[0] >= 'a' && doc[0] <= 'z' ? (char)(doc[0] - 'a' + 'A') : doc[0];
    sheaf_buffer_printf(out, "%c%s.", first, doc + 1);
}

static void put_fields_table(sheaf_buffer *out, const sheaf_shape *shape)
{
    if (!shape->count) {
        sheaf_buffer_add_string(out, "`what` is empty.\n\n");
        return;
    }
    sheaf_buffer_add_string(out,
                            "| field | | form | meaning | since |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < shape->count; i++) {
        const sheaf_field *f = &shape->fields[i];
        sheaf_buffer_printf(out, "| `%s` | %s | ", f->name,
                            f->required ? "required" : "optional");
        if (f->type == SHEAF_FIELD_ENUM)
            sheaf_buffer_printf(out, "choice [%s](#choice-%s)", f->sub, f->sub);
        else
            put_form(out, f, true);
        sheaf_buffer_printf(out, " | %s | %u |\n", f->doc, f->since);
    }
    sheaf_buffer_add_byte(out, '\n');
}

static void put_kinds(sheaf_buffer *out)
{
    sheaf_buffer_add_string(out, "## Kinds\n\n| kind | who | needs | meaning |\n"
                                 "|---|---|---|---|\n");
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
        const sheaf_shape *shape = sheaf_kind_shape(kind);
        sheaf_buffer_printf(out, "| `%s` | %s | %s | %s |\n", shape->name,
                            sheaf_actor_name(shape->actor), sheaf_needs_name(shape->needs),
                            shape->doc);
    }
    sheaf_buffer_add_byte(out, '\n');
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
        const sheaf_shape *shape = sheaf_kind_shape(kind);
        sheaf_buffer_printf(out, "### %s\n\n", shape->name);
        put_sentence(out, shape->doc);
        sheaf_buffer_add_byte(out, ' ');
        put_signer(out, shape);
        put_readers(out, shape->area);
        sheaf_buffer_printf(out, " Since rules revision %u.\n\n", shape->since);
        put_fields_table(out, shape);
    }
}

static void put_choice_tables(sheaf_buffer *out)
{
    sheaf_buffer_add_string(out, "## Choices\n\n");
    for (size_t i = 0; i < sheaf_choice_table_count; i++) {
        const sheaf_choices *table = &sheaf_choice_tables[i];
        sheaf_buffer_printf(out, "### choice %s\n\n", table->name);
        put_sentence(out, table->doc);
        sheaf_buffer_add_string(out, "\n\n| choice | meaning |\n|---|---|\n");
        for (size_t k = 0; table->names[k]; k++)
            sheaf_buffer_printf(out, "| `%s` | %s |\n", table->names[k], table->docs[k]);
        if (i + 1 < sheaf_choice_table_count)
            sheaf_buffer_add_byte(out, '\n');
    }
}

void sheaf_catalogue_markdown(sheaf_buffer *out)
{
    sheaf_buffer_add_string(
        out,
        "# Acts\n\n"
        "Every kind of act, from the tables in `src/acts/tbl/`. This page is written by the "
        "program: change the tables, not the page.\n\n"
        "An act is one object in canonical JSON (RFC 8785, whole numbers only) with the "
        "members `at`, `by`, `key`, `kind`, `seen`, `seq`, `until` and `what`; a founder's and "
        "an applicant's act have no `by` and `key`, the hub's acts have no `by`. `at` and "
        "`until` are milliseconds since 1970, `seen` is the number of entries that the signer "
        "had verified, `seq` counts the acts of one key from 1. The tables below describe "
        "`what`. An effect is `{\"kind\":…,\"what\":…}` of a kind whose actor is the co-op.\n\n"
        "A text stands on the log as a commitment only: 43 base64url characters of "
        "HMAC-SHA-256 over the text under a salt of 32 bytes. Salt and text travel beside the "
        "act.\n\n");
    put_kinds(out);
    sheaf_buffer_add_string(out, "## Records\n\n");
    for (size_t i = 0; i < sheaf_record_count; i++) {
        sheaf_buffer_printf(out, "### %s\n\n", sheaf_records[i]->name);
        put_sentence(out, sheaf_records[i]->doc);
        sheaf_buffer_add_string(out, "\n\n");
        put_fields_table(out, sheaf_records[i]);
    }
    put_choice_tables(out);
}

/* Adds to the line that begins at *line, or to a new one where it would grow too wide. */
static void put_piece(sheaf_buffer *out, size_t *line, sheaf_slice piece)
{
    if (out->len - *line + piece.len > LINE_WIDTH) {
        *line = out->len + 1;
        sheaf_buffer_add_string(out, "\n      ");
    }
    sheaf_buffer_add(out, piece);
}

/* Of acts that bring their key. */
static const char *command_of(sheaf_kind kind)
{
    return kind == SHEAF_KIND_coop_found      ? "found"
           : kind == SHEAF_KIND_recovery_open ? "recover"
           : kind == SHEAF_KIND_member_claim  ? "join --place"
                                              : "join";
}

static void put_usage(sheaf_buffer *out, const sheaf_shape *shape, const char *words,
                      const sheaf_flag *flags, size_t count)
{
    if (shape->actor == SHEAF_ACTOR_FOUNDER || shape->actor == SHEAF_ACTOR_APPLICANT) {
        sheaf_buffer_printf(out, "%s is made by `sheaf %s`.\n", shape->name,
                            command_of(shape->kind));
        return;
    }
    if (shape->actor == SHEAF_ACTOR_HUB) {
        sheaf_buffer_printf(out, "%s is made by the hub; there is no command for it.\n",
                            shape->name);
        return;
    }
    size_t line = out->len;
    sheaf_buffer piece;
    sheaf_buffer_init(&piece, USAGE_PIECE_MAX);
    sheaf_buffer_printf(out, "usage: sheaf %s", words);
    bool optional = false;
    for (size_t i = 0; i < count; i++) {
        optional |= !flags[i].field->required || flags[i].field->type == SHEAF_FIELD_BOOL;
        if (flags[i].depth || !flags[i].required || flags[i].field->type == SHEAF_FIELD_BOOL)
            continue;
        sheaf_buffer_reset(&piece);
        sheaf_buffer_printf(&piece, " --%s ", flags[i].name);
        sheaf_flag_value(&piece, &flags[i]);
        put_piece(out, &line, sheaf_buffer_slice(&piece));
    }
    if (optional)
        put_piece(out, &line, sheaf_str(" [OPTION...]"));
    sheaf_buffer_add_byte(out, '\n');
    sheaf_buffer_deinit(&piece);
    if (shape->actor == SHEAF_ACTOR_COOP)
        sheaf_buffer_printf(out,
                            "       prints the effect: sheaf %s ... |\n"
                            "       sheaf motion open --title TEXT --effect -\n",
                            words);
}

static void put_flag(sheaf_buffer *out, const sheaf_flag *flag)
{
    const sheaf_field *f = flag->field;
    sheaf_buffer_printf(out, "  --%s ", flag->name);
    sheaf_flag_value(out, flag);
    sheaf_buffer_printf(out, "\n        %s", f->doc);
    if (f->type != SHEAF_FIELD_ENUM && f->type != SHEAF_FIELD_BOOL) {
        sheaf_buffer_add_string(out, " (");
        put_form(out, f, false);
        sheaf_buffer_add_byte(out, ')');
    }
    if (sheaf_field_is_time(f))
        sheaf_buffer_add_string(out, "; or as 2027-01-31, the day's first moment, or "
                                     "2027-01-31T18:30, in UTC");
    if (f->type == SHEAF_FIELD_BOOL && f->required)
        sheaf_buffer_add_string(out, "; no unless given");
    else if (f->type == SHEAF_FIELD_REC)
        sheaf_buffer_add_string(out, "; as JSON, or by the flags that follow");
    else if (!f->required)
        sheaf_buffer_add_string(out, "; optional");
    sheaf_buffer_add_byte(out, '\n');
    for (size_t i = 0; f->type == SHEAF_FIELD_ENUM && f->choices[i]; i++)
        sheaf_buffer_printf(out, "          %s: %s\n", f->choices[i], f->choice_docs[i]);
}

void sheaf_kind_help(sheaf_buffer *out, sheaf_kind kind)
{
    const sheaf_shape *shape = sheaf_kind_shape(kind);
    sheaf_flag flags[SHEAF_FLAGS_MAX];
    size_t count = sheaf_flags_list(kind, flags);
    char words[SHEAF_WORDS_MAX];
    sheaf_kind_words(kind, words);
    put_usage(out, shape, words, flags, count);
    sheaf_buffer_add_byte(out, '\n');
    put_sentence(out, shape->doc);
    sheaf_buffer_add_byte(out, ' ');
    put_signer(out, shape);
    sheaf_buffer_add_byte(out, '\n');
    if (count)
        sheaf_buffer_add_byte(out, '\n');
    for (size_t i = 0; i < count; i++)
        put_flag(out, &flags[i]);
}
