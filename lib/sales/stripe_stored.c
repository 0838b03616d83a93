/* What is stored of a Stripe account: an object as it came; and, where something else was asked to read it (rows of a long list, a customer, what a
 * checkout session asked), `{"object":…,"asked":{"/v1/…":…}}` with the answers. The object alone tells its versions apart, of a session what its
 * lines say too. Made and read again here. */
#include "stripe.h"

#include <string.h>

#include "base/text.h"

void
stripe_note(struct stripe_site *site, const char *question, const char *answer, size_t len)
{
	struct arena arena = ARENA_INIT;

	buf_printf(&site->answers, "%s%s:", site->answers.len > 0 ? "," : "", json_quote(&arena, question));
	buf_add(&site->answers, answer, len);
	arena_done(&arena);
}

bool
stripe_has_answer(const struct stripe_site *site, const char *question)
{
	return json_get(site->stored, question) != NULL;
}

int
stripe_answer(struct stripe_site *site, const char *question, const struct json **ret_answer, struct err *err)
{
	const struct json *answer = json_get(site->stored, question);

	if (answer == NULL)
		return err_set(err, ERR_INCOMPLETE, "the answer to \"%.120s\" is not stored with it", question);
	*ret_answer = answer;
	return 0;
}

int
stripe_join(struct stripe_site *site, const struct stripe_item *item, struct sales_document *document, struct err *err)
{
	if (site->answers.len == 0)
		return 0;
	if (buf_check(&site->answers, "what was asked for it", err) != 0)
		return -1;
	document->content = document->payload;
	document->content_len = document->payload_len;
	document->payload =
	    arena_printf(item->arena, "{\"object\":%.*s,\"asked\":{%s}}", (int)item->raw.len, item->raw.text, site->answers.data);
	document->payload_len = strlen(document->payload);
	return 0;
}

/* By what the object says it is, as far as sources of this role have such documents. */
static int
read_object(struct stripe_site *site, const struct stripe_item *item, struct sales_document *document, struct err *err)
{
	static const struct {
		const char *object;
		int (*read)(struct stripe_site *, const struct stripe_item *, struct sales_document *, struct err *);
		bool is_payment;
	} objects[] = { { "invoice", stripe_invoice, false }, { "credit_note", stripe_credit_note, false },
		{ "checkout.session", stripe_session, false }, { "charge", stripe_charge, true } };
	const char *object = stripe_word(item->json, "object");
	size_t i;

	for (i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if (text_equal(object, objects[i].object))
			return objects[i].is_payment == text_equal(site->config->role, "payment")
				   ? objects[i].read(site, item, document, err)
				   : 0;
	return err_set(err, ERR_DATA, "it is a \"%.40s\", which no document is made of", object);
}

static int
read_stored(struct stripe_site *site, const struct sales_stored *stored, struct sales_document *document, struct err *err)
{
	struct stripe_item item = { .arena = &site->arena, .raw = { stored->payload, stored->payload_len } };
	struct json *json;

	if (json_parse(&site->arena, "what is stored", stored->payload, stored->payload_len, &json, err) != 0)
		return -1;
	item.json = json;
	site->stored = json_get(json, "asked");
	if (site->stored != NULL) {
		item.json = json_get(json, "object");
		if (!json_raw_member(stored->payload, stored->payload_len, "object", &item.raw))
			return err_set(err, ERR_DATA, "there is no \"object\"");
	} else if (json_get(json, "session") != NULL) {
		return err_set(err, ERR_INCOMPLETE, "what was sold in the session is not stored with it");
	}
	if (json_text(item.json, "id", &item.id, err) != 0)
		return -1;
	site->live = stripe_true(item.json, "livemode");
	if (read_object(site, &item, document, err) != 0)
		return -1;
	if (site->stored != NULL) {
		document->content = document->payload;
		document->content_len = document->payload_len;
	}
	document->payload = stored->payload;
	document->payload_len = stored->payload_len;
	return 0;
}

int
stripe_read(struct arena *arena, const struct sales_source *source, const struct sales_stored *stored,
    struct sales_reading *ret_reading, struct err *err)
{
	struct stripe_site site = { .source = source, .config = source->config, .arena = *arena, .is_stored = true };
	struct sales_reading reading = { .without = NULL };
	int rc = read_stored(&site, stored, &reading.document, err);

	/* The site has an arena of its own: it was this one meanwhile. */
	*arena = site.arena;
	reading.without = site.without;
	if (rc == 0)
		*ret_reading = reading;
	return rc;
}
