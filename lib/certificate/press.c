/* Certificates drawn in other processes (base/crew.h), each within limits it sets for itself. Facts go there as bytes, the PDF or the error
 * comes back. Which file was at hand is noted in memory that is shared (base/trail.h) and read only once a process is lost. */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "certificate/press.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/crew.h"
#include "base/text.h"
#include "base/trail.h"
#include "certificate/wire.h"

#define HANDS_MOST 4
#define WORTH_A_PROCESS 25 /* certificates */
#define TRIES 2
#define TRIES_KILLED 5 /* by somebody, or where the machine is short of memory: hardly its own fault */
#define MOST_LOST 3    /* in a row over one template */

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
	struct cage_limits limits;
	struct crew *crew;
	size_t hands;
	char *trails;                /* TRAIL_BYTES for each that waits */
	struct job jobs[HANDS_MOST]; /* the oldest first */
	size_t waiting;
	struct reputation *templates;
	/* In the other process. */
	struct arena open_arena, request_arena;
	struct certificate_renderer *renderer;
	enum template_paper open_paper;
	const char *open_template;
	bool limited;
};

static int
work(void *context, const char *request, size_t len, struct buf *answer, struct err *err)
{
	struct press *press = context;
	struct certificate_facts facts = { .learner = NULL };
	const char *template;
	size_t place;
	int rc = 0;

	(void)len;
	arena_reset(&press->request_arena);
	wire_take(&press->request_arena, request, &place, &template, &facts);
	trail_keep(press->trails + place * TRAIL_BYTES);
	cage_enter(&press->limits, &press->limited);
	if (press->renderer == NULL || press->open_paper != facts.paper || !text_equal(press->open_template, template)) {
		certificate_close(press->renderer);
		press->renderer = NULL;
		arena_reset(&press->open_arena);
		rc = certificate_open(&press->open_arena, press->template_dir, facts.paper, template, &press->renderer, err);
		press->open_paper = facts.paper;
		press->open_template = arena_strdup(&press->open_arena, template);
	}
	if (rc == 0)
		rc = certificate_render(press->renderer, &facts, answer, err);
	cage_leave();
	return rc;
}

static int
press_open_with(struct arena *arena, const char *template_dir, const struct cage_limits *limits, size_t expected, crew_work *what,
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
	} else if (crew_open(arena, press->hands, what, press, &press->crew, err) == 0) {
		*ret_press = press;
		return 0;
	}
	press_close(press);
	return -1;
}

int
press_open(struct arena *arena, const char *template_dir, const struct cage_limits *limits, size_t expected,
    struct press **ret_press, struct err *err)
{
	return press_open_with(arena, template_dir, limits, expected, work, ret_press, err);
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
	wire_put(&job->request, job->place, template, facts);
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

/* The process that was at the oldest is lost: once more, or never again. ${ret_over} tells which. */
static int
mourn(struct press *press, bool *ret_over, struct err *err)
{
	struct job *job = &press->jobs[0];
	const char *at = press->trails + job->place * TRAIL_BYTES;
	const char *why = cage_cause(press->arena, &press->limits, crew_lost(press->crew));

	err_reset(err);
	if (crew_mend(press->crew, err) != 0)
		return -1;
	job->template->why = at[0] == '\0' ? why : arena_printf(press->arena, "%s over \"%.*s\"", why, TRAIL_BYTES - 1, at);
	*ret_over = ++job->lost >= (crew_lost(press->crew) == SIGKILL ? TRIES_KILLED : TRIES);
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

	if (press_open(&arena, template_dir, &CAGE_LIMITS, 1, &press, err) == 0 && press_give(press, 0, template, facts, err) == 0)
		rc = press_take(press, &number, ret_pdf, err);
	press_close(press);
	arena_done(&arena);
	return rc;
}

static void
put_fault(void *context, bool fatal, const char *text)
{
	struct buf *out = context;

	buf_char(out, fatal ? '!' : '?');
	buf_add(out, text, strlen(text) + 1);
}

static bool
has_fatal(const struct buf *faults)
{
	const char *at;

	for (at = faults->data; at < faults->data + faults->len; at += strlen(at) + 1)
		if (*at == '!')
			return true;
	return false;
}

/* What is wrong with a template, one after the other, as many as can be told at once. */
static int
check_work(void *context, const char *request, size_t len, struct buf *answer, struct err *err)
{
	struct press *press = context;
	struct certificate_facts facts = { .learner = NULL };
	const char *template;
	size_t place;
	struct buf pdf;
	int rc;

	(void)len;
	arena_reset(&press->request_arena);
	wire_take(&press->request_arena, request, &place, &template, &facts);
	trail_keep(press->trails);
	cage_enter(&press->limits, &press->limited);
	buf_init(&pdf, CERTIFICATE_MAX_BYTES);
	rc = certificate_open(&press->open_arena, press->template_dir, facts.paper, template, &press->renderer, err);
	if (rc == 0)
		certificate_fonts(press->renderer, put_fault, answer);
	/* A font that is missing was told of already. */
	if (rc == 0 && !has_fatal(answer))
		rc = certificate_render(press->renderer, &facts, &pdf, err);
	buf_done(&pdf);
	if (rc != 0) {
		put_fault(answer, true,
		    arena_printf(&press->open_arena, "%s%s%s", err->message, err->hint[0] != '\0' ? ". " : "", err->hint));
		err_reset(err);
	}
	cage_leave();
	return 0;
}

int
press_check(struct arena *arena, const char *template_dir, const char *template, const struct certificate_facts *facts,
    struct press_fault **ret_faults, size_t *ret_count, struct err *err)
{
	struct press *press = NULL;
	struct buf request;
	const char *answer = "", *at, *end;
	size_t len = 0, count = 0;
	int rc = -1;

	buf_init(&request, CERTIFICATE_MAX_BYTES);
	wire_put(&request, 0, template, facts);
	if (press_open_with(arena, template_dir, &CAGE_LIMITS, 1, check_work, &press, err) != 0 ||
	    crew_give(press->crew, request.data, request.len, err) != 0)
		goto out;
	if (crew_take(press->crew, &answer, &len, err) != 0) {
		if (crew_lost(press->crew) == CREW_NONE)
			goto out;
		err_reset(err);
		*ret_faults = ARENA_NEW(arena, struct press_fault);
		**ret_faults = (struct press_fault){ true,
			arena_printf(arena, "template \"%s\": looking at it %s over \"%.*s\"", template,
			    cage_cause(press->arena, &press->limits, crew_lost(press->crew)), TRAIL_BYTES - 1, press->trails) };
		*ret_count = 1;
		rc = 0;
		goto out;
	}
	for (at = answer, end = answer + len; at < end; at += strlen(at) + 1)
		count++;
	*ret_faults = ARENA_ARRAY(arena, count, struct press_fault);
	*ret_count = count;
	for (at = answer, count = 0; at < end; at += strlen(at) + 1, count++)
		(*ret_faults)[count] = (struct press_fault){ *at == '!', arena_strdup(arena, at + 1) };
	rc = 0;
out:
	press_close(press);
	buf_done(&request);
	return rc;
}
