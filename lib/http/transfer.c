/* libcurl's multi interface. Each slot is an easy handle used again and again, so that connections stay alive. Everything that
 * libcurl would do on its own and that could surprise is switched off: proxies of the environment, redirects, other protocols,
 * signals, HTTP/2. What it cannot be told not to do, a silent repeat on a fresh connection when a kept one is dead, happens
 * only to repeatable requests: the others never reuse a connection. */
#include "transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "guard.h"

/* Longest that one curl_multi_poll() may last: libcurl's own timers end it sooner. */
#define POLL_MS 1000

struct slot {
	struct transfer_pool *pool;
	struct arena arena; /* of the strings of one transfer */
	CURL *easy;
	struct curl_slist *headers;
	struct buf body;
	char reason[CURL_ERROR_SIZE];
	const char *refused; /* the address that the guard refused last */
	bool refused_http;   /* it is private-allowed, but plain HTTP goes to loopback only */
	const struct http_request *request;
	size_t tag;
	bool busy;
};

struct transfer_pool {
	struct arena arena;
	const struct http_config *config;
	const char *host;
	bool plain;         /* http, not https */
	bool allow_private; /* the configuration names our host */
	CURLM *multi;
	struct slot *slots;
	size_t running;
};

/* curl_easy_setopt() fails only for options that this libcurl does not know, or for want of memory: both end the program. */
#define SET(easy, option, value) BUG_UNLESS(curl_easy_setopt((easy), (option), (value)) == CURLE_OK)

static const char *
lower(struct arena *arena, const char *s)
{
	char *copy = arena_strdup(arena, s), *c;

	for (c = copy; *c != '\0'; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
	}
	return copy;
}

/* A host without the brackets of an IPv6 literal. */
static const char *
bare_host(struct arena *arena, const char *host)
{
	size_t len = strlen(host);

	if (len > 2 && host[0] == '[' && host[len - 1] == ']')
		return lower(arena, arena_strndup(arena, host + 1, len - 2));
	return lower(arena, host);
}

static char *
url_part(struct arena *arena, CURLU *url, CURLUPart part)
{
	char *text = NULL, *copy;

	if (curl_url_get(url, part, &text, 0) != CURLUE_OK)
		return NULL;
	copy = arena_strdup(arena, text);
	curl_free(text);
	return copy;
}

static int
check_url(struct transfer_pool *pool, struct err *err)
{
	const char *base = pool->config->base_url, *scheme;
	CURLU *url = curl_url();
	CURLUcode code;
	int rc = -1;

	BUG_UNLESS(url != NULL);
	code = curl_url_set(url, CURLUPART_URL, base, CURLU_NON_SUPPORT_SCHEME | CURLU_DISALLOW_USER);
	if (code == CURLUE_USER_NOT_ALLOWED) {
		err_set(err, ERR_CONFIG, "address of the service holds a user name or password");
		err_hint(err, "Credentials belong into their own setting.");
		goto out;
	}
	if (code != CURLUE_OK) {
		err_set(err, ERR_CONFIG, "cannot use the address \"%s\": %s", base, curl_url_strerror(code));
		goto out;
	}
	scheme = url_part(&pool->arena, url, CURLUPART_SCHEME);
	pool->host = url_part(&pool->arena, url, CURLUPART_HOST);
	if (pool->host == NULL || scheme == NULL) {
		err_set(err, ERR_CONFIG, "cannot use the address \"%s\": it names no host", base);
		goto out;
	}
	pool->host = bare_host(&pool->arena, pool->host);
	if (url_part(&pool->arena, url, CURLUPART_QUERY) != NULL || url_part(&pool->arena, url, CURLUPART_FRAGMENT) != NULL) {
		err_set(err, ERR_CONFIG, "cannot use the address \"%s\": it has a query or a fragment", base);
		goto out;
	}
	pool->plain = text_equal(scheme, "http");
	if (!pool->plain && !text_equal(scheme, "https")) {
		err_set(err, ERR_CONFIG, "cannot use the address \"%s\": only https is spoken", base);
		goto out;
	}
	if (pool->plain && !pool->config->allow_http) {
		err_set(err, ERR_CONFIG, "cannot use the address \"%s\": plain HTTP is not allowed", base);
		err_hint(err, "Use https; allow_http is for tests on this machine.");
		goto out;
	}
	rc = 0;
out:
	curl_url_cleanup(url);
	return rc;
}

