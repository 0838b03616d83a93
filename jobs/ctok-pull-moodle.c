/* ctok-pull-moodle: read courses, accounts, enrolments and completions of every site into the mirror. Safe to repeat: what is as it was
 * is not written again, and a reading that is not whole changes nothing. Reading asks and changes nothing outside, so that a dry run
 * reads like any other. */
#include "base/log.h"
#include "base/text.h"
#include "http/breaker_db.h"
#include "job/job.h"
#include "moodle/cohort.h"
#include "moodle/mirror.h"
#include "moodle/moodle.h"
#include "moodle/progress.h"
#include "moodle/read.h"

/* Answers are copied into the database while they arrive, when nothing else can be written there: what the breakers (the site's and
 * its host's) are to keep waits for the end of the reading. */
struct breaker_later {
	struct http_breaker_store store;
	struct {
		const char *called;
		struct http_breaker breaker;
	} changed[2];
	struct arena *arena;
};

static int
later_load(void *context, const char *called, struct http_breaker *ret_breaker, struct err *err)
{
	struct breaker_later *later = context;

	return later->store.load(later->store.context, called, ret_breaker, err);
}

static int
later_save(void *context, const char *called, const struct http_breaker *breaker, struct err *err)
{
	struct breaker_later *later = context;
	size_t i = 0;

	(void)err;
	while (later->changed[i].called != NULL && !text_equal(later->changed[i].called, called))
		i++;
	BUG_UNLESS(i < 2);
	if (later->changed[i].called == NULL)
		later->changed[i].called = arena_strdup(later->arena, called);
	later->changed[i].breaker = *breaker;
	return 0;
}

static int
later_keep(const struct breaker_later *later, struct err *err)
{
	size_t i;

	for (i = 0; i < 2 && later->changed[i].called != NULL; i++) {
		if (later->store.save(later->store.context, later->changed[i].called, &later->changed[i].breaker, err) != 0)
			return -1;
	}
	return 0;
}

static void
trace(void *context, const char *line)
{
	(void)context;
	log_event(LOG_DEBUG, LOG_PLAIN, "%s", line);
}

static int
pull_site(struct job *job, const struct config_tenant *tenant, const struct config_site *site, struct mirror_pull *ret_pull,
    struct progress *ret_progress, struct err *err)
{
	struct breaker_later later = { .store = http_breaker_db(job->db), .arena = &job->row };
	struct http_breaker_store breaker = { later_load, later_save, &later };
	struct moodle_wire wire = { .breaker = &breaker, .trace = trace };
	struct err save_err = ERR_INIT, told = ERR_INIT;
	struct moodle *moodle = NULL;
	struct reader *reader = NULL;
	char *token, *password = NULL;
	int64_t site_id, cohorts;
	int rc = -1;

	if (config_secret(&job->row, site->token, "token", &token, err) != 0)
		goto out;
	if (site->database_password != NULL &&
	    config_secret(&job->row, site->database_password, "database_password", &password, err) != 0)
		goto out;
	if (mirror_site_id(&job->row, job->db, site->name, &site_id, err) != 0)
		goto out;
	if (moodle_open(site, token, &wire, &moodle, err) != 0)
		goto out;
	if (reader_open(moodle, password, &reader, err) != 0)
		goto out;
	if (mirror_read(
		&job->row, job->db, moodle, reader, tenant, site_id, job->night.run_id, job->night.now_utc, ret_pull, err) != 0)
		goto out;
	rc = 0;
	/* How far learners are decides nothing: what the site does not tell of it is told, and the rest of the night goes on. */
	if (progress_read(&job->row, job->db, moodle, reader, tenant, site_id, job->night.now_utc, ret_progress, &told) != 0)
		log_err(LOG_WARN, &told);
	/* Nor do cohorts: as long as they are not read, nobody joins or leaves. */
	told = (struct err)ERR_INIT;
	if (cohort_read(&job->row, job->db, moodle, reader, tenant, site_id, job->night.now_utc, &cohorts, &told) != 0)
		log_err(LOG_WARN, &told);
out:
	if (later_keep(&later, &save_err) != 0)
		job_failed(job, &save_err);
	reader_close(reader);
	moodle_close(moodle);
	return rc;
}

/* A site that cannot be read keeps its mirror as it was; the others are read. */
static int
pull_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	size_t i;

	(void)context;
	for (i = 0; i < tenant->site_count && job_continue(job); i++) {
		const struct config_site *site = &tenant->sites[i];
		struct mirror_pull pull;
		struct progress progress = { 0 };

		arena_reset(&job->row);
		job_progress(job, "sites", (int64_t)i, (int64_t)tenant->site_count);
		if (pull_site(job, tenant, site, &pull, &progress, err) != 0) {
			(void)err_wrap(err, "site \"%s\" was not read", site->name);
			job_failed(job, err);
			continue;
		}
		if (pull.upgraded)
			log_event(LOG_WARN,
			    LOG_FIELDS((struct log_field){ "site", site->name }, (struct log_field){ "release", pull.release }),
			    "Moodle was upgraded");
		job_count(job, "courses", pull.courses);
		job_count(job, "users", pull.users);
		job_count(job, "enrolments", pull.enrolments);
		job_count(job, "completions", pull.completions);
		job_count(job, "lookups", pull.lookups);
		job_count(job, "changed", pull.changed);
		job_count(job, "asked", progress.asked);
		job_count(job, "progress", progress.changed);
	}
	job_progress(job, "sites", (int64_t)tenant->site_count, (int64_t)tenant->site_count);
	return 0;
}

static int
run(struct job *job, struct err *err)
{
	return job_each_tenant(job, pull_tenant, NULL, err);
}

int
main(int argc, char **argv)
{
	static const struct job_def def = {
		.name = "ctok-pull-moodle",
		.summary = "Read courses, accounts, enrolments and completions of every Moodle site into the mirror.",
		.needs = JOB_CONFIG | JOB_DATABASE | JOB_NIGHT,
		.run = run,
	};

	return job_main(&def, argc, argv);
}
