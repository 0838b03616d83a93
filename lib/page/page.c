/* Content streams: operators as text, the codes of the text behind, QR codes. Curves and letters come from ornament.c, text.c. */
#include "page/page.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#define MAX_CONTENT_BYTES ((size_t)16 << 20)
#define CODE_BUCKETS 256u
#define FIRST_CODE 1u
#define CODES_PER_FONT 256u
#define QUIET_MODULES 4

struct code_node {
	struct code_node *next;
	unsigned code;
	const char *text;
};

struct page_codes {
	struct code_node *buckets[CODE_BUCKETS];
	size_t text_room, link_room, image_room;
	unsigned next_code;
};

void
page_init(struct arena *arena, struct page *page, double width, double height)
{
	memset(page, 0, sizeof(*page));
	page->arena = arena;
	page->width = width;
	page->height = height;
	buf_init(&page->content, MAX_CONTENT_BYTES);
	page->codes = ARENA_NEW(arena, struct page_codes);
	page->codes->next_code = FIRST_CODE;
}

void
page_done(struct page *page)
{
	buf_done(&page->content);
}

struct pdf_page
page_as_pdf(const struct page *page)
{
	return (struct pdf_page){ .width = page->width,
		.height = page->height,
		.content = page->content.data,
		.content_len = page->content.len,
		.texts = page->texts,
		.text_count = page->text_count,
		.links = page->links,
		.link_count = page->link_count,
		.marks = page->marks,
		.mark_count = page->mark_count,
		.images = page->images,
		.image_count = page->image_count };
}

void
page_number(struct buf *out, double value, int decimals)
{
	static const long long powers[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000 };
	long long scaled = llround(value * (double)powers[decimals]), whole;
	char text[40], *at = text + sizeof(text);
	bool negative = scaled < 0, fraction = false;
	int i;

	BUG_UNLESS(fabs(value) < 1e9);
	if (negative)
		scaled = -scaled;
	whole = scaled / powers[decimals];
	scaled %= powers[decimals];
	*--at = ' ';
	for (i = 0; i < decimals; i++, scaled /= 10) {
		if (scaled % 10 == 0 && !fraction)
			continue;
		fraction = true;
		*--at = (char)('0' + scaled % 10);
	}
	if (fraction)
		*--at = '.';
	if (whole > 0 || !fraction)
		do {
			*--at = (char)('0' + whole % 10);
			whole /= 10;
		} while (whole > 0);
	if (negative)
		*--at = '-';
	buf_add(out, at, (size_t)(text + sizeof(text) - at));
}

void
page_numbers(struct page *page, int count, ...)
{
	va_list args;

	va_start(args, count);
	while (count-- > 0)
		page_number(&page->content, va_arg(args, double), 2);
	va_end(args);
}

static void
put_colour(struct page *page, unsigned rgb)
{
	page_number(&page->content, ((rgb >> 16) & 0xff) / 255.0, 3);
	page_number(&page->content, ((rgb >> 8) & 0xff) / 255.0, 3);
	page_number(&page->content, (rgb & 0xff) / 255.0, 3);
}

void
page_fill(struct page *page, unsigned rgb)
{
	put_colour(page, rgb);
	buf_text(&page->content, "rg\n");
}

void
page_stroke(struct page *page, const struct page_pen *pen)
{
	put_colour(page, pen->rgb);
	buf_text(&page->content, "RG ");
	page_number(&page->content, pen->thickness, 3);
	buf_text(&page->content, "w 1 J 1 j\n");
}

static unsigned
code_of(struct page *page, const char *text)
{
	struct page_codes *codes = page->codes;
	struct code_node *node, **bucket;
	struct pdf_text *grown;
	unsigned hash = 5381;
	const char *c;

	for (c = text; *c != '\0'; c++)
		hash = hash * 33 + (unsigned char)*c;
	bucket = &codes->buckets[hash % CODE_BUCKETS];
	for (node = *bucket; node != NULL; node = node->next)
		if (strcmp(node->text, text) == 0)
			return node->code;
	node = ARENA_NEW(page->arena, struct code_node);
	node->code = codes->next_code++;
	node->text = arena_strdup(page->arena, text);
	node->next = *bucket;
	*bucket = node;
	if (page->text_count == codes->text_room) {
		codes->text_room = codes->text_room * 2 + 64;
		grown = ARENA_ARRAY(page->arena, codes->text_room, struct pdf_text);
		if (page->text_count > 0)
			memcpy(grown, page->texts, page->text_count * sizeof(*grown));
		page->texts = grown;
	}
	page->texts[page->text_count++] = (struct pdf_text){ .code = node->code, .text = node->text };
	return node->code;
}

