/* Staging: documents are copied into a batch as they come; full batches go to the TEMP tables by COPY, outside of any transaction, so that none
 * is open while a shop lets us wait. */
#include "ledger_state.h"

#include "base/clock.h"
#include "base/text.h"
#include "sql.h"

#define BATCH_BYTES ((size_t)8 * 1024 * 1024)

const char *
ledger_moment(struct arena *arena, int64_t us)
{
	int64_t seconds = us / 1000000 - (us % 1000000 < 0);
	struct clock_date date = clock_from_utc(seconds);

	return arena_printf(arena, "%04d-%02d-%02d %02d:%02d:%02d.%06d+00", date.year, date.month, date.day, date.hour, date.minute,
	    date.second, (int)(us - seconds * 1000000));
}

static const char *
status_name(enum sales_status status)
{
	switch (status) {
	case SALES_PAID: return "paid";
	case SALES_UNPAID: return "unpaid";
	case SALES_CANCELLED: return "cancelled";
	case SALES_TEST: break;
	}
	return "test";
}

static void
copy_contact(struct copy *copy, const struct sales_contact *contact)
{
	copy_text(copy, contact != NULL ? contact->email : NULL);
	copy_text(copy, contact != NULL ? contact->name : NULL);
	copy_text(copy, contact != NULL ? contact->raw_email : NULL);
}

/* What the source may not say. */
static void
copy_known(struct copy *copy, int64_t value)
{
	if (value == SALES_UNKNOWN)
		copy_text(copy, NULL);
	else
		copy_int(copy, value);
}

static void
put_document(struct ledger *ledger, struct copy *copy, int64_t seq, const struct staged *staged)
{
	const struct sales_document *document = &staged->document;

	copy_int(copy, seq);
	copy_text(copy, document->external_id);
	copy_text(copy, document->number);
	copy_text(copy, document->kind);
	copy_text(copy, ledger_moment(&ledger->batch, document->effective_us));
	copy_text(copy, document->modified_us != SALES_UNKNOWN ? ledger_moment(&ledger->batch, document->modified_us) : NULL);
	copy_text(copy, status_name(document->status));
	copy_text(copy, document->currency);
	copy_int(copy, document->total_minor);
	copy_int(copy, document->subtotal_minor);
	copy_int(copy, document->discount_minor);
	copy_int(copy, document->tax_minor);
	copy_int(copy, document->shipping_minor);
	copy_known(copy, document->refunded_minor);
	copy_known(copy, document->paid_minor);
	copy_text(copy, document->corrects != NULL ? document->corrects : "");
	copy_text(copy, document->draft ? "t" : "f");
	copy_int(copy, document->unallocated_minor);
	copy_text(copy, document->tax_included ? "t" : "f");
	copy_contact(copy, document->buyer);
	copy_bytes(copy, staged->payload.hash, sizeof(staged->payload.hash));
	if (document->content != NULL)
		copy_bytes(copy, staged->content_hash, sizeof(staged->content_hash));
	else
		copy_text(copy, NULL);
}

static void
put_line(struct copy *copy, int64_t seq, size_t place, const struct sales_line *line)
{
	copy_int(copy, seq);
	copy_int(copy, (int64_t)place);
	copy_text(copy, line->key);
	copy_text(copy, line->corrects != NULL ? line->corrects : "");
	copy_text(copy, line->product_key);
	copy_text(copy, line->variant_key);
	copy_text(copy, line->sku);
	copy_text(copy, line->name);
	copy_text(copy, line->quantity);
	copy_int(copy, line->unit_price_minor);
	copy_int(copy, line->net_minor);
	copy_contact(copy, line->learner);
}

static int
put_documents(struct ledger *ledger, struct copy *copy, struct err *err)
{
	size_t i;

	for (i = 0; i < ledger->staged_count; i++) {
		put_document(ledger, copy, ledger->flushed + (int64_t)i, &ledger->staged[i]);
		if (copy_row(copy, err) != 0)
			return -1;
	}
	return 0;
}

static int
put_lines(struct ledger *ledger, struct copy *copy, struct err *err)
{
	size_t i, j;

	for (i = 0; i < ledger->staged_count; i++) {
		for (j = 0; j < ledger->staged[i].document.line_count; j++) {
			put_line(copy, ledger->flushed + (int64_t)i, j + 1, &ledger->staged[i].document.lines[j]);
			if (copy_row(copy, err) != 0)
				return -1;
		}
	}
	return 0;
}

static const char *
money_name(enum sales_money kind)
{
	switch (kind) {
	case SALES_MONEY_REFUND: return "refund";
	case SALES_MONEY_FEE: return "fee";
	case SALES_MONEY_PAID: break;
	}
	return "paid";
}

