/* A whole RFC 5322 message. Everything is checked here first, so that the writers of mime.c need not fail; nothing that came from
 * outside reaches a header line unencoded. */
#include "outbox/message.h"

#include <stdbool.h>
#include <string.h>

#include "adapter/crypto.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "outbox/mime.h"

/* RFC 5322 section 2.1.1: no line is longer, and a header value is far from it. */
#define MESSAGE_HEADER_BYTES 900
#define MESSAGE_BOUNDARY_DIGITS 32

static int
check_line(const char *what, const char *text, struct err *err)
{
	if (!text_utf8_valid(text, strlen(text)))
		return err_set(err, ERR_DATA, "the %s is not UTF-8", what);
	if (address_has_break(text))
		return err_set(err, ERR_DATA, "the %s holds a control character", what);
	if (strlen(text) > MESSAGE_HEADER_BYTES)
		return err_set(err, ERR_DATA, "the %s is longer than %d bytes", what, MESSAGE_HEADER_BYTES);
	return 0;
}

/* Printable ASCII without blanks: what stands in a header as it is. */
static int
check_token(const char *what, const char *text, struct err *err)
{
	const char *p;

	for (p = text; *p > ' ' && *p < 0x7f; p++)
		;
	if (p == text || *p != '\0' || p - text > MESSAGE_HEADER_BYTES)
		return err_set(err, ERR_DATA, "the %s is not plain ASCII", what);
	return 0;
}

static int
check_address(struct arena *arena, const char *what, const struct address *address,
    int (*rule)(struct arena *, const char *, char **, struct err *), struct err *err)
{
	char *mailbox;

	if (check_line(what, address->name, err) != 0)
		return -1;
	if (rule(arena, address->mailbox, &mailbox, err) != 0)
		return err_wrap(err, "%s", what);
	if (!text_equal(mailbox, address->mailbox))
		return err_set(err, ERR_DATA, "%s: the address's domain is not in punycode", what);
	return 0;
}

static int
check_body(const char *what, const char *text, struct err *err)
{
	if (*text == '\0')
		return err_set(err, ERR_DATA, "the %s is empty", what);
	if (!text_utf8_valid(text, strlen(text)))
		return err_set(err, ERR_DATA, "the %s is not UTF-8", what);
	return 0;
}

static int
check(struct arena *arena, const struct message *message, struct err *err)
{
	const char *id = message->message_id;

	if (check_address(arena, "sender", &message->from, address_mailbox, err) != 0 ||
	    check_address(arena, "recipient", &message->to, address_recipient, err) != 0)
		return -1;
	if (message->reply_to.mailbox != NULL &&
	    check_address(arena, "reply address", &message->reply_to, address_mailbox, err) != 0)
		return -1;
	if (check_line("subject", message->subject, err) != 0)
		return -1;
	if (*text_trim(arena, message->subject) == '\0')
		return err_set(err, ERR_DATA, "the subject is empty");
	if (check_token("Message-ID", id, err) != 0 || check_token("language", message->language, err) != 0)
		return -1;
	if (id[0] != '<' || !text_ends(id, ">") || strpbrk(id + 1, "<") != NULL || strchr(id, '>') != id + strlen(id) - 1 ||
	    strchr(id, '@') == NULL)
		return err_set(err, ERR_DATA, "the Message-ID is not of the form <left@right>");
	if (check_body("text", message->text, err) != 0 || check_body("HTML", message->html, err) != 0)
		return -1;
	if (message->file == NULL)
		return 0;
	if (check_line("file name", message->file->name, err) != 0 || check_token("file type", message->file->type, err) != 0)
		return -1;
	if (message->file->name[0] == '\0' || strpbrk(message->file->name, "/\\") != NULL)
		return err_set(err, ERR_DATA, "the file name is empty or holds a slash");
	if (message->file->len == 0)
		return err_set(err, ERR_DATA, "the file is empty");
	return 0;
}

/* The same content has the same boundary; "=_" cannot occur in quoted-printable or base64. */
static char *__attribute__((returns_nonnull)) boundary(struct arena *arena, const char *tag, const struct buf *content)
{
	uint8_t hash[CRYPTO_HASH_BYTES];

	crypto_sha256(content->data, content->len, hash);
	return arena_printf(arena, "=_%s_%s", tag, text_hex(arena, hash, MESSAGE_BOUNDARY_DIGITS / 2));
}

