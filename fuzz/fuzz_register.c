/* fuzz_register.c - any bytes as a backup of the register and as what is inside: no crash, and
 * nothing opens without the officers' keys. */
#include "store/register.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static sheaf_status look(void *context, const sheaf_detail *detail, sheaf_value value,
                         sheaf_err *err)
{
    sheaf_hash made = sheaf_commit(detail->salt, detail->text);
    (void)context;
    (void)err;
    if (value != SHEAF_VALUE_HELD || !sheaf_hash_equal(&made, &detail->commitment))
        __builtin_trap();
    return SHEAF_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const uint8_t seed[SHEAF_BOX_SEED_BYTES] = {1};
    static sheaf_register reg;
    sheaf_box_pair pair;
    sheaf_buffer plain;
    sheaf_slice in = sheaf_bytes(data, len);
    sheaf_box_pair_from_seed(&pair, seed);
    sheaf_buffer_init(&plain, SHEAF_REGISTER_PLAIN_MAX);
    if (sheaf_register_read(in, &reg, NULL) == SHEAF_OK) {
        if (reg.threshold < 1 || reg.threshold > reg.officer_count
            || sheaf_register_open(&reg, &pair, 0, &plain, NULL) == SHEAF_OK)
            __builtin_trap();
        (void)(sheaf_register_open(&reg, &pair, 1, &plain, NULL) == SHEAF_OK);
    }
    (void)(sheaf_register_details(in, look, NULL, NULL) == SHEAF_OK);
    sheaf_register_deinit(&reg);
    sheaf_buffer_deinit(&plain);
    return 0;
}
