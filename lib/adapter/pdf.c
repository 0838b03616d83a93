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

#include <hpdf_pages.h>

#include "adapter/deflate.h"
#include "base/clock.h"
#include "base/text.h"
#include "pdf_archive.h"
#include "pdf_maker.h"
#include "pdf_tags.h"

#define MAX_CONTENT_BYTES ((size_t)32 << 20)
#define CODES_PER_FONT 256u
#define SYMBOLIC_FONT 4
#define PRINT_ANNOTATION 4
#define FIRST_DIGEST UINT64_C(0xcbf29ce484222325)
#define MAX_PROFILE_BYTES ((size_t)4096)
#define CODES_PER_BLOCK 100u /* PDF allows no more entries in one bfchar block */

struct pdf_layer {
	double width, height;
	uint8_t *packed;
	size_t packed_len;
	const struct pdf_image **images;
	size_t image_count;
	uint64_t digest;
};

/* Something that stands in the document already. */
struct pdf_placed {
	struct pdf_placed *next;
	const void *what; /* a layer or an image */
	HPDF_Dict object;
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

static void
record(HPDF_STATUS status, HPDF_STATUS detail, void *context)
{
	struct pdf_maker *maker = context;

	if (maker->status == 0) {
		maker->status = status;
		maker->detail = detail;
	}
}

static void
fill_compressed(HPDF_Dict dict, const char *content, size_t len)
{
	uint8_t *packed;
	size_t packed_len;

	deflate_pack_fast(memory, content, len, &packed, &packed_len);
	pdf_maker_fill(dict, packed, packed_len);
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
		pdf_maker_utf16(out, texts[i].text, /* hex= */ true);
		buf_text(out, ">\n");
		if ((i + 1) % CODES_PER_BLOCK == 0 || i + 1 == count)
			buf_text(out, "endbfchar\n");
	}
	buf_text(out, "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
}

/* Tagged documents want a description of every font, even of one that has nothing to describe. */
static HPDF_Dict
font_descriptor(struct pdf_maker *maker)
{
	if (maker->font_descriptor == NULL) {
		maker->font_descriptor = pdf_maker_object(maker);
		HPDF_Dict_AddName(maker->font_descriptor, "Type", "FontDescriptor");
		HPDF_Dict_AddName(maker->font_descriptor, "FontName", "Unseen");
		HPDF_Dict_AddNumber(maker->font_descriptor, "Flags", SYMBOLIC_FONT);
		HPDF_Dict_AddNumber(maker->font_descriptor, "ItalicAngle", 0);
	}
	return maker->font_descriptor;
}

/* One Type 3 font for ${count} texts whose codes share the upper part. */
static int
add_font(struct pdf_maker *maker, HPDF_Dict fonts, const struct pdf_text *texts, size_t count, struct err *err)
{
	HPDF_Dict font = pdf_maker_object(maker), glyphs, encoding, map;
	HPDF_Array array;
	unsigned first = texts[0].code % CODES_PER_FONT, last = texts[count - 1].code % CODES_PER_FONT, code;
	char name[16];

	if (maker->empty_glyph == NULL) {
		maker->empty_glyph = pdf_maker_stream(maker);
		HPDF_Stream_WriteStr(maker->empty_glyph->stream, "500 0 d0");
	}
	map = pdf_maker_stream(maker);
	HPDF_Dict_AddName(font, "Type", "Font");
	HPDF_Dict_AddName(font, "Subtype", "Type3");
	HPDF_Dict_Add(font, "FontBBox", pdf_maker_box(maker, 0, -250, PDF_TEXT_WIDTH, 750));
	array = pdf_maker_array(maker, font, "FontMatrix");
	HPDF_Array_AddReal(array, 0.001F);
	HPDF_Array_AddNumber(array, 0);
	HPDF_Array_AddNumber(array, 0);
	HPDF_Array_AddReal(array, 0.001F);
	HPDF_Array_AddNumber(array, 0);
	HPDF_Array_AddNumber(array, 0);
	HPDF_Dict_AddNumber(font, "FirstChar", (HPDF_INT32)first);
	HPDF_Dict_AddNumber(font, "LastChar", (HPDF_INT32)last);
	array = pdf_maker_array(maker, font, "Widths");
	for (code = first; code <= last; code++)
		HPDF_Array_AddNumber(array, PDF_TEXT_WIDTH);
	encoding = pdf_maker_dict(maker, font, "Encoding");
	HPDF_Dict_AddName(encoding, "Type", "Encoding");
	array = pdf_maker_array(maker, encoding, "Differences");
	HPDF_Array_AddNumber(array, (HPDF_INT32)first);
	for (code = first; code <= last; code++)
		HPDF_Array_AddName(array, "g");
	glyphs = pdf_maker_dict(maker, font, "CharProcs");
	HPDF_Dict_Add(glyphs, "g", maker->empty_glyph);
	pdf_maker_dict(maker, font, "Resources");
	HPDF_Dict_Add(font, "ToUnicode", map);
	HPDF_Dict_Add(font, "FontDescriptor", font_descriptor(maker));
	buf_reset(&maker->plain);
	put_cmap(&maker->plain, texts, count);
	fill_compressed(map, maker->plain.data, maker->plain.len);
	snprintf(name, sizeof(name), "T%u", texts[0].code / CODES_PER_FONT);
	HPDF_Dict_Add(fonts, name, font);
	return pdf_maker_check(maker, err);
}

static int
add_fonts(struct pdf_maker *maker, HPDF_Dict resources, const struct pdf_page *page, struct err *err)
{
	HPDF_Dict fonts;
	size_t from = 0, to;

	if (page->text_count == 0)
		return 0;
	fonts = pdf_maker_dict(maker, resources, "Font");
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
find_placed(const struct pdf_maker *maker, const void *what)
{
	const struct pdf_placed *placed;

	for (placed = maker->placed; placed != NULL; placed = placed->next)
		if (placed->what == what)
			return placed->object;
	return NULL;
}

static HPDF_Dict
new_xobject(struct pdf_maker *maker, const void *what, const char *subtype)
{
	HPDF_Dict object = pdf_maker_stream(maker);
	struct pdf_placed *placed = ARENA_NEW(memory, struct pdf_placed);

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
place_image(struct pdf_maker *maker, const struct pdf_image *image)
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
		decode = pdf_maker_array(maker, object, "Decode");
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
add_images(struct pdf_maker *maker, HPDF_Dict resources, const struct pdf_image *const *images, size_t count)
{
	HPDF_Dict xobjects;
	char name[32];
	size_t i;

	if (count == 0)
		return;
	xobjects = HPDF_Dict_GetItem(resources, "XObject", HPDF_OCLASS_DICT);
	if (xobjects == NULL)
		xobjects = pdf_maker_dict(maker, resources, "XObject");
	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "I%zu", i);
		HPDF_Dict_Add(xobjects, name, place_image(maker, images[i]));
	}
}

static int
add_layer(struct pdf_maker *maker, HPDF_Page page, const struct pdf_layer *layer, struct err *err)
{
	HPDF_Dict form = find_placed(maker, layer);
	const char *name;

	if (form == NULL) {
		form = new_xobject(maker, layer, "Form");
		HPDF_Dict_Add(form, "BBox", pdf_maker_box(maker, 0, 0, layer->width, layer->height));
		add_images(maker, pdf_maker_dict(maker, form, "Resources"), layer->images, layer->image_count);
		pdf_maker_fill(form, layer->packed, layer->packed_len);
	}
	name = HPDF_Page_GetXObjectName(page, form);
	if (name == NULL)
		return pdf_maker_check(maker, err);
	buf_printf(&maker->plain, "/%s Do\n", name);
	return pdf_maker_check(maker, err);
}

/* The areas that lead somewhere, into ${ret_links}. */
static int
add_links(struct pdf_maker *maker, HPDF_Page page, const struct pdf_page *def, HPDF_Annotation *ret_links, struct err *err)
{
	HPDF_Rect rect;
	size_t i;

	for (i = 0; i < def->link_count; i++) {
		rect.left = (HPDF_REAL)def->links[i].left;
		rect.bottom = (HPDF_REAL)def->links[i].bottom;
		rect.right = (HPDF_REAL)def->links[i].right;
		rect.top = (HPDF_REAL)def->links[i].top;
		ret_links[i] = HPDF_Page_CreateURILinkAnnot(page, rect, def->links[i].uri);
		if (ret_links[i] == NULL)
			return pdf_maker_check(maker, err);
		HPDF_LinkAnnot_SetBorderStyle(ret_links[i], 0, 0, 0);
		HPDF_Dict_AddNumber(ret_links[i], "F", PRINT_ANNOTATION);
		pdf_maker_string(maker, ret_links[i], "Contents", def->links[i].uri);
	}
	return pdf_maker_check(maker, err);
}

static int
add_page(struct pdf_maker *maker, struct pdf_tags *tags, const struct pdf_page *def, struct err *err)
{
	HPDF_Page page = HPDF_AddPage(maker->doc);
	HPDF_Dict resources;
	HPDF_Annotation *links = ARENA_ARRAY(maker->arena, def->link_count + 1, HPDF_Annotation);
	size_t i;

	if (page == NULL)
		return pdf_maker_check(maker, err);
	HPDF_Page_SetWidth(page, (HPDF_REAL)def->width);
	HPDF_Page_SetHeight(page, (HPDF_REAL)def->height);
	buf_reset(&maker->plain);
	if (def->mark_count > 0)
		buf_text(&maker->plain, "/Artifact BMC\n");
	for (i = 0; i < def->layer_count; i++)
		if (add_layer(maker, page, def->layers[i], err) != 0)
			return -1;
	if (def->mark_count > 0)
		buf_text(&maker->plain, "EMC\n");
	buf_add(&maker->plain, def->content, def->content_len);
	if (buf_check(&maker->plain, "page", err) != 0)
		return -1;
	fill_compressed(((HPDF_PageAttr)page->attr)->contents, maker->plain.data, maker->plain.len);
	resources = HPDF_Page_GetInheritableItem(page, "Resources", HPDF_OCLASS_DICT);
	add_images(maker, resources, def->images, def->image_count);
	if (add_fonts(maker, resources, def, err) != 0 || add_links(maker, page, def, links, err) != 0)
		return -1;
	pdf_tags_page(maker, tags, page, def, links);
	return pdf_maker_check(maker, err);
}

static uint64_t
digest_of(uint64_t digest, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	while (len-- > 0)
		digest = (digest ^ *at++) * UINT64_C(0x100000001b3); /* FNV-1a */
	return digest;
}

static uint64_t
digest_images(uint64_t digest, const struct pdf_image *const *images, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		digest = digest_of(digest, images[i]->bytes, images[i]->len);
	return digest;
}

/* What tells this document from others: the same for the same, so nothing of time or chance is in it. */
static void
add_identifier(struct pdf_maker *maker, const struct pdf_document *document)
{
	const char *const texts[] = { document->title, document->author, document->subject, document->language };
	HPDF_Array ids = pdf_maker_array(maker, maker->doc->trailer, "ID");
	HPDF_BYTE id[16];
	uint64_t digest = digest_of(FIRST_DIGEST, &document->created_utc, sizeof(document->created_utc));
	size_t i, k;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i] != NULL)
			digest = digest_of(digest, texts[i], strlen(texts[i]) + 1);
	for (i = 0; i < document->page_count; i++) {
		const struct pdf_page *page = &document->pages[i];

		digest = digest_of(digest, page->content, page->content_len);
		for (k = 0; k < page->layer_count; k++)
			digest = digest_of(digest, &page->layers[k]->digest, sizeof(page->layers[k]->digest));
		digest = digest_images(digest, page->images, page->image_count);
	}
	for (i = 0; i < sizeof(id); i++) {
		if (i == 8) /* the second half follows from the first */
			digest = digest_of(digest, id, 8);
		id[i] = (HPDF_BYTE)(digest >> i % 8 * 8);
	}
	HPDF_Array_Add(ids, HPDF_Binary_New(maker->doc->mmgr, id, sizeof(id)));
	HPDF_Array_Add(ids, HPDF_Binary_New(maker->doc->mmgr, id, sizeof(id)));
}

