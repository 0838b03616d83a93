/* The frame of every program, from outside: this program runs itself as a job (`--job NAME …`) and looks at exit code, output, log and
 * database. */
#define _XOPEN_SOURCE 700 /* posix_openpt */

#include "job/job.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "expect.h"
#include "with_db.h"

/* The jobs. */

static int
quiet_run(struct job *job, struct err *err)
{
	(void)err;
	job_count(job, "rows", 2);
	job_count(job, "odd name", 1);
	job_count(job, "rows", 3);
	(void)printf("now %lld\n", (long long)job->night.now_utc);
	return 0;
}

static int
failing_run(struct job *job, struct err *err)
{
	struct err item = ERR_INIT;

	(void)err_set(&item, ERR_DATA, "row 7 is bad, skipping");
	job_failed(job, &item);
	BUG_UNLESS(item.code == ERR_NONE && job->exit_code == EXIT_SOME);
	if (opt_flag(job->options, "hard"))
		(void)err_set(err, ERR_SERVICE, "the shop is down");
	return err->code == ERR_NONE ? 0 : err_hint(err, "Look at its status page.");
}

static int
waiting_run(struct job *job, struct err *err)
{
	int i;

	(void)err;
	(void)printf("ready\n");
	(void)fflush(stdout);
	for (i = 0; i < 1000 && job_continue(job); i++)
		clock_sleep_ms(10);
	return 0;
}

static int
drawing_run(struct job *job, struct err *err)
{
	(void)err;
	job_progress(job, "rows", 50, 100);
	job_progress(job, "rows", 51, 100); /* too soon to be drawn */
	log_event(LOG_WARN, LOG_PLAIN, "a warning");
	if (opt_flag(job->options, "hard"))
		return 0; /* leaves its bar */
	job_progress(job, "rows", 100, 100);
	job_progress(job, "bytes", 7, 0);
	return 0;
}

static int
tenant_work(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	const char *fail = context;
	struct db_row *row;

	if (db_row(&job->row, job->db, "SELECT name, rule.zone() AS zone FROM ctok.tenant WHERE tenant_id = ctok.current_tenant()",
		DB_NONE, &row, err) != 0)
		return -1;
	(void)printf("%s %s %s\n", tenant->name, db_value(row, "name"), db_value(row, "zone"));
	job_count(job, "seen", 1);
	if (fail == NULL || strcmp(tenant->name, "acme") != 0)
		return 0;
	if (db_begin(job->db, err) != 0 || db_exec(job->db, "UPDATE ctok.source SET gone = true", DB_NONE, NULL, err) != 0)
		return -1;
	return err_set(err, strcmp(fail, "busy") == 0 ? ERR_BUSY : ERR_INCOMPLETE, "it ended in the middle");
}

static int
tenants_run(struct job *job, struct err *err)
{
	size_t count;
	const char *const *args = opt_args(job->options, &count);
	void *context = count > 0 ? arena_strdup(&job->arena, args[0]) : NULL;

	return job_each_tenant(job, tenant_work, context, err);
}

static const struct opt hard_option[] = { { .name = "hard", .type = OPT_FLAG, .help = "Fail altogether." }, OPT_END };

static const struct job_def jobs[] = {
	{ .name = "bare", .summary = "Needs nothing.", .options = hard_option, .run = failing_run },
	{ .name = "quiet",
	    .summary = "Does nothing much.",
	    .usage = "[WORD]",
	    .max_args = 1,
	    .needs = JOB_CONFIG,
	    .run = quiet_run },
	{ .name = "failing", .summary = "Fails.", .options = hard_option, .needs = JOB_CONFIG, .run = failing_run },
	{ .name = "waiting", .summary = "Waits for a signal.", .needs = JOB_CONFIG, .run = waiting_run },
	{ .name = "drawing", .summary = "Draws a bar.", .options = hard_option, .needs = JOB_CONFIG, .run = drawing_run },
	{ .name = "night",
	    .summary = "Works at night.",
	    .usage = "[HOW]",
	    .max_args = 1,
	    .needs = JOB_CONFIG | JOB_DATABASE | JOB_NIGHT,
	    .run = tenants_run },
	{ .name = "day", .summary = "Works by day.", .max_args = 1, .needs = JOB_CONFIG | JOB_DATABASE, .run = tenants_run },
};

