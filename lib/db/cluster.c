/* The files of the embedded cluster.
 *
 *   <state_dir>/db/         data/ (the cluster), server.log, start.lock, users.lock, pg_hba.conf, pg_ident.conf
 *
 * As root the server runs as another account. Where that account cannot reach the state directory (a private home), `db` is a link
 * to /var/lib/ctok-batch/db-<hash>: the link, not the hash, says where a state directory's database is.
 * A cluster is made under another name and renamed when it is whole, roles and database included, so `data` is never half made.
 * The bootstrap superuser is used for that alone: the access rules do not admit it. */
#define _DEFAULT_SOURCE /* realpath; -O2 declares it by accident */

#include "cluster.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapter/crypto.h"
#include "base/file.h"
#include "base/text.h"

#define OLDEST_VERSION 15
#define LOG_MAX_BYTES (1024 * 1024)
#define SOCKET_PATH_MAX_BYTES 100
#define PROGRAMS "/usr/lib/postgresql"
#define ELSEWHERE "/var/lib/ctok-batch"

/* In single-user mode a line is a statement. */
static const char provision[] = "CREATE ROLE ctok_owner LOGIN\n"
				"CREATE ROLE ctok_program LOGIN\n"
				"CREATE DATABASE ctok OWNER ctok_owner TEMPLATE template0\n";

static const char access_rules[] = "# Written by ctok-batch at each start. The superuser is left out on purpose.\n"
				   "local ctok ctok_owner,ctok_program peer map=ctok\n";

/* 8 hex digits that stand for a path. */
static const char *
short_hash(struct arena *arena, const char *path)
{
	uint8_t hash[CRYPTO_HASH_BYTES];

	crypto_sha256(path, strlen(path), hash);
	return text_hex(arena, hash, 4);
}

/* Run as the server's account. */
static int
reach(const void *context, struct err *err)
{
	const char *path = context;

	if (chdir(path) != 0)
		return err_set(err, ERR_REFUSED, "cannot enter \"%s\": %s", path, strerror(errno));
	return 0;
}

/* A free name under ELSEWHERE: a database there that no state directory links to is left alone. */
static const char *
free_name(struct arena *arena, const char *state_dir)
{
	const char *hash = short_hash(arena, state_dir), *path = arena_printf(arena, "%s/db-%s", ELSEWHERE, hash);
	struct stat st;
	unsigned i;

	for (i = 2; lstat(path, &st) == 0; i++)
		path = arena_printf(arena, "%s/db-%s-%u", ELSEWHERE, hash, i);
	return path;
}

/* Choose and make <base>, under a lock on the state directory. */
static int
make_base(struct arena *arena, const char *state_dir, const char *database_user, const char **ret_base, struct err *err)
{
	const char *base = arena_printf(arena, "%s/db", state_dir);
	struct process_account account;
	struct err unreachable = ERR_INIT;
	char target[PATH_MAX];
	struct stat st;
	ssize_t len;

	if (lstat(base, &st) != 0 && errno != ENOENT)
		return err_set(err, ERR_IO, "could not look at \"%s\": %s", base, strerror(errno));
	if (lstat(base, &st) != 0 && geteuid() == 0) {
		if (process_account_named(arena, database_user, &account, err) != 0)
			return -1;
		/* The link comes first: a run that dies here leaves a link to nothing, which the next one fills. */
		if (process_as(&account, reach, state_dir, &unreachable) != 0 && symlink(free_name(arena, state_dir), base) != 0)
			return err_set(err, ERR_CREATE, "could not make link \"%s\": %s", base, strerror(errno));
	}
	if (lstat(base, &st) == 0 && S_ISLNK(st.st_mode) && stat(base, &st) != 0) {
		len = readlink(base, target, sizeof(target) - 1);
		if (len < 0)
			return err_set(err, ERR_IO, "could not read link \"%s\": %s", base, strerror(errno));
		target[len] = '\0';
		/* Only our own links: somebody else's could lead us anywhere. */
		if (!text_starts(target, ELSEWHERE "/db-") || strstr(target, "..") != NULL)
			return err_set(err, ERR_CONFIG, "link \"%s\" leads to \"%s\", which is not there", base, target);
		if (file_make_dirs(arena, target, 0711, err) != 0)
			return -1;
	}
	/* As root others may pass through to what they own, but not look around. */
	if (file_make_dirs(arena, base, geteuid() == 0 ? 0711 : 0700, err) != 0)
		return -1;
	if (realpath(base, target) == NULL)
		return err_set(err, ERR_IO, "could not find \"%s\": %s", base, strerror(errno));
	*ret_base = arena_strdup(arena, target);
	return 0;
}

