/* Every mail in every language as it goes over the wire, and mails whose values try to be more than values. What independent parsers make of
 * them (tests/support/witness_mails.py) is the test. */
#include "expect.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "adapter/json.h"
#include "base/text.h"
#include "outbox/catalogue.h"
#include "outbox/locale.h"
#include "outbox/mail_template.h"
#include "outbox/message.h"

#define DATE INT64_C(1785765911) /* Mon, 03 Aug 2026 14:05:11 +0000 */
#define TEN(s) s s s s s s s s s s

/* People, one of whom every mail goes to, and what they learn: twelve scripts, and what is awkward in names. */
static const struct {
	const char *name, *course;
} people[] = {
	{ "Nguyễn Thị Đức", "Sơ cấp cứu: phần 1/2" },
	{ "محمد بن عليّ", "الإسعافات الأولية (2)" },
	{ "דָּוִד בֶּן־גּוּרְיוֹן", "עזרה ראשונה – CPR" },
	{ "王小明", "急救（初级）" },
	{ "𠮷田 はるか", "救命講習「AED」" },
	{ "Ἀλέξανδρος Παπαδόπουλος", "Πρώτες βοήθειες" },
	{ "Щорс Ґалаґан-Їжак", "Перша допомога № 2" },
	{ "प्रियंका क्षत्रिय", "प्राथमिक चिकित्सा" },
	{ "สมชาย ใจดี", "การปฐมพยาบาล" },
	{ "가나다 홍길동", "응급처치" },
	{ "Հրաչյա Աճառյան", "Առաջին օգնություն" },
	{ "O'Brien, \"Bob\" (the \\ one) <x@y>; J. R.", "Quotes \" & <b>tags</b>, 100 % = _?" },
	{ "Zoë e\u0301\u0302 Ångström-Łukasiewicz", TEN("Unbroken") " and " TEN("long words ") "end" },
};

struct world {
	struct arena arena;
	FILE *file;
	char path[32];
	size_t mails;
};

static int
setup(void **state)
{
	static struct world world;
	int fd;

	world = (struct world){ .arena = ARENA_INIT, .path = "/tmp/ctok-wire-XXXXXX" };
	fd = mkstemp(world.path);
	assert_true(fd >= 0);
	world.file = fdopen(fd, "w");
	assert_non_null(world.file);
	*state = &world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	arena_done(&w->arena);
	return getenv("KEEP") != NULL ? 0 : unlink(w->path);
}

/* What the witness has to say, which is nothing. */
static void
ask_witness(struct world *w)
{
	char line[1000], *all = arena_strdup(&w->arena, "");
	FILE *pipe;
	int status;

	assert_int_equal(fclose(w->file), 0);
	pipe = popen(arena_printf(&w->arena, "/usr/bin/python3 tests/support/witness_mails.py %s 2>&1", w->path), "r");
	assert_non_null(pipe);
	while (fgets(line, sizeof(line), pipe) != NULL)
		all = arena_printf(&w->arena, "%s%s", all, line);
	status = pclose(pipe);
	expect_text("the witness", all, arena_printf(&w->arena, "%zu mails, 0 complaints\n", w->mails));
	assert_int_equal(status, 0);
}

static void
member(struct world *w, const char *name, const char *text)
{
	(void)fprintf(w->file, ",%s:%s", json_quote(&w->arena, name), json_quote(&w->arena, text));
}

/* A line for the witness: the mail, and what it must come to. ${facts} stand in text and HTML. */
static void
hand_over(struct world *w, const char *title, const struct message *message, const char *bytes, size_t len,
    const char *const *facts, size_t fact_count)
{
	size_t i;

	(void)fprintf(w->file, "{\"title\":%s", json_quote(&w->arena, title));
	member(w, "mail", arena_strndup(&w->arena, bytes, len));
	member(w, "from_name", message->from.name);
	member(w, "from", message->from.mailbox);
	member(w, "reply_to", message->reply_to.mailbox);
	member(w, "to_name", message->to.name);
	member(w, "to", message->to.mailbox);
	member(w, "subject", message->subject);
	member(w, "language", message->language);
	member(w, "message_id", message->message_id);
	member(w, "delsp", message->delsp ? "yes" : "no");
	if (message->file != NULL)
		member(w, "file_name", message->file->name);
	(void)fprintf(w->file, ",\"facts\":[");
	for (i = 0; i < fact_count; i++)
		(void)fprintf(w->file, "%s%s", i > 0 ? "," : "", json_quote(&w->arena, facts[i]));
	(void)fprintf(w->file, "]}\n");
	w->mails++;
}

