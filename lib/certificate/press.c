/* Certificates drawn in other processes (base/crew.h), each within limits it sets for itself. Facts go there as bytes, the PDF or the error
 * comes back. Which file was at hand is noted in memory that is shared (base/trail.h) and read only once a process is lost. */
#define _GNU_SOURCE /* MAP_ANONYMOUS, setitimer */
#include "certificate/press.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/crew.h"
#include "base/exit.h"
#include "base/text.h"
#include "base/trail.h"

#define HANDS_MOST 4
#define WORTH_A_PROCESS 25 /* certificates */
#define TRIES 2
#define MOST_LOST 3 /* in a row over one template */
#define MOST_FILES 64
#define ABSENT UINT32_MAX

/* How a template did. One that loses one process after the other would hold up the night for as long as there are certificates. */
struct reputation {
	struct reputation *next;
	const char *name;
	unsigned lost;   /* in a row */
	const char *why; /* the last one was */
};

/* One that was given and not taken. */
struct job {
	size_t number;
	size_t place; /* of its trail */
	struct buf request;
	unsigned lost;
	bool given; /* else its template has lost too many */
	struct reputation *template;
};

struct press {
	struct arena *arena;
	const char *template_dir;
	struct press_limits limits;
	struct crew *crew;
	size_t hands;
	char *trails;                /* TRAIL_BYTES for each that waits */
	struct job jobs[HANDS_MOST]; /* the oldest first */
	size_t waiting;
	struct reputation *templates;
	/* In the other process. */
	struct arena open_arena;
	struct certificate_renderer *renderer;
	const char *open_template;
	bool limited;
};

/* The facts that are texts, and those that are moments, in the order in which they travel. */
static const size_t texts[] = { offsetof(struct certificate_facts, learner), offsetof(struct certificate_facts, course),
	offsetof(struct certificate_facts, serial), offsetof(struct certificate_facts, issuer),
	offsetof(struct certificate_facts, signatory), offsetof(struct certificate_facts, signatory_title),
	offsetof(struct certificate_facts, verify_url), offsetof(struct certificate_facts, logo),
	offsetof(struct certificate_facts, logo_sha256), offsetof(struct certificate_facts, locale),
	offsetof(struct certificate_facts, timezone) };
static const size_t moments[] = { offsetof(struct certificate_facts, completed_utc),
	offsetof(struct certificate_facts, valid_until_utc), offsetof(struct certificate_facts, issued_utc) };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
put_text(struct buf *out, const char *text)
{
	uint32_t len = text == NULL ? ABSENT : (uint32_t)strlen(text);

	buf_add(out, &len, sizeof(len));
	if (text != NULL)
		buf_add(out, text, (size_t)len + 1);
}

static void
put_facts(struct buf *out, size_t place, const char *template, const struct certificate_facts *facts)
{
	const char *text;
	size_t i;

	buf_add(out, &place, sizeof(place));
	put_text(out, template);
	for (i = 0; i < COUNT(texts); i++) {
		memcpy(&text, (const char *)facts + texts[i], sizeof(text));
		put_text(out, text);
	}
	for (i = 0; i < COUNT(moments); i++)
		buf_add(out, (const char *)facts + moments[i], sizeof(int64_t));
}

/* Both ends are this file, so nothing has to be checked here. */
static const char *
take_text(const char **at)
{
	uint32_t len;
	const char *text;

	memcpy(&len, *at, sizeof(len));
	*at += sizeof(len);
	if (len == ABSENT)
		return NULL;
	text = *at;
	*at += (size_t)len + 1;
	return text;
}

