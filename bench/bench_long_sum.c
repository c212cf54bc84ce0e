/* bench/bench_long_sum.c - a whole round of vectors far longer than memory should hold: three
 * participants stay of four, 125,000,000 words of 32 bits each. The masked vectors go through
 * files, as with a node and a hub: masked chunk by chunk into one file, taken from there piece
 * by piece into another, added up from there into a sum that is checked as it comes out. Then
 * the transcript is checked, and ten chunks of it are added up again, as a participant does
 * that attests a large model. Everything runs in this one process, and what it ever had in
 * memory is printed beside what a vector takes.
 *
 *     bench_long_sum [WORDS]
 */
#include "bench.h"

#include "round/arrival.h"
#include "round/participant.h"
#include "round/transcript.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { COUNT = 4, STAY = 3, WORDS = 125000000, PIECE = 65536, ATTESTED = 10 };

/* Chunks one behind the other, in the order in which they came. */
typedef struct {
    int fd;
    size_t count, max;
    sheaf_hash *hashes;
} chunk_file;

static void write_at(int fd, sheaf_slice bytes, uint64_t at)
{
    bench_must(pwrite(fd, bytes.data, bytes.len, (off_t)at) == (ssize_t)bytes.len,
               "writing a file");
}

static sheaf_status chunk_put(void *context, const sheaf_chunk_name *name, sheaf_slice chunk,
                              sheaf_err *err)
{
    chunk_file *file = context;
    (void)err;
    bench_must(file->count < file->max, "room for a chunk");
    write_at(file->fd, chunk, (uint64_t)file->count * SHEAF_ROUND_CHUNK_BYTES);
    file->hashes[file->count++] = name->hash;
    return SHEAF_OK;
}

static sheaf_status chunk_get(void *context, const sheaf_chunk_name *name, uint8_t *scratch,
                              const uint8_t **out, sheaf_err *err)
{
    const chunk_file *file = context;
    for (size_t i = 0; i < file->count; i++) {
        if (!sheaf_hash_equal(&file->hashes[i], &name->hash))
            continue;
        bench_must(pread(file->fd, scratch, name->len, (off_t)i * SHEAF_ROUND_CHUNK_BYTES)
                       == (ssize_t)name->len,
                   "reading a file");
        *out = scratch;
        return SHEAF_OK;
    }
    return sheaf_fail(err, SHEAF_IO, "there is no such chunk");
}

/* What participant i gives at word k. */
static uint64_t value_of(int i, uint64_t k)
{
    return (k * 2654435761u + (uint64_t)i) % 4000 - 2000;
}

typedef struct {
    int i, fd;
} member_file;

static sheaf_status values_read(void *context, uint64_t first, uint64_t *values, size_t count,
                                sheaf_err *err)
{
    const member_file *own = context;
    (void)err;
    for (size_t k = 0; k < count; k++)
        values[k] = value_of(own->i, first + k);
    return SHEAF_OK;
}

static sheaf_status masked_write(void *context, uint64_t at, sheaf_slice words, sheaf_err *err)
{
    (void)err;
    write_at(((const member_file *)context)->fd, words, at);
    return SHEAF_OK;
}

static sheaf_status sum_check(void *context, uint64_t first, const uint64_t *words,
                              size_t count, sheaf_err *err)
{
    uint64_t *checked = context;
    (void)err;
    for (size_t k = 0; k < count; k++) {
        uint64_t want = 0;
        for (int i = 0; i < STAY; i++)
            want += value_of(i, first + k);
        bench_must(words[k] == want, "the sum");
    }
    *checked += count;
    return SHEAF_OK;
}

typedef struct {
    sheaf_round_config config;
    sheaf_coordinator c;
    sheaf_participant p[COUNT];
    member_file own[COUNT];
    chunk_file store;
    uint64_t checked;
} long_round;

