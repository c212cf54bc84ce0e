/* The server, spoken to byte by byte: what is let in, what is refused, and who may go when. */
#include "net/server.h"
#include "test.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BODY_MAX = 64, TOKENS_MAX = 8, ANSWER_MAX = 16384 };

static struct {
    pthread_mutex_t lock;
    sheaf_http_token *tokens[TOKENS_MAX];
    int token_count, calls, pieces, abandoned, given_back;
    sheaf_http_events *events;
} seen = {.lock = PTHREAD_MUTEX_INITIALIZER};

static sheaf_status sink_write(void *sink, sheaf_slice piece, sheaf_err *err)
{
    (void)sink;
    seen.pieces++;
    return memchr(piece.data, '!', piece.len)
               ? sheaf_fail(err, SHEAF_INVALID, "the sink likes no exclamation")
               : SHEAF_OK;
}

static void sink_abandon(void *sink)
{
    ++*(int *)sink;
}

static bool route(void *ctx, const sheaf_http_request *request, sheaf_http_route *out,
                  sheaf_http_response *refusal)
{
    static const sheaf_http_sink sink = {sink_write, sink_abandon};
    (void)ctx;
    out->body_max = BODY_MAX;
    if (sheaf_slice_is(request->path, "/sink")) {
        out->sink = &sink;
        out->sink_ctx = &seen.abandoned;
    }
    if (!sheaf_slice_is(request->path, "/gone"))
        return true;
    *refusal = sheaf_http_error(410, "this went away");
    return false;
}

static void give_back(void *ctx)
{
    pthread_mutex_lock(&seen.lock);
    ++*(int *)ctx;
    pthread_mutex_unlock(&seen.lock);
}

static sheaf_http_response lent(void)
{
    return sheaf_http_lend(200, "text/plain", sheaf_str("only lent"), give_back,
                           &seen.given_back);
}

static sheaf_http_verdict handler(void *ctx, const sheaf_http_request *request,
                                  sheaf_http_response *response)
{
    (void)ctx;
    seen.calls++;
    if (sheaf_slice_is(request->path, "/later")) {
        sheaf_http_token *token = sheaf_http_defer(request);
        pthread_mutex_lock(&seen.lock);
        assert_true(seen.token_count < TOKENS_MAX);
        seen.tokens[seen.token_count++] = token;
        pthread_mutex_unlock(&seen.lock);
        return SHEAF_HTTP_DEFERRED;
    }
    if (sheaf_slice_is(request->path, "/at-once")) {
        *response =
            sheaf_http_copy(200, "text/plain", sheaf_str("before the handler returned"));
        sheaf_http_respond(sheaf_http_defer(request), response);
        return SHEAF_HTTP_DEFERRED;
    }
    if (sheaf_slice_is(request->path, "/lent")) {
        *response = lent();
        return SHEAF_HTTP_ANSWERED;
    }
    if (sheaf_slice_is(request->path, "/events")) {
        *response = sheaf_http_stream(seen.events);
        return SHEAF_HTTP_ANSWERED;
    }
    sheaf_buffer text;
    sheaf_buffer_init(&text, 8192);
    if (!sheaf_slice_is(request->path, "/empty")) {
        sheaf_slice agent = sheaf_http_request_header(request, "user-agent");
        sheaf_buffer_printf(&text, "%.*s|%.*s|%.*s|%llu|%.*s|%s", SHEAF_PRINT(request->target),
                            SHEAF_PRINT(request->path), SHEAF_PRINT(request->body),
                            (unsigned long long)request->body_total, SHEAF_PRINT(agent),
                            request->remote);
    } else {
        sheaf_buffer_add_byte(&text, 0);
        sheaf_buffer_reset(&text); /* memory, but no bytes */
    }
    *response = sheaf_http_take(200, "text/plain", &text);
    return SHEAF_HTTP_ANSWERED;
}

