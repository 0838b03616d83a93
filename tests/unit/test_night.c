/* One night at a time; a night that was taken over writes nothing more. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "with_db.h"

#include "base/text.h"

static void
must(int rc, const struct err *err)
{
	if (rc != 0)
		fail_msg("%s: %s", err_name(err->code), err->message);
}

static struct db *
connect_as(struct with_db *w, const char *name)
{
	struct err err = ERR_INIT;
	struct db *db;

	must(db_connect(w->embedded.program, NULL, name, &db, &err), &err);
	must(db_tenant(db, w->tenant_id, &err), &err);
	return db;
}

/* No night. */
static int
free_night(void **state)
{
	struct with_db *w = *state;

	if (with_db_fresh(state) != 0)
		return -1;
	night_end(w->db, &w->night);
	return 0;
}

static struct night
begin(struct with_db *w, struct db *db, int64_t now_utc)
{
	struct err err = ERR_INIT;
	struct night night;

	must(night_begin(&w->arena, db, w->state_dir, "test", now_utc, &night, &err), &err);
	return night;
}

static void
begin_fails(struct with_db *w, struct db *db, const char *prefix)
{
	struct err err = ERR_INIT;
	struct night night;

	assert_int_equal(night_begin(&w->arena, db, w->state_dir, "other", WITH_DB_NOW, &night, &err), -1);
	assert_int_equal(err.code, ERR_BUSY);
	if (!text_starts(err.message, prefix))
		assert_string_equal(err.message, prefix);
}

static const char *
lock_row(struct with_db *w)
{
	return with_db_text(
	    w, "SELECT concat_ws(' ', night_id, program, pid, extract(epoch FROM now_at)::bigint) FROM ctok.run_lock");
}

static void
test_begin_signs_row_and_file(void **state)
{
	struct with_db *w = *state;
	struct night night = begin(w, w->db, WITH_DB_NOW);
	char text[256] = "";
	FILE *file = fopen(arena_printf(&w->arena, "%s/night.lock", w->state_dir), "r");

	assert_string_equal(lock_row(w),
	    arena_printf(&w->arena, "%lld test %ld %lld", (long long)night.id, (long)getpid(), (long long)WITH_DB_NOW));
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	(void)fclose(file);
	assert_true(text_starts(text, arena_printf(&w->arena, "test, process %ld on ", (long)getpid())));
	assert_non_null(strstr(text, ", since 20"));
	assert_true(night.lock_fd >= 0);
	assert_true((fcntl(night.lock_fd, F_GETFD) & FD_CLOEXEC) != 0);
	night_end(w->db, &night);
	assert_int_equal(night.lock_fd, -1);
}

static void
test_end_gives_it_back(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct night night = begin(w, w->db, WITH_DB_NOW);

	night_end(w->db, &night);
	assert_string_equal(lock_row(w), "");
	assert_string_equal(with_db_text(w, "SELECT count(*) FROM ctok.night WHERE ended_at IS NULL"), "0");
	/* The connection is free again. */
	must(db_exec(w->db, "INSERT INTO ctok.http_breaker VALUES ('a', 1, NULL)", DB_NONE, NULL, &err), &err);
	night = begin(w, w->db, WITH_DB_NOW);
	night_end(w->db, &night);
}

static void
test_fence_rises_each_time(void **state)
{
	struct with_db *w = *state;
	struct night first = begin(w, w->db, WITH_DB_NOW), second;
	int64_t fence = first.fence;

	night_end(w->db, &first);
	second = begin(w, w->db, WITH_DB_NOW);
	assert_true(second.fence > fence);
	night_end(w->db, &second);
}

static void
test_second_night_of_this_machine_is_refused(void **state)
{
	struct with_db *w = *state;
	struct db *other = connect_as(w, "other");
	struct night night = begin(w, w->db, WITH_DB_NOW);

	begin_fails(w, other, arena_printf(&w->arena, "another night is running: test, process %ld on ", (long)getpid()));
	night_end(w->db, &night);
	night = begin(w, other, WITH_DB_NOW);
	night_end(other, &night);
	db_close(other);
}

