/* Objects of a PDF, and what libharu thinks of them. */
#include "pdf_maker.h"

#include "base/text.h"

int
pdf_maker_check(const struct pdf_maker *maker, struct err *err)
{
	HPDF_STATUS status = maker->status != 0 ? maker->status : HPDF_GetError(maker->doc);

	if (status == 0)
		return 0;
	return err_set(err, ERR_SYSTEM, "could not make the PDF: libharu error 0x%04lx (detail %lu)", (unsigned long)status,
	    (unsigned long)maker->detail);
}

HPDF_Dict
pdf_maker_object(struct pdf_maker *maker)
{
	HPDF_Dict dict = HPDF_Dict_New(maker->doc->mmgr);

	HPDF_Xref_Add(maker->doc->xref, dict);
	return dict;
}

HPDF_Dict
pdf_maker_dict(struct pdf_maker *maker, HPDF_Dict dict, const char *key)
{
	HPDF_Dict inner = HPDF_Dict_New(maker->doc->mmgr);

	HPDF_Dict_Add(dict, key, inner);
	return inner;
}

HPDF_Array
pdf_maker_array(struct pdf_maker *maker, HPDF_Dict dict, const char *key)
{
	HPDF_Array array = HPDF_Array_New(maker->doc->mmgr);

	HPDF_Dict_Add(dict, key, array);
	return array;
}

void
pdf_maker_utf16(struct buf *out, const char *text, bool hex)
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

void
pdf_maker_string(struct pdf_maker *maker, HPDF_Dict dict, const char *key, const char *text)
{
	HPDF_Binary value;

	if (text == NULL)
		return;
	buf_reset(&maker->plain);
	buf_add(&maker->plain, "\xfe\xff", 2);
	pdf_maker_utf16(&maker->plain, text, /* hex= */ false);
	value = HPDF_Binary_New(maker->doc->mmgr, (HPDF_BYTE *)maker->plain.data, (HPDF_UINT)maker->plain.len);
	if (value != NULL) /* too long a text: recorded */
		HPDF_Dict_Add(dict, key, value);
}

HPDF_Array
pdf_maker_box(struct pdf_maker *maker, double left, double bottom, double right, double top)
{
	HPDF_Box box = { (HPDF_REAL)left, (HPDF_REAL)bottom, (HPDF_REAL)right, (HPDF_REAL)top };

	return HPDF_Box_Array_New(maker->doc->mmgr, box);
}

HPDF_Dict
pdf_maker_stream(struct pdf_maker *maker)
{
	return HPDF_DictStream_New(maker->doc->mmgr, maker->doc->xref);
}

/* libharu removes /Filter from a stream it does not compress itself; this writes it back after the other entries. */
static HPDF_STATUS
write_filter(HPDF_Dict dict, HPDF_Stream stream)
{
	(void)dict;
	return HPDF_Stream_WriteStr(stream, "/Filter /FlateDecode\012");
}

void
pdf_maker_fill(HPDF_Dict stream, const void *packed, size_t len)
{
	stream->filter = HPDF_STREAM_FILTER_NONE;
	stream->write_fn = write_filter;
	HPDF_Stream_Write(stream->stream, packed, (HPDF_UINT)len);
}