static int
be_job(int argc, char **argv)
{
	size_t i;

	for (i = 0; i < COUNT_OF(jobs); i++)
		if (argc > 0 && strcmp(jobs[i].name, argv[0]) == 0)
			return job_main(&jobs[i], argc, argv);
	return 99;
}

/* The tests. */

static struct arena arena;
static char dir[] = "/tmp/ctok-test-job-XXXXXX";

struct outcome {
	int code;
	const char *out, *err;
};

/* Everything that comes out of a pipe. */
static const char *
drain(int fd)
{
	char bytes[4096];
	struct buf all;
	const char *copy;
	ssize_t got;

	buf_init(&all, 1 << 20);
	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		buf_add(&all, bytes, (size_t)got);
	(void)close(fd);
	copy = arena_strdup(&arena, all.data);
	buf_done(&all);
	return copy;
}

static pid_t
start(const char *const *words, int out, int err)
{
	char *argv[16] = { NULL }, self[4096];
	/* By name: under valgrind the link itself leads to valgrind. */
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t count = 0;
	pid_t pid;

	assert_true(len > 0);
	self[len] = '\0';
	argv[count++] = arena_strdup(&arena, "test_job");
	argv[count++] = arena_strdup(&arena, "--job");
	while (*words != NULL)
		argv[count++] = arena_strdup(&arena, *words++);
	pid = fork();
	assert_true(pid >= 0);
	if (pid != 0)
		return pid;
	if (out >= 0)
		(void)dup2(out, STDOUT_FILENO);
	else
		(void)close(STDOUT_FILENO);
	if (err >= 0)
		(void)dup2(err, STDERR_FILENO);
	else
		(void)close(STDERR_FILENO);
	(void)execv(self, argv);
	_exit(98);
}

