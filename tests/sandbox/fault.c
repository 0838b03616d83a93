/* Planned faults. A fault matches by a word found in the request line or in its wsfunction, skips the first matches, then strikes so many
 * times. Several may strike one request; the first that answers it wins. */
#include "fault.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define FAULTS_MAX 64
#define TEXT_MAX 1024

struct fault {
	char kind[24], match[128], type[8], retry[64], name[32], sql[TEXT_MAX];
	int64_t skip, count, hits, status, ms, n;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fault faults[FAULTS_MAX];
static size_t fault_count;

static int
copy_text(const struct tree *fields, const char *name, const char *fallback, char *out, size_t size, struct err *err)
{
	const char *value = tree_text(fields, name);

	if (value == NULL)
		value = fallback;
	if (strlen(value) >= size)
		return err_set(err, ERR_USAGE, "fault field \"%s\" is longer than %zu bytes", name, size - 1);
	memcpy(out, value, strlen(value) + 1);
	return 0;
}

static int
copy_number(const struct tree *fields, const char *name, int64_t fallback, int64_t *out, struct err *err)
{
	const char *value = tree_text(fields, name);

	*out = fallback;
	if (value != NULL && text_int64(value, out, err) != 0)
		return err_wrap(err, "fault field \"%s\"", name);
	return 0;
}

int
fault_add(const struct tree *fields, struct err *err)
{
	static const char *const kinds[] = { "status", "html", "refuse", "timeout", "late", "drop", "cut", "short", "empty",
		"repeat", "shuffle", "max_input_vars", "sql", "gateway", "slow", "switch", NULL };
	struct fault fault;
	size_t i;

	memset(&fault, 0, sizeof(fault));
	if (copy_text(fields, "kind", "", fault.kind, sizeof(fault.kind), err) != 0 ||
	    copy_text(fields, "match", "", fault.match, sizeof(fault.match), err) != 0 ||
	    copy_text(fields, "type", "json", fault.type, sizeof(fault.type), err) != 0 ||
	    copy_text(fields, "retry_date", tree_text(fields, "retry_after") == NULL ? "" : tree_text(fields, "retry_after"),
		fault.retry, sizeof(fault.retry), err) != 0 ||
	    copy_text(fields, "name", "", fault.name, sizeof(fault.name), err) != 0 ||
	    copy_text(fields, "sql", "", fault.sql, sizeof(fault.sql), err) != 0 ||
	    copy_number(fields, "skip", 0, &fault.skip, err) != 0 || copy_number(fields, "count", 1, &fault.count, err) != 0 ||
	    copy_number(fields, "status", 500, &fault.status, err) != 0 || copy_number(fields, "ms", 0, &fault.ms, err) != 0 ||
	    copy_number(fields, "n", -1, &fault.n, err) != 0)
		return -1;
	if (tree_has(fields, "bytes") && copy_number(fields, "bytes", -1, &fault.n, err) != 0)
		return -1;
	if (tree_has(fields, "seed") && copy_number(fields, "seed", 1, &fault.n, err) != 0)
		return -1;
	for (i = 0; kinds[i] != NULL && strcmp(kinds[i], fault.kind) != 0; i++)
		;
	if (kinds[i] == NULL)
		return err_set(err, ERR_USAGE, "there is no fault kind \"%s\"", fault.kind);
	pthread_mutex_lock(&lock);
	if (fault_count == FAULTS_MAX) {
		pthread_mutex_unlock(&lock);
		return err_set(err, ERR_USAGE, "more than %d faults", FAULTS_MAX);
	}
	faults[fault_count++] = fault;
	pthread_mutex_unlock(&lock);
	return 0;
}

void
fault_clear(void)
{
	pthread_mutex_lock(&lock);
	fault_count = 0;
	pthread_mutex_unlock(&lock);
}

void
fault_list(struct reply *reply)
{
	size_t i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < fault_count; i++) {
		reply_object(reply, NULL);
		reply_text(reply, "kind", faults[i].kind);
		reply_text(reply, "match", faults[i].match);
		reply_int(reply, "skip", faults[i].skip);
		reply_int(reply, "count", faults[i].count);
		reply_int(reply, "hits", faults[i].hits);
		reply_end_object(reply);
	}
	pthread_mutex_unlock(&lock);
}

static bool
contains(const char *text, size_t len, const char *word)
{
	size_t word_len = strlen(word), i;

	for (i = 0; i + word_len <= len; i++)
		if (memcmp(text + i, word, word_len) == 0)
			return true;
	return false;
}

static bool
matches(const struct fault *fault, const struct web_request *request)
{
	char *call;

	if (contains(request->path, strlen(request->path), fault->match) ||
	    contains(request->query, strlen(request->query), fault->match))
		return true;
	call = arena_printf(request->arena, "wsfunction=%s", fault->match);
	return contains(request->body, request->body_len, call);
}