static int
put_payments(struct ledger *ledger, struct copy *copy, struct err *err)
{
	const struct sales_document *document;
	size_t i, j;

	for (i = 0; i < ledger->staged_count; i++) {
		document = &ledger->staged[i].document;
		for (j = 0; j < document->payment_count; j++) {
			copy_int(copy, ledger->flushed + (int64_t)i);
			copy_text(copy, document->payments[j].key);
			copy_int(copy, document->payments[j].amount_minor);
			copy_text(copy, ledger_moment(&ledger->batch, document->payments[j].effective_us));
			copy_text(copy, money_name(document->payments[j].kind));
			if (copy_row(copy, err) != 0)
				return -1;
		}
	}
	return 0;
}

static int
put_references(struct ledger *ledger, struct copy *copy, struct err *err)
{
	const struct sales_document *document;
	size_t i, j;

	for (i = 0; i < ledger->staged_count; i++) {
		document = &ledger->staged[i].document;
		for (j = 0; j < document->reference_count; j++) {
			copy_int(copy, ledger->flushed + (int64_t)i);
			copy_text(copy, document->references[j].name);
			copy_text(copy, document->references[j].value);
			if (copy_row(copy, err) != 0)
				return -1;
		}
	}
	return 0;
}

static int
put_field_list(struct copy *copy, int64_t seq, const char *line_key, const struct sales_fields *fields, struct err *err)
{
	size_t i;

	for (i = 0; i < fields->count; i++) {
		copy_int(copy, seq);
		copy_text(copy, line_key);
		copy_text(copy, fields->items[i].name);
		copy_text(copy, fields->items[i].value);
		if (copy_row(copy, err) != 0)
			return -1;
	}
	return 0;
}

static int
put_fields(struct ledger *ledger, struct copy *copy, struct err *err)
{
	const struct sales_document *document;
	int64_t seq;
	size_t i, j;

	for (i = 0; i < ledger->staged_count; i++) {
		document = &ledger->staged[i].document;
		seq = ledger->flushed + (int64_t)i;
		if (put_field_list(copy, seq, NULL, &document->fields, err) != 0)
			return -1;
		for (j = 0; j < document->line_count; j++)
			if (put_field_list(copy, seq, document->lines[j].key, &document->lines[j].fields, err) != 0)
				return -1;
	}
	return 0;
}

static int
put_present(struct ledger *ledger, struct copy *copy, struct err *err)
{
	size_t i;

	for (i = 0; i < ledger->present_count; i++) {
		copy_text(copy, ledger->present[i]);
		if (copy_row(copy, err) != 0)
			return -1;
	}
	return 0;
}

static int
put_payloads(struct ledger *ledger, struct copy *copy, struct err *err)
{
	size_t i;

	for (i = 0; i < ledger->staged_count; i++) {
		copy_int(copy, ledger->flushed + (int64_t)i);
		copy_bytes(copy, ledger->staged[i].payload.sealed, ledger->staged[i].payload.sealed_len);
		if (copy_row(copy, err) != 0)
			return -1;
	}
	return 0;
}

int
ledger_copy(struct ledger *ledger, const char *statement, int (*put)(struct ledger *, struct copy *, struct err *), struct err *err)
{
	struct copy *copy;

	if (copy_open(ledger->plan.db, statement, &copy, err) != 0)
		return -1;
	if (put(ledger, copy, err) != 0) {
		copy_abort(copy);
		return -1;
	}
	return copy_finish(copy, NULL, err);
}

/* Send the batch to the TEMP tables. */
int
ledger_flush(struct ledger *ledger, struct err *err)
{
	if (ledger->present_count > 0 && ledger_copy(ledger, sql_sales_stage_present, put_present, err) != 0)
		return err_wrap(err, "could not stage what is there");
	if (ledger->staged_count > 0 && (ledger_copy(ledger, sql_sales_stage_documents, put_documents, err) != 0 ||
					    ledger_copy(ledger, sql_sales_stage_lines, put_lines, err) != 0 ||
					    ledger_copy(ledger, sql_sales_stage_payments, put_payments, err) != 0 ||
					    ledger_copy(ledger, sql_sales_stage_references, put_references, err) != 0 ||
					    ledger_copy(ledger, sql_sales_stage_fields, put_fields, err) != 0 ||
					    ledger_copy(ledger, sql_sales_stage_payloads, put_payloads, err) != 0))
		return err_wrap(err, "could not stage orders");
	if (ledger_money_flush(ledger, err) != 0)
		return err_wrap(err, "could not stage payments");
	ledger->flushed += (int64_t)ledger->staged_count;
	ledger->staged_count = 0;
	ledger->present_count = 0;
	arena_reset(&ledger->batch);
	return 0;
}

