/* PDF files by libharu, which keeps the structure (objects, cross references, annotations). Three things are done past it on
 * purpose, through the internal interface its installed headers declare:
 *
 * - Content is compressed here and stored as it is, so that a layer is compressed once for thousands of documents.
 * - Text behind drawn outlines is a Type 3 font of empty glyphs with a ToUnicode map: nothing is embedded, every reader that
 *   extracts text understands it, and libharu's own TrueType and UTF-8 support (which loses accents) is not used.
 * - Metadata is written as UTF-16 strings, because libharu would need an encoder set first and else writes nonsense.
 *
 * The error handler only records: the calls return, and pdf_write() checks the record. No encryption and no PDF/A call of
 * libharu is used: both would put the time of day into the file. Its memory comes from an arena, so that running out of it
 * ends the program like everywhere else and no NULL has to be looked for. */
#include "adapter/pdf.h"

#include <stdio.h>
#include <string.h>

#include <hpdf.h>
#include <hpdf_doc.h>
#include <hpdf_objects.h>
#include <hpdf_pages.h>

#include "adapter/deflate.h"
#include "base/clock.h"
#include "base/text.h"

#define MAX_CONTENT_BYTES ((size_t)32 << 20)
#define CODES_PER_FONT 256u
#define CODES_PER_BLOCK 100u /* PDF allows no more entries in one bfchar block */

struct pdf_layer {
	double width, height;
	uint8_t *packed;
	size_t packed_len;
	const struct pdf_image **images;
	size_t image_count;
};

/* Something that stands in the document already. */
struct placed {
	struct placed *next;
	const void *what; /* a layer or an image */
	HPDF_Dict object;
};

/* What a document under construction needs in every step. */
struct maker {
	HPDF_Doc doc;
	HPDF_STATUS status; /* the first error, as the handler saw it */
	HPDF_STATUS detail;
	HPDF_Dict empty_glyph;
	struct placed *placed;
	struct buf plain; /* scratch */
};

/* libharu's allocator has no context pointer; pdf_write() is the only user and does not call itself. */
static struct arena *memory;

static void *
take(HPDF_UINT size)
{
	return arena_alloc(memory, size);
}

static void
leave(void *block)
{
	(void)block;
}

static HPDF_Array
new_box(HPDF_MMgr mmgr, double left, double bottom, double right, double top)
{
	HPDF_Box box = { (HPDF_REAL)left, (HPDF_REAL)bottom, (HPDF_REAL)right, (HPDF_REAL)top };

	return HPDF_Box_Array_New(mmgr, box);
}

static void
record(HPDF_STATUS status, HPDF_STATUS detail, void *context)
{
	struct maker *maker = context;

	if (maker->status == 0) {
		maker->status = status;
		maker->detail = detail;
	}
}

static int
check(const struct maker *maker, struct err *err)
{
	HPDF_STATUS status = maker->status != 0 ? maker->status : HPDF_GetError(maker->doc);

	if (status == 0)
		return 0;
	return err_set(err, ERR_SYSTEM, "could not make the PDF: libharu error 0x%04lx (detail %lu)", (unsigned long)status,
	    (unsigned long)maker->detail);
}

/* libharu removes /Filter from a stream it does not compress itself; this writes it back after the other entries. */
static HPDF_STATUS
write_filter(HPDF_Dict dict, HPDF_Stream stream)
{
	(void)dict;
	return HPDF_Stream_WriteStr(stream, "/Filter /FlateDecode\012");
}

static void
fill_stream(HPDF_Dict dict, const uint8_t *packed, size_t len)
{
	dict->filter = HPDF_STREAM_FILTER_NONE;
	dict->write_fn = write_filter;
	HPDF_Stream_Write(dict->stream, packed, (HPDF_UINT)len);
}

static void
fill_compressed(HPDF_Dict dict, const char *content, size_t len)
{
	uint8_t *packed;
	size_t packed_len;

	deflate_pack_fast(memory, content, len, &packed, &packed_len);
	fill_stream(dict, packed, packed_len);
}

