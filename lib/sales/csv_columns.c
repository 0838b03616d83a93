/* Which column of a file says what: by the settings, or a preset for the exports of well-known systems. Columns go by their names, never by
 * their places: no vendor promises an order, and some let the user choose.
 * Source: the headers of these exports as their users publish them; none is versioned by its vendor. */
#include <stddef.h>
#include <string.h>

#include "adapter/unicode.h"
#include "base/text.h"
#include "csv_source.h"

#define LIST(...) \
	{ \
		(const char *[]){ __VA_ARGS__ }, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *) \
	}

struct preset {
	const char *name;
	struct config_columns columns;
	struct config_statuses statuses;
	struct config_list dates;
};

static const struct preset presets[] = {
	{
	    /* Orders: rows of one order repeat its id and leave the order's other cells empty. */
	    .name = "squarespace",
	    .columns = { .order = "Order ID",
		.status = "Financial Status",
		.created = "Created at",
		.cancelled = "Cancelled at",
		.currency = "Currency",
		.total = "Total",
		.refunded = "Amount Refunded",
		.discount = "Discount Amount",
		.tax = "Taxes",
		.shipping = "Shipping",
		.quantity = "Lineitem quantity",
		.unit_price = "Lineitem price",
		.sku = "Lineitem sku",
		.variant = "Lineitem variant",
		.name = "Lineitem name",
		.buyer_email = "Email",
		.buyer_name = "Billing Name",
		.transaction = "Payment Reference" },
	    .statuses = { .paid = LIST("paid"),
		.unpaid = LIST("pending", "not charged", "not_charged", "unpaid"),
		.partial = LIST("partially_refunded", "partially refunded"),
		.refunded = LIST("refunded"),
		.cancelled = LIST("cancelled", "canceled") },
	    .dates = LIST("%Y-%m-%d %H:%M:%S %z", "%m/%d/%Y %H:%M"),
	},
	{
	    /* Payments: failed attempts are among them. */
	    .name = "stripe",
	    .columns = { .order = "id",
		.status = "Status",
		.test = "Mode",
		.created = "Created (UTC)|Created date (UTC)",
		.currency = "Currency",
		.total = "Amount",
		.refunded = "Amount Refunded",
		.sku = "sku (metadata)|course (metadata)",
		.product = "product (metadata)",
		.name = "Description",
		.buyer_email = "Customer Email",
		.learner_email = "learner_email (metadata)",
		.learner_name = "learner_name (metadata)",
		.transaction = "id + PaymentIntent ID|id",
		.invoice = "Invoice Number|Invoice ID" },
	    .statuses = { .paid = LIST("paid", "succeeded"),
		.unpaid = LIST("pending", "requires *", "uncaptured"),
		.refunded = LIST("refunded"),
		.test = LIST("test"),
		.ignore = LIST("failed", "blocked", "canceled", "incomplete", "expired") },
	    .dates = LIST("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"),
	},
	{
	    /* Of the export plugins: the order's cells repeated in each row, or its lines packed into one cell. */
	    .name = "woocommerce",
	    .columns = { .order = "order_id|Order ID|order_number|Order Number",
		.number = "order_number|Order Number",
		.status = "status|order_status|Order Status",
		.created = "order_date|date|Order Date",
		.currency = "order_currency|currency|Order Currency",
		.total = "order_total|Order Total Amount|Order Total",
		.discount = "order_discount",
		.tax = "tax_total|order_tax",
		.shipping = "shipping_total|order_shipping",
		.refunded = "total_refunded|refunded_total|Order Refund Amount",
		.items = "line_items",
		.line = "item_id|order_item_id",
		.quantity = "item_quantity|Quantity",
		.line_total = "item_total|Order Line Total",
		.unit_price = "item_price|Item Cost",
		.sku = "item_sku|SKU",
		.product = "item_product_id|product_id",
		.variant = "item_variation_id|variation_id",
		.name = "item_name|Item Name",
		.buyer_email = "billing_email|customer_email|Email (Billing)",
		.buyer_name = "billing_first_name + billing_last_name|First Name (Billing) + Last Name (Billing)",
		.transaction = "transaction_id|Transaction ID",
		.company = "billing_company|Company (Billing)" },
	    .statuses = { .paid = LIST("completed", "wc-completed", "processing", "wc-processing", "completado", "procesando"),
		.unpaid = LIST("pending", "wc-pending", "on-hold", "wc-on-hold", "failed", "wc-failed", "pending payment",
		    "on hold", "checkout-draft", "pendiente de pago", "en espera", "fallido"),
		.refunded = LIST("refunded", "wc-refunded", "reembolsado"),
		.cancelled = LIST("cancelled", "wc-cancelled", "cancelado") },
	    .dates = LIST("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"),
	},
	{
	    /* Activity, in the language of the account. Its dates follow the account's country: the settings must say how. */
	    .name = "paypal",
	    .columns = { .order = "Transaction ID|Transaktionscode|Id. de transacción|Numéro de transaction|Codice transazione",
		.number = "Invoice Number|Rechnungsnummer|Número de factura|Numéro de facture|Numero fattura",
		.status = "Status|Estado|Statut|État|Stato",
		.type = "Type|Typ|Tipo",
		.created = "Date + Time|Datum + Uhrzeit|Fecha + Hora|Date + Heure|Data + Orario",
		.corrects = "Reference Txn ID|Zugehöriger Transaktionscode|Id. de referencia de trans.|Numéro de la transaction de "
			    "référence",
		.currency = "Currency|Währung|Divisa|Devise|Valuta",
		.total = "Gross|Brutto|Bruto|Avant commission|Lordo",
		.name = "Item Title|Artikelbezeichnung|Título del artículo|Titre de l'objet",
		.sku = "Item ID|Artikelnummer|Id. del artículo",
		.buyer_email =
		    "From Email Address|Absender E-Mail-Adresse|Correo electrónico del remitente|Adresse email de l'expéditeur",
		.buyer_name = "Name|Nombre|Nom|Nome",
		.transaction = "Transaction ID|Transaktionscode|Id. de transacción|Numéro de transaction|Codice transazione",
		.reference = "Custom Number" },
	    .statuses = { .paid = LIST("completed", "abgeschlossen", "completado", "terminé", "completata"),
		.unpaid = LIST("pending", "offen", "ausstehend", "pendiente", "en attente", "in sospeso"),
		.cancelled = LIST("reversed", "storniert", "cancelado"),
		.ignore = LIST("*currency conversion*", "*währungsumrechnung*", "*conversión de divisa*", "*withdrawal*",
		    "*abbuchung*", "*retirada*", "*hold*", "*einbehaltung*", "*retención*", "*authorization*", "*autorisierung*",
		    "*autorización*", "memo", "denied", "abgelehnt", "denegado", "expired") },
	},
	{
	    /* A list of invoices; it names neither lines nor e-mail addresses unless columns for them were added. */
	    .name = "facturascripts",
	    .columns = { .order = "codigo",
		.status = "pagada",
		.created = "fecha",
		.currency = "coddivisa",
		.total = "total",
		.tax = "totaliva",
		.sku = "referencia",
		.name = "descripcion",
		.buyer_email = "email",
		.buyer_name = "nombrecliente",
		.reference = "numero2",
		.tax_id = "cifnif" },
	    .statuses = { .paid = LIST("1", "si", "sí", "true"), .unpaid = LIST("0", "no", "false") },
	    .dates = LIST("%d-%m-%Y", "%Y-%m-%d"),
	},
	{
	    /* A sheet kept by hand: each row asks for a course, and none of money. */
	    .name = "sheet",
	    .columns = { .status = "= paid",
		.created = "submitted|submitted at|timestamp",
		.name = "interest|course",
		.buyer_email = "email|e-mail|email address",
		.buyer_name = "name|full name" },
	    .statuses = { .paid = LIST("paid") },
	    .dates = LIST("iso", "excel"),
	},
};

