/* A progress bar for people: on a terminal only, drawn over itself, at most ten times a second, and wiped when done. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "job/job.h"

#define BAR_WIDTH 30
#define REDRAW_MS 100

void
job_progress(struct job *job, const char *what, int64_t done, int64_t total)
{
	static int64_t drawn_ms;
	static bool shown;
	char bar[BAR_WIDTH + 1];
	int64_t now_ms = clock_mono_ms();
	size_t filled;

	(void)job;
	if (!isatty(STDERR_FILENO))
		return;
	if (total > 0 && done >= total) {
		if (shown)
			(void)fprintf(stderr, "\r\033[K");
		shown = false;
		return;
	}
	if (shown && now_ms - drawn_ms < REDRAW_MS)
		return;
	drawn_ms = now_ms;
	shown = true;
	if (total <= 0) {
		(void)fprintf(stderr, "\r\033[K%s: %lld", what, (long long)done);
		return;
	}
	filled = (size_t)(done * BAR_WIDTH / total);
	memset(bar, '.', BAR_WIDTH);
	memset(bar, '#', filled);
	bar[BAR_WIDTH] = '\0';
	(void)fprintf(stderr, "\r\033[K%s [%s] %lld of %lld", what, bar, (long long)done, (long long)total);
}
