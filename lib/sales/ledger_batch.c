/* Documents as rows of the TEMP tables. */
#include "ledger_batch.h"

#include <string.h>

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
put_document(struct arena *arena, struct copy *copy, int64_t seq, const struct ledger_staged *staged)
{
	const struct sales_document *document = &staged->document;

	copy_int(copy, seq);
	copy_text(copy, document->external_id);
	copy_text(copy, document->number);
	copy_text(copy, document->kind);
	copy_text(copy, ledger_moment(arena, document->effective_us));
	copy_text(copy, document->modified_us != SALES_UNKNOWN ? ledger_moment(arena, document->modified_us) : NULL);
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
	if (staged->has_content)
		copy_bytes(copy, staged->content_hash, sizeof(staged->content_hash));
	else
		copy_null(copy);
	copy_text(copy, staged->met_us != SALES_UNKNOWN ? ledger_moment(arena, staged->met_us) : NULL);
	copy_text(copy, document->expected ? "t" : "f");
	copy_text(copy, document->rest_due_us != 0 ? ledger_moment(arena, document->rest_due_us) : NULL);
}

static void
put_line(struct arena *arena, struct copy *copy, int64_t seq, size_t place, const struct sales_line *line)
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
	copy_text(copy, line->period_to_us != 0 ? ledger_moment(arena, line->period_from_us) : NULL);
	copy_text(copy, line->period_to_us != 0 ? ledger_moment(arena, line->period_to_us) : NULL);
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

static void
put_payment(struct arena *arena, struct copy *copy, int64_t seq, const struct sales_payment *payment)
{
	copy_int(copy, seq);
	copy_text(copy, payment->key);
	copy_int(copy, payment->amount_minor);
	copy_text(copy, ledger_moment(arena, payment->effective_us));
	copy_text(copy, money_name(payment->kind));
}

static void
put_reference(struct copy *copy, int64_t seq, const struct sales_reference *reference)
{
	copy_int(copy, seq);
	copy_text(copy, reference->name);
	copy_text(copy, reference->value);
}

static void
put_field(struct copy *copy, int64_t seq, const char *line_key, const struct sales_field *field)
{
	copy_int(copy, seq);
	copy_text(copy, line_key);
	copy_text(copy, field->name);
	copy_text(copy, field->value);
}

/* The one of all fields, first the document's, then line after line. */
static void
put_field_at(struct copy *copy, int64_t seq, const struct sales_document *document, size_t at)
{
	size_t i;

	if (at < document->fields.count) {
		put_field(copy, seq, NULL, &document->fields.items[at]);
		return;
	}
	at -= document->fields.count;
	for (i = 0; at >= document->lines[i].fields.count; i++)
		at -= document->lines[i].fields.count;
	put_field(copy, seq, document->lines[i].key, &document->lines[i].fields.items[at]);
}

static size_t
count_fields(const struct sales_document *document)
{
	size_t count = document->fields.count, i;

	for (i = 0; i < document->line_count; i++)
		count += document->lines[i].fields.count;
	return count;
}

/* How many rows of a table a document has. */
static size_t
rows_of(const struct ledger_staged *staged, enum ledger_table table)
{
	switch (table) {
	case LEDGER_LINES: return staged->document.line_count;
	case LEDGER_PAYMENTS: return staged->document.payment_count;
	case LEDGER_REFERENCES: return staged->document.reference_count;
	case LEDGER_FIELDS: return count_fields(&staged->document);
	case LEDGER_PAYLOADS: return staged->payload.sealed != NULL;
	case LEDGER_DOCUMENTS:
	case LEDGER_TABLES: break;
	}
	return 1;
}

static void
put_row(struct arena *arena, struct copy *copy, enum ledger_table table, int64_t seq, const struct ledger_staged *staged, size_t at)
{
	switch (table) {
	case LEDGER_DOCUMENTS: put_document(arena, copy, seq, staged); return;
	case LEDGER_LINES: put_line(arena, copy, seq, at + 1, &staged->document.lines[at]); return;
	case LEDGER_PAYMENTS: put_payment(arena, copy, seq, &staged->document.payments[at]); return;
	case LEDGER_REFERENCES: put_reference(copy, seq, &staged->document.references[at]); return;
	case LEDGER_FIELDS: put_field_at(copy, seq, &staged->document, at); return;
	case LEDGER_PAYLOADS:
		copy_int(copy, seq);
		copy_bytes(copy, staged->payload.sealed, staged->payload.sealed_len);
		return;
	case LEDGER_TABLES: break;
	}
}

int
ledger_batch_put(struct ledger_batch *batch, enum ledger_table table, int64_t first, struct copy *copy, struct err *err)
{
	size_t i, j, rows;

	for (i = 0; i < batch->count; i++) {
		rows = rows_of(&batch->items[i], table);
		for (j = 0; j < rows; j++) {
			put_row(&batch->arena, copy, table, first + (int64_t)i, &batch->items[i], j);
			if (copy_row(copy, err) != 0)
				return -1;
		}
	}
	return 0;
}

const char *
ledger_batch_statement(enum ledger_table table)
{
	switch (table) {
	case LEDGER_LINES: return sql_sales_stage_lines;
	case LEDGER_PAYMENTS: return sql_sales_stage_payments;
	case LEDGER_REFERENCES: return sql_sales_stage_references;
	case LEDGER_FIELDS: return sql_sales_stage_fields;
	case LEDGER_PAYLOADS: return sql_sales_stage_payloads;
	case LEDGER_DOCUMENTS:
	case LEDGER_TABLES: break;
	}
	return sql_sales_stage_documents;
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

/* Seal what the ledger does not have yet. */
static void
keep_payload(struct arena *arena, const uint8_t master_key[CRYPTO_KEY_BYTES], const struct sales_document *document,
    const struct ledger_known *known, struct payload *payload)
{
	if (known != NULL && document->payload == known->payload) {
		*payload = (struct payload){ .sealed = NULL };
		memcpy(payload->hash, known->hash, sizeof(payload->hash));
	} else {
		payload_seal(arena, master_key, document->payload, document->payload_len, payload);
	}
}

void
ledger_batch_add(struct ledger_batch *batch, const uint8_t master_key[CRYPTO_KEY_BYTES], const struct sales_document *document,
    const struct ledger_known *known)
{
	struct arena *arena = &batch->arena;
	struct ledger_staged *staged = &batch->items[batch->count++];

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
	staged->met_us = known != NULL ? known->met_us : SALES_UNKNOWN;
	staged->has_content = document->content != NULL;
	if (staged->has_content)
		payload_hash(document->content, document->content_len, staged->content_hash);
	keep_payload(arena, master_key, document, known, &staged->payload);
}

bool
ledger_batch_full(const struct ledger_batch *batch)
{
	return batch->count == LEDGER_BATCH_DOCUMENTS || batch->arena.used_bytes > BATCH_BYTES;
}

void
ledger_batch_init(struct arena *arena, struct ledger_batch *batch)
{
	*batch =
	    (struct ledger_batch){ .arena = ARENA_INIT, .items = ARENA_ARRAY(arena, LEDGER_BATCH_DOCUMENTS, struct ledger_staged) };
}

void
ledger_batch_reset(struct ledger_batch *batch)
{
	batch->count = 0;
	arena_reset(&batch->arena);
}

void
ledger_batch_done(struct ledger_batch *batch)
{
	arena_done(&batch->arena);
}
