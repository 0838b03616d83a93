/* From UTF-8 to drawn outlines. A line goes through: characters ▶ scripts and levels ▶ fonts ▶ runs of one script, level and
 * font, in visual order ▶ glyphs. No character may be lost on the way: what no font has is an error, never a box.
 *
 * The text behind follows what is seen. Left to right, a cluster (letters that became one shape) is one unit; right to left,
 * every character is its own unit, because readers turn such text around character by character. They do so with the scripts
 * they know; of another one (N'Ko, Adlam) a whole run is one unit. */
#include "page/line.h"

#include <math.h>
#include <string.h>

#include "adapter/bidi.h"
#include "base/text.h"

#define MAX_CHARACTERS 1024
#define WORD_GAP 0.2   /* em */
#define MARK_SLACK 0.1 /* em a mark's middle may lie outside its letter */
#define ZERO_WIDTH_JOINER 0x200du
#define DOTTED_CIRCLE 0x25ccu

/* A line while it is shaped. */
struct job {
	struct arena *arena;
	const struct page_style *style;
	const char *what;
	const char *language;
	size_t count;
	uint32_t *text;
	uint32_t *scripts;
	uint8_t *levels;
	uint8_t *kinds; /* enum shape_kind */
	struct page_face **faces;
	bool reversed;
	struct page_word **word_tail;
	struct page_piece **piece_tail;
};

static int
decode(struct job *job, const char *text, struct err *err)
{
	uint32_t character;
	size_t i, count;

	if (!text_utf8_valid(text, strlen(text)))
		return err_set(err, ERR_DATA, "%s is not UTF-8 text", job->what);
	count = text_count(text);
	if (count > MAX_CHARACTERS)
		return err_set(err, ERR_DATA, "%s is longer than %d characters", job->what, MAX_CHARACTERS);
	job->count = count;
	job->text = ARENA_ARRAY(job->arena, count, uint32_t);
	job->scripts = ARENA_ARRAY(job->arena, count, uint32_t);
	job->levels = ARENA_ARRAY(job->arena, count, uint8_t);
	job->kinds = ARENA_ARRAY(job->arena, count, uint8_t);
	job->faces = ARENA_ARRAY(job->arena, count, struct page_face *);
	for (i = 0; i < count; i++) {
		text = text_next(text, &character);
		job->text[i] = character;
		job->kinds[i] = (uint8_t)shape_kind(character);
		if (job->kinds[i] == SHAPE_FORBIDDEN)
			return err_set(err, ERR_DATA, "%s has a character that cannot be drawn: U+%04X at position %zu", job->what,
			    (unsigned)character, i + 1);
	}
	return 0;
}

/* Characters without a script of their own take that of the one before, at the start that of the first one that has one. */
static void
resolve_scripts(struct job *job)
{
	uint32_t last = 0;
	size_t i;

	for (i = 0; i < job->count && last == 0; i++)
		last = shape_script(job->text[i]);
	for (i = 0; i < job->count; i++) {
		job->scripts[i] = shape_script(job->text[i]);
		if (job->scripts[i] == 0)
			job->scripts[i] = last;
		last = job->scripts[i];
	}
}

/* The language whose forms of Chinese characters are meant, if the line itself shows it; NULL if not. */
static const char *
guess_language(const struct job *job)
{
	const uint32_t hiragana = shape_script_tag("Hira"), katakana = shape_script_tag("Kana"), hangul = shape_script_tag("Hang"),
		       bopomofo = shape_script_tag("Bopo");
	size_t i;

	for (i = 0; i < job->count; i++) {
		if (job->scripts[i] == hiragana || job->scripts[i] == katakana)
			return "ja";
		if (job->scripts[i] == hangul)
			return "ko";
		if (job->scripts[i] == bopomofo)
			return "zh-TW";
	}
	return NULL;
}

