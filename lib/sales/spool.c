/* A folder of webhooks. A file is taken once the pull that looked at its document counts; until then it stays, so that nothing is lost, and a
 * delivery that was taken is known by its nonce, so that nothing is taken twice. */
#define _DEFAULT_SOURCE /* st_mtim */

#include "sales/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapter/crypto.h"
#include "adapter/json.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "sales/webhook.h"
#include "sql.h"

#define MOST_FILES 10000 /* the rest waits for the next pull */
#define FILE_BYTES ((size_t)1024 * 1024)
#define LIST_BYTES ((size_t)8 * 1024 * 1024)
#define WHY ".why.txt"

struct delivery {
	const char *name, *path;
	const char *nonce, *file; /* hex hashes; nonce "": nothing to remember */
	const char *id;           /* "": nothing to look at */
};

struct spool {
	struct arena *arena;
	struct db *db;
	const struct night *night;
	const struct config_source *config;
	struct delivery *items;
	size_t count;
	const char **ids;
	size_t id_count;
	size_t rejected;
	const char *why;
};

/* What is still being written, by habit, and our own lists. */
static bool
is_partial(const char *name)
{
	return name[0] == '.' || text_ends(name, ".part") || text_ends(name, ".tmp") || text_ends(name, "~") ||
	       text_ends(name, WHY);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
list_files(struct spool *spool, const char ***ret_names, size_t *ret_count, struct err *err)
{
	const char **names = ARENA_ARRAY(spool->arena, MOST_FILES, const char *);
	DIR *dir = opendir(spool->config->spool);
	struct dirent *entry;
	struct stat st;
	size_t count = 0;

	if (dir == NULL)
		return err_set(err, ERR_CONFIG, "could not read folder \"%s\": %s", spool->config->spool, strerror(errno));
	while ((entry = readdir(dir)) != NULL && count < MOST_FILES) {
		if (!is_partial(entry->d_name) && fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			names[count++] = arena_strdup(spool->arena, entry->d_name);
	}
	(void)closedir(dir);
	qsort(names, count, sizeof(*names), compare_names);
	*ret_names = names;
	*ret_count = count;
	return 0;
}

/* Move a file aside under a name that is free there, and put the reason beside it. */
static int
reject(struct spool *spool, const struct delivery *item, const char *why, struct err *err)
{
	const char *dir = arena_printf(spool->arena, "%s/rejected", spool->config->spool), *target = NULL, *text;
	struct err moving = ERR_INIT;
	unsigned n;

	if (mkdir(dir, 0750) != 0 && errno != EEXIST)
		return err_set(err, ERR_CREATE, "could not make folder \"%s\": %s", dir, strerror(errno));
	for (n = 1; target == NULL || access(target, F_OK) == 0; n++)
		target = n == 1 ? arena_printf(spool->arena, "%s/%s", dir, item->name)
				: arena_printf(spool->arena, "%s/%u-%s", dir, n, item->name);
	if (rename(item->path, target) != 0)
		return err_set(err, ERR_IO, "could not move \"%s\" to \"%s\": %s", item->path, dir, strerror(errno));
	text = arena_printf(spool->arena, "%s was not taken: %s\n", item->name, why);
	if (file_write(arena_printf(spool->arena, "%s" WHY, target), text, strlen(text), &moving) != 0)
		err_reset(&moving); /* the file is where it must be; the reason is told all the same */
	if (spool->rejected++ == 0)
		spool->why = arena_printf(spool->arena, "\"%s\": %s", item->name, why);
	return 0;
}

static const char *
hash_hex(struct arena *arena, const char *name, const void *bytes, size_t len)
{
	uint8_t hash[CRYPTO_HASH_BYTES];
	size_t name_len = strlen(name) + 1;
	char *text = arena_alloc(arena, name_len + len);

	memcpy(text, name, name_len);
	memcpy(text + name_len, bytes, len);
	crypto_sha256(text, name_len + len, hash);
	return text_hex(arena, hash, sizeof(hash));
}

/* One file: verified and kept, or rejected; a fault of ours is an error. */
static int
take_file(struct spool *spool, struct arena *scratch, const char *secret, const char *name, struct err *err)
{
	struct delivery item = { .name = name, .path = arena_printf(spool->arena, "%s/%s", spool->config->spool, name) };
	struct err why = ERR_INIT;
	struct webhook webhook;
	struct stat st;
	char *bytes;
	size_t len;

	arena_reset(scratch);
	/* It may be gone, or be written to right now by somebody who does not care for names. */
	if (stat(item.path, &st) != 0 || st.st_mtim.tv_sec > spool->night->now_utc + 300)
		return 0;
	if (file_read(scratch, "webhook", item.path, FILE_BYTES, &bytes, &len, &why) != 0 ||
	    webhook_read(scratch, spool->config, secret, st.st_mtim.tv_sec, bytes, len, &webhook, &why) != 0) {
		if (why.code == ERR_CONFIG) {
			*err = why;
			return -1;
		}
		return reject(spool, &item, why.message, err);
	}
	item.nonce = webhook.nonce[0] == '\0' ? "" : hash_hex(spool->arena, "nonce", webhook.nonce, strlen(webhook.nonce));
	item.file = hash_hex(spool->arena, name, bytes, len);
	item.id = arena_strdup(spool->arena, webhook.id);
	spool->items[spool->count++] = item;
	return 0;
}

/* Of two files with the same nonce the second is a replay, and so is one whose nonce another file brought before. */
static int
refuse_replays(struct spool *spool, struct err *err)
{
	size_t known_count, kept = 0, i, j;
	struct db_row *known;
	struct buf list;
	int rc = -1;

	buf_init(&list, LIST_BYTES);
	for (i = 0; i < spool->count; i++)
		buf_printf(&list, "%s\"%s\"", i > 0 ? "," : "[", spool->items[i].nonce);
	buf_text(&list, spool->count > 0 ? "]" : "[]");
	if (buf_check(&list, "the list of webhooks", err) != 0 ||
	    db_rows(spool->arena, spool->db, sql_sales_spool_known, DB_ARGS(spool->config->name, list.data), &known, &known_count,
		err) != 0)
		goto out;
	for (i = 0; i < spool->count; i++) {
		const struct delivery *item = &spool->items[i];
		bool replay = false, left = false;

		for (j = 0; j < known_count && item->nonce[0] != '\0'; j++) {
			if (!text_equal(db_value(&known[j], "nonce"), item->nonce))
				continue;
			/* The same file: it was taken, and not removed because something stopped us. */
			left = text_equal(db_value(&known[j], "file"), item->file);
			replay = !left;
		}
		for (j = 0; j < kept && item->nonce[0] != '\0'; j++)
			replay = replay || text_equal(spool->items[j].nonce, item->nonce);
		if (replay) {
			if (reject(spool, item, "it was delivered before, in another file", err) != 0)
				goto out;
			continue;
		}
		spool->items[kept] = *item;
		if (left)
			spool->items[kept].id = "";
		kept++;
	}
	spool->count = kept;
	rc = 0;
out:
	buf_done(&list);
	return rc;
}

static void
collect_ids(struct spool *spool)
{
	size_t i, kept = 0;

	spool->ids = ARENA_ARRAY(spool->arena, spool->count, const char *);
	for (i = 0; i < spool->count; i++)
		if (spool->items[i].id[0] != '\0')
			spool->ids[spool->id_count++] = spool->items[i].id;
	qsort(spool->ids, spool->id_count, sizeof(*spool->ids), compare_names);
	for (i = 0; i < spool->id_count; i++)
		if (kept == 0 || !text_equal(spool->ids[kept - 1], spool->ids[i]))
			spool->ids[kept++] = spool->ids[i];
	spool->id_count = kept;
}

int
spool_open(struct arena *arena, struct db *db, const struct night *night, const struct config_source *config, const char *secret,
    struct spool **ret_spool, struct err *err)
{
	struct spool *spool = ARENA_NEW(arena, struct spool);
	struct arena scratch = ARENA_INIT;
	const char **names = NULL;
	size_t count = 0, i;
	int rc = -1;

	*spool = (struct spool){ .arena = arena, .db = db, .night = night, .config = config };
	if (list_files(spool, &names, &count, err) != 0)
		goto out;
	spool->items = ARENA_ARRAY(arena, count, struct delivery);
	for (i = 0; i < count; i++)
		if (take_file(spool, &scratch, secret, names[i], err) != 0)
			goto out;
	if (refuse_replays(spool, err) != 0)
		goto out;
	collect_ids(spool);
	*ret_spool = spool;
	rc = 0;
out:
	arena_done(&scratch);
	return rc;
}

void
spool_ids(const struct spool *spool, const char *const **ret_ids, size_t *ret_count)
{
	*ret_ids = spool->ids;
	*ret_count = spool->id_count;
}

size_t
spool_rejected(const struct spool *spool, const char **ret_why)
{
	*ret_why = spool->why;
	return spool->rejected;
}

int
spool_done(struct spool *spool, struct err *err)
{
	struct buf list;
	size_t i;
	int rc = -1;

	if (spool->count == 0)
		return 0;
	buf_init(&list, LIST_BYTES);
	for (i = 0; i < spool->count; i++)
		if (spool->items[i].nonce[0] != '\0')
			buf_printf(
			    &list, "%s[\"%s\",\"%s\"]", list.len > 0 ? "," : "[", spool->items[i].nonce, spool->items[i].file);
	buf_text(&list, list.len > 0 ? "]" : "[]");
	if (buf_check(&list, "the list of webhooks", err) != 0 || db_begin(spool->db, err) != 0)
		goto out;
	if (db_exec(spool->db, sql_sales_spool_add,
		DB_ARGS(spool->config->name, list.data, arena_printf(spool->arena, "%lld", (long long)spool->night->run_id)), NULL,
		err) != 0) {
		db_rollback(spool->db);
		goto out;
	}
	if (db_commit(spool->db, err) != 0)
		goto out;
	for (i = 0; i < spool->count; i++)
		if (unlink(spool->items[i].path) != 0 && errno != ENOENT) {
			err_set(err, ERR_IO, "could not remove \"%s\": %s", spool->items[i].path, strerror(errno));
			goto out;
		}
	rc = 0;
out:
	buf_done(&list);
	return rc;
}
