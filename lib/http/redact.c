/* What may be said about a request and its answer: no credential, one line, not much. */
#include "redact.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"

#define EXCERPT_BYTES 240
#define CREDENTIAL_BYTES 12 /* shorter words are too common to be taken for a credential */
#define BLOT "<redacted>"

static const char *const secret_names[] = { "token", "key", "secret", "password", "signature", "code" };

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

static bool
contains(const char *hay, size_t hay_len, const char *needle, size_t len)
{
	size_t i;

	for (i = 0; len <= hay_len && i <= hay_len - len; i++) {
		if (memcmp(hay + i, needle, len) == 0)
			return true;
	}
	return false;
}

static bool
is_secret(const struct http_request *request, const char *word, size_t len)
{
	const char *query = strchr(request->path, '?');
	size_t i;

	for (i = 0; i < request->header_count; i++) {
		const struct http_header *header = &request->headers[i];

		if (header->secret && contains(header->value, strlen(header->value), word, len))
			return true;
	}
	if (query != NULL && contains(query, strlen(query), word, len))
		return true;
	return request->secret_body && request->body != NULL && contains(request->body, request->body_len, word, len);
}

/* Does a word hold what may be a part of a credential, with whatever else a server wrote around it? */
static bool
holds_secret(const struct http_request *request, const char *word, size_t len)
{
	size_t i;

	for (i = 0; i + CREDENTIAL_BYTES <= len; i++)
		if (is_secret(request, word + i, CREDENTIAL_BYTES))
			return true;
	return false;
}

/* How long is the style sheet or script that begins here, its closing tag apart? 0 when none does: nobody reads them in a message. */
static size_t
unread(const char *body, size_t len)
{
	static const char *const elements[] = { "style", "script" };
	size_t e, i, name;

	for (e = 0; e < sizeof(elements) / sizeof(elements[0]); e++) {
		name = strlen(elements[e]);
		if (len < name + 2 || strncasecmp(body + 1, elements[e], name) != 0 || is_word(body[name + 1]))
			continue;
		for (i = name + 1; i + name + 2 <= len; i++)
			if (body[i] == '<' && body[i + 1] == '/' && strncasecmp(body + i + 2, elements[e], name) == 0)
				return i;
		return len;
	}
	return 0;
}

/* Copy without tags, style sheets, scripts and control characters, white space folded; malformed bytes become '?'. */
static void
add_plain(struct buf *out, const char *body, size_t len)
{
	bool in_tag = false, blank = false;
	size_t i = 0, skip;

	while (i < len && out->len < EXCERPT_BYTES) {
		unsigned char c = (unsigned char)body[i];
		size_t need = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;

		if (c == '<' && i + 1 < len && (is_word(body[i + 1]) || body[i + 1] == '/' || body[i + 1] == '!'))
			in_tag = true;
		if (c == '<' && (skip = unread(body + i, len - i)) > 0) {
			in_tag = false;
			blank = true;
			i += skip;
			continue;
		}
		if (in_tag || c <= 0x20 || c == 0x7f) {
			in_tag = in_tag && c != '>';
			blank = true;
			i++;
			continue;
		}
		if (blank && out->len > 0)
			buf_char(out, ' ');
		blank = false;
		if (i + need > len || !text_utf8_valid(body + i, need)) {
			buf_char(out, '?');
			i++;
			continue;
		}
		buf_add(out, body + i, need);
		i += need;
	}
}

char *
redact_excerpt(struct arena *arena, const struct http_request *request, const char *body, size_t len)
{
	struct buf plain, out;
	size_t i = 0;
	char *text;

	buf_init(&plain, 2 * EXCERPT_BYTES);
	buf_init(&out, 16 * EXCERPT_BYTES);
	add_plain(&plain, body, len);
	while (i < plain.len) {
		size_t end = i;

		while (end < plain.len && is_word(plain.data[end]))
			end++;
		if (end == i)
			buf_char(&out, plain.data[i++]);
		else if (holds_secret(request, plain.data + i, end - i))
			buf_text(&out, BLOT);
		else
			buf_add(&out, plain.data + i, end - i);
		if (end > i)
			i = end;
	}
	text = arena_strndup(arena, out.len > 0 ? out.data : "(empty)", out.len > 0 ? out.len : 7);
	buf_done(&out);
	buf_done(&plain);
	return text;
}

/* Does the parameter's name hold one of the suspicious words, whatever its case? */
static bool
is_secret_name(const char *name, size_t len)
{
	size_t w, i, j;

	for (w = 0; w < sizeof(secret_names) / sizeof(secret_names[0]); w++) {
		size_t word_len = strlen(secret_names[w]);

		for (i = 0; i + word_len <= len; i++) {
			for (j = 0; j < word_len && (name[i + j] | 0x20) == secret_names[w][j]; j++)
				;
			if (j == word_len)
				return true;
		}
	}
	return false;
}

char *
redact_path(struct arena *arena, const char *path)
{
	struct buf out;
	const char *at = path + strcspn(path, "?");
	char *text;

	buf_init(&out, 65536);
	buf_add(&out, path, (size_t)(at - path));
	while (*at != '\0') {
		size_t name = strcspn(at + 1, "=&"), value;

		buf_add(&out, at, name + 1);
		at += name + 1;
		value = *at == '=' ? strcspn(at, "&") : 0;
		if (value > 0 && is_secret_name(at - name, name))
			buf_text(&out, "=" BLOT);
		else
			buf_add(&out, at, value);
		at += value;
	}
	text = arena_strndup(arena, out.data, out.len);
	buf_done(&out);
	return text;
}

char *
redact_headers(struct arena *arena, const struct http_request *request)
{
	struct buf out;
	char *text;
	size_t i;

	buf_init(&out, 65536);
	for (i = 0; i < request->header_count; i++) {
		const struct http_header *header = &request->headers[i];

		buf_printf(&out, "%s%s: %s", i > 0 ? ", " : "", header->name, header->secret ? BLOT : header->value);
	}
	text = arena_strndup(arena, out.data, out.len);
	buf_done(&out);
	return text;
}