static bool
has_cmyk(const struct pdf_image *const *images, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (images[i]->components == 4)
			return true;
	return false;
}

/* Colours mean sRGB: one profile, packed once for all documents. */
static void
add_colours(struct pdf_maker *maker)
{
	static struct arena kept = ARENA_INIT;
	static uint8_t *packed;
	static size_t packed_len;
	HPDF_Dict intent = pdf_maker_object(maker), profile = pdf_maker_stream(maker);
	struct buf plain;

	if (packed == NULL) {
		buf_init(&plain, MAX_PROFILE_BYTES);
		pdf_archive_srgb(&plain);
		deflate_pack(&kept, plain.data, plain.len, &packed, &packed_len);
		buf_done(&plain);
	}
	HPDF_Dict_AddNumber(profile, "N", 3);
	pdf_maker_fill(profile, packed, packed_len);
	HPDF_Dict_AddName(intent, "Type", "OutputIntent");
	HPDF_Dict_AddName(intent, "S", "GTS_PDFA1");
	pdf_maker_string(maker, intent, "OutputConditionIdentifier", "sRGB");
	pdf_maker_string(maker, intent, "Info", "sRGB IEC61966-2.1");
	HPDF_Dict_Add(intent, "DestOutputProfile", profile);
	HPDF_Array_Add(pdf_maker_array(maker, maker->doc->catalog, "OutputIntents"), intent);
}

