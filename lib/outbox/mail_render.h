#ifndef OUTBOX_MAIL_RENDER_H
#define OUTBOX_MAIL_RENDER_H

#include "base/buf.h"
#include "mail_fill.h"

/**
 * mail_render_line(buf, locale, runs):
 * Runs as one line of text, without markup. A value of the other direction than the language's is set apart by directional isolates, so
 * that its neighbours stay where they are.
 *
 * Source: Unicode Standard Annex 9, section 2.7.
 */
void mail_render_line(struct buf *, const struct locale *, const struct mail_run *) __attribute__((nonnull(1, 2)));

/**
 * mail_render_text(arena, buf, locale, parts, foot):
 * As text/plain; format=flowed, lines ended by LF; the foot stands below the line that sets a signature apart. Returns whether it is to be said that blanks at soft line ends are not part of the
 * text (delsp=yes): where lines are broken between letters that have no blank between them.
 *
 * Source: RFC 3676 sections 4.1 to 4.4.
 */
bool mail_render_text(struct arena *, struct buf *, const struct locale *, const struct mail_part *, const struct mail_part *)
    __attribute__((nonnull(1, 2, 3)));

/**
 * mail_render_html(buf, parts):
 * As what stands in the layout's {{body}}.
 */
void mail_render_html(struct buf *, const struct mail_part *) __attribute__((nonnull(1)));

/**
 * mail_render_raw(buf, runs, subject, body, foot):
 * A template that is HTML itself: its text as it is, values escaped, and the values `subject`, `body` and `foot`, which are made already;
 * the latter two are HTML.
 */
void mail_render_raw(struct buf *, const struct mail_run *, const char *, const char *, const char *)
    __attribute__((nonnull(1, 3, 4, 5)));

#endif