static const struct sales_contact *
keep_contact(struct arena *arena, const struct sales_contact *contact)
{
	struct sales_contact *copy;

	if (contact == NULL)
		return NULL;
	copy = ARENA_NEW(arena, struct sales_contact);
	copy->email = arena_strdup(arena, contact->email);
	copy->name = arena_strdup(arena, contact->name);
	copy->raw_email = arena_strdup(arena, contact->raw_email);
	return copy;
}

/* A line's key within its document: a repeated one is told apart by '#2', '#3', … in the order of the lines. */
static const char *
unique_key(struct arena *arena, const struct sales_line *lines, size_t place)
{
	size_t same = 1, i;

	for (i = 0; i < place; i++)
		same += text_equal(lines[i].key, lines[place].key);
	return same == 1 ? arena_strdup(arena, lines[place].key) : arena_printf(arena, "%s#%zu", lines[place].key, same);
}

static struct sales_fields
keep_fields(struct arena *arena, const struct sales_fields *fields)
{
	struct sales_fields copy = { ARENA_ARRAY(arena, fields->count, struct sales_field), fields->count };
	size_t i;

	for (i = 0; i < fields->count; i++)
		copy.items[i] = (struct sales_field){ arena_strdup(arena, fields->items[i].name),
			arena_strdup(arena, fields->items[i].value), fields->items[i].rank };
	return copy;
}

static struct sales_line *
keep_lines(struct arena *arena, const struct sales_line *lines, size_t count)
{
	struct sales_line *copy = ARENA_ARRAY(arena, count, struct sales_line);
	size_t i;

	for (i = 0; i < count; i++) {
		copy[i] = lines[i];
		copy[i].key = unique_key(arena, lines, i);
		copy[i].corrects = arena_strdup(arena, lines[i].corrects);
		copy[i].product_key = arena_strdup(arena, lines[i].product_key);
		copy[i].variant_key = arena_strdup(arena, lines[i].variant_key);
		copy[i].sku = arena_strdup(arena, lines[i].sku);
		copy[i].name = arena_strdup(arena, lines[i].name);
		copy[i].quantity = arena_strdup(arena, lines[i].quantity);
		copy[i].learner = keep_contact(arena, lines[i].learner);
		copy[i].fields = keep_fields(arena, &lines[i].fields);
	}
	return copy;
}

static const struct sales_payment *
keep_payments(struct arena *arena, const struct sales_payment *payments, size_t count)
{
	struct sales_payment *copy = ARENA_ARRAY(arena, count, struct sales_payment);
	size_t i;

	for (i = 0; i < count; i++) {
		copy[i] = payments[i];
		copy[i].key = arena_strdup(arena, payments[i].key);
	}
	return copy;
}

static const struct sales_reference *
keep_references(struct arena *arena, const struct sales_reference *references, size_t count)
{
	struct sales_reference *copy = ARENA_ARRAY(arena, count, struct sales_reference);
	size_t i;

	for (i = 0; i < count; i++)
		copy[i] =
		    (struct sales_reference){ arena_strdup(arena, references[i].name), arena_strdup(arena, references[i].value) };
	return copy;
}

static bool
is_batch_full(const struct ledger *ledger)
{
	return ledger->staged_count == BATCH_DOCUMENTS || ledger->present_count == BATCH_DOCUMENTS ||
	       ledger->batch.used_bytes > BATCH_BYTES;
}

int
ledger_add(void *context, const struct sales_document *document, struct err *err)
{
	struct ledger *ledger = context;
	struct arena *arena = &ledger->batch;
	struct staged *staged = &ledger->staged[ledger->staged_count++];

	staged->document = *document;
	staged->document.external_id = arena_strdup(arena, document->external_id);
	staged->document.number = arena_strdup(arena, document->number);
	staged->document.corrects = arena_strdup(arena, document->corrects);
	staged->document.payments = keep_payments(arena, document->payments, document->payment_count);
	staged->document.references = keep_references(arena, document->references, document->reference_count);
	staged->document.fields = keep_fields(arena, &document->fields);
	staged->document.currency = arena_strdup(arena, document->currency);
	staged->document.buyer = keep_contact(arena, document->buyer);
	staged->document.lines = keep_lines(arena, document->lines, document->line_count);
	if (document->content != NULL)
		payload_hash(document->content, document->content_len, staged->content_hash);
	payload_seal(arena, ledger->plan.master_key, document->payload, document->payload_len, &staged->payload);
	ledger->documents++;
	return is_batch_full(ledger) ? ledger_flush(ledger, err) : 0;
}

int
ledger_present(void *context, const char *external_id, struct err *err)
{
	struct ledger *ledger = context;

	ledger->present[ledger->present_count++] = arena_strdup(&ledger->batch, external_id);
	return is_batch_full(ledger) ? ledger_flush(ledger, err) : 0;
}
