/* The frame of every program: options, settings, log, signals, database, night; begin and end line; exit code. A job file shows only
 * its own work. */
#include "job/job.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "db/rules.h"
#include "db/store.h"

#define JOB_VERSION "0.1.0"
#define JOB_CONFIG_FILE "/etc/ctok-batch/ctok-batch.conf"

static const struct opt common_options[] = {
	{ .name = "help", .type = OPT_FLAG, .help = "Show this help and exit." },
	{ .name = "version", .type = OPT_FLAG, .help = "Show the version and exit." },
	OPT_END
};

static const struct opt config_options[] = {
	{ .name = "config", .type = OPT_FILE, .help = "Settings; " JOB_CONFIG_FILE " by default." },
	{ .name = "tenant", .type = OPT_TEXT, .value = "NAME", .help = "Work for this tenant only; for all by default." },
	{ .name = "verbose", .type = OPT_FLAG, .help = "Show on standard error what goes to the log." },
	{ .name = "print-config", .type = OPT_FLAG, .help = "Print the settings in force, secrets as references, and exit." },
	OPT_END
};

static const struct opt night_options[] = {
	{ .name = "night", .type = OPT_ID, .help = "Be a step of this running night; by default the program makes a night of its own." },
	{ .name = "dry-run", .type = OPT_FLAG, .help = "Do the local work; nothing leaves this machine." },
	OPT_END
};

static volatile sig_atomic_t stop_asked;

static void
ask_to_stop(int signal)
{
	(void)signal;
	stop_asked = 1;
}

static void
catch_signals(void)
{
	struct sigaction stop = { .sa_handler = ask_to_stop }, ignore = { .sa_handler = SIG_IGN };

	(void)sigemptyset(&stop.sa_mask);
	(void)sigemptyset(&ignore.sa_mask);
	(void)sigaction(SIGTERM, &stop, NULL);
	(void)sigaction(SIGINT, &stop, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
}

bool
job_continue(const struct job *job)
{
	(void)job;
	return stop_asked == 0;
}

void
job_note(struct job *job, int exit_code)
{
	job->exit_code = exit_worse(job->exit_code, exit_code);
}

void
job_count(struct job *job, const char *name, int64_t add)
{
	size_t i;

	for (i = 0; i < job->count_count; i++)
		if (strcmp(job->counts[i].name, name) == 0)
			break;
	BUG_UNLESS(i < sizeof(job->counts) / sizeof(job->counts[0]));
	if (i == job->count_count)
		job->counts[job->count_count++] = (struct job_count){ name, 0 };
	job->counts[i].value += add;
}

void
job_failed(struct job *job, struct err *err)
{
	log_err(LOG_WARN, err);
	job_note(job, err_exit(err->code));
	err_reset(err);
}

/* Before the log is open, errors go to standard error for the person who typed the command. */
static int
complain(const struct job_def *def, const struct err *err)
{
	(void)fprintf(stderr, "%s: error: %s\n", def->name, err->message);
	if (err->hint[0] != '\0')
		(void)fprintf(stderr, "HINT: %s\n", err->hint);
	return err_exit(err->code);
}

/* The option tables that apply to this program, its own first. */
static size_t
tables_of(const struct job_def *def, const struct opt *tables[4])
{
	size_t count = 0;

	if (def->options != NULL)
		tables[count++] = def->options;
	if ((def->needs & JOB_NIGHT) != 0)
		tables[count++] = night_options;
	if ((def->needs & JOB_CONFIG) != 0)
		tables[count++] = config_options;
	tables[count++] = common_options;
	return count;
}

static void
show_help(const struct job_def *def, const struct opt *const *tables, size_t count)
{
	(void)printf("Usage: %s [option]...%s%s\n%s\n\n", def->name, def->usage != NULL ? " " : "", def->usage != NULL ? def->usage : "",
	    def->summary);
	opt_help(stdout, tables, count);
}

/* --help and --version work whatever else the command line says. */
static bool
asked_for(int argc, char **argv, const char *option)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], option) == 0)
			return true;
	return false;
}

