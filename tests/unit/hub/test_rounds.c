/* What nodes give a hub that opens a round which the rules refuse: nothing. */
#include "world.h"

#include <unistd.h>

#include "node/node.h"
#include "store/file.h"

enum { MEMBERS = 3 };

typedef struct {
    char home[SHEAF_PATH_MAX], file[SHEAF_PATH_MAX], data[32];
    sheaf_member member;
    sheaf_http_transport http;
    sheaf_node node;
    uint32_t id;
} party;

static void admit(party *p, uint32_t member)
{
    struct sheaf_member_admit what = {.member = member, .has_member = true};
    sheaf_intent intent = {.kind = SHEAF_KIND_member_admit, .what = &what};
    sheaf_posted posted;
    sheaf_err err;
    must(sheaf_member_post(&p->member, &intent, &posted, &err), &err);
    if (posted.refusal != SHEAF_ACCEPTED)
        fail_msg("%s", posted.sentence);
}

static void join(const world *t, party *all, int i)
{
    party *p = &all[i];
    sheaf_posted posted;
    sheaf_err err;
    snprintf(p->home, sizeof p->home, "%.900s%d", t->home, i);
    if (i == 0)
        snprintf(p->home, sizeof p->home, "%s", t->home);
    world_member(t, p->home, &p->member, &p->http);
    if (i > 0) {
        must(sheaf_member_apply(&p->member, "Bob", SHEAF_member_kind_person, 0, &posted, &err),
             &err);
        assert_int_equal(posted.refusal, SHEAF_ACCEPTED);
        p->id = (uint32_t)posted.index;
    }
    for (int k = 0; k < i && k < 2; k++) {
        must(sheaf_member_sync(&all[k].member, &err), &err);
        const sheaf_state *state = sheaf_member_state(&all[k].member);
        if (sheaf_member_find(state, p->id)->state == SHEAF_member_state_applied)
            admit(&all[k], p->id);
    }
    must(sheaf_member_sync(&p->member, &err), &err);
    must(sheaf_member_admit_train_key(&p->member, &posted, &err), &err);
    assert_int_equal(posted.refusal, SHEAF_ACCEPTED);
}

/* A data set with a file that must not be looked at. */
static void bring_data(party *p)
{
    sheaf_err err;
    sheaf_text title = {.name = "title", .text = sheaf_str("Records")};
    struct sheaf_dataset_register what = {.has_commitment = true,
                                          .licence = sheaf_str("none"),
                                          .has_licence = true,
                                          .records = 10,
                                          .has_records = true,
                                          .schema = sheaf_str("records"),
                                          .has_schema = true,
                                          .subjects = SHEAF_subject_kind_none,
                                          .has_subjects = true,
                                          .has_title = true,
                                          .title = sheaf_commit(title.salt, title.text)};
    /* The node is to meet the lie itself, so this copy ends before it. */
    sheaf_intent intent = {.kind = SHEAF_KIND_dataset_register,
                           .what = &what,
                           .texts = &title,
                           .text_count = 1,
                           .no_wait = true};
    sheaf_posted posted;
    must(sheaf_member_post(&p->member, &intent, &posted, &err), &err);
    assert_int_equal(posted.refusal, SHEAF_ACCEPTED);
    snprintf(p->data, sizeof p->data, "%llu", (unsigned long long)posted.index);
    must(sheaf_path(p->file, &err, "%.900s/data.csv", p->home), &err);
    must(sheaf_file_write(p->file, 0600, sheaf_str("a,b\n1,2\n"), &err), &err);
    sheaf_member_close(&p->member);
}

static void ignore_line(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static void turn(party *all, sheaf_node_config *configs, sheaf_node_data *data)
{
    sheaf_err err;
    for (int i = 0; i < MEMBERS; i++) {
        party *p = &all[i];
        data[i] = (sheaf_node_data){.name = p->data, .file = p->file};
        configs[i] = (sheaf_node_config){
            .home = p->home, .data = &data[i], .data_count = 1, .log = ignore_line};
        sheaf_node_ports ports = sheaf_node_ports_real(sheaf_http_transport_as(&p->http));
        must(sheaf_node_open(&p->node, &configs[i], &ports, &err), &err);
        for (int k = 0; k < 3; k++)
            must(sheaf_node_turn(&p->node, &err), &err);
        assert_false(p->node.has_round);
    }
}

static int setup_liar(void **state)
{
    int failed = world_setup(state);
    world *t = *state;
    sheaf_hub_close(t->hub);
    t->lie = SHEAF_LIE_ROUND_WITHOUT_MANDATE;
    world_serve(t);
    return failed;
}

static void test_lie(void **state)
{
    world *t = *state;
    party *all = calloc(MEMBERS, sizeof *all);
    sheaf_node_config configs[MEMBERS];
    sheaf_node_data data[MEMBERS];
    assert_non_null(all);
    for (int i = 0; i < MEMBERS; i++)
        join(t, all, i);
    for (int i = 0; i < MEMBERS; i++)
        bring_data(&all[i]);
    char *at = NULL;
    for (int tries = 0; !at && tries < 100; tries++) {
        usleep(50000);
        world_call(t, "GET", "/api/v1/log/entries", (sheaf_slice){0}, NULL);
        at = strstr((char *)t->reply.body.data, "\"kind\":\"round.open\"");
    }
    assert_non_null(at);
    unsigned round = (unsigned)atoi(strstr(at, ",\"index\":") + 9);
    turn(all, configs, data);
    char path[64];
    snprintf(path, sizeof path, "/api/v1/rounds/%u", round);
    assert_int_equal(world_call(t, "GET", path, (sheaf_slice){0}, NULL), 200);
    assert_true(world_says(t, "{\"answers\":0,\"left_ms\":"));
    snprintf(path, sizeof path, "/api/v1/rounds/%u/refusals", round);
    assert_int_equal(world_call(t, "GET", path, (sheaf_slice){0}, NULL), 200);
    int refusals = 0;
    for (const char *c = (const char *)t->reply.body.data; (c = strstr(c, "\"reason\"")); c++)
        refusals++;
    assert_int_equal(refusals, MEMBERS);
    for (int i = 0; i < MEMBERS; i++) {
        sheaf_node_close(&all[i].node);
        sheaf_http_transport_close(&all[i].http);
    }
    free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lie, setup_liar, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
