/* Messages: what a mail reader makes of them (Python's parser is the witness), the rules of the wire, and what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapter/crypto.h"
#include "base/buf.h"
#include "base/text.h"
#include "outbox/message.h"
#include "outbox/mime.h"

#define CHINESE_NAME "王小明"
#define ARABIC_NAME "محمد بن علي"
#define VIETNAMESE_NAME "Nguyễn Thị Đức"
#define ASTRAL "𠮷" /* four bytes */
#define TEN(s) s s s s s s s s s s

static const struct message plain = {
	.from = { "Acme Academy", "academy@example.org" },
	.reply_to = { "", "help@example.org" },
	.to = { "Ana", "ana@example.org" },
	.subject = "Your certificate",
	.date_utc = 1785765911,
	.message_id = "<0123456789abcdef@example.org>",
	.language = "en",
	.text = "Hello\n",
	.html = "<p>Hello</p>\n",
};

/* The rules of the wire: ASCII, CRLF and nothing else ends a line, 76 columns at most, no leading dot, no blank at the end. */
static void
check_wire(const char *bytes, size_t len)
{
	size_t i, column = 0;

	for (i = 0; i < len; i++) {
		if (bytes[i] == '\r') {
			assert_true(i + 1 < len && bytes[i + 1] == '\n');
			assert_true(column == 0 || (bytes[i - 1] != ' ' && bytes[i - 1] != '\t'));
			continue;
		}
		if (bytes[i] == '\n') {
			assert_true(i > 0 && bytes[i - 1] == '\r');
			column = 0;
			continue;
		}
		assert_true((unsigned char)bytes[i] < 0x7f && ((unsigned char)bytes[i] >= 0x20 || bytes[i] == '\t'));
		assert_true(column > 0 || bytes[i] != '.');
		assert_true(++column <= 76);
	}
	assert_true(len > 2 && bytes[len - 1] == '\n');
}