/* The values of a mail to this person. */
static size_t
fill_values(const struct catalogue_message *message, size_t person, struct mail_value *values)
{
	const struct catalogue_value *value;
	size_t count = 0;

	values[count++] = (struct mail_value){ "issuer", people[(person + 5) % COUNT_OF(people)].name };
	values[count++] = (struct mail_value){ "reply_to", "help+desk@xn--bcher-kva.example" };
	for (value = message->values; value->name != NULL; value++)
		values[count++] = (struct mail_value){ value->name, strcmp(value->name, "course") == 0      ? people[person].course
								    : strcmp(value->name, message->to) == 0 ? people[person].name
								    : strcmp(value->name, "learner") == 0
									? people[(person + 1) % COUNT_OF(people)].name
									: value->sample };
	return count;
}

static void
compose(struct world *w, const struct catalogue_message *message, const char *locale, size_t person)
{
	static const char bytes[] = "%PDF-1.7\n\x01\xff\xfe";
	struct mail_value values[CATALOGUE_VALUES + 2];
	const char *facts[CATALOGUE_VALUES + 2];
	size_t count = fill_values(message, person, values), fact_count = 0, len, i;
	struct message_file file = { .type = "application/pdf", .bytes = bytes, .len = sizeof(bytes) - 1 };
	struct message mail = { .from = { values[0].text, "academy@example.org" },
		.reply_to = { "", values[1].text },
		.to = { people[person].name, "ana@example.org" },
		.date_utc = DATE,
		.message_id = "<0123456789abcdef0123456789abcdef01234567@example.org>" };
	struct mail_template *template;
	struct mail_letter letter;
	struct err err = ERR_INIT;
	char *out;

	expect_ok(message->name, mail_template_open(&w->arena, "templates", message->name, locale, &template, &err), &err);
	expect_ok(message->name, mail_template_fill(&w->arena, template, values, count, &letter, &err), &err);
	mail.subject = letter.subject;
	mail.text = letter.text;
	mail.delsp = letter.delsp;
	mail.html = letter.html;
	mail.language = mail_template_language(template);
	if (text_starts(message->name, "certificate") || strcmp(message->name, "statement") == 0) {
		file.name = arena_printf(&w->arena, "%.40s %s.pdf", message->name, people[person].name);
		/* A name of a file has no slash in it. */
		mail.file = &file;
	}
	for (i = 0; i < count; i++) {
		const struct catalogue_value *value = catalogue_value(message, values[i].name);

		if (value->kind != CATALOGUE_DATE && value->kind != CATALOGUE_MONEY && value->kind != CATALOGUE_COUNT &&
		    (mail_template_asks(template, value->name) || strcmp(value->name, "issuer") == 0))
			facts[fact_count++] = values[i].text;
	}
	/* The recipient is greeted, unless somebody else is told of them. */
	facts[fact_count++] = people[person].name;
	if (file.name != NULL)
		for (i = 0; file.name[i] != '\0'; i++)
			if (file.name[i] == '/' || file.name[i] == '\\')
				file.name = arena_printf(&w->arena, "%.*s_%s", (int)i, file.name, file.name + i + 1);
	expect_ok(message->name, message_build(&w->arena, &mail, &out, &len, &err), &err);
	hand_over(w, arena_printf(&w->arena, "%s/%s", locale, message->name), &mail, out, len, facts, fact_count);
}

static void
every_mail_in_every_language_is_what_it_was_meant_to_be(void **state)
{
	struct world *w = *state;
	const struct catalogue_message *messages;
	const struct dirent *entry;
	DIR *dir = opendir("templates/locales");
	size_t count, i, person = 0, languages = 0;
	char *locale;

	assert_non_null(dir);
	messages = catalogue_messages(&count);
	while ((entry = readdir(dir)) != NULL) {
		if (!text_ends(entry->d_name, ".txt"))
			continue;
		languages++;
		locale = arena_strndup(&w->arena, entry->d_name, strlen(entry->d_name) - strlen(".txt"));
		for (i = 0; i < count; i++)
			compose(w, &messages[i], locale, person++ % COUNT_OF(people));
	}
	(void)closedir(dir);
	assert_true(languages >= 25 && count >= 20);
	ask_witness(w);
}

