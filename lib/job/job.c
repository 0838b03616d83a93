/* The frame of every program: options, settings, log, signals, database, night; begin and end line; exit code. A job file shows only
 * its own work. */
#include "job/job.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "db/store.h"

#define JOB_VERSION "0.1.0"

static const struct opt common_options[] = { { .name = "help", .type = OPT_FLAG, .help = "Show this help and exit." },
	{ .name = "version", .type = OPT_FLAG, .help = "Show the version and exit." }, OPT_END };

static const struct opt config_options[] = {
	{ .name = "config", .type = OPT_FILE, .help = "Settings; " CONFIG_FILE " by default." },
	{ .name = "tenant", .type = OPT_TEXT, .value = "NAME", .help = "Work for this tenant only; for all by default." },
	{ .name = "verbose", .type = OPT_FLAG, .help = "Show on standard error what goes to the log." },
	{ .name = "print-config", .type = OPT_FLAG, .help = "Print the settings in force, secrets as references, and exit." },
	OPT_END
};

static const struct opt night_options[] = {
	{ .name = "night",
	    .type = OPT_ID,
	    .help = "Be a step of this running night; by default the program makes a night of its own." },
	{ .name = "dry-run", .type = OPT_FLAG, .help = "Read as always, but write nothing to Moodle and send no mail." }, OPT_END
};

static volatile sig_atomic_t stop_asked;

static void
ask_to_stop(int signal)
{
	stop_asked = signal;
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
	BUG_UNLESS(i < JOB_COUNTS);
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
	(void)printf("Usage: %s [option]...%s%s\n%s\n\n", def->name, def->usage != NULL ? " " : "",
	    def->usage != NULL ? def->usage : "", def->summary);
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

/* The log stands under the state directory unless the settings say otherwise; both are made on the first run. The server of the
 * embedded database runs as another account when we are root, and must get through the state directory. */
static int
open_log(struct job *job, const struct job_def *def, struct err *err)
{
	const struct config *config = job->config;
	const char *dir = arena_printf(&job->arena, "%s/log", config->state_dir);
	enum log_level shown = config->stderr_level;

	if (opt_flag(job->options, "verbose") && shown < LOG_INFO)
		shown = LOG_INFO;
	if (file_make_dirs(&job->arena, config->state_dir, geteuid() == 0 ? 0711 : 0700, err) != 0)
		return -1;
	if (text_starts(config->log_file, arena_printf(&job->arena, "%s/", dir)) &&
	    file_make_dirs(&job->arena, dir, 0750, err) != 0)
		return -1;
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
	int64_t id = opt_count(job->options, "night", 0);

	if (id != 0)
		return night_join(&job->arena, job->db, id, &job->night, err);
	return night_begin(&job->arena, job->db, job->config->state_dir, def->name, job->night.now_utc, &job->night, err);
}

/* What an exit code says, for the end line. */
static const char *
outcome(int exit_code)
{
	switch (exit_code) {
	case EXIT_OK: return "done";
	case EXIT_HELD: return "held";
	case EXIT_UNTIED: return "untied";
	case EXIT_INCOMPLETE: return "incomplete";
	case EXIT_SOME: return "partly";
	case EXIT_BUSY: return "busy";
	default: return "failed";
	}
}

static void
log_end(struct job *job, int64_t duration_ms)
{
	struct log_field fields[JOB_COUNTS + 3];
	size_t count = 0, i;

	fields[count++] = (struct log_field){ "outcome", outcome(job->exit_code) };
	fields[count++] = (struct log_field){ "exit", arena_printf(&job->arena, "%d", job->exit_code) };
	for (i = 0; i < job->count_count; i++)
		fields[count++] =
		    (struct log_field){ job->counts[i].name, arena_printf(&job->arena, "%lld", (long long)job->counts[i].value) };
	fields[count++] = (struct log_field){ "duration_ms", arena_printf(&job->arena, "%lld", (long long)duration_ms) };
	log_event(LOG_INFO, fields, count, "end");
}

/* From an open log on: database, night, the work itself. Errors are logged here, once. */
static void
work(struct job *job, const struct job_def *def, unsigned needs)
{
	struct err err = ERR_INIT;
	bool in_store = false, in_night = false;

	if ((needs & JOB_DATABASE) != 0) {
		if (store_open(&job->arena, job->config, def->name, &job->db, &err) != 0)
			goto out;
		in_store = true;
		if (store_sync(job->db, job->config, &err) != 0)
			goto out;
	}
	if ((needs & JOB_NIGHT) != 0) {
		if (open_night(job, def, &err) != 0)
			goto out;
		in_night = true;
	}
	if (def->run(job, &err) != 0)
		BUG_UNLESS(err.code != ERR_NONE);
out:
	log_status(NULL);
	if (err.code == ERR_BUSY) {
		/* The other one is at it: nothing for a person to do, but who waits at a terminal is told. */
		log_err(LOG_INFO, &err);
		if (isatty(STDERR_FILENO) && job->config->stderr_level < LOG_INFO)
			(void)complain(def, &err);
	} else if (err.code != ERR_NONE) {
		log_err(LOG_ERROR, &err);
	}
	if (err.code != ERR_NONE)
		job_note(job, err_exit(err.code));
	if (stop_asked != 0) {
		log_event(LOG_WARN, LOG_FIELDS((struct log_field){ "signal", arena_printf(&job->arena, "%d", (int)stop_asked) }),
		    "stopped by a signal, the rest waits for the next run");
		job_note(job, EXIT_SOME);
	}
	if (in_night)
		night_end(job->db, &job->night);
	db_close(job->db);
	if (in_store)
		store_release(job->config);
}

static int
check_tenant(const struct job *job, struct err *err)
{
	const char *only = opt_text(job->options, "tenant");

	if (only == NULL || config_tenant(job->config, only) != NULL)
		return 0;
	(void)err_set(err, ERR_USAGE, "there is no tenant \"%s\" in \"%s\"", only, job->config->file);
	return err_hint(err, "Its first tenant is \"%s\".", job->config->tenants[0].name);
}

static int
with_config(struct job *job, const struct job_def *def, unsigned needs, struct err *err)
{
	const char *file = opt_text(job->options, "config");
	struct config *config;
	int64_t began_ms = clock_mono_ms();

	if (config_load(&job->arena, file != NULL ? file : CONFIG_FILE, &config, err) != 0) {
		if (file == NULL && err->hint[0] == '\0')
			return err_hint(
			    err, "Name the file with --config; \"ctok-admin example-config\" writes one to begin with.");
		return -1;
	}
	job->config = config;
	if (opt_flag(job->options, "print-config")) {
		config_print(stdout, config);
		return 0;
	}
	if (check_tenant(job, err) != 0 || moment(config, &job->night.now_utc, err) != 0 || open_log(job, def, err) != 0)
		return -1;
	log_event(LOG_INFO, LOG_FIELDS((struct log_field){ "version", JOB_VERSION }), "begin");
	work(job, def, needs);
	log_run(0);
	log_end(job, clock_mono_ms() - began_ms);
	log_close();
	return 0;
}

/* A program started without its standard descriptors would write messages into the first file it opens. */
static void
fill_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		(void)close(fd);
}

