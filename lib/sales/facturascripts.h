#ifndef SALES_FACTURASCRIPTS_H
#define SALES_FACTURASCRIPTS_H

#include "adapter/json.h"
#include "sales/shop.h"
#include "sales/source.h"

/* A FacturaScripts site, read through its REST API v3. Parts: _wire (requests, pages, proofs), _row (values and rows), _invoice (what rows add up
 * to), and the pull itself. Source everywhere: FacturaScripts core 2026.65 as recorded in tests/fixtures/facturascripts. */
extern const struct sales_kind facturascripts_kind;

/* The tables that are walked. */
enum fs_table {
	FS_INVOICES,
	FS_LINES,
	FS_RECEIPTS,
	FS_PAYMENTS,
	FS_CONTACTS,
	FS_COMPANIES,
	FS_CLIENTS,
	FS_QUOTES,
	FS_QUOTE_LINES,
	FS_ORDERS,
	FS_ORDER_LINES,
	FS_TABLES
};

struct fs_site {
	const struct sales_source *source;
	const struct sales_sink *sink;
	struct shop *shop;
	bool answered[FS_TABLES]; /* it had rows: an empty one is no more believed */
	bool heard[FS_TABLES];    /* it answered in this pull: the token may read it */
};

/* ---- wire ---- */

/* A walk over one table in the order of its primary key. Filters are pairs, name and value: "pagada", "0". */
struct fs_walk {
	enum fs_table table;
	int64_t after; /* begin behind this key */
	const char *const *filters;
	size_t filter_count; /* pairs */
	const char *since;   /* ISO date: only rows whose `fecha` is that day or later; NULL: any */
	bool keep;           /* leave the arena as it grows; else it is emptied before each page */
};

/* One row: parsed, and as it was sent. */
struct fs_row {
	int64_t id; /* 0 where the table's key is text */
	const struct json *json;
	struct json_raw raw;
};

typedef int fs_page(void *, const struct fs_row *, size_t, struct err *);

/**
 * fs_open(arena, source, sink, ret_site, err), fs_close(site):
 * Make ready; nothing is sent yet.
 */
MUST_CHECK int fs_open(struct arena *, const struct sales_source *, const struct sales_sink *, struct fs_site **, struct err *)
    __attribute__((nonnull));
void fs_close(struct fs_site *);

/**
 * fs_walk(site, arena, walk, page, context, err):
 * Read every row and hand it over, page after page; ${page} may be handed nothing.
 *
 * Errors: ERR_INCOMPLETE for whatever is not a whole page: the count of rows differs from what the site says is left, keys that do not
 * rise, an empty list that a second look does not bear out, HTML with 200; ERR_REFUSED for 401 and 403, which must never be repeated.
 */
MUST_CHECK int fs_walk(struct fs_site *, struct arena *, const struct fs_walk *, fs_page *, void *, struct err *)
    __attribute__((nonnull));

/**
 * fs_walk_named(site, arena, walk, page, context, err):
 * The same over a table whose key is text: clients. `after` of ${walk} is ignored.
 */
MUST_CHECK int fs_walk_named(struct fs_site *, struct arena *, const struct fs_walk *, fs_page *, void *, struct err *)
    __attribute__((nonnull));

/**
 * fs_ranges(site, arena, table, field, ids, count, page, context, err):
 * Every row of ${table} whose ${field} is one of ${ids}, which rise. Asked for in stretches: there are no lists of ids in a filter; rows of
 * other ids between them come along.
 */
MUST_CHECK int fs_ranges(struct fs_site *, struct arena *, enum fs_table, const char *, const int64_t *, size_t, fs_page *, void *,
    struct err *) __attribute__((nonnull(1, 2, 4, 7, 8, 9)));

/**
 * fs_expect_ranges(site, arena, table, field, ids, count):
 * fs_ranges() will soon be asked for these (shop_expect()).
 */
void fs_expect_ranges(struct fs_site *, struct arena *, enum fs_table, const char *, const int64_t *, size_t)
    __attribute__((nonnull(1, 2, 4)));

/**
 * fs_top(site, arena, table, ret_id, err):
 * The greatest key of a table; 0 if it is empty.
 */
MUST_CHECK int fs_top(struct fs_site *, struct arena *, enum fs_table, int64_t *, struct err *) __attribute__((nonnull));

/**
 * fs_get(site, arena, resource, id, ret_row, err):
 * One record; NULL when the site says that there is none.
 */
MUST_CHECK int fs_get(struct fs_site *, struct arena *, const char *, const char *, const struct json **, struct err *)
    __attribute__((nonnull));

