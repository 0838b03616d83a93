/* Drawing certificates from a template. What does not change from one to the next (ornaments, words, issuer, signature) is
 * drawn once per language and issuer, compressed, and kept as a layer. Texts that many share (course, dates) are layers too,
 * kept for a while; a certificate then costs only its own name, serial and code. Whether a layer was kept or made anew cannot
 * be seen in the file. The text behind is written in the template's order for every one, so that it reads as it looks. */
#include "certificate/render.h"

#include <string.h>

#include "adapter/pdf.h"
#include "base/text.h"
#include "certificate/draw.h"
#include "certificate/fill.h"
#include "certificate/pages.h"
#include "certificate/template.h"
#include "certificate/wording.h"
#include "outbox/locale.h"
#include "page/mark.h"

#define KEPT_BUCKETS 256u
#define KEPT_MAX_BYTES ((size_t)24 << 20)

/* What is drawn once for a language and a set of steady facts. */
struct base {
	struct base *next;
	const struct wording *wording;
	unsigned stated;                         /* bits of the facts that are there */
	const char *steady[TEMPLATE_FACT_COUNT]; /* NULL for the others */
	const struct pdf_layer *layer;
	const struct page_set **sets; /* by item, of its texts */
	uint32_t script;              /* of the words */
};

/* A text that was drawn for a certificate and may be wanted for the next ones. */
struct kept {
	struct kept *next;
	const struct template_item *item;
	const struct wording *wording;
	const char *text;
	struct page_set *set;
	const struct pdf_layer *layer;
};

struct certificate_renderer {
	struct arena *arena;
	struct arena scratch;    /* of one certificate */
	struct arena kept_arena; /* emptied when it has grown large */
	struct kept *kept[KEPT_BUCKETS];
	const char *template_dir;
	struct template *template;
	struct wording *wordings;
	struct base *bases;
	const struct pdf_image *logo; /* NULL until one was wanted */
	const char *logo_path, *logo_sha256;
};

int
certificate_open(struct arena *arena, const char *template_dir, enum template_paper paper, const char *name,
    struct certificate_renderer **ret_renderer, struct err *err)
{
	struct certificate_renderer *renderer = ARENA_NEW(arena, struct certificate_renderer);

	renderer->arena = arena;
	renderer->template_dir = arena_strdup(arena, template_dir);
	if (template_open(arena, template_dir, paper, name, &renderer->template, err) != 0)
		return -1;
	*ret_renderer = renderer;
	return 0;
}

void
certificate_close(struct certificate_renderer *renderer)
{
	if (renderer == NULL)
		return;
	template_close(renderer->template);
	arena_done(&renderer->scratch);
	arena_done(&renderer->kept_arena);
}

void
certificate_fonts(const struct certificate_renderer *renderer, void (*say)(void *, bool, const char *), void *context)
{
	page_fonts_check(renderer->template->fonts, say, context);
}

/* Draw what stays the same for ${values}. */
static int
make_base(struct certificate_renderer *renderer, struct base *base, const char *const *values, struct err *err)
{
	int rc = -1;
	const struct template *template = renderer->template;
	const struct template_item *item;
	const struct template_part *parts;
	struct page page;
	struct pdf_page as_pdf;
	struct page_set *set;
	struct page_slot slot;
	size_t i;

	page_init(renderer->arena, &page, template->width, template->height);
	for (i = 0; i < template->item_count; i++) {
		item = &template->items[i];
		parts = base->wording->texts[i];
		if (!draw_wanted(item, parts, base->stated) || item->kind == TEMPLATE_QR ||
		    (item->kind == TEMPLATE_TEXT && draw_scope(parts) != TEMPLATE_STEADY))
			continue;
		if (item->kind != TEMPLATE_TEXT) {
			if (draw_shape(&page, template, item, renderer->logo, err) != 0)
				goto out;
			continue;
		}
		if (draw_fit(renderer->arena, item, base->wording, parts, draw_join(renderer->arena, parts, values), &set, err) !=
		    0) {
			/* Not this certificate's fault but that of the template or the tenant's settings: all would be refused. */
			if (err->code == ERR_DATA)
				err->code = ERR_CONFIG;
			err_wrap(err, "%s:%u", template->file, item->line);
			goto out;
		}
		slot = draw_slot(item);
		page_set_draw(&page, &slot, set);
		base->sets[i] = set;
		if (base->script == 0 && parts != NULL && parts->kind != TEMPLATE_FACT)
			base->script = set->lines[0]->script;
	}
	if (buf_check(&page.content, "template", err) != 0)
		goto out;
	as_pdf = page_as_pdf(&page);
	base->layer = pdf_layer_new(renderer->arena, &as_pdf);
	rc = 0;
out:
	page_done(&page);
	return rc;
}

