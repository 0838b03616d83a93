#ifndef ADAPTER_PDF_TAGS_H
#define ADAPTER_PDF_TAGS_H

#include "adapter/pdf.h"
#include "pdf_maker.h"

/* The tree of tags: what assistive software reads instead of the page. Within lib/adapter/pdf.c only. */

struct pdf_tags {
	HPDF_Dict document; /* NULL until a page has marks */
	HPDF_Array children, numbers;
	HPDF_INT32 next_number;
};

/**
 * pdf_tags_page(maker, tags, page, def, links):
 * Add a page's marks; ${links} are the annotations of its links, in order. Does nothing for a page without marks.
 *
 * Source: ISO 32000-1, 14.7 and 14.8; ISO 14289-1, 7.
 */
void pdf_tags_page(struct pdf_maker *, struct pdf_tags *, HPDF_Page, const struct pdf_page *, HPDF_Annotation *)
    __attribute__((nonnull(1, 2, 3, 4)));

/**
 * pdf_tags_end(maker, tags):
 * Say in the catalog that the document has tags.
 */
void pdf_tags_end(struct pdf_maker *, struct pdf_tags *) __attribute__((nonnull));

#endif