/* The big-endian UTF-16 form of valid UTF-8, as bytes or as hex digits. */
static void
put_utf16(struct buf *out, const char *text, bool hex)
{
	uint32_t character;
	unsigned unit[2];
	size_t i, units;

	while (*text != '\0') {
		text = text_next(text, &character);
		units = character >= 0x10000 ? 2 : 1;
		unit[0] = units == 2 ? 0xd800 + ((character - 0x10000) >> 10) : character;
		unit[1] = 0xdc00 + ((character - 0x10000) & 0x3ff);
		for (i = 0; i < units; i++) {
			if (hex) {
				buf_printf(out, "%04X", unit[i]);
			} else {
				buf_char(out, (char)(unit[i] >> 8));
				buf_char(out, (char)(unit[i] & 0xff));
			}
		}
	}
}

static void
add_string(struct maker *maker, HPDF_Dict dict, const char *key, const char *text)
{
	HPDF_Binary value;

	if (text == NULL)
		return;
	buf_reset(&maker->plain);
	buf_add(&maker->plain, "\xfe\xff", 2);
	put_utf16(&maker->plain, text, /* hex= */ false);
	value = HPDF_Binary_New(maker->doc->mmgr, (HPDF_BYTE *)maker->plain.data, (HPDF_UINT)maker->plain.len);
	if (value != NULL) /* too long a text: recorded */
		HPDF_Dict_Add(dict, key, value);
}

static HPDF_Dict
new_object(struct maker *maker)
{
	HPDF_Dict dict = HPDF_Dict_New(maker->doc->mmgr);

	HPDF_Xref_Add(maker->doc->xref, dict);
	return dict;
}

static HPDF_Array
add_array(struct maker *maker, HPDF_Dict dict, const char *key)
{
	HPDF_Array array = HPDF_Array_New(maker->doc->mmgr);

	HPDF_Dict_Add(dict, key, array);
	return array;
}

static HPDF_Dict
add_dict(struct maker *maker, HPDF_Dict dict, const char *key)
{
	HPDF_Dict inner = HPDF_Dict_New(maker->doc->mmgr);

	HPDF_Dict_Add(dict, key, inner);
	return inner;
}

