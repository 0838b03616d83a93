#ifndef PAGE_MARK_H
#define PAGE_MARK_H

#include "page/page.h"

/* What those are told of a page who do not see it: every part of the content says what it is, in reading order, and what is only there to
 * be looked at is an artifact. A page with one mark must have all of its content in marks or artifacts. Roles are the standard structure
 * types of PDF: "H1", "P", "Figure", "Link", "Table", "TR", "TD", … */

/**
 * page_mark(page, role, language, instead), page_mark_figure(page, box, alternative), page_artifact(page), page_mark_end(page):
 * What is drawn up to page_mark_end() is text of that role, in ${language} (NULL: that of the document) and read as ${instead}
 * (NULL: as it stands there, which is against its order from right to left); a figure, with the words that
 * stand for it; nothing to tell of. One cannot begin within another.
 *
 * Owns: ${role} is borrowed until the PDF is written; the other texts are copied.
 */
void page_mark(struct page *, const char *, const char *, const char *) __attribute__((nonnull(1, 2)));
void page_mark_figure(struct page *, const struct page_box *, const char *) __attribute__((nonnull));
void page_artifact(struct page *) __attribute__((nonnull));
void page_mark_end(struct page *) __attribute__((nonnull));

/**
 * page_group(page, role), page_group_end(page):
 * Marks and groups in between are parts of one: cells of a row, the picture of a link. The area of page_link() belongs to the group it is
 * made in.
 */
void page_group(struct page *, const char *) __attribute__((nonnull));
void page_group_end(struct page *) __attribute__((nonnull));

#endif
