/* certificate/press: the same bytes as drawn here, whatever becomes of the processes that draw; what a hostile file costs. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "certificate/press.h"
#include "expect.h"
#include "shell.h"

static char folder[] = "/tmp/test_press.XXXXXX";

static const struct certificate_facts plain = {
	.learner = "Ana",
	.course = "Care",
	.serial = "S-1",
	.issuer = "Northbridge",
	.locale = "en",
	.timezone = "UTC",
	.completed_utc = 1785708000,
	.issued_utc = 1785800000,
};

/* Templates "own" and "other" whose only font is their f.ttf: a small part of Lato. */
static int
set_up(void **state)
{
	struct arena arena = ARENA_INIT;

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	shell(arena_printf(&arena,
	    "cd %s && mkdir -p certificates/own certificates/other && cp -r \"$OLDPWD\"/templates/fonts.conf "
	    "\"$OLDPWD\"/templates/locales . && "
	    "cp -r \"$OLDPWD\"/templates/certificates/classic certificates/ && "
	    "cp \"$OLDPWD\"/templates/certificates/letter/hills.jpg . && "
	    "hb-subset --unicodes=20-7e /usr/share/fonts/truetype/lato/Lato-Regular.ttf -o f.ttf && "
	    "printf '[page]\\npaper = A5\\n[font f]\\nfaces = f.ttf\\n[image l]\\nfile = {{logo}}\\nx = 9\\ny = 9\\nwidth = "
	    "30\\nheight = 30\\n"
	    "[text t]\\ntext = {{learner}}\\nfont = f\\nsize = 20\\nx = 70\\ny = 50\\nwidth = 120\\ncolour = #000000\\n' "
	    ">certificates/own/template.conf && cp certificates/own/template.conf certificates/other/ && "
	    "cp f.ttf certificates/own && cp f.ttf certificates/other",
	    folder));
	arena_done(&arena);
	return 0;
}

static int
tear_down(void **state)
{
	struct arena arena = ARENA_INIT;

	(void)state;
	shell(arena_printf(&arena, "rm -rf %s", folder));
	arena_done(&arena);
	return 0;
}

static struct press *
open_press(struct arena *arena, struct cage_limits limits, size_t expected)
{
	struct err err = ERR_INIT;
	struct press *press = NULL;

	expect_ok("open", press_open(arena, folder, &limits, expected, &press, &err), &err);
	return press;
}

/* Give one and take one; ${ret_pdf} is emptied first. */
static int
draw(struct press *press, const char *template, const struct certificate_facts *facts, struct buf *ret_pdf, struct err *err)
{
	size_t number = 0;
	int rc;

	err_reset(err);
	buf_reset(ret_pdf);
	expect_ok("give", press_give(press, 7, template, facts, err), err);
	rc = press_take(press, &number, ret_pdf, err);
	assert_int_equal(number, 7);
	return rc;
}

static void
draw_here(struct arena *arena, const char *template, const struct certificate_facts *facts, struct buf *ret_pdf)
{
	struct certificate_renderer *renderer = NULL;
	struct err err = ERR_INIT;

	buf_reset(ret_pdf);
	expect_ok("open", certificate_open(arena, folder, TEMPLATE_CERTIFICATE, template, &renderer, &err), &err);
	expect_ok("render", certificate_render(renderer, facts, ret_pdf, &err), &err);
	certificate_close(renderer);
}

/* What is drawn for the ${i}th of many: each with facts that others lack. */
static struct certificate_facts
facts_of(struct arena *arena, size_t i)
{
	struct certificate_facts facts = plain;

	facts.learner = arena_printf(arena, "Ana %zu", i);
	facts.serial = arena_printf(arena, "S-%zu", i);
	if (i % 2 == 0) {
		facts.signatory = "Elena Marín";
		facts.signatory_title = "Director";
		facts.verify_url = arena_printf(arena, "https://verify.example.org/%zu", i);
		facts.valid_until_utc = 1848866400;
	}
	if (i % 3 == 0)
		facts.locale = "es-MX";
	if (i % 5 == 0)
		facts.logo = arena_printf(arena, "%s/hills.jpg", folder);
	return facts;
}