/* The settings' offsets, in the order of enum csv_target. */
static const size_t offsets[CSV_TARGETS] = {
	[CSV_ORDER] = offsetof(struct config_columns, order),
	[CSV_NUMBER] = offsetof(struct config_columns, number),
	[CSV_LINE] = offsetof(struct config_columns, line),
	[CSV_STATUS] = offsetof(struct config_columns, status),
	[CSV_TYPE] = offsetof(struct config_columns, type),
	[CSV_TEST] = offsetof(struct config_columns, test),
	[CSV_CREATED] = offsetof(struct config_columns, created),
	[CSV_MODIFIED] = offsetof(struct config_columns, modified),
	[CSV_CANCELLED] = offsetof(struct config_columns, cancelled),
	[CSV_CORRECTS] = offsetof(struct config_columns, corrects),
	[CSV_CURRENCY] = offsetof(struct config_columns, currency),
	[CSV_TOTAL] = offsetof(struct config_columns, total),
	[CSV_REFUNDED] = offsetof(struct config_columns, refunded),
	[CSV_DISCOUNT] = offsetof(struct config_columns, discount),
	[CSV_TAX] = offsetof(struct config_columns, tax),
	[CSV_SHIPPING] = offsetof(struct config_columns, shipping),
	[CSV_ITEMS] = offsetof(struct config_columns, items),
	[CSV_QUANTITY] = offsetof(struct config_columns, quantity),
	[CSV_LINE_TOTAL] = offsetof(struct config_columns, line_total),
	[CSV_UNIT_PRICE] = offsetof(struct config_columns, unit_price),
	[CSV_SKU] = offsetof(struct config_columns, sku),
	[CSV_PRODUCT] = offsetof(struct config_columns, product),
	[CSV_VARIANT] = offsetof(struct config_columns, variant),
	[CSV_NAME] = offsetof(struct config_columns, name),
	[CSV_BUYER_EMAIL] = offsetof(struct config_columns, buyer_email),
	[CSV_BUYER_NAME] = offsetof(struct config_columns, buyer_name),
	[CSV_LEARNER_EMAIL] = offsetof(struct config_columns, learner_email),
	[CSV_LEARNER_NAME] = offsetof(struct config_columns, learner_name),
	[CSV_TRANSACTION] = offsetof(struct config_columns, transaction),
	[CSV_INVOICE] = offsetof(struct config_columns, invoice),
	[CSV_REFERENCE] = offsetof(struct config_columns, reference),
	[CSV_COMPANY] = offsetof(struct config_columns, company),
	[CSV_TAX_ID] = offsetof(struct config_columns, tax_id),
};

