/* cli/register_export.c - `sheaf register export`: the members as a table that another co-op
 * can import, such as the one that this one merges into, or that splits off from it. */
#include "cli/date.h"
#include "cli/source_text.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>

enum { HOME, CA, SPLIT }; /* in the order of the command's options */

/* In quotation marks, which stand twice within; on one line. */
static void print_value(sheaf_slice value)
{
    putchar('"');
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.data[i];
        if (c == '"')
            putchar('"');
        putchar(c < 0x20 ? ' ' : c);
    }
    putchar('"');
}

/* False where the name is not at hand, and a number stands for it. */
static bool print_name(const sheaf_round_source *source, const struct sheaf_row_member *member)
{
    sheaf_buffer text;
    sheaf_buffer_init(&text, SHEAF_TEXT_BYTES_MAX);
    bool found = sheaf_source_text(source, &member->name, &text) && text.len;
    if (!found) {
        sheaf_buffer_reset(&text);
        sheaf_buffer_printf(&text, "member %" PRIu32, member->id);
    }
    print_value(sheaf_buffer_slice(&text));
    sheaf_buffer_deinit(&text);
    return found;
}

/* The day on which a member joined by the register before, or applied. */
static int64_t joined_ms(const sheaf_state *state, const struct sheaf_row_member *member)
{
    const struct sheaf_row_place *place =
        member->number ? sheaf_place_find(state, member->number) : NULL;
    return place ? place->joined * 1000 : member->applied;
}

/* The number by which the register before had the member, which is its own for good; 0 for
 * none. */
static uint32_t kept_number(const sheaf_state *state, const struct sheaf_row_member *member)
{
    const struct sheaf_row_place *place =
        member->number ? sheaf_place_find(state, member->number) : NULL;
    return place && place->member == member->id ? place->id : 0;
}

/* The highest that stands in the register before: somebody has it, or may claim it. */
static uint64_t highest_number(const sheaf_state *state)
{
    uint64_t out = 0;
    for (uint32_t i = 0; i < sheaf_place_count(state); i++) {
        const struct sheaf_row_place *place = sheaf_place_at(state, i);
        if (sheaf_import_get(state, place->import)->confirmed != SHEAF_NONE && place->id > out)
            out = place->id;
    }
    return out;
}

/* Without a split all who are members; else those who went by it. */
static bool is_listed(const sheaf_state *state, const struct sheaf_row_member *member,
                      const struct sheaf_row_split *split)
{
    const struct sheaf_row_going *going = sheaf_going_find(state, member->id);
    if (!split)
        return member->state == SHEAF_member_state_active;
    return member->state == SHEAF_member_state_left && member->left == split->id && going
           && sheaf_slice_equal(SHEAF_WORDS(going->to), SHEAF_WORDS(split->to));
}

static uint32_t print_register(const sheaf_round_source *source,
                               const struct sheaf_row_split *split)
{
    const sheaf_state *state = source->state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    uint64_t last = highest_number(state);
    uint32_t nameless = 0;
    puts("number,name,class,joined,kind,cancelled_to");
    for (uint32_t i = 0; i < sheaf_member_count(state); i++) {
        const struct sheaf_row_member *member = sheaf_member_at(state, i);
        char day[SHEAF_DATE_LEN + 1];
        if (!is_listed(state, member, split))
            continue;
        const uint32_t kept = kept_number(state, member);
        printf("%" PRIu64 ",", kept ? kept : ++last);
        nameless += !print_name(source, member);
        putchar(',');
        print_value(
            SHEAF_WORDS(sheaf_class_at(state, bylaws->class_first + member->class)->name));
        sheaf_date_print(joined_ms(state, member), day);
        printf(",%s,%s,", day,
               member->kind == SHEAF_member_kind_person ? "person" : "organisation");
        if (member->leaves)
            sheaf_date_print(member->leaves, day);
        puts(member->leaves ? day : "");
    }
    return nameless;
}

static int run(const sheaf_arguments *a)
{
    sheaf_round_source source;
    sheaf_err err;
    if (sheaf_round_source_open(&source, a->argument_count ? a->argument[0] : NULL,
                                a->value[HOME], a->value[CA], SHEAF_NONE, &err)
        != SHEAF_OK)
        return sheaf_report(a, &err);
    long long number;
    bool by_split = a->value[SPLIT] != NULL;
    const struct sheaf_row_split *split =
        by_split && sheaf_number(a->value[SPLIT], 0, SHEAF_REF_MAX, &number)
            ? sheaf_split_find(source.state, (uint32_t)number)
            : NULL;
    if (by_split && !split) {
        sheaf_round_source_close(&source);
        (void)sheaf_fail(&err, SHEAF_INVALID,
                         "no members went to another co-op with entry %.20s; see: sheaf split "
                         "show",
                         a->value[SPLIT]);
        return sheaf_report(a, &err);
    }
    uint32_t nameless = print_register(&source, split);
    if (nameless)
        fprintf(stderr,
                "sheaf: the names of %" PRIu32
                " members are not at hand: numbers stand for them\n",
                nameless);
    sheaf_round_source_close(&source);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_register_export = {
    .name = "register export",
    .arguments = "[DIR|URL]",
    .summary = "the members as a table that another co-op can import",
    .detail =
        "For a co-op that this one merges into, or that splits off: `sheaf import` takes\n"
        "the CSV there, once the names of classes are those of its bylaws. Nobody becomes a\n"
        "member of it that way: members claim their places there themselves. Whoever has a\n"
        "number of an imported register keeps it; others have numbers after the highest.\n"
        "DIR is a folder with log/, URL a hub; without either it is the hub of your home,\n"
        "which tells its members the names.",
    .options = {{"home", "DIR", "your home folder"},
                {"ca", "FILE", "certificates to trust, in PEM"},
                {"split", "N", "those who went by the split that took effect with entry N"}},
    .arguments_max = 1,
    .many = -1,
    .run = run,
};
