/* Whole answers of a web server, heads and all, through lib/http as it is: a thread of ours plays the server on the loopback device and
 * answers every request with the input. The first byte chooses the request. */
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "fuzz.h"
#include "http/http.h"

#define MAX_BYTES ((size_t)4096)
#define ANSWER_BYTES ((size_t)16384)

static struct {
	int listener;
	uint16_t port;
	/* The answer. A connection that the client gave up may still be sent to when the next input comes. */
	pthread_mutex_t lock;
	uint8_t data[ANSWER_BYTES];
	size_t size;
} server = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* One request at a time: its head is read, and its body of a few bytes with it. */
static void *
serve(void *unused)
{
	for (;;) {
		char room[4096];
		size_t have = 0, sent = 0;
		ssize_t n;
		int fd = accept(server.listener, NULL, NULL);

		if (fd < 0)
			continue;
		while (have < sizeof(room) - 1 && (n = read(fd, room + have, sizeof(room) - 1 - have)) > 0) {
			have += (size_t)n;
			room[have] = '\0';
			if (strstr(room, "\r\n\r\n") != NULL && (room[0] == 'G' || room[have - 1] == '!'))
				break;
		}
		MUST_HOLD(pthread_mutex_lock(&server.lock) == 0);
		while (sent < server.size && (n = send(fd, server.data + sent, server.size - sent, MSG_NOSIGNAL)) > 0)
			sent += (size_t)n;
		MUST_HOLD(pthread_mutex_unlock(&server.lock) == 0);
		(void)shutdown(fd, SHUT_WR);
		/* Let the client close first: its end of the connection is then the one that lingers. */
		while (read(fd, room, sizeof(room)) > 0)
			;
		(void)close(fd);
	}
	return unused;
}

static void
start(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	pthread_t thread;

	server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	MUST_HOLD(server.listener >= 0 && bind(server.listener, (struct sockaddr *)(void *)&at, sizeof(at)) == 0);
	MUST_HOLD(listen(server.listener, 8) == 0 && getsockname(server.listener, (struct sockaddr *)(void *)&at, &len) == 0);
	server.port = ntohs(at.sin_port);
	MUST_HOLD(pthread_create(&thread, NULL, serve, NULL) == 0 && pthread_detach(thread) == 0);
}

static void
no_sleep(int64_t ms)
{
	MUST_HOLD(ms >= 0 && ms <= 3600 * 1000);
}

static void
see_line(void *unused, const char *line)
{
	(void)unused;
	MUST_HOLD(strstr(line, "hunter2hunter2") == NULL);
}

static bool
one_line(const char *text)
{
	return text_utf8_valid(text, strlen(text)) && !text_has_control(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct http_header headers[] = { { "Authorization", "Bearer hunter2hunter2", true } };
	static const char *const allowed[] = { "127.0.0.1" };
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct http_config config = {
		.user_agent = "fuzz",
		.allow_private = allowed,
		.allow_private_count = 1,
		.allow_http = true,
		.connections = 1,
		.retry = { .max_total_ms = 7200 * 1000, .base_ms = 1, .cap_ms = 2, .max_tries = 2 },
		.connect_timeout_ms = 5000,
		.idle_timeout_ms = 5000,
		.total_timeout_ms = 5000,
		.max_bytes = MAX_BYTES,
		.sleep_ms = no_sleep,
		.trace = see_line,
	};
	struct http_request request = { .method = "GET",
		.path = "/orders?token=hunter2hunter2",
		.headers = headers,
		.header_count = 1,
		.repeatable = true,
		.what = "orders" };
	struct http_response *response;
	struct http *http = NULL;

	if (size == 0)
		return 0;
	if (server.listener == 0)
		start();
	MUST_HOLD(pthread_mutex_lock(&server.lock) == 0);
	server.size = size - 1 < ANSWER_BYTES ? size - 1 : ANSWER_BYTES;
	memcpy(server.data, data + 1, server.size);
	MUST_HOLD(pthread_mutex_unlock(&server.lock) == 0);
	if (data[0] % 2 == 1) {
		request.method = "POST";
		request.repeatable = data[0] % 4 == 1;
		request.secret_body = true;
		request.body = "a=hunter2hunter2!";
		request.body_len = strlen(request.body);
	}
	config.base_url = arena_printf(&arena, "http://127.0.0.1:%u", (unsigned)server.port);
	MUST_HOLD(http_open(&config, &http, &err) == 0);
	if (http_send(&arena, http, &request, &response, &err) == 0) {
		/* What is no answer never passes for one. */
		MUST_HOLD(response->status < 300 || (response->status >= 400 && response->status < 500 && response->status != 429));
		MUST_HOLD(response->retry_after_s >= -1 && response->retry_after_s <= 3600);
		MUST_HOLD(response->body_len <= MAX_BYTES && response->body[response->body_len] == '\0');
		MUST_HOLD(strchr(response->content_type, ';') == NULL && strpbrk(response->content_type, "ABCDEFXYZ") == NULL);
	} else {
		MUST_HOLD(err.code == ERR_SERVICE || err.code == ERR_DATA || err.code == ERR_REFUSED || err.code == ERR_DOUBT);
		MUST_HOLD(request.repeatable ? err.code != ERR_DOUBT : err.code != ERR_DATA);
		MUST_HOLD(one_line(err.message) && one_line(err.hint) && strstr(err.message, "hunter2hunter2") == NULL);
	}
	http_close(http);
	arena_done(&arena);
	return 0;
}
