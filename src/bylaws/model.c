#include "bylaws/model.h"

#include "bylaws/bylaws.h"
#include "bylaws/models_data.h"

static const sheaf_bylaws_model models[] = {
    {"association", "a few people or organisations, with everything else switched off",
     model_association, SHEAF_legal_form_association},
    {"coop3",
     "workers, users and community; principles at nine tenths, pay of three to one, advice",
     model_coop3, SHEAF_legal_form_association},
    {"sce", "a European Cooperative Society (Regulation 1435/2003)", model_sce,
     SHEAF_legal_form_sce},
    {"worker", "a cooperative of those who work in it", model_worker,
     SHEAF_legal_form_association},
    {"data-coop", "people who pool data and own what is learned from it", model_data_coop,
     SHEAF_legal_form_association},
    {"consortium", "organisations with equal votes: councils, hospital trusts",
     model_consortium, SHEAF_legal_form_association},
    {"demonstration", "a trial run, with motions of seconds", model_demonstration,
     SHEAF_legal_form_demonstration},
};
enum { MODEL_COUNT = sizeof models / sizeof *models };

const sheaf_bylaws_model *sheaf_bylaws_model_at(size_t place)
{
    return place < MODEL_COUNT ? &models[place] : NULL;
}

const char *sheaf_bylaws_template(enum sheaf_legal_form form)
{
    size_t place = 0;
    while (models[place].form != form)
        place++;
    return models[place].text;
}