static int
run_program(struct job *job, const struct job_def *def, const struct opt *const *tables, size_t table_count, int argc, char **argv,
    struct err *err)
{
	struct opt_set *options;
	unsigned needs;

	if (asked_for(argc, argv, "--help")) {
		show_help(def, tables, table_count);
		return 0;
	}
	if (asked_for(argc, argv, "--version")) {
		(void)printf("%s (ctok-batch) %s\n", def->name, JOB_VERSION);
		return 0;
	}
	if (opt_parse(&job->arena, tables, table_count, argc, argv, def->max_args, &options, err) != 0)
		return -1;
	job->options = options;
	needs = def->needs_for != NULL ? def->needs_for(options) : def->needs;
	if ((needs & JOB_CONFIG) != 0)
		return with_config(job, def, needs, err);
	job->night.now_utc = clock_now();
	return def->run(job, err);
}

int
job_main(const struct job_def *def, int argc, char **argv)
{
	struct job job = {
		.arena = ARENA_INIT, .row = ARENA_INIT, .name = def->name, .exit_code = EXIT_OK, .night = { .lock_fd = -1 }
	};
	const struct opt *tables[4];
	size_t table_count = tables_of(def, tables);
	struct err err = ERR_INIT;

	fill_descriptors();
	(void)umask(077);
	catch_signals();
	/* Until the settings say more: warnings and errors, on standard error. */
	if (log_open(def->name, NULL, LOG_ERROR, LOG_WARN, &err) != 0 ||
	    run_program(&job, def, tables, table_count, argc, argv, &err) != 0)
		job_note(&job, complain(def, &err));
	if (fflush(stdout) != 0 || ferror(stdout)) {
		err_reset(&err);
		(void)err_set(&err, ERR_IO, "could not write to standard output");
		job_note(&job, complain(def, &err));
	}
	arena_done(&job.row);
	arena_done(&job.arena);
	return job.exit_code;
}