/* Build, check, and let the parser read it: its report. */
static char *
read_back(struct arena *arena, const struct message *message)
{
	char path[] = "/tmp/ctok-message-XXXXXX";
	struct err err = ERR_INIT;
	struct buf report;
	char *bytes, *text, piece[4096];
	size_t len, got;
	FILE *file;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	if (message_build(arena, message, &bytes, &len, &err) != 0)
		fail_msg("%s", err.message);
	check_wire(bytes, len);
	file = fdopen(fd, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	file = popen(arena_printf(arena, "/usr/bin/python3 tests/support/parse_mail.py %s", path), "r");
	assert_non_null(file);
	buf_init(&report, (size_t)1 << 20);
	buf_char(&report, '\n');
	while ((got = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_add(&report, piece, got);
	assert_int_equal(pclose(file), 0);
	assert_int_equal(unlink(path), 0);
	text = arena_strndup(arena, report.data, report.len);
	buf_done(&report);
	return text;
}

static void
assert_line(struct arena *arena, const char *report, const char *key, const char *value)
{
	if (strstr(report, arena_printf(arena, "\n%s\t%s\n", key, value)) == NULL)
		fail_msg("expected %s \"%s\" in:%s", key, value, report);
}

static void
headers_stand_in_their_order_and_say_what_was_meant(void **state)
{
	struct arena arena = ARENA_INIT;
	char *report = read_back(&arena, &plain);

	(void)state;
	assert_line(&arena, report, "headers",
	    "From Reply-To To Subject Date Message-ID Auto-Submitted MIME-Version Content-Language Content-Type");
	assert_line(&arena, report, "from-name", "Acme Academy");
	assert_line(&arena, report, "from", "academy@example.org");
	assert_line(&arena, report, "reply-to-name", "");
	assert_line(&arena, report, "reply-to", "help@example.org");
	assert_line(&arena, report, "to", "ana@example.org");
	assert_line(&arena, report, "subject", "Your certificate");
	assert_line(&arena, report, "date", "Mon, 03 Aug 2026 14:05:11 +0000");
	assert_line(&arena, report, "message-id", "<0123456789abcdef@example.org>");
	assert_line(&arena, report, "auto-submitted", "auto-generated");
	assert_line(&arena, report, "content-language", "en");
	assert_line(&arena, report, "structure", "multipart/alternative text/plain text/html");
	assert_line(&arena, report, "text", "Hello\\n");
	assert_line(&arena, report, "html", "<p>Hello</p>\\n");
	assert_line(&arena, report, "defects", "");
	arena_done(&arena);
}

static void
names_and_subjects_of_any_script_come_through(void **state)
{
	static const struct {
		const char *name, *subject;
	} cases[] = {
		{ ARABIC_NAME, "شهادة " ARABIC_NAME },
		{ CHINESE_NAME, TEN(TEN(CHINESE_NAME)) },
		{ VIETNAMESE_NAME, "Certificate of " VIETNAMESE_NAME ", Ph.D." },
		{ ASTRAL ASTRAL, TEN(TEN(ASTRAL)) },
		{ "O'Brien, \"Bob\" (the \\ one) <x@y>; Jr.", "Quotes \" and \\ and <brackets>, commas; colons: all" },
		{ "J. R. Smith", "one  two   three" },
		{ "=?UTF-8?Q?evil?=", "=?UTF-8?B?ZXZpbA==?= =?" },
		{ TEN("A long name ") "end", TEN(TEN("words ")) "end" },
		{ TEN(TEN("Longname")), TEN(TEN("unbroken")) },
		{ "ana@example.org", "a" },
		{ "José _ = ? María", "¡Enhorabuena! = _ ? “x”" },
		{ "e" TEN("\xcc\x81\xcc\x82"), TEN("é ") "e" },
		{ "", "no name" },
	};
	struct arena arena = ARENA_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct message message = plain;
		char *report;
		const char *p;
		struct buf shown;

		message.to.name = message.from.name = cases[i].name;
		message.subject = cases[i].subject;
		report = read_back(&arena, &message);
		/* The parser's report doubles backslashes. */
		buf_init(&shown, 8192);
		for (p = cases[i].name; *p != '\0'; p++)
			buf_printf(&shown, "%s%c", *p == '\\' ? "\\" : "", *p);
		assert_line(&arena, report, "to-name", shown.data);
		assert_line(&arena, report, "from-name", shown.data);
		assert_line(&arena, report, "to", "ana@example.org");
		buf_reset(&shown);
		for (p = cases[i].subject; *p != '\0'; p++)
			buf_printf(&shown, "%s%c", *p == '\\' ? "\\" : "", *p);
		assert_line(&arena, report, "subject", shown.data);
		assert_line(&arena, report, "defects", "");
		buf_done(&shown);
	}
	arena_done(&arena);
}

static int
digit(const char *digits, char c)
{
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	assert_non_null(at);
	return (int)(at - digits);
}

/* The bytes of one encoded word from ${p} to its "?=". */
static void
decode_word(struct buf *buf, const char *p, const char *end)
{
	static const char hex[] = "0123456789ABCDEF", base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	bool q = p[8] == 'Q';
	unsigned bits = 0;
	int have = 0;

	for (p += 10; p < end; p++) {
		if (q && *p == '=') {
			buf_char(buf, (char)(digit(hex, p[1]) * 16 + digit(hex, p[2])));
			p += 2;
		} else if (q) {
			buf_char(buf, *p == '_' ? ' ' : *p);
		} else if (*p != '=') {
			bits = bits << 6 | (unsigned)digit(base64, *p);
			have += 6;
			if (have >= 8) {
				have -= 8;
				buf_char(buf, (char)(bits >> have & 0xff));
			}
		}
	}
}

/* Each word by itself is valid UTF-8: readers that decode word by word show no broken characters. (Python joins them first.) */
static void
encoded_words_are_short_and_cut_between_characters(void **state)
{
	static const char *const texts[] = { TEN(TEN(ASTRAL)), TEN(TEN(CHINESE_NAME)), TEN(TEN("éabc")), "x" TEN(TEN(ASTRAL)),
		"xx" TEN(TEN(CHINESE_NAME)), TEN(TEN("é long ascii part ")) "é", "é" };
	struct buf buf, word, whole;
	size_t i;

	(void)state;
	buf_init(&buf, 65536);
	buf_init(&word, 65536);
	buf_init(&whole, 65536);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *p, *end;

		buf_reset(&buf);
		buf_reset(&whole);
		mime_header(&buf, "Subject", texts[i]);
		check_wire(buf.data, buf.len);
		for (p = buf.data; (p = strstr(p, "=?UTF-8?")) != NULL; p = end) {
			end = strstr(p + 10, "?=");
			assert_non_null(end);
			assert_true(end + 2 - p <= 75);
			buf_reset(&word);
			decode_word(&word, p, end);
			assert_true(text_utf8_valid(word.data, word.len));
			buf_add(&whole, word.data, word.len);
		}
		assert_string_equal(whole.data, texts[i]);
	}
	buf_done(&whole);
	buf_done(&word);
	buf_done(&buf);
}

static void
bodies_come_through_byte_for_byte(void **state)
{
	static const char body[] = "first line \n trailing blank \nequals = sign\n.\n..dots\nFrom here\ntab\t\n" TEN(
	    TEN("long ")) "\n" TEN(TEN("é")) "\n" TEN("1234567") "12345....\n" TEN("1234567") "12345From there\n" CHINESE_NAME
											      "\n\n\nlast without newline";
	struct arena arena = ARENA_INIT;
	struct message message = plain;
	char *report;
	struct buf shown;
	const char *p;

	(void)state;
	message.text = body;
	message.html = arena_printf(&arena, "<pre>%s</pre>\n", body);
	report = read_back(&arena, &message);
	buf_init(&shown, 65536);
	for (p = body; *p != '\0'; p++)
		buf_printf(&shown, "%s%c", *p == '\n' ? "\\" : "", *p == '\n' ? 'n' : *p);
	/* A text's last line always ends. */
	assert_line(&arena, report, "text", arena_printf(&arena, "%s\\n", shown.data));
	assert_line(&arena, report, "html", arena_printf(&arena, "<pre>%s</pre>\\n", shown.data));
	assert_line(&arena, report, "defects", "");
	buf_done(&shown);
	arena_done(&arena);
}

static void
the_file_keeps_its_name_and_bytes(void **state)
{
	static const struct {
		const char *name, *fallback;
	} cases[] = {
		{ "certificate.pdf", "certificate.pdf" },
		{ "my \"best\" certificate.pdf", "my _best_ certificate.pdf" },
		{ "Zertifikat " CHINESE_NAME ".pdf", "Zertifikat ___.pdf" },
		{ TEN(CHINESE_NAME) ".pdf", "______________________________.pdf" },
		{ "100% = ; a'b*c.pdf", "100% = ; a'b*c.pdf" },
		{ TEN("a long ascii name ") ".pdf", "a long ascii name a long ascii name a long ascii name a long" },
	};
	struct arena arena = ARENA_INIT;
	uint8_t bytes[1000], hash[CRYPTO_HASH_BYTES];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		/* Each length of the last base64 group. */
		struct message_file file = { cases[i].name, "application/pdf", bytes, sizeof(bytes) - i };
		struct message message = plain;
		char *report;

		message.file = &file;
		crypto_sha256(file.bytes, file.len, hash);
		report = read_back(&arena, &message);
		assert_line(
		    &arena, report, "structure", "multipart/mixed multipart/alternative text/plain text/html application/pdf");
		assert_line(&arena, report, "filename", cases[i].name);
		assert_line(&arena, report, "legacy-filename", cases[i].name);
		assert_line(&arena, report, "type-name", cases[i].fallback);
		assert_line(&arena, report, "file-type", "application/pdf");
		assert_line(&arena, report, "file-sha256", text_hex(&arena, hash, sizeof(hash)));
		assert_line(&arena, report, "text", "Hello\\n");
		assert_line(&arena, report, "defects", "");
	}
	arena_done(&arena);
}

