/* learn/forecast.h - forecasts of a series by one linear map of its recent past, learned in
 * closed form from one exact sum.
 *
 * A window gives as inputs the `look_back` values before its origin and as targets the
 * `horizon` values from it on, each less the last value of the look-back; the map is one for
 * all series, without a constant (the linear map of DLinear and NLinear: Zeng et al., "Are
 * Transformers Effective for Time Series Forecasting?", AAAI 2023). Ridge regression on all
 * members' windows needs nothing but the sums X'X and X'Y over them, so one secure sum gives
 * the very model of the pooled data.
 *
 * Each series is standardised by the mean and population deviation of its own training part and
 * rounded to units of 2^-18 within +-16. From there on all is integers up to the summed words:
 *
 *     the upper triangle of X'X row by row, X'Y row by row, the number of windows
 *
 * Why 64 bits are enough: in a window each place holds another step of the series, and the
 * squares of a standardised series' training part add up to their number, N in units of 2^36
 * (rounding adds less than one in 2^17, the bounds only take away). By Cauchy and Schwarz every
 * sum of products of two places is at most N, and a word is made of four such sums. So all
 * members together may have 2^24 known training points before a word could pass 2^62; one
 * member's file cannot hold more (SHEAF_SERIES_POINTS_MAX), and whoever sums checks each word
 * against 2^63 over the number of members.
 *
 * The step from the sum to the map is a Cholesky factorisation in doubles whose every element
 * takes its operations in one order, without fused operations: the same bytes everywhere.
 * Weights are integers in units of 2^-24.
 */
#ifndef SHEAF_LEARN_FORECAST_H
#define SHEAF_LEARN_FORECAST_H

#include "base/buffer.h"
#include "learn/noised.h"
#include "learn/series.h"

enum {
    SHEAF_LOOK_BACK_MAX = 1024,
    SHEAF_HORIZON_MAX = 1024,
    SHEAF_FORECAST_EVERY_MAX = 1 << 20,
    SHEAF_FORECAST_LAMBDA_MAX = 1000000000, /* millionths */
    SHEAF_FORECAST_SEASONS_MAX = 64,
    SHEAF_FORECAST_NOISED_ERROR_MAX =
        2, /* deviations; a member's mean beyond counts as so many */
    SHEAF_SCALED_BITS = 18,
    SHEAF_SCALED_MAX = 16 << SHEAF_SCALED_BITS,
};
#define SHEAF_SCALED_UNIT (1.0 / (1 << SHEAF_SCALED_BITS))

/* What a model's registration says of it. */
typedef struct {
    uint32_t look_back, horizon; /* steps */
    uint32_t every;             /* steps from window to window; 0: forecasts from midnight on */
    uint32_t step_s;            /* seconds; members with another step cannot take part */
    uint32_t season;            /* steps, at most look_back: 24 hours, 48 half hours, 7 days */
    uint32_t lambda_millionths; /* of the penalty, times the number of windows; above 0 */
} sheaf_forecast_terms;

SHEAF_MUST_USE sheaf_status sheaf_forecast_terms_check(const sheaf_forecast_terms *terms,
                                                       sheaf_err *err);

/* ---- a member's data ---- */

/* value = mean + scale * z * SHEAF_SCALED_UNIT but where it was beyond the bounds. */
typedef struct {
    const sheaf_series *series;
    double mean, scale; /* scale 0: nothing is known to standardise by; it gives no windows */
    int32_t *z;         /* by step; anything where there is a gap */
} sheaf_scaled;

typedef struct {
    uint32_t count;
    sheaf_scaled *items;
    int32_t *block;
    sheaf_windows windows; /* of which the sums are */
} sheaf_scaled_set;

/* Standardises by the training part, or with `whole` by all there is. Borrows the series.
 * Refuses a step that is not the terms'. */
SHEAF_MUST_USE sheaf_status sheaf_scaled_open(const sheaf_series_set *set,
                                              const sheaf_forecast_terms *terms, bool whole,
                                              sheaf_scaled_set *out, sheaf_err *err);
void sheaf_scaled_close(sheaf_scaled_set *set);

/* From here on the windows are those that have this room around their origins too. Then all
 * sums of shorter terms over the same room are among the words of the longest: X'X and X'Y of
 * the steps around the same origins. */
void sheaf_scaled_room(sheaf_scaled_set *set, uint32_t look_back, uint32_t horizon);

/* What is behind the `void *` of the kind (learn/kind.h). */
typedef struct {
    sheaf_series_set set;
    sheaf_scaled_set scaled; /* of the set; all that is learned from */
} sheaf_forecast_data;

/* ---- learning ---- */

static inline size_t sheaf_forecast_words(uint32_t look_back, uint32_t horizon)
{
    return (size_t)look_back * (look_back + 1) / 2 + (size_t)look_back * horizon + 1;
}

/* The sums over the windows of all training parts; all zero where there is none. */
SHEAF_MUST_USE sheaf_status sheaf_forecast_sums(const sheaf_scaled_set *data,
                                                const sheaf_forecast_terms *terms,
                                                int64_t *words, sheaf_err *err);

/* From the summed words the weights, look_back x horizon. Refuses sums that no windows have. */
SHEAF_MUST_USE sheaf_status sheaf_forecast_solve(const sheaf_forecast_terms *terms,
                                                 const int64_t *words, int64_t *weight,
                                                 sheaf_err *err);

/* ---- the model ---- */

/* How many weights a seasonal map has: one a season of the look-back. */
static inline uint32_t sheaf_forecast_seasons(const sheaf_forecast_terms *terms)
{
    uint32_t seasons = terms->look_back / terms->season;
    return seasons < SHEAF_FORECAST_SEASONS_MAX ? seasons : SHEAF_FORECAST_SEASONS_MAX;
}

