#include "coop/refusal_detail.h"

#include "bylaws/bylaws.h"
#include "coop/view.h"

#include <string.h>

/* The document that the act brings; NULL where it brings none. */
static const struct sheaf_bylaws *document_of(const sheaf_act *act)
{
    if (act->kind == SHEAF_KIND_coop_found)
        return &((const struct sheaf_coop_found *)act->what)->bylaws;
    if (act->kind != SHEAF_KIND_motion_open)
        return NULL;
    const struct sheaf_motion_open *what = act->what;
    if (!what->has_effect || what->effect->kind != SHEAF_KIND_bylaws_amend)
        return NULL;
    return &((const struct sheaf_bylaws_amend *)what->effect->what)->text;
}

bool sheaf_refusal_detail(sheaf_refusal refusal, const sheaf_act *act,
                          char out[SHEAF_REFUSAL_DETAIL_MAX])
{
    const struct sheaf_bylaws *document = document_of(act);
    sheaf_bylaws_finding finding;
    sheaf_buffer words;
    out[0] = 0;
    if (!document || sheaf_bylaws_check(document, &finding) == SHEAF_BYLAWS_SOUND
        || sheaf_bylaws_refusal(finding.fault) != refusal)
        return false;
    sheaf_buffer_init(&words, SHEAF_REFUSAL_DETAIL_MAX - 1);
    sheaf_bylaws_fault_write(&finding, &words);
    if (!words.failed && words.len) {
        memcpy(out, words.data, words.len);
        out[words.len] = 0;
    }
    sheaf_buffer_deinit(&words);
    return out[0] != 0;
}
