/* Programs as steps of a night. */
#include "job/step.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

#define STEP_MAX_ARGS 10

/* Where our programs are: beside the one that runs. */
static int
program_path(struct arena *arena, const char *program, const char **ret_path, struct err *err)
{
	char self[4096];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (len < 0)
		return err_set(err, ERR_SYSTEM, "could not tell where this program is: %s", strerror(errno));
	self[len] = '\0';
	slash = strrchr(self, '/');
	BUG_UNLESS(slash != NULL);
	*slash = '\0';
	*ret_path = arena_printf(arena, "%s/%s", self, program);
	return 0;
}

static int
wait_for(const struct job *job, pid_t child, int *ret_status, struct err *err)
{
	bool told = false;

	while (waitpid(child, ret_status, 0) < 0) {
		if (errno != EINTR)
			return err_set(err, ERR_SYSTEM, "could not wait for a step: %s", strerror(errno));
		if (!job_continue(job) && !told) {
			(void)kill(child, SIGTERM);
			told = true;
		}
	}
	return 0;
}

int
step_run(struct job *job, const char *program, int *ret_exit_code, struct err *err)
{
	char *args[STEP_MAX_ARGS];
	const char *path, *tenant = opt_text(job->options, "tenant");
	size_t count = 0;
	int status;
	pid_t child, parent = getpid();

	if (program_path(&job->row, program, &path, err) != 0)
		return -1;
	args[count++] = arena_strdup(&job->row, path);
	args[count++] = arena_strdup(&job->row, "--config");
	args[count++] = arena_strdup(&job->row, job->config->file);
	args[count++] = arena_strdup(&job->row, "--night");
	args[count++] = arena_printf(&job->row, "%lld", (long long)job->night.id);
	if (tenant != NULL) {
		args[count++] = arena_strdup(&job->row, "--tenant");
		args[count++] = arena_strdup(&job->row, tenant);
	}
	if (opt_flag(job->options, "dry-run"))
		args[count++] = arena_strdup(&job->row, "--dry-run");
	if (opt_flag(job->options, "verbose"))
		args[count++] = arena_strdup(&job->row, "--verbose");
	args[count] = NULL;
	child = fork();
	if (child < 0)
		return err_set(err, ERR_SYSTEM, "could not start \"%s\": %s", program, strerror(errno));
	if (child == 0) {
		/* Should the night be killed, its step ends in order too. Killed since the fork already: nobody is told any more. */
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(EXIT_SYSTEM);
		(void)execv(path, args);
		_exit(EXIT_SYSTEM);
	}
	if (wait_for(job, child, &status, err) != 0)
		return -1;
	*ret_exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_BUG;
	return 0;
}