static const struct preset *
preset_of(const struct config_source *config)
{
	size_t i;

	for (i = 0; i < sizeof(presets) / sizeof(presets[0]); i++)
		if (text_equal(presets[i].name, config->preset))
			return &presets[i];
	return NULL;
}

static const char *
column_at(const struct config_columns *columns, enum csv_target target)
{
	const char *spec;

	memcpy(&spec, (const char *)columns + offsets[target], sizeof(spec));
	return spec;
}

static const struct config_list *
status_at(const struct config_statuses *statuses, enum csv_status status)
{
	const struct config_list *const lists[CSV_STATUSES] = { [CSV_PAID] = &statuses->paid,
		[CSV_UNPAID] = &statuses->unpaid,
		[CSV_PARTIAL] = &statuses->partial,
		[CSV_REFUND] = &statuses->refunded,
		[CSV_CANCEL] = &statuses->cancelled,
		[CSV_TESTED] = &statuses->test,
		[CSV_IGNORE] = &statuses->ignore };

	return lists[status];
}

const struct config_list *
csv_statuses(const struct config_source *config, enum csv_status status)
{
	const struct preset *preset = preset_of(config);
	const struct config_list *list = status_at(&config->statuses, status);

	return list->count == 0 && preset != NULL ? status_at(&preset->statuses, status) : list;
}

const struct config_list *
csv_dates(const struct config_source *config)
{
	const struct preset *preset = preset_of(config);

	return config->dates.count == 0 && preset != NULL ? &preset->dates : &config->dates;
}

/* A name as it is compared. */
static const char *
plain(struct arena *arena, const char *name, size_t len)
{
	char *text = unicode_fold(arena, text_trim(arena, arena_strndup(arena, name, len))), *out = text;
	const char *s;

	for (s = text; *s != '\0'; s++)
		if (*s != ' ' && *s != '\t' && *s != '\n' && *s != '\r')
			*out++ = *s;
		else if (out[-1] != ' ')
			*out++ = ' ';
	*out = '\0';
	return text;
}

