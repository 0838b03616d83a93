/* Certificates per second, one process: whole certificates of the classic template for names of four scripts, and the floor
 * that no PDF library can beat, a QR code and one deflate of a page's content; the first certificate of each script, for which fonts are
 * opened, and the memory of it all.
 *
 *     bench_certificate [TEMPLATE_DIR [SECONDS]]   prints one line per measurement: name value unit */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "adapter/deflate.h"
#include "adapter/qr.h"
#include "base/clock.h"
#include "certificate/render.h"

static const struct {
	const char *what;
	const char *learners[4];
} groups[] = {
	{ "latin", { "María Nguyễn Đức", "Jonathan Whitfield", "Zoë Ångström-Łukasiewicz", "Ann O'Brien" } },
	{ "arabic", { "محمد العربي", "فاطمة الزهراء", "عبد الرحمن الأزرق", "ليلى حداد" } },
	{ "devanagari", { "सीता शर्मा", "कृष्ण चक्रवर्ती", "राजेश्वर त्रिपाठी", "अर्जुन सिंह" } },
	{ "chinese", { "王小明", "欧阳娜娜", "李建国", "諸葛孔明" } },
};

static void
fail(const struct err *err)
{
	fprintf(stderr, "error: %s\n", err->message);
	exit(1);
}

static void
fill(struct arena *arena, struct certificate_facts *facts, size_t group, size_t turn)
{
	*facts = (struct certificate_facts){ .learner = groups[group].learners[turn % 4],
		.course = "Advanced Cardiovascular Life Support",
		.issuer = "Northbridge Academy of Health",
		.signatory = "Dr. Elena Marín",
		.signatory_title = "Director of Studies",
		.locale = "en",
		.timezone = "Europe/Madrid",
		.completed_utc = 1785708000 + (int64_t)(turn % 30) * 86400,
		.issued_utc = 1785708000 };
	facts->valid_until_utc = facts->completed_utc + INT64_C(63072000);
	facts->serial = arena_printf(arena, "NB-2026-%06zu", turn);
	facts->verify_url = arena_printf(arena, "https://verify.northbridge.example/c/%s", facts->serial);
}

static void
certificates(const char *template_dir, size_t group, int64_t run_ms)
{
	struct arena arena = ARENA_INIT, row = ARENA_INIT;
	struct err err = ERR_INIT;
	struct certificate_renderer *renderer;
	struct certificate_facts facts;
	struct buf pdf;
	size_t turn = 0, bytes = 0;
	int64_t start, spent, first = 0;

	buf_init(&pdf, CERTIFICATE_MAX_BYTES);
	if (certificate_open(&arena, template_dir, TEMPLATE_CERTIFICATE, "classic", &renderer, &err) != 0)
		fail(&err);
	start = clock_mono_ms();
	do {
		arena_reset(&row);
		buf_reset(&pdf);
		fill(&row, &facts, group, turn++);
		if (certificate_render(renderer, &facts, &pdf, &err) != 0)
			fail(&err);
		if (turn == 1)
			first = clock_mono_ms() - start;
		bytes += pdf.len;
		spent = clock_mono_ms() - start;
	} while (spent < run_ms);
	printf("certificates_%s %.0f 1/s\n", groups[group].what, (double)turn * 1000 / (double)spent);
	printf("first_certificate_%s %lld ms\n", groups[group].what, (long long)first);
	printf("certificate_bytes_%s %zu bytes\n", groups[group].what, bytes / turn);
	certificate_close(renderer);
	buf_done(&pdf);
	arena_done(&row);
	arena_done(&arena);
}

/* All operators of a certificate but its ornaments: the streams of a PDF, expanded, without the largest one. */
static void
content_of(struct arena *arena, const struct buf *pdf, struct buf *ret_content)
{
	static const char begin[] = "stream\r\n";
	const char *at = pdf->data, *end = pdf->data + pdf->len, *stop;
	uint8_t *bytes[16];
	size_t lens[16], count = 0, largest = 0, i;
	struct err err;

	for (; at < end && count < 16; at++) {
		if (*at != 's' || (size_t)(end - at) < sizeof(begin) || memcmp(at, begin, sizeof(begin) - 1) != 0)
			continue;
		at += sizeof(begin) - 1;
		for (stop = at; memcmp(stop, "endstream", 9) != 0; stop++)
			;
		while (stop > at && (stop[-1] == '\n' || stop[-1] == '\r'))
			stop--;
		/* What follows the compressed bytes is at most a line end, which may also be their last bytes: try both. */
		for (i = 0; i < 3; i++) {
			err = (struct err)ERR_INIT;
			if (deflate_unpack(
				arena, at, (size_t)(stop - at) + i, (size_t)1 << 24, &bytes[count], &lens[count], &err) == 0) {
				if (lens[count] > lens[largest])
					largest = count;
				count++;
				break;
			}
		}
		at = stop;
	}
	for (i = 0; i < count; i++)
		if (i != largest)
			buf_add(ret_content, bytes[i], lens[i]);
}

/* The floor: a QR code, and zlib at its default level for what a certificate shows, ornaments left out. */
static void
floor_of(const char *template_dir, int64_t run_ms)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct certificate_facts facts;
	struct certificate_renderer *renderer;
	struct qr qr;
	struct buf pdf, content;
	uint8_t *packed;
	size_t turn = 0, len;
	int64_t start, spent;

	buf_init(&pdf, CERTIFICATE_MAX_BYTES);
	buf_init(&content, (size_t)1 << 24);
	if (certificate_open(&arena, template_dir, TEMPLATE_CERTIFICATE, "classic", &renderer, &err) != 0)
		fail(&err);
	fill(&arena, &facts, 0, 0);
	if (certificate_render(renderer, &facts, &pdf, &err) != 0)
		fail(&err);
	certificate_close(renderer);
	content_of(&arena, &pdf, &content);
	start = clock_mono_ms();
	do {
		arena_reset(&arena);
		fill(&arena, &facts, 0, turn++);
		if (qr_encode(&arena, facts.verify_url, &qr, &err) != 0)
			fail(&err);
		deflate_pack(&arena, content.data, content.len, &packed, &len);
		spent = clock_mono_ms() - start;
	} while (spent < run_ms);
	printf("floor_content_bytes %zu bytes\n", content.len);
	printf("floor_qr_and_deflate %.0f 1/s\n", (double)turn * 1000 / (double)spent);
	buf_done(&content);
	buf_done(&pdf);
	arena_done(&arena);
}

int
main(int argc, char **argv)
{
	const char *template_dir = argc > 1 ? argv[1] : "templates";
	int64_t run_ms = argc > 2 ? (int64_t)(strtod(argv[2], NULL) * 1000) : 2000;
	struct rusage usage;
	size_t group;

	for (group = 0; group < sizeof(groups) / sizeof(groups[0]); group++)
		certificates(template_dir, group, run_ms);
	getrusage(RUSAGE_SELF, &usage);
	printf("certificate_rss %.1f MiB\n", (double)usage.ru_maxrss / 1024);
	floor_of(template_dir, run_ms);
	return 0;
}
