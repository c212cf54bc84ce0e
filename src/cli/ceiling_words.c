#include "cli/ceiling_words.h"

#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>

sheaf_counted sheaf_counted_as(const sheaf_ceilings *ceilings, const sheaf_votes *votes)
{
    sheaf_counted out;
    uint64_t fine = sheaf_votes_units(ceilings, votes, 10000), hundredths = (fine + 50) / 100;
    if (fine && !hundredths)
        snprintf(out.words, sizeof out.words, "less than 0.01");
    else if (hundredths % 100)
        snprintf(out.words, sizeof out.words, "%" PRIu64 ".%02" PRIu64, hundredths / 100,
                 hundredths % 100);
    else
        snprintf(out.words, sizeof out.words, "%" PRIu64, hundredths / 100);
    return out;
}

static const struct sheaf_row_class *class_of(const sheaf_state *state, uint32_t bylaws,
                                              uint32_t place)
{
    return sheaf_class_at(state, sheaf_bylaws_get(state, bylaws)->class_first + place);
}

/* Of all votes those of the class. */
static sheaf_votes of_class(const sheaf_ceilings *ceilings, uint32_t place)
{
    sheaf_votes out = {.all = ceilings->cast.of[place]};
    out.of[place] = out.all;
    return out;
}

void sheaf_ceilings_print(const sheaf_state *state, uint32_t bylaws,
                          const sheaf_ceilings *ceilings, const char *label, const char *thing)
{
    for (uint32_t i = 0; i < SHEAF_CLASSES_MAX; i++) {
        if (!ceilings->of[i].whole)
            continue;
        const struct sheaf_row_class *class = class_of(state, bylaws, i);
        const sheaf_votes theirs = of_class(ceilings, i);
        bool one = theirs.all == 1;
        printf("%s%" PRIu64
               " %s%s of the class “%.*s” count%s as %s: it has at most %u.%02u %% "
               "of those cast\n",
               label, theirs.all, thing, one ? "" : "s", SHEAF_PRINT(SHEAF_WORDS(class->name)),
               one ? "s" : "", sheaf_counted_as(ceilings, &theirs).words,
               class->ceiling_bp / 100u, class->ceiling_bp % 100u);
    }
}

void sheaf_ceilings_put(const sheaf_state *state, uint32_t bylaws,
                        const sheaf_ceilings *ceilings, sheaf_json_writer *w)
{
    sheaf_json_key(w, "ceilings");
    sheaf_json_open_list(w);
    for (uint32_t i = 0; i < SHEAF_CLASSES_MAX; i++) {
        if (!ceilings->of[i].whole)
            continue;
        const struct sheaf_row_class *class = class_of(state, bylaws, i);
        const sheaf_votes theirs = of_class(ceilings, i);
        sheaf_json_open_object(w);
        sheaf_json_member_put_int(w, "cast", (int64_t)theirs.all);
        sheaf_json_member_put_int(w, "ceiling_bp", class->ceiling_bp);
        sheaf_json_member_put_string(w, "class", SHEAF_WORDS(class->name));
        sheaf_counted_put(ceilings, &theirs, w);
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
}

void sheaf_counted_put(const sheaf_ceilings *ceilings, const sheaf_votes *votes,
                       sheaf_json_writer *w)
{
    sheaf_json_member_put_int(w, "counted_thousandths",
                              (int64_t)sheaf_votes_units(ceilings, votes, 1000));
}