static int file_open(const char *dir, const char *name)
{
    char path[SHEAF_PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bench_must(fd >= 0, "making a file");
    return fd;
}

static void open_round(long_round *r, uint32_t words, const char *dir)
{
    sheaf_keypair pair[COUNT];
    bench_round_make(COUNT, STAY, words, 32, &r->config, pair);
    bench_must(sheaf_coordinator_init(&r->c, &r->config, 0, NULL) == SHEAF_OK, "coordinator");
    r->store =
        (chunk_file){.fd = file_open(dir, "hub"), .max = COUNT * sheaf_chunk_count(&r->config)};
    r->store.hashes = bench_alloc(r->store.max, sizeof *r->store.hashes);
    sheaf_coordinator_stream(&r->c, (sheaf_chunk_store){chunk_put, {&r->store, chunk_get}},
                             (sheaf_sum_sink){&r->checked, sum_check});
    for (int i = 0; i < COUNT; i++) {
        uint8_t seed[32] = {(uint8_t)(i + 50)};
        r->own[i] = (member_file){i, file_open(dir, "member")};
        bench_must(
            sheaf_participant_init(&r->p[i], &r->config, (uint32_t)i, &pair[i], seed, NULL)
                    == SHEAF_OK
                && sheaf_participant_stream(
                       &r->p[i], (sheaf_vector_stream){&r->own[i], values_read, masked_write},
                       NULL)
                       == SHEAF_OK,
            "a participant");
    }
}

/* The file of participant i on its way to the coordinator. One after the other they use the
 * same one. */
static void upload(long_round *r, int i, sheaf_slice head)
{
    static uint8_t piece[PIECE];
    sheaf_arrival *arrival;
    size_t len = sheaf_round_vector_bytes(&r->config);
    bench_must(sheaf_arrival_open(&r->c, head, 0, &arrival, NULL) == SHEAF_ROUND_ACCEPTED,
               "the head of an input");
    for (size_t at = 0; at < len; at += PIECE) {
        size_t n = len - at < PIECE ? len - at : PIECE;
        bench_must(pread(r->own[i].fd, piece, n, (off_t)at) == (ssize_t)n, "reading a file");
        bench_must(sheaf_arrival_add(arrival, sheaf_bytes(piece, n), NULL) == SHEAF_OK,
                   "a piece of an input");
    }
    bench_must(sheaf_arrival_close(arrival, &r->c, 0, NULL) == SHEAF_ROUND_ACCEPTED,
               "an input");
}

static void play(long_round *r)
{
    double bytes = (double)sheaf_round_vector_bytes(&r->config);
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_REVEAL; stage++) {
        double at = bench_now_s();
        for (int i = 0; i < (stage < SHEAF_ROUND_INPUT ? COUNT : STAY); i++) {
            sheaf_slice message;
            bench_must(sheaf_participant_receive(
                           &r->p[i],
                           sheaf_coordinator_bundle(&r->c, (sheaf_round_stage)stage,
                                                    r->config.members[i].member),
                           &message, NULL)
                           == SHEAF_OK,
                       "a bundle");
            if (stage == SHEAF_ROUND_INPUT)
                upload(r, i, message);
            else
                bench_must(sheaf_coordinator_receive(&r->c, message, 0, NULL)
                               == SHEAF_ROUND_ACCEPTED,
                           "a message");
        }
        if (stage == SHEAF_ROUND_INPUT) {
            sheaf_coordinator_tick(&r->c, 1); /* the fourth is gone */
            bench_report("masked, written, read, hashed twice, kept", STAY * bytes / 1e6, "MB",
                         bench_now_s() - at);
        }
        if (stage == SHEAF_ROUND_REVEAL) {
            sheaf_hash transcript;
            bench_must(sheaf_coordinator_sum_make(&r->c, &transcript, NULL) == SHEAF_OK,
                       "adding up");
            sheaf_coordinator_sum_end(&r->c, &transcript);
            bench_report("added up, masks taken off, checked", STAY * bytes / 1e6, "MB",
                         bench_now_s() - at);
        }
    }
    bench_must(r->checked == r->config.words, "the sum");
}

static void attest(long_round *r)
{
    sheaf_buffer transcript;
    sheaf_chunk_source source = {&r->store, chunk_get};
    sheaf_sum_sink sink = {&r->checked, sum_check};
    size_t chunks = sheaf_chunk_count(&r->config);
    sheaf_buffer_init(&transcript, sheaf_transcript_max(&r->config));
    bench_must(sheaf_coordinator_transcript(&r->c, &transcript, NULL) == SHEAF_OK,
               "the transcript");
    double at = bench_now_s();
    for (size_t k = 0; k < ATTESTED; k++)
        bench_must(sheaf_transcript_chunks(sheaf_buffer_slice(&transcript), &r->config, &source,
                                           k * chunks / ATTESTED, 1, &sink, NULL, NULL)
                       == SHEAF_OK,
                   "a chunk");
    printf(
        "the transcript has %.1f KB; %d of %zu chunks checked and added up again in %.3f s\n",
        (double)transcript.len / 1e3, ATTESTED, chunks, bench_now_s() - at);
    sheaf_buffer_deinit(&transcript);
}

int main(int argc, char **argv)
{
    char dir[SHEAF_PATH_MAX];
    struct rusage usage;
    unsigned long words = argc > 1 ? strtoul(argv[1], NULL, 10) : WORDS;
    if (words < 1000000 || words > SHEAF_ROUND_WORDS_MAX) {
        fprintf(stderr, "usage: bench_long_sum [WORDS]   (1000000 to %d)\n",
                SHEAF_ROUND_WORDS_MAX);
        return 2;
    }
    bench_must(sheaf_crypto_start(), "libsodium");
    long_round *r = bench_alloc(1, sizeof *r);
    bench_folder_make(dir);
    open_round(r, (uint32_t)words, dir);
    printf("a round of %lu words of 32 bits, %d of %d participants stay\n", words, STAY, COUNT);
    play(r);
    attest(r);
    getrusage(RUSAGE_SELF, &usage);
    printf("all of it in %.1f MB of memory, at the most; a vector has %.1f MB\n",
           (double)usage.ru_maxrss * 1024 / 1e6,
           (double)sheaf_round_vector_bytes(&r->config) / 1e6);
    for (int i = 0; i < COUNT; i++) {
        sheaf_participant_deinit(&r->p[i]);
        close(r->own[i].fd);
    }
    sheaf_coordinator_deinit(&r->c);
    close(r->store.fd);
    free(r->store.hashes);
    free(r);
    bench_folder_remove(dir);
    return 0;
}
