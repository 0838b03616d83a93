#ifndef SALES_FACTURASCRIPTS_PULL_H
#define SALES_FACTURASCRIPTS_PULL_H

#include "base/buf.h"
#include "facturascripts.h"

/* One pull, as its parts share it. */

#define FS_IDS_BYTES ((size_t)256 * 1024 * 1024)

/* Keys that rise. */
struct fs_ids {
	struct buf buf;
};

struct fs_pull {
	struct fs_site *site;
	const struct config_source *config;
	struct arena arena; /* of the pull */
	struct arena heads; /* of a page of invoices, and of all that belongs to it */
	struct arena feed;  /* of a page of something else */
	const char *since;
	int64_t start_us;
	int64_t top_invoice, top_payment;
	struct fs_ids drafts, done, wanted;
	int64_t issued; /* the greatest key met of an invoice that is issued, and its code */
	const char *issued_code;
	int64_t receipt_payment; /* the greatest key met of a payment of such an invoice, and what it says */
	const char *receipt_words;
};

/**
 * fs_ids_add(ids, id), fs_ids_count(ids), fs_ids_list(ids), fs_ids_sort(ids), fs_ids_has(ids, id):
 * A growing list of keys; fs_ids_sort() brings it in order and leaves each once, which fs_ids_has() needs.
 */
void fs_ids_add(struct fs_ids *, int64_t) __attribute__((nonnull));
size_t fs_ids_count(const struct fs_ids *) __attribute__((nonnull));
int64_t *fs_ids_list(const struct fs_ids *) __attribute__((nonnull));
void fs_ids_sort(struct fs_ids *) __attribute__((nonnull));
bool fs_ids_has(const struct fs_ids *, int64_t) __attribute__((nonnull));

/**
 * fs_take_invoices(pull, rows, count, err):
 * A page of invoices: read what belongs to them, and hand over those that are taken. An `fs_page` with a struct fs_pull as context.
 */
MUST_CHECK int fs_take_invoices(void *, const struct fs_row *, size_t, struct err *) __attribute__((nonnull(1, 4)));

/**
 * fs_gather(pull, table, field, owners, ret_parts, err), fs_known_of(pull, heads, emails, place, contacts, ret_known, err):
 * The rows of ${table} whose ${field} is one of ${owners}; what is known of the people of the document at ${place} beside its rows, for which
 * ${emails} remembers what the clients' addresses are. All in the arena `heads`.
 */
MUST_CHECK int fs_gather(struct fs_pull *, enum fs_table, const char *, struct fs_ids *, struct fs_parts *, struct err *)
    __attribute__((nonnull));
MUST_CHECK int fs_known_of(struct fs_pull *, const struct fs_head *, const char **, size_t, const struct fs_parts *,
    struct fs_known *, struct err *) __attribute__((nonnull));

/**
 * fs_read_expected(pull, err), fs_read_clients(pull, err):
 * All that is not sold yet, as far as the settings want it; all clients that are disabled.
 */
MUST_CHECK int fs_read_expected(struct fs_pull *, struct err *) __attribute__((nonnull));
MUST_CHECK int fs_read_clients(struct fs_pull *, struct err *) __attribute__((nonnull));

/**
 * fs_check_companies(pull, ret_text, err), fs_check_issued(pull, err), fs_check_payment(pull, top_before, err):
 * Is this the database of the last pull? By the companies' tax numbers (as the cursor `companies` will have them), by the last invoice that
 * was issued, by the last payment where the greatest key of payments is less than ${top_before}.
 *
 * Errors: ERR_REFUSED if not; ERR_CONFIG for a company that the configuration names and the site has not.
 */
MUST_CHECK int fs_check_companies(struct fs_pull *, const char **, struct err *) __attribute__((nonnull));
MUST_CHECK int fs_check_issued(struct fs_pull *, struct err *) __attribute__((nonnull));
MUST_CHECK int fs_check_payment(struct fs_pull *, int64_t, struct err *) __attribute__((nonnull));

#endif