static sheaf_http_server *server_open(const char *const *hosts)
{
    sheaf_http_server *server = NULL;
    sheaf_err err = {0};
    sheaf_http_server_config config = {.route = route, .handler = handler, .hosts = hosts};
    if (sheaf_http_server_open(&server, &config, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    return server;
}

static int dial(const sheaf_http_server *server)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons(sheaf_http_server_port(server)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = 10};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

static void say(int fd, const void *bytes, size_t len)
{
    assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
}

/* Everything until the server closes; the status, or 0 where no answer came. */
static int hear(int fd, char answer[ANSWER_MAX])
{
    size_t len = 0;
    ssize_t n;
    int status = 0;
    while (len < ANSWER_MAX - 1 && (n = recv(fd, answer + len, ANSWER_MAX - 1 - len, 0)) > 0)
        len += (size_t)n;
    answer[len] = 0;
    (void)sscanf(answer, "HTTP/1.%*d %d", &status);
    return status;
}

static int ask(const sheaf_http_server *server, const void *bytes, size_t len,
               char answer[ANSWER_MAX])
{
    int fd = dial(server);
    say(fd, bytes, len);
    int status = hear(fd, answer);
    close(fd);
    return status;
}

static void wait_for(int *count, int want)
{
    for (int i = 0; i < 500; i++) {
        pthread_mutex_lock(&seen.lock);
        bool there = *count == want;
        pthread_mutex_unlock(&seen.lock);
        if (there)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    fail_msg("waited in vain for %d", want);
}

static void wait_for_listeners(unsigned want)
{
    for (int i = 0; i < 500 && sheaf_http_events_clients(seen.events) != want; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    assert_int_equal(sheaf_http_events_clients(seen.events), want);
}

/* The ends of requests: a good Host and the wish to close. */
#define H    "Host: h\r\nConnection: close\r\n"
#define E    H "\r\n"
#define POST "POST / HTTP/1.1\r\n" H

static const struct {
    int status;        /* 0: closed without an answer */
    const char *words; /* somewhere in the answer; may be NULL */
    const char *text;
    size_t len;
} requests[] = {
#define ROW(status, words, text)                                                               \
    {                                                                                          \
        status, words, text, sizeof(text) - 1                                                  \
    }
    /* what is let in */
    ROW(200, "/|/||0||127.0.0.1", "GET / HTTP/1.1\r\n" E),
    ROW(200, "/a?x=1&y=a%26b|/a|", "GET /a?x=1&y=a%26b HTTP/1.1\r\n" E),
    ROW(200, "|/a b/\xc3\xa4|", "GET /a%20b/%c3%A4 HTTP/1.1\r\n" E),
    ROW(200, "|/a+b/|", "GET /a+b/ HTTP/1.1\r\n" E),
    ROW(200, "|me too|", "GET / HTTP/1.1\r\nUser-Agent:  me too \t\r\n" E),
    ROW(200, NULL, "GET / HTTP/1.0\r\nHost: h\r\n\r\n"),
    ROW(200, "Content-Length: 0", "GET /empty HTTP/1.1\r\n" E),
    ROW(200, "before the handler", "GET /at-once HTTP/1.1\r\n" E),
    ROW(200, "|abc|3|", POST "Content-Length: 3\r\n\r\nabc"),
    ROW(200, "||0|", POST "Content-Length: 0\r\n\r\n"),
    ROW(200, "|abcde|5|",
        POST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
    ROW(200, "||5|", "PUT /sink HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nabcde"),
    ROW(410, "this went away", "GET /gone HTTP/1.1\r\n" E),
    /* the request line */
    ROW(405, "Allow: GET, HEAD, POST, PUT, DELETE", "PATCH / HTTP/1.1\r\n" E),
    ROW(405, NULL, "get / HTTP/1.1\r\n" E),
    ROW(405, NULL, "OPTIONS / HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET / HTTP/1.2\r\n" E),
    ROW(505, NULL, "GET / HTTP/0.9\r\n" E),
    ROW(400, NULL, "GET / http/1.1\r\n" E),
    ROW(400, NULL, "GET / HTTP/1.1x\r\n" E),
    ROW(400, NULL, "GET /\r\n" E),
    ROW(400, NULL, "GET  / HTTP/1.1\r\n" E),
    ROW(0, NULL, "GET /  HTTP/1.1\r\n" E),
    ROW(0, NULL, "GET /a b HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET\t/ HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET / HTTP/1.1 \r\n" E),
    ROW(400, NULL, "GET / HTTP/1.1\n" E),
    ROW(400, NULL, "GET /\0 HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET /\0x HTTP/1.1\r\n" E),
    /* the target */
    ROW(400, NULL, "GET * HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET http://h/ HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET a HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET //a HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET /a//b HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET /a/../b HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET /%2e%2E/b HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET /. HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET /a%2Fb HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET /%00 HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET /%0d%0aX:y HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET /%ff HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET /% HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET /\xc3\xa4 HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET /a#b HTTP/1.1\r\n" E),
    ROW(400, "names a twice", "GET /?a=1&a=2 HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET /?a=1& HTTP/1.1\r\n" E),
    /* the headers */
    ROW(400, NULL, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"),
    ROW(400, NULL, "GET / HTTP/1.1\r\nHost: h\r\n" E),
    ROW(400, NULL, "GET / HTTP/1.1\r\nHost: h/x\r\n\r\n"),
    ROW(400, NULL, "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
    ROW(400, NULL, "GET / HTTP/1.1\r\nBad name: x\r\n" E),
    ROW(400, NULL, "GET / HTTP/1.1\r\nName : x\r\n" E),
    ROW(400, NULL, "GET / HTTP/1.1\r\n: x\r\n" E),
    ROW(400, "no name", "GET / HTTP/1.1\r\nHost: h\r\n: x\r\nConnection: close\r\n\r\n"),
    ROW(400, "no name", "GET / HTTP/1.1\r\nHost: h\r\n:\r\n\r\n"),
    ROW(400, "no name", "POST / HTTP/1.1\r\nHost: h\r\n:\r\nContent-Length: 1\r\n\r\na"),
    ROW(400, "empty line", "GET / HTTP/1.1\r\n" H "\n"),
    ROW(400, NULL, "POST / HTTP/1.1\r\n" H "Content: 1\r\n -Length\r\n\r\na"),
    ROW(400, NULL, "GET\0x / HTTP/1.1\r\n" E),
    ROW(400, NULL, "GET / HTTP/1.1\r\nNoColon\r\n" E),
    ROW(400, NULL, "GET / HTTP/1.1\r\nN\xc3\xa4me: x\r\n" E),
    ROW(400, NULL, "GET / HTTP/1.1\r\nA: x\r\n folded\r\n" E),
    ROW(400, NULL, "GET / HTTP/1.1\r\nA: x\n" E),
    ROW(400, NULL, "GET / HTTP/1.1\r\nA: x\0y\r\n" E),
    ROW(400, NULL, "GET / HTTP/1.1\r\nA: x\x01\r\n" E),
    ROW(400, NULL, "GET / HTTP/1.1\r\nA: x\ry\r\n" E),
    /* the framing of the body */
    ROW(400, NULL, POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\na"),
    ROW(400, NULL, POST "Content-Length: 1, 1\r\n\r\na"),
    ROW(400, NULL, POST "Content-Length: +1\r\n\r\na"),
    ROW(400, NULL, POST "Content-Length: 0x1\r\n\r\na"),
    ROW(400, NULL, POST "Content-Length: -1\r\n\r\na"),
    ROW(400, NULL, POST "Content-Length:\r\n\r\na"),
    ROW(400, NULL, POST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ROW(400, NULL,
        POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ROW(400, NULL, POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    ROW(400, NULL, POST "Transfer-Encoding: identity\r\n\r\n"),
    ROW(400, NULL, POST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n"),
    ROW(400, NULL, "POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ROW(400, NULL, "GET / HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\na"),
    ROW(413, "has 65 bytes", POST "Content-Length: 65\r\n\r\n"),
    ROW(413, NULL,
        POST "Transfer-Encoding: chunked\r\n\r\n"
             "21\r\n123456789 123456789 123456789 123\r\n"
             "21\r\n123456789 123456789 123456789 123\r\n0\r\n\r\n"),
    ROW(400, "no exclamation", "PUT /sink HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\na!"),
};

static void test_a_request_is_read_in_one_way_or_refused(void **unused)
{
    static char answer[ANSWER_MAX];
    sheaf_http_server *server = server_open(NULL);
    int wrong = 0;
    (void)unused;
    for (size_t i = 0; i < COUNT(requests); i++) {
        int calls = seen.calls;
        int status = ask(server, requests[i].text, requests[i].len, answer);
        bool words = !requests[i].words || strstr(answer, requests[i].words);
        if (status != requests[i].status || !words || (status != 200 && seen.calls != calls)) {
            print_error("row %zu wants %d %s\n%s\n%s\n", i, requests[i].status,
                        requests[i].words ? requests[i].words : "", requests[i].text, answer);
            wrong++;
        }
    }
    sheaf_http_server_close(server);
    assert_int_equal(wrong, 0);
    assert_int_equal(seen.abandoned, 1);
}

static void test_sizes_are_bounded(void **unused)
{
    static char answer[ANSWER_MAX];
    sheaf_buffer text;
    sheaf_http_server *server = server_open(NULL);
    (void)unused;
    sheaf_buffer_init(&text, 1 << 20);
    for (int over = 0; over < 2; over++) {
        sheaf_buffer_reset(&text);
        sheaf_buffer_add_string(&text, "GET /");
        for (int i = 1; i < SHEAF_HTTP_TARGET_MAX + over; i++)
            sheaf_buffer_add_byte(&text, 'a');
        sheaf_buffer_add_string(&text, " HTTP/1.1\r\n" E);
        assert_int_equal(ask(server, text.data, text.len, answer), over ? 414 : 200);

        sheaf_buffer_reset(&text);
        sheaf_buffer_add_string(&text, "GET / HTTP/1.1\r\n" H);
        for (int i = 2; i < SHEAF_HTTP_HEADER_LINES_MAX + over; i++)
            sheaf_buffer_add_string(&text, "A: b\r\n");
        sheaf_buffer_add_string(&text, "\r\n");
        assert_int_equal(ask(server, text.data, text.len, answer), over ? 431 : 200);
    }
    sheaf_buffer_deinit(&text);
    sheaf_http_server_close(server);
}

static void test_only_its_own_names_are_answered(void **unused)
{
    static const char *const hosts[] = {"hub.example:8480", NULL};
    static const char good[] = "GET / HTTP/1.1\r\nHost: HUB.example:8480\r\n"
                               "Connection: close\r\n\r\n";
    static char answer[ANSWER_MAX];
    sheaf_http_server *server = server_open(hosts);
    (void)unused;
    assert_int_equal(ask(server, good, sizeof good - 1, answer), 200);
    assert_int_equal(
        ask(server, "GET / HTTP/1.1\r\n" E, sizeof("GET / HTTP/1.1\r\n" E) - 1, answer), 421);
    sheaf_http_server_close(server);
}

static void test_a_kept_connection_serves_several_requests(void **unused)
{
    static const char twice[] =
        "POST /one HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"
        "HEAD /two HTTP/1.1\r\nHost: h\r\n\r\nGET /three HTTP/1.1\r\n" E;
    static char answer[ANSWER_MAX];
    sheaf_http_server *server = server_open(NULL);
    (void)unused;
    assert_int_equal(ask(server, twice, sizeof twice - 1, answer), 200);
    assert_non_null(strstr(answer, "/one|/one|ab|2|"));
    assert_null(strstr(answer, "|/two|"));
    assert_non_null(strstr(answer, "/three|/three|"));
    sheaf_http_server_close(server);
}

/* A trailer without a name would end the trailers early and make a request of the next line. */
static void test_nothing_follows_chunks(void **unused)
{
    static const char hidden[] =
        "POST /one HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\nX: 1\r\n:\r\nGET /hidden HTTP/1.1\r\n" E;
    static char answer[ANSWER_MAX];
    sheaf_http_server *server = server_open(NULL);
    (void)unused;
    seen.calls = 0;
    assert_int_equal(ask(server, hidden, sizeof hidden - 1, answer), 200);
    assert_non_null(strstr(answer, "Connection: close"));
    assert_null(strstr(answer, "hidden"));
    assert_int_equal(seen.calls, 1);
    sheaf_http_server_close(server);
}

/* Clients that wait, one that went away meanwhile, and one that the closing server answers. */
static void test_deferred_answers(void **unused)
{
    static const char later[] = "GET /later HTTP/1.1\r\n" E;
    static char answer[ANSWER_MAX];
    sheaf_http_server *server = server_open(NULL);
    int fds[4];
    (void)unused;
    for (int i = 0; i < 4; i++) {
        fds[i] = dial(server);
        say(fds[i], later, sizeof later - 1);
        wait_for(&seen.token_count, i + 1);
    }
    close(fds[1]);
    for (int i = 2; i >= 0; i--) {
        sheaf_http_response response = sheaf_http_error(409, "answer %d", i);
        sheaf_http_respond(seen.tokens[i], &response);
        if (i == 1)
            continue;
        char want[16];
        snprintf(want, sizeof want, "answer %d", i);
        assert_int_equal(hear(fds[i], answer), 409);
        assert_non_null(strstr(answer, want));
        close(fds[i]);
    }
    sheaf_http_server_close(server);
    assert_int_equal(hear(fds[3], answer), 503);
    assert_non_null(strstr(answer, "the server is stopping"));
    close(fds[3]);
    sheaf_http_response late = sheaf_http_copy(200, "text/plain", sheaf_str("too late"));
    sheaf_http_respond(seen.tokens[3], &late); /* frees the server's last memory */
    assert_null(late.bytes.data);
}

/* Once each: after they were sent, after a HEAD, and where nobody was there any more. */
static void test_lent_bytes_come_back(void **unused)
{
    static const char get[] = "GET /lent HTTP/1.1\r\n" E, head[] = "HEAD /lent HTTP/1.1\r\n" E,
                      later[] = "GET /later HTTP/1.1\r\n" E;
    static char answer[ANSWER_MAX];
    sheaf_http_server *server = server_open(NULL);
    (void)unused;
    assert_int_equal(ask(server, get, sizeof get - 1, answer), 200);
    assert_non_null(strstr(answer, "only lent"));
    wait_for(&seen.given_back, 1);
    assert_int_equal(ask(server, head, sizeof head - 1, answer), 200);
    assert_null(strstr(answer, "only lent"));
    wait_for(&seen.given_back, 2);
    seen.token_count = 0;
    int fd = dial(server);
    say(fd, later, sizeof later - 1);
    wait_for(&seen.token_count, 1);
    sheaf_http_server_close(server);
    close(fd);
    sheaf_http_response late = lent();
    sheaf_http_respond(seen.tokens[0], &late);
    wait_for(&seen.given_back, 3);
}

static void test_streams_end_and_are_counted(void **unused)
{
    static const char listen_to[] = "GET /events HTTP/1.1\r\n" E;
    static char answer[ANSWER_MAX], large[8192];
    static const sheaf_http_events_config small = {
        .queue_max = 4096, .clients_max = 2, .heartbeat_ms = 50};
    sheaf_http_server *server = server_open(NULL);
    int fds[2];
    (void)unused;
    assert_int_equal(sheaf_http_events_open(&seen.events, &small, NULL), SHEAF_OK);
    for (int i = 0; i < 2; i++) {
        fds[i] = dial(server);
        say(fds[i], listen_to, sizeof listen_to - 1);
        wait_for_listeners((unsigned)i + 1);
    }
    assert_int_equal(ask(server, listen_to, sizeof listen_to - 1, answer), 503);
    close(fds[0]); /* noticed by a heartbeat */
    wait_for_listeners(1);
    sheaf_http_events_publish(seen.events, "word", sheaf_str("one\r\ntwo\nthree"));
    memset(large, 'x', sizeof large);
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    sheaf_http_events_publish(seen.events, "huge", sheaf_bytes(large, sizeof large));
    assert_int_equal(hear(fds[1], answer), 200); /* cut off: it lost an event */
    assert_non_null(strstr(answer, "event: word\ndata: one\ndata: two\ndata: three\n\n"));
    assert_null(strstr(answer, "huge"));
    assert_null(strstr(answer, "\r\n0\r\n")); /* no orderly end */
    close(fds[1]);
    wait_for_listeners(0);

    fds[0] = dial(server);
    say(fds[0], listen_to, sizeof listen_to - 1);
    wait_for_listeners(1);
    sheaf_http_server_close(server);
    assert_int_equal(hear(fds[0], answer), 200);
    assert_non_null(strstr(answer, "\r\n0\r\n"));
    close(fds[0]);
    sheaf_http_events_close(seen.events);
}

/* A request on a connection that stays open: does an answer come? */
static bool answers(int fd)
{
    static const char get[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    char byte;
    return send(fd, get, sizeof get - 1, MSG_NOSIGNAL) > 0 && recv(fd, &byte, 1, 0) == 1;
}

static void test_one_address_cannot_take_every_connection(void **unused)
{
    sheaf_http_server *server = NULL;
    sheaf_err err = {0};
    sheaf_http_server_config config = {
        .route = route, .handler = handler, .connections_max = 16, .per_address_max = 3};
    assert_int_equal(sheaf_http_server_open(&server, &config, &err), SHEAF_OK);
    int fd[3];
    for (int i = 0; i < 3; i++)
        assert_true(answers(fd[i] = dial(server)));
    int more = dial(server);
    assert_false(answers(more));
    close(more);
    close(fd[0]);
    bool again = false;
    for (int i = 0; i < 100 && !again; i++) { /* until the server saw that one is gone */
        usleep(20000);
        again = answers(fd[0] = dial(server));
        if (!again)
            close(fd[0]);
    }
    assert_true(again);
    for (int i = 0; i < 3; i++)
        close(fd[i]);
    sheaf_http_server_close(server);
    (void)unused;
}

static void test_starting_fails_with_a_sentence(void **unused)
{
    sheaf_http_server *server = server_open(NULL), *other = NULL;
    sheaf_err err = {0};
    sheaf_http_server_config config = {.handler = handler,
                                       .port = sheaf_http_server_port(server)};
    (void)unused;
    assert_int_equal(sheaf_http_server_open(&other, &config, &err), SHEAF_IO);
    assert_non_null(strstr(err.message, "is in use by another program"));
    config = (sheaf_http_server_config){.handler = handler, .address = "192.0.2.1"};
    assert_int_equal(sheaf_http_server_open(&other, &config, &err), SHEAF_IO);
    assert_non_null(strstr(err.message, "is no address of this machine"));
    config = (sheaf_http_server_config){.handler = handler, .tls_cert = "/nowhere"};
    assert_int_equal(sheaf_http_server_open(&other, &config, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "only one of the two"));
    config.tls_key = "/nowhere";
    assert_int_equal(sheaf_http_server_open(&other, &config, &err), SHEAF_IO);
    assert_non_null(strstr(err.message, "cannot open the TLS file /nowhere"));
    sheaf_http_server_close(server);
    sheaf_http_server_close(NULL);
    assert_null(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_request_is_read_in_one_way_or_refused),
        cmocka_unit_test(test_sizes_are_bounded),
        cmocka_unit_test(test_only_its_own_names_are_answered),
        cmocka_unit_test(test_a_kept_connection_serves_several_requests),
        cmocka_unit_test(test_nothing_follows_chunks),
        cmocka_unit_test(test_deferred_answers),
        cmocka_unit_test(test_lent_bytes_come_back),
        cmocka_unit_test(test_streams_end_and_are_counted),
        cmocka_unit_test(test_one_address_cannot_take_every_connection),
        cmocka_unit_test(test_starting_fails_with_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