/* Kill all our children. */
static size_t
kill_children(void)
{
	char path[64];
	int pid;
	size_t count = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	file = fopen(path, "r");
	assert_non_null(file);
	while (fscanf(file, "%d", &pid) == 1)
		count += kill(pid, SIGKILL) == 0 ? 1 : 0;
	fclose(file);
	return count;
}

/* ${murders}: the processes are killed before, during and after their work, again and again. */
static void
draw_many(size_t many, bool murders)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct press *press = open_press(&arena, CAGE_LIMITS, 1000);
	struct buf pdf, here;
	size_t given = 0, taken = 0, number, killed = 0;
	bool seen[64] = { false };

	buf_init(&pdf, CERTIFICATE_MAX_BYTES);
	buf_init(&here, CERTIFICATE_MAX_BYTES);
	while (taken < many) {
		if (given < many && press_room(press)) {
			struct certificate_facts facts = facts_of(&arena, given);

			expect_ok("give", press_give(press, given, given % 4 == 0 ? "classic" : "own", &facts, &err), &err);
			given++;
		} else {
			struct certificate_facts facts;

			if (murders && taken % 2 == 0) {
				clock_sleep_ms((int64_t)(taken % 8));
				killed += kill_children();
			}
			buf_reset(&pdf);
			if (press_take(press, &number, &pdf, &err) != 0)
				fail_msg("%zu: %s", number, err.message);
			assert_false(seen[number]);
			seen[number] = true;
			facts = facts_of(&arena, number);
			draw_here(&arena, number % 4 == 0 ? "classic" : "own", &facts, &here);
			if (pdf.len != here.len || memcmp(pdf.data, here.data, here.len) != 0)
				fail_msg("%zu is another one than drawn here", number);
			taken++;
		}
	}
	assert_int_equal(press_waiting(press), 0);
	assert_true(!murders || killed >= many / 4);
	press_close(press);
	buf_done(&pdf);
	buf_done(&here);
	arena_done(&arena);
}

static void
it_draws_what_would_be_drawn_here(void **state)
{
	(void)state;
	draw_many(40, false);
}

static void
processes_that_are_killed_change_nothing(void **state)
{
	(void)state;
	draw_many(24, true);
}

