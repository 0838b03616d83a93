/* Request fields as PHP builds $_GET and $_POST: names with brackets become nested arrays, later ones replace earlier ones, and past
 * max_input_vars the rest is dropped with nothing but a line in a log. */
#include "tree.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64 /* max_input_nesting_level */

struct tree *
tree_new(struct arena *arena)
{
	struct tree *tree = ARENA_NEW(arena, struct tree);

	tree->is_array = true;
	tree->top = -1;
	return tree;
}

/* A whole number as PHP takes array keys: "7", not "07" nor "+7". */
static int64_t
whole_number(const char *key, size_t len)
{
	int64_t value = 0;
	size_t i;

	if (len == 0 || len > 15 || (len > 1 && key[0] == '0'))
		return -1;
	for (i = 0; i < len; i++) {
		if (key[i] < '0' || key[i] > '9')
			return -1;
		value = value * 10 + (key[i] - '0');
	}
	return value;
}

static struct tree *
find(const struct tree *tree, const char *key, size_t len)
{
	struct tree *item;

	for (item = tree->first; item != NULL; item = item->next)
		if (item->key_len == len && memcmp(item->key, key, len) == 0)
			return item;
	return NULL;
}

/* The element ${key}, made if it is missing. Rows arrive in order, so the last element is looked at first, and a number above all
 * others cannot be there yet: without both, a request of thousands of rows would cost their square. */
static struct tree *
enter(struct arena *arena, struct tree *tree, const char *key, size_t len)
{
	int64_t number = whole_number(key, len);
	struct tree *item;

	if (tree->last != NULL && tree->last->key_len == len && memcmp(tree->last->key, key, len) == 0)
		return tree->last;
	if (number < 0 || number <= tree->top) {
		item = find(tree, key, len);
		if (item != NULL)
			return item;
	}
	item = ARENA_NEW(arena, struct tree);
	item->key = arena_strndup(arena, key, len);
	item->key_len = len;
	item->top = -1;
	item->text = "";
	if (number > tree->top)
		tree->top = number;
	if (tree->last == NULL)
		tree->first = item;
	else
		tree->last->next = item;
	tree->last = item;
	tree->count++;
	return item;
}

static void
become_array(struct tree *item)
{
	if (item->is_array)
		return;
	item->is_array = true;
	item->text = NULL;
	item->len = 0;
}

static void
become_text(struct tree *item, const char *text, size_t len)
{
	item->is_array = false;
	item->first = item->last = NULL;
	item->count = 0;
	item->top = -1;
	item->text = text;
	item->len = len;
}

/* `a[b][c]`: brackets open levels, `[]` takes the next free number, and in the plain part blanks and dots become underscores. */
static void
add(struct arena *arena, struct tree *tree, char *name, size_t len, const char *text, size_t text_len)
{
	struct tree *item;
	char *open, *end = name + len, *p;
	int depth = 0;

	while (name < end && *name == ' ')
		name++;
	open = memchr(name, '[', (size_t)(end - name));
	if (open == name)
		open = NULL;
	for (p = name; p < (open == NULL ? end : open); p++)
		if (*p == ' ' || *p == '.')
			*p = '_';
	if (name == end)
		return;
	item = enter(arena, tree, name, (size_t)((open == NULL ? end : open) - name));
	while (open != NULL && open < end && *open == '[') {
		char *close = memchr(open, ']', (size_t)(end - open));

		if (close == NULL) {
			*open = '_';
			break;
		}
		if (++depth > DEPTH_MAX)
			return;
		become_array(item);
		if (close == open + 1) {
			char digits[24];
			size_t n = 0;
			int64_t value = item->top + 1;

			do
				digits[n++] = (char)('0' + value % 10);
			while ((value /= 10) != 0);
			for (size_t i = 0; i < n / 2; i++) {
				char swap = digits[i];

				digits[i] = digits[n - 1 - i];
				digits[n - 1 - i] = swap;
			}
			item = enter(arena, item, digits, n);
		} else {
			item = enter(arena, item, open + 1, (size_t)(close - open - 1));
		}
		open = close + 1;
	}
	become_text(item, text, text_len);
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static char *
decode(struct arena *arena, const char *text, size_t len, size_t *ret_len)
{
	char *out = arena_alloc(arena, len + 1), *p = out;
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] == '+') {
			*p++ = ' ';
		} else if (text[i] == '%' && i + 2 < len && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
			*p++ = (char)(hex(text[i + 1]) * 16 + hex(text[i + 2]));
			i += 2;
		} else {
			*p++ = text[i];
		}
	}
	*p = '\0';
	*ret_len = (size_t)(p - out);
	return out;
}