static void
the_same_message_gives_the_same_bytes_and_another_another_boundary(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct message other = plain;
	char *a, *b, *c;
	size_t a_len, b_len, c_len;

	(void)state;
	other.text = "Other\n";
	assert_int_equal(message_build(&arena, &plain, &a, &a_len, &err), 0);
	assert_int_equal(message_build(&arena, &plain, &b, &b_len, &err), 0);
	assert_int_equal(message_build(&arena, &other, &c, &c_len, &err), 0);
	assert_int_equal(a_len, b_len);
	assert_memory_equal(a, b, a_len);
	assert_memory_not_equal(strstr(a, "boundary="), strstr(c, "boundary="), strlen("boundary=\"=_a_") + 32);
	arena_done(&arena);
}

/* Letters beyond ASCII stand as they are in the address of a recipient alone: whoever takes that takes the header (RFC 6532). */
static void
a_recipient_beyond_ascii_stands_as_it_is(void **state)
{
	struct arena arena = ARENA_INIT;
	struct message message = plain;
	struct err err = ERR_INIT;
	char *bytes, *at;
	size_t len, i;

	(void)state;
	message.to = (struct address){ "José", "josé@xn--bcher-kva.example" };
	if (message_build(&arena, &message, &bytes, &len, &err) != 0)
		fail_msg("%s", err.message);
	at = strstr(bytes, "\r\nTo: =?UTF-8?B?Sm9zw6k=?= <josé@xn--bcher-kva.example>\r\n");
	assert_non_null(at);
	for (i = 0; i < len; i++)
		if ((unsigned char)bytes[i] >= 0x80)
			assert_true(bytes + i > at && bytes + i < at + strlen("\r\nTo: =?UTF-8?B?Sm9zw6k=?= <josé@"));
	arena_done(&arena);
}