/* Weights of a full map, or of a seasonal one: that forecasts the last value plus
 * weight[k] times what the same moment k + 1 seasons ago was above it. */
typedef struct {
    sheaf_forecast_terms terms;
    sheaf_series_columns columns;
    bool seasonal;
    int64_t *weight; /* look_back x horizon, or one a season; in units of 2^-24 */
} sheaf_forecaster;

static inline size_t sheaf_forecaster_weights(const sheaf_forecaster *model)
{
    return model->seasonal ? sheaf_forecast_seasons(&model->terms)
                           : (size_t)model->terms.look_back * model->terms.horizon;
}

/* All weights zero. Refuses terms and columns without meaning. */
SHEAF_MUST_USE sheaf_status sheaf_forecaster_open(const sheaf_forecast_terms *terms,
                                                  const sheaf_series_columns *columns,
                                                  bool seasonal, sheaf_forecaster *out,
                                                  sheaf_err *err);
void sheaf_forecaster_close(sheaf_forecaster *model);

/* ---- learning by steps ----
 *
 * Under noise every weight costs accuracy, and a full map has thousands. A seasonal map has a
 * handful, begins with the mean of the last seasons, which tells of nobody, and is learned by
 * steps of gradient descent on the mean squared error of standardised values; what a member
 * then sends is how far its weights have moved (learn/noised.h, unit member).
 */

/* The mean of the look-back's seasons. */
SHEAF_MUST_USE sheaf_status sheaf_forecaster_begin(const sheaf_forecast_terms *terms,
                                                   const sheaf_series_columns *columns,
                                                   sheaf_forecaster *out, sheaf_err *err);

/* How far the training's steps, each over all windows of the training parts, move the weights
 * of a seasonal map, clipped and rounded at random: terms->words values, one a weight; zeros
 * where there is no window. */
SHEAF_MUST_USE sheaf_status sheaf_forecaster_change(
    const sheaf_noised_terms *terms, const sheaf_forecaster *current,
    const sheaf_scaled_set *data, const uint8_t rounding_seed[SHEAF_NOISED_SEED],
    int64_t *values, sheaf_err *err);

/* Moves the weights by the summed words, in place. */
SHEAF_MUST_USE sheaf_status sheaf_forecaster_step(const sheaf_noised_terms *terms,
                                                  const uint64_t *words,
                                                  sheaf_forecaster *model, sheaf_err *err);

/* As safetensors (learn/safetensors.h): one model, one byte string. */
#define SHEAF_FORECASTER_FORMAT "sheaf-forecaster/1"
void sheaf_forecaster_write(sheaf_buffer *out, const sheaf_forecaster *model);
SHEAF_MUST_USE sheaf_status sheaf_forecaster_read(sheaf_slice file, sheaf_forecaster *out,
                                                  sheaf_err *err);

/* The next `horizon` values of each series after its last step, in its own unit: out has
 * data->count x horizon places, NAN in all of a series whose last look_back steps are not all
 * known. `data` is standardised as a whole. */
SHEAF_MUST_USE sheaf_status sheaf_forecaster_ahead(const sheaf_forecaster *model,
                                                   const sheaf_scaled_set *data, double *out,
                                                   sheaf_err *err);

/* ---- how good it is ---- */

/* Summed words: how many points were forecast; then of the model, and once more of the seasonal
 * naive forecast, which repeats the last season of the look-back, the sums of
 *
 *     the error, its magnitude and its square, of standardised values, in units of 2^-18
 *     the error's magnitude in units of 2^-20 of the series' own unit, and that number's
 *     square: the low 48 bits of each member's sum, and what is above them
 */
enum {
    SHEAF_FORECAST_POINTS, /* windows times horizon */
    SHEAF_FORECAST_MODEL,
    SHEAF_FORECAST_ERROR_WORDS = 6,
    SHEAF_FORECAST_NAIVE = SHEAF_FORECAST_MODEL + SHEAF_FORECAST_ERROR_WORDS,
    SHEAF_FORECAST_EVALUATION_WORDS = SHEAF_FORECAST_NAIVE + SHEAF_FORECAST_ERROR_WORDS
};

/* Over the windows that forecast steps of the test parts. */
SHEAF_MUST_USE sheaf_status sheaf_forecaster_evaluate(const sheaf_forecaster *model,
                                                      const sheaf_scaled_set *data,
                                                      int64_t *words, sheaf_err *err);

/* The same of the model's standardised errors alone, the words before SHEAF_FORECAST_UNIT: they
 * always fit, however large the series' own values are. */
enum { SHEAF_FORECAST_UNIT = SHEAF_FORECAST_MODEL + 3 };
SHEAF_MUST_USE sheaf_status sheaf_forecaster_evaluate_scaled(const sheaf_forecaster *model,
                                                             const sheaf_scaled_set *data,
                                                             int64_t words[SHEAF_FORECAST_UNIT],
                                                             sheaf_err *err);

typedef struct {
    int64_t bias_millionths, absolute_millionths, square_millionths; /* means, standardised */
    int64_t mae_millionths, rmse_millionths; /* in the series' own unit */
} sheaf_forecast_errors;

typedef struct {
    uint64_t points;
    sheaf_forecast_errors model, naive;
} sheaf_forecast_figures;

/* From the summed words; integers only. Refuses sums that no forecasts have. */
SHEAF_MUST_USE sheaf_status sheaf_forecast_figures_of(const int64_t *words,
                                                      sheaf_forecast_figures *out,
                                                      sheaf_err *err);

#endif
