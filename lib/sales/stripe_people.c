/* People that an object only points at: customers, and the learner named in the checkout session of a subscription or payment. Each is looked
 * up once in a pull. */
#include "stripe.h"

#include <string.h>

#include "base/text.h"
#include "sales/contact.h"

/* Keep a contact for the pull; NULL is an answer too. */
static void
keep(struct stripe_site *site, struct stripe_set *set, const char *id, const struct sales_contact *contact)
{
	const struct sales_contact **more;

	if (site->contact_count == site->contact_room) {
		site->contact_room = 2 * site->contact_room + 64;
		more = ARENA_ARRAY(&site->arena, site->contact_room, const struct sales_contact *);
		if (site->contact_count > 0)
			memcpy(more, site->contacts, site->contact_count * sizeof(*more));
		site->contacts = more;
	}
	site->contacts[site->contact_count] = contact;
	stripe_set_put(set, id, (int64_t)site->contact_count++);
}

int
stripe_customer(struct stripe_site *site, const char *id, const struct sales_contact **ret_contact, struct err *err)
{
	const struct stripe_entry *known = stripe_set_find(&site->people, id);
	const struct sales_contact *contact = NULL;
	struct arena arena = ARENA_INIT;
	struct stripe_item item;
	int rc = -1;

	if (known == NULL) {
		if (stripe_get(site, &arena, arena_printf(&arena, "/v1/customers/%s", id), &item, err) != 0)
			goto out;
		/* One that was removed is {"deleted":true}: who it was is not told any more. */
		if (item.json != NULL && !stripe_true(item.json, "deleted"))
			contact = sales_contact(&site->arena, arena_strdup(&site->arena, stripe_word(item.json, "email")),
			    arena_strdup(&site->arena, stripe_word(item.json, "name")));
		keep(site, &site->people, id, contact);
		known = stripe_set_find(&site->people, id);
	}
	*ret_contact = site->contacts[known->value];
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

struct search {
	struct stripe_site *site;
	struct stripe_learner learner;
};

static int
look_at_session(void *context, const struct stripe_item *item, struct err *err)
{
	struct search *search = context;
	struct stripe_learner found = { NULL, NULL };

	if (stripe_learner_fields(search->site, item->arena, item->json, &found, err) != 0)
		return -1;
	stripe_learner_metadata(search->site, item->arena, json_get(item->json, "metadata"), &found);
	/* The page does not outlive the walk. */
	if (search->learner.email == NULL && found.email != NULL)
		search->learner.email = arena_strdup(&search->site->arena, found.email);
	if (search->learner.name == NULL && found.name != NULL)
		search->learner.name = arena_strdup(&search->site->arena, found.name);
	return 0;
}

int
stripe_learner_session(
    struct stripe_site *site, const char *filter, const char *id, const struct sales_contact **ret_contact, struct err *err)
{
	const struct stripe_entry *known = stripe_set_find(&site->learners, id);
	const char *const pairs[] = { filter, id };
	const struct stripe_walk walk = { .path = "/v1/checkout/sessions", .pairs = pairs, .pair_count = 1 };
	struct search search = { .site = site };

	/* Nothing would be recognised. */
	if (site->config->learner_email_labels.count == 0 && site->config->learner_name_labels.count == 0) {
		*ret_contact = NULL;
		return 0;
	}
	if (known == NULL) {
		if (stripe_walk(site, &walk, look_at_session, &search, err) != 0)
			return -1;
		keep(site, &site->learners, id, sales_contact(&site->arena, search.learner.email, search.learner.name));
		known = stripe_set_find(&site->learners, id);
	}
	*ret_contact = site->contacts[known->value];
	return 0;
}
