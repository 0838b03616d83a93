/* SMTP by libcurl (the HTTP client is its other user). libcurl does the dialogue, TLS, login and dot-stuffing; the message arrives
 * complete, because libcurl would write headers and file names without encoding them. It tells little of what went wrong, so we keep the
 * last command it sent and the last reply the server gave: what an answer means depends on the command it answers. One recipient a mail:
 * with several, libcurl gives up all for one, or hides which one was refused. */
#include "adapter/smtp.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/text.h"

#define REPLY_MAX_BYTES ((size_t)4096)
#define TRACE_MAX_BYTES ((size_t)1024)

/* How far the dialogue is: the newest command sent, or how much of the message. */
enum stage { STAGE_CONNECT, STAGE_HELLO, STAGE_TLS, STAGE_LOGIN, STAGE_SENDER, STAGE_RECIPIENT, STAGE_DATA, STAGE_BODY, STAGE_END };

struct smtp {
	CURL *curl;
	char *url;
	char *server; /* the URL's host and port, for messages */
	bool plain;   /* loopback without TLS */
	unsigned connections;
	char reason[CURL_ERROR_SIZE];
	void (*trace)(void *, const char *);
	void *trace_context;
	/* of the mail at hand */
	const char *message;
	size_t left;
	enum stage stage;
	int code;         /* of the newest reply, 0 if none came since the stage began */
	bool reply_whole; /* its last line was seen: the next line begins another reply */
	bool over;        /* libcurl said QUIT: what the server says now is no answer to the mail */
	struct buf reply;
};

static bool
begins_with_verb(const char *s, size_t len, const char *verb)
{
	size_t i;

	for (i = 0; verb[i] != '\0'; i++)
		if (i >= len || s[i] != verb[i])
			return false;
	return true;
}

static void
trace_line(const struct smtp *smtp, const char *direction, const char *line, size_t len)
{
	struct buf buf;

	if (smtp->trace == NULL)
		return;
	while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	buf_init(&buf, TRACE_MAX_BYTES);
	buf_text(&buf, direction);
	buf_add(&buf, line, len);
	smtp->trace(smtp->trace_context, buf.data);
	buf_done(&buf);
}

static void
enter(struct smtp *smtp, enum stage stage)
{
	smtp->stage = stage;
	smtp->code = 0;
	smtp->reply_whole = false;
	buf_reset(&smtp->reply);
}

/* Commands on their way out. Lines of the login's own dialogue carry no verb; none of it is ever shown. */
static int
on_debug(CURL *curl, curl_infotype type, char *data, size_t len, void *context)
{
	static const struct {
		const char *verb;
		enum stage stage;
	} verbs[] = {
		{ "EHLO", STAGE_HELLO },
		{ "HELO", STAGE_HELLO },
		{ "STARTTLS", STAGE_TLS },
		{ "AUTH ", STAGE_LOGIN },
		{ "MAIL FROM:", STAGE_SENDER },
		{ "RCPT TO:", STAGE_RECIPIENT },
		{ "DATA", STAGE_DATA },
	};
	struct smtp *smtp = context;
	size_t i;

	(void)curl;
	if (type != CURLINFO_HEADER_OUT)
		return 0;
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (begins_with_verb(data, len, verbs[i].verb))
			break;
	if (i < sizeof(verbs) / sizeof(verbs[0]))
		enter(smtp, verbs[i].stage);
	/* Before the first verb it is an older connection that is closed to make room. */
	if (smtp->stage != STAGE_CONNECT && begins_with_verb(data, len, "QUIT"))
		smtp->over = true;
	if (smtp->stage == STAGE_LOGIN)
		trace_line(smtp, "> ", "(login)", strlen("(login)"));
	else
		trace_line(smtp, "> ", data, len);
	return 0;
}

/* One line of the server: "250-…" goes on, "250 …" ends a reply. */
static size_t
on_line(char *data, size_t size, size_t count, void *context)
{
	struct smtp *smtp = context;
	size_t len = size * count, end = len;

	while (end > 0 && (data[end - 1] == '\r' || data[end - 1] == '\n'))
		end--;
	trace_line(smtp, "< ", data, end);
	if (smtp->over)
		return len;
	if (smtp->reply_whole) {
		smtp->code = 0;
		smtp->reply_whole = false;
		buf_reset(&smtp->reply);
	}
	if (end < 3 || data[0] < '2' || data[0] > '5' || data[1] < '0' || data[1] > '9' || data[2] < '0' || data[2] > '9')
		return len;
	smtp->code = (data[0] - '0') * 100 + (data[1] - '0') * 10 + (data[2] - '0');
	smtp->reply_whole = end == 3 || data[3] == ' ';
	if (end > 4) {
		if (smtp->reply.len > 0)
			buf_char(&smtp->reply, ' ');
		buf_add(&smtp->reply, data + 4, end - 4);
	}
	return len;
}

