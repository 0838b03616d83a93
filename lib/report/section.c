/* The snapshot's sections as data. A change here is a change of the format: raise SNAPSHOT_VERSION in snapshot.h. */
#include "section.h"

#include "sql.h"

static const struct section_column cover[] = { { "name", CELL_TEXT }, { "value", CELL_TEXT } };

static const struct section_column control[] = {
	{ "control", CELL_TEXT },
	{ "title", CELL_TEXT },
	{ "explanation", CELL_TEXT },
	{ "currency", CELL_TEXT },
	{ "expected", CELL_INTEGER },
	{ "actual", CELL_INTEGER },
};

static const struct section_column bridge[] = {
	{ "currency", CELL_TEXT },
	{ "sold_minor", CELL_MONEY },
	{ "settling_minor", CELL_MONEY },
	{ "test_minor", CELL_MONEY },
	{ "expected_minor", CELL_MONEY },
	{ "charged_minor", CELL_MONEY },
	{ "shipping_minor", CELL_MONEY },
	{ "unallocated_minor", CELL_MONEY },
	{ "odd_line_minor", CELL_MONEY },
	{ "unit_minor", CELL_MONEY },
	{ "cancelled_minor", CELL_MONEY },
	{ "refunded_minor", CELL_MONEY },
	{ "revenue_minor", CELL_MONEY },
	{ "home", CELL_TEXT },
	{ "home_minor", CELL_MONEY },
	{ "unrated", CELL_INTEGER },
};

static const struct section_column exception[] = {
	{ "finding_id", CELL_TEXT },
	{ "class", CELL_TEXT },
	{ "risk", CELL_TEXT },
	{ "person", CELL_TEXT },
	{ "email", CELL_TEXT },
	{ "course", CELL_TEXT },
	{ "origin", CELL_TEXT },
	{ "document", CELL_TEXT },
	{ "product", CELL_TEXT },
	{ "units", CELL_INTEGER },
	{ "currency", CELL_TEXT },
	{ "risk_minor", CELL_MONEY },
	{ "first_seen", CELL_DATE },
	{ "age_days", CELL_INTEGER },
	{ "detail", CELL_TEXT },
	{ "advice", CELL_TEXT },
	{ "code", CELL_TEXT },
};

static const struct section_column access[] = {
	{ "unit_id", CELL_TEXT },
	{ "source", CELL_TEXT },
	{ "document", CELL_TEXT },
	{ "sold_on", CELL_DATE },
	{ "buyer", CELL_TEXT },
	{ "learner", CELL_TEXT },
	{ "email", CELL_TEXT },
	{ "product", CELL_TEXT },
	{ "course", CELL_TEXT },
	{ "quantity", CELL_INTEGER },
	{ "currency", CELL_TEXT },
	{ "net_minor", CELL_MONEY },
	{ "class", CELL_TEXT },
	{ "reason", CELL_TEXT },
	{ "finding_id", CELL_TEXT },
	{ "access_from", CELL_DATE },
	{ "access_to", CELL_DATE },
	{ "moodle", CELL_TEXT },
};

static const struct section_column field[] = {
	{ "document", CELL_TEXT },
	{ "sold_on", CELL_DATE },
	{ "source", CELL_TEXT },
	{ "field", CELL_TEXT },
	{ "value", CELL_TEXT },
	{ "about", CELL_TEXT },
	{ "who", CELL_TEXT },
	{ "email", CELL_TEXT },
	{ "product", CELL_TEXT },
};

static const struct section_column action[] = {
	{ "action_id", CELL_TEXT },
	{ "kind", CELL_TEXT },
	{ "site", CELL_TEXT },
	{ "course", CELL_TEXT },
	{ "person", CELL_TEXT },
	{ "email", CELL_TEXT },
	{ "before", CELL_TEXT },
	{ "after", CELL_TEXT },
	{ "reason", CELL_TEXT },
	{ "state", CELL_TEXT },
	{ "ended_at", CELL_DATETIME },
	{ "failure", CELL_TEXT },
	{ "code", CELL_TEXT },
};

static const struct section_column deal[] = {
	{ "sale", CELL_TEXT },
	{ "source", CELL_TEXT },
	{ "sold_on", CELL_DATE },
	{ "state", CELL_TEXT },
	{ "currency", CELL_TEXT },
	{ "sold_minor", CELL_MONEY },
	{ "invoices", CELL_TEXT },
	{ "invoiced_minor", CELL_MONEY },
	{ "payments", CELL_TEXT },
	{ "paid_minor", CELL_MONEY },
	{ "refunded_minor", CELL_MONEY },
	{ "paid_back_minor", CELL_MONEY },
	{ "difference_minor", CELL_MONEY },
	{ "home", CELL_TEXT },
	{ "revenue_minor", CELL_MONEY },
	{ "rates", CELL_TEXT },
	{ "code", CELL_TEXT },
};

