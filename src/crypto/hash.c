/* OpenSSL 3 calls SHA256_Init() and its kin deprecated, but its newer calls look the algorithm
 * up anew for every hash: 350 ns instead of 90 ns for a node of a Merkle tree. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/hash.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sodium.h>

sheaf_hash sheaf_sha256(sheaf_slice data)
{
    return sheaf_sha256_parts(&data, 1);
}

sheaf_hash sheaf_sha256_parts(const sheaf_slice *parts, size_t count)
{
    SHA256_CTX context;
    sheaf_hash out;
    SHA256_Init(&context);
    for (size_t i = 0; i < count; i++)
        SHA256_Update(&context, parts[i].data, parts[i].len);
    SHA256_Final(out.bytes, &context);
    return out;
}

/* The handle is OpenSSL's own context under our name. */
sheaf_hasher *sheaf_hasher_open(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(context);
        context = NULL;
    }
    return (sheaf_hasher *)context;
}

void sheaf_hasher_add(sheaf_hasher *hasher, sheaf_slice data)
{
    int ok = EVP_DigestUpdate((EVP_MD_CTX *)hasher, data.data, data.len);
    assert(ok == 1);
}

sheaf_hash sheaf_hasher_close(sheaf_hasher *hasher)
{
    sheaf_hash out;
    int ok = EVP_DigestFinal_ex((EVP_MD_CTX *)hasher, out.bytes, NULL);
    assert(ok == 1);
    EVP_MD_CTX_free((EVP_MD_CTX *)hasher);
    return out;
}

sheaf_hash sheaf_hmac_sha256(const uint8_t key[32], sheaf_slice data)
{
    sheaf_hash out;
    crypto_auth_hmacsha256(out.bytes, data.data, data.len, key);
    return out;
}
