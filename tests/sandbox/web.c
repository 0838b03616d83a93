/* libmicrohttpd for the sandbox: whole requests in, whole answers out, and the ways in which a server can fail half-way. */
#include "web.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <microhttpd.h>

#include "base/text.h"

#define IDLE_TIMEOUT_S 120

struct exchange {
	struct arena arena;
	struct buf body;
	struct web_request request;
	struct web_answer answer;
	bool begun;
};

static struct MHD_Daemon *server;
static void (*handler)(struct web_request *, struct web_answer *);

const char *
web_header(const struct web_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

void
web_say(struct web_answer *answer, const char *name, const char *value)
{
	BUG_UNLESS(answer->header_count < WEB_HEADERS_MAX);
	answer->headers[answer->header_count].name = name;
	answer->headers[answer->header_count++].value = value;
}

/* The first callback of a request: the target as sent, before libmicrohttpd decodes and splits it. */
static void *
begin(void *context, const char *target, struct MHD_Connection *connection)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));
	const char *mark = strchr(target, '?');

	(void)context;
	BUG_UNLESS(exchange != NULL);
	buf_init(&exchange->body, WEB_BODY_MAX);
	buf_init(&exchange->answer.body, SIZE_MAX / 2);
	exchange->answer.cut_bytes = SIZE_MAX;
	exchange->request.arena = &exchange->arena;
	exchange->request.connection = connection;
	exchange->request.path = arena_strndup(&exchange->arena, target, mark == NULL ? strlen(target) : (size_t)(mark - target));
	exchange->request.query = arena_strdup(&exchange->arena, mark == NULL ? "" : mark + 1);
	return exchange;
}

static void
end(void *context, struct MHD_Connection *connection, void **cls, enum MHD_RequestTerminationCode code)
{
	struct exchange *exchange = *cls;

	(void)context;
	(void)connection;
	(void)code;
	if (exchange == NULL)
		return;
	buf_done(&exchange->body);
	buf_done(&exchange->answer.body);
	arena_done(&exchange->arena);
	free(exchange);
	*cls = NULL;
}

/* Gives out the promised body up to the cut, then fails, which closes the connection. */
static ssize_t
read_cut(void *context, uint64_t position, char *out, size_t max)
{
	const struct web_answer *answer = context;
	size_t left;

	if (position >= answer->cut_bytes || position >= answer->body.len)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	left = (answer->cut_bytes < answer->body.len ? answer->cut_bytes : answer->body.len) - (size_t)position;
	if (left > max)
		left = max;
	memcpy(out, answer->body.data + position, left);
	return (ssize_t)left;
}

static enum MHD_Result
send_answer(struct exchange *exchange, struct MHD_Connection *connection)
{
	struct web_answer *answer = &exchange->answer;
	struct MHD_Response *response;
	enum MHD_Result result;
	size_t i;

	if (answer->hang_up)
		return MHD_NO;
	if (answer->cut_bytes != SIZE_MAX)
		response = MHD_create_response_from_callback(answer->body.len, 4096, read_cut, answer, NULL);
	else
		response = MHD_create_response_from_buffer(answer->body.len, answer->body.data, MHD_RESPMEM_PERSISTENT);
	if (response == NULL)
		return MHD_NO;
	for (i = 0; i < answer->header_count; i++)
		MHD_add_response_header(response, answer->headers[i].name, answer->headers[i].value);
	result = MHD_queue_response(connection, answer->status, response);
	MHD_destroy_response(response);
	return result;
}

static void
refuse_size(struct web_answer *answer)
{
	answer->status = 413;
	web_say(answer, "Content-Type", "text/html");
	buf_text(&answer->body, "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n"
				"<center><h1>413 Request Entity Too "
				"Large</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n");
}

static enum MHD_Result
on_request(void *context, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
    const char *data, size_t *data_len, void **cls)
{
	struct exchange *exchange = *cls;
	const char *length;
	struct err err = ERR_INIT;
	int64_t announced;

	(void)context;
	(void)url;
	(void)version;
	if (!exchange->begun) {
		exchange->begun = true;
		exchange->request.method = method;
		exchange->request.content_type = web_header(&exchange->request, "Content-Type");
		length = web_header(&exchange->request, "Content-Length");
		if (length != NULL && text_int64(length, &announced, &err) == 0 && announced > (int64_t)WEB_BODY_MAX) {
			refuse_size(&exchange->answer);
			return send_answer(exchange, connection);
		}
		return MHD_YES;
	}
	if (*data_len > 0) {
		buf_add(&exchange->body, data, *data_len);
		*data_len = 0;
		return MHD_YES;
	}
	exchange->request.too_large = exchange->body.overflow;
	exchange->request.body = exchange->body.data;
	exchange->request.body_len = exchange->body.len;
	exchange->answer.status = 200;
	if (exchange->request.too_large)
		refuse_size(&exchange->answer);
	else
		handler(&exchange->request, &exchange->answer);
	return send_answer(exchange, connection);
}

int
web_start(const struct web_config *config, uint16_t *ret_port, struct err *err)
{
	const union MHD_DaemonInfo *info;
	struct sockaddr_in address;
	struct MHD_OptionItem options[8];
	unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL;
	size_t n = 0;

	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_port = htons(config->port);
	if (inet_pton(AF_INET, config->address, &address.sin_addr) != 1)
		return err_set(err, ERR_USAGE, "cannot listen on \"%s\": not an IPv4 address", config->address);
	handler = config->handle;
	options[n++] = (struct MHD_OptionItem){ MHD_OPTION_SOCK_ADDR, 0, &address };
	options[n++] = (struct MHD_OptionItem){ MHD_OPTION_CONNECTION_TIMEOUT, IDLE_TIMEOUT_S, NULL };
	options[n++] = (struct MHD_OptionItem){ MHD_OPTION_CONNECTION_MEMORY_LIMIT, 256 * 1024, NULL };
	if (config->key != NULL) {
		union {
			const char *text;
			void *pointer;
		} key = { config->key }, certificate = { config->certificate };

		flags |= MHD_USE_TLS;
		options[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0, key.pointer };
		options[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0, certificate.pointer };
	}
	options[n] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
	flags |= MHD_USE_SUPPRESS_DATE_NO_CLOCK; /* the sandbox has a time of its own */
	server = MHD_start_daemon(flags, config->port, NULL, NULL, on_request, NULL, MHD_OPTION_NOTIFY_COMPLETED, end, NULL,
	    MHD_OPTION_URI_LOG_CALLBACK, begin, NULL, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
	if (server == NULL)
		return err_set(err, ERR_SYSTEM, "could not listen on %s port %u", config->address, config->port);
	info = MHD_get_daemon_info(server, MHD_DAEMON_INFO_BIND_PORT);
	if (info == NULL) {
		web_stop();
		return err_set(err, ERR_SYSTEM, "could not read back the port");
	}
	*ret_port = info->port;
	return 0;
}

void
web_stop(void)
{
	if (server != NULL)
		MHD_stop_daemon(server);
	server = NULL;
}
