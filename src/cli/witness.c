/* cli/witness.c - `sheaf witness`, `sheaf witness vkey`: cosigning the logs of others. */
#include "cli/cli.h"

#include "witness/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LOGS_FILE_MAX = 16 << 20 };

static void pause_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* The logs of the command line and of the file; `text` is the file's and is cut into lines. */
static sheaf_status collect(const sheaf_arguments *a, sheaf_buffer *text, const char ***out,
                            size_t *count, sheaf_err *err)
{
    size_t max = SHEAF_ARGUMENTS_MAX;
    if (a->value[1]) {
        SHEAF_TRY(sheaf_file_read(a->value[1], text, err));
        sheaf_buffer_add_byte(text, '\n');
        sheaf_buffer_add_byte(text, 0);
        SHEAF_TRY(sheaf_buffer_check(text, "the list of logs", err));
        for (size_t i = 0; i < text->len; i++)
            max += text->data[i] == '\n';
    }
    *count = 0;
    *out = calloc(max, sizeof **out);
    if (!*out)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the list of logs");
    for (int i = 0; i < a->repeated_count; i++)
        (*out)[(*count)++] = a->repeated[i];
    for (char *line = (char *)text->data, *end; line && (end = strchr(line, '\n'));
         line = end + 1) {
        *end = 0;
        if (*line && *line != '#')
            (*out)[(*count)++] = line;
    }
    return SHEAF_OK;
}

static void announce(const sheaf_arguments *a, const sheaf_witness_server *server,
                     const char *host, const char *scheme)
{
    sheaf_buffer text;
    unsigned port = sheaf_witness_server_port(server);
    sheaf_buffer_init(&text, 4096);
    if (a->json) {
        sheaf_buffer vkey;
        sheaf_buffer_init(&vkey, SHEAF_VKEY_TEXT_MAX);
        sheaf_vkey_put(&vkey, sheaf_witness_server_key(server));
        sheaf_json_writer w = sheaf_json_begin(&text);
        sheaf_json_open_object(&w);
        sheaf_json_member_put_string(&w, "event", sheaf_str("serving"));
        sheaf_json_member_put_string(&w, "listen", sheaf_str(host));
        sheaf_json_member_put_int(&w, "port", port);
        sheaf_json_member_put_string(&w, "vkey", sheaf_buffer_slice(&vkey));
        sheaf_json_close(&w);
        sheaf_buffer_deinit(&vkey);
    } else {
        sheaf_vkey_put(&text, sheaf_witness_server_key(server));
        sheaf_buffer_printf(&text, "\nWitness on %s://%s:%u until Ctrl-C.\n", scheme, host,
                            port);
    }
    (void)sheaf_print(&text);
    fflush(stdout);
    sheaf_buffer_deinit(&text);
}

static int serve(const sheaf_arguments *a, const sheaf_witness_config *config)
{
    sheaf_err err;
    sheaf_witness_server *server;
    sheaf_stop_on_signals();
    if (sheaf_witness_server_open(&server, config, &err) != SHEAF_OK)
        return sheaf_report(a, &err);
    announce(a, server, config->listen ? config->listen : "127.0.0.1",
             config->tls_cert ? "https" : "http");
    while (!atomic_load(&sheaf_stopping))
        pause_ms(100);
    sheaf_witness_server_close(server);
    return SHEAF_EXIT_DONE;
}

static int run_witness(const sheaf_arguments *a)
{
    sheaf_err err;
    long long port = 8490, patience = 0;
    if (a->value[4] && !sheaf_number(a->value[4], 0, 65535, &port))
        return sheaf_usage(&sheaf_command_witness, "--port is a number from 0 to 65535");
    if (a->value[9] && !sheaf_number(a->value[9], 1, 86400, &patience))
        return sheaf_usage(&sheaf_command_witness, "--patience is a number from 1 to 86400");
    if (!a->value[6] != !a->value[7])
        return sheaf_usage(&sheaf_command_witness, "--tls-cert and --tls-key go together");
    if (!a->repeated_count && !a->value[1])
        return sheaf_usage(&sheaf_command_witness,
                           "name a log: --log VKEY=URL, where sheaf log vkey prints the VKEY");
    sheaf_witness_config config = {.dir = a->argument[0],
                                   .name = a->value[2],
                                   .listen = a->value[3],
                                   .port = (uint16_t)port,
                                   .mirror = a->value[5] != NULL,
                                   .tls_cert = a->value[6],
                                   .tls_key = a->value[7],
                                   .ca_file = a->value[8],
                                   .patience_ms = patience * 1000};
    const char **logs = NULL;
    sheaf_buffer text;
    sheaf_buffer_init(&text, LOGS_FILE_MAX);
    int code = SHEAF_EXIT_FAILED;
    if (collect(a, &text, &logs, &config.log_count, &err) != SHEAF_OK) {
        code = sheaf_report(a, &err);
    } else if (!config.log_count) {
        (void)sheaf_fail(&err, SHEAF_INVALID, "%.300s names no log: one VKEY=URL a line",
                         a->value[1]);
        code = sheaf_report(a, &err);
    } else {
        config.logs = logs;
        code = serve(a, &config);
    }
    free(logs);
    sheaf_buffer_deinit(&text);
    return code;
}