/* Whose the data already is decides; root may come and help with anybody's. */
static int
choose_account(struct arena *arena, struct cluster *cluster, const char *database_user, struct err *err)
{
	struct stat st;

	if (cluster->base_owner.uid != 0) {
		cluster->account = cluster->base_owner;
		return 0;
	}
	if (stat(cluster->data, &st) == 0 && st.st_uid != 0)
		return process_account_of(arena, st.st_uid, &cluster->account, err);
	return process_account_named(arena, database_user, &cluster->account, err);
}

int
cluster_locate(struct arena *arena, const struct config *config, struct cluster *ret_cluster, struct err *err)
{
	const char *database_user = config->database_user != NULL ? config->database_user : "postgres";
	struct cluster cluster = { 0 };
	char state_dir[PATH_MAX];
	struct stat st;
	int fd = -1, locked = -1, rc = -1;

	if (file_make_dirs(arena, config->state_dir, geteuid() == 0 ? 0711 : 0700, err) != 0)
		goto out;
	if (realpath(config->state_dir, state_dir) == NULL) {
		err_set(err, ERR_CONFIG, "cannot use state directory \"%s\": %s", config->state_dir, strerror(errno));
		goto out;
	}
	fd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (fd >= 0 && (locked = flock(fd, LOCK_EX)) != 0 && errno == EINTR)
		;
	if (fd < 0 || locked != 0) {
		err_set(err, ERR_IO, "could not lock state directory \"%s\": %s", state_dir, strerror(errno));
		goto out;
	}
	if (make_base(arena, state_dir, database_user, &cluster.base, err) != 0)
		goto out;
	cluster.data = arena_printf(arena, "%s/data", cluster.base);
	cluster.log = arena_printf(arena, "%s/server.log", cluster.base);
	if (stat(cluster.base, &st) != 0) {
		err_set(err, ERR_IO, "could not look at \"%s\": %s", cluster.base, strerror(errno));
		goto out;
	}
	if (process_account_of(arena, st.st_uid, &cluster.base_owner, err) != 0)
		goto out;
	if (geteuid() != 0 && st.st_uid != geteuid()) {
		err_set(err, ERR_REFUSED, "the database in \"%s\" belongs to user \"%s\"", cluster.base, cluster.base_owner.name);
		err_hint(err, "Run this as that user.");
		goto out;
	}
	if (choose_account(arena, &cluster, database_user, err) != 0)
		goto out;
	cluster.socket_dir =
	    cluster.base_owner.uid == 0
		? arena_printf(arena, "/run/ctok-batch-%s", short_hash(arena, cluster.base))
		: arena_printf(arena, "/tmp/ctok-%ld-%s", (long)cluster.account.uid, short_hash(arena, cluster.base));
	*ret_cluster = cluster;
	rc = 0;
out:
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

/* Open a file of <base> that is ours: never through a link that somebody else put there. */
static int
open_own(const struct cluster *cluster, const char *path, int flags, int *ret_fd, struct err *err)
{
	struct stat st;
	int fd = open(path, flags | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_set(err, ERR_CREATE, "could not open \"%s\": %s", path, strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_nlink > 1) {
		(void)close(fd);
		return err_set(err, ERR_REFUSED, "\"%s\" is not a plain file of its own", path);
	}
	/* Root made it in somebody's directory: that somebody must be able to use it next time. */
	if (st.st_uid != cluster->base_owner.uid && geteuid() == 0 &&
	    fchown(fd, cluster->base_owner.uid, cluster->base_owner.gid) != 0) {
		(void)close(fd);
		return err_set(err, ERR_CREATE, "could not hand over \"%s\": %s", path, strerror(errno));
	}
	*ret_fd = fd;
	return 0;
}

int
cluster_open_lock(const struct cluster *cluster, const char *name, int *ret_fd, struct err *err)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", cluster->base, name) >= (int)sizeof(path))
		return err_set(err, ERR_CONFIG, "the path \"%s/%s\" is too long", cluster->base, name);
	return open_own(cluster, path, O_RDWR, ret_fd, err);
}

int
cluster_open_log(const struct cluster *cluster, int *ret_fd, struct err *err)
{
	char aside[PATH_MAX];
	struct stat st;

	if (lstat(cluster->log, &st) == 0 && st.st_size > LOG_MAX_BYTES &&
	    snprintf(aside, sizeof(aside), "%s.1", cluster->log) < (int)sizeof(aside))
		(void)rename(cluster->log, aside); /* if it fails, the log just grows on */
	return open_own(cluster, cluster->log, O_WRONLY | O_APPEND, ret_fd, err);
}

/* Run as the server's account: remove a tree, links not followed. */
static int
remove_tree_at(int parent, const char *name, struct err *err)
{
	struct dirent *entry;
	DIR *dir = NULL;
	int fd, rc = -1;

	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, ERR_IO, "could not open directory \"%s\": %s", name, strerror(errno));
	dir = fdopendir(fd);
	if (dir == NULL) {
		(void)close(fd);
		return err_set(err, ERR_IO, "could not read directory \"%s\": %s", name, strerror(errno));
	}
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0) == 0)
			continue;
		if (errno != EISDIR && errno != EPERM) {
			err_set(err, ERR_IO, "could not remove \"%s\": %s", entry->d_name, strerror(errno));
			goto out;
		}
		if (remove_tree_at(dirfd(dir), entry->d_name, err) != 0)
			goto out;
		if (unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR) != 0) {
			err_set(err, ERR_IO, "could not remove directory \"%s\": %s", entry->d_name, strerror(errno));
			goto out;
		}
	}
	rc = 0;
