#include "learn/model_file.h"

#include "learn/statistics.h"

#include <math.h>

/* False for every double that the writer does not give. */
static bool units_of(double value, int64_t min, int64_t max, int64_t *out)
{
    const double units = value * (double)SHEAF_UNIT; /* exact: a power of two */
    if (!(fabs(units) < ldexp(1, 52)) || units != floor(units)
        || (value == 0 && signbit(value)))
        return false;
    *out = (int64_t)units;
    return *out >= min && *out <= max;
}

sheaf_status sheaf_model_file_units(const sheaf_safetensors *file, const char *name,
                                    uint64_t rows, uint64_t columns, int64_t min, int64_t max,
                                    int64_t *out, sheaf_err *err)
{
    const sheaf_tensor *tensor;
    SHEAF_TRY(
        sheaf_safetensors_expect(file, name, SHEAF_TENSOR_F64, rows, columns, &tensor, err));
    for (uint64_t i = 0; i < tensor->count; i++)
        if (!units_of(sheaf_tensor_f64(tensor, i), min, max, &out[i]))
            return sheaf_fail(err, SHEAF_INVALID,
                              "value %llu of the tensor %s is not a whole number of 2^-24 "
                              "within its bounds",
                              (unsigned long long)i, name);
    return SHEAF_OK;
}

sheaf_status sheaf_model_file_number(const sheaf_safetensors *file, const char *name,
                                     uint32_t *out, sheaf_err *err)
{
    sheaf_slice text = sheaf_safetensors_note(file, name);
    uint64_t value = 0;
    bool holds =
        text.data && text.len > 0 && text.len < 11 && (text.data[0] != '0' || text.len == 1);
    for (size_t i = 0; holds && i < text.len; i++) {
        holds = text.data[i] >= '0' && text.data[i] <= '9';
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    if (!holds || value > UINT32_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the model file's note %s is not a number", name);
    *out = (uint32_t)value;
    return SHEAF_OK;
}

sheaf_status sheaf_model_file_same(sheaf_slice file, sheaf_buffer *again, const char *what,
                                   sheaf_err *err)
{
    sheaf_status status = sheaf_buffer_check(again, what, err);
    if (status == SHEAF_OK && !sheaf_slice_equal(sheaf_buffer_slice(again), file))
        status = sheaf_fail(err, SHEAF_INVALID, "the model file holds more than %s", what);
    sheaf_buffer_deinit(again);
    return status;
}