/* ---- rows ---- */

/**
 * fs_plain(arena, text, ret_plain, err):
 * A JSON number's text without exponent: "1.5e-3" is "0.0015".
 *
 * Errors: ERR_DATA for a number of absurd size.
 */
MUST_CHECK int fs_plain(struct arena *, const char *, const char **, struct err *) __attribute__((nonnull));

/**
 * fs_scaled(plain, places, ret_value, err):
 * Decimal text times ten to the power of ${places}, half away from zero.
 */
MUST_CHECK int fs_scaled(const char *, int, int64_t *, struct err *) __attribute__((nonnull));

/**
 * fs_moment(zone, date, time, ret_us, err):
 * A date in either order (20-11-2026, 2026-11-20), which may carry a time, and a time "10:40:43" (NULL or "": 00:00), in ${zone}.
 */
MUST_CHECK int fs_moment(const char *, const char *, const char *, int64_t *, struct err *) __attribute__((nonnull(1, 2, 4, 5)));

/**
 * fs_day_end(zone, date, ret_us, err):
 * 00:00 of the day after a date, in ${zone}.
 */
MUST_CHECK int fs_day_end(const char *, const char *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * fs_number(row, name, ret_value, err), fs_number_or_zero(…), fs_flag(…):
 * A whole number, also one sent as text; null and "" as 0 in the second form; true, false, 1 or 0.
 */
MUST_CHECK int fs_number(const struct json *, const char *, int64_t *, struct err *) __attribute__((nonnull));
MUST_CHECK int fs_number_or_zero(const struct json *, const char *, int64_t *, struct err *) __attribute__((nonnull));
MUST_CHECK int fs_flag(const struct json *, const char *, bool *, struct err *) __attribute__((nonnull));

/**
 * fs_decimal(arena, row, name, ret_plain, err):
 * Plain decimal text; null as "0".
 */
MUST_CHECK int fs_decimal(struct arena *, const struct json *, const char *, const char **, struct err *) __attribute__((nonnull));

/**
 * fs_text(row, name, ret_text, err):
 * Text or a number's digits; null as "".
 */
MUST_CHECK int fs_text(const struct json *, const char *, const char **, struct err *) __attribute__((nonnull));

/**
 * fs_fields(arena, config, row, fields):
 * Offer all columns of a row that hold text or a number, under their names.
 */
void fs_fields(struct arena *, const struct config_source *, const struct json *, struct sales_fields *) __attribute__((nonnull));

/* ---- invoices ---- */

/* What an invoice is made of. */
struct fs_part {
	int64_t id;    /* its own key */
	int64_t owner; /* a line's and receipt's invoice, a payment's receipt */
	const struct json *json;
	struct json_raw raw;
};

struct fs_parts {
	const struct fs_part *items; /* by owner, then id */
	size_t count;
};

struct fs_people {
	const struct sales_contact *buyer;   /* NULL: nobody */
	const struct sales_contact *learner; /* where the configuration says that invoices name one; NULL: the buyer */
	struct sales_fields fields;          /* what the billing contact says beside the invoice */
};

/* What is known of an invoice's people beside its rows, which goes with it into its payload. */
struct fs_known {
	struct fs_parts contacts;
	const char *client_email; /* of the client itself; NULL: nobody asked for it */
};

/* The head, as far as it is needed before the rest is read. */
struct fs_head {
	int64_t id;
	int64_t company;
	int64_t contact, delivery; /* 0: none */
	const char *code;
	const char *client;
	const char *client_name;
	const char *notes;
	int64_t effective_us;
	bool draft;
};

/**
 * fs_head(config, row, ret_head, err), fs_head_of(config, row, what, ret_head, err):
 * Of an invoice; of another document, which errors call ${what}.
 *
 * Errors: ERR_DATA naming the document and the field.
 */
MUST_CHECK int fs_head(const struct config_source *, const struct fs_row *, struct fs_head *, struct err *)
    __attribute__((nonnull));
MUST_CHECK int fs_head_of(const struct config_source *, const struct fs_row *, const char *, struct fs_head *, struct err *)
    __attribute__((nonnull));

/**
 * fs_is_wanted(config, table):
 * Do the settings want the table to be read? All but those of what is not sold yet always are.
 */
bool fs_is_wanted(const struct config_source *, enum fs_table) __attribute__((nonnull));

/**
 * fs_is_taken(config, head):
 * Of one of our companies, and issued unless drafts are wanted. fs_is_ours(config, head) asks for the company alone.
 */
bool fs_is_taken(const struct config_source *, const struct fs_head *) __attribute__((nonnull));
bool fs_is_ours(const struct config_source *, const struct fs_head *) __attribute__((nonnull));

/**
 * fs_wants_client(head, known, ret_wants, err), fs_people(arena, config, head, known, ret_people, err):
 * Does the billing contact leave open who the buyer is, so that the client must be asked for? Who buys: the invoice's name with the billing contact's
 * address, else the client's; and whom the configuration lets it name as learner.
 *
 * Errors: ERR_INCOMPLETE if a contact or the client that is wanted is not in ${known}.
 */
MUST_CHECK int fs_wants_client(const struct fs_head *, const struct fs_known *, bool *, struct err *) __attribute__((nonnull));
MUST_CHECK int fs_people(struct arena *, const struct config_source *, const struct fs_head *, const struct fs_known *,
    struct fs_people *, struct err *) __attribute__((nonnull));

/**
 * fs_payload(arena, row, head, lines, receipts, payments, known, document, err), fs_read(…):
 * Make the payload of a document, with what tells its versions apart; a payload as a document (`read` of the kind).
 */
MUST_CHECK int fs_payload(struct arena *, const struct fs_row *, const struct fs_head *, struct fs_parts, struct fs_parts,
    const struct fs_parts *, const struct fs_known *, struct sales_document *, struct err *) __attribute__((nonnull));
MUST_CHECK int fs_read(struct arena *, const struct sales_source *, const struct sales_stored *, struct sales_reading *,
    struct err *) __attribute__((nonnull));

/**
 * fs_compare_parts(a, b):
 * Their order in a struct fs_parts, for qsort().
 */
int fs_compare_parts(const void *, const void *) __attribute__((nonnull));

/**
 * fs_parts_of(parts, owner):
 * Those of one owner.
 */
struct fs_parts fs_parts_of(const struct fs_parts *, int64_t) __attribute__((nonnull));

/**
 * fs_invoice(arena, config, row, head, lines, receipts, payments, known, ret_document, err):
 * The whole document, payload included. ${lines} and ${receipts} are this invoice's, ${payments} may be anybody's, ${known} as well.
 *
 * Errors: ERR_DATA naming the invoice, the part and the field.
 */
MUST_CHECK int fs_invoice(struct arena *, const struct config_source *, const struct fs_row *, const struct fs_head *,
    struct fs_parts, struct fs_parts, struct fs_parts, const struct fs_known *, struct sales_document *, struct err *)
    __attribute__((nonnull));

/**
 * fs_priced(arena, config, row, lines, document, err):
 * The amounts and lines of any document with a price: of ${document} external id and number are given.
 *
 * Errors: ERR_DATA naming the line and the field.
 */
MUST_CHECK int fs_priced(struct arena *, const struct config_source *, const struct json *, struct fs_parts,
    struct sales_document *, struct err *) __attribute__((nonnull));

/* ---- what is not sold yet ---- */

/* A quote, or an order without an invoice. */
struct fs_offer {
	struct fs_head head;
	int64_t until_us; /* 00:00 after its last day; SALES_UNKNOWN: it names none */
};

/**
 * fs_offer(config, row, kind, ret_offer, err):
 * The head of one; ${kind} is "quote" or "order".
 */
MUST_CHECK int fs_offer(const struct config_source *, const struct fs_row *, const char *, struct fs_offer *, struct err *)
    __attribute__((nonnull));

/**
 * fs_expected(arena, config, row, offer, kind, lines, buyer, ret_expected, ret_count, err):
 * Its lines, as far as something is left of them.
 *
 * Errors: ERR_DATA naming it, the line and the field.
 */
MUST_CHECK int fs_expected(struct arena *, const struct config_source *, const struct json *, const struct fs_offer *, const char *,
    struct fs_parts, const struct sales_contact *, struct sales_expected **, size_t *, struct err *)
    __attribute__((nonnull(1, 2, 3, 4, 5, 8, 9, 10)));

/**
 * fs_client(config, row, ret_client, ret_disabled, err):
 * A client, and whether it is disabled.
 */
MUST_CHECK int fs_client(const struct config_source *, const struct json *, struct sales_client *, bool *, struct err *)
    __attribute__((nonnull));

/**
 * fs_note_address(arena, notes, ret_name):
 * The first e-mail address in free text, "" if there is none; the name before one in angle brackets.
 */
const char *fs_note_address(struct arena *, const char *, const char **) __attribute__((nonnull, returns_nonnull));

#endif
