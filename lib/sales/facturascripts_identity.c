/* Whether this is the database of the last pull. One that was restored from a backup draws keys anew that the cursors hold to be read, and
 * would lose what comes under them. */
#include "facturascripts_pull.h"

#include <string.h>

#include "adapter/crypto.h"
#include "base/text.h"

struct companies {
	struct fs_pull *pull;
	struct buf text;
};

static int
take_companies(void *context, const struct fs_row *rows, size_t count, struct err *err)
{
	struct companies *companies = context;
	uint8_t hash[CRYPTO_HASH_BYTES];
	const char *number;
	size_t i;

	for (i = 0; i < count; i++) {
		if (fs_text(rows[i].json, "cifnif", &number, err) != 0)
			return err_wrap(err, "company %lld", (long long)rows[i].id);
		/* A tax number may be a person's. */
		crypto_sha256(number, strlen(number), hash);
		buf_printf(&companies->text, " %lld=%s", (long long)rows[i].id, text_hex(&companies->pull->feed, hash, 8));
	}
	return 0;
}

static int
restored(struct err *err)
{
	return err_hint(err,
	    "If the site's database was restored or replaced and that is in order, run ctok-pull-sales --source NAME --reset.");
}

/* Every company that was there is, under its number; and those of the configuration are. */
int
fs_check_companies(struct fs_pull *pull, const char **ret_text, struct err *err)
{
	const struct fs_walk walk = { .table = FS_COMPANIES };
	const struct sales_source *source = pull->site->source;
	struct companies companies = { .pull = pull };
	const char *known = sales_cursor(source, "companies"), *one;
	size_t len, i;
	int rc = -1;

	buf_init(&companies.text, FS_IDS_BYTES);
	if (fs_walk(pull->site, &pull->feed, &walk, take_companies, &companies, err) != 0)
		goto out;
	buf_char(&companies.text, ' ');
	for (one = known != NULL ? known : ""; *one != '\0' && one[1] != '\0'; one += len) {
		len = strcspn(one + 1, " ") + 1;
		if (strstr(companies.text.data, arena_printf(&pull->feed, "%.*s ", (int)len, one)) != NULL)
			continue;
		err_set(err, ERR_REFUSED, "this is another database than before: company %.*s is missing or has another tax number",
		    (int)strcspn(one + 1, "="), one + 1);
		(void)restored(err);
		goto out;
	}
	for (i = 0; i < pull->config->companies.count; i++) {
		if (strstr(companies.text.data, arena_printf(&pull->feed, " %s=", pull->config->companies.items[i])) != NULL)
			continue;
		err_set(err, ERR_CONFIG, "the site has no company %s, which setting \"companies\" names",
		    pull->config->companies.items[i]);
		goto out;
	}
	*ret_text = arena_strdup(&pull->arena, companies.text.data);
	rc = 0;
out:
	buf_done(&companies.text);
	return rc;
}

/* The last issued invoice must still be there under its code: it cannot be deleted. */
int
fs_check_issued(struct fs_pull *pull, struct err *err)
{
	const char *known = sales_cursor(pull->site->source, "issued"), *code;
	const struct json *row;
	bool draft = true;
	size_t len;

	if (known == NULL)
		return 0;
	len = strcspn(known, " ");
	if (fs_get(pull->site, &pull->feed, "facturaclientes", arena_strndup(&pull->feed, known, len), &row, err) != 0)
		return -1;
	if (row != NULL && (fs_text(row, "codigo", &code, err) != 0 || fs_flag(row, "editable", &draft, err) != 0))
		return -1;
	if (row == NULL || draft || !text_equal(code, known + len + 1)) {
		err_set(err, ERR_REFUSED, "the database was set back: invoice \"%s\" (id %.*s), which was issued, is %s",
		    known + len + 1, (int)len, known,
		    row == NULL ? "not there"
		    : draft     ? "a draft"
				: "another one");
		return restored(err);
	}
	return 0;
}

/* Payments are only added; but their receipt may have been deleted by hand. So only where their keys went back, the last one must be there. */
int
fs_check_payment(struct fs_pull *pull, int64_t top_before, struct err *err)
{
	const char *known = sales_cursor(pull->site->source, "receipt"), *words = "", *amount;
	const struct json *row;
	int64_t receipt;

	if (known == NULL || pull->top_payment >= top_before)
		return 0;
	if (fs_get(pull->site, &pull->feed, "pagoclientes", arena_strndup(&pull->feed, known, strcspn(known, " ")), &row, err) != 0)
		return -1;
	if (row != NULL) {
		if (fs_number_or_zero(row, "idrecibo", &receipt, err) != 0 ||
		    fs_decimal(&pull->feed, row, "importe", &amount, err) != 0)
			return -1;
		words = arena_printf(&pull->feed, "%.*s %lld %s", (int)strcspn(known, " "), known, (long long)receipt, amount);
	}
	if (text_equal(words, known))
		return 0;
	err_set(err, ERR_REFUSED, "the database was set back: there were payments up to %lld, now they end at %lld",
	    (long long)top_before, (long long)pull->top_payment);
	return restored(err);
}
