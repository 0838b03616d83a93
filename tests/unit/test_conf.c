/* Configuration files as trees: what the library would misread is refused, with file and line. */
#include "adapter/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "expect.h"

static char dir[] = "/tmp/ctok-test-conf-XXXXXX";
static struct arena arena;

static const char *
path(const char *name)
{
	return arena_printf(&arena, "%s/%s", dir, name);
}

static const char *
write_file(const char *name, const char *text)
{
	const char *file = path(name);
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	assert_int_equal(fputs(text, f) < 0, 0);
	assert_int_equal(fclose(f), 0);
	return file;
}

static void
write_tree(struct buf *to, const struct conf_node *node)
{
	size_t i;

	if (node->name != NULL)
		buf_printf(to, "%s=", node->name);
	switch (node->kind) {
	case CONF_TEXT: buf_printf(to, "\"%s\"", node->text); break;
	case CONF_INT: buf_printf(to, "%lld", (long long)node->integer); break;
	case CONF_BOOL: buf_text(to, node->truth ? "true" : "false"); break;
	case CONF_FLOAT: buf_text(to, "float"); break;
	case CONF_GROUP:
	case CONF_LIST:
		buf_char(to, node->kind == CONF_GROUP ? '{' : '(');
		for (i = 0; i < node->count; i++)
			write_tree(to, &node->children[i]);
		buf_char(to, node->kind == CONF_GROUP ? '}' : ')');
	}
	buf_printf(to, "@%s%u ", strstr(node->file, "b.conf") != NULL ? "b" : "", node->line);
}

static void
a_file_becomes_a_tree(void **state)
{
	struct err err = ERR_INIT;
	struct conf_node *root;
	struct buf shown;
	const char *file;

	(void)state;
	assert_int_equal(mkdir(path("inc"), 0700), 0);
	(void)write_file("inc/b.conf", "b = \"in\"; // \"comment\nc = 9000000000L;\n");
	file = write_file("a.conf", "# \"unbalanced in a comment\n/* @include \"none\"\n 099 */\n"
				    "@include \"inc/b.conf\"\n"
				    "t = ( { n = \"x\\\"y\\\\ Đ\"; l = (\"A\", \"B\"); i = [1,\n-2]; },\n"
				    "  { h = 0x1F; f = 1.5; on = true; max = 2147483647; min = -2147483648; e = (); } );\n");
	expect_ok("parse", conf_parse(&arena, file, &root, &err), &err);
	buf_init(&shown, 10000);
	write_tree(&shown, root);
	expect_text("tree", shown.data,
	    "{b=\"in\"@b1 c=9000000000@b2 t=({n=\"x\"y\\ Đ\"@5 l=(\"A\"@5 \"B\"@5 )@5 i=(1@5 -2@6 )@5 }@5 "
	    "{h=31@7 f=float@7 on=true@7 max=2147483647@7 min=-2147483648@7 e=()@7 }@7 )@5 }@0 ");
	buf_done(&shown);
	expect_text("file of an included setting", root->children[0].file, path("inc/b.conf"));
	expect_text("file of the others", root->children[2].file, file);
	assert_string_equal(conf_kind_name(CONF_GROUP), "a group { }");
}