static int
find_base(struct certificate_renderer *renderer, const struct wording *wording, const char *const *values, unsigned stated,
    const struct base **ret_base, struct err *err)
{
	struct base *base;
	size_t i;

	for (base = renderer->bases; base != NULL; base = base->next) {
		if (base->wording != wording || base->stated != stated)
			continue;
		for (i = 0; i < TEMPLATE_FACT_COUNT; i++)
			if (template_fact_scope((enum template_fact)i) == TEMPLATE_STEADY &&
			    !text_equal(base->steady[i], values[i]))
				break;
		if (i == TEMPLATE_FACT_COUNT) {
			*ret_base = base;
			return 0;
		}
	}
	base = ARENA_NEW(renderer->arena, struct base);
	base->wording = wording;
	base->stated = stated;
	for (i = 0; i < TEMPLATE_FACT_COUNT; i++)
		if (template_fact_scope((enum template_fact)i) == TEMPLATE_STEADY)
			base->steady[i] = arena_strdup(renderer->arena, values[i]);
	base->sets = ARENA_ARRAY(renderer->arena, renderer->template->item_count, const struct page_set *);
	if (make_base(renderer, base, values, err) != 0)
		return -1;
	base->next = renderer->bases;
	renderer->bases = base;
	*ret_base = base;
	return 0;
}

/* The issuer's logo, if the template shows it. */
static int
find_logo(struct certificate_renderer *renderer, const struct certificate_facts *facts, struct err *err)
{
	const struct template *template = renderer->template;
	size_t i;

	for (i = 0; i < template->item_count && !template->items[i].is_logo; i++)
		;
	if (i == template->item_count || facts->logo == NULL || facts->logo[0] == '\0')
		return 0;
	if (renderer->logo != NULL && text_equal(renderer->logo_path, facts->logo) &&
	    text_equal(renderer->logo_sha256, facts->logo_sha256))
		return 0;
	if (page_image_load(renderer->arena, facts->logo, facts->logo_sha256, &renderer->logo, err) != 0)
		return -1;
	renderer->logo_path = arena_strdup(renderer->arena, facts->logo);
	renderer->logo_sha256 = arena_strdup(renderer->arena, facts->logo_sha256);
	return 0;
}

/* A text that many certificates share, as a layer: the one kept, or a new one. */
static int
find_kept(struct certificate_renderer *renderer, const struct template_item *item, const struct wording *wording,
    const struct template_part *parts, const char *text, const struct kept **ret_kept, struct err *err)
{
	struct arena *arena = &renderer->kept_arena;
	struct kept *kept, **bucket;
	unsigned hash = (unsigned)(item - renderer->template->items);
	struct page page;
	struct pdf_page as_pdf;
	struct page_slot slot = draw_slot(item);
	const char *c;
	int rc = -1;

	for (c = text; *c != '\0'; c++)
		hash = hash * 33 + (unsigned char)*c;
	bucket = &renderer->kept[hash % KEPT_BUCKETS];
	for (kept = *bucket; kept != NULL; kept = kept->next) {
		if (kept->item == item && kept->wording == wording && strcmp(kept->text, text) == 0) {
			*ret_kept = kept;
			return 0;
		}
	}
	kept = ARENA_NEW(arena, struct kept);
	kept->item = item;
	kept->wording = wording;
	kept->text = arena_strdup(arena, text);
	if (draw_fit(arena, item, wording, parts, kept->text, &kept->set, err) != 0)
		return -1;
	page_init(arena, &page, renderer->template->width, renderer->template->height);
	page_set_draw(&page, &slot, kept->set);
	if (buf_check(&page.content, item->name, err) != 0)
		goto out;
	as_pdf = page_as_pdf(&page);
	kept->layer = pdf_layer_new(arena, &as_pdf);
	kept->next = *bucket;
	*bucket = kept;
	*ret_kept = kept;
	rc = 0;
out:
	page_done(&page);
	return rc;
}

