/* The kinds of sources there are. */
#include "sales/source.h"

#include "base/text.h"
#include "squarespace.h"

static const struct sales_kind *const kinds[] = { &squarespace_kind };

const struct sales_kind *
sales_kind(const char *name, struct err *err)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (text_equal(kinds[i]->name, name))
			return kinds[i];
	}
	err_set(err, ERR_CONFIG, "there is no kind of source \"%s\"", name);
	return NULL;
}