static void
write_headers(struct arena *arena, struct buf *buf, const struct message *message)
{
	mime_header_address(buf, "From", &message->from);
	if (message->reply_to.mailbox != NULL)
		mime_header_address(buf, "Reply-To", &message->reply_to);
	mime_header_address(buf, "To", &message->to);
	mime_header(buf, "Subject", text_trim(arena, message->subject));
	buf_printf(buf, "Date: %s\r\n", clock_rfc5322(arena, message->date_utc));
	buf_printf(buf, "Message-ID:%s %s\r\n", strlen(message->message_id) > 64 ? "\r\n" : "", message->message_id);
	buf_text(buf, "Auto-Submitted: auto-generated\r\n");
	buf_text(buf, "MIME-Version: 1.0\r\n");
	buf_printf(buf, "Content-Language: %s\r\n", message->language);
}

/* Text and HTML, each with its own headers, between boundaries. */
static void
write_alternative(struct arena *arena, struct buf *buf, const struct message *message, struct buf *scratch)
{
	char *mark;

	buf_reset(scratch);
	mime_quoted_printable(scratch, message->text);
	mime_quoted_printable(scratch, message->html);
	mark = boundary(arena, "a", scratch);
	buf_printf(buf, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n", mark);
	buf_printf(buf,
	    "--%s\r\nContent-Type: text/plain; charset=utf-8; format=flowed%s\r\nContent-Transfer-Encoding: "
	    "quoted-printable\r\n\r\n",
	    mark, message->delsp ? "; delsp=yes" : "");
	mime_quoted_printable(buf, message->text);
	buf_printf(
	    buf, "\r\n--%s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", mark);
	mime_quoted_printable(buf, message->html);
	buf_printf(buf, "\r\n--%s--\r\n", mark);
}

static void
write_file(struct arena *arena, struct buf *buf, const struct message_file *file)
{
	buf_printf(buf, "Content-Type: %s;\r\n name=\"%.60s\"\r\n", file->type, mime_file_fallback(arena, file->name));
	buf_text(buf, "Content-Transfer-Encoding: base64\r\n");
	mime_header_file(buf, "attachment", file->name);
	buf_text(buf, "\r\n");
	mime_base64(buf, file->bytes, file->len);
}

int
message_build(struct arena *arena, const struct message *message, char **ret_bytes, size_t *ret_len, struct err *err)
{
	int rc = -1;
	struct buf whole, body, scratch;
	char *mark, *bytes;

	buf_init(&whole, MESSAGE_MAX_BYTES);
	buf_init(&body, MESSAGE_MAX_BYTES);
	buf_init(&scratch, MESSAGE_MAX_BYTES);
	if (check(arena, message, err) != 0)
		goto out;
	write_headers(arena, &whole, message);
	if (message->file == NULL) {
		write_alternative(arena, &whole, message, &scratch);
	} else {
		write_alternative(arena, &body, message, &scratch);
		buf_reset(&scratch);
		write_file(arena, &scratch, message->file);
		/* The hash covers both parts, so that equal boundaries mean equal content. */
		buf_add(&body, scratch.data, scratch.len);
		mark = boundary(arena, "m", &body);
		buf_printf(&whole, "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n", mark, mark);
		buf_add(&whole, body.data, body.len - scratch.len);
		buf_printf(&whole, "\r\n--%s\r\n", mark);
		buf_add(&whole, scratch.data, scratch.len);
		buf_printf(&whole, "\r\n--%s--\r\n", mark);
	}
	if (scratch.overflow || body.overflow)
		whole.overflow = true;
	if (buf_check(&whole, "the message", err) != 0)
		goto out;
	bytes = arena_alloc(arena, whole.len + 1);
	memcpy(bytes, whole.data, whole.len);
	*ret_bytes = bytes;
	*ret_len = whole.len;
	rc = 0;
out:
	buf_done(&scratch);
	buf_done(&body);
	buf_done(&whole);
	return rc;
}
