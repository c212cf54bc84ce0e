/* bench/bench_cohort.c - the hub's work in secure sums of 1,000 to 10,000 participants on a
 * ring, a million parameters of 32 bits each, when every tenth one drops out.
 *
 * For each cohort the hub does on one core what it would: it joins the shares of one secret for
 * each participant, agrees on the masks between those who dropped out and their neighbours who
 * stayed, hashes the survivors' masked vectors, adds them, and takes all masks off. Keys,
 * neighbours, and the number of masks and vectors are the true ones. Vectors are shorter (WORDS
 * of the million), and what is done for every word is scaled up to a million; shares are joined
 * for some participants and scaled up to all. With 1000000 as WORDS nothing is scaled but the
 * shares. Networks, disks and signatures are left out. First a small cohort plays a round on
 * its ring to the end, participants included, and its sum must be right.
 *
 * Memory: 33 bytes for each mask, 64 for each participant, and one piece of the sum: it does
 * not grow with the vectors, nor do vectors have to be there at the same time. Times are those
 * of this process on its processor, so that others on the machine disturb less.
 *
 *     bench_cohort [WORDS [PARTICIPANTS]]
 */
#include "bench.h"

#include "crypto/hash_many.h"
#include "privacy/cohort.h"
#include "round/graph.h"
#include "round/mask.h"
#include "round/shamir.h"
#include "round/words.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum {
    WORDS = 16384,
    PARAMETERS = 1000000,
    BITS = 32,
    PIECE = 16384,    /* words of the sum that are in memory */
    CHUNKS = 4,       /* hashed at a time: a vector has as many */
    POOL = 256 << 20, /* bytes of masked vectors, more than a cache holds */
    SAMPLE = 100,     /* participants whose shares are joined */
    PART = 10,        /* one in so many drops out */
    SMALL = 200,
    SMALL_WORDS = 512,
};

static const sheaf_hash session = {{7}};
static sheaf_keystreams *streams;

typedef struct {
    uint32_t members, dropped; /* positions below `dropped` go away: the ring is random */
    sheaf_cohort_graph parameters;
    sheaf_graph graph;
    sheaf_scalar *secret; /* of the pairwise masks */
    sheaf_point *point;
} cohort;

static sheaf_scalar scalar_of(uint32_t a, uint32_t b)
{
    uint8_t seed[64] = {0};
    memcpy(seed, &a, sizeof a);
    memcpy(seed + 4, &b, sizeof b);
    sheaf_hash low = sheaf_sha256(sheaf_bytes(seed, 8));
    memcpy(seed, low.bytes, sizeof low.bytes);
    return sheaf_scalar_from_uniform(seed);
}

static void cohort_open(cohort *c, uint32_t members)
{
    sheaf_cohort wanted = {.members = members,
                           .corrupt_millionths = 100000,
                           .dropped_millionths = 1000000 / PART,
                           .hub = SHEAF_HUB_SEMI_MALICIOUS,
                           .privacy_bits = 40,
                           .correctness_bits = 20};
    sheaf_hash seed = {{3}};
    sheaf_err err;
    *c = (cohort){.members = members,
                  .dropped = members / PART,
                  .secret = bench_alloc(members, sizeof *c->secret),
                  .point = bench_alloc(members, sizeof *c->point)};
    bench_must(sheaf_cohort_graph_find(&wanted, &c->parameters, &err) == SHEAF_OK
                   && sheaf_graph_init(&c->graph, &seed, members, c->parameters.degree, &err)
                          == SHEAF_OK,
               "a graph");
    for (uint32_t i = 0; i < members; i++) {
        c->secret[i] = scalar_of(i, 0);
        bench_must(sheaf_point_base(&c->point[i], &c->secret[i]), "a key");
    }
}

static void cohort_close(cohort *c)
{
    sheaf_graph_deinit(&c->graph);
    free(c->secret);
    free(c->point);
}