/* What would like to be a header, another recipient, another part, another word or another direction. */
static const char *const hostile[] = {
	"Ana\r\nBcc: all@example.org",
	"Ana\nBcc: all@example.org",
	"Ana\rBcc: all@example.org",
	"Ana\u2028Bcc: all@example.org",
	"Ana\u2029Bcc: all@example.org",
	"Ana\xc2\x85"
	"Bcc: all@example.org",
	"Ana\x0b\x0c\x1c\x1d\x1e\x7f\x08 Bcc: all@example.org",
	"Ana\r\n\r\n--=_a_00\r\nContent-Type: text/html\r\n\r\n<script>",
	"=?UTF-8?Q?Ana=0D=0ABcc:_all@example.org?=",
	"=?UTF-8?B?QW5hDQpCY2M6IGFsbEBleGFtcGxlLm9yZw==?= =?x",
	"\"Ana\" <all@example.org>, Bo",
	"Ana\\\" <all@example.org>",
	"Ana <all@example.org>\t;(,:@",
	"\u202e"
	"gro.elpmaxe@lla\u202c \u2067Ana",
	"<img src=x onerror=alert(1)>&amp;\"'</p></div></body>",
	"{{issuer}} **Ana** [x](https://evil.example) {{word.closing}}",
	"\xff\xfe Ana",
	"\xed\xa0\x80 Ana",
	"Ana \xc3",
	TEN(TEN("Ana Ñúñez ")),
	TEN(TEN("Unbroken")),
	TEN(TEN("王小明𠮷")),
	TEN(TEN("e\u0301")),
	". \n.\n..\nFrom here",
};

/* Values that hostile people choose are refused or stay values: names, a course, a serial, the file's name. */
static void
no_value_becomes_more_than_a_value(void **state)
{
	static const char *const names[] = { "learner", "course", "serial", "verify_url", "issuer", "reply_to" };
	static const char bytes[] = "%PDF-1.7\n";
	struct world *w = *state;
	const struct catalogue_message *message = catalogue_find("certificate");
	size_t i, k, n, len, refused = 0;
	char *out;

	for (i = 0; i < COUNT_OF(hostile); i++)
		/* The last three are not values of the letter: the sender's name, the recipient's, the file's. */
		for (k = 0; k < COUNT_OF(names) + 3; k++) {
			struct arena arena = ARENA_INIT;
			struct mail_value values[CATALOGUE_VALUES + 2];
			size_t count = fill_values(message, 0, values);
			struct message_file file = {
				.name = "c.pdf", .type = "application/pdf", .bytes = bytes, .len = sizeof(bytes)
			};
			struct message mail = { .from = { "Acme", "academy@example.org" },
				.reply_to = { "", "help@example.org" },
				.to = { "Ana", "ana@example.org" },
				.date_utc = DATE,
				.message_id = "<0123456789abcdef@example.org>",
				.file = &file };
			struct mail_template *template;
			struct mail_letter letter;
			struct err err = ERR_INIT;

			for (n = 0; n < count; n++)
				if (k < COUNT_OF(names) && strcmp(values[n].name, names[k]) == 0)
					values[n].text = hostile[i];
			if (k == COUNT_OF(names))
				mail.from.name = hostile[i];
			else if (k == COUNT_OF(names) + 1)
				mail.to.name = hostile[i];
			else if (k == COUNT_OF(names) + 2)
				file.name = hostile[i];
			expect_ok("open",
			    mail_template_open(&arena, "templates", "certificate", i % 2 == 0 ? "en" : "he", &template, &err),
			    &err);
			if (mail_template_fill(&arena, template, values, count, &letter, &err) == 0) {
				mail.subject = letter.subject;
				mail.text = letter.text;
				mail.delsp = letter.delsp;
				mail.html = letter.html;
				mail.language = mail_template_language(template);
			}
			if (err.code == ERR_NONE && message_build(&arena, &mail, &out, &len, &err) == 0)
				hand_over(w,
				    arena_printf(&w->arena, "hostile %zu as %s", i,
					k < COUNT_OF(names)        ? names[k]
					: k == COUNT_OF(names)     ? "sender"
					: k == COUNT_OF(names) + 1 ? "recipient"
								   : "file"),
				    &mail, out, len, NULL, 0);
			else {
				assert_int_equal(err.code, ERR_DATA);
				assert_null(strstr(err.message, "all@example.org"));
				refused++;
			}
			arena_done(&arena);
		}
	/* Neither is everything refused nor nothing. */
	assert_true(refused > 50 && w->mails > 80);
	ask_witness(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_mail_in_every_language_is_what_it_was_meant_to_be, setup, teardown),
		cmocka_unit_test_setup_teardown(no_value_becomes_more_than_a_value, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