static void
put_cmap(struct buf *out, const struct pdf_text *texts, size_t count)
{
	size_t i;

	buf_text(out, "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /T def\n/CMapType 2 def\n"
		      "1 begincodespacerange\n<00> <FF>\nendcodespacerange\n");
	for (i = 0; i < count; i++) {
		if (i % CODES_PER_BLOCK == 0)
			buf_printf(out, "%zu beginbfchar\n", count - i < CODES_PER_BLOCK ? count - i : CODES_PER_BLOCK);
		buf_printf(out, "<%02X> <", texts[i].code % CODES_PER_FONT);
		put_utf16(out, texts[i].text, /* hex= */ true);
		buf_text(out, ">\n");
		if ((i + 1) % CODES_PER_BLOCK == 0 || i + 1 == count)
			buf_text(out, "endbfchar\n");
	}
	buf_text(out, "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
}

/* One Type 3 font for ${count} texts whose codes share the upper part. */
static int
add_font(struct maker *maker, HPDF_Dict fonts, const struct pdf_text *texts, size_t count, struct err *err)
{
	HPDF_MMgr mmgr = maker->doc->mmgr;
	HPDF_Dict font = new_object(maker), glyphs, encoding, map;
	HPDF_Array array;
	unsigned first = texts[0].code % CODES_PER_FONT, last = texts[count - 1].code % CODES_PER_FONT, code;
	char name[16];

	if (maker->empty_glyph == NULL) {
		maker->empty_glyph = HPDF_DictStream_New(mmgr, maker->doc->xref);
		HPDF_Stream_WriteStr(maker->empty_glyph->stream, "500 0 d0");
	}
	map = HPDF_DictStream_New(mmgr, maker->doc->xref);
	HPDF_Dict_AddName(font, "Type", "Font");
	HPDF_Dict_AddName(font, "Subtype", "Type3");
	HPDF_Dict_Add(font, "FontBBox", new_box(mmgr, 0, -250, PDF_TEXT_WIDTH, 750));
	array = add_array(maker, font, "FontMatrix");
	HPDF_Array_AddReal(array, 0.001F);
	HPDF_Array_AddNumber(array, 0);
	HPDF_Array_AddNumber(array, 0);
	HPDF_Array_AddReal(array, 0.001F);
	HPDF_Array_AddNumber(array, 0);
	HPDF_Array_AddNumber(array, 0);
	HPDF_Dict_AddNumber(font, "FirstChar", (HPDF_INT32)first);
	HPDF_Dict_AddNumber(font, "LastChar", (HPDF_INT32)last);
	array = add_array(maker, font, "Widths");
	for (code = first; code <= last; code++)
		HPDF_Array_AddNumber(array, PDF_TEXT_WIDTH);
	encoding = add_dict(maker, font, "Encoding");
	HPDF_Dict_AddName(encoding, "Type", "Encoding");
	array = add_array(maker, encoding, "Differences");
	HPDF_Array_AddNumber(array, (HPDF_INT32)first);
	for (code = first; code <= last; code++)
		HPDF_Array_AddName(array, "g");
	glyphs = add_dict(maker, font, "CharProcs");
	HPDF_Dict_Add(glyphs, "g", maker->empty_glyph);
	add_dict(maker, font, "Resources");
	HPDF_Dict_Add(font, "ToUnicode", map);
	buf_reset(&maker->plain);
	put_cmap(&maker->plain, texts, count);
	fill_compressed(map, maker->plain.data, maker->plain.len);
	snprintf(name, sizeof(name), "T%u", texts[0].code / CODES_PER_FONT);
	HPDF_Dict_Add(fonts, name, font);
	return check(maker, err);
}

static int
add_fonts(struct maker *maker, HPDF_Dict resources, const struct pdf_page *page, struct err *err)
{
	HPDF_Dict fonts;
	size_t from = 0, to;

	if (page->text_count == 0)
		return 0;
	fonts = add_dict(maker, resources, "Font");
	while (from < page->text_count) {
		for (to = from + 1; to < page->text_count; to++) {
			BUG_UNLESS(page->texts[to].code > page->texts[to - 1].code);
			if (page->texts[to].code / CODES_PER_FONT != page->texts[from].code / CODES_PER_FONT)
				break;
		}
		if (add_font(maker, fonts, page->texts + from, to - from, err) != 0)
			return -1;
		from = to;
	}
	return 0;
}

static HPDF_Dict
find_placed(const struct maker *maker, const void *what)
{
	const struct placed *placed;

	for (placed = maker->placed; placed != NULL; placed = placed->next)
		if (placed->what == what)
			return placed->object;
	return NULL;
}

static HPDF_Dict
new_xobject(struct maker *maker, const void *what, const char *subtype)
{
	HPDF_Dict object = HPDF_DictStream_New(maker->doc->mmgr, maker->doc->xref);
	struct placed *placed = ARENA_NEW(memory, struct placed);

	object->header.obj_class |= HPDF_OSUBCLASS_XOBJECT;
	HPDF_Dict_AddName(object, "Type", "XObject");
	HPDF_Dict_AddName(object, "Subtype", subtype);
	placed->what = what;
	placed->object = object;
	placed->next = maker->placed;
	maker->placed = placed;
	return object;
}

static HPDF_STATUS
write_jpeg_filter(HPDF_Dict dict, HPDF_Stream stream)
{
	(void)dict;
	return HPDF_Stream_WriteStr(stream, "/Filter /DCTDecode\012");
}

static HPDF_Dict
place_image(struct maker *maker, const struct pdf_image *image)
{
	HPDF_Dict object = find_placed(maker, image);
	HPDF_Array decode;
	unsigned i;

	if (object != NULL)
		return object;
	object = new_xobject(maker, image, "Image");
	HPDF_Dict_AddNumber(object, "Width", (HPDF_INT32)image->width);
	HPDF_Dict_AddNumber(object, "Height", (HPDF_INT32)image->height);
	HPDF_Dict_AddNumber(object, "BitsPerComponent", 8);
	HPDF_Dict_AddName(object, "ColorSpace",
	    image->components == 1   ? "DeviceGray"
	    : image->components == 3 ? "DeviceRGB"
				     : "DeviceCMYK");
	if (image->inverted) {
		decode = add_array(maker, object, "Decode");
		for (i = 0; i < 2 * image->components; i++)
			HPDF_Array_AddNumber(decode, i % 2 == 0 ? 1 : 0);
	}
	object->filter = HPDF_STREAM_FILTER_NONE;
	object->write_fn = write_jpeg_filter;
	HPDF_Stream_Write(object->stream, image->bytes, (HPDF_UINT)image->len);
	return object;
}

/* Make images known to content under their names. */
static void
add_images(struct maker *maker, HPDF_Dict resources, const struct pdf_image *const *images, size_t count)
{
	HPDF_Dict xobjects;
	char name[32];
	size_t i;

	if (count == 0)
		return;
	xobjects = HPDF_Dict_GetItem(resources, "XObject", HPDF_OCLASS_DICT);
	if (xobjects == NULL)
		xobjects = add_dict(maker, resources, "XObject");
	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "I%zu", i);
		HPDF_Dict_Add(xobjects, name, place_image(maker, images[i]));
	}
}