/* What archives ask for: metadata, the meaning of colours, an identifier. */
static int
add_archive(struct pdf_maker *maker, const struct pdf_document *document, struct err *err)
{
	HPDF_Dict metadata = pdf_maker_stream(maker);
	bool archival = true, tagged = true;
	size_t i, k;

	for (i = 0; i < document->page_count; i++) {
		const struct pdf_page *page = &document->pages[i];

		tagged = tagged && page->mark_count > 0;
		archival = archival && !has_cmyk(page->images, page->image_count);
		for (k = 0; k < page->layer_count; k++)
			archival = archival && !has_cmyk(page->layers[k]->images, page->layers[k]->image_count);
	}
	/* Not compressed, for programs that look for it without knowing PDF. */
	HPDF_Dict_AddName(metadata, "Type", "Metadata");
	HPDF_Dict_AddName(metadata, "Subtype", "XML");
	buf_reset(&maker->plain);
	pdf_archive_xmp(&maker->plain, document, HPDF_GetInfoAttr(maker->doc, HPDF_INFO_PRODUCER), archival, tagged);
	metadata->filter = HPDF_STREAM_FILTER_NONE;
	HPDF_Stream_Write(metadata->stream, (const HPDF_BYTE *)maker->plain.data, (HPDF_UINT)maker->plain.len);
	HPDF_Dict_Add(maker->doc->catalog, "Metadata", metadata);
	if (archival)
		add_colours(maker);
	if (document->title != NULL)
		HPDF_Dict_AddBoolean(pdf_maker_dict(maker, maker->doc->catalog, "ViewerPreferences"), "DisplayDocTitle", HPDF_TRUE);
	add_identifier(maker, document);
	return pdf_maker_check(maker, err);
}

