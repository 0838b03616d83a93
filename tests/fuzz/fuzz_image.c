/* The heads of JPEG files: read, or refused with a reason; what is taken has pixels, of a kind that can be shown, and not too many. */
#include <string.h>

#include "fuzz.h"
#include "page/image.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct pdf_image image;

	if (page_image_read("f", data, size, &image, &err) != 0) {
		MUST_HOLD(err.code == ERR_CONFIG && strncmp(err.message, "image \"f\" ", 10) == 0);
		return 0;
	}
	MUST_HOLD(image.bytes == data && image.len == size);
	MUST_HOLD(image.width > 0 && image.height > 0 && (uint64_t)image.width * image.height <= PAGE_IMAGE_MAX_PIXELS);
	MUST_HOLD(image.components == 1 || image.components == 3 || image.components == 4);
	MUST_HOLD(!image.inverted || image.components == 4);
	return 0;
}
