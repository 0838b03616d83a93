/* A real web server for tests: libmicrohttpd on a free port of loopback, over TLS with a certificate authority made on the spot.
 * It plays a script of answers, one after the other (the last one again and again), and remembers what it was asked. */
#ifndef TESTS_WEBSERVER_H
#define TESTS_WEBSERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <microhttpd.h>

#include "patience.h"

struct web_answer {
	unsigned status;    /* 0: the connection is closed without an answer */
	const char *type;   /* NULL: application/json */
	const char *body;   /* NULL: {} */
	const char *header; /* name of one more header, NULL: none */
	const char *value;
	unsigned delay_ms;
	size_t declared; /* > 0: this length is declared and the connection cut after the body */
	size_t repeat;   /* > 1: the body so many times over */
};

struct web_asked {
	char method[8];
	char url[256];
	char query[512];
	char agent[128];
	char authorization[128];
	char body[256];
	bool has_content_type;
	unsigned port;
};

struct web {
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock;
	const struct web_answer *script;
	size_t script_len;
	struct web_answer (*respond)(void *, const struct web_asked *); /* instead of a script */
	void *context;
	struct web_asked asked[256];
	size_t asked_count;
	unsigned running, most_running;
	unsigned generation; /* of the script: late answers of the one before do not count */
	unsigned port;
};

struct web_upload {
	size_t len;
	char body[256];
};

static enum MHD_Result
web_take_query(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	char *query = context;
	size_t len = strlen(query);

	(void)kind;
	(void)snprintf(query + len, 512 - len, "%s%s=%s", len > 0 ? "&" : "", name, value != NULL ? value : "");
	return MHD_YES;
}

struct web_cut {
	const char *body;
	size_t len;
};

static ssize_t
web_cut_reader(void *context, uint64_t pos, char *out, size_t max)
{
	struct web_cut *cut = context;
	size_t left = cut->len - (size_t)pos;

	if (left == 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	left = left < max ? left : max;
	memcpy(out, cut->body + pos, left);
	return (ssize_t)left;
}

static struct MHD_Response *
web_response(const struct web_answer *answer)
{
	const char *body = answer->body != NULL ? answer->body : "{}";
	size_t len = strlen(body), i;
	struct web_cut *cut;
	char *copy;

	if (answer->declared > 0) {
		cut = malloc(sizeof(*cut));
		*cut = (struct web_cut){ body, len };
		return MHD_create_response_from_callback(answer->declared, 4096, web_cut_reader, cut, free);
	}
	if (answer->repeat > 1) {
		copy = malloc(len * answer->repeat);
		for (i = 0; i < answer->repeat; i++)
			memcpy(copy + i * len, body, len);
		return MHD_create_response_from_buffer(len * answer->repeat, copy, MHD_RESPMEM_MUST_FREE);
	}
	copy = malloc(len + 1);
	memcpy(copy, body, len + 1);
	return MHD_create_response_from_buffer(len, copy, MHD_RESPMEM_MUST_FREE);
}

static void
web_note(struct web_asked *asked, struct MHD_Connection *connection, const char *url, const char *method,
    const struct web_upload *upload)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const char *agent = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "User-Agent");
	const char *authorization = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");
	struct sockaddr_in in4;

	memset(asked, 0, sizeof(*asked));
	(void)snprintf(asked->method, sizeof(asked->method), "%s", method);
	(void)snprintf(asked->url, sizeof(asked->url), "%s", url);
	(void)snprintf(asked->agent, sizeof(asked->agent), "%s", agent != NULL ? agent : "");
	(void)snprintf(asked->authorization, sizeof(asked->authorization), "%s", authorization != NULL ? authorization : "");
	(void)snprintf(asked->body, sizeof(asked->body), "%s", upload->body);
	asked->has_content_type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type") != NULL;
	(void)MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, web_take_query, asked->query);
	memcpy(&in4, info->client_addr, sizeof(in4));
	asked->port = ntohs(in4.sin_port);
}