static void
take_facts(const char *at, size_t *ret_place, const char **ret_template, struct certificate_facts *ret_facts)
{
	const char *text;
	size_t i;

	memcpy(ret_place, at, sizeof(*ret_place));
	at += sizeof(*ret_place);
	*ret_template = take_text(&at);
	for (i = 0; i < COUNT(texts); i++) {
		text = take_text(&at);
		memcpy((char *)ret_facts + texts[i], &text, sizeof(text));
	}
	for (i = 0; i < COUNT(moments); i++, at += sizeof(int64_t))
		memcpy((char *)ret_facts + moments[i], at, sizeof(int64_t));
}

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
limit(int what, rlim_t most)
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
static void
stay_within(struct press *press)
{
	static const int fatal[] = { SIGALRM, SIGXCPU, SIGXFSZ, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };
	struct rusage used;
	struct rlimit processor;
	size_t memory, i;

	if (!press->limited) {
		for (i = 0; i < COUNT(fatal); i++)
			(void)signal(fatal[i], SIG_DFL);
		memory = memory_now();
		if (memory > 0)
			limit(RLIMIT_AS, memory + press->limits.memory_bytes);
		limit(RLIMIT_FSIZE, 0);
		limit(RLIMIT_CORE, 0);
		limit(RLIMIT_NOFILE, MOST_FILES);
		press->limited = true;
	}
	if (getrusage(RUSAGE_SELF, &used) == 0 && getrlimit(RLIMIT_CPU, &processor) == 0) {
		processor.rlim_cur =
		    (rlim_t)used.ru_utime.tv_sec + (rlim_t)used.ru_stime.tv_sec + 1 + (rlim_t)press->limits.processor_s;
		(void)setrlimit(RLIMIT_CPU, &processor);
	}
	wall(press->limits.wall_ms);
}

static int
work(void *context, const char *request, size_t len, struct buf *answer, struct err *err)
{
	struct press *press = context;
	struct certificate_facts facts = { .learner = NULL };
	const char *template;
	size_t place;
	int rc = 0;

	(void)len;
	take_facts(request, &place, &template, &facts);
	trail_keep(press->trails + place * TRAIL_BYTES);
	stay_within(press);
	if (press->renderer == NULL || !text_equal(press->open_template, template)) {
		certificate_close(press->renderer);
		press->renderer = NULL;
		arena_reset(&press->open_arena);
		rc = certificate_open(&press->open_arena, press->template_dir, template, &press->renderer, err);
		press->open_template = arena_strdup(&press->open_arena, template);
	}
	if (rc == 0)
		rc = certificate_render(press->renderer, &facts, answer, err);
	wall(0);
	return rc;
}

int
press_open(struct arena *arena, const char *template_dir, const struct press_limits *limits, size_t expected,
    struct press **ret_press, struct err *err)
{
	struct press *press = ARENA_NEW(arena, struct press);
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t i;

