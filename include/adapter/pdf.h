#ifndef ADAPTER_PDF_H
#define ADAPTER_PDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* A PDF document described as data and written in one call. Lengths are points (1/72 inch), the origin is the lower left
 * corner. Drawing operators are the caller's (lib/page writes them); structure, fonts and compression are made here. */

/* Content that several documents share, compressed once. Drawn under a page's own content. */
struct pdf_layer;

/* The text behind the drawing. Content shows it with font /T0 (codes 0…255), /T1 (256…511), …: every glyph is empty and
 * PDF_TEXT_WIDTH thousandths of an em wide, and stands for ${text}. */
#define PDF_TEXT_WIDTH 500

struct pdf_text {
	unsigned code;
	const char *text; /* UTF-8, one or more characters */
};

struct pdf_link {
	double left, bottom, right, top;
	const char *uri; /* ASCII */
	size_t mark;     /* 1 + index of the "Link" mark that it belongs to; 0: none */
};

/* A part of a page as those are told of it who do not see it, in reading order. Marks with content follow each other as in the content
 * stream, where the n-th of them, from 0, stands between "/ROLE <</MCID n>> BDC" and "EMC". Everything else there is "/Artifact BMC". */
struct pdf_mark {
	const char *role; /* standard structure type: "H1", "P", "Figure", "Link" */
	unsigned depth;   /* 0 at the top; each is part of the last one before it that is one higher and has no content */
	bool has_content;
	const char *alternative;         /* UTF-8: what is said instead of what is shown; NULL: none */
	const char *instead;             /* UTF-8: the text, where its characters are not in order; NULL: they are */
	const char *language;            /* BCP 47, where it is not the document's; NULL */
	double left, bottom, right, top; /* of a figure; all 0 for none */
};

/* A JPEG file, which goes into the PDF as it is. Content shows the n-th of a page or layer as /I<n>, from 0. */
struct pdf_image {
	const void *bytes;
	size_t len;
	unsigned width, height; /* pixels */
	unsigned components;    /* 1: grey, 3: colour, 4: CMYK */
	bool inverted;          /* CMYK with 0 for full ink, as Adobe writes it */
};

struct pdf_page {
	double width, height;
	const struct pdf_layer *const *layers;
	size_t layer_count;
	const struct pdf_image *const *images;
	size_t image_count;
	const char *content; /* content stream operators */
	size_t content_len;
	const struct pdf_text *texts; /* ascending by code */
	size_t text_count;
	const struct pdf_link *links;
	size_t link_count;
	const struct pdf_mark *marks; /* none: the page is not tagged */
	size_t mark_count;
};

struct pdf_document {
	const char *title, *author, *subject; /* UTF-8; NULL: none */
	const char *language;                 /* BCP 47 */
	int64_t created_utc;
	const struct pdf_page *pages;
	size_t page_count;
};

/**
 * pdf_layer_new(arena, page):
 * What stands on a page, but for its text behind and its links, for use on others of its size; its content is compressed here. A document
 * holds each layer and each image once, however many pages show it.
 *
 * Owns: in ${arena}, for as long as documents are written with it; the images are borrowed.
 */
const struct pdf_layer *pdf_layer_new(struct arena *, const struct pdf_page *) __attribute__((nonnull, returns_nonnull));

/**
 * pdf_write(document, ret_out, err):
 * Append the finished file to ${ret_out}. The same document gives the same bytes. It is made for archives, PDF/A-2u; PDF/A-2a and PDF/UA-1
 * if every page is tagged; and says so, but for PDF/A where an image is CMYK, which would need a printing condition.
 *
 * Errors: ERR_DATA if the file does not fit in ${ret_out} or text is not UTF-8; ERR_SYSTEM with libharu's error number.
 * Source: PDF 32000-1:2008, 7.8 (content streams), 9.6.5 (Type 3 fonts), 9.10 (extraction of text).
 */
MUST_CHECK int pdf_write(const struct pdf_document *, struct buf *, struct err *) __attribute__((nonnull));

#endif