static int
add_layer(struct maker *maker, HPDF_Page page, const struct pdf_layer *layer, struct err *err)
{
	HPDF_Dict form = find_placed(maker, layer);
	const char *name;

	if (form == NULL) {
		form = new_xobject(maker, layer, "Form");
		HPDF_Dict_Add(form, "BBox", new_box(maker->doc->mmgr, 0, 0, layer->width, layer->height));
		add_images(maker, add_dict(maker, form, "Resources"), layer->images, layer->image_count);
		fill_stream(form, layer->packed, layer->packed_len);
	}
	name = HPDF_Page_GetXObjectName(page, form);
	if (name == NULL)
		return check(maker, err);
	buf_printf(&maker->plain, "/%s Do\n", name);
	return check(maker, err);
}

static int
add_page(struct maker *maker, const struct pdf_page *def, struct err *err)
{
	HPDF_Page page = HPDF_AddPage(maker->doc);
	HPDF_Dict resources;
	HPDF_Annotation link;
	HPDF_Rect rect;
	size_t i;

	if (page == NULL)
		return check(maker, err);
	HPDF_Page_SetWidth(page, (HPDF_REAL)def->width);
	HPDF_Page_SetHeight(page, (HPDF_REAL)def->height);
	buf_reset(&maker->plain);
	for (i = 0; i < def->layer_count; i++)
		if (add_layer(maker, page, def->layers[i], err) != 0)
			return -1;
	buf_add(&maker->plain, def->content, def->content_len);
	if (buf_check(&maker->plain, "page", err) != 0)
		return -1;
	fill_compressed(((HPDF_PageAttr)page->attr)->contents, maker->plain.data, maker->plain.len);
	resources = HPDF_Page_GetInheritableItem(page, "Resources", HPDF_OCLASS_DICT);
	add_images(maker, resources, def->images, def->image_count);
	if (add_fonts(maker, resources, def, err) != 0)
		return -1;
	for (i = 0; i < def->link_count; i++) {
		rect.left = (HPDF_REAL)def->links[i].left;
		rect.bottom = (HPDF_REAL)def->links[i].bottom;
		rect.right = (HPDF_REAL)def->links[i].right;
		rect.top = (HPDF_REAL)def->links[i].top;
		link = HPDF_Page_CreateURILinkAnnot(page, rect, def->links[i].uri);
		if (link == NULL)
			return check(maker, err);
		HPDF_LinkAnnot_SetBorderStyle(link, 0, 0, 0);
	}
	return check(maker, err);
}

