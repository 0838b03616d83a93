/* A Maildir of mail that came back: each message is noted, committed, and then marked as seen. Files are never deleted and never written. */
#include "outbox/bounce.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapter/crypto.h"
#include "base/text.h"
#include "sql.h"

#define FLAGS ":2,"

/* One message of the folder. */
struct message_file {
	const char *name;
	bool fresh; /* in new/ */
};

struct folder {
	int fresh, seen; /* descriptors of new/ and cur/ */
	struct message_file *files;
	size_t count;
};

/* A run of bounce_read(). */
struct session {
	struct arena keep;
	struct arena row; /* for the file at hand */
	struct db *db;
	const struct bounce_reading *reading;
	struct return_path return_path;
	struct folder folder;
	struct bounce_counts counts;
};

/* Whether a message was seen or put away, by its flags. */
static bool
is_done(const char *name)
{
	const char *flags = strstr(name, FLAGS);

	return flags != NULL && strpbrk(flags + strlen(FLAGS), "ST") != NULL;
}

/* The name of a message that was seen: its flags are in the order of the alphabet. */
static char *
seen_name(struct arena *arena, const char *name)
{
	const char *flags = strstr(name, FLAGS), *rest;

	if (flags == NULL)
		return arena_printf(arena, "%s" FLAGS "S", name);
	for (rest = flags + strlen(FLAGS); *rest != '\0' && *rest < 'S'; rest++)
		;
	return arena_printf(arena, "%.*sS%s", (int)(rest - name), name, rest);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct message_file *)a)->name, ((const struct message_file *)b)->name);
}

static int
open_part(struct arena *arena, const char *maildir, const char *part, int *ret_fd, struct err *err)
{
	const char *path = arena_printf(arena, "%s/%s", maildir, part);

	*ret_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret_fd >= 0)
		return 0;
	if (errno == ENOENT || errno == ENOTDIR)
		return err_set(err, ERR_NOT_FOUND, "\"%s\" is not a Maildir: it has no folder \"%s\"", maildir, part);
	return err_set(err, ERR_IO, "could not read folder \"%s\": %s", path, strerror(errno));
}

/* Names of a folder behind those in ${files}, which has room for ${room}. */
static int
list_part(struct session *session, int fd, bool fresh, size_t *room, struct err *err)
{
	struct folder *folder = &session->folder;
	struct dirent *entry;
	int rc = -1, copy;
	DIR *dir = NULL;

	copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (copy >= 0)
		dir = fdopendir(copy);
	if (dir == NULL) {
		err_set(err, ERR_IO, "could not read Maildir \"%s\": %s", session->reading->maildir, strerror(errno));
		goto out;
	}
	copy = -1;
	for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0) {
		if (entry->d_name[0] == '.' || is_done(entry->d_name))
			continue;
		if (folder->count == *room) {
			struct message_file *more = ARENA_ARRAY(&session->keep, 2 * *room, struct message_file);

			memcpy(more, folder->files, folder->count * sizeof(*more));
			folder->files = more;
			*room *= 2;
		}
		folder->files[folder->count++] = (struct message_file){ arena_strdup(&session->keep, entry->d_name), fresh };
	}
	if (errno != 0) {
		err_set(err, ERR_IO, "could not read Maildir \"%s\": %s", session->reading->maildir, strerror(errno));
		goto out;
	}
	rc = 0;
out:
	if (dir != NULL)
		(void)closedir(dir);
	if (copy >= 0)
		(void)close(copy);
	return rc;
}

static int
open_folder(struct session *session, struct err *err)
{
	struct folder *folder = &session->folder;
	size_t room = 64;

	folder->files = ARENA_ARRAY(&session->keep, room, struct message_file);
	if (open_part(&session->keep, session->reading->maildir, "new", &folder->fresh, err) != 0 ||
	    open_part(&session->keep, session->reading->maildir, "cur", &folder->seen, err) != 0 ||
	    list_part(session, folder->fresh, true, &room, err) != 0 || list_part(session, folder->seen, false, &room, err) != 0)
		return -1;
	qsort(folder->files, folder->count, sizeof(folder->files[0]), by_name);
	return 0;
}

