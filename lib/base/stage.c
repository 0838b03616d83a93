/* The way of a finished file to its place. The name of the private directory is always the same for the same target, so that nothing
 * piles up after kills; the lock on it keeps two writers of one file apart and ends with the process. */
#include "base/stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"

struct stage {
	struct arena arena;
	char *target, *parent, *dir, *file;
	int fd; /* of `dir`; -1: not ours to clean */
};

/* Remove what a killed program left; what cannot be removed is met when the file is created. */
static int
clean(struct stage *stage, struct err *err)
{
	int fd = dup(stage->fd);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (dir == NULL) {
		err_set(err, ERR_CREATE, "could not read \"%s\": %s", stage->dir, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	rewinddir(dir);
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(stage->fd, entry->d_name, 0);
	closedir(dir);
	return 0;
}

int
stage_open(const char *path, struct stage **ret_stage, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct stage *stage = ARENA_NEW(&arena, struct stage);
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;

	stage->fd = -1;
	stage->target = arena_strdup(&arena, path);
	stage->parent = slash != NULL ? arena_strndup(&arena, path, (size_t)(slash - path + 1)) : arena_strdup(&arena, "./");
	stage->dir = arena_printf(&arena, "%s.%s.tmp", stage->parent, name);
	stage->file = arena_printf(&arena, "%s/file", stage->dir);
	stage->arena = arena;
	if (mkdir(stage->dir, 0700) != 0 && errno != EEXIST) {
		err_set(err, ERR_CREATE, "could not create \"%s\": %s", stage->dir, strerror(errno));
		goto fail;
	}
	stage->fd = open(stage->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (stage->fd < 0) {
		err_set(err, ERR_CREATE, "could not open \"%s\": %s", stage->dir, strerror(errno));
		goto fail;
	}
	if (flock(stage->fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK)
			err_set(err, ERR_BUSY, "another program is writing \"%s\"", path);
		else
			err_set(err, ERR_CREATE, "could not lock \"%s\": %s", stage->dir, strerror(errno));
		close(stage->fd);
		stage->fd = -1;
		goto fail;
	}
	if (clean(stage, err) != 0)
		goto fail;
	*ret_stage = stage;
	return 0;
fail:
	stage_close(stage);
	return -1;
}

const char *
stage_target(const struct stage *stage)
{
	return stage->target;
}

const char *
stage_dir(const struct stage *stage)
{
	return stage->dir;
}

const char *
stage_file(const struct stage *stage)
{
	return stage->file;
}

int
stage_room(const struct stage *stage, uint64_t need_bytes, struct err *err)
{
	struct statvfs vfs;
	uint64_t have;

	if (fstatvfs(stage->fd, &vfs) != 0)
		return err_set(err, ERR_IO, "could not see the free room of \"%s\": %s", stage->dir, strerror(errno));
	have = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	if (have >= need_bytes)
		return 0;
	err_set(err, ERR_IO, "no room for \"%s\": %" PRIu64 " KiB are free, %" PRIu64 " KiB are needed", stage->target, have / 1024,
	    need_bytes / 1024);
	return err_hint(err, "Free room on the file system of \"%s\" and run this again.", stage->parent);
}

static int
sync_path(const char *path, int flags, struct err *err)
{
	int fd = open(path, flags | O_CLOEXEC), rc;

	if (fd < 0)
		return err_set(err, ERR_IO, "could not open \"%s\": %s", path, strerror(errno));
	rc = fsync(fd);
	if (rc != 0)
		err_set(err, ERR_IO, "could not write \"%s\": %s", path, strerror(errno));
	close(fd);
	return rc;
}

int
stage_publish(struct stage *stage, struct err *err)
{
	if (sync_path(stage->file, O_RDONLY, err) != 0)
		return -1;
	if (rename(stage->file, stage->target) != 0)
		return err_set(
		    err, ERR_CREATE, "could not rename \"%s\" to \"%s\": %s", stage->file, stage->target, strerror(errno));
	return sync_path(stage->parent, O_RDONLY | O_DIRECTORY, err);
}

void
stage_close(struct stage *stage)
{
	struct err ignored = ERR_INIT;
	struct arena arena;

	if (stage == NULL)
		return;
	if (stage->fd >= 0) {
		if (clean(stage, &ignored) == 0)
			rmdir(stage->dir);
		close(stage->fd);
	}
	arena = stage->arena; /* it holds the stage itself */
	arena_done(&arena);
}

/* The private directory ${name} of ${folder}, if nobody is at it. */
static void
sweep_one(const char *folder, const char *name)
{
	struct arena arena = ARENA_INIT;
	struct stage stage = { .dir = arena_printf(&arena, "%s/%s", folder, name) };
	struct err ignored = ERR_INIT;

	stage.fd = open(stage.dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (stage.fd >= 0 && flock(stage.fd, LOCK_EX | LOCK_NB) == 0 && clean(&stage, &ignored) == 0)
		rmdir(stage.dir);
	if (stage.fd >= 0)
		close(stage.fd);
	arena_done(&arena);
}

void
stage_sweep(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t len;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		len = strlen(entry->d_name);
		if (len > 5 && entry->d_name[0] == '.' && strcmp(entry->d_name + len - 4, ".tmp") == 0)
			sweep_one(folder, entry->d_name);
	}
	if (dir != NULL)
		closedir(dir);
}
