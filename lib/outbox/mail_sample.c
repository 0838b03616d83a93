/* Sample mails. */
#include "outbox/mail_sample.h"

#include <inttypes.h>

#include "adapter/crypto.h"
#include "base/text.h"
#include "outbox/message.h"

#define ID_BYTES 16

int
mail_sample(struct arena *arena, const char *template_dir, const struct catalogue_message *message, const char *locale,
    const char *issuer, const char *reply_to, bool whole, struct mail_letter *ret_letter, const char **ret_language,
    struct err *err)
{
	struct mail_value values[CATALOGUE_VALUES + 2];
	const struct catalogue_value *value;
	struct mail_template *template;
	size_t count = 0;

	values[count++] = (struct mail_value){ "issuer", issuer != NULL ? issuer : catalogue_sample(message, "issuer") };
	values[count++] = (struct mail_value){ "reply_to", reply_to != NULL ? reply_to : catalogue_sample(message, "reply_to") };
	for (value = message->values; value->name != NULL; value++)
		if (whole || !value->optional)
			values[count++] = (struct mail_value){ value->name, value->sample };
	if (mail_template_open(arena, template_dir, message->name, locale, &template, err) != 0 ||
	    mail_template_fill(arena, template, values, count, ret_letter, err) != 0)
		return -1;
	*ret_language = mail_template_language(template);
	return 0;
}

int
mail_sample_build(struct arena *arena, const struct relay *relay, const struct catalogue_message *message,
    const struct mail_letter *letter, const char *language, const char *mailbox, const char *message_id, int64_t now_utc,
    char **ret_bytes, size_t *ret_len, struct err *err)
{
	const struct message mail = {
		.from = relay->from,
		.reply_to = relay->reply_to,
		.to = { catalogue_sample(message, "recipient"), mailbox },
		.subject = letter->subject,
		.date_utc = now_utc,
		.message_id = message_id,
		.language = language,
		.text = letter->text,
		.delsp = letter->delsp,
		.html = letter->html,
	};

	return message_build(arena, &mail, ret_bytes, ret_len, err);
}

int
mail_sample_send(struct arena *arena, struct relay *relay, const char *template_dir, const struct catalogue_message *message,
    const char *locale, const char *mailbox, int64_t now_utc, struct smtp_answer **ret_answer, struct err *err)
{
	const char *reply_to = relay->reply_to.mailbox != NULL ? relay->reply_to.mailbox : relay->from.mailbox, *language,
		   *message_id;
	uint8_t id[ID_BYTES];
	struct mail_letter letter;
	char *bytes;
	size_t len;

	if (mail_sample(
		arena, template_dir, message, locale, relay->issuer, reply_to, /* whole= */ true, &letter, &language, err) != 0)
		return -1;
	crypto_random(id, sizeof(id));
	message_id = arena_printf(arena, "<test.%s@%s>", text_hex(arena, id, sizeof(id)), address_domain(relay->from.mailbox));
	letter.subject = arena_printf(arena, "[%s] %s", message->name, letter.subject);
	if (mail_sample_build(arena, relay, message, &letter, language, mailbox, message_id, now_utc, &bytes, &len, err) != 0)
		return -1;
	return smtp_send(arena, relay->smtp, &(struct smtp_mail){ relay->from.mailbox, mailbox, bytes, len }, ret_answer, err);
}
