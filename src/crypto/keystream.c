#include "crypto/keystream.h"

#include "crypto/processor.h"

#include <assert.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>

#ifdef SHEAF_WITH_IPSEC_MB
#define NO_COMPAT_IMB_API_053 /* no names of before 0.53 */
#include <intel-ipsec-mb.h>
#endif

#ifdef NDEBUG
#error "the asserts are the bounds of key streams: build without NDEBUG"
#endif

enum { ROUND_KEYS = 15, PIECE = 16384 };

typedef struct {
    bool cut;       /* within a block: its rest is gone */
    uint64_t block; /* that comes next */
    EVP_CIPHER_CTX *context;
    _Alignas(16) uint8_t keys[ROUND_KEYS * SHEAF_KEYSTREAM_BLOCK]; /* by libipsec-mb */
} keystream;

struct sheaf_keystreams {
    EVP_CIPHER *cipher;
    struct IMB_MGR *manager; /* of libipsec-mb, or NULL */
    keystream stream[SHEAF_KEYSTREAMS];
};

/* What is encrypted: the stream itself is what is left of it. */
static const uint8_t zeros[PIECE];

static void counter_put(uint64_t block, uint8_t out[SHEAF_KEYSTREAM_BLOCK])
{
    memset(out, 0, SHEAF_KEYSTREAM_BLOCK);
    for (int i = 0; i < 8; i++)
        out[15 - i] = (uint8_t)(block >> 8 * i);
}

/* ---- libipsec-mb ---- */

#ifdef SHEAF_WITH_IPSEC_MB
/* NULL where the processor has not what makes it faster, or memory is spent. */
static IMB_MGR *manager_open(void)
{
    const uint64_t wanted = IMB_CPUFLAGS_AVX512_T2 | IMB_FEATURE_SELF_TEST_PASS;
    IMB_MGR *manager = sheaf_processor_has_avx512() ? alloc_mb_mgr(0) : NULL;
    if (!manager)
        return NULL;
    if ((manager->features & IMB_CPUFLAGS_AVX512_T2) == IMB_CPUFLAGS_AVX512_T2)
        init_mb_mgr_avx512(manager); /* and tests itself with published vectors */
    if ((manager->features & wanted) == wanted && imb_get_errno(manager) == 0)
        return manager;
    free_mb_mgr(manager);
    return NULL;
}

static void manager_close(IMB_MGR *manager)
{
    if (manager)
        free_mb_mgr(manager);
}

static void manager_seek(IMB_MGR *manager, keystream *s, const uint8_t seed[32])
{
    _Alignas(16) uint8_t unused[sizeof s->keys];
    IMB_AES_KEYEXP_256(manager, seed, s->keys, unused);
    sodium_memzero(unused, sizeof unused);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the job writes there */
static void manager_next(IMB_MGR *manager, const keystream *s, uint8_t *out, size_t len)
{
    uint8_t counter[SHEAF_KEYSTREAM_BLOCK];
    counter_put(s->block, counter);
    IMB_JOB job = {.cipher_mode = IMB_CIPHER_CNTR,
                   .cipher_direction = IMB_DIR_ENCRYPT,
                   .hash_alg = IMB_AUTH_NULL,
                   .enc_keys = s->keys,
                   .dec_keys = s->keys, /* asked for, not used */
                   .key_len_in_bytes = IMB_KEY_256_BYTES,
                   .iv = counter,
                   .iv_len_in_bytes = sizeof counter,
                   .src = zeros,
                   .dst = out,
                   .msg_len_to_cipher_in_bytes = len};
    uint32_t done = IMB_SUBMIT_CIPHER_BURST(manager, &job, 1, IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT,
                                            IMB_KEY_256_BYTES);
    assert(done == 1 && job.status == IMB_STATUS_COMPLETED);
}
#else
static struct IMB_MGR *manager_open(void)
{
    return NULL;
}

static void manager_close(struct IMB_MGR *manager)
{
    assert(!manager);
}

static void manager_seek(struct IMB_MGR *manager, keystream *s, const uint8_t seed[32])
{
    (void)s, (void)seed;
    assert(!manager);
}

static void manager_next(struct IMB_MGR *manager, const keystream *s, uint8_t *out, size_t len)
{
    (void)s, (void)out, (void)len;
    assert(!manager);
}
#endif

/* ---- either ---- */

sheaf_keystreams *sheaf_keystreams_open(void)
{
    sheaf_keystreams *streams = calloc(1, sizeof *streams);
    if (!streams)
        return NULL;
    streams->manager = manager_open();
    if (streams->manager)
        return streams;
    free(streams);
    return sheaf_keystreams_open_openssl();
}

sheaf_keystreams *sheaf_keystreams_open_openssl(void)
{
    sheaf_keystreams *streams = calloc(1, sizeof *streams);
    if (!streams)
        return NULL;
    streams->cipher = EVP_CIPHER_fetch(NULL, "AES-256-CTR", NULL);
    bool open = streams->cipher != NULL;
    for (size_t i = 0; i < SHEAF_KEYSTREAMS; i++) {
        streams->stream[i].context = EVP_CIPHER_CTX_new();
        open = open && streams->stream[i].context;
    }
    if (open)
        return streams;
    sheaf_keystreams_close(streams);
    return NULL;
}

void sheaf_keystreams_close(sheaf_keystreams *streams)
{
    if (!streams)
        return;
    for (size_t i = 0; i < SHEAF_KEYSTREAMS; i++)
        EVP_CIPHER_CTX_free(streams->stream[i].context); /* wipes the key schedule */
    EVP_CIPHER_free(streams->cipher);
    manager_close(streams->manager);
    sodium_memzero(streams, sizeof *streams);
    free(streams);
}

void sheaf_keystreams_seek(sheaf_keystreams *streams, size_t i, const uint8_t seed[32],
                           uint64_t from)
{
    uint8_t counter[SHEAF_KEYSTREAM_BLOCK];
    assert(i < SHEAF_KEYSTREAMS);
    assert(from % SHEAF_KEYSTREAM_BLOCK == 0 && from < SHEAF_KEYSTREAM_MAX);
    keystream *s = &streams->stream[i];
    s->cut = false;
    s->block = from / SHEAF_KEYSTREAM_BLOCK;
    if (streams->manager) {
        manager_seek(streams->manager, s, seed);
        return;
    }
    counter_put(s->block, counter);
    int ok = EVP_EncryptInit_ex2(s->context, streams->cipher, seed, counter, NULL);
    assert(ok == 1); /* nothing here takes memory */
}

static void piece_make(const sheaf_keystreams *streams, const keystream *s, uint8_t *out,
                       size_t len)
{
    int made = 0;
    if (streams->manager) {
        manager_next(streams->manager, s, out, len);
        return;
    }
    int ok = EVP_EncryptUpdate(s->context, out, &made, zeros, (int)len);
    assert(ok == 1 && (size_t)made == len);
}

void sheaf_keystreams_next(sheaf_keystreams *streams, size_t i, uint8_t *out, size_t len)
{
    assert(i < SHEAF_KEYSTREAMS);
    keystream *s = &streams->stream[i];
    assert(!s->cut && len <= SHEAF_KEYSTREAM_MAX - s->block * SHEAF_KEYSTREAM_BLOCK);
    s->cut = len % SHEAF_KEYSTREAM_BLOCK != 0;
    while (len > 0) {
        size_t piece = len < sizeof zeros ? len : sizeof zeros;
        piece_make(streams, s, out, piece);
        s->block += piece / SHEAF_KEYSTREAM_BLOCK;
        out += piece;
        len -= piece;
    }
}