static int
add_metadata(struct pdf_maker *maker, const struct pdf_document *document, struct err *err)
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
		return pdf_maker_check(maker, err);
	pdf_maker_string(maker, maker->doc->info, "Title", document->title);
	pdf_maker_string(maker, maker->doc->info, "Author", document->author);
	pdf_maker_string(maker, maker->doc->info, "Subject", document->subject);
	pdf_maker_string(maker, maker->doc->info, "Creator", PDF_CREATOR);
	pdf_maker_string(maker, maker->doc->catalog, "Lang", document->language);
	return pdf_maker_check(maker, err);
}

static int
read_back(struct pdf_maker *maker, struct buf *out, struct err *err)
{
	HPDF_BYTE chunk[32768];
	HPDF_UINT32 size;
	HPDF_STATUS status;

	if (HPDF_SaveToStream(maker->doc) != HPDF_OK)
		return pdf_maker_check(maker, err);
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
	layer->digest = digest_images(digest_of(FIRST_DIGEST, layer->packed, layer->packed_len), layer->images, layer->image_count);
	return layer;
}

int
pdf_write(const struct pdf_document *document, struct buf *ret_out, struct err *err)
{
	int rc = -1;
	struct arena arena = ARENA_INIT;
	struct pdf_maker maker = { .doc = NULL, .arena = &arena };
	struct pdf_tags tags = { .document = NULL };
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
	maker.doc->pdf_version = HPDF_VER_17;
	if (add_metadata(&maker, document, err) != 0)
		goto out;
	for (i = 0; i < document->page_count; i++)
		if (add_page(&maker, &tags, &document->pages[i], err) != 0)
			goto out;
	pdf_tags_end(&maker, &tags);
	if (add_archive(&maker, document, err) != 0)
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
