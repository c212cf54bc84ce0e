#include "cli/claim_words.h"

#include "cli/date.h"
#include "cli/source_text.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>

void sheaf_claim_print(const sheaf_round_source *source, const struct sheaf_row_member *member,
                       const char *first, const char *next)
{
    const sheaf_state *state = source->state;
    const struct sheaf_row_place *place =
        member->number ? sheaf_place_find(state, member->number) : NULL;
    sheaf_buffer known, called;
    char joined[SHEAF_DATE_LEN + 1];
    if (!place)
        return;
    sheaf_buffer_init(&known, SHEAF_TEXT_BYTES_MAX);
    sheaf_buffer_init(&called, SHEAF_TEXT_BYTES_MAX);
    bool both = sheaf_source_text(source, &place->name, &known);
    both = sheaf_source_text(source, &member->name, &called) && both;
    const struct sheaf_row_class *class =
        sheaf_class_at(state, sheaf_bylaws_now(state)->class_first + place->class);
    printf("%splace %" PRIu32 " of the imported register: ", first, place->id);
    if (known.len) {
        fputs("“", stdout);
        sheaf_print_plain(sheaf_buffer_slice(&known));
        fputs("”, ", stdout);
    }
    sheaf_date_print(place->joined * 1000, joined);
    printf("%s of the class “%.*s”, joined %s\n",
           place->kind == SHEAF_member_kind_person ? "a person" : "an organisation",
           SHEAF_PRINT(SHEAF_WORDS(class->name)), joined);
    if (both && !sheaf_slice_equal(sheaf_buffer_slice(&known), sheaf_buffer_slice(&called))) {
        printf("%sthe names differ: who claims it is called “", next);
        sheaf_print_plain(sheaf_buffer_slice(&called));
        puts("”");
    }
    sheaf_buffer_deinit(&called);
    sheaf_buffer_deinit(&known);
}
