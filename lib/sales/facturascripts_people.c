/* Whom an invoice names. */
#include "facturascripts.h"

#include <string.h>

#include "base/text.h"
#include "sales/contact.h"
#include "sales/field.h"

/* A contact's row; NULL: the invoice names none, or one that is not there any more. */
static const struct json *
contact_row(const struct fs_known *known, int64_t id)
{
	const struct fs_parts found = fs_parts_of(&known->contacts, id);

	return id > 0 && found.count > 0 ? found.items[0].json : NULL;
}

static int
contact_email(const struct fs_known *known, int64_t id, const char **ret_email, struct err *err)
{
	const struct json *row = contact_row(known, id);

	*ret_email = "";
	return row == NULL ? 0 : fs_text(row, "email", ret_email, err);
}

int
fs_wants_client(const struct fs_head *head, const struct fs_known *known, bool *ret_wants, struct err *err)
{
	const char *email;

	if (contact_email(known, head->contact, &email, err) != 0)
		return -1;
	*ret_wants = email[0] == '\0';
	return 0;
}

static int
find_learner(struct arena *arena, const struct config_source *config, const struct fs_head *head, const struct fs_known *known,
    const struct sales_contact **ret_learner, struct err *err)
{
	const char *email, *name = "", *first = "", *last = "";
	const struct json *row;

	if (text_equal(config->learner_from, "notes")) {
		email = fs_note_address(arena, head->notes, &name);
		*ret_learner = sales_contact(arena, email, name);
	} else if (text_equal(config->learner_from, "delivery_contact")) {
		row = contact_row(known, head->delivery);
		if (row == NULL)
			return 0;
		if (fs_text(row, "email", &email, err) != 0 || fs_text(row, "nombre", &first, err) != 0 ||
		    fs_text(row, "apellidos", &last, err) != 0)
			return -1;
		*ret_learner = sales_contact(arena, email, arena_printf(arena, "%s %s", first, last));
	}
	return 0;
}

/* The company that the billing contact is of. A person's contact repeats their own name there. */
static int
find_company(struct arena *arena, const struct config_source *config, const struct json *contact, const char *client,
    struct sales_fields *fields, struct err *err)
{
	const char *company;
	bool person = false;

	if (contact == NULL || !sales_field_wanted(config))
		return 0;
	if (fs_text(contact, "empresa", &company, err) != 0 ||
	    (!json_is_null(json_get(contact, "personafisica")) && fs_flag(contact, "personafisica", &person, err) != 0))
		return err_wrap(err, "contact");
	if (!person)
		sales_field(arena, config, fields, "company", company[0] != '\0' ? company : client);
	return 0;
}

int
fs_people(struct arena *arena, const struct config_source *config, const struct fs_head *head, const struct fs_known *known,
    struct fs_people *ret_people, struct err *err)
{
	struct fs_people people = { .buyer = NULL };
	const char *email;

	if (contact_email(known, head->contact, &email, err) != 0)
		return -1;
	if (email[0] == '\0' && known->client_email != NULL)
		email = known->client_email;
	people.buyer = sales_contact(arena, email, head->client_name);
	if (find_company(arena, config, contact_row(known, head->contact), head->client_name, &people.fields, err) != 0 ||
	    find_learner(arena, config, head, known, &people.learner, err) != 0)
		return -1;
	*ret_people = people;
	return 0;
}

const char *
fs_note_address(struct arena *arena, const char *notes, const char **ret_name)
{
	static const char ends[] = " \t\r\n,;<>()[]\"'";
	const char *at = strchr(notes, '@'), *begin, *line, *colon;
	size_t len;

	*ret_name = "";
	if (at == NULL)
		return "";
	for (begin = at; begin > notes && strchr(ends, begin[-1]) == NULL; begin--)
		;
	len = strcspn(begin, ends);
	if (begin > notes && begin[-1] == '<') {
		for (line = begin - 1; line > notes && strchr("\r\n", line[-1]) == NULL; line--)
			;
		/* "Alumno: Ana Ruiz <ana@example.org>" */
		colon = memchr(line, ':', (size_t)(begin - 1 - line));
		line = colon != NULL ? colon + 1 : line;
		*ret_name = arena_strndup(arena, line, (size_t)(begin - 1 - line));
	}
	/* "mailto:ana@example.org" and a full stop behind it are no part of the address. */
	if (strncmp(begin, "mailto:", 7) == 0) {
		begin += 7;
		len -= 7;
	}
	while (len > 0 && begin[len - 1] == '.')
		len--;
	return arena_strndup(arena, begin, len);
}
