/* QR codes by libqrencode: text in, a matrix of modules out. Drawing them is lib/page's work. */
#include "adapter/qr.h"

#include <errno.h>
#include <string.h>

#include <qrencode.h>

int
qr_encode(struct arena *arena, const char *text, struct qr *ret_qr, struct err *err)
{
	QRcode *code;
	size_t i, size;

	if (text[0] == '\0')
		return err_set(err, ERR_DATA, "cannot make a QR code of nothing");
	code = QRcode_encodeString(text, /* version= any */ 0, QR_ECLEVEL_M, QR_MODE_8, /* casesensitive= */ 1);
	if (code == NULL && errno == ERANGE)
		return err_set(err, ERR_DATA, "cannot make a QR code of %zu bytes: too long", strlen(text));
	if (code == NULL)
		return err_set(err, ERR_SYSTEM, "could not make a QR code: %s", strerror(errno));
	size = (size_t)code->width;
	ret_qr->size = size;
	ret_qr->modules = ARENA_ARRAY(arena, size * size, uint8_t);
	for (i = 0; i < size * size; i++)
		ret_qr->modules[i] = code->data[i] & 1;
	QRcode_free(code);
	return 0;
}