/* The guard: libcurl asks for a socket once it has an address, whatever family, and before anything is sent to it. */
static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct slot *slot = context;
	const struct transfer_pool *pool = slot->pool;

	(void)purpose;
	slot->refused_http = pool->plain && !guard_loopback(&address->addr);
	if (slot->refused_http || (!pool->allow_private && guard_private(&address->addr))) {
		slot->refused = guard_text(&slot->arena, &address->addr);
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t
take_body(char *data, size_t size, size_t count, void *context)
{
	struct slot *slot = context;

	buf_add(&slot->body, data, size * count);
	return slot->body.overflow ? 0 : size * count;
}

static void
add_header(struct slot *slot, const char *line)
{
	struct curl_slist *longer = curl_slist_append(slot->headers, line);

	BUG_UNLESS(longer != NULL);
	slot->headers = longer;
}

static void
set_up(struct slot *slot)
{
	const struct transfer_pool *pool = slot->pool;
	const struct http_config *config = pool->config;
	const struct http_request *request = slot->request;
	CURL *easy = slot->easy;
	size_t i;

	SET(easy, CURLOPT_URL, arena_printf(&slot->arena, "%s%s", config->base_url, request->path));
	SET(easy, CURLOPT_PROTOCOLS_STR, pool->plain ? "http" : "https");
	SET(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
	SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
	SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(easy, CURLOPT_PROXY, "");
	SET(easy, CURLOPT_NOPROXY, "*");
	SET(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(easy, CURLOPT_NOSIGNAL, 1L);
	SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (config->ca_file != NULL)
		SET(easy, CURLOPT_CAINFO, config->ca_file);
	SET(easy, CURLOPT_USERAGENT, config->user_agent);
	SET(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	SET(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	SET(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)config->connect_timeout_ms);
	SET(easy, CURLOPT_TIMEOUT_MS, (long)config->total_timeout_ms);
	SET(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	SET(easy, CURLOPT_LOW_SPEED_TIME, (long)((config->idle_timeout_ms + 999) / 1000));
	SET(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)config->max_bytes);
	SET(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(easy, CURLOPT_OPENSOCKETDATA, slot);
	SET(easy, CURLOPT_WRITEFUNCTION, take_body);
	SET(easy, CURLOPT_WRITEDATA, slot);
	SET(easy, CURLOPT_ERRORBUFFER, slot->reason);
	SET(easy, CURLOPT_PRIVATE, slot);
	/* See the head of this file: a kept connection may make libcurl send twice. */
	SET(easy, CURLOPT_FRESH_CONNECT, request->repeatable ? 0L : 1L);

	/* No waiting for "100 Continue": a server that does not know it costs a second each time. */
	add_header(slot, "Expect:");
	for (i = 0; i < request->header_count; i++)
		add_header(slot, arena_printf(&slot->arena, "%s: %s", request->headers[i].name, request->headers[i].value));
	SET(easy, CURLOPT_HTTPHEADER, slot->headers);
	if (text_equal(request->method, "POST")) {
		SET(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
		SET(easy, CURLOPT_POSTFIELDS, request->body != NULL ? request->body : "");
	} else {
		SET(easy, CURLOPT_HTTPGET, 1L);
	}
}

int
transfer_start(struct transfer_pool *pool, const struct http_request *request, size_t tag, struct err *err)
{
	struct slot *slot = pool->slots;

	BUG_UNLESS(pool->running < pool->config->connections);
	while (slot->busy)
		slot++;
	if (slot->easy == NULL)
		slot->easy = curl_easy_init();
	else
		curl_easy_reset(slot->easy);
	BUG_UNLESS(slot->easy != NULL);
	curl_slist_free_all(slot->headers);
	slot->headers = NULL;
	arena_reset(&slot->arena);
	buf_reset(&slot->body);
	slot->reason[0] = '\0';
	slot->refused = NULL;
	slot->request = request;
	slot->tag = tag;
	set_up(slot);
	if (curl_multi_add_handle(pool->multi, slot->easy) != CURLM_OK)
		return err_set(err, ERR_SYSTEM, "could not start a request to \"%s\"", pool->host);
	slot->busy = true;
	pool->running++;
	return 0;
}

static void
read_answer(const struct transfer_pool *pool, struct slot *slot, struct transfer_result *result)
{
	char *type = NULL, *target = NULL;
	curl_off_t wait = 0;
	struct curl_header *header;
	CURLU *url;

	curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &result->status);
	curl_easy_getinfo(slot->easy, CURLINFO_CONTENT_TYPE, &type);
	if (type != NULL)
		result->content_type =
		    lower(&slot->arena, text_trim(&slot->arena, arena_strndup(&slot->arena, type, strcspn(type, ";"))));
	/* libcurl turns both forms of Retry-After into seconds, and an absent one into 0. */
	if (curl_easy_header(slot->easy, "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK &&
	    curl_easy_getinfo(slot->easy, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK)
		result->retry_after_s = wait < 3600 ? (int64_t)wait : 3600;
	if (curl_easy_header(slot->easy, "Date", 0, CURLH_HEADER, -1, &header) == CURLHE_OK &&
	    curl_getdate(header->value, NULL) > 0)
		result->date_utc = curl_getdate(header->value, NULL);
	if (pool->config->keep_header != NULL &&
	    curl_easy_header(slot->easy, pool->config->keep_header, 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
		result->kept = arena_strdup(&slot->arena, header->value);
	curl_easy_getinfo(slot->easy, CURLINFO_REDIRECT_URL, &target);
	if (target != NULL) {
		url = curl_url();
		BUG_UNLESS(url != NULL);
		result->redirect_host = "";
		if (curl_url_set(url, CURLUPART_URL, target, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK)
			result->redirect_host = url_part(&slot->arena, url, CURLUPART_HOST);
		curl_url_cleanup(url);
		if (result->redirect_host == NULL)
			result->redirect_host = "";
	}
	result->body = slot->body.data;
	result->body_len = slot->body.len;
}

/* Of a failed transfer: had anything left? */
static bool
is_sent(struct slot *slot)
{
	long bytes = 0;

	curl_easy_getinfo(slot->easy, CURLINFO_REQUEST_SIZE, &bytes);
	return bytes > 0;
}

static enum transfer_end
end_of(struct slot *slot, CURLcode code)
{
	switch (code) {
	case CURLE_OK: return TRANSFER_ANSWERED;
	case CURLE_FILESIZE_EXCEEDED: return TRANSFER_TOO_LARGE;
	case CURLE_WRITE_ERROR: return slot->body.overflow ? TRANSFER_TOO_LARGE : TRANSFER_CUT;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CACERT_BADFILE: return TRANSFER_UNTRUSTED;
	case CURLE_COULDNT_CONNECT: return slot->refused != NULL ? TRANSFER_GUARDED : TRANSFER_UNSENT;
	/* After the request it is the server's answer that libcurl can make nothing of: another HTTP, a header without a name. */
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_NOT_BUILT_IN:
	case CURLE_BAD_FUNCTION_ARGUMENT:
	case CURLE_UNKNOWN_OPTION: return is_sent(slot) ? TRANSFER_CUT : TRANSFER_BROKEN;
	default: return is_sent(slot) ? TRANSFER_CUT : TRANSFER_UNSENT;
	}
}

static void
finish(struct transfer_pool *pool, struct slot *slot, CURLcode code, struct transfer_result *result)
{
	*result = (struct transfer_result){ .tag = slot->tag, .content_type = "", .retry_after_s = -1, .body = "", .reason = "" };
	result->end = end_of(slot, code);
	if (result->end == TRANSFER_ANSWERED)
		read_answer(pool, slot, result);
	else if (result->end == TRANSFER_GUARDED)
		result->reason = arena_printf(&slot->arena, "its address %s is %s", slot->refused,
		    slot->refused_http ? "not this machine's, and plain HTTP goes nowhere else" : "private");
	else
		result->reason = arena_strdup(&slot->arena, slot->reason[0] != '\0' ? slot->reason : curl_easy_strerror(code));
	curl_multi_remove_handle(pool->multi, slot->easy);
	slot->busy = false;
	pool->running--;
}

int
transfer_wait(struct transfer_pool *pool, int64_t timeout_ms, struct transfer_result *ret_result, struct err *err)
{
	int64_t end_ms = clock_mono_ms() + timeout_ms, left_ms;
	int running, queued;
	CURLMsg *message;
	char *slot;

	for (;;) {
		if (curl_multi_perform(pool->multi, &running) != CURLM_OK)
			return err_set(err, ERR_SYSTEM, "could not go on with the requests to \"%s\"", pool->host);
		message = curl_multi_info_read(pool->multi, &queued);
		if (message != NULL) {
			curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
			finish(pool, (struct slot *)(void *)slot, message->data.result, ret_result);
			return 1;
		}
		left_ms = end_ms - clock_mono_ms();
		if (left_ms <= 0)
			return 0;
		if (curl_multi_poll(pool->multi, NULL, 0, (int)(left_ms < POLL_MS ? left_ms : POLL_MS), NULL) != CURLM_OK)
			return err_set(err, ERR_SYSTEM, "could not wait for \"%s\"", pool->host);
	}
}

bool
transfer_drop_read(struct transfer_pool *pool, size_t *ret_tag)
{
	struct slot *slot;
	size_t i;

	for (i = 0; i < pool->config->connections; i++) {
		slot = &pool->slots[i];
		if (!slot->busy || !slot->request->repeatable)
			continue;
		/* libcurl closes its connection: half an answer is still on it. */
		curl_multi_remove_handle(pool->multi, slot->easy);
		slot->busy = false;
		pool->running--;
		*ret_tag = slot->tag;
		return true;
	}
	return false;
}

const char *
transfer_host(const struct transfer_pool *pool)
{
	return pool->host;
}

size_t
transfer_running(const struct transfer_pool *pool)
{
	return pool->running;
}

/* With CURLOPT_NOSIGNAL libcurl leaves SIGPIPE alone, and OpenSSL's writes to a closed socket raise it. */
static void
ignore_sigpipe(void)
{
	struct sigaction now, ignore = { .sa_handler = SIG_IGN };

	if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
		(void)sigaction(SIGPIPE, &ignore, NULL);
}

static int
check_ca_file(const char *file, struct err *err)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, ERR_CONFIG, "could not read ca_file \"%s\": %s", file, strerror(errno));
	(void)close(fd);
	return 0;
}

int
transfer_open(const struct http_config *config, struct transfer_pool **ret_pool, struct err *err)
{
	struct transfer_pool *pool = calloc(1, sizeof(*pool));
	size_t i;

	BUG_UNLESS(pool != NULL);
	BUG_UNLESS(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	ignore_sigpipe();
	pool->config = config;
	if (check_url(pool, err) != 0)
		goto fail;
	if (config->ca_file != NULL && check_ca_file(config->ca_file, err) != 0)
		goto fail;
	for (i = 0; i < config->allow_private_count; i++)
		pool->allow_private |= text_equal(bare_host(&pool->arena, config->allow_private[i]), pool->host);
	pool->slots = ARENA_ARRAY(&pool->arena, config->connections, struct slot);
	for (i = 0; i < config->connections; i++) {
		pool->slots[i].pool = pool;
		buf_init(&pool->slots[i].body, config->max_bytes);
	}
	pool->multi = curl_multi_init();
	BUG_UNLESS(pool->multi != NULL);
	curl_multi_setopt(pool->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)config->connections);
	curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, (long)config->connections);
	*ret_pool = pool;
	return 0;
fail:
	transfer_close(pool);
	return -1;
}

void
transfer_close(struct transfer_pool *pool)
{
	size_t i;

	if (pool == NULL)
		return;
	for (i = 0; pool->slots != NULL && i < pool->config->connections; i++) {
		struct slot *slot = &pool->slots[i];

		if (slot->busy)
			curl_multi_remove_handle(pool->multi, slot->easy);
		curl_easy_cleanup(slot->easy);
		curl_slist_free_all(slot->headers);
		buf_done(&slot->body);
		arena_done(&slot->arena);
	}
	curl_multi_cleanup(pool->multi);
	arena_done(&pool->arena);
	free(pool);
	curl_global_cleanup();
}