static void
test_steps_join_by_id(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct db *step = connect_as(w, "step");
	struct night night = begin(w, w->db, WITH_DB_NOW), joined, none;

	must(night_join(&w->arena, step, night.id, &joined, &err), &err);
	assert_int_equal(joined.id, night.id);
	assert_int_equal(joined.fence, night.fence);
	assert_true(joined.now_utc == WITH_DB_NOW);
	assert_int_equal(joined.lock_fd, -1);
	must(db_begin(step, &err), &err);
	must(db_exec(step, "INSERT INTO ctok.http_breaker VALUES ('a', 1, NULL)", DB_NONE, NULL, &err), &err);
	must(db_commit(step, &err), &err);
	/* A step that ends does not end the night. */
	night_end(step, &joined);
	assert_string_not_equal(lock_row(w), "");
	assert_int_equal(night_join(&w->arena, step, night.id + 1, &none, &err), -1);
	assert_int_equal(err.code, ERR_BUSY);
	assert_string_equal(err.message, arena_printf(&w->arena, "night %lld does not hold the lock", (long long)night.id + 1));
	err_reset(&err);
	night_end(w->db, &night);
	assert_int_equal(night_join(&w->arena, step, night.id, &none, &err), -1);
	db_close(step);
}

static void
test_step_of_a_night_that_is_over_writes_nothing(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct db *step = connect_as(w, "step");
	struct night night = begin(w, w->db, WITH_DB_NOW), joined;
	int taken;

	for (taken = 0; taken < 2; taken++) {
		must(night_join(&w->arena, step, night.id, &joined, &err), &err);
		must(db_begin(step, &err), &err);
		must(db_exec(step, "INSERT INTO ctok.http_breaker VALUES ('a', 1, NULL)", DB_NONE, NULL, &err), &err);
		/* Ended; or ended and begun again by another. */
		night_end(w->db, &night);
		if (taken == 1)
			night = begin(w, w->db, WITH_DB_NOW);
		assert_int_equal(db_commit(step, &err), -1);
		assert_int_equal(err.code, ERR_BUSY);
		err_reset(&err);
		assert_string_equal(with_db_text(w, "SELECT count(*) FROM ctok.http_breaker"), "0");
		if (taken == 0)
			night = begin(w, w->db, WITH_DB_NOW);
	}
	night_end(w->db, &night);
	db_close(step);
}

/* Before what no commit can take back, as a write to Moodle. */
static void
test_a_night_that_is_over_is_told_when_it_asks(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct db *step = connect_as(w, "step");
	struct night night = begin(w, w->db, WITH_DB_NOW), joined, next;

	must(db_holds_night(step, &err), &err);
	must(night_join(&w->arena, step, night.id, &joined, &err), &err);
	must(db_holds_night(w->db, &err), &err);
	must(db_holds_night(step, &err), &err);
	night_end(w->db, &night);
	next = begin(w, w->db, WITH_DB_NOW);
	assert_int_equal(db_holds_night(step, &err), -1);
	assert_int_equal(err.code, ERR_BUSY);
	assert_string_equal(err.message, "this run's night is over: another one has begun since");
	err_reset(&err);
	night_end(w->db, &next);
	assert_int_equal(db_holds_night(step, &err), -1);
	db_close(step);
}

