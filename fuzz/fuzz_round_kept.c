/* fuzz/fuzz_round_kept.c - any bytes where a hub's records of a round should be: no crash, and
 * no stage without records that lead to it. */
#include "round/kept.h"

enum { MEMBERS = 2 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(bool holds)
{
    if (!holds)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static sheaf_coordinator c;
    static sheaf_round_config config;
    config = (sheaf_round_config){.origin = "sheaf/abcdefghijklmnopqrstuvwxyz",
                                  .round = 7,
                                  .words = 2,
                                  .bits = 64,
                                  .count = MEMBERS,
                                  .degree = MEMBERS - 1,
                                  .threshold = 2,
                                  .min_survivors = 2,
                                  .stage_ms = {9, 9, 9, 9, 9, 9}};
    sheaf_round_kept kept;
    size_t sound = 0;
    must(sheaf_crypto_start());
    for (int i = 0; i < MEMBERS; i++) {
        sheaf_keypair pair;
        uint8_t seed[32] = {(uint8_t)(i + 1)};
        sheaf_keypair_from_seed(&pair, seed);
        config.members[i].member = (uint32_t)i + 1;
        memcpy(config.members[i].public, pair.public, SHEAF_PUBLIC_BYTES);
    }
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
