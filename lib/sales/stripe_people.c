/* People that an object only points at: customers, and the learner named in the checkout session of a subscription or payment. Each is looked
 * up once in a pull. */
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

static int
find_customer(struct stripe_site *site, const char *id, const struct stripe_known **ret_known, struct err *err)
{
	const struct stripe_entry *entry = stripe_set_find(&site->people, id);
	struct stripe_known known = { .contact = NULL };
	struct arena arena = ARENA_INIT;
	struct stripe_item item;
	int rc = -1;

	if (entry == NULL) {
		if (stripe_get(site, &arena, arena_printf(&arena, "/v1/customers/%s", id), &item, err) != 0)
			goto out;
		/* One that was removed is {"deleted":true}: who it was is not told any more. */
		if (item.json != NULL && !stripe_true(item.json, "deleted")) {
			known.contact = sales_contact(&site->arena, arena_strdup(&site->arena, stripe_word(item.json, "email")),
			    arena_strdup(&site->arena, stripe_word(item.json, "name")));
			offer_notes(site, json_get(item.json, "metadata"), &known.fields);
		}
		entry = keep(site, &site->people, id, &known);
	}
	*ret_known = &site->known[entry->value];
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

int
stripe_customer(struct stripe_site *site, const char *id, const struct sales_contact **ret_contact, struct err *err)
{
	const struct stripe_known *known;

	if (find_customer(site, id, &known, err) != 0)
		return -1;
	*ret_contact = known->contact;
	return 0;
}

/* Does a setting ask for what is noted with customers? */
static bool
is_noted(const struct config_source *config)
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
	const struct stripe_known *known;

	if (id[0] == '\0' || !is_noted(site->config))
		return 0;
	if (find_customer(site, id, &known, err) != 0)
		return -1;
	sales_field_join(arena, fields, &known->fields);
	return 0;
}

struct search {
	struct stripe_site *site;
	struct stripe_learner learner;
	struct sales_fields fields;
};

static int
look_at_session(void *context, const struct stripe_item *item, struct err *err)
{
	struct search *search = context;
	struct stripe_learner found = { NULL, NULL };
	struct arena *arena = &search->site->arena;

	if (stripe_learner_fields(search->site, item->arena, item->json, &found, err) != 0)
		return -1;
	stripe_learner_metadata(search->site, item->arena, json_get(item->json, "metadata"), &found);
	/* The page does not outlive the walk. */
	if (search->learner.email == NULL && found.email != NULL)
		search->learner.email = arena_strdup(arena, found.email);
	if (search->learner.name == NULL && found.name != NULL)
		search->learner.name = arena_strdup(arena, found.name);
	stripe_field_session(search->site, arena, item->json, &search->fields);
	return 0;
}

int
stripe_asked(struct stripe_site *site, const char *filter, const char *id, struct stripe_known *ret_known, struct err *err)
{
	const struct stripe_entry *entry = stripe_set_find(&site->learners, id);
	const char *const pairs[] = { filter, id };
	const struct stripe_walk walk = { .path = "/v1/checkout/sessions", .pairs = pairs, .pair_count = 1 };
	struct search search = { .site = site };
	struct stripe_known known;

	/* Nothing would be recognised. */
	if (site->config->learner_email_labels.count == 0 && site->config->learner_name_labels.count == 0 &&
	    !sales_field_wanted(site->config)) {
		*ret_known = (struct stripe_known){ .contact = NULL };
		return 0;
	}
	if (entry == NULL) {
		if (stripe_walk(site, &walk, look_at_session, &search, err) != 0)
			return -1;
		known =
		    (struct stripe_known){ sales_contact(&site->arena, search.learner.email, search.learner.name), search.fields };
		entry = keep(site, &site->learners, id, &known);
	}
	*ret_known = site->known[entry->value];
	return 0;
}
