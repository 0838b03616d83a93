/* People that an object only points at: customers, and what the checkout session of a subscription or payment asked. Each is looked up once in a
 * pull; what was found is noted for every object that needed it, and of a stored object it is read out of that. */
#include "stripe.h"

#include <string.h>

#include "base/text.h"
#include "sales/contact.h"
#include "sales/field.h"

#define OF_CUSTOMER "customer." /* before a key of a customer's metadata */

/* Keep what was found for the pull; nothing is an answer too. */
static const struct stripe_entry *
keep(struct stripe_site *site, struct stripe_set *set, const char *id, const struct stripe_known *known)
{
	struct stripe_known *more;

	if (site->known_count == site->known_room) {
		site->known_room = 2 * site->known_room + 64;
		more = ARENA_ARRAY(&site->arena, site->known_room, struct stripe_known);
		if (site->known_count > 0)
			memcpy(more, site->known, site->known_count * sizeof(*more));
		site->known = more;
	}
	site->known[site->known_count] = *known;
	stripe_set_put(set, id, (int64_t)site->known_count++);
	return stripe_set_find(set, id);
}

/* Members ${names} of an object, those that it has, as an object of their own. */
static const char *
excerpt(struct arena *arena, struct json_raw raw, const char *const *names, size_t count)
{
	const char *text = "";
	struct json_raw member;
	size_t i;

	for (i = 0; i < count; i++)
		if (json_raw_member(raw.text, raw.len, names[i], &member))
			text = arena_printf(
			    arena, "%s%s\"%s\":%.*s", text, text[0] != '\0' ? "," : "", names[i], (int)member.len, member.text);
	return arena_printf(arena, "{%s}", text);
}

/* Free fields of a customer, called "customer.KEY": they are noted with whoever buys, not with what is bought. */
static void
offer_notes(struct stripe_site *site, const struct json *metadata, struct sales_fields *fields)
{
	size_t i;

	for (i = 0; metadata != NULL && metadata->kind == JSON_OBJECT && i < metadata->count; i++)
		if (metadata->items[i].kind == JSON_STRING)
			sales_field(&site->arena, site->config, fields,
			    arena_printf(&site->arena, OF_CUSTOMER "%s", metadata->names[i]), metadata->items[i].text);
}

/* One that was removed is {"deleted":true}: who it was is not told any more. */
static void
read_customer(struct stripe_site *site, const struct json *json, struct stripe_known *known)
{
	if (json_is_null(json) || stripe_true(json, "deleted"))
		return;
	known->contact = sales_contact(&site->arena, arena_strdup(&site->arena, stripe_word(json, "email")),
	    arena_strdup(&site->arena, stripe_word(json, "name")));
	offer_notes(site, json_get(json, "metadata"), &known->fields);
}

