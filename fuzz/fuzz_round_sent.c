/* fuzz/fuzz_round_sent.c - any bytes in a file that a node keeps of a round: no crash, and
 * either the node stays away from the round or it makes the very messages that it had made.
 *
 * The first byte says which file, the second how: the rest stands there instead of it, the file
 * is changed by three bytes each (two for where, one for what), or it is missing.
 */
#include "node/round_keep.h"
#include "round/coordinator.h"

#include "round.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MEMBERS = 2, WORDS = 5, LAST = SHEAF_ROUND_SURVIVORS, FILE_MAX = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char *const names[] = {"seed",         "input",        "bundle-advertise",
                                    "bundle-share", "bundle-input", "bundle-survivors",
                                    "left",         "bundle-commit"};
enum { NAMES = sizeof names / sizeof *names };

static char home[] = "/tmp/fuzz-sent-XXXXXX";
static sheaf_round_keep keep;
static sheaf_round_config config;
static sheaf_keypair pair[MEMBERS];
static sheaf_hash session;
static sheaf_buffer before[NAMES], said[LAST + 1]; /* the files; what the node has said */
static const uint64_t words[WORDS] = {1, 2, 3, 4, 5};

static void draw(void *context, void *out, size_t len)
{
    (void)context;
    memset(out, 42, len);
}

static void path_of(int file, char out[SHEAF_PATH_MAX])
{
    snprintf(out, SHEAF_PATH_MAX, "%.900s/%s", keep.dir, names[file]);
}

static void put(int file, sheaf_slice bytes)
{
    char path[SHEAF_PATH_MAX];
    path_of(file, path);
    FILE *out = fopen(path, "wb");
    must(out && (!bytes.len || fwrite(bytes.data, 1, bytes.len, out) == bytes.len));
    must(fclose(out) == 0);
}

static void clear(void)
{
    char path[SHEAF_PATH_MAX];
    for (int i = 0; i < NAMES; i++) {
        path_of(i, path);
        unlink(path);
    }
    rmdir(keep.dir);
    snprintf(path, sizeof path, "%s/sent", home);
    rmdir(path);
    rmdir(home);
}

/* As the node opens the round; false: it stays away. */
static bool open_again(sheaf_participant *p, sheaf_round_own *own)
{
    const sheaf_node_ports ports = {.random = draw};
    uint8_t seed[SHEAF_SEED_BYTES];
    bool again, found;
    if (sheaf_round_keep_open(&keep, &ports, &session, seed, &again, NULL) != SHEAF_OK)
        return false;
    must(sheaf_participant_init(p, &config, 1, &pair[0], seed, NULL) == SHEAF_OK);
    bool good = sheaf_round_keep_input(&keep, p, &found, NULL) == SHEAF_OK
                && (found || sheaf_round_keep_mask(own, p, NULL) == SHEAF_OK)
                && sheaf_round_keep_replay(&keep, p, NULL) == SHEAF_OK;
    if (!good)
        sheaf_participant_deinit(p);
    return good;
}

static sheaf_slice answer(sheaf_participant *p, sheaf_coordinator *c, int stage,
                          uint32_t member)
{
    sheaf_slice message;
    sheaf_slice bundle = sheaf_coordinator_bundle(c, (sheaf_round_stage)stage, member);
    must(sheaf_participant_receive(p, bundle, &message, NULL) == SHEAF_OK);
    return message;
}

