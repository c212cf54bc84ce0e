#include "coop/refusal_detail.h"

#include "bylaws/bylaws.h"
#include "coop/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

static void explain_caps(sheaf_refusal refusal, const sheaf_state *state,
                         const struct sheaf_mandate_grant *what, sheaf_buffer *out)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    if (bylaws && refusal == SHEAF_REFUSED_epsilon_over)
        write_cap(out, "epsilon_max_millionths", what->privacy.epsilon_millionths,
                  bylaws->epsilon_max_millionths, 6);
    else if (bylaws && refusal == SHEAF_REFUSED_delta_over)
        write_cap(out, "delta_max_trillionths", what->privacy.delta_trillionths,
                  bylaws->delta_max_trillionths, 12);
}

static void explain_bylaws(sheaf_refusal refusal, const struct sheaf_bylaws *document,
                           sheaf_refusal_detail *out, sheaf_buffer *words)
{
    sheaf_bylaws_finding finding;
    if (sheaf_bylaws_check(document, &finding) == SHEAF_BYLAWS_SOUND
        || sheaf_bylaws_refusal(finding.fault) != refusal)
        return;
    out->article = sheaf_bylaws_finding_article(&finding);
    sheaf_bylaws_fault_write(&finding, words);
}

static void explain(sheaf_refusal refusal, const sheaf_state *state, const sheaf_effect *effect,
                    const struct sheaf_bylaws *document, sheaf_refusal_detail *out)
{
    const sheaf_refusal_text *text = sheaf_refusal_describe((uint16_t)refusal);
    sheaf_buffer words;
    out->article = text ? text->rests_on : SHEAF_ARTICLE_NONE;
    out->words[0] = 0;
    sheaf_buffer_init(&words, sizeof out->words - 1);
    if (effect && effect->kind == SHEAF_KIND_bylaws_amend)
        document = &((const struct sheaf_bylaws_amend *)effect->what)->text;
    if (document)
        explain_bylaws(refusal, document, out, &words);
    else if (state && effect && effect->kind == SHEAF_KIND_mandate_grant)
        explain_caps(refusal, state, effect->what, &words);
    if (!words.failed && words.len) {
        memcpy(out->words, words.data, words.len);
        out->words[words.len] = 0;
    }
    sheaf_buffer_deinit(&words);
}

void sheaf_refusal_of_effect(sheaf_refusal refusal, const sheaf_effect *effect,
                             sheaf_refusal_detail *out)
{
    explain(refusal, NULL, effect, NULL, out);
}

void sheaf_refusal_of_act(const sheaf_state *state, sheaf_refusal refusal, const sheaf_act *act,
                          sheaf_refusal_detail *out)
{
    const struct sheaf_motion_open *motion =
        act->kind == SHEAF_KIND_motion_open ? act->what : NULL;
    const struct sheaf_coop_found *found =
        act->kind == SHEAF_KIND_coop_found ? act->what : NULL;
    explain(refusal, state, motion && motion->has_effect ? motion->effect : NULL,
            found ? &found->bylaws : NULL, out);
}