/* A program that begins a night and does not end it, in a process of its own; dead when this returns. */
static void
die_in_a_night(struct with_db *w)
{
	int said[2], status;
	struct night night;
	struct err err = ERR_INIT;
	struct db *db;
	char byte;
	pid_t pid;

	assert_int_equal(pipe(said), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (db_connect(w->embedded.program, NULL, "victim", &db, &err) != 0 ||
		    night_begin(&w->arena, db, w->state_dir, "victim", WITH_DB_NOW, &night, &err) != 0 ||
		    write(said[1], "b", 1) != 1)
			_exit(1);
		(void)pause();
		_exit(1);
	}
	assert_int_equal(read(said[0], &byte, 1), 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	(void)close(said[0]);
	(void)close(said[1]);
}

static void
test_night_of_a_killed_program_is_taken_over(void **state)
{
	struct with_db *w = *state;
	struct night night;

	die_in_a_night(w);
	assert_non_null(strstr(lock_row(w), "victim"));
	night = begin(w, w->db, WITH_DB_NOW);
	assert_non_null(strstr(lock_row(w), "test"));
	night_end(w->db, &night);
	assert_string_equal(with_db_text(w, "SELECT count(*) FROM ctok.night WHERE ended_at IS NULL"), "1");
}

static void
test_night_of_another_machine_lasts_as_long_as_its_session(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct db *far = connect_as(w, "test");
	struct night night = begin(w, far, WITH_DB_NOW), ours;

	/* As if another machine, with a state directory of its own, held it. */
	must(db_exec(w->owner, "UPDATE ctok.run_lock SET host = 'far', taken_at = now() - interval '3 hours 5 minutes'", DB_NONE,
		 NULL, &err),
	    &err);
	(void)close(night.lock_fd);
	begin_fails(
	    w, w->db, arena_printf(&w->arena, "another night is running: test, process %ld on far, for 3 hours", (long)getpid()));
	db_close(far);
	while (strcmp(with_db_text(w, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'test'"), "1") != 0)
		;
	ours = begin(w, w->db, WITH_DB_NOW);
	assert_true(ours.fence > night.fence);
	night_end(w->db, &ours);
}

static void
test_end_after_a_takeover_leaves_the_new_night(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct db *other = connect_as(w, "other");
	struct night night = begin(w, w->db, WITH_DB_NOW), taken;

	must(db_exec(w->owner, "UPDATE ctok.run_lock SET backend_pid = 0, pid = 0, host = 'far'", DB_NONE, NULL, &err), &err);
	(void)close(night.lock_fd);
	night.lock_fd = open("/dev/null", O_RDONLY | O_CLOEXEC); /* it still believes in its lock */
	taken = begin(w, other, WITH_DB_NOW);
	night_end(w->db, &night);
	assert_string_not_equal(lock_row(w), "");
	night_end(other, &taken);
	assert_string_equal(lock_row(w), "");
	db_close(other);
}

static void
test_run_has_both_times(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct night night = begin(w, w->db, WITH_DB_NOW);

	must(night_run_begin(&w->arena, w->db, &night, "ctok-apply", &err), &err);
	assert_true(night.run_id > 0);
	must(night_run_end(&w->arena, w->db, &night, 65, "{\"done\": 3}", &err), &err);
	assert_int_equal(night.run_id, 0);
	assert_string_equal(
	    with_db_text(w, "SELECT concat_ws(' ', r.program, extract(epoch FROM effective_at)::bigint, exit_code, counts,"
			    " known_at - effective_at BETWEEN '0 s' AND '20 s', r.ended_at >= known_at, r.night_id = n.night_id)"
			    " FROM ctok.run r, ctok.night n WHERE r.program = 'ctok-apply' AND n.ended_at IS NULL"),
	    arena_printf(&w->arena, "ctok-apply %lld 65 {\"done\": 3} t t t", (long long)WITH_DB_NOW));
	night_end(w->db, &night);
}

static void
test_lock_file_that_is_a_link_is_refused(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct night night;
	const char *path = arena_printf(&w->arena, "%s/night.lock", w->state_dir);

	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(night_begin(&w->arena, w->db, w->state_dir, "test", WITH_DB_NOW, &night, &err), -1);
	assert_int_equal(err.code, ERR_CREATE);
	assert_int_equal(unlink(path), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_begin_signs_row_and_file, free_night),
		cmocka_unit_test_setup(test_end_gives_it_back, free_night),
		cmocka_unit_test_setup(test_fence_rises_each_time, free_night),
		cmocka_unit_test_setup(test_second_night_of_this_machine_is_refused, free_night),
		cmocka_unit_test_setup(test_steps_join_by_id, free_night),
		cmocka_unit_test_setup(test_step_of_a_night_that_is_over_writes_nothing, free_night),
		cmocka_unit_test_setup(test_a_night_that_is_over_is_told_when_it_asks, free_night),
		cmocka_unit_test_setup(test_night_of_a_killed_program_is_taken_over, free_night),
		cmocka_unit_test_setup(test_night_of_another_machine_lasts_as_long_as_its_session, free_night),
		cmocka_unit_test_setup(test_end_after_a_takeover_leaves_the_new_night, free_night),
		cmocka_unit_test_setup(test_run_has_both_times, free_night),
		cmocka_unit_test_setup(test_lock_file_that_is_a_link_is_refused, free_night),
	};

	return cmocka_run_group_tests_name("night", tests, with_db_open, with_db_close);
}