/* The neighbours of a participant who stay, or all of them. */
static uint32_t neighbours_of(const cohort *c, uint32_t node, bool staying, uint32_t *out)
{
    uint32_t kept = 0;
    sheaf_graph_neighbours(&c->graph, node, out);
    for (uint32_t i = 0; i < c->parameters.degree; i++)
        if (!staying || out[i] >= c->dropped)
            out[kept++] = out[i];
    return kept;
}

/* ---- the hub's work ---- */

/* Everything that has to come off the sum; returns how many masks. */
static size_t masks_agree(const cohort *c, sheaf_mask *out)
{
    uint32_t *neighbour = bench_alloc(c->parameters.degree, sizeof *neighbour);
    size_t count = 0;
    for (uint32_t i = 0; i < c->dropped; i++) {
        uint32_t stay = neighbours_of(c, i, true, neighbour);
        for (uint32_t j = 0; j < stay; j++)
            bench_must(sheaf_mask_pair(&session, &c->secret[i], i, &c->point[neighbour[j]],
                                       neighbour[j], &out[count++]),
                       "a mask");
    }
    for (uint32_t i = c->dropped; i < c->members; i++) {
        sheaf_scalar self = scalar_of(i, 1);
        sheaf_mask_self(&session, &self, i, &out[count]);
        out[count++].subtract = true;
    }
    free(neighbour);
    return count;
}

/* Joins a secret of `node` from the shares of the first neighbours who stay, and looks whether
 * it is the committed one. The seconds that it took. */
static double secret_join(const cohort *c, uint32_t node, const sheaf_scalar *secret)
{
    uint32_t t = c->parameters.threshold, k = c->parameters.degree;
    uint32_t *neighbour = bench_alloc(k, sizeof *neighbour);
    sheaf_scalar *poly = bench_alloc(t, sizeof *poly), *share = bench_alloc(t, sizeof *share);
    sheaf_scalar *lagrange = bench_alloc(t, sizeof *lagrange);
    int *index = bench_alloc(t, sizeof *index);
    sheaf_point committed;
    bench_must(neighbours_of(c, node, true, neighbour) >= t, "enough neighbours");
    poly[0] = *secret;
    for (uint32_t i = 1; i < t; i++)
        poly[i] = scalar_of(node, 100 + i);
    for (uint32_t i = 0; i < t; i++) {
        index[i] = (int)neighbour[i];
        share[i] = sheaf_shamir_share(poly, t, index[i]);
    }
    bench_must(sheaf_point_base(&committed, secret), "a commitment");
    double at = bench_core_s();
    sheaf_shamir_lagrange(index, t, lagrange);
    sheaf_scalar joined = sheaf_shamir_join(lagrange, share, t);
    bench_must(sheaf_shamir_opens(&committed, &joined), "joining shares");
    double seconds = bench_core_s() - at;
    free(neighbour);
    free(poly);
    free(share);
    free(lagrange);
    free(index);
    return seconds;
}

/* ---- a small cohort, to the end ---- */

/* One survivor's masked vector, as it makes it: its position plus the word's. */
static void vector_mask(const cohort *c, uint32_t node, uint32_t *words)
{
    uint32_t k = c->parameters.degree, *neighbour = bench_alloc(k, sizeof *neighbour);
    sheaf_mask *masks = bench_alloc(k + 1, sizeof *masks);
    sheaf_scalar self = scalar_of(node, 1);
    for (uint32_t i = 0; i < SMALL_WORDS; i++)
        words[i] = node + i;
    neighbours_of(c, node, false, neighbour);
    for (uint32_t i = 0; i < k; i++)
        bench_must(sheaf_mask_pair(&session, &c->secret[node], node, &c->point[neighbour[i]],
                                   neighbour[i], &masks[i]),
                   "a mask");
    sheaf_mask_self(&session, &self, node, &masks[k]);
    sheaf_masks_apply(streams, masks, k + 1, BITS, 0, (uint8_t *)words, SMALL_WORDS);
    free(neighbour);
    free(masks);
}

