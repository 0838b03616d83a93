/* Secrets stand in the configuration as references: a file, a systemd credential, an environment variable. What they hold is never
 * in a message. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "config/config.h"

#define SECRET_MAX_BYTES 65536

/* Only the owner may read it; or root's file, its group too. */
static int
check_mode(const struct stat *st, const char *reference, const char *what, struct err *err)
{
	mode_t extra = st->st_mode & 077;

	if (!S_ISREG(st->st_mode))
		return err_set(err, ERR_CONFIG, "secret %s (\"%s\") is not a plain file", what, reference);
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return err_set(err, ERR_REFUSED, "secret %s (\"%s\") belongs to another user", what, reference);
	if (extra != 0 && !(extra == 040 && st->st_uid == 0)) {
		err_set(err, ERR_REFUSED, "secret %s (\"%s\") may be used by others: its mode is %04o", what, reference,
		    (unsigned)(st->st_mode & 07777));
		return err_hint(err, "chmod 0600 it.");
	}
	return 0;
}

/* The whole of a small file without its last newline. */
static int
read_secret(struct arena *arena, const char *path, const char *reference, const char *what, char **ret_value, struct err *err)
{
	char *value = arena_alloc(arena, SECRET_MAX_BYTES + 1);
	size_t len = 0;
	struct stat st;
	ssize_t got = 1;
	int fd, rc = -1;

	/* O_NONBLOCK: a FIFO must not make us wait. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_set(err, ERR_CONFIG, "could not read secret %s (\"%s\"): %s", what, reference, strerror(errno));
	if (fstat(fd, &st) != 0) {
		err_set(err, ERR_CONFIG, "could not read secret %s (\"%s\"): %s", what, reference, strerror(errno));
		goto out;
	}
	if (check_mode(&st, reference, what, err) != 0)
		goto out;
	while (len < SECRET_MAX_BYTES && (got = read(fd, value + len, SECRET_MAX_BYTES - len)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			err_set(err, ERR_CONFIG, "could not read secret %s (\"%s\"): %s", what, reference, strerror(errno));
			goto out;
		}
		len += (size_t)got;
	}
	if (len == SECRET_MAX_BYTES || memchr(value, '\0', len) != NULL) {
		err_set(err, ERR_CONFIG, "secret %s (\"%s\") is not a short text", what, reference);
		goto out;
	}
	if (len > 0 && value[len - 1] == '\n')
		value[len - 1] = '\0';
	*ret_value = value;
	rc = 0;
out:
	(void)close(fd);
	return rc;
}

static int
read_credential(struct arena *arena, const char *name, const char *reference, const char *what, char **ret_value, struct err *err)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");

	if (*name == '\0' || strchr(name, '/') != NULL)
		return err_set(err, ERR_CONFIG, "secret %s (\"%s\") does not name a credential", what, reference);
	if (directory == NULL) {
		err_set(
		    err, ERR_CONFIG, "could not read secret %s (\"%s\"): there are no systemd credentials here", what, reference);
		return err_hint(err, "Start this through its systemd unit, or refer to a file.");
	}
	return read_secret(arena, arena_printf(arena, "%s/%s", directory, name), reference, what, ret_value, err);
}

int
config_secret(struct arena *arena, const char *reference, const char *what, char **ret_value, struct err *err)
{
	const char *variable;
	char *value;

	if (text_starts(reference, "file:/")) {
		if (read_secret(arena, reference + strlen("file:"), reference, what, &value, err) != 0)
			return -1;
	} else if (text_starts(reference, "cred:")) {
		if (read_credential(arena, reference + strlen("cred:"), reference, what, &value, err) != 0)
			return -1;
	} else if (text_starts(reference, "env:")) {
		variable = getenv(reference + strlen("env:"));
		if (variable == NULL)
			return err_set(
			    err, ERR_CONFIG, "could not read secret %s (\"%s\"): the variable is not set", what, reference);
		value = arena_strdup(arena, variable);
	} else {
		/* It may be the secret itself. */
		err_set(err, ERR_CONFIG, "secret %s is not a reference", what);
		return err_hint(err, "Write \"file:/path\", \"cred:name\" or \"env:NAME\".");
	}
	if (*value == '\0')
		return err_set(err, ERR_CONFIG, "secret %s (\"%s\") is empty", what, reference);
	*ret_value = value;
	return 0;
}
