/* The embedded cluster, on real PostgreSQL: made, started, shared, adopted, stopped; and everything killed at the worst moments. */
#define _DEFAULT_SOURCE /* mkdtemp, setgroups */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "keeper.h"

#include "base/clock.h"
#include "base/text.h"
#include "db/db.h"
#include "db/embedded.h"

struct bench {
	struct arena arena;
	struct keeper keeper;
	const char *top;
	const char *account; /* that the servers run as */
	unsigned places;
};

/* A state directory and its configuration. */
struct place {
	const char *dir, *base, *data;
	struct config config;
};

static void
must(int rc, const struct err *err)
{
	if (rc != 0)
		fail_msg("%s: %s", err_name(err->code), err->message);
}

static struct place
place_at(struct bench *b, const char *dir)
{
	struct place place = { dir, arena_printf(&b->arena, "%s/db", dir), arena_printf(&b->arena, "%s/db/data", dir),
		{ .state_dir = dir, .database = "embedded", .database_user = "postgres" } };

	return place;
}

/* A new state directory, that does not exist yet. */
static struct place
new_place(struct bench *b)
{
	return place_at(b, arena_printf(&b->arena, "%s/%u", b->top, ++b->places));
}

/* The one whose cluster was made by the first test and is stopped: for tests that leave it so. */
static struct place
made_place(struct bench *b)
{
	return place_at(b, arena_printf(&b->arena, "%s/made", b->top));
}

/* A copy of it, for tests that spoil it. */
static struct place
copied_place(struct bench *b)
{
	struct place place = new_place(b);

	assert_int_equal(mkdir(place.dir, 0711), 0);
	assert_int_equal(
	    keeper_run((const char *const[]){ "cp", "-a", arena_printf(&b->arena, "%s/made/db", b->top), place.dir, NULL }), 0);
	return place;
}

static struct embedded
open_place(struct bench *b, struct place *place)
{
	struct embedded embedded;
	struct err err = ERR_INIT;

	must(embedded_open(&b->arena, &place->config, "test", &embedded, &err), &err);
	return embedded;
}

static void
open_fails(struct bench *b, struct place *place, enum err_code code, const char *message)
{
	struct embedded embedded;
	struct err err = ERR_INIT;

	if (embedded_open(&b->arena, &place->config, "test", &embedded, &err) == 0) {
		embedded_release(&place->config);
		fail_msg("no error, not even: %s", message);
	}
	assert_string_equal(err.message, message);
	assert_int_equal(err.code, code);
}

/* The one value of a query, over a connection of its own. */
static const char *
ask(struct bench *b, const char *conninfo, const char *sql)
{
	struct err err = ERR_INIT;
	struct db_row *row;
	struct db *db;

	must(db_connect(conninfo, NULL, "test", &db, &err), &err);
	must(db_row(&b->arena, db, sql, DB_NONE, &row, &err), &err);
	db_close(db);
	return row->values[0];
}

/* The number in postmaster.pid; 0 if there is none. */
static pid_t
server_of(const struct place *place)
{
	char path[256];
	long pid = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/postmaster.pid", place->data);
	file = fopen(path, "r");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%ld", &pid) != 1)
		pid = 0;
	(void)fclose(file);
	return (pid_t)pid;
}

static void
wait_gone(pid_t pid)
{
	char path[64];
	const int64_t until = clock_mono_ms() + 60000;

	/* A zombie of init's is gone too. */
	(void)snprintf(path, sizeof(path), "/proc/%ld/exe", (long)pid);
	while (kill(pid, 0) == 0 && access(path, F_OK) == 0 && clock_mono_ms() < until)
		clock_sleep_ms(5);
	assert_true(clock_mono_ms() < until);
}

/* A program that uses the server, in a process of its own: it opens, says so, waits for a word, releases. */
struct user {
	pid_t pid;
	int said_fd, word_fd;
};