static void play_small(void)
{
    static uint32_t sum[SMALL_WORDS], words[SMALL_WORDS];
    cohort c;
    cohort_open(&c, SMALL);
    sheaf_mask *masks = bench_alloc((size_t)SMALL * SMALL, sizeof *masks);
    uint32_t right = 0;
    for (uint32_t i = 0; i < SMALL; i++) {
        sheaf_scalar self = scalar_of(i, 1);
        (void)secret_join(&c, i, i < c.dropped ? &c.secret[i] : &self);
        if (i < c.dropped)
            continue;
        vector_mask(&c, i, words);
        sheaf_words_add(BITS, (uint8_t *)sum, (const uint8_t *)words, SMALL_WORDS);
        right += i;
    }
    size_t count = masks_agree(&c, masks);
    sheaf_masks_apply(streams, masks, count, BITS, 0, (uint8_t *)sum, SMALL_WORDS);
    for (uint32_t i = 0; i < SMALL_WORDS; i++)
        bench_must(sum[i] == right + (SMALL - c.dropped) * i, "the sum on a ring");
    printf("%d participants on a ring of degree %u, %u drop out: the sum is right\n", SMALL,
           c.parameters.degree, c.dropped);
    free(masks);
    cohort_close(&c);
}

/* ---- cohorts of growing size ---- */

typedef struct {
    double shares, keys, hashing, adding, masks; /* seconds, for a million parameters */
} work;

/* What is done for every word: as many vectors and masks as there are, `words` long. */
static void work_on_words(const sheaf_mask *masks, size_t mask_count, uint32_t vectors,
                          size_t words, const uint8_t *pool, work *out)
{
    static uint8_t sum[PIECE * (BITS / 8)];
    double scale = (double)PARAMETERS / (double)words, at = bench_core_s();
    size_t bytes = words * (BITS / 8), from = 0;
    for (uint32_t i = 0; i < vectors; i += CHUNKS) {
        sheaf_slice chunk[CHUNKS];
        sheaf_hash hash[CHUNKS];
        for (int k = 0; k < CHUNKS; k++, from = (from + bytes) % (POOL - bytes))
            chunk[k] = sheaf_bytes(pool + from, bytes);
        sheaf_sha256_many(chunk, vectors - i < CHUNKS ? vectors - i : CHUNKS, hash);
    }
    out->hashing = (bench_core_s() - at) * scale;
    for (size_t first = 0; first < words; first += PIECE) {
        size_t n = words - first < PIECE ? words - first : PIECE;
        at = bench_core_s();
        for (uint32_t i = 0; i < vectors; i++, from = (from + sizeof sum) % (POOL - sizeof sum))
            sheaf_words_add(BITS, sum, pool + from / 64 * 64, n);
        out->adding += (bench_core_s() - at) * scale;
        at = bench_core_s();
        sheaf_masks_apply(streams, masks, mask_count, BITS, first, sum, n);
        out->masks += (bench_core_s() - at) * scale;
    }
}

static double peak_mib(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)use.ru_maxrss / 1024;
}

static void play_many(uint32_t members, size_t words, const uint8_t *pool)
{
    cohort c;
    work w = {0};
    cohort_open(&c, members);
    size_t most = (size_t)c.dropped * c.parameters.degree + members;
    sheaf_mask *masks = bench_alloc(most, sizeof *masks);
    double at = bench_core_s();
    size_t count = masks_agree(&c, masks);
    w.keys = bench_core_s() - at;
    for (uint32_t i = 0; i < SAMPLE; i++)
        w.shares += secret_join(&c, i * (members / SAMPLE), &c.secret[i]) * members / SAMPLE;
    work_on_words(masks, count, members - c.dropped, words, pool, &w);
    double all = w.shares + w.keys + w.hashing + w.adding + w.masks;
    printf("%7u %4u %4u %8zu %7.2f %7.2f %7.2f %7.2f %7.2f %8.1f %7.2f %8.2f %7.1f\n", members,
           c.parameters.degree, c.parameters.threshold, count, w.shares, w.keys, w.hashing,
           w.adding, w.masks, all, all / members * 1e3,
           (double)count * PARAMETERS * (BITS / 8) / w.masks / 1e9,
           peak_mib() - (double)POOL / (1 << 20));
    fflush(stdout);
    free(masks);
    cohort_close(&c);
}

