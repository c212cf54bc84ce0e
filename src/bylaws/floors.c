/* What the legal form demands, and findings in words. */
#include "bylaws/bylaws_internal.h"

#include <stdio.h>

static const sheaf_floor floors[] = {
#define FLOOR(form, fault, path, demand, value, source)                                        \
    {#form, #path, SHEAF_FLOOR_##demand, value, source, SHEAF_BYLAWS_##fault},
#include "bylaws/tbl/floors.def"
#undef FLOOR
};
enum { FLOOR_COUNT = sizeof floors / sizeof *floors };

static const char *form_name(uint8_t form)
{
    const sheaf_field *field =
        sheaf_shape_field(sheaf_record_shape("purpose_article"), sheaf_str("form"));
    return field->choices[form];
}

static bool concerns(const sheaf_floor *floor, uint8_t form)
{
    return strcmp(floor->form, "every") == 0
           || (strcmp(floor->form, "legal") == 0 && form != SHEAF_legal_form_demonstration)
           || strcmp(floor->form, form_name(form)) == 0;
}

const sheaf_floor *sheaf_floor_next(enum sheaf_legal_form form, size_t *at)
{
    while (*at < FLOOR_COUNT && !concerns(&floors[*at], (uint8_t)form))
        ++*at;
    return *at < FLOOR_COUNT ? &floors[(*at)++] : NULL;
}

/* The field at a path of records; *value is NULL where it or a record on the way is absent. */
static const sheaf_field *field_at(const struct sheaf_bylaws *bylaws, const char *path,
                                   const void **value)
{
    const sheaf_shape *shape = sheaf_record_shape("bylaws");
    const uint8_t *record = (const uint8_t *)bylaws;
    const sheaf_field *field = NULL;
    while (shape) {
        size_t len = strcspn(path, ".");
        field = sheaf_shape_field(shape, sheaf_bytes(path, len));
        if (!field)
            break;
        bool there = record && *(const bool *)(record + field->has);
        record = there ? record + field->at : NULL;
        path += len + (path[len] == '.');
        shape = *path ? field->shape : NULL;
    }
    *value = record;
    return field;
}

static int64_t number_of(const sheaf_field *field, const void *value)
{
    if (field->type == SHEAF_FIELD_BOOL)
        return *(const bool *)value;
    if (field->type != SHEAF_FIELD_ENUM)
        return field->type == SHEAF_FIELD_INT ? *(const int64_t *)value : 0;
    uint8_t choice = *(const uint8_t *)value;
    return strcmp(field->sub, "majority") == 0 ? sheaf_majority_bp(choice) : choice;
}

/* Is the demand met? */
static bool met(const sheaf_floor *floor, const sheaf_field *field, const void *value)
{
    int64_t number = value ? number_of(field, value) : 0;
    switch (floor->demand) {
    case SHEAF_FLOOR_MIN:
        return !value || number >= floor->value;
    case SHEAF_FLOOR_MAX:
        return !value || number <= floor->value;
    case SHEAF_FLOOR_REQUIRED:
        return value && (field->type != SHEAF_FIELD_BOOL || number);
    case SHEAF_FLOOR_FORBIDDEN:
        if (field->type == SHEAF_FIELD_ENUM)
            return number != floor->value;
        return !value || (field->type == SHEAF_FIELD_BOOL && !number);
    }
    return false;
}

/* Whoever is no investor and no supporter uses the co-op, and is a member like all others. */
static bool uses(const struct sheaf_member_class *class)
{
    return !class->has_role
           || (class->role != SHEAF_class_role_investor
               && class->role != SHEAF_class_role_supporter);
}

static bool is_organ(const struct sheaf_bylaws *bylaws, uint64_t place,
                     enum sheaf_organ_kind kind)
{
    const struct sheaf_organ *organs = bylaws->organs.list.at;
    return bylaws->has_organs && place < bylaws->organs.list.count
           && organs[place].kind == kind;
}

static bool is_board(const struct sheaf_bylaws *bylaws, uint64_t place)
{
    return is_organ(bylaws, place, SHEAF_organ_kind_board);
}

/* Has a class a vote whose members do not use the co-op? */
static bool others_vote(const struct sheaf_bylaws *bylaws)
{
    const struct sheaf_member_class *classes = bylaws->members.classes.at;
    for (uint32_t i = 0; i < bylaws->members.classes.count; i++)
        if (!uses(&classes[i]) && classes[i].votes)
            return true;
    return false;
}

/* Ceilings are demanded of classes that have votes and do not use the co-op. The floor is for
 * all of them together: ceilings that sum to it let them have no more. The finding names the
 * class that goes beyond it, and the sum up to there. */
static bool check_investors(const struct sheaf_bylaws *bylaws, const sheaf_floor *floor,
                            sheaf_bylaws_findings *out)
{
    const struct sheaf_member_class *classes = bylaws->members.classes.at;
    int64_t sum = 0;
    for (uint32_t i = 0; i < bylaws->members.classes.count; i++) {
        if (uses(&classes[i]) || !classes[i].votes)
            continue;
        sum += classes[i].has_ceiling_bp ? classes[i].ceiling_bp : 10000;
        if (sum > floor->value)
            return sheaf_bylaws_found(out, floor->fault, sum, "members.classes[%u].ceiling_bp",
                                      i);
    }
    return false;
}

/* SCE is a word of the name. */
static bool check_name(const struct sheaf_bylaws *bylaws, const sheaf_floor *floor,
                       sheaf_bylaws_findings *out)
{
    sheaf_slice rest = bylaws->purpose.name, word;
    while (sheaf_take_until(&rest, ' ', &word))
        if (sheaf_slice_is(word, "SCE"))
            return false;
    return !sheaf_slice_is(rest, "SCE")
           && sheaf_bylaws_found(out, floor->fault, 0, "%s", floor->path);
}

/* The floors are in hundredths of a euro. */
static bool check_currency(const struct sheaf_bylaws *bylaws, const sheaf_floor *floor,
                           sheaf_bylaws_findings *out)
{
    return !sheaf_slice_is(bylaws->purpose.currency, "EUR")
           && sheaf_bylaws_found(out, floor->fault, 0, "%s", floor->path);
}

/* Somebody manages the co-op. */
static bool check_board(const struct sheaf_bylaws *bylaws, const sheaf_floor *floor,
                        sheaf_bylaws_findings *out)
{
    for (uint32_t i = 0; i < bylaws->organs.list.count; i++)
        if (is_board(bylaws, i))
            return false;
    return bylaws->has_organs && sheaf_bylaws_found(out, floor->fault, 0, "%s", floor->path);
}

/* Those who manage it admit members. */
static bool check_admission(const struct sheaf_bylaws *bylaws, const sheaf_floor *floor,
                            sheaf_bylaws_findings *out)
{
    const struct sheaf_admission_rules *admission = &bylaws->members.admission;
    if (admission->has_organ && is_board(bylaws, (uint64_t)admission->organ))
        return false;
    return sheaf_bylaws_found(out, floor->fault, admission->organ, "%s", floor->path);
}

/* Seats that they may hold are limited where somebody can be elected who does not use it. */
static bool check_seats(const struct sheaf_bylaws *bylaws, const sheaf_floor *floor,
                        sheaf_bylaws_findings *out)
{
    const struct sheaf_organ *organs = bylaws->organs.list.at;
    for (uint32_t i = 0; others_vote(bylaws) && i < bylaws->organs.list.count; i++) {
        int64_t most = organs[i].has_non_users_bp ? organs[i].non_users_bp : 10000;
        if (is_board(bylaws, i) && most > floor->value
            && sheaf_bylaws_found(out, floor->fault, most, "organs.list[%u].non_users_bp", i))
            return true;
    }
    return false;
}

/* Where others vote too, the members who use it have a quorum of their own. */
static bool check_quorum(const struct sheaf_bylaws *bylaws, const sheaf_floor *floor,
                         sheaf_bylaws_findings *out)
{
    return others_vote(bylaws) && !bylaws->decisions.quorum_apart
           && sheaf_bylaws_found(out, floor->fault, 0, "%s", floor->path);
}

/* Of the items of a list what a law demands is about who manages and who supervises, and about
 * the classes whose members use the co-op: of others the law of its seat decides. What every
 * legal form demands is about all of them. */
static bool check_items(const struct sheaf_bylaws *bylaws, const sheaf_floor *floor,
                        sheaf_bylaws_findings *out)
{
    bool all = strcmp(floor->form, "legal") == 0;
    const void *value;
    const char *name = strrchr(floor->path, '.');
    char list_path[SHEAF_FAULT_PATH_MAX];
    (void)snprintf(list_path, sizeof list_path, "%.*s", (int)(name - floor->path), floor->path);
    const sheaf_field *field = field_at(bylaws, list_path, &value);
    const sheaf_list *list = value;
    const sheaf_field *of = sheaf_shape_field(field->shape, sheaf_str(name + 1));
    bool classes = strcmp(field->shape->name, "member_class") == 0;
    for (uint32_t i = 0; list && list->at && i < list->count; i++) {
        const uint8_t *item = (const uint8_t *)list->at + (size_t)i * field->shape->size;
        const void *at = *(const bool *)(item + of->has) ? item + of->at : NULL;
        bool concerned =
            classes ? uses((const struct sheaf_member_class *)(const void *)item)
                    : is_board(bylaws, i) || is_organ(bylaws, i, SHEAF_organ_kind_supervisors);
        if ((all || concerned) && !met(floor, of, at)
            && sheaf_bylaws_found(out, floor->fault, at ? number_of(of, at) : 0, "%s[%u].%s",
                                  list_path, i, name + 1))
            return true;
    }
    return false;
}

/* Floors that are about more than the one field at their path. */
static const struct {
    const char *path;
    sheaf_floor_demand demand;
    bool (*check)(const struct sheaf_bylaws *bylaws, const sheaf_floor *floor,
                  sheaf_bylaws_findings *out);
} particular[] = {
    {"decisions.quorum_apart", SHEAF_FLOOR_REQUIRED, check_quorum},
    {"members.admission.organ", SHEAF_FLOOR_REQUIRED, check_admission},
    {"members.classes.ceiling_bp", SHEAF_FLOOR_MAX, check_investors},
    {"members.classes.ceiling_bp", SHEAF_FLOOR_MIN, check_items},
    {"members.classes.trial_s", SHEAF_FLOOR_MAX, check_items},
    {"members.classes.votes", SHEAF_FLOOR_MIN, check_items},
    {"organs.list.electorate", SHEAF_FLOOR_FORBIDDEN, check_items},
    {"organs.list.kind", SHEAF_FLOOR_REQUIRED, check_board},
    {"organs.list.nominate_s", SHEAF_FLOOR_MIN, check_items},
    {"organs.list.non_users_bp", SHEAF_FLOOR_MAX, check_seats},
    {"organs.list.open_s", SHEAF_FLOOR_MIN, check_items},
    {"purpose.currency", SHEAF_FLOOR_FORBIDDEN, check_currency},
    {"purpose.name", SHEAF_FLOOR_FORBIDDEN, check_name},
};

static bool check_floor(const struct sheaf_bylaws *bylaws, const sheaf_floor *floor,
                        sheaf_bylaws_findings *out)
{
    const void *value;
    for (size_t i = 0; i < sizeof particular / sizeof *particular; i++)
        if (strcmp(floor->path, particular[i].path) == 0
            && floor->demand == particular[i].demand)
            return particular[i].check(bylaws, floor, out);
    const sheaf_field *field = field_at(bylaws, floor->path, &value);
    if (met(floor, field, value))
        return false;
    return sheaf_bylaws_found(out, floor->fault, value ? number_of(field, value) : 0, "%s",
                              floor->path);
}

bool sheaf_bylaws_below_floor(const struct sheaf_bylaws *bylaws, sheaf_bylaws_findings *out)
{
    size_t at = 0;
    bool full = false;
    for (const sheaf_floor *floor;
         !full && (floor = sheaf_floor_next(bylaws->purpose.form, &at));) {
        size_t before = out->count;
        full = check_floor(bylaws, floor, out);
        for (size_t i = before; i < out->count; i++)
            out->list[i].floor = floor;
    }
    return full;
}

static bool ends_in(const char *path, const char *ending)
{
    size_t len = strlen(path), end = strlen(ending);
    return len >= end && strcmp(path + len - end, ending) == 0;
}

/* Seconds in the largest unit that says them exactly. */
static void put_span(sheaf_buffer *out, long long seconds)
{
    static const struct {
        const char *name;
        long long seconds;
    } units[] = {{"day", 86400}, {"hour", 3600}, {"minute", 60}, {"second", 1}};
    size_t i = 0;
    while (units[i].seconds > 1 && (seconds == 0 || seconds % units[i].seconds))
        i++;
    long long count = seconds / units[i].seconds;
    sheaf_buffer_printf(out, "%lld %s%s", count, units[i].name, count == 1 ? "" : "s");
}

/* In the unit that the field's name says. */
static void put_number(sheaf_buffer *out, const char *path, int64_t number)
{
    long long value = (long long)number;
    bool share = ends_in(path, "_bp") || ends_in(path, "majority")
                 || strcmp(path, "surplus") == 0 || strcmp(path, "value_accounting") == 0;
    if (ends_in(path, "_s"))
        put_span(out, value);
    else if (share && value % 100)
        sheaf_buffer_printf(out, "%lld.%02lld %%", value / 100, value % 100);
    else if (share)
        sheaf_buffer_printf(out, "%lld %%", value / 100);
    else if (ends_in(path, "_cents"))
        sheaf_buffer_printf(out, "%lld.%02lld", value / 100, value % 100);
    else
        sheaf_buffer_printf(out, "%lld", value);
}

sheaf_article sheaf_bylaws_finding_article(const sheaf_bylaws_finding *finding)
{
    return sheaf_article_named(sheaf_bytes(finding->path, strcspn(finding->path, ".[")));
}

void sheaf_bylaws_fault_write(const sheaf_bylaws_finding *finding, sheaf_buffer *out)
{
    static const char *const demands[] = {
        [SHEAF_FLOOR_MIN] = "is less than",
        [SHEAF_FLOOR_MAX] = "is more than",
    };
    const sheaf_floor *floor = finding->floor;
    sheaf_article number = sheaf_bylaws_finding_article(finding);
    sheaf_buffer_printf(out, "article %d (%s), %s: ", (int)number,
                        sheaf_article_describe(number)->title, finding->path);
    if (!floor) {
        if (finding->value == SHEAF_NO_NUMBER)
            sheaf_buffer_add_string(out, "what stands there");
        else
            put_number(out, finding->path, finding->value);
        sheaf_buffer_add_string(out, " contradicts the bylaws themselves");
        return;
    }
    if (floor->demand == SHEAF_FLOOR_MIN || floor->demand == SHEAF_FLOOR_MAX) {
        put_number(out, finding->path, finding->value);
        sheaf_buffer_printf(out, " %s ", demands[floor->demand]);
        put_number(out, finding->path, floor->value);
        sheaf_buffer_add_string(out, ", the limit");
    } else {
        sheaf_buffer_add_string(out, floor->demand == SHEAF_FLOOR_REQUIRED
                                         ? "must be there, and not be switched off,"
                                         : "must not be so,");
    }
    sheaf_buffer_printf(out, " by the floor of %s (%s)",
                        strcmp(floor->form, "every") == 0   ? "every form"
                        : strcmp(floor->form, "legal") == 0 ? "every legal form"
                                                            : floor->form,
                        floor->source);
}