	press->arena = arena;
	press->template_dir = arena_strdup(arena, template_dir);
	press->limits = *limits;
	press->hands = expected / WORTH_A_PROCESS + 1;
	if (processors > 0 && press->hands > (size_t)processors)
		press->hands = (size_t)processors;
	if (press->hands > HANDS_MOST)
		press->hands = HANDS_MOST;
	for (i = 0; i < HANDS_MOST; i++)
		buf_init(&press->jobs[i].request, CERTIFICATE_MAX_BYTES);
	press->trails = mmap(NULL, (size_t)HANDS_MOST * TRAIL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (press->trails == MAP_FAILED) {
		press->trails = NULL;
		err_set(err, ERR_SYSTEM, "could not share memory");
	} else if (crew_open(arena, press->hands, work, press, &press->crew, err) == 0) {
		*ret_press = press;
		return 0;
	}
	press_close(press);
	return -1;
}

void
press_close(struct press *press)
{
	size_t i;

	if (press == NULL)
		return;
	crew_close(press->crew);
	press->crew = NULL;
	if (press->trails != NULL)
		(void)munmap(press->trails, (size_t)HANDS_MOST * TRAIL_BYTES);
	press->trails = NULL;
	for (i = 0; i < HANDS_MOST; i++)
		buf_done(&press->jobs[i].request);
}

bool
press_room(const struct press *press)
{
	return press->waiting < press->hands;
}

size_t
press_waiting(const struct press *press)
{
	return press->waiting;
}

static struct reputation *
find_reputation(struct press *press, const char *name)
{
	struct reputation *one;

	for (one = press->templates; one != NULL; one = one->next)
		if (strcmp(one->name, name) == 0)
			return one;
	one = ARENA_NEW(press->arena, struct reputation);
	one->name = arena_strdup(press->arena, name);
	one->next = press->templates;
	press->templates = one;
	return one;
}

/* Hand it to a process; one that died before it was given anything is no fault of this one. */
static int
hand_over(struct press *press, struct job *job, struct err *err)
{
	unsigned tries;

	press->trails[job->place * TRAIL_BYTES] = '\0';
	for (tries = 0;; tries++) {
		if (crew_give(press->crew, job->request.data, job->request.len, err) == 0)
			return 0;
		if (tries == TRIES || crew_lost(press->crew) == CREW_NONE)
			return -1;
		err_reset(err);
		if (crew_mend(press->crew, err) != 0)
			return -1;
	}
}

int
press_give(struct press *press, size_t number, const char *template, const struct certificate_facts *facts, struct err *err)
{
	struct job *job = &press->jobs[press->waiting];
	bool taken[HANDS_MOST] = { false };
	size_t i;

	BUG_UNLESS(press_room(press));
	for (i = 0; i < press->waiting; i++)
		taken[press->jobs[i].place] = true;
	for (job->place = 0; taken[job->place]; job->place++)
		;
	job->number = number;
	job->lost = 0;
	job->template = find_reputation(press, template);
	job->given = job->template->lost < MOST_LOST;
	buf_reset(&job->request);
	put_facts(&job->request, job->place, template, facts);
	if (buf_check(&job->request, "what the certificate states", err) != 0 || (job->given && hand_over(press, job, err) != 0))
		return -1;
	press->waiting++;
	return 0;
}

/* The oldest is done with, or goes to the end. */
static void
rotate(struct press *press)
{
	struct job oldest = press->jobs[0];

	memmove(press->jobs, press->jobs + 1, (press->waiting - 1) * sizeof(oldest));
	press->jobs[press->waiting - 1] = oldest;
}

/* What a process that is lost died of, in words. */
static const char *
cause(struct press *press, int lost)
{
	switch (lost) {
	case SIGXCPU: return arena_printf(press->arena, "took more than %u seconds of processor time", press->limits.processor_s);
	case SIGALRM: return arena_printf(press->arena, "was not done within %g seconds", press->limits.wall_ms / 1000.0);
	case SIGXFSZ: return "tried to write a file";
	case -EXIT_SYSTEM: return arena_printf(press->arena, "took more than %zu MB of memory", press->limits.memory_bytes >> 20);
	case SIGKILL: return "was killed";
	default: break;
	}
	return lost > 0 ? arena_printf(press->arena, "crashed (signal %d)", lost)
			: arena_printf(press->arena, "ended by itself (exit code %d)", -lost);
}

/* The process that was at the oldest is lost: once more, or never again. ${ret_over} tells which. */
static int
mourn(struct press *press, bool *ret_over, struct err *err)
{
	struct job *job = &press->jobs[0];
	const char *at = press->trails + job->place * TRAIL_BYTES;
	const char *why = cause(press, crew_lost(press->crew));

	err_reset(err);
	if (crew_mend(press->crew, err) != 0)
		return -1;
	job->template->why = at[0] == '\0' ? why : arena_printf(press->arena, "%s over \"%.*s\"", why, TRAIL_BYTES - 1, at);
	*ret_over = ++job->lost == TRIES;
	if (*ret_over) {
		job->template->lost++;
		return 0;
	}
	rotate(press);
	return hand_over(press, &press->jobs[press->waiting - 1], err);
}

int
press_take(struct press *press, size_t *ret_number, struct buf *ret_pdf, struct err *err)
{
	struct job *job;
	const char *pdf = NULL;
	size_t len = 0;
	bool over = false;
	int rc;

	BUG_UNLESS(press->waiting > 0);
	*ret_number = SIZE_MAX;
	for (;;) {
		job = &press->jobs[0];
		if (!job->given) {
			rc = err_set(err, ERR_DATA, "template \"%s\" is not tried any more: drawing %s, %d times",
			    job->template->name, job->template->why, MOST_LOST);
			break;
		}
		rc = crew_take(press->crew, &pdf, &len, err);
		if (crew_lost(press->crew) == CREW_NONE) {
			job->template->lost = 0;
			break;
		}
		if (mourn(press, &over, err) != 0)
			return -1;
		if (over) {
			rc = err_set(err, ERR_DATA, "template \"%s\": drawing %s, and did so again", job->template->name,
			    job->template->why);
			break;
		}
	}
	*ret_number = job->number;
	rotate(press);
	press->waiting--;
	if (rc != 0)
		return -1;
	buf_add(ret_pdf, pdf, len);
	return buf_check(ret_pdf, "certificate", err);
}

int
press_render(
    const char *template_dir, const char *template, const struct certificate_facts *facts, struct buf *ret_pdf, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct press *press = NULL;
	size_t number;
	int rc = -1;

	if (press_open(&arena, template_dir, &PRESS_LIMITS, 1, &press, err) == 0 && press_give(press, 0, template, facts, err) == 0)
		rc = press_take(press, &number, ret_pdf, err);
	press_close(press);
	arena_done(&arena);
	return rc;
}