const sheaf_command sheaf_command_witness = {
    .name = "witness",
    .arguments = "DIR",
    .summary = "cosign the logs of others, so that no hub can show two histories",
    .detail =
        "Follows C2SP tlog-witness: POST /add-checkpoint, GET /HASH/checkpoint. The folder "
        "and\n"
        "its keys are made at the first start; the first line printed is the verification key\n"
        "that the bylaws of a co-op name. URL is where the log's checkpoint and tile/ are "
        "served\n"
        "(of a hub: http://HOST:PORT/log); it is needed to mirror and to relay.",
    .options = {{"log", "VKEY=URL", "a log to cosign; may be repeated"},
                {"logs", "FILE", "more of them, one a line"},
                {"name", "NAME", "the key's name, at the first start"},
                {"listen", "ADDRESS", "address to listen on (127.0.0.1)"},
                {"port", "N", "port to listen on (8490); 0 takes any"},
                {"mirror", NULL, "keep and serve all tiles and entries of the logs"},
                {"tls-cert", "FILE", "certificate in PEM"},
                {"tls-key", "FILE", "its key in PEM"},
                {"ca", "FILE", "certificates to trust when it asks logs, in PEM"},
                {"patience", "SECONDS",
                 "how long a hub may leave a relayed act unanswered before it is not cosigned "
                 "(300)"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = 0,
    .run = run_witness,
};

/* ---- vkey ---- */

/* The bylaws may name a witness before there is a log for it. */
static sheaf_status make_key(const char *dir, const char *name, sheaf_err *err)
{
    sheaf_witness_folder folder;
    SHEAF_TRY(sheaf_witness_folder_open(&folder, dir, name, err));
    sheaf_witness_folder_close(&folder);
    return SHEAF_OK;
}

static int run_vkey(const sheaf_arguments *a)
{
    sheaf_err err;
    sheaf_vkey key;
    if (a->value[0] && make_key(a->argument[0], a->value[0], &err) != SHEAF_OK)
        return sheaf_report(a, &err);
    if (sheaf_witness_folder_key(a->argument[0], &key, &err) != SHEAF_OK)
        return sheaf_report(a, &err);
    sheaf_buffer vkey, text;
    sheaf_buffer_init(&vkey, SHEAF_VKEY_TEXT_MAX);
    sheaf_buffer_init(&text, 2 * SHEAF_VKEY_TEXT_MAX);
    sheaf_vkey_put(&vkey, &key);
    if (a->json) {
        sheaf_json_writer w = sheaf_json_begin(&text);
        sheaf_json_open_object(&w);
        sheaf_json_member_put_string(&w, "name", sheaf_vkey_name(&key));
        sheaf_json_key(&w, "public_key");
        sheaf_json_base64url(&w, sheaf_bytes(key.public, sizeof key.public));
        sheaf_json_member_put_string(&w, "vkey", sheaf_buffer_slice(&vkey));
        sheaf_json_close(&w);
    }
    int code = sheaf_print(a->json ? &text : &vkey);
    sheaf_buffer_deinit(&vkey);
    sheaf_buffer_deinit(&text);
    return code;
}

const sheaf_command sheaf_command_witness_vkey = {
    .name = "witness vkey",
    .arguments = "DIR",
    .summary = "print a witness's verification key; with --json also as the bylaws write it",
    .options = {{"name", "NAME", "make folder and key under this name, if they are not there"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_vkey,
};
