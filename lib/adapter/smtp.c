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
#include "smtp_dialogue.h"

#define TRACE_MAX_BYTES ((size_t)1024)

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
	struct dialogue dialogue;
};

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

/* Commands on their way out. Nothing of a login is ever shown. */
static int
on_debug(CURL *curl, curl_infotype type, char *data, size_t len, void *context)
{
	struct smtp *smtp = context;

	(void)curl;
	if (type != CURLINFO_HEADER_OUT)
		return 0;
	dialogue_sent(&smtp->dialogue, data, len);
	if (smtp->dialogue.stage == DIALOGUE_LOGIN)
		trace_line(smtp, "> ", "(login)", strlen("(login)"));
	else
		trace_line(smtp, "> ", data, len);
	return 0;
}

static size_t
on_line(char *data, size_t size, size_t count, void *context)
{
	struct smtp *smtp = context;

	trace_line(smtp, "< ", data, size * count);
	dialogue_heard(&smtp->dialogue, data, size * count);
	return size * count;
}

static size_t
on_read(char *room, size_t size, size_t count, void *context)
{
	struct smtp *smtp = context;
	size_t len = size * count < smtp->left ? size * count : smtp->left;

	if (smtp->dialogue.stage < DIALOGUE_BODY)
		dialogue_enter(&smtp->dialogue, DIALOGUE_BODY);
	/* With the last piece libcurl may send the final dot: from here on the server may have the mail. */
	if (len == smtp->left && smtp->dialogue.stage < DIALOGUE_END)
		dialogue_enter(&smtp->dialogue, DIALOGUE_END);
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
	dialogue_init(&smtp->dialogue);
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
	dialogue_done(&smtp->dialogue);
	free(smtp->server);
	free(smtp->url);
	free(smtp);
}

static bool
is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

/* Printable, without blanks and angle brackets: nothing that could end the command it stands in. */
static int
check_address(const char *what, const char *address, struct err *err)
{
	const char *p;

	for (p = address; ((unsigned char)*p >= 0x80 || (*p > ' ' && *p < 0x7f)) && *p != '<' && *p != '>'; p++)
		;
	if (p == address || *p != '\0' || strchr(address, '@') == NULL || !text_utf8_valid(address, strlen(address)) ||
	    text_has_control(address))
		return err_set(err, ERR_REFUSED, "the address of the %s holds characters that do not belong in one", what);
	return 0;
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
	if (code == CURLE_LOGIN_DENIED || (smtp->dialogue.stage == DIALOGUE_LOGIN && smtp->dialogue.code >= 400)) {
		err_set(err, ERR_SERVICE, "mail server \"%s\" refused the login: %d %s", smtp->server, smtp->dialogue.code,
		    dialogue_text(&smtp->dialogue));
		return err_hint(err, "Check `user` and `password` of the tenant's mail settings.");
	}
	if (smtp->dialogue.stage == DIALOGUE_SENDER && smtp->dialogue.code >= 500) {
		err_set(err, ERR_SERVICE, "mail server \"%s\" refused the sender: %d %s", smtp->server, smtp->dialogue.code,
		    dialogue_text(&smtp->dialogue));
		return err_hint(err, "Check `from`, `bounce`, `user` and `password` of the tenant's mail settings.");
	}
	if (smtp->dialogue.code >= 400)
		return err_set(err, ERR_SERVICE, "mail server \"%s\" is not ready: %d %s", smtp->server, smtp->dialogue.code,
		    dialogue_text(&smtp->dialogue));
	if (smtp->dialogue.stage == DIALOGUE_CONNECT)
		return err_set(err, ERR_SERVICE, "could not reach mail server \"%s\": %s", smtp->server, reason);
	return err_set(err, ERR_SERVICE, "mail server \"%s\" broke off: %s", smtp->server, reason);
}

