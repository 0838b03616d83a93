/* Limits that a process sets for itself. They hold off accidents (a damaged font, a picture gone mad), not an enemy within. */
#define _GNU_SOURCE /* setitimer */
#include "certificate/cage.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/exit.h"

#define MOST_FILES 64
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Memory that is taken now, which what was inherited is part of. */
static size_t
memory_now(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (file != NULL) {
		if (fscanf(file, "%lu", &pages) != 1)
			pages = 0;
		(void)fclose(file);
	}
	return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void
limit(unsigned what, rlim_t most)
{
	struct rlimit now;

	/* What was forbidden before stays so. */
	if (getrlimit(what, &now) == 0 && (now.rlim_max == RLIM_INFINITY || most < now.rlim_max)) {
		now.rlim_cur = now.rlim_max = most;
		(void)setrlimit(what, &now);
	}
}

/* SIGALRM comes after so long; 0: never. */
static void
wall(unsigned ms)
{
	const struct itimerval timer = { .it_value = {
					     .tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000) * 1000 } };

	(void)setitimer(ITIMER_REAL, &timer, NULL);
}

/* Limits of the other process: once for its life, and the time anew for each certificate. */
void
cage_enter(const struct cage_limits *limits, bool *limited)
{
	static const int fatal[] = { SIGALRM, SIGXCPU, SIGXFSZ, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };
	struct rusage used;
	struct rlimit processor;
	size_t memory, i;

	if (!*limited) {
		for (i = 0; i < COUNT(fatal); i++)
			(void)signal(fatal[i], SIG_DFL);
		memory = memory_now();
		if (memory > 0)
			limit(RLIMIT_AS, memory + limits->memory_bytes);
		limit(RLIMIT_FSIZE, 0);
		limit(RLIMIT_CORE, 0);
		limit(RLIMIT_NOFILE, MOST_FILES);
		*limited = true;
	}
	if (getrusage(RUSAGE_SELF, &used) == 0 && getrlimit(RLIMIT_CPU, &processor) == 0) {
		processor.rlim_cur = (rlim_t)used.ru_utime.tv_sec + (rlim_t)used.ru_stime.tv_sec + 1 + (rlim_t)limits->processor_s;
		(void)setrlimit(RLIMIT_CPU, &processor);
	}
	wall(limits->wall_ms);
}

void
cage_leave(void)
{
	wall(0);
}

const char *
cage_cause(struct arena *arena, const struct cage_limits *limits, int lost)
{
	switch (lost) {
	case SIGXCPU: return arena_printf(arena, "took more than %u seconds of processor time", limits->processor_s);
	case SIGALRM: return arena_printf(arena, "was not done within %g seconds", limits->wall_ms / 1000.0);
	case SIGXFSZ: return "tried to write a file";
	case -EXIT_SYSTEM: return arena_printf(arena, "took more than %zu MB of memory", limits->memory_bytes >> 20);
	case SIGKILL: return "was killed";
	default: break;
	}
	return lost > 0 ? arena_printf(arena, "crashed (signal %d)", lost)
			: arena_printf(arena, "ended by itself (exit code %d)", -lost);
}
