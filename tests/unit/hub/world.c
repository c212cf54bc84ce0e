#include "world.h"

#include <unistd.h>

#include "bylaws/bylaws.h"
#include "store/clock.h"

void must(sheaf_status status, const sheaf_err *err)
{
    if (status != SHEAF_OK)
        fail_msg("%s", err->message);
}

/* ---- founding ---- */

static void put_bylaws(const world *t, sheaf_json_writer *w)
{
    static uint8_t block[1 << 20];
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_json *document;
    sheaf_err err;
    must(sheaf_json_parse(sheaf_str(sheaf_bylaws_template(SHEAF_legal_form_demonstration)),
                          &arena, &document, &err),
         &err);
    for (sheaf_json *member = document->first; member; member = member->next) {
        for (sheaf_json *m = sheaf_slice_is(member->name, "purpose") ? member->first : NULL; m;
             m = m->next)
            if (sheaf_slice_is(m->name, "name") || sheaf_slice_is(m->name, "text"))
                m->string = sheaf_str("Test");
        if (sheaf_slice_is(member->name, "witnesses") && t->witnesses) {
            sheaf_json *article, *next = member->next;
            must(sheaf_json_parse(sheaf_str(t->witnesses), &arena, &article, &err), &err);
            article->name = member->name;
            *member = *article;
            member->next = next;
        }
    }
    sheaf_json_value(w, document);
}

static void put_found(const world *t, sheaf_buffer *out, const uint8_t salt[32])
{
    sheaf_hash name = sheaf_commit(salt, sheaf_str("Ann"));
    int64_t now = sheaf_clock_ms();
    sheaf_json_writer w = sheaf_json_begin(out);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_int(&w, "at", now);
    sheaf_json_member_put_string(&w, "kind", sheaf_str("coop.found"));
    sheaf_json_member_put_int(&w, "seen", 0);
    sheaf_json_member_put_int(&w, "seq", 1);
    sheaf_json_member_put_int(&w, "until", now + 60000);
    sheaf_json_key(&w, "what");
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "bylaws");
    put_bylaws(t, &w);
    sheaf_json_member_put_int(&w, "class", 0);
    sheaf_json_key(&w, "hub_key");
    sheaf_json_base64url(&w, sheaf_bytes(t->hub_pair.public, 32));
    sheaf_json_member_put_string(&w, "kind", sheaf_str("person"));
    sheaf_json_key(&w, "log_key");
    sheaf_json_base64url(&w, sheaf_bytes(t->log.public, 32));
    sheaf_json_key(&w, "name");
    sheaf_json_base64url(&w, sheaf_bytes(name.bytes, 32));
    sheaf_json_member_put_string(&w, "origin", sheaf_str(ORIGIN));
    sheaf_json_key(&w, "public_key");
    sheaf_json_base64url(&w, sheaf_bytes(t->founder.public, 32));
    sheaf_json_member_put_int(&w, "revision", 1);
    sheaf_json_close(&w);
    sheaf_json_close(&w);
}

sheaf_status world_found(const world *t, sheaf_err *err)
{
    sheaf_text name = {.name = "name", .text = sheaf_str("Ann")};
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    sheaf_buffer act, message, submission;
    sheaf_buffer_init(&act, SHEAF_ENTRY_MAX);
    sheaf_buffer_init(&message, 2 * SHEAF_ENTRY_MAX);
    sheaf_buffer_init(&submission, SHEAF_SUBMISSION_MAX);
    memset(name.salt, 7, sizeof name.salt);
    put_found(t, &act, name.salt);
    sheaf_act_message(&message, sheaf_str(ORIGIN), sheaf_buffer_slice(&act));
    sheaf_sign(&t->founder, sheaf_buffer_slice(&message), signature);
    sheaf_submission_encode(&submission, sheaf_buffer_slice(&act), signature, &name, 1);
    sheaf_status status =
        sheaf_hub_create(t->dir, sheaf_buffer_slice(&submission), &t->log, &t->hub_pair, err);
    sheaf_buffer_deinit(&act);
    sheaf_buffer_deinit(&message);
    sheaf_buffer_deinit(&submission);
    return status;
}

void world_serve(world *t)
{
    sheaf_err err;
    sheaf_hub_config config = {
        .dir = t->dir, .port = t->port, .quiet = true, .lie = t->lie, .stage_ms = 2000};
    must(sheaf_hub_open(&t->hub, &config, &err), &err);
    snprintf(t->base, sizeof t->base, "http://127.0.0.1:%u", sheaf_hub_port(t->hub));
}

int world_setup(void **state)
{
    return world_setup_with(state, NULL);
}

int world_setup_with(void **state, const char *witnesses)
{
    static uint8_t seed[32];
    char root[] = "/tmp/hub-test-XXXXXX";
    world *t = calloc(1, sizeof *t);
    sheaf_err err;
    assert_non_null(t);
    assert_non_null(mkdtemp(root));
    assert_true(sheaf_crypto_start());
    snprintf(t->dir, sizeof t->dir, "%s/hub", root);
    snprintf(t->home, sizeof t->home, "%s/home", root);
    t->witnesses = witnesses;
    seed[0] = 1;
    sheaf_keypair_from_seed(&t->log, seed);
    seed[0] = 2;
    sheaf_keypair_from_seed(&t->hub_pair, seed);
    must(sheaf_home_keypair(t->home, SHEAF_KEY_MEMBER, true, &t->founder, &err), &err);
    must(world_found(t, &err), &err);
    world_serve(t);
    must(sheaf_http_client_open(&t->client, NULL, &err), &err);
    sheaf_http_reply_init(&t->reply);
    *state = t;
    return 0;
}

int world_teardown(void **state)
{
    world *t = *state;
    char command[SHEAF_PATH_MAX + 16];
    sheaf_hub_close(t->hub);
    sheaf_http_client_close(t->client);
    sheaf_http_reply_deinit(&t->reply);
    *strrchr(t->dir, '/') = 0;
    snprintf(command, sizeof command, "rm -rf %s", t->dir);
    assert_int_equal(system(command), 0);
    free(t);
    return 0;
}

/* ---- speaking ---- */

unsigned world_call(world *t, const char *method, const char *path, sheaf_slice body,
                    const char *header)
{
    char url[512];
    const char *headers[] = {header, NULL};
    sheaf_err err;
    snprintf(url, sizeof url, "%s%s", t->base, path);
    sheaf_http_call c = {
        .method = method, .url = url, .headers = header ? headers : NULL, .body = body};
    if (body.len)
        c.content_type = "application/json";
    must(sheaf_http_call_run(t->client, &c, &t->reply, &err), &err);
    return t->reply.status;
}

bool world_says(const world *t, const char *text)
{
    return t->reply.body.data && strstr((const char *)t->reply.body.data, text);
}

void world_member(const world *t, const char *home, sheaf_member *m, sheaf_http_transport *http)
{
    sheaf_err err;
    must(sheaf_http_transport_open(http, t->base, NULL, NULL, &err), &err);
    sheaf_node_ports ports = sheaf_node_ports_real(sheaf_http_transport_as(http));
    must(sheaf_member_open(m, home, t->base, &ports, &err), &err);
    must(sheaf_member_sync(m, &err), &err);
}