/* The column of one name, "Name" or "Name#2". ${ret_at} is the number of columns when there is none. */
static int
find_name(struct arena *arena, const struct csv_columns *columns, const char *name, size_t len, size_t *ret_at, struct err *err)
{
	const char *wanted = plain(arena, name, len), *sharp = strrchr(wanted, '#'), *found;
	size_t nth = 0, times = 0, i;

	if (sharp != NULL && sharp[1] >= '1' && sharp[1] <= '9' && sharp[2] == '\0') {
		nth = (size_t)(sharp[1] - '0');
		wanted = text_trim(arena, arena_strndup(arena, wanted, (size_t)(sharp - wanted)));
	}
	*ret_at = columns->count;
	for (i = 0; i < columns->count; i++) {
		found = plain(arena, columns->names[i], strlen(columns->names[i]));
		if (text_equal(found, wanted) && ++times == (nth == 0 ? 1 : nth))
			*ret_at = i;
	}
	if (nth == 0 && times > 1)
		return err_set(err, ERR_DATA, "column \"%s\" comes %zu times: say which one, as in \"%s#1\"",
		    columns->names[*ret_at], times, columns->names[*ret_at]);
	return 0;
}

/* One alternative, "A" or "A + B". */
static int
find_parts(struct arena *arena, struct csv_columns *columns, const char *spec, size_t len, enum csv_target target, bool *ret_found,
    struct err *err)
{
	const char *text = arena_strndup(arena, spec, len), *plus = strstr(text, " + ");
	size_t first = plus != NULL ? (size_t)(plus - text) : len, second = columns->count;
	size_t at;

	if (find_name(arena, columns, text, first, &at, err) != 0)
		return -1;
	if (plus != NULL && find_name(arena, columns, plus + 3, strlen(plus + 3), &second, err) != 0)
		return -1;
	*ret_found = at < columns->count && (plus == NULL || second < columns->count);
	if (!*ret_found)
		return 0;
	columns->of[target].name = columns->names[at];
	columns->of[target].at[0] = at;
	columns->of[target].at[1] = second;
	columns->of[target].parts = plus != NULL ? 2 : 1;
	return 0;
}

static int
find_target(struct arena *arena, struct csv_columns *columns, const char *spec, enum csv_target target, struct err *err)
{
	const char *s = spec;
	bool found = false;
	size_t len;

	if (spec[0] == '=') {
		columns->of[target].name = spec;
		columns->of[target].constant = text_trim(arena, spec + 1);
		return 0;
	}
	for (; !found && *s != '\0'; s += len + (s[len] == '|')) {
		len = strcspn(s, "|");
		if (find_parts(arena, columns, s, len, target, &found, err) != 0)
			return -1;
	}
	return 0;
}

/* A form's field stands in a column of its own, "Product Form: Learner e-mail". */
static void
find_label(struct arena *arena, struct csv_columns *columns, const struct config_list *labels, enum csv_target target)
{
	const char *name, *label;
	size_t i, j;

	for (i = 0; i < columns->count && columns->of[target].name == NULL; i++) {
		name = plain(arena, columns->names[i], strlen(columns->names[i]));
		for (j = 0; j < labels->count; j++) {
			label = plain(arena, labels->items[j], strlen(labels->items[j]));
			if (!text_equal(name, label) && !text_ends(name, arena_printf(arena, ": %s", label)))
				continue;
			columns->of[target].name = columns->names[i];
			columns->of[target].at[0] = i;
			columns->of[target].parts = 1;
			break;
		}
	}
}