static size_t
on_read(char *room, size_t size, size_t count, void *context)
{
	struct smtp *smtp = context;
	size_t len = size * count < smtp->left ? size * count : smtp->left;

	if (smtp->stage < STAGE_BODY)
		enter(smtp, STAGE_BODY);
	/* With the last piece libcurl may send the final dot: from here on the server may have the mail. */
	if (len == smtp->left && smtp->stage < STAGE_END)
		enter(smtp, STAGE_END);
	memcpy(room, smtp->message, len);
	smtp->message += len;
	smtp->left -= len;
	return len;
}

static bool
is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return (ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 24) == 127;
	if (address->sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
	return false;
}

/* Sockets of ours close on exec; a plain session goes to this machine whatever the name resolves to. */
static curl_socket_t
on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	const struct smtp *smtp = context;

	(void)purpose;
	if (smtp->plain && !is_loopback(&address->addr))
		return CURL_SOCKET_BAD;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* host[:port] behind the scheme: a name, an IPv4 address, or an IPv6 address in brackets. */
static bool
server_valid(const char *server)
{
	const char *p = server;
	long port = 0;

	if (*p == '[') {
		p += 1 + strspn(p + 1, "0123456789abcdefABCDEF:.");
		if (*p++ != ']')
			return false;
	} else {
		p += strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
		if (p == server || *server == '-')
			return false;
	}
	if (*p == '\0')
		return true;
	if (*p++ != ':' || *p == '\0')
		return false;
	for (; *p >= '0' && *p <= '9' && port <= 65535; p++)
		port = port * 10 + (*p - '0');
	return *p == '\0' && port >= 1 && port <= 65535;
}

static bool
names_loopback(const char *server)
{
	size_t len = server[0] == '[' ? strcspn(server, "]") + 1 : strcspn(server, ":");

	return (len == 9 && strncmp(server, "localhost", len) == 0) || (len == 5 && strncmp(server, "[::1]", len) == 0) ||
	       (len < 16 && text_starts(server, "127.") && strspn(server, "0123456789.") == len);
}

static long
whole_seconds(int64_t ms)
{
	return (long)((ms + 999) / 1000);
}

#define SET(option, value) (ok = ok && curl_easy_setopt(curl, option, value) == CURLE_OK)

/* All that stays the same from mail to mail. */
static bool
set_options(struct smtp *smtp, const struct smtp_config *config)
{
	CURL *curl = smtp->curl;
	bool ok = true;

	SET(CURLOPT_URL, smtp->url);
	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)config->limits.connect_timeout_ms);
	SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, whole_seconds(config->limits.answer_timeout_ms));
	SET(CURLOPT_TIMEOUT_MS, (long)config->limits.total_timeout_ms);
	SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
	SET(CURLOPT_LOW_SPEED_TIME, whole_seconds(config->limits.answer_timeout_ms));
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_USE_SSL, (long)(smtp->plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	SET(CURLOPT_ERRORBUFFER, smtp->reason);
	SET(CURLOPT_VERBOSE, 1L); /* the only way to see commands; nothing is printed, on_debug() takes it */
	SET(CURLOPT_DEBUGFUNCTION, on_debug);
	SET(CURLOPT_DEBUGDATA, smtp);
	SET(CURLOPT_HEADERFUNCTION, on_line);
	SET(CURLOPT_HEADERDATA, smtp);
	SET(CURLOPT_READFUNCTION, on_read);
	SET(CURLOPT_READDATA, smtp);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
	SET(CURLOPT_OPENSOCKETDATA, smtp);
	if (config->ca_file != NULL)
		SET(CURLOPT_CAINFO, config->ca_file);
	if (config->user != NULL) {
		SET(CURLOPT_USERNAME, config->user);
		SET(CURLOPT_PASSWORD, config->password == NULL ? "" : config->password);
	}
	return ok;
}

#undef SET

