/* Has anything changed that a certificate's look depends on? */
#define _GNU_SOURCE /* st_mtim */
#include "certificate/look.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "adapter/crypto.h"
#include "base/text.h"

#define FONT_DIR "/usr/share/fonts"
#define FONT_DEPTH 4
#define DIGITS 16

/* Lines in any order: a folder's are read as they come. */
struct print {
	struct arena *arena;
	uint8_t sum[CRYPTO_HASH_BYTES];
};

static void
put(struct print *print, const char *line)
{
	uint8_t hash[CRYPTO_HASH_BYTES];
	size_t i;

	crypto_sha256(line, strlen(line), hash);
	for (i = 0; i < sizeof(hash); i++)
		print->sum[i] ^= hash[i];
}

/* One file or folder; what is not there counts as that. */
static void
put_file(struct print *print, const char *path)
{
	struct stat state;

	if (stat(path, &state) != 0)
		put(print, arena_printf(print->arena, "%s is gone", path));
	else
		put(print,
		    arena_printf(print->arena, "%s %lld %lld.%09ld", path, S_ISDIR(state.st_mode) ? 0LL : (long long)state.st_size,
			(long long)state.st_mtim.tv_sec, state.st_mtim.tv_nsec));
}

/* What is in a folder; if ${depth} is left, only the folders in it and in those: their time is when something came or went. */
static void
put_folder(struct print *print, const char *path, unsigned depth)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	const char *inner;
	struct stat state;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		inner = arena_printf(print->arena, "%s/%s", path, entry->d_name);
		if (depth == 0) {
			put_file(print, inner);
		} else if (lstat(inner, &state) == 0 && S_ISDIR(state.st_mode)) {
			put_file(print, inner);
			put_folder(print, inner, depth - 1);
		}
	}
	if (dir != NULL)
		(void)closedir(dir);
}

static void
put_fact(struct print *print, const char *name, const char *text)
{
	put(print, arena_printf(print->arena, "%s=%s", name, text == NULL ? "" : text));
}

char *
look_fingerprint(
    struct arena *arena, const struct config *config, const struct config_tenant *tenant, const char *template, const char *locale)
{
	const struct config_certificate *c = &tenant->certificate;
	struct print print = { .arena = arena };
	char *hex;

	put_file(&print, "/proc/self/exe");
	put_file(&print, arena_printf(arena, "%s/fonts.conf", config->template_dir));
	put_folder(&print, arena_printf(arena, "%s/locales", config->template_dir), 0);
	put_folder(&print, arena_printf(arena, "%s/certificates/%s", config->template_dir, template), 0);
	put_folder(&print, FONT_DIR, FONT_DEPTH);
	if (c->logo != NULL)
		put_file(&print, c->logo);
	put_fact(&print, "locale", locale);
	put_fact(&print, "zone", tenant->timezone);
	put_fact(&print, "logo", c->logo_sha256);
	put_fact(&print, "issuer", c->issuer != NULL ? c->issuer : tenant->name);
	put_fact(&print, "signatory", c->signatory);
	put_fact(&print, "signatory_title", c->signatory_title);
	put_fact(&print, "verify_url", c->verify_url);
	hex = text_hex(arena, print.sum, sizeof(print.sum));
	hex[DIGITS] = '\0';
	return hex;
}
