/* A folder into which people or programs put exports. A pull takes one file, the first by name, whole or not at all; what was taken is known by
 * its hash and moved to done/ by the next pull, so that a crash in between takes nothing twice. A file with anything wrong in it goes to
 * rejected/, with a list of what; while something lies there the source is not complete: a sale may be missing. */
#define _DEFAULT_SOURCE /* st_mtim */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapter/crypto.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "drop_sum.h"

#define MOST_FILES 10000
#define SETTLE_S 60 /* a file that was written to so lately may be on its way still */
#define FAULTS_BYTES ((size_t)1024 * 1024)
#define MOST_FAULTS 1000
#define CURSOR_ROWS "rows" /* of the last file */
#define WHY ".why.txt"     /* beside a rejected file: what is wrong with it */

struct folder {
	struct arena *arena;
	const struct sales_source *source;
	const char *path;
	const struct drop *drop;
	const char *waits; /* the first file whose sum has not come yet; NULL: none */
};

struct file {
	const char *name, *path;
	int64_t modified_utc;
	const char *hash; /* "sha256:…", what it is remembered by */
};

/* Names of what is still being written, by habit of browsers, editors and copying programs; of our own lists, and of what says what is in a file. */
static bool
is_partial(const char *name)
{
	static const char *const ends[] = { ".part", ".tmp", ".crdownload", ".filepart", ".swp", "~", WHY, DROP_SUM };
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (text_ends(name, ends[i]))
			return true;
	return name[0] == '.';
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of the files in a folder, in order; those being written are left out. */
static int
list_files(const struct folder *folder, const char *path, const char ***ret_names, size_t *ret_count, struct err *err)
{
	const char **names = ARENA_ARRAY(folder->arena, MOST_FILES, const char *);
	struct dirent *entry;
	struct stat st;
	size_t count = 0;
	DIR *dir = opendir(path);

	if (dir == NULL)
		return err_set(err, ERR_CONFIG, "could not read folder \"%s\": %s", path, strerror(errno));
	while ((entry = readdir(dir)) != NULL && count < MOST_FILES) {
		if (is_partial(entry->d_name) || fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		names[count++] = arena_strdup(folder->arena, entry->d_name);
	}
	(void)closedir(dir);
	qsort(names, count, sizeof(*names), compare_names);
	*ret_names = names;
	*ret_count = count;
	return 0;
}

/* Move a file to done/ or rejected/ under a name that is free there. */
static int
move_file(const struct folder *folder, const struct file *file, const char *to, const char **ret_path, struct err *err)
{
	const char *dir = arena_printf(folder->arena, "%s/%s", folder->path, to), *target = NULL;
	unsigned n;

	if (mkdir(dir, 0750) != 0 && errno != EEXIST)
		return err_set(err, ERR_CREATE, "could not make folder \"%s\": %s", dir, strerror(errno));
	for (n = 1; n < 1000; n++) {
		target = n == 1 ? arena_printf(folder->arena, "%s/%s", dir, file->name)
				: arena_printf(folder->arena, "%s/%u-%s", dir, n, file->name);
		if (access(target, F_OK) == 0)
			continue;
		if (rename(file->path, target) != 0)
			break;
		/* What was declared of it goes with it, last: without it the file would be taken unchecked. */
		(void)rename(
		    arena_printf(folder->arena, "%s" DROP_SUM, file->path), arena_printf(folder->arena, "%s" DROP_SUM, target));
		*ret_path = target;
		return 0;
	}
	return err_set(err, ERR_IO, "could not move \"%s\" to \"%s\": %s", file->path, dir, strerror(errno));
}

/* Put the list of what is wrong with a file beside it, then the file. */
static int
reject(const struct folder *folder, const struct file *file, const struct drop_faults *faults, const char *why,
    const struct sales_sink *sink, struct err *err)
{
	const char *path;
	struct err moving = ERR_INIT;
	struct buf text;
	size_t i;

	if (move_file(folder, file, "rejected", &path, &moving) != 0) {
		*err = moving;
		return -1;
	}
	sink->again(sink->context);
	buf_init(&text, FAULTS_BYTES);
	buf_printf(&text, "%s was not taken: nothing of it counts. Correct it and put it back into %s, or delete it.\n\n",
	    file->name, folder->path);
	if (why != NULL)
		buf_printf(&text, "%s\n", why);
	for (i = 0; i < faults->kept; i++)
		buf_printf(&text, "%s\n", faults->lines[i]);
	if (faults->count > faults->kept)
		buf_printf(&text, "and %zu more\n", faults->count - faults->kept);
	if (file_write(arena_printf(folder->arena, "%s" WHY, path), text.data, text.len, &moving) != 0)
		err_reset(&moving); /* the file is where it must be; its first fault is told below all the same */
	buf_done(&text);
	if (why != NULL)
		return err_set(err, ERR_INCOMPLETE, "file \"%s\" was rejected: %s", file->name, why);
	(void)err_set(err, ERR_INCOMPLETE, "file \"%s\" was rejected: %zu bad rows, the first is %s", file->name, faults->count,
	    faults->first);
	return err_hint(err, "They are listed in %s" WHY ".", path);
}

/* What a file is remembered by. */
static int
hash_file(const struct folder *folder, struct file *file, struct err *err)
{
	uint8_t hash[CRYPTO_HASH_BYTES];

	if (crypto_sha256_file(file->path, hash, err) != 0)
		return -1;
	file->hash = arena_printf(folder->arena, "sha256:%s", text_hex(folder->arena, hash, sizeof(hash)));
	return 0;
}

/* Was it taken, and not to be taken once more. What was taken in this very night is done, also when all is to be read again. */
static bool
is_done(const struct folder *folder, const struct file *file)
{
	const char *taken = sales_cursor(folder->source, file->hash);

	return taken != NULL && (!folder->source->full || text_starts(taken, clock_iso(folder->arena, folder->source->now_utc)));
}

/* Must something beside the file say what is in it, and has that not come? */
static bool
misses_sum(const struct folder *folder, const struct file *file)
{
	return text_equal(folder->source->config->sum_file, "required") &&
	       access(arena_printf(folder->arena, "%s" DROP_SUM, file->path), F_OK) != 0;
}

/* The first file that is neither taken nor on its way; those that were taken go to done/. NULL: none. */
static int
next_file(struct folder *folder, struct file *ret_file, struct err *err)
{
	const char **names, *path;
	struct file file;
	struct stat st;
	size_t count, i;

	ret_file->name = NULL;
	if (list_files(folder, folder->path, &names, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		file = (struct file){ .name = names[i], .path = arena_printf(folder->arena, "%s/%s", folder->path, names[i]) };
		if (stat(file.path, &st) != 0 || st.st_mtim.tv_sec > clock_now() - SETTLE_S)
			continue;
		file.modified_utc = st.st_mtim.tv_sec;
		if (hash_file(folder, &file, err) != 0)
			return -1;
		if (!is_done(folder, &file) && misses_sum(folder, &file)) {
			folder->waits = folder->waits != NULL ? folder->waits : file.name;
			continue;
		}
		if (!is_done(folder, &file)) {
			*ret_file = file;
			return 0;
		}
		if (move_file(folder, &file, "done", &path, err) != 0)
			return -1;
	}
	return 0;
}

/* Is the file what it is declared to be, and, where each file holds all there is, no less than the last one by more than a little? */
static int
judge_sums(const struct folder *folder, const struct file *file, struct drop_faults *faults, struct err *err)
{
	const struct config_source *config = folder->source->config;
	const char *last = sales_cursor(folder->source, CURSOR_ROWS);
	int64_t rows = 0;
	bool found;

	if (drop_sum_read(folder->arena, file->path, folder->source, faults, &found, err) != 0 ||
	    drop_sum_check(folder->arena, faults, err) != 0)
		return -1;
	if (!config->whole_files || folder->source->full || last == NULL)
		return 0;
	if (text_int64(last, &rows, err) != 0)
		return err_wrap(err, "what was remembered as \"" CURSOR_ROWS "\"");
	if (faults->sums.rows * 100 >= rows * config->floor_percent)
		return 0;
	return err_set(err, ERR_DATA, "it has %lld rows, the last file had %lld: less than %lld %% of them",
	    (long long)faults->sums.rows, (long long)rows, (long long)config->floor_percent);
}

/* Each file holds all there is: what is not in it has vanished. */
static void
note_sums(const struct folder *folder, const struct drop_faults *faults, const struct sales_sink *sink)
{
	if (faults->declared.counted)
		sales_declare(sink, faults->declared.rows, faults->sums.rows);
	if (!folder->source->config->whole_files)
		return;
	sink->cursor(sink->context, CURSOR_ROWS, arena_printf(folder->arena, "%lld", (long long)faults->sums.rows));
	sink->whole(sink->context);
}

/* Read it for its faults, then once more for its documents: those of a file with a fault are never handed on. */
static int
take_file(const struct folder *folder, struct file *file, const struct sales_sink *sink, struct err *err)
{
	struct drop_faults faults = { .arena = ARENA_INIT };
	struct file again = *file;
	struct err why = ERR_INIT;
	FILE *stream = fopen(file->path, "re");
	int rc = -1;

	if (stream == NULL) {
		(void)err_set(err, ERR_IO, "could not open \"%s\": %s", file->path, strerror(errno));
		goto out;
	}
	if (folder->drop->read(stream, arena_printf(folder->arena, "\"%s\"", file->name), folder->source, &faults, NULL, &why) !=
	    0) {
		if (why.code != ERR_DATA)
			*err = why;
		else
			rc = reject(folder, file, &faults, why.message, sink, err);
		goto out;
	}
	if (faults.count > 0) {
		rc = reject(folder, file, &faults, NULL, sink, err);
		goto out;
	}
	if (judge_sums(folder, file, &faults, &why) != 0) {
		if (why.code != ERR_DATA)
			*err = why;
		else
			rc = reject(folder, file, &faults, why.message, sink, err);
		goto out;
	}
	note_sums(folder, &faults, sink);
	rewind(stream);
	if (folder->drop->read(stream, file->name, folder->source, &faults, sink, err) != 0 || hash_file(folder, &again, err) != 0)
		goto out;
	if (faults.count > 0 || !text_equal(again.hash, file->hash)) {
		(void)err_set(err, ERR_INCOMPLETE, "file \"%s\" was changed while it was read", file->name);
		goto out;
	}
	if (folder->drop->judge != NULL && folder->drop->judge(folder->source, &faults, sink, err) != 0)
		goto out;
	if (faults.count > 0) {
		rc = reject(folder, file, &faults, NULL, sink, err);
		goto out;
	}
	sink->cursor(sink->context, file->hash,
	    arena_printf(folder->arena, "%s %s", clock_iso(folder->arena, folder->source->now_utc), file->name));
	sink->until(sink->context, file->modified_utc);
	sink->again(sink->context);
	rc = 0;
out:
	if (stream != NULL)
		(void)fclose(stream);
	arena_done(&faults.arena);
	return rc;
}

/* Nothing is left to take: is the source complete? */
static int
finish(const struct folder *folder, const struct sales_sink *sink, struct err *err)
{
	const char *dir = arena_printf(folder->arena, "%s/rejected", folder->path), **names;
	size_t count;

	/* An empty folder is no proof that nothing was sold. */
	sink->until(sink->context, CLOCK_MIN_UTC);
	if (folder->waits != NULL)
		return err_set(err, ERR_INCOMPLETE, "file \"%s\" waits for \"%s" DROP_SUM "\", which says what is in it",
		    folder->waits, folder->waits);
	if (access(dir, F_OK) != 0)
		return 0;
	if (list_files(folder, dir, &names, &count, err) != 0)
		return -1;
	if (count == 0)
		return 0;
	(void)err_set(err, ERR_INCOMPLETE, "%zu rejected %s, \"%s\"%s: %s may be missing", count,
	    count == 1 ? "file waits" : "files wait", names[0], count == 1 ? "" : " and others", folder->drop->what);
	return err_hint(err, "Correct what lies in %s and put it back into %s, or delete it.", dir, folder->path);
}

int
drop_pull(const struct drop *drop, const struct sales_source *source, const struct sales_sink *sink, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct folder folder = { &arena, source, source->config->folder, drop, NULL };
	struct file file;
	int rc;

	rc = next_file(&folder, &file, err);
	if (rc == 0 && file.name == NULL) {
		rc = finish(&folder, sink, err);
	} else if (rc == 0) {
		rc = take_file(&folder, &file, sink, err);
	}
	arena_done(&arena);
	return rc;
}

void
drop_fault(struct drop_faults *faults, const char *where, const char *what)
{
	if (faults->lines == NULL)
		faults->lines = ARENA_ARRAY(&faults->arena, MOST_FAULTS, const char *);
	if (faults->count++ == 0)
		faults->first = arena_strdup(&faults->arena, where);
	if (faults->kept < MOST_FAULTS)
		faults->lines[faults->kept++] = arena_printf(&faults->arena, "%s: %s", where, what);
}

int
drop_greet(
    struct arena *arena, const struct sales_source *source, const struct sales_sink *sink, const char **ret_says, struct err *err)
{
	const struct folder folder = { arena, source, source->config->folder, NULL, NULL };
	const char *rejected = arena_printf(arena, "%s/rejected", folder.path), **names;
	size_t waiting = 0, bad = 0;

	(void)sink;
	if (list_files(&folder, folder.path, &names, &waiting, err) != 0)
		return -1;
	/* What was taken is moved. */
	if (access(folder.path, W_OK | X_OK) != 0)
		return err_set(err, ERR_CONFIG, "folder \"%s\" cannot be written to: %s", folder.path, strerror(errno));
	if (access(rejected, F_OK) == 0 && list_files(&folder, rejected, &names, &bad, err) != 0)
		return -1;
	*ret_says = arena_printf(arena, "the folder can be read and written; %zu file%s wait%s in it, %zu %s rejected", waiting,
	    waiting == 1 ? "" : "s", waiting == 1 ? "s" : "", bad, bad == 1 ? "was" : "were");
	return 0;
}