void
tree_form(struct arena *arena, struct tree *tree, const char *text, size_t len, size_t limit)
{
	const char *end = text + len;
	size_t seen = 0;

	while (text < end) {
		const char *stop = memchr(text, '&', (size_t)(end - text));
		const char *equals;
		char *name, *value;
		size_t name_len, value_len;

		if (stop == NULL)
			stop = end;
		if (stop > text) {
			if (seen++ == limit)
				return;
			equals = memchr(text, '=', (size_t)(stop - text));
			name = decode(arena, text, (size_t)((equals == NULL ? stop : equals) - text), &name_len);
			value = equals == NULL ? decode(arena, stop, 0, &value_len)
					       : decode(arena, equals + 1, (size_t)(stop - equals - 1), &value_len);
			add(arena, tree, name, name_len, value, value_len);
		}
		text = stop + 1;
	}
}

static const char *
search(const char *text, const char *end, const char *what, size_t len)
{
	while (end - text >= (ptrdiff_t)len) {
		const char *hit = memchr(text, what[0], (size_t)(end - text) - len + 1);

		if (hit == NULL)
			return NULL;
		if (memcmp(hit, what, len) == 0)
			return hit;
		text = hit + 1;
	}
	return NULL;
}

void
tree_multipart(struct arena *arena, struct tree *tree, const char *boundary, const char *text, size_t len, size_t limit)
{
	char *mark = arena_printf(arena, "\r\n--%s", boundary);
	size_t mark_len = strlen(mark), seen = 0;
	const char *end = text + len, *part;

	part = search(text, end, mark + 2, mark_len - 2);
	while (part != NULL) {
		const char *head = part + (part[0] == '-' ? mark_len - 2 : mark_len), *body, *stop, *name, *quote;

		if (end - head < 2 || memcmp(head, "--", 2) == 0)
			return;
		body = search(head, end, "\r\n\r\n", 4);
		if (body == NULL)
			return;
		stop = search(body + 4, end, mark, mark_len);
		if (stop == NULL)
			return;
		name = search(head, body, "name=\"", 6);
		if (name != NULL && search(head, body, "filename=\"", 10) == NULL) {
			name += 6;
			quote = memchr(name, '"', (size_t)(body - name));
			if (quote != NULL) {
				size_t value_len = (size_t)(stop - body - 4);

				if (seen++ == limit)
					return;
				add(arena, tree, arena_strndup(arena, name, (size_t)(quote - name)), (size_t)(quote - name),
				    arena_strndup(arena, body + 4, value_len), value_len);
			}
		}
		part = stop;
	}
}

void
tree_drop(struct tree *tree, const char *key)
{
	size_t len = strlen(key);
	struct tree *item, *before = NULL;

	for (item = tree->first; item != NULL; before = item, item = item->next) {
		if (item->key_len != len || memcmp(item->key, key, len) != 0)
			continue;
		if (before == NULL)
			tree->first = item->next;
		else
			before->next = item->next;
		if (tree->last == item)
			tree->last = before;
		tree->count--;
		return;
	}
}

void
tree_merge(struct tree *base, struct tree *over)
{
	struct tree *item, *next, *old;

	for (item = over->first; item != NULL; item = next) {
		next = item->next;
		old = find(base, item->key, item->key_len);
		if (old != NULL) {
			next = item->next;
			item->next = old->next;
			*old = *item;
			if (base->last == old || old->next == NULL)
				base->last = old;
			continue;
		}
		item->next = NULL;
		if (base->last == NULL)
			base->first = item;
		else
			base->last->next = item;
		base->last = item;
		base->count++;
	}
}

struct tree *
tree_get(const struct tree *tree, const char *key)
{
	return find(tree, key, strlen(key));
}

const char *
tree_text(const struct tree *tree, const char *key)
{
	const struct tree *item = find(tree, key, strlen(key));

	return item == NULL || item->is_array ? NULL : item->text;
}

int64_t
tree_int(const struct tree *tree, const char *key, int64_t fallback)
{
	const char *text = tree_text(tree, key);

	return text == NULL ? fallback : (int64_t)strtoll(text, NULL, 10);
}

bool
tree_has(const struct tree *tree, const char *key)
{
	return find(tree, key, strlen(key)) != NULL;
}

void
tree_put(struct arena *arena, struct tree *tree, const char *key, const char *text)
{
	become_text(enter(arena, tree, key, strlen(key)), text, strlen(text));
}