static void
whatever_could_forge_a_header_is_refused(void **state)
{
	static const struct message_file slash = { "../x.pdf", "application/pdf", "x", 1 };
	static const struct message_file newline = { "x\r\n.pdf", "application/pdf", "x", 1 };
	static const struct message_file empty = { "x.pdf", "application/pdf", "", 0 };
	static const struct message_file type = { "x.pdf", "application/pdf\r\nX: y", "x", 1 };
	static const struct {
		struct message change; /* what differs from `plain` */
		const char *message;
	} cases[] = {
		{ { .subject = "Hello\r\nBcc: all@example.org" }, "the subject holds a control character" },
		{ { .subject = "Hello\nthere" }, "the subject holds a control character" },
		{ { .subject = "tab\there" }, "the subject holds a control character" },
		{ { .subject = "c1 \xc2\x85 control" }, "the subject holds a control character" },
		{ { .subject = "\xff" }, "the subject is not UTF-8" },
		{ { .subject = "   " }, "the subject is empty" },
		{ { .to = { "Ana\r\nBcc: x@y", "ana@example.org" } }, "the recipient holds a control character" },
		{ { .to = { "Ana", "ana@example.org\r\nRCPT TO:<x@y>" } }, "recipient: the address holds a control character" },
		{ { .to = { "Ana", "a@b, c@d" } },
		    "recipient: the address has a local part that is not plain letters, digits and signs with single dots inside" },
		{ { .from = { "Ana", "josé@example.org" } },
		    "sender: the address has a local part outside ASCII, which would need SMTPUTF8" },
		{ { .to = { "Ana", "jos\u200b@example.org" } },
		    "recipient: not an e-mail address: a blank, control or invisible character stands in it" },
		{ { .to = { "Ana", "ana@bücher.example" } }, "recipient: the address's domain is not in punycode" },
		{ { .from = { "", "nobody" } }, "sender: the address has no \"@\"" },
		{ { .reply_to = { "", "a b@example.org" } }, "reply address: the address has a local part that is not plain "
							     "letters, digits and signs with single dots inside" },
		{ { .message_id = "<a@b>\r\nX: y" }, "the Message-ID is not plain ASCII" },
		{ { .message_id = "a@b" }, "the Message-ID is not of the form <left@right>" },
		{ { .message_id = "<a>@<b>" }, "the Message-ID is not of the form <left@right>" },
		{ { .language = "en\r\nX: y" }, "the language is not plain ASCII" },
		{ { .text = "\xc3" }, "the text is not UTF-8" },
		{ { .html = "" }, "the HTML is empty" },
		{ { .file = &slash }, "the file name is empty or holds a slash" },
		{ { .file = &newline }, "the file name holds a control character" },
		{ { .file = &empty }, "the file is empty" },
		{ { .file = &type }, "the file type is not plain ASCII" },
	};
	struct arena arena = ARENA_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct message *change = &cases[i].change;
		struct message message = plain;
		struct err err = ERR_INIT;
		char *bytes = NULL;
		size_t len;

		if (change->from.mailbox != NULL)
			message.from = change->from;
		if (change->to.mailbox != NULL)
			message.to = change->to;
		if (change->reply_to.mailbox != NULL)
			message.reply_to = change->reply_to;
		if (change->subject != NULL)
			message.subject = change->subject;
		if (change->message_id != NULL)
			message.message_id = change->message_id;
		if (change->language != NULL)
			message.language = change->language;
		if (change->text != NULL)
			message.text = change->text;
		if (change->html != NULL)
			message.html = change->html;
		if (change->file != NULL)
			message.file = change->file;
		assert_int_equal(message_build(&arena, &message, &bytes, &len, &err), -1);
		assert_null(bytes);
		assert_int_equal(err.code, ERR_DATA);
		assert_string_equal(err.message, cases[i].message);
	}
	arena_done(&arena);
}