out:
	(void)closedir(dir);
	return rc;
}

static int
empty_tree(const void *context, struct err *err)
{
	return remove_tree_at(AT_FDCWD, context, err);
}

/* What a killed run left half made. */
static int
remove_half_made(const struct cluster *cluster, const char *half, struct err *err)
{
	struct err ignored = ERR_INIT;

	if (rmdir(half) == 0 || errno == ENOENT)
		return 0;
	/* If this fails, the next line says so. */
	if (process_as(&cluster->account, empty_tree, half, &ignored) != 0 || rmdir(half) != 0)
		return err_set(err, ERR_IO, "could not remove \"%s\", left by a run that was killed: %s", half,
		    ignored.code != ERR_NONE ? ignored.message : strerror(errno));
	return 0;
}

/* The programs of major version ${wanted}, or of the newest one (0). */
static int
find_programs(struct arena *arena, long wanted, const char **ret_bin_dir, struct err *err)
{
	DIR *dir = opendir(PROGRAMS);
	struct dirent *entry;
	const char *path;
	long version, best = 0;
	char *end;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		version = strtol(entry->d_name, &end, 10);
		path = arena_printf(arena, "%s/%s/bin/postgres", PROGRAMS, entry->d_name);
		if (*end == '\0' && version >= OLDEST_VERSION && version > best && (wanted == 0 || version == wanted) &&
		    access(path, X_OK) == 0)
			best = version;
	}
	if (dir != NULL)
		(void)closedir(dir);
	if (best == 0 && wanted == 0) {
		err_set(err, ERR_CONFIG, "found no PostgreSQL %d or later in \"%s\"", OLDEST_VERSION, PROGRAMS);
		return err_hint(err, "Install the package postgresql.");
	}
	if (best == 0) {
		err_set(err, ERR_CONFIG, "the database was made by PostgreSQL %ld, which is not installed", wanted);
		return err_hint(err, "Run `ctok-admin upgrade-database`, or install the package postgresql-%ld.", wanted);
	}
	*ret_bin_dir = arena_printf(arena, "%s/%ld/bin", PROGRAMS, best);
	return 0;
}

/* The major version a cluster was made by. */
static int
read_version(struct arena *arena, const struct cluster *cluster, long *ret_version, struct err *err)
{
	const char *path = arena_printf(arena, "%s/PG_VERSION", cluster->data);
	char text[16] = "", *end;
	FILE *file = fopen(path, "re");
	long version;

	if (file == NULL)
		return err_set(err, ERR_IO, "could not read \"%s\": %s", path, strerror(errno));
	if (fgets(text, sizeof(text), file) == NULL)
		text[0] = '\0';
	(void)fclose(file);
	version = strtol(text, &end, 10);
	if (version <= 0 || (*end != '\n' && *end != '\0'))
		return err_set(err, ERR_IO, "\"%s\" does not hold a version of PostgreSQL", path);
	*ret_version = version;
	return 0;
}

