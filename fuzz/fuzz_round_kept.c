/* fuzz/fuzz_round_kept.c - any bytes where a hub's records of a round should be: no crash, and
 * no stage without records that lead to it. */
#include "round/kept.h"

#include "round.h"

enum { MEMBERS = 2 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static sheaf_coordinator c;
    static sheaf_round_config config;
    sheaf_keypair pair[MEMBERS];
    sheaf_round_kept kept;
    size_t sound = 0;
    round_make(MEMBERS, 2, 64, &config, pair);
    must(sheaf_coordinator_init(&c, &config, 0, NULL) == SHEAF_OK);
    sheaf_round_kept_begin(&kept, &c);
    if (sheaf_round_kept_restore(&kept, &c, sheaf_bytes(data, len), 0, &sound, NULL)
        == SHEAF_OK) {
        must(sound <= len);
        must(sound <= sheaf_round_kept_max(&config));
        must(sound > 0 || sheaf_coordinator_stage(&c) == SHEAF_ROUND_ADVERTISE);
    }
    sheaf_coordinator_deinit(&c);
    return 0;
}
