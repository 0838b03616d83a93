/* Workbook rows per second, saved and read back: twelve columns of text, dates, money and counts straight through the writer, the same that
 * peer_openpyxl.py writes; then the report, from its snapshot.
 *
 *     bench_xlsx DIR [ROWS]   prints one line per measurement: name value unit */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapter/xlsx.h"
#include "base/clock.h"
#include "base/text.h"
#include "report/report.h"
#include "sample_snapshot.h"

static void
must(int rc, const struct err *err)
{
	if (rc == 0)
		return;
	(void)fprintf(stderr, "error: %s\n", err->message);
	exit(1);
}

static int64_t
peak_kib(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void
put_rows(struct xlsx *xlsx, int sheet, int64_t rows)
{
	static const char *const names[] = { "Ana Díaz Peñalver", "Nguyễn Thị Đức Hạnh", "Łukasz Żółtowski", "Jürgen Groß" };
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	int64_t i;
	uint16_t c;

	for (i = 0; i < rows; i++) {
		const struct clock_date day = { .year = 2026, .month = (int)(i % 12) + 1, .day = (int)(i % 28) + 1 };
		const struct xlsx_cell cells[] = {
			{ .text = arena_printf(&arena, "SO-%lld", (long long)i) },
			{ .text = names[i % 4] },
			{ .text = arena_printf(&arena, "learner%lld@example.org", (long long)(i % 5000)) },
			{ .text = "Advanced Cardiac Life Support (online, 2 years)" },
			{ .text = i % 7 == 0 ? "open" : "matched" },
			{ .type = XLSX_DATE, .date = day },
			{ .type = XLSX_DATE, .date = day },
			{ .type = XLSX_MONEY, .currency = "EUR", .number = i * 7919 % 100003 },
			{ .type = XLSX_MONEY, .currency = "EUR", .number = i * 104729 % 1000003 },
			{ .type = XLSX_MONEY, .currency = "EUR", .number = i % 10000 },
			{ .type = XLSX_INTEGER, .number = i },
			{ .type = XLSX_INTEGER, .number = 1 },
		};

		for (c = 0; c < sizeof(cells) / sizeof(cells[0]); c++)
			must(xlsx_put(xlsx, sheet, (uint32_t)i + 1, c, &cells[c], &err), &err);
		arena_reset(&arena);
	}
	arena_done(&arena);
}

static void
bench_rows(const char *path, int64_t rows)
{
	static const char *const titles[] = { "Document", "Learner", "E-mail", "Product", "Class", "From", "To", "Net", "Gross",
		"Tax", "Unit", "Quantity" };
	const struct xlsx_info info = { "Rows", "", "bench", "", 1785726011 };
	struct xlsx_column columns[12];
	const struct xlsx_sheet_def def = { .name = "Rows", .columns = columns, .column_count = 12, .data_rows = (uint32_t)rows };
	struct xlsx *xlsx = NULL;
	struct err err = ERR_INIT;
	int64_t begin = clock_mono_ms(), spent;
	struct stat st;
	size_t i;
	int sheet;

	for (i = 0; i < 12; i++)
		columns[i] = (struct xlsx_column){ titles[i], 15,
			i < 5    ? XLSX_TEXT
			: i < 7  ? XLSX_DATE
			: i < 10 ? XLSX_MONEY
				 : XLSX_INTEGER,
			false };
	must(xlsx_open(path, &info, &xlsx, &err), &err);
	must(xlsx_sheet(xlsx, &def, &sheet, &err), &err);
	must(xlsx_header(xlsx, sheet, &err), &err);
	put_rows(xlsx, sheet, rows);
	must(xlsx_save(xlsx, &err), &err);
	xlsx_close(xlsx);
	spent = clock_mono_ms() - begin;
	(void)stat(path, &st);
	printf("xlsx_rows %.0f 1/s\n", (double)rows * 1000 / (double)spent);
	printf("xlsx_bytes_per_row %.1f bytes\n", (double)st.st_size / (double)rows);
}

static void
bench_report(const char *snapshot, const char *path, int64_t rows)
{
	struct report_summary summary;
	struct err err = ERR_INIT;
	int64_t begin;

	must(sample_snapshot_write(&(struct sample){ .units = rows, .actions = rows / 20 }, snapshot, &err), &err);
	begin = clock_mono_ms();
	must(report_render(snapshot, path, REPORT_ROWS_PER_SHEET, &summary, &err), &err);
	printf("report_units %.0f 1/s\n", (double)rows * 1000 / (double)(clock_mono_ms() - begin));
}

int
main(int argc, char **argv)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	const char *dir = argc > 1 ? argv[1] : ".";
	int64_t rows = 100000;

	if (argc > 2)
		must(text_int64(argv[2], &rows, &err), &err);
	bench_rows(arena_printf(&arena, "%s/rows.xlsx", dir), rows);
	bench_report(arena_printf(&arena, "%s/report.snapshot", dir), arena_printf(&arena, "%s/report.xlsx", dir), rows);
	printf("xlsx_peak_memory %lld KiB\n", (long long)peak_kib());
	(void)unlink(arena_printf(&arena, "%s/rows.xlsx", dir));
	(void)unlink(arena_printf(&arena, "%s/report.snapshot", dir));
	(void)unlink(arena_printf(&arena, "%s/report.xlsx", dir));
	arena_done(&arena);
	return 0;
}
