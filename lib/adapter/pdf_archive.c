/* Metadata and colours of archived PDFs. Both are composed here, from what their standards say: no file has to be installed, and
 * the same document gives the same bytes. */
#include "pdf_archive.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"

#define PROFILE_TAGS 10u
#define HEADER_BYTES 128u
#define XYZ_BYTES 20u
#define CURVE_BYTES 32u

/* Text as XML holds it. What XML cannot hold is no text: a control character comes out as a blank. */
static void
put_xml(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&': buf_text(out, "&amp;"); break;
		case '<': buf_text(out, "&lt;"); break;
		case '>': buf_text(out, "&gt;"); break;
		default: buf_char(out, (unsigned char)*text < ' ' ? ' ' : *text);
		}
	}
}

static void
put_field(struct buf *out, const char *before, const char *text, const char *after)
{
	if (text == NULL || text[0] == '\0')
		return;
	buf_text(out, before);
	put_xml(out, text);
	buf_text(out, after);
}

/* PDF/UA's own property is none of those that PDF/A knows, so the file has to describe it. */
static const char extension[] =
    "<rdf:Description rdf:about=\"\" xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\" "
    "xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">"
    "<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\">"
    "<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>"
    "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    "<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType=\"Resource\">"
    "<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    "<pdfaProperty:category>internal</pdfaProperty:category>"
    "<pdfaProperty:description>Part of ISO 14289 that the file keeps</pdfaProperty:description>"
    "</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>\n";