static int
finish(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static struct outcome
run(const char *const *words)
{
	int out[2], err[2];
	struct outcome outcome;
	pid_t pid;

	assert_int_equal(pipe(out), 0);
	assert_int_equal(pipe(err), 0);
	(void)fcntl(out[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(err[0], F_SETFD, FD_CLOEXEC);
	pid = start(words, out[1], err[1]);
	(void)close(out[1]);
	(void)close(err[1]);
	outcome.out = drain(out[0]);
	outcome.err = drain(err[0]);
	outcome.code = finish(pid);
	return outcome;
}

#define RUN(...) run((const char *const[]){ __VA_ARGS__, NULL })

static void
expect_outcome(const char *title, struct outcome found, int code, const char *out, const char *err)
{
	expect_text(title, found.err, err);
	expect_text(title, found.out, out);
	if (found.code != code)
		fail_msg("%s: exit code %d, not %d", title, found.code, code);
}

/* Write a configuration with this at its top; its name. */
static const char *
config_file(const char *state_dir, const char *top)
{
	const char *path = arena_printf(&arena, "%s/job.conf", dir);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fprintf(f,
			"state_dir = \"%s\"; master_key = \"env:NONE\"; test_now = \"2026-05-01T03:00:00Z\"; %s\n"
			"tenants = ( { name = \"acme\"; timezone = \"Europe/Madrid\"; currency = \"EUR\"; locale = \"es\";\n"
			" sites = ( { name = \"campus\"; url = \"https://campus.example.org\"; token = \"env:NONE\"; } );\n"
			" sources = ( { name = \"shop\"; kind = \"squarespace\"; api_key = \"env:NONE\"; } ); },\n"
			" { name = \"beta\"; timezone = \"Asia/Tokyo\"; currency = \"JPY\"; } );\n",
			state_dir, top) > 0);
	assert_int_equal(fclose(f), 0);
	return path;
}

/* Lines of the log without time stamps and with durations as N; the file is emptied. */
static const char *
take_log(const char *state_dir)
{
	const char *path = arena_printf(&arena, "%s/log/ctok-batch.log", state_dir), *p, *mark, *text = "";
	int fd = open(path, O_RDWR);

	if (fd < 0)
		return "(no log)";
	p = drain(dup(fd));
	assert_int_equal(ftruncate(fd, 0), 0);
	(void)close(fd);
	while (*p != '\0') {
		size_t len = strcspn(p, "\n");
		const char *line = arena_strndup(&arena, p, len);

		assert_true(len > 21 && line[10] == 'T' && line[19] == 'Z');
		mark = strstr(line, " duration_ms=");
		text = mark == NULL ? arena_printf(&arena, "%s%s\n", text, line + 21)
				    : arena_printf(&arena, "%s%.*s duration_ms=N\n", text, (int)(mark - line - 21), line + 21);
		p += len + 1;
	}
	return text;
}

static const char *
state_dir(void)
{
	return arena_printf(&arena, "%s/state", dir);
}

static void
help_and_version(void **state)
{
	struct outcome help = RUN("night", "--plan=x", "--help");

	(void)state;
	expect_outcome("help", help, 0,
	    "Usage: night [option]... [HOW]\n"
	    "Works at night.\n\n"
	    "  --night ID            Be a step of this running night; by default the program\n"
	    "                        makes a night of its own.\n"
	    "  --dry-run             Read as always, but write nothing to Moodle and send no\n"
	    "                        mail.\n"
	    "  --config FILE         Settings; /etc/ctok-batch/ctok-batch.conf by default.\n"
	    "  --tenant NAME         Work for this tenant only; for all by default.\n"
	    "  --verbose             Show on standard error what goes to the log.\n"
	    "  --print-config        Print the settings in force, secrets as references, and\n"
	    "                        exit.\n"
	    "  --help                Show this help and exit.\n"
	    "  --version             Show the version and exit.\n",
	    "");
	assert_null(strstr(RUN("bare", "--help").out, "--config"));
	expect_outcome("version", RUN("quiet", "--version"), 0, "quiet (ctok-batch) 0.1.0\n", "");
}

static void
faults_before_the_log_is_open(void **state)
{
	const char *config = config_file(state_dir(), "");

	(void)state;
	expect_outcome("an unknown option", RUN("quiet", "--confg", "x"), 64, "",
	    "quiet: error: option \"--confg\" is not known\nHINT: Did you mean --config?\n");
	expect_outcome("a second argument", RUN("quiet", "a", "b"), 64, "",
	    "quiet: error: argument \"b\" is not expected\nHINT: Run \"quiet --help\" for the options.\n");
	expect_outcome("a missing file", RUN("quiet", "--config", "/nonexistent/x.conf"), 78, "",
	    "quiet: error: could not read configuration file \"/nonexistent/x.conf\": No such file or directory\n");
	expect_outcome("an unknown tenant", RUN("quiet", "--config", config, "--tenant", "gamma"), 64, "",
	    arena_printf(
		&arena, "quiet: error: there is no tenant \"gamma\" in \"%s\"\nHINT: Its first tenant is \"acme\".\n", config));
	config = config_file(state_dir(), "foo = 1; bar = 2;");
	expect_outcome("a bad configuration", RUN("quiet", "--config", config), 78, "",
	    arena_printf(&arena,
		"quiet: error: %s:1: setting \"foo\" is not known in the configuration\n"
		"HINT: There is 1 more: run \"ctok-admin check --config %s\".\n",
		config, config));
	config = config_file("/dev/null/x", "");
	expect_outcome("a state directory that cannot be", RUN("quiet", "--config", config), 73, "",
	    "quiet: error: could not make directory \"/dev/null\": something else has that name\n");
	config = config_file(state_dir(), arena_printf(&arena, "log_file = \"%s/none/log\";", dir));
	expect_outcome("a log that cannot be", RUN("quiet", "--config", config), 73, "",
	    arena_printf(&arena, "quiet: error: could not open log file \"%s/none/log\": No such file or directory\n", dir));
	expect_outcome("a program without settings", RUN("bare", "--hard"), 69, "",
	    "bare: warn: row 7 is bad, skipping\nbare: error: the shop is down\nHINT: Look at its status page.\n");
}

static void
settings_in_force_are_printed(void **state)
{
	struct outcome found = RUN("quiet", "--config", config_file(state_dir(), ""), "--print-config");

	(void)state;
	assert_int_equal(found.code, 0);
	expect_text("stderr", found.err, "");
	assert_non_null(strstr(found.out, "\n  name = \"beta\";\n"));
	/* Nothing was begun. */
	expect_text("no log", take_log(state_dir()), "(no log)");
}

static void
a_run_begins_and_ends_in_the_log(void **state)
{
	const char *config = config_file(state_dir(), "");
	struct outcome found;
	struct stat st;

	(void)state;
	expect_outcome("quiet", RUN("quiet", "--config", config), 0, "now 1777604400\n", "");
	expect_text("log", take_log(state_dir()),
	    "info quiet - begin version=0.1.0\ninfo quiet - end outcome=done exit=0 rows=5 odd_name=1 duration_ms=N\n");
	assert_int_equal(stat(state_dir(), &st), 0);
	assert_int_equal(st.st_mode & 07777, geteuid() == 0 ? 0711 : 0700);
	assert_int_equal(stat(arena_printf(&arena, "%s/log", state_dir()), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
	assert_int_equal(stat(arena_printf(&arena, "%s/log/ctok-batch.log", state_dir()), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	found = RUN("quiet", "--config", config, "--tenant", "beta", "--verbose");
	assert_int_equal(found.code, 0);
	expect_text("verbose", arena_strndup(&arena, found.err, strcspn(found.err, "_")),
	    "quiet: info: begin version=0.1.0\nquiet: info: end outcome=done exit=0 rows=5 odd");
	(void)take_log(state_dir());
}

static void
an_error_is_logged_and_shown_once(void **state)
{
	const char *config = config_file(state_dir(), "");

	(void)state;
	expect_outcome("an item", RUN("failing", "--config", config), 65, "", "failing: warn: row 7 is bad, skipping\n");
	expect_text("log of an item", take_log(state_dir()),
	    "info failing - begin version=0.1.0\nwarn failing - row 7 is bad, skipping code=ERR_DATA\n"
	    "info failing - end outcome=partly exit=65 duration_ms=N\n");
	/* Two causes: the service wins. */
	expect_outcome("all", RUN("failing", "--config", config, "--hard"), 69, "",
	    "failing: warn: row 7 is bad, skipping\nfailing: error: the shop is down\nHINT: Look at its status page.\n");
	expect_text("log of all", take_log(state_dir()),
	    "info failing - begin version=0.1.0\nwarn failing - row 7 is bad, skipping code=ERR_DATA\n"
	    "error failing - the shop is down code=ERR_SERVICE hint=\"Look at its status page.\"\n"
	    "info failing - end outcome=failed exit=69 duration_ms=N\n");
}

static void
a_signal_ends_the_run_between_items(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT };
	const char *config = config_file(state_dir(), "");
	char ready[6];
	int out[2];
	size_t i;
	pid_t pid;

	(void)state;
	for (i = 0; i < COUNT_OF(signals); i++) {
		assert_int_equal(pipe(out), 0);
		pid = start((const char *const[]){ "waiting", "--config", config, NULL }, out[1], -1);
		(void)close(out[1]);
		assert_int_equal(read(out[0], ready, sizeof(ready)), 6);
		assert_int_equal(kill(pid, signals[i]), 0);
		assert_int_equal(finish(pid), 65);
		(void)close(out[0]);
		expect_text("log", take_log(state_dir()),
		    arena_printf(&arena,
			"info waiting - begin version=0.1.0\n"
			"warn waiting - stopped by a signal, the rest waits for the next run signal=%d\n"
			"info waiting - end outcome=partly exit=65 duration_ms=N\n",
			signals[i]));
	}
}

static void
output_that_goes_nowhere_is_an_error(void **state)
{
	const char *config = config_file(state_dir(), "");
	int full = open("/dev/full", O_WRONLY), err[2];
	const char *shown;
	pid_t pid;

	(void)state;
	if (full < 0)
		skip();
	assert_int_equal(pipe(err), 0);
	pid = start((const char *const[]){ "quiet", "--config", config, NULL }, full, err[1]);
	(void)close(full);
	(void)close(err[1]);
	shown = drain(err[0]);
	assert_int_equal(finish(pid), 74);
	expect_text("stderr", shown, "quiet: error: could not write to standard output\n");
	(void)take_log(state_dir());
	/* Without the standard descriptors nothing lands in the log by mistake. */
	pid = start((const char *const[]){ "failing", "--config", config, NULL }, -1, -1);
	assert_int_equal(finish(pid), 65);
	expect_text("log", take_log(state_dir()),
	    "info failing - begin version=0.1.0\nwarn failing - row 7 is bad, skipping code=ERR_DATA\n"
	    "info failing - end outcome=partly exit=65 duration_ms=N\n");
}

/* What a terminal is shown on standard error. */
static const char *
on_terminal(const char *const *words)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY), side;
	const char *shown;
	pid_t pid;

	assert_true(terminal >= 0);
	assert_int_equal(grantpt(terminal), 0);
	assert_int_equal(unlockpt(terminal), 0);
	side = open(ptsname(terminal), O_RDWR | O_NOCTTY);
	assert_true(side >= 0);
	pid = start(words, side, side);
	(void)finish(pid);
	(void)close(side);
	shown = drain(terminal);
	return shown;
}

static void
a_bar_is_drawn_on_a_terminal_only(void **state)
{
	const char *config = config_file(state_dir(), "");

	(void)state;
	expect_text("a bar, a warning above it, another", on_terminal((const char *const[]){ "drawing", "--config", config, NULL }),
	    "\r\033[Krows [###############...............] 50 of 100"
	    "\r\033[Kdrawing: warn: a warning\r\nrows [###############...............] 50 of 100"
	    "\r\033[K\r\033[Kbytes: 7\r\033[K");
	expect_text("a bar that was left is taken away",
	    on_terminal((const char *const[]){ "drawing", "--config", config, "--hard", NULL }),
	    "\r\033[Krows [###############...............] 50 of 100"
	    "\r\033[Kdrawing: warn: a warning\r\nrows [###############...............] 50 of 100\r\033[K");
	expect_outcome("no terminal", RUN("drawing", "--config", config), 0, "", "drawing: warn: a warning\n");
	(void)take_log(state_dir());
}

/* On a real database. */

static const char *
runs(struct with_db *w)
{
	return with_db_text(w, "SELECT coalesce(string_agg(program || ' ' || tenant_id || ' ' || night_id || ' ' || exit_code || ' "
			       "' || counts, E'\\n' "
			       "ORDER BY run_id), '') FROM ctok.run WHERE program <> 'test'");
}

static const char *
all_runs(struct with_db *w)
{
	struct err err = ERR_INIT;
	struct db_row *row;
	const char *acme = runs(w), *beta = "";

	if (db_maybe(&w->arena, w->db, "SELECT 1 AS one", DB_NONE, &row, &err) != 0)
		fail_msg("%s", err.message);
	assert_int_equal(db_tenant(w->db, w->tenant_id + 1, &err), 0);
	beta = runs(w);
	assert_int_equal(db_tenant(w->db, w->tenant_id, &err), 0);
	return arena_printf(&arena, "%s\n%s", acme, beta);
}

static void
each_tenant_has_its_own_world_and_run(void **state)
{
	struct with_db *w = *state;
	const char *config = config_file(w->state_dir, ""), *night = arena_printf(&arena, "%lld", (long long)w->night.id);

	expect_outcome("two tenants", RUN("night", "--config", config, "--night", night), 0,
	    "acme acme Europe/Madrid\nbeta beta Asia/Tokyo\n", "");
	expect_text("runs", all_runs(w),
	    arena_printf(&arena, "night %lld %s 0 {\"seen\": 1}\nnight %lld %s 0 {\"seen\": 1}", (long long)w->tenant_id, night,
		(long long)w->tenant_id + 1, night));
	assert_non_null(strstr(take_log(w->state_dir), "info night - end outcome=done exit=0 seen=2 duration_ms=N\n"));
	expect_outcome(
	    "one tenant", RUN("night", "--config", config, "--night", night, "--tenant", "beta"), 0, "beta beta Asia/Tokyo\n", "");
	expect_outcome("no night", RUN("day", "--config", config), 0, "acme acme Europe/Madrid\nbeta beta Asia/Tokyo\n", "");
	(void)take_log(w->state_dir);
}

static void
a_failed_tenant_does_not_stop_the_others(void **state)
{
	struct with_db *w = *state;
	const char *config = config_file(w->state_dir, ""), *night = arena_printf(&arena, "%lld", (long long)w->night.id), *log;

	expect_outcome("the first fails", RUN("night", "--config", config, "--night", night, "incomplete"), 12,
	    "acme acme Europe/Madrid\nbeta beta Asia/Tokyo\n", "night: error: tenant \"acme\": it ended in the middle\n");
	expect_text("runs", all_runs(w),
	    arena_printf(&arena, "night %lld %s 12 {\"seen\": 1}\nnight %lld %s 0 {\"seen\": 1}", (long long)w->tenant_id, night,
		(long long)w->tenant_id + 1, night));
	/* What it left open is not there. */
	expect_text("rolled back", with_db_text(w, "SELECT gone FROM ctok.source"), "f");
	log = take_log(w->state_dir);
	assert_non_null(strstr(log, " tenant \"acme\": it ended in the middle code=ERR_INCOMPLETE\n"));
	assert_non_null(strstr(log, "end outcome=incomplete exit=12 seen=2 "));
	expect_outcome("by day too", RUN("day", "--config", config, "incomplete"), 12,
	    "acme acme Europe/Madrid\nbeta beta Asia/Tokyo\n", "day: error: tenant \"acme\": it ended in the middle\n");
	expect_text("rolled back by day", with_db_text(w, "SELECT gone FROM ctok.source"), "f");
	/* A lost night is everybody's, and nobody is called for it. */
	expect_outcome(
	    "a lost night", RUN("night", "--config", config, "--night", night, "busy"), 75, "acme acme Europe/Madrid\n", "");
	assert_non_null(strstr(take_log(w->state_dir), "info night - end outcome=busy exit=75 "));
}

static void
one_night_at_a_time(void **state)
{
	struct with_db *w = *state;
	const char *config = config_file(w->state_dir, ""), *log;
	struct outcome found = RUN("night", "--config", config);

	/* The test itself holds the night. */
	expect_outcome("a night of its own", found, 75, "", "");
	log = take_log(w->state_dir);
	assert_non_null(strstr(log, "info night - another night is running: "));
	assert_non_null(strstr(log, " code=ERR_BUSY\ninfo night - end outcome=busy exit=75 duration_ms=N\n"));
	found = RUN("night", "--config", config, "--night", "999");
	expect_outcome("a step of no night", found, 75, "", "");
	(void)take_log(w->state_dir);
	/* Who waits at a terminal is told. */
	assert_non_null(strstr(
	    on_terminal((const char *const[]){ "night", "--config", config, NULL }), "night: error: another night is running: "));
	(void)take_log(w->state_dir);
	night_end(w->db, &w->night);
	found = RUN("night", "--config", config);
	expect_outcome("the lock was given back", found, 0, "acme acme Europe/Madrid\nbeta beta Asia/Tokyo\n", "");
	expect_text("its now is the setting's", with_db_text(w, "SELECT max(extract(epoch FROM now_at))::bigint FROM ctok.night"),
	    "1777604400");
	found = RUN("night", "--config", config);
	expect_outcome("and again", found, 0, "acme acme Europe/Madrid\nbeta beta Asia/Tokyo\n", "");
	(void)take_log(w->state_dir);
}

static int
set_up(void **state)
{
	return mkdtemp(dir) == NULL ? -1 : with_db_open(state);
}

static int
tear_down(void **state)
{
	(void)unlink(arena_printf(&arena, "%s/log/ctok-batch.log", state_dir()));
	(void)rmdir(arena_printf(&arena, "%s/log", state_dir()));
	(void)rmdir(state_dir());
	(void)unlink(arena_printf(&arena, "%s/job.conf", dir));
	(void)rmdir(dir);
	arena_done(&arena);
	return with_db_close(state);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_and_version),
		cmocka_unit_test(faults_before_the_log_is_open),
		cmocka_unit_test(settings_in_force_are_printed),
		cmocka_unit_test(a_run_begins_and_ends_in_the_log),
		cmocka_unit_test(an_error_is_logged_and_shown_once),
		cmocka_unit_test(a_signal_ends_the_run_between_items),
		cmocka_unit_test(output_that_goes_nowhere_is_an_error),
		cmocka_unit_test(a_bar_is_drawn_on_a_terminal_only),
		cmocka_unit_test_setup(each_tenant_has_its_own_world_and_run, with_db_fresh),
		cmocka_unit_test_setup(a_failed_tenant_does_not_stop_the_others, with_db_fresh),
		cmocka_unit_test_setup(one_night_at_a_time, with_db_fresh),
	};

	if (argc > 2 && strcmp(argv[1], "--job") == 0)
		return be_job(argc - 2, argv + 2);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
