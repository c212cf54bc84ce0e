/* cli/serve.c - `sheaf serve` and `sheaf node`: programs that stay. */
#include "cli/act.h"
#include "cli/node_preview.h"
#include "cli/trainer_options.h"
#include "hub/hub.h"
#include "learn/product.h"
#include "node/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void pause_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static void print_serving(const char *host, uint16_t port)
{
    sheaf_buffer out;
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_json_member_put_string(&w, "event", sheaf_str("serving"));
    sheaf_json_member_put_string(&w, "listen", sheaf_str(host));
    sheaf_json_member_put_int(&w, "port", port);
    (void)sheaf_print_end(&out, &w);
}

static int run_serve(const sheaf_arguments *a)
{
    sheaf_err err;
    sheaf_hub *hub;
    long long port = 8480, stage_ms = 0;
    if (a->value[1] && !sheaf_number(a->value[1], 0, 65535, &port))
        return sheaf_usage(&sheaf_command_serve, "--port is a number from 0 to 65535");
    if (a->value[4] && !sheaf_number(a->value[4], 100, 86400000, &stage_ms))
        return sheaf_usage(&sheaf_command_serve, "--stage-ms is a number from 100 to 86400000");
    if (!a->value[2] != !a->value[3])
        return sheaf_usage(&sheaf_command_serve, "--tls-cert and --tls-key go together");
    sheaf_hub_config config = {.dir = a->argument[0],
                               .listen = a->value[0],
                               .port = (uint16_t)port,
                               .tls_cert = a->value[2],
                               .tls_key = a->value[3],
                               .ca_file = a->value[5],
                               .stage_ms = (uint32_t)stage_ms};
    sheaf_stop_on_signals();
    if (sheaf_hub_open(&hub, &config, &err) != SHEAF_OK)
        return sheaf_report(a, &err);
    const char *host = config.listen ? config.listen : "127.0.0.1";
    if (a->json)
        print_serving(host, sheaf_hub_port(hub));
    else
        printf("Serving %s on %s://%s:%u until Ctrl-C.\n", config.dir,
               config.tls_cert ? "https" : "http", host, sheaf_hub_port(hub));
    fflush(stdout);
    bool running = true;
    while (!atomic_load(&sheaf_stopping) && (running = sheaf_hub_running(hub, &err)))
        pause_ms(100);
    sheaf_hub_close(hub);
    return running ? SHEAF_EXIT_DONE : sheaf_report(a, &err);
}

