/* A witness that is asked over HTTP, the log it cosigns, and a disk that fails. Included once
 * by each test that serves one. */
#ifndef SHEAF_TEST_WITNESS_SERVED_H
#define SHEAF_TEST_WITNESS_SERVED_H

#include "../store/folder.h"

#include <errno.h>

#include "base/encode.h"
#include "log/add_checkpoint.h"
#include "net/client.h"
#include "witness/server.h"

static sheaf_keypair log_pair;
static char hex[65]; /* what the witness calls the log's folder */

static int make_log_folder(void **state)
{
    static const uint8_t seed[32] = {3};
    sheaf_hash id;
    if (make_folder(state) != 0)
        return -1;
    sheaf_keypair_from_seed(&log_pair, seed);
    id = sheaf_sha256(sheaf_str(ORIGIN));
    sheaf_hex_32(id.bytes, hex);
    return 0;
}

static void put_log_key(sheaf_buffer *out)
{
    sheaf_vkey key;
    assert_ok(
        sheaf_vkey_make(&key, SHEAF_VKEY_ED25519, sheaf_str(ORIGIN), log_pair.public, &why));
    sheaf_vkey_put(out, &key);
}

static void put_head(sheaf_buffer *out, uint64_t size, const sheaf_hash *root)
{
    assert_ok(sheaf_checkpoint_sign(out, sheaf_str(ORIGIN), size, root, &log_pair, &why));
}

/* Posts the body, or without one asks for the path. Returns the status. */
static unsigned call(const sheaf_witness_server *server, const char *path, sheaf_slice body,
                     sheaf_http_reply *reply)
{
    char url[300];
    sheaf_http_client *client;
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s",
             (unsigned)sheaf_witness_server_port(server), path);
    assert_ok(sheaf_http_client_open(&client, NULL, &why));
    if (body.len)
        assert_ok(sheaf_http_post(client, url, "text/plain", body, reply, &why));
    else
        assert_ok(sheaf_http_get(client, url, reply, &why));
    sheaf_http_client_close(client);
    return reply->status;
}

static unsigned call_add(const sheaf_witness_server *server, uint64_t old,
                         const sheaf_proof *proof, sheaf_slice note, sheaf_http_reply *reply)
{
    sheaf_buffer body;
    sheaf_buffer_init(&body, SHEAF_ADD_CHECKPOINT_MAX);
    sheaf_add_checkpoint_put(&body, old, proof, note);
    unsigned status = call(server, "/add-checkpoint", sheaf_buffer_slice(&body), reply);
    sheaf_buffer_deinit(&body);
    return status;
}

/* ---- a disk that fails at some call that changes it, and stays failed ---- */

static int calls_left; /* until then */

static bool dies(void)
{
    return calls_left-- <= 0;
}

static ssize_t dying_pwrite(int fd, const void *data, size_t len, off_t at)
{
    if (dies())
        return pwrite(fd, data, len / 2, at) < 0 ? -1 : (errno = EIO, -1);
    return pwrite(fd, data, len, at);
}

static int dying_fdatasync(int fd)
{
    return dies() ? (errno = EIO, -1) : fdatasync(fd);
}

static int dying_fsync(int fd)
{
    return dies() ? (errno = EIO, -1) : fsync(fd);
}

static int dying_rename(const char *from, const char *to)
{
    return dies() ? (errno = EIO, -1) : rename(from, to);
}

static int dying_unlink(const char *path)
{
    return dies() ? (errno = EIO, -1) : unlink(path);
}

/* The disk until sheaf_disk_use(NULL). */
static void use_dying_disk(int calls)
{
    static sheaf_disk dying;
    dying = *sheaf_disk_now();
    dying.pwrite = dying_pwrite;
    dying.fdatasync = dying_fdatasync;
    dying.fsync = dying_fsync;
    dying.rename = dying_rename;
    dying.unlink = dying_unlink;
    calls_left = calls;
    sheaf_disk_use(&dying);
}

#endif
