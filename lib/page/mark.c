/* Marked content: numbered in the stream as the marks with content are in the page's list. */
#include "page/mark.h"

#include <string.h>

static struct pdf_mark *
add(struct page *page, const char *role)
{
	struct pdf_mark *grown;

	BUG_UNLESS(!page->marking);
	if (page->mark_count == page->mark_room) {
		page->mark_room = page->mark_room * 2 + 16;
		grown = ARENA_ARRAY(page->arena, page->mark_room, struct pdf_mark);
		if (page->mark_count > 0)
			memcpy(grown, page->marks, page->mark_count * sizeof(*grown));
		page->marks = grown;
	}
	grown = &page->marks[page->mark_count++];
	*grown = (struct pdf_mark){ .role = role, .depth = page->group_depth };
	return grown;
}

static struct pdf_mark *
begin(struct page *page, const char *role)
{
	struct pdf_mark *mark = add(page, role);

	mark->has_content = true;
	buf_printf(&page->content, "/%s <</MCID %u>> BDC\n", role, page->content_count++);
	page->marking = true;
	return mark;
}

void
page_mark(struct page *page, const char *role, const char *language, const char *instead)
{
	struct pdf_mark *mark = begin(page, role);

	mark->language = language == NULL ? NULL : arena_strdup(page->arena, language);
	mark->instead = instead == NULL ? NULL : arena_strdup(page->arena, instead);
}

void
page_mark_figure(struct page *page, const struct page_box *box, const char *alternative)
{
	struct pdf_mark *mark = begin(page, "Figure");

	mark->alternative = arena_strdup(page->arena, alternative);
	mark->left = box->left;
	mark->bottom = box->bottom;
	mark->right = box->left + box->width;
	mark->top = box->bottom + box->height;
}

void
page_artifact(struct page *page)
{
	BUG_UNLESS(!page->marking);
	buf_text(&page->content, "/Artifact BMC\n");
	page->marking = true;
}

void
page_mark_end(struct page *page)
{
	BUG_UNLESS(page->marking);
	buf_text(&page->content, "EMC\n");
	page->marking = false;
}

void
page_group(struct page *page, const char *role)
{
	add(page, role);
	page->group_depth++;
	page->group = page->mark_count;
}

void
page_group_end(struct page *page)
{
	size_t i;

	BUG_UNLESS(page->group_depth > 0);
	page->group_depth--;
	/* The group around this one, if any: the last one before it that is one higher. */
	for (i = page->group - 1; i > 0 && page->marks[i - 1].depth >= page->group_depth; i--)
		;
	page->group = page->group_depth == 0 ? 0 : i;
}
