/* The kinds of sources there are. */
#include "sales/source.h"

#include "base/text.h"
#include "bank.h"
#include "csv_source.h"
#include "facturascripts.h"
#include "rates.h"
#include "squarespace.h"
#include "stripe.h"
#include "woocommerce.h"

static const struct sales_kind *const kinds[] = { &squarespace_kind, &facturascripts_kind, &woocommerce_kind, &stripe_kind,
	&csv_kind, &bank_kind, &rates_kind };

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

const char *
sales_cursor(const struct sales_source *source, const char *name)
{
	size_t i;

	for (i = 0; i < source->cursor_count; i++) {
		if (text_equal(source->cursors[i].name, name))
			return source->cursors[i].value;
	}
	return NULL;
}

void
sales_declare(const struct sales_sink *sink, int64_t declared, int64_t taken)
{
	if (sink->declared != NULL)
		sink->declared(sink->context, declared, taken);
}