void
page_text(struct page *page, double x, double y, double size, double width, const char *const *texts, size_t count)
{
	static const char digits[] = "0123456789ABCDEF";
	struct buf *out = &page->content;
	unsigned font = 0, code;
	size_t i;

	if (count == 0)
		return;
	buf_text(out, "BT\n");
	/* Stretch the empty glyphs to the width of what is drawn, so that a selection covers it. */
	page_number(out, 100 * width / ((double)count * size * PDF_TEXT_WIDTH / 1000), 2);
	buf_text(out, "Tz 1 0 0 1 ");
	page_numbers(page, 2, x, y);
	buf_text(out, "Tm\n");
	for (i = 0; i < count; i++) {
		code = code_of(page, texts[i]);
		if (i == 0 || code / CODES_PER_FONT != font) {
			font = code / CODES_PER_FONT;
			buf_printf(out, "%s/T%u ", i == 0 ? "" : "> Tj\n", font);
			page_number(out, size, 2);
			buf_text(out, "Tf <");
		}
		code %= CODES_PER_FONT;
		buf_char(out, digits[code / 16]);
		buf_char(out, digits[code % 16]);
	}
	buf_text(out, "> Tj\nET\n");
}

void
page_link(struct page *page, const struct page_box *box, const char *uri)
{
	struct pdf_link *grown;

	if (page->link_count == page->codes->link_room) {
		page->codes->link_room = page->codes->link_room * 2 + 4;
		grown = ARENA_ARRAY(page->arena, page->codes->link_room, struct pdf_link);
		if (page->link_count > 0)
			memcpy(grown, page->links, page->link_count * sizeof(*grown));
		page->links = grown;
	}
	page->links[page->link_count++] = (struct pdf_link){ .left = box->left,
		.bottom = box->bottom,
		.right = box->left + box->width,
		.top = box->bottom + box->height,
		.uri = arena_strdup(page->arena, uri),
		.mark = page->group };
}

static size_t
add_image(struct page *page, const struct pdf_image *image)
{
	const struct pdf_image **grown;
	size_t i;

	for (i = 0; i < page->image_count; i++)
		if (page->images[i] == image)
			return i;
	if (page->image_count == page->codes->image_room) {
		page->codes->image_room = page->codes->image_room * 2 + 4;
		grown = ARENA_ARRAY(page->arena, page->codes->image_room, const struct pdf_image *);
		if (page->image_count > 0)
			memcpy(grown, page->images, page->image_count * sizeof(*grown));
		page->images = grown;
	}
	page->images[page->image_count] = image;
	return page->image_count++;
}

/* ${scale} is points for a pixel. */
static void
put_image(struct page *page, const struct page_box *box, enum page_align align, const struct pdf_image *image, double scale)
{
	double width = image->width * scale, height = image->height * scale;
	double aside = align == PAGE_CENTRE ? 0.5 : align == PAGE_END || align == PAGE_RIGHT ? 1 : 0;

	page_number(&page->content, width, 3);
	buf_text(&page->content, "0 0 ");
	page_number(&page->content, height, 3);
	page_numbers(page, 2, box->left + (box->width - width) * aside, box->bottom + (box->height - height) / 2);
	buf_printf(&page->content, "cm /I%zu Do Q\n", add_image(page, image));
}

void
page_image(struct page *page, const struct page_box *box, enum page_align align, const struct pdf_image *image)
{
	buf_text(&page->content, "q ");
	put_image(page, box, align, image, fmin(box->width / image->width, box->height / image->height));
}

void
page_cover(struct page *page, const struct page_box *box, const struct pdf_image *image)
{
	buf_text(&page->content, "q ");
	page_numbers(page, 4, box->left, box->bottom, box->width, box->height);
	buf_text(&page->content, "re W n ");
	put_image(page, box, PAGE_CENTRE, image, fmax(box->width / image->width, box->height / image->height));
}

void
page_qr(struct page *page, const struct page_box *box, unsigned rgb, const struct qr *qr)
{
	struct buf *out = &page->content;
	double module = box->width / (double)(qr->size + 2 * QUIET_MODULES);
	size_t row, from, to;

	buf_text(out, "q 1 1 1 rg ");
	page_numbers(page, 4, box->left, box->bottom, box->width, box->height);
	buf_text(out, "re f\n");
	page_fill(page, rgb);
	page_number(out, module, 6);
	buf_text(out, "0 0 ");
	page_number(out, -module, 6);
	page_numbers(page, 2, box->left + QUIET_MODULES * module, box->bottom + box->height - QUIET_MODULES * module);
	buf_text(out, "cm\n");
	/* Dark runs of a row become one rectangle; y counts down from the first row. */
	for (row = 0; row < qr->size; row++) {
		for (from = 0; from < qr->size; from = to + 1) {
			for (to = from; to < qr->size && qr->modules[row * qr->size + to] != 0; to++)
				;
			if (to > from) {
				page_number(out, (double)from, 0);
				page_number(out, (double)row, 0);
				page_number(out, (double)(to - from), 0);
				buf_text(out, "1 re\n");
			}
		}
	}
	buf_text(out, "f Q\n");
}
