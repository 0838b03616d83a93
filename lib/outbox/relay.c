/* From the settings to a session with the mail server. */
#include "outbox/relay.h"

int
relay_open(struct arena *arena, const struct config_tenant *tenant, const struct smtp_limits *limits, struct relay *ret_relay,
    struct err *err)
{
	const struct config_mail *mail = &tenant->mail;
	struct smtp_config smtp = { .url = mail->smtp, .user = mail->user, .ca_file = mail->ca_file };
	struct relay relay = { 0 };
	char *password = NULL;

	if (mail->smtp == NULL || mail->from == NULL)
		return err_set(err, ERR_CONFIG, "%s:%u: tenant \"%s\" has mail to send but no `mail` settings", tenant->where.file,
		    tenant->where.line, tenant->name);
	if (address_parse(arena, mail->from, &relay.from, err) != 0) {
		err->code = ERR_CONFIG;
		return err_wrap(err, "%s:%u: `from` of tenant \"%s\"", tenant->where.file, tenant->where.line, tenant->name);
	}
	if (mail->reply_to != NULL && address_parse(arena, mail->reply_to, &relay.reply_to, err) != 0) {
		err->code = ERR_CONFIG;
		return err_wrap(err, "%s:%u: `reply_to` of tenant \"%s\"", tenant->where.file, tenant->where.line, tenant->name);
	}
	relay.issuer = tenant->certificate.issuer;
	if (relay.issuer == NULL)
		relay.issuer = relay.from.name[0] != '\0' ? relay.from.name : tenant->name;
	if (mail->password != NULL && config_secret(arena, mail->password, "mail password", &password, err) != 0)
		return -1;
	smtp.password = password;
	smtp.limits = limits != NULL ? *limits : *SMTP_LIMITS;
	if (smtp_open(&smtp, &relay.smtp, err) != 0)
		return -1;
	*ret_relay = relay;
	return 0;
}

void
relay_close(struct relay *relay)
{
	smtp_close(relay->smtp);
	relay->smtp = NULL;
}