/* What a column is called in the settings: its name, or what stands in it of the system's own label. NULL: it is not wanted. */
static const char *
wanted_label(struct arena *arena, const struct config_source *config, const char *column)
{
	static const char *const before[] = { "", "product form: ", "checkout form: ", "meta:" };
	static const char behind[] = " (metadata)";
	const char *name = plain(arena, column, strlen(column)), *label;
	size_t i, j, k;

	for (i = 0; i < config->field_count; i++)
		for (j = 0; j < config->fields[i].from.count; j++) {
			label = plain(arena, config->fields[i].from.items[j], strlen(config->fields[i].from.items[j]));
			for (k = 0; k < sizeof(before) / sizeof(before[0]); k++)
				if (text_starts(name, before[k]) && text_equal(name + strlen(before[k]), label))
					return config->fields[i].from.items[j];
			if (text_equal(name, arena_printf(arena, "%s%s", label, behind)))
				return config->fields[i].from.items[j];
		}
	return NULL;
}

static void
find_fields(struct arena *arena, const struct config_source *config, struct csv_columns *columns)
{
	const char *label;
	size_t i;

	columns->fields = ARENA_ARRAY(arena, columns->count, struct csv_field);
	for (i = 0; config->field_count > 0 && i < columns->count; i++) {
		label = wanted_label(arena, config, columns->names[i]);
		if (label != NULL)
			columns->fields[columns->field_count++] = (struct csv_field){ i, label,
				text_starts(plain(arena, columns->names[i], strlen(columns->names[i])), "product form: ") };
	}
}

static bool
stands(const struct csv_columns *columns, enum csv_target target)
{
	return columns->of[target].name != NULL;
}

int
csv_columns_find(struct arena *arena, const struct config_source *config, const struct csv_row *header,
    struct csv_columns *ret_columns, struct err *err)
{
	const struct preset *preset = preset_of(config);
	struct csv_columns columns = { .count = header->count, .names = ARENA_ARRAY(arena, header->count, const char *) };
	const char *spec;
	unsigned target;
	size_t i, at;

	columns.by_name = ARENA_ARRAY(arena, header->count, size_t);
	for (i = 0; i < header->count; i++) {
		columns.names[i] = text_trim(arena, header->cells[i]);
		for (at = i; at > 0 && strcmp(columns.names[columns.by_name[at - 1]], columns.names[i]) > 0; at--)
			columns.by_name[at] = columns.by_name[at - 1];
		columns.by_name[at] = i;
	}
	for (target = 0; target < CSV_TARGETS; target++) {
		spec = column_at(&config->columns, target);
		if (spec != NULL) {
			if (find_target(arena, &columns, spec, target, err) != 0)
				return -1;
			if (!stands(&columns, target))
				return err_set(err, ERR_DATA, "there is no column \"%s\"", spec);
		} else if (preset != NULL && column_at(&preset->columns, target) != NULL &&
			   find_target(arena, &columns, column_at(&preset->columns, target), target, err) != 0) {
			return -1;
		}
	}
	find_label(arena, &columns, &config->learner_email_labels, CSV_LEARNER_EMAIL);
	find_label(arena, &columns, &config->learner_name_labels, CSV_LEARNER_NAME);
	find_fields(arena, config, &columns);
	if (!stands(&columns, CSV_CREATED) || !stands(&columns, CSV_STATUS))
		return err_set(err, ERR_DATA, "no column says %s (setting \"columns\")",
		    stands(&columns, CSV_STATUS) ? "when it was sold: \"created\"" : "whether it is paid: \"status\"");
	/* A payment need not say what for. */
	if (!text_equal(config->role, "payment") && !stands(&columns, CSV_ITEMS) && !stands(&columns, CSV_SKU) &&
	    !stands(&columns, CSV_PRODUCT) && !stands(&columns, CSV_NAME))
		return err_set(
		    err, ERR_DATA, "no column names the product: \"sku\", \"product\" or \"name\" (setting \"columns\")");
	*ret_columns = columns;
	return 0;
}

const char *
csv_cell(struct arena *arena, const struct csv_columns *columns, enum csv_target target, const char *const *cells)
{
	const char *first, *second;

	if (columns->of[target].name == NULL)
		return "";
	if (columns->of[target].constant != NULL)
		return columns->of[target].constant;
	first = text_trim(arena, cells[columns->of[target].at[0]]);
	if (columns->of[target].parts < 2)
		return first;
	second = text_trim(arena, cells[columns->of[target].at[1]]);
	return text_trim(arena, arena_printf(arena, "%s %s", first, second));
}