const sheaf_command sheaf_command_serve = {
    .name = "serve",
    .arguments = "DIR",
    .summary = "run the hub of the co-op in a folder, with its page",
    .options = {{"listen", "ADDRESS", "address to listen on (127.0.0.1)"},
                {"port", "N", "port to listen on (8480); 0 takes any"},
                {"tls-cert", "FILE", "certificate in PEM"},
                {"tls-key", "FILE", "its key in PEM"},
                {"stage-ms", "N", "how long each stage of a round waits for answers"},
                {"ca", "FILE", "certificates to trust when it asks witnesses, in PEM"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_serve,
};

/* ---- node ---- */

/* The node's key is admitted by the member's, once. */
static sheaf_status prepare(const char *home, const char *hub_url, const char *ca_file,
                            sheaf_err *err)
{
    sheaf_session session;
    sheaf_posted posted = {0};
    SHEAF_TRY(sheaf_session_open(&session, home, hub_url, ca_file, err));
    sheaf_status status = sheaf_member_sync(&session.member, err);
    if (status == SHEAF_IO && session.member.home.train_key != SHEAF_NONE) {
        sheaf_session_close(&session); /* admitted before; the node waits for the hub, or finds
                                          the next one */
        return SHEAF_OK;
    }
    if (status == SHEAF_OK)
        status = sheaf_member_admit_train_key(&session.member, &posted, err);
    if (status == SHEAF_OK && posted.refusal != SHEAF_ACCEPTED)
        status = sheaf_fail(err, SHEAF_INVALID, "the node's key was not admitted: %s",
                            posted.sentence);
    sheaf_session_close(&session);
    return status;
}

enum {
    NODE_TRAINER = 6, /* the place of --trainer; its options follow */
    NODE_PRODUCTS = NODE_TRAINER + 1 + SHEAF_TRAINER_OPTION_COUNT,
};

/* Before anything else: a trainer that cannot be confined does not run. */
static sheaf_status trainer_ready(const char *home, const sheaf_trainer *trainer,
                                  sheaf_err *err)
{
    const sheaf_trainer_host host = {.trainer = trainer, .home = home, .stop = &sheaf_stopping};
    return sheaf_trainer_ready(&host, err);
}

static const char *trainer_read(const sheaf_arguments *a, sheaf_trainer_options *out)
{
    const char *const *values = a->value + NODE_TRAINER + 1;
    if (a->value[NODE_TRAINER])
        return sheaf_trainer_options_read(out, values, a->value[NODE_TRAINER], a->argument,
                                          a->argument_count);
    for (int i = 0; i < SHEAF_TRAINER_OPTION_COUNT; i++)
        if (values[i])
            return "options of a trainer go with --trainer PROGRAM";
    return a->argument_count ? "arguments behind -- are for the program of --trainer" : NULL;
}

/* Returns NULL, or what is wrong. */
static const char *products_read(const sheaf_arguments *a)
{
    const char *name = a->value[NODE_PRODUCTS];
    sheaf_product_kind kind;
    if (!name)
        return NULL;
    if (sheaf_product_kind_named(name, &kind)) {
        sheaf_product_prefer(kind);
        return NULL;
    }
    return strcmp(name, "onednn") == 0 ? "this build has no products by oneDNN; install "
                                         "libdnnl-dev and build again, or "
                                         "leave --products out"
                                       : "--products is openblas, portable or onednn";
}

static int run_node(const sheaf_arguments *a)
{
    sheaf_err err;
    char home[SHEAF_PATH_MAX];
    sheaf_node_data data[SHEAF_NODE_DATA_MAX];
    char *texts[SHEAF_NODE_DATA_MAX] = {0};
    sheaf_status status = sheaf_home_path(a->value[1], home, sizeof home, &err);
    sheaf_node_config config = {.hub_url = a->value[0],
                                .home = home,
                                .ca_file = a->value[3],
                                .relay_url = a->value[5],
                                .data = data};
    sheaf_trainer_options options = {0};
    const char *wrong = trainer_read(a, &options);
    if (!wrong)
        wrong = products_read(a);
    if (wrong)
        return sheaf_usage(&sheaf_command_node, "%s", wrong);
    if (options.trainer.argument_count)
        config.trainer = &options.trainer;
    config.stop = &sheaf_stopping;
    if (a->repeated_count > SHEAF_NODE_DATA_MAX)
        return sheaf_usage(&sheaf_command_node, "more than %d data sets", SHEAF_NODE_DATA_MAX);
    for (int i = 0; i < a->repeated_count && status == SHEAF_OK; i++) {
        texts[i] = strdup(a->repeated[i]);
        status = texts[i] ? sheaf_node_data_parse(texts[i], &data[config.data_count++], &err)
                          : sheaf_fail(&err, SHEAF_NOMEM, "no memory for the command line");
    }
    sheaf_stop_on_signals();
    bool preview = status == SHEAF_OK && a->value[4];
    int code = preview ? sheaf_node_preview(a, &config) : SHEAF_EXIT_DONE;
    if (status == SHEAF_INVALID)
        code = sheaf_usage(&sheaf_command_node, "%s", err.message);
    bool misused = status == SHEAF_INVALID;
    if (status == SHEAF_OK && config.trainer)
        status = trainer_ready(home, config.trainer, &err);
    if (status == SHEAF_OK && !preview)
        status = prepare(home, a->value[0], a->value[3], &err);
    if (status == SHEAF_OK && !preview)
        status = sheaf_node_run(&config, &sheaf_stopping, &err);
    for (int i = 0; i < a->repeated_count && i < SHEAF_NODE_DATA_MAX; i++)
        free(texts[i]);
    return status == SHEAF_OK || misused ? code : sheaf_report(a, &err);
}

const sheaf_command sheaf_command_node = {
    .name = "node",
    .arguments = "[-- ARGUMENT...]",
    .summary = "run a member's node: it follows the log and trains on data that stays here",
    .detail =
        "NAME is a data set's entry, its title or its layout; FILE never leaves this machine.\n"
        "The node refuses every round that its own replay of the log does not allow. What "
        "leaves in a\n"
        "round, and what it costs in privacy, stands in its log; with --dry-run it is told "
        "for\n"
        "the round that is open or comes next under every mandate, whether the node would "
        "take\n"
        "part or why not, and nothing is sent. With --trainer a program of your own trains, in "
        "a\n"
        "sandbox, under mandates that protect whole members: see docs/trainer.md and `sheaf "
        "trainer\n"
        "check`.",
    .options = {{"hub", "URL", "the hub (the home's)"},
                {"home", "DIR", "the member's home folder"},
                {"data", "NAME=FILE", "a data set and its CSV file; may be repeated"},
                {"ca", "FILE", "certificates to trust, in PEM"},
                {"dry-run", NULL,
                 "say what would leave in each round, and at which cost; send nothing"},
                {"relay", "URL", "a witness to send acts through, where the hub drops them"},
                {"trainer", "PROGRAM",
                 "a program of your own that trains; its arguments follow behind --"},
                SHEAF_TRAINER_OPTIONS,
                {"products", "NAME",
                 "who computes products of matrices where last bits may differ: openblas (the "
                 "default), portable, or onednn where this build has it"}},
    .arguments_min = 0,
    .arguments_max = SHEAF_SANDBOX_ARGUMENTS_MAX - 1,
    .many = 2,
    .run = run_node,
};