/* The round as far as LAST; the first member's node keeps it. */
static void play(void)
{
    static sheaf_coordinator c;
    static sheaf_participant p[MEMBERS];
    uint8_t seed[SHEAF_SEED_BYTES] = {9};
    sheaf_round_own own = {.keep = &keep, .words = words};
    must(sheaf_coordinator_init(&c, &config, 0, NULL) == SHEAF_OK && open_again(&p[0], &own));
    must(sheaf_participant_init(&p[1], &config, 2, &pair[1], seed, NULL) == SHEAF_OK);
    must(sheaf_participant_input(&p[1], words, WORDS, NULL) == SHEAF_OK);
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= LAST; stage++) {
        sheaf_slice bundle = sheaf_coordinator_bundle(&c, (sheaf_round_stage)stage, 1);
        sheaf_slice first = answer(&p[0], &c, stage, 1);
        must(sheaf_round_keep_answer(&keep, (sheaf_round_stage)stage, bundle, first, NULL)
             == SHEAF_OK);
        sheaf_buffer_init(&said[stage], FILE_MAX);
        sheaf_buffer_add(&said[stage], first);
        if (stage == SHEAF_ROUND_INPUT) { /* its words are in the file alone */
            char path[SHEAF_PATH_MAX];
            sheaf_buffer_init(&before[1], FILE_MAX);
            path_of(1, path);
            must(sheaf_file_read(path, &before[1], NULL) == SHEAF_OK);
            first = sheaf_buffer_slice(&before[1]);
        }
        must(sheaf_coordinator_receive(&c, first, 0, NULL) == SHEAF_ROUND_ACCEPTED);
        must(sheaf_coordinator_receive(&c, answer(&p[1], &c, stage, 2), 0, NULL)
             == SHEAF_ROUND_ACCEPTED);
    }
    for (int i = 0; i < MEMBERS; i++)
        sheaf_participant_deinit(&p[i]);
    sheaf_coordinator_deinit(&c);
}

static void prepare(void)
{
    char path[SHEAF_PATH_MAX];
    must(mkdtemp(home) != NULL);
    round_make(MEMBERS, WORDS, 64, &config, pair);
    session = sheaf_round_session(&config);
    must(sheaf_round_keep_init(&keep, home, ROUND, NULL) == SHEAF_OK);
    play();
    for (int i = 0; i < NAMES; i++) {
        path_of(i, path);
        if (!before[i].data)
            sheaf_buffer_init(&before[i], FILE_MAX);
        if (!before[i].len && sheaf_file_exists(path))
            must(sheaf_file_read(path, &before[i], NULL) == SHEAF_OK);
    }
    must(atexit(clear) == 0);
}

static void change(int file, uint8_t how, sheaf_slice in)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer changed;
    uint16_t at;
    uint8_t what;
    sheaf_buffer_init(&changed, FILE_MAX);
    path_of(file, path);
    if (how % 4 == 0) {
        unlink(path);
    } else if (how % 4 == 1) {
        put(file, in);
    } else {
        sheaf_buffer_add(&changed, sheaf_buffer_slice(&before[file]));
        while (changed.len && sheaf_take_u16(&in, &at) && sheaf_take_u8(&in, &what))
            changed.data[at % changed.len] ^= what;
        put(file, sheaf_buffer_slice(&changed));
    }
    sheaf_buffer_deinit(&changed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static sheaf_participant p;
    sheaf_slice in = {data, len};
    sheaf_round_own own = {.keep = &keep, .words = words};
    uint8_t which, how;
    if (!before[0].data)
        prepare();
    if (!sheaf_take_u8(&in, &which) || !sheaf_take_u8(&in, &how) || in.len > FILE_MAX)
        return 0;
    change(which % NAMES, how, in);
    if (open_again(&p, &own)) {
        for (int stage = SHEAF_ROUND_ADVERTISE; stage <= LAST; stage++) {
            sheaf_slice message = sheaf_participant_sent(&p, (sheaf_round_stage)stage);
            must(!message.data || sheaf_slice_equal(message, sheaf_buffer_slice(&said[stage])));
        }
        sheaf_participant_deinit(&p);
    }
    char path[SHEAF_PATH_MAX];
    path_of(which % NAMES, path);
    if (before[which % NAMES].len)
        put(which % NAMES, sheaf_buffer_slice(&before[which % NAMES]));
    else
        unlink(path);
    return 0;
}
