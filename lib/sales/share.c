/* Shares of money. Products of two amounts need more than 64 bits: __int128, which gcc and clang have on every 64-bit machine. */
#include "sales/share.h"

#include <stdlib.h>
#include <string.h>

#define MOST_QUANTITY 100000
#define QUANTITY_DECIMALS 6
#define QUANTITY_SCALE 1000000

__extension__ typedef __int128 wide;

static int64_t
weight_of(int64_t weight)
{
	return weight > 0 ? weight : 0;
}

void
sales_prorate(int64_t total, const int64_t *weights, size_t count, int64_t *ret_shares)
{
	int64_t left = total, step = total < 0 ? -1 : 1;
	wide sum = 0, best, rest;
	size_t i, pick;

	for (i = 0; i < count; i++)
		sum += weight_of(weights[i]);
	memset(ret_shares, 0, count * sizeof(ret_shares[0]));
	if (sum == 0)
		return;
	for (i = 0; i < count; i++) {
		ret_shares[i] = (int64_t)((wide)total * weight_of(weights[i]) / sum);
		left -= ret_shares[i];
	}
	/* Fewer units are left than there are lines with a remainder, so no line gets two. A served line's remainder falls below 0. */
	while (left != 0) {
		best = -1;
		pick = count;
		for (i = 0; i < count; i++) {
			rest = ((wide)total * weight_of(weights[i]) - (wide)ret_shares[i] * sum) * step;
			if (rest > 0 && rest > best) {
				best = rest;
				pick = i;
			}
		}
		BUG_UNLESS(pick < count);
		ret_shares[pick] += step;
		left -= step;
	}
}

/* The quantity in millionths. */
static int
parse_quantity(const char *text, int64_t *ret_millionths, struct err *err)
{
	const char *s = text + (text[0] == '-');
	int64_t whole = 0, fraction = 0, scale = QUANTITY_SCALE;

	if (*s < '0' || *s > '9')
		goto malformed;
	for (; *s >= '0' && *s <= '9'; s++) {
		whole = whole * 10 + (*s - '0');
		if (whole > MOST_QUANTITY)
			return err_set(err, ERR_DATA, "quantity \"%s\" is above %d", text, MOST_QUANTITY);
	}
	if (*s == '.') {
		s++;
		if (*s < '0' || *s > '9')
			goto malformed;
		for (; *s >= '0' && *s <= '9'; s++) {
			if (scale == 1 && *s != '0')
				return err_set(err, ERR_DATA, "quantity \"%s\" has more than %d decimals", text, QUANTITY_DECIMALS);
			scale = scale > 1 ? scale / 10 : 1;
			fraction += (*s - '0') * scale;
		}
	}
	if (*s != '\0')
		goto malformed;
	*ret_millionths = (whole * QUANTITY_SCALE + fraction) * (text[0] == '-' ? -1 : 1);
	return 0;
malformed:
	return err_set(err, ERR_DATA, "quantity \"%s\" is not a decimal number", text);
}

int
sales_amount(const char *quantity, int64_t unit_price_minor, int64_t *ret_amount_minor, struct err *err)
{
	int64_t millionths = 0;
	wide product;

	if (parse_quantity(quantity, &millionths, err) != 0)
		return -1;
	product = (wide)millionths * unit_price_minor;
	product = (product + (product < 0 ? -QUANTITY_SCALE / 2 : QUANTITY_SCALE / 2)) / QUANTITY_SCALE;
	if (product > INT64_MAX || product < INT64_MIN)
		return err_set(err, ERR_DATA, "quantity \"%s\" at %lld minor units is too large an amount", quantity,
		    (long long)unit_price_minor);
	*ret_amount_minor = (int64_t)product;
	return 0;
}

/* By the source's line id, so that ties fall the same way when the source lists its lines in another order. */
static int
compare_keys(const void *a, const void *b)
{
	struct sales_line *const *left = a, *const *right = b;
	int order = strcmp((*left)->key, (*right)->key);

	return order != 0 ? order : (*left > *right) - (*left < *right);
}

/* amounts += sign * shares */
static int
apply_shares(struct sales_line *const *lines, int64_t *amounts, const int64_t *shares, size_t count, int64_t sign, struct err *err)
{
	wide sum;
	size_t i;

	for (i = 0; i < count; i++) {
		sum = (wide)amounts[i] + (wide)shares[i] * sign;
		if (sum > INT64_MAX || sum < INT64_MIN)
			return err_set(err, ERR_DATA, "line \"%s\" is too large an amount", lines[i]->key);
		amounts[i] = (int64_t)sum;
	}
	return 0;
}

int
sales_share(struct arena *arena, struct sales_document *document, struct err *err)
{
	size_t count = document->line_count, i;
	struct sales_line **lines = ARENA_ARRAY(arena, count, struct sales_line *);
	int64_t *amounts = ARENA_ARRAY(arena, count, int64_t);
	int64_t *shares = ARENA_ARRAY(arena, count, int64_t);
	wide unallocated = (wide)document->total_minor - document->shipping_minor;

	for (i = 0; i < count; i++)
		lines[i] = &document->lines[i];
	qsort(lines, count, sizeof(struct sales_line *), compare_keys);
	for (i = 0; i < count; i++) {
		if (lines[i]->amount_minor != NULL)
			amounts[i] = *lines[i]->amount_minor;
		else if (sales_amount(lines[i]->quantity, lines[i]->unit_price_minor, &amounts[i], err) != 0)
			return err_wrap(err, "line \"%s\"", lines[i]->key);
	}
	sales_prorate(document->discount_minor, amounts, count, shares);
	if (apply_shares(lines, amounts, shares, count, -1, err) != 0)
		return -1;
	if (!document->tax_included) {
		sales_prorate(document->tax_minor, amounts, count, shares);
		if (apply_shares(lines, amounts, shares, count, 1, err) != 0)
			return -1;
	}
	for (i = 0; i < count; i++) {
		lines[i]->net_minor = amounts[i];
		unallocated -= amounts[i];
	}
	if (unallocated > INT64_MAX || unallocated < INT64_MIN)
		return err_set(err, ERR_DATA, "the amounts are too large");
	document->unallocated_minor = (int64_t)unallocated;
	return 0;
}
