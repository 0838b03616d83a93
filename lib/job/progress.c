/* A progress bar for people: on a terminal only, drawn over itself at most ten times a second, below whatever the log shows. */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "job/job.h"

#define BAR_WIDTH 30
#define REDRAW_MS 100

void
job_progress(struct job *job, const char *what, int64_t done, int64_t total)
{
	char bar[BAR_WIDTH + 1];
	int64_t now_ms;
	int64_t filled;

	if (!isatty(STDERR_FILENO))
		return;
	if (total > 0 && done >= total) {
		log_status(NULL);
		job->progress_ms = 0;
		return;
	}
	now_ms = clock_mono_ms();
	if (job->progress_ms != 0 && now_ms - job->progress_ms < REDRAW_MS)
		return;
	job->progress_ms = now_ms;
	if (total <= 0) {
		log_status(arena_printf(&job->row, "%s: %lld", what, (long long)done));
		return;
	}
	if (done < 0 || __builtin_mul_overflow(done, BAR_WIDTH, &filled))
		filled = 0;
	memset(bar, '.', BAR_WIDTH);
	memset(bar, '#', (size_t)(filled / total));
	bar[BAR_WIDTH] = '\0';
	log_status(arena_printf(&job->row, "%s [%s] %lld of %lld", what, bar, (long long)done, (long long)total));
}