static int
open_log(struct job *job, const struct job_def *def, struct err *err)
{
	const struct config *config = job->config;
	enum log_level shown = opt_flag(job->options, "verbose") ? LOG_INFO : config->stderr_level;

	/* The default place of the log. Root's state directory is walked through by the account that runs the database, whatever our
	 * umask. Failure to make the directories shows when the file is opened. */
	if (mkdir(config->state_dir, 0700) == 0 && geteuid() == 0)
		(void)chmod(config->state_dir, 0711);
	(void)mkdir(arena_printf(&job->arena, "%s/log", config->state_dir), 0750);
	return log_open(def->name, config->log_file, config->log_level, shown, err);
}

static int
moment(const struct config *config, int64_t *ret_now, struct err *err)
{
	if (config->test_now == NULL) {
		*ret_now = clock_now();
		return 0;
	}
	if (clock_parse(config->test_now, ret_now, NULL, err) != 0)
		return err_wrap(err, "setting \"test_now\"");
	return 0;
}

static int
open_night(struct job *job, const struct job_def *def, struct err *err)
{
	int64_t now, id = opt_count(job->options, "night", 0);

	if (id != 0)
		return night_join(&job->arena, job->db, id, &job->night, err);
	if (moment(job->config, &now, err) != 0)
		return -1;
	return night_begin(&job->arena, job->db, job->config->state_dir, def->name, now, &job->night, err);
}

/* Counts since ${before} as a JSON object. */
static const char *
counts_json(struct job *job, const struct job_count *before, size_t before_count)
{
	const char *text = "{", *comma = "";
	size_t i;

	for (i = 0; i < job->count_count; i++) {
		int64_t value = job->counts[i].value - (i < before_count ? before[i].value : 0);

		text = arena_printf(&job->arena, "%s%s\"%s\":%lld", text, comma, job->counts[i].name, (long long)value);
		comma = ",";
	}
	return arena_printf(&job->arena, "%s}", text);
}

static int
one_tenant(struct job *job, const struct config_tenant *tenant,
    int (*fn)(struct job *, const struct config_tenant *, void *, struct err *), void *context, struct err *err)
{
	struct job_count before[sizeof(job->counts) / sizeof(job->counts[0])];
	struct err end_err = ERR_INIT;
	size_t before_count = job->count_count;
	int64_t tenant_id;
	int rc, code_before = job->exit_code;

	memcpy(before, job->counts, sizeof(before));
	if (store_tenant_id(&job->row, job->db, tenant->name, &tenant_id, err) != 0)
		return -1;
	if (db_tenant(job->db, tenant_id, err) != 0)
		return -1;
	if (rules_at(job->db, job->night.now_utc != 0 ? job->night.now_utc : clock_now(), tenant->timezone, err) != 0)
		return -1;
	if (job->night.id == 0)
		return fn(job, tenant, context, err);
	if (night_run_begin(&job->row, job->db, &job->night, job->name, err) != 0)
		return -1;
	log_run(job->night.run_id);
	job->exit_code = EXIT_OK;
	rc = fn(job, tenant, context, err);
	if (rc != 0)
		job_note(job, err_exit(err->code));
	if (night_run_end(&job->row, job->db, &job->night, job->exit_code, counts_json(job, before, before_count), &end_err) != 0) {
		/* A run whose end could not be written shows as cut off, which it was; its own error comes first. */
		if (rc == 0)
			*err = end_err;
		rc = -1;
	}
	job_note(job, code_before);
	return rc;
}

int
job_each_tenant(struct job *job, int (*fn)(struct job *, const struct config_tenant *, void *, struct err *), void *context, struct err *err)
{
	const char *only = opt_text(job->options, "tenant");
	size_t i;

	if (only != NULL && config_tenant(job->config, only) == NULL)
		return err_set(err, ERR_USAGE, "there is no tenant \"%s\" in \"%s\"", only, job->config->file);
	for (i = 0; i < job->config->tenant_count && job_continue(job); i++) {
		const struct config_tenant *tenant = &job->config->tenants[i];

		if (only != NULL && strcmp(only, tenant->name) != 0)
			continue;
		arena_reset(&job->row);
		if (one_tenant(job, tenant, fn, context, err) == 0)
			continue;
		if (job->config->tenant_count > 1)
			(void)err_wrap(err, "tenant \"%s\"", tenant->name);
		/* One tenant's trouble is not the others'. */
		log_err(LOG_ERROR, err);
		job_note(job, err_exit(err->code));
		err_reset(err);
	}
	return 0;
}

