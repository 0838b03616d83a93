/* Kept answers, by what was asked for: chains of a fixed table, under one lock. */
#include "memo.h"

#include <pthread.h>
#include <string.h>

#include "base/text.h"

#define CHAINS 4096

struct memo {
	struct memo *next;
	const char *key, *body;
	size_t body_len;
	unsigned status;
	size_t header_count;
	struct {
		const char *name, *value;
	} headers[WEB_HEADERS_MAX];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct arena arena = ARENA_INIT;
static struct memo *chains[CHAINS];

static size_t
chain_of(const char *key)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *key != '\0'; key++)
		hash = (hash ^ (unsigned char)*key) * UINT64_C(1099511628211);
	return (size_t)(hash % CHAINS);
}

static const char *
key_of(const struct web_request *request)
{
	return arena_printf(request->arena, "%s %s?%s", request->method, request->path, request->query);
}

bool
memo_find(const struct web_request *request, struct web_answer *answer)
{
	const char *key = key_of(request);
	const struct memo *memo;
	size_t i;

	pthread_mutex_lock(&lock);
	for (memo = chains[chain_of(key)]; memo != NULL && !text_equal(memo->key, key); memo = memo->next)
		;
	pthread_mutex_unlock(&lock);
	if (memo == NULL)
		return false;
	answer->status = memo->status;
	for (i = 0; i < memo->header_count; i++)
		web_say(answer, memo->headers[i].name, memo->headers[i].value);
	buf_add(&answer->body, memo->body, memo->body_len);
	return true;
}

void
memo_keep(const struct web_request *request, const struct web_answer *answer)
{
	const char *key = key_of(request);
	struct memo *memo;
	char *body;
	size_t i, chain = chain_of(key);

	if (answer->status != 200)
		return;
	pthread_mutex_lock(&lock);
	memo = ARENA_NEW(&arena, struct memo);
	body = arena_alloc(&arena, answer->body.len + 1);
	memcpy(body, answer->body.data, answer->body.len);
	*memo = (struct memo){ .next = chains[chain],
		.key = arena_strdup(&arena, key),
		.body = body,
		.body_len = answer->body.len,
		.status = answer->status,
		.header_count = answer->header_count };
	for (i = 0; i < answer->header_count; i++) {
		memo->headers[i].name = arena_strdup(&arena, answer->headers[i].name);
		memo->headers[i].value = arena_strdup(&arena, answer->headers[i].value);
	}
	chains[chain] = memo;
	pthread_mutex_unlock(&lock);
}

void
memo_clear(void)
{
	pthread_mutex_lock(&lock);
	memset(chains, 0, sizeof(chains));
	arena_done(&arena);
	pthread_mutex_unlock(&lock);
}
