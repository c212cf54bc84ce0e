#include "coop/refusal_detail.h"

#include "bylaws/bylaws.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What the motion that the act opens would enact, where that is of the kind; else NULL. */
static const void *effect_of(const sheaf_act *act, sheaf_kind kind)
{
    if (act->kind != SHEAF_KIND_motion_open)
        return NULL;
    const struct sheaf_motion_open *what = act->what;
    return what->has_effect && what->effect->kind == kind ? what->effect->what : NULL;
}

/* The document that the act brings; NULL where it brings none. */
static const struct sheaf_bylaws *document_of(const sheaf_act *act)
{
    if (act->kind == SHEAF_KIND_coop_found)
        return &((const struct sheaf_coop_found *)act->what)->bylaws;
    const struct sheaf_bylaws_amend *what = effect_of(act, SHEAF_KIND_bylaws_amend);
    return what ? &what->text : NULL;
}

/* "0.00001", of so many units a whole. */
static void put_share(sheaf_buffer *out, uint64_t value, int places)
{
    char digits[24];
    uint64_t unit = 1;
    for (int i = 0; i < places; i++)
        unit *= 10;
    int len = snprintf(digits, sizeof digits, "%0*" PRIu64, places, value % unit);
    while (len > 0 && digits[len - 1] == '0')
        len--;
    sheaf_buffer_printf(out, "%" PRIu64 "%s%.*s", value / unit, len ? "." : "", len, digits);
}

static void write_cap(sheaf_buffer *out, const char *name, int64_t asked, int64_t cap,
                      int places)
{
    sheaf_buffer_printf(out, "article 22 (Privacy), privacy.%s: ", name);
    put_share(out, (uint64_t)asked, places);
    sheaf_buffer_add_string(out, " is asked for, at most ");
    put_share(out, (uint64_t)cap, places);
    sheaf_buffer_add_string(out, " is allowed");
}

/* False where the refusal is about no cap of article 22. */
static bool write_caps(sheaf_buffer *out, const sheaf_state *state, sheaf_refusal refusal,
                       const sheaf_act *act)
{
    const struct sheaf_mandate_grant *what = effect_of(act, SHEAF_KIND_mandate_grant);
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    if (!what || !bylaws)
        return false;
    if (refusal == SHEAF_REFUSED_epsilon_over)
        write_cap(out, "epsilon_max_millionths", what->privacy.epsilon_millionths,
                  bylaws->epsilon_max_millionths, 6);
    else if (refusal == SHEAF_REFUSED_delta_over)
        write_cap(out, "delta_max_trillionths", what->privacy.delta_trillionths,
                  bylaws->delta_max_trillionths, 12);
    return out->len > 0;
}

/* False where no document that the act brings was refused so. */
static bool write_finding(sheaf_buffer *out, sheaf_refusal refusal, const sheaf_act *act)
{
    const struct sheaf_bylaws *document = document_of(act);
    sheaf_bylaws_finding finding;
    if (!document || sheaf_bylaws_check(document, &finding) == SHEAF_BYLAWS_SOUND
        || sheaf_bylaws_refusal(finding.fault) != refusal)
        return false;
    sheaf_bylaws_fault_write(&finding, out);
    return true;
}

bool sheaf_refusal_detail(const sheaf_state *state, sheaf_refusal refusal, const sheaf_act *act,
                          char out[SHEAF_REFUSAL_DETAIL_MAX])
{
    sheaf_buffer words;
    out[0] = 0;
    sheaf_buffer_init(&words, SHEAF_REFUSAL_DETAIL_MAX - 1);
    if ((write_finding(&words, refusal, act) || write_caps(&words, state, refusal, act))
        && !words.failed && words.len) {
        memcpy(out, words.data, words.len);
        out[words.len] = 0;
    }
    sheaf_buffer_deinit(&words);
    return out[0] != 0;
}