static int
ask_customer(struct stripe_site *site, const char *path, const char *id, struct err *err)
{
	static const char *const kept[] = { "deleted", "email", "name", "metadata" };
	struct stripe_known known = { .answer = "null" };
	struct arena arena = ARENA_INIT;
	struct stripe_item item;
	int rc = -1;

	if (stripe_get(site, &arena, path, &item, err) != 0)
		goto out;
	read_customer(site, item.json, &known);
	if (item.json != NULL)
		known.answer = excerpt(&site->arena, item.raw, kept, sizeof(kept) / sizeof(kept[0]));
	(void)keep(site, &site->people, id, &known);
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

static int
find_customer(struct stripe_site *site, const char *id, struct stripe_known *ret_known, struct err *err)
{
	const char *path = arena_printf(&site->arena, "/v1/customers/%s", id);
	struct stripe_known known = { .contact = NULL };
	const struct json *answer;

	if (site->is_stored) {
		if (stripe_answer(site, path, &answer, err) != 0)
			return -1;
		read_customer(site, answer, &known);
		*ret_known = known;
		return 0;
	}
	if (stripe_set_find(&site->people, id) == NULL && ask_customer(site, path, id, err) != 0)
		return -1;
	*ret_known = site->known[stripe_set_find(&site->people, id)->value];
	stripe_note(site, path, ret_known->answer, strlen(ret_known->answer));
	return 0;
}

int
stripe_customer(struct stripe_site *site, const char *id, const struct sales_contact **ret_contact, struct err *err)
{
	struct stripe_known known;

	if (find_customer(site, id, &known, err) != 0)
		return -1;
	*ret_contact = known.contact;
	return 0;
}

bool
stripe_customer_noted(const struct config_source *config)
{
	size_t i, j;

	for (i = 0; i < config->field_count; i++)
		for (j = 0; j < config->fields[i].from.count; j++)
			if (text_starts(config->fields[i].from.items[j], OF_CUSTOMER))
				return true;
	return false;
}

int
stripe_customer_fields(struct stripe_site *site, struct arena *arena, const char *id, struct sales_fields *fields, struct err *err)
{
	struct stripe_known known;

	if (id[0] == '\0' || !stripe_customer_noted(site->config))
		return 0;
	if (site->is_stored && !stripe_has_answer(site, arena_printf(arena, "/v1/customers/%s", id))) {
		site->without = "its customer";
		return 0;
	}
	if (find_customer(site, id, &known, err) != 0)
		return -1;
	sales_field_join(arena, fields, &known.fields);
	return 0;
}

/* Sessions being looked through. */
struct search {
	struct stripe_site *site;
	struct stripe_learner learner;
	struct sales_fields fields;
	struct buf answer;
};

static int
look_at(struct search *search, struct arena *scratch, const struct json *session, struct err *err)
{
	struct stripe_learner found = { NULL, NULL };
	struct arena *arena = &search->site->arena;

	if (stripe_learner_fields(search->site, scratch, session, &found, err) != 0)
		return -1;
	stripe_learner_metadata(search->site, scratch, json_get(session, "metadata"), &found);
	/* The page does not outlive the walk. */
	if (search->learner.email == NULL && found.email != NULL)
		search->learner.email = arena_strdup(arena, found.email);
	if (search->learner.name == NULL && found.name != NULL)
		search->learner.name = arena_strdup(arena, found.name);
	stripe_field_session(search->site, arena, session, &search->fields);
	return 0;
}

static int
look_at_session(void *context, const struct stripe_item *item, struct err *err)
{
	static const char *const kept[] = { "custom_fields", "customer_details", "metadata" };
	struct search *search = context;

	buf_char(&search->answer, search->answer.len == 0 ? '[' : ',');
	buf_text(&search->answer, excerpt(item->arena, item->raw, kept, sizeof(kept) / sizeof(kept[0])));
	return look_at(search, item->arena, item->json, err);
}

/* As it was answered when the object was stored. */
static int
look_at_stored(struct search *search, const char *question, struct err *err)
{
	const struct json *answer;
	size_t i;

	if (stripe_answer(search->site, question, &answer, err) != 0)
		return -1;
	for (i = 0; i < answer->count; i++)
		if (look_at(search, &search->site->arena, &answer->items[i], err) != 0)
			return -1;
	return 0;
}

static struct stripe_known
what_was_found(const struct search *search)
{
	return (struct stripe_known){ .contact = sales_contact(&search->site->arena, search->learner.email, search->learner.name),
		.fields = search->fields };
}

static int
ask_sessions(struct search *search, const char *filter, const char *id, struct err *err)
{
	const char *const pairs[] = { filter, id };
	const struct stripe_walk walk = { .path = "/v1/checkout/sessions", .pairs = pairs, .pair_count = 1 };
	struct stripe_site *site = search->site;
	struct stripe_known known;
	int rc;

	buf_init(&search->answer, STRIPE_ANSWERS_BYTES);
	rc = stripe_walk(site, &walk, look_at_session, search, err);
	buf_text(&search->answer, search->answer.len == 0 ? "[]" : "]");
	if (rc == 0 && (rc = buf_check(&search->answer, "what checkout sessions say", err)) == 0) {
		known = what_was_found(search);
		known.answer = arena_strdup(&site->arena, search->answer.data);
		(void)keep(site, &site->learners, id, &known);
	}
	buf_done(&search->answer);
	return rc;
}

int
stripe_asked(struct stripe_site *site, const char *filter, const char *id, struct stripe_known *ret_known, struct err *err)
{
	const char *question = arena_printf(&site->arena, "/v1/checkout/sessions?%s=%s", filter, id);
	bool names = site->config->learner_email_labels.count > 0 || site->config->learner_name_labels.count > 0;
	struct search search = { .site = site };

	*ret_known = (struct stripe_known){ .contact = NULL };
	/* Nothing would be recognised. */
	if (!names && !sales_field_wanted(site->config))
		return 0;
	if (site->is_stored && !names && !stripe_has_answer(site, question)) {
		site->without = "its checkout session";
		return 0;
	}
	if (site->is_stored) {
		if (look_at_stored(&search, question, err) != 0)
			return -1;
		*ret_known = what_was_found(&search);
		return 0;
	}
	if (stripe_set_find(&site->learners, id) == NULL && ask_sessions(&search, filter, id, err) != 0)
		return -1;
	*ret_known = site->known[stripe_set_find(&site->learners, id)->value];
	stripe_note(site, question, ret_known->answer, strlen(ret_known->answer));
	return 0;
}
