#include "learn/schema.h"

#include "base/text.h"

#include <stdio.h>

enum { LEVEL_MAX = 1 << 20, MILLION = 1000000 };

static const char *const missing_words[] = {
    [SHEAF_MISSING_LEAVE_OUT] = "",
    [SHEAF_MISSING_MEAN] = "mean",
    [SHEAF_MISSING_INDICATOR] = "missing",
};

static bool name_valid(const char *name)
{
    size_t len = strnlen(name, SHEAF_COLUMN_MAX + 1);
    if (len == 0 || len > SHEAF_COLUMN_MAX || !sheaf_utf8_valid(sheaf_bytes(name, len)))
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c < 0x20 || c == 0x7f || c == ',' || c == '"' || c == '=')
            return false;
    }
    return true;
}

static bool same(const sheaf_feature *a, const sheaf_feature *b)
{
    return strcmp(a->column, b->column) == 0 && a->has_level == b->has_level
           && (!a->has_level || a->level == b->level) && a->missing == b->missing;
}

static bool range_valid(const sheaf_feature *feature)
{
    const int64_t most = (int64_t)LEVEL_MAX * MILLION;
    return !feature->has_level && feature->missing != SHEAF_MISSING_INDICATOR
           && feature->low_millionths < feature->high_millionths
           && feature->low_millionths >= -most && feature->high_millionths <= most;
}

sheaf_status sheaf_features_check(const sheaf_features *features, sheaf_err *err)
{
    if (features->count < 1 || features->count > SHEAF_FEATURES_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a model has 1 to %d features, not %u",
                          SHEAF_FEATURES_MAX, features->count);
    if (!name_valid(features->label))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the label's column name must have 1 to %d bytes of UTF-8 without "
                          "comma, quotation mark, equals sign or control character",
                          SHEAF_COLUMN_MAX);
    for (uint32_t i = 0; i < features->count; i++) {
        const sheaf_feature *feature = &features->items[i];
        if (!name_valid(feature->column))
            return sheaf_fail(err, SHEAF_INVALID,
                              "the column name of feature %u must have 1 to %d bytes of UTF-8 "
                              "without comma, quotation mark, equals sign or control character",
                              i + 1, SHEAF_COLUMN_MAX);
        if (feature->has_level && (feature->level <= -LEVEL_MAX || feature->level >= LEVEL_MAX))
            return sheaf_fail(err, SHEAF_INVALID,
                              "the level of feature %u (%s) must be within +-%d", i + 1,
                              feature->column, LEVEL_MAX - 1);
        if (feature->missing != SHEAF_MISSING_LEAVE_OUT && feature->has_level)
            return sheaf_fail(err, SHEAF_INVALID,
                              "feature %u (%s) is an indicator of a level, which cannot fill "
                              "missing values",
                              i + 1, feature->column);
        if (feature->has_range && !range_valid(feature))
            return sheaf_fail(err, SHEAF_INVALID,
                              "the range of feature %u (%s) must go from a lower to a higher "
                              "value within +-%d, and an indicator of a level has none",
                              i + 1, feature->column, LEVEL_MAX);
        if (strcmp(feature->column, features->label) == 0)
            return sheaf_fail(err, SHEAF_INVALID,
                              "the label %s cannot be a feature at the same time",
                              features->label);
        for (uint32_t j = 0; j < i; j++)
            if (same(feature, &features->items[j]))
                return sheaf_fail(err, SHEAF_INVALID, "features %u and %u (%s) are the same",
                                  j + 1, i + 1, feature->column);
    }
    return SHEAF_OK;
}

void sheaf_features_put(sheaf_buffer *out, const sheaf_features *features)
{
    for (uint32_t i = 0; i < features->count; i++) {
        const sheaf_feature *feature = &features->items[i];
        sheaf_buffer_printf(out, "%s%s", i ? "," : "", feature->column);
        if (feature->has_level)
            sheaf_buffer_printf(out, "=%lld", (long long)feature->level);
        else if (feature->missing != SHEAF_MISSING_LEAVE_OUT)
            sheaf_buffer_printf(out, "=%s", missing_words[feature->missing]);
    }
}