static void report_limit(const char *what, double bytes, double seconds)
{
    printf("limit: %-40s %8.2f GB/s\n", what, bytes / seconds / 1e9);
}

/* The machine's limits for what takes longest. */
static void limits(const uint8_t *pool)
{
    static uint8_t piece[PIECE];
    const uint8_t key[32] = {1}, counter[16] = {0};
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    uint64_t sum = 0, word;
    int written;
    bench_must(context
                   && EVP_EncryptInit_ex(context, EVP_aes_256_ctr(), NULL, key, counter) == 1,
               "OpenSSL");
    double at = bench_core_s();
    for (size_t done = 0; done < (size_t)4 * POOL; done += PIECE)
        bench_must(EVP_EncryptUpdate(context, piece, &written, piece, PIECE) == 1, "OpenSSL");
    report_limit("masks: AES-256-CTR of OpenSSL, in cache", 4.0 * POOL, bench_core_s() - at);
    EVP_CIPHER_CTX_free(context);
    sheaf_keystreams_seek(streams, 0, key, 0);
    at = bench_core_s();
    for (size_t done = 0; done < (size_t)4 * POOL; done += PIECE)
        sheaf_keystreams_next(streams, 0, piece, PIECE);
    report_limit("the same of libipsec-mb, if it is there", 4.0 * POOL, bench_core_s() - at);
    at = bench_core_s();
    for (int run = 0; run < 2; run++)
        for (size_t i = 0; i < POOL; i += sizeof word) {
            memcpy(&word, pool + i, sizeof word);
            sum += word ^ (uint64_t)run;
        }
    double seconds = bench_core_s() - at;
    bench_must(sum != 1, "reading");
    report_limit("adding: reading memory", 2.0 * POOL, seconds);
    at = bench_core_s();
    (void)sheaf_sha256(sheaf_bytes(pool, POOL));
    report_limit("hashes: SHA-256 of OpenSSL, one by one", POOL, bench_core_s() - at);
}

int main(int argc, char **argv)
{
    static const uint32_t sizes[] = {1000, 2000, 4000, 10000};
    size_t words = argc > 1 ? strtoul(argv[1], NULL, 10) : WORDS;
    unsigned long only = argc > 2 ? strtoul(argv[2], NULL, 10) : SMALL;
    if (words < 1024 || words > PARAMETERS || only < SMALL || only > 100000) {
        fprintf(stderr,
                "usage: bench_cohort [WORDS [PARTICIPANTS]]   (1024 to %d, %d to 100000)\n",
                PARAMETERS, SMALL);
        return 2;
    }
    bench_must(sheaf_crypto_start(), "libsodium");
    streams = sheaf_keystreams_open();
    bench_must(streams != NULL, "opening key streams");
    uint8_t *pool = bench_alloc(POOL, 1);
    memset(pool, 1, POOL); /* touch every page before the clock runs */
    limits(pool);
    play_small();
    printf("hub, one core, %d parameters of %d bits (measured with %zu), one in %d drops out;\n"
           "seconds of work, of them for each participant, stream of the masks, memory\n"
           "      n    k    t    masks  shares    keys  hashes  adding   masks    total  ms "
           "each   GB/s      MiB\n",
           PARAMETERS, BITS, words, PART);
    for (size_t i = 0; argc <= 2 && i < sizeof sizes / sizeof *sizes; i++)
        play_many(sizes[i], words, pool);
    if (argc > 2)
        play_many((uint32_t)only, words, pool);
    free(pool);
    sheaf_keystreams_close(streams);
    return 0;
}