/* One pass of the dialogue; without a mail, up to the point where one could begin. Writing to a TLS connection that the server closed must not kill us. */
static CURLcode
perform(struct smtp *smtp, const struct smtp_mail *mail, long *ret_connects)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	CURLcode code;

	smtp->message = mail == NULL ? NULL : mail->message;
	smtp->left = mail == NULL ? 0 : mail->message_len;
	smtp->reason[0] = '\0';
	smtp->dialogue.over = false;
	dialogue_enter(&smtp->dialogue, DIALOGUE_CONNECT);
	BUG_UNLESS(sigemptyset(&ignore.sa_mask) == 0 && sigaction(SIGPIPE, &ignore, &before) == 0);
	code = curl_easy_perform(smtp->curl);
	BUG_UNLESS(sigaction(SIGPIPE, &before, NULL) == 0);
	*ret_connects = 0;
	if (curl_easy_getinfo(smtp->curl, CURLINFO_NUM_CONNECTS, ret_connects) == CURLE_OK && *ret_connects > 0)
		smtp->connections += (unsigned)*ret_connects;
	return code;
}

/* Does the server take addresses outside ASCII? What it offers is known once it was greeted. */
static int
learn_utf8(struct smtp *smtp, bool *ret_utf8, struct err *err)
{
	CURLcode code = CURLE_OK;
	bool set;
	long connects;

	set = curl_easy_setopt(smtp->curl, CURLOPT_UPLOAD, 0L) == CURLE_OK &&
	      curl_easy_setopt(smtp->curl, CURLOPT_NOBODY, 1L) == CURLE_OK &&
	      curl_easy_setopt(smtp->curl, CURLOPT_CUSTOMREQUEST, "NOOP") == CURLE_OK;
	if (set)
		code = perform(smtp, NULL, &connects);
	set = curl_easy_setopt(smtp->curl, CURLOPT_CUSTOMREQUEST, NULL) == CURLE_OK &&
	      curl_easy_setopt(smtp->curl, CURLOPT_NOBODY, 0L) == CURLE_OK &&
	      curl_easy_setopt(smtp->curl, CURLOPT_UPLOAD, 1L) == CURLE_OK && set;
	if (!set)
		return err_set(err, ERR_SYSTEM, "could not set up libcurl");
	if (code != CURLE_OK)
		return session_error(smtp, code, err);
	*ret_utf8 = smtp->dialogue.utf8;
	return 0;
}

int
smtp_send(struct arena *arena, struct smtp *smtp, const struct smtp_mail *mail, struct smtp_answer **ret_answer, struct err *err)
{
	struct smtp_answer *answer = ARENA_NEW(arena, struct smtp_answer);
	struct curl_slist *recipients = NULL;
	CURLcode code;
	bool utf8 = true;
	int rc = -1;
	long connects;

	if (check_address("sender", mail->sender, err) != 0 || check_address("recipient", mail->recipient, err) != 0)
		goto out;
	if (!(is_ascii(mail->sender) && is_ascii(mail->recipient)) && learn_utf8(smtp, &utf8, err) != 0)
		goto out;
	if (!utf8) {
		*answer =
		    (struct smtp_answer){ SMTP_REJECTED, 0, "the address needs SMTPUTF8, which the mail server does not offer" };
		*ret_answer = answer;
		rc = 0;
		goto out;
	}
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
	if (code != CURLE_OK && connects == 0 && smtp->dialogue.stage < DIALOGUE_BODY &&
	    (smtp->dialogue.code == 0 || smtp->dialogue.code == 421) &&
	    curl_easy_setopt(smtp->curl, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK)
		code = perform(smtp, mail, &connects);

	answer->code = smtp->dialogue.code;
	answer->text = arena_strdup(arena, dialogue_text(&smtp->dialogue));
	switch (dialogue_verdict(&smtp->dialogue, code == CURLE_OK)) {
	case DIALOGUE_ACCEPTED: answer->outcome = SMTP_ACCEPTED; break;
	case DIALOGUE_DEFERRED: answer->outcome = SMTP_DEFERRED; break;
	case DIALOGUE_REJECTED: answer->outcome = SMTP_REJECTED; break;
	case DIALOGUE_DOUBT:
		answer->outcome = SMTP_DOUBT;
		answer->code = 0;
		answer->text = arena_strdup(arena, smtp->reason[0] != '\0' ? smtp->reason : curl_easy_strerror(code));
		break;
	case DIALOGUE_SESSION: session_error(smtp, code, err); goto out;
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