/* Draw what is this certificate's own into ${page}, and append the layers it shares. */
static int
draw_items(struct certificate_renderer *renderer, const struct base *base, const char *const *values, struct page *page,
    const struct pdf_layer **layers, size_t *layer_count, struct err *err)
{
	struct arena *arena = &renderer->scratch;
	const struct template *template = renderer->template;
	const struct template_item *item;
	const struct template_part *parts;
	const struct kept *kept = NULL;
	struct page_set *set;
	struct page_slot slot;
	struct page_box box;
	const char *text, *language = locale_language(base->wording->locale);
	size_t i;

	for (i = 0; i < template->item_count; i++) {
		item = &template->items[i];
		parts = base->wording->texts[i];
		if (!draw_wanted(item, parts, base->stated))
			continue;
		/* The picture itself is on the layer below, where what the template draws after it covers it. */
		text = draw_alternative(arena, item, parts, values);
		if (text != NULL) {
			box = draw_box(item);
			page_mark_figure(page, &box, text);
			page_mark_end(page);
		}
		if (item->kind != TEMPLATE_QR && item->kind != TEMPLATE_TEXT)
			continue;
		if (base->sets[i] != NULL) {
			draw_text(page, item, base->sets[i], language, base->script);
			continue;
		}
		text = draw_join(arena, parts, values);
		if (item->kind == TEMPLATE_QR) {
			if (draw_qr(arena, page, item, text, err) != 0)
				return -1;
		} else if (draw_scope(parts) == TEMPLATE_SHARED) {
			if (find_kept(renderer, item, base->wording, parts, text, &kept, err) != 0)
				return -1;
			layers[(*layer_count)++] = kept->layer;
			draw_text(page, item, kept->set, language, base->script);
		} else {
			if (draw_fit(arena, item, base->wording, parts, text, &set, err) != 0)
				return -1;
			slot = draw_slot(item);
			page_artifact(page);
			page_set_draw(page, &slot, set);
			page_mark_end(page);
			draw_text(page, item, set, language, base->script);
		}
	}
	return 0;
}

int
certificate_render(
    struct certificate_renderer *renderer, const struct certificate_facts *facts, struct buf *ret_pdf, struct err *err)
{
	int rc = -1;
	struct arena *arena = &renderer->scratch;
	const struct wording *wording = NULL;
	const struct base *base = NULL;
	const char *values[TEMPLATE_FACT_COUNT];
	unsigned stated = 0;
	struct page page;
	struct pdf_page pdf_page;
	const struct pdf_layer **layers;
	size_t layer_count = 0;

	arena_reset(arena);
	if (renderer->kept_arena.used_bytes > KEPT_MAX_BYTES) {
		memset(renderer->kept, 0, sizeof(renderer->kept));
		arena_reset(&renderer->kept_arena);
	}
	if (wording_find(renderer->arena, &renderer->wordings, renderer->template_dir, renderer->template, facts->locale, &wording,
		err) != 0)
		return -1;
	if (fill_values(arena, facts, wording, values, &stated, err) != 0)
		return -1;
	if (find_logo(renderer, facts, err) != 0)
		return -1;
	if (renderer->template->paper != TEMPLATE_CERTIFICATE)
		return pages_render(arena, renderer->template, wording, facts, values, stated, renderer->logo, ret_pdf, err);
	if (find_base(renderer, wording, values, stated, &base, err) != 0)
		return -1;
	layers = ARENA_ARRAY(arena, renderer->template->item_count + 1, const struct pdf_layer *);
	layers[layer_count++] = base->layer;
	page_init(arena, &page, renderer->template->width, renderer->template->height);
	if (draw_items(renderer, base, values, &page, layers, &layer_count, err) != 0 ||
	    buf_check(&page.content, "certificate", err) != 0)
		goto out;
	pdf_page = page_as_pdf(&page);
	pdf_page.layers = layers;
	pdf_page.layer_count = layer_count;
	if (pdf_write(
		&(struct pdf_document){ .title = arena_printf(arena, "%s – %s", values[TEMPLATE_COURSE], values[TEMPLATE_LEARNER]),
		    .author = values[TEMPLATE_ISSUER],
		    .subject = values[TEMPLATE_COURSE],
		    .language = locale_language(wording->locale),
		    .created_utc = facts->issued_utc,
		    .pages = &pdf_page,
		    .page_count = 1 },
		ret_pdf, err) != 0)
		goto out;
	rc = 0;
out:
	page_done(&page);
	return rc;
}