static void
addresses_are_read_as_settings_write_them(void **state)
{
	static const struct {
		const char *text, *name, *mailbox;
	} cases[] = {
		{ "academy@example.org", "", "academy@example.org" },
		{ "  Acme Academy  <academy@example.org> ", "Acme Academy", "academy@example.org" },
		{ "\"Acme, Inc. \\\"A\\\"\" <a@example.org>", "Acme, Inc. \"A\"", "a@example.org" },
		{ "Escuela Ñandú <a@bücher.example>", "Escuela Ñandú", "a@xn--bcher-kva.example" },
		{ "<a+b.c@localhost>", "", "a+b.c@localhost" },
		{ "A.B@EXAMPLE.org", "", "A.B@example.org" },
	};
	static const struct {
		const char *text, *message;
	} bad[] = {
		{ "", "there is no address" },
		{ "Acme <a@b>\r\nBcc: x@y", "the address holds a control character" },
		{ "\"open <a@example.org>", "the name before the address has an open quote" },
		{ "a@b <c@d>", "the name before the address must be quoted" },
		{ "a@b>", "the address has a \">\" without \"<\"" },
		{ "Acme <>", "there is no address" },
		{ "@example.org", "the address has no local part" },
		{ "a..b@example.org",
		    "the address has a local part that is not plain letters, digits and signs with single dots inside" },
		{ ".a@example.org",
		    "the address has a local part that is not plain letters, digits and signs with single dots inside" },
		{ "a@-x.example", "the address has a domain that cannot exist" },
		{ "a@x..example", "the address has a domain that cannot exist" },
		{ "a@[127.0.0.1]", "the address has a domain that cannot exist" },
		{ "a@", "the address has a domain that cannot exist" },
		{ TEN("abcdefg") "@example.org", "the address has a local part of more than 64 characters" },
		{ "\xff@example.org", "the address is not UTF-8" },
	};
	struct arena arena = ARENA_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		struct address address;

		if (address_parse(&arena, cases[i].text, &address, &err) != 0)
			fail_msg("%s: %s", cases[i].text, err.message);
		assert_string_equal(address.name, cases[i].name);
		assert_string_equal(address.mailbox, cases[i].mailbox);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;
		struct address address;

		assert_int_equal(address_parse(&arena, bad[i].text, &address, &err), -1);
		assert_int_equal(err.code, ERR_DATA);
		assert_string_equal(err.message, bad[i].message);
	}
	arena_done(&arena);
}

static void
replies_lose_their_addresses(void **state)
{
	static const struct {
		const char *text, *clean;
	} cases[] = {
		{ "5.1.1 <bob.jones@example.org>: no such user", "5.1.1 <address>: no such user" },
		{ "no mailbox here by that name: bob.jones", "no mailbox here by that name: address" },
		{ "User 'BOB.JONES' unknown", "User 'address' unknown" },
		{ "relaying for other@elsewhere.example denied", "relaying for address denied" },
		{ "bob.jonesy is someone else", "bob.jonesy is someone else" },
		{ "two\r\nlines\x01", "two  lines " },
		{ "latin \xe9", "latin ?" },
		{ "", "" },
	};
	struct arena arena = ARENA_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(address_scrub(&arena, cases[i].text, "bob.jones@example.org"), cases[i].clean);
	assert_int_equal(strlen(address_scrub(&arena, TEN(TEN("éé")), "bob@example.org")), 300);
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_stand_in_their_order_and_say_what_was_meant),
		cmocka_unit_test(names_and_subjects_of_any_script_come_through),
		cmocka_unit_test(encoded_words_are_short_and_cut_between_characters),
		cmocka_unit_test(bodies_come_through_byte_for_byte),
		cmocka_unit_test(the_file_keeps_its_name_and_bytes),
		cmocka_unit_test(the_same_message_gives_the_same_bytes_and_another_another_boundary),
		cmocka_unit_test(a_recipient_beyond_ascii_stands_as_it_is),
		cmocka_unit_test(whatever_could_forge_a_header_is_refused),
		cmocka_unit_test(addresses_are_read_as_settings_write_them),
		cmocka_unit_test(replies_lose_their_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