static void
traps_are_refused(void **state)
{
	static const struct {
		const char *title, *text, *reason; /* behind "file:" */
	} cases[] = {
		{ "33 bits", "a = 1;\nb = 3000000000;\n", "2: a number is too large without an L at its end" },
		{ "33 bits below", "a = -2147483649;", "1: a number is too large without an L at its end" },
		{ "33 bits in hexadecimal", "a = 0x1ffffffff;", "1: a number is too large without an L at its end" },
		{ "65 bits", "a = 9223372036854775808L;", "1: a number is too large" },
		{ "twenty digits", "a = 99999999999999999999;", "1: a number is too large" },
		{ "a leading zero", "a = 010;", "1: a number begins with 0: it would be read as decimal" },
		{ "a comma forgotten", "a = (\"ACLS\"\n\"BLS\");",
		    "2: two strings stand side by side: a comma or semicolon is missing" },
		{ "a comment not closed", "a = 1;\n/* b = 2;\nc = 3;\n", "2: a comment is not closed" },
		{ "a string not closed", "a = \"x;\nb = \"y\";\n", "1: a string is not closed on its line" },
		{ "a string at the end", "a = \"x", "1: a string is not closed on its line" },
		{ "an unknown escape", "a = \"C:\\dir\";", "1: a string holds an unknown escape: a backslash is written \"\\\\\"" },
		{ "NUL by escape", "a = \"x\\x00y\";", "1: a string holds \"\\x00\"" },
		{ "a control character by escape", "a = \"x\\ny\";", "1: a string holds a control character" },
		{ "bytes by escape that are no UTF-8", "a = \"\\xff\";", "1: a string is not UTF-8" },
		{ "Latin-1", "a = 1;\nb = \"caf\351\";", "2: the file is not UTF-8" },
		{ "a control character", "a = 1;\n\001", "2: the file holds a control character" },
		{ "a duplicate", "a = 1;\na = 2;\n", "2: duplicate setting name" },
		{ "no value", "a = ;\n", "1: syntax error" },
		{ "a word", "a = yes;\n", "1: syntax error" },
		{ "a number and a word", "a = 12h;\n", "1: syntax error" },
		{ "mixed array", "a = [1, \"x\"];\n", "1: mismatched element type in array" },
		{ "too deep", "a = ((((((((((((((((((((((((((((((((( 1 )))))))))))))))))))))))))))))))));",
		    "1: settings are nested too deep" },
		{ "an include in a line", "a = 1; @include \"b.conf\"\n", "1: \"@\" may only begin a line: @include \"file\"" },
		{ "another directive", "@import \"b.conf\"\n", "1: \"@\" may only begin a line: @include \"file\"" },
		{ "an include without quotes", "@include b.conf\n", "1: the name of the included file must stand in quotes" },
		{ "an include of nothing", "@include \"\"\n", "1: the name of the included file must stand in quotes" },
		{ "an absolute include", "@include \"/etc/passwd\"\n",
		    "1: an included file must be named relative to the directory of the main file" },
		{ "an include of itself", "@include \"x.conf\"\n", "1: files include each other too deep" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct conf_node *root = NULL;
		const char *file = write_file("x.conf", cases[i].text);

		assert_int_equal(conf_parse(&arena, file, &root, &err), -1);
		expect_err(cases[i].title, &err, ERR_CONFIG, arena_printf(&arena, "%s:%s", file, cases[i].reason));
		assert_null(root);
	}
}

static void
faults_in_included_files_are_told_there(void **state)
{
	struct err err = ERR_INIT;
	struct conf_node *root;
	const char *file, *inner;

	(void)state;
	file = write_file("main.conf", "a = 1;\n@include \"part.conf\"\n");
	inner = write_file("part.conf", "\nb = 010;\n");
	assert_int_equal(conf_parse(&arena, file, &root, &err), -1);
	expect_err(
	    "a trap", &err, ERR_CONFIG, arena_printf(&arena, "%s:2: a number begins with 0: it would be read as decimal", inner));
	err_reset(&err);
	inner = write_file("part.conf", "\n\nb = = 1;\n");
	assert_int_equal(conf_parse(&arena, file, &root, &err), -1);
	expect_err("a syntax error", &err, ERR_CONFIG, arena_printf(&arena, "%s:3: syntax error", inner));
	err_reset(&err);
	assert_int_equal(unlink(inner), 0);
	assert_int_equal(conf_parse(&arena, file, &root, &err), -1);
	expect_err("missing", &err, ERR_CONFIG,
	    arena_printf(&arena, "%s:2: could not read configuration file \"%s\": No such file or directory", file, inner));
	err_reset(&err);
	/* libconfig itself ends the program on a directory. */
	assert_int_equal(mkdir(inner, 0700), 0);
	assert_int_equal(conf_parse(&arena, file, &root, &err), -1);
	expect_err("a directory", &err, ERR_CONFIG,
	    arena_printf(&arena, "%s:2: could not read configuration file \"%s\": not a regular file", file, inner));
}

static void
a_file_that_cannot_be_read_is_named(void **state)
{
	struct err err = ERR_INIT;
	struct conf_node *root;

	(void)state;
	assert_int_equal(conf_parse(&arena, path("none.conf"), &root, &err), -1);
	expect_err("missing", &err, ERR_CONFIG,
	    arena_printf(&arena, "could not read configuration file \"%s\": No such file or directory", path("none.conf")));
	err_reset(&err);
	assert_int_equal(conf_parse(&arena, dir, &root, &err), -1);
	expect_err("a directory", &err, ERR_CONFIG,
	    arena_printf(&arena, "could not read configuration file \"%s\": not a regular file", dir));
}

static int
set_up(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	static const char *const names[] = { "inc/b.conf", "a.conf", "x.conf", "main.conf" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(names); i++)
		(void)unlink(path(names[i]));
	(void)rmdir(path("inc"));
	(void)rmdir(path("part.conf"));
	arena_done(&arena);
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_becomes_a_tree),
		cmocka_unit_test(traps_are_refused),
		cmocka_unit_test(faults_in_included_files_are_told_there),
		cmocka_unit_test(a_file_that_cannot_be_read_is_named),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