int
smtp_open(const struct smtp_config *config, struct smtp **ret_smtp, struct err *err)
{
	struct smtp *smtp;
	const char *server;
	bool tls;

	tls = text_starts(config->url, "smtps://");
	if (!tls && !text_starts(config->url, "smtp://"))
		return err_set(err, ERR_CONFIG, "mail server \"%s\": expected smtps://host or smtp://host", config->url);
	server = strstr(config->url, "://") + 3;
	if (!server_valid(server)) {
		err_set(err, ERR_CONFIG, "mail server \"%s\": expected a host, and at most a port", config->url);
		return err_hint(err, "User and password are settings of their own; a name outside ASCII is written in punycode.");
	}
	if (config->ca_file != NULL && access(config->ca_file, R_OK) != 0)
		return err_set(err, ERR_CONFIG, "mail server \"%s\": could not read ca_file \"%s\"", config->url, config->ca_file);
	smtp = calloc(1, sizeof(*smtp));
	if (smtp == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(smtp);
		return err_set(err, ERR_SYSTEM, "could not set up libcurl");
	}
	buf_init(&smtp->reply, REPLY_MAX_BYTES);
	smtp->trace = config->trace;
	smtp->trace_context = config->trace_context;
	smtp->plain = !tls && config->ca_file == NULL && names_loopback(server);
	smtp->url = strdup(config->url);
	smtp->server = strdup(server);
	smtp->curl = curl_easy_init();
	if (smtp->url == NULL || smtp->server == NULL || smtp->curl == NULL || !set_options(smtp, config)) {
		smtp_close(smtp);
		return err_set(err, ERR_SYSTEM, "could not set up libcurl");
	}
	*ret_smtp = smtp;
	return 0;
}

void
smtp_close(struct smtp *smtp)
{
	if (smtp == NULL)
		return;
	curl_easy_cleanup(smtp->curl); /* says QUIT on a kept connection */
	curl_global_cleanup();
	buf_done(&smtp->reply);
	free(smtp->server);
	free(smtp->url);
	free(smtp);
}

/* Printable ASCII without blanks and angle brackets: nothing that could end the command it stands in. */
static int
check_address(const char *what, const char *address, struct err *err)
{
	const char *p;

	for (p = address; *p > ' ' && *p < 0x7f && *p != '<' && *p != '>'; p++)
		;
	if (p == address || *p != '\0' || strchr(address, '@') == NULL)
		return err_set(err, ERR_REFUSED, "the address of the %s holds characters that do not belong in one", what);
	return 0;
}

static const char *
reply_text(const struct smtp *smtp)
{
	return smtp->reply.len > 0 ? smtp->reply.data : "(no text)";
}

/* The dialogue failed before it was about this mail, or without a word about it. */
static int
session_error(const struct smtp *smtp, CURLcode code, struct err *err)
{
	const char *reason = smtp->reason[0] != '\0' ? smtp->reason : curl_easy_strerror(code);

	if (code == CURLE_USE_SSL_FAILED) {
		err_set(err, ERR_SERVICE, "mail server \"%s\" offers no TLS", smtp->server);
		return err_hint(err, "Use smtps://, or plain smtp:// to a mail server on this machine.");
	}
	if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR || code == CURLE_SSL_CERTPROBLEM ||
	    code == CURLE_SSL_CIPHER || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR)
		return err_set(err, ERR_SERVICE, "could not make a TLS connection to mail server \"%s\": %s", smtp->server, reason);
	if (code == CURLE_LOGIN_DENIED || (smtp->stage == STAGE_LOGIN && smtp->code >= 400)) {
		err_set(
		    err, ERR_SERVICE, "mail server \"%s\" refused the login: %d %s", smtp->server, smtp->code, reply_text(smtp));
		return err_hint(err, "Check `user` and `password` of the tenant's mail settings.");
	}
	if (smtp->stage == STAGE_SENDER && smtp->code >= 500) {
		err_set(
		    err, ERR_SERVICE, "mail server \"%s\" refused the sender: %d %s", smtp->server, smtp->code, reply_text(smtp));
		return err_hint(err, "Check `from`, `user` and `password` of the tenant's mail settings.");
	}
	if (smtp->code >= 400)
		return err_set(
		    err, ERR_SERVICE, "mail server \"%s\" is not ready: %d %s", smtp->server, smtp->code, reply_text(smtp));
	if (smtp->stage == STAGE_CONNECT)
		return err_set(err, ERR_SERVICE, "could not reach mail server \"%s\": %s", smtp->server, reason);
	return err_set(err, ERR_SERVICE, "mail server \"%s\" broke off: %s", smtp->server, reason);
}