void
pdf_archive_xmp(struct buf *out, const struct pdf_document *document, const char *producer, bool archival, bool tagged)
{
	struct arena arena = ARENA_INIT;

	buf_text(out,
	    "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
	    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n");
	if (archival)
		buf_printf(out,
		    "<rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\"><pdfaid:part>2</pdfaid:part>"
		    "<pdfaid:conformance>%c</pdfaid:conformance></rdf:Description>\n",
		    tagged ? 'A' : 'U');
	if (archival && tagged)
		buf_text(out, extension);
	if (tagged)
		buf_text(out, "<rdf:Description rdf:about=\"\" xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\">"
			      "<pdfuaid:part>1</pdfuaid:part></rdf:Description>\n");
	buf_text(out, "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">");
	put_field(out, "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">", document->title, "</rdf:li></rdf:Alt></dc:title>");
	put_field(out, "<dc:creator><rdf:Seq><rdf:li>", document->author, "</rdf:li></rdf:Seq></dc:creator>");
	put_field(out, "<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">", document->subject,
	    "</rdf:li></rdf:Alt></dc:description>");
	put_field(out, "<dc:language><rdf:Bag><rdf:li>", document->language, "</rdf:li></rdf:Bag></dc:language>");
	buf_printf(out,
	    "</rdf:Description>\n<rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">"
	    "<xmp:CreatorTool>" PDF_CREATOR "</xmp:CreatorTool><xmp:CreateDate>%s</xmp:CreateDate></rdf:Description>\n",
	    clock_iso(&arena, document->created_utc));
	put_field(out, "<rdf:Description rdf:about=\"\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"><pdf:Producer>", producer,
	    "</pdf:Producer></rdf:Description>\n");
	buf_text(out, "</rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>");
	arena_done(&arena);
}

static void
put_u16(struct buf *out, unsigned value)
{
	buf_char(out, (char)(value >> 8 & 0xff));
	buf_char(out, (char)(value & 0xff));
}

static void
put_u32(struct buf *out, uint32_t value)
{
	put_u16(out, value >> 16);
	put_u16(out, value & 0xffff);
}

/* A signed number with 16 bits behind the point, given in 65536ths. */
static void
put_fixed(struct buf *out, const int32_t *values, size_t count)
{
	while (count-- > 0)
		put_u32(out, (uint32_t)*values++);
}

static void
put_tag(struct buf *out, const char *name, unsigned offset, unsigned bytes)
{
	buf_text(out, name);
	put_u32(out, offset);
	put_u32(out, bytes);
}

/* One language, ASCII, padded to whole words. */
static void
put_words(struct buf *out, const char *text)
{
	size_t len = strlen(text);

	buf_text(out, "mluc");
	put_u32(out, 0);
	put_u32(out, 1);
	put_u32(out, 12);
	buf_text(out, "enUS");
	put_u32(out, (uint32_t)len * 2);
	put_u32(out, 28);
	for (; *text != '\0'; text++)
		put_u16(out, (unsigned char)*text);
	if (len % 2 != 0)
		put_u16(out, 0);
}

static void
put_xyz(struct buf *out, const int32_t *values)
{
	buf_text(out, "XYZ ");
	put_u32(out, 0);
	put_fixed(out, values, 3);
}

void
pdf_archive_srgb(struct buf *out)
{
	/* In 65536ths, adapted to D50 (Bradford): columns of the matrix from linear RGB, and the adaptation itself. */
	static const int32_t white[] = { 0xf6d6, 0x10000, 0xd32d }, red[] = { 0x6fa0, 0x38f5, 0x0390 },
			     green[] = { 0x6297, 0xb787, 0x18d9 }, blue[] = { 0x249f, 0x0f84, 0xb6c4 },
			     adaptation[] = { 0x10c42, 0x05de, -0x0cda, 0x0793, 0xfd8f, -0x045e, -0x025e, 0x03dc, 0xc06e };
	/* ((v + 0.055) / 1.055) ^ 2.4 from 0.04045 on, v / 12.92 below. */
	static const int32_t curve[] = { 0x26666, 0xf2a7, 0x0d59, 0x13d0, 0x0a5b };
	static const char name[] = "sRGB", rights[] = "No rights reserved";
	const unsigned name_bytes = 28 + 2 * (sizeof(name) - 1), rights_bytes = 28 + 2 * (sizeof(rights) - 1),
		       first = HEADER_BYTES + 4 + 12 * PROFILE_TAGS, rights_at = first + name_bytes,
		       white_at = rights_at + rights_bytes, adaptation_at = white_at + 4 * XYZ_BYTES, curve_at = adaptation_at + 44,
		       total = curve_at + CURVE_BYTES;
	size_t begin = out->len;
	unsigned i;

	put_u32(out, total);
	put_u32(out, 0);
	put_u32(out, 0x04200000); /* version 4.2 */
	buf_text(out, "mntrRGB XYZ ");
	put_u16(out, 2026), put_u16(out, 1), put_u16(out, 1), put_u16(out, 0), put_u16(out, 0), put_u16(out, 0);
	buf_text(out, "acsp");
	for (i = 0; i < 7; i++) /* platform to intent: none, perceptual */
		put_u32(out, 0);
	put_fixed(out, white, 3);
	while (out->len - begin < HEADER_BYTES)
		buf_char(out, '\0');
	put_u32(out, PROFILE_TAGS);
	put_tag(out, "desc", first, name_bytes);
	put_tag(out, "cprt", rights_at, rights_bytes);
	put_tag(out, "wtpt", white_at, XYZ_BYTES);
	put_tag(out, "rXYZ", white_at + XYZ_BYTES, XYZ_BYTES);
	put_tag(out, "gXYZ", white_at + 2 * XYZ_BYTES, XYZ_BYTES);
	put_tag(out, "bXYZ", white_at + 3 * XYZ_BYTES, XYZ_BYTES);
	put_tag(out, "chad", adaptation_at, 44);
	put_tag(out, "rTRC", curve_at, CURVE_BYTES);
	put_tag(out, "gTRC", curve_at, CURVE_BYTES);
	put_tag(out, "bTRC", curve_at, CURVE_BYTES);
	put_words(out, name);
	put_words(out, rights);
	put_xyz(out, white);
	put_xyz(out, red);
	put_xyz(out, green);
	put_xyz(out, blue);
	buf_text(out, "sf32");
	put_u32(out, 0);
	put_fixed(out, adaptation, 9);
	buf_text(out, "para");
	put_u32(out, 0);
	put_u16(out, 3);
	put_u16(out, 0);
	put_fixed(out, curve, 5);
	BUG_UNLESS(out->len - begin == total);
}