/* Where the letter at ${at} with its marks ends. */
static size_t
cluster_end(const struct job *job, size_t at)
{
	for (at++; at < job->count; at++)
		if (job->kinds[at] != SHAPE_MARK && job->kinds[at] != SHAPE_UNSEEN && job->text[at - 1] != ZERO_WIDTH_JOINER)
			break;
	return at;
}

/* Scripts whose marks stand over or under their letter. Others (Indic ones above all) have marks beside it, and fonts of
 * their own that know where. */
static bool
stacks_marks(uint32_t script)
{
	static const char *const names[] = { "Latn", "Grek", "Cyrl", "Armn", "Geor", "Cher" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (script == shape_script_tag(names[i]))
			return true;
	return false;
}

/* Does every mark of a shaped cluster stand on its letter? A font may have the mark and not know where to put it: the shaper
 * then leaves it beside the letter, over the next one. */
static bool
marks_placed(struct page_face *face, const struct shape_glyph *glyphs, size_t count)
{
	const struct page_glyph *base = page_face_glyph(face, glyphs[0].id), *mark;
	double slack = shape_font_units(page_face_font(face)) * MARK_SLACK, pen = glyphs[0].advance, middle;
	size_t i;

	for (i = 1; i < count; i++) {
		mark = page_face_glyph(face, glyphs[i].id);
		middle = pen + glyphs[i].x + (mark->left + mark->right) / 2.0;
		if (mark->path_len > 0 && (middle < base->left - slack || middle > base->right + slack))
			return false;
		pen += glyphs[i].advance;
	}
	return true;
}

/* Can ${face} draw the cluster? A letter with marks may be one glyph under another code, so shaping has the last word. */
static int
covers(struct job *job, struct page_face *face, size_t start, size_t end, bool *ret_covers, struct err *err)
{
	struct shape_run run = { .text = job->text,
		.text_count = job->count,
		.start = start,
		.count = end - start,
		.script = job->scripts[start],
		.rtl = (job->levels[start] & 1) != 0,
		.language = job->language };
	struct shape_glyph *glyphs;
	size_t i, count;
	bool marks = false;

	*ret_covers = true;
	for (i = start; i < end; i++) {
		if (job->kinds[i] == SHAPE_MARK)
			marks = true;
		if (job->kinds[i] != SHAPE_UNSEEN && !shape_font_has(page_face_font(face), job->text[i]))
			*ret_covers = false;
	}
	if (*ret_covers && !marks)
		return 0;
	if (shape_glyphs(job->arena, page_face_font(face), &run, &glyphs, &count, err) != 0)
		return -1;
	*ret_covers = true;
	for (i = 0; i < count; i++)
		if (glyphs[i].id == 0)
			*ret_covers = false;
	if (*ret_covers && count > 1 && stacks_marks(job->scripts[start]))
		*ret_covers = marks_placed(face, glyphs, count);
	return 0;
}

/* Give every cluster of ${script} a font: the first that has them all, else for each the first that has it. */
static int
choose_fonts(struct job *job, uint32_t script, struct err *err)
{
	struct page_face *face;
	size_t index, i, end;
	bool can, all;

	for (index = 0;; index++) {
		if (page_stack_face(job->style->stack, script, job->language, index, &face, err) != 0)
			return -1;
		if (face == NULL)
			break;
		all = true;
		for (i = 0; i < job->count; i = end) {
			end = cluster_end(job, i);
			if (job->scripts[i] != script)
				continue;
			if (covers(job, face, i, end, &can, err) != 0)
				return -1;
			if (!can)
				all = false;
			else if (job->faces[i] == NULL)
				job->faces[i] = face;
		}
		if (!all)
			continue;
		for (i = 0; i < job->count; i++)
			if (job->scripts[i] == script)
				job->faces[i] = face;
		return 0;
	}
	for (i = 0; i < job->count; i = end) {
		end = cluster_end(job, i);
		if (job->scripts[i] == script && job->faces[i] == NULL) {
			for (; end - 1 > i; i++) /* name the mark if the letter alone could be drawn */
				if (job->kinds[i + 1] == SHAPE_MARK)
					break;
			return err_set(err, ERR_DATA, "no font has a character of %s: U+%04X at position %zu", job->what,
			    (unsigned)job->text[i], i + 1);
		}
	}
	return 0;
}

static int
choose_all_fonts(struct job *job, struct err *err)
{
	size_t i, end, k;

	for (i = 0; i < job->count; i = end) {
		end = cluster_end(job, i);
		for (k = i + 1; k < end; k++) /* a mark shared by scripts goes with its letter */
			job->scripts[k] = job->scripts[i];
	}
	for (i = 0; i < job->count; i++)
		if (job->faces[i] == NULL && choose_fonts(job, job->scripts[i], err) != 0)
			return -1;
	for (i = 0; i < job->count; i = end) {
		end = cluster_end(job, i);
		for (k = i + 1; k < end; k++)
			job->faces[k] = job->faces[i];
	}
	return 0;
}

/* Scripts whose letters join, stack or carry a head line are not spaced out. */
static bool
takes_tracking(uint32_t script)
{
	static const char *const names[] = { "Latn", "Grek", "Cyrl", "Armn", "Geor", "Hebr", "Hani", "Hira", "Kana", "Hang", "Cher",
		"Ethi" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (script == shape_script_tag(names[i]))
			return true;
	return false;
}

static const char *
encoded(struct job *job, size_t start, size_t end)
{
	char *text = arena_alloc(job->arena, (end - start) * 4 + 1), *at = text;
	size_t i;

	for (i = start; i < end; i++)
		at += text_put(job->text[i], at);
	*at = '\0';
	return text;
}

/* Append a unit of unseen text that is drawn from ${x} to ${x} + ${width} to the current word, or to a new one. */
static void
add_unit(struct job *job, struct page_word **current, size_t at, double x, double width, const char *text)
{
	struct page_word *word = *current;
	const char **grown;

	if (word == NULL) {
		word = ARENA_NEW(job->arena, struct page_word);
		word->x = x;
		word->first = at;
		word->texts = ARENA_ARRAY(job->arena, 16, const char *);
		*job->word_tail = word;
		job->word_tail = &word->next;
		*current = word;
	}
	if (word->count >= 16 && (word->count & (word->count - 1)) == 0) {
		grown = ARENA_ARRAY(job->arena, word->count * 2, const char *);
		memcpy(grown, word->texts, word->count * sizeof(*grown));
		word->texts = grown;
	}
	if (at < word->first)
		word->first = at;
	word->texts[word->count++] = text;
	word->width = x + width - word->x;
}

/* Scripts from right to left that every reader knows as such, and turns around. */
static bool
readers_turn(uint32_t script)
{
	static const char *const names[] = { "Arab", "Hebr", "Syrc", "Thaa" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (script == shape_script_tag(names[i]))
			return true;
	return false;
}

/* The unseen text of one cluster, [start, end) of the line, drawn from ${x} to ${x} + ${width}. */
static void
add_cluster(struct job *job, struct page_word **word, size_t start, size_t end, bool rtl, double x, double width)
{
	const char *text;
	size_t i;
	double part;

	if (rtl && !readers_turn(job->scripts[start])) {
		/* One unit for the whole run: each further cluster is seen to the left of, and read before, those there are. */
		if (*word == NULL && job->kinds[start] == SHAPE_SPACE && ++start == end)
			return;
		text = encoded(job, start, end);
		if (*word == NULL) {
			add_unit(job, word, start, x, width, text);
			return;
		}
		(*word)->texts[0] = arena_printf(job->arena, "%s%s", text, (*word)->texts[0]);
		(*word)->first = start;
		(*word)->width = x + width - (*word)->x;
		return;
	}
	if (job->kinds[start] == SHAPE_SPACE) { /* ends a word; marks on it are text all the same */
		*word = NULL;
		if (++start == end)
			return;
	}
	if (!rtl) {
		add_unit(job, word, start, x, width, encoded(job, start, end));
		return;
	}
	part = width / (double)(end - start);
	for (i = end; i-- > start;)
		add_unit(job, word, i, x + part * (double)(end - 1 - i), part, encoded(job, i, i + 1));
	job->reversed = true;
}

/* Where marks make no syllable of their script, the shaper draws a dotted circle for the letter that it misses. */
static bool
is_circle(const struct job *job, const struct page_face *face, const struct shape_glyph *glyph)
{
	return glyph->id == shape_font_glyph(page_face_font(face), DOTTED_CIRCLE) && job->text[glyph->cluster] != DOTTED_CIRCLE;
}

static int
shape_run_of(struct job *job, struct page_line *line, size_t start, size_t end, struct err *err)
{
	bool rtl = (job->levels[start] & 1) != 0, tracked = job->style->tracking > 0 && takes_tracking(job->scripts[start]);
	struct shape_run run = { .text = job->text,
		.text_count = job->count,
		.start = start,
		.count = end - start,
		.script = job->scripts[start],
		.rtl = rtl,
		.language = job->language,
		.features = job->style->features };
	struct page_face *face = job->faces[start];
	struct page_piece *piece = ARENA_NEW(job->arena, struct page_piece);
	struct page_word *word = NULL;
	struct shape_glyph *glyphs;
	size_t i, k, count, cluster_stop;
	double pen, from;

	if (tracked) /* letters set apart must not be tied together by ligatures */
		run.features = run.features == NULL ? "-liga,-clig" : arena_printf(job->arena, "%s,-liga,-clig", run.features);
	if (shape_glyphs(job->arena, page_face_font(face), &run, &glyphs, &count, err) != 0)
		return -1;
	piece->em_per_unit = page_face_em(face);
	piece->glyphs = ARENA_ARRAY(job->arena, count, const struct page_glyph *);
	piece->x = ARENA_ARRAY(job->arena, count, double);
	piece->y = ARENA_ARRAY(job->arena, count, double);
	piece->count = count;
	pen = line->width;
	for (i = 0; i < count; i = k) {
		from = pen;
		for (k = i; k < count && glyphs[k].cluster == glyphs[i].cluster; k++) {
			if (glyphs[k].id == 0)
				return err_set(err, ERR_DATA, "no font has a character of %s: U+%04X at position %zu", job->what,
				    (unsigned)job->text[glyphs[k].cluster], glyphs[k].cluster + 1);
			if (is_circle(job, face, &glyphs[k]))
				return err_set(err, ERR_DATA, "%s has marks that do not go together: at U+%04X, position %zu",
				    job->what, (unsigned)job->text[glyphs[k].cluster], glyphs[k].cluster + 1);
			piece->glyphs[k] = page_face_glyph(face, glyphs[k].id);
			piece->x[k] = pen + glyphs[k].x * piece->em_per_unit;
			piece->y[k] = glyphs[k].y * piece->em_per_unit;
			pen += glyphs[k].advance * piece->em_per_unit;
			line->top = fmax(line->top, piece->y[k] + piece->glyphs[k]->top * piece->em_per_unit);
			line->bottom = fmin(line->bottom, piece->y[k] + piece->glyphs[k]->bottom * piece->em_per_unit);
		}
		/* The cluster reaches to where the next one, in the order of characters, begins. */
		if (rtl)
			cluster_stop = i == 0 ? end : glyphs[i - 1].cluster;
		else
			cluster_stop = k == count ? end : glyphs[k].cluster;
		add_cluster(job, &word, glyphs[i].cluster, cluster_stop, rtl, from, pen - from);
		if (tracked)
			pen += job->style->tracking;
	}
	line->width = pen;
	*job->piece_tail = piece;
	job->piece_tail = &piece->next;
	return 0;
}

/* Shape the characters [start, end), which are in one run of level ${level} or deeper, in visual order (rule L2): at each
 * depth, odd levels turn the order of the parts around. */
static int
shape_level(struct job *job, struct page_line *line, size_t start, size_t end, uint8_t level, struct err *err)
{
	bool turned = (level & 1) != 0;
	size_t from, to, left = start, right = end;

	while (left < right) {
		/* The next part from the side that is read first: characters of this level with one font and script, or of deeper ones. */
		if (!turned) {
			from = left;
			for (to = from + 1; to < right; to++)
				if ((job->levels[to] > level) != (job->levels[from] > level) ||
				    (job->levels[from] == level &&
					(job->faces[to] != job->faces[from] || job->scripts[to] != job->scripts[from])))
					break;
			left = to;
		} else {
			to = right;
			for (from = to - 1; from > left; from--)
				if ((job->levels[from - 1] > level) != (job->levels[to - 1] > level) ||
				    (job->levels[to - 1] == level && (job->faces[from - 1] != job->faces[to - 1] ||
									 job->scripts[from - 1] != job->scripts[to - 1])))
					break;
			right = from;
		}
		if (job->levels[from] > level) {
			if (shape_level(job, line, from, to, (uint8_t)(level + 1), err) != 0)
				return -1;
		} else if (shape_run_of(job, line, from, to, err) != 0) {
			return -1;
		}
	}
	return 0;
}

/* Put a space after a word as it is read: where it is seen does not matter, that it is there does, to readers that go by the
 * order of characters and not by gaps. */
static void
add_space(struct arena *arena, struct page_word *word, bool rtl)
{
	double part = fmin(word->width / (double)word->count, WORD_GAP); /* or it would reach into a neighbour of one letter */
	const char **texts = ARENA_ARRAY(arena, word->count + 1, const char *);

	memcpy(texts + (rtl ? 1 : 0), word->texts, word->count * sizeof(*texts));
	texts[rtl ? 0 : word->count] = " ";
	word->texts = texts;
	word->count++;
	word->width += part;
	if (rtl)
		word->x -= part;
}

/* Close wide gaps between words and put them into reading order: they come left to right as seen. */
static void
arrange_words(struct job *job, struct page_line *line)
{
	struct page_word *word, *next, **at, *sorted = NULL;

	/* Readers take a wide gap, as between spaced letters, for the end of a column: leave a narrow one. */
	for (word = line->words; word != NULL && word->next != NULL; word = word->next)
		if (word->next->x > word->x + word->width + WORD_GAP)
			word->width = word->next->x - word->x - WORD_GAP;
	for (word = line->words; word != NULL; word = next) {
		next = word->next;
		for (at = &sorted; *at != NULL && (*at)->first < word->first; at = &(*at)->next)
			;
		word->next = *at;
		*at = word;
	}
	line->words = sorted;
	for (word = sorted; word != NULL && word->next != NULL; word = word->next)
		if (job->kinds[word->next->first - 1] == SHAPE_SPACE)
			add_space(job->arena, word, (job->levels[word->first] & 1) != 0);
}

int
page_line_shape(struct arena *arena, const struct page_style *style, const char *what, const char *text,
    struct page_line **ret_line, struct err *err)
{
	struct job *job = ARENA_NEW(arena, struct job);
	struct page_line *line = ARENA_NEW(arena, struct page_line);

	job->arena = arena;
	job->style = style;
	job->what = what;
	job->piece_tail = &line->pieces;
	job->word_tail = &line->words;
	if (decode(job, text, err) != 0)
		return -1;
	resolve_scripts(job);
	line->script = job->count > 0 ? job->scripts[0] : 0;
	line->language = guess_language(job);
	job->language = line->language != NULL ? line->language : style->language;
	if (bidi_levels(job->text, job->count, &line->rtl, job->levels, err) != 0)
		return -1;
	if (choose_all_fonts(job, err) != 0)
		return -1;
	if (shape_level(job, line, 0, job->count, /* level= */ 0, err) != 0)
		return -1;
	arrange_words(job, line);
	line->reversed = job->reversed;
	line->text = text_trim(arena, text);
	if (style->tracking > 0 && line->width > 0 && takes_tracking(job->scripts[job->count - 1]))
		line->width -= style->tracking; /* no space after the last letter */
	*ret_line = line;
	return 0;
}