/* Is the newest reply about this mail, rather than about the session or the sender? RFC 5321 section 3.8: 421 closes the channel
 * whatever it answers; 552 to MAIL says that the message is too large. */
static bool
is_about_mail(const struct smtp *smtp)
{
	if (smtp->code < 400)
		return false;
	if (smtp->stage == STAGE_END)
		return true;
	if (smtp->stage == STAGE_SENDER)
		return smtp->code == 552;
	return smtp->stage >= STAGE_RECIPIENT && smtp->code != 421;
}

/* One pass of the dialogue. Writing to a TLS connection that the server closed must not kill us. */
static CURLcode
perform(struct smtp *smtp, const struct smtp_mail *mail, long *ret_connects)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	CURLcode code;

	smtp->message = mail->message;
	smtp->left = mail->message_len;
	smtp->reason[0] = '\0';
	smtp->over = false;
	enter(smtp, STAGE_CONNECT);
	BUG_UNLESS(sigemptyset(&ignore.sa_mask) == 0 && sigaction(SIGPIPE, &ignore, &before) == 0);
	code = curl_easy_perform(smtp->curl);
	BUG_UNLESS(sigaction(SIGPIPE, &before, NULL) == 0);
	*ret_connects = 0;
	if (curl_easy_getinfo(smtp->curl, CURLINFO_NUM_CONNECTS, ret_connects) == CURLE_OK && *ret_connects > 0)
		smtp->connections += (unsigned)*ret_connects;
	return code;
}

int
smtp_send(struct arena *arena, struct smtp *smtp, const struct smtp_mail *mail, struct smtp_answer **ret_answer, struct err *err)
{
	struct smtp_answer *answer = ARENA_NEW(arena, struct smtp_answer);
	struct curl_slist *recipients = NULL;
	CURLcode code;
	int rc = -1;
	long connects;

	if (check_address("sender", mail->sender, err) != 0 || check_address("recipient", mail->recipient, err) != 0)
		goto out;
	recipients = curl_slist_append(NULL, arena_printf(arena, "<%s>", mail->recipient));
	if (recipients == NULL ||
	    curl_easy_setopt(smtp->curl, CURLOPT_MAIL_FROM, arena_printf(arena, "<%s>", mail->sender)) != CURLE_OK ||
	    curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, recipients) != CURLE_OK ||
	    curl_easy_setopt(smtp->curl, CURLOPT_FRESH_CONNECT, 0L) != CURLE_OK ||
	    curl_easy_setopt(smtp->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail->message_len) != CURLE_OK) {
		err_set(err, ERR_SYSTEM, "could not set up libcurl");
		goto out;
	}
	code = perform(smtp, mail, &connects);
	/* A kept connection that the server closed meanwhile says nothing about the mail: once more over a new one. */
	if (code != CURLE_OK && connects == 0 && smtp->stage < STAGE_BODY && (smtp->code == 0 || smtp->code == 421) &&
	    curl_easy_setopt(smtp->curl, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK)
		code = perform(smtp, mail, &connects);

	answer->code = smtp->code;
	answer->text = arena_strdup(arena, reply_text(smtp));
	if (code == CURLE_OK || (smtp->stage == STAGE_END && smtp->code >= 200 && smtp->code < 300)) {
		/* Another 2xx than 250 after the dot is unusual, but it is a yes. */
		answer->outcome = SMTP_ACCEPTED;
	} else if (is_about_mail(smtp)) {
		answer->outcome = smtp->code < 500 ? SMTP_DEFERRED : SMTP_REJECTED;
	} else if (smtp->stage == STAGE_END) {
		answer->outcome = SMTP_DOUBT;
		answer->code = 0;
		answer->text = arena_strdup(arena, smtp->reason[0] != '\0' ? smtp->reason : curl_easy_strerror(code));
	} else {
		session_error(smtp, code, err);
		goto out;
	}
	*ret_answer = answer;
	rc = 0;
out:
	(void)curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(recipients);
	return rc;
}

unsigned
smtp_connections(const struct smtp *smtp)
{
	return smtp->connections;
}
