/* Whole files: into memory, with a limit; to their place, whole or not at all. And directories. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/stage.h"

#define FILE_MODE 0640

int
file_read(
    struct arena *arena, const char *what, const char *path, size_t max_bytes, char **ret_bytes, size_t *ret_len, struct err *err)
{
	int rc = -1, fd = -1;
	struct stat st;
	char *bytes;
	size_t len = 0, size;
	ssize_t got;

	/* O_NONBLOCK: a FIFO must not make us wait for its writer; fstat() refuses it. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "could not read %s \"%s\": %s", what, path, strerror(errno));
		goto out;
	}
	if (fstat(fd, &st) != 0) {
		err_set(err, ERR_IO, "could not read %s \"%s\": %s", what, path, strerror(errno));
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		err_set(err, ERR_IO, "could not read %s \"%s\": not a regular file", what, path);
		goto out;
	}
	if ((uintmax_t)st.st_size > max_bytes) {
		err_set(err, ERR_IO, "could not read %s \"%s\": larger than %zu bytes", what, path, max_bytes);
		goto out;
	}
	size = (size_t)st.st_size;
	bytes = arena_alloc(arena, size + 1);
	while (len < size) {
		got = read(fd, bytes + len, size - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			err_set(err, ERR_IO, "could not read %s \"%s\": %s", what, path, strerror(errno));
			goto out;
		}
		if (got == 0)
			break; /* it became shorter since fstat() */
		len += (size_t)got;
	}
	bytes[len] = '\0';
	*ret_bytes = bytes;
	*ret_len = len;
	rc = 0;
out:
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

static int
write_all(int fd, const char *bytes, size_t len)
{
	ssize_t written;

	while (len > 0) {
		written = write(fd, bytes, len);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return -1;
		bytes += written;
		len -= (size_t)written;
	}
	return 0;
}

int
file_write(const char *path, const void *bytes, size_t len, struct err *err)
{
	int rc = -1, fd = -1;
	struct stage *stage = NULL;

	if (stage_open(path, &stage, err) != 0)
		return -1;
	fd = open(stage_file(stage), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	if (fd < 0) {
		err_set(err, ERR_CREATE, "could not create file \"%s\": %s", path, strerror(errno));
		goto out;
	}
	if (write_all(fd, bytes, len) != 0) {
		err_set(err, ERR_IO, "could not write file \"%s\": %s", path, strerror(errno));
		goto out;
	}
	if (stage_publish(stage, err) != 0)
		goto out;
	rc = 0;
out:
	if (fd >= 0)
		close(fd);
	stage_close(stage);
	return rc;
}

static int
make_dir(const char *path, mode_t mode, struct err *err)
{
	struct stat st;

	if (mkdir(path, mode) == 0) {
		if (chmod(path, mode) != 0)
			return err_set(err, ERR_CREATE, "could not set the mode of directory \"%s\": %s", path, strerror(errno));
		return 0;
	}
	if (errno != EEXIST)
		return err_set(err, ERR_CREATE, "could not make directory \"%s\": %s", path, strerror(errno));
	if (stat(path, &st) != 0)
		return err_set(err, ERR_CREATE, "could not make directory \"%s\": %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ERR_CREATE, "could not make directory \"%s\": something else has that name", path);
	return 0;
}

int
file_make_dirs(struct arena *arena, const char *path, mode_t mode, struct err *err)
{
	char *copy = arena_strdup(arena, path), *slash;

	for (slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (make_dir(copy, mode, err) != 0)
			return -1;
		*slash = '/';
	}
	return make_dir(copy, mode, err);
}