/* The first DSN_MAX_BYTES of a message. One that somebody moved meanwhile has no bytes. */
static int
read_file(struct session *session, const struct message_file *file, char **ret_bytes, size_t *ret_len, struct err *err)
{
	int fd, rc = -1;
	char *bytes = arena_alloc(&session->row, DSN_MAX_BYTES);
	size_t len = 0;
	ssize_t got = 1;
	struct stat st;

	fd = openat(
	    file->fresh ? session->folder.fresh : session->folder.seen, file->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT) {
		*ret_len = 0;
		return 0;
	}
	if (fd < 0 || fstat(fd, &st) != 0) {
		err_set(err, ERR_IO, "could not read message \"%s\": %s", file->name, strerror(errno));
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		err_set(err, ERR_IO, "could not read message \"%s\": not a regular file", file->name);
		goto out;
	}
	while (len < DSN_MAX_BYTES && got != 0) {
		got = read(fd, bytes + len, DSN_MAX_BYTES - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			err_set(err, ERR_IO, "could not read message \"%s\": %s", file->name, strerror(errno));
			goto out;
		}
		len += (size_t)got;
	}
	*ret_bytes = bytes;
	*ret_len = len;
	rc = 0;
out:
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

/* Nothing is ever overwritten: two messages of one name are somebody's mistake, and both are kept. */
static int
mark_seen(struct session *session, const struct message_file *file, struct err *err)
{
	const char *name = seen_name(&session->row, file->name);
	struct stat st;

	if (fstatat(session->folder.seen, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return err_set(err, ERR_IO, "could not mark message \"%s\" as seen: there is a \"%s\" already", file->name, name);
	if (renameat(file->fresh ? session->folder.fresh : session->folder.seen, file->name, session->folder.seen, name) != 0)
		return err_set(err, ERR_IO, "could not mark message \"%s\" as seen: %s", file->name, strerror(errno));
	return 0;
}

/* The mail of ours that it is about, 0 if none; ${ret_proof} tells by what. */
static int
find_mail(struct session *session, const struct dsn *dsn, int64_t *ret_mail, const char **ret_proof, struct err *err)
{
	int64_t mail_id = 0;
	struct db_row *row;
	size_t i;

	for (i = 0; i < dsn->delivered_count && mail_id == 0; i++)
		mail_id = return_path_read(&session->return_path, dsn->delivered[i]);
	*ret_mail = 0;
	if (mail_id == 0 && (dsn->message_id == NULL || !dsn->report))
		return 0;
	if (db_maybe(&session->row, session->db, sql_outbox_bounce_mail,
		DB_ARGS(mail_id != 0 ? arena_printf(&session->row, "%" PRId64, mail_id) : NULL, dsn->message_id), &row, err) != 0)
		return -1;
	if (row == NULL)
		return 0;
	*ret_mail = db_int(row, "mail_id");
	*ret_proof = mail_id != 0 ? "envelope" : "message_id";
	return 0;
}

/* Note it, once: the digest of the message tells one that was noted before a run died. */
static int
note(struct session *session, int64_t mail_id, const char *proof, const struct bounce *bounce, const char *bytes, size_t len,
    struct err *err)
{
	const struct night *night = session->reading->night;
	struct arena *arena = &session->row;
	uint8_t digest[CRYPTO_HASH_BYTES];
	struct db_row *row;
	/* What anybody could have written keeps nobody from getting mail. */
	bool believed = text_equal(proof, "envelope") && bounce->no_user;

	crypto_sha256(bytes, len, digest);
	if (db_begin(session->db, err) != 0)
		return -1;
	if (db_end(session->db,
		db_row(arena, session->db, sql_outbox_bounce_note,
		    DB_ARGS(arena_printf(arena, "%" PRId64, mail_id), text_hex(arena, digest, sizeof(digest)),
			bounce->kind == BOUNCE_FAILED ? "failed" : "delayed", bounce->report ? "report" : "text", proof,
			bounce->status, bounce->words, believed ? bounce->address : NULL,
			arena_printf(arena, "%" PRId64, night->now_utc), arena_printf(arena, "%" PRId64, night->run_id)),
		    &row, err),
		err) != 0)
		return -1;
	if (db_int(row, "noted") == 0)
		session->counts.known++;
	else if (bounce->kind == BOUNCE_FAILED)
		session->counts.failed++;
	else
		session->counts.delayed++;
	session->counts.suppressed += db_int(row, "suppressed");
	return 0;
}

/* A message that cannot be read or marked is told, and the others go on; without the database nothing does. */
static int
take(struct session *session, const struct message_file *file, struct err *err)
{
	const struct bounce_reading *reading = session->reading;
	struct err why = ERR_INIT;
	struct bounce bounce;
	struct dsn *dsn;
	const char *proof = NULL;
	char *bytes = NULL;
	int64_t mail_id;
	size_t len;

	if (read_file(session, file, &bytes, &len, &why) != 0) {
		session->counts.trouble++;
		reading->trouble(reading->context, &why);
		return 0;
	}
	if (len == 0) {
		session->counts.left++;
		return 0;
	}
	dsn = dsn_read(&session->row, bytes, len);
	bounce_judge(&session->row, dsn, &bounce);
	if (bounce.kind == BOUNCE_NONE) {
		session->counts.left++;
		return 0;
	}
	if (find_mail(session, dsn, &mail_id, &proof, err) != 0)
		return -1;
	if (mail_id == 0) {
		session->counts.left++;
		return 0;
	}
	if (reading->dry_run && bounce.kind == BOUNCE_FAILED)
		session->counts.failed++;
	else if (reading->dry_run)
		session->counts.delayed++;
	else if (note(session, mail_id, proof, &bounce, bytes, len, err) != 0)
		return -1;
	reading->noted(reading->context, mail_id, &bounce);
	if (!reading->dry_run && mark_seen(session, file, &why) != 0) {
		session->counts.trouble++;
		reading->trouble(reading->context, &why);
	}
	return 0;
}

int
bounce_read(struct db *db, const struct bounce_reading *reading, struct bounce_counts *ret_counts, struct err *err)
{
	struct session session = {
		.keep = ARENA_INIT, .row = ARENA_INIT, .db = db, .reading = reading, .folder = { .fresh = -1, .seen = -1 }
	};
	int64_t taken;
	int rc = -1;
	size_t i;

	if (return_path_open(&session.keep, reading->config, reading->tenant, &session.return_path, err) != 0 ||
	    open_folder(&session, err) != 0)
		goto out;
	for (i = 0; i < session.folder.count; i++) {
		taken = session.counts.failed + session.counts.delayed + session.counts.known;
		if (!reading->go_on(reading->context) || (reading->max_files > 0 && taken >= reading->max_files))
			break;
		arena_reset(&session.row);
		if (take(&session, &session.folder.files[i], err) != 0)
			goto out;
	}
	*ret_counts = session.counts;
	rc = 0;
out:
	if (session.folder.fresh >= 0)
		(void)close(session.folder.fresh);
	if (session.folder.seen >= 0)
		(void)close(session.folder.seen);
	arena_done(&session.row);
	arena_done(&session.keep);
	return rc;
}
