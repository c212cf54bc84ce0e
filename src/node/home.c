#include <stdio.h>
#include <time.h>

#include "base/json.h"
#include "node/member.h"
#include "store/clock.h"
#include "store/key_file.h"
#include "store/random.h"

enum { HOME_BYTES_MAX = 16384, JSON_ARENA_BYTES = 32 << 10 };

static int64_t real_now(void *context)
{
    (void)context;
    return sheaf_clock_ms();
}

static void real_random(void *context, void *out, size_t len)
{
    (void)context;
    sheaf_random(out, len);
}

static void real_wait(void *context, unsigned ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    (void)context;
    nanosleep(&pause, NULL);
}

sheaf_node_ports sheaf_node_ports_real(sheaf_transport transport)
{
    return (sheaf_node_ports){
        .transport = transport, .now_ms = real_now, .random = real_random, .wait = real_wait};
}

static sheaf_status home_path(char out[SHEAF_PATH_MAX], const char *dir, sheaf_err *err)
{
    return sheaf_path(out, err, "%s/home.json", dir);
}

bool sheaf_home_exists(const char *dir)
{
    char path[SHEAF_PATH_MAX];
    return home_path(path, dir, NULL) == SHEAF_OK && sheaf_file_exists(path);
}

static uint32_t entry_of(const sheaf_json *json, const char *name)
{
    int64_t value = sheaf_json_member_int(json, name, -1);
    return value < 0 || value > SHEAF_REF_MAX ? SHEAF_NONE : (uint32_t)value;
}

static sheaf_status home_parse(sheaf_home *out, sheaf_slice text, const char *path,
                               sheaf_err *err)
{
    uint8_t block[JSON_ARENA_BYTES];
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_json *json = NULL;
    sheaf_err why = {0};
    if (sheaf_json_parse(text, &arena, &json, &why) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_INVALID, "%s: %.200s", path, why.message);
    sheaf_slice hub = sheaf_json_member_string(json, "hub");
    sheaf_slice origin = sheaf_json_member_string(json, "origin");
    sheaf_slice ca = sheaf_json_member_string(json, "ca");
    if (!hub.len || hub.len > SHEAF_URL_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "%s names no hub", path);
    if (origin.len && !sheaf_origin_valid(origin))
        return sheaf_fail(err, SHEAF_INVALID, "%s has an origin that is none", path);
    if (ca.len >= SHEAF_PATH_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "%s names a certificate file too long", path);
    *out = (sheaf_home){.member = entry_of(json, "member"),
                        .key = entry_of(json, "key"),
                        .train_key = entry_of(json, "train_key")};
    memcpy(out->hub, hub.data, hub.len);
    if (ca.len)
        memcpy(out->ca, ca.data, ca.len);
    if (origin.len)
        memcpy(out->origin, origin.data, origin.len);
    return SHEAF_OK;
}

sheaf_status sheaf_home_read(sheaf_home *out, const char *dir, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer text;
    SHEAF_TRY(home_path(path, dir, err));
    if (!sheaf_file_exists(path))
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s is no member's home yet: join a co-op with `sheaf join` first",
                          dir);
    sheaf_buffer_init(&text, HOME_BYTES_MAX);
    sheaf_status status = sheaf_file_read(path, &text, err);
    if (status == SHEAF_OK)
        status = home_parse(out, sheaf_buffer_slice(&text), path, err);
    sheaf_buffer_deinit(&text);
    return status;
}

static void put_entry(sheaf_json_writer *w, const char *name, uint32_t entry)
{
    if (entry != SHEAF_NONE)
        sheaf_json_member_put_int(w, name, entry);
}

sheaf_status sheaf_home_write(const sheaf_home *home, const char *dir, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer text;
    SHEAF_TRY(home_path(path, dir, err));
    SHEAF_TRY(sheaf_folder_make(dir, 0700, err));
    sheaf_buffer_init(&text, HOME_BYTES_MAX);
    sheaf_json_writer w = sheaf_json_begin(&text);
    sheaf_json_open_object(&w);
    if (home->ca[0])
        sheaf_json_member_put_string(&w, "ca", sheaf_str(home->ca));
    sheaf_json_member_put_string(&w, "hub", sheaf_str(home->hub));
    put_entry(&w, "key", home->key);
    put_entry(&w, "member", home->member);
    if (home->origin[0])
        sheaf_json_member_put_string(&w, "origin", sheaf_str(home->origin));
    put_entry(&w, "train_key", home->train_key);
    sheaf_json_close(&w);
    sheaf_buffer_add_byte(&text, '\n');
    sheaf_status status = sheaf_buffer_check(&text, path, err);
    if (status == SHEAF_OK)
        status = sheaf_file_write(path, 0600, sheaf_buffer_slice(&text), err);
    sheaf_buffer_deinit(&text);
    return status;
}

sheaf_status sheaf_home_keypair(const char *dir, sheaf_key_role role, bool create,
                                sheaf_keypair *out, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    const char *name = role == SHEAF_KEY_TRAIN ? "train" : "member";
    SHEAF_TRY(sheaf_path(path, err, "%s/keys", dir));
    if (create)
        SHEAF_TRY(sheaf_folder_make(path, 0700, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/keys/%s.key", dir, name));
    if (sheaf_file_exists(path))
        return sheaf_key_file_load(path, out, err);
    if (create)
        return sheaf_key_file_create(path, out, err);
    return sheaf_fail(err, SHEAF_INVALID, "there is no key %s; %s", path,
                      role == SHEAF_KEY_TRAIN ? "start the node once with the member's key"
                                              : "join a co-op with `sheaf join` first");
}
