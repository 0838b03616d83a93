/* E-mail addresses: who is the same person, and what is no address. */
#include "adapter/email.h"

#include <stdio.h>

#include "expect.h"

#define LOCAL_64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LABEL_60 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void
addresses_are_normalised(void **state)
{
	static const struct {
		const char *raw, *email, *reason;
	} cases[] = {
		{ "ana@example.com", "ana@example.com", NULL },
		{ " Ana.Lopez+shop@Example.COM\t\n", "ana.lopez+shop@example.com", NULL },
		{ "\302\240ana@example.com\342\200\213", "ana@example.com", NULL },
		{ "JOS\303\211@example.com", "jos\303\251@example.com", NULL },
		{ "JOSE\314\201@example.com", "jos\303\251@example.com", NULL },
		{ "ana@B\303\234CHER.example", "ana@xn--bcher-kva.example", NULL },
		{ "ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example", NULL },
		{ "o'brien!#$%&*/=?^_`{|}~-@example.com", "o'brien!#$%&*/=?^_`{|}~-@example.com", NULL },
		{ "root@localhost", "root@localhost", NULL },
		{ LOCAL_64 "@example.com", LOCAL_64 "@example.com", NULL },
		{ "", NULL, "it is empty" },
		{ " \302\240 ", NULL, "it is empty" },
		{ "ana", NULL, "it has no \"@\"" },
		{ "ana@b@example.com", NULL, "it has more than one \"@\"" },
		{ "@example.com", NULL, "nothing stands before the \"@\"" },
		{ "ana@", NULL, "nothing follows the \"@\"" },
		{ "ana maria@example.com", NULL, "a blank, control or invisible character stands in it" },
		{ "ana@example.com\r\nbcc:x", NULL, "a blank, control or invisible character stands in it" },
		{ "a\342\200\213na@example.com", NULL, "a blank, control or invisible character stands in it" },
		{ "a\302\255na@example.com", NULL, "a blank, control or invisible character stands in it" },
		{ "ana@ex\302\255ample.com", NULL, "a blank, control or invisible character stands in it" },
		{ "<ana@example.com>", NULL, "a character stands in it that needs quotes" },
		{ "\"ana\"@example.com", NULL, "a character stands in it that needs quotes" },
		{ "ana@example.com,eva@example.com", NULL, "a character stands in it that needs quotes" },
		{ "ana@[192.0.2.1]", NULL, "a character stands in it that needs quotes" },
		{ "caf\351@example.com", NULL, "it is not UTF-8" },
		{ "a" LOCAL_64 "@example.com", NULL, "more than 64 bytes stand before the \"@\"" },
		{ LOCAL_64 "@" LABEL_60 "." LABEL_60 "." LABEL_60 ".example", NULL, "it is longer than 254 bytes" },
		{ "ana@a_b.example", NULL, "not a domain name: only letters, digits, hyphens and dots may stand in it" },
		{ "ana@example..com", NULL, "not a domain name: a part between dots is empty" },
		{ "ana@Example.com.", NULL, "not a domain name: a part between dots is empty" },
	};
	struct arena arena = ARENA_INIT;
	char message[200];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		char *email = NULL, *again = NULL;

		if (cases[i].reason == NULL) {
			expect_ok(cases[i].raw, email_normalise(&arena, cases[i].raw, &email, &err), &err);
			expect_text(cases[i].raw, email, cases[i].email);
			/* Once normal, it stays as it is. */
			expect_ok(cases[i].raw, email_normalise(&arena, email, &again, &err), &err);
			expect_text(cases[i].raw, again, email);
			continue;
		}
		assert_int_equal(email_normalise(&arena, cases[i].raw, &email, &err), -1);
		(void)snprintf(message, sizeof(message), "not an e-mail address: %s", cases[i].reason);
		expect_err(cases[i].raw, &err, ERR_DATA, message);
		assert_null(email);
	}
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(addresses_are_normalised) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