static int
add_metadata(struct maker *maker, const struct pdf_document *document, struct err *err)
{
	struct clock_date created = clock_from_utc(document->created_utc);
	HPDF_Date date = { .year = created.year,
		.month = created.month,
		.day = created.day,
		.hour = created.hour,
		.minutes = created.minute,
		.seconds = created.second,
		.ind = 'Z',
		.off_hour = 0,
		.off_minutes = 0 };

	if (HPDF_SetInfoDateAttr(maker->doc, HPDF_INFO_CREATION_DATE, date) != HPDF_OK)
		return check(maker, err);
	add_string(maker, maker->doc->info, "Title", document->title);
	add_string(maker, maker->doc->info, "Author", document->author);
	add_string(maker, maker->doc->info, "Subject", document->subject);
	add_string(maker, maker->doc->info, "Creator", "ctok-batch");
	add_string(maker, maker->doc->catalog, "Lang", document->language);
	return check(maker, err);
}

static int
read_back(struct maker *maker, struct buf *out, struct err *err)
{
	HPDF_BYTE chunk[32768];
	HPDF_UINT32 size;
	HPDF_STATUS status;

	if (HPDF_SaveToStream(maker->doc) != HPDF_OK)
		return check(maker, err);
	HPDF_ResetStream(maker->doc);
	do {
		size = sizeof(chunk);
		status = HPDF_ReadFromStream(maker->doc, chunk, &size);
		buf_add(out, chunk, size);
	} while (status == HPDF_OK && size > 0);
	return 0;
}

static int
check_text(const struct pdf_document *document, struct err *err)
{
	const char *const texts[] = { document->title, document->author, document->subject, document->language };
	size_t i, k;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i] != NULL && !text_utf8_valid(texts[i], strlen(texts[i])))
			return err_set(err, ERR_DATA, "metadata of the PDF is not UTF-8");
	for (i = 0; i < document->page_count; i++)
		for (k = 0; k < document->pages[i].text_count; k++)
			if (!text_utf8_valid(document->pages[i].texts[k].text, strlen(document->pages[i].texts[k].text)))
				return err_set(err, ERR_DATA, "text of page %zu is not UTF-8", i + 1);
	return 0;
}

const struct pdf_layer *
pdf_layer_new(struct arena *arena, const struct pdf_page *page)
{
	struct pdf_layer *layer = ARENA_NEW(arena, struct pdf_layer);

	layer->width = page->width;
	layer->height = page->height;
	deflate_pack(arena, page->content, page->content_len, &layer->packed, &layer->packed_len);
	layer->images = ARENA_ARRAY(arena, page->image_count, const struct pdf_image *);
	if (page->image_count > 0)
		memcpy(layer->images, page->images, page->image_count * sizeof(*layer->images));
	layer->image_count = page->image_count;
	return layer;
}

int
pdf_write(const struct pdf_document *document, struct buf *ret_out, struct err *err)
{
	int rc = -1;
	struct maker maker = { .doc = NULL };
	struct arena arena = ARENA_INIT;
	size_t i;

	if (check_text(document, err) != 0)
		return -1;
	buf_init(&maker.plain, MAX_CONTENT_BYTES);
	memory = &arena;
	maker.doc = HPDF_NewEx(record, take, leave, /* pool= */ 0, &maker);
	if (maker.doc == NULL) {
		err_set(err, ERR_SYSTEM, "could not start libharu");
		goto out;
	}
	maker.doc->pdf_version = HPDF_VER_14;
	if (add_metadata(&maker, document, err) != 0)
		goto out;
	for (i = 0; i < document->page_count; i++)
		if (add_page(&maker, &document->pages[i], err) != 0)
			goto out;
	if (read_back(&maker, ret_out, err) != 0 || buf_check(ret_out, "PDF", err) != 0)
		goto out;
	rc = 0;
out:
	if (maker.doc != NULL)
		HPDF_Free(maker.doc);
	arena_done(&arena);
	buf_done(&maker.plain);
	return rc;
}
