/* Whole files into memory, with a limit. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
file_read(struct arena *arena, const char *what, const char *path, size_t max_bytes, char **ret_bytes, size_t *ret_len, struct err *err)
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
