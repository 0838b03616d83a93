/* Pictures of PDF pages by poppler and cairo: an independent viewer, so that a preview shows what a reader will see and not
 * what we believe we drew. */
#include "adapter/png.h"

#include <math.h>

#include <cairo.h>
#include <poppler.h>

#define MAX_PIXELS 16000

static cairo_status_t
append(void *context, const unsigned char *bytes, unsigned len)
{
	struct buf *out = context;

	buf_add(out, bytes, len);
	return out->overflow ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

int
png_of_pdf(const void *pdf, size_t len, double dots_per_inch, struct buf *ret_png, struct err *err)
{
	int rc = -1;
	double width, height, scale = dots_per_inch / 72;
	GError *error = NULL;
	GBytes *bytes;
	PopplerDocument *document = NULL;
	PopplerPage *page = NULL;
	cairo_surface_t *surface = NULL;
	cairo_t *cairo = NULL;
	cairo_status_t status;

	bytes = g_bytes_new_static(pdf, len);
	document = poppler_document_new_from_bytes(bytes, NULL, &error);
	if (document == NULL) {
		err_set(err, ERR_DATA, "cannot read the PDF: %s", error->message);
		goto out;
	}
	page = poppler_document_get_page(document, 0);
	if (page == NULL) {
		err_set(err, ERR_DATA, "cannot read the PDF: it has no page");
		goto out;
	}
	poppler_page_get_size(page, &width, &height);
	width = ceil(width * scale);
	height = ceil(height * scale);
	if (!(width >= 1 && width <= MAX_PIXELS && height >= 1 && height <= MAX_PIXELS)) {
		err_set(err, ERR_DATA, "cannot draw a picture of %.0f by %.0f pixels", width, height);
		goto out;
	}
	surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
	cairo = cairo_create(surface);
	cairo_set_source_rgb(cairo, 1, 1, 1);
	cairo_paint(cairo);
	cairo_scale(cairo, scale, scale);
	poppler_page_render(page, cairo);
	status = cairo_status(cairo);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_write_to_png_stream(surface, append, ret_png);
	if (buf_check(ret_png, "picture", err) != 0)
		goto out;
	if (status != CAIRO_STATUS_SUCCESS) {
		err_set(err, ERR_SYSTEM, "could not draw the picture: %s", cairo_status_to_string(status));
		goto out;
	}
	rc = 0;
out:
	if (cairo != NULL)
		cairo_destroy(cairo);
	if (surface != NULL)
		cairo_surface_destroy(surface);
	g_clear_object(&page);
	g_clear_object(&document);
	g_clear_error(&error);
	g_bytes_unref(bytes);
	return rc;
}
