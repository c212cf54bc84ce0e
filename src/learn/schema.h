/* learn/schema.h - which columns of a member's table a model looks at.
 *
 * A feature is a numeric column, or a 0/1 indicator "this column equals that level". The label
 * is one more column: a record is positive where it is above zero. This is the schema that the
 * act which registers a model puts on the log, so that every member reads its table alike.
 *
 * Where a column has gaps, one feature may be its value, or the mean where it is missing, and
 * another that it is missing.
 *
 * As text (in a model file and on a command line) a schema is its features joined by commas:
 * "age,sex,cp=2,cp=3,chol=mean,chol=missing"; so column names hold no comma, quotation mark,
 * equals sign or control character, and have 1 to 40 bytes of UTF-8.
 */
#ifndef SHEAF_LEARN_SCHEMA_H
#define SHEAF_LEARN_SCHEMA_H

#include "base/buffer.h"
#include "base/status.h"

enum {
    SHEAF_FEATURES_MAX = 256,
    SHEAF_COLUMN_MAX = 40,
    SHEAF_VALUE_BITS = 20, /* of a column: |x| < 2^20 */
};

/* What comes of a record where the column of a feature has no value. */
typedef enum {
    SHEAF_MISSING_LEAVE_OUT, /* it is left out */
    SHEAF_MISSING_MEAN,      /* it counts with the mean of those that have a value */
    SHEAF_MISSING_INDICATOR, /* the feature is 1 there, and 0 elsewhere, whatever the value */
} sheaf_missing;

typedef struct {
    char column[SHEAF_COLUMN_MAX + 1];
    bool has_level; /* an indicator: 1 where the column equals `level`, else 0 */
    int64_t level;  /* within +-2^20 */
    sheaf_missing missing;
    bool has_range; /* between which values a column lies by its data sheet, for all to know */
    int64_t low_millionths, high_millionths; /* low < high, both within +-2^20 */
} sheaf_feature;

typedef struct {
    uint32_t count; /* 1 .. SHEAF_FEATURES_MAX */
    sheaf_feature items[SHEAF_FEATURES_MAX];
    char label[SHEAF_COLUMN_MAX + 1];
} sheaf_features;

/* Refuses an empty or too long schema, bad names, levels out of range, a feature that stands
 * twice, the label among the features, and a range that is none or stands beside a level. */
SHEAF_MUST_USE sheaf_status sheaf_features_check(const sheaf_features *features,
                                                 sheaf_err *err);

/* Appends the schema's text, without the label. */
void sheaf_features_put(sheaf_buffer *out, const sheaf_features *features);

/* Reads a schema's text and the label's name, and checks them. */
SHEAF_MUST_USE sheaf_status sheaf_features_parse(sheaf_slice text, sheaf_slice label,
                                                 sheaf_features *out, sheaf_err *err);

/* The schema of the heart disease data: FLamby's 13 features of 9 columns, label `num`.
 *
 * The ranges are what a cardiologist would give without having seen a patient, and are not
 * taken from the data: adults from 20 to 90 years; resting blood pressure from 90 (below is
 * hypotension) to 200 mm Hg; cholesterol from 100 to 400 mg/dl (the files hold 0 where it was
 * not measured, which counts as 100); heart rate reached from 60, a pulse at rest, to 200,
 * which is 220 less an age of 20; ST depression from 0 to 5 mm. Sex, fasting blood sugar above
 * 120 mg/dl and angina on exercise are 0 or 1 by the data sheet (UCI, "Heart Disease", 1988).
 */
const sheaf_features *sheaf_features_heart(void);

#endif