static enum MHD_Result
web_handle(void *context, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
    const char *data, size_t *data_len, void **state)
{
	struct web *web = context;
	struct web_upload *upload = *state;
	struct MHD_Response *response;
	struct web_answer answer = { 0 };
	struct web_asked asked;
	enum MHD_Result result;
	unsigned generation;

	(void)version;
	if (upload == NULL) {
		*state = calloc(1, sizeof(*upload));
		return MHD_YES;
	}
	if (*data_len > 0) {
		size_t room = sizeof(upload->body) - 1 - upload->len, take = *data_len < room ? *data_len : room;

		memcpy(upload->body + upload->len, data, take);
		upload->len += take;
		*data_len = 0;
		return MHD_YES;
	}
	pthread_mutex_lock(&web->lock);
	web_note(&asked, connection, url, method, upload);
	if (web->asked_count < sizeof(web->asked) / sizeof(web->asked[0]))
		web->asked[web->asked_count] = asked;
	if (web->respond == NULL)
		answer = web->script[web->asked_count < web->script_len ? web->asked_count : web->script_len - 1];
	web->asked_count++;
	web->running++;
	generation = web->generation;
	if (web->running > web->most_running)
		web->most_running = web->running;
	if (web->respond != NULL)
		answer = web->respond(web->context, &asked);
	pthread_mutex_unlock(&web->lock);
	if (answer.delay_ms > 0) {
		const int64_t delay_ms = patience(answer.delay_ms);

		(void)nanosleep(&(struct timespec){ delay_ms / 1000, (long)(delay_ms % 1000) * 1000000 }, NULL);
	}
	pthread_mutex_lock(&web->lock);
	if (generation == web->generation)
		web->running--;
	pthread_mutex_unlock(&web->lock);
	if (answer.status == 0)
		return MHD_NO;
	response = web_response(&answer);
	(void)MHD_add_response_header(
	    response, "Content-Type", answer.type != NULL ? answer.type : "application/json; charset=utf-8");
	if (answer.header != NULL)
		(void)MHD_add_response_header(response, answer.header, answer.value);
	result = MHD_queue_response(connection, answer.status, response);
	MHD_destroy_response(response);
	return result;
}

static void
web_completed(void *context, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code)
{
	(void)context;
	(void)connection;
	(void)code;
	free(*state);
	*state = NULL;
}

static inline char *
web_read_file(const char *dir, const char *name)
{
	static char path[512];
	char *text = calloc(1, 65536);
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "r");
	if (file == NULL || fread(text, 1, 65535, file) == 0)
		abort();
	(void)fclose(file);
	return text;
}

/* Make ca.pem, cert.pem (localhost, 127.0.0.1) and key.pem in ${dir}. */
static inline void
web_make_certificates(const char *dir)
{
	char command[2048];

	(void)snprintf(command, sizeof(command),
	    "cd '%s' && exec 2>/dev/null && "
	    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -subj '/CN=Test CA' "
	    "-days 2 && "
	    "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem -subj '/CN=localhost' "
	    "&& "
	    "echo 'subjectAltName=DNS:localhost,IP:127.0.0.1' >names && "
	    "openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -extfile names -days 2 -out cert.pem",
	    dir);
	if (system(command) != 0)
		abort();
}

/* Start on a free port of loopback; ${dir} NULL: plain HTTP. */
static inline void
web_start(struct web *web, const char *dir)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION;
	char *key = NULL, *cert = NULL;

	pthread_mutex_init(&web->lock, NULL);
	if (dir != NULL) {
		key = web_read_file(dir, "key.pem");
		cert = web_read_file(dir, "cert.pem");
		web->daemon = MHD_start_daemon(flags | MHD_USE_TLS, 0, NULL, NULL, web_handle, web, MHD_OPTION_SOCK_ADDR, &address,
		    MHD_OPTION_HTTPS_MEM_KEY, key, MHD_OPTION_HTTPS_MEM_CERT, cert, MHD_OPTION_NOTIFY_COMPLETED, web_completed,
		    NULL, MHD_OPTION_END);
	} else {
		web->daemon = MHD_start_daemon(flags, 0, NULL, NULL, web_handle, web, MHD_OPTION_SOCK_ADDR, &address,
		    MHD_OPTION_NOTIFY_COMPLETED, web_completed, NULL, MHD_OPTION_END);
	}
	free(key);
	free(cert);
	if (web->daemon == NULL)
		abort();
	web->port = MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

static inline void
web_stop(struct web *web)
{
	MHD_stop_daemon(web->daemon);
	pthread_mutex_destroy(&web->lock);
}

/* For a group of tests: over TLS, with its files in a new folder by the template ${dir}. Not 0 if that did not work. */
static inline int
web_open(struct web *web, char *dir)
{
	if (mkdtemp(dir) == NULL)
		return -1;
	web_make_certificates(dir);
	web_start(web, dir);
	return 0;
}

static inline int
web_close(struct web *web, const char *dir)
{
	char command[64];

	web_stop(web);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

/* Begin a new script and forget what was asked. */
static inline void
web_script(struct web *web, const struct web_answer *script, size_t len)
{
	pthread_mutex_lock(&web->lock);
	web->script = script;
	web->script_len = len;
	web->asked_count = 0;
	web->most_running = web->running = 0;
	web->generation++;
	pthread_mutex_unlock(&web->lock);
}

#define WEB_SCRIPT(web, ...) \
	static const struct web_answer script[] = { __VA_ARGS__ }; \
	web_script((web), script, sizeof(script) / sizeof(script[0]))

#endif