/* The one spelling of an integer within +-2^20: no plus sign, leading zero or minus zero. */
static bool level_get(sheaf_slice text, int64_t *out)
{
    char digits[12];
    int64_t value = 0;
    if (text.len == 0 || text.len >= sizeof digits)
        return false;
    for (size_t i = text.data[0] == '-'; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = 10 * value + (text.data[i] - '0');
    }
    if (text.data[0] == '-')
        value = -value;
    snprintf(digits, sizeof digits, "%d", (int)value);
    *out = value;
    return value > -LEVEL_MAX && value < LEVEL_MAX && sheaf_slice_is(text, digits);
}

/* What stands behind the equals sign. */
static bool rule_get(sheaf_slice text, sheaf_feature *out)
{
    for (int i = SHEAF_MISSING_MEAN; i <= SHEAF_MISSING_INDICATOR; i++)
        if (sheaf_slice_is(text, missing_words[i])) {
            out->missing = (sheaf_missing)i;
            return true;
        }
    out->has_level = true;
    return level_get(text, &out->level);
}

static bool name_get(sheaf_slice text, char out[SHEAF_COLUMN_MAX + 1])
{
    if (text.len > SHEAF_COLUMN_MAX || memchr(text.data, 0, text.len))
        return false;
    memcpy(out, text.data, text.len);
    out[text.len] = 0;
    return true;
}

sheaf_status sheaf_features_parse(sheaf_slice text, sheaf_slice label, sheaf_features *out,
                                  sheaf_err *err)
{
    *out = (sheaf_features){0};
    if (label.len == 0 || !name_get(label, out->label))
        return sheaf_fail(err, SHEAF_INVALID, "the label's column name must have 1 to %d bytes",
                          SHEAF_COLUMN_MAX);
    for (bool more = text.len > 0; more;) {
        const uint8_t *comma = memchr(text.data, ',', text.len);
        sheaf_slice item = {text.data, comma ? (size_t)(comma - text.data) : text.len};
        more = comma;
        if (more)
            text = (sheaf_slice){comma + 1, text.len - item.len - 1};
        if (out->count == SHEAF_FEATURES_MAX)
            return sheaf_fail(err, SHEAF_INVALID, "a model has at most %d features",
                              SHEAF_FEATURES_MAX);
        sheaf_feature *feature = &out->items[out->count++];
        const uint8_t *equals = item.len ? memchr(item.data, '=', item.len) : NULL;
        sheaf_slice name = {item.data, equals ? (size_t)(equals - item.data) : item.len};
        if (item.len == 0 || !name_get(name, feature->column)
            || (equals
                && !rule_get((sheaf_slice){equals + 1, item.len - name.len - 1}, feature)))
            return sheaf_fail(
                err, SHEAF_INVALID,
                "feature %u is not a column name of 1 to %d bytes or COLUMN=LEVEL "
                "with a whole number, COLUMN=mean or COLUMN=missing",
                out->count, SHEAF_COLUMN_MAX);
    }
    return sheaf_features_check(out, err);
}

#define RANGE(low, high)                                                                       \
    .has_range = true, .low_millionths = (int64_t)(low)*MILLION,                               \
    .high_millionths = (int64_t)(high)*MILLION

const sheaf_features *sheaf_features_heart(void)
{
    static const sheaf_features heart = {
        .count = 13,
        .items = {{.column = "age", RANGE(20, 90)},
                  {.column = "sex", RANGE(0, 1)},
                  {.column = "trestbps", RANGE(90, 200)},
                  {.column = "chol", RANGE(100, 400)},
                  {.column = "fbs", RANGE(0, 1)},
                  {.column = "thalach", RANGE(60, 200)},
                  {.column = "exang", RANGE(0, 1)},
                  {.column = "oldpeak", RANGE(0, 5)},
                  {.column = "cp", .has_level = true, .level = 2},
                  {.column = "cp", .has_level = true, .level = 3},
                  {.column = "cp", .has_level = true, .level = 4},
                  {.column = "restecg", .has_level = true, .level = 1},
                  {.column = "restecg", .has_level = true, .level = 2}},
        .label = "num",
    };
    return &heart;
}