static const struct section_column payout[] = {
	{ "payout", CELL_TEXT },
	{ "source", CELL_TEXT },
	{ "status", CELL_TEXT },
	{ "created_on", CELL_DATE },
	{ "arrives_on", CELL_DATE },
	{ "entries", CELL_INTEGER },
	{ "currency", CELL_TEXT },
	{ "charge_minor", CELL_MONEY },
	{ "refund_minor", CELL_MONEY },
	{ "dispute_minor", CELL_MONEY },
	{ "fee_minor", CELL_MONEY },
	{ "reserve_minor", CELL_MONEY },
	{ "reader_minor", CELL_MONEY },
	{ "failed_minor", CELL_MONEY },
	{ "other_minor", CELL_MONEY },
	{ "amount_minor", CELL_MONEY },
	{ "residual_minor", CELL_MONEY },
	{ "live_minor", CELL_MONEY },
	{ "bank_on", CELL_DATE },
	{ "bank_minor", CELL_MONEY },
	{ "bank_difference_minor", CELL_MONEY },
};

static const struct section_column rate[] = {
	{ "currency", CELL_TEXT },
	{ "to_currency", CELL_TEXT },
	{ "day", CELL_DATE },
	{ "rate_day", CELL_DATE },
	{ "rate", CELL_TEXT },
	{ "publisher", CELL_TEXT },
	{ "documents", CELL_INTEGER },
	{ "amount_minor", CELL_MONEY },
	{ "converted_minor", CELL_MONEY },
};

static const struct section_column expected[] = {
	{ "product", CELL_TEXT },
	{ "courses", CELL_TEXT },
	{ "source", CELL_TEXT },
	{ "what", CELL_TEXT },
	{ "documents", CELL_INTEGER },
	{ "seats", CELL_INTEGER },
	{ "currency", CELL_TEXT },
	{ "value_minor", CELL_MONEY },
	{ "since", CELL_DATE },
	{ "until", CELL_DATE },
};

static const struct section_column renewal[] = {
	{ "person", CELL_TEXT },
	{ "email", CELL_TEXT },
	{ "course", CELL_TEXT },
	{ "product", CELL_TEXT },
	{ "source", CELL_TEXT },
	{ "document", CELL_TEXT },
	{ "paid_until", CELL_DATE },
	{ "renews_from", CELL_DATE },
	{ "currency", CELL_TEXT },
	{ "price_minor", CELL_MONEY },
};

static const struct section_column progress[] = {
	{ "site", CELL_TEXT },
	{ "course", CELL_TEXT },
	{ "learners", CELL_INTEGER },
	{ "not_started", CELL_INTEGER },
	{ "in_progress", CELL_INTEGER },
	{ "completed", CELL_INTEGER },
	{ "completion_rate", CELL_INTEGER },
	{ "activities", CELL_INTEGER },
	{ "mean_progress", CELL_INTEGER },
	{ "graded", CELL_INTEGER },
	{ "mean_grade", CELL_INTEGER },
	{ "last_access", CELL_DATETIME },
	{ "others", CELL_INTEGER },
	{ "read_at", CELL_DATETIME },
};

static const struct section_column dropoff[] = {
	{ "site", CELL_TEXT },
	{ "course", CELL_TEXT },
	{ "place", CELL_INTEGER },
	{ "kind", CELL_TEXT },
	{ "reached", CELL_INTEGER },
	{ "share", CELL_INTEGER },
	{ "stopped", CELL_INTEGER },
};

static const struct section_column source[] = {
	{ "name", CELL_TEXT },
	{ "kind", CELL_TEXT },
	{ "type", CELL_TEXT },
	{ "mode", CELL_TEXT },
	{ "outcome", CELL_TEXT },
	{ "window_from", CELL_DATETIME },
	{ "window_to", CELL_DATETIME },
	{ "rows_declared", CELL_INTEGER },
	{ "rows_read", CELL_INTEGER },
	{ "changed", CELL_INTEGER },
	{ "late", CELL_INTEGER },
	{ "rewritten", CELL_INTEGER },
	{ "last_complete", CELL_DATETIME },
	{ "watermark", CELL_DATETIME },
	{ "age_hours", CELL_INTEGER },
	{ "failure", CELL_TEXT },
};

#define SECTION(name) \
	{ \
#name, sql_report_##name, name, sizeof(name) / sizeof(name[0]) \
	}

const struct section_def section_defs[SECTION_COUNT] = {
	[SECTION_COVER] = SECTION(cover),
	[SECTION_CONTROL] = SECTION(control),
	[SECTION_BRIDGE] = SECTION(bridge),
	[SECTION_EXCEPTION] = SECTION(exception),
	[SECTION_ACCESS] = SECTION(access),
	[SECTION_FIELD] = SECTION(field),
	[SECTION_ACTION] = SECTION(action),
	[SECTION_DEAL] = SECTION(deal),
	[SECTION_PAYOUT] = SECTION(payout),
	[SECTION_RATE] = SECTION(rate),
	[SECTION_EXPECTED] = SECTION(expected),
	[SECTION_RENEWAL] = SECTION(renewal),
	[SECTION_PROGRESS] = SECTION(progress),
	[SECTION_DROPOFF] = SECTION(dropoff),
	[SECTION_SOURCE] = SECTION(source),
};

const char *
section_type_name(enum cell_type type)
{
	static const char *const names[] = { "text", "integer", "money", "date", "datetime" };

	return names[type];
}