static void
log_end(struct job *job, int64_t duration_ms)
{
	struct log_field fields[sizeof(job->counts) / sizeof(job->counts[0]) + 2];
	size_t count = 0, i;

	fields[count++] = (struct log_field){ "exit", arena_printf(&job->arena, "%d", job->exit_code) };
	for (i = 0; i < job->count_count; i++)
		fields[count++] =
		    (struct log_field){ job->counts[i].name, arena_printf(&job->arena, "%lld", (long long)job->counts[i].value) };
	fields[count++] = (struct log_field){ "duration_ms", arena_printf(&job->arena, "%lld", (long long)duration_ms) };
	log_event(LOG_INFO, fields, count, "end");
}

/* From an open log on: database, night, the work itself. Errors are logged here, once. */
static void
work(struct job *job, const struct job_def *def)
{
	struct err err = ERR_INIT;
	bool in_night = false;

	if ((def->needs & JOB_DATABASE) != 0) {
		if (store_open(&job->arena, job->config, def->name, &job->db, &err) != 0)
			goto out;
		if (store_sync(job->db, job->config, &err) != 0)
			goto out;
	}
	if ((def->needs & JOB_NIGHT) != 0) {
		if (open_night(job, def, &err) != 0)
			goto out;
		in_night = true;
	}
	(void)def->run(job, &err);
out:
	if (err.code == ERR_BUSY)
		log_err(LOG_INFO, &err); /* the other one is at it: nothing for a person to do */
	else if (err.code != ERR_NONE)
		log_err(LOG_ERROR, &err);
	if (err.code != ERR_NONE)
		job_note(job, err_exit(err.code));
	if (in_night)
		night_end(job->db, &job->night);
	db_close(job->db);
	if ((def->needs & JOB_DATABASE) != 0)
		store_release(job->config);
}

static int
with_config(struct job *job, const struct job_def *def, struct err *err)
{
	const char *file = opt_text(job->options, "config");
	struct config *config;
	int64_t began_ms = clock_mono_ms();

	if (config_load(&job->arena, file != NULL ? file : JOB_CONFIG_FILE, &config, err) != 0)
		return -1;
	job->config = config;
	if (opt_flag(job->options, "print-config")) {
		config_print(stdout, config);
		return 0;
	}
	if (open_log(job, def, err) != 0)
		return -1;
	log_event(LOG_INFO, LOG_FIELDS((struct log_field){ "version", JOB_VERSION }), "begin");
	work(job, def);
	log_end(job, clock_mono_ms() - began_ms);
	log_close();
	return 0;
}

int
job_main(const struct job_def *def, int argc, char **argv)
{
	struct job job = { .arena = ARENA_INIT, .row = ARENA_INIT, .name = def->name, .exit_code = EXIT_OK, .night = { .lock_fd = -1 } };
	const struct opt *tables[4];
	size_t table_count = tables_of(def, tables);
	struct opt_set *options;
	struct err err = ERR_INIT;
	int rc;

	(void)umask(077);
	catch_signals();
	if (asked_for(argc, argv, "--help")) {
		show_help(def, tables, table_count);
		return EXIT_OK;
	}
	if (asked_for(argc, argv, "--version")) {
		(void)printf("%s %s\n", def->name, JOB_VERSION);
		return EXIT_OK;
	}
	if (opt_parse(&job.arena, tables, table_count, argc, argv, def->max_args, &options, &err) != 0)
		return complain(def, &err);
	job.options = options;
	rc = (def->needs & JOB_CONFIG) != 0 ? with_config(&job, def, &err) : def->run(&job, &err);
	if (rc != 0)
		job_note(&job, complain(def, &err));
	if (fflush(stdout) != 0 || ferror(stdout))
		job_note(&job, EXIT_IO);
	arena_done(&job.row);
	arena_done(&job.arena);
	return job.exit_code;
}
