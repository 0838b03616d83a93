/* Elements are written without what readers know anyway (/Type), and with one child as it is instead of an array of it: there
 * are a dozen on a page. */
#include "pdf_tags.h"

#include <string.h>

#define MAX_DEPTH 8

static void
begin(struct pdf_maker *maker, struct pdf_tags *tags)
{
	HPDF_Dict root = pdf_maker_object(maker);

	tags->document = pdf_maker_object(maker);
	HPDF_Dict_AddName(root, "Type", "StructTreeRoot");
	HPDF_Dict_Add(root, "K", tags->document);
	tags->numbers = pdf_maker_array(maker, pdf_maker_dict(maker, root, "ParentTree"), "Nums");
	HPDF_Dict_AddName(tags->document, "S", "Document");
	HPDF_Dict_Add(tags->document, "P", root);
	tags->children = pdf_maker_array(maker, tags->document, "K");
	HPDF_Dict_Add(maker->doc->catalog, "StructTreeRoot", root);
}

static HPDF_Dict
new_element(struct pdf_maker *maker, const struct pdf_mark *mark)
{
	HPDF_Dict element = pdf_maker_object(maker), layout;

	HPDF_Dict_AddName(element, "S", mark->role);
	pdf_maker_string(maker, element, "Alt", mark->alternative);
	pdf_maker_string(maker, element, "ActualText", mark->instead);
	pdf_maker_string(maker, element, "Lang", mark->language);
	if (mark->right > mark->left) {
		layout = pdf_maker_dict(maker, element, "A");
		HPDF_Dict_AddName(layout, "O", "Layout");
		HPDF_Dict_AddName(layout, "Placement", "Block");
		HPDF_Dict_Add(layout, "BBox", pdf_maker_box(maker, mark->left, mark->bottom, mark->right, mark->top));
	}
	/* A header is of what stands below it, or readers do not say it with the cells. */
	if (strcmp(mark->role, "TH") == 0) {
		layout = pdf_maker_dict(maker, element, "A");
		HPDF_Dict_AddName(layout, "O", "Table");
		HPDF_Dict_AddName(layout, "Scope", "Column");
	}
	return element;
}

/* The link's area is a child of its element, and knows of it by a number. */
static void
add_area(
    struct pdf_maker *maker, struct pdf_tags *tags, HPDF_Page page, HPDF_Dict element, HPDF_Array children, HPDF_Annotation link)
{
	HPDF_Dict reference = HPDF_Dict_New(maker->doc->mmgr);

	HPDF_Dict_AddName(reference, "Type", "OBJR");
	HPDF_Dict_Add(reference, "Obj", link);
	HPDF_Dict_Add(reference, "Pg", page);
	HPDF_Array_Add(children, reference);
	HPDF_Dict_AddNumber(link, "StructParent", tags->next_number);
	HPDF_Array_AddNumber(tags->numbers, tags->next_number++);
	HPDF_Array_Add(tags->numbers, element);
}

void
pdf_tags_page(struct pdf_maker *maker, struct pdf_tags *tags, HPDF_Page page, const struct pdf_page *def, HPDF_Annotation *links)
{
	HPDF_Dict parents[MAX_DEPTH + 1], element;
	HPDF_Array children[MAX_DEPTH + 1], contents;
	HPDF_INT32 content = 0;
	size_t i, k;

	if (def->mark_count == 0)
		return;
	if (tags->document == NULL)
		begin(maker, tags);
	parents[0] = tags->document;
	children[0] = tags->children;
	/* The page's own number leads to its elements by the number of their content; areas of links come after it. */
	HPDF_Dict_AddNumber(page, "StructParents", tags->next_number);
	HPDF_Dict_AddName(page, "Tabs", "S");
	HPDF_Array_AddNumber(tags->numbers, tags->next_number++);
	contents = HPDF_Array_New(maker->doc->mmgr);
	HPDF_Array_Add(tags->numbers, contents);
	for (i = 0; i < def->mark_count; i++) {
		const struct pdf_mark *mark = &def->marks[i];

		BUG_UNLESS(mark->depth < MAX_DEPTH && (i == 0 ? mark->depth == 0 : mark->depth <= def->marks[i - 1].depth + 1));
		element = new_element(maker, mark);
		HPDF_Dict_Add(element, "P", parents[mark->depth]);
		HPDF_Array_Add(children[mark->depth], element);
		if (mark->has_content) {
			HPDF_Dict_Add(element, "Pg", page);
			HPDF_Dict_AddNumber(element, "K", content++);
			HPDF_Array_Add(contents, element);
			continue;
		}
		parents[mark->depth + 1] = element;
		children[mark->depth + 1] = pdf_maker_array(maker, element, "K");
		for (k = 0; k < def->link_count; k++)
			if (def->links[k].mark == i + 1)
				add_area(maker, tags, page, element, children[mark->depth + 1], links[k]);
	}
}

void
pdf_tags_end(struct pdf_maker *maker, struct pdf_tags *tags)
{
	if (tags->document == NULL)
		return;
	HPDF_Dict_AddNumber(
	    HPDF_Dict_GetItem(maker->doc->catalog, "StructTreeRoot", HPDF_OCLASS_DICT), "ParentTreeNextKey", tags->next_number);
	HPDF_Dict_AddBoolean(pdf_maker_dict(maker, maker->doc->catalog, "MarkInfo"), "Marked", HPDF_TRUE);
}
