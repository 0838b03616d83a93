/* Durable files. In a batch the temporary name is fixed (".NAME.part"), so that what a killed run left is taken over by the next one
 * instead of piling up. Contents reach the disk before the final name does: a name is never seen without its content. */
#define _GNU_SOURCE /* syncfs */
#include "certificate/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_MODE 0640

struct added {
	struct added *next;
	const char *name;
	const char *temporary;
	bool renamed;
};

struct certificate_batch {
	struct arena *arena;
	const char *folder;
	int fd; /* of the folder */
	struct added *files;
};

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

/* Make the file ${name} in the batch's folder with its content, not flushed yet. */
static int
write_file(const struct certificate_batch *batch, const char *name, const void *bytes, size_t len, struct err *err)
{
	int rc = -1, fd;

	/* Removed first and then made anew: nobody can have put a link in its place. */
	if (unlinkat(batch->fd, name, 0) != 0 && errno != ENOENT)
		return err_set(err, ERR_CREATE, "could not remove old file \"%s/%s\": %s", batch->folder, name, strerror(errno));
	fd = openat(batch->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return err_set(err, ERR_CREATE, "could not create file \"%s/%s\": %s", batch->folder, name, strerror(errno));
	if (write_all(fd, bytes, len) != 0)
		err_set(err, ERR_IO, "could not write file \"%s/%s\": %s", batch->folder, name, strerror(errno));
	else
		rc = 0;
	if (close(fd) != 0 && rc == 0)
		rc = err_set(err, ERR_IO, "could not write file \"%s/%s\": %s", batch->folder, name, strerror(errno));
	if (rc != 0)
		(void)unlinkat(batch->fd, name, 0);
	return rc;
}

int
certificate_batch_open(struct arena *arena, const char *folder, struct certificate_batch **ret_batch, struct err *err)
{
	struct certificate_batch *batch = ARENA_NEW(arena, struct certificate_batch);

	batch->arena = arena;
	batch->folder = arena_strdup(arena, folder);
	batch->fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (batch->fd < 0)
		return err_set(err, ERR_CREATE, "could not open folder \"%s\": %s", folder, strerror(errno));
	*ret_batch = batch;
	return 0;
}

int
certificate_batch_add(struct certificate_batch *batch, const char *name, const void *bytes, size_t len, struct err *err)
{
	struct added *file = ARENA_NEW(batch->arena, struct added);

	BUG_UNLESS(name[0] != '\0' && strchr(name, '/') == NULL);
	file->name = arena_strdup(batch->arena, name);
	file->temporary = arena_printf(batch->arena, ".%s.part", name);
	if (write_file(batch, file->temporary, bytes, len, err) != 0)
		return -1;
	file->next = batch->files;
	batch->files = file;
	return 0;
}

int
certificate_batch_commit(struct certificate_batch *batch, struct err *err)
{
	struct added *file;

	if (batch->files == NULL)
		return 0;
	if (syncfs(batch->fd) != 0)
		return err_set(err, ERR_IO, "could not flush folder \"%s\": %s", batch->folder, strerror(errno));
	for (file = batch->files; file != NULL; file = file->next) {
		if (renameat(batch->fd, file->temporary, batch->fd, file->name) != 0)
			return err_set(
			    err, ERR_CREATE, "could not create file \"%s/%s\": %s", batch->folder, file->name, strerror(errno));
		file->renamed = true;
	}
	if (fsync(batch->fd) != 0)
		return err_set(err, ERR_IO, "could not flush folder \"%s\": %s", batch->folder, strerror(errno));
	batch->files = NULL;
	return 0;
}

void
certificate_batch_close(struct certificate_batch *batch)
{
	struct added *file;

	if (batch == NULL)
		return;
	for (file = batch->files; file != NULL; file = file->next)
		if (!file->renamed)
			(void)unlinkat(batch->fd, file->temporary, 0);
	close(batch->fd);
}
