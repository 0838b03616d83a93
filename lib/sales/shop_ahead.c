/* Asking ahead: what a kind says that it will ask for goes out together with what it asks for now, over as many connections as the source has.
 * The kind goes on reading one answer after the other, in its own order, with the same proofs; only the moments at which the shop is asked
 * move together. An answer is handed out once. What is held is bounded: twice as many answers as there are connections, which is one round of a
 * list and one of what its items need.
 *
 * One that fails lets the others come to an end, begins nothing new, and is an error for whoever asks for it. */
#include "shop_state.h"

#include <string.h>

#include "base/text.h"

#define ROUNDS 2

void
shop_ahead_open(struct arena *arena, struct shop *shop)
{
	struct shop_ahead *ahead = &shop->ahead;

	*ahead = (struct shop_ahead){ .held_room = ROUNDS * shop->connections };
	ahead->held = ARENA_ARRAY(arena, ahead->held_room, struct shop_held);
}

static void
give_back(struct shop_held *held)
{
	if (held == NULL)
		return;
	arena_done(&held->arena);
	*held = (struct shop_held){ .taken = false };
}

void
shop_ahead_close(struct shop *shop)
{
	struct shop_ahead *ahead = &shop->ahead;
	size_t i;

	for (i = 0; i < ahead->held_room; i++)
		give_back(&ahead->held[i]);
	arena_done(&ahead->paths);
	arena_done(&ahead->scratch);
}

size_t
shop_mark(const struct shop *shop)
{
	return shop->ahead.places;
}

void
shop_expect(struct shop *shop, const char *what, const char *path)
{
	struct shop_ahead *ahead = &shop->ahead;
	struct shop_expected *expected, **end = &ahead->first;

	if (shop->connections < 2)
		return;
	if (ahead->last != NULL)
		end = &ahead->last->next;
	expected = ARENA_NEW(&ahead->paths, struct shop_expected);
	*expected = (struct shop_expected){
		.what = arena_strdup(&ahead->paths, what), .path = arena_strdup(&ahead->paths, path), .place = ahead->places++
	};
	*end = ahead->last = expected;
}

/* Take one out of the list, with ${before} the one before it. */
static void
take_out(struct shop_ahead *ahead, struct shop_expected *before, const struct shop_expected *expected)
{
	if (before != NULL)
		before->next = expected->next;
	else
		ahead->first = expected->next;
	if (ahead->last == expected)
		ahead->last = before;
	give_back(expected->held);
	if (ahead->first == NULL)
		arena_reset(&ahead->paths);
}

void
shop_forget(struct shop *shop, size_t mark)
{
	struct shop_ahead *ahead = &shop->ahead;
	struct shop_expected *before = NULL, *at = ahead->first;

	while (at != NULL && at->place < mark) {
		before = at;
		at = at->next;
	}
	while (at != NULL) {
		struct shop_expected *next = at->next;

		take_out(ahead, before, at);
		at = next;
	}
}

/* A round of requests on its way. */
struct round {
	struct shop *shop;
	struct shop_expected **expected;
};

static const struct http_response *
copy_response(struct arena *arena, const struct http_response *response)
{
	struct http_response *copy = ARENA_NEW(arena, struct http_response);
	char *body = arena_alloc(arena, response->body_len + 1);

	memcpy(body, response->body, response->body_len);
	*copy = *response;
	copy->body = body;
	copy->content_type = arena_strdup(arena, response->content_type);
	copy->kept = arena_strdup(arena, response->kept);
	return copy;
}

/* Keep an answer until it is asked for. */
static int
keep(void *context, size_t index, const struct http_response *response, const struct err *failure, struct err *err)
{
	const struct round *round = context;
	struct shop_held *held = round->expected[index]->held;
	int rc = 0;

	held->used = true;
	if (failure != NULL) {
		held->failure = *failure;
		*err = *failure;
		rc = -1;
	} else if (shop_check(&round->shop->ahead.scratch, round->shop, response, &held->failure) == 0) {
		held->response = copy_response(&held->arena, response);
	}
	arena_reset(&round->shop->ahead.scratch);
	return rc;
}

/* Join to a round what is expected from ${from} up to ${end}, as long as there is room. */
static size_t
join(struct shop *shop, struct shop_expected *from, const struct shop_expected *end, struct shop_expected **expected, size_t count)
{
	struct shop_ahead *ahead = &shop->ahead;
	size_t i;

	for (; from != end && count < shop->connections; from = from->next) {
		if (from->held != NULL)
			continue;
		for (i = 0; i < ahead->held_room && ahead->held[i].taken; i++)
			;
		if (i == ahead->held_room)
			break;
		from->held = &ahead->held[i];
		from->held->taken = true;
		expected[count++] = from;
	}
	return count;
}

/* Ask for ${first}, what is expected behind it, and, if there is room, what is expected before it. ${err} says why not everything was asked
 * for, if so. */
static int
ask_round(struct shop *shop, struct shop_expected *first, struct err *err)
{
	struct shop_ahead *ahead = &shop->ahead;
	struct arena arena = ARENA_INIT;
	struct http_request *requests = ARENA_ARRAY(&arena, shop->connections, struct http_request);
	struct round round = { shop, ARENA_ARRAY(&arena, shop->connections, struct shop_expected *) };
	size_t count, i;
	int rc;

	count = join(shop, first, NULL, round.expected, 0);
	/* Without a place for it, not even for itself. */
	if (count > 0)
		count = join(shop, ahead->first, first, round.expected, count);
	for (i = 0; i < count; i++)
		requests[i] = shop_request(shop, round.expected[i]->what, round.expected[i]->path);
	rc = count > 0 ? http_send_all(&ahead->scratch, shop->http, requests, count, keep, &round, err) : 0;
	for (i = 0; i < count; i++) {
		if (round.expected[i]->held->used)
			continue;
		give_back(round.expected[i]->held);
		round.expected[i]->held = NULL;
	}
	arena_done(&arena);
	return rc;
}

int
shop_ahead_take(
    struct arena *arena, struct shop *shop, const char *path, const struct http_response **ret_response, struct err *err)
{
	struct shop_expected *before = NULL, *at = shop->ahead.first;
	struct err round = ERR_INIT;
	int rc = -1;

	while (at != NULL && !text_equal(at->path, path)) {
		before = at;
		at = at->next;
	}
	if (at == NULL)
		return 0;
	/* What became of the others is theirs to tell. */
	if (at->held == NULL && ask_round(shop, at, &round) != 0 && at->held == NULL) {
		*err = round;
		return -1;
	}
	/* No place was free: it goes alone. */
	if (at->held == NULL) {
		take_out(&shop->ahead, before, at);
		return 0;
	}
	if (at->held->response == NULL) {
		*err = at->held->failure;
	} else {
		*ret_response = copy_response(arena, at->held->response);
		rc = 0;
	}
	take_out(&shop->ahead, before, at);
	return rc;
}