static struct user
start_user(struct bench *b, struct place *place, const char *account)
{
	int said[2], word[2];
	struct embedded embedded;
	struct err err = ERR_INIT;
	struct passwd *entry;
	struct user user;
	char byte = 'o';

	assert_int_equal(pipe(said), 0);
	assert_int_equal(pipe(word), 0);
	(void)fcntl(said[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(said[1], F_SETFD, FD_CLOEXEC);
	(void)fcntl(word[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(word[1], F_SETFD, FD_CLOEXEC);
	user = (struct user){ fork(), said[0], word[1] };
	assert_true(user.pid >= 0);
	if (user.pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)close(b->keeper.alive_fd); /* or the keeper waits for us too */
		(void)close(said[0]);
		(void)close(word[1]);
		if (account != NULL) {
			entry = getpwnam(account);
			if (entry == NULL || setgroups(0, NULL) != 0 || setgid(entry->pw_gid) != 0 || setuid(entry->pw_uid) != 0)
				_exit(3);
		}
		if (embedded_open(&b->arena, &place->config, "user", &embedded, &err) != 0) {
			(void)fprintf(stderr, "user: %s\n", err.message);
			_exit(err_exit(err.code));
		}
		if (write(said[1], &byte, 1) != 1 || read(word[0], &byte, 1) < 0)
			_exit(4);
		embedded_release(&place->config);
		_exit(0);
	}
	(void)close(said[1]);
	(void)close(word[0]);
	return user;
}

static void
wait_open(const struct user *user)
{
	char byte;

	assert_int_equal(read(user->said_fd, &byte, 1), 1);
}

/* Let it go; its exit code. */
static int
end_user(struct user *user)
{
	int status;

	/* Later children have a copy of this end too, so closing it says nothing. */
	if (write(user->word_fd, "e", 1) < 0)
		assert_int_equal(errno, EPIPE);
	(void)close(user->word_fd);
	(void)close(user->said_fd);
	assert_int_equal(waitpid(user->pid, &status, 0), user->pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
kill_user(struct user *user)
{
	assert_int_equal(kill(user->pid, SIGKILL), 0);
	assert_int_equal(end_user(user), -1);
}

static const char *
owner_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return getpwuid(st.st_uid)->pw_name;
}

static unsigned
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

/* The directory of the socket, from a conninfo. */
static const char *
socket_dir_of(struct bench *b, const char *conninfo)
{
	const char *start = strchr(conninfo, '\'') + 1;

	return arena_strndup(&b->arena, start, (size_t)(strchr(start, '\'') - start));
}

static void
test_made_from_nothing(void **state)
{
	struct bench *b = *state;
	const mode_t mask = umask(077); /* of a careful administrator: the server's account must pass all the same */
	struct place place = made_place(b);
	struct embedded embedded = open_place(b, &place);
	const char *socket_dir = socket_dir_of(b, embedded.program);
	char text[256] = "";
	FILE *file;
	pid_t server = server_of(&place);

	(void)umask(mask);
	assert_string_equal(owner_of(place.data), b->account);
	assert_int_equal(mode_of(place.data), 0700);
	assert_int_equal(mode_of(place.base), geteuid() == 0 ? 0711 : 0700);
	assert_string_equal(owner_of(socket_dir), b->account);
	assert_int_equal(mode_of(socket_dir), 0700);
	assert_true(strlen(socket_dir) < 80);
	assert_string_equal(ask(b, embedded.owner, "SELECT current_user"), "ctok_owner");
	assert_string_equal(ask(b, embedded.program, "SELECT current_user"), "ctok_program");
	assert_string_equal(ask(b, embedded.owner,
				"SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles"
				" WHERE (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb) AND rolname LIKE 'ctok%'"),
	    "ctok_super");
	assert_string_equal(ask(b, embedded.owner, "SHOW data_checksums"), "on");
	assert_string_equal(ask(b, embedded.owner, "SHOW fsync"), "on");
	assert_string_equal(ask(b, embedded.owner, "SHOW synchronous_commit"), "on");
	assert_string_equal(ask(b, embedded.owner, "SHOW full_page_writes"), "on");
	assert_string_equal(ask(b, embedded.owner, "SELECT datcollate FROM pg_database WHERE datname = 'ctok'"), "C.UTF-8");
	assert_string_equal(ask(b, embedded.owner, "SHOW listen_addresses"), "");
	file = fopen(arena_printf(&b->arena, "%s/start.lock", place.base), "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	(void)fclose(file);
	assert_true(text_starts(text, arena_printf(&b->arena, "test, process %ld on ", (long)getpid())));
	embedded_release(&place.config);
	assert_int_equal(server_of(&place), 0);
	wait_gone(server);
	assert_int_equal(access(socket_dir, F_OK), -1);
}

static void
test_superuser_is_not_admitted(void **state)
{
	struct bench *b = *state;
	struct place place = made_place(b);
	const char *program = open_place(b, &place).program, *role = strstr(program, "ctok_program");
	struct err err = ERR_INIT;
	struct db *db;

	assert_int_equal(db_connect(arena_printf(&b->arena, "%.*sctok_super%s", (int)(role - program), program, role + 12), NULL,
			     "test", &db, &err),
	    -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_string_equal(err.message, "could not connect to the database: no pg_hba.conf entry for host \"[local]\", user"
					 " \"ctok_super\", database \"ctok\", no encryption");
	embedded_release(&place.config);
}

static void
test_environment_changes_nothing(void **state)
{
	struct bench *b = *state;
	struct place place = made_place(b);
	struct embedded embedded;

	assert_int_equal(setenv("PGOPTIONS", "-c work_mem=1MB", 1), 0);
	assert_int_equal(setenv("PGDATA", "/nonexistent", 1), 0);
	assert_int_equal(setenv("PGHOST", "/nonexistent", 1), 0);
	assert_int_equal(setenv("PGSSLMODE", "require", 1), 0);
	assert_int_equal(setenv("LC_ALL", "de_DE.UTF-8", 1), 0);
	embedded = open_place(b, &place);
	assert_string_equal(ask(b, embedded.program, "SHOW work_mem"), "64MB");
	assert_string_equal(ask(b, embedded.program, "SHOW lc_messages"), "C");
	embedded_release(&place.config);
	(void)unsetenv("PGOPTIONS");
	(void)unsetenv("PGDATA");
	(void)unsetenv("PGHOST");
	(void)unsetenv("PGSSLMODE");
	(void)unsetenv("LC_ALL");
}

static void
test_server_is_cut_off_from_us(void **state)
{
	struct bench *b = *state;
	struct place place = made_place(b);
	int marker = open(arena_printf(&b->arena, "%s/marker", b->top), O_RDWR | O_CREAT, 0600), fd;
	char link[64], target[512];
	pid_t server;
	ssize_t len;

	assert_true(marker > 2); /* without close-on-exec, on purpose */
	(void)open_place(b, &place);
	server = server_of(&place);
	assert_true(server > 0);
	assert_int_not_equal(getsid(server), getsid(0));
	assert_int_not_equal(getpgid(server), getpgid(0));
	for (fd = 0; fd < 200; fd++) {
		(void)snprintf(link, sizeof(link), "/proc/%ld/fd/%d", (long)server, fd);
		len = readlink(link, target, sizeof(target) - 1);
		if (len < 0)
			continue;
		target[len] = '\0';
		assert_null(strstr(target, "marker"));
		assert_null(strstr(target, ".lock"));
		if (fd == 0)
			assert_string_equal(target, "/dev/null");
		if (fd == 1 || fd == 2)
			assert_true(text_ends(target, "/db/server.log"));
	}
	(void)close(marker);
	embedded_release(&place.config);
}

static void
test_last_one_to_leave_stops_it(void **state)
{
	struct bench *b = *state;
	struct place place = made_place(b);
	struct user first = start_user(b, &place, NULL), second;
	pid_t server;

	wait_open(&first);
	server = server_of(&place);
	second = start_user(b, &place, NULL);
	wait_open(&second);
	assert_int_equal(server_of(&place), server);
	assert_int_equal(end_user(&first), 0);
	assert_int_equal(server_of(&place), server);
	assert_int_equal(end_user(&second), 0);
	assert_int_equal(server_of(&place), 0);
}

static void
test_one_process_may_open_twice(void **state)
{
	struct bench *b = *state;
	struct place place = made_place(b);
	pid_t server;

	(void)open_place(b, &place);
	server = server_of(&place);
	(void)open_place(b, &place);
	embedded_release(&place.config);
	assert_int_equal(server_of(&place), server);
	embedded_release(&place.config);
	assert_int_equal(server_of(&place), 0);
	embedded_release(&place.config); /* once too often: nothing happens */
}

static void
test_leftover_server_is_adopted(void **state)
{
	struct bench *b = *state;
	struct place place = made_place(b);
	struct user user = start_user(b, &place, NULL);
	pid_t server;

	wait_open(&user);
	server = server_of(&place);
	kill_user(&user);
	assert_int_equal(server_of(&place), server);
	assert_string_equal(ask(b, open_place(b, &place).program, "SELECT 1"), "1");
	assert_int_equal(server_of(&place), server);
	embedded_release(&place.config);
	assert_int_equal(server_of(&place), 0);
}

static void
test_killed_server_recovers_what_was_committed(void **state)
{
	struct bench *b = *state;
	struct place place = made_place(b);
	struct embedded embedded = open_place(b, &place);
	struct err err = ERR_INIT;
	struct db *db;
	pid_t server = server_of(&place);

	must(db_connect(embedded.owner, NULL, "test", &db, &err), &err);
	must(db_script(db, "CREATE SCHEMA ctok; CREATE TABLE ctok.t AS SELECT generate_series(1, 10000) AS n", &err), &err);
	must(db_begin(db, &err), &err);
	must(db_exec(db, "INSERT INTO ctok.t VALUES (0)", DB_NONE, NULL, &err), &err);
	assert_int_equal(kill(server, SIGKILL), 0);
	/* The same process opens again, while sessions of the killed server may still end. */
	embedded = open_place(b, &place);
	assert_int_equal(db_commit(db, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE);
	db_close(db);
	assert_int_not_equal(server_of(&place), server);
	assert_string_equal(ask(b, embedded.owner, "SELECT count(*) FROM ctok.t"), "10000");
	embedded_release(&place.config);
	embedded_release(&place.config);
	assert_int_equal(server_of(&place), 0);
}

static void
test_number_of_a_dead_server_may_be_somebody_elses(void **state)
{
	struct bench *b = *state;
	struct place place = made_place(b);
	struct passwd *account = getpwnam(b->account);
	struct embedded embedded = open_place(b, &place);
	const char *path = arena_printf(&b->arena, "%s/postmaster.pid", place.data);
	pid_t server = server_of(&place), other;
	char rest[1024];
	size_t len;
	FILE *file;
	int status;

	assert_non_null(account);
	assert_int_equal(kill(server, SIGKILL), 0);
	wait_gone(server);
	other = fork();
	if (other == 0) {
		if (geteuid() == 0 && setuid(account->pw_uid) != 0)
			_exit(1);
		(void)pause();
		_exit(0);
	}
	/* After a reboot: the file names a process of the same account that is no server. */
	file = fopen(path, "r+");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*d%*c"), 0);
	len = fread(rest, 1, sizeof(rest), file);
	rewind(file);
	assert_true(fprintf(file, "%ld\n", (long)other) > 0);
	assert_int_equal(fwrite(rest, 1, len, file), len);
	assert_int_equal(fflush(file), 0);
	assert_int_equal(ftruncate(fileno(file), ftell(file)), 0);
	assert_int_equal(fclose(file), 0);
	embedded = open_place(b, &place);
	assert_int_not_equal(server_of(&place), other);
	assert_string_equal(ask(b, embedded.program, "SELECT 1"), "1");
	embedded_release(&place.config);
	embedded_release(&place.config);
	assert_int_equal(kill(other, SIGKILL), 0); /* still there: it was not taken for a server */
	assert_int_equal(waitpid(other, &status, 0), other);
}

static void
test_server_without_its_socket_is_replaced(void **state)
{
	struct bench *b = *state;
	struct place place = made_place(b);
	struct embedded embedded = open_place(b, &place);
	const char *dir = socket_dir_of(b, embedded.program);
	pid_t server = server_of(&place);

	embedded_waits.deaf_ms = 50;
	assert_int_equal(keeper_run((const char *const[]){ "rm", "-rf", dir, NULL }), 0);
	embedded = open_place(b, &place);
	assert_int_not_equal(server_of(&place), server);
	assert_string_equal(ask(b, embedded.program, "SELECT 1"), "1");
	embedded_release(&place.config);
	embedded_release(&place.config);
	assert_int_equal(server_of(&place), 0);
	embedded_waits.deaf_ms = 2000;
}

/* Programs begin and end all the time: each finds a server, and none is left. */
static void
test_many_programs_come_and_go(void **state)
{
	struct bench *b = *state;
	struct place place = made_place(b);
	struct user users[4];
	unsigned i, round;

	for (i = 0; i < 4; i++)
		users[i] = start_user(b, &place, NULL);
	for (round = 0; round < 12; round++) {
		i = round % 4;
		wait_open(&users[i]);
		assert_int_equal(end_user(&users[i]), 0);
		users[i] = start_user(b, &place, NULL);
	}
	for (i = 0; i < 4; i++) {
		wait_open(&users[i]);
		assert_int_equal(end_user(&users[i]), 0);
	}
	assert_int_equal(server_of(&place), 0);
}

/* Wait until ${path} is there. */
static void
wait_for(const char *path)
{
	const int64_t until = clock_mono_ms() + 60000;

	while (access(path, F_OK) != 0 && clock_mono_ms() < until)
		clock_sleep_ms(1);
	assert_int_equal(access(path, F_OK), 0);
}

/* Kill the program that makes the cluster once a file is there, while others wait for it: they carry on. */
static void
test_killed_while_making_and_two_others_carry_on(void **state)
{
	static const struct {
		const char *file;
		bool made;
	} moments[] = { { "db/data.half/base/1/PG_VERSION", false }, { "db/data/PG_VERSION", false },
		{ "db/data/postmaster.pid", true } };
	struct bench *b = *state;
	struct user first, second, third;
	struct place place;
	size_t i;

	for (i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		place = moments[i].made ? copied_place(b) : new_place(b);
		first = start_user(b, &place, NULL);
		wait_for(arena_printf(&b->arena, "%s/%s", place.dir, moments[i].file));
		second = start_user(b, &place, NULL);
		third = start_user(b, &place, NULL);
		kill_user(&first);
		wait_open(&second);
		wait_open(&third);
		assert_int_equal(end_user(&second), 0);
		assert_string_equal(
		    ask(b, open_place(b, &place).program, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'ctok%'"), "3");
		embedded_release(&place.config);
		assert_int_equal(end_user(&third), 0);
		assert_int_equal(server_of(&place), 0);
		assert_int_equal(access(arena_printf(&b->arena, "%s/data.half", place.base), F_OK), -1);
	}
}

static void
test_another_version_is_refused(void **state)
{
	struct bench *b = *state;
	struct place place = new_place(b);
	struct embedded embedded;
	struct err err = ERR_INIT;
	FILE *file;

	assert_int_equal(keeper_run((const char *const[]){ "mkdir", "-p", place.data, NULL }), 0);
	file = fopen(arena_printf(&b->arena, "%s/PG_VERSION", place.data), "w");
	assert_non_null(file);
	assert_true(fprintf(file, "14\n") > 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(embedded_open(&b->arena, &place.config, "test", &embedded, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_string_equal(err.message, "the database was made by PostgreSQL 14, which is not installed");
	assert_string_equal(err.hint, "Run `ctok-admin upgrade-database`, or install the package postgresql-14.");
}

static void
test_server_that_does_not_start_says_why(void **state)
{
	struct bench *b = *state;
	struct place place = copied_place(b);
	struct embedded embedded;
	struct err err = ERR_INIT;

	assert_int_equal(truncate(arena_printf(&b->arena, "%s/global/pg_control", place.data), 100), 0);
	assert_int_equal(embedded_open(&b->arena, &place.config, "test", &embedded, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE);
	assert_string_equal(
	    err.message, "the database server did not start: could not read file \"global/pg_control\": read 100 of 296");
	assert_string_equal(err.hint, arena_printf(&b->arena, "See \"%s/server.log\".", place.base));
}

static void
test_waiting_too_long_names_the_holder(void **state)
{
	struct bench *b = *state;
	struct place place = made_place(b);
	const char *path = arena_printf(&b->arena, "%s/start.lock", place.base);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	embedded_waits.lock_ms = 1;
	embedded_waits.start_ms = 1;
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, "ctok-apply, process 7 on here\n", 30, 0), 30);
	open_fails(
	    b, &place, ERR_BUSY, "waited 0 seconds for another program to start the database: ctok-apply, process 7 on here");
	(void)close(fd);
	fd = open(arena_printf(&b->arena, "%s/users.lock", place.base), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	open_fails(b, &place, ERR_BUSY, "waited 0 seconds for another program to stop the database");
	(void)close(fd);
	embedded_waits.lock_ms = 120000;
	embedded_waits.start_ms = 300000;
}

static void
test_foreign_socket_directory_is_refused(void **state)
{
	struct bench *b = *state;
	struct place place = made_place(b);
	struct embedded embedded = open_place(b, &place);
	const char *dir = socket_dir_of(b, embedded.program);
	const char *message =
	    arena_printf(&b->arena, "\"%s\" is not a directory that belongs to user \"%s\" alone", dir, b->account);
	struct passwd *nobody;

	embedded_release(&place.config);
	/* Others may enter. */
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(chmod(dir, 0755), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(dir, getpwnam(b->account)->pw_uid, 0), 0);
	open_fails(b, &place, ERR_REFUSED, message);
	assert_int_equal(rmdir(dir), 0);
	/* A link. */
	assert_int_equal(symlink(b->top, dir), 0);
	open_fails(b, &place, ERR_REFUSED, message);
	assert_int_equal(unlink(dir), 0);
	if (geteuid() == 0) {
		/* Somebody else's. */
		nobody = getpwnam("nobody");
		assert_int_equal(mkdir(dir, 0700), 0);
		assert_int_equal(chown(dir, nobody->pw_uid, nobody->pw_gid), 0);
		open_fails(b, &place, ERR_REFUSED, message);
		assert_int_equal(rmdir(dir), 0);
	}
}

static void
test_lock_that_is_a_link_is_refused(void **state)
{
	struct bench *b = *state;
	struct place place = copied_place(b);
	const char *path = arena_printf(&b->arena, "%s/users.lock", place.base);

	(void)unlink(path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	open_fails(
	    b, &place, ERR_CREATE, arena_printf(&b->arena, "could not open \"%s\": Too many levels of symbolic links", path));
}

static void
test_place_links_nowhere(void **state)
{
	struct bench *b = *state;
	struct place place = new_place(b);

	assert_int_equal(mkdir(place.dir, 0711), 0);
	assert_int_equal(symlink("/nonexistent/db", place.base), 0);
	open_fails(b, &place, ERR_CONFIG,
	    arena_printf(&b->arena, "link \"%s\" leads to \"/nonexistent/db\", which is not there", place.base));
}

/* As root: an ordinary user's own, and what each may do with the other's. */
static void
test_ordinary_user(void **state)
{
	struct bench *b = *state;
	struct place place = new_place(b), ours = copied_place(b);
	struct passwd *nobody = getpwnam("nobody");
	struct embedded embedded;
	struct user user;

	if (geteuid() != 0)
		skip();
	assert_int_equal(mkdir(place.dir, 0700), 0);
	assert_int_equal(chown(place.dir, nobody->pw_uid, nobody->pw_gid), 0);
	user = start_user(b, &place, "nobody");
	wait_open(&user);
	assert_string_equal(owner_of(place.data), "nobody");
	assert_string_equal(owner_of(arena_printf(&b->arena, "/proc/%ld", (long)server_of(&place))), "nobody");
	/* Root joins, in the user's own private directory. */
	embedded = open_place(b, &place);
	assert_string_equal(ask(b, embedded.program, "SELECT 1"), "1");
	assert_int_equal(end_user(&user), 0);
	embedded_release(&place.config);
	assert_int_equal(server_of(&place), 0);
	/* Root starts it alone: it still runs as the user, who can go on with it. */
	(void)unlink(arena_printf(&b->arena, "%s/start.lock", place.base));
	(void)open_place(b, &place);
	assert_string_equal(owner_of(arena_printf(&b->arena, "/proc/%ld", (long)server_of(&place))), "nobody");
	embedded_release(&place.config);
	user = start_user(b, &place, "nobody");
	wait_open(&user);
	assert_int_equal(end_user(&user), 0);
	/* The other way round is refused. */
	assert_int_equal(chmod(ours.dir, 0777), 0);
	user = start_user(b, &ours, "nobody");
	assert_int_equal(end_user(&user), EXIT_REFUSED);
}

/* As root: a state directory that the server's account cannot reach. */
static void
test_private_home(void **state)
{
	struct bench *b = *state;
	const char *home = arena_printf(&b->arena, "%s/home", b->top);
	struct place place = place_at(b, arena_printf(&b->arena, "%s/demo", home)), moved;
	struct embedded embedded;
	char target[256], again[256];
	ssize_t len;

	if (geteuid() != 0)
		skip();
	assert_int_equal(mkdir(home, 0700), 0);
	embedded = open_place(b, &place);
	len = readlink(place.base, target, sizeof(target) - 1);
	assert_true(len > 0);
	target[len] = '\0';
	assert_true(text_starts(target, "/var/lib/ctok-batch/db-"));
	assert_string_equal(ask(b, embedded.program, "SELECT 1"), "1");
	embedded_release(&place.config);
	assert_int_equal(server_of(&place), 0);
	/* The link says where it is, not the name of the directory: it may move. */
	moved = place_at(b, arena_printf(&b->arena, "%s/moved", home));
	assert_int_equal(rename(place.dir, moved.dir), 0);
	(void)open_place(b, &moved);
	embedded_release(&moved.config);
	assert_int_equal(server_of(&moved), 0);
	/* A new directory of the old name gets a place of its own. */
	embedded_waits.start_ms = 0;
	open_fails(b, &place, ERR_SERVICE,
	    arena_printf(&b->arena, "the database server in \"%s-2\" was not ready within 0 seconds", target));
	embedded_waits.start_ms = 300000;
	len = readlink(place.base, again, sizeof(again) - 1);
	assert_true(len > 0);
	again[len] = '\0';
	assert_string_equal(again, arena_printf(&b->arena, "%s-2", target));
	assert_int_equal(keeper_run((const char *const[]){ "rm", "-rf", target, again, NULL }), 0);
}

static int
set_up(void **state)
{
	static struct bench b;
	char dir[] = "/tmp/ctok-embedded-XXXXXX";

	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0711), 0);
	b.top = arena_strdup(&b.arena, dir);
	b.account = arena_strdup(&b.arena, geteuid() == 0 ? "postgres" : getpwuid(geteuid())->pw_name);
	b.keeper = keeper_start(b.top);
	(void)signal(SIGPIPE, SIG_IGN);
	*state = &b;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench *b = *state;

	keeper_end(&b->keeper);
	arena_done(&b->arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made_from_nothing),
		cmocka_unit_test(test_superuser_is_not_admitted),
		cmocka_unit_test(test_environment_changes_nothing),
		cmocka_unit_test(test_server_is_cut_off_from_us),
		cmocka_unit_test(test_last_one_to_leave_stops_it),
		cmocka_unit_test(test_one_process_may_open_twice),
		cmocka_unit_test(test_leftover_server_is_adopted),
		cmocka_unit_test(test_killed_server_recovers_what_was_committed),
		cmocka_unit_test(test_number_of_a_dead_server_may_be_somebody_elses),
		cmocka_unit_test(test_server_without_its_socket_is_replaced),
		cmocka_unit_test(test_many_programs_come_and_go),
		cmocka_unit_test(test_killed_while_making_and_two_others_carry_on),
		cmocka_unit_test(test_another_version_is_refused),
		cmocka_unit_test(test_server_that_does_not_start_says_why),
		cmocka_unit_test(test_waiting_too_long_names_the_holder),
		cmocka_unit_test(test_foreign_socket_directory_is_refused),
		cmocka_unit_test(test_lock_that_is_a_link_is_refused),
		cmocka_unit_test(test_place_links_nowhere),
		cmocka_unit_test(test_ordinary_user),
		cmocka_unit_test(test_private_home),
	};

	return cmocka_run_group_tests_name("embedded", tests, set_up, tear_down);
}
