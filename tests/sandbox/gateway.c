/* A proxy that gives up while the site goes on. What is carried out behind its back has a copy of the request, for the connection may be
 * gone by then; nobody reads its answer. */
#include "gateway.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "moodle.h"

struct behind {
	struct arena arena;
	struct web_request request;
	const char *base_url;
	int64_t ms;
};

static int
carry_out(struct web_request *request, const char *base_url, struct err *err)
{
	struct fault_effect none = { .shuffle_seed = -1, .short_by = -1, .cut_bytes = -1 };
	struct web_answer unread = { .status = 200, .cut_bytes = SIZE_MAX };
	int rc;

	buf_init(&unread.body, SIZE_MAX / 2);
	rc = moodle_handle(request, &unread, base_url, &none, err);
	buf_done(&unread.body);
	return rc;
}

static void *
go_on(void *context)
{
	struct behind *behind = context;
	struct err err = ERR_INIT;

	clock_sleep_ms(behind->ms);
	if (carry_out(&behind->request, behind->base_url, &err) != 0)
		log_err(LOG_ERROR, &err);
	arena_done(&behind->arena);
	free(behind);
	return NULL;
}

static int
begin(const struct web_request *request, const char *base_url, int64_t ms, struct err *err)
{
	struct behind *behind = calloc(1, sizeof(*behind));
	struct web_request *copy;
	pthread_t thread;
	char *body;

	BUG_UNLESS(behind != NULL);
	copy = &behind->request;
	*copy = *request;
	copy->arena = &behind->arena;
	copy->connection = NULL;
	copy->method = arena_strdup(copy->arena, request->method);
	copy->path = arena_strdup(copy->arena, request->path);
	copy->query = arena_strdup(copy->arena, request->query);
	if (request->content_type != NULL)
		copy->content_type = arena_strdup(copy->arena, request->content_type);
	body = arena_alloc(copy->arena, request->body_len + 1);
	if (request->body_len > 0)
		memcpy(body, request->body, request->body_len);
	body[request->body_len] = '\0';
	copy->body = body;
	behind->base_url = base_url;
	behind->ms = ms;
	if (pthread_create(&thread, NULL, go_on, behind) != 0 || pthread_detach(thread) != 0)
		return err_set(err, ERR_SYSTEM, "could not begin a thread");
	return 0;
}

int
gateway_answer(struct web_request *request, struct web_answer *answer, const char *base_url, const struct fault_effect *effect,
    struct err *err)
{
	if (effect->behind_ms > 0) {
		if (begin(request, base_url, effect->behind_ms, err) != 0)
			return -1;
	} else if (carry_out(request, base_url, err) != 0) {
		return -1;
	}
	answer->status = 504;
	web_say(answer, "Content-Type", "text/html");
	buf_text(&answer->body, "<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n<body>\r\n<center><h1>504 Gateway "
				"Time-out</h1></center>\r\n"
				"<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n");
	return 0;
}