/* initdb, roles, database; then the name that counts. */
static int
make_data(struct arena *arena, const struct cluster *cluster, int lock_fd, struct err *err)
{
	const char *half = arena_printf(arena, "%s/data.half", cluster->base);
	const char *initdb = arena_printf(arena, "%s/initdb", cluster->bin_dir);
	const char *postgres = arena_printf(arena, "%s/postgres", cluster->bin_dir);
	int log_fd = -1, base_fd = -1, rc = -1;

	if (remove_half_made(cluster, half, err) != 0)
		goto out;
	if (cluster_open_log(cluster, &log_fd, err) != 0)
		goto out;
	if (mkdir(half, 0700) != 0 || (geteuid() == 0 && lchown(half, cluster->account.uid, cluster->account.gid) != 0)) {
		err_set(err, ERR_CREATE, "could not make directory \"%s\": %s", half, strerror(errno));
		goto out;
	}
	/* The lock stays with these programs: should we be killed, nobody cleans up under their hands. */
	if (process_run(&cluster->account,
		(const char *const[]){ initdb, "--pgdata", half, "--username=ctok_super", "--locale=C.UTF-8", "--encoding=UTF8",
		    "--data-checksums", "--auth=peer", "--no-instructions", NULL },
		NULL, log_fd, lock_fd, err) != 0 ||
	    process_run(&cluster->account,
		(const char *const[]){ postgres, "--single", "-D", half, "-c", "exit_on_error=on", "postgres", NULL }, provision,
		log_fd, lock_fd, err) != 0) {
		err_hint(err, "See \"%s\".", cluster->log);
		(void)err_wrap(err, "could not make the database in \"%s\"", cluster->base);
		goto out;
	}
	if (rename(half, cluster->data) != 0) {
		err_set(err, ERR_CREATE, "could not rename \"%s\": %s", half, strerror(errno));
		goto out;
	}
	base_fd = open(cluster->base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (base_fd < 0 || fsync(base_fd) != 0) {
		err_set(err, ERR_IO, "could not save \"%s\": %s", cluster->base, strerror(errno));
		goto out;
	}
	rc = 0;
out:
	if (base_fd >= 0)
		(void)close(base_fd);
	if (log_fd >= 0)
		(void)close(log_fd);
	return rc;
}

/* Write a file of <base> that the server's account reads. */
static int
write_rules(const struct cluster *cluster, const char *name, const char *text, struct err *err)
{
	char path[PATH_MAX];
	size_t len = strlen(text);
	int fd, rc = 0;

	if (snprintf(path, sizeof(path), "%s/%s", cluster->base, name) >= (int)sizeof(path))
		return err_set(err, ERR_CONFIG, "the path \"%s/%s\" is too long", cluster->base, name);
	if (open_own(cluster, path, O_WRONLY, &fd, err) != 0)
		return -1;
	if (ftruncate(fd, 0) != 0 || write(fd, text, len) != (ssize_t)len || fchmod(fd, 0644) != 0)
		rc = err_set(err, ERR_IO, "could not write \"%s\": %s", path, strerror(errno));
	(void)close(fd);
	return rc;
}

/* A short 0700 directory of the account. */
static int
make_socket_dir(const struct cluster *cluster, struct err *err)
{
	const char *path = cluster->socket_dir;
	struct stat st;

	BUG_UNLESS(strlen(path) + sizeof("/.s.PGSQL." CLUSTER_PORT ".lock") < SOCKET_PATH_MAX_BYTES);
	if (mkdir(path, 0700) == 0) {
		if (geteuid() == 0 && lchown(path, cluster->account.uid, cluster->account.gid) != 0)
			return err_set(err, ERR_CREATE, "could not hand over \"%s\": %s", path, strerror(errno));
	} else if (errno != EEXIST) {
		return err_set(err, ERR_CREATE, "could not make directory \"%s\": %s", path, strerror(errno));
	}
	if (lstat(path, &st) != 0)
		return err_set(err, ERR_IO, "could not look at \"%s\": %s", path, strerror(errno));
	/* Made by root, which was killed before it handed it over. */
	if (S_ISDIR(st.st_mode) && st.st_uid == 0 && geteuid() == 0 &&
	    lchown(path, cluster->account.uid, cluster->account.gid) == 0)
		st.st_uid = cluster->account.uid;
	if (!S_ISDIR(st.st_mode) || st.st_uid != cluster->account.uid || (st.st_mode & 07777) != 0700) {
		err_set(
		    err, ERR_REFUSED, "\"%s\" is not a directory that belongs to user \"%s\" alone", path, cluster->account.name);
		return err_hint(err, "Somebody else may have made it; remove it.");
	}
	return 0;
}

int
cluster_make(struct arena *arena, struct cluster *cluster, int lock_fd, struct err *err)
{
	struct process_account root;
	const char *ident;
	struct stat st;
	long version = 0;

	if (stat(cluster->data, &st) == 0) {
		if (read_version(arena, cluster, &version, err) != 0)
			return -1;
		if (find_programs(arena, version, &cluster->bin_dir, err) != 0)
			return -1;
	} else {
		if (find_programs(arena, 0, &cluster->bin_dir, err) != 0)
			return -1;
		if (make_data(arena, cluster, lock_fd, err) != 0)
			return -1;
	}
	if (process_account_of(arena, 0, &root, err) != 0)
		return -1;
	ident = arena_printf(arena,
	    "# Written by ctok-batch at each start: who may connect as what.\n"
	    "ctok \"%s\" ctok_owner\nctok \"%s\" ctok_program\nctok \"%s\" ctok_owner\nctok \"%s\" ctok_program\n",
	    root.name, root.name, cluster->account.name, cluster->account.name);
	if (write_rules(cluster, "pg_hba.conf", access_rules, err) != 0)
		return -1;
	if (write_rules(cluster, "pg_ident.conf", ident, err) != 0)
		return -1;
	return make_socket_dir(cluster, err);
}