static void
what_cannot_be_drawn_is_said_as_here(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct press *press = open_press(&arena, CAGE_LIMITS, 1);
	struct certificate_facts facts = plain;
	struct buf pdf;

	(void)state;
	buf_init(&pdf, CERTIFICATE_MAX_BYTES);
	facts.learner = "Ana \u4e2d";
	assert_int_equal(draw(press, "own", &facts, &pdf, &err), -1);
	expect_err("a letter no font has", &err, ERR_DATA, "no font has a character of learner: U+4E2D at position 5");
	assert_int_equal(draw(press, "absent", &plain, &pdf, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_true(text_starts(err.message, "there is no template \"absent\": "));
	expect_ok("and the next one", draw(press, "own", &plain, &pdf, &err), &err);
	press_close(press);
	buf_done(&pdf);
	arena_done(&arena);
}

/* A font that is a pipe which nobody writes to: whoever opens it waits for ever. */
static void
what_hangs_is_given_up_by_name_and_the_others_go_on(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct press *press =
	    open_press(&arena, (struct cage_limits){ .processor_s = 9, .wall_ms = 250, .memory_bytes = 1 << 30 }, 1);
	const char *font = arena_printf(&arena, "%s/certificates/other/f.ttf", folder);
	struct buf pdf;
	size_t i;

	(void)state;
	buf_init(&pdf, CERTIFICATE_MAX_BYTES);
	assert_int_equal(unlink(font), 0);
	assert_int_equal(mkfifo(font, 0600), 0);
	for (i = 0; i < 4; i++) {
		assert_int_equal(draw(press, "other", &plain, &pdf, &err), -1);
		expect_err("hangs", &err, ERR_DATA,
		    i < 3 ? arena_printf(&arena,
				"template \"other\": drawing was not done within 0.25 seconds over \"%s\", and did so again", font)
			  : arena_printf(&arena,
				"template \"other\" is not tried any more: drawing was not done within 0.25 seconds over \"%s\", 3 "
				"times",
				font));
		expect_ok("another template", draw(press, "own", &plain, &pdf, &err), &err);
	}
	unlink(font);
	shell(arena_printf(&arena, "cp %s/f.ttf %s", folder, font));
	press_close(press);
	buf_done(&pdf);
	arena_done(&arena);
}

/* A font that is cut off in place, under the process that has it open: whoever reads on crashes. */
static void
a_crash_costs_a_process_and_no_more(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct press *press = open_press(&arena, CAGE_LIMITS, 1);
	const char *font = arena_printf(&arena, "%s/certificates/own/f.ttf", folder);
	struct certificate_facts facts = plain;
	struct buf pdf;
	char before[32], after[32];
	FILE *file;

	(void)state;
	buf_init(&pdf, CERTIFICATE_MAX_BYTES);
	expect_ok("at first", draw(press, "own", &plain, &pdf, &err), &err);
	snprintf(before, sizeof(before), "/proc/self/task/%d/children", (int)getpid());
	file = fopen(before, "r");
	assert_non_null(file);
	assert_non_null(fgets(before, sizeof(before), file));
	fclose(file);
	assert_int_equal(truncate(font, 0), 0);
	facts.learner = "Quixote Zorba";
	assert_int_equal(draw(press, "own", &facts, &pdf, &err), -1);
	/* Its successor opens the file anew, and says what is wrong with it. */
	assert_non_null(strstr(err.message, font));
	assert_int_not_equal(err.code, ERR_SYSTEM);
	snprintf(after, sizeof(after), "/proc/self/task/%d/children", (int)getpid());
	file = fopen(after, "r");
	assert_non_null(file);
	assert_non_null(fgets(after, sizeof(after), file));
	fclose(file);
	assert_string_not_equal(before, after);
	shell(arena_printf(&arena, "head -c 2000 %s/f.ttf >%s", folder, font));
	assert_int_equal(draw(press, "own", &facts, &pdf, &err), -1);
	expect_err("half a font", &err, ERR_DATA,
	    arena_printf(&arena, "%s/certificates/own/template.conf:4: font \"%s\" is cut short", folder, font));
	shell(arena_printf(&arena, "cp %s/f.ttf %s", folder, font));
	press_close(press);
	press = open_press(&arena, CAGE_LIMITS, 1);
	expect_ok("mended", draw(press, "own", &facts, &pdf, &err), &err);
	press_close(press);
	buf_done(&pdf);
	arena_done(&arena);
}

#ifndef __SANITIZE_ADDRESS__ /* which wants memory for itself */
/* Half of what the Chinese font alone is mapped to; Latin letters need none of it. */
static void
memory_has_an_end(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct press *press =
	    open_press(&arena, (struct cage_limits){ .processor_s = 9, .wall_ms = 9000, .memory_bytes = 12 << 20 }, 1);
	struct certificate_facts facts = plain;
	struct buf pdf;

	(void)state;
	buf_init(&pdf, CERTIFICATE_MAX_BYTES);
	expect_ok("within it", draw(press, "classic", &plain, &pdf, &err), &err);
	facts.learner = "王小明";
	assert_int_equal(draw(press, "classic", &facts, &pdf, &err), -1);
	assert_non_null(strstr(err.message, "NotoSerifCJK-Regular.ttc"));
	expect_ok("and after it", draw(press, "classic", &plain, &pdf, &err), &err);
	press_close(press);
	press = open_press(&arena, CAGE_LIMITS, 1);
	expect_ok("with what is usual", draw(press, "classic", &facts, &pdf, &err), &err);
	press_close(press);
	buf_done(&pdf);
	arena_done(&arena);
}

#endif

/* Spoil some bytes of a file, the same ones for the same seed; half of the damage is near its beginning, where the tables are. */
static void
spoil(const char *bytes, size_t len, unsigned seed, const char *path)
{
	struct err err = ERR_INIT;
	struct buf copy;
	unsigned i, random = seed * 2654435761u + 1;
	size_t at;

	buf_init(&copy, len + 1);
	buf_add(&copy, bytes, len);
	for (i = 0; i < 1 + seed % 12; i++) {
		random = random * 1664525u + 1013904223u;
		at = (random >> 8) % (i % 2 == 0 ? len : len < 600 ? len : 600);
		random = random * 1664525u + 1013904223u;
		copy.data[at] = (char)(random >> 16);
	}
	if (seed % 10 == 9)
		copy.len = (random >> 8) % len;
	expect_ok("write", file_write(path, copy.data, copy.len, &err), &err);
	buf_done(&copy);
}

static void
spoiled_fonts_and_pictures_harm_nobody(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct press *press = open_press(&arena, CAGE_LIMITS, 1);
	struct certificate_facts facts = plain;
	const char *template, *path;
	char *font, *picture;
	size_t font_len, picture_len, drawn[2] = { 0 }, refused[2] = { 0 };
	unsigned seed;
	struct buf pdf;

	(void)state;
	buf_init(&pdf, CERTIFICATE_MAX_BYTES);
	expect_ok(
	    "read", file_read(&arena, "font", arena_printf(&arena, "%s/f.ttf", folder), 1 << 20, &font, &font_len, &err), &err);
	expect_ok("read",
	    file_read(&arena, "image", arena_printf(&arena, "%s/hills.jpg", folder), 1 << 20, &picture, &picture_len, &err), &err);
	for (seed = 0; seed < 100; seed++) {
		/* Another template each time, so that the font is opened anew. */
		template = seed % 2 == 0 ? "own" : "other";
		facts.learner = "Quixote Zorba";
		facts.logo = NULL;
		spoil(font, font_len, seed, arena_printf(&arena, "%s/certificates/%s/f.ttf", folder, template));
		*(draw(press, template, &facts, &pdf, &err) == 0 ? &drawn[0] : &refused[0]) += 1;
		if (err.code == ERR_SYSTEM)
			fail_msg("font of seed %u: %s", seed, err.message);
		shell(arena_printf(&arena, "cp %s/f.ttf %s/certificates/%s/", folder, folder, template));
		path = arena_printf(&arena, "%s/spoiled-%u.jpg", folder, seed);
		spoil(picture, picture_len, seed, path);
		facts.logo = path;
		*(draw(press, seed % 2 == 0 ? "other" : "own", &facts, &pdf, &err) == 0 ? &drawn[1] : &refused[1]) += 1;
		if (err.code == ERR_SYSTEM)
			fail_msg("picture of seed %u: %s", seed, err.message);
	}
	expect_ok("after it all", draw(press, "classic", &plain, &pdf, &err), &err);
	/* The damage is neither nothing nor all. */
	assert_true(drawn[0] > 5 && refused[0] > 9 && drawn[1] > 5 && refused[1] > 5);
	press_close(press);
	buf_done(&pdf);
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_draws_what_would_be_drawn_here),
		cmocka_unit_test(processes_that_are_killed_change_nothing),
		cmocka_unit_test(what_cannot_be_drawn_is_said_as_here),
		cmocka_unit_test(what_hangs_is_given_up_by_name_and_the_others_go_on),
		cmocka_unit_test(a_crash_costs_a_process_and_no_more),
#ifndef __SANITIZE_ADDRESS__
		cmocka_unit_test(memory_has_an_end),
#endif
		cmocka_unit_test(spoiled_fonts_and_pictures_harm_nobody),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
