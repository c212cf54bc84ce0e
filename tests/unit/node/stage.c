#include "stage.h"

const char *const people[NODES] = {"ann", "bob", "cat", "dan"};

char last_lines[4096];

static void take_line(void *context, const char *line)
{
    (void)context;
    size_t used = strlen(last_lines);
    if (used + strlen(line) + 2 > sizeof last_lines)
        used = 0;
    snprintf(last_lines + used, sizeof last_lines - used, "%s\n", line);
}

void start_node(stage *s, int i)
{
    sheaf_err err = {0};
    fake_hub_home(&s->hub, people[i], s->home[i]);
    fake_hub_file(&s->hub, people[i], s->file[i]);
    s->data[i] = (sheaf_node_data){.name = "heart/v1", .file = s->file[i]};
    s->config[i] = (sheaf_node_config){.hub_url = "http://127.0.0.1:1",
                                       .home = s->home[i],
                                       .data = &s->data[i],
                                       .data_count = 1,
                                       .log = take_line};
    if (sheaf_node_open(&s->node[i], &s->config[i], &s->ports, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
}

stage *begin(int nodes)
{
    stage *s = calloc(1, sizeof *s);
    last_lines[0] = 0;
    fake_hub_open(&s->hub);
    fake_hub_world(&s->hub);
    s->ports = fake_hub_ports(&s->hub);
    for (s->count = 0; s->count < nodes; s->count++)
        start_node(s, s->count);
    return s;
}

void end(stage *s)
{
    for (int i = 0; i < s->count; i++)
        sheaf_node_close(&s->node[i]);
    fake_hub_close(&s->hub);
    free(s);
}

void turn(stage *s, int times)
{
    sheaf_err err = {0};
    for (int t = 0; t < times; t++)
        for (int i = 0; i < s->count; i++)
            if (sheaf_node_turn(&s->node[i], &err) != SHEAF_OK)
                fail_msg("%s", err.message);
}

sheaf_hash run_round(stage *s, const char *task, const sheaf_hash *base)
{
    sheaf_hash result;
    fake_hub_round_open(&s->hub, task, base);
    turn(s, 12);
    if (!fake_hub_round_close(&s->hub, &result))
        fail_msg("the round of %s stands at %s\n%s", task,
                 sheaf_round_stage_text(sheaf_coordinator_stage(&s->hub.coordinator)),
                 last_lines);
    turn(s, 3);
    const struct sheaf_row_round *round = sheaf_round_find(&s->hub.k.state, s->hub.round);
    if (round->attested != s->count)
        fail_msg("%d of %d have attested\n%s", round->attested, s->count, last_lines);
    return result;
}