static void
answer_page(const struct fault *fault, struct web_request *request, struct web_answer *answer, unsigned status, bool html)
{
	answer->status = status;
	if (fault->retry[0] != '\0')
		web_say(answer, "Retry-After", arena_strdup(request->arena, fault->retry));
	if (html) {
		web_say(answer, "Content-Type", "text/html; charset=utf-8");
		buf_printf(&answer->body,
		    "<!DOCTYPE html>\n<html><head><title>%u</title></head>\n<body><h1>Please wait</h1><p>The service is "
		    "busy.</p></body></html>\n",
		    status);
		return;
	}
	web_say(answer, "Content-Type", "application/json");
	buf_printf(&answer->body,
	    "{\"type\":\"%s\",\"subtype\":null,\"message\":\"planned fault "
	    "%u\",\"details\":null,\"contextId\":\"SANDBOXFAULT00000000\"}",
	    status == 429 ? "TOO_MANY_REQUESTS" : (status >= 500 ? "SERVER_ERROR" : "INVALID_REQUEST_ERROR"), status);
}

/* What one striking fault does; true if the request ends here. */
static bool
strike(const struct fault *fault, struct web_request *request, struct web_answer *answer, struct fault_effect *effect)
{
	if (strcmp(fault->kind, "status") == 0) {
		answer_page(fault, request, answer, (unsigned)fault->status, strcmp(fault->type, "html") == 0);
		return true;
	}
	if (strcmp(fault->kind, "html") == 0) {
		answer_page(fault, request, answer, 200, /* html= */ true);
		return true;
	}
	if (strcmp(fault->kind, "refuse") == 0 || strcmp(fault->kind, "timeout") == 0) {
		if (fault->ms > 0)
			clock_sleep_ms(fault->ms);
		answer->hang_up = true;
		return true;
	}
	if (strcmp(fault->kind, "slow") == 0)
		clock_sleep_ms(fault->ms);
	else if (strcmp(fault->kind, "gateway") == 0) {
		effect->gateway = true;
		effect->behind_ms = fault->ms;
	} else if (strcmp(fault->kind, "late") == 0)
		effect->late_ms = fault->ms;
	else if (strcmp(fault->kind, "drop") == 0)
		effect->drop = true;
	else if (strcmp(fault->kind, "cut") == 0)
		effect->cut_bytes = fault->n >= 0 ? fault->n : -2;
	else if (strcmp(fault->kind, "short") == 0)
		effect->short_by = fault->n < 1 ? 1 : fault->n;
	else if (strcmp(fault->kind, "empty") == 0)
		effect->short_by = INT64_MAX;
	else if (strcmp(fault->kind, "repeat") == 0)
		effect->repeat = fault->n < 1 ? 1 : fault->n;
	else if (strcmp(fault->kind, "shuffle") == 0)
		effect->shuffle_seed = fault->n < 0 ? 1 : fault->n;
	else if (strcmp(fault->kind, "max_input_vars") == 0)
		effect->max_input_vars = fault->n;
	else if (strcmp(fault->kind, "switch") == 0)
		effect->switch_on = arena_strdup(request->arena, fault->name);
	else if (strcmp(fault->kind, "sql") == 0)
		effect->sql = arena_strdup(request->arena, fault->sql);
	return false;
}

bool
fault_take(struct web_request *request, struct web_answer *answer, struct fault_effect *ret_effect)
{
	struct fault striking[FAULTS_MAX];
	size_t i, n = 0;

	*ret_effect = (struct fault_effect){ .shuffle_seed = -1, .short_by = -1, .cut_bytes = -1 };
	pthread_mutex_lock(&lock);
	for (i = 0; i < fault_count; i++) {
		if (!matches(&faults[i], request))
			continue;
		faults[i].hits++;
		if (faults[i].hits > faults[i].skip && faults[i].hits <= faults[i].skip + faults[i].count)
			striking[n++] = faults[i];
	}
	pthread_mutex_unlock(&lock);
	for (i = 0; i < n; i++)
		if (strike(&striking[i], request, answer, ret_effect))
			return true;
	return false;
}

void
fault_finish(const struct fault_effect *effect, struct web_answer *answer)
{
	if (effect->late_ms > 0)
		clock_sleep_ms(effect->late_ms);
	if (effect->drop)
		answer->hang_up = true;
	if (effect->cut_bytes == -2)
		answer->cut_bytes = answer->body.len / 2;
	else if (effect->cut_bytes >= 0)
		answer->cut_bytes = (size_t)effect->cut_bytes;
}

size_t *
fault_order(struct arena *arena, const struct fault_effect *effect, size_t count, size_t *ret_count)
{
	size_t *order, i, n = count;
	uint64_t seed;

	if (effect->short_by >= 0)
		n = (uint64_t)effect->short_by < count ? count - (size_t)effect->short_by : 0;
	order = ARENA_ARRAY(arena, n * 2 + 1, size_t);
	for (i = 0; i < n; i++)
		order[i] = i;
	if (effect->shuffle_seed >= 0) {
		seed = (uint64_t)effect->shuffle_seed;
		for (i = n; i > 1; i--) {
			size_t j, swap;

			seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			j = (size_t)((seed >> 33) % i);
			swap = order[i - 1];
			order[i - 1] = order[j];
			order[j] = swap;
		}
	}
	for (i = 0; i < n && (int64_t)i < effect->repeat; i++)
		order[n + i] = order[i];
	*ret_count = n + i;
	return order;
}
