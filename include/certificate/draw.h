#ifndef CERTIFICATE_DRAW_H
#define CERTIFICATE_DRAW_H

#include "base/arena.h"
#include "base/err.h"
#include "certificate/template.h"
#include "certificate/wording.h"
#include "page/page.h"
#include "page/text.h"

/* Drawing one item of a template. ${parts} are a text's parts in the certificate's language, ${values} the facts by enum template_fact. */

/**
 * draw_wanted(item, parts, stated):
 * Is it drawn? ${stated} are the facts that there are: it needs those of `when`, of its text and of the words in its text, and none of
 * `unless`.
 */
bool draw_wanted(const struct template_item *, const struct template_part *, unsigned) __attribute__((nonnull(1)));

/**
 * draw_scope(parts):
 * A text repeats as often as the rarest fact in it.
 */
enum template_scope draw_scope(const struct template_part *);

/**
 * draw_join(arena, parts, values):
 * The text itself.
 */
char *draw_join(struct arena *, const struct template_part *, const char *const *) __attribute__((nonnull(1, 3), returns_nonnull));

/**
 * draw_slot(item):
 * The place of a text.
 */
struct page_slot draw_slot(const struct template_item *) __attribute__((nonnull));

/**
 * draw_fit(arena, item, wording, parts, text, ret_set, err):
 * Fit a text into its place.
 *
 * Errors: those of page_fit(); they name the fact, or the item.
 */
MUST_CHECK int draw_fit(struct arena *, const struct template_item *, const struct wording *, const struct template_part *,
    const char *, struct page_set **, struct err *) __attribute__((nonnull(1, 2, 3, 5, 6, 7)));

/**
 * draw_shape(page, template, item, logo, err):
 * Draw what is neither text nor QR code. ${logo} may be NULL if the item does not show it.
 *
 * Errors: ERR_DATA for a path's data, with file and line.
 */
MUST_CHECK int draw_shape(struct page *, const struct template *, const struct template_item *, const struct pdf_image *,
    struct err *) __attribute__((nonnull(1, 2, 3, 5)));

/**
 * draw_alternative(arena, item, parts, values):
 * The words that a picture has for those who do not see it, "alt" of its template; a logo without any says whose it is. NULL: it has none, it
 * is an ornament.
 */
const char *draw_alternative(struct arena *, const struct template_item *, const struct template_part *, const char *const *)
    __attribute__((nonnull(1, 2, 4)));

/**
 * draw_box(item):
 * Where a picture stands.
 */
struct page_box draw_box(const struct template_item *) __attribute__((nonnull));

/**
 * draw_text(page, item, set, locale, script), draw_marked(page, role, slot, set, locale, script):
 * Put the text behind a text that has been fitted, marked for those who do not see it. ${script} is that of the certificate's words: a name
 * in another one is marked as such.
 */
void draw_marked(struct page *, const char *, const struct page_slot *, const struct page_set *, const char *, uint32_t)
    __attribute__((nonnull));
void draw_text(struct page *, const struct template_item *, const struct page_set *, const char *, uint32_t)
    __attribute__((nonnull));

/**
 * draw_qr(arena, page, item, text, err):
 * A QR code, clickable if it is a web address.
 */
MUST_CHECK int draw_qr(struct arena *, struct page *, const struct template_item *, const char *, struct err *)
    __attribute__((nonnull));

#endif
