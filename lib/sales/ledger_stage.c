/* Staging: documents are copied into a batch as they come; full batches go to the TEMP tables by COPY, outside of any transaction, so that none
 * is open while a shop lets us wait. */
#include "ledger_state.h"

#include "base/text.h"
#include "sql.h"

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

static int
put_documents(struct ledger *ledger, struct copy *copy, struct err *err)
{
	return ledger_batch_put(&ledger->documents, ledger->table, ledger->flushed, copy, err);
}

/* Send the batch to the TEMP tables. */
int
ledger_flush(struct ledger *ledger, struct err *err)
{
	if (ledger->present_count > 0 && ledger_copy(ledger, sql_sales_stage_present, put_present, err) != 0)
		return err_wrap(err, "could not stage what is there");
	for (ledger->table = 0; ledger->documents.count > 0 && ledger->table < LEDGER_TABLES; ledger->table++)
		if (ledger_copy(ledger, ledger_batch_statement(ledger->table), put_documents, err) != 0)
			return err_wrap(err, "could not stage orders");
	if (ledger_money_flush(ledger, err) != 0)
		return err_wrap(err, "could not stage payments");
	if (ledger_ahead_flush(ledger, err) != 0)
		return err_wrap(err, "could not stage what is expected");
	ledger->flushed += (int64_t)ledger->documents.count;
	ledger->present_count = 0;
	ledger_batch_reset(&ledger->documents);
	return 0;
}

int
ledger_add(void *context, const struct sales_document *document, struct err *err)
{
	struct ledger *ledger = context;

	ledger_batch_add(&ledger->documents, ledger->plan.master_key, document, NULL);
	ledger->read++;
	return ledger_batch_full(&ledger->documents) ? ledger_flush(ledger, err) : 0;
}

int
ledger_present(void *context, const char *external_id, struct err *err)
{
	struct ledger *ledger = context;

	ledger->present[ledger->present_count++] = arena_strdup(&ledger->documents.arena, external_id);
	return ledger->present_count == LEDGER_BATCH_DOCUMENTS || ledger_batch_full(&ledger->documents) ? ledger_flush(ledger, err)
													: 0;
}

static int
send_written(struct ledger *ledger, struct copy *copy, struct err *err)
{
	return copy_rows(copy, ledger->rows[ledger->table].bytes, ledger->rows[ledger->table].len, err);
}

int
ledger_add_rows(struct ledger *ledger, const struct ledger_rows rows[LEDGER_TABLES], size_t documents, struct err *err)
{
	BUG_UNLESS(ledger->documents.count == 0);
	ledger->rows = rows;
	for (ledger->table = 0; ledger->table < LEDGER_TABLES; ledger->table++)
		if (rows[ledger->table].len > 0 &&
		    ledger_copy(ledger, ledger_batch_statement(ledger->table), send_written, err) != 0)
			return err_wrap(err, "could not stage orders");
	ledger->flushed += (int64_t)documents;
	ledger->read += (int64_t)documents;
	return 0;
}
